//! `uptake generate` of the large firm: login rows a second, and memory.

use crate::Bench;
use crate::firm::LARGE_ARGUMENTS;
use crate::process::run;
use crate::sheet::{Goal, Measured, mega_bytes};
use crate::truth::Truth;
use anyhow::Result;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Command;

/// Generates once, into a folder of its own; the same arguments must have written the same truth as the firm's.
///
/// # Errors
/// It differs, or cannot be written.
pub fn measure(bench: &mut Bench) -> Result<()> {
    anyhow::ensure!(bench.firm.is_large, "a firm of 64 is generated too soon to be measured; use `benches large`");
    let folder = tempfile::tempdir()?;
    let ran = run(Command::new(&bench.uptake).arg("generate").args(LARGE_ARGUMENTS).arg(folder.path()))?;
    let truth = Truth::read(&folder.path().join("truth.json"))?;
    anyhow::ensure!(truth.is_same(&bench.firm.truth), "another truth than in {}", bench.firm.folder.display());
    let rows = rows_under(&folder.path().join("exports/salesforce/logins"))?;
    bench.sheet.time(format!("generate, {rows} login rows and all else, once"), ran.took, None);
    let per_second = rows as f64 / ran.took.as_secs_f64();
    bench.sheet.per_second("generate, login rows", per_second, Some(Goal::AtLeast(Measured::PerSecond(300_000.0))));
    bench.sheet.bytes("generate, most memory", ran.peak_bytes, mega_bytes(1_073));
    Ok(())
}

/// Rows of all CSV files in the folders of a folder, without their headings. No cell of a login has a line break.
///
/// # Errors
/// A file cannot be read.
pub fn rows_under(folder: &Path) -> Result<u64> {
    let mut rows = 0;
    for day in folder.read_dir()? {
        for file in day?.path().read_dir()? {
            let mut reader = BufReader::with_capacity(1 << 20, File::open(file?.path())?);
            rows += lines(&mut reader)? - 1;
        }
    }
    Ok(rows)
}

fn lines(reader: &mut impl BufRead) -> Result<u64> {
    let mut lines = 0;
    loop {
        let bytes = reader.fill_buf()?;
        if bytes.is_empty() {
            return Ok(lines);
        }
        lines += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        let length = bytes.len();
        reader.consume(length);
    }
}
