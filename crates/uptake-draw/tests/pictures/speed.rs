//! How long a picture takes: `cargo test --release -p uptake-draw -- --ignored --nocapture`.

use super::firm::*;
use super::made_up::*;
use std::time::{Duration, Instant};
use uptake_draw::*;
use uptake_spec::Answer;

/// Median of the wall clock, and the mean of the time on a processor where the system tells it: on a busy machine only that means anything.
fn time(mut draw: impl FnMut()) -> (Duration, Duration) {
    draw();
    let on_cpu = cpu();
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let begin = Instant::now();
            draw();
            begin.elapsed()
        })
        .collect();
    times.sort();
    let median = times[RUNS / 2];
    (median, on_cpu.zip(cpu()).map_or(median, |(before, now)| (now - before) / RUNS as u32))
}

const RUNS: usize = 101;

/// What this thread has used of a processor.
fn cpu() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// Prints how long each kind takes at 900 × 480: an SVG should take less than 1 ms, a PNG less than 20 ms.
#[test]
#[ignore = "a measurement, for an optimised build"]
fn a_picture_is_quick() {
    let (watched, _) = watched();
    let kinds: [(&str, Answer); 11] = [
        ("line", with_targets(grades())),
        ("bar", offices()),
        ("stacked", won_by_month(&TEAMS, "team")),
        ("area", won_by_month(&TEAMS, "team")),
        ("waterfall", movement()),
        ("funnel", activation()),
        ("heatmap", grade_by_office(&OFFICES)),
        ("calendar", records_by_day()),
        ("control", watched),
        ("flow", moves()),
        ("scorecard", with_targets(grades())),
    ];
    let size = Size::Exact { width_px: 900, height_px: 480 };
    let mut slow: Vec<&str> = vec![];
    for (kind, answer) in &kinds {
        let chart = chart(answer, kind, "A picture");
        let drawn = svg(&chart, size, &Theme::light());
        let (svg_wall, svg_cpu) = time(|| drop(svg(&chart, size, &Theme::light())));
        let (png_wall, png_cpu) = time(|| drop(png_within(&drawn, 900, 480, &Theme::light())));
        let bytes = drawn.0.len();
        println!(
            "{kind:<10} SVG {svg_cpu:>9.2?} (wall {svg_wall:>9.2?}) {bytes:>6} bytes   PNG {png_cpu:>9.2?} (wall {png_wall:>9.2?})"
        );
        slow.extend((svg_cpu > Duration::from_millis(1) || png_cpu > Duration::from_millis(20)).then_some(*kind));
    }
    assert!(slow.is_empty(), "too slow: {slow:?}");
}
