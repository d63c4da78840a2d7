//! From a KPI's facts to its answer: periods, filters, grouping, and the declared aggregate, as one logical plan.

use super::overlay;
use super::{Bound, Inner};
use crate::convert;
use crate::error::AnswerError;
use crate::landing::Cell;
use crate::relations::memory;
use chrono::NaiveDate;
use datafusion::arrow::datatypes::DataType;
use datafusion::dataframe::DataFrame;
use datafusion::functions_aggregate::expr_fn::sum;
use datafusion::logical_expr::{Expr, cast, ident, lit};
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::{BTreeMap, HashMap};
use uptake_spec::kpi::{Input, Unit, ValueOf};
use uptake_spec::problem::did_you_mean;
use uptake_spec::project::Target;
use uptake_spec::source::ColumnType;
use uptake_spec::{Answer, Attributes, Column, Data, Grain, Kpi, Params, Range, Table, TargetStep, Value, Viewer, sql};

/// How many complete periods a question without a range gets.
const USUAL_PERIODS: u32 = 26;
/// More periods than this in one answer is a mistake.
const MOST_PERIODS: usize = 4_000;

/// A question with every default filled in.
struct Asked {
    kpi: Kpi,
    range: Range,
    grain: Grain,
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
    let sums = sums(facts, &asked, params).await?;
    let table = shape(session, &asked, &params.by, &sums)?;
    Ok(Answer {
        notes: notes(session, &asked, &table),
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
    for column in params.by.iter().chain(params.filters.iter().map(|f| &f.column)) {
        if !kpi.dimensions.contains(column) {
            let hint = did_you_mean(column, kpi.dimensions.iter().map(String::as_str));
            return Err(AnswerError::wrong(format!("{} has no column \"{column}\"", kpi.name), hint));
        }
    }
    Ok(())
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

/// Filters, groups and adds up; what does not add up is never added: only sums of facts leave here.
async fn sums(facts: DataFrame, asked: &Asked, params: &Params) -> Result<Table, AnswerError> {
    let mut facts = facts;
    for filter in &params.filters {
        let values = filter.values.iter().map(|value| lit(value.as_str())).collect();
        facts = facts.filter(ident(&filter.column).in_list(values, false))?;
    }
    let by: Vec<Expr> = [ident("period_start")].into_iter().chain(params.by.iter().map(ident)).collect();
    let count = |name: &str| cast(sum(ident(name)), DataType::Int64).alias(name);
    let mut totals = vec![count("numerator"), count("denominator")];
    let money = |name: &str| sum(ident(name)).alias(name);
    if asked.kpi.value_of != ValueOf::Ratio {
        totals.push(money("value"));
    }
    if asked.kpi.value_of == ValueOf::Share {
        totals.push(money("whole"));
    }
    let order = by.iter().map(|column| column.clone().sort(true, true)).collect();
    let frame = facts.aggregate(by, totals)?.sort(order)?;
    let schema = frame.schema().inner().clone();
    let batches = frame.collect().await?;
    convert::table(&schema, &batches).map_err(|e| AnswerError::Engine(Box::new(e.into())))
}

/// The columns of contract.md, one row for each period and member; without `by` every period has a row.
fn shape(session: &Inner, asked: &Asked, by: &[String], sums: &Table) -> Result<Table, AnswerError> {
    let mut rows_of: BTreeMap<NaiveDate, Vec<usize>> = BTreeMap::new();
    for row in 0..sums.rows() {
        if let Value::Date(start) = sums.value(row, "period_start") {
            rows_of.entry(start).or_default().push(row);
        }
    }
    let calendar = session.project.calendar();
    let mut lines: Vec<(Range, Option<usize>)> = vec![];
    for period in &asked.periods {
        match rows_of.get(&period.from()) {
            Some(rows) => lines.extend(rows.iter().map(|row| (*period, Some(*row)))),
            None if by.is_empty() => lines.push((*period, None)),
            None => {}
        }
    }
    let count = |name: &'static str| {
        let one = |(_, row): &(Range, Option<usize>)| match row.map(|row| sums.value(row, name)) {
            Some(Value::Integer(n)) => Some(n),
            Some(_) => None,
            None => Some(0),
        };
        Data::Integer(lines.iter().map(one).collect())
    };
    let mut columns = vec![
        Column { name: "period_start".into(), data: Data::Date(lines.iter().map(|(p, _)| Some(p.from())).collect()) },
        Column { name: "period_end".into(), data: Data::Date(lines.iter().map(|(p, _)| Some(p.to())).collect()) },
    ];
    for name in by {
        let member = |row: &Option<usize>| row.map(|row| sums.value(row, name).to_string());
        columns
            .push(Column { name: name.clone(), data: Data::Text(lines.iter().map(|(_, row)| member(row)).collect()) });
    }
    let rows: Vec<Option<usize>> = lines.iter().map(|(_, row)| *row).collect();
    columns.push(Column { name: "value".into(), data: values(&asked.kpi, sums, &rows) });
    columns.push(Column { name: "numerator".into(), data: count("numerator") });
    columns.push(Column { name: "denominator".into(), data: count("denominator") });
    columns.push(Column {
        name: "complete".into(),
        data: Data::Boolean(lines.iter().map(|(p, _)| Some(calendar.is_complete(*p, asked.as_of))).collect()),
    });
    Table::new(columns).map_err(|e| AnswerError::wrong(e.to_string(), "a KPI cannot be grouped by its own columns"))
}

/// The declared aggregate of each row. Money is rounded here, once, half away from zero, to the currency's two decimals.
fn values(kpi: &Kpi, sums: &Table, rows: &[Option<usize>]) -> Data {
    let ratio = |over: &'static str, under: &'static str| {
        let one = |row: &Option<usize>| {
            let row = (*row)?;
            let (over, under) = (sums.value(row, over).number(), sums.value(row, under).number()?);
            (under != 0.0).then(|| over.unwrap_or(0.0) / under)
        };
        Data::Float(rows.iter().map(one).collect())
    };
    match kpi.value_of {
        ValueOf::Ratio => ratio("numerator", "denominator"),
        ValueOf::Share => ratio("value", "whole"),
        ValueOf::Sum => Data::Decimal(
            rows.iter().map(|row| Some(summed(kpi.unit, row.map(|row| sums.value(row, "value"))))).collect(),
        ),
    }
}

fn summed(unit: Unit, value: Option<Value>) -> Decimal {
    let exact = match value {
        Some(Value::Decimal(d)) => d,
        Some(Value::Integer(n)) => Decimal::from(n),
        Some(Value::Float(f)) => Decimal::from_f64_retain(f).unwrap_or_default(),
        _ => Decimal::ZERO,
    };
    match unit {
        Unit::Money => {
            let mut rounded = exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
            rounded.rescale(2);
            rounded
        }
        _ => exact.normalize(),
    }
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
