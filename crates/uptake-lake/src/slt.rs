//! The tests of KPIs: `.slt` files that an analyst could have written, run over a lake with nothing in it.

use crate::convert;
use crate::error::LakeError;
use crate::relations::compute_models;
use crate::session::Session;
use datafusion::arrow::datatypes::DataType;
use sqllogictest::{DBOutput, DefaultColumnType, Runner};
use std::collections::BTreeSet;
use uptake_spec::{Project, Value};

/// Runs every test; `on_test` gets its path and how many records held, or why it failed. True if all held.
///
/// # Errors
/// The project's relations cannot be planned at all.
pub async fn test(
    project: &Project,
    on_test: &mut (dyn FnMut(&str, &Result<usize, String>) + Send),
) -> Result<bool, LakeError> {
    let plain = plain(project);
    let mut all = true;
    for (path, text) in &project.tests {
        let session = Session::for_tests(&plain).await?;
        let result = run(&session, &path.display().to_string(), text).await;
        all &= result.is_ok();
        on_test(&path.display().to_string(), &result);
    }
    Ok(all)
}

/// The project with settings that tests can count on: no robots, no targets, no holidays, Monday weeks, UTC+1 or +2.
fn plain(project: &Project) -> Project {
    let mut plain = project.clone();
    plain.settings.time_zone = chrono_tz::Europe::Berlin;
    plain.settings.currency = "EUR".into();
    plain.settings.week_start = chrono::Weekday::Mon;
    plain.settings.fiscal_year_start = 1;
    plain.holidays.clear();
    plain.settings.leader_grades.clear();
    plain
}

async fn run(session: &Session, path: &str, text: &str) -> Result<usize, String> {
    let records =
        sqllogictest::parse_with_name::<DefaultColumnType>(text, path.to_string()).map_err(|e| e.to_string())?;
    let mut runner = Runner::new(|| async { Ok(Database { session: session.clone(), fresh: BTreeSet::new() }) });
    let mut held = 0;
    for record in records {
        let counts = matches!(record, sqllogictest::Record::Statement { .. } | sqllogictest::Record::Query { .. });
        runner.run_async(record).await.map_err(|e| e.to_string())?;
        held += usize::from(counts);
    }
    if held == 0 { Err("it tests nothing".into()) } else { Ok(held) }
}

struct Database {
    session: Session,
    /// The models that were computed since rows were last inserted.
    fresh: BTreeSet<String>,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Failed(String);

#[async_trait::async_trait]
impl sqllogictest::AsyncDB for Database {
    type Error = Failed;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, Failed> {
        let context = self.session.context();
        let failed = |e: datafusion::error::DataFusionError| Failed(e.strip_backtrace());
        let asks = uptake_spec::sql::reads(sql).is_ok();
        if asks {
            compute_models(context, self.session.project(), sql, &mut self.fresh).await.map_err(failed)?;
        }
        let frame = uptake_sql::statement(context, sql).await.map_err(failed)?;
        let schema = frame.schema().inner().clone();
        let types = schema.fields().iter().map(|field| kind(field.data_type())).collect();
        let batches = frame.collect().await.map_err(failed)?;
        if !asks {
            self.fresh.clear();
            self.session.forget_plans();
            return Ok(DBOutput::StatementComplete(0));
        }
        let table = convert::table(&schema, &batches).map_err(|e| Failed(e.to_string()))?;
        let rows = (0..table.rows()).map(|row| table.row(row).map(shown).collect()).collect();
        Ok(DBOutput::Rows { types, rows })
    }

    async fn shutdown(&mut self) {}

    fn engine_name(&self) -> &str {
        "uptake"
    }
}

fn kind(data_type: &DataType) -> DefaultColumnType {
    match data_type {
        kind if kind.is_integer() => DefaultColumnType::Integer,
        kind if kind.is_floating() || matches!(kind, DataType::Decimal128(..)) => DefaultColumnType::FloatingPoint,
        _ => DefaultColumnType::Text,
    }
}

/// As a test writes it: shares with four decimals, NULL for nothing, (empty) for an empty text.
fn shown(value: Value) -> String {
    match value {
        Value::Nothing => "NULL".into(),
        Value::Text("") => "(empty)".into(),
        Value::Float(number) => format!("{number:.4}"),
        other => other.to_string(),
    }
}
