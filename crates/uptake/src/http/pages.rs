//! `/` and `/d/…`: pages as HTML and on paper.

use super::current::Current;
use super::error::Trouble;
use super::ready::{Made, ready};
use crate::page::{FIRST, Members, chosen, in_order, members, page as whole_page};
use crate::panels::{ask_for, notice};
use crate::pictures;
use crate::query::Chosen;
use crate::workbook::workbook;
use axum::Extension;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use std::sync::Arc;
use std::time::Instant;
use tracing::{error, warn};
use uptake_draw::{CardState, Page};
use uptake_spec::{Dashboard, Problem, Viewer};

pub const HTML: &str = "text/html; charset=utf-8";
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The first page, then the list of all others.
pub async fn home(
    Extension(current): Extension<Arc<Current>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    Ok(ready(&current, &uri, make_home(&current, &uri)).await?.response(&headers))
}

/// Makes the page that most people ask first.
pub async fn warm(current: &Current) {
    let uri = Uri::from_static("/");
    // What is wrong with it is told to whoever asks.
    let _ = ready(current, &uri, make_home(current, &uri)).await;
}

async fn make_home(current: &Current, uri: &Uri) -> Result<Made, Trouble> {
    let Some(dashboard) = in_order(&current.project).first().copied() else { return Err(no_such_page(current, FIRST)) };
    let page = of(current, dashboard, uri.query()).await?;
    Ok(Made::new(HTML, uptake_draw::home(&page)))
}

/// `/d/adoption`, or the page as a file: `/d/adoption.pdf`, `.png`, `.xlsx`.
pub async fn page(
    Extension(current): Extension<Arc<Current>>,
    name: Result<Path<String>, PathRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let Path(name) = name.map_err(|_| no_such_page(&current, uri.path()))?;
    let made = ready(&current, &uri, make_page(&current, &name, &uri)).await?;
    Ok(made.response(&headers))
}

async fn make_page(current: &Current, name: &str, uri: &Uri) -> Result<Made, Trouble> {
    let (slug, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let dashboard = current.project.dashboard(slug).ok_or_else(|| no_such_page(current, slug))?;
    match extension {
        "" => Ok(Made::new(HTML, uptake_draw::page(&of(current, dashboard, uri.query()).await?))),
        "pdf" => {
            let page = of(current, dashboard, uri.query()).await?;
            let pdf = apart(move || uptake_print::pdf(&[page])).await?;
            Ok(Made::new("application/pdf", pdf.map_err(|why| broken(&why, slug))?))
        }
        "png" => {
            let page = of(current, dashboard, uri.query()).await?;
            Ok(Made::new("image/png", apart(move || pictures::of_page(&page)).await?))
        }
        "xlsx" => {
            let (_, chosen) = choice(current, dashboard, uri.query()).await?;
            let params = chosen.params(dashboard);
            let (session, project) = (&current.session, &current.project);
            let asked = ask_for(session, project, dashboard, &params, &Viewer::Local, &|_| true).await;
            Ok(Made::new(XLSX, workbook(&asked, &|_| true).map_err(|why| no_data(&why))?))
        }
        _ => Err(no_such_page(current, name)),
    }
}

/// What scripts add to a page.
pub async fn script(
    Extension(current): Extension<Arc<Current>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let make = async { Ok(Made::new("text/javascript; charset=utf-8", uptake_draw::script())) };
    Ok(ready(&current, &uri, make).await?.response(&headers))
}

/// Work that keeps a thread busy, on a thread of its own.
pub async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Trouble> {
    tokio::task::spawn_blocking(work).await.map_err(|why| {
        error!(%why, "making a file panicked");
        Trouble::Broken
    })
}

fn broken(why: &dyn std::fmt::Display, slug: &str) -> Trouble {
    error!(%why, slug, "a page could not be printed");
    Trouble::Broken
}

/// There is no workbook without data.
pub fn no_data(why: &anyhow::Error) -> Trouble {
    Trouble::NoAnswer { status: StatusCode::NOT_FOUND, why: why.to_string() }
}

pub async fn nothing_here(Extension(current): Extension<Arc<Current>>, request: axum::extract::Request) -> Trouble {
    no_such_page(&current, request.uri().path())
}

pub async fn only_read() -> Trouble {
    Trouble::OnlyRead
}

/// The pairs of a URL's query, decoded.
pub fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect()
}

/// No page is called so, or its file never was without mistakes.
pub fn no_such_page(current: &Current, asked: &str) -> Trouble {
    let own = current.mistakes.iter().filter(|problem| is_in_page(problem, asked));
    let own: Vec<Problem> = own.cloned().collect();
    if !own.is_empty() {
        return Trouble::Mistaken { page: asked.into(), mistakes: own };
    }
    let pages = in_order(&current.project).into_iter().map(|page| (page.slug.clone(), page.title.clone()));
    Trouble::NoSuchPage { asked: asked.into(), pages: pages.collect() }
}

/// The page with its numbers; before them, what is wrong with its file or with what all pages stand on.
async fn of(current: &Current, dashboard: &Dashboard, query: Option<&str>) -> Result<Page, Trouble> {
    let begun = Instant::now();
    let (members, chosen) = choice(current, dashboard, query).await?;
    let mut page = whole_page(&current.session, &current.project, dashboard, &members, &chosen, &Viewer::Local).await;
    let took_ms = begun.elapsed().as_millis() as u64;
    if let Some(budget_ms) = dashboard.budget_ms.filter(|budget| took_ms > *budget) {
        warn!(page = dashboard.slug, took_ms, budget_ms, "the page {} took longer than its budget", dashboard.slug);
    }
    let mistakes = current.mistakes.iter().filter(|problem| concerns(problem, &dashboard.slug)).map(|problem| {
        let title = format!("Mistake in {}; this is the page before it", problem.place);
        notice(CardState::Failed, title, [problem.what.as_str(), problem.hint.as_str()].join(" "))
    });
    page.blocks.splice(0..0, mistakes);
    Ok(page)
}

/// What a page's filters allow, and what was chosen of it.
async fn choice(current: &Current, dashboard: &Dashboard, query: Option<&str>) -> Result<(Members, Chosen), Trouble> {
    let members = members(&current.session, dashboard).await;
    let chosen = chosen(&current.session, &current.project, dashboard, &members, &pairs(query))
        .map_err(|wrong| Trouble::WrongQuery { page: dashboard.slug.clone(), wrong })?;
    Ok((members, chosen))
}

/// A mistake in another page is told there.
fn concerns(problem: &Problem, slug: &str) -> bool {
    !problem.place.file.starts_with("dashboards") || is_in_page(problem, slug)
}

fn is_in_page(problem: &Problem, slug: &str) -> bool {
    problem.place.file == std::path::Path::new("dashboards").join(format!("{slug}.md"))
}
