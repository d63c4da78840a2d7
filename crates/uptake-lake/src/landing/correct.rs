//! Rejected rows on their way out and, corrected by hand, back in.

use super::document::Document;
use super::journal::Journal;
use super::recognise::{Corrects, Recognised, check_needs};
use super::snapshot::Dated;
use crate::error::{LakeError, compute};
use crate::store::Store;
use chrono::NaiveDate;
use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::prelude::{cast, col, lit};
use futures::TryStreamExt;
use std::collections::HashSet;
use uptake_read::{Rows, Step, line};
use uptake_spec::source::Object;
use uptake_spec::{Place, Problem, Project, Value};

/// What stands before the export's own columns in a file of rejected rows. The last three say where a row came from;
/// they must come back as they went out.
pub const CORRECTION_COLUMNS: [&str; 4] = ["_reason", "_file", "_line", "_load"];

/// A rejected row that no correction has brought back yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Open {
    pub source: String,
    pub object: String,
    pub snapshot: Option<NaiveDate>,
    pub file: String,
    pub line: i64,
    /// Empty where the row as a whole is at fault.
    pub column: String,
    pub reason: String,
    /// The row as CSV; cut off with `…` where it is very long.
    pub raw: String,
    pub load: String,
    /// The columns of its file.
    pub header: Vec<String>,
}

/// All rejected rows that are still to be corrected, by file and line.
///
/// # Errors
/// Storage.
pub async fn open_rejects(store: &Store, project: &Project) -> Result<Vec<Open>, LakeError> {
    let Some(version) = store.version("rejects").await? else { return Ok(vec![]) };
    let journal = Journal::open(store).await?;
    let back = brought_back(store, project, &journal).await?;
    let table = store.rows("rejects", version, None).await?;
    let text = |row, name| match table.value(row, name) {
        Value::Text(text) => text.to_string(),
        _ => String::new(),
    };
    let mut open = vec![];
    for row in 0..table.rows() {
        let load = text(row, "load");
        let line = if let Value::Integer(line) = table.value(row, "line") { line } else { 0 };
        // A correction that was rejected again is still the first reject.
        let Some(entry) = journal.known(&load).filter(|entry| entry.corrects().is_none()) else { continue };
        if back.contains(&(load.clone(), line)) {
            continue;
        }
        open.push(Open {
            source: entry.report.source.clone(),
            object: entry.report.object.clone(),
            snapshot: entry.report.snapshot,
            file: entry.report.file.clone(),
            line,
            column: text(row, "column"),
            reason: text(row, "reason"),
            raw: text(row, "raw"),
            load,
            header: entry.columns.clone(),
        });
    }
    open.sort_by(|a, b| (&a.file, &a.load, a.line).cmp(&(&b.file, &b.load, b.line)));
    Ok(open)
}

/// Load and line of every rejected row that landed after all.
async fn brought_back(
    store: &Store,
    project: &Project,
    journal: &Journal,
) -> Result<HashSet<(String, i64)>, LakeError> {
    let mut back = HashSet::new();
    for entry in journal.entries() {
        let source = project.sources.iter().find(|source| source.name == entry.report.source);
        let (Some(of), Some(source)) = (entry.corrects(), source) else { continue };
        let table = format!("landing/{}", source.landing_name(&entry.report.object));
        let filter = col("_load").eq(lit(entry.load.as_str())).and(col("_content").is_not_null());
        let columns = vec![cast(col("_line"), DataType::Int64).alias("line")];
        let Some(mut rows) = store.scan(&table, filter, columns).await? else { continue };
        while let Some(batch) = rows.try_next().await.map_err(compute(&table))? {
            let lines = batch.column(0).as_primitive::<Int64Type>();
            back.extend((0..lines.len()).map(|row| (of.to_string(), lines.value(row))));
        }
    }
    Ok(back)
}

/// What a file of corrected rows holds, load by load: object and day are those of the load that rejected the row.
///
/// # Errors
/// A load that this lake does not know.
pub fn fits<'p>(
    project: &'p Project,
    journal: &Journal,
    document: &Document,
) -> Result<Vec<(Recognised<'p>, Dated)>, Problem> {
    let header = &document.header;
    let place = |name: &str| header.iter().position(|word| word.eq_ignore_ascii_case(name)).unwrap_or_default();
    let origins = document.rows(|rows| origins(rows, place("_load")))?;
    let file = document.found.shown();
    let fit = |(nth, (of, line)): (usize, (String, u64))| {
        let entry = journal.known(&of).filter(|entry| entry.corrects().is_none());
        let source = entry.and_then(|e| project.sources.iter().find(|source| source.name == e.report.source));
        let (Some(entry), Some(source)) = (entry, source) else {
            let what = format!("this lake knows no load \"{of}\" whose rejected row this could be");
            let hint = "leave the columns _file, _line and _load as `uptake rejects --out` wrote them; load other rows from a file of their own";
            return Err(Problem::new(Place::new(&file, line as usize, 1), what, hint));
        };
        let name = &entry.report.object;
        let own = source.objects.iter().find(|object| object.name == *name).cloned();
        let other = || source.other.clone().map(|other| Object { name: name.clone(), ..other });
        let Some(object) = own.or_else(other) else {
            let what = format!("{} describes {name} no longer, of which this rejected row is", source.title);
            let hint = format!("describe it in {} again, or load its rows as what they are now", source.file.display());
            return Err(Problem::new(Place::new(&file, line as usize, 1), what, hint));
        };
        let day = entry.report.snapshot.expect("what has rows has a day");
        let correction = Some(Corrects { of, first: nth == 0 });
        let fit = Recognised { source, object, set: None, part: 0, whole: false, correction };
        let dated = Dated { day, from: "the rows it corrects" };
        Ok((check_needs(fit, &document.found, header)?, dated))
    };
    origins.into_iter().enumerate().map(fit).collect()
}

/// Every load that the rows name, with the line that names it first.
fn origins(mut rows: Rows, at: usize) -> std::io::Result<Vec<(String, u64)>> {
    let mut found: Vec<(String, u64)> = vec![];
    loop {
        match rows.step()? {
            Step::End => return Ok(found),
            Step::Broken(_) => continue,
            Step::Row => {}
        }
        let of = String::from_utf8_lossy(rows.record.cells.get(at).unwrap_or_default());
        if !found.iter().any(|(known, _)| *known == of) {
            let line = line(&rows.record.cells);
            found.push((of.into_owned(), line));
        }
    }
}
