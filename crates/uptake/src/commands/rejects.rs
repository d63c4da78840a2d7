//! `uptake rejects`: rows that did not land and why, to be corrected and loaded again.

use super::{Ending, Usage, say};
use crate::formats::{Format, written};
use crate::home::{Home, counted};
use anyhow::{Context, Result};
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use uptake_lake::OpenReject;
use uptake_spec::Table;
use uptake_spec::table::{Column, Data};

#[derive(Args)]
pub struct Arguments {
    /// Write the rows with their own columns, to correct them and `uptake load` the file; a folder gets a file for each object.
    #[arg(long, value_name = "FILE|DIR")]
    out: Option<PathBuf>,
    /// Only those of one object, such as Opportunity.
    #[arg(long)]
    object: Option<String>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

pub async fn run(home: Home, arguments: Arguments) -> Result<Ending> {
    let project = home.project()?;
    let lake = home.open_lake(&project.settings).await?;
    let mut open = lake.open_rejects(&project).await?;
    if let Some(object) = &arguments.object {
        open.retain(|reject| reject.object.eq_ignore_ascii_case(object));
    }
    if let Some(out) = &arguments.out {
        return write(&open, out);
    }
    say(&written(&as_table(&open), arguments.format, false))?;
    Ok(Ending::Done)
}

fn as_table(open: &[OpenReject]) -> Table {
    let text = |name: &str, of: fn(&OpenReject) -> &str| {
        let values = open.iter().map(|reject| Some(of(reject).to_string()).filter(|text| !text.is_empty()));
        Column { name: name.into(), data: Data::Text(values.collect()) }
    };
    let lines = Data::Integer(open.iter().map(|reject| Some(reject.line)).collect());
    let columns = vec![
        text("file", |reject| &reject.file),
        Column { name: "line".into(), data: lines },
        text("object", |reject| &reject.object),
        text("column", |reject| &reject.column),
        text("reason", |reject| &reject.reason),
    ];
    Table::new(columns).expect("every column has a value for each reject")
}

/// Rows of one object with the same columns.
type Sheets<'a> = BTreeMap<(&'a str, &'a str, &'a [String]), Vec<&'a OpenReject>>;

fn write(open: &[OpenReject], out: &Path) -> Result<Ending> {
    let whole = |reject: &&OpenReject| !reject.raw.ends_with('…') && !reject.raw.is_empty();
    let mut sheets = Sheets::new();
    for reject in open.iter().filter(whole) {
        sheets.entry((&reject.source, &reject.object, &reject.header)).or_default().push(reject);
    }
    let left_out = open.len() - sheets.values().map(Vec::len).sum::<usize>();
    for ((source, object, header), file) in sheets.keys().zip(files(&sheets, out)?) {
        let rows = &sheets[&(*source, *object, *header)];
        std::fs::write(&file, as_csv(header, rows)).with_context(|| format!("could not write {}", file.display()))?;
        eprintln!("{}: {} of {object}", file.display(), counted(rows.len(), "row"));
    }
    if sheets.is_empty() {
        eprintln!("there are no rejected rows to correct");
    }
    if left_out > 0 {
        eprintln!(
            "{} not kept whole, too long or with what never lands: export them again, corrected, from the CRM",
            counted(left_out, "row")
        );
    }
    Ok(Ending::Done)
}

/// Where each sheet goes: `out` itself if it is one file for one sheet, else a file of each below it.
fn files(sheets: &Sheets, out: &Path) -> Result<Vec<PathBuf>> {
    if out.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
        let objects: BTreeSet<&str> = sheets.keys().map(|(_, object, _)| *object).collect();
        if sheets.len() > 1 {
            let objects = objects.into_iter().collect::<Vec<_>>().join(", ");
            let hint = format!("name a folder, or one object with --object: {objects}");
            return Err(Usage::new("the rejected rows have different columns: one file cannot hold them", hint).into());
        }
        return Ok(sheets.keys().map(|_| out.to_path_buf()).collect());
    }
    std::fs::create_dir_all(out).with_context(|| format!("could not make the folder {}", out.display()))?;
    let plain = |text: &str| text.replace(|c: char| !c.is_alphanumeric() && c != '_', "_");
    let name = |(nth, (source, object, _)): (usize, &(&str, &str, &[String]))| {
        out.join(format!("{}-{}-{}.csv", plain(source), plain(object), nth + 1))
    };
    Ok(sheets.keys().enumerate().map(name).collect())
}

/// The reason, where the row came from, and the row as it was; a ragged row stays ragged.
fn as_csv(header: &[String], rows: &[&OpenReject]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(vec![]);
    let ours = ["_reason", "_file", "_line", "_load"].map(str::as_bytes);
    let words = header.iter().map(|word| word.as_bytes());
    writer.write_record(ours.into_iter().chain(words)).expect("a Vec takes all");
    for reject in rows {
        let column = if reject.column.is_empty() { String::new() } else { format!("{}: ", reject.column) };
        let ours =
            [format!("{column}{}", reject.reason), reject.file.clone(), reject.line.to_string(), reject.load.clone()];
        let mut raw = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(reject.raw.as_bytes());
        let mut record = csv::ByteRecord::new();
        let _ = raw.read_byte_record(&mut record);
        writer.write_record(ours.iter().map(String::as_bytes).chain(record.iter())).expect("a Vec takes all");
    }
    writer.into_inner().expect("a Vec takes all")
}
