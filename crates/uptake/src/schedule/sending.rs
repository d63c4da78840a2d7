//! One turn of the scheduler: what is due is rendered and put where it belongs, or held, and noted in the ledger.

use super::ledger::Ledger;
use super::{Entry, SentFile, State, Step, steps};
use crate::answers::Answers;
use crate::home::Home;
use crate::render::{Request, render};
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use tracing::{info, warn};
use uptake_lake::Depot;
use uptake_spec::{Project, Report};

/// What a turn works on.
pub struct Desk<'a> {
    pub home: &'a Home,
    pub project: &'a Project,
    pub session: &'a Answers,
    pub ledger: &'a Ledger,
}

/// Does what is due at `now`, report by report; one report's fault is its own.
pub async fn turn(desk: &Desk<'_>, now: DateTime<Utc>) -> Result<()> {
    if desk.project.reports.is_empty() {
        return Ok(());
    }
    let _held = desk.ledger.lock().await?;
    for report in &desk.project.reports {
        if let Err(error) = turn_of(desk, report, now).await {
            warn!(report = %report.name, error = format!("{error:#}"), "the report could not be seen to");
        }
    }
    Ok(())
}

async fn turn_of(desk: &Desk<'_>, report: &Report, now: DateTime<Utc>) -> Result<()> {
    let history = desk.ledger.history(&report.name, now).await?;
    for step in steps(report, &history, now) {
        let entry = match step {
            Step::Skip { due } => {
                let why = "uptake was not running, and a newer one was due".to_string();
                Entry {
                    report: report.name.clone(),
                    due,
                    at: now,
                    tries: 0,
                    build: None,
                    state: State::Skipped { why },
                }
            }
            Step::Send { due, tries } => send(desk, report, due, tries, now).await,
        };
        tell(&entry, history.entries.get(&entry.due));
        desk.ledger.note(&entry).await?;
    }
    Ok(())
}

/// Sends one report and says what became of it.
pub async fn send(desk: &Desk<'_>, report: &Report, due: DateTime<Utc>, tries: u32, now: DateTime<Utc>) -> Entry {
    let state = match held(desk, report, due).await {
        Ok(Some(why)) => State::Held { why },
        Ok(None) => match deliver(desk, report, due).await {
            Ok(files) => State::Sent { files },
            Err(error) => State::failed(format!("{error:#}"), tries, now),
        },
        Err(error) => State::failed(format!("{error:#}"), tries, now),
    };
    Entry { report: report.name.clone(), due, at: now, tries, build: Some(desk.session.build()), state }
}

/// Why the report must wait; `None` if nothing stands in its way.
pub async fn held(desk: &Desk<'_>, report: &Report, due: DateTime<Utc>) -> Result<Option<String>> {
    if let Some(oldest) = report.oldest_allowed(report.when.day_of(due)) {
        for (kpi, as_of) in crate::panels::as_ofs(desk.session, desk.project, &report.pages) {
            match as_of {
                Some(day) if day < oldest => {
                    return Ok(Some(format!("{kpi} is told as of {day}; the report wants {oldest} or later")));
                }
                None => return Ok(Some(format!("{kpi} has no data"))),
                Some(_) => {}
            }
        }
    }
    if report.tests {
        let mut failed = vec![];
        let mut note = |name: &str, outcome: &std::result::Result<usize, String>| {
            if outcome.is_err() {
                failed.push(name.to_string());
            }
        };
        uptake_lake::test(desk.project, &mut note).await?;
        if !failed.is_empty() {
            return Ok(Some(format!("tests fail: {}", failed.join(", "))));
        }
    }
    Ok(None)
}

/// Renders everything before the first file is put, so that a fault leaves no half a report.
async fn deliver(desk: &Desk<'_>, report: &Report, due: DateTime<Utc>) -> Result<Vec<SentFile>> {
    let files = files(desk, report, due).await?;
    let depot = Depot::open(&desk.home.inside(&report.to)).with_context(|| format!("could not open {}", report.to))?;
    let mut sent = vec![];
    for (name, bytes) in files {
        let sha256 = hexadecimal(&Sha256::digest(&bytes));
        depot.write(&name, bytes).await.with_context(|| format!("could not write {name} to {}", report.to))?;
        sent.push(SentFile { name, sha256 });
    }
    Ok(sent)
}

/// The files of one sending by name, in the order of formats, then pages.
pub async fn files(desk: &Desk<'_>, report: &Report, due: DateTime<Utc>) -> Result<Vec<(String, Vec<u8>)>> {
    let stem = format!("{}-{}", report.name, stamp(report, due));
    let mut files = vec![];
    for format in &report.formats {
        let request = Request { format: *format, as_of: report.when.day_of(due), filters: &report.filters };
        files.extend(render(desk.session, desk.project, &report.pages, &stem, &request).await?);
    }
    Ok(files)
}

/// The day on the report's clock; with the time where it is due more than once that day.
fn stamp(report: &Report, due: DateTime<Utc>) -> String {
    let day = report.when.day_of(due);
    let day_before = due - chrono::Duration::days(1);
    let that_day = report.when.between(day_before, due + chrono::Duration::days(1));
    let often = that_day.filter(|other| report.when.day_of(*other) == day).nth(1).is_some();
    let local = due.with_timezone(&report.when.zone);
    local.format(if often { "%Y-%m-%d-%H%M" } else { "%Y-%m-%d" }).to_string()
}

/// One line when something changes; a report that is still held for the same reason is no news.
fn tell(entry: &Entry, before: Option<&Entry>) {
    if before.is_some_and(|before| before.state == entry.state) {
        return;
    }
    let (report, due) = (&entry.report, entry.due);
    match &entry.state {
        State::Sent { files } => info!(%report, %due, files = files.len(), tries = entry.tries, "sent {report}"),
        State::Skipped { why } => info!(%report, %due, "skipped {report}: {why}"),
        State::Held { why } => warn!(%report, %due, "held {report}: {why}"),
        State::Failed { why, retry_at } => warn!(%report, %due, %retry_at, "{report} failed: {why}"),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
