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
    pass_over_a_caught_panic();
    match line.run().await {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Mistakes) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {}", in_one_chain(&error, "\n  because: "));
            ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
        }
    }
}

/// One line when something ends; `RUST_LOG=debug` tells more. What Delta's libraries hand on as an error is told as one, and not here as well.
fn log_to_stderr() {
    let usual = || {
        EnvFilter::new(
            "warn,uptake::http=info,uptake::schedule=info,uptake::arrivals=info,deltalake_core::datafile=error,buoyant_kernel=off",
        )
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| usual());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}

/// Where a data file cannot be written, deltalake ends its upload a second time, catches the panic that this is, and hands on why it could not be
/// written. That is told; the panic is nobody's business.
fn pass_over_a_caught_panic() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let in_uploads = panic.location().is_some_and(|at| at.file().ends_with("buffered.rs"));
        if !(in_uploads && panic.payload_as_str() == Some("Already shut down")) {
            usual(panic);
        }
    }));
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
