//! What stands before every route: who may ask at all, and what every response carries.

use super::current::Current;
use super::error::Trouble;
use super::metrics::{Metrics, route_of};
use super::ready::key;
use axum::body::HttpBody;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::Next;
use axum::response::Response;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{error, info};

/// The server's door: what it serves now, and the names it answers to.
#[derive(Clone)]
pub struct Door {
    pub current: watch::Receiver<Arc<Current>>,
    /// Where it listens; always of this machine.
    pub address: SocketAddr,
    pub metrics: Arc<Metrics>,
}

/// Pages run the one script that the server has and load nothing from elsewhere; styles stand inline in SVGs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; \
                      font-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Hands the request on with one [`Current`], writes that one's build on the response, counts it and logs it.
pub async fn guard(State(door): State<Door>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let current = Arc::clone(&door.current.borrow());
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let (mut response, kept) = answered(&door, &current, request, next).await;
    let build = current.session.build();
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("x-uptake-build"), HeaderValue::from(build));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    let route = route_of(uri.path());
    door.metrics.note(route, status, took);
    let bytes = response.body().size_hint().exact();
    let micros = took.as_micros() as u64;
    info!(%method, path = uri.path(), query = uri.query(), status, micros, bytes, kept, build, "{method} {route} {status}");
    response
}

/// The response, and whether it was kept from before.
async fn answered(door: &Door, current: &Arc<Current>, mut request: Request, next: Next) -> (Response, bool) {
    if !is_ours(&request, door.address) {
        return (Trouble::NotThisHost { address: door.address }.response(), false);
    }
    if request.method() == Method::GET
        && let Some(ready) = current.ready.get(&key(request.uri()))
    {
        return (ready.response(request.headers()), true);
    }
    request.extensions_mut().insert(Arc::clone(current));
    request.extensions_mut().insert(Arc::clone(&door.metrics));
    (shielded(request, next).await, false)
}

/// Another site's page may make a browser ask us under its own name; we answer to ours only.
fn is_ours(request: &Request, address: SocketAddr) -> bool {
    let header = request.headers().get(HOST).map(|host| host.to_str().unwrap_or_default());
    let authority = request.uri().authority().map(|authority| authority.as_str());
    let mut given = header.into_iter().chain(authority).peekable();
    given.peek().is_some() && given.all(|host| is_local(host, address))
}

/// The names of this machine, and the very address it was told to listen on: `--listen 127.8.8.8:80`.
fn is_local(host: &str, address: SocketAddr) -> bool {
    let port = address.port();
    let own = address.to_string();
    let own_name = own.strip_suffix(&format!(":{port}")).unwrap_or(&own);
    let with_port = |name: &str| host.eq_ignore_ascii_case(&format!("{name}:{port}"));
    let names = ["localhost", "127.0.0.1", "[::1]", own_name];
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
        let usual = "127.0.0.1:8321".parse().expect("an address");
        for ours in ["localhost:8321", "LOCALHOST:8321", "127.0.0.1:8321", "[::1]:8321"] {
            assert!(is_local(ours, usual), "{ours}");
        }
        for foreign in
            ["evil.example:8321", "localhost", "127.0.0.1:80", "127.8.8.8:8321", "localhost.evil.example:8321", ""]
        {
            assert!(!is_local(foreign, usual), "{foreign}");
        }
        assert!(is_local("localhost", "127.0.0.1:80".parse().expect("an address")));
        assert!(is_local("127.8.8.8:8321", "127.8.8.8:8321".parse().expect("an address")));
    }
}
