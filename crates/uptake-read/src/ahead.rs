//! Records read on one thread and worked on by another: what is held of a file are a few batches of them.

use crate::record::{Broken, Record, Records, Step};
use std::io::{Error, Result};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

/// The records a batch has at most, and the bytes with which it ends.
const BATCH_RECORDS: usize = 256;
const BATCH_BYTES: usize = 256 << 10;

enum Item {
    Row(Record),
    Broken(Broken),
    /// With the lines of the footer, and those that were the header again.
    End(u64, u64),
}

type Batch = Vec<Item>;

/// Where records come in.
pub struct Reading {
    batches: SyncSender<Batch>,
    /// Records that were worked on, to be filled anew.
    spare: Receiver<Vec<Record>>,
}

/// Where they come out. Nobody else has to know that they were read elsewhere.
pub struct Ahead {
    batches: Receiver<Batch>,
    spare: Sender<Vec<Record>>,
    batch: std::vec::IntoIter<Item>,
    used: Vec<Record>,
    footer: u64,
    headers: u64,
}

pub fn ahead() -> (Reading, Ahead) {
    let (send, receive) = sync_channel(2);
    let (give, take) = channel();
    let batch = vec![].into_iter();
    let out = Ahead { batches: receive, spare: give, batch, used: vec![], footer: 0, headers: 0 };
    (Reading { batches: send, spare: take }, out)
}

impl Reading {
    /// Reads `records` to their end, or for as long as anybody takes them.
    ///
    /// # Errors
    /// The file cannot be read on; not all that was read before has been handed over then.
    pub fn read(&self, records: &mut dyn Records) -> Result<()> {
        let mut spare = vec![];
        loop {
            let (mut batch, mut bytes) = (Batch::with_capacity(BATCH_RECORDS), 0);
            let mut ended = false;
            while batch.len() < BATCH_RECORDS && bytes < BATCH_BYTES && !ended {
                let mut record = spare.pop().unwrap_or_default();
                let item = match records.step(&mut record)? {
                    Step::Row => {
                        bytes += record.cells.as_slice().len();
                        Item::Row(record)
                    }
                    Step::Broken(broken) => Item::Broken(broken),
                    Step::End => Item::End(records.footer(), records.headers()),
                };
                ended = matches!(item, Item::End(..));
                batch.push(item);
            }
            if self.batches.send(batch).is_err() || ended {
                return Ok(());
            }
            spare.extend(self.spare.try_iter().flatten());
        }
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
            // Nobody fills them any more where the file was read to its end.
            let _ = self.spare.send(std::mem::take(&mut self.used));
            let next = self.batches.recv().map_err(|_| Error::other("the file could not be read on"))?;
            self.batch = next.into_iter();
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
        let lines = Delimited::open(text.as_bytes(), Dialect { delimiter: b',', says_so: false });
        let lines = lines.expect("a slice can be read");
        let header = lines.header.clone().expect("it closes its quotes");
        Footed::of_lines(lines, &header)
    }

    #[test]
    fn what_was_read_ahead_is_what_was_read() {
        let rows: String = (1..=1000).map(|at| format!("{at},x\n")).collect();
        let text = format!("a,b\n{rows}\"Pa\"rt,1\nGrand Total\n");
        std::thread::scope(|scope| {
            let (reading, ahead) = ahead();
            let read = scope.spawn(|| {
                let reading = reading;
                reading.read(&mut lines(&text))
            });
            let mut rows = Rows::new(ahead);
            for at in 1..=1000u64 {
                assert!(matches!(rows.step(), Ok(Step::Row)));
                assert_eq!((&rows.record.cells[0], line(&rows.record.cells)), (at.to_string().as_bytes(), at + 1));
            }
            assert!(matches!(rows.step(), Ok(Step::Broken(_))));
            assert!(matches!(rows.step(), Ok(Step::End)));
            assert_eq!((rows.count, rows.footer()), (1001, 1));
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
}
