//! Typed rows become Arrow columns for one landing table.

use super::cell::Cell;
use super::sheet::Sheet;
use chrono::NaiveDate;
use datafusion::arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::arrow::record_batch::RecordBatch;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use uptake_spec::source::ColumnType;

/// Columns every landing table has beside those of the export.
///
/// `_content` is NULL for a row that was rejected but whose key is known; `_full` is false where only the presence of
/// an unchanged row is noted, its values standing in an earlier row of the same key and content.
const OURS: [(&str, ColumnType); 7] = [
    ("_key", ColumnType::Text),
    ("_content", ColumnType::Integer),
    ("_snapshot", ColumnType::Date),
    ("_full", ColumnType::Boolean),
    ("_file", ColumnType::Text),
    ("_line", ColumnType::Integer),
    ("_load", ColumnType::Text),
];

/// What is written of one file: which of its rows are new, and which only still there.
pub struct Landing<'a> {
    pub sheet: &'a Sheet,
    /// For each row of the sheet: does it land?
    pub lands: &'a [bool],
    pub snapshot: NaiveDate,
    pub file: &'a str,
    pub load: &'a str,
}

pub fn arrow_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Text | ColumnType::Id => DataType::Utf8,
        ColumnType::Integer => DataType::Int64,
        ColumnType::Decimal => DataType::Decimal128(18, 4),
        ColumnType::Date => DataType::Date32,
        ColumnType::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        ColumnType::Boolean => DataType::Boolean,
    }
}

/// The schema of a landing table that holds `columns`.
pub fn landing_schema(columns: &[(String, ColumnType)]) -> SchemaRef {
    let data = columns.iter().map(|(name, kind)| Field::new(name, arrow_type(*kind), true));
    let ours = OURS.iter().map(|(name, kind)| Field::new(*name, arrow_type(*kind), true));
    Arc::new(Schema::new(data.chain(ours).collect::<Vec<_>>()))
}

/// The union of the columns of several files, in the order of their first appearance, each as the table already
/// spells it.
pub fn all_columns<'a>(spelled: &[String], sheets: impl IntoIterator<Item = &'a Sheet>) -> Vec<(String, ColumnType)> {
    let mut all: Vec<(String, ColumnType)> = vec![];
    for (name, kind) in sheets.into_iter().flat_map(|sheet| &sheet.columns) {
        if !all.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            let known = spelled.iter().find(|known| known.eq_ignore_ascii_case(name));
            all.push((known.unwrap_or(name).clone(), *kind));
        }
    }
    all
}

/// One batch of what lands of one file, in the shape of [`landing_schema`] of `columns`.
pub fn batch(landing: &Landing, columns: &[(String, ColumnType)]) -> RecordBatch {
    let rows = || landing.sheet.rows.iter().zip(landing.lands);
    let there: HashSet<&str> = landing.sheet.rows.iter().map(|row| row.key.as_str()).collect();
    let lost: BTreeSet<&str> = landing.sheet.rejects.iter().filter_map(|reject| reject.key.as_deref()).collect();
    let rejected: Vec<&str> = lost.into_iter().filter(|key| !there.contains(key)).collect();
    let nothing = || rejected.iter().map(|_| Cell::Nothing);
    let mut arrays = vec![];
    for (name, kind) in columns {
        let at = landing.sheet.columns.iter().position(|(column, _)| column.eq_ignore_ascii_case(name));
        let cells = rows().map(|(row, lands)| match at {
            Some(at) if *lands => row.cells[at].clone(),
            _ => Cell::Nothing,
        });
        arrays.push(array(*kind, cells.chain(nothing())));
    }
    for (name, kind) in OURS {
        let cells = rows().map(|(row, lands)| match name {
            "_key" => Cell::Text(row.key.clone()),
            "_content" => Cell::Integer(row.content),
            "_line" => Cell::Integer(row.line as i64),
            _ => whole_file(name, *lands, landing),
        });
        let of_rejected = rejected.iter().map(|key| match name {
            "_key" => Cell::Text(key.to_string()),
            "_content" | "_line" => Cell::Nothing,
            _ => whole_file(name, false, landing),
        });
        arrays.push(array(kind, cells.chain(of_rejected)));
    }
    RecordBatch::try_new(landing_schema(columns), arrays).expect("every column was built from the same rows")
}

fn whole_file(name: &str, full: bool, landing: &Landing) -> Cell {
    match name {
        "_snapshot" => Cell::Date(landing.snapshot),
        "_full" => Cell::Boolean(full),
        "_file" => Cell::Text(landing.file.into()),
        _ => Cell::Text(landing.load.into()),
    }
}

const EPOCH_DAYS: i32 = 719_163;

/// Cells of one type as a column. A cell of another type cannot occur: the sheet read it by this type.
pub fn array(kind: ColumnType, cells: impl Iterator<Item = Cell>) -> ArrayRef {
    use chrono::Datelike;
    macro_rules! built {
        ($builder:expr, $pattern:pat => $value:expr) => {{
            let mut builder = $builder;
            for cell in cells {
                match cell {
                    $pattern => builder.append_value($value),
                    _ => builder.append_null(),
                }
            }
            Arc::new(builder.finish())
        }};
    }
    match kind {
        ColumnType::Text | ColumnType::Id => built!(StringBuilder::new(), Cell::Text(v) => v),
        ColumnType::Integer => built!(Int64Builder::new(), Cell::Integer(v) => v),
        ColumnType::Decimal => built!(Decimal128Builder::new().with_data_type(arrow_type(kind)), Cell::Decimal(v) => v),
        ColumnType::Date => built!(Date32Builder::new(), Cell::Date(v) => v.num_days_from_ce() - EPOCH_DAYS),
        ColumnType::Instant => {
            built!(TimestampMicrosecondBuilder::new().with_timezone("UTC"), Cell::Instant(v) => v.timestamp_micros())
        }
        ColumnType::Boolean => built!(BooleanBuilder::new(), Cell::Boolean(v) => v),
    }
}
