//! A build: base tables and stored models are brought up to date and published together by one manifest.

use crate::error::{LakeError, compute};
use crate::landing::Journal;
use crate::manifest::{FORMAT, Manifest, Published, days_in_words, none_is_older};
use crate::relations::{
    EVENTS, Ground, SEVERAL, VERSIONS, base_name, empty_context, in_order, is_built, landing_tables, model_table,
    register_base, rollup_table,
};
use crate::session::{Session, rollup_digest};
use crate::store::{MOST_TRIES, Store, pause};
use chrono::{DateTime, SecondsFormat, Utc};
use datafusion::dataframe::DataFrame;
use datafusion::prelude::SessionContext;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::time::Instant;
use tracing::{info, warn};
use uptake_spec::project::Model;
use uptake_spec::{Language, Project, Settings};

#[derive(Debug, Clone, PartialEq)]
pub struct ModelReport {
    pub name: String,
    pub rows: u64,
    pub took_ms: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct BuildReport {
    pub build: u64,
    /// Nothing had changed since this build: nothing was done.
    pub fresh: bool,
    pub models: Vec<ModelReport>,
}

/// Brings the stored models up to date. Killed at any moment, it leaves the last published build as it was.
/// On an object store nobody waits for a lock: who is overtaken by another build starts again.
///
/// # Errors
/// A model that cannot be computed; storage; other builds that came first at every try.
pub async fn build(
    store: &Store,
    project: &Project,
    at: DateTime<Utc>,
    on_model: &mut dyn FnMut(&ModelReport),
) -> Result<BuildReport, LakeError> {
    let _lock = store.lock().await?;
    let mut tries = 1;
    loop {
        match build_once(store, project, at, on_model).await {
            Err(LakeError::Overtaken(what)) if tries < MOST_TRIES => {
                info!(what, tries, "overtaken by another build, starting again");
                pause(tries).await;
                tries += 1;
            }
            ended => return ended,
        }
    }
}

async fn build_once(
    store: &Store,
    project: &Project,
    at: DateTime<Utc>,
    on_model: &mut dyn FnMut(&ModelReport),
) -> Result<BuildReport, LakeError> {
    // The number is taken before anything is read: whoever publishes newer data in the meantime takes it first.
    let published = Published::read(store).await?;
    none_is_older(store, published.newest.as_ref(), |_| true).await?;
    let (journal, tables) = landed(store, project).await?;
    let inputs = digest(project, &tables);
    let same = published.of(&inputs);
    let rollups: BTreeMap<_, _> = project.kpis.iter().map(|kpi| (kpi.name.clone(), rollup_digest(kpi))).collect();
    if let Some(same) = same.filter(|same| same.rollups == rollups) {
        return Ok(BuildReport { build: same.build, fresh: true, models: vec![] });
    }
    let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let build = published.highest + 1;
    let days = days_in_words(&project.settings);
    let mut manifest = Manifest { format: FORMAT, build, at, inputs, days, tables, rollups: BTreeMap::new() };
    let mut models = vec![];
    let mut on_each = |report: ModelReport| {
        on_model(&report);
        models.push(report);
    };
    match same {
        // Only KPIs are other ones now.
        Some(same) => (manifest.tables, manifest.rollups) = (same.tables.clone(), same.rollups.clone()),
        None => compute_models(store, project, &journal, &mut manifest, &mut on_each).await?,
    }
    roll_up(store, project, &journal, &mut manifest, &rollups, &mut on_each).await?;
    manifest.publish(store).await?;
    Ok(BuildReport { build, fresh: false, models })
}

/// Writes the base tables and the stored models of a build.
async fn compute_models(
    store: &Store,
    project: &Project,
    journal: &Journal,
    manifest: &mut Manifest,
    on_each: &mut impl FnMut(ModelReport),
) -> Result<(), LakeError> {
    let context = empty_context(project);
    // Tables are read as plain texts here, not as views into buffers: see "Why does a build read plain texts" in crates/README.md.
    context.state_ref().write().config_mut().options_mut().execution.parquet.schema_force_view_types = false;
    register_base(&context, project, Ground::Lake { store, manifest, journal }).await?;
    for table in &project.schema {
        let frame = context.table(table.name.as_str()).await.map_err(compute(&table.name))?;
        let (report, version) = write(store, &context, &table.name, &base_name(&table.name), frame).await?;
        on_each(report);
        manifest.tables.insert(base_name(&table.name), version);
    }
    for model in in_order(project).map_err(LakeError::Refused)? {
        if let Some((report, version)) = compute_model(store, &context, model).await? {
            on_each(report);
            manifest.tables.insert(model_table(&model.name), version);
        }
    }
    Ok(())
}

/// Writes the rollups of the KPIs that `rollups` tells otherwise than the manifest. One that cannot be made is told, and its KPI answers from the rows;
/// where no mistake in the KPI is to blame, the next build tries again.
async fn roll_up(
    store: &Store,
    project: &Project,
    journal: &Journal,
    manifest: &mut Manifest,
    rollups: &BTreeMap<String, String>,
    on_each: &mut impl FnMut(ModelReport),
) -> Result<(), LakeError> {
    let session = Session::of(project, store, manifest, journal).await?;
    let kept = |table: &str| project.kpis.iter().any(|kpi| rollup_table(&kpi.name) == table);
    manifest.tables.retain(|table, _| !table.starts_with(&rollup_table("")) || kept(table));
    manifest.rollups.retain(|kpi, _| rollups.contains_key(kpi));
    for kpi in &project.kpis {
        let (begun, table, digest) = (Instant::now(), rollup_table(&kpi.name), &rollups[&kpi.name]);
        if manifest.rollups.get(&kpi.name) == Some(digest) {
            continue;
        }
        manifest.tables.remove(&table);
        manifest.rollups.remove(&kpi.name);
        let sums = session.rolled_up(kpi).await.or_else(|why| {
            warn!("{}: not added up beforehand, it answers from the rows: {why}", kpi.place.file.display());
            if why.may_pass() { Err(why) } else { Ok(vec![]) }
        });
        let Ok(sums) = sums else { continue };
        manifest.rollups.insert(kpi.name.clone(), digest.clone());
        if sums.is_empty() {
            continue;
        }
        let rows = sums.iter().map(|sums| sums.num_rows() as u64).sum();
        let plan = session.context().read_batches(sums).map_err(compute(&table))?.logical_plan().clone();
        let version = store.replace(&table, plan, session.context().state()).await?;
        on_each(ModelReport { name: table.clone(), rows, took_ms: begun.elapsed().as_millis() as u64 });
        manifest.tables.insert(table, version);
    }
    Ok(())
}

/// The journal and the versions of all tables that loads have written, read so that they fit each other: a load writes
/// the journal last, and here it is read first, so that all it names is there even where no lock keeps loads away.
async fn landed(store: &Store, project: &Project) -> Result<(Journal, BTreeMap<String, u64>), LakeError> {
    let mut tables = BTreeMap::new();
    for name in ["loads", "rejects"] {
        if let Some(version) = store.version(name).await? {
            tables.insert(name.to_string(), version);
        }
    }
    let journal = match tables.get("loads") {
        Some(version) => Journal::at(store, *version).await?,
        None => Journal::default(),
    };
    for name in landing_tables(project, &journal) {
        if let Some(version) = store.version(&name).await? {
            tables.insert(name, version);
        }
    }
    Ok((journal, tables))
}

/// Writes a stored model, or registers a view; gives the new version of what was written.
async fn compute_model(
    store: &Store,
    context: &SessionContext,
    model: &Model,
) -> Result<Option<(ModelReport, u64)>, LakeError> {
    let file = model.file.display().to_string();
    let frame = uptake_sql::select(context, &model.sql).await.map_err(compute(&file))?;
    if model.stored {
        return write(store, context, &model.name, &model_table(&model.name), frame).await.map(Some);
    }
    context.register_table(model.name.as_str(), frame.into_view()).map_err(compute(&file))?;
    Ok(None)
}

/// Writes a relation as a table of the lake and puts the table in its place, so that it is computed once a build.
async fn write(
    store: &Store,
    context: &SessionContext,
    name: &str,
    table: &str,
    frame: DataFrame,
) -> Result<(ModelReport, u64), LakeError> {
    let begun = Instant::now();
    let version = store.replace(table, uptake_sql::optimized(frame).map_err(compute(name))?, context.state()).await?;
    let provider = store.provider(table, version, &context.state()).await?;
    context.deregister_table(name).map_err(compute(name))?;
    context.register_table(name, provider).map_err(compute(name))?;
    let rows = context.table(name).await.map_err(compute(name))?.count().await.map_err(compute(name))?;
    Ok((ModelReport { name: name.into(), rows: rows as u64, took_ms: begun.elapsed().as_millis() as u64 }, version))
}

/// Whether the project is another one than that which the build was made of.
pub fn is_stale(project: &Project, manifest: &Manifest) -> bool {
    let landed = manifest.tables.iter().filter(|(name, _)| !is_built(name)).map(|(name, v)| (name.clone(), *v));
    digest(project, &landed.collect()) != manifest.inputs
}

/// All that decides what a build computes, but for the KPIs.
fn digest(project: &Project, tables: &BTreeMap<String, u64>) -> String {
    let mut hash = Sha256::new();
    let mut take = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    take(env!("CARGO_PKG_VERSION"));
    take(VERSIONS);
    take(EVENTS);
    take(SEVERAL);
    // What language figures are told in changes none of them, nor by which job their exports come.
    let settings = Settings { language: Language::default(), jobs: vec![], ..project.settings.clone() };
    take(&format!("{settings:?}{:?}{:?}", project.targets, project.holidays));
    take(&format!("{:?}", project.schema));
    for source in &project.sources {
        take(&format!("{source:?}"));
    }
    for model in &project.models {
        take(&format!("{}{}{}", model.name, model.stored, model.sql));
    }
    take(&format!("{tables:?}"));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
