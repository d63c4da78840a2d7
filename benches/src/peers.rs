//! Others beside ours, as processes in the same run on the same files, in turns: ours, theirs, ours, theirs.

mod charts;
mod kpis;
mod logins;

use crate::Bench;
use anyhow::{Context, Result};
use serde_json::Value as Json;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// # Errors
/// A peer that answers otherwise than we do.
pub fn measure(bench: &mut Bench) -> Result<()> {
    // The sample firm's logins come in zips, which DuckDB does not read, and are few.
    if bench.firm.is_large {
        logins::measure(bench)?;
    }
    kpis::measure(bench)?;
    charts::measure(bench)
}

/// # Errors
/// There is none with what `peers/requirements.txt` wants.
pub fn check_python(python: &Path) -> Result<()> {
    let import = "import duckdb, matplotlib, pytz; print(duckdb.__version__, matplotlib.__version__, pytz.__version__)";
    let asked = Command::new(python).args(["-c", import]).output();
    let told = asked.map_or_else(|error| error.to_string(), |ran| String::from_utf8_lossy(&ran.stdout).into_owned());
    let wanted = std::fs::read_to_string(script("requirements.txt"))?;
    let wanted: Vec<&str> =
        wanted.lines().filter_map(|line| line.split_once("==")).map(|(_, version)| version).collect();
    anyhow::ensure!(
        told.split_whitespace().eq(wanted.iter().copied()),
        "{} has not what benches/peers/requirements.txt wants: {}\n  hint: `python3 -m venv target/peers && \
         target/peers/bin/pip install -r benches/peers/requirements.txt`, or --python",
        python.display(),
        told.trim()
    );
    Ok(())
}

pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(name)
}

/// A warm Python process that answers a line with a line, and says itself how long the work took.
struct Peer {
    program: Child,
    ask: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    fn start(bench: &Bench, name: &str, arguments: &[&str]) -> Result<Peer> {
        let mut program = Command::new(&bench.python)
            .arg(script(name))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start {name}"))?;
        let ask = program.stdin.take();
        let answers = BufReader::new(program.stdout.take().context("no stdout")?);
        Ok(Peer { program, ask, answers })
    }

    /// The answer, and how long it took.
    fn ask(&mut self, question: &Json) -> Result<(Json, Duration)> {
        let asked = self.ask.as_mut().context("the peer listens")?;
        writeln!(asked, "{question}")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let answer: Json = serde_json::from_str(&line).with_context(|| format!("the peer ended at {question}"))?;
        let took = answer["ms"].as_f64().context("the peer tells no time")?;
        Ok((answer, Duration::from_secs_f64(took / 1e3)))
    }
}

impl Drop for Peer {
    /// It ends when nobody asks any more.
    fn drop(&mut self) {
        self.ask = None;
        let _ended = self.program.wait();
    }
}

/// The best of five medians of two that take turns.
fn in_turns(
    turns: usize,
    mut ours: impl FnMut(usize) -> Result<Duration>,
    mut theirs: impl FnMut(usize) -> Result<Duration>,
) -> Result<(Duration, Duration)> {
    let mut best: Option<(Duration, Duration)> = None;
    for round in 0..crate::timing::ROUNDS {
        let (mut of_ours, mut of_theirs) = (vec![], vec![]);
        for turn in 0..turns {
            of_ours.push(ours(round * turns + turn)?);
            of_theirs.push(theirs(round * turns + turn)?);
        }
        let (ours, theirs) = (crate::timing::median(of_ours), crate::timing::median(of_theirs));
        best = Some(best.map_or((ours, theirs), |known| (known.0.min(ours), known.1.min(theirs))));
    }
    best.context("nothing was measured")
}
