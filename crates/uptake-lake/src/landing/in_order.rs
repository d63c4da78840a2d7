//! Rows of a large load, put in the order of their time and parted by months, in bounded memory.
//!
//! What is held is sorted and put aside in a temporary file when it becomes much, on a thread of its own while more rows come; at the
//! end all that was put aside and what is still held are merged. What comes out are batches in the order of time, of one month each or of
//! several small ones: each becomes a file.

use super::batch::{Batcher, Noted, Origin};
use super::cell::Datum;
use super::packed;
use super::pour::{Job, Out, Sink};
use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Error, Read, Result, Seek, Write};
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::JoinHandle;
use uptake_spec::source::ColumnType;

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
    pub out_rows: usize,
    pub out_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { held_bytes: 128 << 20, month_rows: 8 << 10, out_rows: 128 << 10, out_bytes: 24 << 20 }
    }
}

/// Microseconds since 1970. Rows without a time come before all others.
type Time = i64;
const NO_TIME: Time = i64::MIN;

/// Rows on their way to be sorted.
pub struct InOrder {
    columns: Vec<(String, ColumnType)>,
    limits: Limits,
    origins: Origins,
    held: Held,
    aside: Vec<Aside>,
    /// Puts aside what was held last.
    putting: Option<JoinHandle<Result<Aside>>>,
    /// Why no more rows were taken.
    failed: Option<Error>,
}

impl Sink for InOrder {
    fn take(&mut self, cells: Option<&[u8]>, noted: &Noted) -> bool {
        let row = self.held.begin(noted.time.map_or(NO_TIME, |at| at.timestamp_micros()));
        pack(noted, cells.is_some(), self.origins.number(&noted.origin), row);
        row.extend_from_slice(cells.unwrap_or_default());
        self.held.end();
        if self.held.size() > self.limits.held_bytes
            && let Err(error) = self.put_aside()
        {
            self.failed = Some(error);
        }
        self.failed.is_none()
    }

    fn end(&mut self) {}
}

impl InOrder {
    /// For a table of `columns`.
    pub fn new(columns: &[(String, ColumnType)], limits: Limits) -> InOrder {
        InOrder {
            columns: columns.to_vec(),
            limits,
            origins: Origins::default(),
            held: Held::default(),
            aside: vec![],
            putting: None,
            failed: None,
        }
    }

    /// Waits until all that is put aside lies there.
    ///
    /// # Errors
    /// The disk for temporary files is full or read-only: not all rows were taken.
    pub fn settled(mut self) -> Result<InOrder> {
        self.failed.take().map_or(Ok(()), Err)?;
        self.wait()?;
        Ok(self)
    }

    /// Hands out all rows in order, until `out` takes no more.
    ///
    /// # Errors
    /// What was put aside cannot be read back.
    pub fn hand_out(self, out: Out) -> Result<()> {
        let InOrder { columns, limits, origins, held, aside, .. } = self;
        // What was put aside comes before what is held where times are equal: it came before.
        let mut sources =
            aside.into_iter().map(Source::Aside).chain([Source::Held(held.sorted(), 0)]).collect::<Vec<_>>();
        let mut rows: Vec<Vec<u8>> = vec![vec![]; sources.len()];
        let mut next = BinaryHeap::new();
        for (at, source) in sources.iter_mut().enumerate() {
            next.extend(source.step(&mut rows[at])?.map(|time| Reverse((time, at))));
        }
        let (mut batcher, mut month) = (Batcher::new(&columns), 0..0);
        while let Some(Reverse((time, at))) = next.pop() {
            let another = !month.contains(&time);
            if another {
                month = month_of(time);
            }
            let parted = another && batcher.rows >= limits.month_rows;
            let full = batcher.rows == limits.out_rows || batcher.bytes >= limits.out_bytes;
            if (parted || full) && batcher.rows > 0 && !out(batcher.finish()) {
                return Ok(());
            }
            unpack(&rows[at], &origins, &mut batcher).ok_or_else(|| Error::other("what waited reads otherwise now"))?;
            next.extend(sources[at].step(&mut rows[at])?.map(|time| Reverse((time, at))));
        }
        if batcher.rows > 0 {
            out(batcher.finish());
        }
        Ok(())
    }

    /// Begins to put aside what is held, once what was held before lies there.
    fn put_aside(&mut self) -> Result<()> {
        self.wait()?;
        let held = std::mem::take(&mut self.held);
        self.putting = Some(std::thread::spawn(move || held.sorted().aside()));
        Ok(())
    }

    fn wait(&mut self) -> Result<()> {
        if let Some(putting) = self.putting.take() {
            self.aside.push(putting.join().unwrap_or_else(|panic| resume_unwind(panic))?);
        }
        Ok(())
    }
}

/// All of a row but its cells. The names of files and loads are as long as all else in it, and few: a number stands for them.
fn pack(noted: &Noted, full: bool, origin: usize, to: &mut Vec<u8>) {
    let Noted { key, content, stamp, origin: Origin { line, .. }, .. } = noted;
    let cells = [
        Datum::Boolean(full),
        Datum::Integer(origin as i64),
        Datum::Integer(*line as i64),
        Datum::Text((*key).into()),
        content.map_or(Datum::Nothing, Datum::Integer),
        stamp.map_or(Datum::Nothing, Datum::Instant),
    ];
    cells.iter().for_each(|cell| packed::push(cell, to));
}

/// Puts a row into a batch; `None` if it is none.
fn unpack(mut row: &[u8], origins: &Origins, to: &mut Batcher) -> Option<()> {
    let mut cell = || packed::take(&mut row);
    let cells = [cell()?, cell()?, cell()?, cell()?, cell()?, cell()?];
    let [Datum::Boolean(full), Datum::Integer(origin), Datum::Integer(line), Datum::Text(key), content, stamp] = &cells
    else {
        return None;
    };
    let (snapshot, file, load) = origins.0.get(usize::try_from(*origin).ok()?)?;
    let content = if let Datum::Integer(content) = content { Some(*content) } else { None };
    let origin = Origin { snapshot: *snapshot, file, line: *line as u64, load };
    // It came in the order of its time, which is not asked any more.
    let noted = Noted { key, content, stamp: stamp.instant(), time: None, origin };
    to.push(full.then_some(row), &noted)
}

/// Snapshots, files and loads, each at the place of its number.
#[derive(Default)]
struct Origins(Vec<(NaiveDate, String, String)>);

impl Origins {
    fn number(&mut self, of: &Origin) -> usize {
        let is_it = |(day, file, load): &(NaiveDate, String, String)| {
            (*day, &file[..], &load[..]) == (of.snapshot, of.file, of.load)
        };
        // Those that came last most likely come again.
        self.0.iter().rposition(is_it).unwrap_or_else(|| {
            self.0.push((of.snapshot, of.file.into(), of.load.into()));
            self.0.len() - 1
        })
    }
}

/// Rows in memory.
#[derive(Default)]
struct Held {
    bytes: Vec<u8>,
    /// The time of each row, and where it begins and ends.
    rows: Vec<(Time, usize, usize)>,
}

impl Held {
    /// The bytes of a row of this time go there.
    fn begin(&mut self, time: Time) -> &mut Vec<u8> {
        self.rows.push((time, self.bytes.len(), self.bytes.len()));
        &mut self.bytes
    }

    fn end(&mut self) {
        if let Some((_, _, end)) = self.rows.last_mut() {
            *end = self.bytes.len();
        }
    }

    fn size(&self) -> usize {
        self.bytes.len() + size_of::<(Time, usize, usize)>() * self.rows.len()
    }

    fn sorted(mut self) -> Held {
        self.rows.sort_unstable();
        self
    }

    /// In a temporary file: time, length and bytes of each row.
    fn aside(self) -> Result<Aside> {
        let mut file = BufWriter::with_capacity(AT_ONCE, tempfile::tempfile()?);
        for (time, from, to) in &self.rows {
            file.write_all(&time.to_le_bytes())?;
            file.write_all(&((to - from) as u64).to_le_bytes())?;
            file.write_all(&self.bytes[*from..*to])?;
        }
        let mut file = file.into_inner()?;
        file.rewind()?;
        Ok(Aside { file: BufReader::with_capacity(AT_ONCE, file), left: self.rows.len() })
    }
}

/// How much of a temporary file is read or written at once.
const AT_ONCE: usize = 256 << 10;

/// Sorted rows in a temporary file.
struct Aside {
    file: BufReader<File>,
    /// How many rows were not read back yet.
    left: usize,
}

/// Sorted rows that are merged with others.
enum Source {
    /// With the place of the next row.
    Held(Held, usize),
    Aside(Aside),
}

impl Source {
    /// Puts the next row into `row` and tells its time; `None` if there is none any more.
    fn step(&mut self, row: &mut Vec<u8>) -> Result<Option<Time>> {
        row.clear();
        match self {
            Source::Held(held, next) => {
                let Some((time, from, to)) = held.rows.get(*next) else { return Ok(None) };
                *next += 1;
                row.extend_from_slice(&held.bytes[*from..*to]);
                Ok(Some(*time))
            }
            Source::Aside(Aside { left: 0, .. }) => Ok(None),
            Source::Aside(Aside { file, left }) => {
                *left -= 1;
                let (mut time, mut length) = ([0; 8], [0; 8]);
                file.read_exact(&mut time)?;
                file.read_exact(&mut length)?;
                row.resize(u64::from_le_bytes(length) as usize, 0);
                file.read_exact(row)?;
                Ok(Some(Time::from_le_bytes(time)))
            }
        }
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
    use super::super::pour::Batches;
    use super::*;
    use datafusion::arrow::array::{Array, AsArray, RecordBatch};
    use datafusion::arrow::compute::concat_batches;
    use datafusion::arrow::datatypes::{Int64Type, TimestampMicrosecondType};

    const DAY: Time = 86_400_000_000;

    /// Rows of several files come in one batch where rejected ones were corrected.
    fn file_of(n: i64) -> String {
        format!("{}.csv", n / 3 % 5)
    }

    fn columns() -> [(String, ColumnType); 2] {
        [("at".to_string(), ColumnType::Instant), ("n".to_string(), ColumnType::Integer)]
    }

    fn cells(cells: &[Datum]) -> Vec<u8> {
        let mut bytes = vec![];
        cells.iter().for_each(|cell| packed::push(cell, &mut bytes));
        bytes
    }

    /// A row that bears a number, of this time or none. Of every fourth only its presence is noted.
    fn push(rows: &mut InOrder, time: Option<Time>, n: i64) {
        let at = time.map(|time| DateTime::from_timestamp_micros(time).expect("a time"));
        let cells = cells(&[at.map_or(Datum::Nothing, Datum::Instant), Datum::Integer(n)]);
        let (file, full) = (file_of(n), n % 4 != 1);
        let origin = Origin { snapshot: NaiveDate::MIN, file: &file, line: n as u64, load: "" };
        let noted = Noted { key: &n.to_string(), content: Some(n), stamp: at.filter(|_| !full), time: at, origin };
        assert!(rows.take(full.then_some(&cells), &noted));
    }

    /// Whether a batch has row `at` as it was pushed; its time and number.
    fn pushed(batch: &RecordBatch, at: usize) -> (Time, i64) {
        let of = |name: &str| batch.column_by_name(name).expect("a column");
        let number =
            |name: &str| Some(of(name).as_primitive::<Int64Type>()).filter(|v| v.is_valid(at)).map(|v| v.value(at));
        let time = |name: &str| {
            let times = of(name).as_primitive::<TimestampMicrosecondType>();
            times.is_valid(at).then(|| times.value(at))
        };
        let text = |name: &str| of(name).as_string::<i32>().value(at);
        let n = number("_content").expect("each has one");
        assert_eq!((text("_file"), text("_key"), number("_line")), (&file_of(n)[..], &n.to_string()[..], Some(n)));
        let full = of("_full").as_boolean().value(at);
        assert_eq!((full, number("n")), (n % 4 != 1, full.then_some(n)));
        (time(if full { "at" } else { "_stamp" }).unwrap_or(NO_TIME), n)
    }

    /// What comes out, as (time, n) of each row of each batch.
    fn sorted(times: &[Option<Time>], limits: Limits) -> Vec<Vec<(Time, i64)>> {
        let mut rows = InOrder::new(&columns(), limits);
        for (time, n) in times.iter().zip(0..) {
            push(&mut rows, *time, n);
            assert!(rows.held.size() <= limits.held_bytes, "what is held is put aside");
        }
        let mut out = vec![];
        let mut take = |batch: RecordBatch| {
            out.push((0..batch.num_rows()).map(|at| pushed(&batch, at)).collect());
            true
        };
        rows.settled().expect("there is room").hand_out(&mut take).expect("it can be read back");
        out
    }

    fn limits(held_bytes: usize, out_rows: usize) -> Limits {
        Limits { held_bytes, month_rows: 0, out_rows, out_bytes: usize::MAX }
    }

    #[test]
    fn each_batch_is_of_one_month_and_all_are_in_order() {
        // From 2024-01-01 on, 1000 rows over 100 days in no order, one of ten without a time.
        let begin = 1_704_067_200_000_000;
        let time = |row: i64| (row % 10 != 3).then_some(begin + row * 7919 % 100 * DAY);
        let times: Vec<_> = (0..1000).map(time).collect();
        let mut expected: Vec<(Time, i64)> = times.iter().map(|time| time.unwrap_or(NO_TIME)).zip(0..).collect();
        expected.sort_unstable();
        // Held whole, and put aside after a few rows, after many, and handed out in small pieces.
        for limits in
            [limits(usize::MAX, usize::MAX), limits(1000, usize::MAX), limits(40_000, usize::MAX), limits(9000, 11)]
        {
            let out = sorted(&times, limits);
            assert_eq!(out.concat(), expected, "{limits:?}");
            assert!(out.iter().all(|rows| rows.len() <= limits.out_rows), "{limits:?}");
            for rows in &out {
                let month = month_of(rows[0].0);
                assert!(rows.iter().all(|(time, _)| month.contains(time)), "{limits:?}");
            }
            if limits.out_rows == usize::MAX {
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
        let limits = Limits { held_bytes: 0, month_rows: 0, out_rows: 100, out_bytes: 5000 };
        let mut rows = InOrder::new(&columns(), limits);
        let (key, origin) = ("x".repeat(1000), Origin { snapshot: NaiveDate::MIN, file: "", line: 1, load: "" });
        let noted = Noted::rejected(&key, origin);
        (0..20).for_each(|_| assert!(rows.take(None, &noted)));
        let mut counts = vec![];
        let mut take = |batch: RecordBatch| {
            counts.push(batch.num_rows());
            true
        };
        rows.settled().expect("there is room").hand_out(&mut take).expect("it can be read back");
        assert_eq!(counts, [5, 5, 5, 5]);
    }

    /// Rows of two files and of every kind, in the order of time.
    fn of_two_files(sink: &mut dyn Sink) {
        let day = |n: u32| NaiveDate::from_ymd_opt(2024, 2, n).expect("a day");
        let time = |n: u32| day(n).and_time(NaiveTime::MIN).and_utc();
        let origin =
            |file, line| Origin { snapshot: day(line as u32), file, line, load: if file == "a" { "x" } else { "y" } };
        let noted = |file, line| {
            let time = Some(time(line as u32));
            Noted { key: file, content: Some(7), stamp: None, time, origin: origin(file, line) }
        };
        let (text, fraction) = (Datum::Text("Zoë".into()), Datum::Decimal(-12_345));
        let row = |n, text: &Datum, fraction, yes| cells(&[Datum::Date(day(n)), text.clone(), fraction, yes]);
        sink.take(Some(&row(1, &text, fraction, Datum::Boolean(true))), &noted("a", 1));
        sink.take(None, &Noted { content: None, stamp: Some(time(2)), ..noted("a", 2) });
        sink.take(Some(&row(3, &Datum::Nothing, Datum::Nothing, Datum::Boolean(false))), &noted("a", 3));
        sink.end();
        sink.take(Some(&row(4, &text, Datum::Nothing, Datum::Nothing)), &noted("b", 4));
        sink.end();
    }

    #[test]
    fn rows_come_out_as_they_do_where_they_need_not_wait() {
        let columns = [
            ("d", ColumnType::Date),
            ("Text", ColumnType::Text),
            ("n", ColumnType::Decimal),
            ("Yes", ColumnType::Boolean),
        ];
        let columns = columns.map(|(name, kind)| (name.to_string(), kind));
        let (mut plain, mut waited) = (vec![], vec![]);
        of_two_files(&mut Batches::new(&columns, &mut |batch| {
            plain.push(batch);
            true
        }));
        for held_bytes in [usize::MAX, 0] {
            let mut rows = InOrder::new(&columns, limits(held_bytes, usize::MAX));
            of_two_files(&mut rows);
            let mut take = |batch| {
                waited.push(batch);
                true
            };
            rows.settled().expect("there is room").hand_out(&mut take).expect("it can be read back");
        }
        let plain = concat_batches(&plain[0].schema(), &plain).expect("batches of one table");
        assert_eq!((plain.num_rows(), waited), (4, vec![plain.clone(), plain]));
    }

    #[test]
    fn a_full_disk_ends_it_and_is_told() {
        let full = || Some(std::thread::spawn(|| Err(std::io::ErrorKind::StorageFull.into())));
        let told = |rows: InOrder| rows.settled().err().map(|error| error.kind());
        let origin = Origin { snapshot: NaiveDate::MIN, file: "", line: 1, load: "" };
        let noted = Noted::rejected("", origin);
        for held_bytes in [usize::MAX, 0] {
            let mut rows = InOrder::new(&columns(), limits(held_bytes, 1));
            rows.putting = full();
            assert_eq!(rows.take(None, &noted), held_bytes > 0, "it is known once the next rows are to be put aside");
            assert_eq!(told(rows), Some(std::io::ErrorKind::StorageFull));
        }
    }

    #[test]
    fn nothing_comes_where_nothing_is_taken() {
        let mut rows = InOrder::new(&columns(), limits(1000, 10));
        (0..100).for_each(|n| push(&mut rows, None, n));
        let mut came = 0;
        let mut refuse = |_| {
            came += 1;
            came < 2
        };
        rows.settled().expect("there is room").hand_out(&mut refuse).expect("it can be read back");
        assert_eq!(came, 2);
    }
}
