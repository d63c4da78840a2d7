//! What a reader must know beside the figures.

use super::super::Inner;
use super::asked::Asked;
use super::rows::Row;
use uptake_spec::kpi::{Input, Unit};
use uptake_spec::project::Target;
use uptake_spec::{Attributes, Grain, Params, TargetStep};

/// The columns that a roster tells; without one the CRM's own fields stand in.
const FROM_ROSTER: [&str; 3] = ["grade", "office", "location"];

pub fn notes(session: &Inner, asked: &Asked, rows: &[Row]) -> Vec<String> {
    let people = asked.kpi.reads.contains(&Input::Users) && asked.attributes == Attributes::PeriodEnd;
    let all = [
        begin(asked),
        lacking(asked, rows),
        people.then(|| session.left_out.clone()),
        no_roster(session, &asked.params),
        stale(session),
    ];
    all.into_iter().flatten().filter(|note| !note.is_empty()).collect()
}

/// "The login log begins on 2026-01-05.", where the answer needs days before that one.
fn begin(asked: &Asked) -> Option<String> {
    let (day, input) = asked.begins.filter(|(day, _)| *day >= asked.first_day_shown())?;
    Some(format!("{} on {day}.", input.begins()))
}

/// What the KPI says of those in the newest period's denominator that are not in its numerator.
fn lacking(asked: &Asked, rows: &[Row]) -> Option<String> {
    let lacking = asked.kpi.lacking.as_ref()?;
    let newest = || rows.iter().filter(|row| row.period.to() == asked.range.to());
    let with: i64 = newest().filter_map(|row| row.numerator).sum();
    let all: i64 = newest().filter_map(|row| row.denominator).sum();
    (with < all).then(|| format!("{} of {all} {lacking}.", all - with))
}

fn no_roster(session: &Inner, params: &Params) -> Option<String> {
    let mut columns = params.by.iter().chain(params.filters.iter().map(|f| &f.column));
    let told = "No roster is loaded: grade, office and location are as the CRM has them, and (none) where it has none.";
    let asks = columns.any(|column| FROM_ROSTER.contains(&column.as_str()));
    (!session.has_roster && asks).then(|| told.into())
}

fn stale(session: &Inner) -> Option<String> {
    let told = "`uptake build` brings the stored tables up to date";
    session.is_stale.then(|| format!("Settings or queries changed since build {}; {told}.", session.build))
}

/// The dated targets of the whole firm, where the question is for the whole firm.
pub fn target_steps(session: &Inner, asked: &Asked) -> Vec<TargetStep> {
    let whole_firm = |t: &&Target| t.metric == asked.kpi.name && t.scope.is_empty();
    if !asked.params.filters.is_empty() || !asked.kpi.is_by_default(&asked.params.options) {
        return vec![];
    }
    let step = |t: &Target| {
        let target: f64 = t.target.to_string().parse().ok()?;
        let months = match (asked.kpi.unit, asked.grain) {
            (Unit::Money, Grain::Quarter) => 3.0,
            (Unit::Money, Grain::Week | Grain::Day) => return None, // a monthly target says nothing of one week
            _ => 1.0,
        };
        Some(TargetStep { from: t.valid_from.unwrap_or(asked.range.from()), to: t.valid_to, target: target * months })
    };
    session.project.targets.iter().filter(whole_firm).filter_map(step).collect()
}
