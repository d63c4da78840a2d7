//! The pages over HTTP, to this machine only.

mod accept;
mod blocks;
mod current;
mod error;
mod guard;
mod metrics;
mod pages;
mod ready;

use crate::arrivals::working::{Desk as JobDesk, Watched, turn as turn_of_jobs};
use crate::home::Home;
use crate::schedule::ledger::Ledger;
use crate::schedule::sending::{Desk, turn};
use anyhow::{Context, Result};
use axum::Router;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{SubsecRound, Utc};
use current::Current;
use error::Trouble;
use guard::Door;
use metrics::Metrics;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal;
use tokio::sync::watch;
use tracing::{info, warn};
use uptake_lake::Lake;

/// Serves until ctrl-c or TERM; open answers are finished.
///
/// # Errors
/// The project has mistakes, or nothing was built yet.
pub async fn serve(home: Home, lake: Lake, listener: TcpListener) -> Result<()> {
    let metrics = Arc::new(Metrics::default());
    let (first, seen) = current::first(&home, &lake, &metrics).await?;
    let address = listener.local_addr().context("could not tell the address")?;
    let build = first.session.build();
    let (publish, current) = watch::channel(Arc::new(first));
    let sending = tokio::spawn(send_reports(home.clone(), Ledger(lake.depot("reports")), current.clone()));
    let (news, heard) = watch::channel(());
    let loading = tokio::spawn(load_arrivals(home.clone(), lake.clone(), current.clone(), news));
    let keeping_up = tokio::spawn(current::keep_up(home, lake, publish, seen, heard, Arc::clone(&metrics)));
    info!(%address, build, "serving build {build}");
    eprintln!("http://{address}");
    let app = router(Door { current, address, metrics: Arc::clone(&metrics) });
    accept::serve(listener, app, metrics, asked_to_stop()).await;
    keeping_up.abort();
    sending.abort();
    loading.abort();
    info!("stopped");
    Ok(())
}

/// How long a report may be late.
const SEND_EVERY: Duration = Duration::from_secs(20);

/// Sends what is due for as long as the server runs.
async fn send_reports(home: Home, ledger: Ledger, current: watch::Receiver<Arc<Current>>) {
    let mut told = String::new();
    loop {
        // On a task of its own: whatever happens to one turn, the next must come.
        let turn = tokio::spawn(one_turn(home.clone(), ledger.clone(), Arc::clone(&current.borrow())));
        let why = match turn.await {
            Ok(Ok(())) => String::new(),
            Ok(Err(error)) => format!("{error:#}"),
            Err(panic) => panic.to_string(),
        };
        if !why.is_empty() && why != told {
            warn!(error = why, "could not see to the reports");
        }
        told = why;
        tokio::time::sleep(SEND_EVERY).await;
    }
}

async fn one_turn(home: Home, ledger: Ledger, now: Arc<Current>) -> Result<()> {
    let Current { project, session, failing, .. } = &*now;
    turn(&Desk { home: &home, project, session, ledger: &ledger, failing }, Utc::now().trunc_subsecs(0)).await
}

/// How long a file or a time may wait to be seen.
const LOAD_EVERY: Duration = Duration::from_secs(2);

/// Loads what is due for as long as the server runs, and tells by `news` when a job is other than it was.
async fn load_arrivals(home: Home, lake: Lake, current: watch::Receiver<Arc<Current>>, news: watch::Sender<()>) {
    let mut watched = Watched::default();
    loop {
        let (home, lake, now) = (home.clone(), lake.clone(), Arc::clone(&current.borrow()));
        // On a thread of its own: files are read and typed there, and whatever happens to one turn, the next must come.
        let turn = tokio::task::spawn_blocking(move || {
            let desk = JobDesk { home: &home, lake: &lake, project: &now.project };
            let turn = turn_of_jobs(&desk, &mut watched, || Utc::now().trunc_subsecs(0));
            (tokio::runtime::Handle::current().block_on(turn), watched)
        });
        watched = match turn.await {
            Ok((changed, watched)) => {
                if changed {
                    news.send_replace(());
                }
                watched
            }
            Err(panic) => {
                warn!(error = %panic, "could not see to the jobs that load");
                Watched::default()
            }
        };
        tokio::time::sleep(LOAD_EVERY).await;
    }
}

fn router(door: Door) -> Router {
    Router::new()
        .route("/", get(pages::home))
        .route("/d/{page}", get(pages::page))
        .route("/c/{page}/{block}", get(blocks::block))
        .route("/font/{name}", get(font))
        .route("/page.js", get(pages::script))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(|| async { "ready\n" })) // without a build the server does not start
        .route("/metrics", get(metrics::metrics))
        .fallback(pages::nothing_here)
        .method_not_allowed_fallback(pages::only_read)
        .layer(axum::middleware::from_fn_with_state(door, guard::guard))
}

async fn font(name: Result<Path<String>, PathRejection>) -> Result<Response, Trouble> {
    let Path(name) = name.map_err(|_| Trouble::NoSuchFont)?;
    let bytes = uptake_draw::font(&name).ok_or(Trouble::NoSuchFont)?;
    // A font's bytes never change under its name.
    Ok(([(CONTENT_TYPE, "font/woff2"), (CACHE_CONTROL, "public, max-age=31536000, immutable")], bytes).into_response())
}

#[cfg(unix)]
async fn asked_to_stop() {
    let mut term = signal::unix::signal(signal::unix::SignalKind::terminate()).expect("a program may listen for TERM");
    tokio::select! {
        _ = signal::ctrl_c() => {}
        _ = term.recv() => {}
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() {
    let _ = signal::ctrl_c().await;
}
