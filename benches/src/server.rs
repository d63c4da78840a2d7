//! The real `uptake serve` on a free port, asked by hand.

use crate::Bench;
use crate::process::{self, memory};
use anyhow::{Context, Result};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

pub struct Server {
    program: Child,
    /// `127.0.0.1:40123`.
    pub address: String,
}

impl Server {
    /// Starts on the firm's lake; nothing is kept yet.
    ///
    /// # Errors
    /// It ends before it listens.
    pub fn start(bench: &mut Bench) -> Result<Server> {
        let lake = bench.lake()?;
        let mut command = process::uptake(&bench.uptake, &bench.firm.project, &lake);
        let mut program = command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("could not start uptake serve")?;
        let mut told = BufReader::new(program.stderr.take().context("no stderr")?);
        let mut all = String::new();
        while told.read_line(&mut all)? > 0 {
            if let Some(address) = all.lines().last().and_then(|line| line.strip_prefix("http://")) {
                let address = address.trim().to_string();
                // What it tells later must be read by somebody, else it would wait for a reader.
                thread::spawn(move || std::io::copy(&mut told, &mut std::io::sink()));
                return Ok(Server { program, address });
            }
        }
        anyhow::bail!("uptake serve ended with {}:\n{all}", program.wait()?)
    }

    /// The body of a page or file.
    ///
    /// # Errors
    /// It is not there, or could not be made.
    pub fn get(&self, path: &str) -> Result<Vec<u8>> {
        self.get_with(path, "")
    }

    /// As [`Server::get`], with further header lines that end with `\r\n`.
    ///
    /// # Errors
    /// As there.
    pub fn get_with(&self, path: &str, headers: &str) -> Result<Vec<u8>> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(300)))?;
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{headers}\r\n", self.address)?;
        let mut whole = vec![];
        stream.read_to_end(&mut whole).with_context(|| format!("{path} broke off"))?;
        let ends = whole.windows(4).position(|four| four == b"\r\n\r\n").with_context(|| format!("{path}: no head"))?;
        let (head, body) = (String::from_utf8_lossy(&whole[..ends]).into_owned(), whole[ends + 4..].to_vec());
        anyhow::ensure!(head.starts_with("HTTP/1.1 200 "), "{path}: {head}\n{}", String::from_utf8_lossy(&body));
        Ok(body)
    }

    /// A body, and how long it took from connecting to its last byte.
    ///
    /// # Errors
    /// As [`Server::get`].
    pub fn timed(&self, path: &str) -> Result<(Vec<u8>, Duration)> {
        let begun = Instant::now();
        let body = self.get(path)?;
        Ok((body, begun.elapsed()))
    }

    /// How many answers were worked out since it started: what is kept shows here.
    ///
    /// # Errors
    /// The metrics do not tell it.
    pub fn worked_out(&self) -> Result<u64> {
        let metrics = String::from_utf8(self.get("/metrics")?)?;
        let line = metrics.lines().find_map(|line| line.strip_prefix("uptake_cache_misses_total{cache=\"answers\"} "));
        Ok(line.context("/metrics does not tell what was worked out")?.trim().parse()?)
    }

    /// Resident memory now, in bytes.
    ///
    /// # Errors
    /// It has ended.
    pub fn resident(&self) -> Result<u64> {
        memory(self.program.id(), "VmRSS").context("uptake serve has ended")
    }
}

impl Drop for Server {
    /// Asked to stop, by the id of the process we started.
    fn drop(&mut self) {
        let asked = Command::new("kill").arg(self.program.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _already_gone = self.program.kill();
        }
        let _ended = self.program.wait();
    }
}
