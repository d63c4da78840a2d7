//! `uptake report`: a page as a file.

use super::{Ending, Usage, column_and_value};
use crate::home::Home;
use crate::page::{chosen, members, page};
use crate::panels::{Asked, Given, ask_for};
use crate::query::Wrong;
use crate::workbook::workbook;
use crate::{formats, pictures};
use anyhow::{Context, Result};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use uptake_spec::problem::did_you_mean;
use uptake_spec::{Project, Viewer};

#[derive(Args)]
pub struct Arguments {
    /// The page's name, such as pulse.
    page: String,
    #[arg(long, value_enum)]
    format: ReportFormat,
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
enum ReportFormat {
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
    let dashboard = project.dashboard(&arguments.page).ok_or_else(|| unknown_page(&project, &arguments.page))?;
    let members = members(&session, dashboard).await;
    let chosen = chosen(&session, &project, dashboard, &members, &arguments.pairs()).map_err(as_usage)?;
    let drawn = async || page(&session, &project, dashboard, &members, &chosen, &Viewer::Local).await;
    let bytes = match arguments.format {
        ReportFormat::Pdf => uptake_print::pdf(&[drawn().await]).context("could not print the page")?,
        ReportFormat::Png => pictures::of_page(&drawn().await),
        ReportFormat::Xlsx | ReportFormat::Csv => {
            let params = chosen.params(dashboard);
            let asked = ask_for(&session, &project, dashboard, &params, &Viewer::Local, &|_| true).await;
            tell_left_out(&asked);
            match arguments.format {
                ReportFormat::Xlsx => workbook(&asked, &|_| true)?,
                _ => csv_of(&asked)?.into_bytes(),
            }
        }
    };
    std::fs::write(&arguments.out, bytes).with_context(|| format!("could not write {}", arguments.out.display()))?;
    eprintln!("wrote {}", arguments.out.display());
    Ok(Ending::Done)
}

/// The rows of every block that has any, under the block's name.
fn csv_of(asked: &Asked) -> Result<String> {
    let mut tables = vec![];
    for block in &asked.page.blocks {
        match asked.given(block) {
            Some(Ok(Given::Answer(_, answer))) => tables.push((block.id.as_str(), &answer.table)),
            Some(Ok(Given::Rows(table, _))) => tables.push((block.id.as_str(), table)),
            Some(Err(_)) | None => {}
        }
    }
    anyhow::ensure!(!tables.is_empty(), "no block of {} has data", asked.page.slug);
    Ok(formats::csv_of_all(&tables))
}

fn tell_left_out(asked: &Asked) {
    for block in &asked.page.blocks {
        if let Some(Err(why)) = asked.given(block) {
            eprintln!("left out {}: {why}", block.id);
        }
    }
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

fn unknown_page(project: &Project, slug: &str) -> Usage {
    let hint = did_you_mean(slug, project.dashboards.iter().map(|page| page.slug.as_str()));
    Usage::new(format!("no page is called \"{slug}\""), hint)
}

fn as_usage(wrong: Vec<Wrong>) -> Usage {
    let told = wrong.iter().map(|wrong| wrong.what.as_str()).collect::<Vec<_>>().join("; ");
    let hints: Vec<&str> = wrong.iter().map(|wrong| wrong.hint.as_str()).filter(|hint| !hint.is_empty()).collect();
    Usage::new(told, hints.join("; "))
}
