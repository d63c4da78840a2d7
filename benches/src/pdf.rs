//! Pages as PDF over HTTP, nothing kept: Pulse, and one that fills twelve sheets.

use crate::Bench;
use crate::pages::{of_another_day, unasked};
use crate::process::{self, run};
use crate::server::Server;
use crate::sheet::{mega_bytes, ms};
use crate::timing::ROUNDS;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::Command;

/// # Errors
/// There is none.
pub fn check_pdfinfo() -> Result<()> {
    Command::new("pdfinfo").arg("-v").output().map(|_| ()).map_err(|error| {
        anyhow::anyhow!(
            "pdfinfo does not start ({error})\n  hint: `apt-get install poppler-utils`, or leave out the part `pdf`"
        )
    })
}

/// # Errors
/// A file that is no PDF, or has another number of sheets.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let folder = tempfile::tempdir()?;
    for (page, least, goal) in [("pulse", 1, ms(300)), ("sheets", 12, ms(1_000))] {
        let server = Server::start(bench)?;
        let sheets = sheets(&server.get(&format!("/d/{page}.pdf"))?, folder.path())?;
        anyhow::ensure!(sheets >= least, "{page}.pdf has {sheets} sheets");
        let check = |body: &[u8]| {
            anyhow::ensure!(body.starts_with(b"%PDF"), "{page}.pdf is no PDF");
            Ok(())
        };
        let took = unasked(&server, &of_another_day(bench, &format!("/d/{page}.pdf"))?, ROUNDS, &check)?;
        bench.sheet.time(format!("{page} as PDF, {sheets} sheets, nothing kept"), took, goal);
    }
    // A process of its own, because a server holds more than the paper.
    let (lake, out) = (bench.lake()?, folder.path().join("sheets.pdf"));
    let mut peaks = vec![];
    for _ in 0..ROUNDS {
        let mut command = process::uptake(&bench.uptake, &bench.firm.project, &lake);
        let ran = run(command.args(["report", "sheets", "--format", "pdf", "--out"]).arg(&out))?;
        anyhow::ensure!(sheets(&fs::read(&out)?, folder.path())? >= 12, "the report has too few sheets");
        peaks.push(ran.peak_bytes);
    }
    peaks.sort_unstable();
    bench.sheet.bytes("`uptake report` of twelve sheets as PDF, most memory", peaks[ROUNDS / 2], mega_bytes(200));
    Ok(())
}

/// How many sheets a PDF has.
fn sheets(pdf: &[u8], folder: &Path) -> Result<usize> {
    let file = folder.join("asked.pdf");
    fs::write(&file, pdf)?;
    let ran = Command::new("pdfinfo").arg(&file).output()?;
    let told = String::from_utf8_lossy(&ran.stdout);
    let pages = told.lines().find_map(|line| line.strip_prefix("Pages:")).context("pdfinfo tells no pages")?;
    Ok(pages.trim().parse()?)
}
