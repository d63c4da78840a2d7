//! A large export of activities, landed: `uptake load` beside DuckDB, each a process of its own from one CSV to Parquet.

mod export;

use crate::Bench;
use crate::peers::script;
use crate::process::{self, Ran, run};
use crate::sheet::{Goal, Measured};
use crate::timing::median;
use anyhow::{Context, Result};
use export::Told;
use serde_json::Value as Json;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Each takes many seconds, so a median of three has to do; what takes minutes is done once.
const TURNS: usize = 3;
/// What `uptake load` may take of DuckDB's time for the same work, and for a plain COPY; and of its bytes.
const MOST_OF_THE_SAME: f64 = 0.8;
const MOST_OF_A_COPY: f64 = 1.5;
const MOST_OF_ITS_BYTES: f64 = 1.05;
const MOST_MEMORY: Option<Goal> = Some(Goal::Below(Measured::Bytes(1 << 30)));

/// # Errors
/// Rows are missing, rejected or there twice with one of them, other than the export was written.
pub fn measure(bench: &mut Bench, rows: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let csv = folder.path().join("Task.csv");
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&csv)?);
    let told = export::write(rows, &mut file)?;
    file.into_inner()?.sync_all()?;
    let work = Work { bench, csv: &csv, out: &folder.path().join("out"), told };
    let (mut ours, mut copies) = (vec![], vec![]);
    for _ in 0..TURNS {
        ours.push(work.load(&["--no-sync"])?);
        copies.push(work.duckdb("copy")?);
    }
    let (synced, same) = (work.load(&[])?, work.duckdb("land")?);
    let (our, copy) = (middle(&ours), middle(&copies));
    let megabytes = csv.metadata()?.len() / 1_000_000;
    let what = |how: &str| format!("{rows} activities of {megabytes} MB, {how}");
    let time = |took: Duration| Measured::Time(took);
    let sheet = &mut bench.sheet;
    sheet.within(what("not synced, beside DuckDB doing the same"), time(our), time(same.took), MOST_OF_THE_SAME);
    sheet.within(what("synced, beside the same"), time(synced.took), time(same.took), MOST_OF_THE_SAME);
    sheet.within(what("not synced, beside DuckDB's plain COPY"), time(our), time(copy), MOST_OF_A_COPY);
    let bytes = |did: &Did| Measured::Bytes(did.bytes);
    sheet.within("bytes of the files", bytes(&synced), bytes(&same), MOST_OF_ITS_BYTES);
    sheet.within("bytes of the files, beside a plain COPY's", bytes(&synced), bytes(&copies[0]), MOST_OF_ITS_BYTES);
    let peak = ours.iter().map(|did| did.peak_bytes).max().unwrap_or(0).max(synced.peak_bytes);
    sheet.bytes("most memory", peak, MOST_MEMORY);
    sheet.beside("most memory, beside DuckDB doing the same", Measured::Bytes(peak), Measured::Bytes(same.peak_bytes));
    Ok(())
}

/// What one of them did.
struct Did {
    took: Duration,
    peak_bytes: u64,
    /// Of its Parquet files.
    bytes: u64,
}

fn middle(of: &[Did]) -> Duration {
    median(of.iter().map(|did| did.took).collect())
}

struct Work<'a> {
    bench: &'a Bench,
    csv: &'a Path,
    /// Emptied before each turn.
    out: &'a Path,
    told: Told,
}

impl Work<'_> {
    /// The whole process, through its commit.
    fn load(&self, how: &[&str]) -> Result<Did> {
        self.clear()?;
        let mut load = process::uptake(&self.bench.uptake, &self.bench.firm.project, self.out);
        let ran = run(load.args(["load", "--snapshot", "2026-11-01"]).args(how).arg(self.csv))?;
        let file: Json = serde_json::from_str(ran.out.lines().next().context("uptake load told nothing")?)?;
        let counted = ["read", "landed", "rejected", "duplicate"].map(|key| file[key].as_u64());
        let Told { rows, bad, repeated, .. } = self.told;
        let expected = [rows, rows - bad - repeated, bad + repeated, 0].map(Some);
        anyhow::ensure!(
            counted == expected,
            "uptake load read, landed, rejected and knew {counted:?}, not {expected:?}"
        );
        let files = self.out.join("landing/salesforce_task");
        self.check(&self.look(&files.join("*.parquet"))?, "uptake load")?;
        did(ran.took, &ran, &files)
    }

    /// Its own time, without the start of Python.
    fn duckdb(&self, how: &str) -> Result<Did> {
        self.clear()?;
        let mut land = Command::new(&self.bench.python);
        let ran = run(land.arg(script("activities.py")).arg(how).arg(self.csv).arg(self.out))?;
        let took = Duration::from_secs_f64(ran.out.trim().parse::<f64>()? / 1e3);
        let found = self.look(&self.out.join("**/*.parquet"))?;
        match how {
            "copy" => {
                let Told { rows, bad, repeated, .. } = self.told;
                anyhow::ensure!(found[..2] == [rows - bad, rows - bad - repeated], "COPY wrote other rows: {found:?}");
            }
            _ => self.check(&found, how)?,
        }
        did(took, &ran, self.out)
    }

    /// Good rows, their Ids, and the sums of [`Told`], as DuckDB reads them in the files.
    fn look(&self, files: &Path) -> Result<Vec<u64>> {
        let ran = run(Command::new(&self.bench.python).arg(script("activities.py")).arg("look").arg(files))?;
        serde_json::from_str(&ran.out).with_context(|| format!("the peer told {}", ran.out))
    }

    fn check(&self, found: &[u64], whose: &str) -> Result<()> {
        let Told { rows, bad, repeated, seconds, created, noted } = self.told;
        let good = rows - bad - repeated;
        let expected = [good, good, seconds, created, noted];
        anyhow::ensure!(found == expected, "in the files of {whose} stand {found:?}, not {expected:?}");
        Ok(())
    }

    fn clear(&self) -> Result<()> {
        if self.out.exists() {
            std::fs::remove_dir_all(self.out)?;
        }
        Ok(())
    }
}

fn did(took: Duration, ran: &Ran, files: &Path) -> Result<Did> {
    Ok(Did { took, peak_bytes: ran.peak_bytes, bytes: parquet_bytes(files)? })
}

fn parquet_bytes(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in folder.read_dir()? {
        let entry = entry?;
        bytes += match entry.metadata()? {
            about if about.is_dir() => parquet_bytes(&entry.path())?,
            about if entry.path().extension().is_some_and(|extension| extension == "parquet") => about.len(),
            _ => 0,
        };
    }
    Ok(bytes)
}
