//! Rollups: what a build has added up already, so that a question reads some thousand sums and not the millions of rows below them.
//!
//! A KPI has them as it is asked usually and with one option chosen otherwise, by week, month and quarter, through all of its history, in the
//! finest cut that can be asked. The facts of a period are the same whichever others are asked with it, so that these sums are facts like those of its SQL.
//! What they do not know is asked of the SQL: more options, other attributes, another day to tell it from, a free number, days, quantiles; and
//! KPIs whose sums are floats, for these depend on the order of the rows.

use super::super::{Bound, Inner};
use super::asked::{self, Asked, USUAL_PERIODS};
use super::rows::{self, Adding, Facts};
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
use tracing::info;
use uptake_spec::kpi::ValueOf;
use uptake_spec::{Grain, Kpi, Params, Project, Range};

const GRAINS: [Grain; 3] = [Grain::Week, Grain::Month, Grain::Quarter];
/// So many periods are added up at once, so that what a plan holds does not grow with the history.
const AT_ONCE: usize = 26;
/// A KPI with more sums than this is asked of its rows.
const MOST_ROWS: usize = 4 << 20;
/// Counts up where the columns or the sense of rollups change.
const FORM: u32 = 1;
/// The columns that say what a row is the sum of: `measure=amount`, `week`.
const OPTIONS: &str = "_options";
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
        let known = project.kpis.iter().filter(|kpi| manifest.rollups.get(&kpi.name) == Some(&rollup_digest(kpi)));
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
    usual && span(session, asked[0]).is_some_and(|all| periods.all(|period| all.from() <= period.from()))
}

/// Whether what the question asks adds up, and its options are of the [`ways`] that are added up.
fn is_rolled_up(asked: &Asked) -> bool {
    let options = |way| asked::options(&asked.kpi, &Params { options: way, ..Params::default() });
    asked.kpi.value_of != ValueOf::Quantile && ways(&asked.kpi).into_iter().any(|way| options(way) == asked.options)
}

/// All periods that are added up: those of the history, and before it as many as a young one is usually asked with.
fn span(session: &Inner, asked: &Asked) -> Option<Range> {
    let (begins, calendar) = (asked::begins_on(session, &asked.kpi, asked.as_of)?, session.project.calendar());
    let first = calendar.back(begins, asked.grain, USUAL_PERIODS);
    Range::new(first, calendar.period_of(asked.as_of, asked.grain).to())
}

impl Rollup {
    /// Its sums as facts.
    pub async fn facts(&self, context: &SessionContext, asked: &Asked) -> Result<Facts, AnswerError> {
        let state = context.state();
        let open_table = || self.store.held(&self.table, self.version, &state);
        let damaged = |why| AnswerError::Engine(Arc::new(DataFusionError::External(Box::new(why))));
        let rows = self.rows.get_or_try_init(open_table).await.map_err(damaged)?;
        let of = ident(OPTIONS).eq(lit(in_words(asked))).and(ident(GRAIN).eq(lit(asked.grain.word())));
        Ok(Facts { rows: context.read_table(rows.clone())?.filter(of)?, periods: None })
    }
}

/// The options of a question in words.
fn in_words(asked: &Asked) -> String {
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
pub fn rollup_digest(kpi: &Kpi) -> String {
    let Kpi { name, value_of, attributes, dimensions, split, reads, options, sql, .. } = kpi;
    let form = (FORM, GRAINS, ways(kpi));
    let all = format!("{:?}", (name, value_of, attributes, dimensions, split, reads, options, sql, form));
    Sha256::digest(all).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The rollup of a KPI; nothing where an input was never loaded, and of what does not add up or makes too many sums.
///
/// # Errors
/// The KPI's SQL; storage.
pub async fn rolled_up(session: &Arc<Inner>, kpi: &Kpi) -> Result<Vec<RecordBatch>, AnswerError> {
    let mut questions = vec![];
    for options in ways(kpi) {
        for grain in GRAINS {
            questions.extend(questions_of(session, kpi, &options, grain)?);
        }
    }
    let added = stream::iter(questions).map(|asked| {
        let session = session.clone();
        let task = SpawnedTask::spawn(async move { added_up(&session, &asked).await });
        async { task.join_unwind().await.expect("a task ends before what waits for it") }
    });
    let (mut added, mut batches, mut rows) = (added.buffered(2), vec![], 0);
    while let Some(batch) = added.try_next().await? {
        rows += batch.num_rows();
        if rows > MOST_ROWS || !batch.schema().fields().iter().all(|field| is_kept(field.data_type())) {
            info!(
                kpi = kpi.name,
                rows, "is asked of its rows: its sums are too many, or floats, or of a type that no table has"
            );
            return Ok(vec![]);
        }
        batches.push(batch);
    }
    in_one_shape(batches).map_err(|e| AnswerError::Engine(Arc::new(e.into())))
}

/// Whether sums of the type, and members, are the same in a table of the lake and in whatever order they are added.
fn is_kept(kind: &DataType) -> bool {
    use DataType::{Boolean, Date32, Decimal128, Int8, Int16, Int32, Int64, LargeUtf8, Utf8, Utf8View};
    matches!(kind, Utf8 | Utf8View | LargeUtf8 | Boolean | Date32 | Int8 | Int16 | Int32 | Int64 | Decimal128(..))
}

/// The periods that are added up, some at once.
fn questions_of(
    session: &Inner,
    kpi: &Kpi,
    options: &BTreeMap<String, String>,
    grain: Grain,
) -> Result<Vec<Asked>, AnswerError> {
    let chosen = kpi.chosen(options).map_err(|(what, hint)| AnswerError::wrong(what, hint))?;
    if asked::as_of(session, &chosen, &Params::default()).is_err() {
        return Ok(vec![]);
    }
    let by = chosen.dimensions.clone();
    let params = Params { grain: Some(grain), by, options: options.clone(), ..Params::default() };
    let usual = asked::complete(session, kpi, &params)?;
    let Some(span) = span(session, &usual).filter(|_| is_rolled_up(&usual)) else { return Ok(vec![]) };
    let all = session.project.calendar().periods(span, grain);
    Ok(all.chunks(AT_ONCE).map(|some| usual.over(some)).collect())
}

/// Sums of these periods, with what they are sums of.
async fn added_up(session: &Inner, asked: &Asked) -> Result<RecordBatch, AnswerError> {
    let adding = Adding::of(&[asked]);
    let plan = super::plans::plan(session, &session.context, &[asked], &adding).await?;
    let sums = rows::collected(&session.context, &plan).await?;
    let says = [(OPTIONS, in_words(asked)), (GRAIN, asked.grain.word().into())].map(|(name, word)| {
        let words: ArrayRef = Arc::new(StringArray::from(vec![word; sums.num_rows()]));
        (name.to_string(), words)
    });
    let schema = sums.schema();
    let names = schema.fields().iter().map(|field| field.name().clone());
    let columns = says.into_iter().chain(names.zip(sums.columns().iter().cloned()));
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true)))
        .map_err(|e| AnswerError::Engine(Arc::new(e.into())))
}

/// Options differ in what they sum up and can be grouped by; what one does not have is nothing there.
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
