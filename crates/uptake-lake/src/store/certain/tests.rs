use super::*;
use object_store::memory::InMemory;
use std::sync::Mutex;

/// What becomes of one create.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Heard,
    /// It was done, and the answer came too late.
    Unheard,
    /// The connection broke before.
    NotDone,
}

/// A bucket whose answers get lost as told, one create after the other; behind the last all are heard.
#[derive(Debug)]
struct Lossy {
    memory: InMemory,
    fates: Mutex<Vec<Fate>>,
    creates: Mutex<usize>,
}

impl std::fmt::Display for Lossy {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.memory.fmt(to)
    }
}

#[async_trait]
impl ObjectStore for Lossy {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        *self.creates.lock().expect("nobody panics with it") += 1;
        let fate = {
            let mut fates = self.fates.lock().expect("nobody panics with it");
            if fates.is_empty() { Fate::Heard } else { fates.remove(0) }
        };
        let lost = || Error::Generic { store: "bucket", source: "operation timed out".into() };
        match fate {
            Fate::Heard => self.memory.put_opts(location, payload, options).await,
            Fate::Unheard => self.memory.put_opts(location, payload, options).await.and(Err(lost())),
            Fate::NotDone => Err(lost()),
        }
    }

    async fn put_multipart_opts(&self, at: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.memory.put_multipart_opts(at, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.memory.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.memory.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.memory.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.memory.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.memory.copy_opts(from, to, options).await
    }
}

/// Creates `ours` where `there` may be already; gives how it ended, how often it was begun, and what is there then.
async fn created(there: Option<&'static str>, fates: &[Fate]) -> (&'static str, usize, Option<String>) {
    let at = Path::from("commit");
    let memory = InMemory::new();
    if let Some(there) = there {
        memory.put(&at, there.into()).await.expect("memory takes all");
    }
    let lossy = Arc::new(Lossy { memory, fates: Mutex::new(fates.to_vec()), creates: Mutex::new(0) });
    let options = PutOptions { mode: PutMode::Create, ..Default::default() };
    let ended = match Certain(lossy.clone()).put_opts(&at, "ours".into(), options).await {
        Ok(_) => "done",
        Err(Error::AlreadyExists { .. }) => "lost to another",
        Err(_) => "not known",
    };
    let left = match lossy.memory.get(&at).await {
        Ok(found) => Some(String::from_utf8_lossy(&found.bytes().await.expect("memory")).into_owned()),
        Err(_) => None,
    };
    let creates = *lossy.creates.lock().expect("nobody panics with it");
    (ended, creates, left)
}

#[tokio::test]
async fn a_create_whose_fate_is_unknown_is_read_back_before_it_is_begun_again() {
    use Fate::{NotDone, Unheard};
    let (ours, theirs) = (Some("ours".to_string()), Some("theirs".to_string()));
    assert_eq!(created(None, &[]).await, ("done", 1, ours.clone()));
    assert_eq!(created(None, &[Unheard]).await, ("done", 1, ours.clone()));
    assert_eq!(created(None, &[NotDone, Unheard]).await, ("done", 2, ours.clone()));
    assert_eq!(created(Some("ours"), &[]).await, ("done", 1, ours));
    assert_eq!(created(Some("theirs"), &[]).await, ("lost to another", 1, theirs.clone()));
    assert_eq!(created(Some("theirs"), &[NotDone]).await, ("lost to another", 2, theirs));
    assert_eq!(created(None, &[NotDone; MOST_TRIES]).await, ("not known", MOST_TRIES, None));
}
