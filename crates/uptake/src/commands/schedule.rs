//! `uptake schedule`: the reports of `dashboards/reports/`, by hand.

use super::{Ending, Usage};
use crate::home::Home;
use crate::schedule::ledger::Ledger;
use crate::schedule::sending::{Desk, files, held, send};
use crate::schedule::{Entry, State};
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use uptake_spec::Report;
use uptake_spec::problem::did_you_mean;

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Send a report as of the last time it was due, whether or not it was sent then.
    Run(Run),
}

#[derive(Args)]
struct Run {
    /// The report's name: the file in dashboards/reports without .toml.
    name: String,
    /// As if it were that instant, such as 2026-11-23T07:00:00+01:00; now unless given.
    #[arg(long, value_name = "INSTANT")]
    at: Option<DateTime<Utc>>,
    /// Only say what would be sent.
    #[arg(long)]
    dry_run: bool,
}

pub async fn run(home: Home, arguments: Arguments) -> Result<Ending> {
    let What::Run(run) = arguments.what;
    let (project, session) = home.ask().await?;
    let report = project.report(&run.name).ok_or_else(|| {
        let hint = did_you_mean(&run.name, project.reports.iter().map(|report| report.name.as_str()));
        Usage::new(format!("no report is called \"{}\"", run.name), hint)
    })?;
    let ledger = Ledger(home.open_lake(&project.settings).await?.depot("reports")?);
    let desk = Desk { home: &home, project: &project, session: &session, ledger: &ledger };
    let now = run.at.unwrap_or_else(Utc::now);
    let due = report.when.last(now).unwrap_or(now);
    if run.dry_run {
        return rehearse(&desk, report, due).await;
    }
    let _held = ledger.lock().await?;
    let tries = ledger.history(&report.name, now).await?.entries.get(&due).map_or(0, |entry| entry.tries) + 1;
    let entry = send(&desk, report, due, tries, now).await;
    ledger.note(&entry).await?;
    Ok(tell(&entry, &report.to))
}

/// Renders and judges as a sending would, and puts nothing anywhere.
async fn rehearse(desk: &Desk<'_>, report: &Report, due: DateTime<Utc>) -> Result<Ending> {
    let on_the_clock = |due: DateTime<Utc>| due.with_timezone(&report.when.zone).to_string();
    for (name, bytes) in files(desk, report, due).await.context("it could not be rendered")? {
        println!("{name}\t{} bytes", bytes.len());
    }
    match held(desk, report, due).await? {
        Some(why) => eprintln!("it would be held: {why}"),
        None => eprintln!("it would be sent to {}", report.to),
    }
    let next = report.when.next(due).map_or("never".into(), on_the_clock);
    eprintln!("due last: {}; due next: {next}", on_the_clock(due));
    Ok(Ending::Done)
}

fn tell(entry: &Entry, to: &str) -> Ending {
    match &entry.state {
        State::Sent { files } => {
            files.iter().for_each(|file| println!("{}", file.name));
            eprintln!("sent {} to {to}", entry.report);
            Ending::Done
        }
        State::Skipped { why } | State::Held { why } | State::Failed { why, .. } => {
            eprintln!("{} was not sent: {why}", entry.report);
            Ending::Mistakes
        }
    }
}
