//! Looks through all of a lake, byte by byte: is every file that something refers to there, and as it was written?

use crate::error::LakeError;
use crate::landing::Journal;
use crate::manifest::Manifest;
use crate::store::{Fault, Log, Logged, NO_SEAL, Seal, Store, not_there, seal_of, table_of};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What was found.
#[derive(Debug, Default)]
pub struct Verified {
    pub tables: Vec<TableReport>,
    /// What is wrong, by file. An empty list: every byte of the lake is as it was written.
    pub faults: Vec<Fault>,
    /// Files that nothing refers to, as killed writers leave them; nobody reads them.
    pub left_over: Vec<String>,
    /// How many builds were published, and how many files the ledger of reports has.
    pub builds: usize,
    pub noted: usize,
}

/// A table whose files are all as they were written, or not: see [`Verified::faults`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableReport {
    /// `landing/salesforce_user`.
    pub name: String,
    pub version: u64,
    /// Rows, files and bytes of the newest version.
    pub rows: u64,
    pub files: u64,
    pub bytes: u64,
}

/// Reads every file of a lake; nothing is written. What is loaded or built meanwhile does no harm, and may be told as left over.
///
/// # Errors
/// The storage. What is damaged is no error here.
pub async fn verify(store: &Store) -> Result<Verified, LakeError> {
    let (mut verified, transactions) = files(store).await?;
    if verified.faults.is_empty() {
        // What the journal says can be believed.
        journaled(store, &transactions, &mut verified).await?;
    }
    Ok(verified)
}

/// The loads that landing tables have committed.
type Transactions = HashSet<String>;

/// Looks at every file by itself, and at what refers to it.
async fn files(store: &Store) -> Result<(Verified, Transactions), LakeError> {
    // Before all else: what a build that ends just now has pinned may be missing from the list of files.
    let builds = store.list("builds").await?;
    let files: BTreeMap<String, u64> = store.all().await?.into_iter().collect();
    let mut verified = Verified::default();
    let mut known: BTreeSet<String> = BTreeSet::from(["lock".into()]);
    let pins = manifests(store, builds, &mut verified, &mut known).await?;
    let tables: BTreeSet<&str> = files.keys().filter_map(|file| table_of(file)).collect();
    let mut logs = BTreeMap::new();
    for name in tables {
        logs.insert(name.to_string(), store.log(name).await?);
    }
    for (name, log) in &logs {
        let pinned = pins.get(name).map_or(&[][..], |versions| versions);
        table(store, name, log, pinned, &mut verified, &mut known).await?;
    }
    pinned(&pins, &logs, &mut verified);
    let is_noted = |file: &&String| ["reports/", "arrivals/"].iter().any(|folder| file.starts_with(folder));
    for file in files.keys().filter(|file| is_noted(file) && file.ends_with(".json")) {
        noted(store, file, &mut verified, &mut known).await?;
    }
    verified.left_over = files.into_keys().filter(|file| !known.contains(file)).collect();
    let landed = logs.into_iter().filter(|(name, _)| name.starts_with("landing/"));
    Ok((verified, landed.flat_map(|(_, log)| log.transactions).collect()))
}

/// Which versions of each table are pinned.
type Pins = BTreeMap<String, Vec<u64>>;

async fn manifests(
    store: &Store,
    builds: Vec<String>,
    verified: &mut Verified,
    known: &mut BTreeSet<String>,
) -> Result<Pins, LakeError> {
    let mut pins = Pins::new();
    for name in builds {
        let Some(build) = name.strip_suffix(".json").and_then(|number| number.parse().ok()) else { continue };
        let file = format!("builds/{name}");
        match store.read(&file).await?.as_deref().map(seal_of) {
            Some(Seal::Missing) => verified.faults.push(Fault::of(&file, NO_SEAL)),
            _ => match Manifest::read(store, build).await {
                Ok(manifest) => {
                    manifest
                        .tables
                        .into_iter()
                        .for_each(|(table, version)| pins.entry(table).or_default().push(version));
                    verified.builds += 1;
                }
                Err(LakeError::Torn { why, .. }) => verified.faults.push(Fault::of(&file, why)),
                Err(error) => return Err(error),
            },
        }
        known.insert(file);
    }
    Ok(pins)
}

/// Every file that a table's commits name, whether or not the newest version still has it: builds may pin older ones.
async fn table(
    store: &Store,
    name: &str,
    log: &Log,
    pinned: &[u64],
    verified: &mut Verified,
    known: &mut BTreeSet<String>,
) -> Result<(), LakeError> {
    known.extend(log.known.iter().cloned());
    verified.faults.extend(log.faults.iter().cloned());
    let Some(version) = log.version else { return Ok(()) };
    for (file, logged) in &log.files {
        let file = format!("{name}/{file}");
        if let Some(why) = store.fault_of(&file, logged).await?
            && (store.is_there(&file).await? || logged.is_in(version) || pinned.iter().any(|at| logged.is_in(*at)))
        {
            verified.faults.push(Fault::of(&file, why));
        }
        known.insert(file);
    }
    let live: Vec<&Logged> = log.files.values().filter(|file| file.is_in(version)).collect();
    verified.tables.push(TableReport {
        name: name.into(),
        version,
        rows: live.iter().filter_map(|file| file.rows).sum(),
        files: live.len() as u64,
        bytes: live.iter().map(|file| file.size).sum(),
    });
    Ok(())
}

/// Every version that a build pins is there.
fn pinned(pins: &Pins, logs: &BTreeMap<String, Log>, verified: &mut Verified) {
    for (table, versions) in pins {
        let newest = logs.get(table).and_then(|log| log.version);
        let missing = versions.iter().copied().filter(|version| newest.is_none_or(|newest| *version > newest)).max();
        if let Some(version) = missing {
            verified.faults.push(not_there(table, version));
        }
    }
}

/// Every file that the journal calls landed has its transaction in a landing table.
async fn journaled(store: &Store, landed: &Transactions, verified: &mut Verified) -> Result<(), LakeError> {
    for entry in Journal::open(store).await?.entries() {
        if entry.report.landed > 0 && !landed.contains(&entry.load) {
            let why = format!("it names {}, and no commit of its table does", entry.report.file);
            verified.faults.push(Fault::of("loads", why));
        }
    }
    Ok(())
}

async fn noted(
    store: &Store,
    file: &str,
    verified: &mut Verified,
    known: &mut BTreeSet<String>,
) -> Result<(), LakeError> {
    known.insert(file.into());
    let Some(bytes) = store.read(file).await? else { return Ok(()) };
    match seal_of(&bytes) {
        Seal::Holds => verified.noted += 1,
        Seal::Broken => verified.faults.push(Fault::of(file, "it is not as it was written")),
        Seal::Missing => verified.faults.push(Fault::of(file, NO_SEAL)),
    }
    Ok(())
}

#[cfg(test)]
mod tests;
