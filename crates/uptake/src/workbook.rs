//! Blocks as a workbook for a spreadsheet: a sheet each, with numbers that are numbers and days that are days.

use crate::panels::{Asked, Given};
use anyhow::{Context, Result};
use chrono::{NaiveDate, Timelike};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet};
use uptake_spec::dashboard::Block;
use uptake_spec::kpi::Unit;
use uptake_spec::{Answer, Value};

/// A spreadsheet takes no longer text in one cell.
const MOST_CHARACTERS: usize = 32_767;
/// A sheet's name may not be longer.
const LONGEST_NAME: usize = 31;

/// The blocks of `asked` that `wanted` picks and that have data, and behind them a sheet that says what they are.
///
/// # Errors
/// None of them has data.
pub fn workbook(asked: &Asked, wanted: &dyn Fn(&Block) -> bool) -> Result<Vec<u8>> {
    let blocks = asked.page.blocks.iter().filter(|block| wanted(block));
    let given: Vec<(&Block, Given)> = blocks.filter_map(|block| Some((block, asked.given(block)?.ok()?))).collect();
    anyhow::ensure!(!given.is_empty(), "no block of {} has data", asked.page.slug);
    let mut book = Workbook::new();
    book.set_properties(&properties(asked));
    let mut names = vec!["About".to_string()];
    for (block, given) in &given {
        let name = free_name(&block.id, &names);
        let sheet = book.add_worksheet();
        sheet.set_name(&name).with_context(|| format!("a sheet cannot be called {name}"))?;
        write_table(sheet, given, &asked.project.settings.currency)?;
        names.push(name);
    }
    let about = book.add_worksheet();
    about.set_name("About").context("a sheet may be called About")?;
    write_about(about, asked, &given, &names[1..])?;
    book.save_to_buffer().context("could not write the workbook")
}

/// The same page of the same day is the same file: its date is the page's as-of.
fn properties(asked: &Asked) -> DocProperties {
    let named = DocProperties::new().set_title(&asked.page.title).set_company(&asked.project.settings.firm);
    let day = asked.as_of.and_then(|day| {
        use chrono::Datelike;
        ExcelDateTime::from_ymd(u16::try_from(day.year()).ok()?, day.month() as u8, day.day() as u8).ok()
    });
    match day.or_else(|| ExcelDateTime::from_ymd(2000, 1, 1).ok()) {
        Some(day) => named.set_creation_datetime(&day),
        None => named,
    }
}

/// `id` without what a sheet's name may not have, short enough, and unlike all `taken`.
fn free_name(id: &str, taken: &[String]) -> String {
    let safe: String = id.chars().map(|c| if "[]:*?/\\'".contains(c) { '_' } else { c }).collect();
    let short = |most: usize| safe.chars().take(most).collect::<String>();
    let is_free =
        |name: &str| !name.is_empty() && taken.iter().all(|other| other.to_lowercase() != name.to_lowercase());
    let numbered = (2..).map(|n| format!("{} {n}", short(LONGEST_NAME - 5)));
    std::iter::once(short(LONGEST_NAME)).chain(numbered).find(|name| is_free(name)).expect("numbers do not end")
}

fn write_table(sheet: &mut Worksheet, given: &Given, currency: &str) -> Result<()> {
    let (table, unit) = match given {
        Given::Answer(_, answer) => (&answer.table, Some(answer.unit)),
        Given::Rows(table, _) => (*table, None),
    };
    let bold = Format::new().set_bold();
    for (at, column) in (0u16..).zip(table.columns()) {
        sheet.write_string_with_format(0, at, cut(&column.name), &bold)?;
        let pattern = pattern(&column.name, unit, currency);
        let format = Format::new().set_num_format(pattern);
        let mut longest = column.name.chars().count();
        for row in 0..table.rows() {
            let value = table.value(row, &column.name);
            longest = longest.max(value.to_string().chars().count().min(60));
            write_cell(sheet, row as u32 + 1, at, &value, &format)?;
        }
        sheet.set_column_width(at, (longest + 3) as f64)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

/// Nothing is an empty cell. Texts are written as texts, so none of them is ever a formula.
fn write_cell(sheet: &mut Worksheet, row: u32, column: u16, value: &Value, numbers: &Format) -> Result<()> {
    match value {
        Value::Nothing => {}
        Value::Text(text) => _ = sheet.write_string(row, column, cut(text))?,
        Value::Boolean(flag) => _ = sheet.write_boolean(row, column, *flag)?,
        Value::Date(day) => match serial(*day) {
            Some(number) => {
                let days = Format::new().set_num_format("yyyy-mm-dd");
                sheet.write_number_with_format(row, column, number, &days)?;
            }
            None => _ = sheet.write_string(row, column, day.to_string())?,
        },
        Value::Instant(at) => match serial(at.date_naive()) {
            Some(number) => {
                let instants = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss \"UTC\"");
                let seconds = f64::from(at.num_seconds_from_midnight());
                sheet.write_number_with_format(row, column, number + seconds / 86_400.0, &instants)?;
            }
            None => _ = sheet.write_string(row, column, value.to_string())?,
        },
        Value::Integer(_) | Value::Decimal(_) | Value::Float(_) => {
            if let Some(number) = value.number().filter(|n| n.is_finite()) {
                sheet.write_number_with_format(row, column, number, numbers)?;
            }
        }
    }
    Ok(())
}

/// How a spreadsheet counts days: 1 January 1900 is 1, and since it believes in a 29 February 1900, only days after that one are right.
fn serial(day: NaiveDate) -> Option<f64> {
    let zero = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    let number = (day - zero).num_days();
    (number > 60).then_some(number as f64)
}

/// How the numbers of a column are written. Only the value has the KPI's unit.
fn pattern(column: &str, unit: Option<Unit>, currency: &str) -> String {
    match unit.filter(|_| column == "value") {
        Some(Unit::Share) => "0.0%".into(),
        Some(Unit::Money) => format!("#,##0.00 \"{currency}\""),
        Some(Unit::Count) => "#,##0".into(),
        Some(Unit::Rate) => "#,##0.00".into(),
        Some(Unit::Days) => "#,##0.0".into(),
        None if column == "share" || column.ends_with("_share") => "0.0%".into(),
        None => "General".into(),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(MOST_CHARACTERS).collect()
}

/// What each sheet shows, in which unit, and from when.
fn write_about(sheet: &mut Worksheet, asked: &Asked, given: &[(&Block, Given)], names: &[String]) -> Result<()> {
    let bold = Format::new().set_bold();
    for (at, name) in (0u16..).zip(["sheet", "title", "unit", "as_of", "notes"]) {
        sheet.write_string_with_format(0, at, name, &bold)?;
    }
    for (row, ((block, given), name)) in (1u32..).zip(given.iter().zip(names)) {
        let answer: Option<&Answer> = match given {
            Given::Answer(_, answer) => Some(answer),
            Given::Rows(..) => None,
        };
        let title = answer.map_or(block.id.as_str(), |answer| answer.title.as_str());
        let unit = answer.map_or("", |answer| crate::formats::unit_word(answer.unit));
        let notes = answer.map_or(String::new(), |answer| answer.notes.join(" "));
        for (at, text) in [(0, name.as_str()), (1, title), (2, unit), (4, &notes)] {
            sheet.write_string(row, at, cut(text))?;
        }
        if let Some(day) = answer.map(|answer| answer.as_of).or(asked.as_of) {
            write_cell(sheet, row, 3, &Value::Date(day), &Format::new())?;
        }
    }
    for (column, width) in [(0u16, 28.0), (1, 40.0), (2, 10.0), (3, 12.0), (4, 60.0)] {
        sheet.set_column_width(column, width)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use uptake_spec::{Column, Data, Table};

    fn of_table(table: &Table) -> Vec<u8> {
        let mut book = Workbook::new();
        write_table(book.add_worksheet(), &Given::Rows(table, false), "EUR").expect("it fits a spreadsheet");
        book.save_to_buffer().expect("it is written")
    }

    #[test]
    fn numbers_are_numbers_days_are_days_and_texts_are_never_formulas() {
        let column = |name: &str, data| Column { name: name.into(), data };
        let table = Table::new(vec![
            column("word", Data::Text(vec![Some("=1+1".into()), None])),
            column("won_share", Data::Float(vec![Some(0.25), Some(f64::NAN)])),
            column("day", Data::Date(vec![NaiveDate::from_ymd_opt(2026, 10, 26), NaiveDate::from_ymd_opt(1800, 1, 1)])),
        ]);
        let bytes = of_table(&table.expect("a table"));
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
        let mut read = |name: &str| {
            let mut text = String::new();
            zip.by_name(name).expect("a part of a workbook").read_to_string(&mut text).expect("UTF-8");
            text
        };
        let (sheet, styles, texts) =
            (read("xl/worksheets/sheet1.xml"), read("xl/styles.xml"), read("xl/sharedStrings.xml"));
        assert!(!sheet.contains("<f>") && texts.contains("=1+1") && texts.contains("1800-01-01"), "{sheet}");
        // 26 October 2026 is day 46,321 of a spreadsheet: 126 years of 365 days, 31 leap days and one that never was, 298 days, and 1.
        assert!(sheet.contains("<v>46321</v>") && sheet.contains("<v>0.25</v>"), "{sheet}");
        assert!(styles.contains("yyyy\\-mm\\-dd") || styles.contains("yyyy-mm-dd"), "{styles}");
    }

    #[test]
    fn a_sheets_name_is_short_and_its_own() {
        let taken = ["About".to_string(), "won".into()];
        assert_eq!(free_name("won", &taken), "won 2");
        assert_eq!(free_name("about", &taken), "about 2");
        assert_eq!(free_name("a/b", &taken), "a_b");
        assert_eq!(free_name(&"x".repeat(40), &taken).len(), 31);
        assert_eq!(pattern("value", Some(Unit::Money), "EUR"), "#,##0.00 \"EUR\"");
        assert_eq!(pattern("numerator", Some(Unit::Money), "EUR"), "General");
    }
}
