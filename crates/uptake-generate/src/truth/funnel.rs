//! The movement of the funnel between two instants, in two legs a deal: how it came in, and how it left or stayed.

use super::super::calendar::Period;
use super::super::deals::Terms;
use super::super::story::Told;

/// The bars that one deal adds to. `before` and `after` are the deal at the window's ends; `target` is the quarter whose close
/// dates count; what a deal brings in stands above nought, what it takes out below, so that all bars make the end. A deal whose
/// amount nobody knows brings `None`.
///
/// A deal that was there comes in with its amount at the start; what it gained or lost on the way is a leg of its own.
pub(super) fn legs(
    before: Told,
    after: Told,
    target: Period,
    amount: impl Fn(&Terms) -> Option<i128>,
) -> Vec<(&'static str, Option<i128>)> {
    let is_due = |terms: &Terms| target.contains(terms.close);
    let was_won = matches!(before, Told::Closed(then) if then.is_won() && is_due(&then));
    let out = |amount: Option<i128>| amount.map(|amount| -amount);
    let (arrival, at_start) = match (before, after) {
        (Told::Open(then), _) if is_due(&then) => ("start", Some(amount(&then))),
        (_, Told::Gone(_)) if !was_won => return Vec::new(),
        (Told::Open(then), _) => ("moved in", Some(amount(&then))),
        (Told::Closed(then), Told::Gone(_)) => ("won before", Some(amount(&then))),
        (Told::Closed(then), Told::Closed(now)) => match (was_won, now.is_won()) {
            (true, true) if is_due(&now) && amount(&then) == amount(&now) => return Vec::new(),
            (true, _) => ("won before", Some(amount(&then))),
            (false, true) if then.is_won() => ("moved in", Some(amount(&then))),
            (false, true) => ("reopened", Some(amount(&then))),
            (false, false) => return Vec::new(),
        },
        (Told::Closed(then), _) => ("reopened", Some(amount(&then))),
        (Told::Gone(_), Told::Closed(now)) if !now.is_won() => return Vec::new(),
        (Told::Gone(then), _) => ("gone", Some(amount(&then))),
        (Told::Unborn, _) => ("new", None),
    };
    let (Told::Open(now) | Told::Closed(now) | Told::Gone(now)) = after else { return Vec::new() };
    if arrival != "start" && !was_won && !is_due(&now) {
        return Vec::new();
    }
    let at_end = amount(&now);
    let at_start = at_start.unwrap_or(at_end);
    let growth = at_end.unwrap_or(0) - at_start.unwrap_or(0);
    let mut legs = vec![(arrival, at_start)];
    if growth != 0 {
        legs.push((if growth > 0 { "amount up" } else { "amount down" }, Some(growth)));
    }
    legs.push(match departure(after, is_due(&now)) {
        "end" => ("end", at_end),
        departure => (departure, out(at_end)),
    });
    legs
}

fn departure(after: Told, is_due: bool) -> &'static str {
    match after {
        Told::Closed(terms) if !terms.is_won() => "lost",
        Told::Gone(_) => "gone",
        _ if !is_due => "moved out",
        Told::Open(_) => "end",
        _ => "won",
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

    fn gone(euros: i64, month: u32) -> Told {
        Told::Gone(terms(0, euros, month))
    }

    fn bars(moves: &[(Told, Told)]) -> BTreeMap<&'static str, i128> {
        let target = Period { first: day_of(2026, 10, 1), last: day_of(2026, 12, 31) };
        let mut bars = BTreeMap::new();
        for (before, after) in moves {
            for (bar, euros) in legs(*before, *after, target, |terms| terms.amount.map(|cents| i128::from(cents / 100)))
            {
                *bars.entry(bar).or_default() += euros.unwrap_or(0);
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
            ("amount down", -15),
            ("moved out", -80),
            ("won", -240),
            ("lost", -50),
            ("end", 215),
        ]);
        assert_eq!(found, expected);
    }

    #[test]
    fn what_leaves_the_quarter_is_moved_out_even_when_it_is_won() {
        assert_eq!(
            bars(&[(open(10, Q4), closed(WON, 12, Q3))]),
            BTreeMap::from([("start", 10), ("amount up", 2), ("moved out", -12),])
        );
        assert_eq!(bars(&[(open(10, Q1), closed(LOST, 10, Q3))]), BTreeMap::new());
        assert_eq!(bars(&[(open(10, Q4), closed(LOST, 10, Q1))]), BTreeMap::from([("start", 10), ("lost", -10)]));
    }

    #[test]
    fn deals_are_opened_again_and_go() {
        assert_eq!(
            bars(&[(closed(WON, 30, Q3), open(20, Q4))]),
            BTreeMap::from([("reopened", 30), ("amount down", -10), ("end", 20),])
        );
        assert_eq!(
            bars(&[(closed(WON, 30, Q4), open(20, Q1))]),
            BTreeMap::from([("reopened", 30), ("amount down", -10), ("moved out", -20)])
        );
        assert_eq!(
            bars(&[(closed(WON, 30, Q3), closed(WON, 40, Q4)), (closed(WON, 30, Q4), closed(LOST, 30, Q4))]),
            BTreeMap::from([("moved in", 30), ("amount up", 10), ("won", -40), ("won before", 30), ("lost", -30)])
        );
        assert_eq!(bars(&[(closed(WON, 30, Q3), closed(LOST, 30, Q4))]), BTreeMap::new());
        assert_eq!(bars(&[(closed(WON, 30, Q4), closed(WON, 30, Q4)), (open(5, Q1), gone(5, Q1))]), BTreeMap::new());
    }

    #[test]
    fn what_is_gone_leaves_with_its_last_amount_and_comes_back_with_it() {
        assert_eq!(
            bars(&[(open(30, Q4), gone(20, Q4))]),
            BTreeMap::from([("start", 30), ("amount down", -10), ("gone", -20)])
        );
        assert_eq!(
            bars(&[(gone(20, Q4), open(25, Q4))]),
            BTreeMap::from([("gone", 20), ("amount up", 5), ("end", 25)])
        );
        assert_eq!(bars(&[(closed(WON, 30, Q4), gone(30, Q4))]), BTreeMap::from([("won before", 30), ("gone", -30)]));
        assert_eq!(bars(&[(gone(20, Q4), closed(LOST, 20, Q4)), (gone(20, Q4), gone(25, Q4))]), BTreeMap::new());
    }
}
