//! A bucket in memory that speaks S3 on loopback, as far as lakes need it, and does at a moment what no server can be asked for.
//!
//! There are two buckets. moto (`remote/moto.rs`) is a server that others wrote: that we speak S3 as it is spoken, that is told there, and
//! so is what networks do to requests on their way. But it looks whether a key is there and then writes it, so that two who create it at once may both
//! be told that they did; and it has to be installed. This one creates a key once whoever else is at it, lets two writers meet at a
//! key, lists in short pages, and is always there.
//!
//! Path-style addresses, signatures unread: GET with ranges, HEAD, PUT with `If-None-Match: *` or Google's word for it, DELETE, bulk delete,
//! LIST version 2 in short pages, uploads in parts. Keys hold nothing that XML would have to escape.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::Barrier;

/// Short, so that every list of a lake goes on.
const PAGE: usize = 20;
const NAME: &str = "bucket";

/// A running bucket; it ends when dropped.
pub struct Bucket {
    _runtime: Runtime,
    port: u16,
    shelf: Arc<Shelf>,
}

#[derive(Default)]
struct Shelf {
    objects: Mutex<BTreeMap<String, Bytes>>,
    /// The parts of open uploads and of those that were completed, by their number.
    uploads: Mutex<Vec<BTreeMap<u32, Bytes>>>,
    trouble: Mutex<Trouble>,
}

#[derive(Default)]
struct Trouble {
    /// Nobody hears of a create that was done.
    mute: bool,
    /// Two PUTs of such a key wait for each other.
    meetings: BTreeMap<String, Arc<Barrier>>,
}

/// What the program must know to reach a server on loopback, and how addresses in its bucket begin.
#[derive(Clone)]
pub struct Environment {
    pub scheme: &'static str,
    pub settings: Vec<(&'static str, String)>,
}

/// Of a server that speaks S3.
pub fn environment(port: u16) -> Environment {
    let settings = vec![
        ("AWS_ENDPOINT", format!("http://127.0.0.1:{port}")),
        ("AWS_ALLOW_HTTP", "true".into()),
        ("AWS_REGION", "eu-central-1".into()),
        ("AWS_ACCESS_KEY_ID", "anybody".into()),
        ("AWS_SECRET_ACCESS_KEY", "nothing".into()),
    ];
    Environment { scheme: "s3", settings }
}

impl Bucket {
    pub fn open() -> Bucket {
        let runtime = Runtime::new().expect("a runtime");
        let shelf = Arc::new(Shelf::default());
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let app = Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(shelf.clone());
        runtime.spawn(async move { axum::serve(listener, app).await });
        Bucket { _runtime: runtime, port, shelf }
    }

    pub fn environment(&self) -> Environment {
        environment(self.port)
    }

    /// As Google's storage, which is spoken to as S3, but for how a create is asked for.
    pub fn as_google(&self) -> Environment {
        let key = format!(
            "{{\"gcs_base_url\": \"http://127.0.0.1:{}\", \"disable_oauth\": true, \"client_email\": \"\", \"private_key\": \"\", \
             \"private_key_id\": \"\"}}",
            self.port
        );
        let settings = vec![("GOOGLE_SERVICE_ACCOUNT_KEY", key), ("GOOGLE_ALLOW_HTTP", "true".into())];
        Environment { scheme: "gs", settings }
    }

    /// From now on each create that is done is done unheard; asked again, the bucket says that the key exists.
    pub fn lose_every_create(&self) {
        self.shelf.trouble.lock().expect("no holder panics").mute = true;
    }

    /// The next two writers of each of `keys` wait until both are there.
    pub fn let_meet_at(&self, keys: &[&str]) {
        let meetings = keys.iter().map(|key| (key.to_string(), Arc::new(Barrier::new(2)))).collect();
        self.shelf.trouble.lock().expect("no holder panics").meetings = meetings;
    }

    /// An object that somebody else has put there.
    pub fn put(&self, key: &str, bytes: impl Into<Bytes>) {
        self.shelf.objects.lock().expect("no holder panics").insert(key.into(), bytes.into());
    }

    pub fn keys(&self) -> Vec<String> {
        self.shelf.objects.lock().expect("no holder panics").keys().cloned().collect()
    }
}

impl Shelf {
    /// Waits for the second writer of a key where two were told to meet; not for ever.
    async fn meet(&self, key: &str) {
        let meeting = self.trouble.lock().expect("no holder panics").meetings.get(key).cloned();
        if let Some(barrier) = meeting {
            let _ = tokio::time::timeout(Duration::from_secs(60), barrier.wait()).await;
            self.trouble.lock().expect("no holder panics").meetings.remove(key);
        }
    }
}

async fn answer(
    State(shelf): State<Arc<Shelf>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let query: BTreeMap<String, String> =
        url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let path = decoded(uri.path());
    let Some(key) = path.trim_start_matches('/').strip_prefix(NAME).map(|key| key.trim_start_matches('/')) else {
        return told(StatusCode::BAD_REQUEST, "<Error><Code>NoSuchBucket</Code></Error>");
    };
    if method == Method::PUT {
        shelf.meet(key).await;
    }
    let response = shelf.act(&method, key, &query, &headers, body);
    let created = is_create(&headers) && response.status() == StatusCode::OK;
    if created && shelf.trouble.lock().expect("no holder panics").mute {
        hang_up();
    }
    response
}

/// Google's storage is asked for `exports%2FUserRole%2Ecsv`.
fn decoded(path: &str) -> String {
    let as_query = format!("path={}", path.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(as_query.as_bytes()).next().map(|(_, path)| path.into_owned()).unwrap_or_default()
}

/// Whether a PUT wants the key not to be there yet.
fn is_create(headers: &HeaderMap) -> bool {
    headers.contains_key(header::IF_NONE_MATCH)
        || headers.get("x-goog-if-generation-match").is_some_and(|generation| generation == "0")
}

/// Ends the connection without a word: the server's task for it unwinds, and no panic hook speaks.
fn hang_up() {
    std::panic::resume_unwind(Box::new("the connection is lost"));
}

impl Shelf {
    fn act(
        &self,
        method: &Method,
        key: &str,
        query: &BTreeMap<String, String>,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Response<Body> {
        let upload = query.get("uploadId").and_then(|id| id.parse::<usize>().ok());
        match (method.as_str(), upload) {
            ("PUT", Some(id)) => self.take_part(id, query, body),
            ("PUT", None) => self.put(key, headers, body),
            ("POST", Some(id)) => self.complete(key, id),
            ("POST", None) if query.contains_key("uploads") => self.begin(),
            ("POST", None) if query.contains_key("delete") => self.delete_all(&body),
            ("DELETE", None) => {
                self.objects.lock().expect("no holder panics").remove(key);
                told(StatusCode::NO_CONTENT, "")
            }
            ("DELETE", Some(_)) => told(StatusCode::NO_CONTENT, ""),
            ("GET", _) if key.is_empty() => self.list(query),
            ("GET" | "HEAD", _) => self.get(key, headers, method == Method::HEAD),
            _ => told(StatusCode::METHOD_NOT_ALLOWED, ""),
        }
    }

    fn put(&self, key: &str, headers: &HeaderMap, body: Bytes) -> Response<Body> {
        let mut objects = self.objects.lock().expect("no holder panics");
        if is_create(headers) && objects.contains_key(key) {
            return told(StatusCode::PRECONDITION_FAILED, "<Error><Code>PreconditionFailed</Code></Error>");
        }
        objects.insert(key.into(), body);
        with_tag(told(StatusCode::OK, ""))
    }

    fn get(&self, key: &str, headers: &HeaderMap, head_only: bool) -> Response<Body> {
        let Some(object) = self.objects.lock().expect("no holder panics").get(key).cloned() else {
            return told(StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>");
        };
        let all = object.len();
        let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
        let Some((from, to)) = range.map_or(Some((0, all)), |range| read_range(range, all)) else {
            return told(StatusCode::RANGE_NOT_SATISFIABLE, "");
        };
        let body = if head_only { Body::empty() } else { Body::from(object.slice(from..to)) };
        let mut response = with_tag(Response::new(body));
        let head = response.headers_mut();
        head.insert(header::CONTENT_LENGTH, HeaderValue::from(to - from));
        head.insert(header::LAST_MODIFIED, HeaderValue::from_static("Thu, 01 Oct 2026 00:00:00 GMT"));
        if range.is_some() {
            let told = format!("bytes {from}-{}/{all}", to - 1);
            head.insert(header::CONTENT_RANGE, HeaderValue::from_str(&told).expect("it is ASCII"));
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        }
        response
    }

    fn list(&self, query: &BTreeMap<String, String>) -> Response<Body> {
        let word = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
        let (prefix, delimiter) = (word("prefix"), word("delimiter"));
        let after = word("start-after").max(word("continuation-token"));
        let objects = self.objects.lock().expect("no holder panics");
        let mut below = objects.iter().filter(|(key, _)| key.starts_with(prefix) && key.as_str() > after).peekable();
        let (mut told_keys, mut folders, mut last, mut count) = (String::new(), vec![], "", 0);
        while let Some((key, bytes)) = below.next_if(|_| count < PAGE) {
            let rest = &key[prefix.len()..];
            match rest.find(delimiter).filter(|_| !delimiter.is_empty()) {
                Some(end) => folders.push(&key[..prefix.len() + end + delimiter.len()]),
                None => told_keys.push_str(&format!(
                    "<Contents><Key>{key}</Key><LastModified>2026-10-01T00:00:00.000Z</LastModified>\
                     <ETag>\"tag\"</ETag><Size>{}</Size></Contents>",
                    bytes.len()
                )),
            }
            (last, count) = (key, count + 1);
        }
        folders.dedup();
        let folders: String =
            folders.iter().map(|f| format!("<CommonPrefixes><Prefix>{f}</Prefix></CommonPrefixes>")).collect();
        let more = match below.peek() {
            Some(_) => {
                format!("<IsTruncated>true</IsTruncated><NextContinuationToken>{last}</NextContinuationToken>")
            }
            None => "<IsTruncated>false</IsTruncated>".into(),
        };
        told(StatusCode::OK, &format!("<ListBucketResult>{told_keys}{folders}{more}</ListBucketResult>"))
    }

    fn delete_all(&self, body: &[u8]) -> Response<Body> {
        let body = String::from_utf8_lossy(body);
        let keys = body.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next());
        let mut objects = self.objects.lock().expect("no holder panics");
        keys.for_each(|key| _ = objects.remove(key));
        told(StatusCode::OK, "<DeleteResult></DeleteResult>")
    }

    fn begin(&self) -> Response<Body> {
        let mut uploads = self.uploads.lock().expect("no holder panics");
        uploads.push(BTreeMap::new());
        let id = uploads.len() - 1;
        let result =
            format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
        told(StatusCode::OK, &result)
    }

    fn take_part(&self, id: usize, query: &BTreeMap<String, String>, body: Bytes) -> Response<Body> {
        let part = query.get("partNumber").and_then(|number| number.parse().ok());
        match (self.uploads.lock().expect("no holder panics").get_mut(id), part) {
            (Some(parts), Some(part)) => _ = parts.insert(part, body),
            _ => return told(StatusCode::NOT_FOUND, "<Error><Code>NoSuchUpload</Code></Error>"),
        }
        with_tag(told(StatusCode::OK, ""))
    }

    fn complete(&self, key: &str, id: usize) -> Response<Body> {
        let Some(parts) = self.uploads.lock().expect("no holder panics").get(id).cloned() else {
            return told(StatusCode::NOT_FOUND, "<Error><Code>NoSuchUpload</Code></Error>");
        };
        let whole: Vec<u8> = parts.into_values().flatten().collect();
        self.objects.lock().expect("no holder panics").insert(key.into(), whole.into());
        let result = "<CompleteMultipartUploadResult><ETag>\"tag\"</ETag></CompleteMultipartUploadResult>";
        told(StatusCode::OK, result)
    }
}

/// `bytes=2-5`, `bytes=2-` or `bytes=-3` as the half-open range in an object of `all` bytes.
fn read_range(range: &str, all: usize) -> Option<(usize, usize)> {
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (from, to) = match (from, to) {
        ("", last) => (all.saturating_sub(last.parse().ok()?), all),
        (from, "") => (from.parse().ok()?, all),
        (from, to) => (from.parse().ok()?, all.min(to.parse::<usize>().ok()? + 1)),
    };
    (from < to).then_some((from, to))
}

fn told(status: StatusCode, xml: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(xml.to_string()));
    *response.status_mut() = status;
    response
}

fn with_tag(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(header::ETAG, HeaderValue::from_static("\"tag\""));
    response
}
