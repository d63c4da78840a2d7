//! An object store whose answers can get lost, made certain.
//!
//! A create that was done and whose answer was lost is asked again, and the second asking says "it exists already".
//! Taken at its word, a commit would lose against itself. So who is refused looks at what is there: the very bytes
//! are ours.
//!
//! What was lost on the way before it was heard, object_store asks again by itself; of what is heard in part, it does so for objects only.
//! A list that breaks off, and a refusal, we ask again.

use async_trait::async_trait;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use object_store::client::{HttpError, HttpErrorKind};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt,
    PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use std::collections::HashSet;
use std::error::Error as Failure;
use std::sync::Arc;

/// How often a create is begun whose fate nobody told, and how often one thing is asked for whose answer breaks off.
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
        let Ok(found) = self.get(location).await else { return false };
        found.bytes().await.is_ok_and(|bytes| bytes.iter().eq(payload.iter().flatten()))
    }
}

/// Asks again where the answer breaks off, or the connection ends before it: that object_store has tried some times already.
async fn heard<T, Asked: Future<Output = Result<T>>>(ask: impl Fn() -> Asked) -> Result<T> {
    let mut tries = 1;
    loop {
        match ask().await {
            Err(error) if broke_off(&error) && tries < MOST_TRIES => tries += 1,
            ended => return ended,
        }
    }
}

type Listed = BoxStream<'static, Result<ObjectMeta>>;

/// A list that is begun again where it breaks off. What was told before is not told again; it is all remembered, since not every store lists in
/// an order that one could go on from.
fn whole<Begin: Fn() -> Listed + Send + 'static>(begin: Begin) -> Listed {
    let listing = Listing { listed: begin(), begin, told: HashSet::new() };
    stream::try_unfold(listing, Listing::next).boxed()
}

struct Listing<Begin> {
    begin: Begin,
    listed: Listed,
    told: HashSet<Path>,
}

impl<Begin: Fn() -> Listed> Listing<Begin> {
    async fn next(mut self) -> Result<Option<(ObjectMeta, Self)>> {
        let mut tries = 1;
        loop {
            match self.listed.try_next().await {
                Ok(Some(about)) if self.told.insert(about.location.clone()) => return Ok(Some((about, self))),
                Ok(Some(_told_before)) => {}
                Ok(None) => return Ok(None),
                Err(error) if broke_off(&error) && tries < MOST_TRIES => {
                    self.listed = (self.begin)();
                    tries += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Whether the connection ended in the midst of an answer.
fn broke_off(error: &Error) -> bool {
    let mut cause: Option<&(dyn Failure + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(http) = error.downcast_ref::<HttpError>() {
            return matches!(http.kind(), HttpErrorKind::Interrupted | HttpErrorKind::Decode);
        }
        cause = error.source();
    }
    false
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
        heard(|| self.0.get_opts(location, options.clone())).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.0.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let (objects, prefix) = (self.0.clone(), prefix.cloned());
        whole(move || objects.list(prefix.as_ref()))
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        let (objects, prefix, offset) = (self.0.clone(), prefix.cloned(), offset.clone());
        whole(move || objects.list_with_offset(prefix.as_ref(), &offset))
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        heard(|| self.0.list_with_delimiter(prefix)).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.0.copy_opts(from, to, options).await
    }
}

#[cfg(test)]
mod tests;
