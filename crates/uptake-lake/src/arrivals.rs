//! What became of the jobs that load by themselves: one small file a job in the lake's folder `arrivals`, and the relation `load_jobs`.

use crate::error::LakeError;
use crate::landing::Cell;
use crate::relations::Rows;
use crate::store::Store;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uptake_spec::source::ColumnType::{self, Instant, Integer, Text};
use uptake_spec::{Job, Project};

/// How the last run of a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrival {
    /// It has not run yet.
    Waiting,
    Landed,
    /// It ran, and there was no file that was not loaded before.
    NothingNew,
    Failed,
}

/// One job, as the ledger has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    pub job: String,
    /// When it was first seen: nothing is due or late before.
    pub begun: DateTime<Utc>,
    pub state: Arrival,
    /// When it ran last.
    pub ran_at: Option<DateTime<Utc>>,
    /// The time of its cron that it ran for last.
    pub ran_for: Option<DateTime<Utc>>,
    /// How often it was tried for that time, or for those files.
    pub tries: u32,
    pub retry_at: Option<DateTime<Utc>>,
    /// When a new file landed last, and with how many rows.
    pub landed_at: Option<DateTime<Utc>>,
    pub rows_landed: u64,
    /// The last time by which something should have come, and came.
    pub served: Option<DateTime<Utc>>,
    /// The first time by which something should have come that has not.
    pub late_since: Option<DateTime<Utc>>,
    /// Why it failed.
    pub why: String,
}

impl Standing {
    pub fn new(job: &str, now: DateTime<Utc>) -> Standing {
        Standing {
            job: job.into(),
            begun: now,
            state: Arrival::Waiting,
            ran_at: None,
            ran_for: None,
            tries: 0,
            retry_at: None,
            landed_at: None,
            rows_landed: 0,
            served: None,
            late_since: None,
            why: String::new(),
        }
    }

    /// What a reader is told: a job that is late and has not failed is late.
    pub fn in_a_word(&self) -> &'static str {
        match (self.state, self.late_since) {
            (Arrival::Failed, _) => "failed",
            (_, Some(_)) => "late",
            (Arrival::Waiting, None) => "waiting",
            (Arrival::Landed, None) => "landed",
            (Arrival::NothingNew, None) => "nothing new",
        }
    }
}

/// What the ledger knows of a job; `None` if it never saw it.
pub async fn standing(store: &Store, job: &str) -> Result<Option<Standing>, LakeError> {
    let name = file(job);
    let Some(bytes) = store.read_sealed(&name).await? else { return Ok(None) };
    let torn = |why: serde_json::Error| LakeError::Ledger { file: name.clone(), why: why.to_string() };
    serde_json::from_slice(&bytes).map(Some).map_err(torn)
}

pub async fn note(store: &Store, standing: &Standing) -> Result<(), LakeError> {
    let Ok(Value::Object(object)) = serde_json::to_value(standing) else { unreachable!("a struct is an object") };
    store.write_sealed(&file(&standing.job), object).await
}

fn file(job: &str) -> String {
    format!("arrivals/{job}.json")
}

/// The columns of `load_jobs`.
pub const LOAD_JOBS: [(&str, ColumnType); 9] = [
    ("job", Text),
    ("comes_from", Text),
    ("state", Text),
    ("late_since", Instant),
    ("landed_at", Instant),
    ("rows_landed", Integer),
    ("ran_at", Instant),
    ("tries", Integer),
    ("why", Text),
];

/// One row for each job of uptake.toml, as it stands now; one that never ran waits.
///
/// # Errors
/// Storage. A torn file of the ledger is told by its job's next run, and here as one that waits: it must not keep the pages away.
pub async fn rows(store: &Store, project: &Project) -> Result<Rows, LakeError> {
    let mut rows = vec![];
    for job in &project.settings.jobs {
        let known = match standing(store, &job.name).await {
            Err(LakeError::Ledger { .. }) => None,
            known => known?,
        };
        rows.push(row(job, &known.unwrap_or_else(|| Standing::new(&job.name, DateTime::UNIX_EPOCH))));
    }
    Ok(rows)
}

fn row(job: &Job, standing: &Standing) -> Vec<Cell> {
    let text = |text: &str| Cell::Text(text.to_string().into());
    let instant = |at: Option<DateTime<Utc>>| at.map_or(Cell::Nothing, Cell::Instant);
    let from: Vec<&str> = job.from.iter().map(|from| without_secrets(from)).collect();
    vec![
        text(&job.name),
        text(&from.join(", ")),
        text(standing.in_a_word()),
        instant(standing.late_since),
        instant(standing.landed_at),
        Cell::Integer(i64::try_from(standing.rows_landed).unwrap_or(i64::MAX)),
        instant(standing.ran_at),
        Cell::Integer(standing.tries.into()),
        if standing.why.is_empty() { Cell::Nothing } else { text(&standing.why) },
    ]
}

/// A URL without its query; one that holds a name and password is told by its scheme alone.
fn without_secrets(from: &str) -> &str {
    let Some((scheme, rest)) = from.split_once("://") else { return from };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match host.contains('@') {
        true => scheme,
        false => from.split(['?', '#']).next().unwrap_or(from),
    }
}
