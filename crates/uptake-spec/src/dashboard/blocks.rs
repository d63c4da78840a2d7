//! The body of a dashboard: Markdown nodes become blocks.

use super::link::{Link, read_link};
use super::prose::{Source, read_inlines, split_tokens};
use super::{
    Ask, Block, ChartBlock, Compare, DataFrom, Inline, Mark, Prose, Scan, ScanOf, TableBlock, TileBlock, What, Width,
};
use crate::fields::{Fields, Piece};
use crate::params::Grain;
use crate::problem::{Place, Problem, did_you_mean};
use crate::project::Remark;
use comrak::nodes::{AstNode, ListType, NodeCodeBlock, NodeValue};
use comrak::{Arena, Options};
use std::path::Path;

const FENCES: [&str; 5] = ["kpi", "chart", "table", "note", "sql"];
/// The kinds of charts that show what is normal.
const JUDGED: [&str; 2] = ["line", "control"];
/// The kinds of charts that days can stand on: those along the time.
const MARKED: [&str; 3] = ["line", "control", "area"];
const COMPARED: [(&str, Compare); 3] =
    [("previous", Compare::Previous), ("last_year", Compare::LastYear), ("none", Compare::Nothing)];
const WIDTHS: [(&str, Width); 4] =
    [("1", Width::Full), ("1/2", Width::Half), ("1/3", Width::Third), ("2/3", Width::TwoThirds)];

pub(super) fn read_blocks(file: &Path, text: &str, body_at: usize, problems: &mut Vec<Problem>) -> Vec<Block> {
    // Blank lines in place of the front matter keep comrak's line numbers those of the file.
    let lines_before = text[..body_at].matches('\n').count();
    let body = "\n".repeat(lines_before) + &text[body_at..];
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, &body, &Options::default());
    let mut blocks: Vec<Block> = vec![];
    for node in root.children() {
        let start = node.data.borrow().sourcepos.start;
        let place = Place::new(file, start.line, start.column);
        let Some(block) = read_block(node, file, text, place, problems) else { continue };
        if !block.id.is_empty() && blocks.iter().any(|b| b.id == block.id) {
            let what = format!("two blocks of this page are called \"{}\"", block.id);
            problems.push(Problem::new(block.place.clone(), what, "give one of them an id = \"…\" of its own"));
        }
        blocks.push(block);
    }
    blocks
}

fn read_block<'a>(
    node: &'a AstNode<'a>,
    file: &Path,
    text: &str,
    place: Place,
    problems: &mut Vec<Problem>,
) -> Option<Block> {
    let source = Source { file, text };
    let prose =
        |prose| Some(Block { id: String::new(), width: Width::Full, place: place.clone(), what: What::Prose(prose) });
    match &node.data.borrow().value {
        NodeValue::Heading(heading) => {
            prose(Prose::Heading { level: heading.level, text: read_inlines(node, source, problems) })
        }
        NodeValue::Paragraph => prose(Prose::Paragraph(read_inlines(node, source, problems))),
        NodeValue::List(list) => {
            let items = node.children().map(|item| read_inlines(item, source, problems)).collect();
            prose(Prose::List { ordered: list.list_type == ListType::Ordered, items })
        }
        NodeValue::CodeBlock(fence) => read_fence(fence, file, text, place, problems),
        other => {
            let what = format!("{} is not allowed on a page", other.xml_node_name());
            problems.push(Problem::new(
                place,
                what,
                "pages use headings, paragraphs, lists and fenced blocks; no raw HTML",
            ));
            None
        }
    }
}

fn read_fence(
    fence: &NodeCodeBlock,
    file: &Path,
    text: &str,
    place: Place,
    problems: &mut Vec<Problem>,
) -> Option<Block> {
    let (word, name) = fence.info.trim().split_once(' ').map_or((fence.info.trim(), ""), |(w, n)| (w, n.trim()));
    if !FENCES.contains(&word) {
        problems.push(Problem::new(place, format!("no block is called \"{word}\""), did_you_mean(word, FENCES)));
        return None;
    }
    if word == "sql" {
        if name.is_empty() {
            problems.push(Problem::new(place.clone(), "a sql block needs a name", "write ```sql my_question"));
        }
        return Some(Block {
            id: name.into(),
            width: Width::Full,
            place,
            what: What::Query { sql: fence.literal.clone() },
        });
    }
    let inside = text.split_inclusive('\n').take(place.line).map(str::len).sum();
    let piece = Piece::new(file, text, inside);
    let block = piece.read(&fence.literal, |f| match word {
        "kpi" => read_tile(f, &place),
        "chart" => read_chart(f, &place),
        "table" => read_table(f, &place),
        _ => read_note(f, &place, |words| tokens_of_note(words, Source { file, text }, inside, problems)),
    });
    problems.extend(piece.problems());
    block
}

fn read_tile(f: &Fields, place: &Place) -> Option<Block> {
    let compare = f.one_of("compare", &COMPARED).unwrap_or(Compare::Previous);
    let (title, link, width, id) = (f.text("title"), link(f), width(f), f.text("id"));
    let normal = f.flag("normal").unwrap_or(false);
    let ask = read_ask(f);
    Some(Block {
        id: id.unwrap_or(ask.kpi.clone()),
        width,
        place: place.clone(),
        what: What::Tile(TileBlock { ask, title, compare, normal, link }),
    })
}

fn read_chart(f: &Fields, place: &Place) -> Option<Block> {
    let (id, width, title, link) = (f.text("id"), width(f), f.text("title"), link(f));
    let kind = f.needed("type").unwrap_or_default();
    let alt = f.needed("alt").unwrap_or_default();
    let targets = f.tables("line", |f| Some((f.needed("target")?, f.place("target"))));
    let marks = f.tables("mark", read_mark);
    if !marks.is_empty() && !MARKED.contains(&kind.as_str()) && !kind.is_empty() {
        let what = format!("a chart of type \"{kind}\" has no time along which a [[mark]] could stand");
        f.object("mark", what, format!("use type = \"{}\", or leave it out", MARKED.join("\" or \"")));
    }
    let last_year = read_last_year(f, &kind);
    let kind_place = f.place("type");
    let normal = read_normal(f, &kind);
    let (own_id, data) = read_data(f);
    if matches!(data, DataFrom::Scan(_)) {
        f.object("kpi", format!("{own_id} is no chart"), "show it in a table block");
    }
    let what = What::Chart(ChartBlock { data, kind, kind_place, title, alt, targets, marks, last_year, normal, link });
    Some(Block { id: id.unwrap_or(own_id), width, place: place.clone(), what })
}

fn read_mark(f: &Fields) -> Option<Mark> {
    if f.has("events") {
        f.one_of("events", &[("annotations", ())])?;
        return Some(Mark::Annotations);
    }
    let (day, text) = (f.needed("day"), f.needed("text"));
    let day = day?;
    match day.parse() {
        Ok(d) => Some(Mark::Day(Remark { d, text: text? })),
        Err(_) => {
            f.object("day", format!("\"{day}\" is no day"), "write it as \"2026-09-07\", or events = \"annotations\"");
            None
        }
    }
}

/// The period before is beside it on a chart.
fn read_last_year(f: &Fields, kind: &str) -> Option<Place> {
    let words = [("last_year", true), ("none", false)];
    f.one_of("compare", &words).filter(|wanted| *wanted)?;
    if f.has("query") {
        f.object("compare", "only a KPI knows the year before", "name a KPI, or leave the line out");
    } else if kind != "line" && !kind.is_empty() {
        let what = format!("a chart of type \"{kind}\" cannot show the year before");
        f.object("compare", what, "use type = \"line\", or leave the line out");
    }
    Some(f.place("compare"))
}

/// A control chart always shows what is normal; a line where it is told to.
fn read_normal(f: &Fields, kind: &str) -> bool {
    let asked = f.flag("normal");
    if asked == Some(true) && f.has("query") {
        let hint = "name a KPI, or leave the line out";
        f.object("normal", "what is normal is known of KPIs only, for it needs their whole history", hint);
    } else if asked == Some(true) && !JUDGED.contains(&kind) && !kind.is_empty() {
        let what = format!("a chart of type \"{kind}\" cannot show what is normal");
        f.object("normal", what, "use type = \"line\" or \"control\", or leave the line out");
    }
    !f.has("query") && (kind == "control" || asked == Some(true))
}

fn read_table(f: &Fields, place: &Place) -> Option<Block> {
    let (id, width, title, link) = (f.text("id"), width(f), f.text("title"), link(f));
    let limit = read_limit(f);
    let (own_id, data) = read_data(f);
    let what = What::Table(TableBlock { data, title, limit, link });
    Some(Block { id: id.unwrap_or(own_id), width, place: place.clone(), what })
}

fn read_limit(f: &Fields) -> Option<usize> {
    let asked = f.integer("limit")?;
    let limit = usize::try_from(asked).ok().filter(|n| *n > 0);
    if limit.is_none() {
        f.object("limit", format!("\"limit\" cannot be {asked}"), "it wants 1 or more");
    }
    limit
}

fn read_note(f: &Fields, place: &Place, read: impl FnOnce(&str) -> Vec<Inline>) -> Option<Block> {
    let (width, text) = (width(f), f.needed("text")?);
    Some(Block { id: String::new(), width, place: place.clone(), what: What::Note(read(&text)) })
}

/// A note's words: plain, but for their tokens. `inside` is where the block's TOML begins.
fn tokens_of_note(words: &str, source: Source, inside: usize, problems: &mut Vec<Problem>) -> Vec<Inline> {
    let mut inlines = vec![];
    split_tokens(words, source, inside, &mut inlines, problems);
    inlines
}

fn link(f: &Fields) -> Option<Link> {
    match read_link(&f.text("link")?, f.place("link")) {
        Ok(link) => Some(link),
        Err(Problem { what, hint, .. }) => {
            f.object("link", what, hint);
            None
        }
    }
}

/// The KPI or query behind a chart or table, and the id it lends the block.
fn read_data(f: &Fields) -> (String, DataFrom) {
    if f.has("query") {
        let name = f.text("query").unwrap_or_default();
        let place = f.place("query");
        let data =
            DataFrom::Query { name: name.clone(), x: f.text("x"), y: f.text("y"), series: f.text("series"), place };
        return (format!("{name}_picture"), data);
    }
    let ask = read_ask(f);
    let Some(of) = ScanOf::called(&ask.kpi) else { return (ask.kpi.clone(), DataFrom::Kpi(ask)) };
    for name in ask.options.keys().filter(|name| *name != "page") {
        f.object(name, format!("unknown key \"{name}\""), did_you_mean(name, ask.keys.iter().copied().chain(["page"])));
    }
    if ask.grain.is_some() {
        f.object("grain", format!("{} takes each KPI as its own block does", ask.kpi), "leave the line out");
    }
    (ask.kpi, DataFrom::Scan(Scan { of, by: ask.by, by_place: ask.by_place, page: ask.options.get("page").cloned() }))
}

/// Reads what is left of a block: the KPI, its grouping, and as options every other key.
fn read_ask(f: &Fields) -> Ask {
    let kpi = f.needed("kpi").unwrap_or_default();
    let by = read_by(f);
    let grain = f.one_of("grain", &Grain::ALL);
    let keys = f.asked();
    let options = f.others().into_iter().map(|(name, value, place)| (name, (value, place))).collect();
    Ask { kpi, kpi_place: f.place("kpi"), by, by_place: f.place("by"), grain, options, keys }
}

/// The columns of `by`, each once.
fn read_by(f: &Fields) -> Vec<String> {
    let mut columns: Vec<String> = vec![];
    for column in f.texts("by").unwrap_or_default() {
        match columns.contains(&column) {
            true => f.object("by", format!("\"by\" names \"{column}\" twice"), "name each column once"),
            false => columns.push(column),
        }
    }
    columns
}

fn width(f: &Fields) -> Width {
    f.one_of("width", &WIDTHS).unwrap_or(Width::Full)
}
