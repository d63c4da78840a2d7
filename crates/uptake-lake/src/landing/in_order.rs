//! Rows of a large load, put in the order of their time and parted by months, in bounded memory.
//!
//! What is held is sorted and put aside in a temporary file when it becomes much, on a thread of its own while more rows come; at the end
//! all that was put aside and what is still held are merged. What comes out are batches in the order of time, of one month each or of several small ones: each becomes a file.

use super::pour::Job;
use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int32Array, RecordBatch, StringArray};
use datafusion::arrow::compute::{interleave_record_batch, take};
use datafusion::arrow::datatypes::{DataType, Date32Type, Field, Schema, SchemaRef, TimestampMicrosecondType};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::ipc::reader::StreamReader;
use datafusion::arrow::ipc::writer::StreamWriter;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Error, Result, Seek, Write};
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::JoinHandle;

/// From how many rows on a load of one table is large. Below, files more cost more than their order saves.
const LARGE: u64 = 100_000;

pub fn is_large(jobs: &[Arc<Job>]) -> bool {
    jobs.iter().filter(|job| !job.written).map(|job| job.survey.rows).sum::<u64>() >= LARGE
}

/// How much is held, and how much comes out at once.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The bytes that are held in memory before they are put aside. While they are, as many come again.
    pub held_bytes: usize,
    /// A month of fewer rows shares its batch with the next.
    pub month_rows: usize,
    /// The most rows, and roughly the bytes, of a batch that comes out.
    pub out: Size,
    /// The same of those that are put aside.
    pub aside: Size,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    pub rows: usize,
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        let out = Size { rows: 128 << 10, bytes: 16 << 20 };
        Limits { held_bytes: 128 << 20, month_rows: 8 << 10, out, aside: Size { rows: 8 << 10, bytes: 1 << 20 } }
    }
}

/// Rows on their way to be sorted.
pub struct InOrder {
    /// As rows come and go, and as they wait.
    schema: SchemaRef,
    waiting: SchemaRef,
    /// The columns that tell a row's time: the first of them that is not empty does.
    times: [usize; 2],
    limits: Limits,
    /// Of the files and loads.
    names: Names,
    held: Vec<RecordBatch>,
    held_bytes: usize,
    aside: Vec<File>,
    /// Puts aside what was held last.
    putting: Option<JoinHandle<Result<File>>>,
}

/// What a row that is held costs once more while it is sorted: its time, its size, its place.
const ORDER_BYTES: usize = 32;

/// Microseconds since 1970. Rows without a time come before all others.
type Time = i64;
const NO_TIME: Time = i64::MIN;

impl InOrder {
    /// By a column of a landing table; rows that have nothing there are of the time that was noted beside them.
    pub fn by(time: &str, schema: SchemaRef, limits: Limits) -> InOrder {
        let times = [time, "_stamp"].map(|name| schema.index_of(name).expect("a column of the table, and one of ours"));
        let waiting = Arc::new(Schema::new(schema.fields().iter().map(|field| waiting(field)).collect::<Vec<_>>()));
        let (names, held) = (Names::default(), vec![]);
        InOrder { schema, waiting, times, limits, names, held, held_bytes: 0, aside: vec![], putting: None }
    }

    /// # Errors
    /// The disk for temporary files is full or read-only.
    pub fn push(&mut self, rows: RecordBatch) -> Result<()> {
        let columns = rows.columns().iter().zip(self.waiting.fields());
        let columns = columns.map(|(column, field)| match field.data_type() {
            DataType::Int32 => self.names.numbered(column.as_string()),
            _ => column.clone(),
        });
        let rows = RecordBatch::try_new(self.waiting.clone(), columns.collect()).map_err(told)?;
        let bytes = rows.columns().iter().map(|column| column.to_data().get_slice_memory_size());
        self.held_bytes += bytes.sum::<std::result::Result<usize, _>>().map_err(told)? + ORDER_BYTES * rows.num_rows();
        self.held.push(rows);
        if self.held_bytes > self.limits.held_bytes { self.put_aside() } else { Ok(()) }
    }

    /// Hands out all rows in order, until `out` takes no more.
    ///
    /// # Errors
    /// What was put aside cannot be read back.
    pub fn end(mut self, out: &mut dyn FnMut(RecordBatch) -> bool) -> Result<()> {
        self.be_aside()?;
        let mut sources = vec![];
        for file in std::mem::take(&mut self.aside) {
            sources.push(Source::Aside(Box::new(StreamReader::try_new(BufReader::new(file), None).map_err(told)?)));
        }
        let held = std::mem::take(&mut self.held);
        let names = StringArray::from(self.names.0);
        let merge = Merge::new(held, sources, self.times)?;
        merge.each(self.limits.out, Some(self.limits.month_rows), &mut |rows| {
            let columns = rows.columns().iter().map(|column| match column.data_type() {
                DataType::Int32 => take(&names, column, None),
                _ => Ok(column.clone()),
            });
            let columns = columns.collect::<std::result::Result<_, _>>();
            Ok(out(columns.and_then(|columns| RecordBatch::try_new(self.schema.clone(), columns)).map_err(told)?))
        })
    }

    /// Waits for what was put aside before.
    fn put_aside(&mut self) -> Result<()> {
        self.be_aside()?;
        let held = std::mem::take(&mut self.held);
        self.held_bytes = 0;
        let (schema, times, size) = (self.waiting.clone(), self.times, self.limits.aside);
        self.putting = Some(std::thread::spawn(move || sorted(held, &schema, times, size)));
        Ok(())
    }

    fn be_aside(&mut self) -> Result<()> {
        if let Some(putting) = self.putting.take() {
            self.aside.push(putting.join().unwrap_or_else(|panic| resume_unwind(panic))?);
        }
        Ok(())
    }
}

/// A temporary file of `held` in order.
fn sorted(held: Vec<RecordBatch>, schema: &Schema, times: [usize; 2], size: Size) -> Result<File> {
    let mut file = tempfile::tempfile()?;
    let mut writer = StreamWriter::try_new(BufWriter::new(&mut file), schema).map_err(told)?;
    let merge = Merge::new(held, vec![], times)?;
    merge.each(size, None, &mut |rows| writer.write(&rows).map(|()| true).map_err(told))?;
    writer.finish().map_err(told)?;
    writer.into_inner().map_err(told)?.flush()?;
    file.rewind()?;
    Ok(file)
}

/// The names of files and loads are as long as all else in a row, and few: while rows wait, numbers stand for them. No column of an export
/// is one of such numbers.
fn waiting(field: &Field) -> Field {
    match field.name().as_str() {
        "_file" | "_load" => field.clone().with_data_type(DataType::Int32),
        _ => field.clone(),
    }
}

/// Names, each at the place of its number.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn numbered(&mut self, texts: &StringArray) -> ArrayRef {
        let mut last = usize::MAX;
        let numbers = texts.iter().map(|text| {
            let text = text?;
            if self.0.get(last).is_none_or(|known| known != text) {
                last = self.0.iter().rposition(|known| known == text).unwrap_or(self.0.len());
                if last == self.0.len() {
                    self.0.push(text.into());
                }
            }
            Some(last as i32)
        });
        Arc::new(numbers.collect::<Int32Array>())
    }
}

fn told(error: ArrowError) -> Error {
    match error {
        ArrowError::IoError(_, error) => error,
        other => Error::other(other),
    }
}

/// Sorted rows that are merged with others.
enum Source {
    /// Batches in memory, and the order of their rows: time, batch and row.
    Held(std::vec::IntoIter<(Time, u32, u32)>),
    Aside(Box<StreamReader<BufReader<File>>>),
}

/// A batch, and what has to be known of each row of it.
struct Block {
    rows: RecordBatch,
    times: Vec<Time>,
    /// The bytes of each row.
    sizes: Vec<usize>,
}

/// Where a source stands: at a row of a block.
struct Cursor {
    source: Source,
    block: usize,
    row: usize,
}

struct Merge {
    columns: [usize; 2],
    /// Those that are held come first and stay; behind them stand those that were read back.
    blocks: Vec<Block>,
    held: usize,
    cursors: Vec<Cursor>,
    next: BinaryHeap<Reverse<(Time, usize)>>,
}

impl Merge {
    /// `aside` comes before `held` where times are equal: it came before.
    fn new(held: Vec<RecordBatch>, aside: Vec<Source>, columns: [usize; 2]) -> Result<Merge> {
        let blocks: Vec<Block> = held.into_iter().map(|rows| Block::of(rows, columns)).collect();
        let mut order: Vec<(Time, u32, u32)> = Vec::with_capacity(blocks.iter().map(|block| block.times.len()).sum());
        for (at, block) in (0u32..).zip(&blocks) {
            order.extend(block.times.iter().zip(0u32..).map(|(time, row)| (*time, at, row)));
        }
        order.sort_unstable();
        let sources = aside.into_iter().chain([Source::Held(order.into_iter())]);
        let cursors = sources.map(|source| Cursor { source, block: usize::MAX, row: 0 }).collect();
        let held = blocks.len();
        let mut merge = Merge { columns, blocks, held, cursors, next: BinaryHeap::new() };
        for at in 0..merge.cursors.len() {
            merge.step(at)?;
        }
        Ok(merge)
    }

    /// Hands out all rows in batches; with `month_rows`, none of that many goes on into another month.
    fn each(
        mut self,
        size: Size,
        month_rows: Option<usize>,
        out: &mut dyn FnMut(RecordBatch) -> Result<bool>,
    ) -> Result<()> {
        let (mut picked, mut bytes, mut month) = (vec![], 0, 0..0);
        while let Some(Reverse((time, at))) = self.next.pop() {
            let another = month_rows.is_some() && !month.contains(&time);
            if another {
                month = month_of(time);
            }
            let parted = another && month_rows.is_some_and(|least| picked.len() >= least);
            let full = picked.len() == size.rows || bytes >= size.bytes;
            if (parted || full) && !picked.is_empty() {
                bytes = 0;
                if !out(self.take(&mut picked)?)? {
                    return Ok(());
                }
            }
            let Cursor { block, row, .. } = self.cursors[at];
            bytes += self.blocks[block].sizes[row];
            picked.push((block, row));
            self.step(at)?;
        }
        if !picked.is_empty() {
            out(self.take(&mut picked)?)?;
        }
        Ok(())
    }

    /// The rows that were picked, as a batch. Blocks at which no cursor stands any more are let go.
    fn take(&mut self, picked: &mut Vec<(usize, usize)>) -> Result<RecordBatch> {
        let all: Vec<&RecordBatch> = self.blocks.iter().map(|block| &block.rows).collect();
        let taken = interleave_record_batch(&all, picked).map_err(told)?;
        picked.clear();
        let mut read_back: Vec<Option<Block>> = self.blocks.drain(self.held..).map(Some).collect();
        for cursor in self.cursors.iter_mut().filter(|cursor| matches!(cursor.source, Source::Aside(_))) {
            if let Some(block) = read_back.get_mut(cursor.block.wrapping_sub(self.held)).and_then(Option::take) {
                cursor.block = self.blocks.len();
                self.blocks.push(block);
            }
        }
        Ok(taken)
    }

    /// Goes on to the next row of a source, if it has one.
    fn step(&mut self, at: usize) -> Result<()> {
        let cursor = &mut self.cursors[at];
        match &mut cursor.source {
            Source::Held(order) => {
                let Some((time, block, row)) = order.next() else { return Ok(()) };
                (cursor.block, cursor.row) = (block as usize, row as usize);
                self.next.push(Reverse((time, at)));
            }
            Source::Aside(reader) => {
                cursor.row += 1;
                if self.blocks.get(cursor.block).is_none_or(|block| cursor.row >= block.times.len()) {
                    cursor.block = usize::MAX;
                    // No empty ones are put aside.
                    let Some(rows) = reader.next() else { return Ok(()) };
                    (cursor.block, cursor.row) = (self.blocks.len(), 0);
                    self.blocks.push(Block::of(rows.map_err(told)?, self.columns));
                }
                self.next.push(Reverse((self.blocks[cursor.block].times[cursor.row], at)));
            }
        }
        Ok(())
    }
}

impl Block {
    fn of(rows: RecordBatch, [time, stamp]: [usize; 2]) -> Block {
        let mut times = vec![NO_TIME; rows.num_rows()];
        add_times(rows.column(stamp), &mut times);
        add_times(rows.column(time), &mut times);
        let mut sizes = vec![8 * rows.num_columns(); rows.num_rows()];
        for texts in rows.columns().iter().filter_map(|column| column.as_string_opt::<i32>()) {
            let lengths = texts.offsets().windows(2).map(|two| (two[1] - two[0]) as usize);
            sizes.iter_mut().zip(lengths).for_each(|(size, length)| *size += length);
        }
        Block { rows, times, sizes }
    }
}

/// Notes the times that a column tells; where it is empty, what was noted stays.
fn add_times(column: &dyn Array, times: &mut [Time]) {
    const DAY: Time = 86_400_000_000;
    match column.data_type() {
        DataType::Timestamp(..) => {
            let told = column.as_primitive::<TimestampMicrosecondType>().iter();
            times.iter_mut().zip(told).for_each(|(time, told)| *time = told.unwrap_or(*time));
        }
        DataType::Date32 => {
            let told = column.as_primitive::<Date32Type>().iter();
            let told = told.map(|days| days.map(|days| Time::from(days) * DAY));
            times.iter_mut().zip(told).for_each(|(time, told)| *time = told.unwrap_or(*time));
        }
        _ => {}
    }
}

/// From the first moment of the month of `time` to that of the next; those without a time are a month by themselves.
fn month_of(time: Time) -> Range<Time> {
    let day = DateTime::from_timestamp_micros(time).filter(|_| time != NO_TIME).map(|at| at.date_naive());
    let first = day.and_then(|day| day.with_day(1));
    let next = first.and_then(|first| first.checked_add_months(Months::new(1)));
    let begin = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc().timestamp_micros();
    match (first, next) {
        (Some(first), Some(next)) => begin(first)..begin(next),
        _ => time..time.saturating_add(1),
    }
}

#[cfg(test)]
mod tests {
    use super::super::batch::{array, landing_schema};
    use super::super::cell::Cell;
    use super::*;
    use datafusion::arrow::datatypes::Int64Type;
    use uptake_spec::source::ColumnType;

    const DAY: Time = 86_400_000_000;

    /// Rows of several files come in one batch where rejected ones were corrected.
    fn file_of(n: i64) -> String {
        format!("{}.csv", n / 3 % 5)
    }

    /// Batches of so many rows each, numbered by `n`, of which each has a time or none.
    fn batches(times: &[Option<Time>], rows: usize) -> (SchemaRef, Vec<RecordBatch>) {
        let columns = [("at".to_string(), ColumnType::Instant), ("n".to_string(), ColumnType::Integer)];
        let schema = landing_schema(&columns);
        let numbered: Vec<(i64, Option<Time>)> = (0..).zip(times.iter().copied()).collect();
        let batch = |some: &[(i64, Option<Time>)]| {
            let at = |(_, time): &(i64, Option<Time>)| match time.and_then(DateTime::from_timestamp_micros) {
                Some(time) => Cell::Instant(time),
                None => Cell::Nothing,
            };
            let column = |name: &str, kind: &DataType| -> ArrayRef {
                match name {
                    "at" => array(ColumnType::Instant, some.iter().map(at)),
                    "n" => array(ColumnType::Integer, some.iter().map(|(n, _)| Cell::Integer(*n))),
                    "_file" => array(ColumnType::Text, some.iter().map(|(n, _)| Cell::Text(file_of(*n).into()))),
                    _ => datafusion::arrow::array::new_null_array(kind, some.len()),
                }
            };
            let columns = schema.fields().iter().map(|field| column(field.name(), field.data_type()));
            RecordBatch::try_new(schema.clone(), columns.collect()).expect("columns of one length")
        };
        let batches = numbered.chunks(rows).map(batch).collect();
        (schema, batches)
    }

    /// What comes out, as (time, n) of each row of each batch.
    fn sorted(times: &[Option<Time>], limits: Limits) -> Vec<Vec<(Time, i64)>> {
        let (schema, batches) = batches(times, 7);
        let mut rows = InOrder::by("at", schema, limits);
        for batch in batches {
            rows.push(batch).expect("there is room");
            assert!(rows.held_bytes <= limits.held_bytes, "what is held is put aside");
        }
        let mut out = vec![];
        let mut take = |batch: RecordBatch| {
            let numbers = batch.column(1).as_primitive::<Int64Type>().values().to_vec();
            let files = batch.column_by_name("_file").expect("a column of ours").as_string::<i32>();
            assert!(files.iter().zip(&numbers).all(|(file, n)| file == Some(&file_of(*n))));
            let block = Block::of(batch, [0, 0]);
            out.push(block.times.into_iter().zip(numbers).collect());
            true
        };
        rows.end(&mut take).expect("it can be read back");
        out
    }

    fn limits(held_bytes: usize, rows: usize) -> Limits {
        let size = Size { rows, bytes: usize::MAX };
        Limits { held_bytes, month_rows: 0, out: size, aside: Size { rows: 5, bytes: usize::MAX } }
    }

    #[test]
    fn each_batch_is_of_one_month_and_all_are_in_order() {
        // From 2024-01-01 on, 1000 rows over 100 days in no order, one of ten without a time.
        let begin = 1_704_067_200_000_000;
        let time = |row: i64| (row % 10 != 3).then_some(begin + row * 7919 % 100 * DAY);
        let times: Vec<_> = (0..1000).map(time).collect();
        let mut expected: Vec<(Time, i64)> = times.iter().map(|time| time.unwrap_or(NO_TIME)).zip(0..).collect();
        expected.sort_unstable();
        // Held whole, and put aside after each batch, after some, and handed out in small pieces.
        for limits in
            [limits(usize::MAX, usize::MAX), limits(0, usize::MAX), limits(40_000, usize::MAX), limits(9000, 11)]
        {
            let out = sorted(&times, limits);
            assert_eq!(out.concat(), expected, "{limits:?}");
            assert!(out.iter().all(|rows| rows.len() <= limits.out.rows), "{limits:?}");
            for rows in &out {
                let month = month_of(rows[0].0);
                assert!(rows.iter().all(|(time, _)| month.contains(time)), "{limits:?}");
            }
            if limits.out.rows == usize::MAX {
                assert_eq!(out.len(), 5, "no time, January to April");
            }
        }
        assert!(sorted(&[], limits(0, 1)).is_empty());
    }

    #[test]
    fn small_months_share_a_batch() {
        let day = |n: i64| Some(1_704_067_200_000_000 + n * DAY);
        // January 2024 has two rows, February one, March four, April one.
        let times = [day(0), day(30), day(31), day(60), day(61), day(62), day(63), day(91)];
        let out = sorted(&times, Limits { month_rows: 3, ..limits(usize::MAX, usize::MAX) });
        assert_eq!(out.iter().map(Vec::len).collect::<Vec<_>>(), [3, 4, 1]);
    }

    #[test]
    fn a_month_ends_where_the_next_begins() {
        let at = |text: &str| text.parse::<DateTime<chrono::Utc>>().expect("a time").timestamp_micros();
        assert_eq!(month_of(at("2024-02-29T23:59:59Z")), at("2024-02-01T00:00:00Z")..at("2024-03-01T00:00:00Z"));
        assert_eq!(month_of(at("0001-01-01T00:00:00Z")).end, at("0001-02-01T00:00:00Z"));
        assert!(month_of(NO_TIME).contains(&NO_TIME) && !month_of(NO_TIME).contains(&at("0001-01-01T00:00:00Z")));
    }

    #[test]
    fn rows_that_are_large_come_out_few_at_once() {
        let (schema, _) = batches(&[], 1);
        let columns = schema.fields().iter().map(|field| match field.name().as_str() {
            "_key" => array(ColumnType::Text, (0..20).map(|_| Cell::Text("x".repeat(1000).into()))),
            _ => datafusion::arrow::array::new_null_array(field.data_type(), 20),
        });
        let batch = RecordBatch::try_new(schema.clone(), columns.collect()).expect("columns of one length");
        let size = Size { rows: 100, bytes: 5000 };
        let mut rows = InOrder::by("at", schema, Limits { held_bytes: 0, month_rows: 0, out: size, aside: size });
        rows.push(batch).expect("there is room");
        let mut counts = vec![];
        rows.end(&mut |batch| {
            counts.push(batch.num_rows());
            true
        })
        .expect("it can be read back");
        assert_eq!(counts, [5, 5, 5, 5]);
    }
}
