//! Where and of what the figures are: command, machine, date, commit, and whether others were at work.

use anyhow::{Context, Result};
use chrono::Utc;
use std::process::Command;

/// Above this load in the last minute a machine is not quiet.
const QUIET: f64 = 0.5;

/// The lines above the table. `of` says which firm.
///
/// # Errors
/// No `/proc`: memory is read there, so only Linux can be measured on.
pub fn head(of: &str) -> Result<String> {
    let command = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let more = if cores == 2 { "" } else { " (the goals are for two: `taskset -c 0,1`)" };
    let (model, memory) = (first("/proc/cpuinfo", "model name")?, first("/proc/meminfo", "MemTotal")?);
    let gigabytes = memory.split_whitespace().next().and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1_000_000;
    Ok(format!(
        "`cargo run --release --bin benches -- {command}`: {of}; {cores} cores{more} of {model}, {gigabytes} GB; {}; {}; load before {}",
        Utc::now().format("%Y-%m-%d %H:%M UTC"),
        commit(),
        load()
    ))
}

/// The end of the line above the table, told when all is measured.
pub fn foot() -> String {
    format!(", after {} (our own work included).\n", load())
}

fn load() -> String {
    let told = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let last_minute = told.split_whitespace().next().unwrap_or("unknown");
    let quiet = last_minute.parse::<f64>().is_ok_and(|load| load < QUIET);
    format!("{last_minute} ({})", if quiet { "quiet" } else { "NOT quiet" })
}

/// The commit, and whether files differ from it.
fn commit() -> String {
    let git = |args: &[&str]| {
        let ran = Command::new("git").args(args).current_dir(env!("CARGO_MANIFEST_DIR")).output().ok()?;
        ran.status.success().then(|| String::from_utf8_lossy(&ran.stdout).trim().to_string())
    };
    let changed = git(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|files| !files.is_empty());
    match git(&["rev-parse", "--short", "HEAD"]) {
        Some(commit) => format!("commit {commit}{}", if changed { " and changes" } else { "" }),
        None => "no commit known".into(),
    }
}

/// What stands behind the first `key:` of a file.
fn first(file: &str, key: &str) -> Result<String> {
    let text = std::fs::read_to_string(file).with_context(|| format!("could not read {file}; this wants Linux"))?;
    let line = text.lines().find(|line| line.starts_with(key));
    Ok(line.and_then(|line| line.split_once(':')).map_or("unknown".into(), |(_, told)| told.trim().into()))
}
