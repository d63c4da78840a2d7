//! Records read on one thread and worked on by others: what is held of a file are a few batches of them.

use crate::record::{Broken, Record, Records, Step};
use std::io::{Error, Result};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

/// The records a batch has at most, and the bytes with which it ends. With a quarter of them threads wake each other so often that a large load
/// takes a tenth longer.
const BATCH_RECORDS: usize = 1024;
const BATCH_BYTES: usize = 256 << 10;

/// The bytes of a record that is filled anew.
const MOST_KEPT_BYTES: usize = 4 << 10;

/// What stands in a file, one behind the other.
#[derive(Debug)]
pub enum Item {
    Row(Record),
    Broken(Broken),
    /// With the lines of the footer, and those that were the header again.
    End(u64, u64),
}

/// Some records as they follow each other.
#[derive(Debug)]
pub struct Batch {
    /// The number of the first of them, counted from 0, good and bad.
    pub first: u64,
    pub items: Vec<Item>,
}

/// Where records come in.
pub struct Reading {
    lanes: Vec<SyncSender<Batch>>,
    /// Records that were worked on, to be filled anew.
    spare: Receiver<Vec<Record>>,
}

/// Where batches come out: of so many lanes each has the next in turn.
pub struct Lane {
    batches: Receiver<Batch>,
    spare: Sender<Vec<Record>>,
}

/// The records of a single lane. Nobody else has to know that they were read elsewhere.
pub struct Ahead {
    lane: Lane,
    batch: std::vec::IntoIter<Item>,
    used: Vec<Record>,
    footer: u64,
    headers: u64,
}

/// For one file, and so many who work on its records.
pub fn lanes(many: usize) -> (Reading, Vec<Lane>) {
    let (give, take) = channel();
    let (send, lanes) =
        (0..many).map(|_| sync_channel(2)).map(|(send, batches)| (send, Lane { batches, spare: give.clone() })).unzip();
    (Reading { lanes: send, spare: take }, lanes)
}

/// For one file, and one who works on its records.
pub fn ahead() -> (Reading, Ahead) {
    let (reading, mut lanes) = lanes(1);
    let lane = lanes.remove(0);
    (reading, Ahead { lane, batch: vec![].into_iter(), used: vec![], footer: 0, headers: 0 })
}

impl Reading {
    /// Reads `records` to their end, or for as long as anybody takes them.
    ///
    /// # Errors
    /// The file cannot be read on; not all that was read before has been handed over then.
    pub fn read(&self, records: &mut dyn Records) -> Result<()> {
        let (mut spare, mut first) = (vec![], 0);
        for lane in self.lanes.iter().cycle() {
            let (mut items, mut bytes) = (Vec::with_capacity(BATCH_RECORDS), 0);
            let mut ended = false;
            while items.len() < BATCH_RECORDS && bytes < BATCH_BYTES && !ended {
                let mut record = spare.pop().unwrap_or_default();
                let item = match records.step(&mut record)? {
                    Step::Row => {
                        bytes += record.cells.as_slice().len();
                        Item::Row(record)
                    }
                    Step::Broken(broken) => {
                        bytes += broken.raw.len();
                        Item::Broken(broken)
                    }
                    Step::End => Item::End(records.footer(), records.headers()),
                };
                ended = matches!(item, Item::End(..));
                items.push(item);
            }
            let next = first + items.len() as u64;
            if lane.send(Batch { first, items }).is_err() || ended {
                break;
            }
            first = next;
            spare.extend(self.spare.try_iter().flatten());
        }
        Ok(())
    }
}

impl Lane {
    /// `None` where no more come: another lane has the end, or the file could not be read on.
    pub fn next(&self) -> Option<Batch> {
        self.batches.recv().ok()
    }

    /// Records that are not needed any more.
    pub fn give_back(&self, batch: Batch) {
        let records = batch.items.into_iter().filter_map(|item| match item {
            Item::Row(record) => Some(record),
            _ => None,
        });
        self.fill_anew(records.collect());
    }

    fn fill_anew(&self, mut records: Vec<Record>) {
        // One that held much would keep its room.
        records.retain(|record| record.cells.as_slice().len() <= MOST_KEPT_BYTES);
        // Nobody fills them any more where the file was read to its end.
        let _ = self.spare.send(records);
    }
}

impl Records for Ahead {
    fn step(&mut self, to: &mut Record) -> Result<Step> {
        loop {
            match self.batch.next() {
                Some(Item::Row(mut record)) => {
                    std::mem::swap(to, &mut record);
                    self.used.push(record);
                    return Ok(Step::Row);
                }
                Some(Item::Broken(broken)) => return Ok(Step::Broken(broken)),
                Some(Item::End(footer, headers)) => {
                    (self.footer, self.headers) = (footer, headers);
                    return Ok(Step::End);
                }
                None => {}
            }
            self.lane.fill_anew(std::mem::take(&mut self.used));
            let next = self.lane.next().ok_or_else(|| Error::other("the file could not be read on"))?;
            self.batch = next.items.into_iter();
        }
    }

    fn footer(&self) -> u64 {
        self.footer
    }

    fn headers(&self) -> u64 {
        self.headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Delimited, Dialect, Footed, Rows, line};

    fn lines(text: &str) -> impl Records + '_ {
        let lines = Delimited::open(text.as_bytes(), Dialect { delimiter: b',', above: 0 });
        let lines = lines.expect("a slice can be read");
        let header = lines.header.clone().expect("it closes its quotes");
        Footed::of_lines(lines, &header)
    }

    #[test]
    fn what_was_read_ahead_is_what_was_read() {
        let rows: String = (1..=5000).map(|at| format!("{at},x\n")).collect();
        let text = format!("a,b\n{rows}\"Pa\"rt,1\nGrand Total\n");
        std::thread::scope(|scope| {
            let (reading, ahead) = ahead();
            let read = scope.spawn(|| {
                let reading = reading;
                reading.read(&mut lines(&text))
            });
            let mut rows = Rows::new(ahead);
            for at in 1..=5000u64 {
                assert!(matches!(rows.step(), Ok(Step::Row)));
                assert_eq!((&rows.record.cells[0], line(&rows.record.cells)), (at.to_string().as_bytes(), at + 1));
            }
            assert!(matches!(rows.step(), Ok(Step::Broken(_))));
            assert!(matches!(rows.step(), Ok(Step::End)));
            assert_eq!((rows.count, rows.footer()), (5001, 1));
            read.join().expect("it ends").expect("it was read");
        });
    }

    #[test]
    fn reading_ends_when_nobody_takes_any_more_and_taking_when_nobody_reads() {
        let (reading, taken) = ahead();
        drop(taken);
        assert!(reading.read(&mut lines(&format!("a,b\n{}", "1,2\n".repeat(10_000)))).is_ok());
        let (reading, mut left) = ahead();
        drop(reading);
        assert!(left.step(&mut Record::default()).is_err());
    }

    #[test]
    fn lanes_have_the_batches_in_turn_and_one_of_them_the_end() {
        let rows: String = (0..5000).map(|at| format!("{at},x\n")).collect();
        let text = format!("a,b\n{rows}");
        let (reading, lanes) = lanes(3);
        let read = std::thread::scope(|scope| {
            scope.spawn(|| {
                let reading = reading;
                reading.read(&mut lines(&text)).expect("it was read");
            });
            let mut read = vec![];
            for lane in lanes.iter().cycle() {
                let batch = lane.next().expect("the end comes before");
                for (number, item) in (batch.first..).zip(&batch.items) {
                    match item {
                        Item::Row(record) => read.push((number, record.cells[0].to_vec())),
                        Item::Broken(broken) => panic!("{broken:?}"),
                        Item::End(..) => return read,
                    }
                }
                lane.give_back(batch);
            }
            read
        });
        let expected: Vec<_> = (0..5000u64).map(|at| (at, at.to_string().into_bytes())).collect();
        assert_eq!(read, expected);
        assert!(lanes.iter().all(|lane| lane.next().is_none()), "nothing comes behind the end");
    }
}
