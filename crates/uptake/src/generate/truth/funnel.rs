//! The movement of the funnel between two instants, in two legs a deal: how it came in, and how it left or stayed.

use super::super::calendar::Period;
use super::super::deals::Terms;
use super::super::story::Told;

/// The bars that one deal adds to. `before` and `after` are the deal at the window's ends; `target` is the quarter whose close
/// dates count; amounts are never negative, a deal without one brings nought.
///
/// A deal that was there comes in with its amount at the start; what it gained or lost on the way is a leg of its own.
pub(super) fn legs(
    before: Told,
    after: Told,
    target: Period,
    amount: impl Fn(&Terms) -> i128,
) -> Vec<(&'static str, i128)> {
    let is_due = |terms: &Terms| target.contains(terms.close);
    let (arrival, at_start) = match (before, after) {
        (Told::Open(then), Told::Gone | Told::Unborn) if is_due(&then) => {
            return vec![("start", amount(&then)), ("gone", amount(&then))];
        }
        (_, Told::Gone | Told::Unborn) => return Vec::new(),
        (Told::Open(then), _) if is_due(&then) => ("start", Some(amount(&then))),
        (Told::Open(then), _) => ("moved in", Some(amount(&then))),
        (Told::Closed(then), Told::Closed(now)) if then.stage == now.stage => return Vec::new(),
        (Told::Closed(then), _) => ("reopened", Some(amount(&then))),
        (Told::Unborn | Told::Gone, _) => ("new", None),
    };
    let (Told::Open(now) | Told::Closed(now)) = after else { return Vec::new() };
    if arrival != "start" && !is_due(&now) {
        return Vec::new();
    }
    let (at_end, at_start) = (amount(&now), at_start.unwrap_or(amount(&now)));
    let mut legs = vec![(arrival, at_start)];
    if at_end > at_start {
        legs.push(("amount up", at_end - at_start));
    } else if at_end < at_start {
        legs.push(("amount down", at_start - at_end));
    }
    legs.push((departure(after, is_due(&now)), at_end));
    legs
}

fn departure(after: Told, is_due: bool) -> &'static str {
    match after {
        _ if !is_due => "moved out",
        Told::Open(_) => "end",
        Told::Closed(terms) if terms.is_won() => "won",
        _ => "lost",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::super::calendar::day_of;
    use super::super::super::deals::{LOST, WON};
    use super::*;

    const Q3: u32 = 8;
    const Q4: u32 = 11;
    const Q1: u32 = 13;

    fn terms(stage: u8, euros: i64, month: u32) -> Terms {
        let close = if month > 12 { day_of(2027, month - 12, 15) } else { day_of(2026, month, 15) };
        Terms { stage, amount: Some(euros * 100), probability: 10, close }
    }

    fn open(euros: i64, month: u32) -> Told {
        Told::Open(terms(0, euros, month))
    }

    fn closed(stage: u8, euros: i64, month: u32) -> Told {
        Told::Closed(terms(stage, euros, month))
    }

    fn bars(moves: &[(Told, Told)]) -> BTreeMap<&'static str, i128> {
        let target = Period { first: day_of(2026, 10, 1), last: day_of(2026, 12, 31) };
        let mut bars = BTreeMap::new();
        for (before, after) in moves {
            for (bar, euros) in legs(*before, *after, target, |terms| i128::from(terms.amount.unwrap_or(0) / 100)) {
                *bars.entry(bar).or_default() += euros;
            }
        }
        bars
    }

    /// The seven deals of the catalogue, SQL6.
    #[test]
    fn the_catalogues_waterfall() {
        let found = bars(&[
            (open(100, Q4), open(100, Q4)),
            (open(100, Q4), closed(WON, 140, Q4)),
            (Told::Unborn, closed(WON, 100, Q4)),
            (open(50, Q4), closed(LOST, 50, Q4)),
            (open(70, Q1), open(70, Q4)),
            (open(80, Q4), open(80, Q1)),
            (open(60, Q4), open(45, Q4)),
        ]);
        let expected = BTreeMap::from([
            ("start", 390),
            ("new", 100),
            ("moved in", 70),
            ("amount up", 40),
            ("amount down", 15),
            ("moved out", 80),
            ("won", 240),
            ("lost", 50),
            ("end", 215),
        ]);
        assert_eq!(found, expected);
    }

    #[test]
    fn what_leaves_the_quarter_is_moved_out_even_when_it_is_won() {
        assert_eq!(
            bars(&[(open(10, Q4), closed(WON, 12, Q3))]),
            BTreeMap::from([("start", 10), ("amount up", 2), ("moved out", 12),])
        );
        assert_eq!(bars(&[(open(10, Q1), closed(LOST, 10, Q3))]), BTreeMap::new());
    }

    #[test]
    fn deals_are_opened_again_and_go() {
        assert_eq!(
            bars(&[(closed(WON, 30, Q3), open(20, Q4))]),
            BTreeMap::from([("reopened", 30), ("amount down", 10), ("end", 20),])
        );
        assert_eq!(bars(&[(open(30, Q4), Told::Gone)]), BTreeMap::from([("start", 30), ("gone", 30)]));
        assert_eq!(bars(&[(closed(WON, 30, Q4), closed(WON, 30, Q4)), (open(5, Q1), Told::Gone)]), BTreeMap::new());
    }
}
