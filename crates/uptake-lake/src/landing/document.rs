//! A file that was looked at: what form it has, and its records, as often as they are wanted. All else knows no forms.

use super::find::{Found, Part};
use super::unpack::Archives;
use super::{parquet, sheets};
use std::io::{Error, Read};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use uptake_read::json::{Json, Objects, objects};
use uptake_read::text::{Look, Text, look};
use uptake_read::workbook::{TableAt, Workbook};
use uptake_read::{
    Batch, Delimited, Dialect, Fault, Footed, Kind, LEAST_UNDER_TITLES, Records, Rows, ahead, kind, lanes, sniff,
};
use uptake_spec::{Place, Problem};

/// One table in a file.
#[derive(Debug, Clone)]
pub struct Document {
    pub found: Found,
    pub look: Look,
    /// The words above its columns.
    pub header: Vec<String>,
    form: Form,
    archives: Arc<Archives>,
}

/// How the records of a table are read.
#[derive(Debug, Clone)]
enum Form {
    Lines(Dialect),
    Sheet(TableAt),
    Json(Arc<Objects>),
    Parquet,
    /// Lines whose reader panics behind some.
    #[cfg(test)]
    Cursed,
}

/// What a file holds: its tables; and the parts that are none, with why.
#[derive(Debug, Default)]
pub struct Opened {
    pub tables: Vec<Document>,
    pub skipped: Vec<(String, String)>,
}

/// What came of the next batch of records.
pub type Worked<'a, W> = &'a mut dyn FnMut() -> std::io::Result<W>;

/// How many threads work on the records of a file: one cannot keep up with the thread that reads.
const WORKERS: usize = 2;

/// Whether words of a sheet or a text are the header of a table.
pub type IsHeader<'a> = &'a dyn Fn(&Found, &[String]) -> bool;

impl Document {
    /// # Errors
    /// The file cannot be read, or is of no form that is known.
    pub fn open(found: &Found, archives: &Arc<Archives>, is_header: IsHeader) -> Result<Opened, Problem> {
        let look = found.read(archives, look)?;
        if look.bytes == 0 {
            return Ok(Opened::nothing(found, "empty"));
        }
        let head = found.read(archives, |bytes| head(Text::new(bytes, &look)))?;
        let kind = kind(&look.magic, &head, &found.inner_name()).map_err(|fault| found.problem(fault))?;
        let opening = Opening { found, look, archives };
        match kind {
            Kind::Workbook => opening.sheets(is_header),
            Kind::Parquet => opening.parquet(),
            _ => {
                opening.check_text()?;
                match kind {
                    Kind::Lines => opening.lines(sniff(&head), is_header),
                    _ => opening.json(kind == Kind::JsonLines),
                }
            }
        }
    }

    /// Hands its records to `read`, from the first to as many as `read` takes. They are read on another thread meanwhile.
    ///
    /// # Errors
    /// The file cannot be read any more.
    pub fn rows<T>(&self, read: impl FnOnce(Rows) -> std::io::Result<T>) -> Result<T, Problem> {
        let (reading, records) = ahead();
        std::thread::scope(|scope| {
            let reader = scope.spawn(move || self.records(&|records| reading.read(records)));
            let done = read(Rows::new(records));
            // What keeps the file from being read is why nobody could go on.
            reader.join().unwrap_or_else(|_| Err(self.found.problem(broken_off())))?;
            done.map_err(|error| self.found.problem(fault(error)))
        })
    }

    /// Hands its records to `work`, which is done on some threads at once, and what came of them to `take`, batch by batch in the order of
    /// the file.
    ///
    /// # Errors
    /// The file cannot be read any more.
    ///
    /// # Panics
    /// Where `work` does.
    pub fn worked<W: Send, T>(
        &self,
        work: impl Fn(&Batch) -> W + Sync,
        take: impl FnOnce(Worked<W>) -> std::io::Result<T>,
    ) -> Result<T, Problem> {
        let (reading, lanes) = lanes(WORKERS);
        let work = &work;
        std::thread::scope(|scope| {
            let reader = scope.spawn(move || self.records(&|records| reading.read(records)));
            let (workers, results): (Vec<_>, Vec<_>) = lanes
                .into_iter()
                .map(|lane| {
                    let (send, results) = sync_channel(2);
                    let worker = scope.spawn(move || {
                        while let Some(batch) = lane.next()
                            && send.send(work(&batch)).is_ok()
                        {
                            lane.give_back(batch);
                        }
                    });
                    (worker, results)
                })
                .unzip();
            let mut turns = results.iter().cycle();
            let mut next = || {
                let result = turns.next().and_then(|results| results.recv().ok());
                result.ok_or_else(|| Error::other("the file could not be read on"))
            };
            let done = take(&mut next);
            // Whoever still works has nobody to work for.
            drop(results);
            workers.into_iter().for_each(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)));
            reader.join().unwrap_or_else(|_| Err(self.found.problem(broken_off())))?;
            done.map_err(|error| self.found.problem(fault(error)))
        })
    }

    fn records(&self, each: &dyn Fn(&mut dyn Records) -> std::io::Result<()>) -> Result<(), Problem> {
        let told = |error: std::io::Error| self.found.problem(fault(error));
        match &self.form {
            Form::Lines(dialect) => self.found.read(&self.archives, |bytes| {
                let lines = Delimited::open(Text::new(bytes, &self.look), *dialect)?;
                each(&mut Footed::of_lines(lines, &self.header))
            }),
            Form::Json(objects) => {
                self.found.read(&self.archives, |bytes| each(&mut Json::open(Text::new(bytes, &self.look), objects)?))
            }
            Form::Sheet(at) => {
                let mut book = Workbook::open(self.found.seekable(&self.archives)?).map_err(told)?;
                let table = book.table(*at).map_err(told)?;
                each(&mut Footed::of_sheet(table, &self.header)).map_err(told)
            }
            #[cfg(test)]
            Form::Cursed => each(&mut tests::Cursed(5000)).map_err(told),
            Form::Parquet => {
                let mut records = parquet::Records::open(self.found.seekable(&self.archives)?).map_err(told)?;
                each(&mut records).map_err(told)
            }
        }
    }
}

/// The beginning of a text, enough to sniff at.
fn head(text: Text) -> std::io::Result<Vec<u8>> {
    let mut head = vec![];
    text.take(uptake_read::HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// How many of the first records are titles: those above a header, if it is the first with several words and the first of all is none. One of two
/// words that is as wide as what follows may be a header of its own.
fn titles(heads: &[Vec<String>], is_header: &dyn Fn(&[String]) -> bool) -> usize {
    let filled = |words: &Vec<String>| words.iter().filter(|word| !word.is_empty()).count();
    let wide = heads.iter().position(|words| filled(words) >= LEAST_UNDER_TITLES);
    let is_title = |at: usize| filled(&heads[0]) < 2 || heads[0].len() != heads[at].len();
    wide.filter(|at| *at > 0 && is_title(*at) && !is_header(&heads[0]) && is_header(&heads[*at])).unwrap_or(0)
}

/// A reader that panicked: our fault, and this file's alone.
fn broken_off() -> Fault {
    let hint = "nothing of it was landed, and other files are not at fault; a file that shows it helps to mend it";
    Fault::whole("its reader ended in the midst of it, which is a fault of uptake".to_string(), hint)
}

fn fault(error: std::io::Error) -> Fault {
    let other = || Fault::whole(format!("it cannot be read: {error}"), "check the disk and the rights");
    Fault::of(&error).unwrap_or_else(other)
}

impl Opened {
    fn nothing(found: &Found, why: &str) -> Opened {
        Opened { tables: vec![], skipped: vec![(found.shown(), why.into())] }
    }
}

/// A file on the way to its tables.
struct Opening<'a> {
    found: &'a Found,
    look: Look,
    archives: &'a Arc<Archives>,
}

impl Opening<'_> {
    fn check_text(&self) -> Result<(), Problem> {
        let Some(line) = self.look.nul else { return Ok(()) };
        let hint = "export it again as CSV; nothing of it was landed";
        Err(Problem::new(Place::new(self.found.shown(), line, 1), "it has a NUL byte: this is no text", hint))
    }

    fn table(&self, part: Option<Part>, header: Vec<String>, form: Form) -> Document {
        let found = Found { part, ..self.found.clone() };
        // What was noted of its encoding is about texts.
        let is_text = matches!(form, Form::Lines(_) | Form::Json(_));
        let mut look = self.look.clone();
        if !is_text {
            look.note.clear();
        }
        Document { found, look, header, form, archives: self.archives.clone() }
    }

    fn lines(mut self, dialect: Dialect, is_header: IsHeader) -> Result<Opened, Problem> {
        let heads = |bytes: &mut dyn Read| Delimited::open(Text::new(bytes, &self.look), dialect)?.heads();
        let mut heads = self.found.read(self.archives, heads)?;
        let titles = titles(&heads, &|words| is_header(self.found, words));
        let Some(header) = heads.drain(..).nth(titles) else {
            let what = "a quote opens in the header and never closes";
            let hint = "close it, or export the file again";
            return Err(Problem::new(Place::new(self.found.shown(), 1, 1), what, hint));
        };
        if titles > 0 {
            let are = if titles == 1 {
                "1 line above its header is no row".into()
            } else {
                format!("{titles} lines above its header are no rows")
            };
            self.look.note =
                [self.look.note, are].into_iter().filter(|note| !note.is_empty()).collect::<Vec<_>>().join(", ");
        }
        let dialect = Dialect { above: dialect.above + titles, ..dialect };
        Ok(Opened { tables: vec![self.table(None, header, Form::Lines(dialect))], skipped: vec![] })
    }

    fn json(self, lines: bool) -> Result<Opened, Problem> {
        let mut all = self.found.read(self.archives, |bytes| objects(Text::new(bytes, &self.look), lines))?;
        all.retain(|objects| !objects.header.is_empty());
        if all.is_empty() {
            return Ok(Opened::nothing(self.found, "no objects in it"));
        }
        let many = all.len() > 1;
        let table = |objects: Objects| {
            let part = objects.kind.clone().map(|kind| Part { name: many.then(|| kind.clone()), called: vec![kind] });
            let header = objects.header.iter().map(|key| uptake_read::clean(key)).collect();
            self.table(part, header, Form::Json(Arc::new(objects)))
        };
        Ok(Opened { tables: all.into_iter().map(table).collect(), skipped: vec![] })
    }

    fn sheets(self, is_header: IsHeader) -> Result<Opened, Problem> {
        let told = |error: std::io::Error| self.found.problem(fault(error));
        let mut book = Workbook::open(self.found.seekable(self.archives)?).map_err(told)?;
        let (chosen, others) = sheets::tables(self.found, &mut book, is_header).map_err(told)?;
        let tables = chosen.into_iter().map(|(part, header, at)| self.table(Some(part), header, Form::Sheet(at)));
        Ok(Opened { tables: tables.collect(), skipped: others })
    }

    fn parquet(self) -> Result<Opened, Problem> {
        let told = |error: std::io::Error| self.found.problem(fault(error));
        let header = parquet::Records::open(self.found.seekable(self.archives)?).map_err(told)?.header();
        Ok(Opened { tables: vec![self.table(None, header, Form::Parquet)], skipped: vec![] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uptake_read::{Record, Step};

    /// So many rows, and then a panic.
    pub struct Cursed(pub u32);

    impl Records for Cursed {
        fn step(&mut self, _: &mut Record) -> std::io::Result<Step> {
            assert!(self.0 > 0, "this reader is at fault");
            self.0 -= 1;
            Ok(Step::Row)
        }
    }

    /// What `each` makes of a file of this text.
    fn of_file<T>(text: &str, each: impl FnOnce(Document) -> T) -> T {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("x.csv");
        std::fs::write(&file, text).expect("written");
        let paths = [file.to_string_lossy().into_owned()];
        let found = super::super::find::find(&paths, &[]).tables.remove(0);
        let mut opened = Document::open(&found, &Arc::default(), &|_, _| false).expect("a table");
        each(opened.tables.remove(0))
    }

    #[test]
    fn a_reader_that_panics_refuses_its_file() {
        let mut taken = 0;
        let (stepped, worked) = of_file("a,b\n1,2\n", |document| {
            let cursed = Document { form: Form::Cursed, ..document };
            let stepped = cursed.rows(|mut rows| {
                while !matches!(rows.step()?, Step::End) {
                    taken += 1;
                }
                Ok(())
            });
            let worked: Result<(), Problem> = cursed.worked(
                |_| (),
                |next| {
                    loop {
                        next()?;
                    }
                },
            );
            (stepped, worked)
        });
        for ended in [stepped, worked] {
            let problem = ended.expect_err("a half file must not look like a whole one");
            assert!(problem.to_string().contains("x.csv: its reader ended in the midst of it"), "{problem}");
        }
        assert!(0 < taken && taken < 5000, "{taken}");
    }

    #[test]
    fn work_comes_in_the_order_of_the_file_however_long_it_takes() {
        let rows: String = (0..20_000).map(|at| format!("{at},x\n")).collect();
        // The first worker is slow.
        let work = |batch: &Batch| {
            if batch.first == 0 {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            (batch.first, batch.items.len() as u64)
        };
        let whole = |next: Worked<(u64, u64)>| {
            let mut at = 0;
            // The end is an item too.
            while at <= 20_000 {
                let (first, many) = next()?;
                assert_eq!(first, at);
                at += many;
            }
            Ok(at)
        };
        of_file(&format!("a,b\n{rows}"), |document| {
            assert_eq!(document.worked(work, whole), Ok(20_001));
            // Who has enough ends it all.
            assert_eq!(document.worked(work, |next| next()).map(|(first, _)| first), Ok(0));
        });
    }

    #[test]
    #[should_panic(expected = "this work is at fault")]
    fn work_that_panics_is_not_taken_for_the_end() {
        of_file("a,b\n1,2\n", |document| document.worked(|_| panic!("this work is at fault"), |next| next()).is_ok());
    }
}
