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

fn cut() -> Error {
    let end = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    Error::Generic { store: "bucket", source: Box::new(HttpError::new(HttpErrorKind::Interrupted, end)) }
}

/// What is heard of a list of four that breaks off behind so many, one asking after the other; behind the last it is whole.
async fn listed(cuts: &'static [usize]) -> (String, bool) {
    let meta = |name: &str| ObjectMeta {
        location: Path::from(name),
        last_modified: Default::default(),
        size: 1,
        e_tag: None,
        version: None,
    };
    let asked = Mutex::new(cuts.iter());
    let begin = move || {
        let whole = stream::iter(["a", "b", "c", "d"].map(|name| Ok(meta(name))));
        match asked.lock().expect("nobody panics with it").next() {
            Some(cut_behind) => whole.take(*cut_behind).chain(stream::iter([Err(cut())])).boxed(),
            None => whole.boxed(),
        }
    };
    let heard: Vec<_> = whole(begin).collect().await;
    let ended = heard.iter().all(Result::is_ok);
    (heard.into_iter().flatten().map(|about| about.location.to_string()).collect(), ended)
}

#[tokio::test]
async fn a_list_that_breaks_off_is_begun_again_and_tells_everything_once() {
    let all = ("abcd".to_string(), true);
    assert_eq!(listed(&[]).await, all);
    assert_eq!(listed(&[0, 0]).await, all);
    assert_eq!(listed(&[1, 2, 2, 3, 4]).await, all);
    assert_eq!(listed(&[2; MOST_TRIES]).await, ("ab".into(), false));
}

#[tokio::test]
async fn what_breaks_off_is_asked_again_and_what_is_refused_is_not() {
    for (error, asked) in [
        (cut as fn() -> Error, MOST_TRIES),
        (|| Error::NotImplemented { operation: "x".into(), implementer: "x".into() }, 1),
    ] {
        let tries = Mutex::new(0);
        let ended = heard(|| async {
            *tries.lock().expect("nobody panics with it") += 1;
            Err::<(), Error>(error())
        });
        assert!(ended.await.is_err());
        assert_eq!(*tries.lock().expect("nobody panics with it"), asked);
    }
}
