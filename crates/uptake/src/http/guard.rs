//! What stands before every route: who may ask at all, and what every response carries.

use super::current::Current;
use super::error::Trouble;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::error;

/// The server's door: what it serves now, and the names it answers to.
#[derive(Clone)]
pub struct Door {
    pub current: watch::Receiver<Arc<Current>>,
    pub port: u16,
}

/// Pages run no scripts and load nothing from elsewhere; styles stand inline in SVGs.
const POLICY: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Hands the request on with one [`Current`], and writes that one's build on the response.
pub async fn guard(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let current = Arc::clone(&door.current.borrow());
    let mut response = match is_ours(&request, door.port) {
        false => Trouble::NotThisHost { port: door.port }.response(),
        true => {
            request.extensions_mut().insert(Arc::clone(&current));
            shielded(request, next).await
        }
    };
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("x-uptake-build"), HeaderValue::from(current.session.build()));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    response
}

/// Another site's page may make a browser ask us under its own name; we answer to ours only.
fn is_ours(request: &Request, port: u16) -> bool {
    let header = request.headers().get(HOST).map(|host| host.to_str().unwrap_or_default());
    let authority = request.uri().authority().map(|authority| authority.as_str());
    let mut given = header.into_iter().chain(authority).peekable();
    given.peek().is_some() && given.all(|host| is_local(host, port))
}

fn is_local(host: &str, port: u16) -> bool {
    let names = ["localhost", "127.0.0.1", "[::1]"];
    let with_port = |name: &str| host.eq_ignore_ascii_case(&format!("{name}:{port}"));
    names.iter().any(|name| with_port(name) || (port == 80 && host.eq_ignore_ascii_case(name)))
}

/// A panic in a page ends that page only. If the asker goes away, the work stops with it.
async fn shielded(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_string();
    let mut work = JoinSet::new();
    work.spawn(next.run(request));
    match work.join_next().await {
        Some(Ok(response)) => response,
        _ => {
            error!(%path, "a page panicked");
            Trouble::Broken.response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn only_our_own_names_are_answered() {
        for ours in ["localhost:8321", "LOCALHOST:8321", "127.0.0.1:8321", "[::1]:8321"] {
            assert!(is_local(ours, 8321), "{ours}");
        }
        for foreign in ["evil.example:8321", "localhost", "127.0.0.1:80", "localhost.evil.example:8321", ""] {
            assert!(!is_local(foreign, 8321), "{foreign}");
        }
        assert!(is_local("localhost", 80));
    }
}
