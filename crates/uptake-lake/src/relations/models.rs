//! The project's models: in which order they come, which belong to a question, and which a build keeps.

use super::{Ground, model_table, register};
use crate::error::{LakeError, compute};
use crate::session::PERIODS;
use datafusion::error::Result as EngineResult;
use datafusion::prelude::SessionContext;
use std::collections::{BTreeMap, BTreeSet};
use uptake_spec::project::Model;
use uptake_spec::{Project, sql};

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
