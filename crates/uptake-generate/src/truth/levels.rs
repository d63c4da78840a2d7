//! How the deals stand at the end of a week.

use super::super::calendar::{Day, Grain, Period};
use super::super::people::Firm;
use super::{Cell, DealView, Subject, Tally, money};

/// A deal that no human has touched for more days is stale.
const STALE_DAYS: Day = 14;

impl Tally {
    /// Adds the deals as they stand at the end of a week to the levels of that week.
    pub(in super::super) fn count_deals(&mut self, firm: &Firm, week: Period, deals: &[DealView]) {
        for deal in deals {
            let who = firm.owner_attributes(deal.owner, week.last);
            let created = (week.first..=week.last).contains(&deal.created_on);
            for subject in LEVELS {
                if let Some(cell) = level(subject, week, deal, created) {
                    self.add(subject, Grain::Week, week.first, &who, cell);
                }
            }
        }
    }

    /// Adds what rests on stale deals in the forecast of the current quarter: of the open deals that are due in it. What is
    /// missing is not told.
    pub(in super::super) fn count_stale(&mut self, firm: &Firm, week: Period, deals: &[DealView]) {
        let quarter = Grain::Quarter.period_of(week.last);
        for deal in deals.iter().filter(|deal| deal.open && quarter.contains(deal.terms.close)) {
            let amount = money(&deal.terms, deal.in_dollars).unwrap_or(0);
            let is_stale = is_stale(deal.touched.max(deal.created_on), week.last);
            let cell = Cell { money: if is_stale { amount } else { 0 }, whole: amount, ..Cell::default() };
            let who = firm.owner_attributes(deal.owner, week.last);
            self.add(Subject::Stale, Grain::Week, week.first, &who, cell);
        }
    }
}

/// Whether a deal last touched on a day, or never, is stale at the end of another.
fn is_stale(touched: Day, day: Day) -> bool {
    day.saturating_sub(touched) > STALE_DAYS
}

const LEVELS: [Subject; 7] = [
    Subject::OpenAmount,
    Subject::OpenCount,
    Subject::OpenWeighted,
    Subject::OpenCreated,
    Subject::LapsedAmount,
    Subject::LapsedCount,
    Subject::LapsedShare,
];

fn level(subject: Subject, week: Period, deal: &DealView, created: bool) -> Option<Cell> {
    let money = money(&deal.terms, deal.in_dollars);
    let lapsed = deal.terms.close < week.last;
    let mut cell = Cell { unknown: i64::from(money.is_none()), ..Cell::counts(i64::from(money.is_some()), 1) };
    match subject {
        Subject::OpenAmount | Subject::OpenCount if deal.open => cell.money = money.unwrap_or(0),
        Subject::OpenWeighted if deal.open => {
            cell.money = money.unwrap_or(0) / 100 * i128::from(deal.terms.probability);
        }
        Subject::OpenCreated if created => cell.money = money.unwrap_or(0),
        Subject::LapsedAmount | Subject::LapsedCount | Subject::LapsedShare if deal.open => {
            cell.numerator = i64::from(lapsed);
            cell.unknown = i64::from(lapsed && money.is_none());
            cell.money = if lapsed { money.unwrap_or(0) } else { 0 };
            cell.whole = money.unwrap_or(0);
        }
        _ => return None,
    }
    Some(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deal_is_stale_after_a_fortnight_and_a_day() {
        assert!(!is_stale(100, 114));
        assert!(is_stale(100, 115));
        assert!(is_stale(Day::MIN, 0), "nobody ever touched it");
    }
}
