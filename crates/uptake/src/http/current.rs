//! What the server serves now: one build seen through one project, swapped whole.

use super::metrics::Metrics;
use super::pages;
use super::ready::Ready;
use crate::answers::Answers;
use crate::home::{Home, Mistakes};
use crate::kept::Kept;
use anyhow::Result;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::{OnceCell, watch};
use tracing::{info, warn};
use uptake_lake::{Lake, LakeError};
use uptake_spec::{Place, Problem, Project};

/// A page is made from one of these from beginning to end, so it never mixes two builds.
pub struct Current {
    pub project: Project,
    pub session: Answers,
    /// What is wrong with the files as they are now; `project` is then the last one without mistakes.
    pub mistakes: Vec<Problem>,
    /// Responses by address, of this build and these files only: they go when this goes.
    pub ready: Kept<Ready>,
    /// The KPIs whose tests fail; a scheduled report may ask.
    pub failing: OnceCell<Vec<String>>,
}

/// Responses of one build that are kept.
const MOST_READY_BYTES: usize = 128 << 20;

impl Current {
    fn new(project: Project, session: Answers, mistakes: Vec<Problem>, metrics: &Metrics) -> Current {
        Current {
            project,
            session,
            mistakes,
            ready: Kept::new(MOST_READY_BYTES, Arc::clone(&metrics.pages)),
            failing: OnceCell::new(),
        }
    }
}

/// Files with their time and size, see [`Home::fingerprint`].
type Fingerprint = Vec<(PathBuf, SystemTime, u64)>;

/// How long an edited page or a new build may stay unseen.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The project and the newest build as they are now, and the files they were read from.
///
/// # Errors
/// The project has mistakes, or nothing was built yet.
pub async fn first(home: &Home, lake: &Lake, metrics: &Metrics) -> Result<(Current, Fingerprint)> {
    let seen = home.fingerprint();
    let project = home.project()?;
    let session = Answers::new(lake.session(&project).await?, Arc::clone(&metrics.answers));
    Ok((Current::new(project, session, vec![], metrics), seen))
}

/// Publishes newer builds, edited files and what `jobs` tells of, for as long as somebody reads. Its first page is made before it
/// takes over, so that nobody waits for it.
pub async fn keep_up(
    home: Home,
    lake: Lake,
    publish: watch::Sender<Arc<Current>>,
    mut seen: Fingerprint,
    mut jobs: watch::Receiver<()>,
    metrics: Arc<Metrics>,
) {
    while !publish.is_closed() {
        tokio::time::sleep(LOOK_EVERY).await;
        let now = home.fingerprint();
        let current = Arc::clone(&publish.borrow());
        let newest = lake.newest_build().await.unwrap_or_else(|error| {
            warn!(%error, "could not look for a newer build");
            None
        });
        // Pages tell how jobs stand, and what is kept of them must go when one stands otherwise.
        let jobs_changed = jobs.has_changed().unwrap_or(false);
        if jobs_changed {
            jobs.mark_unchanged();
        }
        if !jobs_changed && now == seen && newest.is_none_or(|newest| newest <= current.session.build()) {
            continue;
        }
        seen = now;
        let next = Arc::new(renewed(&home, &lake, &current, &metrics).await);
        warm(&next).await;
        if next.mistakes.is_empty() {
            info!(
                build = next.session.build(),
                pages = next.project.dashboards.len(),
                "serving build {}",
                next.session.build()
            );
        } else if next.mistakes != current.mistakes {
            warn!(mistakes = next.mistakes.len(), "the project has mistakes; pages stay as they were");
        }
        publish.send_replace(next);
    }
}

/// Longer nobody should wait for a new build.
const WARMING: Duration = Duration::from_secs(5);

/// Makes the first page, on a task of its own: whatever happens there, newer builds must go on to be seen.
async fn warm(next: &Arc<Current>) {
    let next = Arc::clone(next);
    let warming = tokio::spawn(async move { pages::warm(&next).await });
    if tokio::time::timeout(WARMING, warming).await.is_err() {
        warn!("the first page of the new build is not made yet");
    }
}

/// The newest build through the newest project without mistakes.
async fn renewed(home: &Home, lake: &Lake, current: &Current, metrics: &Metrics) -> Current {
    let (project, mut mistakes) = match home.project() {
        Ok(project) => (project, vec![]),
        Err(error) => (current.project.clone(), problems_of(&error)),
    };
    match lake.session(&project).await {
        Ok(session) => {
            let session = Answers::new(session, Arc::clone(&metrics.answers));
            Current::new(project, session, mistakes, metrics)
        }
        Err(error) => {
            mistakes.extend(problems_of(&error.into()));
            Current::new(current.project.clone(), current.session.clone(), mistakes, metrics)
        }
    }
}

fn problems_of(error: &anyhow::Error) -> Vec<Problem> {
    if let Some(Mistakes(problems)) = error.downcast_ref() {
        return problems.clone();
    }
    match error.downcast_ref() {
        Some(LakeError::Project(problems)) => problems.clone(),
        _ => vec![Problem::new(Place::whole("lake"), format!("{error:#}"), "")],
    }
}
