//! `uptake report`: a page as a file.

use super::{Ending, Usage, column_and_value};
use crate::home::Home;
use crate::render::{Asked, NotSo};
use anyhow::{Context, Result};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use uptake_spec::ReportFormat;

#[derive(Args)]
pub struct Arguments {
    /// The page's name, such as pulse.
    page: String,
    #[arg(long, value_enum)]
    format: Format,
    /// The file to write; one that is there is replaced.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// 2026-Q1, 2026-03, 2026-W14, or 2026-03-02..2026-05-31.
    #[arg(long, conflicts_with_all = ["from", "to"])]
    period: Option<String>,
    /// First day.
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// Last day, inclusive.
    #[arg(long, value_name = "DATE")]
    to: Option<NaiveDate>,
    /// The page as it stood on that day.
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// A filter of the page; repeated on one column it means or.
    #[arg(long, value_name = "COL=VALUE", value_parser = column_and_value)]
    filter: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// A4, with the page's own pictures.
    Pdf,
    /// The whole page as one picture.
    Png,
    /// The data of all blocks, a sheet each.
    Xlsx,
    /// The data of all blocks, in one table.
    Csv,
}

pub async fn run(home: Home, arguments: Arguments) -> Result<Ending> {
    let (project, session) = home.ask().await?;
    let asked = Asked::new(&session, &project, &arguments.page, &arguments.pairs()).await.map_err(as_usage)?;
    let format = match arguments.format {
        Format::Pdf => ReportFormat::Pdf,
        Format::Png => ReportFormat::Png,
        Format::Xlsx => ReportFormat::Xlsx,
        Format::Csv => ReportFormat::Csv,
    };
    let bytes = asked.file(format).await?;
    std::fs::write(&arguments.out, bytes).with_context(|| format!("could not write {}", arguments.out.display()))?;
    eprintln!("wrote {}", arguments.out.display());
    Ok(Ending::Done)
}

impl Arguments {
    /// The flags as the pairs of a query.
    fn pairs(&self) -> Vec<(String, String)> {
        let day = |key: &str, day: Option<NaiveDate>| day.map(|day| (key.to_string(), day.to_string()));
        let period = self.period.clone().map(|period| ("period".to_string(), period));
        let days = [day("from", self.from), day("to", self.to), day("as_of", self.as_of)];
        period.into_iter().chain(days.into_iter().flatten()).chain(self.filter.iter().cloned()).collect()
    }
}

fn as_usage(error: anyhow::Error) -> anyhow::Error {
    let Some(NotSo(wrong)) = error.downcast_ref() else { return error };
    let told = wrong.iter().map(|wrong| wrong.what.as_str()).collect::<Vec<_>>().join("; ");
    let hints: Vec<&str> = wrong.iter().map(|wrong| wrong.hint.as_str()).filter(|hint| !hint.is_empty()).collect();
    Usage::new(told, hints.join("; ")).into()
}
