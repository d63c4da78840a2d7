//! Every relation a query may name, from landing tables to models, over a lake or over nothing.
//!
//! Landing tables and most models are views; base tables and `-- stored` models are tables that a build wrote.

use crate::arrivals;
use crate::error::{LakeError, compute};
use crate::functions::{functions, hash64};
use crate::landing::{Cell, Journal, array, arrow_type, landing_schema, loads_columns, rejects_columns, wide_row};
use crate::manifest::Manifest;
use crate::quantile::km_quantile;
use crate::session::PERIODS;
use crate::store::Store;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::{MemTable, MemorySchemaProvider, TableProvider};
use datafusion::common::TableReference;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result as EngineResult;
use datafusion::execution::SessionStateBuilder;
use datafusion::functions::core::expr_fn::{coalesce, get_field, named_struct};
use datafusion::functions_aggregate::expr_fn::min;
use datafusion::functions_nested::expr_fn::make_array;
use datafusion::logical_expr::{Expr, cast, ident, lit};
use datafusion::prelude::{SessionConfig, SessionContext, col};
use datafusion::scalar::ScalarValue;
use deltalake_core::delta_datafusion::planner::DeltaPlanner;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uptake_spec::project::{LakeTable, Model};
use uptake_spec::source::{ColumnType, Kind, Object, Source, Stamps, Wide};
use uptake_spec::{Project, sql};

pub const VERSIONS: &str = include_str!("relations/versions.sql");
pub const EVENTS: &str = include_str!("relations/events.sql");

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

/// A landed object with its table as it was written, for the stamps.
struct Physical<'p> {
    source: &'p Source,
    object: String,
    kind: Kind,
    provider: Arc<dyn TableProvider>,
}

/// Registers `loads`, `rejects` and `landing.*`; what was never loaded has its declared columns and no rows.
async fn register_landing<'p>(
    context: &SessionContext,
    project: &'p Project,
    ground: Ground<'_>,
) -> Result<Vec<Physical<'p>>, LakeError> {
    let catalog = context.catalog("datafusion").expect("the default catalog is there");
    catalog.register_schema("landing", Arc::new(MemorySchemaProvider::new())).map_err(compute("landing"))?;
    let state = context.state();
    for (name, columns) in [("loads", loads_columns()), ("rejects", rejects_columns())] {
        let provider = match ground {
            Ground::Lake { store, manifest, .. } if manifest.tables.contains_key(name) => {
                store.provider(name, manifest.tables[name], &state).await?
            }
            _ => memory(columns, vec![]),
        };
        register(context, name, provider)?;
    }
    for source in &project.sources {
        for object in &source.objects {
            let name = format!("landing.{}", source.landing_name(&object.name));
            register(context, &name, empty(landing_view_schema(&declared(source, object))))?;
            for wide in &object.wide {
                register(context, &format!("{name}_{}", wide.name), empty(long_schema(wide)))?;
            }
        }
    }
    let Ground::Lake { store, manifest, journal } = ground else { return Ok(vec![]) };
    let mut landed = vec![];
    for (source, name) in loaded_objects(project, journal) {
        let own = source.objects.iter().find(|o| o.name == name);
        let object = own.cloned().or_else(|| source.other.clone().map(|o| Object { name: name.clone(), ..o }));
        let table = format!("landing/{}", source.landing_name(&name));
        let (Some(object), Some(version)) = (object, manifest.tables.get(&table)) else { continue };
        let provider = store.provider(&table, *version, &state).await?;
        let physical = with_stamp(context, provider, object.newest.as_deref()).map_err(compute(&table))?;
        let provider = journaled(context, physical.clone(), journal, source, &name).map_err(compute(&table))?;
        let view = landing_view(physical, provider.clone(), source, &object, journal).await.map_err(compute(&table))?;
        let view_name = source.landing_name(&name);
        for wide in &object.wide {
            let long = long(context, view.clone(), wide).map_err(compute(&table))?;
            replace(context, &format!("{view_name}_{}", wide.name), long).map_err(compute(&table))?;
        }
        replace(context, &view_name, view).map_err(compute(&table))?;
        landed.push(Physical { source, object: name, kind: object.kind, provider });
    }
    Ok(landed)
}

/// Puts a relation in the place of the empty one that `landing.` may have by this name.
fn replace(context: &SessionContext, name: &str, provider: Arc<dyn TableProvider>) -> EngineResult<()> {
    let name = TableReference::partial("landing", name);
    context.deregister_table(name.clone())?;
    context.register_table(name, provider).map(|_| ())
}

/// The stamp of every row: full rows have it in the column `newest` only. Tables that were written long ago lack the column `_stamp`.
fn with_stamp(
    context: &SessionContext,
    provider: Arc<dyn TableProvider>,
    newest: Option<&str>,
) -> EngineResult<Arc<dyn TableProvider>> {
    let schema = provider.schema();
    let is_stamp = |kind: &DataType| matches!(kind, DataType::Date32 | DataType::Timestamp(..));
    let is_newest = |field: &&FieldRef| newest.is_some_and(|newest| field.name().eq_ignore_ascii_case(newest));
    let own = schema.fields().iter().find(is_newest).filter(|field| is_stamp(field.data_type()));
    let as_instant = |told: Expr| cast(told, arrow_type(ColumnType::Instant));
    let noted = schema.field_with_name("_stamp").ok().map(|_| ident("_stamp"));
    let told: Vec<Expr> = noted.into_iter().chain(own.map(|field| as_instant(ident(field.name())))).collect();
    let stamp = if told.is_empty() { as_instant(lit(ScalarValue::Null)) } else { coalesce(told) };
    let others = schema.fields().iter().filter(|field| field.name() != "_stamp").map(|field| ident(field.name()));
    let columns: Vec<Expr> = others.chain([stamp.alias("_stamp")]).collect();
    Ok(context.read_table(provider)?.select(columns)?.into_view())
}

/// The rows of loads that ended: what a load that was killed left behind counts once the load is repeated.
fn journaled(
    context: &SessionContext,
    provider: Arc<dyn TableProvider>,
    journal: &Journal,
    source: &Source,
    object: &str,
) -> EngineResult<Arc<dyn TableProvider>> {
    let ours = journal.entries().iter().filter(|e| e.report.source == source.name && e.report.object == object);
    let loads = ours.map(|entry| lit(entry.load.as_str())).collect();
    Ok(context.read_table(provider)?.filter(col("_load").in_list(loads, false))?.into_view())
}

/// Every source and object with rows, as the journal names them.
fn loaded_objects<'p>(project: &'p Project, journal: &Journal) -> Vec<(&'p Source, String)> {
    let with_rows = journal.entries().iter().filter(|e| e.report.read > 0);
    let pairs: BTreeSet<(String, String)> =
        with_rows.map(|e| (e.report.source.clone(), e.report.object.clone())).collect();
    let found = pairs
        .into_iter()
        .filter_map(|(source, object)| Some((project.sources.iter().find(|s| s.name == source)?, object)));
    found.collect()
}

/// The tables of the journal's objects, as they are named below the lake's root.
pub fn landing_tables(project: &Project, journal: &Journal) -> Vec<String> {
    loaded_objects(project, journal)
        .iter()
        .map(|(source, object)| format!("landing/{}", source.landing_name(object)))
        .collect()
}

/// The columns an object has by its source's TOML, whether or not an export brought them.
fn declared(source: &Source, object: &Object) -> Vec<(String, ColumnType)> {
    let mut columns: Vec<(String, ColumnType)> = vec![];
    let others = object
        .key
        .iter()
        .chain(&object.needs)
        .chain(&object.needs_any)
        .map(|name| (name.clone(), source.column_type(object, name)));
    for (name, kind) in object.columns.iter().cloned().chain(others).chain(source.columns.iter().cloned()) {
        if !columns.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
            columns.push((name, kind));
        }
    }
    columns
}

/// The shape of `landing.*`: the export's columns, where the row came from, and from when to when it held.
fn landing_view_schema(columns: &[(String, ColumnType)]) -> SchemaRef {
    let hidden = ["_content", "_snapshot", "_full", "_load", "_stamp"];
    let full = landing_schema(columns);
    let kept = full.fields().iter().filter(|f| !hidden.contains(&f.name().as_str())).map(|f| f.as_ref().clone());
    let validity = [
        ("first_seen", DataType::Date32),
        ("last_seen", DataType::Date32),
        ("next_seen", DataType::Date32),
        ("gone", DataType::Boolean),
    ];
    let validity = validity.into_iter().map(|(name, kind)| Field::new(name, kind, true));
    Arc::new(Schema::new(kept.chain(validity).collect::<Vec<_>>()))
}

/// The columns that each row of a wide table's long form has beside `name` and `value`.
const KEPT: [(&str, ColumnType); 5] = [
    ("_key", ColumnType::Text),
    ("first_seen", ColumnType::Date),
    ("last_seen", ColumnType::Date),
    ("next_seen", ColumnType::Date),
    ("gone", ColumnType::Boolean),
];

fn long_schema(wide: &Wide) -> SchemaRef {
    let own = [("name".to_string(), ColumnType::Text), ("value".to_string(), wide.kind)];
    let kept = KEPT.map(|(name, kind)| (name.to_string(), kind));
    schema_of(&kept.into_iter().chain(own).collect::<Vec<_>>())
}

/// One row for each row version of `view` and each of its columns of `wide` that has a value.
fn long(context: &SessionContext, view: Arc<dyn TableProvider>, wide: &Wide) -> EngineResult<Arc<dyn TableProvider>> {
    let schema = view.schema();
    let rows = schema.fields().iter().filter_map(|field| Some((wide_row(&wide.name, field.name())?, field.name())));
    let cells: Vec<Expr> =
        rows.map(|(row, column)| named_struct(vec![lit("name"), lit(row), lit("value"), ident(column)])).collect();
    if cells.is_empty() {
        return Ok(empty(long_schema(wide)));
    }
    let kept = || KEPT.iter().map(|(name, _)| col(*name));
    let cell = |name: &str| get_field(col("cell"), name).alias(name);
    let all = context.read_table(view)?.select(kept().chain([make_array(cells).alias("cell")]).collect::<Vec<_>>())?;
    let long =
        all.unnest_columns(&["cell"])?.select(kept().chain([cell("name"), cell("value")]).collect::<Vec<_>>())?;
    Ok(long.filter(col("value").is_not_null())?.into_view())
}

/// Row versions over a landing table; declared columns that no export brought are NULL. What was there when is told by
/// the loads of the journal, the values by any row that has them.
async fn landing_view(
    physical: Arc<dyn TableProvider>,
    journaled: Arc<dyn TableProvider>,
    source: &Source,
    object: &Object,
    journal: &Journal,
) -> EngineResult<Arc<dyn TableProvider>> {
    let scratch = SessionContext::new();
    scratch.register_udf(hash64());
    scratch.register_table("physical", physical)?;
    scratch.register_table("journaled", journaled)?;
    let frame = match object.kind {
        Kind::Event => uptake_sql::select(&scratch, EVENTS).await?,
        Kind::Record => {
            let days = days_with_next_complete(&journal.snapshots(&source.name, &object.name));
            scratch.register_table(
                "days",
                memory(&[("snapshot", ColumnType::Date), ("next_complete", ColumnType::Date)], days),
            )?;
            uptake_sql::select(&scratch, VERSIONS).await?
        }
    };
    let there: Vec<String> = frame.schema().fields().iter().map(|f| f.name().clone()).collect();
    let missing =
        declared(source, object).into_iter().filter(|(name, _)| !there.iter().any(|t| t.eq_ignore_ascii_case(name)));
    let nothing = missing.map(|(name, kind)| cast(lit(ScalarValue::Null), arrow_type(kind)).alias(name));
    let columns: Vec<Expr> = there.iter().map(ident).chain(nothing).collect();
    Ok(frame.select(columns)?.into_view())
}

fn days_with_next_complete(snapshots: &[(chrono::NaiveDate, bool)]) -> Rows {
    let next = |day| {
        snapshots
            .iter()
            .find(|(other, complete)| *complete && *other > day)
            .map_or(Cell::Nothing, |(other, _)| Cell::Date(*other))
    };
    snapshots.iter().map(|(day, _)| vec![Cell::Date(*day), next(*day)]).collect()
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

/// Who touched what when, from the columns that each source names.
fn stamps(context: &SessionContext, landed: &[Physical]) -> EngineResult<Vec<DataFrame>> {
    let mut frames = vec![];
    for physical in landed {
        let Some(Stamps { created, modified, .. }) = physical.source.stamps_of(&physical.object) else { continue };
        let pairs = [("created", Some(created)), ("modified", modified.as_ref())];
        let schema = physical.provider.schema();
        let name_of = |column: &str| {
            schema.fields().iter().map(|f| f.name().clone()).find(|name| name.eq_ignore_ascii_case(column))
        };
        for (kind, pair) in pairs {
            let Some((user, instant)) = pair.and_then(|(u, i)| Some((name_of(u)?, name_of(i)?))) else { continue };
            let method = if physical.kind == Kind::Event { "log" } else { "stamp" };
            let columns = vec![
                lit(physical.source.name.as_str()).alias("source"),
                lit(physical.object.as_str()).alias("object"),
                col("_key").alias("record_id"),
                ident(user).alias("user_id"),
                ident(instant).alias("ts"),
                lit(kind).alias("kind"),
                lit(method).alias("method"),
                col("_snapshot"),
            ];
            let rows = context.read_table(physical.provider.clone())?.filter(col("_full"))?.select(columns)?;
            let by = ["source", "object", "record_id", "user_id", "ts", "kind", "method"].map(col).to_vec();
            // A stamp shows in every version of its record; it counts once.
            frames.push(rows.aggregate(by, vec![min(col("_snapshot")).alias("snapshot")])?);
        }
    }
    Ok(frames)
}

/// The project's models in an order in which each comes after what it reads; but for those of each question.
///
/// # Errors
/// Two models that need each other.
pub fn in_order(project: &Project) -> Result<Vec<&Model>, uptake_spec::Problem> {
    let asked = asked_anew(project);
    Ok(all_in_order(project)?.into_iter().filter(|model| !asked.contains(model.name.as_str())).collect())
}

/// The models that read the asked `periods`, themselves or through another, in order: each question has its own.
pub fn of_questions(project: &Project) -> Vec<&Model> {
    let asked = asked_anew(project);
    let models = all_in_order(project).unwrap_or_default(); // a circle was told when the others were put in order
    models.into_iter().filter(|model| asked.contains(model.name.as_str())).collect()
}

fn asked_anew(project: &Project) -> BTreeSet<&str> {
    let models: Vec<(&str, BTreeSet<String>)> =
        project.models.iter().map(|model| (model.name.as_str(), reads(&model.sql))).collect();
    let mut asked = BTreeSet::new();
    loop {
        let is_asked =
            |reads: &BTreeSet<String>| reads.iter().any(|name| name == PERIODS || asked.contains(name.as_str()));
        let found: BTreeSet<&str> = models.iter().filter(|(_, r)| is_asked(r)).map(|(name, _)| *name).collect();
        if found.len() == asked.len() {
            return asked;
        }
        asked = found;
    }
}

fn reads(sql_text: &str) -> BTreeSet<String> {
    sql::reads(sql_text).map(|r| r.relations).unwrap_or_default()
}

fn all_in_order(project: &Project) -> Result<Vec<&Model>, uptake_spec::Problem> {
    let mut waiting: BTreeMap<&str, _> = project.models.iter().map(|m| (m.name.as_str(), (m, reads(&m.sql)))).collect();
    let mut ordered = vec![];
    while !waiting.is_empty() {
        let ready = waiting
            .iter()
            .find(|(name, (_, reads))| !reads.iter().any(|r| r != *name && waiting.contains_key(r.as_str())));
        let Some((name, _)) = ready else {
            let (name, (model, _)) = waiting.first_key_value().expect("it is not empty");
            let place = uptake_spec::Place::whole(&model.file);
            return Err(uptake_spec::Problem::new(
                place,
                format!("the model {name} needs a model that needs it"),
                "break the circle",
            ));
        };
        let name = *name;
        ordered.push(waiting.remove(name).expect("it was found there").0);
    }
    Ok(ordered)
}

/// Registers every model: stored ones from the manifest where there is one, all others as views.
pub async fn register_models(context: &SessionContext, project: &Project, ground: Ground<'_>) -> Result<(), LakeError> {
    for model in in_order(project).map_err(LakeError::Refused)? {
        let stored = match ground {
            Ground::Lake { store, manifest, .. } if model.stored => {
                manifest.tables.get(&model_table(&model.name)).map(|version| (store, *version))
            }
            _ => None,
        };
        let provider = match stored {
            Some((store, version)) => store.held(&model_table(&model.name), version, &context.state()).await?,
            None => uptake_sql::select(context, &model.sql)
                .await
                .map_err(compute(model.file.display().to_string()))?
                .into_view(),
        };
        register(context, &model.name, provider)?;
    }
    Ok(())
}

/// Computes anew into memory, as a build does into the lake, what `sql` reads and is not `fresh`; for the tests of KPIs.
pub async fn compute_models(
    context: &SessionContext,
    project: &Project,
    sql: &str,
    fresh: &mut BTreeSet<String>,
) -> EngineResult<()> {
    let read = read_through(project, sql);
    for model in in_order(project).expect("the models were registered in order before") {
        if !read.contains(&model.name) || !fresh.insert(model.name.clone()) {
            continue;
        }
        context.deregister_table(model.name.as_str())?;
        let frame = uptake_sql::select(context, &model.sql).await?;
        let frame = if model.stored { frame.cache().await? } else { frame };
        context.register_table(model.name.as_str(), frame.into_view())?;
    }
    Ok(())
}

/// Every relation that `sql` reads, itself or through KPIs and models.
fn read_through(project: &Project, sql: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<String> = reads(sql).into_iter().collect();
    while let Some(name) = waiting.pop() {
        let model = project.models.iter().find(|model| model.name == name).map(|model| &model.sql);
        let text = model.or_else(|| project.kpis.iter().find(|kpi| kpi.name == name).map(|kpi| &kpi.sql));
        if let Some(text) = text.filter(|_| !found.contains(&name)) {
            waiting.extend(reads(text));
        }
        found.insert(name);
    }
    found
}

/// Where a base table lives below the lake's root, once a build has written it.
pub fn base_name(name: &str) -> String {
    format!("base/{name}")
}

/// Where a stored model lives below the lake's root.
pub fn model_table(name: &str) -> String {
    format!("models/{name}")
}
