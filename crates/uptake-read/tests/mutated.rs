//! Thousands of files that nobody wrote: whole ones, with bytes changed, cut, doubled and moved. The same ones each time.

#[path = "mutated/property.rs"]
mod property;

use property::{Ended, delimited, json, workbook};
use rust_xlsxwriter as xlsx;

const CSV: &str =
    "Id,Name,Amount,Note\n1,\"North, \"\"old\"\"\",1.5,a\r\n2,\"two\nlines\",,b\n\n3,South,7,\"c\"\nGrand Total,,8.5\n";
const SEMICOLONS: &str = "sep=;\nId;Name;Betrag\n1;Müller;1.234,56\n2;\"a;b\";0\n";
const DOCUMENT: &str = r#"{"done":true,"records":[{"attributes":{"type":"Account"},"Id":"1","Name":"Nörth","N":1.50,"In":{"a":[1,2],"b":null}},
 {"attributes":{"type":"Account"},"Id":"2","Name":"\ud83d\ude00 \"x\"","N":-2e3}]}"#;
const LINES: &str = "{\"Id\":1,\"Name\":\"a\"}\n{\"Id\":2,\"b\":{\"c\":[true,false]}}\n\n{\"Id\":3}\n";

/// How many files are made of each whole one.
const FILES: u32 = 1500;

#[test]
fn every_text_ends_in_rows_or_a_fault() {
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(CSV.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for whole in [CSV.as_bytes(), SEMICOLONS.as_bytes(), &wide] {
        assert!(matches!(delimited(whole), Ended::Read(2..)));
        each_changed(whole, |bytes| _ = delimited(bytes));
    }
}

#[test]
fn every_json_ends_in_rows_or_a_fault() {
    for (whole, lines, rows) in [(DOCUMENT, false, 2), (LINES, true, 3)] {
        assert_eq!(json(whole.as_bytes(), lines), Ended::Read(rows));
        each_changed(whole.as_bytes(), |bytes| _ = json(bytes, lines));
    }
    for deep in ["[", "{\"a\":", "[[{\"a\":[", "\"", "\u{feff}"] {
        json(deep.repeat(100_000).as_bytes(), false);
    }
}

/// What is packed would hide most changes behind a checksum, so the sheets are not packed; and some files have their checksums mended.
#[test]
fn every_workbook_ends_in_rows_or_a_fault() {
    let whole = a_workbook();
    assert!(matches!(workbook(&whole), Ended::Read(3..)));
    let mut faults = 0;
    each_changed(&whole, |bytes| faults += u32::from(workbook(bytes) == Ended::Fault));
    assert!(faults > 0, "no change did any harm");
    each_sheet_changed();
}

fn a_workbook() -> Vec<u8> {
    let mut book = xlsx::Workbook::new();
    let sheet = book.add_worksheet();
    let bold = xlsx::Format::new().set_num_format("yyyy-mm-dd");
    for (row, (id, name, day)) in
        [("Id", "Name", 0.0), ("1", "North", 46000.0), ("2", "South", 46001.5)].iter().enumerate()
    {
        let row = row as u32;
        sheet.write_string(row, 0, *id).and_then(|sheet| sheet.write_string(row, 1, *name)).expect("written");
        sheet.write_number_with_format(row, 2, *day, &bold).expect("written");
    }
    book.save_to_buffer().expect("a workbook")
}

/// The text of the sheet is changed, and packed again: so what is changed is read.
fn each_sheet_changed() {
    use std::io::{Cursor, Read, Write};
    let mut parts = vec![];
    let mut archive = zip::ZipArchive::new(Cursor::new(a_workbook())).expect("a zip");
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).expect("a part");
        let mut bytes = vec![];
        part.read_to_end(&mut bytes).expect("read");
        parts.push((part.name().expect("a name").to_string(), bytes));
    }
    let packed = |changed: &str, to: &[u8]| {
        let mut zip = zip::ZipWriter::new(Cursor::new(vec![]));
        for (name, bytes) in &parts {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("begun");
            zip.write_all(if name == changed { to } else { bytes }).expect("written");
        }
        zip.finish().expect("a zip").into_inner()
    };
    let mut read = 0;
    for of in ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"] {
        let (_, whole) = parts.iter().find(|(name, _)| name == of).expect("every workbook has it");
        each_changed(whole, |bytes| read += u32::from(workbook(&packed(of, bytes)) != Ended::Fault));
    }
    assert!(read > 100, "only {read} changed workbooks were read");
}

/// Hands out files made of a whole one.
fn each_changed(whole: &[u8], mut read: impl FnMut(&[u8])) {
    let mut dice = Dice(whole.len() as u64);
    for _ in 0..FILES {
        let mut bytes = whole.to_vec();
        for _ in 0..=dice.below(4) {
            change(&mut bytes, &mut dice);
        }
        read(&bytes);
    }
}

/// What means something to one reader or another.
const TELLING: &[u8] = b"\",;\t|\r\n\0\\{}[]<>&=/:-.eE+0 \xff\xc3\xef\x02";

fn change(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let at = dice.below(bytes.len());
    match dice.below(6) {
        _ if bytes.is_empty() => bytes.push(b'"'),
        0 => bytes[at] ^= 1 << dice.below(8),
        1 => bytes[at] = TELLING[dice.below(TELLING.len())],
        2 => bytes.insert(at, TELLING[dice.below(TELLING.len())]),
        3 => bytes.truncate(at),
        4 => _ = bytes.drain(at..(at + 1 + dice.below(20)).min(bytes.len())),
        _ => {
            let some = bytes[at..(at + 1 + dice.below(40)).min(bytes.len())].to_vec();
            let to = dice.below(bytes.len());
            bytes.splice(to..to, some);
        }
    }
}

/// Numbers that are the same each time (SplitMix64).
struct Dice(u64);

impl Dice {
    /// From 0 to below `most`; 0 where that is 0.
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % most.max(1) as u64) as usize
    }
}
