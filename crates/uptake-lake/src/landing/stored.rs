//! What the lake holds already of a snapshot, as marks.

use super::journal::Journal;
use super::survey::{Marks, mark};
use crate::error::{LakeError, compute};
use crate::store::Store;
use chrono::NaiveDate;
use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::prelude::{cast, col, lit};
use datafusion::scalar::ScalarValue;
use futures::TryStreamExt;
use std::collections::BTreeMap;

/// Marks of all rows of one snapshot of a landing table that loads of the journal brought. What a load that was killed
/// left behind counts once the load is repeated.
///
/// # Errors
/// Storage.
pub async fn marks(store: &Store, table: &str, day: NaiveDate, journal: &[String]) -> Result<Marks, LakeError> {
    let snapshot = lit(ScalarValue::Date32(Some(day.to_epoch_days())));
    let loads = journal.iter().map(|load| lit(load.as_str())).collect();
    let filter = col("_snapshot").eq(snapshot).and(col("_load").in_list(loads, false));
    let columns = vec![cast(col("_key"), DataType::Utf8).alias("key"), col("_content")];
    let mut marks = Marks::default();
    let Some(mut rows) = store.scan(table, filter, columns).await? else { return Ok(marks) };
    while let Some(batch) = rows.try_next().await.map_err(compute(table))? {
        let (keys, contents) = (batch.column(0).as_string::<i32>(), batch.column(1).as_primitive::<Int64Type>());
        let told = (0..batch.num_rows()).filter(|row| contents.is_valid(*row));
        marks.extend(told.map(|row| mark(keys.value(row), contents.value(row))));
    }
    Ok(marks)
}

/// The loads that brought an object's rows, by snapshot.
pub fn loads_of(journal: &Journal, source: &str, object: &str) -> BTreeMap<NaiveDate, Vec<String>> {
    let mut loads: BTreeMap<NaiveDate, Vec<String>> = BTreeMap::new();
    for entry in journal.entries() {
        let report = &entry.report;
        if let (true, true, Some(day)) = (report.source == source, report.object == object, report.snapshot) {
            loads.entry(day).or_default().push(entry.load.clone());
        }
    }
    loads
}
