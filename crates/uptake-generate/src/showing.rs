//! What an export makes visible: stamps, who is active, who owns which deal, and the levels of its week.

use super::calendar::{AS_OF, Day, Grain, Instant, Period, monday_of};
use super::deals::{Deal, Presence, ShownTerms};
use super::firm::BERLIN;
use super::records::{Object, Record, Stamp};
use super::truth::DealView;
use super::world::World;

/// A colleague's stamp this close to a completion names who completed the task; else its owner did.
const COMPLETION_WINDOW: Instant = 60;

impl World {
    /// Tallies an export made on a Sunday, just before it is written.
    pub(super) fn show(&mut self, sunday: Day, at: Instant) {
        let first = self.last_export == 0;
        self.show_records();
        self.show_deals();
        self.show_users(sunday, at, first);
        self.show_owners(sunday);
        if first {
            for week in Grain::Week.periods(self.span.start, sunday - 1) {
                let views = self.deals_back_then(week);
                self.tally.count_deals(&self.firm, week, &views);
            }
        }
        let week = Period { first: monday_of(sunday), last: sunday };
        let views = self.deals_now();
        self.tally.count_deals(&self.firm, week, &views);
        self.tally.count_stale(&self.firm, week, &views);
        self.tally.count_contacts(week, self.records.all(Object::Contact));
    }

    /// What remains to be done once the files are written.
    pub(super) fn close_export(&mut self, at: Instant) {
        for deal in &mut self.deals.list {
            if self.whole_exports && deal.presence == Presence::Binned && !deal.comes_back {
                deal.presence = Presence::Gone;
            }
        }
        self.firm.users.iter_mut().filter(|user| user.created <= at).for_each(|user| user.exported = true);
        self.last_export = at;
    }

    /// Tallies what is known once the last export is out: people, won deals, and history that no export showed.
    pub(super) fn conclude(&mut self) {
        self.tally.count_people(&self.firm);
        let berlin = &self.firm.zones[BERLIN];
        for deal in self.deals.list.iter().filter(|deal| deal.presence == Presence::Here && !deal.terms.is_open()) {
            let close = deal.terms.close;
            let shown = deal.shown.owners.iter().rfind(|(from, _)| *from <= close).or(deal.shown.owners.first());
            let Some((_, owner)) = shown else { continue };
            let who = self.firm.owner_attributes(*owner, close);
            let view = view(deal, deal.terms, *owner, berlin);
            self.tally.count_closed(&view, &who);
            if deal.terms.is_won() {
                self.tally.count_won(&view, &who);
            }
        }
        self.tally.count_moves(&self.deals, self.span.first_export, berlin);
        self.tally.count_volumes(&self.firm, &self.records, &self.deals);
        self.tally.lost.history_rows_never_exported = self.deals.moves.iter().filter(|row| !row.shown).count() as u64;
        debug_assert!(
            self.firm.zones[BERLIN].local_day(self.last_export) == AS_OF,
            "the last export is made on the last day"
        );
    }

    fn show_stamp(&mut self, user: u32, at: Instant) {
        let day = self.firm.local_day(user, at);
        let row = &mut self.firm.users[user as usize];
        row.last_sign = row.last_sign.max(day);
        if row.is_human() {
            let person = row.person;
            self.tally.work(person, day);
        }
    }

    fn show_pair(&mut self, created: Stamp, modified: Stamp) {
        self.show_stamp(created.user, created.at());
        self.show_stamp(modified.user, modified.at());
    }

    fn show_records(&mut self) {
        for object in Object::ALL {
            for index in 0..self.records.all(object).len() {
                let record = &self.records.all(object)[index];
                let new_row = record.modified.at() > self.last_export;
                if !new_row || self.is_absent(index as u32 + 1, record) {
                    continue;
                }
                let record = self.records.get_mut(object, index as u32 + 1);
                let (created, modified, done, owner) = (record.created, record.modified, record.done, record.owner);
                // Who completed a task is told by the first export that shows it completed.
                let newly_done = done > 0 && done != record.seen_done;
                (record.seen, record.seen_done) = (true, done);
                self.show_pair(created, modified);
                if newly_done && object == Object::Task {
                    let by_modifier = (modified.at() - done).abs() <= COMPLETION_WINDOW;
                    self.show_stamp(if by_modifier { modified.user } else { owner }, done);
                }
            }
        }
    }

    /// Whether a deleted record is not in the export. What was never exported stays away. Whole exports show every second
    /// one in the bin, once, and the others no more; exports of changes show all of them, marked as deleted.
    pub(super) fn is_absent(&self, number: u32, record: &Record) -> bool {
        let was_exported = record.created.at() <= self.last_export;
        let in_bin = record.modified.at() > self.last_export && number.is_multiple_of(2);
        record.deleted && (!was_exported || (self.whole_exports && !in_bin))
    }

    fn show_deals(&mut self) {
        for index in 0..self.deals.list.len() {
            let deal = &self.deals.list[index];
            if deal.presence != Presence::Gone && deal.modified.at() > self.last_export {
                let (created, modified) = (deal.created, deal.modified);
                self.show_pair(created, modified);
                self.show_touch(index, created);
                self.show_touch(index, modified);
            }
        }
        for index in 0..self.deals.moves.len() {
            let row = &self.deals.moves[index];
            if !row.shown && self.deals.get(row.deal).presence == Presence::Here {
                let (by, deal) = (row.by, row.deal);
                self.show_stamp(by.user, by.at());
                self.show_touch(deal as usize - 1, by);
                self.deals.moves[index].shown = true;
            }
        }
    }

    fn show_touch(&mut self, deal: usize, by: Stamp) {
        if self.firm.users[by.user as usize].is_human() {
            let day = self.today(by.at());
            let touched = &mut self.deals.list[deal].shown.touched;
            *touched = day.max(*touched);
        }
    }

    fn show_users(&mut self, sunday: Day, at: Instant, first: bool) {
        for user in self.firm.users.iter_mut().filter(|user| user.created <= at) {
            if user.until.is_none() && !user.is_active_at(at) {
                user.until = Some(if first { user.last_sign } else { sunday - 1 });
            }
        }
    }

    /// Which deals are there, whose they are, and on what terms those without history are.
    fn show_owners(&mut self, sunday: Day) {
        let lost = &mut self.tally.lost;
        let berlin = &self.firm.zones[BERLIN];
        for deal in &mut self.deals.list {
            let gone = deal.presence != Presence::Here;
            let known = deal.shown.gone.last().map(|(_, gone)| *gone);
            // What no export has shown yet cannot be gone.
            if gone != known.unwrap_or(false) && !deal.shown.owners.is_empty() {
                deal.shown.gone.push((sunday, gone));
            }
            // A row in the bin has its last owner and terms; what was never seen outside of it tells nothing.
            if deal.presence == Presence::Gone || (gone && deal.shown.owners.is_empty()) {
                continue;
            }
            let known = deal.shown.owners.last().map(|(_, owner)| *owner);
            let moved = u64::from(known.is_some_and(|owner| owner != deal.owner));
            lost.owner_changes_between_exports += deal.unseen_owners.saturating_sub(moved);
            if known != Some(deal.owner) {
                deal.shown.owners.push((sunday, deal.owner));
            }
            if deal.migrated {
                let known = deal.shown.terms.last().map(|shown| shown.terms);
                let moved = u64::from(known.is_none_or(|terms| terms.stage != deal.terms.stage));
                lost.stage_moves_between_exports += deal.unseen_stages.saturating_sub(moved);
                if known.is_none() {
                    let closed = berlin.at(deal.terms.close, 0);
                    deal.shown.closed_at = if deal.stage_changed > 0 { deal.stage_changed } else { closed };
                }
                if known != Some(deal.terms) {
                    deal.shown.terms.push(ShownTerms { sunday, after: deal.shown.written, terms: deal.terms });
                }
            }
            if self.whole_exports || deal.modified.at() > self.last_export {
                deal.shown.written = sunday;
            }
            (deal.unseen_owners, deal.unseen_stages) = (0, 0);
        }
    }

    fn deals_now(&self) -> Vec<DealView> {
        let here = self.deals.list.iter().filter(|deal| deal.presence == Presence::Here);
        here.map(|deal| view(deal, deal.terms, deal.owner, &self.firm.zones[BERLIN])).collect()
    }

    /// The deals at the end of a week before the first export, as far as the first export tells of them: the history
    /// gives the terms, the record gives the owner, and a deal without history is taken to have been as it is.
    fn deals_back_then(&self, week: Period) -> Vec<DealView> {
        let berlin = &self.firm.zones[BERLIN];
        let end = berlin.at(week.last + 1, 0);
        let mut views = Vec::new();
        for deal in self.deals.list.iter().filter(|deal| deal.presence == Presence::Here) {
            if deal.created.at() >= end {
                continue;
            }
            if deal.migrated {
                let mut then = view(deal, deal.terms, deal.owner, berlin);
                let closed = if deal.stage_changed > 0 { deal.stage_changed } else { berlin.at(deal.terms.close, 0) };
                then.open = then.open || end <= closed;
                views.push(then);
            } else if let Some(terms) = self.deals.terms_before(deal, end) {
                views.push(view(deal, terms, deal.owner, berlin));
            }
        }
        views
    }
}

fn view(deal: &Deal, terms: super::deals::Terms, owner: u32, berlin: &super::calendar::Zone) -> DealView {
    DealView {
        terms,
        open: terms.is_open(),
        in_dollars: deal.in_dollars,
        owner,
        created_on: berlin.local_day(deal.created.at()),
        touched: deal.shown.touched,
    }
}

/// The Sundays on which exports are made: the last 30, or all of a shorter time.
pub(super) fn export_sundays(start: Day) -> Vec<Day> {
    let mut sundays: Vec<Day> = (start..=AS_OF).filter(|day| super::calendar::weekday(*day) == 6).collect();
    sundays.split_off(sundays.len().saturating_sub(30))
}
