//! The dated CSVs beside `uptake.toml`: targets and holidays.

use crate::calendar::Holiday;
use crate::problem::{Place, Problem};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::HashMap;

/// One row of `targets.csv`: what a KPI should reach, for whom, from when to when.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
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

pub(super) fn read_targets(text: &str) -> Result<Vec<Target>, Vec<Problem>> {
    let needed = ["metric", "target"];
    read_rows("targets.csv", text, &needed, |row| {
        let direction = row.text("direction");
        if !["", "up", "down"].contains(&direction.as_str()) {
            return Err(format!("\"direction\" cannot be \"{direction}\""));
        }
        Ok(Target {
            metric: row.text("metric"),
            scope: row.text("scope"),
            direction,
            target: row.parsed("target")?.ok_or("the target is empty")?,
            warn: row.parsed("warn")?,
            valid_from: row.parsed("valid_from")?,
            valid_to: row.parsed("valid_to")?,
        })
    })
}

pub(super) fn read_holidays(text: &str) -> Result<Vec<Holiday>, Vec<Problem>> {
    read_rows("holidays.csv", text, &["calendar_id", "d"], |row| {
        Ok(Holiday {
            calendar_id: row.text("calendar_id"),
            d: row.parsed("d")?.ok_or("the date is empty")?,
            name: row.text("name"),
        })
    })
}

struct Row<'a> {
    columns: &'a HashMap<String, usize>,
    record: &'a csv::StringRecord,
}

impl Row<'_> {
    fn text(&self, column: &str) -> String {
        self.columns.get(column).and_then(|at| self.record.get(*at)).unwrap_or_default().trim().to_string()
    }

    fn parsed<T: std::str::FromStr>(&self, column: &str) -> Result<Option<T>, String> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| format!("\"{column}\" cannot be \"{text}\""))
    }
}

fn read_rows<T>(
    file: &str,
    text: &str,
    needed: &[&str],
    read: impl Fn(&Row) -> Result<T, String>,
) -> Result<Vec<T>, Vec<Problem>> {
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let whole = |what: String| {
        vec![Problem::new(
            Place::new(file, 1, 1),
            what,
            format!("its columns are {} and more, see contract.md", needed.join(", ")),
        )]
    };
    let header = reader.headers().map_err(|e| whole(e.to_string()))?.clone();
    let columns: HashMap<String, usize> =
        header.iter().enumerate().map(|(at, name)| (name.trim().to_lowercase(), at)).collect();
    if let Some(missing) = needed.iter().find(|name| !columns.contains_key(**name)) {
        return Err(whole(format!("the column \"{missing}\" is missing")));
    }
    let (mut rows, mut problems) = (vec![], vec![]);
    for record in reader.records() {
        let line = record.as_ref().ok().and_then(|r| r.position()).map_or(0, |p| p.line() as usize);
        let row =
            record.map_err(|e| e.to_string()).and_then(|record| read(&Row { columns: &columns, record: &record }));
        match row {
            Ok(row) => rows.push(row),
            Err(what) => problems.push(Problem::new(
                Place::new(file, line, 1),
                what,
                "numbers with a point, dates as 2026-12-31",
            )),
        }
    }
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}
