//! Which sheets of a workbook are tables, and where their headers stand: what a source knows, wherever it lies.

use super::document::IsHeader;
use super::find::{Found, Part};
use std::io::{Read, Result, Seek};
use uptake_read::workbook::{TableAt, Workbook};

type Chosen = (Part, Vec<String>, TableAt);
/// What was passed over, and why.
type Skipped = (String, String);

/// A sheet with the first of its filled rows.
struct Sheet {
    at: usize,
    part: Part,
    heads: Vec<(u32, Vec<String>)>,
}

/// The tables of a workbook, and the sheets that hold none, with why. Where no source knows any, the widest of the first rows of the first
/// sheet stands for it, so that its columns can be told.
pub fn tables<R: Read + Seek>(
    found: &Found,
    book: &mut Workbook<R>,
    is_header: IsHeader,
) -> Result<(Vec<Chosen>, Vec<Skipped>)> {
    let (filled, empty): (Vec<Sheet>, Vec<Sheet>) =
        all(found, book)?.into_iter().partition(|sheet| !sheet.heads.is_empty());
    let mut skipped: Vec<_> = empty.iter().map(|sheet| (shown(found, sheet), "empty".to_string())).collect();
    let mut chosen = vec![];
    let mut unknown = vec![];
    for sheet in filled {
        let part = Found { part: Some(sheet.part.clone()), ..found.clone() };
        match sheet.heads.iter().find(|(_, words)| is_header(&part, filled_words(words))) {
            Some((row, words)) => chosen.push(table(&sheet, *row, words)),
            None => unknown.push(sheet),
        }
    }
    if chosen.is_empty() && !unknown.is_empty() {
        let sheet = unknown.remove(0);
        let widest =
            sheet.heads.iter().rev().max_by_key(|(_, words)| words.iter().filter(|word| !word.is_empty()).count());
        chosen.extend(widest.map(|(row, words)| table(&sheet, *row, words)));
    }
    let why = || "no source knows this sheet".to_string();
    // Where there are several, a file is not called after one of them.
    if chosen.len() > 1 {
        chosen.iter_mut().for_each(|(part, ..): &mut Chosen| part.called.truncate(1));
    }
    skipped.extend(unknown.iter().map(|sheet| (shown(found, sheet), why())));
    Ok((chosen, skipped))
}

fn all<R: Read + Seek>(found: &Found, book: &mut Workbook<R>) -> Result<Vec<Sheet>> {
    let names = book.sheets();
    let mut sheets = vec![];
    for (at, name) in names.iter().enumerate() {
        let part = Part { name: Some(name.clone()), called: vec![name.clone(), found.stem()] };
        sheets.push(Sheet { at, part, heads: book.heads(at)? });
    }
    Ok(sheets)
}

fn shown(found: &Found, sheet: &Sheet) -> String {
    Found { part: Some(sheet.part.clone()), ..found.clone() }.shown()
}

fn table(sheet: &Sheet, row: u32, words: &[String]) -> Chosen {
    let header = filled_words(words);
    let at = TableAt { sheet: sheet.at, header: row, first: words.len() - header.len(), width: header.len() };
    (sheet.part.clone(), header.to_vec(), at)
}

/// From the first word on: what stands left of a header is no column.
fn filled_words(words: &[String]) -> &[String] {
    &words[words.iter().position(|word| !word.is_empty()).unwrap_or(0)..]
}
