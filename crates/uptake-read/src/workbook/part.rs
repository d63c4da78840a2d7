//! One XML part of a workbook, unpacked as it is read, and measured: neither it nor anything in it grows beyond all measure.

use super::DAMAGED;
use crate::{Fault, MOST_ROW_BYTES};
pub use quick_xml::events::Event;
use quick_xml::events::{BytesRef, BytesStart};
use quick_xml::{Error, Reader};
use std::cell::Cell;
use std::io::{BufReader, Read, Result, Seek};
use std::rc::Rc;
use zip::ZipArchive;

/// The most bytes a part may unpack to.
const MOST_BYTES: u64 = 8 << 30;
/// Beyond this, a part may be so many times as large as it is packed, and no more.
const HARMLESS_BYTES: u64 = 256 << 20;
const MOST_RATIO: u64 = 400;

pub struct Part<'z> {
    xml: Reader<BufReader<Metered<'z>>>,
    buffer: Vec<u8>,
    path: String,
    since: Rc<Cell<u64>>,
}

impl<'z> Part<'z> {
    pub fn open<R: Read + Seek>(archive: &'z mut ZipArchive<R>, at: usize, path: &str) -> Result<Part<'z>> {
        let torn = |error| Fault::whole(format!("its part {path} cannot be unpacked: {error}"), DAMAGED);
        let file = archive.by_index(at).map_err(torn)?;
        let since = Rc::new(Cell::new(0));
        let packed = file.compressed_size();
        let metered = Metered { inner: Box::new(file), packed, read: 0, since: since.clone(), path: path.into() };
        let mut xml = Reader::from_reader(BufReader::with_capacity(64 << 10, metered));
        xml.config_mut().expand_empty_elements = true;
        Ok(Part { xml, buffer: vec![], path: path.into(), since })
    }

    /// The next event; an empty element is a start and an end.
    ///
    /// # Errors
    /// The part is damaged, or larger than any honest one.
    pub fn next(&mut self) -> Result<Event<'_>> {
        let Part { xml, buffer, path, .. } = self;
        buffer.clear();
        xml.read_event_into(buffer).map_err(|error| worded(&error, path).into())
    }

    /// Begins anew to measure what is held together in memory.
    pub fn begin(&self) {
        self.since.set(0);
    }

    /// # Errors
    /// Always: the part ends too early.
    pub fn cut_off<T>(&self) -> Result<T> {
        Err(Fault::whole(format!("its part {} ends too early", self.path), DAMAGED).into())
    }

    /// Reads the text up to the end of the element `of`; of a text with runs all of them, and no readings for how to pronounce it.
    pub fn text(&mut self, of: &str, to: &mut String) -> Result<()> {
        let runs = of != "v";
        let (mut inside, mut spoken) = (!runs, false);
        loop {
            match self.next()? {
                Event::Start(e) => match e.local_name().as_ref() {
                    "t" if runs => inside = !spoken,
                    "rPh" => spoken = true,
                    _ => {}
                },
                Event::End(e) => match e.local_name().as_ref() {
                    name if name == of => return Ok(()),
                    "t" if runs => inside = false,
                    "rPh" => spoken = false,
                    _ => {}
                },
                Event::Text(text) if inside => to.push_str(&text.xml10_content()),
                Event::CData(text) if inside => to.push_str(&text.xml10_content()),
                Event::GeneralRef(name) if inside => to.extend(character(&name)),
                Event::Eof => return self.cut_off(),
                _ => {}
            }
        }
    }
}

/// The value of an attribute, whatever prefix its name has.
///
/// # Errors
/// The element is damaged.
pub fn attribute(element: &BytesStart, name: &str) -> Result<Option<String>> {
    let mut value = None;
    each_attribute(element, |found, text| {
        if found == name {
            value = Some(quick_xml::escape::unescape(text).map_or_else(|_| text.to_string(), |text| text.into_owned()));
        }
    })?;
    Ok(value)
}

/// Hands out the names of all attributes, without prefixes, and their values as they are written.
///
/// # Errors
/// The element is damaged.
pub fn each_attribute(element: &BytesStart, mut take: impl FnMut(&str, &str)) -> Result<()> {
    for found in element.attributes().with_checks(false) {
        let found = found.map_err(|error| Fault::whole(format!("it is no whole workbook: {error}"), DAMAGED))?;
        take(found.key.local_name().as_ref(), &found.value);
    }
    Ok(())
}

/// What `&amp;` or `&#10;` stands for.
fn character(name: &BytesRef) -> Option<char> {
    match name.as_ref() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => name.resolve_char_ref().ok().flatten(),
    }
}

fn worded(error: &Error, path: &str) -> Fault {
    let carried = if let Error::Io(error) = error { Fault::of(error) } else { None };
    carried.unwrap_or_else(|| Fault::whole(format!("its part {path} cannot be read: {error}"), DAMAGED))
}

struct Metered<'z> {
    inner: Box<dyn Read + 'z>,
    packed: u64,
    read: u64,
    since: Rc<Cell<u64>>,
    path: String,
}

impl Read for Metered<'_> {
    fn read(&mut self, to: &mut [u8]) -> Result<usize> {
        let read = self.inner.read(to)? as u64;
        self.read += read;
        self.since.set(self.since.get() + read);
        let inflated = self.read > HARMLESS_BYTES && self.read / self.packed.max(1) > MOST_RATIO;
        if self.read > MOST_BYTES || inflated {
            let what = format!(
                "its part {} unpacks to more than {} MB from {} KB",
                self.path,
                self.read >> 20,
                self.packed >> 10
            );
            return Err(Fault::whole(what, "no honest workbook does; save its table as .csv").into());
        }
        if self.since.get() > MOST_ROW_BYTES {
            let what = format!("a row or text in its part {} has more than {} MB", self.path, MOST_ROW_BYTES >> 20);
            return Err(Fault::whole(what, "save the table as .csv, or take that cell out").into());
        }
        Ok(read as usize)
    }
}
