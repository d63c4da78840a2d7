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
    /// Deleted, or away.
    Gone,
}

/// A move into a stage; of a deal without history, in the middle between the two exports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct StageMove {
    pub at: Instant,
    pub to: u8,
    /// Nobody knows how long the deal had been in that stage.
    pub begun_before: bool,
}

/// One deal's story. One `Story` serves for all deals, one after the other.
#[derive(Default)]
pub(super) struct Story {
    steps: Vec<Step>,
    gone: Vec<(Instant, bool)>,
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
                self.moves.push(StageMove { at, to: terms.stage, begun_before: false });
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
                self.moves.push(StageMove { at: born, to: terms.stage, begun_before: true });
                if !terms.is_open() {
                    let from = deal.shown.closed_at.min(seen).max(born);
                    self.steps.push(Step { from, terms, open: false });
                }
                continue;
            }
            self.steps.push(Step { from: seen, terms, open: terms.is_open() });
            if deal.shown.terms[index - 1].terms.stage != terms.stage {
                let middle = (berlin.at(shown.after, 0) + seen) / 2;
                self.moves.push(StageMove { at: middle, to: terms.stage, begun_before: false });
            }
        }
    }

    /// The deal just before an instant.
    pub(super) fn before(&self, end: Instant) -> Told {
        let gone = self.gone.iter().rfind(|(from, _)| *from < end);
        if gone.is_some_and(|(_, gone)| *gone) {
            return Told::Gone;
        }
        match self.steps.iter().rfind(|step| step.from < end) {
            None => Told::Unborn,
            Some(step) if step.open => Told::Open(step.terms),
            Some(step) => Told::Closed(step.terms),
        }
    }

    /// Since when the deal is gone; None while it is there.
    pub(super) fn gone_since(&self) -> Option<Instant> {
        self.gone.last().filter(|(_, gone)| *gone).map(|(from, _)| *from)
    }
}
