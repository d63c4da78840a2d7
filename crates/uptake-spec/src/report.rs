//! A report: pages that arrive somewhere by themselves, at times a cron pattern names.
//!
//! ```toml
//! # dashboards/reports/board.toml
//! pages   = ["pulse"]
//! formats = ["pdf"]
//! cron    = "0 7 * * Mon"
//! zone    = "Europe/Paris"
//! to      = "out/board"
//! owner   = "crm-ops@example.com"
//! fresh   = 7                        # held while any input is older than so many days
//! tests   = true                     # held while a KPI's test fails
//! [filter]
//! office  = ["Paris"]
//! ```

use crate::dashboard::Dashboard;
use crate::fields::{Fields, Piece};
use crate::problem::{Place, Problem, did_you_mean};
use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use croner::Cron;
use std::path::Path;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    Pdf,
    Png,
    Xlsx,
    Csv,
}

impl ReportFormat {
    pub const ALL: [(&str, ReportFormat); 4] = [
        ("pdf", ReportFormat::Pdf),
        ("png", ReportFormat::Png),
        ("xlsx", ReportFormat::Xlsx),
        ("csv", ReportFormat::Csv),
    ];

    /// As in the file's name.
    pub fn word(self) -> &'static str {
        ReportFormat::ALL.iter().find(|(_, format)| *format == self).map_or("", |(word, _)| word)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The file's name without `.toml`.
    pub name: String,
    /// Dashboards, in the order they are sent.
    pub pages: Vec<String>,
    pub formats: Vec<ReportFormat>,
    pub when: When,
    /// A folder relative to the project, or an object store's URL.
    pub to: String,
    /// Who answers for it: named wherever it is held or has failed.
    pub owner: String,
    /// Held while an input that its pages read is complete through a day further back than this. `None`: whatever is there.
    pub fresh_days: Option<u32>,
    /// Held while a KPI's test fails.
    pub tests: bool,
    /// Filters of the pages: name and members.
    pub filters: Vec<(String, Vec<String>)>,
    pub place: Place,
}

/// Times on the clock of a zone: minute, hour, day of month, month, weekday.
///
/// A time that the clock leaps over is due at the first minute after the leap; one that the clock shows twice is due at the first,
/// unless the pattern names every hour or every minute.
#[derive(Debug, Clone, PartialEq)]
pub struct When {
    pattern: Cron,
    pub zone: Tz,
}

impl When {
    /// # Errors
    /// A pattern of other than five fields, or one that cannot be meant so; in words.
    pub fn new(pattern: &str, zone: Tz) -> Result<When, String> {
        if pattern.split_whitespace().count() != 5 {
            return Err(format!("\"{pattern}\" has not five fields: minute, hour, day of month, month, weekday"));
        }
        let pattern = pattern.parse::<Cron>().map_err(|error| format!("\"{pattern}\": {error}"))?;
        Ok(When { pattern, zone })
    }

    /// The first time after `instant`; `None` for a day that never comes, as 30 February.
    pub fn next(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let local = instant.with_timezone(&self.zone);
        self.pattern.find_next_occurrence(&local, false).ok().map(|due| due.with_timezone(&Utc))
    }

    /// The last time up to and with `instant`.
    pub fn last(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let local = instant.with_timezone(&self.zone);
        self.pattern.find_previous_occurrence(&local, true).ok().map(|due| due.with_timezone(&Utc))
    }

    /// Every time after `from`, up to and with `to`, in order.
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        std::iter::successors(self.next(from), |due| self.next(*due)).take_while(move |due| *due <= to)
    }

    /// The day on the zone's clock.
    pub fn day_of(&self, instant: DateTime<Utc>) -> NaiveDate {
        instant.with_timezone(&self.zone).date_naive()
    }
}

impl Report {
    /// The oldest day that data may be complete through when the report is sent on `day`.
    pub fn oldest_allowed(&self, day: NaiveDate) -> Option<NaiveDate> {
        self.fresh_days.map(|days| day - Days::new(u64::from(days)))
    }
}

/// Reads `dashboards/reports/NAME.toml`.
///
/// # Errors
/// Every mistake of the file.
pub fn read_report(file: &Path, text: &str) -> Result<Report, Vec<Problem>> {
    let name = file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let piece = Piece::new(file, text, 0);
    let report = piece.read(text, |f| read(&name, f, Place::whole(file)));
    match (report, piece.problems()) {
        (Some(report), problems) if problems.is_empty() => Ok(report),
        (_, problems) => Err(problems),
    }
}

fn read(name: &str, f: &Fields, place: Place) -> Option<Report> {
    // Everything is read before anything is missed, so that every mistake is told at once.
    let (pages, formats) = (read_list(f, "pages"), read_formats(f));
    let (when, to, owner) = (read_when(f), read_to(f), f.needed("owner"));
    let fresh_days = read_fresh(f);
    let tests = f.flag("tests").unwrap_or(false);
    let filters = f.table("filter", |f| Some(f.all_texts())).unwrap_or_default();
    Some(Report {
        name: name.into(),
        pages: pages?,
        formats: formats?,
        when: when?,
        to: to?,
        owner: owner?,
        fresh_days,
        tests,
        filters,
        place,
    })
}

fn read_list(f: &Fields, key: &'static str) -> Option<Vec<String>> {
    if !f.has(key) {
        return f.needed(key).and(None);
    }
    let list = f.texts(key)?;
    if list.is_empty() {
        f.object(key, format!("\"{key}\" is empty"), "name at least one");
    }
    Some(list)
}

fn read_formats(f: &Fields) -> Option<Vec<ReportFormat>> {
    let words = read_list(f, "formats")?;
    let mut formats = vec![];
    for word in &words {
        match ReportFormat::ALL.iter().find(|(known, _)| known == word) {
            Some((_, format)) => formats.push(*format),
            None => {
                let hint = did_you_mean(word, ReportFormat::ALL.map(|(word, _)| word));
                f.object("formats", format!("no format is called \"{word}\""), hint);
            }
        }
    }
    Some(formats)
}

fn read_when(f: &Fields) -> Option<When> {
    let (pattern, zone) = (f.needed("cron"), f.needed("zone"));
    let zone = zone.map(|word| (word.parse::<Tz>().ok(), word));
    if let Some((None, word)) = &zone {
        f.object("zone", format!("\"{word}\" is no time zone"), "it wants an IANA zone such as \"Europe/Paris\"");
    }
    let when = When::new(&pattern?, zone.and_then(|(zone, _)| zone).unwrap_or(Tz::UTC));
    when.map_err(|why| f.object("cron", why, "every Monday at seven is \"0 7 * * Mon\"")).ok()
}

fn read_to(f: &Fields) -> Option<String> {
    let to = f.needed("to")?;
    let scheme = to.split_once("://").map(|(scheme, _)| scheme);
    if scheme.is_some_and(|scheme| !["file", "s3", "gs", "az"].contains(&scheme)) {
        f.object(
            "to",
            format!("nothing can be sent to \"{to}\""),
            "it wants a folder of the project, file://…, s3://bucket/…, gs://bucket/… or az://container/…",
        );
    }
    Some(to)
}

fn read_fresh(f: &Fields) -> Option<u32> {
    let days = f.integer("fresh")?;
    let known = u32::try_from(days).ok().filter(|days| *days <= 3660);
    if known.is_none() {
        f.object("fresh", format!("\"fresh\" cannot be {days}"), "it wants a number of days, 0 to 3660");
    }
    known
}

/// What a report names that the project does not have.
pub(crate) fn mistakes(report: &Report, pages: &[Dashboard]) -> Vec<Problem> {
    let mut problems = vec![];
    for name in &report.pages {
        let Some(page) = pages.iter().find(|page| page.slug == *name) else {
            let hint = did_you_mean(name, pages.iter().map(|page| page.slug.as_str()));
            problems.push(Problem::new(report.place.clone(), format!("no page is called \"{name}\""), hint));
            continue;
        };
        for (filter, _) in &report.filters {
            if !page.filters.iter().any(|known| known.name == *filter) {
                let hint = did_you_mean(filter, page.filters.iter().map(|known| known.name.as_str()));
                problems.push(Problem::new(report.place.clone(), format!("{name} has no filter \"{filter}\""), hint));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOARD: &str = r#"
pages   = ["pulse"]
formats = ["pdf", "xlsx"]
cron    = "0 7 * * Mon"
zone    = "Europe/Paris"
to      = "out/board"
owner   = "ops@example.com"
fresh   = 7
tests   = true
[filter]
office = ["Paris", "Lyon"]
grade  = "Partner"
"#;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn times(pattern: &str, zone: &str, from: &str, to: &str) -> Vec<String> {
        let when = When::new(pattern, zone.parse().expect("a zone")).expect("a pattern");
        when.between(at(from), at(to)).map(|due| due.format("%m-%dT%H:%M").to_string()).collect()
    }

    #[test]
    fn a_report_is_read_whole() {
        let report = read_report("dashboards/reports/board.toml".as_ref(), BOARD).expect("right");
        assert_eq!((report.name.as_str(), report.fresh_days, report.tests), ("board", Some(7), true));
        assert_eq!(report.formats, [ReportFormat::Pdf, ReportFormat::Xlsx]);
        assert_eq!(report.filters[0], ("office".into(), vec!["Paris".into(), "Lyon".into()]));
        assert_eq!(report.filters[1], ("grade".into(), vec!["Partner".into()]));
        assert_eq!(report.oldest_allowed("2026-11-23".parse().expect("a day")), "2026-11-16".parse().ok());
    }

    #[test]
    fn every_mistake_is_told_at_its_place() {
        let text = "pages = []\nformats = [\"pfd\"]\ncron = \"0 7 * *\"\nzone = \"Europe/Pariss\"\nto = 1\nfrsh = 3\nfresh = -1\n";
        let problems = read_report("dashboards/reports/board.toml".as_ref(), text).expect_err("wrong");
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        for (line, words) in [
            (1, "empty"),
            (2, "pfd"),
            (3, "five fields"),
            (4, "Pariss"),
            (5, "to"),
            (6, "frsh"),
            (7, "-1"),
            (1, "owner"),
        ] {
            let found = told.iter().any(|t| t.contains(&format!("board.toml:{line}:")) && t.contains(words));
            assert!(found, "{line} {words}: {told:#?}");
        }
    }

    #[test]
    fn where_nothing_can_be_sent_is_told() {
        let wrong =
            |to: &str| read_report("r.toml".as_ref(), &BOARD.replace("out/board", to)).err().map(|p| p[0].to_string());
        let told = wrong("ftp://nowhere").expect("wrong");
        assert!(
            told.starts_with("r.toml:6:11: nothing can be sent to \"ftp://nowhere\"") && told.contains("s3://"),
            "{told}"
        );
        for to in ["out", "../board", "/srv/board", "file:///srv/board", "s3://bucket/board"] {
            assert_eq!(wrong(to), None);
        }
    }

    #[test]
    fn a_time_that_the_clock_leaps_over_is_due_right_after() {
        // Paris leaps from 02:00 to 03:00 on 2026-03-29, at 01:00 UTC.
        let days = times("30 2 * * *", "Europe/Paris", "2026-03-27T12:00:00Z", "2026-03-30T12:00:00Z");
        assert_eq!(days, ["03-28T01:30", "03-29T01:00", "03-30T00:30"]);
    }

    #[test]
    fn a_time_that_the_clock_shows_twice_is_due_once() {
        // Paris goes from 03:00 back to 02:00 on 2026-10-25, at 01:00 UTC.
        let days = times("30 2 * * *", "Europe/Paris", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z");
        assert_eq!(days, ["10-25T00:30", "10-26T01:30"]);
    }

    #[test]
    fn seven_in_paris_every_monday() {
        let mondays = times("0 7 * * Mon", "Europe/Paris", "2026-10-12T05:00:00Z", "2026-11-02T23:00:00Z");
        assert_eq!(mondays, ["10-19T05:00", "10-26T06:00", "11-02T06:00"]);
        let when = When::new("0 7 * * Mon", chrono_tz::Europe::Paris).expect("a pattern");
        assert_eq!(when.last(at("2026-10-26T06:00:00Z")), Some(at("2026-10-26T06:00:00Z")));
        assert_eq!(when.last(at("2026-10-26T05:59:00Z")), Some(at("2026-10-19T05:00:00Z")));
    }

    #[test]
    fn a_day_that_never_comes_has_no_time() {
        assert_eq!(times("0 7 30 2 *", "UTC", "2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z"), [""; 0]);
        assert_eq!(times("0 7 29 2 *", "UTC", "2026-01-01T00:00:00Z", "2029-01-01T00:00:00Z"), ["02-29T07:00"]);
    }
}
