//! Each block of a page as its template sees it.

use super::{About, Body, Drawn, Inlines, Page, Way, with_query};
use crate::charts::members::{NO_MEMBER, distinct};
use crate::charts::{self, Drawing};
use crate::grid::{Grid, Heading, crossed, grid};
use crate::svg::linked;
use crate::theme::{Size, Theme};
use crate::tile::tile_svg;
use crate::words::Words;
use askama::Template;
use uptake_spec::dashboard::{Inline, Prose, Width};
use uptake_spec::{Table, Value};

/// More rows than this are in the downloads only, so that a page stays light.
const MOST_ROWS: usize = 200;

#[derive(Template)]
#[template(path = "block.html")]
pub(super) struct BlockView<'a> {
    pub id: &'a str,
    pub class: &'static str,
    pub what: What<'a>,
    notes: &'a [String],
    downloads: Vec<(&'static str, String)>,
    drill: Option<Drill>,
    about: Option<AboutView<'a>>,
    data: Option<Grid>,
    /// Where each row of `data` leads, and each of its headings; empty where nothing leads anywhere.
    row_ways: Vec<Option<String>>,
    /// The cell of a row that carries its way.
    linked: usize,
    heading_ways: Vec<Option<String>>,
    /// Rows of `data` that are in the downloads only.
    more: usize,
    /// What stands in place of `data` without rows.
    nothing: &'static str,
    /// Of the block's own heading, 2 to 6.
    level: u8,
    words: &'a Words,
}

pub(super) enum What<'a> {
    Prose(Vec<Part<'a>>),
    Note(&'a str),
    Picture { title: &'a str, summary: String, pictures: Vec<(&'static str, Drawing)>, reading: Option<String> },
    Rows { title: &'a str },
    Card { title: &'a str, state: &'static str, why: &'a str },
}

/// A piece of prose with the heading level it has on this page.
pub(super) enum Part<'a> {
    Heading(u8, Inlines<'a>),
    Paragraph(Inlines<'a>),
    List { ordered: bool, items: Vec<Inlines<'a>> },
}

/// Where a block leads to.
pub(super) struct Drill {
    address: String,
    words: String,
}

pub(super) struct AboutView<'a> {
    about: &'a About,
    as_of: Option<String>,
    /// The SQL is written once a page; later blocks of the same KPI point to it.
    sql_here: bool,
}

impl BlockView<'_> {
    fn row_way(&self, row: &usize) -> Option<&String> {
        self.row_ways.get(*row)?.as_ref()
    }

    fn heading_way(&self, column: &usize) -> Option<&String> {
        self.heading_ways.get(*column)?.as_ref()
    }

    /// The numbers behind a picture; a table block has shown them already.
    fn behind(&self) -> Option<&Grid> {
        self.data.as_ref().filter(|_| matches!(self.what, What::Picture { .. }))
    }
}

pub(super) fn views(page: &Page) -> Vec<BlockView<'_>> {
    let mut level = 1;
    let mut told: Vec<&str> = vec![];
    let mut views = vec![];
    for drawn in &page.blocks {
        let mut view = view(page, drawn, &mut level);
        if let Some(about) = &mut view.about {
            about.sql_here = !told.contains(&about.about.kpi.as_str());
            told.push(&about.about.kpi);
        }
        views.push(view);
    }
    views
}

fn view<'a>(page: &'a Page, drawn: &'a Drawn, level: &mut u8) -> BlockView<'a> {
    let words: &Words = &page.locale;
    let plain = |what, level: u8| BlockView {
        id: &drawn.id,
        class: class(drawn.width),
        what,
        notes: &[],
        downloads: vec![],
        drill: None,
        about: None,
        data: None,
        row_ways: vec![],
        linked: 0,
        heading_ways: vec![],
        more: 0,
        nothing: words.no_data,
        level,
        words,
    };
    let own_level = (*level + 1).min(6);
    match &drawn.body {
        Body::Prose(prose) => plain(What::Prose(parts(page, prose, level)), 0),
        Body::Note(text) => plain(What::Note(text), 0),
        Body::Card { title, state, why, about } => BlockView {
            about: about.as_ref().and_then(|about| about_view(about, words)),
            ..plain(What::Card { title, state: state.words(words), why }, own_level)
        },
        Body::Picture { title, chart, table, notes, way, about } => {
            let addresses = way.as_ref().map_or(vec![], |way| addresses(way, table, words));
            let draw = |size| {
                let Drawing { svg, along } = charts::drawing(chart, size, &Theme::light());
                Drawing { svg: linked(svg, &addresses), along }
            };
            let pictures = pictures(drawn.width, draw);
            let reading = chart.reading().map(|reading| reading.written());
            let what = What::Picture { title, summary: chart.summary().into(), pictures, reading };
            let (data, more) = shown(crossed(table, chart.format()).with(&chart.beside()));
            let downloads = downloads(page, &drawn.id, &["svg", "png", "csv", "xlsx", "json"]);
            let heading_ways = data.as_ref().map_or(vec![], |grid| heading_ways(grid, &addresses));
            let (drill, about) = (way.as_ref().map(drill), about_view(about, words));
            let nothing = chart.nothing();
            BlockView { notes, downloads, drill, about, data, heading_ways, more, nothing, ..plain(what, own_level) }
        }
        Body::Tile { tile, notes, way, table, about } => {
            let svg = tile_svg(tile, Size::Phone, &Theme::light());
            let pictures = vec![("tile", Drawing { svg, along: None })];
            let what = What::Picture { title: tile.title(), summary: tile.summary(), pictures, reading: None };
            let (data, more) = shown(grid(table, Some(tile.format()), words).with(tile.beside().as_slice()));
            let downloads = downloads(page, &drawn.id, &["svg", "png", "csv", "xlsx", "json"]);
            let (drill, about) = (way.as_ref().map(drill), about_view(about, words));
            BlockView { notes, downloads, drill, about, data, more, ..plain(what, own_level) }
        }
        Body::Rows { title, table, answer, more, way, about } => {
            let (data, cut) = match answer {
                Some(format) => shown(grid(table, Some(format), words)),
                None => first_shown(grid(table, None, words)),
            };
            // Of an answer the newest rows are shown, which stand last.
            let first = if answer.is_some() { cut } else { 0 };
            let rows = first..first + data.as_ref().map_or(0, |grid| grid.rows.len());
            let row_ways = way.as_ref().map_or(vec![], |way| rows.map(|row| way_of_row(way, table, row)).collect());
            let linked = data.as_ref().zip(way.as_ref()).map_or(0, |(grid, way)| linked_cell(grid, way, words));
            BlockView {
                downloads: downloads(page, &drawn.id, &["csv", "xlsx", "json"]),
                drill: way.as_ref().filter(|way| way.members.is_empty()).map(drill),
                data,
                row_ways,
                linked,
                more: more + cut,
                nothing: words.no_rows(answer.is_some()),
                about: about_view(about, words),
                ..plain(What::Rows { title }, own_level)
            }
        }
    }
}

/// The first column that the way takes along.
fn linked_cell(grid: &Grid, way: &Way, words: &Words) -> usize {
    let taken = way.members.first().map(|(_, column)| words.heading(column)).unwrap_or_default();
    grid.headings.iter().position(|heading| heading.name == taken).unwrap_or(0)
}

fn way_of_row(way: &Way, table: &Table, row: usize) -> Option<String> {
    let member = |column: &str| match table.value(row, column) {
        // Nobody can choose those without a grade.
        Value::Text(member) if !member.is_empty() && member != NO_MEMBER => Some(member),
        _ => None,
    };
    way.of(member).filter(|_| !way.members.is_empty())
}

/// Each member of a picture with its address, where one column tells members apart.
fn addresses(way: &Way, table: &Table, words: &Words) -> Vec<(String, String)> {
    let [(_, column)] = &way.members[..] else { return vec![] };
    let lead = |name: String| {
        let row = (0..table.rows()).find(|row| table.value(*row, column) == Value::Text(&name))?;
        Some((name, way_of_row(way, table, row)?))
    };
    distinct(table, column, words).into_iter().filter_map(lead).collect()
}

/// Where the columns of a crossed table lead: each is a member.
fn heading_ways(grid: &Grid, addresses: &[(String, String)]) -> Vec<Option<String>> {
    let lead = |heading: &Heading| addresses.iter().find(|(name, _)| *name == heading.name).map(|(_, way)| way.clone());
    grid.headings.iter().map(lead).collect()
}

/// Headings begin below the page's own and never skip a level; one that only repeats the page's title is left out.
fn parts<'a>(page: &Page, prose: &'a [Prose], level: &mut u8) -> Vec<Part<'a>> {
    let part = |prose: &'a Prose| match prose {
        Prose::Heading { text, .. } if *text == [Inline::Text(page.title.clone())] => None,
        Prose::Heading { level: asked, text } => {
            *level = (asked + 1).min(*level + 1).clamp(2, 5);
            Some(Part::Heading(*level, Inlines { inlines: text }))
        }
        Prose::Paragraph(text) => Some(Part::Paragraph(Inlines { inlines: text })),
        Prose::List { ordered, items } => {
            Some(Part::List { ordered: *ordered, items: items.iter().map(|inlines| Inlines { inlines }).collect() })
        }
    };
    prose.iter().filter_map(part).collect()
}

/// A phone gets its own drawing, for a wide one shrunk to it could not be read; the stylesheet shows one of the two.
fn pictures(width: Width, draw: impl Fn(Size) -> Drawing) -> Vec<(&'static str, Drawing)> {
    let wide = match width {
        Width::Full => Size::Desk,
        Width::TwoThirds => Size::TwoThirds,
        Width::Half => Size::Half,
        Width::Third => return vec![("any", draw(Size::Phone))],
    };
    vec![("wide", draw(wide)), ("narrow", draw(Size::Phone))]
}

fn class(width: Width) -> &'static str {
    match width {
        Width::Full => "full",
        Width::Half => "half",
        Width::Third => "third",
        Width::TwoThirds => "two-thirds",
    }
}

fn shown(mut data: Grid) -> (Option<Grid>, usize) {
    let more = data.rows.len().saturating_sub(MOST_ROWS);
    // The newest periods stand last, and they are the ones asked for.
    data.rows.drain(..more);
    (Some(data), more)
}

/// A query puts first what matters most.
fn first_shown(mut data: Grid) -> (Option<Grid>, usize) {
    let more = data.rows.len().saturating_sub(MOST_ROWS);
    data.rows.truncate(MOST_ROWS);
    (Some(data), more)
}

fn downloads(page: &Page, id: &str, kinds: &[&'static str]) -> Vec<(&'static str, String)> {
    let address = |kind: &&'static str| (*kind, format!("/c/{}/{id}.{kind}{}", page.slug, with_query(&page.query)));
    kinds.iter().map(address).collect()
}

/// The way to a page behind a block as a whole.
fn drill(way: &Way) -> Drill {
    Drill { address: way.whole(), words: way.title.clone() }
}

/// `None` where there is nothing to tell.
fn about_view<'a>(about: &'a About, words: &Words) -> Option<AboutView<'a>> {
    let told = !(about.means.is_empty() && about.sql.is_empty() && about.kpi.is_empty());
    told.then(|| AboutView { about, as_of: about.as_of.map(|day| words.date(day)), sql_here: true })
}
