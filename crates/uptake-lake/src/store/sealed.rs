//! An object store in which nothing changes unnoticed: commits are sealed as they are written, and checked as they are read.
//!
//! Every file that a commit adds has its digest there, in the tags that Delta keeps for such things. A checkpoint's digest stands beside it,
//! in a file of its own. `uptake verify` compares them all; a query reads commits only, so that a torn one is never taken for a shorter one.

use super::seal::{self, Seal};
use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result, UploadPart,
};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};

#[derive(Debug)]
pub struct Sealed {
    objects: Arc<dyn ObjectStore>,
    /// Of the files that were written and wait for the commit that names them.
    digests: Digests,
}

type Digests = Arc<Mutex<HashMap<Path, String>>>;

/// A commit that is not as it was written, and why.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the commit {file} is torn: {why}")]
pub struct Torn {
    pub file: Path,
    pub why: &'static str,
}

/// What a file is in a lake, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Commit(u64),
    Checkpoint(u64),
    /// The digest of a checkpoint.
    Digest,
    /// Delta's hint at its newest checkpoint.
    Hint,
    /// Parquet outside of a log.
    Data,
    Other,
}

/// What stands behind a checkpoint's own name in that of its digest.
pub const OF_CHECKPOINT: &str = ".sha256";

pub fn role(location: &Path) -> Role {
    let parts: Vec<_> = location.parts().collect();
    let Some(name) = parts.last().map(|part| part.as_ref()) else { return Role::Other };
    let in_log = parts.len() > 1 && parts[parts.len() - 2].as_ref() == "_delta_log";
    let (head, tail) = name.split_once('.').unwrap_or((name, ""));
    let version = Some(head).filter(|head| head.len() == 20).and_then(|head| head.parse().ok());
    match (in_log, version, tail) {
        (true, Some(version), "json") => Role::Commit(version),
        (true, Some(_), tail) if tail.ends_with(OF_CHECKPOINT) => Role::Digest,
        (true, Some(version), tail) if tail.starts_with("checkpoint.") && tail.ends_with("parquet") => {
            Role::Checkpoint(version)
        }
        (true, None, "") if name == "_last_checkpoint" => Role::Hint,
        (false, _, tail) if tail.ends_with("parquet") => Role::Data,
        _ => Role::Other,
    }
}

/// Where a checkpoint's digest stands.
pub fn beside(checkpoint: &Path) -> Path {
    Path::from(format!("{checkpoint}{OF_CHECKPOINT}"))
}

/// Why a commit's bytes are not those of a whole one; `None` if they may be.
pub fn torn(bytes: &[u8]) -> Option<&'static str> {
    if bytes.is_empty() {
        return Some("it is empty");
    }
    let mut lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let whole = lines.all(|line| matches!(serde_json::from_slice(line), Ok(serde_json::Value::Object(_))));
    match (whole, seal::of(bytes)) {
        (false, _) => Some("it is no JSON"),
        (true, Seal::Broken) => Some("it is not as it was written"),
        (true, Seal::Holds | Seal::Missing) => None,
    }
}

impl Sealed {
    pub fn new(objects: Arc<dyn ObjectStore>) -> Sealed {
        Sealed { objects, digests: Digests::default() }
    }

    async fn put_commit(&self, location: &Path, payload: &PutPayload, options: PutOptions) -> Result<PutResult> {
        let table: Vec<_> = location.parts().collect();
        let table = Path::from_iter(table[..table.len() - 2].iter().cloned());
        let of = |file: &str| Path::parse(format!("{table}/{file}")).unwrap_or_default();
        let mut named = vec![];
        let sealed = {
            let digests = self.digests.lock().expect("no holder panics");
            let named = std::cell::RefCell::new(&mut named);
            seal::commit(&whole(payload), |file| {
                named.borrow_mut().push(of(file));
                digests.get(&of(file)).cloned()
            })
        };
        let done = self.objects.put_opts(location, sealed.into(), options).await?;
        let mut digests = self.digests.lock().expect("no holder panics");
        named.iter().for_each(|file| _ = digests.remove(file));
        Ok(done)
    }

    fn note(&self, location: &Path, digest: String) {
        self.digests.lock().expect("no holder panics").insert(location.clone(), digest);
    }
}

fn whole(payload: &PutPayload) -> Vec<u8> {
    payload.iter().flatten().copied().collect()
}

/// Before the checkpoint itself, so that none stands without.
async fn put_digest(objects: &dyn ObjectStore, checkpoint: &Path, digest: String) -> Result<()> {
    objects.put(&beside(checkpoint), digest.into_bytes().into()).await.map(drop)
}

impl std::fmt::Display for Sealed {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.objects.fmt(to)
    }
}

#[async_trait]
impl ObjectStore for Sealed {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let digest = || {
            let mut hash = Sha256::new();
            payload.iter().for_each(|part| hash.update(part));
            seal::hex(hash)
        };
        match role(location) {
            Role::Commit(_) => return self.put_commit(location, &payload, options).await,
            Role::Hint => {
                return self.objects.put_opts(location, seal::hint(&whole(&payload)).into(), options).await;
            }
            Role::Checkpoint(_) => put_digest(self.objects.as_ref(), location, digest()).await?,
            Role::Data => self.note(location, digest()),
            Role::Digest | Role::Other => {}
        }
        self.objects.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let upload = self.objects.put_multipart_opts(location, options).await?;
        let (objects, digests) = (self.objects.clone(), self.digests.clone());
        Ok(Box::new(Upload { upload, hash: Sha256::new(), location: location.clone(), objects, digests }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let part = options.range.is_some() || options.head;
        let found = self.objects.get_opts(location, options).await?;
        if part || !matches!(role(location), Role::Commit(_)) {
            return Ok(found);
        }
        let (meta, attributes, range) = (found.meta.clone(), found.attributes.clone(), found.range.clone());
        let bytes = found.bytes().await?;
        if let Some(why) = torn(&bytes) {
            return Err(Error::Generic { store: "lake", source: Box::new(Torn { file: location.clone(), why }) });
        }
        let payload = GetResultPayload::Stream(futures::stream::once(async move { Ok(bytes) }).boxed());
        Ok(GetResult { payload, meta, range, attributes })
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<bytes::Bytes>> {
        self.objects.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.objects.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.objects.list(prefix)
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        self.objects.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.objects.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.objects.copy_opts(from, to, options).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.objects.rename_opts(from, to, options).await
    }
}

/// A large file that comes in parts, in the order in which they are handed in.
struct Upload {
    upload: Box<dyn MultipartUpload>,
    hash: Sha256,
    location: Path,
    objects: Arc<dyn ObjectStore>,
    digests: Digests,
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.upload.fmt(to)
    }
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        data.iter().for_each(|part| self.hash.update(part));
        self.upload.put_part(data)
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let digest = seal::hex(std::mem::take(&mut self.hash));
        match role(&self.location) {
            Role::Checkpoint(_) => put_digest(self.objects.as_ref(), &self.location, digest).await?,
            _ => _ = self.digests.lock().expect("no holder panics").insert(self.location.clone(), digest),
        }
        self.upload.complete().await
    }

    async fn abort(&mut self) -> Result<()> {
        self.upload.abort().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_name() {
        for (name, expected) in [
            ("landing/x/_delta_log/00000000000000000007.json", Role::Commit(7)),
            ("x/_delta_log/00000000000000000100.checkpoint.parquet", Role::Checkpoint(100)),
            ("x/_delta_log/00000000000000000100.checkpoint.parquet.sha256", Role::Digest),
            ("x/_delta_log/_last_checkpoint", Role::Hint),
            ("x/part-00000-c000.zstd.parquet", Role::Data),
            ("x/_delta_log/_commit_5f0c.json.tmp", Role::Other),
            ("builds/00000000000000000007.json", Role::Other),
            ("lock", Role::Other),
        ] {
            assert_eq!(role(&Path::from(name)), expected, "{name}");
        }
    }
}
