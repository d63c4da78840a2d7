//! Deals: their stages, the moves that the CRM's history keeps, and what can happen to one.

use super::calendar::{Day, Instant};
use super::random::Dice;
use super::records::Stamp;

pub(super) struct Stage {
    pub name: &'static str,
    pub probability: u8,
    pub forecast: &'static str,
}

pub(super) const STAGES: [Stage; 5] = [
    Stage { name: "Qualify", probability: 10, forecast: "Pipeline" },
    Stage { name: "Propose", probability: 40, forecast: "Best Case" },
    Stage { name: "Negotiate", probability: 70, forecast: "Commit" },
    Stage { name: "Won", probability: 100, forecast: "Closed" },
    Stage { name: "Lost", probability: 0, forecast: "Omitted" },
];
pub(super) const NEGOTIATE: u8 = 2;
pub(super) const WON: u8 = 3;
pub(super) const LOST: u8 = 4;

/// What a deal says of itself at an instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Terms {
    pub stage: u8,
    /// In cents of the deal's currency; None where nobody filled it in.
    pub amount: Option<i64>,
    /// In percent.
    pub probability: u8,
    pub close: Day,
}

impl Terms {
    pub(super) fn is_open(&self) -> bool {
        self.stage < WON
    }

    pub(super) fn is_won(&self) -> bool {
        self.stage == WON
    }

    fn enter(&mut self, stage: u8) {
        self.stage = stage;
        self.probability = STAGES[usize::from(stage)].probability;
    }
}

/// Whether a deal is there, in the recycle bin, or away for good.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Here,
    Binned,
    Gone,
}

pub(super) struct Deal {
    /// Number of the account, from 1.
    pub account: u32,
    pub owner: u32,
    pub in_dollars: bool,
    pub terms: Terms,
    pub created: Stamp,
    pub modified: Stamp,
    /// When the stage last changed, as the record's own column shows it; 0 for never.
    pub stage_changed: Instant,
    /// Migrated deals have no history rows; of some the column above stays empty as well.
    pub migrated: bool,
    pub hides_stage_change: bool,
    pub presence: Presence,
    /// In the bin by mistake: somebody takes it out again.
    pub comes_back: bool,
    pub came_back: bool,
    /// The step written down last, as a number.
    pub next_step: u8,
    /// Numbers of the first and last move, from 1; 0 for none.
    pub moves: (u32, u32),
    pub shown: Shown,
    /// How often stage and owner have changed since the last export.
    pub unseen_stages: u64,
    pub unseen_owners: u64,
}

impl Deal {
    /// A deal as its owner enters it.
    pub(super) fn new(account: u32, created: Stamp, terms: Terms, in_dollars: bool) -> Deal {
        Deal {
            account,
            owner: created.user,
            in_dollars,
            terms,
            created,
            modified: created,
            stage_changed: 0,
            migrated: false,
            hides_stage_change: false,
            presence: Presence::Here,
            comes_back: false,
            came_back: false,
            next_step: 0,
            moves: (0, 0),
            shown: Shown::default(),
            unseen_stages: 0,
            unseen_owners: 0,
        }
    }
}

/// What exports have shown of a deal; each list holds changes only, oldest first.
pub(super) struct Shown {
    /// Since which export which owner.
    pub owners: Vec<(Day, u32)>,
    /// Since which export whether the deal is gone.
    pub gone: Vec<(Day, bool)>,
    /// Of a deal without history only: which terms.
    pub terms: Vec<ShownTerms>,
    /// When a deal without history had been closed, as far as the first export tells.
    pub closed_at: Instant,
    /// The last export with a row of the deal.
    pub written: Day,
    /// The last day on which an export shows a human's stamp on the deal or its history.
    pub touched: Day,
}

impl Default for Shown {
    fn default() -> Shown {
        Shown {
            owners: Vec::new(),
            gone: Vec::new(),
            terms: Vec::new(),
            closed_at: 0,
            written: Day::MIN,
            touched: Day::MIN,
        }
    }
}

pub(super) struct ShownTerms {
    pub sunday: Day,
    /// The last export that showed the terms before.
    pub after: Day,
    pub terms: Terms,
}

/// A row of the history: the terms that hold from its stamp on.
pub(super) struct Move {
    /// Number of the deal, from 1.
    pub deal: u32,
    pub by: Stamp,
    pub terms: Terms,
    pub before: u32,
    pub after: u32,
    pub shown: bool,
}

/// All deals and their moves, each numbered from 1.
#[derive(Default)]
pub(super) struct Deals {
    pub list: Vec<Deal>,
    pub moves: Vec<Move>,
}

impl Deals {
    pub(super) fn get(&self, number: u32) -> &Deal {
        &self.list[number as usize - 1]
    }

    pub(super) fn get_mut(&mut self, number: u32) -> &mut Deal {
        &mut self.list[number as usize - 1]
    }

    pub(super) fn get_move(&self, number: u32) -> Option<&Move> {
        self.moves.get((number as usize).wrapping_sub(1))
    }

    /// Adds a deal; one that is not migrated gets its first history row.
    pub(super) fn add(&mut self, deal: Deal) -> u32 {
        let (terms, created, migrated) = (deal.terms, deal.created, deal.migrated);
        self.list.push(deal);
        let number = self.list.len() as u32;
        if !migrated {
            self.record_move(number, created, terms);
        }
        number
    }

    /// Changes a deal's terms, and keeps the change in the history unless the deal was migrated.
    pub(super) fn change(&mut self, number: u32, by: Stamp, terms: Terms) {
        let deal = self.get_mut(number);
        if deal.terms == terms {
            return;
        }
        if deal.terms.stage != terms.stage {
            deal.unseen_stages += 1;
            deal.stage_changed = if deal.hides_stage_change { 0 } else { by.at() };
        }
        deal.terms = terms;
        if !deal.migrated {
            self.record_move(number, by, terms);
        }
    }

    fn record_move(&mut self, deal: u32, by: Stamp, terms: Terms) {
        let number = self.moves.len() as u32 + 1;
        let (first, last) = self.get(deal).moves;
        self.moves.push(Move { deal, by, terms, before: last, after: 0, shown: false });
        if let Some(previous) = self.moves.get_mut((last as usize).wrapping_sub(1)) {
            previous.after = number;
        }
        self.get_mut(deal).moves = (if first == 0 { number } else { first }, number);
    }

    /// The terms that the history shows just before an instant; None before the first row.
    pub(super) fn terms_before(&self, deal: &Deal, end: Instant) -> Option<Terms> {
        let mut latest = None;
        let mut next = self.get_move(deal.moves.0);
        while let Some(row) = next {
            if row.by.at() >= end {
                break;
            }
            latest = Some(row.terms);
            next = self.get_move(row.after);
        }
        latest
    }
}

/// The terms of a new deal.
pub(super) fn first_terms(today: Day, dice: &mut Dice) -> Terms {
    let amount = if dice.chance(80) { None } else { Some(draw_amount(dice)) };
    Terms { stage: 0, amount, probability: STAGES[0].probability, close: today + dice.between(25, 150) }
}

/// The terms of a deal brought over from the old system in the weeks before the first day.
pub(super) fn migrated_terms(start: Day, dice: &mut Dice) -> Terms {
    let mut terms = first_terms(start, dice);
    terms.enter(dice.weighted(&[30, 25, 15, 15, 15]) as u8);
    terms.close = if terms.is_open() { start + dice.between(-20, 160) } else { start - dice.between(5, 300) };
    terms
}

fn draw_amount(dice: &mut Dice) -> i64 {
    let thousands = i64::from(dice.between(6, 90)) * if dice.chance(200) { 5 } else { 1 };
    thousands * 100_000 + if dice.chance(120) { i64::from(dice.below(100_000)) } else { 0 }
}

/// What an owner may do to an open deal.
pub(super) enum Turn {
    Terms(Terms),
    /// Two changes within one second.
    Twice(Terms, Terms),
    /// A text changes; the history does not notice.
    Text,
    HandOver,
    Delete,
}

/// The next turn of an open deal, seen on a day of the project's calendar.
pub(super) fn next_turn(terms: Terms, today: Day, dice: &mut Dice) -> Turn {
    let mut next = terms;
    let lapsed = terms.close < today;
    let weights = if lapsed { [26, 5, 44, 2, 14, 4, 2, 4, 1, 1] } else { [34, 12, 14, 5, 24, 5, 3, 5, 2, 2] };
    match dice.weighted(&weights) {
        0 => advance(&mut next, today, dice),
        1 => next.amount = Some(draw_amount(dice)),
        2 => next.close = next.close.max(today) + dice.between(14, 60),
        3 => next.probability = (terms.probability + dice.pick(&[5, 10, 15])).min(90),
        4 => return Turn::Text,
        5 => {
            advance(&mut next, today, dice);
            let first = next;
            next.close += dice.between(1, 9);
            return Turn::Twice(first, next);
        }
        6 => return Turn::HandOver,
        7 => return Turn::Delete,
        // A stage is left out, or the deal falls back.
        8 if terms.stage == 0 => next.enter(NEGOTIATE),
        9 if terms.stage > 0 => next.enter(terms.stage - 1),
        _ => return Turn::Text,
    }
    Turn::Terms(next)
}

fn advance(terms: &mut Terms, today: Day, dice: &mut Dice) {
    let lost = dice.chance(if terms.stage == NEGOTIATE { 420 } else { 150 });
    terms.enter(if lost { LOST } else { terms.stage + 1 });
    // Most people set the close date when they close a deal; some forget.
    if !terms.is_open() && dice.chance(850) {
        terms.close = today;
    }
}

/// The terms of a closed deal that is opened again.
pub(super) fn reopened(terms: Terms, today: Day, dice: &mut Dice) -> Terms {
    let mut next = terms;
    next.enter(NEGOTIATE);
    next.close = today + dice.between(20, 80);
    next
}
