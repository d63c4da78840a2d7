//! `uptake up`: load, build, serve.

use super::{Ending, build, load, serve};
use crate::home::Home;
use crate::http;
use anyhow::Result;
use uptake_lake::LoadOrder;

pub async fn run(home: Home, arguments: serve::Arguments) -> Result<Ending> {
    let project = home.project()?;
    // The port comes first: nobody should wait for a load to learn that it is taken.
    let listener = serve::listen(&arguments).await?;
    let lake = home.open_lake(&project.settings).await?;
    let paths: Vec<String> = project.settings.exports.iter().map(|path| home.inside(path)).collect();
    if paths.is_empty() {
        eprintln!("uptake.toml names no exports: nothing to load");
    } else {
        let order = LoadOrder { paths, ..Default::default() };
        load::land(&lake, &project, &order, &mut |_| {}).await?;
    }
    build::build(&lake, &project).await?;
    http::serve(home, lake, listener).await?;
    Ok(Ending::Done)
}
