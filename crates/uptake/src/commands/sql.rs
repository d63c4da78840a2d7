//! `uptake sql`: an analyst's question.

use super::{Ending, say};
use crate::formats::{Format, written};
use crate::home::Home;
use anyhow::Result;
use clap::Args;
use std::collections::BTreeMap;
use std::time::Duration;
use uptake_lake::Limits;
use uptake_spec::Viewer;

#[derive(Args)]
pub struct Arguments {
    /// One SELECT.
    sql: String,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Give up after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    time: u64,
    /// The most memory it may take, in MB.
    #[arg(long, value_name = "MB", default_value_t = 512)]
    memory: usize,
    /// The most it may write to disk meanwhile, in MB.
    #[arg(long, value_name = "MB", default_value_t = 1024)]
    spill: u64,
    /// The most rows it may answer.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    rows: usize,
}

const MB: usize = 1024 * 1024;

pub async fn run(home: Home, arguments: Arguments) -> Result<Ending> {
    let (_, session) = home.ask().await?;
    let limits = arguments.limits();
    let found = session.query(&arguments.sql, &BTreeMap::new(), &limits, &Viewer::Local).await?;
    say(&written(&found.table, arguments.format, found.truncated))?;
    if found.truncated {
        eprintln!("there are more rows than {}: add a LIMIT, or raise --rows", limits.rows);
    }
    Ok(Ending::Done)
}

impl Arguments {
    fn limits(&self) -> Limits {
        Limits {
            time: Duration::from_secs(self.time),
            memory_bytes: self.memory.saturating_mul(MB),
            spill_bytes: self.spill.saturating_mul(MB as u64),
            rows: self.rows,
        }
    }
}
