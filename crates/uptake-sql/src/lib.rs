//! From the text of a query to a plan.
//!
//! DataFusion's async and generic functions are compiled again in every crate that calls them, and in each of that crate's
//! tests; behind these stands the whole SQL planner. Here it is compiled once.
//!
//! `inline(never)`, as the compiler would otherwise take functions so short into the crate that calls them.

use datafusion::arrow::record_batch::RecordBatch;
use datafusion::error::Result;
use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::collect;
use datafusion::prelude::{DataFrame, SessionContext};
use futures::future::BoxFuture;

/// What a query gives, planned and not run.
///
/// # Errors
/// Those of the parser and the planner: no SQL, more than a query, unknown relations, columns or functions, types that do
/// not fit.
#[inline(never)]
pub fn select<'a>(context: &'a SessionContext, text: &'a str) -> BoxFuture<'a, Result<DataFrame>> {
    let read_only = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    Box::pin(context.sql_with_options(text, read_only))
}

/// What a statement gives, which may write.
///
/// # Errors
/// As of [`select`].
#[inline(never)]
pub fn statement<'a>(context: &'a SessionContext, text: &'a str) -> BoxFuture<'a, Result<DataFrame>> {
    Box::pin(context.sql_with_options(text, SQLOptions::new()))
}

/// # Errors
/// Those of the optimiser: types that do not go together show only here.
#[inline(never)]
pub fn optimized(frame: DataFrame) -> Result<LogicalPlan> {
    frame.into_optimized_plan()
}

/// What an [`optimized`] plan gives; it is not optimised again.
///
/// # Errors
/// Those of the physical planner, and whatever goes wrong while it runs.
#[inline(never)]
pub fn rows<'a>(context: &'a SessionContext, plan: &'a LogicalPlan) -> BoxFuture<'a, Result<Vec<RecordBatch>>> {
    Box::pin(async move {
        let state = context.state();
        let plan = state.query_planner().create_physical_plan(plan, &state).await?;
        collect(plan, context.task_ctx()).await
    })
}
