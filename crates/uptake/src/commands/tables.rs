//! `uptake tables`: what there is to ask in SQL.

use super::Ending;
use crate::formats::{self, Format};
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
    let table = session.tables().await?;
    super::say(&match arguments.format {
        Format::Table => formats::text(&table),
        Format::Csv => formats::csv(&table),
        Format::Json => formats::table_json(&table, false),
    })?;
    Ok(Ending::Done)
}
