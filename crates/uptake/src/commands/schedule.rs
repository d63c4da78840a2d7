//! `uptake schedule`: the reports of `dashboards/reports/`, by hand.

use super::{Ending, Usage, say};
use crate::home::Home;
use crate::schedule::ledger::{Ledger, place};
use crate::schedule::sending::{Desk, files, held, send};
use crate::schedule::{Entry, State};
use anyhow::{Context, Result};
use chrono::{DateTime, SubsecRound, Utc};
use clap::{Args, Subcommand};
use tokio::sync::OnceCell;
use uptake_spec::problem::did_you_mean;
use uptake_spec::{Project, Report};

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Send a report for the last time it was due, unless it was sent for that time already.
    Run(Run),
}

#[derive(Args)]
struct Run {
    /// The report's name: the file in dashboards/reports without .toml.
    name: String,
    /// As if it were that instant, such as 2026-11-23T07:00:00+01:00; now unless given.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    at: Option<DateTime<Utc>>,
    /// Say what would be sent, or why not, and send nothing.
    #[arg(long)]
    dry_run: bool,
}

fn instant(text: &str) -> Result<DateTime<Utc>, &'static str> {
    text.parse().map_err(|_| "it wants an instant with its zone, such as 2026-11-23T07:00:00+01:00")
}

pub async fn run(home: Home, arguments: Arguments) -> Result<Ending> {
    let What::Run(run) = arguments.what;
    let project = home.project()?;
    let report = project.report(&run.name).ok_or_else(|| unknown(&project, &run.name))?;
    let session = home.session(&project).await?;
    let ledger = Ledger(home.open_lake(&project.settings).await?.depot("reports"));
    let desk = Desk { home: &home, project: &project, session: &session, ledger: &ledger, failing: &OnceCell::new() };
    // The ledger tells when something was really done: `--at` only chooses which time it was due.
    let now = Utc::now().trunc_subsecs(0);
    let asked = run.at.unwrap_or(now);
    let due = report.when.last(asked).unwrap_or(asked);
    let _held = if run.dry_run { None } else { Some(ledger.lock().await?) };
    let before = ledger.entry(&report.name, due).await?;
    if let Some(Entry { state: State::Sent { .. }, at, .. }) = before {
        eprintln!("{}, was sent already, at {}; nothing is sent", due_in_words(report, due), on_the_clock(report, at));
        eprintln!("  hint: remove {} from the lake to have it sent again", place(&report.name, due));
        return Ok(Ending::Done);
    }
    if run.dry_run {
        return rehearse(&desk, report, due).await;
    }
    let tries = before.map_or(0, |entry| entry.tries) + 1;
    let entry = send(&desk, report, due, tries, now).await;
    ledger.note(&entry).await?;
    tell(&entry, report)
}

fn unknown(project: &Project, name: &str) -> Usage {
    let hint = match project.reports.len() {
        0 => format!("this project has none; dashboards/reports/{name}.toml makes one"),
        _ => did_you_mean(name, project.reports.iter().map(|report| report.name.as_str())),
    };
    Usage::new(format!("no report is called \"{name}\""), hint)
}

/// Judges and renders as a sending would, and puts nothing anywhere.
async fn rehearse(desk: &Desk<'_>, report: &Report, due: DateTime<Utc>) -> Result<Ending> {
    let told = due_in_words(report, due);
    if let Some(why) = held(desk, report, due).await? {
        eprintln!("{told}, would be held: {why}");
        return Ok(Ending::Mistakes);
    }
    for (name, bytes) in files(desk, report, due).await.with_context(|| format!("{told}, cannot be rendered"))? {
        say(&format!("{}\t{} bytes\n", at(report, &name), bytes.len()))?;
    }
    let next = report.when.next(due).map_or("never".into(), |next| on_the_clock(report, next));
    eprintln!("{told}, would be sent; due next: {next}");
    Ok(Ending::Done)
}

fn tell(entry: &Entry, report: &Report) -> Result<Ending> {
    let told = due_in_words(report, entry.due);
    let (became, why) = match &entry.state {
        State::Sent { files } => {
            files.iter().try_for_each(|file| say(&format!("{}\n", at(report, &file.name))))?;
            eprintln!("{told}, was sent");
            return Ok(Ending::Done);
        }
        State::Skipped { why } => ("was skipped", why),
        State::Held { why } => ("is held", why),
        State::Failed { why, .. } => ("failed", why),
    };
    eprintln!("{told}, {became}: {why}");
    eprintln!("  hint: mend that and run it again; {} answers for the report", report.owner);
    Ok(Ending::Mistakes)
}

/// `board, due on 2026-11-23 07:00 CET`.
fn due_in_words(report: &Report, due: DateTime<Utc>) -> String {
    format!("{}, due on {}", report.name, on_the_clock(report, due))
}

fn on_the_clock(report: &Report, instant: DateTime<Utc>) -> String {
    instant.with_timezone(&report.when.zone).format("%Y-%m-%d %H:%M %Z").to_string()
}

/// Where a file of the report is, as the report names the place.
fn at(report: &Report, name: &str) -> String {
    format!("{}/{name}", report.to.trim_end_matches('/'))
}
