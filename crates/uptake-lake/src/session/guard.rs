//! A viewer's SQL is not a model: it is judged before it runs, and it runs within limits.
//!
//! Text and operators are counted before planning, because long flat chains overflow the planner's stack. Functions are
//! judged on the plan, never by matching text. Memory and disk are bounded by the pool, rows by the stream, time from
//! outside. Some joins never yield, so that a process which answers many must put this into one it can kill.

use super::{Bound, Rows};
use crate::convert;
use crate::error::AnswerError;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::dataframe::DataFrame;
use datafusion::error::Result as EngineResult;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::disk_manager::DiskManagerBuilder;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::{Expr, LogicalPlan, Operator};
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};
use futures::StreamExt;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use uptake_spec::sql::reads;

/// What one question may take.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    pub time: Duration,
    pub memory_bytes: usize,
    pub spill_bytes: u64,
    pub rows: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { time: Duration::from_secs(10), memory_bytes: 512 << 20, spill_bytes: 1 << 30, rows: 100_000 }
    }
}

const MOST_TEXT_BYTES: usize = 64 << 10;
const MOST_OPERATORS: usize = 500;
const MOST_SET_OPERATIONS: usize = 50;
/// Deep plans need deep stacks.
const STACK_BYTES: usize = 16 << 20;
/// The most by which a text or a list may outgrow those it is put together from.
const MOST_GROWTH: u64 = 1000;
/// Functions that put their arguments together; the memory pool does not see what they make.
const JOINING: [&str; 11] = [
    "concat",
    "concat_ws",
    "make_array",
    "make_list",
    "array_append",
    "array_prepend",
    "array_concat",
    "array_cat",
    "list_concat",
    "struct",
    "named_struct",
];
/// Functions that put their third argument in the place of parts of their first.
const REPLACING: [&str; 2] = ["replace", "regexp_replace"];
/// Functions whose output the memory pool does not see and that nothing bounds, or that make rows out of nothing.
const FORBIDDEN: [&str; 13] = [
    "repeat",
    "lpad",
    "rpad",
    "overlay",
    "range",
    "generate_series",
    "array_repeat",
    "array_resize",
    "string_agg",
    "array_agg",
    "array_fill",
    "list_repeat",
    "gen_series",
];

pub(super) async fn query(
    base: &SessionContext,
    sql: &str,
    parameters: &BTreeMap<String, Bound>,
    limits: &Limits,
) -> Result<Rows, AnswerError> {
    let used = judge_text(sql)?;
    if let Some(name) = used.iter().find(|name| !parameters.contains_key(*name)) {
        return Err(AnswerError::wrong(format!("${name} has no value"), "write the value itself"));
    }
    let values: HashMap<String, ScalarValue> =
        used.iter().map(|name| (name.clone(), parameters[name].scalar())).collect();
    let (context, sql, most) = (limited(base, limits)?, sql.to_string(), limits.rows);
    let planned_and_run = async move {
        let frame = uptake_sql::select(&context, &sql).await?;
        judge_plan(frame.logical_plan())?;
        let frame = if values.is_empty() { frame } else { frame.with_param_values(values)? };
        collect(frame, most).await
    };
    within(limits.time, planned_and_run).await
}

/// Runs `work` on threads of its own and waits at most `time` for it. Some plans never yield: on shared threads they
/// would keep the clock itself from ticking. What is given up on goes on until the process ends.
async fn within(
    time: Duration,
    work: impl Future<Output = Result<Rows, AnswerError>> + Send + 'static,
) -> Result<Rows, AnswerError> {
    let (done, waiting) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_stack_size(STACK_BYTES)
            .enable_all()
            .build();
        let rows = match runtime {
            Ok(runtime) => runtime.block_on(async {
                tokio::spawn(work)
                    .await
                    .unwrap_or_else(|e| Err(AnswerError::wrong(format!("the query broke off: {e}"), "")))
            }),
            Err(error) => Err(AnswerError::wrong(format!("no thread for the query: {error}"), "try again")),
        };
        let _gone = done.send(rows); // nobody waits any more after the limit
    });
    match tokio::time::timeout(time, waiting).await {
        Ok(Ok(rows)) => rows,
        Ok(Err(_)) => Err(AnswerError::wrong("the query broke off", "")),
        Err(_) => Err(AnswerError::TimedOut { seconds: time.as_secs() }),
    }
}

/// One SELECT of bounded length; gives the `$names` it uses.
fn judge_text(sql: &str) -> Result<Vec<String>, AnswerError> {
    if sql.len() > MOST_TEXT_BYTES {
        return Err(AnswerError::wrong(
            format!("the query is longer than {} kB", MOST_TEXT_BYTES >> 10),
            "make it shorter",
        ));
    }
    let tokens =
        Tokenizer::new(&GenericDialect {}, sql).tokenize().map_err(|e| AnswerError::wrong(e.to_string(), ""))?;
    let operators = tokens.iter().filter(|token| is_operator(token)).count();
    let sets =
        tokens.iter().filter(|token| is_word(token, &[Keyword::UNION, Keyword::INTERSECT, Keyword::EXCEPT])).count();
    if operators > MOST_OPERATORS || sets > MOST_SET_OPERATIONS {
        return Err(AnswerError::wrong(
            format!("the query has {operators} operators and {sets} unions"),
            format!("at most {MOST_OPERATORS} and {MOST_SET_OPERATIONS} are allowed; use IN (…)"),
        ));
    }
    if tokens.iter().any(|token| is_word(token, &[Keyword::RECURSIVE])) {
        return Err(AnswerError::wrong(
            "WITH RECURSIVE is not allowed",
            "write the rows with VALUES, or take them from a table",
        ));
    }
    let found = reads(sql).map_err(|why| AnswerError::wrong(why, ""))?;
    Ok(found.parameters.into_iter().collect())
}

fn is_operator(token: &Token) -> bool {
    use Token::{Div, DoubleEq, Eq, Gt, GtEq, Lt, LtEq, Minus, Mod, Mul, Neq, Plus, StringConcat};
    matches!(token, Plus | Minus | Mul | Div | Mod | StringConcat | Eq | DoubleEq | Neq | Lt | LtEq | Gt | GtEq)
        || is_word(token, &[Keyword::AND, Keyword::OR, Keyword::NOT, Keyword::XOR, Keyword::CASE])
        || matches!(token, Token::LParen)
}

fn is_word(token: &Token, words: &[Keyword]) -> bool {
    matches!(token, Token::Word(word) if words.contains(&word.keyword))
}

/// Refuses functions that can eat the machine, wherever in the plan they stand.
fn judge_plan(plan: &LogicalPlan) -> Result<(), AnswerError> {
    let mut found = None;
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            note(scan.table_name.table(), &mut found);
        }
        node.apply_expressions(|expr| {
            expr.apply(|inner| {
                match inner {
                    Expr::ScalarFunction(function) => note(function.name(), &mut found),
                    Expr::AggregateFunction(function) => note(function.func.name(), &mut found),
                    Expr::WindowFunction(function) => note(function.fun.name(), &mut found),
                    _ => {}
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    match found {
        Some(name) => Err(AnswerError::wrong(
            format!("the function {name} is not allowed here"),
            "it can take more memory than there is",
        )),
        None if growth(plan) > MOST_GROWTH => {
            let what = format!("it puts texts or lists together more than {MOST_GROWTH} times over");
            Err(AnswerError::wrong(what, "join fewer of them, in fewer steps"))
        }
        None => Ok(()),
    }
}

/// By how much a text or a list can outgrow those it is made of: what is joined adds up, one step upon another multiplies.
fn growth(plan: &LogicalPlan) -> u64 {
    let below = plan.inputs().into_iter().map(growth).max().unwrap_or(1);
    below.saturating_mul(plan.expressions().iter().map(growth_of).max().unwrap_or(1))
}

fn growth_of(expr: &Expr) -> u64 {
    let sum = |parts: &[&Expr]| parts.iter().map(|part| growth_of(part)).fold(0, u64::saturating_add);
    match expr {
        Expr::ScalarFunction(function) if JOINING.contains(&function.name()) => {
            sum(&function.args.iter().collect::<Vec<_>>())
        }
        Expr::ScalarFunction(function) if REPLACING.contains(&function.name()) => {
            let written = match function.args.get(2) {
                Some(Expr::Literal(value, _)) => value.to_string().len() as u64,
                _ => MOST_GROWTH,
            };
            function.args.first().map_or(1, growth_of).saturating_mul(1 + written)
        }
        Expr::BinaryExpr(both) if both.op == Operator::StringConcat => sum(&[&both.left, &both.right]),
        Expr::ScalarSubquery(inner) => growth(&inner.subquery),
        other => {
            let mut most = 1;
            let take = |child: &Expr| {
                most = growth_of(child).max(most);
                Ok(TreeNodeRecursion::Continue)
            };
            other.apply_children(take).expect("taking the most never fails");
            most
        }
    }
}

fn note(name: &str, found: &mut Option<String>) {
    let name = name.trim_end_matches("()");
    if FORBIDDEN.contains(&name) {
        *found = Some(name.to_string());
    }
}

/// The same relations in a runtime of bounded memory and disk.
fn limited(base: &SessionContext, limits: &Limits) -> EngineResult<SessionContext> {
    let disk = DiskManagerBuilder::default().with_max_temp_directory_size(limits.spill_bytes);
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(limits.memory_bytes)))
        .with_disk_manager_builder(disk)
        .with_object_store_registry(base.runtime_env().object_store_registry.clone())
        .build_arc()?;
    Ok(SessionContext::new_with_state(
        SessionStateBuilder::new_from_existing(base.state()).with_runtime_env(runtime).build(),
    ))
}

async fn collect(frame: DataFrame, most: usize) -> Result<Rows, AnswerError> {
    let schema = frame.schema().inner().clone();
    let mut stream = frame.execute_stream().await?;
    let (mut batches, mut rows) = (vec![], 0);
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        rows += batch.num_rows();
        batches.push(if rows > most { batch.slice(0, batch.num_rows() - (rows - most)) } else { batch });
        if rows > most {
            break;
        }
    }
    let table = convert::table(&schema, &batches)
        .map_err(|e| AnswerError::wrong(e.to_string(), "give every column a name of its own"))?;
    Ok(Rows { table, truncated: rows > most })
}
