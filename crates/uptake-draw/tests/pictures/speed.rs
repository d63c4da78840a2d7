//! How long a picture takes: `cargo test --release -p uptake-draw -- --ignored --nocapture`.

use crate::firm::*;
use crate::made_up::*;
use std::time::{Duration, Instant};
use uptake_draw::*;
use uptake_spec::Answer;

fn median(mut draw: impl FnMut()) -> Duration {
    draw();
    let mut times: Vec<Duration> = (0..41)
        .map(|_| {
            let begin = Instant::now();
            draw();
            begin.elapsed()
        })
        .collect();
    times.sort();
    times[20]
}

/// Prints the median of 41 drawings of each kind at 900 × 480: an SVG should take less than 1 ms, a PNG less than 20 ms.
#[test]
#[ignore = "a measurement, for an optimised build on a quiet machine"]
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
    for (kind, answer) in &kinds {
        let chart = chart(answer, kind, "A picture");
        let drawn = svg(&chart, size, &Theme::light());
        let as_svg = median(|| drop(svg(&chart, size, &Theme::light())));
        let as_png = median(|| drop(png_within(&drawn, 900, 480, &Theme::light())));
        println!("{kind:<10} SVG {as_svg:>9.2?} {:>6} bytes   PNG {as_png:>9.2?}", drawn.0.len());
        assert!(as_svg < Duration::from_millis(1) && as_png < Duration::from_millis(20), "{kind} is too slow");
    }
}
