//! The login history, landed: `uptake load` and DuckDB, each a process of its own from the files to Parquet.

use super::script;
use crate::Bench;
use crate::generating::rows_under;
use crate::landing::rows_of;
use crate::process::{self, run};
use crate::sheet::Measured;
use crate::timing::median;
use anyhow::{Context, Result};
use std::process::Command;
use std::time::Duration;

/// Each takes many seconds, so a median of three has to do.
const TURNS: usize = 3;

/// # Errors
/// Rows are missing with one of them.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let rows = rows_under(&bench.firm.logins())?;
    let (mut ours, mut theirs, mut peaks) = (vec![], vec![], (0, 0));
    for _ in 0..TURNS {
        let folder = tempfile::tempdir()?;
        let mut load = process::uptake(&bench.uptake, &bench.firm.project, &folder.path().join("lake"));
        let ran = run(load.arg("load").arg(bench.firm.logins()))?;
        let landed = rows_of(&ran)?;
        anyhow::ensure!(landed == rows, "uptake landed {landed} of {rows} rows");
        ours.push(ran.took);
        let mut copy = Command::new(&bench.python);
        let theirs_ran =
            run(copy.arg(script("logins.py")).arg(bench.firm.logins()).arg(folder.path().join("logins.parquet")))?;
        let (landed, took_ms) = theirs_ran.out.trim().split_once(' ').context("the peer told nothing")?;
        anyhow::ensure!(landed.parse::<u64>()? == rows, "DuckDB landed {landed} of {rows} rows");
        theirs.push(Duration::from_secs_f64(took_ms.parse::<f64>()? / 1e3));
        peaks = (ran.peak_bytes.max(peaks.0), theirs_ran.peak_bytes.max(peaks.1));
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let what = format!("landing {rows} logins beside DuckDB, median of three");
    bench.sheet.beside(what, Measured::Time(ours), Measured::Time(theirs));
    let (ours, theirs) = (Measured::Bytes(peaks.0), Measured::Bytes(peaks.1));
    bench.sheet.beside("landing logins beside DuckDB, most memory", ours, theirs);
    Ok(())
}
