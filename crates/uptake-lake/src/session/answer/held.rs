//! Facts that hold from a day to a day: each counts in every asked period on whose last day it holds.
//!
//! A licence that somebody has for a year is one row here, not one for each of fifty weeks: rows are added up first, by the periods
//! in which they begin and cease to count, and what is left of them is spread over the periods.

use crate::functions::udf;
use datafusion::arrow::array::{ArrayRef, AsArray, Date32Array};
use datafusion::arrow::datatypes::{DataType, Date32Type};
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::logical_expr::{JoinType, ScalarUDF, ident, lit};
use datafusion::scalar::ScalarValue;
use std::sync::Arc;

/// The first and the last of the asked periods in which such a fact counts, as the days these are told from.
pub const COUNTS: [&str; 2] = ["_counts_from", "_counts_to"];
const HOLDS: [&str; 2] = ["valid_from", "valid_to"];

/// Whether facts have these columns in place of `period_start`.
pub fn are_held(columns: &[&str]) -> bool {
    HOLDS.iter().all(|name| columns.contains(name)) && !columns.contains(&super::rows::PERIOD)
}

/// The facts that count in any period, with [`COUNTS`] beside their columns; validity that is NULL is open.
///
/// `days` are those that the asked periods are told from, in order.
pub fn counted(facts: DataFrame, days: &[i32]) -> Result<DataFrame> {
    let [from, to] = HOLDS.map(ident);
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(facts) };
    let day = |day: i32| lit(ScalarValue::Date32(Some(day)));
    let begun = from.clone().is_null().or(from.clone().lt_eq(day(*last)));
    let goes_on = to.clone().is_null().or(to.clone().gt(day(*first)));
    let facts = facts.filter(begun.and(goes_on))?;
    let (since, until): (Arc<[i32]>, Arc<[i32]>) = (days.into(), days.into());
    let counts_from = day_udf("counts_from", move |from| match from {
        Some(from) => since.get(since.partition_point(|day| *day < from)).copied(),
        None => since.first().copied(),
    });
    let counts_to = day_udf("counts_to", move |to| match to {
        Some(to) => until[..until.partition_point(|day| *day < to)].last().copied(),
        None => until.last().copied(),
    });
    let facts = facts.with_column(COUNTS[0], counts_from.call(vec![from]))?;
    let facts = facts.with_column(COUNTS[1], counts_to.call(vec![to]))?;
    facts.filter(ident(COUNTS[0]).lt_eq(ident(COUNTS[1])))
}

fn day_udf(name: &str, of: impl Fn(Option<i32>) -> Option<i32> + Send + Sync + 'static) -> ScalarUDF {
    udf(name, &[DataType::Date32], DataType::Date32, move |a: &[ArrayRef]| {
        Ok(Arc::new(a[0].as_primitive::<Date32Type>().iter().map(&of).collect::<Date32Array>()))
    })
}

/// One row for each period in which a row counts.
pub fn spread(rows: DataFrame, periods: DataFrame) -> Result<DataFrame> {
    let periods = periods.select(vec![ident(super::rows::PERIOD), ident("at").alias("_at")])?;
    let counts = [ident("_at").gt_eq(ident(COUNTS[0])), ident("_at").lt_eq(ident(COUNTS[1]))];
    periods.join_on(rows, JoinType::Inner, counts)
}
