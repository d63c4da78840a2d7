//! `uptake build`: models up to date, published whole.

use super::Ending;
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
    let mut tell = |model: &uptake_lake::ModelReport| {
        eprintln!("{:>10} rows  {:<28}  {} ms", model.rows, model.name, model.took_ms);
    };
    let report = lake.build(project, Utc::now(), &mut tell).await?;
    match report.fresh {
        true => eprintln!("build {} is up to date", report.build),
        false => eprintln!("published build {}", report.build),
    }
    Ok(())
}
