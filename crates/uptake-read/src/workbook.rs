//! Workbooks (`.xlsx`): a zip of XML parts. Sheets are read cell by cell; what is held is one row, and the texts that all cells share.
//!
//! Formulas are never evaluated: a cell is what was last computed for it. Hidden sheets, rows and columns are data like all others.

mod formats;
mod part;
mod sheet;
mod strings;

use crate::Fault;
use crate::record::clean;
use formats::Format;
use part::{Event, Part, attribute};
use sheet::Sheet;
use std::collections::HashMap;
use std::io::{Read, Result, Seek};
use strings::Strings;
use zip::ZipArchive;

pub use sheet::{Table, TableAt};

/// The most parts a workbook may have.
const MOST_PARTS: usize = 10_000;
/// How many filled rows of a sheet may be its header.
const HEADS: usize = 30;

const DAMAGED: &str = "the file is damaged or cut off; fetch it again, or save it as .xlsx or .csv once more";

/// An open workbook.
pub struct Workbook<R> {
    archive: ZipArchive<R>,
    /// Where each part stands, by its name in small letters.
    parts: HashMap<String, usize>,
    /// Name and part of each sheet, in the order of the tabs.
    sheets: Vec<(String, String)>,
    folder: String,
    formats: Vec<Format>,
    strings: Option<Strings>,
    /// Days are counted from 1904.
    since_1904: bool,
}

impl<R: Read + Seek> Workbook<R> {
    /// # Errors
    /// It is no workbook, or a damaged one.
    pub fn open(bytes: R) -> Result<Workbook<R>> {
        let no_zip = |error| Fault::whole(format!("it is no whole workbook: {error}"), DAMAGED);
        let archive = ZipArchive::new(bytes).map_err(no_zip)?;
        let parts = parts_of(&archive)?;
        let mut book = Workbook {
            archive,
            parts,
            sheets: vec![],
            folder: String::new(),
            formats: vec![],
            strings: None,
            since_1904: false,
        };
        let main = book.main_part()?;
        book.folder = main.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
        book.read_sheets(&main)?;
        let formats = formats::read(book.part(&format!("{}styles.xml", book.folder))?)?;
        Ok(Workbook { formats, ..book })
    }

    /// The names of its sheets, in the order of the tabs.
    pub fn sheets(&self) -> Vec<String> {
        self.sheets.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The first filled rows of a sheet, one of which may be the header of a table: each with its number.
    ///
    /// # Errors
    /// The sheet cannot be read.
    pub fn heads(&mut self, sheet: usize) -> Result<Vec<(u32, Vec<String>)>> {
        let mut sheet = self.sheet(sheet)?;
        let mut heads = vec![];
        while heads.len() < HEADS
            && let Some(row) = sheet.next_row()?
        {
            heads.push((row, sheet.words().into_iter().map(|word| clean(&word)).collect()));
        }
        Ok(heads)
    }

    /// The records below a header.
    ///
    /// # Errors
    /// The sheet cannot be read.
    pub fn table(&mut self, at: TableAt) -> Result<Table<'_>> {
        Ok(Table::new(self.sheet(at.sheet)?, at))
    }

    fn sheet(&mut self, at: usize) -> Result<Sheet<'_>> {
        let (name, path) = self.sheets[at].clone();
        if self.strings.is_none() {
            let part = self.part(&format!("{}sharedstrings.xml", self.folder))?;
            self.strings = Some(strings::read(part)?);
        }
        let Some(place) = self.parts.get(&path).copied() else {
            return Err(Fault::whole(format!("the sheet \"{name}\" is not in it"), DAMAGED).into());
        };
        let part = Part::open(&mut self.archive, place, &path)?;
        let strings = self.strings.as_ref().expect("they were read just now");
        Ok(Sheet::new(part, strings, &self.formats, self.since_1904))
    }

    /// A part by its path, if it is there.
    fn part(&mut self, path: &str) -> Result<Option<Part<'_>>> {
        let path = path.to_lowercase();
        match self.parts.get(&path).copied() {
            Some(place) => Part::open(&mut self.archive, place, &path).map(Some),
            None => Ok(None),
        }
    }

    /// The part that lists the sheets: `xl/workbook.xml`, or as the package says.
    fn main_part(&mut self) -> Result<String> {
        let targets = self.relations("_rels/.rels")?;
        let said = targets.into_values().find(|(kind, _)| kind.ends_with("/officedocument")).map(|(_, target)| target);
        let main = said.unwrap_or_else(|| "xl/workbook.xml".into());
        let main = main.trim_start_matches('/').to_string();
        let binary = "save it as .xlsx or .csv: a workbook of this kind is not read";
        match self.parts.contains_key(&main) {
            true if main.ends_with(".bin") => Err(Fault::whole("it is a binary workbook", binary).into()),
            true => Ok(main),
            false if self.parts.contains_key("content.xml") => {
                Err(Fault::whole("it is an OpenDocument file", binary).into())
            }
            false => {
                let hint = "give a zip of exports the name .zip; save anything else as .xlsx or .csv";
                Err(Fault::whole("it is a zip without a workbook in it", hint).into())
            }
        }
    }

    fn read_sheets(&mut self, main: &str) -> Result<()> {
        let (folder, file) = main.rsplit_once('/').unwrap_or(("", main));
        let targets = self.relations(&format!("{folder}/_rels/{file}.rels"))?;
        let mut listed = vec![];
        let mut since_1904 = false;
        let mut part = self.part(main)?.expect("it was found before");
        loop {
            match part.next()? {
                Event::Start(e) if e.local_name().as_ref() == "workbookPr" => {
                    since_1904 = attribute(&e, "date1904")?.is_some_and(|word| word == "1" || word == "true");
                }
                Event::Start(e) if e.local_name().as_ref() == "sheet" => {
                    listed.push((attribute(&e, "name")?.unwrap_or_default(), attribute(&e, "id")?.unwrap_or_default()));
                }
                Event::Eof => break,
                _ => {}
            }
        }
        drop(part);
        self.since_1904 = since_1904;
        self.sheets = listed
            .into_iter()
            .filter_map(|(name, id)| {
                let (kind, target) = targets.get(&id)?;
                let path = match target.strip_prefix('/') {
                    Some(path) => path.to_string(),
                    None => format!("{}{target}", if folder.is_empty() { String::new() } else { format!("{folder}/") }),
                };
                kind.ends_with("/worksheet").then_some((name, path))
            })
            .collect();
        Ok(())
    }

    /// What a part refers to: kind and target in small letters, by id.
    fn relations(&mut self, path: &str) -> Result<HashMap<String, (String, String)>> {
        let mut targets = HashMap::new();
        let Some(mut part) = self.part(path)? else { return Ok(targets) };
        loop {
            match part.next()? {
                Event::Start(e) if e.local_name().as_ref() == "Relationship" => {
                    let word = |name| attribute(&e, name).map(Option::unwrap_or_default);
                    targets.insert(word("Id")?, (word("Type")?.to_lowercase(), word("Target")?.to_lowercase()));
                }
                Event::Eof => return Ok(targets),
                _ => {}
            }
        }
    }
}

fn parts_of<R: Read + Seek>(archive: &ZipArchive<R>) -> Result<HashMap<String, usize>> {
    if archive.len() > MOST_PARTS {
        let what = format!("it has {} parts, more than {MOST_PARTS}", archive.len());
        return Err(Fault::whole(what, "save its table alone, as .xlsx or .csv").into());
    }
    let name = |at| Some(archive.name_for_index(at)?.ok()?.replace('\\', "/").to_lowercase());
    Ok((0..archive.len()).filter_map(|at| Some((name(at)?, at))).collect())
}

#[cfg(test)]
mod tests;
