//! `landing.*`: row versions over the tables that loads wrote.

use super::{Ground, Rows, empty, memory, register, schema_of};
use crate::error::{LakeError, compute};
use crate::functions::hash64;
use crate::landing::{Cell, Journal, arrow_type, landing_schema, loads_columns, rejects_columns, wide_row};
use crate::store::kept;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use datafusion::catalog::{MemorySchemaProvider, TableProvider};
use datafusion::common::TableReference;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result as EngineResult;
use datafusion::functions::core::expr_fn::{coalesce, get_field, named_struct};
use datafusion::functions_aggregate::expr_fn::min;
use datafusion::functions_nested::expr_fn::make_array;
use datafusion::logical_expr::{Expr, cast, ident, lit};
use datafusion::prelude::{SessionContext, col};
use datafusion::scalar::ScalarValue;
use std::collections::BTreeSet;
use std::sync::Arc;
use uptake_spec::Project;
use uptake_spec::source::{ColumnType, Kind, Object, Source, Stamps, Wide};

pub const VERSIONS: &str = include_str!("versions.sql");
pub const EVENTS: &str = include_str!("events.sql");
pub const SEVERAL: &str = include_str!("several.sql");

/// A landed object with its table as it was written, for the stamps.
pub struct Physical<'p> {
    source: &'p Source,
    object: String,
    kind: Kind,
    provider: Arc<dyn TableProvider>,
}

/// Registers `loads`, `rejects` and `landing.*`; what was never loaded has its declared columns and no rows.
pub async fn register_landing<'p>(
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
        Kind::Event => {
            // A log of millions is asked by several parts of one query, and this much of it is the same for all of them: 8 bytes a key.
            let several = uptake_sql::select(&scratch, SEVERAL).await?.into_view();
            scratch.register_table("several", kept(several))?;
            uptake_sql::select(&scratch, EVENTS).await?
        }
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

/// Who touched what when, from the columns that each source names.
pub fn stamps(context: &SessionContext, landed: &[Physical]) -> EngineResult<Vec<DataFrame>> {
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
