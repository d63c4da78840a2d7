use super::*;
use crate::{Rows, Step};
use rust_xlsxwriter as xlsx;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

type Bytes = Cursor<Vec<u8>>;

/// Rows below a header, cells separated by `|`, each with its number.
fn rows(book: &mut Workbook<Bytes>, at: TableAt) -> Result<Vec<String>> {
    let mut rows = Rows::new(book.table(at)?);
    let mut out = vec![];
    loop {
        match rows.step()? {
            Step::End => return Ok(out),
            Step::Broken(broken) => out.push(format!("{}: {}", broken.line, broken.reason)),
            Step::Row => {
                let cells: Vec<_> = rows.record.cells.iter().map(String::from_utf8_lossy).collect();
                out.push(format!("{}: {}", crate::line(&rows.record.cells), cells.join("|")));
            }
        }
    }
}

#[test]
fn a_workbook_of_a_spreadsheet_is_read_wherever_its_table_lies() {
    let mut book = xlsx::Workbook::new();
    book.add_worksheet().set_name("Notes").and_then(|sheet| sheet.write(0, 0, "Deals of the year")).expect("written");
    let sheet = book.add_worksheet().set_name("Deals").expect("named");
    let day = xlsx::Format::new().set_num_format("dd.mm.yyyy");
    let time = xlsx::Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let mut fill = || -> std::result::Result<(), xlsx::XlsxError> {
        sheet.write(0, 1, "A title")?;
        for (at, word) in ["Id", "Name *", "Amount", "Close", "At", "Won"].into_iter().enumerate() {
            sheet.write(3, 1 + at as u16, word)?;
        }
        sheet.write(4, 1, "1")?.write(4, 2, "Oak & \"Elm\"\n<b>")?;
        sheet.write_formula(4, 3, xlsx::Formula::new("=1000+200.5").set_result("1200.5"))?;
        sheet.write_with_format(4, 4, 46_076, &day)?.write_with_format(4, 5, 46_076.871_527_777_78, &time)?;
        sheet.write(4, 6, true)?;
        // Row 6 is formatted and empty, row 7 has its last cells empty.
        sheet.write_blank(5, 1, &day)?.write(6, 1, "2")?.write(6, 3, 0.1 + 0.2)?;
        sheet.set_column_hidden(3)?.set_row_hidden(6)?;
        Ok(())
    };
    fill().expect("written");
    let mut book = Workbook::open(Cursor::new(book.save_to_buffer().expect("written"))).expect("a workbook");
    assert_eq!(book.sheets(), ["Notes", "Deals"]);
    let heads = book.heads(1).expect("a sheet");
    assert_eq!((heads[0].0, heads[1].0, heads[1].1.join("|").as_str()), (1, 4, "|Id|Name|Amount|Close|At|Won"));
    let found = rows(&mut book, TableAt { sheet: 1, header: 4, first: 1, width: 6 }).expect("a table");
    assert_eq!(found, ["5: 1|Oak & \"Elm\"\n<b>|1200.5|2026-02-23|2026-02-23 20:55:00|true", "7: 2||0.3|||"]);
}

const MAIN: &str = "<workbook xmlns:r=\"x\"><workbookPr date1904=\"1\"/><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>";
const RELATIONS: &str =
    "<Relationships><Relationship Id=\"r1\" Type=\"x/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>";
const STYLES: &str = "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>";

/// A workbook of one sheet, made by hand and not packed.
fn by_hand(sheet: &str, strings: &str) -> Vec<u8> {
    zipped(sheet, strings, SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored))
}

fn zipped(sheet: &str, strings: &str, how: SimpleFileOptions) -> Vec<u8> {
    let parts = [
        ("xl/workbook.xml", MAIN),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/styles.xml", STYLES),
        ("xl/sharedStrings.xml", strings),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    let mut zip = ZipWriter::new(Cursor::new(vec![]));
    for (name, text) in parts {
        zip.start_file(name, how).expect("started");
        zip.write_all(text.as_bytes()).expect("written");
    }
    zip.finish().expect("finished").into_inner()
}

/// All rows of the only sheet below row 1, or what is wrong.
fn read(bytes: Vec<u8>, width: usize) -> std::result::Result<Vec<String>, String> {
    let read = || rows(&mut Workbook::open(Cursor::new(bytes))?, TableAt { sheet: 0, header: 1, first: 0, width });
    read().map_err(|error| match Fault::of(&error) {
        Some(fault) => format!("{} / {}", fault.what, fault.hint),
        None => panic!("this is not worded: {error}"),
    })
}

fn sheet(rows: &str) -> String {
    format!("<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row>{rows}</sheetData></worksheet>")
}

#[test]
fn cells_of_all_kinds() {
    let strings = "<sst count=\"9\" uniqueCount=\"99999999999999999\"><si><t>a &amp; b</t></si><si/>\
                   <si><r><t>ri</t></r><r><t xml:space=\"preserve\"> ch</t></r><rPh><t>spoken</t></rPh></si></sst>";
    let cells = "<row r=\"3\"><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c><c t=\"s\"><v>2</v></c><c t=\"s\"><v>77</v></c>\
                 <c t=\"inlineStr\"><is><t>in_x000D_</t></is></c><c t=\"str\"><f>A1</f><v>x&#10;y</v></c><c t=\"e\"><v>#N/A</v></c>\
                 <c t=\"b\"><v>0</v></c><c s=\"1\"><v>44614</v></c><c t=\"d\"><v>2026-02-23T20:55:00</v></c><c><v>1E3</v></c></row>\
                 <row><c r=\"B4\" s=\"1\"/></row><row><c><v>404427000000249265</v></c></row>";
    let found = read(by_hand(&sheet(cells), strings), 11).expect("a workbook");
    assert_eq!(found[0], "3: a & b||ri ch||in\r|x\ny|#N/A|false|2026-02-23|2026-02-23T20:55:00|1000");
    assert_eq!(found[1], "5: 404427000000249265||||||||||", "an id keeps its digits");
    // The same with a prefix before every name.
    let prefixed =
        sheet("<row><c><v>7</v></c></row>").replace("</", "</x:").replace('<', "<x:").replace("<x:/x:", "</x:");
    assert_eq!(read(by_hand(&prefixed, "<sst/>"), 1), Ok(vec!["2: 7".into()]));
}

#[track_caller]
fn refused(bytes: Vec<u8>, words: &str) {
    let told = read(bytes, 1).expect_err(words);
    assert!(told.contains(words), "{told}");
}

#[test]
fn what_no_honest_workbook_has_is_told() {
    let good = by_hand(&sheet(""), "<sst/>");
    refused(good[..good.len() / 2].to_vec(), "no whole workbook");
    refused(b"PK\x03\x04 and no more".to_vec(), "no whole workbook");
    refused(by_hand(&sheet("<row r=\"1048577\"><c><v>1</v></c></row>"), "<sst/>"), "more than 1048576 rows");
    refused(by_hand(&sheet("<row><c r=\"ZZZ2\"><v>1</v></c></row>"), "<sst/>"), "more than 16384 cells");
    refused(
        by_hand(&sheet("<row><c r=\"ZZZZZZZZZZZZZZZZZZZZ2\"><v>1</v></c></row>"), "<sst/>"),
        "more than 16384 cells",
    );
    refused(by_hand("<worksheet><sheetData><row><c><v>1</v></c></row>", "<sst/>"), "ends too early");
    refused(by_hand(&sheet("<row><c><v>1</x></c></row>"), "<sst/>"), "cannot be read");
    refused(by_hand(&sheet(""), "<sst><si><t>"), "ends too early");
    let endless = format!("<row><c t=\"inlineStr\"><is><t>{}</t></is></c></row>", "x".repeat(65 << 20));
    refused(by_hand(&sheet(&endless), "<sst/>"), "more than 64 MB");
    let strings = format!("<sst>{}</sst>", format!("<si><t>{}</t></si>", "x".repeat(1 << 20)).repeat(257));
    refused(by_hand(&sheet(""), &strings), "more than 256 MB together");
    let row = format!("<row r=\"2\"><c t=\"str\"><v>{}</v></c></row>", "x".repeat(1 << 20));
    let bomb = sheet(&row.repeat(260));
    refused(zipped(&bomb, "<sst/>", SimpleFileOptions::default()), "no honest workbook does");
}

#[test]
fn other_packages_are_no_workbooks() {
    for (part, words) in [("content.xml", "OpenDocument"), ("User.csv", "zip without a workbook")] {
        let mut zip = ZipWriter::new(Cursor::new(vec![]));
        zip.start_file(part, SimpleFileOptions::default()).expect("started");
        let told =
            Workbook::open(zip.finish().expect("finished")).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(told.contains(words), "{part}: {told}");
    }
}

#[test]
fn a_million_empty_cells_are_nothing() {
    let row = |row: usize| format!("<row r=\"{row}\">{}</row>", "<c s=\"1\"/>".repeat(1000));
    let text: String = (2..1002).map(row).collect();
    assert_eq!(read(by_hand(&sheet(&text), "<sst/>"), 1), Ok(vec![]));
}
