//! Facts that hold from a day to a day: each counts in every asked period on whose last day it holds.
//!
//! A licence that somebody has for a year is one row here, not one for each of fifty weeks: rows are added up first, by the periods
//! in which they begin and cease to count, and what is left of them is spread over the periods.

use crate::functions::evaluated;
use datafusion::arrow::array::{ArrayRef, AsArray, Date32Array};
use datafusion::arrow::datatypes::{DataType, Date32Type};
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::logical_expr::{JoinType, ScalarUDF, Volatility, ident};
use std::sync::Arc;

/// The first and the last of the asked periods in which such a fact counts, as the days these are told from.
pub const COUNTS: [&str; 2] = ["_counts_from", "_counts_to"];
const HOLDS: [&str; 2] = ["valid_from", "valid_to"];

/// Whether facts have these columns in place of `period_start`.
pub fn are_held(columns: &[&str]) -> bool {
    HOLDS.iter().all(|name| columns.contains(name)) && !columns.contains(&super::rows::PERIOD)
}

/// The facts that count in any period, with [`COUNTS`] beside their columns; validity that is NULL is open, and one that is empty counts nowhere.
///
/// `days` are those that the asked periods are told from, in order.
pub fn counted(facts: DataFrame, days: &[i32]) -> Result<DataFrame> {
    let (Some(first), Some(last)) = (days.first().copied(), days.last().copied()) else { return Ok(facts) };
    let told_by = |day: i32| days.partition_point(|told| *told <= day);
    let since: Vec<i32> = (first..=last).map(|day| days[told_by(day - 1)]).collect();
    let until: Vec<i32> = (first..=last).map(|day| days[told_by(day) - 1]).collect();
    let counts_from = day_udf("counts_from", move |from| match from {
        Some(from) => since.get(from.saturating_sub(first).max(0) as usize).copied(),
        None => Some(first),
    });
    let counts_to = day_udf("counts_to", move |to| match to {
        Some(to) if to <= first => None,
        Some(to) => until.get((to - 1 - first) as usize).or(until.last()).copied(),
        None => Some(last),
    });
    let [from, to] = HOLDS.map(ident);
    let facts = facts.with_column(COUNTS[0], counts_from.call(vec![from]))?;
    let facts = facts.with_column(COUNTS[1], counts_to.call(vec![to]))?;
    facts.filter(ident(COUNTS[0]).lt_eq(ident(COUNTS[1])))
}

/// Volatile, so that the engine does not move the filter by its result below its column, and work both out twice.
fn day_udf(name: &str, of: impl Fn(Option<i32>) -> Option<i32> + Send + Sync + 'static) -> ScalarUDF {
    evaluated(Volatility::Volatile, name, &[DataType::Date32], DataType::Date32, move |a: &[ArrayRef]| {
        Ok(Arc::new(a[0].as_primitive::<Date32Type>().iter().map(&of).collect::<Date32Array>()))
    })
}

/// One row for each period in which a row counts.
pub fn spread(rows: DataFrame, periods: DataFrame) -> Result<DataFrame> {
    let periods = periods.select(vec![ident(super::rows::PERIOD), ident("at").alias("_at")])?;
    let counts = [ident("_at").gt_eq(ident(COUNTS[0])), ident("_at").lt_eq(ident(COUNTS[1]))];
    periods.join_on(rows, JoinType::Inner, counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::landing::Cell;
    use crate::relations::memory;
    use chrono::NaiveDate;
    use datafusion::prelude::SessionContext;
    use uptake_spec::source::ColumnType;

    /// Told from the Sundays 11 and 18 January 2026, what holds from `from` to `to` counts in so many weeks.
    async fn weeks(from: Option<&str>, to: Option<&str>) -> usize {
        let date = |text: &str| text.parse::<NaiveDate>().expect("a date");
        let cell = |day: Option<&str>| day.map_or(Cell::Nothing, |day| Cell::Date(date(day)));
        let columns = [("valid_from", ColumnType::Date), ("valid_to", ColumnType::Date)];
        let facts = memory(&columns, vec![vec![cell(from), cell(to)]]);
        let days = ["2026-01-11", "2026-01-18"].map(|day| date(day).to_epoch_days());
        let facts = SessionContext::new().read_table(facts).expect("a table");
        let counted = counted(facts, &days).expect("a plan").collect().await.expect("rows");
        let Some(row) = counted.iter().find(|batch| batch.num_rows() > 0) else { return 0 };
        let day = |name| row.column_by_name(name).expect("a column").as_primitive::<Date32Type>().value(0);
        days.iter().filter(|told| (day(COUNTS[0])..=day(COUNTS[1])).contains(told)).count()
    }

    #[tokio::test]
    async fn counts_on_the_last_days_from_its_first_to_the_one_before_its_end() {
        assert_eq!(weeks(None, None).await, 2);
        assert_eq!(weeks(Some("1900-01-01"), Some("9999-12-31")).await, 2);
        assert_eq!(weeks(Some("2026-01-11"), Some("2026-01-12")).await, 1);
        assert_eq!(weeks(Some("2026-01-12"), Some("2026-01-19")).await, 1);
        assert_eq!(weeks(Some("2026-01-11"), None).await, 2);
        assert_eq!(weeks(None, Some("2026-01-18")).await, 1);
        assert_eq!(weeks(Some("2026-01-18"), Some("2027-01-01")).await, 1);
    }

    #[tokio::test]
    async fn counts_nowhere_between_the_last_days_outside_of_them_and_where_it_is_empty() {
        assert_eq!(weeks(Some("2026-01-12"), Some("2026-01-18")).await, 0);
        assert_eq!(weeks(None, Some("2026-01-11")).await, 0);
        assert_eq!(weeks(Some("2026-01-19"), None).await, 0);
        assert_eq!(weeks(Some("2026-01-11"), Some("2026-01-11")).await, 0);
        assert_eq!(weeks(Some("2026-01-18"), Some("2026-01-11")).await, 0);
    }
}
