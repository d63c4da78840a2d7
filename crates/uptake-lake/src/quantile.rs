//! `km_quantile(duration, finished, quantile)`: the least duration by which that share has ended, after Kaplan and Meier.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::error::Result;
use datafusion::logical_expr::{Accumulator, AggregateUDF, Volatility, create_udaf};
use datafusion::scalar::ScalarValue;
use std::sync::Arc;

/// Surviving shares are products of quotients; what differs by less than this is equal.
const SLACK: f64 = 1e-9;

/// The aggregate: durations as DOUBLE, finished as BIGINT (1, or 0 where it is still going on), the quantile between 0
/// and 1. Durations of NULL do not count. NULL if so few have ended that the share is never reached.
pub fn km_quantile() -> AggregateUDF {
    let numbers = || DataType::new_list(DataType::Float64, true);
    create_udaf(
        "km_quantile",
        vec![DataType::Float64, DataType::Int64, DataType::Float64],
        Arc::new(DataType::Float64),
        Volatility::Immutable,
        Arc::new(|_| Ok(Box::new(Visits::default()))),
        Arc::new(vec![numbers(), numbers(), DataType::Float64]),
    )
}

#[derive(Debug, Default)]
struct Visits {
    ended: Vec<f64>,
    going_on: Vec<f64>,
    quantile: Option<f64>,
}

impl Accumulator for Visits {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let finished = values[1].as_primitive::<Int64Type>();
        for (row, duration) in values[0].as_primitive::<Float64Type>().iter().enumerate() {
            let Some(duration) = duration else { continue };
            let is_finished = finished.is_valid(row) && finished.value(row) > 0;
            if is_finished { self.ended.push(duration) } else { self.going_on.push(duration) }
        }
        self.quantile = self.quantile.or_else(|| values[2].as_primitive::<Float64Type>().iter().flatten().next());
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for (durations, state) in [(&mut self.ended, &states[0]), (&mut self.going_on, &states[1])] {
            for list in state.as_list::<i32>().iter().flatten() {
                durations.extend(list.as_primitive::<Float64Type>().iter().flatten());
            }
        }
        self.quantile = self.quantile.or_else(|| states[2].as_primitive::<Float64Type>().iter().flatten().next());
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let list = |durations: &[f64]| {
            let values: Vec<ScalarValue> = durations.iter().map(|d| ScalarValue::Float64(Some(*d))).collect();
            ScalarValue::List(ScalarValue::new_list_nullable(&values, &DataType::Float64))
        };
        Ok(vec![list(&self.ended), list(&self.going_on), ScalarValue::Float64(self.quantile)])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let found = self.quantile.and_then(|quantile| least_by_which(&mut self.ended, &mut self.going_on, quantile));
        Ok(ScalarValue::Float64(found))
    }

    fn size(&self) -> usize {
        size_of_val(self) + size_of::<f64>() * (self.ended.capacity() + self.going_on.capacity())
    }
}

/// The least t with S(t) ≤ 1 − quantile. What is going on at t was still there when others ended at t.
fn least_by_which(ended: &mut [f64], going_on: &mut [f64], quantile: f64) -> Option<f64> {
    ended.sort_by(f64::total_cmp);
    going_on.sort_by(f64::total_cmp);
    let (mut surviving, mut at) = (1.0, 0);
    while at < ended.len() {
        let t = ended[at];
        let ends = ended[at..].iter().take_while(|d| **d == t).count();
        let at_risk = ended.len() - at + going_on.len() - going_on.partition_point(|d| *d < t);
        surviving *= 1.0 - ends as f64 / at_risk as f64;
        if surviving <= 1.0 - quantile + SLACK {
            return Some(t);
        }
        at += ends;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ended: &[f64], going_on: &[f64], quantile: f64, expected: Option<f64>) {
        assert_eq!(least_by_which(&mut ended.to_vec(), &mut going_on.to_vec(), quantile), expected);
    }

    #[test]
    fn of_visits_that_all_ended_it_is_the_plain_quantile() {
        check(&[10.0, 1.0, 3.0, 2.0], &[], 0.5, Some(2.0)); // S: 0.75, 0.5
        check(&[10.0, 1.0, 3.0, 2.0], &[], 0.75, Some(3.0));
        check(&[10.0, 1.0, 3.0, 2.0], &[], 0.9, Some(10.0));
        check(&[4.0, 4.0, 4.0], &[], 0.5, Some(4.0));
    }

    /// Ended after 2, 4, 6 days; still going on after 3 and 5. At risk are 5, 3, 1: S is 0.8, then 0.5333, then 0.
    #[test]
    fn what_goes_on_counts_as_long_as_it_was_seen() {
        check(&[2.0, 4.0, 6.0], &[3.0, 5.0], 0.2, Some(2.0));
        check(&[2.0, 4.0, 6.0], &[3.0, 5.0], 0.5, Some(6.0));
        // Seen until the very day on which another ended: at risk there. S(2) = 1 − 1/2.
        check(&[2.0], &[2.0], 0.5, Some(2.0));
    }

    #[test]
    fn a_share_that_is_never_reached_is_nothing() {
        check(&[2.0], &[3.0, 3.0], 0.5, None); // S stays at 0.6667
        check(&[], &[3.0], 0.5, None);
        check(&[], &[], 0.5, None);
    }
}
