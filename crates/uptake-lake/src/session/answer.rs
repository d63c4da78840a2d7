//! From a KPI's facts to its answer: periods, filters, grouping, and the declared aggregate, as one logical plan.

mod rows;
#[cfg(test)]
mod tests;

use super::overlay;
use super::{Bound, Inner};
use crate::error::AnswerError;
use crate::landing::Cell;
use crate::relations::memory;
use chrono::NaiveDate;
use datafusion::dataframe::DataFrame;
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;
use rows::Row;
use std::collections::HashMap;
use uptake_spec::kpi::{Input, Split, Unit};
use uptake_spec::problem::did_you_mean;
use uptake_spec::project::Target;
use uptake_spec::source::ColumnType;
use uptake_spec::{Answer, Attributes, Grain, Kpi, Params, Range, Table, TargetStep, Value, Viewer, sql};

/// How many complete periods a question without a range gets.
const USUAL_PERIODS: u32 = 26;
/// More periods than this in one answer is a mistake.
const MOST_PERIODS: usize = 4_000;

/// A question with every default filled in.
struct Asked {
    kpi: Kpi,
    range: Range,
    grain: Grain,
    /// Those of the range and, where a headline needs it, the one before.
    periods: Vec<Range>,
    as_of: NaiveDate,
    attributes: Attributes,
}

pub(super) async fn answer(
    session: &Inner,
    kpi: &Kpi,
    params: &Params,
    viewer: &Viewer,
) -> Result<Answer, AnswerError> {
    let Viewer::Local = viewer; // sees every cell; suppression for others stands here
    let asked = complete(session, kpi, params)?;
    check_columns(&asked.kpi, params)?;
    let facts = facts(&session.context, session, &asked, params).await?;
    let sums = rows::sums(facts, &asked, params).await?;
    let rows = rows::rows(&asked, params, &sums);
    let calendar = session.project.calendar();
    let is_complete = |row: &Row| calendar.is_complete(row.period, asked.as_of);
    let table = rows::table(&asked, params, &rows, is_complete)?;
    Ok(Answer {
        notes: notes(session, &asked, &table),
        split: split(&asked, params),
        before: None,
        left: vec![],
        table,
        kpi: asked.kpi.name.clone(),
        title: asked.kpi.title.clone(),
        unit: asked.kpi.unit,
        better: asked.kpi.better,
        grain: asked.grain,
        range: asked.range,
        by: params.by.clone(),
        attributes: asked.attributes,
        as_of: asked.as_of,
        targets: target_steps(session, &asked, params),
    })
}

/// Fills in the defaults of contract.md.
fn complete(session: &Inner, kpi: &Kpi, params: &Params) -> Result<Asked, AnswerError> {
    let kpi = kpi.chosen(&params.options).map_err(|(what, hint)| AnswerError::wrong(what, hint))?;
    let attributes = params.attributes.or(kpi.attributes.first().copied()).unwrap_or(Attributes::Event);
    if !kpi.attributes.contains(&attributes) {
        let modes: Vec<&str> = kpi.attributes.iter().map(Attributes::word).collect();
        return Err(AnswerError::wrong(
            format!("{} has no attributes \"{}\"", kpi.name, attributes.word()),
            format!("it has {}", modes.join(", ")),
        ));
    }
    let as_of = as_of(session, &kpi, params)?;
    let (calendar, grain) = (session.project.calendar(), params.grain.unwrap_or(Grain::Week));
    let running = calendar.period_of(as_of, grain);
    let whole = calendar.is_complete(running, as_of);
    let usual_from = calendar.back(as_of, grain, if whole { USUAL_PERIODS - 1 } else { USUAL_PERIODS });
    let (from, to) = (params.from.unwrap_or(usual_from), params.to.unwrap_or(running.to()).min(running.to()));
    let from =
        if params.from.is_none() && params.to.is_some() { calendar.back(to, grain, USUAL_PERIODS - 1) } else { from };
    let Some(range) = Range::new(from, to) else {
        return Err(AnswerError::wrong(
            format!("the range begins on {from}, after it ends or after the data ends on {as_of}"),
            "ask from an earlier day",
        ));
    };
    let most = MOST_PERIODS as i64 * if grain == Grain::Day { 1 } else { 7 };
    if (range.to() - range.from()).num_days() > most {
        return Err(AnswerError::wrong(
            format!("{from} to {to} has too many periods"),
            "ask for fewer, or in a coarser grain",
        ));
    }
    let periods = calendar.periods(range, grain);
    let range = Range::new(periods[0].from(), periods[periods.len() - 1].to()).expect("periods are in order");
    Ok(Asked { kpi, range, grain, periods, as_of, attributes })
}

/// The asked day, else the least day that all inputs of the KPI are complete through.
pub(super) fn as_of(session: &Inner, kpi: &Kpi, params: &Params) -> Result<NaiveDate, AnswerError> {
    let missing: Vec<&str> =
        kpi.reads.iter().filter(|input| !session.through.contains_key(input)).map(Input::in_words).collect();
    if !missing.is_empty() {
        return Err(AnswerError::NotLoaded { needs: missing.join(" and ") });
    }
    let through = kpi.reads.iter().map(|input| session.through[input]).min();
    // Nothing is known of days behind the data.
    let day = match (params.as_of, through) {
        (Some(asked), Some(through)) => Some(asked.min(through)),
        (asked, through) => asked.or(through),
    };
    let day = day.filter(|day| *day < NaiveDate::MAX);
    day.ok_or_else(|| AnswerError::wrong("nothing says of which day the answer is", "say --as-of 2026-12-31"))
}

fn check_columns(kpi: &Kpi, params: &Params) -> Result<(), AnswerError> {
    let by = params.by.iter().find(|column| !kpi.dimensions.contains(column));
    let filter = params.filters.iter().map(|f| &f.column).find(|column| !kpi.filters_by(column));
    match by.or(filter) {
        Some(column) if kpi.filters_by(column) => {
            let what = format!("{} cannot be grouped by \"{column}\"", kpi.name);
            Err(AnswerError::wrong(what, format!("{column} always stands in its answer; leave it out")))
        }
        Some(column) => {
            let hint = match kpi.dimensions[..] {
                [] => "as it is asked here it is one figure for the whole firm".into(),
                _ => did_you_mean(column, kpi.dimensions.iter().map(String::as_str)),
            };
            Err(AnswerError::wrong(format!("{} has no column \"{column}\"", kpi.name), hint))
        }
        None => Ok(()),
    }
}

/// The KPI's split; what a question keeps of it alone is its headline.
fn split(asked: &Asked, params: &Params) -> Option<Split> {
    let split = asked.kpi.split.clone()?;
    let kept = params.filters.iter().find(|f| f.column == split.column).map(|f| &f.values[..]);
    match kept {
        Some([one]) => Some(Split { headline: Some(one.clone()), ..split }),
        _ => Some(split),
    }
}

/// The KPI's own SQL over the asked periods, planned.
async fn facts(
    context: &SessionContext,
    session: &Inner,
    asked: &Asked,
    params: &Params,
) -> Result<DataFrame, AnswerError> {
    let calendar = session.project.calendar();
    let rows = asked.periods.iter().map(|period| {
        let at = period.to().min(asked.as_of);
        vec![
            Cell::Date(period.from()),
            Cell::Date(period.to()),
            Cell::Date(at),
            Cell::Boolean(calendar.is_complete(*period, asked.as_of)),
        ]
    });
    let columns = [
        ("period_start", ColumnType::Date),
        ("period_end", ColumnType::Date),
        ("at", ColumnType::Date),
        ("complete", ColumnType::Boolean),
    ];
    let context = overlay::with_table(context, "periods", memory(&columns, rows.collect()));
    let bound = bound(asked, params);
    let used = sql::reads(&asked.kpi.sql).map_err(|why| AnswerError::wrong(why, ""))?.parameters;
    let values: HashMap<String, ScalarValue> =
        bound.into_iter().filter(|(name, _)| used.contains(name)).map(|(name, value)| (name, value.scalar())).collect();
    let frame = context.sql(&asked.kpi.sql).await?;
    Ok(if values.is_empty() { frame } else { frame.with_param_values(values)? })
}

fn bound(asked: &Asked, params: &Params) -> Vec<(String, Bound)> {
    let text = |text: &str| Bound::Text(text.into());
    let mut bound = vec![
        ("from".to_string(), Bound::Date(asked.range.from())),
        ("to".into(), Bound::Date(asked.range.to())),
        ("grain".into(), text(asked.grain.word())),
        ("as_of".into(), Bound::Date(asked.as_of)),
        ("attributes".into(), text(asked.attributes.word())),
    ];
    for option in &asked.kpi.options {
        let chosen = params.options.get(&option.name).map(String::as_str);
        let value = chosen.or(option.choices.first().map(|c| c.name.as_str()));
        bound.push((option.name.clone(), value.map_or(Bound::Nothing, text)));
    }
    bound
}

/// What a reader must know beside the figures of the newest period.
fn notes(session: &Inner, asked: &Asked, table: &Table) -> Vec<String> {
    let mut notes = vec![];
    let newest = asked.periods.last().map_or(asked.as_of, Range::from);
    let rows = || (0..table.rows()).filter(|row| table.value(*row, "period_start") == Value::Date(newest));
    let total = |name: &str| -> i64 {
        let counts = rows().map(|row| match table.value(row, name) {
            Value::Integer(n) => n,
            _ => 0,
        });
        counts.sum()
    };
    let (with, all) = (total("numerator"), total("denominator"));
    if let Some(lacking) = asked.kpi.lacking.as_ref().filter(|_| with < all) {
        notes.push(format!("{} of {all} {lacking}.", all - with));
    }
    if asked.kpi.reads.contains(&Input::Users)
        && asked.attributes == Attributes::PeriodEnd
        && !session.left_out.is_empty()
    {
        notes.push(session.left_out.clone());
    }
    notes
}

/// The dated targets of the whole firm, where the question is for the whole firm.
fn target_steps(session: &Inner, asked: &Asked, params: &Params) -> Vec<TargetStep> {
    let whole_firm = |t: &&Target| t.metric == asked.kpi.name && t.scope.is_empty();
    if !params.filters.is_empty() || !params.options.is_empty() {
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
