//! `uptake kpi`: one KPI, as rows or as a picture.

use super::{CommandLine, Ending, Usage, column_and_value, say, say_bytes};
use crate::answers::Answers;
use crate::formats;
use crate::home::Home;
use crate::page::FIRST;
use crate::{panels, pictures};
use anyhow::Result;
use chrono::NaiveDate;
use clap::{Args, CommandFactory, ValueEnum};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use uptake_draw::Locale;
use uptake_lake::AnswerError;
use uptake_spec::dashboard::{Scan, ScanOf};
use uptake_spec::problem::did_you_mean;
use uptake_spec::{Answer, Attributes, Filter, Grain, Language, Params, Place, Project, Range, Viewer};

#[derive(Args)]
#[command(after_help = "A KPI's own options are flags of their names: --basis login, --measure count, --window 28.\n\
                  what_is_normal and three_changes look over the series of a page: --page pulse, --by grade.")]
pub struct Arguments {
    /// Such as active_people.
    name: String,
    /// First day; the range is widened to whole periods.
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// Last day, inclusive.
    #[arg(long, value_name = "DATE")]
    to: Option<NaiveDate>,
    /// day, week, month or quarter.
    #[arg(long)]
    grain: Option<Grain>,
    /// A column to group by; may be repeated.
    #[arg(long, value_name = "COL")]
    by: Vec<String>,
    /// Rows to keep; repeated on one column it means or.
    #[arg(long, value_name = "COL=VALUE", value_parser = column_and_value)]
    filter: Vec<(String, String)>,
    /// event or period-end: whose grade counts when it changed.
    #[arg(long)]
    attributes: Option<Attributes>,
    /// The day the answer is told from.
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    #[arg(long, value_enum, default_value = "table")]
    format: KpiFormat,
    /// An option of the KPI.
    #[arg(long, value_name = "NAME=VALUE", value_parser = column_and_value, hide = true)]
    option: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum KpiFormat {
    Table,
    Csv,
    Json,
    Svg,
    Png,
}

pub async fn run(home: Home, arguments: Arguments) -> Result<Ending> {
    let params = arguments.params()?;
    let (project, session) = home.ask().await?;
    if let Some(of) = ScanOf::called(&arguments.name) {
        return look(&project, &session, of, params, arguments.format).await;
    }
    let kpi = project.kpi(&arguments.name).ok_or_else(|| unknown_kpi(&project, &arguments.name))?;
    let options = || kpi.options.iter().map(|option| option.name.as_str());
    if let Some(other) = params.options.keys().find(|name| !options().any(|known| known == *name)) {
        return Err(unknown_option(&kpi.name, other, options()).into());
    }
    session.check_members(&params.filters).await.map_err(as_usage)?;
    let answer = session.answer(kpi, &params, &Viewer::Local).await.map_err(as_usage)?;
    print_answer(&answer, &project, arguments.format)?;
    Ok(Ending::Done)
}

/// What is normal for the series of a page, or which of them changed most: rows, and no series of its own.
async fn look(project: &Project, session: &Answers, of: ScanOf, params: Params, format: KpiFormat) -> Result<Ending> {
    let mut params = params;
    let slug = params.options.remove("page").unwrap_or(FIRST.into());
    if let Some(other) = params.options.keys().next() {
        return Err(unknown_option(of.name(), other, ["page"].into_iter()).into());
    }
    if params.from.is_some() || params.grain.is_some() {
        let what = format!("{} is told of the whole history, in the grain of the page's blocks", of.name());
        return Err(Usage::new(what, "leave --from and --grain out; --to ends it earlier").into());
    }
    let Some(page) = project.dashboard(&slug) else {
        let hint = did_you_mean(&slug, project.dashboards.iter().map(|page| page.slug.as_str()));
        return Err(Usage::new(format!("no page is called \"{slug}\""), hint).into());
    };
    let columns = params.by.iter().chain(params.filters.iter().map(|filter| &filter.column));
    let known: BTreeSet<&str> = project.kpis.iter().flat_map(|kpi| &kpi.dimensions).map(String::as_str).collect();
    if let Some(unknown) = columns.into_iter().find(|column| !known.contains(column.as_str())) {
        let hint = did_you_mean(unknown, known);
        return Err(Usage::new(format!("no KPI has a column \"{unknown}\""), hint).into());
    }
    session.check_members(&params.filters).await.map_err(as_usage)?;
    let scan = Scan { of, by: std::mem::take(&mut params.by), by_place: Place::whole("the command line"), page: None };
    let found = panels::scan(session, project, page, &scan, &params, &Viewer::Local).await;
    let text = match format {
        KpiFormat::Table => formats::text(&panels::in_words(&found, &in_english(project))),
        KpiFormat::Csv => formats::csv(&panels::in_figures(&found)),
        KpiFormat::Json => formats::table_json(&panels::in_figures(&found), false),
        KpiFormat::Svg | KpiFormat::Png => {
            let hint = "take --format table, csv or json";
            return Err(Usage::new(format!("{} has no picture", of.name()), hint).into());
        }
    };
    say(&text)?;
    Ok(Ending::Done)
}

/// What the command line says is the same for all firms.
fn in_english(project: &Project) -> Locale {
    Locale::new(Language::English, &project.settings.currency)
}

fn print_answer(answer: &Answer, project: &Project, format: KpiFormat) -> Result<()> {
    match format {
        KpiFormat::Table => {
            eprintln!("{}, as of {}, attributes by {}", answer.title, answer.as_of, answer.attributes.word());
            answer.notes.iter().for_each(|note| eprintln!("note: {note}"));
            say(&formats::text(&answer.table))
        }
        KpiFormat::Csv => say(&formats::csv(&answer.table)),
        KpiFormat::Json => say(&formats::answer_json(answer)),
        KpiFormat::Svg => say(&pictures::of_answer(answer, &Locale::of(&project.settings))?),
        KpiFormat::Png => say_bytes(&pictures::of_answer_as_png(answer, &Locale::of(&project.settings))?),
    }
}

impl Arguments {
    fn params(&self) -> Result<Params, Usage> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && Range::new(from, to).is_none()
        {
            return Err(Usage::new(format!("--to {to} is before --from {from}"), "both days are included"));
        }
        Ok(Params {
            from: self.from,
            to: self.to,
            grain: self.grain,
            by: self.by.clone(),
            filters: as_filters(&self.filter),
            attributes: self.attributes,
            as_of: self.as_of,
            options: self.option.iter().cloned().collect(),
        })
    }
}

/// Several values of one column become one filter: they mean or.
pub fn as_filters(pairs: &[(String, String)]) -> Vec<Filter> {
    let mut by_column: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (column, value) in pairs {
        by_column.entry(column).or_default().push(value.clone());
    }
    by_column.into_iter().map(|(column, values)| Filter { column: column.into(), values }).collect()
}

fn unknown_kpi(project: &Project, name: &str) -> Usage {
    let looks = ScanOf::ALL.iter().map(|(name, _)| *name);
    let hint = did_you_mean(name, project.kpis.iter().map(|kpi| kpi.name.as_str()).chain(looks));
    Usage::new(format!("no KPI is called \"{name}\""), hint)
}

/// A flag that is none, of the KPI or of the command.
fn unknown_option<'a>(of: &str, name: &str, own: impl Iterator<Item = &'a str>) -> Usage {
    let flags = flags_of_kpi().into_iter().filter(|flag| flag != "option" && flag != "help");
    let known: Vec<String> = own.map(String::from).chain(flags).map(|flag| format!("--{flag}")).collect();
    let hint = did_you_mean(&format!("--{}", name.replace('_', "-")), known.iter().map(String::as_str));
    Usage::new(format!("{of} has no option \"{name}\""), hint)
}

fn as_usage(error: AnswerError) -> anyhow::Error {
    match error.mistake() {
        Some((what, hint)) => Usage::new(what, hint).into(),
        None => error.into(),
    }
}

/// `kpi won --measure count` becomes `kpi won --option measure=count`: KPIs declare options of their own, which
/// the command line cannot know beforehand.
pub fn options_spelled_out(args: Vec<OsString>) -> Vec<OsString> {
    let Some(at) = command_of(&args).filter(|at| args[*at] == "kpi") else { return args };
    let known = flags_of_kpi();
    let mut spelled = args[..=at].to_vec();
    let mut rest = args[at + 1..].iter();
    while let Some(arg) = rest.next() {
        let Some(flag) = arg.to_str().and_then(|a| a.strip_prefix("--")).filter(|a| !a.is_empty()) else {
            spelled.push(arg.clone());
            continue;
        };
        let (name, value) = flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value.to_string())));
        if known.iter().any(|k| k == name) {
            spelled.push(arg.clone());
            if value.is_none() {
                spelled.extend(rest.next().cloned());
            }
            continue;
        }
        match value.or_else(|| rest.next().and_then(|next| next.to_str()).map(String::from)) {
            Some(value) => spelled.push(format!("--option={}={value}", name.replace('-', "_")).into()),
            None => spelled.push(arg.clone()), // the parser says what is wrong with it
        }
    }
    spelled
}

/// Where the command stands: behind the program's name and the flags that all commands have, with their values.
fn command_of(args: &[OsString]) -> Option<usize> {
    let mut at = 1;
    while let Some(flag) = args.get(at)?.to_str().filter(|arg| arg.starts_with('-')) {
        at += if flag == "--project" || flag == "--lake" { 2 } else { 1 };
    }
    Some(at)
}

/// Every long flag that `kpi` has; each but `--help` takes a value.
fn flags_of_kpi() -> Vec<String> {
    let mut line = CommandLine::command();
    line.build();
    let kpi = line.find_subcommand("kpi").expect("kpi is a command");
    kpi.get_arguments().filter_map(|arg| arg.get_long().map(String::from)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, expected: &str) {
        let args = typed.split(' ').map(OsString::from).collect();
        let spelled: Vec<String> = options_spelled_out(args).iter().map(|a| a.to_string_lossy().into_owned()).collect();
        assert_eq!(spelled.join(" "), expected);
    }

    #[test]
    fn a_kpis_own_options_are_flags() {
        check("uptake kpi won --measure count --grain month", "uptake kpi won --option=measure=count --grain month");
        check("uptake --project x kpi --window=28 won", "uptake --project x kpi --option=window=28 won");
        check("uptake kpi won --grain month --by grade", "uptake kpi won --grain month --by grade");
        check("uptake kpi won --lake x --measure", "uptake kpi won --lake x --measure");
        check("uptake load kpi.zip --complete", "uptake load kpi.zip --complete");
        check("uptake load kpi --complete x", "uptake load kpi --complete x");
        check("uptake --project kpi tables --format csv", "uptake --project kpi tables --format csv");
        check("uptake --project kpi kpi won --basis x", "uptake --project kpi kpi won --option=basis=x");
        check("uptake --lake=kpi kpi won --basis x", "uptake --lake=kpi kpi won --option=basis=x");
    }

    #[test]
    fn repeated_filters_on_one_column_mean_or() {
        let pairs =
            [("grade", "Partner"), ("office", "Berlin"), ("grade", "Analyst")].map(|(c, v)| (c.into(), v.into()));
        let filters = as_filters(&pairs);
        assert_eq!(filters.len(), 2);
        assert_eq!(filters[0].values, ["Partner", "Analyst"]);
    }
}
