//! `uptake load`: exports land in the lake; who loads sees what became of every file.

use super::{Ending, tell};
use crate::home::{Home, counted};
use anyhow::Result;
use chrono::{NaiveDate, Utc};
use clap::Args;
use serde::Serialize;
use std::io::Write;
use uptake_lake::{FileReport, Lake, LoadOrder, LoadReport};
use uptake_spec::Project;
use uptake_spec::source::{DateOrder, DecimalMark};

#[derive(Args)]
pub struct Arguments {
    /// Exports: tables (.csv, .tsv, .xlsx, .json, .jsonl, .parquet; also packed as .gz), zips, or folders of them; also as patterns in
    /// quotes (exports/**/*.csv) and URLs (s3://bucket/folder/, gs://, az://, https://host/file.csv).
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// The day the exports show; without it, as names, zip times or rows say.
    #[arg(long, value_name = "DATE")]
    snapshot: Option<NaiveDate>,
    /// The source they come from, where two fit.
    #[arg(long)]
    source: Option<String>,
    /// These are whole exports: what is missing from them is gone. Also for files that are loaded already.
    #[arg(long)]
    complete: bool,
    /// How 02/03/2026 is meant in columns that do not say it themselves: dmy (2 March) or mdy (3 February).
    #[arg(long, value_name = "ORDER", value_parser = date_order)]
    date_order: Option<DateOrder>,
    /// How 1.234 is meant in columns that do not say it themselves: point (1.234) or comma (1234).
    #[arg(long, value_name = "MARK", value_parser = decimal)]
    decimal: Option<DecimalMark>,
    /// Say what would land, and land nothing.
    #[arg(long)]
    dry_run: bool,
    /// Do not wait until what was landed has reached the disk: a power cut may take it. For measuring.
    #[arg(long, hide = true)]
    no_sync: bool,
}

pub async fn run(home: Home, arguments: Arguments) -> Result<Ending> {
    let project = home.project()?;
    let Arguments { paths, snapshot, source, complete, date_order, decimal, dry_run, no_sync } = arguments;
    let lake = match no_sync {
        true => home.open_lake_unsynced(&project.settings).await?,
        false => home.open_lake(&project.settings).await?,
    };
    let order = LoadOrder { paths, snapshot, source, complete, date_order, decimal, dry_run };
    let report = land(&lake, &project, &order, &mut print).await?;
    Ok(if report.refused.is_empty() { Ending::Done } else { Ending::Mistakes })
}

/// The line for a program. One that closed the pipe has seen enough, and the landing goes on: stderr tells of every file too.
fn print(file: &FileReport) {
    let _nobody_reads = writeln!(std::io::stdout(), "{}", as_json(file));
}

fn date_order(word: &str) -> Result<DateOrder, String> {
    let found = DateOrder::WORDS.iter().find(|(name, _)| *name == word);
    found.map(|(_, order)| *order).ok_or_else(|| "it is dmy or mdy".into())
}

fn decimal(word: &str) -> Result<DecimalMark, String> {
    let found = DecimalMark::WORDS.iter().find(|(name, _)| *name == word);
    found.map(|(_, mark)| *mark).ok_or_else(|| "it is point or comma".into())
}

/// Loads, and tells it on stderr file by file; `on_file` hears of each as well.
pub async fn land(
    lake: &Lake,
    project: &Project,
    order: &LoadOrder,
    on_file: &mut dyn FnMut(&FileReport),
) -> Result<LoadReport> {
    let mut told = 0;
    let mut on_each = |file: &FileReport| {
        if told == 0 {
            tell(&headings());
        }
        told += 1;
        tell(&as_line(file));
        on_file(file);
    };
    let report = lake.load(project, order, Utc::now(), &mut on_each).await?;
    tell_the_rest(&report, order.dry_run);
    Ok(report)
}

fn headings() -> String {
    let (read, landed, rejected, duplicate) = ("read", "landed", "rejected", "duplicate");
    format!("{read:>10} {landed:>10} {rejected:>9} {duplicate:>10}  {:<10}  {:<28}  file", "snapshot", "table")
}

fn as_line(file: &FileReport) -> String {
    let snapshot = file.snapshot.map(|day| day.to_string()).unwrap_or_default();
    let FileReport { read, landed, rejected, duplicate, table, .. } = file;
    let told =
        format!("{read:>10} {landed:>10} {rejected:>9} {duplicate:>10}  {snapshot:<10}  {table:<28}  {}", file.file);
    let dated = if file.snapshot_from.is_empty() { String::new() } else { format!("dated by {}", file.snapshot_from) };
    let remarks: Vec<&str> = [dated.as_str(), file.note.as_str()].into_iter().filter(|text| !text.is_empty()).collect();
    if remarks.is_empty() { told } else { format!("{told} ({})", remarks.join("; ")) }
}

fn tell_the_rest(report: &LoadReport, dry_run: bool) {
    for (file, why) in &report.skipped {
        tell(&format!("skipped {file}: {why}"));
    }
    for problem in &report.refused {
        tell(&format!("refused {problem}"));
    }
    for reject in &report.rejects {
        tell(&format!("rejected {reject}"));
    }
    if report.skipped.iter().any(|(_, why)| why.starts_with("no source knows")) {
        tell("`uptake init --from FILE` looks into what no source knows, and writes a source for it");
    }
    let sum = |count: fn(&FileReport) -> u64| report.files.iter().map(count).sum::<u64>();
    let (landed, rejected, duplicate) = (sum(|f| f.landed), sum(|f| f.rejected), sum(|f| f.duplicate));
    let verb = if dry_run { "would land" } else { "landed" };
    tell(&format!(
        "{verb} {landed} of {} rows from {}; {rejected} rejected, {duplicate} duplicate, {} refused",
        sum(|f| f.read),
        counted(report.files.len(), "file"),
        counted(report.refused.len(), "file"),
    ));
    if rejected > 0 && !dry_run {
        tell(
            "  hint: `uptake rejects` lists the rejected rows; `uptake rejects --out FILE` writes them for correction",
        );
    }
}

/// The line of contract.md for one object file.
fn as_json(file: &FileReport) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        file: &'a str,
        source: &'a str,
        object: &'a str,
        table: &'a str,
        snapshot: Option<NaiveDate>,
        read: u64,
        landed: u64,
        rejected: u64,
        duplicate: u64,
    }
    let line = Line {
        file: &file.file,
        source: &file.source,
        object: &file.object,
        table: &file.table,
        snapshot: file.snapshot,
        read: file.read,
        landed: file.landed,
        rejected: file.rejected,
        duplicate: file.duplicate,
    };
    serde_json::to_string(&line).expect("texts and numbers are always JSON")
}
