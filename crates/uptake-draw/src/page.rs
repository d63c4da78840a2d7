//! A dashboard as a whole HTML page, readable and printable without scripts.

mod blocks;
mod filters;
mod style;
mod way;

pub use filters::{FilterKind, FilterState};
pub use style::{ICON, script, stylesheet};
pub use way::Way;

use crate::charts::Chart;
use crate::charts::Format;
use crate::tile::Tile;
use crate::words::{Locale, Words, sentence};
use askama::Template;
use blocks::BlockView;
use chrono::NaiveDate;
use filters::FilterView;
use uptake_spec::dashboard::{Inline, Prose, Width};
use uptake_spec::{Grain, Range, Table};

/// One dashboard with its numbers, ready for screen and paper.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub firm: String,
    /// The page is `/d/{slug}`.
    pub slug: String,
    pub title: String,
    /// The question the page answers.
    pub asks: String,
    /// Who answers for the page.
    pub owner: Option<String>,
    /// `None` if nothing was loaded that it could show.
    pub as_of: Option<NaiveDate>,
    /// The resolved days of the page's period filter.
    pub range: Option<Range>,
    pub grain: Option<Grain>,
    /// As `Europe/Berlin`.
    pub time_zone: String,
    pub build: u64,
    /// In reading order.
    pub blocks: Vec<Drawn>,
    pub filters: Vec<FilterState>,
    /// Slug, title and question of every page, this one among them.
    pub pages: Vec<(String, String, String)>,
    /// What the viewer chose, percent-encoded, without the question mark: `grade=Partner&from=2026-07-01`.
    pub query: String,
    /// For the foot: what is not loaded, who was left out.
    pub notes: Vec<String>,
    /// In which language, and which currency.
    pub locale: Locale,
}

/// One block of a page with its numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// Empty for prose and notes.
    pub id: String,
    pub width: Width,
    pub body: Body,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Without tokens, see [`crate::resolve`].
    Prose(Vec<Prose>),
    Note(String),
    Picture {
        title: String,
        chart: Chart,
        /// The data behind the picture.
        table: Table,
        notes: Vec<String>,
        way: Option<Way>,
        about: About,
    },
    Tile {
        tile: Tile,
        notes: Vec<String>,
        way: Option<Way>,
        table: Table,
        about: About,
    },
    Rows {
        title: String,
        table: Table,
        /// `None` for the rows of a query.
        answer: Option<Format>,
        /// Rows that are not in `table`, but in the downloads.
        more: usize,
        way: Option<Way>,
        about: About,
    },
    /// In place of a block that cannot be shown.
    Card {
        title: String,
        state: CardState,
        why: String,
        about: Option<About>,
    },
}

/// Why there is no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardState {
    NotLoaded,
    Failed,
}

/// What is this number? Empty texts are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    pub kpi: String,
    pub code: String,
    pub asks: String,
    pub means: String,
    /// As `share, shown in percent`.
    pub unit: String,
    pub sql: String,
    pub as_of: Option<NaiveDate>,
    /// What it is told from, each with its last load: `the CRM's users, loaded on 26 Oct 2026, complete through 25 Oct 2026`.
    pub sources: Vec<String>,
    /// The file that tests it: `queries/kpis/won.slt`.
    pub test: String,
}

/// Of the six of a desk's row.
pub(crate) fn columns(width: Width) -> u8 {
    match width {
        Width::Full => 6,
        Width::TwoThirds => 4,
        Width::Half => 3,
        Width::Third => 2,
    }
}

impl CardState {
    pub fn words(self, words: &Words) -> &'static str {
        match self {
            CardState::NotLoaded => words.not_loaded,
            CardState::Failed => words.failed,
        }
    }
}

/// The whole HTML of a dashboard with its own styles. It asks the server for fonts, downloads, and [`script`], without which it is whole.
pub fn page(page: &Page) -> String {
    rendered(page, format!("/d/{}", page.slug), vec![])
}

/// The page at `/`: as [`page()`], with the list of all pages and their questions behind it.
pub fn home(page: &Page) -> String {
    rendered(page, "/".into(), page.pages.iter().filter(|(slug, ..)| *slug != page.slug).collect())
}

fn rendered(page: &Page, path: String, listed: Vec<&(String, String, String)>) -> String {
    let view = PageView {
        page,
        style: stylesheet(),
        icon: ICON,
        blocks: blocks::views(page),
        filters: filters::views(page),
        carried: filters::carried(page),
        when: page.when(),
        files: files(page),
        path,
        listed,
    };
    view.render().expect("a template of ours writes to a string, which cannot fail")
}

/// There is no workbook without data.
fn files(page: &Page) -> Vec<(&'static str, String)> {
    let has_data = |drawn: &Drawn| matches!(drawn.body, Body::Picture { .. } | Body::Tile { .. } | Body::Rows { .. });
    let workbook = Some("xlsx").filter(|_| page.blocks.iter().any(has_data));
    let kinds = ["pdf", "png"].into_iter().chain(workbook);
    kinds.map(|kind| (kind, format!("/d/{}.{kind}{}", page.slug, with_query(&page.query)))).collect()
}

#[derive(Template)]
#[template(path = "page.html")]
struct PageView<'a> {
    page: &'a Page,
    style: &'static str,
    icon: &'static str,
    blocks: Vec<BlockView<'a>>,
    filters: Vec<FilterView<'a>>,
    /// What the viewer chose that no filter of the page shows.
    carried: Vec<(String, String)>,
    when: String,
    /// The page as a file: kind and address.
    files: Vec<(&'static str, String)>,
    path: String,
    listed: Vec<&'a (String, String, String)>,
}

impl Page {
    /// What stands side by side on a desk: as many blocks as its six columns hold.
    pub fn rows(&self) -> Vec<Vec<&Drawn>> {
        let mut rows: Vec<Vec<&Drawn>> = vec![];
        let mut taken = 6;
        for drawn in &self.blocks {
            let wide = columns(drawn.width);
            if taken + wide > 6 {
                rows.push(vec![]);
                taken = 0;
            }
            rows.last_mut().expect("the first block begins a row").push(drawn);
            taken += wide;
        }
        rows
    }

    /// `Weeks 25 May to 22 Nov 2026 · as of 18 Nov 2026 · Europe/Berlin`.
    pub fn when(&self) -> String {
        let Some(as_of) = self.as_of else { return self.locale.nothing_loaded.into() };
        let as_of = self.locale.as_of(as_of);
        let Some(range) = self.range else { return format!("{} · {}", sentence(&as_of), self.time_zone) };
        let range = self.locale.range(range);
        let periods = |grain| (self.locale.periods_of)(self.locale.grains[grain as usize], &range);
        let range = self.grain.map_or(range.clone(), |grain: Grain| sentence(&periods(grain)));
        format!("{range} · {as_of} · {}", self.time_zone)
    }
}

fn with_query(query: &str) -> String {
    if query.is_empty() { String::new() } else { format!("?{query}") }
}

/// Inlines as HTML; nested ones are templates of their own.
#[derive(Template)]
#[template(path = "inlines.html")]
struct Inlines<'a> {
    inlines: &'a [Inline],
}

impl Inlines<'_> {
    fn inside<'a>(&self, inlines: &'a [Inline]) -> Inlines<'a> {
        Inlines { inlines }
    }
}
