//! Stages: how many deals get beyond one, and how long they stay.

use super::super::calendar::{DAY, Instant};
use super::super::deals::{STAGES, WON};
use super::super::story::{StageMove, Story};
use super::Cell;

/// The share of visits that a statistic asks to be over, in percent.
pub(super) const MEDIAN: u32 = 50;
pub(super) const P75: u32 = 75;
pub(super) const P90: u32 = 90;

/// One stay of a deal in an open stage. An unfinished one is followed for `seconds`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Visit {
    pub seconds: i64,
    pub finished: bool,
}

/// The open stages that a deal entered or skipped, each with whether it got beyond. `is_won` is its outcome in the end.
pub(super) fn passed(moves: &[StageMove], is_won: bool) -> Vec<(&'static str, bool)> {
    let open = || moves.iter().map(|one| one.to).filter(|stage| *stage < WON);
    let (Some(least), Some(greatest)) = (open().min(), open().max()) else { return Vec::new() };
    (least..=greatest).map(|stage| (STAGES[usize::from(stage)].name, greatest > stage || is_won)).collect()
}

/// Whether a move leads forward: to a later open stage, or to a win.
pub(super) fn leads_forward(from: u8, to: u8) -> bool {
    from < to && to <= WON
}

/// The stays of a deal in open stages with the stage and the instant of entry. One that goes on is followed to `until`, and one
/// of a deal that was gone before it moved on until then. A stay whose beginning nobody saw is left out: of a deal that was there
/// before anybody looked, or that came back.
pub(super) fn visits(story: &Story, until: Instant) -> impl Iterator<Item = (u8, Instant, Visit)> {
    let ends = story.moves.iter().skip(1).map(|next| Some(next.at)).chain([None]);
    let is_seen = |entry: &StageMove| entry.to < WON && !entry.begun_before && !story.is_gone(entry.at);
    let is_new = |entry: &StageMove| !story.returns().any(|back| back == entry.at);
    story.moves.iter().zip(ends).filter(move |(entry, _)| is_seen(entry) && is_new(entry)).map(move |(entry, exit)| {
        let gone = story.gone_after(entry.at).filter(|gone| exit.is_none_or(|exit| *gone <= exit));
        let left = exit.filter(|_| gone.is_none());
        let seconds = left.or(gone).unwrap_or(until) - entry.at;
        (entry.to, entry.at, Visit { seconds, finished: left.is_some() })
    })
}

/// Finished visits of all, and the quantile of their length by Kaplan and Meier in days: the least time after which no more
/// than the rest of `percent` are still in the stage. No quotient where it is not reached.
pub(super) fn length(visits: &[Visit], percent: u32) -> Cell {
    let mut cell = Cell::counts(visits.iter().filter(|visit| visit.finished).count() as i64, visits.len() as i64);
    if let Some(seconds) = quantile(visits, percent) {
        (cell.money, cell.whole) = (i128::from(seconds), i128::from(DAY));
    }
    cell
}

fn quantile(visits: &[Visit], percent: u32) -> Option<i64> {
    let mut visits = visits.to_vec();
    visits.sort_unstable();
    // Products of exact fractions outgrow every integer; a share that lies on the limit is met by this much.
    let limit = 1.0 - f64::from(percent) / 100.0 + 1e-9;
    let (mut staying, mut from) = (1.0, 0);
    while from < visits.len() {
        let seconds = visits[from].seconds;
        let to = from + visits[from..].partition_point(|visit| visit.seconds == seconds);
        let at_risk = visits.len() - from;
        let left = visits[from..to].iter().filter(|visit| visit.finished).count();
        staying *= (at_risk - left) as f64 / at_risk as f64;
        if left > 0 && staying <= limit {
            return Some(seconds);
        }
        from = to;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::super::deals::LOST;
    use super::*;

    fn moves(stages: &[u8]) -> Vec<StageMove> {
        let one = |(index, to): (usize, &u8)| StageMove {
            at: index as i64 * 10,
            seen: index as i64 * 10,
            to: *to,
            begun_before: false,
        };
        stages.iter().enumerate().map(one).collect()
    }

    /// The five deals of the catalogue, SQL5.
    #[test]
    fn the_catalogues_conversion() {
        let deals: [(&[u8], bool); 5] = [
            (&[0, 1, 2, WON], true),
            (&[2, WON], true),
            (&[0, 1, LOST], false),
            (&[0, LOST], false),
            (&[0, LOST], false),
        ];
        let mut counts = [(0, 0); 3];
        for (stages, is_won) in deals {
            for (stage, advanced) in passed(&moves(stages), is_won) {
                let place = STAGES.iter().position(|known| known.name == stage).expect("a stage of ours");
                counts[place].0 += 1;
                counts[place].1 += i32::from(advanced);
            }
        }
        assert_eq!(counts, [(4, 2), (2, 1), (2, 2)]);
    }

    #[test]
    fn a_skipped_stage_is_passed_and_a_backward_move_undoes_nothing() {
        assert_eq!(passed(&moves(&[0, 2]), false), [("Qualify", true), ("Propose", true), ("Negotiate", false)]);
        assert_eq!(passed(&moves(&[1, 0]), false), [("Qualify", true), ("Propose", false)]);
        assert!(leads_forward(0, 2) && leads_forward(2, WON));
        assert!(!leads_forward(2, 1) && !leads_forward(2, LOST) && !leads_forward(WON, 2));
    }

    #[test]
    fn stays_follow_from_moves() {
        let found = |moves, gone| {
            let mut story = Story::default();
            (story.moves, story.gone) = (moves, gone);
            visits(&story, 100).collect::<Vec<_>>()
        };
        let mut three = moves(&[0, 1, WON, 2]);
        let visit = |seconds, finished| Visit { seconds, finished };
        assert_eq!(
            found(three.clone(), vec![]),
            [(0, 0, visit(10, true)), (1, 10, visit(10, true)), (2, 30, visit(70, false))]
        );
        three[0].begun_before = true;
        assert_eq!(found(three, vec![]).len(), 2);
        // Missing from 15 to 17: Propose was followed for 5; what came back entered nobody knows when.
        let gone = vec![(15, true), (17, false)];
        let found = found(moves(&[0, 1, 2]), gone);
        assert_eq!(found, [(0, 0, visit(10, true)), (1, 10, visit(5, false)), (2, 20, visit(80, false))]);
    }

    /// Left after 1, 2, 3 and 10 days: half have left after 2; with one of 2 only followed for 2 days, after 3.
    #[test]
    fn quantiles_by_kaplan_and_meier() {
        let visit = |days: i64, finished| Visit { seconds: days * DAY, finished };
        let all = [visit(10, true), visit(1, true), visit(3, true), visit(2, true)];
        assert_eq!([MEDIAN, P75, P90].map(|q| quantile(&all, q)), [2, 3, 10].map(|days| Some(days * DAY)));
        // Staying after 1: 3/4; after 3: 3/4 × 1/2 = 3/8; after 10: nought.
        let followed = [visit(10, true), visit(1, true), visit(3, true), visit(2, false)];
        assert_eq!([MEDIAN, P75].map(|q| quantile(&followed, q)), [Some(3 * DAY), Some(10 * DAY)]);
        // Followed for as long as another stayed: both are there until then. 2/3, then nothing more is known.
        let tied = [visit(1, true), visit(1, false), visit(5, false)];
        assert_eq!(quantile(&tied, MEDIAN), None);
        assert_eq!(length(&tied, MEDIAN), Cell::counts(1, 3));
        assert_eq!(quantile(&[], MEDIAN), None);
    }
}
