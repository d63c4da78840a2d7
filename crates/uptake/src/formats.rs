//! A table as text: for a terminal, a spreadsheet, or a program.

use chrono::SecondsFormat;
use clap::ValueEnum;
use rust_decimal::Decimal;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use uptake_spec::{Answer, Table, Value};

/// How a table is written to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned columns, for reading.
    Table,
    Csv,
    Json,
}

/// A table in one of the formats; `truncated` says that there were more rows.
pub fn written(table: &Table, format: Format, truncated: bool) -> String {
    match format {
        Format::Table => text(table),
        Format::Csv => csv(table),
        Format::Json => table_json(table, truncated),
    }
}

/// Aligned columns under their names; numbers stand right. Ends with a newline.
pub fn text(table: &Table) -> String {
    let names: Vec<String> = table.columns().iter().map(|c| c.name.clone()).collect();
    let rows: Vec<Vec<String>> =
        (0..table.rows()).map(|row| table.row(row).map(|v| plain(&v.to_string())).collect()).collect();
    let width = |at: usize| {
        rows.iter().map(|row| row[at].chars().count()).chain([names[at].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..names.len()).map(width).collect();
    let right: Vec<bool> = table.columns().iter().map(|c| stands_right(table, &c.name)).collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().enumerate().map(|(at, cell)| match right[at] {
            true => format!("{cell:>width$}", width = widths[at]),
            false => format!("{cell:<width$}", width = widths[at]),
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_string() + "\n"
    };
    std::iter::once(line(&names)).chain(rows.iter().map(|row| line(row))).collect()
}

fn stands_right(table: &Table, column: &str) -> bool {
    (0..table.rows()).any(|row| table.value(row, column).number().is_some())
}

/// Control characters would move a terminal's cursor; they are shown as a blank.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// RFC 4180 with a header. Texts that a spreadsheet would run as a formula begin with an apostrophe.
pub fn csv(table: &Table) -> String {
    let mut writer = csv::Writer::from_writer(vec![]);
    let rows = (0..table.rows()).map(|row| table.row(row).map(|value| harmless(&value)).collect::<Vec<_>>());
    let header = table.columns().iter().map(|c| harmless(&Value::Text(&c.name))).collect();
    for record in std::iter::once(header).chain(rows) {
        writer.write_record(&record).expect("every row has as many cells as the header, see Table::new");
    }
    text_of(writer)
}

/// Several tables as one: a first column `block` names each, and the columns are all that any of them has.
pub fn csv_of_all(tables: &[(&str, &Table)]) -> String {
    let mut names: Vec<&str> = vec![];
    for column in tables.iter().flat_map(|(_, table)| table.columns()) {
        if !names.contains(&column.name.as_str()) {
            names.push(&column.name);
        }
    }
    let mut writer = csv::Writer::from_writer(vec![]);
    let mut write =
        |cells: Vec<String>| writer.write_record(&cells).expect("every row has as many cells as the header");
    write(["block"].iter().chain(&names).map(|name| harmless(&Value::Text(name))).collect());
    for (block, table) in tables {
        for row in 0..table.rows() {
            let cells = names.iter().map(|name| harmless(&table.value(row, name)));
            write(std::iter::once(harmless(&Value::Text(block))).chain(cells).collect());
        }
    }
    text_of(writer)
}

fn text_of(writer: csv::Writer<Vec<u8>>) -> String {
    let bytes = writer.into_inner().expect("writing into memory does not fail");
    String::from_utf8(bytes).expect("it was made of texts")
}

fn harmless(value: &Value) -> String {
    let text = value.to_string();
    let formula = matches!(value, Value::Text(_)) && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula && text.parse::<Decimal>().is_err() { format!("'{text}") } else { text }
}

/// An answer as one document: what it is, from when, and its rows as objects.
pub fn answer_json(answer: &Answer) -> String {
    #[derive(serde::Serialize)]
    struct Document<'a> {
        kpi: &'a str,
        title: &'a str,
        unit: &'static str,
        as_of: chrono::NaiveDate,
        from: chrono::NaiveDate,
        to: chrono::NaiveDate,
        grain: &'static str,
        by: &'a [String],
        split: Option<&'a str>,
        attributes: &'static str,
        rows: Objects<'a>,
        notes: &'a [String],
    }
    document(&Document {
        kpi: &answer.kpi,
        title: &answer.title,
        unit: unit_word(answer.unit),
        as_of: answer.as_of,
        from: answer.range.from(),
        to: answer.range.to(),
        grain: answer.grain.word(),
        by: &answer.by,
        split: answer.split.as_ref().map(|split| split.column.as_str()),
        attributes: answer.attributes.word(),
        rows: Objects(answer),
        notes: &answer.notes,
    })
}

/// `{columns, rows, truncated}`; rows are lists in the order of the columns.
pub fn table_json(table: &Table, truncated: bool) -> String {
    #[derive(serde::Serialize)]
    struct Document<'a> {
        columns: Vec<&'a str>,
        rows: Lists<'a>,
        truncated: bool,
    }
    let columns = table.columns().iter().map(|c| c.name.as_str()).collect();
    document(&Document { columns, rows: Lists(table), truncated })
}

fn document(content: &impl Serialize) -> String {
    serde_json::to_string(content).expect("texts, numbers and lists of them are always JSON") + "\n"
}

pub fn unit_word(unit: uptake_spec::kpi::Unit) -> &'static str {
    use uptake_spec::kpi::Unit;
    match unit {
        Unit::Share => "share",
        Unit::Money => "money",
        Unit::Count => "count",
        Unit::Rate => "rate",
        Unit::Days => "days",
    }
}

/// The rows of an answer as objects; `left` beside their columns, where the KPI tells it.
struct Objects<'a>(&'a Answer);
struct Object<'a>(&'a Answer, usize);
struct Lists<'a>(&'a Table);
struct List<'a>(&'a Table, usize);
/// Decimals as texts, so that no reader rounds them; instants in UTC.
struct Cell<'a>(Value<'a>);

impl Serialize for Objects<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq((0..self.0.table.rows()).map(|row| Object(self.0, row)))
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Object(Answer { table, left, .. }, row) = self;
        let mut map = to.serialize_map(None)?;
        for (column, value) in table.columns().iter().zip(table.row(*row)) {
            map.serialize_entry(&column.name, &Cell(value))?;
        }
        if let Some(left) = left.get(*row) {
            map.serialize_entry("left", left)?;
        }
        map.end()
    }
}

impl Serialize for Lists<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq((0..self.0.rows()).map(|row| List(self.0, row)))
    }
}

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(Some(self.0.columns().len()))?;
        for value in self.0.row(self.1) {
            list.serialize_element(&Cell(value))?;
        }
        list.end()
    }
}

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::Nothing => to.serialize_unit(),
            Value::Text(text) => to.serialize_str(text),
            Value::Integer(number) => to.serialize_i64(*number),
            Value::Float(number) if number.is_finite() => to.serialize_f64(*number),
            Value::Float(_) => to.serialize_unit(),
            Value::Boolean(flag) => to.serialize_bool(*flag),
            Value::Instant(at) => to.serialize_str(&at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            Value::Decimal(_) | Value::Date(_) => to.collect_str(&self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uptake_spec::{Column, Data};

    fn table() -> Table {
        let words = Data::Text(vec![Some("=1+1".into()), Some("-5".into()), None]);
        let money = Data::Decimal(vec![Some(Decimal::new(150, 2)), Some(Decimal::new(-5, 0)), None]);
        let columns = vec![Column { name: "word".into(), data: words }, Column { name: "money".into(), data: money }];
        Table::new(columns).expect("it is a table")
    }

    #[test]
    fn formulas_are_disarmed_and_numbers_are_left() {
        assert_eq!(csv(&table()), "word,money\n'=1+1,1.50\n-5,-5\n,\n");
    }

    #[test]
    fn json_keeps_the_order_of_the_columns_and_decimals_as_texts() {
        let expected =
            r#"{"columns":["word","money"],"rows":[["=1+1","1.50"],["-5","-5"],[null,null]],"truncated":false}"#;
        assert_eq!(table_json(&table(), false), format!("{expected}\n"));
    }

    #[test]
    fn numbers_stand_right_under_their_name() {
        assert_eq!(text(&table()), "word  money\n=1+1   1.50\n-5       -5\n\n");
    }
}
