//! From a KPI's facts to its answer: periods, filters, grouping, and the declared aggregate, as one logical plan.

mod asked;
mod notes;
mod rows;
#[cfg(test)]
mod tests;

pub(super) use asked::{as_of, begins};

use super::overlay;
use super::{Bound, Inner};
use crate::error::AnswerError;
use crate::landing::Cell;
use crate::relations::memory;
use asked::Asked;
use datafusion::dataframe::DataFrame;
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;
use rows::Row;
use std::collections::HashMap;
use uptake_spec::kpi::Split;
use uptake_spec::source::ColumnType;
use uptake_spec::{Answer, Kpi, Params, Viewer, sql};

/// Answers in `context`, which is the session's own or a more limited one.
pub(super) async fn answer(
    session: &Inner,
    context: &SessionContext,
    kpi: &Kpi,
    params: &Params,
    viewer: &Viewer,
) -> Result<Answer, AnswerError> {
    let Viewer::Local = viewer; // sees every cell; suppression for others stands here
    let asked = asked::complete(session, kpi, params)?;
    let facts = facts(context, session, &asked, params).await?;
    let sums = rows::sums(facts, &asked, params).await?;
    let (shown, earlier): (Vec<Row>, Vec<Row>) =
        rows::rows(&asked, params, &sums).into_iter().partition(|row| asked.is_shown(row.period));
    let split = asked.split(params);
    Ok(Answer {
        table: rows::table(&asked, params, &shown)?,
        before: before(&asked, split.as_ref(), &shown, &earlier),
        left: if rows::tells_who_left(&sums) { shown.iter().map(|row| row.left).collect() } else { vec![] },
        notes: notes::notes(session, &asked, params, &shown),
        targets: notes::target_steps(session, &asked, params),
        kpi: asked.kpi.name.clone(),
        title: asked.kpi.title.clone(),
        unit: asked.kpi.unit,
        better: asked.kpi.better,
        parts: asked.kpi.parts.clone(),
        grain: asked.grain,
        range: asked.range,
        by: params.by.clone(),
        split,
        attributes: asked.attributes,
        as_of: asked.as_of,
    })
}

/// The headline's value in the period before the range; nothing if the data does not cover that one.
fn before(asked: &Asked, split: Option<&Split>, shown: &[Row], earlier: &[Row]) -> Option<f64> {
    let member = match split {
        Some(split) => split.headline.as_ref().or(shown.first().and_then(|row| row.split.as_ref())),
        None => None,
    };
    let told = earlier.iter().find(|row| row.split.as_ref() == member && asked.is_complete(row.period));
    told.and_then(|row| row.value.number())
}

/// The KPI's own SQL over the asked periods, planned.
async fn facts(
    context: &SessionContext,
    session: &Inner,
    asked: &Asked,
    params: &Params,
) -> Result<DataFrame, AnswerError> {
    let rows = asked.periods.iter().map(|period| {
        vec![
            Cell::Date(period.from()),
            Cell::Date(period.to()),
            Cell::Date(period.to().min(asked.as_of)),
            Cell::Boolean(asked.is_complete(*period)),
        ]
    });
    let columns = [
        ("period_start", ColumnType::Date),
        ("period_end", ColumnType::Date),
        ("at", ColumnType::Date),
        ("complete", ColumnType::Boolean),
    ];
    let periods = memory(&columns, rows.collect());
    let context = overlay::with_periods(context, &session.of_questions, periods, &asked.kpi.sql).await?;
    let bound = bound(asked, params);
    let used = sql::reads(&asked.kpi.sql).map_err(|why| AnswerError::wrong(why, ""))?.parameters;
    let values: HashMap<String, ScalarValue> =
        bound.into_iter().filter(|(name, _)| used.contains(name)).map(|(name, value)| (name, value.scalar())).collect();
    let frame = context.sql(&asked.kpi.sql).await?;
    Ok(if values.is_empty() { frame } else { frame.with_param_values(values)? })
}

fn bound(asked: &Asked, params: &Params) -> Vec<(String, Bound)> {
    let text = |text: &str| Bound::Text(text.into());
    let mut bound = vec![
        ("from".to_string(), Bound::Date(asked.periods[0].from())),
        ("to".into(), Bound::Date(asked.range.to())),
        ("grain".into(), text(asked.grain.word())),
        ("as_of".into(), Bound::Date(asked.as_of)),
        ("attributes".into(), text(asked.attributes.word())),
    ];
    for option in &asked.kpi.options {
        let chosen = params.options.get(&option.name).map(String::as_str);
        let value = chosen.or(option.choices.first().map(|c| c.name.as_str()));
        bound.push((option.name.clone(), value.map_or(Bound::Nothing, text)));
    }
    bound
}
