//! A program that is run to its end, with the most memory it ever held.

use anyhow::{Context, Result};
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub struct Ran {
    pub out: String,
    pub took: Duration,
    /// The most resident memory, as the kernel keeps it (VmHWM), seen at most 5 ms before the end.
    pub peak_bytes: u64,
}

const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Runs to the end; stdout and stderr go through files, so that nobody waits for a reader.
///
/// # Errors
/// It cannot be started, or ends with another status than 0.
pub fn run(command: &mut Command) -> Result<Ran> {
    let folder = tempfile::tempdir()?;
    let (out, err) = (folder.path().join("out"), folder.path().join("err"));
    let told = format!("{command:?}");
    let begun = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(File::create(&out)?)
        .stderr(File::create(&err)?)
        .spawn()
        .with_context(|| format!("could not start {told}"))?;
    let mut peak_bytes = 0;
    let status = loop {
        peak_bytes = peak_bytes.max(memory(child.id(), "VmHWM").unwrap_or(0));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(LOOK_EVERY);
    };
    let took = begun.elapsed();
    anyhow::ensure!(status.success(), "{told} ended with {status}:\n{}", tail(&std::fs::read_to_string(&err)?));
    Ok(Ran { out: std::fs::read_to_string(&out)?, took, peak_bytes })
}

/// A line of `/proc/PID/status` that tells memory, in bytes; `None` once the process has ended.
pub fn memory(pid: u32, key: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with(key))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// `uptake --project … --lake …`.
pub fn uptake(program: &Path, project: &Path, lake: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("--project").arg(project).arg("--lake").arg(lake);
    command
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
