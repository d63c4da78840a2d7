//! uptake, the program: command line, settings, HTTP.

mod answers;
mod arrivals;
mod commands;
mod formats;
mod home;
mod http;
mod kept;
mod page;
mod panels;
mod pictures;
mod query;
mod render;
mod schedule;
mod workbook;

use clap::Parser;
use commands::{CommandLine, Ending, Usage};
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let line = CommandLine::parse_from(commands::kpi::options_spelled_out(std::env::args_os().collect()));
    log_to_stderr();
    match line.run().await {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Mistakes) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {}", in_one_chain(&error, "\n  because: "));
            ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
        }
    }
}

/// One line when something ends; `RUST_LOG=debug` tells more.
fn log_to_stderr() {
    let usual = || EnvFilter::new("warn,uptake::http=info,uptake::schedule=info,uptake::arrivals=info");
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| usual());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}

/// The error and its causes, each once: some libraries repeat their cause in their own words.
fn in_one_chain(error: &anyhow::Error, because: &str) -> String {
    let mut told = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !told.contains(&cause) {
            told.push_str(because);
            told.push_str(&cause);
        }
    }
    told
}
