//! When which report is due, and what became of it.
//!
//! Nothing here looks at a clock: the instant is handed in, so that ten years pass in a test within a second.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uptake_spec::Report;
use uptake_spec::report::When;

/// What became of a report that was due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum State {
    Sent { files: Vec<SentFile> },
    /// It will not be sent: a newer one was due before it could be.
    Skipped { why: String },
    /// It waits until the data is fresh and the tests pass.
    Held { why: String },
    Failed { why: String, retry_at: DateTime<Utc> },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentFile {
    pub name: String,
    /// Of its bytes, in hexadecimal.
    pub sha256: String,
}

/// One line of the ledger: one report at one time it was due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub report: String,
    pub due: DateTime<Utc>,
    /// When this was written.
    pub at: DateTime<Utc>,
    /// So often it was tried.
    pub tries: u32,
    pub build: Option<u64>,
    #[serde(flatten)]
    pub state: State,
}

/// What is known of one report: since when it exists, and what became of each time it was due.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// Nothing is due before.
    pub begun: DateTime<Utc>,
    pub entries: BTreeMap<DateTime<Utc>, Entry>,
}

/// What is to be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Send { due: DateTime<Utc>, tries: u32 },
    /// A newer one is due, and both would tell the same.
    Skip { due: DateTime<Utc> },
}

/// How far back a time that was missed is still looked for, unless nothing newer was due.
const LOOK_BACK: Duration = Duration::days(35);
/// Minutes until a failed report is tried again; the last holds from then on.
const RETRY_AFTER_MIN: [i64; 4] = [1, 5, 15, 60];

impl State {
    /// Nothing more will be done.
    pub fn is_settled(&self) -> bool {
        matches!(self, State::Sent { .. } | State::Skipped { .. })
    }

    /// Failed for the `tries`-th time.
    pub fn failed(why: String, tries: u32, now: DateTime<Utc>) -> State {
        let minutes = RETRY_AFTER_MIN[(tries.max(1) as usize - 1).min(RETRY_AFTER_MIN.len() - 1)];
        State::Failed { why, retry_at: now + Duration::minutes(minutes) }
    }
}

/// What is to be done about `report` at the instant `now`. Settled times are never touched again, whatever the clock does:
/// what was sent while it ran ahead stays sent, and what becomes due after it was set back is due as ever.
pub fn steps(report: &Report, history: &History, now: DateTime<Utc>) -> Vec<Step> {
    let open = |due: &DateTime<Utc>| history.entries.get(due).is_none_or(|entry| !entry.state.is_settled());
    let mut due: Vec<DateTime<Utc>> = due_lately(&report.when, history.begun, now);
    let newest = due.pop();
    let skipped = due.into_iter().filter(|due| open(due)).map(|due| Step::Skip { due });
    let sent = newest.filter(|due| open(due)).and_then(|due| match history.entries.get(&due) {
        Some(Entry { state: State::Failed { retry_at, .. }, .. }) if *retry_at > now => None,
        known => Some(Step::Send { due, tries: known.map_or(0, |entry| entry.tries) + 1 }),
    });
    skipped.chain(sent).collect()
}

/// The times of the last weeks, or the newest one before if there was none.
fn due_lately(when: &When, begun: DateTime<Utc>, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    for back in [LOOK_BACK, LOOK_BACK * 12, LOOK_BACK * 120] {
        let due: Vec<DateTime<Utc>> = when.between(begun.max(now - back), now).collect();
        if !due.is_empty() {
            return if back == LOOK_BACK { due } else { due[due.len() - 1..].to_vec() };
        }
    }
    vec![]
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, LocalResult, NaiveDate, NaiveTime, TimeZone, Weekday};
    use chrono_tz::Tz;
    use rand_core::Rng;
    use rand_pcg::Pcg32;
    use std::collections::{BTreeSet, HashMap};
    use uptake_spec::report::read_report;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn report(cron: &str, zone: &str) -> Report {
        let text = format!(
            "pages = [\"pulse\"]\nformats = [\"pdf\"]\ncron = \"{cron}\"\nzone = \"{zone}\"\nto = \"out\"\nowner = \"o\"\n"
        );
        read_report("dashboards/reports/r.toml".as_ref(), &text).expect("right")
    }

    fn entry(due: &str, state: State) -> (DateTime<Utc>, Entry) {
        let due = at(due);
        (due, Entry { report: "r".into(), due, at: due, tries: 1, build: None, state })
    }

    fn history(begun: &str, entries: Vec<(DateTime<Utc>, Entry)>) -> History {
        History { begun: at(begun), entries: entries.into_iter().collect() }
    }

    fn send(due: &str, tries: u32) -> Step {
        Step::Send { due: at(due), tries }
    }

    #[test]
    fn after_two_days_off_the_newest_is_sent_and_the_others_are_skipped() {
        let daily = report("0 7 * * *", "UTC");
        let known = history("2026-11-01T00:00:00Z", vec![entry("2026-11-01T07:00:00Z", State::Sent { files: vec![] })]);
        let due = steps(&daily, &known, at("2026-11-04T09:00:00Z"));
        let skip = |due: &str| Step::Skip { due: at(due) };
        assert_eq!(
            due,
            [skip("2026-11-02T07:00:00Z"), skip("2026-11-03T07:00:00Z"), send("2026-11-04T07:00:00Z", 1)]
        );
        assert_eq!(steps(&daily, &history("2026-11-04T08:00:00Z", vec![]), at("2026-11-04T09:00:00Z")), []);
    }

    #[test]
    fn a_failed_one_waits_a_held_one_is_asked_again_each_time() {
        let daily = report("0 7 * * *", "UTC");
        let failed = State::failed("disk full".into(), 2, at("2026-11-04T07:10:00Z"));
        assert_eq!(failed, State::Failed { why: "disk full".into(), retry_at: at("2026-11-04T07:15:00Z") });
        let known = history("2026-11-04T00:00:00Z", vec![entry("2026-11-04T07:00:00Z", failed)]);
        assert_eq!(steps(&daily, &known, at("2026-11-04T07:14:00Z")), []);
        assert_eq!(steps(&daily, &known, at("2026-11-04T07:15:00Z")), [send("2026-11-04T07:00:00Z", 2)]);
        let held = history("2026-11-04T00:00:00Z", vec![entry("2026-11-04T07:00:00Z", State::Held { why: String::new() })]);
        assert_eq!(steps(&daily, &held, at("2026-11-04T07:01:00Z")), [send("2026-11-04T07:00:00Z", 2)]);
    }

    #[test]
    fn one_a_year_is_not_lost_over_a_long_summer() {
        let yearly = report("0 7 1 1 *", "UTC");
        let known = history("2025-06-01T00:00:00Z", vec![]);
        assert_eq!(steps(&yearly, &known, at("2026-06-01T00:00:00Z")), [send("2026-01-01T07:00:00Z", 1)]);
    }

    /// Days on which a report is due, and its time on the zone's clock, told without cron.
    type Rule = (&'static str, fn(NaiveDate) -> bool, u32, u32);

    const RULES: [Rule; 5] = [
        ("30 2 * * *", |_| true, 2, 30),
        ("0 7 * * Mon", |day| day.weekday() == Weekday::Mon, 7, 0),
        ("0 0 1 * *", |day| day.day() == 1, 0, 0),
        ("15 12 29 2 *", |day| day.month() == 2 && day.day() == 29, 12, 15),
        ("59 23 31 * *", |day| day.day() == 31, 23, 59),
    ];
    /// Leaps of an hour and of half an hour, at 1:00, 2:00 and midnight, on both halves of the earth, and none at all.
    const ZONES: [&str; 6] =
        ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata", "Europe/London"];

    /// The instant of a time on the zone's clock: the first where it is shown twice, the first minute after a leap over it.
    fn instant(zone: Tz, day: NaiveDate, hour: u32, minute: u32) -> DateTime<Utc> {
        let mut local = day.and_time(NaiveTime::from_hms_opt(hour, minute, 0).expect("a time"));
        loop {
            match zone.from_local_datetime(&local) {
                LocalResult::Single(found) | LocalResult::Ambiguous(found, _) => return found.with_timezone(&Utc),
                LocalResult::None => local += Duration::minutes(1),
            }
        }
    }

    fn expected(rule: &Rule, zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> BTreeSet<DateTime<Utc>> {
        let days = from.date_naive().iter_days().take_while(|day| *day <= to.date_naive());
        days.filter(|day| rule.1(*day))
            .map(|day| instant(zone, day, rule.2, rule.3))
            .filter(|due| *due > from && *due <= to)
            .collect()
    }

    /// Ten years of minutes in leaps: usually of up to an hour; at times the program is off for weeks, the clock is set back by hours,
    /// or runs ahead by months and is set right again.
    #[test]
    fn ten_years_in_six_zones_none_missed_none_doubled() {
        let (begun, end) = (at("2024-01-01T00:00:00Z"), at("2034-01-01T00:00:00Z"));
        for (number, zone) in ZONES.iter().enumerate() {
            for rule in &RULES {
                let report = report(rule.0, zone);
                let mut random = Pcg32::new(number as u64, 7);
                let mut history = History { begun, entries: BTreeMap::new() };
                let mut sent: HashMap<DateTime<Utc>, DateTime<Utc>> = HashMap::new();
                let mut up_since = begun;
                let mut late = vec![];
                let mut now = begun;
                while now < end {
                    let clock = match random.next_u32() % 2000 {
                        0 => now + Duration::days(i64::from(random.next_u32() % 100)), // runs ahead, this once
                        1..=3 => now - Duration::hours(i64::from(random.next_u32() % 30)), // set back, this once
                        _ => now,
                    };
                    for step in steps(&report, &history, clock) {
                        let (due, state) = match step {
                            Step::Send { due, .. } if random.next_u32() % 50 == 0 => (due, State::failed("".into(), 1, clock)),
                            Step::Send { due, .. } => {
                                assert!(sent.insert(due, now).is_none(), "{zone} {}: {due} twice", rule.0);
                                if clock == now && due > up_since && now - due > Duration::hours(3) {
                                    late.push(due);
                                }
                                (due, State::Sent { files: vec![] })
                            }
                            Step::Skip { due } => (due, State::Skipped { why: String::new() }),
                        };
                        let entry = Entry { report: "r".into(), due, at: clock, tries: 1, build: None, state };
                        history.entries.insert(due, entry);
                    }
                    let off = random.next_u32() % 3000 == 0;
                    now += Duration::minutes(i64::from(1 + random.next_u32() % if off { 60_000 } else { 60 }));
                    if off {
                        up_since = now;
                    }
                }
                assert_eq!(late, [], "{zone} {}: sent late though nothing was off", rule.0);
                let zone: Tz = zone.parse().expect("a zone");
                let settled: BTreeSet<DateTime<Utc>> =
                    history.entries.values().filter(|e| e.state.is_settled()).map(|e| e.due).collect();
                let due = expected(rule, zone, begun, end - Duration::days(45));
                let missed: Vec<_> = due.difference(&settled).collect();
                assert_eq!(missed, Vec::<&DateTime<Utc>>::new(), "{zone} {} missed", rule.0);
                let all = expected(rule, zone, begun, end + Duration::days(365));
                let invented: Vec<_> = settled.difference(&all).collect();
                assert_eq!(invented, Vec::<&DateTime<Utc>>::new(), "{zone} {} invented", rule.0);
            }
        }
    }
}
