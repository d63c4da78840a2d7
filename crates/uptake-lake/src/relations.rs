//! Every relation a query may name, from landing tables to models, over a lake or over nothing.
//!
//! Landing tables and most models are views; base tables and `-- stored` models are tables that a build wrote.

mod landing;
mod models;

use crate::arrivals;
use crate::error::{LakeError, compute};
use crate::functions::functions;
use crate::landing::{Cell, Journal, array, arrow_type};
use crate::manifest::Manifest;
use crate::quantile::km_quantile;
use crate::store::Store;
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::{MemTable, TableProvider};
use datafusion::dataframe::DataFrame;
use datafusion::error::Result as EngineResult;
use datafusion::execution::SessionStateBuilder;
use datafusion::logical_expr::{cast, ident, lit};
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion::scalar::ScalarValue;
use deltalake_core::delta_datafusion::planner::DeltaPlanner;
pub use landing::{EVENTS, SEVERAL, VERSIONS, landing_tables};
use landing::{Physical, register_landing, stamps};
pub use models::{compute_models, in_order, of_questions, register_models};
use std::collections::BTreeSet;
use std::sync::Arc;
use uptake_spec::Project;
use uptake_spec::project::LakeTable;
use uptake_spec::source::ColumnType;

/// What the relations stand on.
#[derive(Clone, Copy)]
pub enum Ground<'a> {
    /// No data: queries can be planned, not answered.
    Nothing,
    /// No data, and base tables that take INSERTs, for the tests of KPIs.
    Test,
    Lake {
        store: &'a Store,
        manifest: &'a Manifest,
        journal: &'a Journal,
    },
}

/// A context with all functions and no relation. Registering everything in one place lets other processes do the same.
///
/// The smaller side of a join is looked up whole up to these sizes: on two cores, dealing both sides out by hash costs more.
pub fn empty_context(project: &Project) -> SessionContext {
    let mut config = SessionConfig::new().with_information_schema(false).with_target_partitions(2);
    let optimizer = &mut config.options_mut().optimizer;
    optimizer.hash_join_single_partition_threshold = 32 << 20;
    optimizer.hash_join_single_partition_threshold_rows = 512 << 10;
    let state =
        SessionStateBuilder::new().with_config(config).with_default_features().with_query_planner(DeltaPlanner::new());
    let context = SessionContext::new_with_state(state.build());
    functions(project).into_iter().for_each(|function| context.register_udf(function));
    context.register_udaf(km_quantile());
    context
}

/// Registers all that stands before the models: landing, settings and the base tables.
pub async fn register_base(context: &SessionContext, project: &Project, ground: Ground<'_>) -> Result<(), LakeError> {
    register_settings(context, project, ground)?;
    let jobs = match ground {
        Ground::Lake { store, .. } => arrivals::rows(store, project).await?,
        _ => vec![],
    };
    register(context, "load_jobs", memory(&arrivals::LOAD_JOBS, jobs))?;
    let physical = register_landing(context, project, ground).await?;
    for table in &project.schema {
        let built = match ground {
            Ground::Lake { store, manifest, .. } => {
                manifest.tables.get(&base_name(&table.name)).map(|version| (store, *version))
            }
            _ => None,
        };
        let provider = match (ground, built) {
            (Ground::Test, _) => empty(schema_of(&table.columns)),
            (_, Some((store, version))) => store.held(&base_name(&table.name), version, &context.state()).await?,
            _ => base_table(context, project, table, &physical).await?,
        };
        register(context, &table.name, provider)?;
    }
    Ok(())
}

fn register(context: &SessionContext, name: &str, provider: Arc<dyn TableProvider>) -> Result<(), LakeError> {
    context.register_table(name, provider).map(|_| ()).map_err(compute(name))
}

/// Small relations made of settings and dated CSVs.
fn register_settings(context: &SessionContext, project: &Project, ground: Ground<'_>) -> Result<(), LakeError> {
    use ColumnType::{Boolean, Date, Decimal, Text};
    let text = |text: &String| Cell::Text(text.clone().into());
    let settings = &project.settings;
    let one = |words: &[String]| words.iter().map(|word| vec![text(word)]).collect();
    let (robots, leaders): (Rows, Rows) = (one(&settings.robots), one(&settings.leader_grades));
    let decimal =
        |d: rust_decimal::Decimal| Cell::Decimal((d * rust_decimal::Decimal::from(10_000)).round().mantissa());
    let targets = project.targets.iter().map(|t| {
        let until = t.valid_to.and_then(|day| day.succ_opt());
        let day = |day: Option<chrono::NaiveDate>| day.map_or(Cell::Nothing, Cell::Date);
        vec![
            text(&t.metric),
            text(&t.scope),
            text(&t.direction),
            decimal(t.target),
            t.warn.map_or(Cell::Nothing, decimal),
            day(t.valid_from),
            day(until),
        ]
    });
    let holidays = project.holidays.iter().map(|h| vec![text(&h.calendar_id), Cell::Date(h.d), text(&h.name)]);
    let snapshots = match ground {
        Ground::Lake { journal, .. } => all_snapshots(journal),
        _ => vec![],
    };
    let target_columns = [
        ("metric", Text),
        ("scope", Text),
        ("direction", Text),
        ("target", Decimal),
        ("warn", Decimal),
        ("valid_from", Date),
        ("valid_to", Date),
    ];
    let test = matches!(ground, Ground::Test);
    register(context, "robots", memory(&[("robot", Text)], if test { vec![] } else { robots }))?;
    register(context, "leader_grades", memory(&[("grade", Text)], leaders))?;
    register(context, "targets", memory(&target_columns, if test { vec![] } else { targets.collect() }))?;
    register(context, "holidays", memory(&[("calendar_id", Text), ("d", Date), ("name", Text)], holidays.collect()))?;
    register(
        context,
        "snapshots",
        memory(&[("source", Text), ("object", Text), ("snapshot", Date), ("complete", Boolean)], snapshots),
    )
}

pub type Rows = Vec<Vec<Cell>>;

/// A relation of rows in memory.
pub fn memory(columns: &[(&str, ColumnType)], rows: Rows) -> Arc<dyn TableProvider> {
    let columns: Vec<(String, ColumnType)> = columns.iter().map(|(name, kind)| (name.to_string(), *kind)).collect();
    let schema = schema_of(&columns);
    let arrays = columns
        .iter()
        .enumerate()
        .map(|(at, (_, kind))| array(*kind, rows.iter().map(|row| row[at].clone())))
        .collect();
    let batch = RecordBatch::try_new(schema.clone(), arrays).expect("every column has as many rows");
    Arc::new(MemTable::try_new(schema, vec![vec![batch]]).expect("the batch has this schema"))
}

fn empty(schema: SchemaRef) -> Arc<dyn TableProvider> {
    Arc::new(MemTable::try_new(schema, vec![vec![]]).expect("no batch, no conflict"))
}

fn schema_of(columns: &[(String, ColumnType)]) -> SchemaRef {
    Arc::new(Schema::new(
        columns.iter().map(|(name, kind)| Field::new(name, arrow_type(*kind), true)).collect::<Vec<_>>(),
    ))
}

fn all_snapshots(journal: &Journal) -> Rows {
    let pairs: BTreeSet<(&str, &str)> =
        journal.entries().iter().map(|e| (e.report.source.as_str(), e.report.object.as_str())).collect();
    let rows = pairs.into_iter().flat_map(|(source, object)| {
        let row = move |(day, complete)| {
            vec![
                Cell::Text(source.to_string().into()),
                Cell::Text(object.to_string().into()),
                Cell::Date(day),
                Cell::Boolean(complete),
            ]
        };
        journal.snapshots(source, object).into_iter().map(row)
    });
    rows.collect()
}

/// A base table: the mappings of all sources for it, one below the other, in the declared shape.
async fn base_table(
    context: &SessionContext,
    project: &Project,
    table: &LakeTable,
    landed: &[Physical<'_>],
) -> Result<Arc<dyn TableProvider>, LakeError> {
    let mut whole: Option<DataFrame> = None;
    let mut parts = vec![];
    for mapping in project.sources.iter().flat_map(|s| &s.mappings).filter(|m| m.table == table.name) {
        let file = mapping.file.display().to_string();
        let frame = uptake_sql::select(context, &mapping.sql).await.map_err(compute(&file))?;
        parts.push(shaped(frame, table).map_err(compute(&file))?);
    }
    if table.name == "stamps" {
        parts.extend(
            stamps(context, landed)
                .map_err(compute("stamps"))?
                .into_iter()
                .map(|f| shaped(f, table))
                .collect::<EngineResult<Vec<_>>>()
                .map_err(compute("stamps"))?,
        );
    }
    for part in parts {
        whole = Some(match whole {
            Some(before) => before.union(part).map_err(compute(&table.name))?,
            None => part,
        });
    }
    Ok(whole.map_or_else(|| empty(schema_of(&table.columns)), DataFrame::into_view))
}

/// The declared columns of `table` in their order and types; what the query lacks is NULL.
fn shaped(frame: DataFrame, table: &LakeTable) -> EngineResult<DataFrame> {
    let there: Vec<String> = frame.schema().fields().iter().map(|f| f.name().clone()).collect();
    let column = |(name, kind): &(String, ColumnType)| {
        let value = if there.contains(name) { ident(name) } else { lit(ScalarValue::Null) };
        cast(value, arrow_type(*kind)).alias(name)
    };
    frame.select(table.columns.iter().map(column).collect::<Vec<_>>())
}

/// Where a base table lives below the lake's root, once a build has written it.
pub fn base_name(name: &str) -> String {
    format!("base/{name}")
}

/// Where the rollup of a KPI lives below the lake's root.
pub fn rollup_table(kpi: &str) -> String {
    format!("rollups/{kpi}")
}

/// Whether a table was made by a build, and not loaded.
pub fn is_built(table: &str) -> bool {
    [base_name(""), model_table(""), rollup_table("")].iter().any(|folder| table.starts_with(folder))
}

/// Where a stored model lives below the lake's root.
pub fn model_table(name: &str) -> String {
    format!("models/{name}")
}
