//! Facts that hold from a day to a day: each counts in every asked period on whose last day it holds.
//!
//! A licence that somebody has for a year is one row here, not one for each of fifty weeks: rows are added up first, by the periods
//! in which they begin and cease to count, and what is left of them is spread over the periods.

use datafusion::arrow::array::{AsArray, Date32Array};
use datafusion::arrow::datatypes::{DataType, Date32Type};
use datafusion::common::exec_err;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, Expr, JoinType, ScalarUDF, Volatility, create_udf, ident};
use datafusion::scalar::ScalarValue;
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
/// `days`, a list for each of these columns, are those that the asked periods are told from, in order.
pub fn counted(facts: DataFrame, days: [Expr; 2]) -> Result<DataFrame> {
    let first_told = |days: &[i32], from: Option<i32>| {
        days.get(from.map_or(0, |from| days.partition_point(|day| *day < from))).copied()
    };
    let last_told = |days: &[i32], to: Option<i32>| {
        let told = to.map_or(days.len(), |to| days.partition_point(|day| *day < to));
        days[..told].last().copied()
    };
    let ([from, to], [days_from, days_to]) = (HOLDS.map(ident), days);
    let facts = facts.with_column(COUNTS[0], told_day("counts_from", first_told).call(vec![from, days_from]))?;
    let facts = facts.with_column(COUNTS[1], told_day("counts_to", last_told).call(vec![to, days_to]))?;
    facts.filter(ident(COUNTS[0]).lt_eq(ident(COUNTS[1])))
}

/// The type of a list of days.
pub fn list_type() -> DataType {
    DataType::new_list(DataType::Date32, true)
}

/// Days since 1970 as a list.
pub fn list(days: &[i32]) -> ScalarValue {
    let days: Vec<ScalarValue> = days.iter().map(|day| ScalarValue::Date32(Some(*day))).collect();
    ScalarValue::List(ScalarValue::new_list_nullable(&days, &DataType::Date32))
}

/// One of some days for a day. Volatile, so that the engine does not move the filter by its result below its column, and work both out twice.
fn told_day(name: &str, of: impl Fn(&[i32], Option<i32>) -> Option<i32> + Send + Sync + 'static) -> ScalarUDF {
    let run = move |values: &[ColumnarValue]| {
        let [day, ColumnarValue::Scalar(ScalarValue::List(days))] = values else {
            return exec_err!("it takes a day and the days that are asked");
        };
        let days = days.value(0);
        let days = days.as_primitive::<Date32Type>().values();
        let told: Date32Array = day.to_array(1)?.as_primitive::<Date32Type>().iter().map(|day| of(days, day)).collect();
        Ok(match day {
            ColumnarValue::Scalar(_) => ColumnarValue::Scalar(ScalarValue::try_from_array(&told, 0)?),
            ColumnarValue::Array(_) => ColumnarValue::Array(Arc::new(told)),
        })
    };
    create_udf(name, vec![DataType::Date32, list_type()], DataType::Date32, Volatility::Volatile, Arc::new(run))
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
    use datafusion::logical_expr::lit;
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
        let counted =
            counted(facts, [lit(list(&days)), lit(list(&days))]).expect("a plan").collect().await.expect("rows");
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
