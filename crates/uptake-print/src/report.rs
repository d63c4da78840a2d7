//! Pages as the data of the template: all texts stay data, so none of them can become markup.

use crate::world::Files;
use serde_json::{Value, json};
use uptake_draw::{About, Body, Drawn, Grid, Page, Size, Theme, grid, svg, tile_svg, words};
use uptake_spec::dashboard::{Inline, Prose};

/// More rows than this are in the CSV; on paper nobody reads them.
const MOST_ROWS: usize = 400;

/// `/report.json`, and the pictures it names.
pub(crate) fn read(pages: &[Page]) -> Files {
    let mut files = Files::new();
    let told: Vec<Value> = pages.iter().enumerate().map(|(at, page)| read_page(page, at, &mut files)).collect();
    let first = pages.first();
    let report = json!({
        "title": first.map(|page| page.title.clone()),
        "firm": first.map(|page| page.firm.clone()),
        "pages": told,
    });
    files.insert("/report.json".into(), report.to_string().into_bytes());
    files
}

fn read_page(page: &Page, page_at: usize, files: &mut Files) -> Value {
    let mut blocks: Vec<Value> = vec![];
    let mut level = 1;
    for (at, drawn) in page.blocks.iter().enumerate() {
        let name = format!("/{page_at}-{at}.svg");
        for block in read_block(page, drawn, &name, &mut level, files) {
            push(&mut blocks, block);
        }
    }
    json!({
        "firm": page.firm, "title": page.title, "asks": page.asks, "when": page.when(), "build": page.build.to_string(),
        "blocks": blocks, "notes": page.notes, "about": abouts(page),
    })
}

/// Adds a block; tiles that follow each other share a row.
fn push(blocks: &mut Vec<Value>, mut block: Value) {
    if blocks.is_empty() && block["kind"] == "heading" {
        block["sheet"] = json!(false); // the page's title began this sheet already
    }
    if block["kind"] != "tile" {
        return blocks.push(block);
    }
    match blocks.last_mut().filter(|last| last["kind"] == "tiles") {
        Some(row) => row["tiles"].as_array_mut().expect("a row of tiles is made as a list").push(block),
        None => blocks.push(json!({ "kind": "tiles", "tiles": [block] })),
    }
}

fn read_block(page: &Page, drawn: &Drawn, name: &str, level: &mut u8, files: &mut Files) -> Vec<Value> {
    let heading = (*level + 1).min(5);
    match &drawn.body {
        Body::Prose(prose) => prose.iter().filter_map(|prose| read_prose(page, prose, level)).collect(),
        Body::Note(text) => vec![json!({ "kind": "note", "text": text })],
        Body::Card { title, state, why, .. } => {
            vec![json!({ "kind": "card", "title": title, "level": heading, "state": state.words(), "why": why })]
        }
        Body::Picture { title, chart, notes, .. } => {
            files.insert(name.into(), svg(chart, Size::Paper, &Theme::paper()).0.into_bytes());
            let alt = format!("{}. {} {}", title, chart.alt(), chart.summary());
            vec![json!({ "kind": "picture", "file": name, "alt": alt, "notes": notes })]
        }
        Body::Tile { tile, notes, .. } => {
            files.insert(name.into(), tile_svg(tile, Size::Paper, &Theme::paper()).0.into_bytes());
            vec![json!({ "kind": "tile", "file": name, "alt": tile.summary(), "notes": notes })]
        }
        Body::Rows { title, table, answer, more, .. } => {
            let mut grid = grid(table, answer.as_ref());
            let cut = grid.rows.len().saturating_sub(MOST_ROWS);
            // Of an answer the newest periods stay, of a query the first rows.
            if answer.is_some() {
                grid.rows.drain(..cut);
            } else {
                grid.rows.truncate(MOST_ROWS);
            }
            let nothing = if answer.is_some() { words::NO_DATA } else { words::NO_ROWS };
            vec![rows(title, heading, &grid, more + cut, nothing)]
        }
    }
}

fn rows(title: &str, level: u8, grid: &Grid, more: usize, nothing: &str) -> Value {
    let names: Vec<&str> = grid.headings.iter().map(|heading| heading.name.as_str()).collect();
    let numbers: Vec<bool> = grid.headings.iter().map(|heading| heading.number).collect();
    json!({ "kind": "rows", "title": title, "level": level, "names": names, "numbers": numbers, "rows": grid.rows, "more": more, "nothing": nothing })
}

/// As on the page: headings begin below the page's title, never skip a level, and one that repeats the title is left out.
/// A first-level heading of the dashboard begins a sheet.
fn read_prose(page: &Page, prose: &Prose, level: &mut u8) -> Option<Value> {
    Some(match prose {
        Prose::Heading { text, .. } if *text == [Inline::Text(page.title.clone())] => return None,
        Prose::Heading { level: asked, text } => {
            *level = (asked + 1).min(*level + 1).clamp(2, 5);
            json!({ "kind": "heading", "level": *level, "sheet": *asked == 1, "text": inlines(text) })
        }
        Prose::Paragraph(text) => json!({ "kind": "paragraph", "text": inlines(text) }),
        Prose::List { ordered, items } => {
            let items: Vec<Value> = items.iter().map(|item| inlines(item)).collect();
            json!({ "kind": "list", "ordered": ordered, "items": items })
        }
    })
}

fn inlines(text: &[Inline]) -> Value {
    let one = |inline: &Inline| match inline {
        Inline::Text(text) => json!({ "kind": "text", "text": text }),
        Inline::Code(text) => json!({ "kind": "code", "text": text }),
        Inline::Strong(inner) => json!({ "kind": "strong", "inside": inlines(inner) }),
        Inline::Emphasis(inner) => json!({ "kind": "emphasis", "inside": inlines(inner) }),
        // A way within the site leads nowhere from paper.
        Inline::Link { url, text } if url.contains(':') => {
            json!({ "kind": "link", "url": url, "inside": inlines(text) })
        }
        Inline::Link { text, .. } => json!({ "kind": "plain", "inside": inlines(text) }),
        Inline::Token(_) => json!({ "kind": "text", "text": "n/a" }),
    };
    text.iter().map(one).collect()
}

/// What the page's numbers mean, each KPI once, for the end of the page.
fn abouts(page: &Page) -> Vec<Value> {
    let about = |drawn: &Drawn| match &drawn.body {
        Body::Picture { about, .. } | Body::Tile { about, .. } | Body::Rows { about, .. } => Some(about.clone()),
        _ => None,
    };
    let mut told: Vec<About> = vec![];
    for about in page.blocks.iter().filter_map(about) {
        if !about.means.is_empty() && !told.iter().any(|earlier| earlier.kpi == about.kpi) {
            told.push(about);
        }
    }
    let value = |about: About| json!({ "asks": about.asks, "means": about.means, "code": about.code, "sources": about.sources.join(", ") });
    told.into_iter().map(value).collect()
}
