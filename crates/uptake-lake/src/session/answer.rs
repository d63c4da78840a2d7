//! From a KPI's facts to its answer: periods, filters, grouping, and the declared aggregate, as one logical plan.

mod asked;
mod held;
mod notes;
mod plans;
mod rollups;
mod rows;
#[cfg(test)]
mod tests;

pub(super) use asked::{as_of, begins_on};
pub(crate) use held::are_held;
pub(super) use plans::Plans;
pub(crate) use rollups::rollup_digest;
pub(super) use rollups::{Rollups, rolled_up};

use super::Inner;
use crate::error::AnswerError;
use asked::Asked;
use datafusion::common::runtime::SpawnedTask;
use datafusion::prelude::SessionContext;
use rows::{Adding, Row, Sums};
use std::sync::Arc;
use uptake_spec::kpi::Split;
use uptake_spec::{Answer, Kpi, Params, Table, Viewer};

/// Answers in `context`, which is the session's own or a more limited one.
pub(super) async fn answer(
    session: &Arc<Inner>,
    context: &SessionContext,
    kpi: &Kpi,
    params: &Params,
    viewer: &Viewer,
) -> Result<Answer, AnswerError> {
    answers(session, context, &[(kpi, params)], viewer).await.remove(0)
}

/// The same for many questions, each in its place. Those that have the same facts are one question to the engine, and each
/// of these is a task: so all cores work on a page.
pub(super) async fn answers(
    session: &Arc<Inner>,
    context: &SessionContext,
    questions: &[(&Kpi, &Params)],
    viewer: &Viewer,
) -> Vec<Result<Answer, AnswerError>> {
    let Viewer::Local = viewer; // sees every cell; suppression for others stands here
    let (mut answers, mut groups): (Vec<Placed>, Vec<Vec<(usize, Asked)>>) = (vec![], vec![]);
    for (at, (kpi, params)) in questions.iter().enumerate() {
        match asked::complete(session, kpi, params) {
            Err(why) => answers.push((at, Err(why))),
            Ok(asked) => match groups.iter_mut().find(|group| group[0].1.has_facts_of(&asked)) {
                Some(group) => group.push((at, asked)),
                None => groups.push(vec![(at, asked)]),
            },
        }
    }
    let task = |group| SpawnedTask::spawn(of_one_group(Arc::clone(session), context.clone(), group));
    let tasks: Vec<_> = groups.into_iter().map(task).collect();
    for task in tasks {
        answers.extend(task.join_unwind().await.expect("a task ends before what waits for it"));
    }
    answers.sort_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// An answer with the place of its question.
type Placed = (usize, Result<Answer, AnswerError>);

/// Answers to questions that have the same facts. What goes wrong for all of them is tried for each alone: other days or
/// columns of one may be to blame.
async fn of_one_group(session: Arc<Inner>, context: SessionContext, group: Vec<(usize, Asked)>) -> Vec<Placed> {
    let all: Vec<&Asked> = group.iter().map(|(_, asked)| asked).collect();
    let together = sums(&session, &context, &all).await;
    let mut placed = vec![];
    for (at, asked) in &group {
        let alone = match &together {
            Err(_) if group.len() > 1 => Some(sums(&session, &context, &[asked]).await),
            _ => None,
        };
        let sums = alone.as_ref().unwrap_or(&together).as_ref().map_err(Clone::clone);
        placed.push((*at, sums.and_then(|sums| told(&session, asked, &sums.of(asked)?))));
    }
    placed
}

async fn sums(session: &Inner, context: &SessionContext, asked: &[&Asked]) -> Result<Sums, AnswerError> {
    let adding = Adding::of(asked);
    let plan = plans::plan(session, context, asked, &adding).await?;
    let base = rows::collected(context, &plan).await?;
    adding.sums(context, base, asked).await
}

fn told(session: &Inner, asked: &Asked, sums: &Table) -> Result<Answer, AnswerError> {
    let (shown, earlier): (Vec<Row>, Vec<Row>) =
        rows::rows(asked, sums).into_iter().partition(|row| asked.is_shown(row.period));
    let split = asked.split();
    Ok(Answer {
        table: rows::table(asked, &shown)?,
        before: before(asked, split.as_ref(), &shown, &earlier),
        left: if rows::tells_who_left(sums) { shown.iter().map(|row| row.left).collect() } else { vec![] },
        notes: notes::notes(session, asked, &shown),
        targets: notes::target_steps(session, asked),
        kpi: asked.kpi.name.clone(),
        title: asked.kpi.title.clone(),
        unit: asked.kpi.unit,
        better: asked.kpi.better,
        parts: asked.kpi.parts.clone(),
        grain: asked.grain,
        range: asked.range,
        by: asked.params.by.clone(),
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
