//! A response made once and sent often: its bytes, the same packed, and the tag by which a browser knows that it has them.

use super::current::Current;
use super::error::Trouble;
use axum::body::{Body, Bytes};
use axum::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue,
    IF_NONE_MATCH, VARY,
};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// Below this, packing costs more than it saves.
const LEAST_PACKED: usize = 1_000;

/// What a handler made.
pub struct Made {
    pub kind: &'static str,
    /// In place of the policy of pages.
    pub policy: Option<&'static str>,
    pub bytes: Vec<u8>,
}

/// Made, packed and tagged; cheap to clone.
#[derive(Clone)]
pub struct Ready(Arc<Inner>);

struct Inner {
    kind: &'static str,
    policy: Option<&'static str>,
    tag: HeaderValue,
    plain: Bytes,
    packed: Option<Bytes>,
}

impl Made {
    pub fn new(kind: &'static str, bytes: impl Into<Vec<u8>>) -> Made {
        Made { kind, policy: None, bytes: bytes.into() }
    }
}

/// What was made for this address already, else what `make` makes; kept with the build it was made from.
///
/// # Errors
/// Those of `make`; they are not kept.
pub async fn ready(
    current: &Current,
    uri: &Uri,
    make: impl Future<Output = Result<Made, Trouble>>,
) -> Result<Ready, Trouble> {
    let build = current.session.build();
    let make = async { Ok(Ready::of(make.await?, build)) };
    current.ready.get_or(&key(uri), Ready::bytes, make).await
}

/// Everything that one address means: the viewer is always the same yet, and each build has a shelf of its own.
pub fn key(uri: &Uri) -> String {
    uri.path_and_query().map_or("/", |whole| whole.as_str()).into()
}

impl Ready {
    fn of(made: Made, build: u64) -> Ready {
        let is_text = made.kind.starts_with("text/") || matches!(made.kind, "application/json" | "image/svg+xml");
        let packed = (is_text && made.bytes.len() >= LEAST_PACKED).then(|| packed(&made.bytes));
        // Weak, because packed and plain have one tag.
        let tag = format!("W/\"{build}-{:x}\"", xxh3_64(&made.bytes));
        let tag = HeaderValue::from_str(&tag).expect("numbers and quotes make a header");
        Ready(Arc::new(Inner { kind: made.kind, policy: made.policy, tag, plain: made.bytes.into(), packed }))
    }

    fn bytes(&self) -> usize {
        self.0.plain.len() + self.0.packed.as_ref().map_or(0, Bytes::len)
    }

    /// As the asker can take it; without a body if they have it.
    pub fn response(&self, asked: &HeaderMap) -> Response {
        let Inner { kind, policy, tag, plain, packed } = &*self.0;
        let mut response = Response::new(Body::empty());
        if knows(asked, tag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            let packed = packed.as_ref().filter(|_| takes_gzip(asked));
            *response.body_mut() = Body::from(packed.unwrap_or(plain).clone());
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            if packed.is_some() {
                response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
        }
        let headers = response.headers_mut();
        headers.insert(ETAG, tag.clone());
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(policy) = policy {
            headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        }
        response
    }
}

fn packed(bytes: &[u8]) -> Bytes {
    let mut gzip = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::default());
    gzip.write_all(bytes).expect("writing to memory does not fail");
    gzip.finish().expect("writing to memory does not fail").into()
}

fn knows(asked: &HeaderMap, tag: &HeaderValue) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_string();
    let ours = tag.to_str().map(bare).unwrap_or_default();
    let known = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|tag| tag.trim() == "*" || bare(tag) == ours)
}

/// `gzip, br;q=0.5` does, `gzip;q=0` does not.
fn takes_gzip(asked: &HeaderMap) -> bool {
    let offers = asked.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    offers.flat_map(|value| value.split(',')).any(|offer| {
        let (name, weight) = offer.split_once(';').unwrap_or((offer, "q=1"));
        let refused = weight.trim().strip_prefix("q=").and_then(|q| q.trim().parse::<f32>().ok()) == Some(0.0);
        matches!(name.trim(), "gzip" | "*") && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::HeaderName;
    use flate2::read::GzDecoder;
    use std::io::Read;

    fn asking(header: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_page_is_packed_for_who_takes_it_and_left_out_for_who_has_it() {
        let page = Ready::of(Made::new("text/html; charset=utf-8", "word ".repeat(1_000)), 7);
        let plain = page.response(&HeaderMap::new());
        assert!(plain.headers().get(CONTENT_ENCODING).is_none() && plain.status() == StatusCode::OK);
        assert_eq!(page.response(&asking(ACCEPT_ENCODING, "br, gzip")).headers()[CONTENT_ENCODING], "gzip");
        assert!(page.response(&asking(ACCEPT_ENCODING, "gzip;q=0, br")).headers().get(CONTENT_ENCODING).is_none());
        let tag: &'static str = Box::leak(plain.headers()[ETAG].to_str().expect("a text").to_string().into_boxed_str());
        assert!(tag.starts_with("W/\"7-"));
        let again = page.response(&asking(IF_NONE_MATCH, tag));
        assert!(again.status() == StatusCode::NOT_MODIFIED && again.headers()[ETAG] == tag);
        assert_eq!(page.response(&asking(IF_NONE_MATCH, "W/\"6-0\"")).status(), StatusCode::OK);
        let other = Ready::of(Made::new("text/html; charset=utf-8", "word ".repeat(1_001)), 7);
        assert_ne!(other.response(&HeaderMap::new()).headers()[ETAG], tag);
    }

    #[test]
    fn packed_bytes_are_the_same_bytes() {
        let text = "word ".repeat(1_000);
        let mut read = String::new();
        GzDecoder::new(&packed(text.as_bytes())[..]).read_to_string(&mut read).expect("gzip");
        assert_eq!(read, text);
    }
}
