//! Files on a disk of this machine, such that what was reported as written is there after a power cut.
//!
//! A file is written beside its place, synced, and only then given its name, so that no name ever stands for half a file; then the
//! folders it lies in are synced, so that the name stays. Large uploads get their name first and are synced after: nothing names them before
//! the commit, which comes later. object_store's own files are in the cache of the operating system when they are reported.

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result, UploadPart,
};
use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::ops::Range;
use std::path::{Path as FilePath, PathBuf};
use std::sync::{Arc, Mutex};

/// The whole file system; cheap to clone.
#[derive(Debug, Clone)]
pub struct Disk {
    files: Arc<LocalFileSystem>,
    /// The folders whose own names, and those of all above them, are known to stay.
    lasting: Arc<Mutex<HashSet<PathBuf>>>,
    synced: bool,
}

/// A file could not be written, and which.
#[derive(Debug, thiserror::Error)]
#[error("could not write {}", file.display())]
struct NotWritten {
    file: PathBuf,
    source: std::io::Error,
}

impl Disk {
    pub fn new() -> Disk {
        Disk { files: Arc::new(LocalFileSystem::new()), lasting: Arc::default(), synced: true }
    }

    /// As fast as the operating system takes files, and no power cut may come: for measuring what syncing costs.
    pub fn unsynced() -> Disk {
        Disk { synced: false, ..Disk::new() }
    }

    /// Waits until the file has reached the disk, and every folder down to it.
    async fn sync(&self, location: &Path) -> Result<()> {
        if !self.synced {
            return Ok(());
        }
        let (disk, file) = (self.clone(), self.files.path_to_filesystem(location)?);
        blocking(move || {
            let synced = File::open(&file).and_then(|open| open.sync_all()).and_then(|()| disk.enter(&file));
            synced.map_err(|source| not_written(file, source))
        })
        .await
    }

    fn write(&self, file: &FilePath, payload: &PutPayload, create: bool) -> std::io::Result<()> {
        let (mut open, beside) = begun_beside(file)?;
        let written = payload.iter().try_for_each(|part| open.write_all(part));
        let synced = written.and_then(|()| if self.synced { open.sync_all() } else { Ok(()) });
        drop(open);
        let named = synced.and_then(|()| match create {
            true => std::fs::hard_link(&beside, file),
            false => std::fs::rename(&beside, file),
        });
        if create || named.is_err() {
            // It is only the second name of the file, or of no use; nobody reads it.
            let _ = std::fs::remove_file(&beside);
        }
        named?;
        if self.synced { self.enter(file) } else { Ok(()) }
    }

    /// Makes the name of a file last, and those of the folders above it that are not known to.
    fn enter(&self, file: &FilePath) -> std::io::Result<()> {
        let mut above = file.ancestors().skip(1);
        let Some(folder) = above.next() else { return Ok(()) };
        sync_folder(folder)?;
        let mut fresh = vec![folder];
        for parent in above {
            let child = fresh.last().expect("it begins with the file's own folder");
            if self.lasting.lock().expect("no holder panics").contains(*child) {
                break;
            }
            sync_folder(parent)?;
            fresh.push(parent);
        }
        // Not before all is done: whoever finds a folder here waits for nothing.
        self.lasting.lock().expect("no holder panics").extend(fresh.into_iter().map(PathBuf::from));
        Ok(())
    }
}

/// A new file beside `file`, called as [`LocalFileSystem`] calls those that it does not list.
fn begun_beside(file: &FilePath) -> std::io::Result<(File, PathBuf)> {
    let mut number = 1;
    loop {
        let mut name = file.as_os_str().to_owned();
        name.push(format!("#{number}"));
        match OpenOptions::new().write(true).create_new(true).open(&name) {
            Ok(open) => return Ok((open, name.into())),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(error) if error.kind() == ErrorKind::NotFound => match file.parent() {
                Some(folder) if !folder.exists() => std::fs::create_dir_all(folder)?,
                _ => return Err(error),
            },
            Err(error) => return Err(error),
        }
    }
}

/// Some folders cannot be synced: those above a lake that one may pass and not read, and those of some network disks.
fn sync_folder(folder: &FilePath) -> std::io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(()); // where a folder is no file, its names are written with the files
    }
    match File::open(folder).and_then(|open| open.sync_all()) {
        Err(error) if [ErrorKind::PermissionDenied, ErrorKind::InvalidInput].contains(&error.kind()) => Ok(()),
        synced => synced,
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|source| Error::JoinError { source })?
}

fn not_written(file: PathBuf, source: std::io::Error) -> Error {
    match source.kind() {
        ErrorKind::AlreadyExists => Error::AlreadyExists { path: file.display().to_string(), source: source.into() },
        _ => Error::Generic { store: "disk", source: Box::new(NotWritten { file, source }) },
    }
}

impl std::fmt::Display for Disk {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.files.fmt(to)
    }
}

#[async_trait]
impl ObjectStore for Disk {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let create = match options.mode {
            PutMode::Create => true,
            PutMode::Overwrite => false,
            // A disk knows no versions of files; it says so itself.
            PutMode::Update(_) => return self.files.put_opts(location, payload, options).await,
        };
        let (disk, file) = (self.clone(), self.files.path_to_filesystem(location)?);
        blocking(move || disk.write(&file, &payload, create).map_err(|source| not_written(file, source))).await?;
        Ok(PutResult { e_tag: None, version: None })
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let upload = self.files.put_multipart_opts(location, options).await?;
        Ok(Box::new(Upload { upload, location: location.clone(), disk: self.clone() }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.files.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<bytes::Bytes>> {
        self.files.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.files.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.files.list(prefix)
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        self.files.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.files.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.files.copy_opts(from, to, options).await?;
        self.sync(to).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.files.rename_opts(from, to, options).await?;
        self.sync(to).await
    }
}

/// A large file that comes in parts.
#[derive(Debug)]
struct Upload {
    upload: Box<dyn MultipartUpload>,
    location: Path,
    disk: Disk,
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.upload.put_part(data)
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let done = self.upload.complete().await?;
        self.disk.sync(&self.location).await?;
        Ok(done)
    }

    async fn abort(&mut self) -> Result<()> {
        self.upload.abort().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use object_store::ObjectStoreExt;

    #[tokio::test]
    async fn a_file_gets_its_name_once_and_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::new();
        let at = |name: &str| Path::from_absolute_path(folder.path().join(name)).expect("a path");
        let create = || PutOptions { mode: PutMode::Create, ..Default::default() };
        let read = async |name: &str| disk.get(&at(name)).await.expect("there").bytes().await.expect("read");
        disk.put_opts(&at("a/b/1.json"), "one".into(), create()).await.expect("written");
        let second = disk.put_opts(&at("a/b/1.json"), "two".into(), create()).await;
        assert!(matches!(second, Err(Error::AlreadyExists { .. })), "{second:?}");
        assert_eq!(read("a/b/1.json").await, "one");
        disk.put(&at("a/b/1.json"), "three".into()).await.expect("written");
        assert_eq!(read("a/b/1.json").await, "three");
        let mut upload = disk.put_multipart(&at("a/large")).await.expect("begun");
        upload.put_part("four".into()).await.expect("taken");
        upload.complete().await.expect("written");
        assert_eq!(read("a/large").await, "four");
        let left: Vec<_> = std::fs::read_dir(folder.path().join("a/b")).expect("a folder").collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }
}
