//! Rejected rows wait here until the load's other tables are written: few in memory, many in a temporary file.

use std::collections::HashMap;
use std::io::{Error, Result, Seek};
use std::sync::Mutex;
use uptake_read::Broken;

/// A row that did not land, as `rejects` keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reject {
    pub line: u64,
    /// Empty where the row as a whole is at fault.
    pub column: String,
    pub reason: String,
    pub raw: String,
    /// The row's key, where it could be read: such a record is not gone.
    pub key: Option<String>,
}

impl From<Broken> for Reject {
    fn from(Broken { line, reason, raw }: Broken) -> Reject {
        Reject { line, column: String::new(), reason, raw, key: None }
    }
}

/// The rejects of one load command.
#[derive(Debug, Default)]
pub struct Spool(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    count: u64,
    /// What is held in memory, as (load, reject), and its size in bytes.
    held: Vec<(String, Reject)>,
    bytes: usize,
    file: Option<std::fs::File>,
}

/// How many rejects are told at once.
const MOST_TOLD: usize = 12;
const MOST_TOLD_OF_A_FILE: usize = 3;

/// The most bytes held in memory.
const MOST_BYTES: usize = 8 << 20;

impl Spool {
    /// # Errors
    /// The disk for temporary files is full or read-only.
    pub fn add(&self, load: &str, reject: &Reject) -> Result<()> {
        let mut inner = self.0.lock().expect("nobody panics with it");
        inner.count += 1;
        inner.bytes += reject.raw.len() + reject.reason.len() + load.len() + 64;
        inner.held.push((load.into(), Reject { key: None, ..reject.clone() }));
        if inner.bytes > MOST_BYTES { inner.spill() } else { Ok(()) }
    }

    /// Hands out every reject with the load it belongs to, a few thousand at a time.
    ///
    /// # Errors
    /// The temporary file cannot be read back.
    pub fn each(&self, mut take: impl FnMut(&[(String, Reject)])) -> Result<()> {
        let mut inner = self.0.lock().expect("nobody panics with it");
        if let Some(file) = &mut inner.file {
            file.rewind()?;
            let reader = std::io::BufReader::new(&mut *file);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(reader);
            let mut some = vec![];
            for record in reader.records() {
                some.push(read(&record.map_err(Error::from)?));
                if some.len() == 1024 {
                    take(&some);
                    some.clear();
                }
            }
            take(&some);
        }
        inner.held.chunks(1024).for_each(take);
        Ok(())
    }

    /// The first rejects of each file, `file:line: reason`; `names` tells the files by their loads.
    ///
    /// # Errors
    /// The temporary file cannot be read back.
    pub fn first(&self, names: &HashMap<String, String>) -> Result<Vec<String>> {
        let mut told: HashMap<String, usize> = HashMap::new();
        let mut first = vec![];
        self.each(|some| {
            for (load, Reject { line, column, reason, .. }) in some {
                let Some(file) = names.get(load).filter(|_| first.len() < MOST_TOLD) else { continue };
                let of_file = told.entry(load.clone()).or_default();
                *of_file += 1;
                if *of_file <= MOST_TOLD_OF_A_FILE {
                    let column = if column.is_empty() { String::new() } else { format!("{column}: ") };
                    first.push(format!("{file}:{line}: {column}{reason}"));
                }
            }
        })?;
        Ok(first)
    }

    /// One that was put on a disk and cannot be read back.
    #[cfg(test)]
    pub fn torn(folder: &std::path::Path) -> Spool {
        let file = std::fs::File::create(folder.join("write-only")).expect("there is room");
        Spool(Mutex::new(Inner { count: 1, file: Some(file), ..Default::default() }))
    }

    pub fn is_empty(&self) -> bool {
        self.0.lock().expect("nobody panics with it").count == 0
    }
}

impl Inner {
    fn spill(&mut self) -> Result<()> {
        if self.file.is_none() {
            self.file = Some(tempfile::tempfile()?);
        }
        let file = self.file.as_mut().expect("it was made just now");
        file.seek(std::io::SeekFrom::End(0))?;
        let mut writer = csv::WriterBuilder::new().from_writer(std::io::BufWriter::new(file));
        for (load, reject) in &self.held {
            let Reject { line, column, reason, raw, .. } = reject;
            writer.write_record([load, &line.to_string(), column, reason, raw]).map_err(Error::from)?;
        }
        writer.flush()?;
        drop(writer);
        self.held.clear();
        self.bytes = 0;
        Ok(())
    }
}

fn read(record: &csv::StringRecord) -> (String, Reject) {
    let text = |at| record.get(at).unwrap_or_default().to_string();
    let line = text(1).parse().unwrap_or_default();
    (text(0), Reject { line, column: text(2), reason: text(3), raw: text(4), key: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_comes_out_also_where_it_is_much() {
        for (count, size) in [(0, 0), (3, 10), (3000, 10_000)] {
            let spool = Spool::default();
            let reject = |line: u64| Reject {
                line,
                column: "a, b".into(),
                reason: "\"x\" is no date".into(),
                raw: format!("\"1,\n\",{}", "y".repeat(size)),
                key: None,
            };
            (0..count).for_each(|line| spool.add("load", &reject(line)).expect("there is room"));
            let mut out = vec![];
            spool.each(|some| out.extend_from_slice(some)).expect("it is there");
            assert_eq!(out.len() as u64, count);
            assert!(out.iter().zip(0..).all(|((load, found), line)| load == "load" && *found == reject(line)));
            assert_eq!(spool.is_empty(), count == 0);
        }
    }
}
