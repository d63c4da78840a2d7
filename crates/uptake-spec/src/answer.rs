//! What a KPI answers: a table, the day it is told from, and what a reader must know beside it.

use crate::kpi::{Better, Unit};
use crate::params::{Attributes, Grain, Range};
use crate::table::{Table, Value};
use chrono::NaiveDate;

/// Columns: `period_start, period_end, [by…], value, numerator, denominator, complete`,
/// ordered by period, then by the members of `by`.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub table: Table,
    pub kpi: String,
    pub title: String,
    pub unit: Unit,
    pub better: Better,
    pub grain: Grain,
    pub range: Range,
    pub by: Vec<String>,
    pub attributes: Attributes,
    pub as_of: NaiveDate,
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
}

impl Answer {
    /// The newest complete period of an answer without `by`; `None` if no period is complete.
    pub fn headline(&self) -> Option<Headline> {
        let t = &self.table;
        let complete: Vec<usize> = (0..t.rows()).filter(|r| t.value(*r, "complete") == Value::Boolean(true)).collect();
        let (&last, before) = complete.split_last()?;
        let date = |row, name| match t.value(row, name) {
            Value::Date(day) => Some(day),
            _ => None,
        };
        let value = t.value(last, "value").number();
        let previous = before.last().and_then(|row| t.value(*row, "value").number());
        Some(Headline {
            period_start: date(last, "period_start")?,
            period_end: date(last, "period_end")?,
            value,
            numerator: t.value(last, "numerator").number(),
            denominator: t.value(last, "denominator").number(),
            previous,
            delta: value.zip(previous).map(|(now, then)| now - then),
        })
    }
}
