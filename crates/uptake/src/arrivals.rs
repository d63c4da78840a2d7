//! When a job loads, and when it is late.
//!
//! `folder.rs` tells which watched files are whole, `working.rs` loads and notes it in the ledger. Nothing here looks at a clock: the
//! instant is handed in.

mod folder;
pub mod working;

use chrono::{DateTime, Duration, Utc};
use uptake_lake::{Arrival, Standing};
use uptake_spec::Job;
use uptake_spec::job::Starts;

/// Files that come so soon after one another are one delivery.
const ONE_DELIVERY: Duration = Duration::hours(1);

/// The time of its cron that `job` is to run for at `now`, and the how-manyth try it is; of several times that passed, the newest.
fn due(job: &Job, standing: &Standing, now: DateTime<Utc>) -> Option<(DateTime<Utc>, u32)> {
    let Starts::At(when) = &job.starts else { return None };
    let newest = when.last(now).filter(|due| *due > standing.begun)?;
    match standing.ran_for.filter(|ran| *ran >= newest) {
        None => Some((newest, 1)),
        Some(ran) => is_to_be_retried(job, standing, now).then_some((ran, standing.tries + 1)),
    }
}

/// Whether what has failed is tried again by now.
fn is_to_be_retried(job: &Job, standing: &Standing, now: DateTime<Utc>) -> bool {
    let may = standing.state == Arrival::Failed && standing.tries <= job.retry.count;
    may && standing.retry_at.is_some_and(|at| at <= now)
}

fn failed(job: &Job, standing: &Standing, why: String, tries: u32, now: DateTime<Utc>) -> Standing {
    let retry_at = (tries <= job.retry.count).then(|| now + job.retry.pause);
    Standing { state: Arrival::Failed, ran_at: Some(now), tries, retry_at, why, ..standing.clone() }
}

fn nothing_new(standing: &Standing, tries: u32, now: DateTime<Utc>) -> Standing {
    let (ran_at, why) = (Some(now), String::new());
    Standing { state: Arrival::NothingNew, ran_at, tries, retry_at: None, why, ..standing.clone() }
}

/// New files came at `now`: they are those that were missed last, or else those that are expected next.
fn landed(job: &Job, standing: &Standing, rows_landed: u64, tries: u32, now: DateTime<Utc>) -> Standing {
    let goes_on = standing.landed_at.is_some_and(|at| now - at < ONE_DELIVERY);
    let served = job.expected_by.as_ref().and_then(|when| match missed(job, standing, now) {
        Some(_) => when.last(now),
        None if goes_on => standing.served,
        None => when.next(now),
    });
    Standing {
        state: Arrival::Landed,
        ran_at: Some(now),
        tries,
        retry_at: None,
        landed_at: Some(now),
        rows_landed,
        served: served.max(standing.served),
        why: String::new(),
        ..standing.clone()
    }
}

/// The last time by which something should have come that has not.
fn missed(job: &Job, standing: &Standing, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let last = job.expected_by.as_ref()?.last(now).filter(|due| *due > standing.begun)?;
    standing.served.is_none_or(|served| served < last).then_some(last)
}

/// The same, and since when it is late: the first time that was missed stays until something comes.
fn with_lateness(job: &Job, standing: Standing, now: DateTime<Utc>) -> Standing {
    let still = |since: &DateTime<Utc>| standing.served.is_none_or(|served| served < *since);
    let late_since = missed(job, &standing, now).map(|last| standing.late_since.filter(still).unwrap_or(last));
    Standing { late_since, ..standing }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uptake_spec::settings::read_settings;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    /// Paris is one hour before UTC in November 2026; the 23rd is a Monday.
    fn job(more: &str) -> Job {
        let text = format!(
            "firm = \"F\"\ncurrency = \"EUR\"\ntime_zone = \"Europe/Paris\"\n[[load]]\nname = \"crm\"\nfrom = \"in\"\n{more}"
        );
        read_settings("uptake.toml".as_ref(), &text).expect("right").jobs.remove(0)
    }

    #[test]
    fn it_runs_once_for_each_time_and_for_the_newest_after_a_pause() {
        let daily = job("cron = \"0 6 * * *\"\n");
        let new = Standing::new("crm", at("2026-11-20T00:00:00Z"));
        assert_eq!(due(&daily, &new, at("2026-11-20T04:59:00Z")), None);
        assert_eq!(due(&daily, &new, at("2026-11-22T12:00:00Z")), Some((at("2026-11-22T05:00:00Z"), 1)));
        let ran = Standing { ran_for: Some(at("2026-11-22T05:00:00Z")), ..new.clone() };
        assert_eq!(due(&daily, &ran, at("2026-11-22T12:00:00Z")), None);
        assert_eq!(due(&daily, &ran, at("2026-11-19T12:00:00Z")), None, "the clock was set back");
        assert_eq!(due(&daily, &ran, at("2026-11-23T05:00:00Z")), Some((at("2026-11-23T05:00:00Z"), 1)));
    }

    #[test]
    fn what_failed_is_tried_again_after_its_pause_and_not_for_ever() {
        let twice = job("cron = \"0 6 * * *\"\nretry = { count = 2, pause = \"5m\" }\n");
        let (time, mut now) = (at("2026-11-22T05:00:00Z"), at("2026-11-22T05:00:00Z"));
        let mut standing = Standing::new("crm", at("2026-11-21T12:00:00Z"));
        for tries in 1..=3 {
            assert_eq!(due(&twice, &standing, now), Some((time, tries)));
            standing = failed(&twice, &Standing { ran_for: Some(time), ..standing }, "no net".into(), tries, now);
            assert_eq!(due(&twice, &standing, now + Duration::seconds(299)), None);
            now += Duration::minutes(5);
        }
        assert_eq!((standing.retry_at, due(&twice, &standing, now + Duration::hours(20))), (None, None));
        assert_eq!(due(&twice, &standing, at("2026-11-23T05:00:00Z")), Some((at("2026-11-23T05:00:00Z"), 1)));
    }

    #[test]
    fn it_is_late_until_it_lands_and_then_for_the_next_time() {
        let job = job("watch = true\nexpected_by = \"09:00\"\n");
        let late = |standing: &Standing, now: &str| with_lateness(&job, standing.clone(), at(now));
        let new = Standing::new("crm", at("2026-11-20T12:00:00Z"));
        assert_eq!(late(&new, "2026-11-21T07:59:00Z").in_a_word(), "waiting");
        let missed_one = late(&new, "2026-11-21T08:00:00Z");
        assert_eq!((missed_one.in_a_word(), missed_one.late_since), ("late", Some(at("2026-11-21T08:00:00Z"))));
        let missed_two = late(&missed_one, "2026-11-22T08:30:00Z");
        assert_eq!(missed_two.late_since, Some(at("2026-11-21T08:00:00Z")), "since the first");
        // On the 22nd an hour too late, in two files; on the 23rd nothing.
        let came = landed(&job, &missed_two, 3, 1, at("2026-11-22T09:00:00Z"));
        let came = landed(&job, &late(&came, "2026-11-22T09:00:00Z"), 3, 1, at("2026-11-22T09:05:00Z"));
        assert_eq!(late(&came, "2026-11-23T07:59:00Z").in_a_word(), "landed");
        assert_eq!(late(&came, "2026-11-23T08:00:00Z").late_since, Some(at("2026-11-23T08:00:00Z")));
        // On the 23rd in time.
        let came = landed(&job, &came, 3, 1, at("2026-11-23T06:00:00Z"));
        assert_eq!(late(&came, "2026-11-23T20:00:00Z").in_a_word(), "landed");
        assert_eq!(late(&came, "2026-11-24T08:00:00Z").in_a_word(), "late");
        let broke = failed(&job, &late(&came, "2026-11-24T08:00:00Z"), "torn".into(), 1, at("2026-11-24T08:01:00Z"));
        assert_eq!(broke.in_a_word(), "failed");
    }
}
