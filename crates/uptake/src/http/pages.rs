//! `/` and `/d/…`: pages as HTML and on paper.

use super::current::Current;
use super::error::Trouble;
use crate::page::{chosen, members, page as whole_page};
use crate::panels::notice;
use axum::Extension;
use axum::extract::{Path, RawQuery};
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Response};
use std::sync::Arc;
use tracing::error;
use uptake_draw::Page;
use uptake_spec::{Dashboard, Viewer};

/// The page that stands first.
const PULSE: &str = "pulse";

/// The Pulse, then the list of all pages.
pub async fn home(Extension(current): Extension<Arc<Current>>, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let pages = &current.project.dashboards;
    let first = current.project.dashboard(PULSE).or(pages.first());
    let Some(dashboard) = first else { return Err(no_such_page(&current, PULSE)) };
    let page = of(&current, dashboard, query.as_deref()).await?;
    Ok(Html(uptake_draw::home(&page)).into_response())
}

/// `/d/adoption`, or `/d/adoption.pdf`.
pub async fn page(
    Extension(current): Extension<Arc<Current>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let (slug, on_paper) = name.strip_suffix(".pdf").map_or((name.as_str(), false), |slug| (slug, true));
    let dashboard = current.project.dashboard(slug).ok_or_else(|| no_such_page(&current, slug))?;
    let page = of(&current, dashboard, query.as_deref()).await?;
    if !on_paper {
        return Ok(Html(uptake_draw::page(&page)).into_response());
    }
    let printed = tokio::task::spawn_blocking(move || uptake_print::pdf(&[page])).await;
    match printed {
        Ok(Ok(pdf)) => Ok(([(CONTENT_TYPE, "application/pdf")], pdf).into_response()),
        Ok(Err(why)) => {
            error!(%why, slug, "a page could not be printed");
            Err(Trouble::Broken)
        }
        Err(why) => {
            error!(%why, slug, "printing a page panicked");
            Err(Trouble::Broken)
        }
    }
}

pub async fn nothing_here(Extension(current): Extension<Arc<Current>>, request: axum::extract::Request) -> Trouble {
    no_such_page(&current, request.uri().path())
}

/// The pairs of a URL's query, decoded.
pub fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect()
}

pub fn no_such_page(current: &Current, asked: &str) -> Trouble {
    let pages = current.project.dashboards.iter().map(|page| (page.slug.clone(), page.title.clone()));
    Trouble::NoSuchPage { asked: asked.into(), pages: pages.collect() }
}

/// The page with its numbers; before them, what is wrong with the files as they are now.
async fn of(current: &Current, dashboard: &Dashboard, query: Option<&str>) -> Result<Page, Trouble> {
    let (session, project) = (&current.session, &current.project);
    let members = members(session, dashboard).await;
    let chosen = chosen(project, dashboard, &members, &pairs(query))
        .map_err(|wrong| Trouble::WrongQuery { page: dashboard.slug.clone(), wrong })?;
    let mut page = whole_page(session, project, dashboard, &members, &chosen, &Viewer::Local).await;
    let mistakes = current.mistakes.iter().map(|problem| {
        let title = format!("Mistake in {}; this is the page before it", problem.place);
        notice(title, [problem.what.as_str(), problem.hint.as_str()].join(" "))
    });
    page.blocks.splice(0..0, mistakes);
    Ok(page)
}
