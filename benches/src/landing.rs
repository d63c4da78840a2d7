//! Landing and full build, in a fresh lake, by the program itself; told once the KPIs of that lake are as simulated.

use crate::Bench;
use crate::firm::Firm;
use crate::kpis;
use crate::process::{self, Ran, run};
use crate::timing::ROUNDS;
use anyhow::{Context, Result};
use serde_json::Value as Json;
use std::path::Path;
use std::time::Duration;

/// The large firm is landed and built once: each takes minutes.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let times = if bench.firm.is_large { 1 } else { ROUNDS };
    let (mut landings, mut builds, mut rows) = (vec![], vec![], 0);
    for turn in 0..times {
        let folder = tempfile::tempdir()?;
        let lake = folder.path().join("lake");
        let landed = land(&bench.uptake, &bench.firm, &lake)?;
        rows = rows_of(&landed)?;
        let built = build(&bench.uptake, &bench.firm, &lake)?;
        if turn == 0 {
            kpis::check(&bench.firm, &lake)?;
        }
        landings.push(landed);
        builds.push(built);
    }
    let how = if times == 1 { "once" } else { "best of five" };
    let (took, peak) = best(&landings);
    bench.sheet.time(format!("landing, {rows} rows, {how}"), took, None);
    bench.sheet.per_second("landing, rows", rows as f64 / took.as_secs_f64(), None);
    bench.sheet.bytes("landing, most memory", peak, None);
    let (took, peak) = best(&builds);
    bench.sheet.time(format!("full build, {how}"), took, None);
    bench.sheet.bytes("full build, most memory", peak, None);
    Ok(())
}

fn best(runs: &[Ran]) -> (Duration, u64) {
    let took = runs.iter().map(|ran| ran.took).min().unwrap_or_default();
    (took, runs.iter().map(|ran| ran.peak_bytes).max().unwrap_or_default())
}

/// Lands all exports of the firm.
///
/// # Errors
/// A file was refused.
pub fn land(uptake: &Path, firm: &Firm, lake: &Path) -> Result<Ran> {
    run(process::uptake(uptake, &firm.project, lake).arg("load").arg(firm.exports()))
}

/// Builds what has landed.
///
/// # Errors
/// The build fails.
pub fn build(uptake: &Path, firm: &Firm, lake: &Path) -> Result<Ran> {
    run(process::uptake(uptake, &firm.project, lake).arg("build"))
}

/// How many rows were read. All of them must have become something, and none may be rejected: the simulation writes none that should be.
///
/// # Errors
/// A row is missing, or rejected.
pub fn rows_of(landed: &Ran) -> Result<u64> {
    let mut rows = 0;
    for line in landed.out.lines() {
        let file: Json = serde_json::from_str(line).with_context(|| format!("uptake load told {line}"))?;
        let [read, landed, rejected, duplicate] =
            ["read", "landed", "rejected", "duplicate"].map(|key| file[key].as_u64().unwrap_or(0));
        anyhow::ensure!(read == landed + duplicate && rejected == 0, "rows are missing or rejected: {line}");
        rows += read;
    }
    anyhow::ensure!(rows > 0, "nothing was read");
    Ok(rows)
}
