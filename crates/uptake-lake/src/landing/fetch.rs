//! Files that lie behind URLs: each is fetched wholly to a temporary file before anybody looks into it.
//!
//! What a URL carries as a name, password or query may be a secret: it is used to ask, and told to nobody.

use super::find::is_taken;
use crate::store::Cloud;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use futures::StreamExt;
use futures::stream::BoxStream;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, RETRY_AFTER, TRANSFER_ENCODING};
use http::{Method, StatusCode, Version};
use object_store::client::{HttpConnector, HttpRequest, HttpRequestBody, HttpResponse, ReqwestConnector};
use object_store::path::Path as Key;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt};
use std::error::Error;
use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::timeout;
use uptake_spec::{Place, Problem};
use url::Url;

/// What was fetched for one load; its files go when it is dropped.
#[derive(Debug, Default)]
pub struct Delivery {
    pub files: Vec<Fetched>,
    /// Files that no load would look into, and why; they were not fetched.
    pub skipped: Vec<(String, String)>,
    pub refused: Vec<Problem>,
    folders: Vec<TempDir>,
}

/// One file, whole.
#[derive(Debug)]
pub struct Fetched {
    pub path: PathBuf,
    /// Without credentials and query.
    pub url: String,
    /// A person named it itself, not the place it lies in.
    pub named: bool,
}

/// The most bytes one file may have.
const MOST_BYTES: u64 = 16 << 30;
/// How long a server may say nothing.
const SILENCE: Duration = Duration::from_secs(60);
/// How often a server that is busy is asked again, and for how long it may put us off each time.
const MOST_RETRIES: u32 = 3;
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How long one file may take in all.
const MOST_TIME: Duration = Duration::from_secs(2 * 60 * 60);

/// `s3://bucket/file.csv`; a Windows path `c:\exports` is none.
pub fn is_url(path: &str) -> bool {
    path.split_once("://").is_some_and(|(scheme, _)| scheme.len() > 1 && scheme.chars().all(char::is_alphanumeric))
}

/// Fetches what lies behind the URLs among `paths`. What cannot be had whole is refused, and the others are fetched all the same.
pub async fn fetch(paths: &[String]) -> Delivery {
    let mut delivery = Delivery::default();
    for path in paths.iter().filter(|path| is_url(path)) {
        if let Err(problem) = fetch_into(&mut delivery, path).await {
            delivery.refused.push(problem);
        }
    }
    delivery
}

async fn fetch_into(delivery: &mut Delivery, address: &str) -> Result<(), Problem> {
    let url = Url::parse(address).map_err(|error| {
        let (scheme, _) = address.split_once("://").expect("it is a URL, see `is_url`");
        let hint =
            "write it as https://host/file.csv, s3://bucket/folder/, gs://bucket/folder/ or az://container/folder/";
        Problem::new(Place::whole(format!("{scheme}://…")), format!("it is no address: {error}"), hint)
    })?;
    let folder = tempfile::Builder::new().prefix("uptake-").tempdir().map_err(|e| no_room(&told(&url), &e))?;
    match (url.scheme(), Cloud::of(url.scheme())) {
        (_, Some(cloud)) => from_bucket(cloud, &url, folder.path(), delivery).await?,
        ("http" | "https", _) => delivery.files.push(by_http(&url, folder.path()).await?),
        (other, _) => return Err(unknown(&url, other)),
    }
    delivery.folders.push(folder);
    Ok(())
}

/// The URL without what may be secret in it.
fn told(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Both fail only for addresses that can hold no name and password.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

fn unknown(url: &Url, scheme: &str) -> Problem {
    let copy = match scheme {
        "adl" | "azure" | "abfs" | "abfss" => {
            "it is az://container/folder/, and AZURE_STORAGE_ACCOUNT_NAME names the account"
        }
        "file" => "name the path itself, without file://",
        _ => "copy it to a folder first",
    };
    let hint = format!("uptake reads files, folders, s3://, gs://, az://, https:// and http://; {copy}");
    Problem::new(Place::whole(told(url)), format!("{scheme}:// is not read"), hint)
}

async fn by_http(url: &Url, folder: &Path) -> Result<Fetched, Problem> {
    let told = told(url);
    let refused = |what: String, hint: &str| Problem::new(Place::whole(&told), what, hint);
    let response = answered(url, &told).await?;
    if response.status() != StatusCode::OK {
        let hint = match response.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                "it wants a name and password, https://NAME:PASSWORD@…, or a link that holds its own permission"
            }
            StatusCode::NOT_FOUND | StatusCode::GONE => "check the address; links of exports end after some days",
            status if is_busy(status) => {
                "it was asked again, in vain: load it later, or let a [[load]] job try it again"
            }
            _ => "try it again; if it stays, ask who runs the server",
        };
        return Err(refused(format!("the server answers {}", response.status()), hint));
    }
    let length = length_of(&response).map_err(|what| refused(what, "download it, and load the file"))?;
    let body = response.into_body().bytes_stream().map(|chunk| chunk.map_err(|error| in_words(&error)));
    let path = below(folder, url.path());
    write(&told, body.boxed(), length, &path).await?;
    Ok(Fetched { path, url: told, named: true })
}

/// What the server answers in the end: one that is busy is asked again after the pause that it wants, or after 1, 2 and 4 seconds.
async fn answered(url: &Url, told: &str) -> Result<HttpResponse, Problem> {
    let mut tries = 0;
    loop {
        let response = match timeout(SILENCE, request(url)).await {
            Ok(response) => response.map_err(|why| Problem::new(Place::whole(told), &why, way_out(&why)))?,
            Err(_) => return Err(silent(told)),
        };
        let pause = pause_of(&response).unwrap_or(Duration::from_secs(1 << tries));
        if !is_busy(response.status()) || tries == MOST_RETRIES || pause > LONGEST_PAUSE {
            return Ok(response);
        }
        tokio::time::sleep(pause).await;
        tries += 1;
    }
}

/// Whether a server may answer otherwise in a moment.
fn is_busy(status: StatusCode) -> bool {
    use StatusCode as Is;
    [Is::TOO_MANY_REQUESTS, Is::BAD_GATEWAY, Is::SERVICE_UNAVAILABLE, Is::GATEWAY_TIMEOUT].contains(&status)
}

/// For how long the server does not want to be asked, where it says so in seconds or names a time.
fn pause_of(response: &HttpResponse) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    let until =
        || DateTime::parse_from_rfc2822(text).ok().map(|at| (at.to_utc() - Utc::now()).num_seconds().max(0) as u64);
    text.parse().ok().or_else(until).map(Duration::from_secs)
}

/// What to do about a server that could not be asked at all.
fn way_out(why: &str) -> &'static str {
    if why.contains("certificate") {
        return "this machine does not trust who signed the server's certificate: add that authority to the system's, or name its \
                file in SSL_CERT_FILE";
    }
    if why.contains("redirect") {
        return "the address leads in a circle: open it in a browser, and take the one at which it ends";
    }
    "check the address, the network and what stands between"
}

async fn request(url: &Url) -> Result<HttpResponse, String> {
    let options = ClientOptions::new().with_allow_http(true).with_timeout_disabled();
    let client = ReqwestConnector::default().connect(&options).map_err(|error| in_words(&error))?;
    let mut bare = url.clone();
    bare.set_fragment(None);
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    let mut request = HttpRequest::new(HttpRequestBody::empty());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = bare.as_str().parse().map_err(|_| "it is no address that can be asked".to_string())?;
    if !url.username().is_empty() {
        let pair = format!("{}:{}", decoded(url.username()), decoded(url.password().unwrap_or_default()));
        let value = format!("Basic {}", BASE64_STANDARD.encode(pair));
        let value = value.parse().expect("base64 is ASCII");
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    client.execute(request).await.map_err(|error| in_words(&error))
}

/// How long the file is, where the server says; where it does not, its end must show some other way.
fn length_of(response: &HttpResponse) -> Result<Option<u64>, String> {
    let headers = response.headers();
    match headers.get(CONTENT_LENGTH).map(|length| length.to_str().ok().and_then(|text| text.parse().ok())) {
        Some(Some(length)) => Ok(Some(length)),
        Some(None) => Err("the server tells a length that is none".into()),
        None if response.version() <= Version::HTTP_11 && !headers.contains_key(TRANSFER_ENCODING) => {
            Err("the server does not tell how long it is, and a half file would look like a whole one".into())
        }
        None => Ok(None),
    }
}

/// One file of a bucket, or all below a place in it.
async fn from_bucket(cloud: &Cloud, url: &Url, folder: &Path, delivery: &mut Delivery) -> Result<(), Problem> {
    let told = told(url);
    let failed = |error: object_store::Error| {
        let hint = format!("check the address, and what may be done by {}", cloud.who);
        Problem::new(Place::whole(&told), in_words(&error), hint)
    };
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
        let hint = format!("the environment tells who asks: {}", cloud.who);
        return Err(Problem::new(
            Place::whole(&told),
            "a bucket takes no name, password or token in its address",
            hint,
        ));
    }
    // How long a server may be silent is ours to judge: object_store would end a long file after half a minute.
    let (bucket, key) =
        cloud.open(url, Some(("timeout", format!("{} seconds", MOST_TIME.as_secs())))).map_err(failed)?;
    let name = |key: &Key| format!("{}://{}/{key}", url.scheme(), url.host_str().unwrap_or_default());
    if !url.path().ends_with('/') && !key.as_ref().is_empty() {
        match timeout(SILENCE, bucket.head(&key)).await {
            Err(_) => return Err(silent(&told)),
            Ok(Ok(about)) => {
                delivery.files.push(object(&*bucket, &key, about.size, &name(&key), folder, true).await?);
                return Ok(());
            }
            Ok(Err(object_store::Error::NotFound { .. })) => {}
            Ok(Err(error)) => return Err(failed(error)),
        }
    }
    let mut found = vec![];
    let mut listed = bucket.list(Some(&key));
    while let Some(about) = timeout(SILENCE, listed.next()).await.map_err(|_| silent(&told))? {
        found.push(about.map_err(failed)?);
    }
    if found.is_empty() {
        let hint = "check the address; in a bucket, large and small letters differ";
        return Err(Problem::new(Place::whole(&told), "there is no such file, and nothing below it", hint));
    }
    found.sort_by(|a, b| a.location.cmp(&b.location));
    for about in found {
        let shown = name(&about.location);
        if !is_taken(Path::new(about.location.as_ref())) {
            delivery.skipped.push((shown, "no table by its name; name the file itself to have it read".into()));
            continue;
        }
        // What one file lacks does not keep the others from being fetched.
        match object(&*bucket, &about.location, about.size, &shown, folder, false).await {
            Ok(file) => delivery.files.push(file),
            Err(problem) => delivery.refused.push(problem),
        }
    }
    Ok(())
}

async fn object(
    bucket: &dyn ObjectStore,
    key: &Key,
    size: u64,
    told: &str,
    folder: &Path,
    named: bool,
) -> Result<Fetched, Problem> {
    let failed = |error: object_store::Error| {
        Problem::new(Place::whole(told), in_words(&error), "check the rights, and try it again")
    };
    let got = timeout(SILENCE, bucket.get(key)).await.map_err(|_| silent(told))?.map_err(failed)?;
    let path = below(folder, key.as_ref());
    let body = got.into_stream().map(|chunk| chunk.map_err(|error| in_words(&error)));
    write(told, body.boxed(), Some(size), &path).await?;
    Ok(Fetched { path, url: told.into(), named })
}

/// Where a file of this path lies below `folder`: its name and the folders above it may tell its day.
fn below(folder: &Path, path: &str) -> PathBuf {
    let parts = path.split('/').map(decoded).filter(|part| !part.is_empty() && part != "." && part != "..");
    let mut parts: Vec<String> = parts.map(|part| part.replace(['/', '\\', '\0'], "_")).collect();
    if parts.is_empty() {
        parts.push("export".into());
    }
    folder.join(parts.iter().collect::<PathBuf>())
}

/// `%20` as a blank.
fn decoded(part: &str) -> String {
    let spelled = part.replace('+', "%2B");
    let pair = format!("x={}", spelled.replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map_or_else(|| part.into(), |(_, text)| text.into_owned())
}

/// Writes a file whole, or refuses it.
async fn write<B: AsRef<[u8]>>(
    told: &str,
    mut body: BoxStream<'_, Result<B, String>>,
    length: Option<u64>,
    path: &Path,
) -> Result<(), Problem> {
    let refused = |what: String, hint: &str| Problem::new(Place::whole(told), what, hint);
    let too_large = || refused(format!("it has more than {} GiB", MOST_BYTES >> 30), "split it");
    if length.is_some_and(|length| length > MOST_BYTES) {
        return Err(too_large());
    }
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::File::create(path));
    let mut file = made.map_err(|e| no_room(told, &e))?;
    let (begun, mut read) = (tokio::time::Instant::now(), 0);
    while let Some(chunk) = timeout(SILENCE, body.next()).await.map_err(|_| silent(told))? {
        let chunk = chunk.map_err(|why| {
            refused(format!("it broke off after {read} bytes: {why}"), "nothing of it was landed; try it again")
        })?;
        let chunk = chunk.as_ref();
        read += chunk.len() as u64;
        if read > MOST_BYTES {
            return Err(too_large());
        }
        if begun.elapsed() > MOST_TIME {
            let what = format!("it took longer than {} hours", MOST_TIME.as_secs() / 3600);
            return Err(refused(what, "download it, and load the file"));
        }
        file.write_all(chunk).map_err(|e| no_room(told, &e))?;
    }
    match length {
        Some(length) if length != read => {
            let what = format!("it broke off: {read} of {length} bytes came");
            Err(refused(what, "nothing of it was landed; try it again"))
        }
        _ => Ok(()),
    }
}

fn silent(told: &str) -> Problem {
    let what = format!("the server has said nothing for {} seconds", SILENCE.as_secs());
    Problem::new(Place::whole(told), what, "nothing of it was landed; try it again")
}

fn no_room(told: &str, error: &std::io::Error) -> Problem {
    let hint = "make room for temporary files; TMPDIR names another folder";
    Problem::new(Place::whole(told), format!("it cannot be kept in a temporary file: {error}"), hint)
}

/// An error and its causes, each once.
fn in_words(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = (error as &dyn Display).to_string();
        if !told.contains(&words) {
            told = format!("{told}: {words}");
        }
        cause = error.source();
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_secret_is_not_told() {
        let shown = |text: &str| told(&Url::parse(text).expect("a URL"));
        assert_eq!(shown("https://ann:pw@h.example/a/Deals.csv?sig=abc#x"), "https://h.example/a/Deals.csv");
        assert_eq!(shown("s3://bucket/a/b.csv"), "s3://bucket/a/b.csv");
        assert_eq!(shown("http://127.0.0.1:8080/x?token=1"), "http://127.0.0.1:8080/x");
    }

    #[test]
    fn a_file_lies_below_its_folder_whatever_its_address_says() {
        let at = |path: &str| below(Path::new("/t"), path).to_string_lossy().into_owned();
        assert_eq!(at("/2026-02-01/My%20Deals.csv"), "/t/2026-02-01/My Deals.csv");
        assert_eq!(at("/../%2e%2e/%2e%2e%2fetc/a+b&c.csv"), "/t/.._etc/a+b&c.csv");
        assert_eq!(at("/"), "/t/export");
    }

    #[test]
    fn a_drive_is_no_scheme() {
        assert!(is_url("s3://b/k") && is_url("https://h/x") && is_url("gs://b"));
        assert!(!is_url("c://exports") && !is_url("exports/a.csv") && !is_url("./a://b"));
    }
}
