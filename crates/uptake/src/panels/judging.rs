//! What is normal for the series of a page: the questions over their whole history, and what these say.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use uptake_lake::Session;
use uptake_spec::normal::{Cell, Member, Point, most_of};
use uptake_spec::{Answer, Calendar, Filter, Grain, Kpi, Normal, Params, Project, Range, Standing, Value, Verdict};

/// The whole history of what `params` ask, whichever days they show: so it is one question for all of them.
pub fn history(session: &Session, kpi: &Kpi, params: &Params) -> Params {
    let grain = params.grain.unwrap_or(Grain::Week);
    Params { from: session.begins_on(kpi, params), to: None, grain: Some(grain), ..params.clone() }
}

/// The same, cut by `column`; of a KPI with a split, its headline only. `None` if nothing says which member that is.
pub fn history_by(session: &Session, kpi: &Kpi, params: &Params, column: &str) -> Option<Params> {
    let mut asked = Params { by: vec![column.into()], ..history(session, kpi, params) };
    if let Some(split) = &kpi.split
        && !asked.filters.iter().any(|filter| filter.column == split.column)
    {
        asked.filters.push(Filter { column: split.column.clone(), values: vec![split.headline.clone()?] });
    }
    Some(asked)
}

/// The series of a whole history that tiles and prose tell of.
pub fn normal(project: &Project, history: &Answer) -> Normal {
    normal_of(project, history, &history.headline_rows())
}

/// Each series of a whole history by its members, as `["Partner"]`; `[]` if there is only one.
pub fn normals(project: &Project, history: &Answer) -> BTreeMap<Vec<String>, Normal> {
    let rows = by_members(history);
    rows.into_iter().map(|(members, rows)| (members, normal_of(project, history, &rows))).collect()
}

/// The rows of each series, by its members of `by` and of the split.
pub fn by_members(answer: &Answer) -> BTreeMap<Vec<String>, Vec<usize>> {
    let columns: Vec<&str> =
        answer.by.iter().chain(answer.split.as_ref().map(|split| &split.column)).map(String::as_str).collect();
    let mut rows: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    for row in 0..answer.table.rows() {
        let members = columns.iter().map(|column| answer.table.value(row, column).to_string()).collect();
        rows.entry(members).or_default().push(row);
    }
    rows
}

/// What may be said of the headline of `shown`, by the whole history.
pub fn standing(normal: &Normal, shown: &Answer) -> Standing {
    shown.headline().map_or(Standing::TOO_EARLY, |headline| normal.on(headline.period_start))
}

/// The member of `cut`, a history by one column, that moves the figure of the period that begins on `start` most to the
/// side on which it leaves what is normal. `None` while it is normal.
pub fn place(kpi: &Kpi, normal: &Normal, cut: &Answer, start: NaiveDate) -> Option<String> {
    let standing = normal.on(start);
    let up = match standing.verdict {
        Verdict::Above if !standing.quiet => true,
        Verdict::Below if !standing.quiet => false,
        _ => return None,
    };
    let usual = normal.baseline(&standing.limits?);
    let member = |(members, rows): (Vec<String>, Vec<usize>)| {
        let cells: BTreeMap<NaiveDate, Cell> = rows.iter().filter_map(|row| cell(cut, *row)).collect();
        let at = |day: &NaiveDate| cells.get(day).copied().unwrap_or_default();
        Member {
            name: members.first().cloned().unwrap_or_default(),
            now: at(&start),
            usual: usual.iter().map(at).collect(),
        }
    };
    let members: Vec<Member> = by_members(cut).into_iter().map(member).collect();
    most_of(&members, kpi.value_of, up).map(String::from)
}

/// What tiles tell of each complete period, by its first day.
pub fn complete_values(answer: &Answer) -> BTreeMap<NaiveDate, f64> {
    let complete = |row: &usize| answer.table.value(*row, "complete") == Value::Boolean(true);
    let rows = answer.headline_rows().into_iter().filter(complete);
    rows.filter_map(|row| cell(answer, row)).filter_map(|(start, cell)| Some((start, cell.value?))).collect()
}

/// The figures of a row, with the first day of its period.
pub fn cell(answer: &Answer, row: usize) -> Option<(NaiveDate, Cell)> {
    let Value::Date(start) = answer.table.value(row, "period_start") else { return None };
    let number = |name| answer.table.value(row, name).number().filter(|n| n.is_finite());
    let cell = Cell { value: number("value"), numerator: number("numerator"), denominator: number("denominator") };
    Some((start, cell))
}

fn normal_of(project: &Project, history: &Answer, rows: &[usize]) -> Normal {
    let calendar = project.calendar();
    let quiet = Quiet::of(project, &calendar);
    let mut told: BTreeMap<NaiveDate, (Cell, bool)> = BTreeMap::new();
    for row in rows {
        if let Some((start, cell)) = cell(history, *row) {
            let complete = history.table.value(*row, "complete") == Value::Boolean(true);
            told.insert(start, (cell, complete));
        }
    }
    let point = |period: Range| {
        // A period in which nobody has a row is a gap.
        let (cell, complete) = told.get(&period.from()).copied().unwrap_or_default();
        Point { period, value: cell.value, complete, quiet: quiet.is_in(period) }
    };
    let points: Vec<Point> = calendar.periods(history.range, history.grain).into_iter().map(point).collect();
    let annotated: Vec<NaiveDate> = project.annotations.iter().map(|remark| remark.d).collect();
    Normal::of(&points, history.unit, &annotated)
}

/// The weeks of `quiet_weeks.csv`, by their first days.
struct Quiet<'a> {
    weeks: BTreeSet<NaiveDate>,
    calendar: &'a Calendar,
}

impl<'a> Quiet<'a> {
    fn of(project: &Project, calendar: &'a Calendar) -> Quiet<'a> {
        let weeks = project.quiet_weeks.iter().map(|remark| calendar.start_of(remark.d, Grain::Week)).collect();
        Quiet { weeks, calendar }
    }

    /// Most days of the period lie in quiet weeks: so August is quiet where its weeks are, and December is not.
    fn is_in(&self, period: Range) -> bool {
        if self.weeks.is_empty() {
            return false;
        }
        let days = || period.from().iter_days().take_while(|day| *day <= period.to());
        let quiet = days().filter(|day| self.weeks.contains(&self.calendar.start_of(*day, Grain::Week))).count();
        2 * quiet > days().count()
    }
}
