//! What one can type after `uptake`; one file a command.

mod build;
mod check;
mod generate;
mod init;
pub mod kpi;
mod load;
mod rejects;
mod report;
mod schedule;
mod serve;
mod sql;
mod tables;
mod test;
mod up;
mod verify;

use crate::home::Home;
use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

/// Do people use the CRM they were given, and does it show in the business?
#[derive(Parser)]
#[command(name = "uptake", version, about, disable_help_subcommand = true)]
pub struct CommandLine {
    #[command(flatten)]
    at: At,
    #[command(subcommand)]
    command: Command,
}

/// Which project, which lake.
#[derive(Args, Clone)]
pub struct At {
    /// The project's folder; without it, the nearest folder upwards with uptake.toml.
    #[arg(long, value_name = "DIR", global = true)]
    project: Option<PathBuf>,
    /// The lake: a folder or a URL (file://, s3://, gs://, az://); without it, as uptake.toml says.
    #[arg(long, value_name = "URL", global = true)]
    lake: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Load the exports of uptake.toml, build, and serve the pages.
    Up(serve::Arguments),
    /// Land exports in the lake.
    Load(load::Arguments),
    /// List rejected rows, or write them to be corrected and loaded again.
    Rejects(rejects::Arguments),
    /// Bring the models up to date and publish them.
    Build,
    /// Look through every file of the lake: is it as it was written?
    Verify(verify::Arguments),
    /// Find every mistake of the project; needs no data.
    Check,
    /// Run the tests beside the KPIs.
    Test,
    /// List tables and columns of the newest build.
    Tables(tables::Arguments),
    /// Ask the newest build in SQL.
    Sql(sql::Arguments),
    /// Ask for one KPI.
    Kpi(kpi::Arguments),
    /// Write a page to a file.
    Report(report::Arguments),
    /// Send a scheduled report by hand.
    Schedule(schedule::Arguments),
    /// Serve the pages of the newest build.
    Serve(serve::Arguments),
    /// Invent a firm: exports and the truth about them.
    Generate(generate::Arguments),
    /// Begin a project for a firm of one's own; with --from, write a source for files that no source knows.
    Init(init::Arguments),
}

/// How a command ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Exit status 0; rejected rows included.
    Done,
    /// Exit status 1: a refused file, a failed test, a mistake; it has been told.
    Mistakes,
}

/// A command line that cannot be meant so; exit status 2.
#[derive(Debug, thiserror::Error)]
#[error("{what}{}", on_its_own_line(hint))]
pub struct Usage {
    pub what: String,
    pub hint: String,
}

impl CommandLine {
    pub async fn run(self) -> Result<Ending> {
        let home = || Home::find(self.at.project.as_deref(), self.at.lake.clone());
        match self.command {
            Command::Up(arguments) => up::run(home()?, arguments).await,
            Command::Load(arguments) => load::run(home()?, arguments).await,
            Command::Rejects(arguments) => rejects::run(home()?, arguments).await,
            Command::Build => build::run(home()?).await,
            Command::Verify(arguments) => verify::run(home()?, arguments).await,
            Command::Check => check::run(home()?).await,
            Command::Test => test::run(home()?).await,
            Command::Tables(arguments) => tables::run(home()?, arguments).await,
            Command::Sql(arguments) => sql::run(home()?, arguments).await,
            Command::Kpi(arguments) => kpi::run(home()?, arguments).await,
            Command::Report(arguments) => report::run(home()?, arguments).await,
            Command::Schedule(arguments) => schedule::run(home()?, arguments).await,
            Command::Serve(arguments) => serve::run(home()?, arguments).await,
            Command::Generate(arguments) => generate::run(&arguments),
            Command::Init(arguments) => init::run(arguments, self.at.project.as_deref()),
        }
    }
}

impl Usage {
    pub fn new(what: impl Into<String>, hint: impl Into<String>) -> Usage {
        Usage { what: what.into(), hint: hint.into() }
    }
}

fn on_its_own_line(hint: &str) -> String {
    if hint.is_empty() { String::new() } else { format!("\n  hint: {hint}") }
}

/// Takes `grade=Partner` apart.
///
/// # Errors
/// A text without `=`.
fn column_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((column, value)) if !column.is_empty() => Ok((column.into(), value.into())),
        _ => Err("write it as COLUMN=VALUE, such as grade=Partner".into()),
    }
}

/// Writes data to stdout. A reader that closed the pipe has seen enough: that is no mistake.
fn say(text: &str) -> Result<()> {
    say_bytes(text.as_bytes())
}

/// As [`say`], for what is no text.
fn say_bytes(bytes: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        written => Ok(written?),
    }
}

/// A line on stderr about work that goes on: whether anybody still reads it must not end the work.
fn tell(line: &str) {
    let _nobody_reads = writeln!(std::io::stderr(), "{line}");
}
