//! What is normal for a series: limits from its own first periods, and the points that fall outside (XmR chart).
//!
//! Limits are mean ± 2.66 × mean moving range (Wheeler, *Understanding Variation*); the constant is 3 ÷ d₂ with d₂ = 1.128 for
//! ranges of two. The rules are the first two of Western Electric: a point outside the limits, eight in a row on one side.

mod contribution;
pub mod surprise;

pub use contribution::{Cell, Member, most_of};

use crate::kpi::Unit;
use crate::params::Range;
use chrono::NaiveDate;

/// So many closed periods, quiet ones apart, make the limits; from [`PROVISIONAL_FROM`] on they are provisional.
pub const BASELINE: usize = 12;
pub const PROVISIONAL_FROM: usize = 6;
/// So many points in a row on one side of the centre are a shift.
pub const RUN: usize = 8;
const LIMITS_BY_RANGE: f64 = 2.66;
const RANGE_LIMIT: f64 = 3.268;
/// Above this the points of the baseline follow each other, and moving ranges are too small to tell their spread.
const MOST_AUTOCORRELATION: f64 = 0.3;

/// One period of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub period: Range,
    /// `None` where nothing is known: a gap.
    pub value: Option<f64>,
    /// The period is over, and the data covers it.
    pub complete: bool,
    /// Marked in `quiet_weeks.csv`: shown, never judged.
    pub quiet: bool,
}

/// Which rule a point breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// R1: outside the limits.
    Outside,
    /// R2: one of eight or more in a row on one side of the centre.
    Run,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Above,
    Below,
}

/// The limits that hold from `from` until the next begin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    pub from: NaiveDate,
    pub centre: f64,
    pub lower: f64,
    pub upper: f64,
    /// What the limits take for one standard deviation: a third of their reach, whatever the unit lets them keep of it.
    pub sigma: f64,
    /// A change from one period to the next beyond this is unusual; `None` with limits by standard deviation.
    pub range_limit: Option<f64>,
    /// Of fewer than [`BASELINE`] periods.
    pub provisional: bool,
}

/// A point, and the rule it breaks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    pub point: Point,
    pub signal: Option<(Rule, Side)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Fewer than [`PROVISIONAL_FROM`] closed periods.
    TooEarly,
    Normal,
    Above,
    Below,
}

/// What may be said of one period of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// Of the period, or of the last before it that was judged.
    pub verdict: Verdict,
    /// The first day of the run that signals.
    pub since: Option<NaiveDate>,
    /// The period itself is quiet, and nothing is said of it.
    pub quiet: bool,
    /// Those in force; `None` while it is too early.
    pub limits: Option<Limits>,
}

/// A series with its limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Normal {
    /// In the order of time; empty while it is too early. More than one where a shift was confirmed.
    pub limits: Vec<Limits>,
    pub points: Vec<Judged>,
    /// Of the last judged point.
    pub verdict: Verdict,
    /// The first day of the run that signals at the last judged point.
    pub since: Option<NaiveDate>,
}

impl Normal {
    /// Judges a series of one grain, in the order of time, from its first period on: the baseline is the first [`BASELINE`] closed and not
    /// quiet periods of the whole history and stays. It begins anew only with a shift (rule R2) that an annotation explains:
    /// one of `annotated` lies in the shift's first period or the one before.
    pub fn of(points: &[Point], unit: Unit, annotated: &[NaiveDate]) -> Normal {
        let mut judged: Vec<Judged> = points.iter().map(|point| Judged { point: *point, signal: None }).collect();
        let mut limits = vec![];
        let mut begin = 0;
        while let Some(here) = limits_of(&points[begin..], unit) {
            limits.push(here);
            mark(&mut judged[begin..], &here);
            match confirmed_shift(&judged, begin, annotated) {
                Some(shift) => begin = shift,
                None => break,
            }
        }
        let (verdict, since) = verdict(&judged, limits.is_empty());
        Normal { limits, points: judged, verdict, since }
    }

    /// What may be said of the period that begins on `day`: by all that is known, also of later periods, so that it is the
    /// same whichever days are shown.
    pub fn on(&self, day: NaiveDate) -> Standing {
        let until = self.points.partition_point(|judged| judged.point.period.from() <= day);
        let (verdict, since) = verdict(&self.points[..until], self.limits.is_empty());
        let here = self.points[..until].last().filter(|judged| judged.point.period.from() == day);
        let quiet = here.is_some_and(|judged| judged.point.quiet);
        Standing { verdict, since, quiet, limits: self.limits_at(day).copied() }
    }

    /// First days of the periods that made `limits`.
    pub fn baseline(&self, limits: &Limits) -> Vec<NaiveDate> {
        let from = self.points.iter().map(|judged| judged.point).filter(|point| point.period.from() >= limits.from);
        from.filter(|point| point.judged_value().is_some()).take(BASELINE).map(|point| point.period.from()).collect()
    }

    /// The limits that hold for a period that begins on `day`.
    pub fn limits_at(&self, day: NaiveDate) -> Option<&Limits> {
        self.limits.iter().rev().find(|limits| limits.from <= day).or(self.limits.first())
    }
}

impl Standing {
    /// Nothing is known yet.
    pub const TOO_EARLY: Standing = Standing { verdict: Verdict::TooEarly, since: None, quiet: false, limits: None };

    /// The limits are made of too few periods to stay as they are.
    pub fn is_provisional(&self) -> bool {
        self.limits.is_some_and(|limits| limits.provisional)
    }
}

impl Point {
    /// `None` where there is nothing to judge: a gap, a quiet or a running period.
    pub fn judged_value(&self) -> Option<f64> {
        self.value.filter(|_| self.complete && !self.quiet)
    }
}

/// `None` while fewer than [`PROVISIONAL_FROM`] periods are closed.
fn limits_of(points: &[Point], unit: Unit) -> Option<Limits> {
    let known: Vec<(usize, f64)> =
        points.iter().enumerate().filter_map(|(at, point)| Some((at, point.judged_value()?))).take(BASELINE).collect();
    if known.len() < PROVISIONAL_FROM {
        return None;
    }
    let values: Vec<f64> = known.iter().map(|(_, value)| *value).collect();
    let centre = mean(&values);
    // No moving range across a gap or a quiet period.
    let ranges: Vec<f64> =
        known.windows(2).filter(|pair| pair[1].0 == pair[0].0 + 1).map(|pair| (pair[1].1 - pair[0].1).abs()).collect();
    let by_range = !ranges.is_empty() && autocorrelation(&values, centre) <= MOST_AUTOCORRELATION;
    let reach = if by_range { LIMITS_BY_RANGE * mean(&ranges) } else { 3.0 * deviation(&values, centre) };
    let below_zero = points.iter().filter_map(|point| point.value).any(|value| value < 0.0);
    let floor = if below_zero { f64::NEG_INFINITY } else { 0.0 };
    let ceiling = if unit == Unit::Share { 1.0 } else { f64::INFINITY };
    Some(Limits {
        from: points[0].period.from(),
        centre,
        lower: (centre - reach).max(floor),
        upper: (centre + reach).min(ceiling),
        sigma: reach / 3.0,
        range_limit: by_range.then(|| RANGE_LIMIT * mean(&ranges)),
        provisional: known.len() < BASELINE,
    })
}

/// Writes the signals of both rules over what was there. A point outside that is also in a run is told as outside.
fn mark(judged: &mut [Judged], limits: &Limits) {
    for point in judged.iter_mut() {
        point.signal = None;
    }
    for (side, run) in runs(judged, limits.centre) {
        if run.len() >= RUN {
            run.iter().for_each(|at| judged[*at].signal = Some((Rule::Run, side)));
        }
    }
    for point in judged.iter_mut() {
        match point.point.judged_value() {
            Some(value) if is_more(value, limits.upper) => point.signal = Some((Rule::Outside, Side::Above)),
            Some(value) if is_more(limits.lower, value) => point.signal = Some((Rule::Outside, Side::Below)),
            _ => {}
        }
    }
}

/// Where neighbours lie on one side of the centre. A gap ends a run and so does a point on the centre; a quiet or running period does neither.
fn runs(judged: &[Judged], centre: f64) -> Vec<(Side, Vec<usize>)> {
    let mut runs: Vec<(Side, Vec<usize>)> = vec![];
    let mut going = false;
    for (at, Judged { point, .. }) in judged.iter().enumerate() {
        if point.value.is_some() && point.judged_value().is_none() {
            continue;
        }
        let side = match point.judged_value() {
            Some(value) if is_more(value, centre) => Some(Side::Above),
            Some(value) if is_more(centre, value) => Some(Side::Below),
            _ => None,
        };
        match (side, runs.last_mut()) {
            (Some(side), Some((same, run))) if going && side == *same => run.push(at),
            (Some(side), _) => runs.push((side, vec![at])),
            (None, _) => {}
        }
        going = side.is_some();
    }
    runs
}

/// By more than adding up many times could make of the same number: the mean of nine times 0.4 is not 0.4.
fn is_more(a: f64, b: f64) -> bool {
    a - b > 1e-9 * a.abs().max(b.abs())
}

/// The first point, after `begin`, of a run that an annotation explains.
fn confirmed_shift(judged: &[Judged], begin: usize, annotated: &[NaiveDate]) -> Option<usize> {
    let is_run = |at: usize| matches!(judged[at].signal, Some((Rule::Run, _)));
    let side = |at: usize| judged[at].signal.map(|(_, side)| side);
    let starts = (begin + 1..judged.len()).filter(|at| is_run(*at) && (!is_run(at - 1) || side(at - 1) != side(*at)));
    starts.into_iter().find(|at| {
        let (from, to) = (judged[at - 1].point.period.from(), judged[*at].point.period.to());
        annotated.iter().any(|day| (from..=to).contains(day))
    })
}

fn verdict(judged: &[Judged], too_early: bool) -> (Verdict, Option<NaiveDate>) {
    if too_early {
        return (Verdict::TooEarly, None);
    }
    let told: Vec<&Judged> = judged.iter().filter(|point| point.point.judged_value().is_some()).collect();
    let Some((_, side)) = told.last().and_then(|last| last.signal) else { return (Verdict::Normal, None) };
    let same = told.iter().rev().take_while(|point| point.signal.is_some_and(|(_, s)| s == side));
    let since = same.last().map(|first| first.point.period.from());
    (if side == Side::Above { Verdict::Above } else { Verdict::Below }, since)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Of a sample: n − 1 below the line.
fn deviation(values: &[f64], centre: f64) -> f64 {
    (values.iter().map(|v| (v - centre).powi(2)).sum::<f64>() / (values.len() - 1) as f64).sqrt()
}

/// Lag 1; 0 where all values are the same.
fn autocorrelation(values: &[f64], centre: f64) -> f64 {
    let spread: f64 = values.iter().map(|v| (v - centre).powi(2)).sum();
    let together: f64 = values.windows(2).map(|pair| (pair[0] - centre) * (pair[1] - centre)).sum();
    if spread == 0.0 { 0.0 } else { together / spread }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Days;

    fn week(number: u64) -> Range {
        let monday = "2026-01-05".parse::<NaiveDate>().expect("a Monday") + Days::new(7 * (number - 1));
        Range::new(monday, monday + Days::new(6)).expect("in order")
    }

    fn series(values: &[f64]) -> Vec<Point> {
        let point = |(at, value): (usize, &f64)| Point {
            period: week(at as u64 + 1),
            value: Some(*value),
            complete: true,
            quiet: false,
        };
        values.iter().enumerate().map(point).collect()
    }

    /// kpis.md, V02: 48.25 and 52.25 by turns for twelve weeks.
    fn steady() -> Vec<f64> {
        [48.25, 52.25].repeat(6)
    }

    fn with(more: &[f64]) -> Vec<f64> {
        steady().into_iter().chain(more.iter().copied()).collect()
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 0.005
    }

    #[test]
    fn limits_of_the_catalogue() {
        let normal = Normal::of(&series(&steady()), Unit::Count, &[]);
        let limits = normal.limits[0];
        assert!(close(limits.centre, 50.25) && close(limits.lower, 39.61) && close(limits.upper, 60.89), "{limits:?}");
        assert!(close(limits.range_limit.expect("by ranges"), 13.07));
        assert_eq!((normal.verdict, limits.provisional), (Verdict::Normal, false));
    }

    #[test]
    fn one_point_outside_is_told_at_once_and_does_not_move_the_limits() {
        let normal = Normal::of(&series(&with(&[30.0])), Unit::Count, &[]);
        assert_eq!(normal.verdict, Verdict::Below);
        assert_eq!(normal.since, Some(week(13).from()));
        assert_eq!(normal.points[12].signal, Some((Rule::Outside, Side::Below)));
        assert!(close(normal.limits[0].centre, 50.25));
    }

    #[test]
    fn eight_in_a_row_are_a_shift_and_seven_are_not() {
        // Week 12 lies above, so the run below begins with week 13.
        let seven = Normal::of(&series(&with(&[45.0; 7])), Unit::Count, &[]);
        assert_eq!(seven.verdict, Verdict::Normal);
        let nine = Normal::of(&series(&with(&[45.0; 9])), Unit::Count, &[]);
        assert_eq!((nine.verdict, nine.since), (Verdict::Below, Some(week(13).from())));
        assert_eq!(nine.points[12].signal, Some((Rule::Run, Side::Below)));
        let over =
            Normal::of(&series(&with(&[45.0, 45.0, 45.0, 45.0, 45.0, 45.0, 45.0, 45.0, 52.0])), Unit::Count, &[]);
        assert_eq!(over.verdict, Verdict::Normal);
    }

    #[test]
    fn a_shift_moves_the_limits_only_if_it_is_annotated() {
        let values = with(&[45.0, 46.0, 45.0, 46.0, 45.0, 46.0, 45.0, 46.0, 45.0]);
        assert_eq!(Normal::of(&series(&values), Unit::Count, &[]).limits.len(), 1);
        let elsewhere = Normal::of(&series(&values), Unit::Count, &[week(11).from()]);
        assert_eq!(elsewhere.limits.len(), 1);
        let explained = Normal::of(&series(&values), Unit::Count, &[week(12).to()]);
        assert_eq!(explained.limits.len(), 2);
        let limits = explained.limits_at(week(20).from()).expect("limits");
        // Nine points: five of 45, four of 46.
        assert!(close(limits.centre, 45.444) && limits.provisional && limits.from == week(13).from(), "{limits:?}");
        assert_eq!(explained.verdict, Verdict::Normal);
    }

    #[test]
    fn too_early_before_six_and_provisional_before_twelve() {
        assert_eq!(Normal::of(&series(&steady()[..5]), Unit::Count, &[]).verdict, Verdict::TooEarly);
        let six = Normal::of(&series(&steady()[..6]), Unit::Count, &[]);
        assert_eq!((six.verdict, six.limits[0].provisional), (Verdict::Normal, true));
        let mut running = series(&steady()[..6]);
        running[5].complete = false;
        assert_eq!(Normal::of(&running, Unit::Count, &[]).verdict, Verdict::TooEarly);
    }

    #[test]
    fn a_quiet_week_is_neither_judged_nor_part_of_the_baseline() {
        let mut points = series(&with(&[30.0, 49.0]));
        points[12].quiet = true;
        let normal = Normal::of(&points, Unit::Count, &[]);
        assert_eq!((normal.verdict, normal.points[12].signal), (Verdict::Normal, None));
        let mut inside = series(&[48.25, 52.25, 0.0, 48.25, 52.25, 48.25, 52.25, 48.25]);
        inside[2].quiet = true;
        let limits = Normal::of(&inside, Unit::Count, &[]).limits[0];
        // 48.25 four times, 52.25 three times; the pair across the quiet week makes no range.
        assert!(close(limits.centre, 49.964) && close(limits.upper - limits.centre, 10.64), "{limits:?}");
    }

    #[test]
    fn a_gap_makes_no_range_and_ends_a_run() {
        let mut points = series(&with(&[45.0; 9]));
        points[16].value = None;
        assert_eq!(Normal::of(&points, Unit::Count, &[]).verdict, Verdict::Normal);
    }

    #[test]
    fn every_period_has_its_standing_whatever_comes_after() {
        let normal = Normal::of(&series(&with(&[30.0, 45.0, 52.0])), Unit::Count, &[]);
        let told = |number| (normal.on(week(number).from()).verdict, normal.on(week(number).from()).since);
        assert_eq!(told(13), (Verdict::Below, Some(week(13).from())));
        assert_eq!([told(12).0, told(14).0, told(15).0], [Verdict::Normal; 3]);
        assert_eq!(normal.baseline(&normal.limits[0]).len(), BASELINE);
        // 4.00 ÷ 1.128
        assert!(close(normal.limits[0].sigma, 3.55), "{:?}", normal.limits[0]);
        let mut quiet = series(&with(&[45.0; 9]));
        quiet[20].quiet = true;
        let quiet = Normal::of(&quiet, Unit::Count, &[]).on(week(21).from());
        assert_eq!((quiet.quiet, quiet.verdict, quiet.since), (true, Verdict::Below, Some(week(13).from())));
        assert_eq!(Normal::of(&[], Unit::Count, &[]).on(week(1).from()), Standing::TOO_EARLY);
    }

    #[test]
    fn points_that_follow_each_other_are_judged_by_their_deviation() {
        let rising: Vec<f64> = (1..=12).map(f64::from).collect();
        let limits = Normal::of(&series(&rising), Unit::Rate, &[]).limits[0];
        // mean 6.5, s = √13 = 3.606; by ranges of 1 the limits would be 3.84 and 9.16.
        assert!(close(limits.upper, 6.5 + 3.0 * 13.0_f64.sqrt()) && limits.lower == 0.0, "{limits:?}");
        assert_eq!(limits.range_limit, None);
    }

    #[test]
    fn what_never_moves_is_normal() {
        let still = Normal::of(&series(&[0.4; 21]), Unit::Share, &[]);
        assert_eq!((still.verdict, still.points[0].signal), (Verdict::Normal, None));
        assert_eq!(surprise::effect(0.4, &still.limits[0]), 0.0);
    }

    #[test]
    fn limits_stay_within_what_the_unit_can_be() {
        let high = series(&[0.9, 0.98, 0.9, 0.98, 0.9, 0.98]);
        assert_eq!(Normal::of(&high, Unit::Share, &[]).limits[0].upper, 1.0);
        let low = series(&[1.0, 5.0, 1.0, 5.0, 1.0, 5.0]);
        assert_eq!(Normal::of(&low, Unit::Count, &[]).limits[0].lower, 0.0);
        let both = series(&[-1.0, 5.0, -1.0, 5.0, -1.0, 5.0]);
        assert!(Normal::of(&both, Unit::Money, &[]).limits[0].lower < 0.0);
    }
}
