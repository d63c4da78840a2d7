//! Pages as the data of the template: all texts stay data, so none of them can become markup.

use crate::world::Files;
use serde_json::{Value, json};
use uptake_draw::{About, Body, Drawn, Grid, Locale, Page, Size, Theme, Words, grid, svg, tile_svg};
use uptake_spec::dashboard::{Inline, Prose, Width};

/// More rows than this are in the CSV; on paper nobody reads them.
const MOST_ROWS: usize = 400;

/// `/report.json`, and the pictures it names.
pub(crate) fn read(pages: &[Page]) -> Files {
    let mut files = Files::new();
    let told: Vec<Value> = pages.iter().enumerate().map(|(at, page)| read_page(page, at, &mut files)).collect();
    let first = pages.first();
    let titles: Vec<&str> = pages.iter().map(|page| page.title.as_str()).collect();
    let report = json!({
        "title": titles.join(", "),
        "firm": first.map(|page| page.firm.clone()),
        "lang": first.map_or("en", |page| page.locale.language.code()),
        "pages": told,
    });
    files.insert("/report.json".into(), report.to_string().into_bytes());
    files
}

fn read_page(page: &Page, page_at: usize, files: &mut Files) -> Value {
    let mut blocks: Vec<Value> = vec![];
    let mut level = 1;
    let mut at = 0;
    for row in page.rows() {
        for part in parts_of(&row, &page.locale) {
            let mut told: Vec<Value> = vec![];
            for drawn in &part.blocks {
                let name = format!("/{page_at}-{at}.svg");
                told.extend(read_block(page, drawn, &name, part.size, &mut level, files));
                at += 1;
            }
            match part.size {
                Size::HalfPaper => blocks.push(json!({ "kind": "row", "row": told })),
                _ => told.into_iter().for_each(|block| push(&mut blocks, block)),
            }
        }
    }
    json!({
        "firm": page.firm, "title": page.title, "asks": page.asks, "when": page.when(), "build": page.build.to_string(),
        "blocks": blocks, "notes": page.notes, "about": abouts(page), "words": read_words(&page.locale),
    })
}

/// What the template itself says.
fn read_words(locale: &Locale) -> Value {
    let [page, of] = locale.page_of;
    json!({
        "page": page, "of": of, "build": locale.build_word(), "means": locale.what_these_mean, "from": locale.from_sources,
    })
}

/// What of a desk's row stands side by side on paper: one block over the whole column, or two of half of it.
struct Part<'a> {
    blocks: Vec<&'a Drawn>,
    size: Size,
}

/// Blocks that a desk shows beside others stand in pairs; three of a row would be too narrow to be read, and the third takes the
/// column.
fn parts_of<'a>(row: &[&'a Drawn], words: &Words) -> Vec<Part<'a>> {
    let mut parts: Vec<Part> = vec![];
    for drawn in row {
        let halves = row.len() > 1 && shares(drawn, words);
        let size = if halves { Size::HalfPaper } else { Size::Paper };
        match parts.last_mut() {
            Some(Part { blocks, size: Size::HalfPaper }) if halves && blocks.len() == 1 => blocks.push(drawn),
            _ => parts.push(Part { blocks: vec![drawn], size }),
        }
    }
    for part in &mut parts {
        if part.blocks.len() == 1 {
            part.size = Size::Paper;
        }
    }
    parts
}

/// Whether the block can be read in half of the column.
fn shares(drawn: &Drawn, words: &Words) -> bool {
    const HALF_PT: f64 = 236.0;
    const MOST_ROWS: usize = 30;
    let narrow = matches!(drawn.width, Width::Half | Width::Third);
    narrow
        && match &drawn.body {
            Body::Rows { table, answer, .. } => {
                let grid = grid(table, answer.as_ref(), words);
                grid.rows.len() <= MOST_ROWS && grid.width(8.0, 8.0) <= HALF_PT
            }
            _ => true,
        }
}

fn push(blocks: &mut Vec<Value>, mut block: Value) {
    if blocks.is_empty() && block["kind"] == "heading" {
        block["sheet"] = json!(false); // the page's title began this sheet already
    }
    if let Some(before) = blocks.last_mut().filter(|_| block["sheet"] == true) {
        before["ends"] = json!(true); // what a section ends with stays in it
    }
    blocks.push(block);
}

fn read_block(page: &Page, drawn: &Drawn, name: &str, size: Size, level: &mut u8, files: &mut Files) -> Vec<Value> {
    let heading = (*level + 1).min(5);
    match &drawn.body {
        Body::Prose(prose) => prose.iter().filter_map(|prose| read_prose(page, prose, level)).collect(),
        Body::Note(text) => vec![json!({ "kind": "note", "text": text })],
        Body::Card { title, state, why, .. } => {
            vec![
                json!({ "kind": "card", "title": title, "level": heading, "state": state.words(&page.locale), "why": why }),
            ]
        }
        Body::Picture { title, chart, notes, .. } => {
            files.insert(name.into(), svg(chart, size, &Theme::paper()).0.into_bytes());
            let alt = format!("{}. {} {}", title, chart.alt(), chart.summary());
            vec![json!({ "kind": "picture", "file": name, "alt": alt, "notes": notes })]
        }
        Body::Tile { tile, notes, .. } => {
            files.insert(name.into(), tile_svg(tile, size, &Theme::paper()).0.into_bytes());
            vec![json!({ "kind": "tile", "file": name, "alt": tile.summary(), "notes": notes })]
        }
        Body::Rows { title, table, answer, more, .. } => {
            let mut grid = grid(table, answer.as_ref(), &page.locale);
            let cut = grid.rows.len().saturating_sub(MOST_ROWS);
            // Of an answer the newest periods stay, of a query the first rows.
            if answer.is_some() {
                grid.rows.drain(..cut);
            } else {
                grid.rows.truncate(MOST_ROWS);
            }
            vec![rows(title, heading, &grid, more + cut, page.locale.no_rows(answer.is_some()), &page.locale)]
        }
    }
}

fn rows(title: &str, level: u8, grid: &Grid, more: usize, nothing: &str, words: &Words) -> Value {
    let names: Vec<&str> = grid.headings.iter().map(|heading| heading.name.as_str()).collect();
    let numbers: Vec<bool> = grid.headings.iter().map(|heading| heading.number).collect();
    let more_rows = (more > 0).then(|| words.more_rows(more));
    json!({ "kind": "rows", "title": title, "level": level, "names": names, "numbers": numbers, "rows": grid.rows, "more": more_rows, "nothing": nothing })
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
        Inline::Token(_) => json!({ "kind": "text", "text": "–" }),
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
        // A page's own questions have the same to say, and are no KPIs.
        let known = |earlier: &About| earlier.kpi == about.kpi || earlier.means == about.means;
        if !about.means.is_empty() && !told.iter().any(known) {
            told.push(about);
        }
    }
    let value = |about: About| json!({ "asks": about.asks, "means": about.means, "code": about.code, "sources": about.sources.join(", ") });
    told.into_iter().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made_up;
    use uptake_spec::Table;

    /// The kinds of what a report holds, those of one row in one text.
    fn rows_of(blocks: Vec<Drawn>) -> Vec<String> {
        let files = read(&[Page { blocks, ..made_up::whole_page() }]);
        let report: Value = serde_json::from_slice(&files["/report.json"]).expect("it was written as JSON");
        let kind = |block: &Value| block["kind"].as_str().expect("each has a kind").to_string();
        let row = |block: &Value| match block["row"].as_array() {
            Some(row) => row.iter().map(kind).collect::<Vec<_>>().join(" "),
            None => kind(block),
        };
        report["pages"][0]["blocks"].as_array().expect("a list").iter().map(row).collect()
    }

    fn named(id: &str, width: Width) -> Drawn {
        let page = made_up::whole_page();
        let found = page.blocks.into_iter().find(|drawn| drawn.id == id).expect("it stands on the page");
        Drawn { width, ..found }
    }

    #[test]
    fn what_stands_side_by_side_on_the_page_does_so_on_paper() {
        let (half, third) = (Width::Half, Width::Third);
        let picture = |width| named("won", width);
        let tile = |width| named("active_people", width);
        assert_eq!(rows_of(vec![picture(half), picture(half)]), ["picture picture"]);
        assert_eq!(rows_of(vec![tile(half), picture(half), picture(Width::Full)]), ["tile picture", "picture"]);
        // Three of a row do not fit on paper; the third takes the column, and does not join what stands below it on the page.
        let thirds = vec![tile(third), tile(third), tile(third), picture(half), picture(half)];
        assert_eq!(rows_of(thirds), ["tile tile", "tile", "picture picture"]);
        assert_eq!(rows_of(vec![picture(half), picture(Width::Full)]), ["picture", "picture"]);
    }

    #[test]
    fn a_table_shares_a_row_where_it_fits() {
        let beside = |table: Drawn| rows_of(vec![table, named("won", Width::Half)]);
        let stalled = named("stalled", Width::Half);
        assert_eq!(beside(stalled.clone()), ["rows", "picture"]);
        let Body::Rows { table, title, answer, more, way, about } = stalled.body else { panic!("they are rows") };
        let table = Table::new(table.columns()[1..].to_vec()).expect("fewer of equal columns");
        let body = Body::Rows { table, title, answer, more, way, about };
        assert_eq!(beside(Drawn { body, ..named("stalled", Width::Half) }), ["rows picture"]);
    }

    #[test]
    fn a_picture_beside_another_is_drawn_for_half_a_column() {
        let files = read(&[Page {
            blocks: vec![named("won", Width::Half), named("won", Width::Half)],
            ..made_up::whole_page()
        }]);
        let picture = String::from_utf8(files["/0-1.svg"].clone()).expect("SVG is text");
        assert!(picture.contains("viewBox=\"0 0 236 "), "{}", &picture[..200]);
    }

    #[test]
    fn what_several_questions_have_in_common_is_said_once() {
        let own = |id: &str| {
            let mut drawn = named("stalled", Width::Full);
            let Body::Rows { about, .. } = &mut drawn.body else { panic!("they are rows") };
            let (kpi, means) = (id.to_string(), "A question of this page only.".to_string());
            *about = About { kpi, means, code: String::new(), asks: String::new(), sources: vec![], ..about.clone() };
            drawn
        };
        let page = Page { blocks: vec![own("one"), own("two"), named("won", Width::Full)], ..made_up::whole_page() };
        let means: Vec<String> = abouts(&page).iter().map(|about| about["means"].to_string()).collect();
        assert_eq!(means.len(), 2, "{means:?}");
    }
}
