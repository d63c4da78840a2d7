//! Typed rows become Arrow columns for one landing table.

use super::cell::{Cell, Datum};
use super::packed;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use datafusion::arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::arrow::record_batch::RecordBatch;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uptake_spec::source::ColumnType;

/// Columns every landing table has beside those of the export.
///
/// `_content` is NULL for a row that was rejected but whose key is known; `_full` is false where only the presence of
/// an unchanged row is noted, its values standing in an earlier row of the same key and content. `_stamp` decides
/// between two parts of one export; of a full row its own column tells it.
const OURS: [(&str, ColumnType); 8] = [
    ("_key", ColumnType::Text),
    ("_content", ColumnType::Integer),
    ("_snapshot", ColumnType::Date),
    ("_full", ColumnType::Boolean),
    ("_file", ColumnType::Text),
    ("_line", ColumnType::Integer),
    ("_load", ColumnType::Text),
    ("_stamp", ColumnType::Instant),
];

pub fn arrow_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Text | ColumnType::Id => DataType::Utf8,
        ColumnType::Integer => DataType::Int64,
        ColumnType::Decimal => DataType::Decimal128(18, 4),
        ColumnType::Date | ColumnType::Day => DataType::Date32,
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
pub fn all_columns<'a>(
    spelled: &[String],
    files: impl IntoIterator<Item = &'a [(String, ColumnType)]>,
) -> Vec<(String, ColumnType)> {
    let spelled: HashMap<String, &String> = spelled.iter().map(|name| (name.to_lowercase(), name)).collect();
    let mut known = HashSet::new();
    let mut all = vec![];
    for (name, kind) in files.into_iter().flatten() {
        let lower = name.to_lowercase();
        if !known.contains(&lower) {
            all.push((spelled.get(&lower).map_or(name, |spelled| *spelled).clone(), *kind));
            known.insert(lower);
        }
    }
    all
}

/// Where a row came from.
pub struct Origin<'a> {
    pub snapshot: NaiveDate,
    pub file: &'a str,
    pub line: u64,
    pub load: &'a str,
}

/// What is noted of one row beside its values.
pub struct Noted<'a> {
    pub key: &'a str,
    /// `None` for a rejected row.
    pub content: Option<i64>,
    pub stamp: Option<DateTime<Utc>>,
    /// When the row was true: it lies in this order where many land.
    pub time: Option<DateTime<Utc>>,
    pub origin: Origin<'a>,
}

impl<'a> Noted<'a> {
    /// Of a row whose values are not known.
    pub fn rejected(key: &'a str, origin: Origin<'a>) -> Noted<'a> {
        Noted { key, content: None, stamp: None, time: None, origin }
    }
}

/// Rows on their way into a batch, in the shape of [`landing_schema`] of the table's columns.
pub struct Batcher {
    schema: SchemaRef,
    builders: Vec<Builder>,
    /// How many columns are the table's own.
    own: usize,
    pub rows: usize,
    /// A rough measure of what the builders hold.
    pub bytes: usize,
}

/// For each of a table's columns: which of a file's it is.
pub struct Places(Vec<Option<usize>>);

impl Places {
    pub fn of(table: &[(String, ColumnType)], file: &[(String, ColumnType)]) -> Places {
        let of_file = file.iter().enumerate().map(|(at, (name, _))| (name.to_lowercase(), at));
        let of_file: HashMap<String, usize> = of_file.collect();
        Places(table.iter().map(|(name, _)| of_file.get(&name.to_lowercase()).copied()).collect())
    }

    /// A row of the file as one of the table.
    pub fn row<'c, 't>(&self, cells: &'c [Datum<'t>]) -> impl Iterator<Item = &'c Datum<'t>> {
        self.0.iter().map(|at| at.map_or(&Datum::Nothing, |at| &cells[at]))
    }
}

impl Batcher {
    pub fn new(table: &[(String, ColumnType)]) -> Batcher {
        let kinds = table.iter().map(|(_, kind)| *kind).chain(OURS.iter().map(|(_, kind)| *kind));
        Batcher {
            schema: landing_schema(table),
            builders: kinds.map(Builder::new).collect(),
            own: table.len(),
            rows: 0,
            bytes: 0,
        }
    }

    /// Takes a row, its cells in the order of the table's columns as [`packed::push`] puts them; without, only that the row is there.
    /// `None` where a cell does not stand there.
    pub fn push(&mut self, cells: Option<&[u8]>, noted: &Noted) -> Option<()> {
        let own = &mut self.builders[..self.own];
        match cells {
            None => own.iter_mut().for_each(Builder::push_nothing),
            Some(mut cells) => {
                for builder in own {
                    self.bytes += builder.push(&packed::take(&mut cells)?);
                }
            }
        }
        self.note(cells.is_some(), noted);
        Some(())
    }

    fn note(&mut self, full: bool, noted: &Noted) {
        let Noted { key, content, stamp, origin, .. } = noted;
        let line = content.map_or(Datum::Nothing, |_| Datum::Integer(origin.line as i64));
        let ours: [Datum; OURS.len()] = [
            Datum::Text((*key).into()),
            content.map_or(Datum::Nothing, Datum::Integer),
            Datum::Date(origin.snapshot),
            Datum::Boolean(full),
            Datum::Text(origin.file.into()),
            line,
            Datum::Text(origin.load.into()),
            stamp.map_or(Datum::Nothing, Datum::Instant),
        ];
        for (builder, datum) in self.builders[self.own..].iter_mut().zip(&ours) {
            self.bytes += builder.push(datum);
        }
        self.rows += 1;
    }

    pub fn finish(&mut self) -> RecordBatch {
        (self.rows, self.bytes) = (0, 0);
        let arrays = self.builders.iter_mut().map(Builder::finish).collect();
        RecordBatch::try_new(self.schema.clone(), arrays).expect("every builder took the same rows")
    }
}

const EPOCH_DAYS: i32 = 719_163;

/// A column under construction.
enum Builder {
    Text(StringBuilder),
    Integer(Int64Builder),
    Decimal(Decimal128Builder),
    Date(Date32Builder),
    Instant(TimestampMicrosecondBuilder),
    Boolean(BooleanBuilder),
}

impl Builder {
    fn new(kind: ColumnType) -> Builder {
        match kind {
            ColumnType::Text | ColumnType::Id => Builder::Text(StringBuilder::new()),
            ColumnType::Integer => Builder::Integer(Int64Builder::new()),
            ColumnType::Decimal => Builder::Decimal(Decimal128Builder::new().with_data_type(arrow_type(kind))),
            ColumnType::Date | ColumnType::Day => Builder::Date(Date32Builder::new()),
            ColumnType::Instant => Builder::Instant(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            ColumnType::Boolean => Builder::Boolean(BooleanBuilder::new()),
        }
    }

    /// Takes a value and says how many bytes it needs. One of another type cannot occur: the file was read by this one.
    fn push(&mut self, datum: &Datum) -> usize {
        match (self, datum) {
            (Builder::Text(to), Datum::Text(v)) => {
                to.append_value(v);
                return v.len() + 4;
            }
            (Builder::Integer(to), Datum::Integer(v)) => to.append_value(*v),
            (Builder::Decimal(to), Datum::Decimal(v)) => to.append_value(*v),
            (Builder::Date(to), Datum::Date(v)) => to.append_value(v.num_days_from_ce() - EPOCH_DAYS),
            (Builder::Instant(to), Datum::Instant(v)) => to.append_value(v.timestamp_micros()),
            (Builder::Boolean(to), Datum::Boolean(v)) => to.append_value(*v),
            (builder, _) => builder.push_nothing(),
        }
        8
    }

    fn push_nothing(&mut self) {
        match self {
            Builder::Text(to) => to.append_null(),
            Builder::Integer(to) => to.append_null(),
            Builder::Decimal(to) => to.append_null(),
            Builder::Date(to) => to.append_null(),
            Builder::Instant(to) => to.append_null(),
            Builder::Boolean(to) => to.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Builder::Text(of) => Arc::new(of.finish()),
            Builder::Integer(of) => Arc::new(of.finish()),
            Builder::Decimal(of) => Arc::new(of.finish()),
            Builder::Date(of) => Arc::new(of.finish()),
            Builder::Instant(of) => Arc::new(of.finish()),
            Builder::Boolean(of) => Arc::new(of.finish()),
        }
    }
}

/// Cells of one type as a column; one of another type counts as nothing.
pub fn array(kind: ColumnType, cells: impl Iterator<Item = Cell>) -> ArrayRef {
    let mut builder = Builder::new(kind);
    for cell in cells {
        builder.push(&cell);
    }
    builder.finish()
}
