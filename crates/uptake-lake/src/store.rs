//! Where a lake lives: Delta tables and small JSON files below one object-store URL.
//!
//! The only room that speaks to deltalake. The same code serves a folder, buckets and memory.

mod certain;
mod cloud;
mod disk;
mod files;
mod held;
mod log;
mod properties;
mod rows;
mod seal;
mod sealed;
mod sifted;
mod stream;

pub use cloud::Cloud;
pub use log::{Fault, Log, Logged, NO_SEAL, not_there, table_of};
pub use seal::{Seal, of as seal_of};

use crate::convert;
use crate::error::{LakeError, compute};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::TableProvider;
use datafusion::error::Result as EngineResult;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::prelude::SessionContext;
use deltalake_core::kernel::Transaction;
use deltalake_core::kernel::transaction::{CommitProperties, TransactionError};
use deltalake_core::logstore::{
    LogStoreFactory, LogStoreRef, ObjectStoreRef, StorageConfig, default_logstore, logstore_factories,
};
use deltalake_core::operations::write::{SchemaMode, WriteBuilder};
use deltalake_core::protocol::SaveMode;
use deltalake_core::{DeltaResult, DeltaTable, DeltaTableBuilder, DeltaTableError};
use disk::Disk;
use futures::TryStreamExt;
use held::MOST_BYTES;
pub use held::kept;
use object_store::ObjectStore;
use object_store::memory::InMemory;
use object_store::path::Path;
use properties::{compressed, of_landing};
use sealed::Sealed;
use sifted::Sifted;
use std::num::NonZeroU64;
use std::path::{Component, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use uptake_spec::Table;
use url::Url;

/// One lake's storage; cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    root: Url,
    objects: Arc<dyn ObjectStore>,
    prefix: Path,
}

/// A table as it was looked at. What is written because of that goes on top of that very version, or not at all.
#[derive(Debug)]
pub struct Seen {
    name: String,
    table: DeltaTable,
    /// Which of the transactions that were asked for it has committed.
    pub committed: Vec<bool>,
}

/// Holds the lake's lock until dropped; on local disk the operating system lets go of it at kill -9.
#[derive(Debug)]
pub struct Lock {
    _file: Option<std::fs::File>,
}

impl Store {
    /// A folder, made when something is written, or an object-store URL.
    ///
    /// # Errors
    /// An address of no known kind.
    pub fn open(address: &str) -> Result<Store, LakeError> {
        Store::on(Disk::new(), address)
    }

    /// The same, but a power cut may take what was reported as written: for measuring what it costs to wait for the disk.
    ///
    /// # Errors
    /// An address of no known kind.
    pub fn open_unsynced(address: &str) -> Result<Store, LakeError> {
        Store::on(Disk::unsynced(), address)
    }

    fn on(disk: Disk, address: &str) -> Result<Store, LakeError> {
        let root = match Url::parse(address) {
            Ok(url) if url.scheme().len() > 1 => url,
            _ => folder_url(address)?,
        };
        let unknown = || LakeError::Address(address.into());
        let (objects, prefix): (Arc<dyn ObjectStore>, Path) = match (root.scheme(), Cloud::of(root.scheme())) {
            (_, Some(cloud)) => {
                cloud.open(&root, None).map_err(|source| LakeError::Unopened { who: cloud.who, source })?
            }
            ("file", _) => (Arc::new(disk), Path::from_url_path(root.path()).map_err(|_| unknown())?),
            ("memory", _) => (Arc::new(InMemory::new()), Path::from_url_path(root.path()).map_err(|_| unknown())?),
            _ => return Err(unknown()),
        };
        tell_delta_of(&root);
        Ok(Store { root, objects: Arc::new(Sealed::new(objects)), prefix })
    }

    /// A lake in memory whose files a test can change behind its back.
    #[cfg(test)]
    pub fn in_memory(objects: Arc<InMemory>) -> Store {
        let root = Url::parse("memory:///").expect("a URL");
        Store { root, objects: Arc::new(Sealed::new(objects)), prefix: Path::default() }
    }

    /// The place below this one; its folder is made when something is written there.
    pub fn below(&self, name: &str) -> Store {
        Store { root: self.table_url(name), prefix: self.path(name), objects: self.objects.clone() }
    }

    /// The folder of a lake on local disk.
    fn folder(&self) -> Option<PathBuf> {
        (self.root.scheme() == "file").then(|| self.root.to_file_path().ok()).flatten()
    }

    /// Waits for the lake's lock. On object stores commits decide instead, and the loser starts again.
    ///
    /// # Errors
    /// The lock file cannot be made: a read-only disk, no rights.
    pub async fn lock(&self) -> Result<Lock, LakeError> {
        let Some(folder) = self.folder() else { return Ok(Lock { _file: None }) };
        let of = folder.clone();
        let lock = move || {
            std::fs::create_dir_all(&folder)?;
            let file =
                std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(folder.join("lock"))?;
            file.lock()?;
            Ok(Lock { _file: Some(file) })
        };
        tokio::task::spawn_blocking(lock)
            .await
            .expect("locking does not panic")
            .map_err(|source| LakeError::Lock { folder: of, source })
    }

    fn table_url(&self, name: &str) -> Url {
        let mut url = self.root.clone();
        let path = format!("{}/{name}", self.root.path().trim_end_matches('/'));
        url.set_path(&path);
        url
    }

    /// The table as it is now; uninitialised where nothing was written yet.
    async fn table(&self, name: &str) -> Result<DeltaTable, LakeError> {
        let opened = DeltaTableBuilder::from_url(self.table_url(name))
            .map(|builder| builder.with_storage_backend(self.objects.clone(), self.table_url(name)))
            .and_then(DeltaTableBuilder::build);
        let mut table = opened.map_err(failed(name))?;
        if self.written(name).await?
            && let Err(error) = table.load().await
        {
            return Err(self.told(name, None, failed(name)(error)).await);
        }
        Ok(table)
    }

    /// What a table fails of may say little: where its log itself is damaged, or ends before the version that is wanted, that is told, with the
    /// file and the way out.
    async fn told(&self, name: &str, wanted: Option<u64>, error: LakeError) -> LakeError {
        let Ok(log) = self.log(name).await else { return error };
        let missing = wanted.filter(|wanted| log.version.is_none_or(|newest| newest < *wanted));
        let missing = missing.map(|version| log::not_there(name, version));
        log.faults.into_iter().next().or(missing).map_or(error, LakeError::Damaged)
    }

    /// That the commit of a version is there, which a build was made of.
    ///
    /// # Errors
    /// It is not: whoever read on would take an older version for the newest.
    pub async fn has(&self, name: &str, version: u64) -> Result<(), LakeError> {
        match self.is_there(&log::commit(name, version)).await? {
            true => Ok(()),
            false => Err(LakeError::Damaged(log::not_there(name, version))),
        }
    }

    /// Whether a table has a commit at all; what a killed writer left beside the log is none.
    async fn written(&self, name: &str) -> Result<bool, LakeError> {
        let log = self.path(&format!("{name}/_delta_log"));
        let mut files = self.objects.list(Some(&log));
        while let Some(file) = files.try_next().await? {
            if file.location.filename().is_some_and(is_commit) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The newest version of a table; `None` if it was never written.
    pub async fn version(&self, name: &str) -> Result<Option<u64>, LakeError> {
        Ok(self.table(name).await?.version())
    }

    /// A table at one version, for reading in `state`.
    pub async fn provider(
        &self,
        name: &str,
        version: u64,
        state: &SessionState,
    ) -> Result<Arc<dyn TableProvider>, LakeError> {
        let table = self.table_at(name, version, state).await?;
        Ok(Arc::new(sifted(name, &table, state).await?))
    }

    /// The same for a table that is read again and again: if it is small, it is read from storage once.
    pub async fn held(
        &self,
        name: &str,
        version: u64,
        state: &SessionState,
    ) -> Result<Arc<dyn TableProvider>, LakeError> {
        let table = self.table_at(name, version, state).await?;
        let bytes: i64 = table.snapshot().map_err(failed(name))?.log_data().iter().map(|file| file.size()).sum();
        let stored = Arc::new(sifted(name, &table, state).await?);
        Ok(if bytes <= MOST_BYTES { kept(stored) } else { stored })
    }

    async fn table_at(&self, name: &str, version: u64, state: &SessionState) -> Result<DeltaTable, LakeError> {
        let mut table = self.table(name).await?;
        if let Err(error) = table.load_version(version).await {
            return Err(self.told(name, Some(version), failed(name)(error)).await);
        }
        table.update_datafusion_session(state).map_err(failed(name))?;
        self.all_there(name, &table)?;
        Ok(table)
    }

    /// That each data file of a table is there as long as it was written. Only a disk is looked at: it costs nothing there, and an object
    /// store loses no files when the power goes.
    fn all_there(&self, name: &str, table: &DeltaTable) -> Result<(), LakeError> {
        let Some(folder) = self.folder() else { return Ok(()) };
        for file in table.snapshot().map_err(failed(name))?.log_data().iter() {
            let file = (format!("{name}/{}", file.path()), file.size() as u64);
            let why = match std::fs::metadata(folder.join(&file.0)) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => "it is not there".to_string(),
                Ok(found) if found.len() != file.1 => log::other_size(found.len(), file.1),
                // What else there is to say of it, its reader says.
                _ => continue,
            };
            return Err(LakeError::Damaged(Fault::of(&file.0, why)));
        }
        Ok(())
    }

    /// The rows of a table at one version that `filter` keeps, all in memory.
    pub async fn rows(&self, name: &str, version: u64, filter: Option<Expr>) -> Result<Table, LakeError> {
        let context = SessionContext::new();
        let provider = self.provider(name, version, &context.state()).await?;
        let read = async || {
            let mut frame = context.read_table(provider.clone())?;
            if let Some(filter) = filter {
                frame = frame.filter(filter)?;
            }
            let batches = frame.collect().await?;
            Ok(convert::table(&provider.schema(), &batches)?)
        };
        read().await.map_err(compute(name))
    }

    /// Some columns of the rows that `filter` keeps, batch by batch; `None` if the table was never written.
    pub async fn scan(
        &self,
        name: &str,
        filter: Expr,
        columns: Vec<Expr>,
    ) -> Result<Option<SendableRecordBatchStream>, LakeError> {
        let Some(version) = self.version(name).await? else { return Ok(None) };
        let context = SessionContext::new();
        let provider = self.provider(name, version, &context.state()).await?;
        let read = async || context.read_table(provider)?.filter(filter)?.select(columns)?.execute_stream().await;
        read().await.map(Some).map_err(compute(name))
    }

    /// A table as it is now, and which of `transactions` it has committed.
    pub async fn seen(&self, name: &str, transactions: &[String]) -> Result<Seen, LakeError> {
        let table = self.table(name).await?;
        let mut committed = vec![false; transactions.len()];
        if let Ok(state) = table.snapshot() {
            let log = table.log_store();
            for (id, committed) in transactions.iter().zip(&mut committed) {
                *committed = state.transaction_version(log.as_ref(), id).await.map_err(failed(name))?.is_some();
            }
        }
        Ok(Seen { name: name.into(), table, committed })
    }

    /// Appends rows to a table as it was seen, in one commit that carries `transactions`; new columns are added to the table.
    ///
    /// # Errors
    /// Somebody else committed some of the transactions meanwhile, and not all; storage.
    pub async fn append(
        &self,
        mut seen: Seen,
        rows: Vec<RecordBatch>,
        transactions: &[String],
    ) -> Result<(), LakeError> {
        let name = seen.name.clone();
        let mut tries = 1;
        loop {
            let error = match seen.append(rows.clone(), transactions).await {
                Err(error @ LakeError::Overtaken(_)) => error,
                ended => return ended,
            };
            seen = self.seen(&name, transactions).await?;
            if !seen.committed.is_empty() && seen.committed.iter().all(|done| *done) {
                return Ok(());
            }
            if seen.committed.contains(&true) || tries == MOST_TRIES {
                return Err(error);
            }
            pause(tries).await;
            tries += 1;
        }
    }

    /// Replaces a table's content by what `plan` yields in `state`; returns the new version.
    ///
    /// # Errors
    /// [`LakeError::Overtaken`] if somebody else wrote the table meanwhile; storage; what the plan itself runs into.
    pub async fn replace(&self, name: &str, plan: LogicalPlan, state: SessionState) -> Result<u64, LakeError> {
        let (plan, state) = match plan {
            // Delta writes the parts of a plan side by side, and what was in order is no more.
            LogicalPlan::Sort(_) => stream::one_part(plan, state).await.map_err(compute(name))?,
            plan => (plan, state),
        };
        let write = self.table(name).await?.write(vec![]).with_input_plan(plan).with_session_state(Arc::new(state));
        let write = write.with_save_mode(SaveMode::Overwrite).with_schema_mode(SchemaMode::Overwrite);
        let write = write.with_writer_properties(compressed()).with_commit_properties(on_what_was_read());
        let table = write.await.map_err(failed(name))?;
        Ok(table.version().expect("a written table has a version"))
    }

    /// Writes a checkpoint of the newest version, as each hundredth commit does.
    #[cfg(test)]
    pub async fn checkpoint(&self, name: &str) -> Result<(), LakeError> {
        let table = self.table(name).await?;
        deltalake_core::checkpoints::create_checkpoint(&table, None).await.map_err(failed(name))
    }

    fn path(&self, name: &str) -> Path {
        name.split('/').fold(self.prefix.clone(), |path, part| path.join(part))
    }
}

impl Seen {
    /// The names of the table's columns; none if it was never written.
    pub fn columns(&self) -> Vec<String> {
        let Ok(state) = self.table.snapshot() else { return vec![] };
        state.schema().fields().map(|field| field.name().clone()).collect()
    }

    async fn append(self, rows: Vec<RecordBatch>, transactions: &[String]) -> Result<(), LakeError> {
        let write = self.table.write(rows).with_save_mode(SaveMode::Append).with_schema_mode(SchemaMode::Merge);
        let write = write.with_writer_properties(compressed()).with_commit_properties(carrying(transactions));
        write.await.map_err(failed(&self.name))?;
        Ok(())
    }

    /// As [`Store::append`], for more rows than memory may hold: they are written as they come, and committed at the end. `naming` are
    /// columns with a value of its own in nearly every row.
    ///
    /// # Errors
    /// The first error that comes instead of rows, and then nothing is committed; [`LakeError::Overtaken`] if somebody else wrote the
    /// table since it was seen, for rows come once and cannot be tried again here; storage.
    pub async fn append_stream(
        self,
        schema: SchemaRef,
        rows: Receiver<EngineResult<RecordBatch>>,
        transactions: &[String],
        naming: &[&str],
    ) -> Result<(), LakeError> {
        let (name, write) = self.streaming(schema.clone(), rows, transactions)?;
        write.with_writer_properties(of_landing(&schema, naming, None)).await.map_err(failed(&name))?;
        Ok(())
    }

    /// The same for rows in the order of the column `time`: each batch becomes a file.
    ///
    /// # Errors
    /// As [`Seen::append_stream`].
    pub async fn append_files(
        self,
        schema: SchemaRef,
        rows: Receiver<EngineResult<RecordBatch>>,
        transactions: &[String],
        naming: &[&str],
        time: &str,
    ) -> Result<(), LakeError> {
        let (name, write) = self.streaming(schema.clone(), rows, transactions)?;
        // Delta begins another file once one is large enough, and looks at its size after so many rows: after each batch.
        let write = write.with_target_file_size(Some(NonZeroU64::MIN)).with_write_batch_size(usize::MAX);
        write.with_writer_properties(of_landing(&schema, naming, Some(time))).await.map_err(failed(&name))?;
        Ok(())
    }

    fn streaming(
        self,
        schema: SchemaRef,
        rows: Receiver<EngineResult<RecordBatch>>,
        transactions: &[String],
    ) -> Result<(String, WriteBuilder), LakeError> {
        let (plan, state) = stream::plan(schema, rows).map_err(compute(&self.name))?;
        let write = self.table.write(vec![]).with_input_plan(plan).with_session_state(Arc::new(state));
        let write = write.with_save_mode(SaveMode::Append).with_schema_mode(SchemaMode::Merge);
        Ok((self.name, write.with_commit_properties(carrying(transactions))))
    }
}

/// A table that reads texts as `state` is set to, and only the rows that a filter keeps.
async fn sifted(name: &str, table: &DeltaTable, state: &SessionState) -> Result<Sifted, LakeError> {
    let mut state = state.clone();
    state.config_mut().options_mut().execution.parquet.pushdown_filters = true;
    let provider = table.table_provider().with_session(Arc::new(state));
    provider.await.map(Sifted).map_err(compute(name))
}

/// The log of a table on any object store: commits are conditional puts, which all of them know.
#[derive(Debug)]
struct ConditionalPuts;

impl LogStoreFactory for ConditionalPuts {
    fn with_options(
        &self,
        prefixed: ObjectStoreRef,
        whole: ObjectStoreRef,
        location: &Url,
        options: &StorageConfig,
    ) -> DeltaResult<LogStoreRef> {
        Ok(default_logstore(prefixed, whole, location, options))
    }
}

/// deltalake-core knows folders and memory by itself; every other scheme must be named to it once.
fn tell_delta_of(root: &Url) {
    let scheme = Url::parse(&format!("{}://", root.scheme())).expect("the scheme of a URL makes a URL");
    logstore_factories().entry(scheme).or_insert_with(|| Arc::new(ConditionalPuts));
}

fn folder_url(address: &str) -> Result<Url, LakeError> {
    let folder = std::path::absolute(address).map_err(|_| LakeError::Address(address.into()))?;
    let folder = folder.components().fold(PathBuf::new(), |mut straight, step| {
        match step {
            Component::ParentDir => drop(straight.pop()),
            step => straight.push(step),
        }
        straight
    });
    Url::from_directory_path(&folder).map_err(|()| LakeError::Address(address.into()))
}

/// How every commit is made: on top of the very version that was read, or not at all. Delta would try again on top of
/// a table that somebody else has just made, without a look at what is in it, and its rows would stand there twice.
/// Nor are commits older than a month removed: builds pin versions, and a pinned version needs its log.
fn on_what_was_read() -> CommitProperties {
    CommitProperties::default().with_max_retries(0).with_cleanup_expired_logs(Some(false))
}

fn carrying(transactions: &[String]) -> CommitProperties {
    on_what_was_read().with_application_transactions(transactions.iter().map(|id| Transaction::new(id, 1)).collect())
}

/// `00000000000000000007.json`, or a checkpoint of that version.
fn is_commit(file: &str) -> bool {
    let version = file.split('.').next().unwrap_or_default();
    version.len() == 20
        && version.bytes().all(|byte| byte.is_ascii_digit())
        && (file.ends_with(".json") || file.ends_with(".parquet"))
}

/// How often something is begun that others may overtake.
pub const MOST_TRIES: u32 = 6;

/// Lets the others end first: 0.2 s after the first try, 0.4 s after the second, …
pub async fn pause(tries: u32) {
    tokio::time::sleep(Duration::from_millis(200) * tries).await;
}

fn failed(table: &str) -> impl FnOnce(DeltaTableError) -> LakeError {
    let table = table.to_string();
    move |source| match overtaken(&source) {
        true => LakeError::Overtaken(format!("the table {table}")),
        false => LakeError::of_a_disk(source, |source| LakeError::Table { table, source: Box::new(source) }),
    }
}

/// Somebody else's commit came first, and ours does not go on top of it.
fn overtaken(error: &DeltaTableError) -> bool {
    use TransactionError::{CommitConflict, MaxCommitAttempts};
    match error {
        DeltaTableError::VersionAlreadyExists(_) => true,
        DeltaTableError::Transaction { source } => matches!(source, CommitConflict(_) | MaxCommitAttempts(_)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::{ArrayRef, Int64Array};
    use object_store::memory::InMemory;

    /// Two loads of the same file look at a table, and then one after the other writes.
    #[tokio::test]
    async fn what_another_committed_after_a_look_is_not_written_again() {
        let store = Store::in_memory(Arc::new(InMemory::new()));
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
        let rows = RecordBatch::try_from_iter([("n", numbers)]).expect("a column");
        let (said, schema) = (rows.clone(), rows.schema());
        let stream = move || {
            let (send, receive) = tokio::sync::mpsc::channel(1);
            send.try_send(Ok(said.clone())).expect("there is room");
            receive
        };
        for (version, load) in ["first".to_string(), "second".into()].into_iter().enumerate() {
            let load = [load];
            let seen = async || store.seen("landing/crm_user", &load).await.expect("a lake");
            let (one, other, third) = (seen().await, seen().await, seen().await);
            assert_eq!([&one, &other].map(|seen| seen.committed[0]), [false, false]);
            one.append_stream(schema.clone(), stream(), &load, &[]).await.expect("nobody was before it");
            let told = other.append_stream(schema.clone(), stream(), &load, &[]).await;
            assert!(matches!(told, Err(LakeError::Overtaken(_))), "{told:?}");
            store.append(third, vec![rows.clone()], &load).await.expect("it is done already");
            assert!(seen().await.committed[0]);
            assert_eq!(store.version("landing/crm_user").await.expect("a lake"), Some(version as u64));
        }
    }

    #[test]
    fn a_folder_may_be_told_by_the_way_to_it() {
        let there = |way: &str| folder_url(way).map(|url| url.to_string()).map_err(|why| why.to_string());
        assert_eq!(there("/firms/north/../south/lake"), Ok("file:///firms/south/lake/".into()));
        assert_eq!(there("./lake"), there("x/../lake"));
    }

    #[test]
    fn what_a_killed_writer_leaves_is_no_commit() {
        for commit in ["00000000000000000000.json", "00000000000000000099.checkpoint.parquet"] {
            assert!(is_commit(commit), "{commit}");
        }
        for other in [
            "_commit_0b1c.json.tmp",
            "00000000000000000000.json.tmp",
            "00000000000000000000.json#1",
            "_last_checkpoint",
            "7.json",
            "",
        ] {
            assert!(!is_commit(other), "{other}");
        }
    }
}
