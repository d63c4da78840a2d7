//! An object store whose answers can get lost, made certain.
//!
//! A create that was done and whose answer was lost is asked again, and the second asking says "it exists already".
//! Taken at its word, a commit would lose against itself. So who is refused looks at what is there: the very bytes
//! are ours.

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt,
    PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use std::sync::Arc;

/// How often a create is begun whose fate nobody told.
const MOST_TRIES: usize = 3;

#[derive(Debug)]
pub struct Certain(pub Arc<dyn ObjectStore>);

impl Certain {
    async fn create(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let mut tries = 1;
        loop {
            match self.0.put_opts(location, payload.clone(), options.clone()).await {
                Ok(done) => return Ok(done),
                Err(_) if self.holds(location, &payload).await => return Ok(PutResult { e_tag: None, version: None }),
                Err(Error::Generic { .. }) if tries < MOST_TRIES => tries += 1,
                Err(error) => return Err(error),
            }
        }
    }

    async fn holds(&self, location: &Path, payload: &PutPayload) -> bool {
        let Ok(found) = self.0.get(location).await else { return false };
        found.bytes().await.is_ok_and(|bytes| bytes.iter().eq(payload.iter().flatten()))
    }
}

impl std::fmt::Display for Certain {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(to)
    }
}

#[async_trait]
impl ObjectStore for Certain {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        match options.mode {
            PutMode::Create => self.create(location, payload, options).await,
            _ => self.0.put_opts(location, payload, options).await,
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.0.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.0.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.0.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.list(prefix)
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.0.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.0.copy_opts(from, to, options).await
    }
}

#[cfg(test)]
mod tests;
