//! From an answer to a picture: [`Chart::fit`] may object, drawing cannot.
//!
//! Each kind of chart is a file in `charts/` and an arm below.

pub(crate) mod bar;
mod frame;
mod line;
pub(crate) mod members;
mod summary;

use crate::svg::Svg;
use crate::theme::{Size, Theme};
use crate::words;
use chrono::NaiveDate;
use uptake_spec::kpi::Unit;
use uptake_spec::problem::did_you_mean;
use uptake_spec::{Answer, Grain, Place, Problem, Range, Table};

/// The words a dashboard may write after `type =`.
pub const KINDS: [&str; 2] = ["line", "bar"];

/// What numbers of a picture or a table need to be written: `68 %` or `€1.2M`, `W 12 Oct 2026` or `Oct 2026`.
#[derive(Debug, Clone, PartialEq)]
pub struct Format {
    pub unit: Unit,
    pub grain: Grain,
    /// ISO 4217, as `EUR`.
    pub currency: String,
}

/// An answer, and what a dashboard wants drawn of it.
pub struct Facts<'a> {
    pub answer: &'a Answer,
    /// One of [`KINDS`].
    pub kind: &'a str,
    pub kind_place: &'a Place,
    pub title: String,
    /// One sentence for those who cannot see the picture.
    pub alt: &'a str,
    /// Draw the answer's dated targets.
    pub target: bool,
    pub currency: &'a str,
}

/// Data that suits its picture, held by [`Chart::fit`] and [`Chart::fit_query`], the only doors: after them drawing cannot fail.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    title: String,
    subtitle: String,
    summary: String,
    alt: String,
    format: Format,
    marks: Marks,
}

#[derive(Debug, Clone, PartialEq)]
enum Marks {
    Line(line::Lines),
    Bar(bar::Bars),
}

impl Chart {
    /// An answer without rows fits every kind: the picture then says "No data in this period".
    ///
    /// # Errors
    /// The kind is unknown, or the answer has too many or too few columns to group by for it.
    pub fn fit(facts: &Facts) -> Result<Chart, Problem> {
        known(facts.kind, facts.kind_place)?;
        let answer = facts.answer;
        let format = Format::of(answer, facts.currency);
        let cut = members::of_answer(answer);
        let marks = match facts.kind {
            "line" => Marks::Line(line::fit_answer(facts, &format, &cut)?),
            _ => Marks::Bar(bar::fit_answer(facts, &cut)?),
        };
        let told = Told { what: None, only: cut.only, as_of: Some(answer.as_of), range: Some(answer.range) };
        Ok(Chart::told(facts.title.clone(), facts.alt, format, marks, told))
    }

    /// Draws the rows of a page's own question: `x` along the axis (the first column unless named), `y` as the value
    /// (the first number column unless named), one line per member of `series`. Rows keep the query's order.
    ///
    /// A value column called `share`, or ending in `_share`, is shown in percent.
    ///
    /// # Errors
    /// The kind is unknown, a named column is missing, the values are no numbers, or bars are given a `series`.
    #[expect(clippy::too_many_arguments, reason = "they are the keys of a chart block, each named at the call")]
    pub fn fit_query(
        table: &Table,
        kind: &str,
        kind_place: &Place,
        title: String,
        alt: &str,
        x: Option<&str>,
        y: Option<&str>,
        series: Option<&str>,
    ) -> Result<Chart, Problem> {
        known(kind, kind_place)?;
        let columns = members::of_query(table, kind_place, x, y, series)?;
        let format = Format { unit: columns.unit, grain: Grain::Day, currency: String::new() };
        let marks = match kind {
            "line" => Marks::Line(line::fit_query(table, &columns)),
            _ => Marks::Bar(bar::fit_query(table, &columns, kind_place)?),
        };
        let told = Told { what: Some(words::heading(&columns.y)), only: None, as_of: None, range: None };
        Ok(Chart::told(title, alt, format, marks, told))
    }

    /// One sentence made from the numbers: what stands highest, lowest, and what changed.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// Unit, period and as-of.
    pub fn subtitle(&self) -> &str {
        &self.subtitle
    }

    /// The picture's subject.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The dashboard's own sentence about the picture.
    pub fn alt(&self) -> &str {
        &self.alt
    }

    /// How the numbers of this chart are written, for the table beside it.
    pub fn format(&self) -> &Format {
        &self.format
    }

    fn told(title: String, alt: &str, format: Format, marks: Marks, told: Told) -> Chart {
        let summary = match &marks {
            Marks::Line(lines) => summary::of_lines(lines, &format),
            Marks::Bar(bars) => summary::of_bars(bars, &format),
        };
        let mut parts = match &marks {
            Marks::Line(lines) => lines.subtitle(&format, told.range),
            Marks::Bar(bars) => bars.subtitle(&format, told.range),
        };
        if let Some(what) = told.what {
            parts[0] = what;
        }
        if let Some(member) = told.only {
            parts.insert(1, member);
        }
        parts.extend(told.as_of.map(|day| format!("as of {}", words::date(day))));
        Chart { title, subtitle: parts.join(" · "), summary, alt: alt.into(), format, marks }
    }
}

impl Format {
    pub fn of(answer: &Answer, currency: &str) -> Format {
        Format { unit: answer.unit, grain: answer.grain, currency: currency.into() }
    }

    /// `percent`, `EUR`, `number`: what one reads on the axis. The currency's own code says more than its sign.
    pub(crate) fn unit_word(&self) -> String {
        match self.unit {
            Unit::Share => "Percent".into(),
            Unit::Money => self.currency.clone(),
            Unit::Count => "Number".into(),
            Unit::Rate => "Rate".into(),
            Unit::Days => "Days".into(),
        }
    }

    pub(crate) fn short(&self, n: f64) -> String {
        words::short(n, self.unit, &self.currency)
    }
}

/// What an answer says beside its rows, for the subtitle.
struct Told {
    /// In place of the unit: a query's column.
    what: Option<String>,
    /// The one member of the split that is drawn.
    only: Option<String>,
    as_of: Option<NaiveDate>,
    range: Option<Range>,
}

/// Draws the chart. Same arguments, same bytes.
pub fn svg(chart: &Chart, size: Size, theme: &Theme) -> Svg {
    match &chart.marks {
        Marks::Line(lines) => line::draw(chart, lines, size, theme),
        Marks::Bar(bars) => bar::draw(chart, bars, size, theme),
    }
}

fn known(kind: &str, place: &Place) -> Result<(), Problem> {
    match KINDS.contains(&kind) {
        true => Ok(()),
        false => {
            Err(Problem::new(place.clone(), format!("no chart kind is called \"{kind}\""), did_you_mean(kind, KINDS)))
        }
    }
}
