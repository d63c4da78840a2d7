//! What `uptake serve` holds while nobody asks: before anything was asked, and after every page was.

use crate::Bench;
use crate::pages::SHIPPED;
use crate::server::Server;
use crate::sheet::mega_bytes;
use anyhow::Result;
use std::thread::sleep;
use std::time::Duration;

const IDLE: Duration = Duration::from_secs(5);
/// # Errors
/// The server ends.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let server = Server::start(bench)?;
    sleep(IDLE);
    bench.sheet.bytes("`serve`, idle", server.resident()?, mega_bytes(200));
    for page in SHIPPED {
        server.get(&format!("/d/{page}"))?;
    }
    sleep(IDLE);
    bench.sheet.bytes("`serve`, idle after each of the nine pages was asked once", server.resident()?, None);
    Ok(())
}
