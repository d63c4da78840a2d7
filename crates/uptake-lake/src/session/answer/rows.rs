//! From facts to the rows of an answer: filtered, grouped, added up, and the declared value of each.

use super::asked::Asked;
use super::held;
use crate::convert;
use crate::error::AnswerError;
use crate::quantile::km_quantile;
use chrono::NaiveDate;
use datafusion::arrow::compute::{SortColumn, concat_batches, lexsort_to_indices, take_record_batch};
use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::dataframe::DataFrame;
use datafusion::functions_aggregate::expr_fn::{min, sum};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, cast, ident, lit};
use datafusion::prelude::SessionContext;
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uptake_spec::kpi::{Split, Unit, ValueOf};
use uptake_spec::{Column, Data, Range, Table, Value};

/// One row of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub period: Range,
    /// The members of `by`, in its order.
    pub by: Vec<String>,
    pub split: Option<String>,
    /// A decimal, a float, or nothing.
    pub value: Value<'static>,
    pub numerator: Option<i64>,
    pub denominator: Option<i64>,
    /// People of the numerator who were gone at the period's end; in no column.
    pub left: Option<i64>,
}

/// The column of the facts that orders the members of a split.
const ORD: &str = "ord";
pub const PERIOD: &str = "period_start";
/// The column of the facts that is 1 for somebody who was gone at the period's end.
const LEFT: &str = "left";

/// What a KPI's SQL tells, planned.
pub struct Facts {
    pub rows: DataFrame,
    /// The asked periods, if the facts are [held](held) and must be spread over them.
    pub periods: Option<DataFrame>,
}

impl Facts {
    /// Those of periods that begin on these days; the engine counts what is held in asked periods only.
    pub fn of_days(self, from: Expr, to: Expr) -> Result<Facts, AnswerError> {
        match self.periods {
            Some(_) => Ok(self),
            None => Ok(Facts { rows: self.rows.filter(ident(PERIOD).between(from, to))?, ..self }),
        }
    }
}

/// How the facts of some questions are added up.
///
/// What adds up is added up to the finest cut, and that to all others. `GROUPING SETS` would do so too, but gives groups twice
/// where a filter leaves a column one value (apache/datafusion#16965).
#[derive(Debug)]
pub struct Adding {
    finest: Cut,
    /// Otherwise the facts stay as they are until each cut is made of them.
    adds_up: bool,
}

/// Sums of facts, cut in every way that one of some questions asks.
pub struct Sums(BTreeMap<Cut, RecordBatch>);

/// The columns by which facts are added up.
type Cut = BTreeSet<String>;

fn cut(asked: &Asked) -> Cut {
    let split = asked.kpi.split.as_ref().map(|split| &split.column);
    [PERIOD.into()].into_iter().chain(split.cloned()).chain(asked.params.by.iter().cloned()).collect()
}

fn cuts(asked: &[&Asked]) -> BTreeSet<Cut> {
    asked.iter().map(|asked| cut(asked)).collect()
}

impl Adding {
    pub fn of(asked: &[&Asked]) -> Adding {
        let cuts = cuts(asked);
        let adds_up = cuts.len() == 1 || !matches!(asked[0].kpi.value_of, ValueOf::Quantile);
        Adding { finest: cuts.into_iter().flatten().collect(), adds_up }
    }

    /// Filters, groups and adds up; what does not add up is never added: only sums of facts leave here, and quantiles.
    pub fn plan(&self, facts: Facts, asked: &Asked) -> Result<DataFrame, AnswerError> {
        let Facts { rows: mut facts, periods } = facts;
        for filter in asked.filters_of_facts() {
            let values = filter.values.iter().map(|value| lit(value.as_str())).collect();
            facts = facts.filter(ident(&filter.column).in_list(values, false))?;
        }
        let totals = totals(asked, facts.schema().as_arrow())?;
        match (periods, self.adds_up) {
            (None, false) => Ok(facts),
            (None, true) => added_up(facts, &self.finest, &totals),
            (Some(periods), false) => Ok(held::spread(facts, periods)?),
            (Some(periods), true) => {
                let counts = held::COUNTS.map(String::from);
                let held = self.finest.iter().filter(|column| *column != PERIOD).cloned().chain(counts).collect();
                added_up(held::spread(added_up(facts, &held, &totals)?, periods)?, &self.finest, &totals)
            }
        }
    }

    /// The sums of `base`, which its plan gave, for each of these questions.
    pub async fn sums(
        self,
        context: &SessionContext,
        base: RecordBatch,
        asked: &[&Asked],
    ) -> Result<Sums, AnswerError> {
        let mut sums = BTreeMap::new();
        let totals = totals(asked[0], &base.schema())?;
        for cut in cuts(asked) {
            let rows = match self.adds_up && cut == self.finest {
                true => base.clone(),
                false => {
                    let plan = uptake_sql::optimized(added_up(context.read_batch(base.clone())?, &cut, &totals)?)?;
                    collected(context, &plan).await?
                }
            };
            sums.insert(cut, rows);
        }
        Ok(Sums(sums))
    }
}

/// Not by DataFrame::aggregate: where the facts are groups already, it would group by all their columns.
fn added_up(facts: DataFrame, cut: &Cut, totals: &[Expr]) -> Result<DataFrame, AnswerError> {
    let (state, plan) = facts.into_parts();
    let plan = LogicalPlanBuilder::from(plan).aggregate(cut.iter().map(ident), totals.to_vec())?.build()?;
    Ok(DataFrame::new(state, plan))
}

/// What an optimised plan gives.
pub async fn collected(context: &SessionContext, plan: &LogicalPlan) -> Result<RecordBatch, AnswerError> {
    let rows = uptake_sql::rows(context, plan).await.and_then(|batches| {
        let computed = batches.first().map_or(plan.schema().inner().clone(), RecordBatch::schema);
        Ok(concat_batches(&computed, &batches)?)
    });
    rows.map_err(|e| AnswerError::Engine(Arc::new(e)))
}

impl Sums {
    /// Those of one of the questions, in order.
    pub fn of(&self, asked: &Asked) -> Result<Table, AnswerError> {
        let split = asked.kpi.split.as_ref().map(|split| split.column.as_str());
        let by = [PERIOD].into_iter().chain(asked.params.by.iter().map(String::as_str));
        let order: Vec<&str> = by.chain([ORD]).chain(split).collect();
        let rows = &self.0[&cut(asked)];
        let table = sorted(rows, &order).and_then(|sorted| convert::table(&rows.schema(), &[sorted]));
        table.map_err(|e| AnswerError::Engine(Arc::new(e.into())))
    }
}

/// The few rows of an answer in order, what is nothing first. The engine's own sort refuses columns that filters have made constant.
fn sorted(batch: &RecordBatch, order: &[&str]) -> Result<RecordBatch, ArrowError> {
    let column = |name: &&str| Some(SortColumn { values: batch.column_by_name(name)?.clone(), options: None });
    let places = lexsort_to_indices(&order.iter().filter_map(column).collect::<Vec<_>>(), None)?;
    take_record_batch(batch, &places)
}

fn is_integer(facts: &Schema, column: &str) -> bool {
    facts.field_with_name(column).is_ok_and(|field| field.data_type().is_integer())
}

/// Whether the KPI counts those who left apart.
pub fn tells_who_left(sums: &Table) -> bool {
    sums.column(LEFT).is_some()
}

/// Those of facts with these columns.
fn totals(asked: &Asked, facts: &Schema) -> Result<Vec<Expr>, AnswerError> {
    let exact = |name: &str| sum(ident(name)).alias(name);
    let mut totals = vec![exact("numerator"), exact("denominator")];
    totals.extend(is_integer(facts, ORD).then(|| min(ident(ORD)).alias(ORD)));
    totals.extend(is_integer(facts, LEFT).then(|| exact(LEFT)));
    match asked.kpi.value_of {
        ValueOf::Ratio => {}
        ValueOf::Sum => totals.push(exact("value")),
        ValueOf::Share => totals.extend([exact("value"), exact("whole")]),
        ValueOf::Quantile => {
            let Some(quantile) = asked.kpi.quantile else {
                return Err(AnswerError::wrong(
                    "nothing says which quantile",
                    "add quantile = 0.5 to the KPI's header",
                ));
            };
            let (days, finished) = (cast(ident("value"), DataType::Float64), cast(ident("numerator"), DataType::Int64));
            totals.push(km_quantile().call(vec![days, finished, lit(quantile)]).alias("value"));
        }
    }
    Ok(totals)
}

/// The rows of every asked period. Without `by` and split every period has a row; with one of them, only what has facts.
pub fn rows(asked: &Asked, sums: &Table) -> Vec<Row> {
    let mut rows_of: BTreeMap<NaiveDate, Vec<usize>> = BTreeMap::new();
    for row in 0..sums.rows() {
        if let Value::Date(start) = sums.value(row, PERIOD) {
            rows_of.entry(start).or_default().push(row);
        }
    }
    let mut rows = vec![];
    for period in &asked.periods {
        match rows_of.get(&period.from()) {
            Some(found) => {
                let told = found.iter().map(|at| row(asked, *period, sums, *at));
                rows.extend(told.filter(|row| asked.params.by.is_empty() || !has_only_left(row)));
            }
            None if asked.params.by.is_empty() && asked.kpi.split.is_none() => rows.push(nobody(asked, *period)),
            None => {}
        }
    }
    rows.iter_mut().filter(|row| asked.is_unknown(row.period)).for_each(forget);
    let Some(split) = &asked.kpi.split else { return rows };
    let mut rows = with_differences(split, rows);
    for filter in asked.params.filters.iter().filter(|filter| asked.is_on_split(filter)) {
        rows.retain(|row| row.split.as_ref().is_some_and(|member| filter.values.contains(member)));
    }
    rows
}

fn row(asked: &Asked, period: Range, sums: &Table, at: usize) -> Row {
    // Of parts, the whole ones are told.
    let count = |name| match sums.value(at, name) {
        Value::Integer(n) => Some(n),
        Value::Decimal(exact) => exact.trunc().to_i64(),
        other => other.number().map(|n| n as i64),
    };
    Row {
        period,
        by: asked.params.by.iter().map(|column| sums.value(at, column).to_string()).collect(),
        split: asked.kpi.split.as_ref().map(|split| sums.value(at, &split.column).to_string()),
        value: value(asked, sums, at),
        numerator: count("numerator"),
        denominator: count("denominator"),
        left: count(LEFT),
    }
}

/// A group of which nobody is there any more is no group of the period.
fn has_only_left(row: &Row) -> bool {
    row.left.is_some_and(|left| left > 0) && row.denominator == Some(0)
}

/// Before its data begins a figure is unknown, not 0. What was found there all the same stays.
fn forget(row: &mut Row) {
    if row.numerator.unwrap_or(0) == 0 {
        (row.value, row.numerator, row.denominator, row.left) = (Value::Nothing, None, None, None);
    }
}

/// A period without any facts: of nothing, the sum is 0 and the quotient nothing.
fn nobody(asked: &Asked, period: Range) -> Row {
    let value = match asked.kpi.value_of {
        ValueOf::Sum => Value::Decimal(rounded(asked.kpi.unit, Decimal::ZERO)),
        _ => Value::Nothing,
    };
    Row { period, by: vec![], split: None, value, numerator: Some(0), denominator: Some(0), left: None }
}

/// The declared value of a cell; nothing where all that should be added up is unknown.
fn value(asked: &Asked, sums: &Table, at: usize) -> Value<'static> {
    let float = |number: Option<f64>| number.map_or(Value::Nothing, Value::Float);
    let ratio = |over, under| {
        let (over, under) = (sums.value(at, over).number(), sums.value(at, under).number());
        float(over.zip(under).filter(|(_, under)| *under != 0.0).map(|(over, under)| over / under))
    };
    match asked.kpi.value_of {
        ValueOf::Ratio => ratio("numerator", "denominator"),
        ValueOf::Share => ratio("value", "whole"),
        ValueOf::Quantile => float(sums.value(at, "value").number()),
        ValueOf::Sum => match sums.value(at, "value") {
            Value::Decimal(exact) => Value::Decimal(rounded(asked.kpi.unit, exact)),
            Value::Integer(n) => Value::Decimal(rounded(asked.kpi.unit, n.into())),
            Value::Float(n) => Value::Decimal(rounded(asked.kpi.unit, Decimal::from_f64_retain(n).unwrap_or_default())),
            _ => Value::Nothing,
        },
    }
}

/// Money is rounded here, once, half away from zero, to the currency's two decimals.
fn rounded(unit: Unit, exact: Decimal) -> Decimal {
    match unit {
        Unit::Money => {
            let mut rounded = exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
            rounded.rescale(2);
            rounded
        }
        _ => exact.normalize(),
    }
}

/// Behind the members of each period and group, one row for each difference that the KPI declares.
fn with_differences(split: &Split, rows: Vec<Row>) -> Vec<Row> {
    let mut all = vec![];
    for group in rows.chunk_by(|a, b| a.period == b.period && a.by == b.by) {
        let value = |member: &str| {
            group.iter().find(|row| row.split.as_deref() == Some(member)).map_or(Value::Nothing, |row| row.value)
        };
        let gap = |d: &uptake_spec::kpi::Difference| Row {
            split: Some(d.name.clone()),
            value: less(value(&d.of), value(&d.less)),
            numerator: None,
            denominator: None,
            left: None,
            ..group[0].clone()
        };
        all.extend_from_slice(group);
        all.extend(split.differences.iter().map(gap));
    }
    all
}

fn less(of: Value<'static>, less: Value<'static>) -> Value<'static> {
    match (of, less) {
        (Value::Decimal(of), Value::Decimal(less)) => Value::Decimal(of - less),
        (Value::Float(of), Value::Float(less)) => Value::Float(of - less),
        _ => Value::Nothing,
    }
}

/// The columns of contract.md.
pub fn table(asked: &Asked, rows: &[Row]) -> Result<Table, AnswerError> {
    let mut columns: Vec<(&str, Data)> = vec![
        ("period_start", Data::Date(rows.iter().map(|row| Some(row.period.from())).collect())),
        ("period_end", Data::Date(rows.iter().map(|row| Some(row.period.to())).collect())),
    ];
    for (at, name) in asked.params.by.iter().enumerate() {
        columns.push((name, Data::Text(rows.iter().map(|row| Some(row.by[at].clone())).collect())));
    }
    if let Some(split) = &asked.kpi.split {
        columns.push((&split.column, Data::Text(rows.iter().map(|row| row.split.clone()).collect())));
    }
    columns.push(("value", values(asked.kpi.value_of, rows)));
    columns.push(("numerator", Data::Integer(rows.iter().map(|row| row.numerator).collect())));
    columns.push(("denominator", Data::Integer(rows.iter().map(|row| row.denominator).collect())));
    columns.push(("complete", Data::Boolean(rows.iter().map(|row| Some(asked.is_complete(row.period))).collect())));
    let columns = columns.into_iter().map(|(name, data)| Column { name: name.into(), data });
    Table::new(columns.collect())
        .map_err(|e| AnswerError::wrong(e.to_string(), "a KPI cannot be grouped by its own columns"))
}

fn values(value_of: ValueOf, rows: &[Row]) -> Data {
    let decimal = |row: &Row| match row.value {
        Value::Decimal(d) => Some(d),
        _ => None,
    };
    match value_of {
        ValueOf::Sum => Data::Decimal(rows.iter().map(decimal).collect()),
        _ => Data::Float(rows.iter().map(|row| row.value.number()).collect()),
    }
}
