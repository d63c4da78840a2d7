//! Plans every query of a project over empty tables: mistakes show before any data is there.

use crate::relations::{Ground, empty_context, in_order, memory, of_questions, register_base};
use crate::session::{PERIODS, are_held, beside};
use datafusion::catalog::{MemTable, TableProvider};
use datafusion::dataframe::DataFrame;
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use uptake_spec::dashboard::{FilterKind, What};
use uptake_spec::kpi::ValueOf;
use uptake_spec::project::Model;
use uptake_spec::source::ColumnType;
use uptake_spec::{Dashboard, Kpi, Place, Problem, Project, sql};

/// Every mistake that the engine sees in mappings, models, KPIs and the SQL of pages.
pub async fn check(project: &Project) -> Vec<Problem> {
    let context = empty_context(project);
    // Mappings are planned one by one, so that one mistake does not hide the next.
    let base = without_mappings(project);
    if let Err(error) = register_base(&context, &base, Ground::Nothing).await {
        return vec![Problem::new(Place::whole("queries/lake.toml"), chain(&error), "")];
    }
    let mut problems = vec![];
    for mapping in project.sources.iter().flat_map(|s| &s.mappings) {
        match planned(&context, &mapping.sql, HashMap::new()).await {
            Ok(frame) => problems.extend(undeclared_columns(project, &mapping.table, &mapping.file, &frame)),
            Err(error) => problems.push(problem(&mapping.file, 1, &mapping.sql, &error)),
        }
    }
    // Circles are told from the words alone; whoever reads one of them is told nothing new.
    let straight = without_circles(project);
    problems.extend(match in_order(&straight) {
        Ok(models) => check_models(&context, models).await,
        Err(problem) => vec![problem],
    });
    let periods = [
        ("period_start", ColumnType::Date),
        ("period_end", ColumnType::Date),
        ("at", ColumnType::Date),
        ("complete", ColumnType::Boolean),
    ];
    let asked = beside(&context);
    asked.register_table(PERIODS, memory(&periods, vec![])).expect("no question has periods yet");
    problems.extend(check_models(&asked, of_questions(&straight)).await);
    for kpi in &project.kpis {
        problems.extend(check_kpi(&asked, kpi).await);
    }
    problems.extend(stored_questions(project));
    for page in &project.dashboards {
        problems.extend(check_page(&context, page).await);
    }
    problems.sort();
    problems.dedup();
    problems
}

/// Planned and optimised: types that do not go together show only then.
async fn planned(
    context: &SessionContext,
    text: &str,
    values: HashMap<String, ScalarValue>,
) -> Result<DataFrame, DataFusionError> {
    let frame = uptake_sql::select(context, text).await?;
    let frame = if values.is_empty() { frame } else { frame.with_param_values(values)? };
    uptake_sql::optimized(frame.clone())?;
    Ok(frame)
}

fn without_mappings(project: &Project) -> Project {
    let mut base = project.clone();
    base.sources.iter_mut().for_each(|source| source.mappings.clear());
    base
}

fn undeclared_columns(project: &Project, table: &str, file: &Path, frame: &DataFrame) -> Vec<Problem> {
    let Some(declared) = project.schema.iter().find(|t| t.name == table) else {
        let known = project.schema.iter().map(|t| t.name.as_str());
        let hint = uptake_spec::problem::did_you_mean(table, known);
        return vec![Problem::new(Place::whole(file), format!("the lake has no table \"{table}\""), hint)];
    };
    let known = |name: &str| declared.columns.iter().any(|(column, _)| column == name);
    let others = frame.schema().fields().iter().filter(|f| !known(f.name()));
    let object = |name: &str| {
        let hint = uptake_spec::problem::did_you_mean(name, declared.columns.iter().map(|(c, _)| c.as_str()));
        Problem::new(Place::whole(file), format!("the lake's table {table} has no column \"{name}\""), hint)
    };
    others.map(|f| object(f.name())).collect()
}

async fn check_models(context: &SessionContext, models: Vec<&Model>) -> Vec<Problem> {
    let mut problems = vec![];
    for model in models {
        let planned = planned(context, &model.sql, HashMap::new()).await;
        // Its columns are all that the next query needs to know; views would be planned again and again.
        let registered = planned.and_then(|frame| context.register_table(model.name.as_str(), nothing_like(&frame)));
        if let Err(error) = registered {
            problems.push(problem(&model.file, 1, &model.sql, &error));
        }
    }
    problems
}

/// What has its own rows for each question cannot be a table.
fn stored_questions(project: &Project) -> impl Iterator<Item = Problem> {
    let stored = of_questions(project).into_iter().filter(|model| model.stored);
    stored.map(|model| {
        let what = format!("{} reads the asked {PERIODS} and cannot be stored", model.name);
        Problem::new(Place::new(&model.file, 1, 1), what, "take the line `-- stored` out")
    })
}

fn without_circles(project: &Project) -> Project {
    let circles = uptake_spec::project::circles(&project.models);
    let circled = |model: &Model| circles.iter().any(|circle| circle.0.iter().any(|other| other.name == model.name));
    let mut straight = project.clone();
    straight.models.retain(|model| !circled(model));
    straight
}

fn nothing_like(frame: &DataFrame) -> Arc<dyn TableProvider> {
    let schema = frame.schema().inner().clone();
    Arc::new(MemTable::try_new(schema, vec![vec![]]).expect("no batch, no conflict"))
}

/// Plans the KPI and looks for the columns that its header promises.
async fn check_kpi(context: &SessionContext, kpi: &Kpi) -> Vec<Problem> {
    let used = sql::reads(&kpi.sql).map(|r| r.parameters).unwrap_or_default();
    let values = used.into_iter().map(|name| (name.clone(), sample_value(kpi, &name))).collect();
    let frame = match planned(context, &kpi.sql, values).await {
        Ok(frame) => frame,
        Err(error) => return vec![problem(&kpi.place.file, kpi.place.line, &kpi.sql, &error)],
    };
    let choices = kpi.options.iter().flat_map(|o| &o.choices).filter_map(|c| c.value_of);
    let values = || choices.clone().chain([kpi.value_of]);
    let there: Vec<&str> = frame.schema().fields().iter().map(|f| f.name().as_str()).collect();
    let mut needed = vec!["numerator", "denominator"];
    needed.extend((!are_held(&there)).then_some("period_start"));
    needed.extend(kpi.dimensions.iter().map(String::as_str));
    needed.extend(kpi.split.as_ref().map(|split| split.column.as_str()));
    needed.extend(values().any(|v| v != ValueOf::Ratio).then_some("value"));
    needed.extend(values().any(|v| v == ValueOf::Share).then_some("whole"));
    let missing = needed.into_iter().filter(|name| !there.contains(name));
    let object = |name: &str| {
        Problem::new(
            kpi.place.clone(),
            format!("{} lacks the column \"{name}\"", kpi.name),
            format!("it gives {}", there.join(", ")),
        )
    };
    missing.map(object).collect()
}

fn sample_value(kpi: &Kpi, name: &str) -> ScalarValue {
    match name {
        "from" | "to" | "as_of" => ScalarValue::Date32(Some(20_000)),
        "grain" => ScalarValue::from("week"),
        "attributes" => ScalarValue::from("event"),
        option => kpi.choice(option, None).map_or(ScalarValue::Null, |choice| ScalarValue::from(choice.name.as_str())),
    }
}

async fn check_page(context: &SessionContext, page: &Dashboard) -> Vec<Problem> {
    let mut problems = vec![];
    for block in &page.blocks {
        let What::Query { sql: text } = &block.what else { continue };
        let reads = sql::reads(text).unwrap_or_default();
        let is_list =
            |name: &str| page.filters.iter().any(|f| f.name == name && matches!(f.kind, FilterKind::Multi { .. }));
        let first_line = block.place.line + 1;
        if let Some((name, column)) = reads.looked_up.iter().find(|(name, _)| is_list(name)) {
            problems.push(looked_up_in_a_list(page, first_line, text, name, column));
            continue;
        }
        let value = |name: &String| match is_list(name) {
            true => super::session::Bound::Texts(vec!["x".into()]).scalar(),
            false => ScalarValue::Date32(Some(20_000)),
        };
        let values = reads.parameters.iter().map(|name| (name.clone(), value(name))).collect();
        if let Err(error) = planned(context, text, values).await {
            problems.push(problem(&page.file, first_line, text, &error));
        }
    }
    problems
}

/// `grade IN ($grade)`: the parameter is the whole list, not one of its members.
fn looked_up_in_a_list(page: &Dashboard, first_line: usize, text: &str, name: &str, column: &str) -> Problem {
    let (down, right) = sql::place_of_parameter(text, name).unwrap_or((1, 1));
    let place = Place::new(&page.file, first_line + down - 1, right);
    let what = format!("{column} IN (${name}) compares a text with the whole list of the filter");
    Problem::new(place, what, format!("write array_has(${name}, {column})"))
}

/// The engine's words, at the place of the name they speak of.
fn problem(file: &Path, first_line: usize, text: &str, error: &DataFusionError) -> Problem {
    let root = error.find_root();
    let what = root.strip_backtrace();
    let named = what.split(['\'', '"', '`']).filter(|word| !word.is_empty()).find_map(|word| {
        text.find(word.rsplit('.').next().unwrap_or(word)).filter(|_| word.len() > 1 && !word.contains(' '))
    });
    let place = named.map_or(Place::new(file, first_line, 1), |at| {
        let within = Place::at(file, text, at);
        Place::new(file, first_line + within.line - 1, within.column)
    });
    let (what, hint) = what
        .split_once(". Did you mean")
        .map_or((what.clone(), String::new()), |(what, hint)| (what.to_string(), format!("did you mean{hint}")));
    Problem::new(place, what, hint)
}

/// An error with all its causes, in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
