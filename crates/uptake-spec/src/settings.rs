//! `uptake.toml`: the settings of one firm.

use crate::fields::{Fields, Piece};
use crate::job::{Job, read_jobs};
use crate::problem::Problem;
use chrono::{NaiveDate, Weekday};
use chrono_tz::Tz;
use std::path::Path;
use std::str::FromStr;

/// What pages, pictures and paper are written in. Files for programs are the same in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    #[default]
    English,
    German,
    French,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub firm: String,
    /// ISO 4217, as `EUR`.
    pub currency: String,
    pub language: Language,
    pub time_zone: Tz,
    /// Monday or Sunday.
    pub week_start: Weekday,
    /// Month, 1 to 12.
    pub fiscal_year_start: u32,
    /// When people were asked to use the CRM. No KPI reads it yet; those since go-live will.
    pub go_live: Option<NaiveDate>,
    pub leader_grades: Vec<String>,
    /// Usernames, ids or profiles of users that are no people.
    pub robots: Vec<String>,
    /// The fewest people a cell may show to others than the local viewer, who is the only one yet.
    pub k_min: u32,
    /// Days after which a new joiner is expected to work in the CRM. No KPI reads it yet; the one of new joiners will.
    pub ramp_days: u32,
    /// How a letter begins. No KPI reads it yet; `broken_greetings` will.
    pub greeting: String,
    /// Folders, files, patterns or URLs that `up` lands, relative to the project.
    pub exports: Vec<String>,
    /// Folder (relative to the project) or URL of the lake.
    pub lake: String,
    /// What `serve` loads by itself.
    pub jobs: Vec<Job>,
}

impl Language {
    pub const ALL: [Language; 3] = [Language::English, Language::German, Language::French];

    /// ISO 639-1, in uptake.toml and as `lang` in HTML and PDF: `de`.
    pub fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
            Language::French => "fr",
        }
    }
}

impl FromStr for Language {
    type Err = ();

    fn from_str(code: &str) -> Result<Language, ()> {
        Language::ALL.into_iter().find(|language| language.code() == code).ok_or(())
    }
}

/// # Errors
/// Every mistake of the file.
pub fn read_settings(file: &Path, text: &str) -> Result<Settings, Vec<Problem>> {
    match read_what_is_there(file, text) {
        (settings, problems) if problems.is_empty() => Ok(settings),
        (_, problems) => Err(problems),
    }
}

/// The settings with a default for each that could not be read, and every mistake of the file.
pub(crate) fn read_what_is_there(file: &Path, text: &str) -> (Settings, Vec<Problem>) {
    let piece = Piece::new(file, text, 0);
    let settings = piece.read(text, |f| Some(read(f)));
    let defaults = || Piece::new(file, "", 0).read("", |f| Some(read(f)));
    (settings.or_else(defaults).expect("an empty text is TOML"), piece.problems())
}

fn read(f: &Fields) -> Settings {
    let time_zone = parsed(f, "time_zone", "an IANA zone such as \"Europe/Berlin\"").unwrap_or(Tz::UTC);
    Settings {
        firm: f.needed("firm").unwrap_or_default(),
        currency: read_currency(f),
        language: parsed(f, "language", "\"en\", \"de\" or \"fr\"").unwrap_or_default(),
        time_zone,
        week_start: f
            .one_of("week_start", &[("monday", Weekday::Mon), ("sunday", Weekday::Sun)])
            .unwrap_or(Weekday::Mon),
        fiscal_year_start: number(f, "fiscal_year_start", 1, 1..=12),
        go_live: parsed(f, "go_live", "a date such as \"2025-01-31\""),
        leader_grades: f.texts("leader_grades").unwrap_or_default(),
        robots: f.texts("robots").unwrap_or_default(),
        k_min: number(f, "k_min", 5, 1..=1000),
        ramp_days: number(f, "ramp_days", 14, 0..=365),
        greeting: f.text("greeting").unwrap_or_else(|| "Dear {first_name}".into()),
        exports: f.texts("exports").unwrap_or_default(),
        lake: f.text("lake").unwrap_or_else(|| "lake".into()),
        jobs: read_jobs(f, time_zone),
    }
}

fn read_currency(f: &Fields) -> String {
    let currency = f.needed("currency").unwrap_or_default();
    if f.has("currency") && !(currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase())) {
        f.object("currency", format!("\"{currency}\" is no currency"), "it wants three capitals, such as \"EUR\"");
    }
    currency
}

fn parsed<T: FromStr>(f: &Fields, key: &'static str, wanted: &str) -> Option<T> {
    let word = f.text(key)?;
    let value = word.parse().ok();
    if value.is_none() {
        f.object(key, format!("\"{key}\" cannot be \"{word}\""), format!("it wants {wanted}"));
    }
    value
}

fn number(f: &Fields, key: &'static str, default: u32, allowed: std::ops::RangeInclusive<u32>) -> u32 {
    let Some(n) = f.integer(key) else { return default };
    match u32::try_from(n).ok().filter(|n| allowed.contains(n)) {
        Some(n) => n,
        None => {
            f.object(
                key,
                format!("\"{key}\" cannot be {n}"),
                format!("it wants {} to {}", allowed.start(), allowed.end()),
            );
            default
        }
    }
}
