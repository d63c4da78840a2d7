//! Pictures of all forms at 900 × 480. What is drawn and timed is uptake-draw's own test `tests/pictures/speed.rs`; here it is run
//! five times, and the best median of each form is told.

use crate::Bench;
use crate::sheet::ms;
use crate::timing::ROUNDS;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

/// # Errors
/// Cargo is not there, or the test does not run.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let mut best: BTreeMap<(String, &str), Duration> = BTreeMap::new();
    for _ in 0..ROUNDS {
        for (form, kind, took) in speeds()? {
            best.entry((form, kind)).and_modify(|known| *known = took.min(*known)).or_insert(took);
        }
    }
    for (kind, goal) in [("SVG", ms(1)), ("PNG", ms(20))] {
        let mut forms: Vec<(Duration, &str)> =
            best.iter().filter(|((_, k), _)| *k == kind).map(|((form, _), took)| (*took, form.as_str())).collect();
        forms.sort();
        let (Some(median), Some(slowest)) = (forms.get(forms.len() / 2), forms.last()) else {
            anyhow::bail!("the test of uptake-draw tells no {kind}")
        };
        bench.sheet.time(format!("{kind} at 900 × 480, median over {} forms", forms.len()), median.0, goal);
        bench.sheet.time(format!("{kind} at 900 × 480, slowest form: {}", slowest.1), slowest.0, None);
    }
    Ok(())
}

/// Form, SVG or PNG, and its median: `line SVG 210.00µs (wall 230.00µs) 9000 bytes PNG 7.00ms (wall 7.10ms)`.
fn speeds() -> Result<Vec<(String, &'static str, Duration)>> {
    let cargo = std::env::var("CARGO").unwrap_or("cargo".into());
    let test = ["test", "--release", "--workspace", "--lib", "a_picture_is_quick", "--", "--ignored", "--nocapture"];
    let ran = Command::new(&cargo).args(test).current_dir(crate::firm::repository()).output();
    let ran = ran.with_context(|| format!("{cargo} does not start\n  hint: leave out the part `pictures`"))?;
    let told = String::from_utf8_lossy(&ran.stdout);
    let mut speeds = vec![];
    for line in told.lines() {
        for kind in ["SVG", "PNG"] {
            let words: Vec<&str> = line.split_whitespace().collect();
            let Some(at) = words.iter().position(|word| *word == kind) else { continue };
            let wall = words[at..].iter().skip_while(|word| **word != "(wall").nth(1).copied().unwrap_or_default();
            let form = words.iter().position(|word| *word == "SVG").and_then(|at| words.get(at.checked_sub(1)?));
            speeds.push((form.copied().unwrap_or_default().into(), kind, duration(wall.trim_end_matches(')'))?));
        }
    }
    anyhow::ensure!(!speeds.is_empty(), "the test told nothing:\n{}", String::from_utf8_lossy(&ran.stderr));
    Ok(speeds)
}

/// `1.23ms`, as the test tells it.
fn duration(told: &str) -> Result<Duration> {
    let units = [("ns", 1e-9), ("µs", 1e-6), ("ms", 1e-3), ("s", 1.0)];
    let found = units.into_iter().find_map(|(unit, seconds)| Some((told.strip_suffix(unit)?, seconds)));
    let (number, seconds) = found.with_context(|| format!("{told} is no time"))?;
    Ok(Duration::from_secs_f64(number.parse::<f64>()? * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_told() {
        for (told, micros) in [("210.50µs", 210), ("7.25ms", 7_250), ("1.5s", 1_500_000)] {
            assert_eq!(duration(told).expect("a time").as_micros(), micros);
        }
    }
}
