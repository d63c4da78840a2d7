//! Pages from the cache: `wrk -t1 -c32` on the same cores as the server, 200 responses, packed ones made before.

use crate::Bench;
use crate::server::Server;
use crate::sheet::{Goal, Measured};
use crate::timing::ROUNDS;
use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use std::io::Read;
use std::process::Command;

const AT_LEAST: Option<Goal> = Some(Goal::AtLeast(Measured::PerSecond(3_000.0)));

/// # Errors
/// There is none.
pub fn check_wrk() -> Result<()> {
    // wrk ends with a status of its own when it is asked for its version.
    Command::new("wrk").arg("--version").output().map(|_| ()).map_err(|error| {
        anyhow::anyhow!("wrk does not start ({error})\n  hint: `apt-get install wrk`, or leave out the part `cached`")
    })
}

/// # Errors
/// The packed page is not the page; a response is no 200.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let server = Server::start(bench)?;
    for page in ["/", "/d/twelve"] {
        let (plain, packed) = (server.get(page)?, server.get_with(page, "accept-encoding: gzip\r\n")?);
        let mut unpacked = vec![];
        GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).context("the packed page is not packed")?;
        anyhow::ensure!(plain == unpacked, "{page}: the packed page is another one");
        let rates: Result<Vec<f64>> = (0..ROUNDS).map(|_| wrk(&server, page, packed.len())).collect();
        let best = rates?.into_iter().fold(0.0, f64::max);
        let kilobytes = packed.len() / 1_000;
        bench.sheet.per_second(format!("{page} from the cache, {kilobytes} kB packed, best of five"), best, AT_LEAST);
    }
    Ok(())
}

/// Responses a second over four seconds.
fn wrk(server: &Server, page: &str, bytes: usize) -> Result<f64> {
    let url = format!("http://{}{page}", server.address);
    let ran = Command::new("wrk").args(["-t1", "-c32", "-d4s", "-H", "Accept-Encoding: gzip", &url]).output()?;
    let told = String::from_utf8_lossy(&ran.stdout).into_owned();
    anyhow::ensure!(ran.status.success() && !told.contains("Non-2xx"), "wrk {url}:\n{told}");
    let number = |line: &str| line.split_whitespace().next().and_then(|word| word.parse::<f64>().ok());
    let rate = told.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:")).and_then(number);
    let count = told.lines().find(|line| line.contains(" requests in ")).and_then(number);
    let read = told.lines().find_map(|line| line.split(", ").nth(1)?.strip_suffix(" read"));
    let (rate, count, read) = (rate.context(told.clone())?, count.context(told.clone())?, read.context(told.clone())?);
    anyhow::ensure!(in_bytes(read)? >= 0.98 * count * bytes as f64, "wrk read only {read} in {count} responses");
    Ok(rate)
}

/// `1.02GB`, in wrk's powers of 1,024.
fn in_bytes(told: &str) -> Result<f64> {
    let units = [("KB", 10), ("MB", 20), ("GB", 30), ("TB", 40), ("B", 0)];
    let (number, shift) =
        units.into_iter().find_map(|(unit, shift)| Some((told.strip_suffix(unit)?, shift))).context("no size")?;
    Ok(number.parse::<f64>()? * f64::from(2_u32).powi(shift))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_wrk_writes_them() {
        for (told, bytes) in [("512.00B", 512.0), ("1.50KB", 1_536.0), ("2.00GB", 2_147_483_648.0)] {
            assert_eq!(in_bytes(told).expect("a size"), bytes);
        }
    }
}
