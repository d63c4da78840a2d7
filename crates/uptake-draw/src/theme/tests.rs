//! The colours against each other, by the formulas of WCAG 2 and of Machado, Oliveira and Fernandes (2009).

use super::*;

type Rgb = [f64; 3];

fn linear(colour: &str) -> Rgb {
    [1, 3, 5].map(|at| {
        let byte = u8::from_str_radix(&colour[at..at + 2], 16).expect("#rrggbb");
        let c = f64::from(byte) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    })
}

fn luminance([r, g, b]: Rgb) -> f64 {
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(linear(a)), luminance(linear(b)));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn lab([r, g, b]: Rgb) -> Rgb {
    let f = |t: f64| if t > 0.008856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
    let x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
    let y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
    let z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

fn apart(a: Rgb, b: Rgb) -> f64 {
    lab(a).iter().zip(lab(b)).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt()
}

/// Normal sight, and full deuteranopia, protanopia and tritanopia.
const SIGHTS: [[Rgb; 3]; 4] = [
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
];

fn seen(colour: &str, sight: &[Rgb; 3]) -> Rgb {
    let c = linear(colour);
    sight.map(|row| row.iter().zip(c).map(|(m, c)| m * c).sum::<f64>().clamp(0.0, 1.0))
}

fn themes() -> [Theme; 3] {
    [Theme::light(), Theme::dark(), Theme::paper()]
}

#[test]
fn contrast_is_measured_as_wcag_does() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
    assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.01); // the well-known grey that just fails
}

#[test]
fn texts_and_marks_stand_out_from_what_is_behind_them() {
    for theme in themes() {
        for text in [Paint::Ink, Paint::Quiet, Paint::Good, Paint::Bad] {
            for behind in [Paint::Paper, Paint::Wash] {
                let found = contrast(theme.colour(text), theme.colour(behind));
                assert!(found >= 4.5, "{text:?} on {behind:?} has {found:.2}");
            }
        }
        for mark in Paint::all().into_iter().filter(|p| matches!(p, Paint::Series(_) | Paint::Target)) {
            let found = contrast(theme.colour(mark), theme.colour(Paint::Paper));
            assert!(found >= 3.0, "{mark:?} has {found:.2}");
        }
        assert!(contrast(theme.accent(), theme.colour(Paint::Paper)) >= 4.5); // links are set in it
        assert!(contrast(theme.accent(), theme.colour(Paint::Wash)) >= 4.5);
    }
}

#[test]
fn the_grid_is_quieter_than_any_data() {
    for theme in themes() {
        let grid = contrast(theme.colour(Paint::Grid), theme.colour(Paint::Paper));
        for series in 0..8 {
            assert!(grid < 0.5 * contrast(theme.colour(Paint::Series(series)), theme.colour(Paint::Paper)));
        }
    }
}

#[test]
fn series_stay_apart_for_every_sight_and_in_grey() {
    for theme in themes() {
        for (sight, a, b) in SIGHTS.iter().flat_map(|s| (0..8).flat_map(move |a| (0..a).map(move |b| (s, a, b)))) {
            let (one, other) = (theme.colour(Paint::Series(a)), theme.colour(Paint::Series(b)));
            let found = apart(seen(one, sight), seen(other, sight));
            assert!(found >= 13.0, "{one} and {other} are {found:.1} apart for {sight:?}");
        }
        for (one, next) in theme.series.iter().zip(&theme.series[1..]) {
            let found = (lab(linear(one))[0] - lab(linear(next))[0]).abs();
            assert!(found >= 8.0, "{one} and its neighbour {next} are {found:.1} apart in grey");
        }
    }
}

#[test]
fn a_number_can_be_read_on_every_heat() {
    for theme in themes() {
        for step in 0..HEATS {
            let (text, behind) = (theme.colour(Paint::on_heat(step)), theme.colour(Paint::Heat(step)));
            let found = contrast(text, behind);
            assert!(found >= 4.5, "a text on heat {step} has {found:.2}");
        }
        let light = |step: usize| lab(linear(theme.colour(Paint::Heat(step))))[0];
        for step in 1..HEATS {
            let found = (light(step) - light(step - 1)).abs();
            assert!(found >= 7.0, "heat {step} is {found:.1} from the one before in grey");
        }
    }
}

#[test]
fn what_is_normal_stays_behind_the_line() {
    for theme in themes() {
        let band = contrast(theme.colour(Paint::Band), theme.colour(Paint::Paper));
        assert!(band < 0.5 * contrast(theme.colour(Paint::Series(0)), theme.colour(Paint::Paper)));
        assert!(contrast(theme.colour(Paint::Muted), theme.colour(Paint::Paper)) >= 3.0);
        assert!(contrast(theme.colour(Paint::Series(0)), theme.colour(Paint::Band)) >= 4.5);
        assert!(contrast(theme.colour(Paint::Quiet), theme.colour(Paint::Band)) >= 4.5);
    }
}
