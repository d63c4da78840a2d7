use super::*;
use crate::depot::Depot;
use crate::manifest::FORMAT;
use datafusion::arrow::array::{ArrayRef, Int64Array, StringArray};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::prelude::{SessionContext, col};
use object_store::ObjectStoreExt;
use object_store::memory::InMemory;
use object_store::path::Path as Location;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// Of Parquet files, one byte in so many is changed; of all others, each.
const STRIDE: usize = 3;

/// A lake of three tables with all there can be in one: a file that is no part of its table any more, a checkpoint, a build, a line of the ledger.
async fn tiny() -> (TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open_unsynced(&folder.path().to_string_lossy()).expect("a lake");
    for (table, loads) in [("loads", 1), ("landing/crm_user", 2)] {
        for load in 0..loads {
            let seen = store.seen(table, &[]).await.expect("a lake");
            store.append(seen, vec![rows(load)], &[format!("load {load}")]).await.expect("appended");
        }
    }
    for load in 0..2 {
        let context = SessionContext::new();
        let sorted = context.read_batch(rows(load)).and_then(|rows| rows.sort_by(vec![col("n")])).expect("a plan");
        store.replace("base/users", sorted.logical_plan().clone(), context.state()).await.expect("replaced");
    }
    store.checkpoint("landing/crm_user").await.expect("a checkpoint");
    let tables =
        [("loads", 0), ("landing/crm_user", 1), ("base/users", 1)].map(|(name, version)| (name.into(), version));
    let manifest = Manifest {
        format: FORMAT,
        build: 1,
        at: "now".into(),
        inputs: "all".into(),
        days: String::new(),
        tables: tables.into(),
        rollups: BTreeMap::new(),
    };
    manifest.publish(&store).await.expect("published");
    Depot::of(store.below("reports")).note("board/begun.json", &tables_of(&manifest)).await.expect("noted");
    std::fs::write(folder.path().join("lock"), "").expect("written");
    (folder, store)
}

fn tables_of(manifest: &Manifest) -> &BTreeMap<String, u64> {
    &manifest.tables
}

fn rows(load: i64) -> RecordBatch {
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![load, load + 1, load + 2]));
    let names: ArrayRef = Arc::new(StringArray::from(vec!["Ann", "Bob", "Cid"]));
    RecordBatch::try_from_iter([("n", numbers), ("name", names)]).expect("columns of three")
}

async fn look(store: &Store) -> Verified {
    // A journal of three plain columns is none; what it says is not looked at here.
    files(store).await.expect("the storage is there").0
}

fn every_file(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(every_file(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Fails unless exactly the changed file is named, or what bears the digest of a changed digest.
fn named(verified: &Verified, folder: &Path, file: &Path, what: &str) {
    let name = file.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
    let name = name.strip_suffix(".sha256").unwrap_or(&name);
    let faults: Vec<&str> = verified.faults.iter().map(|fault| fault.file.as_str()).collect();
    assert!(faults.contains(&name), "{what} of {name}: {:?}", verified.faults);
}

#[tokio::test]
async fn a_lake_as_it_was_written_has_no_fault() {
    let (folder, store) = tiny().await;
    let verified = look(&store).await;
    assert_eq!(verified.faults, []);
    assert_eq!((verified.builds, verified.noted), (1, 1));
    let told =
        |name: &str| verified.tables.iter().find(|table| table.name == name).map(|t| (t.version, t.rows, t.files));
    assert_eq!(told("landing/crm_user"), Some((1, 6, 2)));
    assert_eq!(told("base/users"), Some((1, 3, 1)));
    assert_eq!(verified.left_over, Vec::<String>::new());
    for name in ["landing/crm_user/part-9.parquet", "builds/2.json#1", "loads/_delta_log/_commit_1.json.tmp"] {
        std::fs::write(folder.path().join(name), "x").expect("written");
    }
    let verified = look(&store).await;
    assert_eq!((verified.faults.len(), verified.left_over.len()), (0, 3), "{verified:?}");
}

/// The lake lies in memory here: it is looked through some ten thousand times.
#[tokio::test]
async fn every_changed_byte_is_named_with_its_file() {
    let (folder, _) = tiny().await;
    let memory = Arc::new(InMemory::new());
    let store = Store::in_memory(memory.clone());
    let files = every_file(folder.path());
    let at =
        |file: &PathBuf| Location::from(file.strip_prefix(folder.path()).expect("below").to_string_lossy().as_ref());
    let read = |file: &PathBuf| std::fs::read(file).expect("read");
    for file in &files {
        memory.put(&at(file), read(file).into()).await.expect("written");
    }
    assert_eq!(look(&store).await.faults, []);
    for file in &files {
        let whole = read(file);
        let stride = if file.extension().is_some_and(|kind| kind == "parquet") { STRIDE } else { 1 };
        for byte in (0..whole.len()).step_by(stride) {
            let mut changed = whole.clone();
            changed[byte] ^= 1 << (byte % 8);
            memory.put(&at(file), changed.into()).await.expect("written");
            named(&look(&store).await, folder.path(), file, &format!("byte {byte}"));
        }
        memory.put(&at(file), whole.into()).await.expect("written");
    }
    assert_eq!(look(&store).await.faults, []);
}

#[tokio::test]
async fn every_file_that_is_missing_or_cut_off_is_named() {
    let (folder, store) = tiny().await;
    for file in every_file(folder.path()).iter().filter(|file| !file.ends_with("lock")) {
        let (whole, gone) = (std::fs::read(file).expect("read"), gone_with_its_version(folder.path(), file));
        for length in [0, 1, whole.len() / 2, whole.len() - 1] {
            std::fs::write(file, &whole[..length]).expect("written");
            named(&look(&store).await, folder.path(), file, &format!("{length} bytes"));
        }
        std::fs::remove_file(file).expect("removed");
        let verified = look(&store).await;
        // Nothing needs these: without its hint a checkpoint is found, without the ledger a report is sent again.
        let needless = ["_last_checkpoint", "begun.json", "1.json"].iter().any(|name| file.ends_with(name));
        match gone || needless {
            true => assert_eq!(verified.faults, [], "without {}", file.display()),
            false => named(&verified, folder.path(), file, "all"),
        }
        std::fs::write(file, whole).expect("written");
    }
}

/// The only file of the first version of `base/users`, which no build pins: who removed it has cleaned up.
fn gone_with_its_version(folder: &Path, file: &Path) -> bool {
    let first = std::fs::read_to_string(folder.join("base/users/_delta_log/00000000000000000000.json")).expect("read");
    first.contains(&*file.file_name().expect("a name").to_string_lossy())
}

#[tokio::test]
async fn a_damaged_log_is_told_where_the_table_is_opened() {
    let (folder, store) = tiny().await;
    let state = SessionContext::new().state();
    for (table, version) in [("loads", 0), ("landing/crm_user", 1), ("base/users", 1)] {
        let at = async || store.provider(table, version, &state).await.map(drop);
        at().await.expect("it opens");
        for file in every_file(&folder.path().join(table)) {
            let name = file.strip_prefix(folder.path()).expect("below").to_string_lossy().into_owned();
            let hint = name.ends_with("_last_checkpoint") || name.ends_with(".sha256");
            let checkpointed = table == "landing/crm_user" && name.ends_with(".json");
            if hint || gone_with_its_version(folder.path(), &file) {
                continue; // no reader needs it
            }
            let whole = std::fs::read(&file).expect("read");
            for change in [Some(vec![]), Some(whole[..whole.len() / 2].to_vec()), Some(b"garbage".to_vec()), None] {
                match &change {
                    Some(bytes) => std::fs::write(&file, bytes).expect("written"),
                    None => std::fs::remove_file(&file).expect("removed"),
                }
                let told = at().await;
                match told {
                    Err(LakeError::Damaged(fault)) => assert!(name.starts_with(&fault.file), "{name}: {fault}"),
                    // The checkpoint tells what these told, and without it they tell the same.
                    Ok(()) if checkpointed || (change.is_none() && name.ends_with("checkpoint.parquet")) => {}
                    told => panic!("{name} as {change:?}: {told:?}"),
                }
            }
            std::fs::write(&file, whole).expect("written");
        }
        at().await.expect("it opens");
    }
}
