//! How unusual figures are when many are looked at together.

use super::{Limits, is_more};

/// How many standard deviations `value` lies from the centre. Where all values were the same, any other is farther than all.
pub fn effect(value: f64, limits: &Limits) -> f64 {
    let differs = is_more(value, limits.centre) || is_more(limits.centre, value);
    if differs { (value - limits.centre).abs() / limits.sigma } else { 0.0 }
}

/// How likely a figure of a normal distribution lies so many standard deviations or more from the centre, on either side.
pub fn two_sided(deviations: f64) -> f64 {
    // Abramowitz and Stegun 7.1.26, off by 1.5e-7 at most.
    const TERMS: [f64; 5] = [0.254_829_592, -0.284_496_736, 1.421_413_741, -1.453_152_027, 1.061_405_429];
    let x = deviations.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let sum = TERMS.iter().rev().fold(0.0, |sum, term| (sum + term) * t);
    (sum * (-x * x).exp()).clamp(0.0, 1.0)
}

/// Which of the probabilities hold when no more than the share `false_share` of those that hold may be chance
/// (Benjamini and Hochberg, 1995).
pub fn discoveries(probabilities: &[f64], false_share: f64) -> Vec<bool> {
    let mut sorted = probabilities.to_vec();
    sorted.sort_by(f64::total_cmp);
    let of = sorted.len() as f64;
    let holds = |(at, p): &(usize, &f64)| **p <= (*at + 1) as f64 / of * false_share;
    let most = sorted.iter().enumerate().rfind(holds).map(|(_, p)| *p);
    probabilities.iter().map(|p| most.is_some_and(|most| *p <= most)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_the_normal_distribution() {
        let check = |deviations, expected: f64| {
            let p = two_sided(deviations);
            assert!((p - expected).abs() < 2e-6, "{deviations}: {p}");
        };
        check(0.0, 1.0);
        check(1.0, 0.317_311);
        check(1.959_964, 0.05);
        check(-3.0, 0.002_700);
        assert_eq!(two_sided(f64::INFINITY), 0.0);
    }

    /// The fifteen of the paper's own example: at 5 % the first four hold.
    #[test]
    fn the_example_of_benjamini_and_hochberg() {
        let of_the_paper = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.0,
        ];
        let held = discoveries(&of_the_paper, 0.05);
        assert_eq!(held.iter().filter(|held| **held).count(), 4);
        assert!(held[..4].iter().all(|held| *held));
        assert_eq!(discoveries(&[], 0.1), Vec::<bool>::new());
    }
}
