//! From values to pixels: round ticks for numbers, even places for days and names.

/// A straight map of numbers to pixels, with the round values worth a grid line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Linear {
    pub from: f64,
    pub to: f64,
    /// Where `from` and `to` stand, see [`Linear::onto`].
    pub px: (f64, f64),
    /// From low to high, `step` apart.
    pub ticks: Vec<f64>,
    pub step: f64,
}

impl Linear {
    /// From zero (or the lowest, if negative) to the first round value at or above the highest.
    ///
    /// `about` is how many ticks are wanted; `smallest_step` keeps counts of people from getting halves.
    /// `at_most` is a top that no value can pass, as 1.0 for shares; it holds only if no value passes it.
    pub fn around_zero(
        values: impl Iterator<Item = f64>,
        about: usize,
        smallest_step: f64,
        at_most: Option<f64>,
    ) -> Linear {
        let (low, high) = values.filter(|v| v.is_finite()).fold((0.0_f64, 0.0_f64), |(l, h), v| (l.min(v), h.max(v)));
        let high = if low == 0.0 && high == 0.0 { at_most.unwrap_or(smallest_step.max(1.0)) } else { high };
        Linear::between(low, high, about, smallest_step, at_most)
    }

    /// As [`Linear::around_zero`], without zero unless it is near: for points, which have no length that could mislead.
    pub fn around(values: impl Iterator<Item = f64>, about: usize, smallest_step: f64, at_most: Option<f64>) -> Linear {
        let known: Vec<f64> = values.filter(|v| v.is_finite()).collect();
        let (low, high) = known.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
        // A single value, or zero in reach, gets the whole scale.
        if known.is_empty() || low == high || low.abs() < 0.6 * (high - low) || low < 0.0 && high > 0.0 {
            return Linear::around_zero(known.into_iter(), about, smallest_step, at_most);
        }
        Linear::between(low, high, about, smallest_step, at_most)
    }

    fn between(low: f64, high: f64, about: usize, smallest_step: f64, at_most: Option<f64>) -> Linear {
        let step = round_step((high - low) / about as f64).max(smallest_step);
        let first = (low / step + 1e-9).floor() as i64;
        let mut last = (high / step - 1e-9).ceil() as i64;
        if let Some(top) = at_most.filter(|top| high <= *top) {
            last = last.min((top / step + 1e-9).floor() as i64).max((high / step - 1e-9).ceil() as i64);
        }
        let ticks: Vec<f64> = (first..=last).map(|n| n as f64 * step).collect();
        Linear { from: first as f64 * step, to: last as f64 * step, px: (0.0, 1.0), ticks, step }
    }

    /// Without ticks: for bars that carry their labels, so that the longest may use all the room.
    pub fn bare(from: f64, to: f64, px: (f64, f64)) -> Linear {
        let to = if to > from { to } else { from + 1.0 };
        Linear { from, to, px, ticks: vec![], step: to - from }
    }

    pub fn onto(self, first_px: f64, last_px: f64) -> Linear {
        Linear { px: (first_px, last_px), ..self }
    }

    pub fn at(&self, value: f64) -> f64 {
        self.px.0 + (value - self.from) / (self.to - self.from) * (self.px.1 - self.px.0)
    }
}

/// 1, 2, 2.5 or 5 times a power of ten, not below `raw`.
pub(crate) fn round_step(raw: f64) -> f64 {
    let power = 10_f64.powf(raw.log10().floor());
    let found = [1.0, 2.0, 2.5, 5.0].into_iter().find(|m| m * power >= raw * (1.0 - 1e-9));
    found.unwrap_or(10.0) * power
}

/// Where each stop of a line stands: by its moment, in days, where all have one, else evenly. A single stop stands in the middle.
pub(crate) fn places(days: &[Option<f64>], first_px: f64, last_px: f64) -> Vec<f64> {
    let count = days.len();
    let known: Vec<f64> = days.iter().flatten().copied().collect();
    let span = known.first().zip(known.last()).map(|(first, last)| last - first);
    (0..count)
        .map(|at| {
            let along = match (days[at], span) {
                _ if count == 1 => 0.5,
                (Some(day), Some(span)) if known.len() == count && span > 0.0 => (day - known[0]) / span,
                _ => at as f64 / (count - 1) as f64,
            };
            first_px + along * (last_px - first_px)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(values: &[f64], smallest: f64, at_most: Option<f64>) -> Vec<f64> {
        let scale = Linear::around_zero(values.iter().copied(), 5, smallest, at_most);
        scale.ticks.iter().map(|t| (t * 1e6).round() / 1e6).collect()
    }

    #[test]
    fn ticks_are_round_and_begin_at_zero() {
        assert_eq!(ticks(&[12.0, 87.0], 1.0, None), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(ticks(&[2.0], 1.0, None), [0.0, 1.0, 2.0]); // no half people
        assert_eq!(ticks(&[-40.0, 100.0], 1.0, None), [-50.0, 0.0, 50.0, 100.0]);
        assert_eq!(ticks(&[0.0], 1.0, None), [0.0, 1.0]);
        assert_eq!(ticks(&[], 0.0, Some(1.0)), [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
    }

    #[test]
    fn a_share_never_gets_an_axis_above_everybody() {
        assert_eq!(ticks(&[0.97], 0.0, Some(1.0)).last(), Some(&1.0));
        assert_eq!(ticks(&[1.3], 0.0, Some(1.0)).last(), Some(&1.5)); // attainment may pass
    }

    #[test]
    fn points_need_no_zero_unless_it_is_near() {
        let ticks = |values: &[f64]| Linear::around(values.iter().copied(), 4, 1.0, None).ticks;
        assert_eq!(ticks(&[41.0, 59.0]), [40.0, 45.0, 50.0, 55.0, 60.0]);
        assert_eq!(ticks(&[4.0, 19.0]), [0.0, 5.0, 10.0, 15.0, 20.0]);
        assert_eq!(ticks(&[50.0]), [0.0, 20.0, 40.0, 60.0]);
    }

    #[test]
    fn a_missing_week_leaves_its_place_free() {
        assert_eq!(places(&[Some(5.0), Some(12.0), Some(26.0)], 0.0, 21.0), [0.0, 7.0, 21.0]);
        assert_eq!(places(&[None, None, None], 0.0, 10.0), [0.0, 5.0, 10.0]);
        assert_eq!(places(&[Some(5.0)], 0.0, 10.0), [5.0]);
    }
}
