//! The numbers of uptake: landing, the lake, models, sessions.
//!
//! The only crate that names DataFusion, Arrow or Delta. `landing` takes files in, `build` brings stored models up to
//! date and publishes them, `session` is the one door through which figures leave.

mod build;
mod check;
mod convert;
mod depot;
mod error;
mod functions;
mod landing;
mod manifest;
mod quantile;
mod relations;
mod session;
mod slt;
mod store;

pub use build::{BuildReport, ModelReport};
pub use check::check;
pub use depot::{Depot, Lock};
pub use error::{AnswerError, LakeError};
pub use landing::{FileReport, LoadOrder, LoadReport, Open as OpenReject};
pub use session::{Bound, Limits, Loaded, Rows, Session};
pub use slt::test;

use chrono::{DateTime, Utc};
use store::Store;
use uptake_spec::Project;

/// The organisation that `uptake generate` writes into the names of its exports: a firm that does not exist.
pub const SAMPLE_ORGANISATION: &str = "00D5e00000NorthEAB";

/// A lake: everything that was ever loaded, and every build of it that was published.
#[derive(Debug, Clone)]
pub struct Lake(Store);

impl Lake {
    /// Opens the lake at a folder (made if missing) or an object-store URL.
    ///
    /// # Errors
    /// An address of no known kind, a folder that cannot be made, a lake of a newer format.
    pub async fn open(address: &str) -> Result<Lake, LakeError> {
        let store = Store::open(address)?;
        manifest::Published::read(&store).await?;
        Ok(Lake(store))
    }

    /// Lands files; killed at any moment and repeated, it gives the same lake. `at` is the time of the load.
    ///
    /// # Errors
    /// Only the lake itself; files at fault are named in the report.
    pub async fn load(
        &self,
        project: &Project,
        order: &LoadOrder,
        at: DateTime<Utc>,
        on_file: &mut dyn FnMut(&FileReport),
    ) -> Result<LoadReport, LakeError> {
        landing::load(&self.0, project, order, at, on_file).await
    }

    /// All rejected rows that no correction has brought back yet, by file and line.
    ///
    /// # Errors
    /// Storage.
    pub async fn open_rejects(&self, project: &Project) -> Result<Vec<OpenReject>, LakeError> {
        landing::open_rejects(&self.0, project).await
    }

    /// Brings stored models up to date and publishes them, all at once.
    ///
    /// # Errors
    /// A model that cannot be computed; storage; other builds that came first, again and again.
    pub async fn build(
        &self,
        project: &Project,
        at: DateTime<Utc>,
        on_model: &mut dyn FnMut(&ModelReport),
    ) -> Result<BuildReport, LakeError> {
        build::build(&self.0, project, at, on_model).await
    }

    /// Where files stand beside the lake's tables.
    pub fn depot(&self, name: &str) -> Depot {
        Depot::of(self.0.below(name))
    }

    /// The number of the newest published build that can be read; `None` before the first.
    ///
    /// # Errors
    /// There are builds, and none can be read; storage.
    pub async fn newest_build(&self) -> Result<Option<u64>, LakeError> {
        manifest::Published::read(&self.0).await?.visible()
    }

    /// The newest published build, ready to answer.
    ///
    /// # Errors
    /// Nothing was built yet.
    pub async fn session(&self, project: &Project) -> Result<Session, LakeError> {
        Session::open(&self.0, project).await
    }
}
