//! `uptake check`: every mistake of a project in one run, without data.

use super::{Ending, say};
use crate::answers::Answers;
use crate::home::{Home, counted};
use crate::panels::{Given, ask_for, query_of};
use crate::pictures::{chart_of_rows, misfits};
use anyhow::Result;
use chrono::Utc;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use uptake_lake::{AnswerError, Lake};
use uptake_spec::dashboard::{Block, ChartBlock, DataFrom, What};
use uptake_spec::problem::did_you_mean;
use uptake_spec::{Dashboard, Files, Params, Place, Problem, Project, Table, Viewer, read_parts, sql};

pub async fn run(home: Home) -> Result<Ending> {
    let problems = mistakes(&home.files()?).await;
    for problem in &problems {
        say(&format!("{problem}\n"))?;
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
    let (project, mut problems) = read_parts(files);
    if let Some(project) = project {
        // Without a base table the engine would only say of every query that its tables are missing.
        if !project.schema.is_empty() {
            let told = uptake_lake::check(&that_parses(&project)).await;
            problems.extend(told.into_iter().filter(|problem| !follows(&project, problem)).map(with_a_line));
        }
        let project = drawable(&project);
        problems.extend(misfits(&project));
        let told = misfits_of_questions(&buildable(project, &problems), &problems).await;
        problems.extend(told.unwrap_or_default());
    }
    each_once(problems)
}

/// Ordered by file and line; of the same words about the same place, those with a hint.
fn each_once(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort();
    problems.reverse();
    problems.dedup_by(|next, kept| next.place == kept.place && next.what == kept.what);
    problems.reverse();
    problems
}

/// What does not suit the columns of a page's own question, found on a lake with nothing in it: charts and links; and
/// questions that are not allowed on a page.
///
/// # Errors
/// The engine refuses the project as a whole: then its own check has said so.
async fn misfits_of_questions(project: &Project, told: &[Problem]) -> Result<Vec<Problem>> {
    let pages = project.dashboards.iter().filter(|page| page.blocks.iter().any(|block| query_of(block).is_some()));
    let pages: Vec<&Dashboard> = pages.collect();
    if pages.is_empty() {
        return Ok(vec![]);
    }
    let lake = Lake::open("memory:///check").await?;
    lake.build(project, Utc::now(), &mut |_| {}).await?;
    let session = Answers::new(lake.session(project).await?, Arc::default());
    let (mut problems, chosen) = (vec![], Params::default());
    for page in pages {
        let wanted = |block: &Block| query_of(block).is_some();
        let asked = ask_for(&session, project, page, &chosen, &Viewer::Local, &wanted).await;
        for block in &page.blocks {
            match (asked.given(block), &block.what) {
                (Some(Ok(Given::Rows(rows, _))), what) => {
                    if let What::Chart(chart) = what {
                        problems.extend(chart_of_rows(chart, block.id.clone(), rows, &asked.locale).err());
                    }
                    problems.extend(missing_in_rows(block, rows));
                }
                (Some(Err(AnswerError::Wrong { what, hint })), _) => {
                    problems.extend(refused(page, block, what, hint, told));
                }
                _ => {}
            }
        }
    }
    Ok(problems)
}

/// A link that takes a column which the question does not give.
fn missing_in_rows(block: &Block, rows: &Table) -> Vec<Problem> {
    let Some(link) = block.link() else { return vec![] };
    let missing = link.columns().filter(|column| rows.column(column).is_none());
    let object = |column: &str| {
        let what = format!("the link takes {{{column}}}, which the query does not give");
        let known = rows.columns().iter().map(|column| column.name.as_str());
        Problem::new(link.place.clone(), what, did_you_mean(column, known))
    };
    missing.map(object).collect()
}

/// A question that a page may not ask, unless its mistake was told already.
fn refused(page: &Dashboard, block: &Block, what: &str, hint: &str, told: &[Problem]) -> Option<Problem> {
    let query = page.blocks.iter().find(|other| Some(other.id.as_str()) == query_of(block))?;
    let What::Query { sql } = &query.what else { return None };
    let lines = query.place.line..=query.place.line + sql.lines().count();
    let known = told.iter().any(|problem| problem.place.file == page.file && lines.contains(&problem.place.line));
    (!known).then(|| Problem::new(Place::new(&page.file, query.place.line + 1, 1), what, hint))
}

/// The project without the SQL that is none: that was told from the words alone.
fn that_parses(project: &Project) -> Project {
    let parses = |text: &str| sql::reads(text).is_ok();
    let mut project = project.clone();
    project.models.retain(|model| parses(&model.sql));
    project.kpis.retain(|kpi| parses(&kpi.sql));
    for source in &mut project.sources {
        source.mappings.retain(|mapping| parses(&mapping.sql));
    }
    for page in &mut project.dashboards {
        page.blocks.retain(|block| !matches!(&block.what, What::Query { sql } if !parses(sql)));
    }
    project
}

/// A model is not found by what reads it because of a mistake of its own, which is told there.
fn follows(project: &Project, problem: &Problem) -> bool {
    let others = project.models.iter().filter(|model| model.file != problem.place.file);
    let mut missing = others.map(|model| format!("table 'datafusion.public.{}' not found", model.name));
    missing.any(|words| problem.what.contains(&words))
}

/// What is said of a file as a whole stands at its first line.
fn with_a_line(mut problem: Problem) -> Problem {
    if problem.place.line == 0 {
        problem.place = Place::new(problem.place.file, 1, 1);
    }
    problem
}

/// The project with what its charts can be judged by: no chart without a kind, no option that its KPI does not know.
fn drawable(project: &Project) -> Project {
    let mut drawable = project.clone();
    for page in &mut drawable.dashboards {
        page.blocks.retain(|block| !matches!(&block.what, What::Chart(chart) if chart.kind.is_empty()));
        for block in &mut page.blocks {
            let What::Chart(ChartBlock { data: DataFrom::Kpi(ask), .. }) = &mut block.what else { continue };
            let Some(kpi) = project.kpi(&ask.kpi) else { continue };
            ask.options.retain(|name, (value, _)| kpi.chosen(&[(name.clone(), value.clone())].into()).is_ok());
        }
    }
    drawable
}

/// The project without mappings and models that have mistakes, and without the models that stand on those.
fn buildable(mut project: Project, problems: &[Problem]) -> Project {
    let sound = |file: &Path| !problems.iter().any(|problem| problem.place.file == file);
    for source in &mut project.sources {
        source.mappings.retain(|mapping| sound(&mapping.file));
    }
    let (mut kept, broken): (Vec<_>, Vec<_>) = project.models.into_iter().partition(|model| sound(&model.file));
    let mut gone: BTreeSet<String> = broken.into_iter().map(|model| model.name).collect();
    loop {
        let stands = |sql: &str| sql::reads(sql).is_ok_and(|reads| reads.relations.is_disjoint(&gone));
        let (standing, fallen): (Vec<_>, Vec<_>) = kept.into_iter().partition(|model| stands(&model.sql));
        kept = standing;
        if fallen.is_empty() {
            break;
        }
        gone.extend(fallen.into_iter().map(|model| model.name));
    }
    Project { models: kept, ..project }
}
