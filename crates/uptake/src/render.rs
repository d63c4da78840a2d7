//! Pages as files: what `report` writes and schedules send.

use crate::answers::Answers;
use crate::page::{chosen, members, page};
use crate::panels::{Asked as Told, Given, ask_for};
use crate::query::{Chosen, Wrong};
use crate::workbook::workbook;
use crate::{formats, pictures};
use anyhow::{Context, Result};
use chrono::NaiveDate;
use uptake_draw::Page;
use uptake_spec::problem::did_you_mean;
use uptake_spec::{Dashboard, Params, Project, ReportFormat, Viewer};

/// How the pages of a scheduled report are asked.
pub struct Request<'a> {
    pub format: ReportFormat,
    /// Nothing behind this day is told.
    pub as_of: NaiveDate,
    /// Filters of the pages: name and members.
    pub filters: &'a [(String, Vec<String>)],
}

/// Pages that cannot be asked so: a name or a filter that is not there.
#[derive(Debug, thiserror::Error)]
#[error("{}", in_words(.0))]
pub struct NotSo(pub Vec<Wrong>);

/// The files of some pages by name: one for all of them as PDF, else one a page. `stem` begins each name.
///
/// # Errors
/// A page or a filter that is not there; a page that cannot be printed.
pub async fn render(
    session: &Answers,
    project: &Project,
    pages: &[String],
    stem: &str,
    request: &Request<'_>,
) -> Result<Vec<(String, Vec<u8>)>> {
    let pairs: Vec<(String, String)> = request
        .filters
        .iter()
        .flat_map(|(name, members)| members.iter().map(|member| (name.clone(), member.clone())))
        .chain([("as_of".to_string(), request.as_of.to_string())])
        .collect();
    let ending = request.format.word();
    if request.format == ReportFormat::Pdf {
        let mut drawn = vec![];
        for slug in pages {
            drawn.push(Asked::new(session, project, slug, &pairs).await?.drawn().await);
        }
        return Ok(vec![(format!("{stem}.{ending}"), print(drawn).await?)]);
    }
    let mut files = vec![];
    for slug in pages {
        let name = if pages.len() == 1 { format!("{stem}.{ending}") } else { format!("{stem}-{slug}.{ending}") };
        files.push((name, Asked::new(session, project, slug, &pairs).await?.file(request.format).await?));
    }
    Ok(files)
}

/// A page with what was chosen on it.
pub struct Asked<'a> {
    session: &'a Answers,
    project: &'a Project,
    dashboard: &'a Dashboard,
    members: crate::page::Members,
    chosen: Chosen,
    params: Params,
}

impl<'a> Asked<'a> {
    /// # Errors
    /// No page of that name; every mistake in the pairs.
    pub async fn new(
        session: &'a Answers,
        project: &'a Project,
        slug: &str,
        pairs: &[(String, String)],
    ) -> Result<Asked<'a>> {
        let dashboard = project.dashboard(slug).ok_or_else(|| unknown_page(project, slug))?;
        let members = members(session, dashboard).await;
        let chosen = chosen(session, project, dashboard, &members, pairs).map_err(NotSo)?;
        let params = chosen.params(dashboard);
        Ok(Asked { session, project, dashboard, members, chosen, params })
    }

    /// The page in one format.
    ///
    /// # Errors
    /// The page cannot be printed, or none of its blocks has data.
    pub async fn file(&self, format: ReportFormat) -> Result<Vec<u8>> {
        match format {
            ReportFormat::Pdf => print(vec![self.drawn().await]).await,
            ReportFormat::Png => Ok(pictures::of_page(&self.drawn().await)),
            ReportFormat::Csv => csv_of(&self.told().await).map(String::into_bytes),
            ReportFormat::Xlsx => workbook(&self.told().await, &|_| true),
        }
    }

    pub async fn drawn(&self) -> Page {
        page(self.session, self.project, self.dashboard, &self.members, &self.chosen, &Viewer::Local).await
    }

    /// What every block is told; those that failed are named on stderr.
    async fn told(&self) -> Told<'_> {
        let all = |_: &_| true;
        let answers = ask_for(self.session, self.project, self.dashboard, &self.params, &Viewer::Local, &all).await;
        for block in &self.dashboard.blocks {
            if let Some(Err(why)) = answers.given(block) {
                eprintln!("left out {}: {why}", block.id);
            }
        }
        answers
    }
}

/// The rows of every block that has any, under the block's name.
fn csv_of(answers: &Told) -> Result<String> {
    let mut tables = vec![];
    for block in &answers.page.blocks {
        match answers.given(block) {
            Some(Ok(Given::Answer(_, answer))) => tables.push((block.id.as_str(), &answer.table)),
            Some(Ok(Given::Rows(table, _))) => tables.push((block.id.as_str(), table)),
            Some(Err(_)) | None => {}
        }
    }
    anyhow::ensure!(!tables.is_empty(), "no block of {} has data", answers.page.slug);
    Ok(formats::csv_of_all(&tables))
}

/// Typesetting takes a core for a while: not one that answers others.
async fn print(pages: Vec<Page>) -> Result<Vec<u8>> {
    let print = move || uptake_print::pdf(&pages);
    tokio::task::spawn_blocking(print).await.expect("printing does not panic").context("could not print the page")
}

fn unknown_page(project: &Project, slug: &str) -> NotSo {
    let hint = did_you_mean(slug, project.dashboards.iter().map(|page| page.slug.as_str()));
    NotSo(vec![Wrong { what: format!("no page is called \"{slug}\""), hint }])
}

fn in_words(wrong: &[Wrong]) -> String {
    let one = |wrong: &Wrong| match wrong.hint.as_str() {
        "" => wrong.what.clone(),
        hint => format!("{}; {hint}", wrong.what),
    };
    wrong.iter().map(one).collect::<Vec<_>>().join("; ")
}
