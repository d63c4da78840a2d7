//! What a KPI answers: a table, the day it is told from, and what a reader must know beside it.

use crate::kpi::{Better, Parts, Split, Unit};
use crate::params::{Attributes, Grain, Range};
use crate::table::{Table, Value};
use chrono::NaiveDate;

/// Columns: `period_start, period_end, [by…], [split], value, numerator, denominator, complete`,
/// ordered by period, then by the members of `by`, then as the KPI orders its split.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub table: Table,
    pub kpi: String,
    pub title: String,
    pub unit: Unit,
    pub better: Better,
    /// What its numerator and denominator count.
    pub parts: Parts,
    pub grain: Grain,
    pub range: Range,
    pub by: Vec<String>,
    /// The column beside `by`. A question that keeps one member of it has that one as its headline.
    pub split: Option<Split>,
    pub attributes: Attributes,
    pub as_of: NaiveDate,
    /// The headline's value in the period before the first row, where the rows tell of one complete period only.
    pub before: Option<f64>,
    /// One a row: people of its numerator who were gone at the period's end, and are in no column. Empty where the KPI
    /// does not tell.
    pub left: Vec<Option<i64>>,
    /// Sentences a reader must know: who was left out, deals without an amount, deals in another currency.
    pub notes: Vec<String>,
    /// Dated target steps for this KPI's whole firm; empty without targets.
    pub targets: Vec<TargetStep>,
}

/// From `from` to `to` (inclusive, open if `None`) the value should reach `target`.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetStep {
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
    pub target: f64,
}

/// The latest complete period beside the one before, for tiles and prose.
#[derive(Debug, Clone, PartialEq)]
pub struct Headline {
    pub period_start: NaiveDate,
    pub period_end: NaiveDate,
    pub value: Option<f64>,
    pub numerator: Option<f64>,
    pub denominator: Option<f64>,
    pub previous: Option<f64>,
    /// value − previous: points for shares.
    pub delta: Option<f64>,
    /// The value is the distance between two members: of shares, in points.
    pub is_difference: bool,
}

impl Answer {
    /// The newest complete period of an answer without `by`; `None` if no period is complete.
    ///
    /// Of an answer with a split it tells the headline's member, and nothing where that has no row in the period.
    pub fn headline(&self) -> Option<Headline> {
        let newest = self.complete_rows().last()?;
        let told: Vec<usize> = self.headline_rows().into_iter().filter(|row| self.is_complete(*row)).collect();
        let now = told.iter().copied().find(|row| self.start(*row) == self.start(newest));
        let number = |row: Option<usize>, name| row.and_then(|row| self.table.value(row, name).number());
        let before =
            told.iter().copied().find(|row| self.end(*row).and_then(|day| day.succ_opt()) == self.start(newest));
        let is_first = self.complete_rows().next().is_some_and(|row| self.start(row) == self.start(newest));
        let value = number(now, "value");
        let previous = if is_first { self.before } else { number(before, "value") };
        let is_difference = self.split.as_ref().is_some_and(Split::tells_a_difference);
        Some(Headline {
            period_start: self.start(newest)?,
            period_end: self.end(newest)?,
            value,
            numerator: number(now, "numerator"),
            denominator: number(now, "denominator"),
            previous,
            delta: value.zip(previous).map(|(now, then)| now - then),
            is_difference,
        })
    }

    /// The rows that tiles and prose tell of, by period: all, or those of one member of the split. None with `by`, and
    /// none where nothing says of which member.
    pub fn headline_rows(&self) -> Vec<usize> {
        let all = 0..self.table.rows();
        match &self.split {
            _ if !self.by.is_empty() => vec![],
            None => all.collect(),
            Some(split) => {
                let member = |row: &usize| self.table.value(*row, &split.column).to_string();
                let Some(told) = split.headline.clone().or_else(|| all.clone().next().map(|row| member(&row))) else {
                    return vec![];
                };
                let is_alone = split.headline.is_some() || all.clone().all(|row| member(&row) == told);
                all.filter(|row| is_alone && member(row) == told).collect()
            }
        }
    }

    fn complete_rows(&self) -> impl DoubleEndedIterator<Item = usize> {
        (0..self.table.rows()).filter(|row| self.is_complete(*row))
    }

    fn is_complete(&self, row: usize) -> bool {
        self.table.value(row, "complete") == Value::Boolean(true)
    }

    fn start(&self, row: usize) -> Option<NaiveDate> {
        self.day(row, "period_start")
    }

    fn end(&self, row: usize) -> Option<NaiveDate> {
        self.day(row, "period_end")
    }

    fn day(&self, row: usize, name: &str) -> Option<NaiveDate> {
        match self.table.value(row, name) {
            Value::Date(day) => Some(day),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Column, Data};

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    /// Weekly rows `(Monday, state, value)`; the week of the 19th is still running.
    fn answer(headline: Option<&str>, rows: &[(&str, &str, f64)]) -> Answer {
        let end = |start: NaiveDate| start + chrono::Days::new(6);
        let column = |name: &str, data| Column { name: name.into(), data };
        let starts: Vec<NaiveDate> = rows.iter().map(|(start, ..)| day(start)).collect();
        let table = Table::new(vec![
            column("period_start", Data::Date(starts.iter().map(|d| Some(*d)).collect())),
            column("period_end", Data::Date(starts.iter().map(|d| Some(end(*d))).collect())),
            column("state", Data::Text(rows.iter().map(|(_, state, _)| Some(state.to_string())).collect())),
            column("value", Data::Float(rows.iter().map(|(.., value)| Some(*value)).collect())),
            column("complete", Data::Boolean(starts.iter().map(|d| Some(*d < day("2026-01-19"))).collect())),
        ]);
        Answer {
            table: table.expect("equal lengths"),
            kpi: "lapsed".into(),
            title: "Lapsed".into(),
            unit: Unit::Count,
            better: Better::Down,
            parts: Parts::default(),
            grain: Grain::Week,
            range: Range::new(day("2026-01-05"), day("2026-01-25")).expect("in order"),
            by: vec![],
            split: Some(Split { column: "state".into(), headline: headline.map(String::from), differences: vec![] }),
            attributes: Attributes::Event,
            as_of: day("2026-01-20"),
            before: Some(1.0),
            left: vec![],
            notes: vec![],
            targets: vec![],
        }
    }

    #[track_caller]
    fn check(answer: &Answer, expected: Option<(&str, Option<f64>, Option<f64>)>) {
        let found = answer.headline();
        let told = found.as_ref().map(|h| (h.period_start.to_string(), h.value, h.previous));
        assert_eq!(told, expected.map(|(start, value, previous)| (start.to_string(), value, previous)));
    }

    const TWO: [(&str, &str, f64); 5] = [
        ("2026-01-05", "lapsed", 3.0),
        ("2026-01-05", "stalled", 9.0),
        ("2026-01-12", "lapsed", 4.0),
        ("2026-01-12", "stalled", 8.0),
        ("2026-01-19", "lapsed", 7.0),
    ];

    #[test]
    fn the_headline_is_its_member_in_the_newest_complete_period() {
        check(&answer(Some("lapsed"), &TWO), Some(("2026-01-12", Some(4.0), Some(3.0))));
        check(&answer(None, &TWO), Some(("2026-01-12", None, None)));
        check(&answer(None, &[TWO[0], TWO[2]]), Some(("2026-01-12", Some(4.0), Some(3.0))));
        check(&answer(Some("lapsed"), &[TWO[4]]), None);
    }

    #[test]
    fn a_member_that_is_missing_is_nothing_and_no_older_period_stands_in() {
        check(&answer(Some("lapsed"), &[TWO[0], TWO[1], TWO[3]]), Some(("2026-01-12", None, Some(3.0))));
        check(&answer(Some("lapsed"), &[TWO[1], TWO[2]]), Some(("2026-01-12", Some(4.0), None)));
    }

    #[test]
    fn one_period_alone_is_compared_with_the_one_before_it() {
        check(&answer(Some("lapsed"), &TWO[2..]), Some(("2026-01-12", Some(4.0), Some(1.0))));
    }

    #[test]
    fn what_was_cut_by_a_column_has_no_headline() {
        let by_grade = Answer { by: vec!["grade".into()], ..answer(Some("lapsed"), &TWO) };
        check(&by_grade, Some(("2026-01-12", None, None)));
    }
}
