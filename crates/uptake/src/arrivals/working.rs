//! One turn of the jobs that load: what is due is loaded and built, and noted in the ledger.

use super::folder::Watch;
use super::{due, failed, is_to_be_retried, landed, nothing_new, with_lateness};
use crate::home::{Home, counted};
use crate::in_one_chain;
use anyhow::Result;
use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeMap;
use std::path::PathBuf;
use tracing::{info, warn};
use uptake_lake::{Arrival, Lake, LoadOrder, LoadReport, Standing};
use uptake_spec::job::Starts;
use uptake_spec::{Job, Project};

/// What is kept from turn to turn.
#[derive(Debug, Default)]
pub struct Watched {
    folders: BTreeMap<String, Watch>,
    standings: BTreeMap<String, Standing>,
    /// A folder that cannot be read is told once.
    told: BTreeMap<String, String>,
}

/// What a turn works on.
pub struct Desk<'a> {
    pub home: &'a Home,
    pub lake: &'a Lake,
    pub project: &'a Project,
}

/// What became of one run: files that the lake did not have, their rows, and what was refused.
#[derive(Default)]
struct Run {
    new_files: usize,
    rows: u64,
    refused: Vec<String>,
}

/// Sees to every job, one after the other; one job's fault is its own. Gives whether anything is other than it was.
pub async fn turn(desk: &Desk<'_>, watched: &mut Watched, now: impl Fn() -> DateTime<Utc>) -> bool {
    let mut changed = false;
    for job in &desk.project.settings.jobs {
        match turn_of(desk, job, watched, &now).await {
            Ok(is_other) => changed |= is_other,
            Err(error) => tell_once(watched, &job.name, format!("the job could not be seen to: {error:#}")),
        }
    }
    changed
}

async fn turn_of(desk: &Desk<'_>, job: &Job, watched: &mut Watched, now: impl Fn() -> DateTime<Utc>) -> Result<bool> {
    let known = match watched.standings.get(&job.name) {
        Some(known) => Some(known.clone()),
        None => desk.lake.standing(&job.name).await?,
    };
    let before = known.clone().unwrap_or_else(|| Standing::new(&job.name, now()));
    let after = match &job.starts {
        Starts::At(_) => by_the_clock(desk, job, &before, &now).await,
        Starts::WhenSettled(settle) => by_the_folder(desk, job, *settle, &before, watched, &now).await,
    };
    let after = with_lateness(job, after, now());
    if known.as_ref() == Some(&after) {
        watched.standings.insert(job.name.clone(), after);
        return Ok(false);
    }
    desk.lake.note_standing(&after).await?;
    tell(&before, &after);
    watched.standings.insert(job.name.clone(), after);
    Ok(true)
}

async fn by_the_clock(desk: &Desk<'_>, job: &Job, before: &Standing, now: impl Fn() -> DateTime<Utc>) -> Standing {
    let Some((time, tries)) = due(job, before, now()) else { return before.clone() };
    let paths = job.from.iter().map(|from| desk.home.inside(from)).collect();
    let before = Standing { ran_for: Some(time), ..before.clone() };
    match run(desk, job, paths, before.state == Arrival::Failed, &now).await {
        Ok(run) => became(job, &before, &run, tries, now()),
        Err(error) => failed(job, &before, in_one_chain(&error, ": "), tries, now()),
    }
}

async fn by_the_folder(
    desk: &Desk<'_>,
    job: &Job,
    settle: Duration,
    before: &Standing,
    watched: &mut Watched,
    now: impl Fn() -> DateTime<Utc>,
) -> Standing {
    let folders: Vec<String> = job.from.iter().map(|from| desk.home.inside(from)).collect();
    let watch = watched.folders.entry(job.name.clone()).or_default();
    let ready = match watch.look(&folders, settle, now()) {
        Ok(ready) => ready,
        // A folder that is away is a failure as any other, and is looked for again and again.
        Err(why) if before.why == why => return before.clone(),
        Err(why) => return failed(job, before, why, 1, now()),
    };
    let again = watch.failed();
    if ready.is_empty() && (again.is_empty() || !is_to_be_retried(job, before, now())) {
        // What was refused was taken away, or the folder is back, and nothing waits: nothing is wrong any more.
        let is_mended = before.state == Arrival::Failed && watch.is_settled();
        return if is_mended { nothing_new(before, 0, now()) } else { before.clone() };
    }
    let tries = if ready.is_empty() { before.tries + 1 } else { 1 };
    let files: Vec<PathBuf> = ready.into_iter().chain(again).collect();
    let paths = files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
    let ran = run(desk, job, paths, before.state == Arrival::Failed, &now).await;
    let watch = watched.folders.entry(job.name.clone()).or_default();
    for file in &files {
        let name = file.to_string_lossy();
        let refused = |run: &Run| run.refused.iter().any(|problem| problem.starts_with(&*name));
        watch.note(file, ran.as_ref().map_or(true, refused));
    }
    match ran {
        // After a start everything in the folder is looked at once; what the lake has already is no news.
        Ok(run) if run.new_files == 0 && run.refused.is_empty() && before.state != Arrival::Failed => before.clone(),
        Ok(run) => became(job, before, &run, tries, now()),
        Err(error) => failed(job, before, in_one_chain(&error, ": "), tries, now()),
    }
}

/// Loads, and builds where something new came, or where a build may still be owed.
async fn run(
    desk: &Desk<'_>,
    job: &Job,
    paths: Vec<String>,
    is_owed: bool,
    now: impl Fn() -> DateTime<Utc>,
) -> Result<Run> {
    let order = LoadOrder {
        paths,
        snapshot: job.snapshot,
        source: job.source.clone(),
        complete: job.complete,
        date_order: job.date_order,
        decimal: job.decimal,
        dry_run: false,
    };
    let report = desk.lake.load(desk.project, &order, now(), &mut |_| {}).await?;
    let run = told(&report);
    for refused in &run.refused {
        warn!(job = %job.name, "refused {refused}");
    }
    if run.new_files > 0 || is_owed {
        desk.lake.build(desk.project, now(), &mut |_| {}).await?;
    }
    Ok(run)
}

fn told(report: &LoadReport) -> Run {
    let new = || report.files.iter().filter(|file| file.is_new());
    Run {
        new_files: new().count(),
        rows: new().map(|file| file.landed).sum(),
        refused: report.refused.iter().map(ToString::to_string).collect(),
    }
}

/// A run of which anything was refused has failed; what landed of it has come all the same.
fn became(job: &Job, before: &Standing, run: &Run, tries: u32, now: DateTime<Utc>) -> Standing {
    let came = match run.new_files {
        0 => nothing_new(before, tries, now),
        _ => landed(job, before, run.rows, tries, now),
    };
    let Some(first) = run.refused.first() else { return came };
    let others = match run.refused.len() - 1 {
        0 => String::new(),
        more => format!(" (and {} more)", counted(more, "file")),
    };
    failed(job, &came, format!("{}{others}", first.replace("\n  hint: ", "; ")), tries, now)
}

/// One line when something changes.
fn tell(before: &Standing, after: &Standing) {
    let (job, tries) = (&after.job, after.tries);
    if after.ran_at != before.ran_at {
        match after.state {
            Arrival::Landed => info!(%job, rows = after.rows_landed, tries, "{job} landed"),
            Arrival::Failed => warn!(%job, tries, retry_at = ?after.retry_at, "{job} failed: {}", after.why),
            Arrival::NothingNew | Arrival::Waiting => info!(%job, "{job}: nothing new"),
        }
    }
    if let Some(since) = after.late_since.filter(|_| before.late_since.is_none()) {
        warn!(%job, %since, "{job} is late");
    }
}

fn tell_once(watched: &mut Watched, job: &str, why: String) {
    if watched.told.get(job) != Some(&why) {
        warn!(%job, "{why}");
        watched.told.insert(job.into(), why);
    }
}
