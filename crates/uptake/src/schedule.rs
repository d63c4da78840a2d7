//! When which report is due, and what became of it.
//!
//! `ledger.rs` keeps it beside the lake, `sending.rs` does it. Nothing here looks at a clock: the instant is handed in, so that ten years pass in a test within a second.

pub mod ledger;
pub mod sending;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uptake_spec::Report;

/// What became of a report that was due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum State {
    Sent {
        files: Vec<SentFile>,
    },
    /// It will not be sent: a newer one was due before it could be.
    Skipped {
        why: String,
    },
    /// It waits until the data is fresh and the tests pass.
    Held {
        why: String,
    },
    Failed {
        why: String,
        retry_at: DateTime<Utc>,
    },
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
    Send {
        due: DateTime<Utc>,
        tries: u32,
    },
    /// A newer one is due, and both would tell the same.
    Skip {
        due: DateTime<Utc>,
    },
}

/// Minutes until a failed report is tried again; the last holds from then on.
const RETRY_AFTER_MIN: [i64; 4] = [1, 5, 15, 60];

impl State {
    /// Failed for the `tries`-th time.
    pub fn failed(why: String, tries: u32, now: DateTime<Utc>) -> State {
        let minutes = RETRY_AFTER_MIN[(tries.max(1) as usize - 1).min(RETRY_AFTER_MIN.len() - 1)];
        State::Failed { why, retry_at: now + Duration::minutes(minutes) }
    }
}

/// What is to be done about `report` at the instant `now`. What was sent is never sent again, whatever the clock does. What was skipped
/// by a clock that ran ahead is due as ever once the clock is right.
pub fn steps(report: &Report, history: &History, now: DateTime<Utc>) -> Vec<Step> {
    let settled = |entry: &Entry| match entry.state {
        State::Sent { .. } => true,
        State::Skipped { .. } => entry.at <= now,
        State::Held { .. } | State::Failed { .. } => false,
    };
    // Whatever was due before a settled one was settled with it.
    let before = history.entries.range(..=now).rev().find(|(_, entry)| settled(entry) && entry.at <= now);
    let from = before.map_or(history.begun, |(due, _)| *due);
    let open = |due: &DateTime<Utc>| !history.entries.get(due).is_some_and(settled);
    let mut due: Vec<DateTime<Utc>> = report.when.between(from, now).collect();
    let newest = due.pop();
    let skipped = due.into_iter().filter(open).map(|due| Step::Skip { due });
    let sent = newest.filter(open).and_then(|due| match history.entries.get(&due) {
        Some(Entry { state: State::Failed { retry_at, .. }, .. }) if *retry_at > now => None,
        known => Some(Step::Send { due, tries: known.map_or(0, |entry| entry.tries) + 1 }),
    });
    skipped.chain(sent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, LocalResult, NaiveDate, NaiveTime, TimeZone, Weekday};
    use chrono_tz::Tz;
    use rand_core::Rng;
    use rand_pcg::Pcg32;
    use std::collections::BTreeSet;
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
        assert_eq!(due, [skip("2026-11-02T07:00:00Z"), skip("2026-11-03T07:00:00Z"), send("2026-11-04T07:00:00Z", 1)]);
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
        let held =
            history("2026-11-04T00:00:00Z", vec![entry("2026-11-04T07:00:00Z", State::Held { why: String::new() })]);
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
    const ZONES: [&str; 6] = [
        "Europe/Paris",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Santiago",
        "Asia/Kolkata",
        "Europe/London",
    ];

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
        let days = (from - Duration::days(1)).date_naive().iter_days().take_while(|day| *day <= to.date_naive());
        days.filter(|day| rule.1(*day))
            .map(|day| instant(zone, day, rule.2, rule.3))
            .filter(|due| *due > from && *due <= to)
            .collect()
    }

    /// What a program does that is called now and then, for ten years. At times it is off for weeks, its clock is set back by hours for
    /// one call, or runs ahead by months for one call, and a sending fails now and then.
    struct Life {
        history: History,
        random: Pcg32,
        off: Vec<(DateTime<Utc>, DateTime<Utc>)>,
        failed: BTreeSet<DateTime<Utc>>,
        sent: u32,
    }

    impl Life {
        fn of(report: &Report, seed: u64, begun: DateTime<Utc>, end: DateTime<Utc>) -> Life {
            let history = History { begun, entries: BTreeMap::new() };
            let mut life = Life { history, random: Pcg32::new(seed, 7), off: vec![], failed: BTreeSet::new(), sent: 0 };
            let mut now = begun;
            while now < end {
                let clock = life.clock(now);
                life.call(report, clock);
                let before = now;
                let is_off = life.below(3000) == 0;
                now += Duration::minutes(1 + life.below(if is_off { 60_000 } else { 600 }));
                if is_off || clock != before {
                    life.off.push((before, now));
                }
            }
            life
        }

        fn below(&mut self, most: u32) -> i64 {
            i64::from(self.random.next_u32() % most)
        }

        fn clock(&mut self, now: DateTime<Utc>) -> DateTime<Utc> {
            match self.below(1000) {
                0 => now + Duration::days(self.below(100)),
                1..=3 => now - Duration::hours(self.below(30)),
                _ => now,
            }
        }

        fn call(&mut self, report: &Report, clock: DateTime<Utc>) {
            for step in steps(report, &self.history, clock) {
                let (due, state) = match step {
                    Step::Send { due, .. } if self.below(50) == 0 => (due, State::failed(String::new(), 1, clock)),
                    Step::Send { due, .. } => (due, State::Sent { files: vec![] }),
                    Step::Skip { due } => (due, State::Skipped { why: String::new() }),
                };
                match state {
                    State::Sent { .. } => self.sent += 1,
                    State::Failed { .. } => drop(self.failed.insert(due)),
                    _ => {}
                }
                let entry = Entry { report: "r".into(), due, at: clock, tries: 1, build: None, state };
                let before = self.history.entries.insert(due, entry);
                assert!(!before.is_some_and(|e| matches!(e.state, State::Sent { .. })), "{due} was sent already");
            }
        }

        /// Whether a due time may have been missed: the program was off, its clock wrong, or a sending of it had failed.
        fn may_miss(&self, due: DateTime<Utc>) -> bool {
            self.failed.contains(&due) || self.off.iter().any(|(from, to)| *from <= due && due <= *to)
        }
    }

    #[test]
    fn ten_years_in_six_zones_none_missed_none_doubled() {
        let (begun, end) = (at("2024-01-01T00:00:00Z"), at("2034-01-01T00:00:00Z"));
        for (seed, name) in ZONES.iter().enumerate() {
            let zone: Tz = name.parse().expect("a zone");
            for rule in &RULES {
                let life = Life::of(&report(rule.0, name), seed as u64, begun, end);
                let due = expected(rule, zone, begun, end - Duration::days(1));
                for due in &due {
                    match life.history.entries.get(due).map(|entry| &entry.state) {
                        Some(State::Sent { .. }) => {}
                        Some(State::Skipped { .. }) => assert!(life.may_miss(*due), "{name} {}: {due} skipped", rule.0),
                        other => panic!("{name} {}: {due} is {other:?}", rule.0),
                    }
                }
                let all = expected(rule, zone, begun, end + Duration::days(200));
                assert!(life.history.entries.keys().all(|due| all.contains(due)), "{name} {}: one invented", rule.0);
                assert!(life.sent as usize * 10 >= due.len() * 9, "{name} {}: {} of {}", rule.0, life.sent, due.len());
            }
        }
    }
}
