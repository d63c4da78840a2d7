//! What is asked of a KPI: over which days, cut how, by whom.

use crate::problem::did_you_mean;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// How long one period of a series is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grain {
    Day,
    Week,
    Month,
    /// Fiscal quarters: they follow the project's `fiscal_year_start`.
    Quarter,
}

/// Whose attributes count: those at the event, or one value per person at the period's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Attributes {
    Event,
    PeriodEnd,
}

/// Days from `from` to `to`, both inclusive; never empty, see [`Range::new`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Range {
    from: NaiveDate,
    to: NaiveDate,
}

/// Rows are kept where `column` has one of `values`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Filter {
    pub column: String,
    pub values: Vec<String>,
}

/// A question to a KPI. Everything left out takes the default of contract.md.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Params {
    /// First day asked; widened to whole periods.
    pub from: Option<NaiveDate>,
    /// Last day asked, inclusive.
    pub to: Option<NaiveDate>,
    pub grain: Option<Grain>,
    /// Columns to group by, in the order of the answer.
    pub by: Vec<String>,
    pub filters: Vec<Filter>,
    pub attributes: Option<Attributes>,
    /// The day the answer is told from; `None` is what the data is complete through.
    pub as_of: Option<NaiveDate>,
    /// Options of the KPI by name: `basis` → `login`.
    pub options: BTreeMap<String, String>,
}

/// Who asks. One door to data, one viewer per question, from the first commit on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Viewer {
    /// The person at this machine: sees every cell.
    Local,
}

impl Range {
    /// `None` if `to` is before `from`.
    pub fn new(from: NaiveDate, to: NaiveDate) -> Option<Range> {
        (from <= to).then_some(Range { from, to })
    }

    pub fn from(&self) -> NaiveDate {
        self.from
    }

    pub fn to(&self) -> NaiveDate {
        self.to
    }
}

impl Grain {
    pub const ALL: [(&str, Grain); 4] =
        [("day", Grain::Day), ("week", Grain::Week), ("month", Grain::Month), ("quarter", Grain::Quarter)];

    pub fn word(&self) -> &'static str {
        match self {
            Grain::Day => "day",
            Grain::Week => "week",
            Grain::Month => "month",
            Grain::Quarter => "quarter",
        }
    }
}

impl std::str::FromStr for Grain {
    type Err = String;
    fn from_str(word: &str) -> Result<Grain, String> {
        let found = Grain::ALL.iter().find(|(name, _)| *name == word).map(|(_, grain)| *grain);
        found.ok_or_else(|| unknown("grain", word, Grain::ALL.iter().map(|(name, _)| *name)))
    }
}

impl Attributes {
    pub const ALL: [(&str, Attributes); 2] = [("event", Attributes::Event), ("period-end", Attributes::PeriodEnd)];

    pub fn word(&self) -> &'static str {
        match self {
            Attributes::Event => "event",
            Attributes::PeriodEnd => "period-end",
        }
    }
}

impl std::str::FromStr for Attributes {
    type Err = String;
    fn from_str(word: &str) -> Result<Attributes, String> {
        let found = Attributes::ALL.iter().find(|(name, _)| *name == word).map(|(_, mode)| *mode);
        found.ok_or_else(|| unknown("attribute mode", word, Attributes::ALL.iter().map(|(name, _)| *name)))
    }
}

fn unknown<'a>(what: &str, word: &str, known: impl Iterator<Item = &'a str>) -> String {
    format!("no {what} is called \"{word}\"; {}", did_you_mean(word, known))
}
