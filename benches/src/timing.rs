//! Best of five medians: the median forgives a disturbance of one asking, the best of five one of a whole second.

use anyhow::Result;
use std::time::Duration;

pub const ROUNDS: usize = 5;
/// Askings in a round.
pub const ASKINGS: usize = 5;

/// The best of so many medians of five. `once` is told which asking it is, from 0 on, and gives the time that counts.
///
/// # Errors
/// Those of `once`.
pub fn best_of_medians(rounds: usize, mut once: impl FnMut(usize) -> Result<Duration>) -> Result<Duration> {
    let mut medians = vec![];
    for round in 0..rounds {
        let times: Result<Vec<Duration>> = (0..ASKINGS).map(|asking| once(round * ASKINGS + asking)).collect();
        medians.push(median(times?));
    }
    Ok(medians.into_iter().min().unwrap_or_default())
}

/// The upper one of an even number; zero of none.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_second_spoils_one_median_only() {
        let slow_second = |asking| Ok(Duration::from_millis(if (5..10).contains(&asking) { 900 } else { 10 }));
        assert_eq!(best_of_medians(ROUNDS, slow_second).expect("no error"), Duration::from_millis(10));
        let slow_once = |asking: usize| Ok(Duration::from_millis(if asking.is_multiple_of(5) { 900 } else { 20 }));
        assert_eq!(best_of_medians(ROUNDS, slow_once).expect("no error"), Duration::from_millis(20));
    }
}
