//! A dashboard: one Markdown file that is a page, a report and a readable diff.
//!
//! `+++` TOML front matter, then prose and fenced `kpi`, `chart`, `table`, `note` and `sql NAME` blocks in reading order.

mod blocks;
mod link;
mod prose;

pub use link::{Choice, Link};
pub use prose::{Inline, Prose, Show, Token};

use crate::fields::{Fields, Piece};
use crate::params::Grain;
use crate::problem::{Place, Problem};
use crate::project::Remark;
use crate::sql;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Debug, Clone, PartialEq)]
pub struct Dashboard {
    /// The file's name without `.md`; the page is `/d/{slug}`.
    pub slug: String,
    pub title: String,
    /// The question the page answers.
    pub asks: String,
    /// Who answers for the page; it says so at its foot.
    pub owner: Option<String>,
    /// How long making the page may take, in ms; the server's log tells when it took longer.
    pub budget_ms: Option<u64>,
    pub filters: Vec<PageFilter>,
    /// In reading order.
    pub blocks: Vec<Block>,
    pub file: std::path::PathBuf,
}

/// A filter the page offers; it reaches KPIs that have its column.
#[derive(Debug, Clone, PartialEq)]
pub struct PageFilter {
    pub name: String,
    pub kind: FilterKind,
    /// Where `[filter.NAME]` stands.
    pub place: Place,
}

#[derive(Debug, Clone, PartialEq)]
pub enum FilterKind {
    /// The days asked; by default the last `count` complete periods.
    Period { grain: Grain, count: u32 },
    /// Any number of the members of a column; by default all.
    Multi { column: String },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The `id` key, else the KPI's name; unique on its page. Prose has none.
    pub id: String,
    pub width: Width,
    pub place: Place,
    pub what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    Full,
    Half,
    Third,
    TwoThirds,
}

#[derive(Debug, Clone, PartialEq)]
pub enum What {
    Prose(Prose),
    Note(Vec<Inline>),
    /// The newest complete value, its change, a sparkline.
    Tile(TileBlock),
    Chart(ChartBlock),
    Table(TableBlock),
    /// A question asked on this page only; charts and tables name it.
    Query {
        sql: String,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct TileBlock {
    pub ask: Ask,
    pub title: Option<String>,
    pub compare: Compare,
    /// Say whether the number is normal.
    pub normal: bool,
    pub link: Option<Link>,
}

/// What a number is set against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// The period before.
    Previous,
    /// The same period a year before: 52 weeks, or twelve months.
    LastYear,
    Nothing,
}

/// `[[mark]]`: a day that stands as a line through the picture, with its words.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// `events = "annotations"`: all days of annotations.csv.
    Annotations,
    /// `day = "2026-09-07"` and `text = "New start page"`.
    Day(Remark),
}

#[derive(Debug, Clone, PartialEq)]
pub struct ChartBlock {
    pub data: DataFrom,
    /// The form's word, as `line`; the forms are listed by uptake-draw. Empty only when it was missing, which is a problem.
    pub kind: String,
    pub kind_place: Place,
    pub title: Option<String>,
    /// One sentence for those who cannot see it; may be empty only when it was missing, which is a problem.
    pub alt: String,
    /// `[[line]]`: the KPIs whose dated targets are drawn; only the block's own has any here.
    pub targets: Vec<(String, Place)>,
    pub marks: Vec<Mark>,
    /// `compare = "last_year"`, and where that stands: the same periods a year before, as a second line. Only for a KPI.
    pub last_year: Option<Place>,
    /// Show what is normal: a band behind a line that is alone, words beneath several. Only for a KPI.
    pub normal: bool,
    pub link: Option<Link>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TableBlock {
    pub data: DataFrom,
    pub title: Option<String>,
    /// The most rows shown on the page; downloads have all.
    pub limit: Option<usize>,
    /// Where a row leads.
    pub link: Option<Link>,
}

/// Where the rows of a chart or a table come from.
#[derive(Debug, Clone, PartialEq)]
pub enum DataFrom {
    Kpi(Ask),
    /// A `sql` block of this page; `x`, `y` and `series` name its columns.
    Query {
        name: String,
        x: Option<String>,
        y: Option<String>,
        series: Option<String>,
        place: Place,
    },
    /// What all KPIs of the page say together; only tables show it.
    Scan(Scan),
}

/// A look over every series that a page shows: its KPIs, and each cut by the columns of `by`.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    pub of: ScanOf,
    /// Columns by which each KPI is cut that has them. Empty: as [`ScanOf`] says.
    pub by: Vec<String>,
    pub by_place: Place,
    /// Another page, by its slug, with where it is named; `None` is the page that the block stands on.
    pub page: Option<(String, Place)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanOf {
    /// Each series with its limits and its verdict; without `by`, the whole firm's.
    WhatIsNormal,
    /// The three that are farthest from normal, weighed by their size; without `by`, each KPI is also cut by its first column.
    ThreeChanges,
}

impl ScanOf {
    /// Where blocks and `uptake kpi` take the name of a KPI, they take these too.
    pub const ALL: [(&str, ScanOf); 2] =
        [("what_is_normal", ScanOf::WhatIsNormal), ("three_changes", ScanOf::ThreeChanges)];

    pub fn called(name: &str) -> Option<ScanOf> {
        ScanOf::ALL.iter().find(|(known, _)| *known == name).map(|(_, of)| *of)
    }

    pub fn name(&self) -> &'static str {
        ScanOf::ALL.iter().find(|(_, of)| of == self).map_or("", |(name, _)| name)
    }
}

/// A KPI with what this block asks of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// Empty only when it was missing, which is a problem.
    pub kpi: String,
    pub kpi_place: Place,
    pub by: Vec<String>,
    pub by_place: Place,
    pub grain: Option<Grain>,
    /// The KPI's options with where they stand: `basis = "login"`.
    pub options: BTreeMap<String, (String, Place)>,
    /// The block's own keys, for the hint to a key that is neither one of them nor an option.
    pub keys: Vec<&'static str>,
}

impl Ask {
    pub fn chosen(&self) -> BTreeMap<String, String> {
        self.options.iter().map(|(name, (value, _))| (name.clone(), value.clone())).collect()
    }
}

impl Dashboard {
    /// Whether days can be chosen: the page has a period, or something on it is asked over days.
    pub fn takes_days(&self) -> bool {
        let over_days = |block: &Block| match &block.what {
            What::Query { sql } => {
                sql::reads(sql).is_ok_and(|r| r.parameters.contains("from") || r.parameters.contains("to"))
            }
            _ => block.ask().is_some() || block.scan().is_some() || !block.tokens().is_empty(),
        };
        self.filters.iter().any(|filter| matches!(filter.kind, FilterKind::Period { .. }))
            || self.blocks.iter().any(over_days)
    }
}

impl Block {
    /// The KPI question of a tile, chart or table; `None` for prose, notes and queries.
    pub fn ask(&self) -> Option<&Ask> {
        match &self.what {
            What::Tile(tile) => Some(&tile.ask),
            What::Chart(ChartBlock { data: DataFrom::Kpi(ask), .. }) => Some(ask),
            What::Table(TableBlock { data: DataFrom::Kpi(ask), .. }) => Some(ask),
            _ => None,
        }
    }

    /// The look over a page that a table shows.
    pub fn scan(&self) -> Option<&Scan> {
        match &self.what {
            What::Table(TableBlock { data: DataFrom::Scan(scan), .. }) => Some(scan),
            _ => None,
        }
    }

    /// The KPI question of a block that says what is normal for it.
    pub fn judged(&self) -> Option<&Ask> {
        let wanted = match &self.what {
            What::Tile(tile) => tile.normal,
            What::Chart(chart) => chart.normal,
            _ => false,
        };
        self.ask().filter(|_| wanted)
    }

    /// The KPI question of a block that is set against the year before.
    pub fn against_last_year(&self) -> Option<&Ask> {
        let wanted = match &self.what {
            What::Tile(tile) => tile.compare == Compare::LastYear,
            What::Chart(chart) => chart.last_year.is_some(),
            _ => false,
        };
        self.ask().filter(|_| wanted)
    }

    /// Where the block, or a row of it, leads.
    pub fn link(&self) -> Option<&Link> {
        match &self.what {
            What::Tile(TileBlock { link, .. })
            | What::Chart(ChartBlock { link, .. })
            | What::Table(TableBlock { link, .. }) => link.as_ref(),
            What::Prose(_) | What::Note(_) | What::Query { .. } => None,
        }
    }

    /// Every token in its words.
    pub fn tokens(&self) -> Vec<&Token> {
        match &self.what {
            What::Prose(prose) => prose.tokens(),
            What::Note(text) => prose::tokens(text),
            _ => vec![],
        }
    }
}

/// Reads `dashboards/SLUG.md`: what of it could be read, and every mistake of the file. `None` only without front matter.
///
/// Names of KPIs are checked later, by [`crate::project`].
pub fn read_dashboard(file: &Path, text: &str) -> (Option<Dashboard>, Vec<Problem>) {
    let mut problems = vec![];
    let slug = file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let Some((front, body_at)) = front_matter(text) else {
        let hint = "begin the file with +++, title = \"…\", asks = \"…\", +++";
        return (None, vec![Problem::new(Place::new(file, 1, 1), "there is no front matter", hint)]);
    };
    let piece = Piece::new(file, text, front.0);
    let head = piece.read(&text[front.0..front.1], |f| Some(read_front(f)));
    problems.extend(piece.problems());
    let blocks = blocks::read_blocks(file, text, body_at, &mut problems);
    let Front { title, asks, owner, budget_ms, filters } = head.unwrap_or_default();
    (Some(Dashboard { slug, title, asks, owner, budget_ms, filters, blocks, file: file.into() }), problems)
}

/// The bytes between the two `+++` lines, and where the body begins.
fn front_matter(text: &str) -> Option<((usize, usize), usize)> {
    let text_start = text.strip_prefix("+++\n").map(|_| 4)?;
    let end = text[text_start..].find("\n+++").map(|at| text_start + at + 1)?;
    let body = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    Some(((text_start, end), body))
}

#[derive(Default)]
struct Front {
    title: String,
    asks: String,
    owner: Option<String>,
    budget_ms: Option<u64>,
    filters: Vec<PageFilter>,
}

fn read_front(f: &Fields) -> Front {
    if f.text("access").is_some() {
        let what = "\"access\" needs viewers who sign in, which are not there yet";
        f.object("access", what, "leave the line out: the pages are for whoever sits at this machine");
    }
    Front {
        title: f.needed("title").unwrap_or_default(),
        asks: f.needed("asks").unwrap_or_default(),
        owner: f.text("owner"),
        budget_ms: read_budget(f),
        filters: f.named("filter", |name, f| read_filter(name, f)),
    }
}

fn read_budget(f: &Fields) -> Option<u64> {
    let asked = f.integer("budget")?;
    let budget = u64::try_from(asked).ok().filter(|ms| *ms > 0);
    if budget.is_none() {
        f.object("budget", format!("\"budget\" cannot be {asked}"), "it wants milliseconds, such as 100");
    }
    budget
}

fn read_filter(name: &str, f: &Fields) -> Option<PageFilter> {
    let (grain, values, default) = (f.text("grain"), f.text("values"), f.text("default"));
    let kind = match f.needed("type").as_deref() {
        Some("date_range") => period_filter(f, grain, default),
        Some("multi") => multi_filter(name, f, values, default),
        other => {
            if let Some(word) = other {
                let hint = crate::problem::did_you_mean(word, ["date_range", "multi"]);
                f.object("type", format!("no filter type is called \"{word}\""), hint);
            }
            // Kept for its name: what uses it is no mistake.
            USUAL_PERIOD
        }
    };
    Some(PageFilter { name: name.into(), kind, place: f.place("") })
}

fn multi_filter(name: &str, f: &Fields, values: Option<String>, default: Option<String>) -> FilterKind {
    if let Some(word) = default.filter(|word| word != "all") {
        f.object("default", format!("\"default\" cannot be \"{word}\""), "only \"all\" is known yet");
    }
    let column = values.and_then(|v| v.split('.').next_back().map(String::from));
    FilterKind::Multi { column: column.unwrap_or(name.into()) }
}

const USUAL_PERIOD: FilterKind = FilterKind::Period { grain: Grain::Week, count: 26 };

/// `last 26 complete weeks`; these where the words are wrong.
fn period_filter(f: &Fields, grain: Option<String>, default: Option<String>) -> FilterKind {
    let grain = grain.unwrap_or("week".into());
    let default = default.unwrap_or(format!("last 26 complete {grain}s"));
    let words: Vec<&str> = default.split_whitespace().collect();
    let parsed = match words[..] {
        ["last", count, "complete", unit] => {
            count.parse().ok().filter(|n| (1..=520).contains(n)).zip(unit.trim_end_matches('s').parse().ok())
        }
        _ => None,
    };
    let Some((count, default_grain)) = parsed else {
        f.object("default", format!("\"default\" cannot be \"{default}\""), "write it as \"last 26 complete weeks\"");
        return USUAL_PERIOD;
    };
    match grain.parse::<Grain>() {
        Ok(grain) if grain == default_grain => FilterKind::Period { grain, count },
        Ok(_) => {
            f.object("default", "\"default\" counts in another grain than \"grain\"", "use one grain for both");
            USUAL_PERIOD
        }
        Err(why) => {
            f.object("grain", why, "");
            USUAL_PERIOD
        }
    }
}
