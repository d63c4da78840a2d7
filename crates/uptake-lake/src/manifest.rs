//! Which version of every table a build published: `builds/N.json`, written last and only if absent.

use crate::error::LakeError;
use crate::store::{Seal, Store, seal_of};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tracing::warn;
use uptake_spec::Settings;

/// The format of a lake. A newer binary upgrades an older lake, or refuses a newer one in words.
pub const FORMAT: u32 = 1;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    pub build: u64,
    /// When the build ended, ISO 8601.
    pub at: String,
    /// A digest of all that went into its models: queries, settings, table versions. Equal digests need not compute them again.
    pub inputs: String,
    /// How days were cut into weeks and years, in words; empty in builds of an earlier uptake.
    #[serde(default)]
    pub days: String,
    /// Delta tables by name (`landing/salesforce_user`, `loads`, `models/work_events`) with their versions.
    pub tables: BTreeMap<String, u64>,
    /// The KPIs that were rolled up, or have nothing to roll up, with a digest of what their rollups were made of beside `inputs`.
    #[serde(default)]
    pub rollups: BTreeMap<String, String>,
}

/// How a project cuts days: what a build has counted by weeks fits no question that cuts them otherwise.
pub fn days_in_words(settings: &Settings) -> String {
    let Settings { week_start, fiscal_year_start, time_zone, .. } = settings;
    format!("weeks from {week_start}, fiscal years from month {fiscal_year_start}, days of {time_zone}")
}

/// What stands below `builds/`.
#[derive(Debug)]
pub struct Published {
    /// The newest manifest that can be read.
    pub newest: Option<Manifest>,
    /// The highest number given, to a torn manifest too; 0 before the first build.
    pub highest: u64,
    /// Why a newer manifest than `newest` was passed over.
    pub torn: Option<LakeError>,
}

impl Published {
    /// # Errors
    /// A lake of a newer format; storage.
    pub async fn read(store: &Store) -> Result<Published, LakeError> {
        let mut numbers: Vec<u64> =
            store.list("builds").await?.iter().filter_map(|name| name.strip_suffix(".json")?.parse().ok()).collect();
        numbers.sort();
        let mut published = Published { newest: None, highest: numbers.last().copied().unwrap_or(0), torn: None };
        for build in numbers.into_iter().rev() {
            match Manifest::read(store, build).await {
                Err(torn @ LakeError::Torn { .. }) => _ = published.torn.get_or_insert(torn),
                read => {
                    published.newest = Some(read?);
                    break;
                }
            }
        }
        Ok(published)
    }

    /// The number of the build that readers see; `None` before the first.
    ///
    /// # Errors
    /// There are builds, and every manifest is torn.
    pub fn visible(self) -> Result<Option<u64>, LakeError> {
        match (self.newest, self.torn) {
            (Some(newest), _) => Ok(Some(newest.build)),
            (None, Some(torn)) => Err(torn),
            (None, None) => Ok(None),
        }
    }

    /// The newest build if it was made of `inputs`.
    pub fn of(&self, inputs: &str) -> Option<&Manifest> {
        self.newest.as_ref().filter(|newest| newest.inputs == inputs && newest.build == self.highest)
    }
}

/// Whoever writes a lake begins here: the tables that `kept` names are at least as new as the newest build found them.
///
/// # Errors
/// [`LakeError::Damaged`] where a log ends before: what it lost would be taken for never loaded. Storage.
pub async fn none_is_older(
    store: &Store,
    newest: Option<&Manifest>,
    kept: impl Fn(&str) -> bool,
) -> Result<(), LakeError> {
    let tables = newest.iter().flat_map(|newest| &newest.tables).filter(|(name, _)| kept(name));
    try_join_all(tables.map(|(name, version)| store.has(name, *version))).await.map(drop)
}

/// All that is read of a manifest before its format is known.
#[derive(Deserialize)]
struct Of {
    format: u32,
}

impl Manifest {
    /// The newest manifest that can be read; `None` before the first build. A torn one, as a disk can leave it when
    /// the power goes, is told and passed over, so that the last good build goes on answering.
    ///
    /// # Errors
    /// Every manifest is torn; a lake of a newer format; storage.
    pub async fn newest(store: &Store) -> Result<Option<Manifest>, LakeError> {
        let Published { newest, torn, .. } = Published::read(store).await?;
        match (newest, torn) {
            (None, Some(torn)) => Err(torn),
            (Some(newest), Some(torn)) => {
                warn!(build = newest.build, "{torn}; until then build {} answers", newest.build);
                Ok(Some(newest))
            }
            (newest, None) => Ok(newest),
        }
    }

    /// # Errors
    /// A torn file, or a lake of a newer format.
    pub async fn read(store: &Store, build: u64) -> Result<Manifest, LakeError> {
        let file = name(build);
        let torn = |why: String| LakeError::Torn { file: file.clone(), why };
        let bytes = store.read(&file).await?.ok_or_else(|| torn("it is not there".into()))?;
        if bytes.is_empty() {
            return Err(torn("it is empty".into()));
        }
        if seal_of(&bytes) == Seal::Broken {
            return Err(torn("it is not as it was written".into()));
        }
        // A newer format may have another shape.
        let Of { format } = serde_json::from_slice(&bytes).map_err(|e| torn(e.to_string()))?;
        if format > FORMAT {
            return Err(LakeError::Format { found: format, known: FORMAT });
        }
        serde_json::from_slice(&bytes).map_err(|e| torn(e.to_string()))
    }

    /// Makes the build visible, at once and whole.
    ///
    /// # Errors
    /// Another build took the number first.
    pub async fn publish(&self, store: &Store) -> Result<(), LakeError> {
        let Ok(serde_json::Value::Object(object)) = serde_json::to_value(self) else {
            unreachable!("a manifest is an object of plain data")
        };
        match store.create_sealed(&name(self.build), object).await? {
            true => Ok(()),
            false => Err(LakeError::Overtaken(format!("build {}", self.build))),
        }
    }
}

fn name(build: u64) -> String {
    format!("builds/{build}.json")
}
