//! What the exports tell of a deal in the end: from when on which terms, since when it is gone, and its moves from stage to
//! stage. A deal with history is told by those rows that an export has shown; one without, by the exports themselves.

use super::calendar::{Instant, Zone};
use super::deals::{Deal, Deals, Terms};

/// The terms that hold from an instant on; a deal without history counts as open until it was closed, whatever its stage.
#[derive(Clone, Copy)]
struct Step {
    from: Instant,
    terms: Terms,
    open: bool,
}

/// A deal at an instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Told {
    Unborn,
    Open(Terms),
    Closed(Terms),
    /// Deleted, or away; on the terms that are known of it by then.
    Gone(Terms),
}

/// A move into a stage; of a deal without history, in the middle between the two exports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct StageMove {
    pub at: Instant,
    /// When somebody could know: of a deal without history, by the later of the two exports.
    pub seen: Instant,
    pub to: u8,
    /// Nobody knows how long the deal had been in that stage.
    pub begun_before: bool,
}

/// One deal's story. One `Story` serves for all deals, one after the other.
#[derive(Default)]
pub(super) struct Story {
    steps: Vec<Step>,
    /// From when on the deal is missing in the exports, or there again.
    pub gone: Vec<(Instant, bool)>,
    pub moves: Vec<StageMove>,
}

impl Story {
    /// Tells another deal.
    pub(super) fn tell(&mut self, deals: &Deals, deal: &Deal, berlin: &Zone) {
        self.steps.clear();
        self.moves.clear();
        self.gone.clear();
        self.gone.extend(deal.shown.gone.iter().map(|(sunday, gone)| (berlin.at(*sunday, 0), *gone)));
        if deal.migrated { self.tell_by_exports(deal, berlin) } else { self.tell_by_history(deals, deal) }
    }

    fn tell_by_history(&mut self, deals: &Deals, deal: &Deal) {
        let mut next = deals.get_move(deal.moves.0);
        while let Some(row) = next {
            next = deals.get_move(row.after);
            if !row.shown {
                continue;
            }
            let (at, terms) = (row.by.at(), row.terms);
            if self.moves.last().is_none_or(|before| before.to != terms.stage) {
                self.moves.push(StageMove { at, seen: at, to: terms.stage, begun_before: false });
            }
            self.steps.push(Step { from: at, terms, open: terms.is_open() });
        }
    }

    fn tell_by_exports(&mut self, deal: &Deal, berlin: &Zone) {
        for (index, shown) in deal.shown.terms.iter().enumerate() {
            let (seen, terms) = (berlin.at(shown.sunday, 0), shown.terms);
            if index == 0 {
                let born = deal.created.at();
                self.steps.push(Step { from: born, terms, open: true });
                self.moves.push(StageMove { at: born, seen: born, to: terms.stage, begun_before: true });
                if !terms.is_open() {
                    let from = deal.shown.closed_at.min(seen).max(born);
                    self.steps.push(Step { from, terms, open: false });
                }
                continue;
            }
            self.steps.push(Step { from: seen, terms, open: terms.is_open() });
            if deal.shown.terms[index - 1].terms.stage != terms.stage {
                let middle = (berlin.at(shown.after, 0) + seen) / 2;
                self.moves.push(StageMove { at: middle, seen, to: terms.stage, begun_before: false });
            }
        }
    }

    /// The deal just before an instant.
    pub(super) fn before(&self, end: Instant) -> Told {
        let gone = self.gone.iter().rfind(|(from, _)| *from < end).is_some_and(|(_, gone)| *gone);
        match self.steps.iter().rfind(|step| step.from < end) {
            None => Told::Unborn,
            Some(step) if gone => Told::Gone(step.terms),
            Some(step) if step.open => Told::Open(step.terms),
            Some(step) => Told::Closed(step.terms),
        }
    }

    /// Whether the deal is missing at an instant.
    pub(super) fn is_gone(&self, at: Instant) -> bool {
        self.gone.iter().rfind(|(from, _)| *from <= at).is_some_and(|(_, gone)| *gone)
    }

    /// When the deal is missing for the first time after an instant; None if it never is.
    pub(super) fn gone_after(&self, at: Instant) -> Option<Instant> {
        self.gone.iter().find(|(from, gone)| *gone && *from > at).map(|(from, _)| *from)
    }

    /// When the deal was there again after it was gone.
    pub(super) fn returns(&self) -> impl Iterator<Item = Instant> {
        self.gone.iter().filter(|(_, gone)| !*gone).map(|(from, _)| *from)
    }
}

#[cfg(test)]
mod tests {
    use super::super::calendar::{DAY, Day, day_of};
    use super::super::deals::{LOST, ShownTerms, WON};
    use super::super::records::Stamp;
    use super::*;

    const SUNDAY: Day = 20_604;

    fn terms(stage: u8) -> Terms {
        Terms { stage, amount: Some(100), probability: 10, close: day_of(2026, 12, 1) }
    }

    fn told(deals: &Deals) -> Story {
        let mut story = Story::default();
        story.tell(deals, deals.get(1), &Zone::new("Europe/Berlin"));
        story
    }

    /// Born on day 1, proposed on day 3; no export has shown that it was lost on day 5.
    #[test]
    fn history_is_told_as_far_as_it_was_shown() {
        let mut deals = Deals::default();
        let at = |day: i64| Stamp::new(1, day * DAY);
        let number = deals.add(Deal::new(1, at(1), terms(0), false));
        deals.change(number, at(3), terms(1));
        deals.moves.iter_mut().for_each(|row| row.shown = true);
        deals.change(number, at(5), terms(LOST));
        let story = told(&deals);
        assert_eq!(story.before(DAY), Told::Unborn, "a move at midnight belongs to the day it begins");
        assert_eq!(story.before(3 * DAY), Told::Open(terms(0)));
        assert_eq!(story.before(9 * DAY), Told::Open(terms(1)));
        assert_eq!(story.moves.iter().map(|one| (one.at, one.to)).collect::<Vec<_>>(), [(DAY, 0), (3 * DAY, 1)]);
    }

    /// An old deal: seen in Propose on one Sunday and won on the next, it moved on the Wednesday between at noon.
    #[test]
    fn a_move_between_two_exports_is_in_the_middle() {
        let berlin = Zone::new("Europe/Berlin");
        let mut deal = Deal::new(1, Stamp::new(1, DAY), terms(1), false);
        deal.migrated = true;
        let shown = |weeks: i32, stage| ShownTerms {
            sunday: SUNDAY + 7 * weeks,
            after: SUNDAY + 7 * weeks - 7,
            terms: terms(stage),
        };
        deal.shown.terms = vec![shown(0, 1), shown(1, WON)];
        deal.shown.gone = vec![(SUNDAY + 14, true)];
        let deals = Deals { list: vec![deal], moves: vec![] };
        let story = told(&deals);
        let wednesday = SUNDAY + 3;
        let (at, seen) = (berlin.at(wednesday, DAY / 2), berlin.at(SUNDAY + 7, 0));
        assert_eq!(story.moves[1], StageMove { at, seen, to: WON, begun_before: false });
        assert!(story.moves[0].begun_before);
        assert_eq!(story.before(berlin.at(SUNDAY + 7, 0)), Told::Open(terms(1)));
        assert_eq!(story.before(berlin.at(SUNDAY + 8, 0)), Told::Closed(terms(WON)));
        assert_eq!(story.before(berlin.at(SUNDAY + 15, 0)), Told::Gone(terms(WON)));
        assert_eq!(story.gone_after(berlin.at(SUNDAY, 0)), Some(berlin.at(SUNDAY + 14, 0)));
        assert!(story.is_gone(berlin.at(SUNDAY + 14, 0)) && !story.is_gone(berlin.at(SUNDAY + 13, 0)));
        assert_eq!(story.returns().count(), 0);
    }
}
