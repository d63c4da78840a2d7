//! How long the way of a number takes, and how much memory: every answer is held against the truth before its time is told.
//!
//! What is measured, how, and the figures of the last run: README.md.

mod activities;
mod cached;
mod firm;
mod generating;
mod kpis;
mod landing;
mod machine;
mod memory;
mod pages;
mod pdf;
mod peers;
mod pictures;
mod process;
mod server;
mod sheet;
mod timing;
mod truth;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand, ValueEnum};
use firm::Firm;
use sheet::Sheet;
use std::path::{Path, PathBuf};

/// Measures uptake, and others beside it. The table on stdout can stand in benches/README.md as it is.
#[derive(Parser)]
#[command(name = "benches", disable_help_subcommand = true)]
struct CommandLine {
    #[command(subcommand)]
    of: Of,
}

#[derive(Subcommand)]
enum Of {
    /// The sample firm: 64 people, a year.
    Sample(Arguments),
    /// The firm of 20,000 people and 36 months, changed rows only.
    Large(Arguments),
    /// An export of activities, landed beside DuckDB; no firm is needed. It wants 8 GB below TMPDIR.
    Activities(Activities),
}

#[derive(Args)]
struct Activities {
    /// How many rows the export has.
    #[arg(long, value_name = "N", default_value = "10000000")]
    rows: u64,
    /// The Python that has peers/requirements.txt.
    #[arg(long, value_name = "FILE", default_value = "target/peers/bin/python")]
    python: PathBuf,
}

#[derive(Args)]
struct Arguments {
    /// What is measured; without a word everything that suits the firm.
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// The firm's folder, with exports/ and truth.json; generated there if it is empty, and kept.
    #[arg(long, value_name = "DIR")]
    firm: Option<PathBuf>,
    /// The firm's lake; built there if nothing was built yet, and kept.
    #[arg(long, value_name = "DIR")]
    lake: Option<PathBuf>,
    /// The Python that has peers/requirements.txt.
    #[arg(long, value_name = "FILE", default_value = "target/peers/bin/python")]
    python: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// `uptake generate`: rows a second, memory.
    Generate,
    /// `uptake load` and `uptake build` in a fresh lake.
    Landing,
    /// Every KPI over 26 weeks.
    Kpis,
    /// Pages and a chart over HTTP, nothing kept.
    Pages,
    /// Pages from the cache, by wrk.
    Cached,
    /// Pages as PDF.
    Pdf,
    /// What `serve` holds while it is idle.
    Memory,
    /// Pictures of all forms, by the test of uptake-draw.
    Pictures,
    /// DuckDB and matplotlib, in turns with ours.
    Peers,
}

const OF_SAMPLE: [Part; 7] =
    [Part::Landing, Part::Kpis, Part::Pages, Part::Cached, Part::Pdf, Part::Memory, Part::Pictures];
const OF_LARGE: [Part; 7] =
    [Part::Generate, Part::Landing, Part::Kpis, Part::Pages, Part::Cached, Part::Memory, Part::Peers];

/// What every part needs.
struct Bench {
    firm: Firm,
    /// The compiled program, beside this one.
    uptake: PathBuf,
    python: PathBuf,
    sheet: Sheet,
}

fn main() -> Result<()> {
    match CommandLine::parse().of {
        Of::Sample(arguments) => of_a_firm(&arguments, OF_SAMPLE, false),
        Of::Large(arguments) => of_a_firm(&arguments, OF_LARGE, true),
        Of::Activities(Activities { rows, python }) => of_activities(rows, python),
    }
}

fn of_activities(rows: u64, python: PathBuf) -> Result<()> {
    let uptake = beside_this("uptake")?;
    peers::check_python(&python)?;
    let head = machine::head("an export of activities")?;
    let mut bench = Bench { firm: Firm::sample(None, None)?, uptake, python, sheet: Sheet::default() };
    let measured = activities::measure(&mut bench, rows);
    println!("{head}{}\n{}", machine::foot(), bench.sheet);
    measured
}

fn of_a_firm(arguments: &Arguments, usual: [Part; 7], is_large: bool) -> Result<()> {
    let is_kept = arguments.lake.as_deref().is_some_and(firm::is_built);
    let parts = match arguments.parts.is_empty() {
        // Who names a lake that is built wants to be spared that; a folder that is there, the generating.
        true => usual.into_iter().filter(|part| !(is_kept && matches!(part, Part::Generate | Part::Landing))).collect(),
        false => arguments.parts.clone(),
    };
    let uptake = beside_this("uptake")?;
    check_tools(&parts, &arguments.python)?;
    let head = machine::head(if is_large { firm::LARGE } else { firm::SAMPLE })?;
    let firm = match is_large {
        true => Firm::large(arguments.firm.as_deref(), arguments.lake.as_deref(), &uptake)?,
        false => Firm::sample(arguments.firm.as_deref(), arguments.lake.as_deref())?,
    };
    let mut bench = Bench { firm, uptake, python: arguments.python.clone(), sheet: Sheet::default() };
    let measured = bench.measure(&parts);
    println!("{head}{}\n{}", machine::foot(), bench.sheet);
    measured
}

impl Bench {
    fn measure(&mut self, parts: &[Part]) -> Result<()> {
        for part in parts {
            eprintln!("{part:?}");
            match part {
                Part::Generate => generating::measure(self),
                Part::Landing => landing::measure(self),
                Part::Kpis => kpis::measure(self),
                Part::Pages => pages::measure(self),
                Part::Cached => cached::measure(self),
                Part::Pdf => pdf::measure(self),
                Part::Memory => memory::measure(self),
                Part::Pictures => pictures::measure(self),
                Part::Peers => peers::measure(self),
            }
            .with_context(|| format!("{part:?} could not be measured; the table ends before it"))?;
        }
        Ok(())
    }

    /// The lake that is asked, built if it is not.
    fn lake(&mut self) -> Result<PathBuf> {
        if !firm::is_built(&self.firm.lake) {
            // What somebody else has landed, or is building just now, is not ours to go on with.
            anyhow::ensure!(
                self.firm.lake.read_dir().is_err() || self.firm.lake.read_dir()?.next().is_none(),
                "{} is there and nothing was built in it\n  hint: `uptake build` it, or name an empty folder",
                self.firm.lake.display()
            );
            eprintln!("building {}", self.firm.lake.display());
            landing::land(&self.uptake, &self.firm, &self.firm.lake)?;
            landing::build(&self.uptake, &self.firm, &self.firm.lake)?;
        }
        Ok(self.firm.lake.clone())
    }
}

/// A program that was compiled with this one.
fn beside_this(name: &str) -> Result<PathBuf> {
    let this = std::env::current_exe().context("could not tell where this program lies")?;
    let found = this.with_file_name(name);
    anyhow::ensure!(
        found.is_file(),
        "there is no {}\n  hint: `cargo build --release --workspace` makes it",
        found.display()
    );
    Ok(found)
}

/// What is missing is told before anything is measured.
fn check_tools(parts: &[Part], python: &Path) -> Result<()> {
    if parts.contains(&Part::Cached) {
        cached::check_wrk()?;
    }
    if parts.contains(&Part::Pdf) {
        pdf::check_pdfinfo()?;
    }
    if parts.contains(&Part::Peers) {
        peers::check_python(python)?;
    }
    Ok(())
}
