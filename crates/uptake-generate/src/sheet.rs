//! The files written: quoted CSV as the CRM writes it, alone or inside a zip, and a count of what was written.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime, System};

use super::calendar::{DAY, Day, Instant, civil};

/// Key prefixes of the CRM's objects.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Prefix {
    User,
    Role,
    Account,
    Contact,
    Lead,
    Opportunity,
    History,
    Task,
    Event,
    Campaign,
    Engagement,
    Login,
    Profile,
    Content,
    Case,
    CampaignMember,
}

impl Prefix {
    fn letters(self) -> &'static [u8; 3] {
        match self {
            Prefix::User => b"005",
            Prefix::Role => b"00E",
            Prefix::Account => b"001",
            Prefix::Contact => b"003",
            Prefix::Lead => b"00Q",
            Prefix::Opportunity => b"006",
            Prefix::History => b"008",
            Prefix::Task => b"00T",
            Prefix::Event => b"00U",
            Prefix::Campaign => b"701",
            Prefix::Engagement => b"a01",
            Prefix::Login => b"0Ya",
            Prefix::Profile => b"00e",
            Prefix::Content => b"068",
            Prefix::Case => b"500",
            Prefix::CampaignMember => b"00v",
        }
    }
}

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CHECK: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/// The 18 characters of the n-th record's id; ids of one object sort as their numbers do.
pub(super) fn id_text(prefix: Prefix, number: u32) -> [u8; 18] {
    let mut id = *b"0005e0000000000AAA";
    id[..3].copy_from_slice(prefix.letters());
    let mut left = number as usize;
    for place in (10..15).rev() {
        id[place] = DIGITS[left % 62];
        left /= 62;
    }
    with_checksum(id)
}

fn with_checksum(mut id: [u8; 18]) -> [u8; 18] {
    for block in 0..3 {
        let capitals = (0..5).map(|j| usize::from(id[block * 5 + j].is_ascii_uppercase()) << j).sum::<usize>();
        id[15 + block] = CHECK[capitals];
    }
    id
}

/// The organisation's own id, which stands in the names of its zips.
pub(super) fn organisation_id() -> String {
    String::from_utf8_lossy(&with_checksum(*b"00D5e00000NorthAAA")).into_owned()
}

/// The directory written to, and how much has been written.
pub(super) struct Folder {
    dir: PathBuf,
    pub files: u64,
    pub rows: u64,
    pub bytes: u64,
}

impl Folder {
    pub(super) fn new(dir: &Path) -> Folder {
        Folder { dir: dir.to_owned(), files: 0, rows: 0, bytes: 0 }
    }

    fn create(&self, path: &str) -> Result<(PathBuf, BufWriter<File>)> {
        let file = self.dir.join(path);
        let parent = file.parent().expect("a file below the directory has a parent");
        fs::create_dir_all(parent).with_context(|| format!("could not make the directory {}", parent.display()))?;
        let open = File::create(&file).with_context(|| format!("could not write {}", file.display()))?;
        Ok((file, BufWriter::with_capacity(1 << 18, open)))
    }

    fn count(&mut self, file: &Path) -> Result<()> {
        let about = fs::metadata(file).with_context(|| format!("could not look at {}", file.display()))?;
        self.files += 1;
        self.bytes += about.len();
        Ok(())
    }

    /// Writes a whole file at once.
    pub(super) fn write(&mut self, path: &str, bytes: &[u8], rows: u64) -> Result<()> {
        let (file, mut out) = self.create(path)?;
        out.write_all(bytes)
            .and_then(|()| out.flush())
            .with_context(|| format!("could not write {}", file.display()))?;
        drop(out);
        self.rows += rows;
        self.count(&file)
    }

    /// A CSV file of its own.
    pub(super) fn plain_sheet(&self, path: &str) -> Result<Sheet> {
        let (file, out) = self.create(path)?;
        Ok(Sheet::new(file, Target::Plain(out)))
    }

    /// A zip without entries yet, whose entries bear 22:00 of a day as their time.
    pub(super) fn zip(&self, path: &str, day: Day) -> Result<Sheet> {
        let (file, out) = self.create(path)?;
        let (year, month, date) = civil(day);
        let time = DateTime::from_date_and_time(year as u16, month as u8, date as u8, 22, 0, 0)
            .expect("the simulated days lie within a zip's years");
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(9))
            .unix_permissions(0o644)
            .system(System::Unix)
            .last_modified_time(time);
        let target = Target::Zip(Box::new(ZipWriter::new(out)), options);
        Ok(Sheet::new(file, target))
    }
}

enum Target {
    Plain(BufWriter<File>),
    Zip(Box<ZipWriter<BufWriter<File>>>, SimpleFileOptions),
}

/// An open file that takes rows, field by field. Each field is given with its column's name; the same function that writes
/// a row writes the header, see `head`.
pub(super) struct Sheet {
    file: PathBuf,
    buffer: Vec<u8>,
    row_open: bool,
    /// Names are written in place of values.
    is_header: bool,
    rows: u64,
    target: Target,
}

impl Sheet {
    fn new(file: PathBuf, target: Target) -> Sheet {
        Sheet { file, buffer: Vec::new(), row_open: false, is_header: false, rows: 0, target }
    }

    /// Writes the header line: the names of the fields that `row` writes, whatever their values.
    pub(super) fn head(&mut self, row: impl FnOnce(&mut Sheet) -> Result<()>) -> Result<()> {
        let rows = self.rows;
        self.is_header = true;
        row(self)?;
        self.is_header = false;
        self.rows = rows;
        Ok(())
    }

    /// Adds an entry that is no table.
    pub(super) fn attach(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.begin(name)?;
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// Begins the next entry of a zip.
    pub(super) fn begin(&mut self, name: &str) -> Result<()> {
        self.flush()?;
        if let Target::Zip(zip, options) = &mut self.target {
            zip.start_file(name, *options).with_context(|| format!("could not write {}", self.file.display()))?;
        }
        Ok(())
    }

    pub(super) fn end_row(&mut self) -> Result<()> {
        self.buffer.push(b'\n');
        self.row_open = false;
        self.rows += 1;
        if self.buffer.len() > 1 << 16 { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        let wrote = match &mut self.target {
            Target::Plain(out) => out.write_all(&self.buffer),
            Target::Zip(out, _) => out.write_all(&self.buffer),
        };
        wrote.with_context(|| format!("could not write {}", self.file.display()))?;
        self.buffer.clear();
        Ok(())
    }

    /// Closes the file and counts it; a plain file without rows is taken away again.
    pub(super) fn finish(mut self, folder: &mut Folder) -> Result<()> {
        self.flush()?;
        let what = || format!("could not write {}", self.file.display());
        match self.target {
            Target::Plain(mut out) => {
                out.flush().with_context(what)?;
                if self.rows == 0 {
                    return fs::remove_file(&self.file).with_context(what);
                }
            }
            Target::Zip(out, _) => out.finish().with_context(what)?.flush().with_context(what)?,
        }
        folder.rows += self.rows;
        folder.count(&self.file)
    }

    /// One quoted field of bytes that hold no quote.
    pub(super) fn field(&mut self, name: &'static str, write: impl FnOnce(&mut Vec<u8>)) {
        if self.row_open {
            self.buffer.push(b',');
        }
        self.row_open = true;
        self.buffer.push(b'"');
        if self.is_header {
            self.buffer.extend_from_slice(name.as_bytes());
        } else {
            write(&mut self.buffer);
        }
        self.buffer.push(b'"');
    }

    /// A text in Windows-1252, quotes doubled; a letter that code page lacks becomes `?`, as in the real export.
    pub(super) fn text(&mut self, name: &'static str, text: &str) {
        self.field(name, |out| {
            if text.bytes().all(|byte| byte.is_ascii() && byte != b'"') {
                return out.extend_from_slice(text.as_bytes());
            }
            for letter in text.chars() {
                match letter {
                    '"' => out.extend_from_slice(b"\"\""),
                    '\0'..='\u{7f}' | '\u{a0}'..='\u{ff}' => out.push(letter as u32 as u8),
                    '€' => out.push(0x80),
                    '–' => out.push(0x96),
                    '’' => out.push(0x92),
                    '“' => out.push(0x93),
                    '”' => out.push(0x94),
                    _ => out.push(b'?'),
                }
            }
        });
    }

    pub(super) fn id(&mut self, name: &'static str, prefix: Prefix, number: u32) {
        self.field(name, |out| out.extend_from_slice(&id_text(prefix, number)));
    }

    /// A lookup that points nowhere.
    pub(super) fn no_id(&mut self, name: &'static str) {
        self.field(name, |out| out.extend_from_slice(b"000000000000000AAA"));
    }

    pub(super) fn flag(&mut self, name: &'static str, yes: bool) {
        self.field(name, |out| out.push(b'0' + u8::from(yes)));
    }

    pub(super) fn number(&mut self, name: &'static str, number: i64) {
        self.field(name, |out| write!(out, "{number}").expect("a Vec takes every byte"));
    }

    /// Cents as a plain decimal number; nothing for an amount that is not known.
    pub(super) fn money(&mut self, name: &'static str, cents: Option<i64>) {
        self.field(name, |out| {
            let Some(cents) = cents else { return };
            write!(out, "{}", cents / 100).expect("a Vec takes every byte");
            if cents % 100 != 0 {
                write!(out, ".{:02}", cents % 100).expect("a Vec takes every byte");
            }
        });
    }

    /// A date, padded with midnight as the CRM pads it; nothing for none.
    pub(super) fn date(&mut self, name: &'static str, day: Option<Day>) {
        self.field(name, |out| {
            if let Some(day) = day {
                push_date(out, day);
                out.extend_from_slice(b" 00:00:00");
            }
        });
    }

    /// An instant in UTC; nothing for nought.
    pub(super) fn instant(&mut self, name: &'static str, at: Instant) {
        self.field(name, |out| {
            if at > 0 {
                push_date(out, at.div_euclid(DAY) as Day);
                out.push(b' ');
                push_time(out, at);
            }
        });
    }

    /// An instant as the programming interface writes it.
    pub(super) fn api_instant(&mut self, name: &'static str, at: Instant) {
        self.field(name, |out| {
            push_date(out, at.div_euclid(DAY) as Day);
            out.push(b'T');
            push_time(out, at);
            out.extend_from_slice(b".000Z");
        });
    }
}

fn push_date(out: &mut Vec<u8>, day: Day) {
    let (year, month, date) = civil(day);
    push_two(out, year as u32 / 100);
    push_two(out, year as u32 % 100);
    out.push(b'-');
    push_two(out, month);
    out.push(b'-');
    push_two(out, date);
}

fn push_time(out: &mut Vec<u8>, at: Instant) {
    let second = at.rem_euclid(DAY) as u32;
    push_two(out, second / 3_600);
    out.push(b':');
    push_two(out, second / 60 % 60);
    out.push(b':');
    push_two(out, second % 60);
}

fn push_two(out: &mut Vec<u8>, number: u32) {
    out.push(b'0' + (number / 10 % 10) as u8);
    out.push(b'0' + (number % 10) as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_agree_with_ids_seen_in_real_files() {
        assert_eq!(&with_checksum(*b"0055j00000AT6I1AAA")[15..], b"AAL");
        assert_eq!(&with_checksum(*b"0055d00000BEvZBAAA")[15..], b"AA1");
        assert_eq!(organisation_id(), "00D5e00000NorthEAB");
    }
}
