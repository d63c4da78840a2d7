//! `/c/{page}/{block}.{kind}`: one block by itself, as a picture or as its data.

use super::current::Current;
use super::error::Trouble;
use super::pages::{no_such_page, pairs};
use crate::formats;
use crate::page::{chosen, members};
use crate::panels::{Given, ask_for, draw};
use crate::pictures::{self, PNG_SCALE};
use axum::Extension;
use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use uptake_draw::Body;
use uptake_spec::dashboard::{Block, What};
use uptake_spec::{Dashboard, Viewer};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Svg,
    Png,
    Csv,
    Json,
}

const KINDS: [(&str, Kind); 4] = [("svg", Kind::Svg), ("png", Kind::Png), ("csv", Kind::Csv), ("json", Kind::Json)];

/// A picture looked at by itself carries its font inside.
const PICTURE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; frame-ancestors 'none'";

pub async fn block(
    Extension(current): Extension<Arc<Current>>,
    Path((slug, file)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let (session, project) = (&current.session, &current.project);
    let page = project.dashboard(&slug).ok_or_else(|| no_such_page(&current, &slug))?;
    let (block, kind) = named(page, &file).ok_or_else(|| no_such_block(page, &file))?;
    let members = members(session, page).await;
    let chosen = chosen(project, page, &members, &pairs(query.as_deref()))
        .map_err(|wrong| Trouble::WrongQuery { page: slug, wrong })?;
    let wanted = |other: &Block| other.id == block.id;
    let asked = ask_for(session, project, page, &chosen.params(page), &Viewer::Local, &wanted).await;
    let given = asked.given(block).ok_or_else(|| no_such_block(page, &file))?.map_err(Trouble::no_answer)?;
    match (kind, given) {
        (Kind::Csv, Given::Answer(_, answer)) => Ok(text("text/csv; charset=utf-8", formats::csv(&answer.table))),
        (Kind::Csv, Given::Rows(table, _)) => Ok(text("text/csv; charset=utf-8", formats::csv(table))),
        (Kind::Json, Given::Answer(_, answer)) => Ok(text("application/json", formats::answer_json(answer))),
        (Kind::Json, Given::Rows(table, more)) => Ok(text("application/json", formats::table_json(table, more))),
        (Kind::Svg | Kind::Png, _) => picture(draw(&asked, block).map(|drawn| drawn.body), kind).await,
    }
}

/// The block and the kind that `worked.svg` means; tables have no picture.
fn named<'a>(page: &'a Dashboard, file: &str) -> Option<(&'a Block, Kind)> {
    let (id, extension) = file.rsplit_once('.')?;
    let block = page.blocks.iter().find(|block| block.id == id && !id.is_empty())?;
    let (_, kind) = KINDS.into_iter().find(|(word, _)| *word == extension)?;
    kinds_of(block).contains(&kind).then_some((block, kind))
}

fn kinds_of(block: &Block) -> &'static [Kind] {
    match block.what {
        What::Tile(_) | What::Chart(_) => &[Kind::Svg, Kind::Png, Kind::Csv, Kind::Json],
        What::Table(_) => &[Kind::Csv, Kind::Json],
        What::Prose(_) | What::Note(_) | What::Query { .. } => &[],
    }
}

fn no_such_block(page: &Dashboard, file: &str) -> Trouble {
    let files = page.blocks.iter().flat_map(|block| {
        let words = KINDS.into_iter().filter(|(_, kind)| kinds_of(block).contains(kind));
        words.map(|(word, _)| format!("{}.{word}", block.id))
    });
    Trouble::NoSuchBlock { asked: file.into(), page: page.slug.clone(), files: files.collect() }
}

async fn picture(body: Option<Body>, kind: Kind) -> Result<Response, Trouble> {
    let svg = match body.as_ref().and_then(pictures::of_body) {
        Some(svg) => svg,
        None => {
            let why = match body {
                Some(Body::Card { why, .. }) => why,
                _ => "It has no picture.".into(),
            };
            return Err(Trouble::NoAnswer { status: StatusCode::INTERNAL_SERVER_ERROR, why });
        }
    };
    if kind == Kind::Svg {
        let headers = [(CONTENT_TYPE, "image/svg+xml"), (CONTENT_SECURITY_POLICY, PICTURE_POLICY)];
        return Ok((headers, uptake_draw::standalone(&svg)).into_response());
    }
    let png = tokio::task::spawn_blocking(move || uptake_draw::png(&svg, PNG_SCALE)).await;
    Ok(([(CONTENT_TYPE, "image/png")], png.map_err(|_| Trouble::Broken)?).into_response())
}

fn text(kind: &'static str, text: String) -> Response {
    ([(CONTENT_TYPE, kind)], text).into_response()
}
