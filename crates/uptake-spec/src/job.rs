//! A job that loads: what comes from where, when it is looked for, and by when it should have come.
//!
//! ```toml
//! [[load]]
//! name        = "crm"
//! from        = "drop/crm"          # a path, a pattern, or a URL, relative to the project
//! cron        = "0 6 * * Mon"       # or: watch = true
//! zone        = "Europe/Paris"      # the project's unless given
//! expected_by = "Mon 09:00"         # or "09:00", each day
//! retry       = { count = 3, pause = "5m" }
//! ```

use crate::fields::Fields;
use crate::problem::{Place, Problem, did_you_mean};
use crate::project::Project;
use crate::report::When;
use crate::source::{DateOrder, DecimalMark};
use chrono::{Duration, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use std::cell::RefCell;

#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    pub name: String,
    /// Paths, patterns and URLs, relative to the project.
    pub from: Vec<String>,
    pub starts: Starts,
    /// The times by which something should have come, each time anew.
    pub expected_by: Option<When>,
    pub retry: Retry,
    /// As of `uptake load`.
    pub source: Option<String>,
    pub snapshot: Option<NaiveDate>,
    pub complete: bool,
    pub date_order: Option<DateOrder>,
    pub decimal: Option<DecimalMark>,
    /// Where its source is named, or else where it begins.
    pub place: Place,
}

/// What makes a job begin.
#[derive(Debug, Clone, PartialEq)]
pub enum Starts {
    At(Box<When>),
    /// A file in its folder that has stood still for so long.
    WhenSettled(Duration),
}

/// How often, and after which time, what has failed is tried again.
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    pub count: u32,
    pub pause: Duration,
}

impl Default for Retry {
    fn default() -> Retry {
        Retry { count: 3, pause: Duration::minutes(5) }
    }
}

/// How long a watched file must stand still, unless its job says otherwise.
const SETTLE: Duration = Duration::seconds(10);
/// The most times that a job may be tried again.
const MOST_RETRIES: u32 = 100;

/// Reads every `[[load]]` of uptake.toml; `zone` is the project's.
pub(crate) fn read_jobs(f: &Fields, zone: Tz) -> Vec<Job> {
    let names = RefCell::new(vec![]);
    f.tables("load", |f| read(f, zone, &mut names.borrow_mut()))
}

fn read(f: &Fields, zone: Tz, names: &mut Vec<String>) -> Option<Job> {
    // Everything is read before anything is missed, so that every mistake is told at once.
    let (name, from) = (read_name(f, names), read_from(f));
    let zone = read_zone(f).unwrap_or(zone);
    let starts = read_starts(f, zone, from.as_deref().unwrap_or_default());
    let expected_by = read_expected(f, zone);
    let retry = f.table("retry", read_retry).unwrap_or_default();
    let (source, snapshot) = (f.text("source"), read_snapshot(f));
    let complete = f.flag("complete").unwrap_or(false);
    let (date_order, decimal) = (f.one_of("date_order", &DateOrder::WORDS), f.one_of("decimal", &DecimalMark::WORDS));
    Some(Job {
        name: name?,
        from: from?,
        starts: starts?,
        expected_by,
        retry,
        source,
        snapshot,
        complete,
        date_order,
        decimal,
        place: f.place("source"),
    })
}

/// The name is that of a file in the lake's ledger.
fn read_name(f: &Fields, names: &mut Vec<String>) -> Option<String> {
    let name = f.needed("name")?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || !name.chars().all(is_name) {
        f.object("name", format!("a job cannot be called \"{name}\""), "it wants letters, digits, - and _");
        return None;
    }
    if names.contains(&name) {
        f.object("name", format!("two jobs are called \"{name}\""), "give each a name of its own");
        return None;
    }
    names.push(name.clone());
    Some(name)
}

fn read_from(f: &Fields) -> Option<Vec<String>> {
    if !f.has("from") {
        return f.needed("from").and(None);
    }
    let from = f.texts("from")?;
    if from.is_empty() {
        f.object("from", "\"from\" is empty", "name a folder, a file, a pattern or a URL");
        return None;
    }
    Some(from)
}

fn read_zone(f: &Fields) -> Option<Tz> {
    let word = f.text("zone")?;
    let zone = word.parse::<Tz>().ok();
    if zone.is_none() {
        f.object("zone", format!("\"{word}\" is no time zone"), "it wants an IANA zone such as \"Europe/Paris\"");
    }
    zone
}

fn read_starts(f: &Fields, zone: Tz, from: &[String]) -> Option<Starts> {
    let (watch, cron) = (f.flag("watch").unwrap_or(false), f.text("cron"));
    let settle = read_duration(f, "settle");
    match (watch, cron) {
        (true, Some(_)) => {
            let hint = "take one out: a watched folder is looked at all the time";
            f.object("cron", "a job has \"cron\" or \"watch\", not both", hint);
            None
        }
        (true, None) => {
            if let Some(other) = from.iter().find(|from| from.contains("://") || from.contains(['*', '?', '['])) {
                let hint = "name the folder itself, or give the job a \"cron\" instead of \"watch\"";
                f.object("from", format!("\"{other}\" cannot be watched: it is no folder"), hint);
                return None;
            }
            Some(Starts::WhenSettled(settle.unwrap_or(SETTLE)))
        }
        (false, cron) => {
            if f.has("settle") {
                let hint = "add watch = true, or take it out";
                f.object("settle", "\"settle\" is for a watched folder", hint);
            }
            let Some(pattern) = cron else {
                if !f.has("cron") {
                    let hint = "add cron = \"0 6 * * Mon\" for six on Mondays, or watch = true for a folder";
                    f.object("name", "the job does not say when it begins", hint);
                }
                return None;
            };
            let when = When::new(&pattern, zone);
            when.map(|when| Starts::At(Box::new(when)))
                .map_err(|why| f.object("cron", why, "every Monday at six is \"0 6 * * Mon\""))
                .ok()
        }
    }
}

/// `09:00` or `Mon 09:00`.
fn read_expected(f: &Fields, zone: Tz) -> Option<When> {
    let text = f.text("expected_by")?;
    let (day, time) = text.trim().rsplit_once(' ').unwrap_or(("*", text.trim()));
    let days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    let whole = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
    let word = day.trim().to_lowercase();
    let day = match days.iter().zip(whole).find(|(short, long)| **short == word || *long == word) {
        Some((short, _)) => Some(*short),
        None => (word == "*").then_some("*"),
    };
    let time = NaiveTime::parse_from_str(time, "%H:%M").ok();
    let when =
        day.zip(time).and_then(|(day, time)| When::new(&format!("{} * * {day}", time.format("%M %H")), zone).ok());
    if when.is_none() {
        let hint = "it wants \"09:00\" for each day, or \"Mon 09:00\" for one";
        f.object("expected_by", format!("\"{text}\" is no time of a day"), hint);
    }
    when
}

fn read_retry(f: &Fields) -> Option<Retry> {
    let default = Retry::default();
    let count = f.integer("count").map(|count| u32::try_from(count).ok().filter(|count| *count <= MOST_RETRIES));
    if let Some(None) = count {
        f.object("count", "\"count\" cannot be that", format!("it wants 0 to {MOST_RETRIES}"));
    }
    let pause = read_duration(f, "pause").unwrap_or(default.pause);
    Some(Retry { count: count.flatten().unwrap_or(default.count), pause })
}

fn read_snapshot(f: &Fields) -> Option<NaiveDate> {
    let word = f.text("snapshot")?;
    let day = word.parse().ok();
    if day.is_none() {
        f.object("snapshot", format!("\"{word}\" is no day"), "it wants a date such as \"2026-01-31\"");
    }
    day
}

/// `10s`, `5m`, `2h`: above nothing, at most a day.
fn read_duration(f: &Fields, key: &'static str) -> Option<Duration> {
    let text = f.text(key)?;
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let number = digits.parse::<i64>().ok().filter(|number| (1..=86_400).contains(number));
    let length = number.and_then(|number| match text[digits.len()..].trim() {
        "s" => Some(Duration::seconds(number)),
        "m" => Some(Duration::minutes(number)),
        "h" => Some(Duration::hours(number)),
        _ => None,
    });
    let length = length.filter(|length| *length <= Duration::days(1));
    if length.is_none() {
        f.object(key, format!("\"{key}\" cannot be \"{text}\""), "it wants \"10s\", \"5m\" or \"2h\", at most a day");
    }
    length
}

/// What a job names that the project does not have.
pub(crate) fn mistakes(job: &Job, project: &Project) -> Option<Problem> {
    let source = job.source.as_ref().filter(|name| !project.sources.iter().any(|known| known.name == **name))?;
    let hint = did_you_mean(source, project.sources.iter().map(|source| source.name.as_str()));
    Some(Problem::new(job.place.clone(), format!("no source is called \"{source}\""), hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::read_settings;
    use chrono::{DateTime, Utc};

    fn read(jobs: &str) -> Result<Vec<Job>, Vec<String>> {
        let text = format!("firm = \"F\"\ncurrency = \"EUR\"\ntime_zone = \"Europe/Paris\"\n{jobs}");
        let settings = read_settings("uptake.toml".as_ref(), &text);
        settings.map(|settings| settings.jobs).map_err(|all| all.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_job_is_read_whole() {
        let jobs = read(
            "[[load]]\nname = \"crm\"\nfrom = [\"a\", \"b/*.csv\"]\ncron = \"0 6 * * Mon\"\nexpected_by = \"Monday 09:00\"\n\
             retry = { count = 5, pause = \"90s\" }\nsource = \"hubspot\"\nsnapshot = \"2026-01-31\"\ncomplete = true\n\
             date_order = \"dmy\"\ndecimal = \"comma\"\n[[load]]\nname = \"drop\"\nfrom = \"in\"\nwatch = true\nzone = \"UTC\"\n\
             expected_by = \"18:30\"\n",
        )
        .expect("right");
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
        let Job { name, from, expected_by, retry, .. } = &jobs[0];
        assert_eq!((name.as_str(), from.len()), ("crm", 2));
        let next = |when: &Option<When>| when.as_ref().and_then(|when| when.next(at("2026-11-18T12:00:00Z")));
        assert_eq!(next(expected_by), Some(at("2026-11-23T08:00:00Z")));
        assert_eq!(*retry, Retry { count: 5, pause: Duration::seconds(90) });
        assert_eq!((jobs[0].date_order, jobs[0].complete), (Some(DateOrder::Dmy), true));
        assert_eq!(jobs[1].starts, Starts::WhenSettled(Duration::seconds(10)));
        assert_eq!(next(&jobs[1].expected_by), Some(at("2026-11-18T18:30:00Z")));
        assert_eq!(jobs[1].retry, Retry::default());
    }

    #[test]
    fn every_mistake_is_told_at_its_place() {
        let told = read(
            "[[load]]\nname = \"a b\"\nfrom = []\ncron = \"0 6 * *\"\nzone = \"Europe/Pariss\"\nexpected_by = \"Mo 9\"\n\
             [[load]]\nname = \"x\"\nfrom = \"in/*.csv\"\nwatch = true\nsettle = \"10\"\nretry = { count = -1, pouse = \"5m\" }\n\
             [[load]]\nname = \"x\"\nfrm = \"in\"\ncomplete = \"yes\"\n[[load]]\nname = \"y\"\nfrom = \"in\"\nwatch = true\ncron = \"0 6 * * *\"\n",
        )
        .expect_err("wrong");
        for (line, words) in [
            (5, "\"a b\""),
            (6, "empty"),
            (7, "five fields"),
            (8, "Pariss"),
            (9, "Mo 9"),
            (12, "cannot be watched"),
            (14, "\"settle\""),
            (15, "\"count\""),
            (15, "unknown key \"pouse\""),
            (17, "two jobs"),
            (18, "unknown key \"frm\""),
            (19, "complete"),
            (24, "not both"),
        ] {
            let found = told.iter().any(|t| t.starts_with(&format!("uptake.toml:{line}:")) && t.contains(words));
            assert!(found, "{line} {words}: {told:#?}");
        }
    }
}
