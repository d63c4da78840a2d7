//! What became of the deals, as the exports tell it in the end: won and lost, from stage to stage, into the quarter and out.

use std::collections::BTreeMap;

use super::super::calendar::{AS_OF, Day, Grain, Instant, Period, Zone};
use super::super::deals::{Deal, Deals, STAGES, WON};
use super::super::people::Attributes;
use super::super::story::{StageMove, Story, Told};
use super::stages::{MEDIAN, P75, P90, Visit, leads_forward, length, passed, visits};
use super::{Cell, DealView, Subject, Tally, end_of, funnel, money};

/// A week with its ends in Berlin and the quarter in which it ends.
struct Window {
    week: Period,
    from: Instant,
    to: Instant,
    quarter: Period,
}

/// Visits by grain, first day of the period and stage.
type Visits = BTreeMap<(Grain, Day, u8), Vec<Visit>>;

impl Tally {
    /// Adds a deal that is won at the end, under the attributes of its owner on its close date.
    pub(in super::super) fn count_won(&mut self, deal: &DealView, who: &Attributes) {
        let amount = money(&deal.terms, deal.in_dollars);
        let unknown = i64::from(amount.is_none());
        let cell = Cell { money: amount.unwrap_or(0), unknown, ..Cell::counts(i64::from(amount.is_some()), 1) };
        for grain in [Grain::Week, Grain::Month, Grain::Quarter] {
            if let Some(start) = self.whole_period(grain, deal.terms.close) {
                self.add(Subject::WonAmount, grain, start, who, cell);
                self.add(Subject::WonCount, grain, start, who, cell);
            }
        }
    }

    /// Adds a deal that is won or lost at the end, to the period of its close date and to that of its creation.
    pub(in super::super) fn count_closed(&mut self, deal: &DealView, who: &Attributes) {
        let won = deal.terms.is_won();
        let count = Cell::counts(i64::from(won), 1);
        let amount = money(&deal.terms, deal.in_dollars).unwrap_or(0);
        let amount = Cell { money: if won { amount } else { 0 }, whole: amount, ..Cell::default() };
        let cohorts = [
            (Subject::WinCount, Subject::WinAmount, deal.terms.close),
            (Subject::WinCountCreated, Subject::WinAmountCreated, deal.created_on),
        ];
        for (by_count, by_amount, day) in cohorts {
            for grain in [Grain::Month, Grain::Quarter] {
                if let Some(start) = self.whole_period(grain, day) {
                    self.add(by_count, grain, start, who, count);
                    self.add(by_amount, grain, start, who, amount);
                }
            }
        }
    }

    /// Adds up the moves of all deals. `first_export` is the Sunday from which on every deal has been looked at.
    pub(in super::super) fn count_moves(&mut self, deals: &Deals, first_export: Day, berlin: &Zone) {
        let windows = self.windows(berlin);
        let mut story = Story::default();
        let mut all_visits = Visits::new();
        for deal in deals.list.iter().filter(|deal| !deal.shown.owners.is_empty()) {
            story.tell(deals, deal, berlin);
            self.count_funnel(deal, &story, &windows);
            self.count_conversion(&story, berlin);
            let since = windows.partition_point(|window| window.week.first <= first_export);
            self.count_periods(&story, &windows[since..]);
            self.collect_visits(&story, berlin, &mut all_visits);
        }
        for ((grain, start, stage), visits) in &all_visits {
            let stage = STAGES[usize::from(*stage)].name;
            for (subject, percent) in [(Subject::DaysMedian, MEDIAN), (Subject::DaysP75, P75), (Subject::DaysP90, P90)]
            {
                self.add_to(subject, *grain, *start, stage, length(visits, percent));
            }
        }
    }

    fn windows(&self, berlin: &Zone) -> Vec<Window> {
        let window = |week: Period| Window {
            week,
            from: berlin.at(week.first, 0),
            to: end_of(week.last, berlin),
            quarter: Grain::Quarter.period_of(week.last),
        };
        self.weeks().into_iter().map(window).collect()
    }

    fn count_funnel(&mut self, deal: &Deal, story: &Story, windows: &[Window]) {
        let amount = |terms: &_| money(terms, deal.in_dollars);
        let first = windows.partition_point(|window| window.to <= deal.created.at());
        let mut before = windows.get(first).map_or(Told::Unborn, |window| story.before(window.from));
        for window in &windows[first..] {
            let after = story.before(window.to);
            for (bar, amount) in funnel::legs(before, after, window.quarter, amount) {
                let unknown = i64::from(amount.is_none());
                let cell = Cell { money: amount.unwrap_or(0), unknown, ..Cell::counts(1, 1) };
                self.add_to(Subject::Funnel, Grain::Week, window.week.first, bar, cell);
            }
            before = after;
        }
    }

    /// The cohort of the month in which the deal was born.
    fn count_conversion(&mut self, story: &Story, berlin: &Zone) {
        let Some(birth) = story.moves.first() else { return };
        let born_on = berlin.local_day(birth.at);
        let is_won = matches!(story.before(end_of(AS_OF, berlin)), Told::Closed(terms) if terms.is_won());
        for (stage, advanced) in passed(&story.moves, is_won) {
            for grain in [Grain::Month, Grain::Quarter] {
                if let Some(start) = self.whole_period(grain, born_on) {
                    let cell = Cell::counts(i64::from(advanced), 1);
                    self.add_to(Subject::ConversionOfCohort, grain, start, stage, cell);
                }
            }
        }
    }

    /// In each week: where the deal is at its beginning, what it enters, and what it leaves forward.
    fn count_periods(&mut self, story: &Story, windows: &[Window]) {
        let mut add = |window: &Window, stage: u8, cell| {
            let stage = STAGES[usize::from(stage)].name;
            self.add_to(Subject::ConversionInPeriod, Grain::Week, window.week.first, stage, cell);
        };
        for window in windows {
            if let Told::Open(terms) = story.before(window.from)
                && terms.is_open()
            {
                add(window, terms.stage, Cell::counts(0, 1));
            }
        }
        let week_of = |at: Instant| {
            let place = windows.partition_point(|window| window.to <= at);
            windows.get(place).filter(|window| window.from <= at)
        };
        let pairs = std::iter::once(None).chain(story.moves.iter().map(Some)).zip(&story.moves);
        for (before, StageMove { seen, to, .. }) in pairs.filter(|(_, one)| !story.is_gone(one.seen - 1)) {
            let Some(window) = week_of(*seen) else { continue };
            if *to < WON {
                add(window, *to, Cell::counts(0, 1));
            }
            if let Some(before) = before.filter(|before| leads_forward(before.to, *to)) {
                add(window, before.to, Cell::counts(1, 0));
            }
        }
        for back in story.returns() {
            if let (Some(window), Told::Open(terms)) = (week_of(back), story.before(back + 1))
                && terms.is_open()
            {
                add(window, terms.stage, Cell::counts(0, 1));
            }
        }
    }

    /// A deal has been followed until it was gone for the first time since, or to the end.
    fn collect_visits(&self, story: &Story, berlin: &Zone, all: &mut Visits) {
        for (stage, entry, visit) in visits(story, end_of(AS_OF, berlin)) {
            for grain in [Grain::Month, Grain::Quarter] {
                if let Some(start) = self.whole_period(grain, berlin.local_day(entry)) {
                    all.entry((grain, start, stage)).or_default().push(visit);
                }
            }
        }
    }
}
