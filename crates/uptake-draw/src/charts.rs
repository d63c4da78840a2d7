//! From an answer to a picture: [`Chart::fit`] may object, drawing cannot.
//!
//! Each kind of chart is a file in `charts/` and an arm below.

mod area;
mod axes;
pub(crate) mod bar;
mod calendar;
mod cohort;
mod columns;
mod control;
mod ends;
mod flow;
mod format;
mod frame;
mod funnel;
mod heatmap;
mod histogram;
mod line;
mod matrix;
pub(crate) mod members;
mod names;
mod reading;
pub(crate) mod remarks;
mod rows;
mod scatter;
mod scorecard;
mod stops;
mod summary;
mod tree;
mod waterfall;

use self::columns::Way;
pub use self::control::{Judged, JudgedPoint, LimitStep, Signal};
pub use self::format::Format;
use self::members::Cut;
pub(crate) use self::reading::{Drawing, Reading};
use self::rows::{Asked, Rows};
pub(crate) use self::stops::Stop;
use crate::grid::Beside;
use crate::svg::Svg;
use crate::theme::{Size, Theme};
use crate::words::Locale;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use uptake_spec::answer::TargetStep;
use uptake_spec::problem::did_you_mean;
use uptake_spec::project::Remark;
use uptake_spec::{Answer, Grain, Place, Problem, Range, Table};

/// The words a dashboard may write after `type =`.
pub const KINDS: [&str; 17] = [
    "line",
    "bar",
    "stacked",
    "grouped",
    "area",
    "histogram",
    "funnel",
    "waterfall",
    "heatmap",
    "calendar",
    "cohort",
    "control",
    "scatter",
    "quadrant",
    "flow",
    "tree",
    "scorecard",
];

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
    pub locale: &'a Locale,
}

/// Data that suits its picture, held by [`Chart::fit`] and [`Chart::fit_query`], the only doors: after them drawing cannot fail.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    title: String,
    subtitle: String,
    summary: String,
    alt: String,
    format: Format,
    marks: Box<Marks>,
    told: Told,
    /// The columns that name the members of a mark.
    columns: Vec<String>,
    /// Where the mark of these members leads.
    links: Vec<(Vec<String>, String)>,
}

#[derive(Debug, Clone, PartialEq)]
enum Marks {
    Line(line::Lines),
    Bar(bar::Bars),
    Columns(columns::Columns),
    Area(area::Area),
    Histogram(histogram::Histogram),
    Funnel(funnel::Funnel),
    Waterfall(waterfall::Waterfall),
    Heatmap(heatmap::Heatmap),
    Calendar(calendar::Calendar),
    Cohort(cohort::Cohort),
    Control(control::Control),
    Scatter(scatter::Scatter),
    Flow(flow::Flow),
    Tree(tree::Tree),
    Scorecard(scorecard::Scorecard),
}

/// What each kind tells and draws.
trait Picture {
    /// The unit first, then the period and what a reader must know of the marks.
    fn subtitle(&self, format: &Format, range: Option<Range>) -> Vec<String>;

    /// One sentence of the numbers, see summary.rs.
    fn summary(&self, format: &Format) -> String;

    fn draw(&self, chart: &Chart, size: Size, theme: &Theme) -> Drawing;

    /// What it says at each stop; `None` if it does not go along the time.
    fn reading(&self, _format: &Format) -> Option<Reading> {
        None
    }

    /// The members of each mark that could lead somewhere, in the order of the columns.
    fn members(&self) -> Vec<Vec<String>> {
        vec![]
    }
}

impl Marks {
    fn picture(&self) -> &dyn Picture {
        match self {
            Marks::Line(marks) => marks,
            Marks::Bar(marks) => marks,
            Marks::Columns(marks) => marks,
            Marks::Area(marks) => marks,
            Marks::Histogram(marks) => marks,
            Marks::Funnel(marks) => marks,
            Marks::Waterfall(marks) => marks,
            Marks::Heatmap(marks) => marks,
            Marks::Calendar(marks) => marks,
            Marks::Cohort(marks) => marks,
            Marks::Control(marks) => marks,
            Marks::Scatter(marks) => marks,
            Marks::Flow(marks) => marks,
            Marks::Tree(marks) => marks,
            Marks::Scorecard(marks) => marks,
        }
    }
}

impl Chart {
    /// An answer without rows fits every kind: the picture then says "No data in this period".
    ///
    /// # Errors
    /// The kind is unknown, the answer has too many or too few columns to group by for it, or its values do not suit it.
    pub fn fit(facts: &Facts) -> Result<Chart, Problem> {
        Chart::fit_in(facts, Format::of(facts.answer, facts.locale))
    }

    /// As [`Chart::fit`], with numbers and periods written as `format` says: with the firm's own fiscal quarters.
    ///
    /// # Errors
    /// As [`Chart::fit`].
    pub fn fit_in(facts: &Facts, format: Format) -> Result<Chart, Problem> {
        known(facts.kind, facts.kind_place)?;
        let Cut { answer, members, only } = members::of_answer(facts.answer, &format.locale);
        let facts = &Facts { answer: &answer, title: facts.title.clone(), ..*facts };
        let format = match (&only, &answer.split) {
            (Some(member), _) => format.of_member(member),
            (None, Some(split)) => {
                let told = members::distinct(&answer.table, &split.column, &format.locale);
                format.of_members(told.iter().map(String::as_str))
            }
            (None, None) => format,
        };
        let marks = match facts.kind {
            "line" => Marks::Line(line::fit_answer(facts, &format, &members)?),
            "bar" => Marks::Bar(bar::fit_answer(facts, &format, &members)?),
            "control" => Marks::Control(control::fit(facts, &format, &members)?),
            "scorecard" => Marks::Scorecard(scorecard::fit_answer(facts, &format, &members)?),
            kind => {
                let asked = Asked { kind, place: facts.kind_place, format: &format };
                fit_rows(&Rows::of_answer(&answer, &members, &format), &asked)?
            }
        };
        let told = Told { what: None, only, as_of: Some(answer.as_of), range: Some(answer.range) };
        Ok(Chart::told(facts.title.clone(), facts.alt, format, marks, told, members))
    }

    /// Draws the rows of a page's own question: `x` along the axis (the first column unless named), `y` as the value
    /// (the first number column unless named), one line per member of `series`. Rows keep the query's order.
    ///
    /// A value column called `share`, or ending in `_share`, is shown in percent. Points take `x` and `y` as numbers and `series`
    /// as their names; a tree takes `x` as names and `series` as the name above; a histogram without `x` counts the values of `y`.
    ///
    /// # Errors
    /// The kind is unknown, a named column is missing, the values are no numbers or do not suit the kind, or bars are given a `series`.
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
        locale: &Locale,
    ) -> Result<Chart, Problem> {
        known(kind, kind_place)?;
        let columns = members::of_query(table, kind_place, x, y, series)?;
        let format = Format::new(columns.unit, Grain::Day, locale);
        let asked = Asked { kind, place: kind_place, format: &format };
        let marks = match kind {
            "line" => Marks::Line(line::fit_query(table, &columns, locale)),
            "bar" => Marks::Bar(bar::fit_query(table, &columns, &asked)?),
            "control" => Marks::Control(control::fit_query(table, &columns, &asked)?),
            "histogram" if x.is_none() => Marks::Histogram(histogram::of_values(table, &columns, &format)),
            "scatter" | "quadrant" => Marks::Scatter(scatter::fit_query(table, &columns, &asked)?),
            "tree" => Marks::Tree(tree::fit_query(table, &columns, &asked)?),
            "funnel" => Marks::Funnel(funnel::fit_query(table, &columns, &asked)?),
            "scorecard" => Marks::Scorecard(scorecard::fit_query(table, &columns, &format)),
            _ => fit_rows(&Rows::of_query(table, &columns, locale), &asked)?,
        };
        // Points name both their columns themselves.
        let what = (!matches!(marks, Marks::Scatter(_))).then(|| locale.heading(&columns.y));
        let told = Told { what, only: None, as_of: None, range: None };
        let named = std::iter::once(columns.x).chain(columns.series).collect();
        Ok(Chart::told(title, alt, format, marks, told, named))
    }

    /// With what is normal: a band behind a line that is alone, the limits of a control chart. Other pictures stay as they are.
    pub fn judged(mut self, judged: Judged) -> Chart {
        match &mut *self.marks {
            Marks::Line(lines) | Marks::Control(control::Control(lines)) => {
                lines.judged = Some(judged.within(&lines.stops));
            }
            _ => return self,
        }
        self.retold()
    }

    /// With days that stand as lines through the picture, with their words; those on no stop are left out. Only lines, control
    /// charts and areas have them. Call it after [`Chart::judged`].
    pub fn marked(mut self, remarks: &[Remark]) -> Chart {
        match &mut *self.marks {
            Marks::Line(lines) | Marks::Control(control::Control(lines)) => lines.mark(remarks),
            Marks::Area(area) => area.happened = remarks.to_vec(),
            _ => return self,
        }
        self.retold()
    }

    /// With the values of the same periods a year before, by the first days of the periods that are shown. Only a line that
    /// is alone has them.
    pub fn year_before(mut self, values: &BTreeMap<NaiveDate, f64>) -> Chart {
        match &mut *self.marks {
            Marks::Line(lines) if lines.series.len() == 1 => {
                let value = |stop: &stops::Stop| stop.day.and_then(|day| values.get(&day).copied());
                lines.before = lines.stops.iter().map(value).collect();
            }
            _ => return self,
        }
        self.retold()
    }

    /// What the picture tells beside its values, for the table behind it.
    pub(crate) fn beside(&self) -> Vec<Beside> {
        match &*self.marks {
            Marks::Line(lines) => lines.beside(&self.format),
            Marks::Control(control::Control(lines)) => lines.beside(&self.format),
            Marks::Area(area) => {
                Beside::remarks(&area.happened, &area.stops, &self.format, area.periods).into_iter().collect()
            }
            _ => vec![],
        }
    }

    /// With subtitle and summary of the marks as they are now.
    fn retold(self) -> Chart {
        let Chart { title, alt, format, marks, told, columns, links, .. } = self;
        Chart { links, ..Chart::told(title, &alt, format, *marks, told, columns) }
    }

    /// With links on the marks: `href` is asked once for each mark with its columns and members, as `[("grade", "Partner")]`.
    /// An address with another scheme than http or https is left out.
    pub fn linked(mut self, href: impl Fn(&[(&str, &str)]) -> Option<String>) -> Chart {
        let columns = &self.columns;
        let link = |members: Vec<String>| {
            let pairs: Vec<(&str, &str)> =
                columns.iter().map(String::as_str).zip(members.iter().map(String::as_str)).collect();
            href(&pairs).map(|href| (members, href))
        };
        self.links = self.marks.picture().members().into_iter().filter_map(link).collect();
        self
    }

    /// One sentence made from the numbers: what stands highest, lowest, and what changed.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// What it says at each stop; `None` if it does not go along the time.
    pub(crate) fn reading(&self) -> Option<Reading> {
        self.marks.picture().reading(&self.format)
    }

    /// What it says without values: the rows of a page's own question are of no period.
    pub(crate) fn nothing(&self) -> &'static str {
        self.format.locale.no_rows(self.told.range.is_some())
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

    fn told(title: String, alt: &str, format: Format, marks: Marks, told: Told, columns: Vec<String>) -> Chart {
        let summary = match marks.picture().summary(&format) {
            said if said == format.locale.no_data => format.locale.no_rows(told.range.is_some()).into(),
            said => said,
        };
        let mut parts = marks.picture().subtitle(&format, told.range);
        if let Some(what) = &told.what {
            parts[0] = what.clone();
        }
        if let Some(member) = &told.only {
            parts.insert(1, member.clone());
        }
        parts.extend(told.as_of.map(|day| format.locale.as_of(day)));
        let subtitle = parts.join(" · ");
        Chart {
            title,
            subtitle,
            summary,
            alt: alt.into(),
            format,
            marks: Box::new(marks),
            told,
            columns,
            links: vec![],
        }
    }
}

/// The kinds that draw an answer and a query alike.
fn fit_rows(rows: &Rows, asked: &Asked) -> Result<Marks, Problem> {
    Ok(match asked.kind {
        "stacked" => Marks::Columns(columns::fit(rows, asked, Way::Stacked)?),
        "grouped" => Marks::Columns(columns::fit(rows, asked, Way::Grouped)?),
        "area" => Marks::Area(area::fit(rows, asked)?),
        "histogram" => Marks::Histogram(histogram::fit(rows, asked)?),
        "funnel" => Marks::Funnel(funnel::fit(rows, asked)?),
        "waterfall" => Marks::Waterfall(waterfall::fit(rows, asked)?),
        "heatmap" => Marks::Heatmap(heatmap::fit(rows, asked)?),
        "calendar" => Marks::Calendar(calendar::fit(rows, asked)?),
        "cohort" => Marks::Cohort(cohort::fit(rows, asked)?),
        "flow" => Marks::Flow(flow::fit(rows, asked)?),
        "tree" => Marks::Tree(tree::fit(rows, asked)?),
        _ => Marks::Scatter(scatter::fit(rows, asked)?),
    })
}

/// The target in force on `day`; the step that begins last wins where two overlap.
fn target_on(targets: &[TargetStep], day: NaiveDate) -> Option<f64> {
    let holds = |step: &&TargetStep| step.from <= day && step.to.is_none_or(|to| day <= to);
    targets.iter().filter(holds).max_by_key(|step| step.from).map(|step| step.target)
}

/// What an answer says beside its rows, for the subtitle.
#[derive(Debug, Clone, PartialEq)]
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
    drawing(chart, size, theme).svg
}

/// As [`svg`], with the places of the stops.
pub(crate) fn drawing(chart: &Chart, size: Size, theme: &Theme) -> Drawing {
    chart.marks.picture().draw(chart, size, theme)
}

fn known(kind: &str, place: &Place) -> Result<(), Problem> {
    match KINDS.contains(&kind) {
        true => Ok(()),
        false => {
            Err(Problem::new(place.clone(), format!("no chart kind is called \"{kind}\""), did_you_mean(kind, KINDS)))
        }
    }
}
