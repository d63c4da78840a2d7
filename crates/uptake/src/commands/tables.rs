//! `uptake tables`: what there is to ask in SQL.

use super::{Ending, say};
use crate::formats::{Format, written};
use crate::home::Home;
use anyhow::Result;
use clap::Args;

#[derive(Args)]
pub struct Arguments {
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

pub async fn run(home: Home, arguments: Arguments) -> Result<Ending> {
    let (_, session) = home.ask().await?;
    say(&written(&session.tables().await?, arguments.format, false))?;
    Ok(Ending::Done)
}
