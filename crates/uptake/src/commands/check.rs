//! `uptake check`: every mistake of a project in one run, without data.

use super::Ending;
use crate::home::{Home, counted};
use crate::panels::{Given, ask_for, query_of};
use crate::pictures::{chart_of_rows, misfits};
use anyhow::Result;
use chrono::Utc;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use uptake_lake::Lake;
use uptake_spec::dashboard::{Block, What};
use uptake_spec::{Dashboard, Files, Params, Problem, Project, Viewer, read_project};

const SETTINGS: &str = "uptake.toml";

pub async fn run(home: Home) -> Result<Ending> {
    let problems = mistakes(&home.files()?).await;
    for problem in &problems {
        println!("{problem}");
    }
    if problems.is_empty() {
        eprintln!("no mistakes");
        return Ok(Ending::Done);
    }
    eprintln!("{}", counted(problems.len(), "mistake"));
    Ok(Ending::Mistakes)
}

/// What can be read from the words alone, then what the engine says of every query, then what does not suit its picture.
async fn mistakes(files: &Files) -> Vec<Problem> {
    let mut problems = read_project(files).err().unwrap_or_default();
    if problems.iter().any(|problem| problem.place.file == Path::new(SETTINGS)) {
        // The parts of a project are seen together only where its settings can be read.
        problems.extend(read_project(&without(files, &[SETTINGS.into()].into())).err().unwrap_or_default());
    }
    if let Some(sound) = sound_part(files) {
        problems.extend(uptake_lake::check(&sound).await);
        problems.extend(misfits(&sound));
        problems.extend(misfits_of_questions(&sound).await.unwrap_or_default());
    }
    problems.sort();
    problems.dedup();
    problems
}

/// Charts that do not suit the columns of their page's own question, found on a lake with nothing in it.
///
/// # Errors
/// The engine refuses the project as a whole: then its own check has said so.
async fn misfits_of_questions(project: &Project) -> Result<Vec<Problem>> {
    let pages = project.dashboards.iter().filter(|page| page.blocks.iter().any(|block| query_of(block).is_some()));
    let pages: Vec<&Dashboard> = pages.collect();
    if pages.is_empty() {
        return Ok(vec![]);
    }
    let lake = Lake::open("memory:///check").await?;
    lake.build(project, Utc::now(), &mut |_| {}).await?;
    let session = lake.session(project).await?;
    let mut problems = vec![];
    for page in pages {
        let wanted = |block: &Block| query_of(block).is_some();
        let asked = ask_for(&session, project, page, &Params::default(), &Viewer::Local, &wanted).await;
        for block in &page.blocks {
            if let (What::Chart(chart), Some(Ok(Given::Rows(rows, _)))) = (&block.what, asked.given(block)) {
                problems.extend(chart_of_rows(chart, block.id.clone(), rows).err());
            }
        }
    }
    Ok(problems)
}

/// The project without the files that have mistakes, so that one run tells those of all others too.
/// `None` if too little is left.
fn sound_part(files: &Files) -> Option<Project> {
    let mut broken: BTreeSet<PathBuf> = BTreeSet::new();
    loop {
        let problems = match read_project(&without(files, &broken)) {
            Ok(project) => return Some(project),
            Err(problems) => problems,
        };
        // Taking a KPI out makes pages that name it wrong as well: they go in the next round.
        let before = broken.len();
        broken.extend(problems.into_iter().map(|problem| problem.place.file));
        if broken.len() == before {
            return None;
        }
    }
}

/// `files` without the broken ones; the settings of a new project stand in for broken settings.
fn without(files: &Files, broken: &BTreeSet<PathBuf>) -> Files {
    let kept = files.iter().filter(|(path, _)| !broken.contains(*path));
    let kept = kept.filter_map(|(path, text)| Some((path.to_str()?, text)));
    let settings = broken.contains(Path::new(SETTINGS)).then_some((SETTINGS, include_str!("init/uptake.toml")));
    Files::of(kept.chain(settings))
}
