//! A KPI is planned once for each way of asking it; a question fills in its days.
//!
//! Planning takes the engine 5 to 15 ms, which is as long as many an answer takes. Questions of one page and the next differ in
//! little else than their days, so that these stay open in the plan: as parameters, and as the rows of `periods`.

use super::super::overlay::{PERIODS, with_periods};
use super::super::{Bound, Inner};
use super::asked::Asked;
use super::held;
use super::rows::{Adding, Facts};
use crate::error::AnswerError;
use crate::landing::Cell;
use crate::relations::memory;
use chrono::NaiveDate;
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::catalog::TableProvider;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::dataframe::DataFrame;
use datafusion::datasource::provider_as_source;
use datafusion::error::Result;
use datafusion::logical_expr::expr::Placeholder;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{Expr, LogicalPlan, TableScan, lit};
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use uptake_spec::source::ColumnType;
use uptake_spec::{Range, sql};

/// So many plans are kept; one is some 100 kB. Filters come from whoever asks, so that there can be any number.
const MOST: usize = 256;
/// All days the asked periods are told from; twice, since the engine would write what it sees twice into each row.
const DAYS: [&str; 2] = ["$days_from", "$days_to"];
/// The first and the last of the asked days.
const FROM: &str = "$from";
const TO: &str = "$to";

/// The plans of a session, by the way of asking.
#[derive(Default)]
pub struct Plans(Mutex<HashMap<String, LogicalPlan>>);

impl Plans {
    fn known(&self, form: &str) -> Option<LogicalPlan> {
        self.0.lock().expect("no holder panics").get(form).cloned()
    }

    fn keep(&self, form: String, plan: LogicalPlan) {
        let mut plans = self.0.lock().expect("no holder panics");
        if plans.len() >= MOST {
            plans.clear();
        }
        plans.insert(form, plan);
    }

    pub fn forget(&self) {
        self.0.lock().expect("no holder panics").clear();
    }
}

/// What adds up the facts of these questions, which have the same facts; optimised.
pub async fn plan(
    session: &Inner,
    context: &SessionContext,
    asked: &[&Asked],
    adding: &Adding,
) -> Result<LogicalPlan, AnswerError> {
    let rollup = session.rollups.find(session, asked);
    let (form, days) = (form(asked[0], adding, rollup.is_some()), Days::of(asked));
    let plan = match session.plans.known(&form) {
        Some(plan) => plan,
        None => {
            let facts = match rollup {
                Some(rollup) => rollup.facts(context, asked[0]).await?,
                None => facts(session, context, asked[0], days.periods()).await?,
            };
            let facts = facts.of_days(open(FROM, DataType::Date32), open(TO, DataType::Date32))?;
            let plan = uptake_sql::optimized(adding.plan(facts, asked[0])?)?;
            session.plans.keep(form, plan.clone());
            plan
        }
    };
    Ok(days.filled_into(plan)?)
}

/// The way of asking: all that a plan is made of but the days.
fn form(asked: &Asked, adding: &Adding, of_rollup: bool) -> String {
    let filters: Vec<_> = asked.filters_of_facts().collect();
    format!("{:?}", (&asked.kpi.name, &asked.options, asked.grain, asked.attributes, filters, adding, of_rollup))
}

/// The KPI's own SQL, with its days left open.
async fn facts(
    session: &Inner,
    context: &SessionContext,
    asked: &Asked,
    periods: Arc<dyn TableProvider>,
) -> Result<Facts, AnswerError> {
    let reads = sql::reads(&asked.kpi.sql).map_err(|why| AnswerError::wrong(why, ""))?;
    let context = with_periods(context, &session.of_questions, periods, reads.relations).await?;
    let (state, plan) = uptake_sql::select(&context, &asked.kpi.sql).await?.into_parts();
    let text = |text: &str| Bound::Text(text.into());
    let words = [("grain".into(), text(asked.grain.word())), ("attributes".into(), text(asked.attributes.word()))];
    let known: HashMap<&str, &Bound> =
        words.iter().chain(&asked.options).map(|(name, value)| (name.as_str(), value)).collect();
    let plan = with_parameters(plan, &|id| match id {
        FROM | TO | "$as_of" => Some(open(id, DataType::Date32)),
        _ => known.get(id.trim_start_matches('$')).map(|value| lit(value.scalar())),
    })?;
    // Types are known only now.
    let plan = plan.transform_up_with_subqueries(|plan| plan.recompute_schema().map(Transformed::yes))?.data;
    let rows = DataFrame::new(state, plan);
    let columns: Vec<&str> = rows.schema().fields().iter().map(|field| field.name().as_str()).collect();
    if !held::are_held(&columns) {
        return Ok(Facts { rows, periods: None });
    }
    let periods = context.table(PERIODS).await?;
    Ok(Facts { rows: held::counted(rows, DAYS.map(|id| open(id, held::list_type())))?, periods: Some(periods) })
}

fn open(id: &str, holds: DataType) -> Expr {
    Expr::Placeholder(Placeholder::new_with_field(id.into(), Some(Arc::new(Field::new("", holds, true)))))
}

/// The days of questions that are answered together.
struct Days {
    periods: Vec<Range>,
    as_of: NaiveDate,
    /// Whether the data covers each.
    complete: Vec<bool>,
}

impl Days {
    fn of(asked: &[&Asked]) -> Days {
        let all = asked.iter().flat_map(|asked| &asked.periods);
        let all: BTreeMap<NaiveDate, Range> = all.map(|period| (period.from(), *period)).collect();
        let periods: Vec<Range> = all.into_values().collect();
        let complete = periods.iter().map(|period| asked[0].is_complete(*period)).collect();
        Days { periods, as_of: asked[0].as_of, complete }
    }

    /// The day that each period is told from.
    fn told(&self) -> impl Iterator<Item = NaiveDate> {
        self.periods.iter().map(|period| period.to().min(self.as_of))
    }

    fn periods(&self) -> Arc<dyn TableProvider> {
        let columns = [
            ("period_start", ColumnType::Date),
            ("period_end", ColumnType::Date),
            ("at", ColumnType::Date),
            ("complete", ColumnType::Boolean),
        ];
        let rows = self.periods.iter().zip(self.told()).zip(&self.complete).map(|((period, at), complete)| {
            vec![Cell::Date(period.from()), Cell::Date(period.to()), Cell::Date(at), Cell::Boolean(*complete)]
        });
        memory(&columns, rows.collect())
    }

    fn filled_into(&self, plan: LogicalPlan) -> Result<LogicalPlan> {
        let day = |day: Option<NaiveDate>| lit(ScalarValue::Date32(day.map(|day| day.to_epoch_days())));
        let told: Vec<i32> = self.told().map(|day| day.to_epoch_days()).collect();
        let plan = with_parameters(plan, &|id| match id {
            FROM => Some(day(self.periods.first().map(Range::from))),
            TO => Some(day(self.periods.last().map(Range::to))),
            "$as_of" => Some(day(Some(self.as_of))),
            id if DAYS.contains(&id) => Some(lit(held::list(&told))),
            _ => None,
        })?;
        let periods = provider_as_source(self.periods());
        let filled = plan.transform_up_with_subqueries(|plan| match plan {
            LogicalPlan::TableScan(scan) if scan.table_name.table() == PERIODS => {
                let source = periods.clone();
                Ok(Transformed::yes(LogicalPlan::TableScan(TableScan { source, ..scan })))
            }
            plan => Ok(Transformed::no(plan)),
        })?;
        Ok(filled.data)
    }
}

/// The plan with an expression in place of each parameter that `of` has one for.
fn with_parameters(plan: LogicalPlan, of: &impl Fn(&str) -> Option<Expr>) -> Result<LogicalPlan> {
    let filled = plan.transform_up_with_subqueries(|plan| {
        let names = NamePreserver::new(&plan);
        plan.map_expressions(|expr| {
            if !expr.exists(|part| Ok(matches!(part, Expr::Placeholder(_))))? {
                return Ok(Transformed::no(expr));
            }
            let name = names.save(&expr);
            let expr = expr.transform_up(|part| match &part {
                Expr::Placeholder(parameter) => Ok(of(&parameter.id).map_or(Transformed::no(part), Transformed::yes)),
                _ => Ok(Transformed::no(part)),
            })?;
            Ok(expr.update_data(|expr| name.restore(expr)))
        })
    })?;
    Ok(filled.data)
}
