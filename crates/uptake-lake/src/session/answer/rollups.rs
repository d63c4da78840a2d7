//! Rollups: what a build has added up already, so that a question reads some thousand sums and not the millions of rows below them.
//!
//! A KPI has them as it is asked usually and with one option chosen otherwise, by week, month and quarter, through all of its history, in the
//! finest cut that can be asked. The facts of a period are the same whichever others are asked with it, so that these sums are facts like those of its SQL.
//! What they do not know is asked of the SQL: more options, another day to tell it from, a free number, days, quantiles.

use super::super::{Bound, Inner};
use super::asked::{self, Asked};
use super::plans::{FROM, TO, open};
use super::rows::{self, Adding, Facts, PERIOD};
use crate::error::AnswerError;
use crate::manifest::Manifest;
use crate::relations::rollup_table;
use crate::store::Store;
use datafusion::arrow::array::{ArrayRef, StringArray, new_null_array};
use datafusion::arrow::datatypes::{DataType, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::TableProvider;
use datafusion::common::runtime::SpawnedTask;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{ident, lit};
use datafusion::prelude::SessionContext;
use futures::{StreamExt, TryStreamExt, stream};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::OnceCell;
use uptake_spec::kpi::ValueOf;
use uptake_spec::{Grain, Kpi, Params, Project, Range};

const GRAINS: [Grain; 3] = [Grain::Week, Grain::Month, Grain::Quarter];
/// So many periods are added up at once; one after the other, so that memory does not grow with the history.
const AT_ONCE: usize = 26;
/// The columns that say what a row is the sum of: `measure=amount`, `week`.
const WAY: &str = "_options";
const GRAIN: &str = "_grain";

/// The rollups of a build, by the KPI's name.
#[derive(Default)]
pub struct Rollups(BTreeMap<String, Rollup>);

/// Read when it is first asked.
pub struct Rollup {
    store: Store,
    table: String,
    version: u64,
    rows: OnceCell<Arc<dyn TableProvider>>,
}

impl Rollups {
    /// Those of a build that were made of the KPIs as the project has them now.
    pub fn of(project: &Project, store: &Store, manifest: &Manifest) -> Rollups {
        let known = project.kpis.iter().filter(|kpi| manifest.rollups.get(&kpi.name) == Some(&digest(kpi)));
        let rollups = known.filter_map(|kpi| {
            let table = rollup_table(&kpi.name);
            let version = *manifest.tables.get(&table)?;
            Some((kpi.name.clone(), Rollup { store: store.clone(), table, version, rows: OnceCell::new() }))
        });
        Rollups(rollups.collect())
    }

    /// The one that knows all periods of these questions, which have the same facts.
    pub fn find(&self, session: &Inner, asked: &[&Asked]) -> Option<&Rollup> {
        let rollup = self.0.get(&asked[0].kpi.name)?;
        knows(session, asked).then_some(rollup)
    }
}

fn knows(session: &Inner, asked: &[&Asked]) -> bool {
    let Asked { kpi, grain, attributes, as_of, .. } = asked[0];
    let usual = is_rolled_up(asked[0])
        && GRAINS.contains(grain)
        && kpi.attributes.first().is_none_or(|usual| usual == attributes)
        && asked::as_of(session, kpi, &Params::default()).is_ok_and(|usual| usual == *as_of);
    let mut periods = asked.iter().flat_map(|asked| &asked.periods);
    usual && history(session, asked[0]).is_some_and(|all| periods.all(|period| all.from() <= period.from()))
}

/// Whether the options are of the [`ways`] to ask, and what they give adds up.
fn is_rolled_up(asked: &Asked) -> bool {
    let chosen_otherwise = asked.kpi.options.iter().zip(&asked.options).filter(|(option, (_, value))| {
        let usual = option.choices.first().map_or(Bound::Nothing, |choice| Bound::Text(choice.name.clone()));
        *value != usual
    });
    let (free, others): (Vec<_>, Vec<_>) = chosen_otherwise.partition(|(option, _)| option.choices.is_empty());
    free.is_empty() && others.len() <= 1 && asked.kpi.value_of != ValueOf::Quantile
}

/// All periods that are added up.
fn history(session: &Inner, asked: &Asked) -> Option<Range> {
    let begins = asked::begins_on(session, &asked.kpi, asked.as_of)?;
    let period = |day| session.project.calendar().period_of(day, asked.grain);
    Range::new(period(begins).from(), period(asked.as_of).to())
}

impl Rollup {
    /// Its sums as facts of the asked days, which stay open.
    pub async fn facts(&self, context: &SessionContext, asked: &Asked) -> Result<Facts, AnswerError> {
        let state = context.state();
        let open_table = || self.store.held(&self.table, self.version, &state);
        let damaged = |why| AnswerError::Engine(Arc::new(DataFusionError::External(Box::new(why))));
        let rows = self.rows.get_or_try_init(open_table).await.map_err(damaged)?;
        let days = ident(PERIOD).between(open(FROM, DataType::Date32), open(TO, DataType::Date32));
        let what = ident(WAY).eq(lit(way(asked))).and(ident(GRAIN).eq(lit(asked.grain.word())));
        Ok(Facts { rows: context.read_table(rows.clone())?.filter(what.and(days))?, periods: None })
    }
}

/// The options of a question in words.
fn way(asked: &Asked) -> String {
    let words = asked.options.iter().filter_map(|(name, value)| match value {
        Bound::Text(word) => Some(format!("{name}={word}")),
        _ => None,
    });
    words.collect::<Vec<_>>().join(", ")
}

/// The usual way to ask, and those that choose one option otherwise.
fn ways(kpi: &Kpi) -> Vec<BTreeMap<String, String>> {
    let others = kpi.options.iter().flat_map(|option| {
        let others = option.choices.iter().skip(1);
        others.map(|choice| BTreeMap::from([(option.name.clone(), choice.name.clone())]))
    });
    [BTreeMap::new()].into_iter().chain(others).collect()
}

/// All that decides what a KPI's rollup is, beside what a build makes of the models.
pub fn digest(kpi: &Kpi) -> String {
    let Kpi { name, value_of, attributes, dimensions, split, reads, options, sql, .. } = kpi;
    let all = format!("{:?}", (name, value_of, attributes, dimensions, split, reads, options, sql));
    Sha256::digest(all).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The rollup of a KPI; nothing where an input was never loaded, and of what does not add up.
///
/// # Errors
/// The KPI's SQL.
pub async fn rolled_up(session: &Arc<Inner>, kpi: &Kpi) -> Result<Vec<RecordBatch>, AnswerError> {
    let mut questions = vec![];
    for options in &ways(kpi) {
        for grain in GRAINS {
            questions.extend(questions_of(session, kpi, options, grain)?);
        }
    }
    let added = stream::iter(questions).map(|asked| {
        let session = session.clone();
        let task = SpawnedTask::spawn(async move { added_up(&session, &asked).await });
        async { task.join_unwind().await.expect("a task ends before what waits for it") }
    });
    let batches: Vec<RecordBatch> = added.buffered(2).try_collect().await?;
    in_one_shape(batches).map_err(|e| AnswerError::Engine(Arc::new(e.into())))
}

/// The periods of the history, some at once.
fn questions_of(
    session: &Inner,
    kpi: &Kpi,
    options: &BTreeMap<String, String>,
    grain: Grain,
) -> Result<Vec<Asked>, AnswerError> {
    let chosen = kpi.chosen(options).map_err(|(what, hint)| AnswerError::wrong(what, hint))?;
    let params = |days: Option<Range>| Params {
        from: days.map(|days| days.from()),
        to: days.map(|days| days.to()),
        grain: Some(grain),
        by: chosen.dimensions.clone(),
        options: options.clone(),
        ..Params::default()
    };
    let usual = match asked::complete(session, kpi, &params(None)) {
        Err(AnswerError::NotLoaded { .. }) => return Ok(vec![]),
        usual => usual?,
    };
    let Some(history) = history(session, &usual).filter(|_| is_rolled_up(&usual)) else { return Ok(vec![]) };
    let all = session.project.calendar().periods(history, grain);
    let some = all.chunks(AT_ONCE).filter_map(|some| Range::new(some[0].from(), some[some.len() - 1].to()));
    let question = |days: Range| {
        let mut asked = asked::complete(session, kpi, &params(Some(days)))?;
        asked.periods = session.project.calendar().periods(days, grain);
        Ok(asked)
    };
    some.map(question).collect()
}

/// Sums of these periods, with what they are sums of.
async fn added_up(session: &Inner, asked: &Asked) -> Result<RecordBatch, AnswerError> {
    let adding = Adding::of(&[asked]);
    let plan = super::plans::plan(session, &session.context, &[asked], &adding).await?;
    let sums = rows::collected(&session.context, &plan).await?;
    let says = [(WAY, way(asked)), (GRAIN, asked.grain.word().into())].map(|(name, word)| {
        let words: ArrayRef = Arc::new(StringArray::from(vec![word; sums.num_rows()]));
        (name.to_string(), words)
    });
    let schema = sums.schema();
    let names = schema.fields().iter().map(|field| field.name().clone());
    let columns = says.into_iter().chain(names.zip(sums.columns().iter().cloned()));
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true)))
        .map_err(|e| AnswerError::Engine(Arc::new(e.into())))
}

/// Ways differ in what they sum up and can be grouped by; what one does not have is nothing there.
fn in_one_shape(batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, ArrowError> {
    let schema: SchemaRef = Arc::new(Schema::try_merge(batches.iter().map(|batch| (*batch.schema()).clone()))?);
    let shaped = batches.iter().map(|batch| {
        let columns = schema.fields().iter().map(|field| match batch.column_by_name(field.name()) {
            Some(column) => column.clone(),
            None => new_null_array(field.data_type(), batch.num_rows()),
        });
        RecordBatch::try_new(schema.clone(), columns.collect())
    });
    shaped.collect()
}
