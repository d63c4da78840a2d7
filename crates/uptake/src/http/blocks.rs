//! `/c/{page}/{block}.{kind}`: one block by itself, as a picture or as its data.

use super::current::Current;
use super::error::Trouble;
use super::pages::{XLSX, apart, no_data, no_such_page, pairs};
use super::ready::{Made, ready};
use crate::formats;
use crate::page::{chosen, members};
use crate::panels::{Given, ask_for, draw};
use crate::pictures::{self, PNG_SCALE};
use crate::workbook::workbook;
use axum::Extension;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use std::sync::Arc;
use uptake_draw::Body;
use uptake_spec::dashboard::{Block, What};
use uptake_spec::{Dashboard, Viewer};

const CSV: &str = "text/csv; charset=utf-8";
const JSON: &str = "application/json";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Svg,
    Png,
    Csv,
    Xlsx,
    Json,
}

const KINDS: [(&str, Kind); 5] =
    [("svg", Kind::Svg), ("png", Kind::Png), ("csv", Kind::Csv), ("xlsx", Kind::Xlsx), ("json", Kind::Json)];

/// A picture looked at by itself carries its font inside.
const PICTURE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; frame-ancestors 'none'";

pub async fn block(
    Extension(current): Extension<Arc<Current>>,
    names: Result<Path<(String, String)>, PathRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let Path((slug, file)) = names.map_err(|_| no_such_page(&current, uri.path()))?;
    Ok(ready(&current, &uri, make(&current, &slug, &file, uri.query())).await?.response(&headers))
}

async fn make(current: &Current, slug: &str, file: &str, query: Option<&str>) -> Result<Made, Trouble> {
    let (session, project) = (&current.session, &current.project);
    let page = project.dashboard(slug).ok_or_else(|| no_such_page(current, slug))?;
    let (block, kind) = named(page, file).ok_or_else(|| no_such_block(page, file))?;
    let members = members(session, page).await;
    let chosen = chosen(session, project, page, &members, &pairs(query))
        .map_err(|wrong| Trouble::WrongQuery { page: slug.into(), wrong })?;
    let params = chosen.params(page);
    let wanted = |other: &Block| other.id == block.id;
    let asked = ask_for(session, project, page, &params, &Viewer::Local, &wanted).await;
    let given = asked.given(block).ok_or_else(|| no_such_block(page, file))?.map_err(Trouble::no_answer)?;
    match (kind, given) {
        (Kind::Csv, Given::Answer(_, answer)) => Ok(Made::new(CSV, formats::csv(&answer.table))),
        (Kind::Csv, Given::Rows(table, _)) => Ok(Made::new(CSV, formats::csv(table))),
        (Kind::Json, Given::Answer(_, answer)) => Ok(Made::new(JSON, formats::answer_json(answer))),
        (Kind::Json, Given::Rows(table, more)) => Ok(Made::new(JSON, formats::table_json(table, more))),
        (Kind::Xlsx, _) => Ok(Made::new(XLSX, workbook(&asked, &wanted).map_err(|why| no_data(&why))?)),
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
        What::Tile(_) | What::Chart(_) => &[Kind::Svg, Kind::Png, Kind::Csv, Kind::Xlsx, Kind::Json],
        What::Table(_) => &[Kind::Csv, Kind::Xlsx, Kind::Json],
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

async fn picture(body: Option<Body>, kind: Kind) -> Result<Made, Trouble> {
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
        let file = Made::new("image/svg+xml", uptake_draw::standalone(&svg));
        return Ok(Made { policy: Some(PICTURE_POLICY), ..file });
    }
    Ok(Made::new("image/png", apart(move || uptake_draw::png(&svg, PNG_SCALE)).await?))
}
