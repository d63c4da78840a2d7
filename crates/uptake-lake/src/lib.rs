//! The numbers of uptake: landing, the lake, models, sessions.
//!
//! With `uptake-sql`, its door to the planner, the only crate that names DataFusion, Arrow or Delta. `landing` takes files in,
//! `build` brings stored models up to date and publishes them, `session` is the one door through which figures leave.
//!
//! Futures leave this crate boxed: the body of an `async fn` is compiled in each crate that awaits it, and those of the
//! engine are large.

mod arrivals;
mod build;
mod check;
mod convert;
mod depot;
mod error;
mod functions;
mod landing;
mod manifest;
mod propose;
mod quantile;
mod relations;
mod session;
mod slt;
mod store;
mod verify;

pub use arrivals::{Arrival, Standing};
pub use build::{BuildReport, ModelReport};
pub use depot::{Depot, Lock};
pub use error::{AnswerError, LakeError};
pub use landing::{FileReport, LoadOrder, LoadReport, Open as OpenReject, is_taken, is_whole};
pub use propose::{Known, Look, Proposal, propose};
pub use session::{Bound, Limits, Loaded, Rows, Session};

pub use store::Fault;
pub use verify::{TableReport, Verified};

use chrono::{DateTime, Utc};
use futures::future::{BoxFuture, LocalBoxFuture};
use store::Store;
use uptake_spec::{Problem, Project};

/// The organisation that `uptake generate` writes into the names of its exports: a firm that does not exist.
pub const SAMPLE_ORGANISATION: &str = "00D5e00000NorthEAB";

/// A lake: everything that was ever loaded, and every build of it that was published.
#[derive(Debug, Clone)]
pub struct Lake(Store);

impl Lake {
    /// Opens the lake at a folder, made when something is written, or an object-store URL.
    ///
    /// # Errors
    /// An address of no known kind, a lake of a newer format.
    pub fn open(address: &str) -> BoxFuture<'_, Result<Lake, LakeError>> {
        Box::pin(async move { Lake::of(Store::open(address)?).await })
    }

    /// The same, but a power cut may take what was reported as written: for measuring what it costs to wait for the disk.
    ///
    /// # Errors
    /// As [`Lake::open`].
    pub fn open_unsynced(address: &str) -> BoxFuture<'_, Result<Lake, LakeError>> {
        Box::pin(async move { Lake::of(Store::open_unsynced(address)?).await })
    }

    async fn of(store: Store) -> Result<Lake, LakeError> {
        manifest::Published::read(&store).await?;
        Ok(Lake(store))
    }

    /// Lands files; killed at any moment and repeated, it gives the same lake. `at` is the time of the load.
    ///
    /// # Errors
    /// Only the lake itself; files at fault are named in the report.
    pub fn load<'a>(
        &'a self,
        project: &'a Project,
        order: &'a LoadOrder,
        at: DateTime<Utc>,
        on_file: &'a mut dyn FnMut(&FileReport),
    ) -> LocalBoxFuture<'a, Result<LoadReport, LakeError>> {
        Box::pin(landing::load(&self.0, project, order, at, on_file))
    }

    /// All rejected rows that no correction has brought back yet, by file and line.
    ///
    /// # Errors
    /// Storage.
    pub fn open_rejects<'a>(&'a self, project: &'a Project) -> BoxFuture<'a, Result<Vec<OpenReject>, LakeError>> {
        Box::pin(landing::open_rejects(&self.0, project))
    }

    /// Brings stored models up to date and publishes them, all at once.
    ///
    /// # Errors
    /// A model that cannot be computed; storage; other builds that came first, again and again.
    pub fn build<'a>(
        &'a self,
        project: &'a Project,
        at: DateTime<Utc>,
        on_model: &'a mut dyn FnMut(&ModelReport),
    ) -> LocalBoxFuture<'a, Result<BuildReport, LakeError>> {
        Box::pin(build::build(&self.0, project, at, on_model))
    }

    /// Looks through every byte of the lake; what is damaged is told in what it gives. Nothing is written.
    ///
    /// # Errors
    /// The storage.
    pub fn verify(&self) -> BoxFuture<'_, Result<Verified, LakeError>> {
        Box::pin(verify::verify(&self.0))
    }

    /// What became of a job that loads by itself; `None` if it never was seen.
    ///
    /// # Errors
    /// Storage; a torn file.
    pub fn standing<'a>(&'a self, job: &'a str) -> BoxFuture<'a, Result<Option<Standing>, LakeError>> {
        Box::pin(arrivals::standing(&self.0, job))
    }

    /// Notes it, in place of what was known; pages show it from the next session on.
    ///
    /// # Errors
    /// Storage.
    pub fn note_standing<'a>(&'a self, standing: &'a Standing) -> BoxFuture<'a, Result<(), LakeError>> {
        Box::pin(arrivals::note(&self.0, standing))
    }

    /// Where files stand beside the lake's tables.
    pub fn depot(&self, name: &str) -> Depot {
        Depot::of(self.0.below(name))
    }

    /// The number of the newest published build that can be read; `None` before the first.
    ///
    /// # Errors
    /// There are builds, and none can be read; storage.
    pub fn newest_build(&self) -> BoxFuture<'_, Result<Option<u64>, LakeError>> {
        Box::pin(async move { manifest::Published::read(&self.0).await?.visible() })
    }

    /// The newest published build, ready to answer.
    ///
    /// # Errors
    /// Nothing was built yet.
    pub fn session<'a>(&'a self, project: &'a Project) -> BoxFuture<'a, Result<Session, LakeError>> {
        Box::pin(Session::open(&self.0, project))
    }
}

/// Every mistake that the engine sees in mappings, models, KPIs and the SQL of pages.
pub fn check(project: &Project) -> BoxFuture<'_, Vec<Problem>> {
    Box::pin(check::check(project))
}

/// Runs every test of the project; `on_test` gets its path and how many records held, or why it failed. True if all held.
///
/// # Errors
/// The project's relations cannot be planned at all.
pub fn test<'a>(
    project: &'a Project,
    on_test: &'a mut (dyn FnMut(&str, &Result<usize, String>) + Send),
) -> BoxFuture<'a, Result<bool, LakeError>> {
    Box::pin(slt::test(project, on_test))
}
