//! The dated CSVs beside `uptake.toml`: targets, holidays, annotations, quiet weeks.

use crate::calendar::Holiday;
use crate::problem::{Place, Problem, did_you_mean};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::HashMap;

/// One row of `targets.csv`: what a KPI should reach, for whom, from when to when.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Of `targets.csv`, from 1.
    pub line: usize,
    /// The KPI's name.
    pub metric: String,
    /// Empty for the whole firm, else `grade=Partner`.
    pub scope: String,
    /// `up`: at least; `down`: at most.
    pub direction: String,
    /// In the KPI's unit. A money target is per calendar month.
    pub target: Decimal,
    pub warn: Option<Decimal>,
    pub valid_from: Option<NaiveDate>,
    /// Inclusive.
    pub valid_to: Option<NaiveDate>,
}

/// The rows that could be read, and a mistake for each other.
pub(super) fn read_targets(text: &str) -> (Vec<Target>, Vec<Problem>) {
    let needed = ["metric", "target"];
    read_rows("targets.csv", text, &needed, |row| {
        let direction = row.text("direction");
        if !["", "up", "down"].contains(&direction.as_str()) {
            return Err((format!("\"direction\" cannot be \"{direction}\""), "\"up\" or \"down\""));
        }
        Ok(Target {
            line: row.line,
            metric: row.text("metric"),
            scope: row.text("scope"),
            direction,
            target: row.parsed("target")?.ok_or(("the target is empty".to_string(), FORMATS))?,
            warn: row.parsed("warn")?,
            valid_from: row.parsed("valid_from")?,
            valid_to: row.parsed("valid_to")?,
        })
    })
}

/// As [`read_targets`].
pub(super) fn read_holidays(text: &str) -> (Vec<Holiday>, Vec<Problem>) {
    read_rows("holidays.csv", text, &["calendar_id", "d"], |row| {
        Ok(Holiday {
            calendar_id: row.text("calendar_id"),
            d: row.parsed("d")?.ok_or(("the date is empty".to_string(), FORMATS))?,
            name: row.text("name"),
        })
    })
}

/// One row of `annotations.csv` or `quiet_weeks.csv`: what happened on a day, or why its week says little.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub d: NaiveDate,
    /// `Training in Paris`, `Christmas`.
    pub text: String,
}

/// As [`read_targets`].
pub(super) fn read_remarks(file: &str, text: &str) -> (Vec<Remark>, Vec<Problem>) {
    read_rows(file, text, &["d", "text"], |row| {
        Ok(Remark { d: row.parsed("d")?.ok_or(("the date is empty".to_string(), FORMATS))?, text: row.text("text") })
    })
}

struct Row<'a> {
    line: usize,
    columns: &'a HashMap<String, usize>,
    record: &'a csv::StringRecord,
}

/// What is wrong with a row, and the way out.
type Wrong = (String, &'static str);

const FORMATS: &str = "numbers with a point, dates as 2026-12-31";

impl Row<'_> {
    fn text(&self, column: &str) -> String {
        self.columns.get(column).and_then(|at| self.record.get(*at)).unwrap_or_default().trim().to_string()
    }

    fn parsed<T: std::str::FromStr>(&self, column: &str) -> Result<Option<T>, Wrong> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| (format!("\"{column}\" cannot be \"{text}\""), FORMATS))
    }
}

fn read_rows<T>(
    file: &str,
    text: &str,
    needed: &[&str],
    read: impl Fn(&Row) -> Result<T, Wrong>,
) -> (Vec<T>, Vec<Problem>) {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let known = columns_of(file);
    let columns = match read_header(&mut reader, needed) {
        Ok(columns) => columns,
        Err(what) => {
            let hint = format!("its columns are {}", known.join(", "));
            return (vec![], vec![Problem::new(Place::new(file, 1, 1), what, hint)]);
        }
    };
    let (mut rows, mut problems) = (vec![], unknown_columns(file, text, &columns, known));
    for record in reader.records() {
        let line = record.as_ref().ok().and_then(|r| r.position()).map_or(0, |p| p.line() as usize);
        let record = record.map_err(|e| (e.to_string(), FORMATS));
        match record.and_then(|record| read(&Row { line, columns: &columns, record: &record })) {
            Ok(row) => rows.push(row),
            Err((what, hint)) => problems.push(Problem::new(Place::new(file, line, 1), what, hint)),
        }
    }
    (rows, problems)
}

/// All that a file may have.
fn columns_of(file: &str) -> &'static [&'static str] {
    match file {
        "targets.csv" => &["metric", "scope", "direction", "target", "warn", "valid_from", "valid_to"],
        "holidays.csv" => &["calendar_id", "d", "name"],
        _ => &["d", "text"],
    }
}

fn unknown_columns(file: &str, text: &str, columns: &HashMap<String, usize>, known: &[&str]) -> Vec<Problem> {
    let header = text.lines().next().unwrap_or_default();
    let object = |name: &String| {
        let at = header.to_lowercase().find(name.as_str()).unwrap_or(0);
        let (what, hint) = (format!("{file} has no column \"{name}\""), did_you_mean(name, known.iter().copied()));
        Problem::new(Place::at(file, header, at), what, hint)
    };
    columns.keys().filter(|name| !known.contains(&name.as_str())).map(object).collect()
}

/// Where each column stands.
fn read_header(reader: &mut csv::Reader<&[u8]>, needed: &[&str]) -> Result<HashMap<String, usize>, String> {
    let header = reader.headers().map_err(|e| e.to_string())?;
    let columns: HashMap<String, usize> =
        header.iter().enumerate().map(|(at, name)| (name.trim().to_lowercase(), at)).collect();
    match needed.iter().find(|name| !columns.contains_key(**name)) {
        Some(missing) => Err(format!("the column \"{missing}\" is missing")),
        None => Ok(columns),
    }
}
