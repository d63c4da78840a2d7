//! A table's log read from its first commit on, without Delta: what it names, and what of it is damaged.

use super::Store;
use super::seal::{self, Seal, hex};
use super::sealed::{Role, Torn, beside, role};
use crate::error::LakeError;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What is wrong with a file of a lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Below the lake: `loads/_delta_log/00000000000000000007.json`.
    pub file: String,
    pub why: String,
}

/// What a table's commits say, one after the other.
#[derive(Debug, Default)]
pub struct Log {
    /// The newest version; `None` without a commit.
    pub version: Option<u64>,
    /// Every file that was ever added, by its name in the table.
    pub files: BTreeMap<String, Logged>,
    pub transactions: HashSet<String>,
    /// Every file of the log itself that is as it should be, or at fault: the others are left over.
    pub known: HashSet<String>,
    pub faults: Vec<Fault>,
}

/// A data file as its commit names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// In bytes.
    pub size: u64,
    pub rows: Option<u64>,
    pub sha256: Option<String>,
    /// The version that brought it.
    pub added: u64,
    /// The version from which on it is no part of the table.
    pub removed: Option<u64>,
}

impl Logged {
    pub fn is_in(&self, version: u64) -> bool {
        self.added <= version && self.removed.is_none_or(|removed| version < removed)
    }
}

impl Fault {
    pub fn of(file: &str, why: impl Into<String>) -> Fault {
        Fault { file: file.into(), why: why.into() }
    }

    /// What can be done, which depends on what the file can be made again from.
    pub fn way_out(&self) -> &'static str {
        let place = |folder: &str| self.file.starts_with(folder);
        match role(&Path::from(self.file.as_str())) {
            Role::Checkpoint(_) | Role::Digest | Role::Hint => {
                "remove it, and `_last_checkpoint` beside it: the commits of the same folder tell all that it told"
            }
            _ if place("base/") || place("models/") || place("rollups/") || place("builds/") => {
                "remove the folders base, models, rollups and builds of the lake while nothing runs, and `uptake build`: \
                 they are made of what was loaded"
            }
            _ if place("reports/") => "remove it, and the report it tells of is sent again",
            _ => "put it back from a copy of the lake; without one, load the exports again into a lake of another name",
        }
    }
}

pub const NO_SEAL: &str = "it bears no seal: it was changed, or an earlier uptake or another program wrote it";

impl std::fmt::Display for Fault {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{}: {}; {}", self.file, self.why, self.way_out())
    }
}

/// Where the commit of a version lies.
pub fn commit(table: &str, version: u64) -> String {
    format!("{table}/_delta_log/{version:020}.json")
}

pub fn not_there(table: &str, version: u64) -> Fault {
    Fault::of(&commit(table, version), "it is not there, and a build was made of it")
}

pub fn other_size(found: u64, written: u64) -> String {
    format!("it has {found} bytes, and was written with {written}")
}

impl Store {
    /// Reads the whole log of a table.
    ///
    /// # Errors
    /// The storage; what is damaged is no error here, but told in [`Log::faults`].
    pub async fn log(&self, name: &str) -> Result<Log, LakeError> {
        let folder = self.path(&format!("{name}/_delta_log"));
        let found: BTreeSet<Path> = self.objects.list(Some(&folder)).map_ok(|meta| meta.location).try_collect().await?;
        let mut log = Log::default();
        for location in &found {
            match role(location) {
                Role::Commit(version) => self.take_commit(location, version, &mut log).await?,
                Role::Checkpoint(_) => self.take_checkpoint(location, &mut log).await?,
                Role::Digest if found.iter().any(|file| beside(file) == *location) => {}
                Role::Hint => self.take_hint(location, &found, &mut log).await?,
                _ => continue,
            }
            log.known.insert(self.name(location));
        }
        Ok(log)
    }

    async fn take_commit(&self, location: &Path, version: u64, log: &mut Log) -> Result<(), LakeError> {
        let file = self.name(location);
        // Delta's readers want them without a gap.
        for missing in log.version.map_or(0, |newest| newest + 1)..version {
            let name = format!("{missing:020}.json");
            log.faults.push(Fault::of(&on_a_path(&file, &name), "it is not there, and later ones are"));
        }
        log.version = Some(version);
        let bytes = match self.objects.get(location).await {
            Ok(found) => found.bytes().await?,
            Err(error) => match torn(&error) {
                Some(why) => {
                    log.faults.push(Fault::of(&file, why));
                    return Ok(());
                }
                None => return Err(error.into()),
            },
        };
        if seal::of(&bytes) == Seal::Missing {
            log.faults.push(Fault::of(&file, NO_SEAL));
        }
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(action) => log.take(&action, version),
                Err(error) => log.faults.push(Fault::of(&file, format!("it cannot be read: {error}"))),
            }
        }
        Ok(())
    }

    async fn take_checkpoint(&self, location: &Path, log: &mut Log) -> Result<(), LakeError> {
        let file = self.name(location);
        let digest = match self.objects.get(&beside(location)).await {
            Ok(found) => found.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => {
                log.faults.push(Fault::of(&file, "its digest is not there"));
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        if digest != self.digest(location).await?.as_bytes() {
            log.faults.push(Fault::of(&file, "it is not as it was written, or its digest beside it is not"));
        }
        Ok(())
    }

    async fn take_hint(&self, location: &Path, found: &BTreeSet<Path>, log: &mut Log) -> Result<(), LakeError> {
        let (file, bytes) = (self.name(location), self.objects.get(location).await?.bytes().await?);
        if seal::of(&bytes) != Seal::Holds {
            log.faults.push(Fault::of(&file, "it is not as it was written"));
            return Ok(());
        }
        let hint: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let version = hint["version"].as_u64();
        if !found.iter().any(|file| matches!(role(file), Role::Checkpoint(at) if Some(at) == version)) {
            let of = version.unwrap_or_default();
            let name = format!("{of:020}.checkpoint.parquet");
            log.faults.push(Fault::of(&on_a_path(&file, &name), "it is not there, and `_last_checkpoint` names it"));
        }
        Ok(())
    }

    /// Of a file's bytes, which are read through and not held.
    pub(super) async fn digest(&self, location: &Path) -> Result<String, LakeError> {
        let mut parts = self.objects.get(location).await?.into_stream();
        let mut hash = Sha256::new();
        while let Some(part) = parts.next().await {
            hash.update(part?);
        }
        Ok(hex(hash))
    }
}

/// Why a commit could not be read, where it is torn.
fn torn(error: &object_store::Error) -> Option<&'static str> {
    match error {
        object_store::Error::Generic { source, .. } => source.downcast_ref::<Torn>().map(|torn| torn.why),
        _ => None,
    }
}

impl Log {
    fn take(&mut self, action: &Value, version: u64) {
        if let Some(add) = action.get("add") {
            let stats: Value =
                add["stats"].as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
            let file = Logged {
                size: add["size"].as_u64().unwrap_or_default(),
                rows: stats["numRecords"].as_u64(),
                sha256: add["tags"][seal::SHA256].as_str().map(String::from),
                added: version,
                removed: None,
            };
            self.files.insert(add["path"].as_str().unwrap_or_default().into(), file);
        }
        if let Some(file) = action["remove"]["path"].as_str().and_then(|path| self.files.get_mut(path)) {
            file.removed = Some(version);
        }
        if let Some(id) = action["txn"]["appId"].as_str() {
            self.transactions.insert(id.into());
        }
    }
}

/// The name of a file beside another.
fn on_a_path(file: &str, name: &str) -> String {
    file.rsplit_once('/').map_or(name.into(), |(folder, _)| format!("{folder}/{name}"))
}

/// Whether a file of a lake lies in a log, and of which table.
pub fn table_of(file: &str) -> Option<&str> {
    file.rsplit_once("/_delta_log/").map(|(table, _)| table)
}
