//! What the server counts, in the text form of Prometheus.

use super::current::Current;
use crate::kept::Counts;
use axum::Extension;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use uptake_spec::Params;

/// Upper ends of the histogram, in seconds.
const ENDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 10.0];

/// Lives as long as the server, whatever it serves.
#[derive(Default)]
pub struct Metrics {
    pub pages: Arc<Counts>,
    pub answers: Arc<Counts>,
    pub connections: AtomicUsize,
    requests: Mutex<BTreeMap<(&'static str, u16), Requests>>,
}

#[derive(Default, Clone)]
struct Requests {
    seconds: f64,
    /// How many took at most as long as each of [`ENDS`], and how many in all.
    within: [u64; ENDS.len()],
    all: u64,
}

/// The route of a path, as the metrics tell it.
pub fn route_of(path: &str) -> &'static str {
    match path.split('/').nth(1).unwrap_or_default() {
        "" => "/",
        "d" => "/d/{page}",
        "c" => "/c/{page}/{block}",
        "font" => "/font/{name}",
        "page.js" => "/page.js",
        "healthz" => "/healthz",
        "readyz" => "/readyz",
        "metrics" => "/metrics",
        _ => "other",
    }
}

impl Metrics {
    pub fn note(&self, route: &'static str, status: u16, took: Duration) {
        let mut all = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let requests = all.entry((route, status)).or_default();
        let seconds = took.as_secs_f64();
        requests.seconds += seconds;
        requests.all += 1;
        for (count, end) in requests.within.iter_mut().zip(ENDS) {
            *count += u64::from(seconds <= end);
        }
    }

    fn told(&self, current: &Current) -> String {
        let mut text = String::new();
        self.tell_requests(&mut text);
        let load = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed) as f64;
        let caches =
            [("pages", &self.pages, current.ready.bytes()), ("answers", &self.answers, current.session.bytes())];
        let each = |read: &dyn Fn(&Counts, usize) -> f64| {
            caches
                .iter()
                .map(|(name, counts, bytes)| (format!("cache=\"{name}\""), read(counts, *bytes)))
                .collect::<Vec<_>>()
        };
        let hits = each(&|counts, _| load(&counts.hits));
        family(&mut text, "uptake_cache_hits_total", "counter", "What was kept and asked for again.", hits);
        let misses = each(&|counts, _| load(&counts.misses));
        family(&mut text, "uptake_cache_misses_total", "counter", "What had to be made.", misses);
        family(&mut text, "uptake_cache_bytes", "gauge", "What is kept.", each(&|_, bytes| bytes as f64));
        let open = self.connections.load(Ordering::Relaxed) as f64;
        family(&mut text, "uptake_connections", "gauge", "Open connections.", vec![(String::new(), open)]);
        let build = current.session.build() as f64;
        family(
            &mut text,
            "uptake_build",
            "gauge",
            "The number of the build that is served.",
            vec![(String::new(), build)],
        );
        let mistakes = current.mistakes.len() as f64;
        let help = "Mistakes in the project's files as they are now.";
        family(&mut text, "uptake_project_mistakes", "gauge", help, vec![(String::new(), mistakes)]);
        let help = "Days from what a KPI's data is complete through to today, in the project's time zone.";
        family(&mut text, "uptake_as_of_lag_days", "gauge", help, lags(current));
        text
    }

    fn tell_requests(&self, text: &mut String) {
        let all = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let label = |route: &str, status: u16| format!("route=\"{route}\",status=\"{status}\"");
        let counts = all.iter().map(|((route, status), requests)| (label(route, *status), requests.all as f64));
        family(text, "uptake_http_requests_total", "counter", "Requests by route and status.", counts.collect());
        let (name, help) = ("uptake_http_request_seconds", "How long a response took to make.");
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} histogram");
        for ((route, status), requests) in &all {
            let label = label(route, *status);
            for (count, end) in requests.within.iter().zip(ENDS) {
                let _ = writeln!(text, "{name}_bucket{{{label},le=\"{end}\"}} {count}");
            }
            let _ = writeln!(text, "{name}_bucket{{{label},le=\"+Inf\"}} {}", requests.all);
            let _ = writeln!(text, "{name}_sum{{{label}}} {}", requests.seconds);
            let _ = writeln!(text, "{name}_count{{{label}}} {}", requests.all);
        }
    }
}

fn family(text: &mut String, name: &str, kind: &str, help: &str, values: Vec<(String, f64)>) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    for (label, value) in values {
        let label = if label.is_empty() { label } else { format!("{{{label}}}") };
        let _ = writeln!(text, "{name}{label} {value}");
    }
}

/// KPIs whose inputs were never loaded have none.
fn lags(current: &Current) -> Vec<(String, f64)> {
    let today = Utc::now().with_timezone(&current.project.settings.time_zone).date_naive();
    let lag = |kpi: &uptake_spec::Kpi| {
        let as_of = current.session.as_of(kpi, &Params::default()).ok()?;
        Some((format!("kpi=\"{}\"", kpi.name), (today - as_of).num_days() as f64))
    };
    current.project.kpis.iter().filter_map(lag).collect()
}

pub async fn metrics(
    Extension(current): Extension<Arc<Current>>,
    Extension(metrics): Extension<Arc<Metrics>>,
) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.told(&current)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_route_status_and_time() {
        let metrics = Metrics::default();
        metrics.note(route_of("/d/pulse"), 200, Duration::from_millis(4));
        metrics.note(route_of("/d/other"), 200, Duration::from_millis(60));
        metrics.note(route_of("/secret/x"), 404, Duration::ZERO);
        let mut text = String::new();
        metrics.tell_requests(&mut text);
        for line in [
            "uptake_http_requests_total{route=\"/d/{page}\",status=\"200\"} 2",
            "uptake_http_requests_total{route=\"other\",status=\"404\"} 1",
            "uptake_http_request_seconds_bucket{route=\"/d/{page}\",status=\"200\",le=\"0.005\"} 1",
            "uptake_http_request_seconds_bucket{route=\"/d/{page}\",status=\"200\",le=\"0.1\"} 2",
            "uptake_http_request_seconds_count{route=\"/d/{page}\",status=\"200\"} 2",
        ] {
            assert!(text.lines().any(|told| told == line), "{line} is not in\n{text}");
        }
    }
}
