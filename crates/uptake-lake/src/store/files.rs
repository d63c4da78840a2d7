//! The files of a lake: small ones whole, and what is there of all.

use super::{Fault, Logged, Seal};
use super::{Store, log, rows, seal};
use crate::error::LakeError;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStoreExt, PutMode, PutOptions, PutPayload};
use serde_json::{Map, Value};

impl Store {
    /// The bytes of a small file; `None` if it is not there.
    pub async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, LakeError> {
        match self.objects.get(&self.path(name)).await {
            Ok(found) => Ok(Some(found.bytes().await?.to_vec())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes a small file whole, only if it is absent; `false` if somebody else was first.
    pub async fn create(&self, name: &str, bytes: Vec<u8>) -> Result<bool, LakeError> {
        let options = PutOptions { mode: PutMode::Create, ..Default::default() };
        match self.objects.put_opts(&self.path(name), PutPayload::from(bytes), options).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// As [`Store::write`] a JSON object that bears a seal: a digest that tells whether a byte of it changed.
    pub async fn write_sealed(&self, name: &str, object: Map<String, Value>) -> Result<(), LakeError> {
        self.write(name, seal::object(object)).await
    }

    /// As [`Store::create`] a JSON object that bears a seal.
    pub async fn create_sealed(&self, name: &str, object: Map<String, Value>) -> Result<bool, LakeError> {
        self.create(name, seal::object(object)).await
    }

    /// Writes a small file whole, in place of one that is there.
    pub async fn write(&self, name: &str, bytes: Vec<u8>) -> Result<(), LakeError> {
        self.objects.put(&self.path(name), PutPayload::from(bytes)).await?;
        Ok(())
    }

    /// Every file with its size, by its name below this place; of what a disk holds, also what killed writers have left there.
    pub async fn all(&self) -> Result<Vec<(String, u64)>, LakeError> {
        if let Some(folder) = self.folder() {
            let mut found = vec![];
            if folder.exists() {
                below(&folder, "", &mut found).map_err(LakeError::Unreadable)?;
            }
            return Ok(found);
        }
        let found: Vec<ObjectMeta> = self.objects.list(Some(&self.prefix)).try_collect().await?;
        Ok(found.iter().map(|meta| (self.name(&meta.location), meta.size)).collect())
    }

    /// A file's name below this place.
    pub(super) fn name(&self, location: &Path) -> String {
        location.prefix_match(&self.prefix).map(Path::from_iter).unwrap_or_default().to_string()
    }

    pub async fn is_there(&self, name: &str) -> Result<bool, LakeError> {
        match self.objects.head(&self.path(name)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The bytes of a sealed JSON object; `None` if it is not there.
    ///
    /// # Errors
    /// A byte of it changed.
    pub async fn read_sealed(&self, name: &str) -> Result<Option<Vec<u8>>, LakeError> {
        let bytes = self.read(name).await?;
        match bytes.as_deref().map(seal::of) {
            Some(Seal::Broken) => Err(LakeError::Damaged(Fault::of(name, "it is not as it was written"))),
            _ => Ok(bytes),
        }
    }

    /// Why a data file is not the one its commit names; `None` if it is, to the last byte and row.
    ///
    /// # Errors
    /// The storage.
    pub async fn fault_of(&self, name: &str, logged: &Logged) -> Result<Option<String>, LakeError> {
        let location = self.path(name);
        let size = match self.objects.head(&location).await {
            Ok(meta) => meta.size,
            Err(object_store::Error::NotFound { .. }) => return Ok(Some("it is not there".into())),
            Err(error) => return Err(error.into()),
        };
        if size != logged.size {
            return Ok(Some(log::other_size(size, logged.size)));
        }
        match &logged.sha256 {
            Some(digest) if *digest == self.digest(&location).await? => {}
            Some(_) => return Ok(Some("it is not as it was written".into())),
            None => return Ok(Some("its commit says no digest: an earlier uptake or another program wrote it".into())),
        }
        let rows = match rows::count(rows::File { objects: self.objects.clone(), location, size }).await {
            Ok(rows) => rows,
            Err(error) => return Ok(Some(format!("it cannot be read: {error}"))),
        };
        let told = |expected| format!("it has {rows} rows, and its commit says {expected}");
        Ok(logged.rows.filter(|expected| *expected != rows).map(told))
    }

    /// The names of the files directly below `folder`.
    pub async fn list(&self, folder: &str) -> Result<Vec<String>, LakeError> {
        let found: Vec<_> = self.objects.list(Some(&self.path(folder))).try_collect().await?;
        Ok(found.iter().filter_map(|meta| meta.location.filename().map(String::from)).collect())
    }
}

fn below(folder: &std::path::Path, name: &str, found: &mut Vec<(String, u64)>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let inner = entry.file_name().to_string_lossy().into_owned();
        let name = if name.is_empty() { inner } else { format!("{name}/{inner}") };
        match entry.metadata()? {
            about if about.is_dir() => below(&entry.path(), &name, found)?,
            about => found.push((name, about.len())),
        }
    }
    Ok(())
}
