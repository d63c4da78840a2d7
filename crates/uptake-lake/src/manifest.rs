//! Which version of every table a build published: `builds/N.json`, written last and only if absent.

use crate::error::LakeError;
use crate::store::Store;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The format of a lake. A newer binary upgrades an older lake, or refuses a newer one in words.
pub const FORMAT: u32 = 1;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    pub build: u64,
    /// When the build ended, ISO 8601.
    pub at: String,
    /// A digest of all that went into it: queries, settings, table versions. Equal digests need no second build.
    pub inputs: String,
    /// Delta tables by name (`landing/salesforce_user`, `loads`, `models/work_events`) with their versions.
    pub tables: BTreeMap<String, u64>,
}

impl Manifest {
    /// The newest manifest; `None` before the first build.
    ///
    /// # Errors
    /// A torn file, or a lake of a newer format.
    pub async fn newest(store: &Store) -> Result<Option<Manifest>, LakeError> {
        match newest_number(store).await? {
            Some(build) => Manifest::read(store, build).await.map(Some),
            None => Ok(None),
        }
    }

    pub async fn read(store: &Store, build: u64) -> Result<Manifest, LakeError> {
        let file = name(build);
        let torn = |why: String| LakeError::Torn { file: file.clone(), why };
        let bytes = store.read(&file).await?.ok_or_else(|| torn("it is not there".into()))?;
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|e| torn(e.to_string()))?;
        match manifest.format <= FORMAT {
            true => Ok(manifest),
            false => Err(LakeError::Format { found: manifest.format, known: FORMAT }),
        }
    }

    /// Makes the build visible, at once and whole.
    ///
    /// # Errors
    /// Another build took the number first.
    pub async fn publish(&self, store: &Store) -> Result<(), LakeError> {
        let bytes = serde_json::to_vec_pretty(self).expect("a manifest is plain data");
        match store.create(&name(self.build), bytes).await? {
            true => Ok(()),
            false => Err(LakeError::Overtaken(self.build)),
        }
    }
}

/// The number of the newest build.
pub async fn newest_number(store: &Store) -> Result<Option<u64>, LakeError> {
    let names = store.list("builds").await?;
    Ok(names.iter().filter_map(|name| name.strip_suffix(".json")?.parse().ok()).max())
}

fn name(build: u64) -> String {
    format!("builds/{build}.json")
}
