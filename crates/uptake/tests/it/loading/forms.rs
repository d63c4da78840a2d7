//! The same rows in every form of file that people have: each lands the same.

use super::lake::{Own, counts, roles};
use crate::firm::{generated, load, on, project_like, tree};
use crate::story;
use flate2::Compression;
use flate2::write::GzEncoder;
use libtest_mimic::Trial;
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde_json::{Map, Value};
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use zip::ZipArchive;

pub fn stories() -> Vec<Trial> {
    vec![
        story("commas, semicolons, tabs and bars land the same rows", delimiters),
        story("every encoding of spreadsheets lands the same rows", encodings),
        story("a report's footer is no row, and is told", a_footer),
        story("titles above the header of a text are no rows, and are told", titles),
        story("headings are known whatever a page puts around them", headings),
        story("workbooks, JSON and Parquet land the same rows, packed too", other_forms),
        story("a firm's KPIs are the same from every form of file", a_firm_in_every_form),
        story("each sheet that a source knows is a table, and the others are told", sheets),
        story("a tree of another tool says itself what its records are", a_tree),
        story("rows of a workbook are rejected and come back by the sheet's lines", rejected_in_a_sheet),
        story("numbers that can be read in two ways are asked, once said they land", two_ways),
        story("a source says its own words for true and false", own_words),
        story("what is no table is told in words, and harms nobody", no_tables),
    ]
}

const HEADER: [&str; 9] =
    ["Id", "Name", "StageName", "Amount", "CloseDate", "IsWon", "OwnerId", "CreatedDate", "SystemModstamp"];

/// Two deals; the name of the first holds all that separates cells, and a line break.
const ROWS: [[&str; 9]; 2] = [
    [
        "0065e0000000001AAA",
        "Oak, \"old\"; a\tb|c\nMüller €",
        "New",
        "1200.5",
        "2026-02-23",
        "false",
        "0055j000000utlPAAQ",
        "2026-02-23 20:55:00",
        "2026-02-23 20:55:00",
    ],
    [
        "0065e0000000002AAA",
        "Elm",
        "Won",
        "7",
        "2026-03-04",
        "true",
        "0055j000000utlPAAQ",
        "2026-01-02 00:05:00",
        "2026-01-02 00:05:00",
    ],
];

fn separated(by: &str, line_end: &str) -> String {
    let cell = |cell: &&str| format!("\"{}\"", cell.replace('"', "\"\""));
    let line = |cells: &[&str]| cells.iter().map(cell).collect::<Vec<_>>().join(by) + line_end;
    [line(&HEADER), line(&ROWS[0]), line(&ROWS[1])].concat()
}

/// A lake that has the rows, as of 1 March.
fn with_the_rows(name: &str) -> Own {
    let own = Own::new(name);
    let file = own.file("2026-03-01/Opportunity.csv", separated(",", "\n"));
    assert_eq!(own.load(&[&file]), counts(2, 0, 0));
    own
}

/// Each file, as of a day of its own, brings nothing new.
#[track_caller]
fn all_the_same(own: &Own, files: &[(&str, Vec<u8>)]) {
    for (nth, (name, bytes)) in files.iter().enumerate() {
        let file = own.file(&format!("2026-03-{:02}/{name}", nth + 2), bytes);
        assert_eq!(own.load(&[&file]), counts(0, 0, 2), "{name}");
    }
}

fn delimiters() {
    let own = with_the_rows("delimiters");
    let mixed = separated(",", "\n").replacen('\n', "\r\n", 1) + "\n\r\n\n";
    all_the_same(
        &own,
        &[
            ("Opportunity.csv", separated(",", "\r\n").into_bytes()),
            ("Opportunity.csv", mixed.into_bytes()),
            ("Opportunity.csv", separated(";", "\n").into_bytes()),
            ("Opportunity.csv", separated("|", "\n").into_bytes()),
            ("Opportunity.tsv", separated("\t", "\n").into_bytes()),
            ("Opportunity.csv", format!("sep=;\r\n{}", separated(";", "\r\n")).into_bytes()),
            ("Opportunity.csv.gz", packed(separated(";", "\n").as_bytes())),
        ],
    );
    // One that is named is read, whatever it is called.
    let text = own.file("2026-03-20/Opportunity.txt", separated("\t", "\r\n"));
    assert_eq!(own.load(&[&text]), counts(0, 0, 2));
    let zip = own.zip("2026-03-21/deals.zip", &[("Opportunity.tsv", &separated("\t", "\n"))], true);
    assert_eq!(own.load(&[&zip]), counts(0, 0, 2));
}

fn encodings() {
    let own = with_the_rows("encodings");
    let wide = |little: bool| {
        let units = format!("\u{feff}{}", separated("\t", "\r\n")).encode_utf16().collect::<Vec<_>>();
        units.into_iter().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    };
    let latin = separated(";", "\n").chars().map(|c| if c == '€' { 0x80 } else { c as u32 as u8 }).collect();
    all_the_same(
        &own,
        &[
            ("Opportunity.csv", format!("\u{feff}{}", separated(",", "\n")).into_bytes()),
            ("Opportunity.csv", wide(true)),
            ("Opportunity.csv", wide(false)),
            ("Opportunity.csv", latin),
        ],
    );
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(vec![], Compression::default());
    packed.write_all(bytes).expect("packed");
    packed.finish().expect("packed")
}

fn a_footer() {
    let own = with_the_rows("footer");
    let footer = "\n\"My deals\"\n\"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved.\"\n\
                  \"Confidential Information - Do Not Distribute\"\n\"Generated By:  Ann  3/2/2026 9:15 PM\"\n";
    let file = own.file("2026-03-02/Opportunity.csv", separated(",", "\n") + footer);
    let ran = own.run(&["load", &file]).ended(0);
    assert_eq!(super::lake::counted(&ran), counts(0, 0, 2));
    assert!(ran.err.contains("4 lines of a footer are no rows"), "{}", ran.err);
    // In the midst of rows the same line is a bad row.
    let text = roles(&[("1", "Sales", "2026-02-01")]) + "Copyright\n";
    let text = text + roles(&[("2", "Service", "2026-02-01")]).lines().nth(1).expect("a row") + "\n";
    assert_eq!(own.load(&[&own.file("2026-03-01/UserRole.csv", text)]), counts(2, 1, 0));
}

fn titles() {
    let own = with_the_rows("titles");
    let titles = "\"My deals\"\n\n\"As of:\",\"3/2/2026\"\n,,,\n";
    let file = own.file("2026-03-02/Opportunity.csv", titles.to_string() + &separated(",", "\n"));
    let ran = own.run(&["load", &file]).ended(0);
    assert_eq!(super::lake::counted(&ran), counts(0, 0, 2));
    assert!(ran.err.contains("3 lines above its header are no rows"), "{}", ran.err);
    // A title of one word does not say what separates cells, and a bad row bears its own line.
    let text = format!("Roles\n{}", roles(&[("1", "Sales", "2026-02-01"), ("2", "Service", "2026-02-30")]));
    assert_eq!(own.load(&[&own.file("2026-03-01/UserRole.csv", text.replace(',', ";"))]), counts(1, 1, 0));
    assert_eq!(own.ask("SELECT line FROM rejects"), "line 4");
    // Where nobody knows the header, nothing is passed over.
    let unknown = own.refused(&["--snapshot", "2026-03-01", &own.file("x.csv", "Title\n\nred,green,blue\n1,2,3\n")]);
    assert!(unknown.contains("Title"), "{unknown}");
}

fn headings() {
    let own = with_the_rows("headings");
    let header = separated(",", "\n").replace("\"Name\"", "\"\u{a0}NAME *\"").replace("\"Amount\"", "\"Amount:\"");
    all_the_same(&own, &[("Opportunity.csv", header.into_bytes())]);
}

/// A table as a workbook: days, times and numbers as such, all else as text, below a title.
fn workbook(sheet: &str, header: &[&str], rows: &[Vec<&str>]) -> Vec<u8> {
    let mut book = Workbook::new();
    let time = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let mut write = || -> Result<(), XlsxError> {
        book.add_worksheet().set_name("About")?.write(0, 0, "About this file")?;
        let sheet = book.add_worksheet().set_name(sheet)?;
        sheet.write(0, 0, "A title above the table")?;
        for (row, cells) in std::iter::once(&header.to_vec()).chain(rows).enumerate() {
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                let (row, column) = (row as u32 + 2, column as u16);
                match (serial(cell), cell.parse::<f64>()) {
                    (Some(serial), _) => sheet.write_with_format(row, column, serial, &time)?,
                    (_, Ok(number)) if number.to_string() == **cell => sheet.write(row, column, number)?,
                    _ => sheet.write(row, column, *cell)?,
                };
            }
        }
        Ok(())
    };
    write().expect("written");
    book.save_to_buffer().expect("written")
}

/// `2026-02-23 20:55:00` as days since the last of 1899.
fn serial(cell: &str) -> Option<f64> {
    let at = chrono::NaiveDateTime::parse_from_str(cell, "%Y-%m-%d %H:%M:%S").ok()?;
    let begun = chrono::NaiveDate::from_ymd_opt(1899, 12, 30)?.and_hms_opt(0, 0, 0)?;
    Some((at - begun).num_seconds() as f64 / 86_400.0)
}

fn object(header: &[&str], row: &[&str]) -> Value {
    let value = |cell: &str| match cell {
        "" => Value::Null,
        "true" | "false" => Value::Bool(cell == "true"),
        _ if cell.parse::<i64>().is_ok_and(|number| number.to_string() == cell) => {
            Value::Number(cell.parse::<i64>().expect("it is one").into())
        }
        _ => Value::String(cell.into()),
    };
    Value::Object(header.iter().zip(row).map(|(key, cell)| (key.to_string(), value(cell))).collect::<Map<_, _>>())
}

fn objects(header: &[&str], rows: &[Vec<&str>]) -> Vec<Value> {
    rows.iter().map(|row| object(header, row)).collect()
}

fn json_lines(objects: &[Value]) -> String {
    objects.iter().map(|object| format!("{object}\n")).collect()
}

const PARQUET: &[u8] = include_bytes!("Opportunity.parquet");

fn other_forms() {
    let own = with_the_rows("other-forms");
    let rows = ROWS.map(|row| row.to_vec());
    let (book, all) = (workbook("Opportunity", &HEADER, &rows), objects(&HEADER, &rows));
    let json = Value::Array(all.clone()).to_string();
    let wrapped = serde_json::json!({ "status": 0, "result": { "done": true, "records": all } });
    all_the_same(
        &own,
        &[
            ("Opportunity.json", json.clone().into_bytes()),
            ("Opportunity.json", serde_json::to_vec_pretty(&wrapped).expect("JSON")),
            ("Opportunity.jsonl", json_lines(&all).into_bytes()),
            ("Opportunity.json", json_lines(&all).into_bytes()),
            ("Opportunity.ndjson.gz", packed(json_lines(&all).as_bytes())),
            ("Opportunity.xlsx", book.clone()),
            ("any name.xlsx", book.clone()),
            ("Opportunity.csv", book.clone()),
            ("Opportunity.xlsx.gz", packed(&book)),
            ("Opportunity.xlsx", workbook("Sheet1", &HEADER, &rows)),
            ("Opportunity.parquet", PARQUET.to_vec()),
            ("Opportunity.parquet.gz", packed(PARQUET)),
        ],
    );
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
    zip.start_file("deep/Opportunity.xlsx", zip::write::SimpleFileOptions::default()).expect("started");
    zip.write_all(&book).expect("written");
    let zip = own.file("2026-03-27/deals.zip", zip.finish().expect("finished").get_ref());
    assert_eq!(own.load(&[&zip]), counts(0, 0, 2));
    let kinds = "SELECT \"Amount\", \"CloseDate\", \"IsWon\", \"CreatedDate\", length(\"Name\") AS n \
                 FROM landing.salesforce_opportunity ORDER BY \"Id\"";
    assert_eq!(
        own.ask(kinds),
        "Amount,CloseDate,IsWon,CreatedDate,n 1200.5000,2026-02-23,false,2026-02-23T20:55:00Z,26 \
         7.0000,2026-03-04,true,2026-01-02T00:05:00Z,3"
    );
}

/// One weekly export and the roster of a simulated firm, as files of one form each.
fn a_firm_in_every_form() {
    let exports = generated(2).join("exports");
    let mut zips = tree(&exports).into_keys().filter(|path| path.to_string_lossy().contains("WE_"));
    let newest = zips.next_back().and_then(|zip| Some(exports.join(zip.parent()?))).expect("there is a weekly export");
    let tables = tables_of(&newest);
    assert!(tables.len() > 10, "{} tables with rows", tables.len());
    let day = newest.file_name().expect("it has a name").to_string_lossy().into_owned();
    let mut answers = vec![];
    for form in ["csv", "xlsx", "jsonl"] {
        let dir = project_like(&generated(2), &format!("firm-as-{form}"));
        let files = dir.join("in").join(&day);
        fs::create_dir_all(&files).expect("made");
        for (name, table) in &tables {
            fs::write(files.join(format!("{name}.{form}")), in_form(form, name, table)).expect("written");
        }
        load(&dir, &[&files, &exports.join("hr")]);
        answers.push((form, kpis(&dir), counts_of(&dir)));
    }
    let (_, expected, rows) = &answers[0];
    assert!(expected.iter().all(|csv| csv.lines().count() > 10), "{expected:?}");
    for (form, answer, landed) in &answers[1..] {
        assert_eq!(landed, rows, "{form}");
        assert_eq!(answer, expected, "{form}");
    }
}

/// The tables with rows in the zips of a folder, as records of text.
pub fn tables_of(folder: &Path) -> Vec<(String, Vec<Vec<String>>)> {
    let mut tables = vec![];
    for (path, bytes) in tree(folder).into_iter().filter(|(path, _)| super::is_zip(path)) {
        let mut zip =
            ZipArchive::new(std::io::Cursor::new(bytes)).unwrap_or_else(|e| panic!("{e}: {}", path.display()));
        for at in 0..zip.len() {
            let mut file = zip.by_index(at).expect("an entry");
            let name = file.name().expect("a name").to_string();
            let Some(name) = name.strip_suffix(".csv").map(String::from) else { continue };
            let mut bytes = vec![];
            file.read_to_end(&mut bytes).expect("it unpacks");
            let text = String::from_utf8(bytes).unwrap_or_else(|e| e.into_bytes().iter().map(|b| *b as char).collect());
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let records = reader.records().map(|record| record.expect("CSV").iter().map(String::from).collect());
            let records: Vec<Vec<String>> = records.collect();
            if records.len() > 1 {
                tables.push((name, records));
            }
        }
    }
    tables
}

pub fn in_form(form: &str, name: &str, table: &[Vec<String>]) -> Vec<u8> {
    let table: Vec<Vec<&str>> = table.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let (header, rows) = table.split_first().expect("a header");
    let separated = || {
        let mut writer = csv::WriterBuilder::new().from_writer(vec![]);
        table.iter().for_each(|row| writer.write_record(row).expect("a Vec takes all"));
        writer.into_inner().expect("a Vec takes all")
    };
    match form {
        "csv" => separated(),
        "xlsx" => workbook(&name[..name.len().min(31)], header, rows),
        _ => json_lines(&objects(header, rows)).into_bytes(),
    }
}

fn kpis(dir: &Path) -> Vec<String> {
    let asked: [&[&str]; 4] = [
        &["active_people", "--by", "grade"],
        &["open_pipeline", "--grain", "month"],
        &["won", "--measure", "amount", "--grain", "month"],
        &["activities_added"],
    ];
    asked.iter().map(|kpi| on(dir, &[&["kpi"], *kpi, &["--format", "csv"]].concat()).ended(0).out).collect()
}

fn counts_of(dir: &Path) -> String {
    let sql = "SELECT object, sum(\"read\") AS \"read\", sum(landed) AS landed, sum(rejected) AS rejected FROM loads GROUP BY 1 ORDER BY 1";
    on(dir, &["sql", "--format", "csv", sql]).ended(0).out
}

fn sheets() {
    let own = Own::new("sheets");
    let mut book = Workbook::new();
    let mut add = |name: &str, text: &str| {
        let sheet = book.add_worksheet().set_name(name).expect("named");
        for (row, line) in (0..).zip(text.lines()) {
            for (column, cell) in (0..).zip(line.split(',')) {
                sheet.write(row, column, cell).expect("written");
            }
        }
    };
    add("Summary", "Region,Sum\nNorth,7");
    add("UserRole", &roles(&[("1", "Sales", "2026-02-01")]));
    add("Profile", "Id,Name,CreatedDate\n00e1x0000000001AAA,Admin,2026-01-01 00:00:00");
    add("Empty", "");
    let bytes = book.save_to_buffer().expect("written");
    let ran = own.run(&["load", &own.file("2026-03-01/all.xlsx", &bytes)]).ended(0);
    assert_eq!(super::lake::counted(&ran), counts(2, 0, 0));
    for words in ["all.xlsx/Summary: no source knows", "all.xlsx/Empty: empty", "all.xlsx/UserRole"] {
        assert!(ran.err.contains(words), "{words}: {}", ran.err);
    }
    assert_eq!(own.load(&[&own.file("2026-03-01/all.xlsx", &bytes)]), counts(0, 0, 2));
    // Two sheets of one object are no table.
    let mut book = Workbook::new();
    for _ in 0..2 {
        let sheet = book.add_worksheet();
        for (column, word) in (0..).zip(["email", "grade", "office", "valid_from"]) {
            sheet.write(0, column, word).and_then(|sheet| sheet.write(1, column, "2026-01-01")).expect("written");
        }
    }
    let told =
        own.refused(&["--snapshot", "2026-03-01", &own.file("twice.xlsx", book.save_to_buffer().expect("written"))]);
    assert!(told.contains("twice.xlsx/Sheet1 is of roster too"), "{told}");
    // Nothing in it is known: its columns are told.
    let colours = workbook("Colours", &["colour", "size"], &[vec!["red", "3"]]);
    let told = own.refused(&[&own.file("colours.xlsx", colours)]);
    assert!(told.contains("colours.xlsx") && told.contains("no source knows this file"), "{told}");
}

fn a_tree() {
    let own = Own::new("tree");
    let text = r#"{"records":[
        {"attributes":{"type":"Account","referenceId":"AccountRef1"},"Name":"Oak","OwnerId":"0055j000000utlPAAQ"},
        {"attributes":{"type":"Account","referenceId":"AccountRef2"},"Name":"Elm","Owner":{"Name":"Ann"}},
        {"attributes":{"type":"Contact","referenceId":"ContactRef1"},"LastName":"Ash","AccountId":"@AccountRef1"}]}"#;
    let file = own.file("2026-03-01/tree.json", text);
    assert_eq!(own.load(&["--source", "salesforce", &file]), counts(3, 0, 0));
    let sql = "SELECT c.\"LastName\", a.\"Name\" FROM landing.salesforce_contact c \
               JOIN landing.salesforce_account a ON a.\"Id\" = c.\"AccountId\"";
    assert_eq!(own.ask(sql), "LastName,Name Ash,Oak");
    assert_eq!(
        own.ask("SELECT \"Owner.Name\" AS o FROM landing.salesforce_account ORDER BY 1 NULLS LAST LIMIT 1"),
        "o Ann"
    );
}

fn rejected_in_a_sheet() {
    let own = Own::new("sheet-rejects");
    let mut rows = ROWS.map(|row| row.to_vec());
    rows[1][4] = "30 February";
    let file = own.file("2026-03-01/Opportunity.xlsx", workbook("Deals", &HEADER, &rows));
    assert_eq!(own.load(&[&file]), counts(1, 1, 0));
    assert_eq!(
        own.ask("SELECT line, \"column\", reason FROM rejects"),
        "line,column,reason 5,CloseDate,\"\"\"30 February\"\" is no date\""
    );
    let out = own.dir.join("back.csv").to_string_lossy().into_owned();
    own.run(&["rejects", "--out", &out]).ended(0);
    let text = fs::read_to_string(&out).expect("it was written");
    assert!(text.contains("Opportunity.xlsx/Deals,5,"), "{text}");
    // Corrected in a spreadsheet, and saved as that.
    let text = text.replace("30 February", "2026-03-04");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let records: Vec<Vec<String>> =
        reader.records().map(|record| record.expect("CSV").iter().map(String::from).collect()).collect();
    let records: Vec<Vec<&str>> = records.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let corrected = own.file("back.xlsx", workbook("back", &records[0], &records[1..]));
    assert_eq!(own.load(&[&corrected]), counts(1, 0, 0));
    assert_eq!(own.run(&["rejects"]).ended(0).out.lines().filter(|line| line.contains("Opportunity")).count(), 0);
}

fn two_ways() {
    let own = Own::new("two-ways-of-numbers");
    let rows = |amounts: [&str; 2]| {
        let mut text = HEADER.join(";") + "\n";
        for (row, amount) in ROWS.iter().zip(amounts) {
            let mut row = *row;
            (row[1], row[3]) = ("Oak", amount);
            text += &(row.join(";") + "\n");
        }
        text
    };
    let file = own.file("2026-03-01/Opportunity.csv", rows(["1.234", "12.000"]));
    let told = own.refused(&[&file]);
    for words in ["Opportunity.csv:2", "Amount", "1.234 (point) or 1234 (comma)", "--decimal"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert_eq!(own.load(&["--decimal", "comma", &file]), counts(2, 0, 0));
    let amounts = "SELECT \"Amount\" FROM landing.salesforce_opportunity WHERE next_seen IS NULL ORDER BY \"Id\"";
    assert_eq!(own.ask(amounts), "Amount 1234.0000 12000.0000");
    // One that can be read in one way decides; blanks and currencies are no part of a number.
    let file = own.file("2026-03-02/Opportunity.csv", rows(["1.234,56 €", "12 000 Kč"]));
    assert_eq!(own.load(&[&file]), counts(1, 0, 1));
    assert_eq!(own.ask(amounts), "Amount 1234.5600 12000.0000");
    let usage = own.run(&["load", "--decimal", "dot", &file]).ended(2);
    assert!(usage.err.contains("point or comma"), "{}", usage.err);
}

fn own_words() {
    let own = Own::new("own-words");
    let toml = include_str!("../../../../../queries/sources/salesforce/source.toml");
    let folder = own.project().join("queries/sources/salesforce");
    fs::create_dir_all(&folder).expect("made");
    fs::write(folder.join("source.toml"), format!("{toml}\n[booleans]\ntrue = [\"Ja\"]\nfalse = [\"Nein\"]\n"))
        .expect("written");
    let text = separated(",", "\n").replace("\"true\"", "\"ja\"").replace("\"false\"", "\"NEIN\"");
    assert_eq!(own.load(&[&own.file("2026-03-01/Opportunity.csv", text)]), counts(2, 0, 0));
    assert_eq!(own.ask("SELECT \"IsWon\" FROM landing.salesforce_opportunity ORDER BY \"Id\""), "IsWon false true");
}

fn no_tables() {
    let own = Own::new("no-tables");
    let book = workbook("Opportunity", &HEADER, &ROWS.map(|row| row.to_vec()));
    let bomb = |name: &str| {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("started");
        let zeros = vec![b' '; 1 << 20];
        (0..300).for_each(|_| zip.write_all(&zeros).expect("written"));
        zip.finish().expect("finished").into_inner()
    };
    let parquet = |end: usize| PARQUET[..end].to_vec();
    for (name, bytes, words) in [
        ("half.xlsx", book[..book.len() / 2].to_vec(), "no whole workbook"),
        ("page.json", b"<!DOCTYPE html><html>Sign in</html>".to_vec(), "page of the web"),
        ("page.csv", b"\n<html>".to_vec(), "page of the web"),
        ("old.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), "save it as .xlsx"),
        ("paper.csv", b"%PDF-1.7".to_vec(), "it is a PDF"),
        ("deep.json", "[".repeat(1 << 20).into_bytes(), "brackets are open"),
        ("torn.json", b"[{\"Id\":1},\n{\"Id\"".to_vec(), "torn.json:2"),
        ("nul.jsonl", b"{\"Id\":\"\0\"}".to_vec(), "NUL"),
        ("text.json", b"Dear colleague".to_vec(), "no JSON that can be read"),
        ("half.parquet", parquet(PARQUET.len() / 2), "no Parquet file that can be read"),
        (
            "exports.xlsx",
            fs::read(own.zip("x.zip", &[("User.csv", "Id\n1\n")], true)).expect("it was written"),
            "zip without a workbook",
        ),
        ("bomb.zip", bomb("User.csv"), "more than 500 times its size"),
    ] {
        let told = own.refused(&["--snapshot", "2026-03-01", &own.file(name, bytes)]);
        assert!(told.contains(words) && told.contains("hint"), "{name}: {told}");
        assert!(told.len() < 2000, "{name}: {} bytes of words", told.len());
    }
    // Any byte of a workbook or a Parquet file may be wrong: it lands or is refused, and nothing falls over.
    let role = own.file("2026-03-01/UserRole.csv", roles(&[("1", "Sales", "2026-02-01")]));
    for (name, good) in [("Opportunity.xlsx", &book[..]), ("Opportunity.parquet", PARQUET)] {
        for nth in 0..12 {
            let mut bytes = good.to_vec();
            let at = (nth * 7919) % bytes.len();
            bytes[at] ^= 0x55;
            let file = own.file(&format!("bad-{nth}/{name}"), bytes);
            let ran = own.run(&["load", "--dry-run", "--snapshot", "2026-03-01", &file]);
            assert!(ran.status == 0 || ran.status == 1, "{name} {at}: {}", ran.err);
            assert!(ran.status == 0 || ran.err.contains("hint"), "{name} {at}: {}", ran.err);
        }
    }
    assert_eq!(own.load(&[&role]), counts(1, 0, 0));
    // What a spreadsheet lays beside an open file is passed over in a folder.
    own.file("open/~$UserRole.xlsx", b"\x03ann\0\0");
    own.file("open/UserRole.csv", roles(&[("2", "Service", "2026-02-01")]));
    let folder = own.dir.join("files/open").to_string_lossy().into_owned();
    let ran = own.run(&["load", "--snapshot", "2026-03-02", &folder]).ended(0);
    assert!(ran.err.contains("~$UserRole.xlsx: a program's own file"), "{}", ran.err);
}
