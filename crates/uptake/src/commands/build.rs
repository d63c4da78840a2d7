//! `uptake build`: models up to date, published whole.

use super::{Ending, tell};
use crate::home::Home;
use anyhow::Result;
use chrono::Utc;
use uptake_lake::Lake;
use uptake_spec::Project;

pub async fn run(home: Home) -> Result<Ending> {
    let project = home.project()?;
    let lake = home.open_lake(&project.settings).await?;
    build(&lake, &project).await?;
    Ok(Ending::Done)
}

/// Builds, and tells it on stderr model by model.
pub async fn build(lake: &Lake, project: &Project) -> Result<()> {
    let mut on_each = |model: &uptake_lake::ModelReport| {
        tell(&format!("{:>10} rows  {:<28}  {} ms", model.rows, model.name, model.took_ms));
    };
    let report = lake.build(project, Utc::now(), &mut on_each).await?;
    match report.fresh {
        true => tell(&format!("build {} is up to date", report.build)),
        false => tell(&format!("published build {}", report.build)),
    }
    Ok(())
}
