//! Which questions a page asks, and what came back.

use super::days::{newest_as_of, period_of, with_days};
use crate::answers::Answers;
use chrono::NaiveDate;
use futures::future::join_all;
use futures::join;
use std::collections::BTreeMap;
use std::sync::Arc;
use uptake_lake::{AnswerError, Bound, Limits};
use uptake_spec::dashboard::{Ask, Block, ChartBlock, DataFrom, FilterKind, TableBlock, What};
use uptake_spec::{Answer, Dashboard, Grain, Kpi, Params, Project, Range, Table, Viewer, sql};

/// A page with everything its blocks and its prose asked for.
pub struct Asked<'a> {
    pub project: &'a Project,
    pub session: &'a Answers,
    pub page: &'a Dashboard,
    /// What the viewer chose.
    pub chosen: &'a Params,
    /// With the page's days.
    pub params: Params,
    /// The newest among the answers'; `None` if nothing was loaded for any of them.
    pub as_of: Option<NaiveDate>,
    pub grain: Option<Grain>,
    answers: Vec<Answered>,
    rows: Rows<'a>,
}

struct Answered {
    /// As it was chosen.
    kpi: Kpi,
    params: Params,
    answer: Result<Arc<Answer>, AnswerError>,
}

/// What each `sql` block of the page gave, by its name, and whether there was more.
type Rows<'a> = Vec<(&'a str, Result<(Table, bool), AnswerError>)>;

/// The data of a block.
pub enum Given<'a> {
    Answer(&'a Kpi, &'a Answer),
    /// The rows of a page's own question, and whether there were more.
    Rows(&'a Table, bool),
}

/// Asks everything a page needs, each question once, all at the same time.
pub async fn ask<'a>(
    session: &'a Answers,
    project: &'a Project,
    page: &'a Dashboard,
    params: &'a Params,
    viewer: &Viewer,
) -> Asked<'a> {
    ask_for(session, project, page, params, viewer, &|_| true).await
}

/// As [`ask()`], for some of the blocks only; days and as-of stay those of the whole page.
pub async fn ask_for<'a>(
    session: &'a Answers,
    project: &'a Project,
    page: &'a Dashboard,
    chosen: &'a Params,
    viewer: &Viewer,
    wanted: &(dyn Fn(&Block) -> bool + Sync),
) -> Asked<'a> {
    let params = with_days(session, project, page, chosen);
    let blocks: Vec<&Block> = page.blocks.iter().filter(|block| wanted(block)).collect();
    let questions = questions(project, page, &blocks, &params);
    let answers = async {
        let answers = questions.iter().map(|(kpi, params)| session.answer(kpi, params, viewer));
        join_all(answers).await
    };
    // A page's own question has no inputs to be told from: it takes the page's day.
    let of_queries = Params { as_of: newest_as_of(session, project, page, &params), ..params.clone() };
    let (answers, rows) = join!(answers, ask_queries(session, page, &blocks, &of_queries, viewer));
    let given = questions.into_iter().zip(answers).map(|((kpi, params), answer)| {
        let kpi = as_chosen(kpi, &params.options);
        Answered { kpi, params, answer }
    });
    let answers: Vec<Answered> = given.collect();
    let newest = answers.iter().filter_map(|a| a.answer.as_ref().ok()).map(|answer| answer.as_of).max();
    let as_of = newest.or_else(|| newest_as_of(session, project, page, &params));
    let grain = period_of(page).map(|(grain, _)| grain);
    Asked { project, session, page, chosen, as_of, grain, params, answers, rows }
}

/// The KPI behind `ask`, and the page's params as far as they reach it.
pub fn question<'a>(project: &'a Project, ask: &Ask, params: &Params) -> Option<(&'a Kpi, Params)> {
    let kpi = project.kpi(&ask.kpi)?;
    let grain = ask.grain.or(params.grain);
    let options = ask.chosen();
    let reaching = reaching(&as_chosen(kpi, &options), params);
    Some((kpi, Params { grain, by: ask.by.clone(), options, ..reaching }))
}

/// The KPI with its options chosen: some leave fewer columns to filter by. A wrong choice is told when it is asked.
fn as_chosen(kpi: &Kpi, options: &BTreeMap<String, String>) -> Kpi {
    kpi.chosen(options).unwrap_or_else(|_| kpi.clone())
}

fn reaching(kpi: &Kpi, params: &Params) -> Params {
    let filters = params.filters.iter().filter(|filter| kpi.dimensions.contains(&filter.column)).cloned().collect();
    Params { filters, ..params.clone() }
}

/// What a token tells of is asked without `by`: one number a period.
fn question_of_token<'a>(
    project: &'a Project,
    page: &Dashboard,
    of: &str,
    params: &Params,
) -> Option<(&'a Kpi, Params)> {
    let block = page.blocks.iter().find(|block| block.id == of).and_then(Block::ask);
    match block {
        Some(ask) => question(project, ask, params).map(|(kpi, asked)| (kpi, Params { by: vec![], ..asked })),
        None => project.kpi(of).map(|kpi| (kpi, reaching(kpi, params))),
    }
}

fn questions<'a>(project: &'a Project, page: &Dashboard, blocks: &[&Block], params: &Params) -> Vec<(&'a Kpi, Params)> {
    let of_blocks = blocks.iter().filter_map(|block| question(project, block.ask()?, params));
    let of_tokens = blocks
        .iter()
        .flat_map(|block| block.tokens())
        .filter_map(|token| question_of_token(project, page, &token.of, params));
    let mut questions: Vec<(&Kpi, Params)> = vec![];
    for (kpi, asked) in of_blocks.chain(of_tokens) {
        if !questions.iter().any(|(known, params)| known.name == kpi.name && *params == asked) {
            questions.push((kpi, asked));
        }
    }
    questions
}

async fn ask_queries<'a>(
    session: &Answers,
    page: &'a Dashboard,
    wanted: &[&Block],
    params: &Params,
    viewer: &Viewer,
) -> Rows<'a> {
    let named = |name: &str| wanted.iter().any(|block| query_of(block) == Some(name));
    let queries = page.blocks.iter().filter_map(|block| match &block.what {
        What::Query { sql } if named(&block.id) => Some((block.id.as_str(), sql)),
        _ => None,
    });
    let asked = queries.map(|(name, sql)| async move { (name, ask_query(session, page, sql, params, viewer).await) });
    join_all(asked).await
}

/// The `sql` block that a chart or table shows.
pub fn query_of(block: &Block) -> Option<&str> {
    match &block.what {
        What::Chart(ChartBlock { data: DataFrom::Query { name, .. }, .. })
        | What::Table(TableBlock { data: DataFrom::Query { name, .. }, .. }) => Some(name),
        _ => None,
    }
}

async fn ask_query(
    session: &Answers,
    page: &Dashboard,
    sql: &str,
    params: &Params,
    viewer: &Viewer,
) -> Result<(Table, bool), AnswerError> {
    let reads = sql::reads(sql).map_err(|what| AnswerError::Wrong { what, hint: String::new() })?;
    let mut bound = BTreeMap::new();
    for name in reads.parameters {
        let value = bound_value(session, page, &name, params).await?;
        bound.insert(name, value);
    }
    let found = session.query(sql, &bound, &Limits::default(), viewer).await?;
    Ok((found.table, found.truncated))
}

/// What `$name` stands for: a day, or the members of a filter, all of them where none was chosen.
async fn bound_value(session: &Answers, page: &Dashboard, name: &str, params: &Params) -> Result<Bound, AnswerError> {
    let day = |day: Option<NaiveDate>| day.map_or(Bound::Nothing, Bound::Date);
    match name {
        "from" => return Ok(day(params.from)),
        "to" => return Ok(day(params.to)),
        "as_of" => return Ok(day(params.as_of)),
        _ => {}
    }
    let columns = page.filters.iter().filter(|filter| filter.name == name).find_map(|filter| match &filter.kind {
        FilterKind::Multi { column } => Some(column),
        FilterKind::Period { .. } => None,
    });
    let Some(column) = columns else { return Ok(Bound::Nothing) };
    let chosen = params.filters.iter().find(|filter| filter.column == *column);
    Ok(Bound::Texts(match chosen {
        Some(filter) => filter.values.clone(),
        None => session.members(column).await?.to_vec(),
    }))
}

impl<'a> Asked<'a> {
    /// What was given for a block; `None` for prose, notes and queries.
    pub fn given(&self, block: &Block) -> Option<Result<Given<'_>, &AnswerError>> {
        if let Some(name) = query_of(block) {
            let (_, rows) = self.rows.iter().find(|(known, _)| *known == name)?;
            return Some(rows.as_ref().map(|(table, more)| Given::Rows(table, *more)));
        }
        let (kpi, params) = question(self.project, block.ask()?, &self.params)?;
        self.answer(kpi, &params)
            .map(|answered| answered.answer.as_ref().map(|answer| Given::Answer(&answered.kpi, answer)))
    }

    /// The answer behind a token; `None` if it failed.
    pub fn told(&self, of: &str) -> Option<&Answer> {
        let (kpi, params) = question_of_token(self.project, self.page, of, &self.params)?;
        self.answer(kpi, &params)?.answer.as_deref().ok()
    }

    /// The filters that were chosen and do not reach the KPI of `block`.
    pub fn out_of_reach(&self, kpi: &Kpi) -> Vec<&str> {
        let columns = self.params.filters.iter().map(|filter| filter.column.as_str());
        columns.filter(|column| !kpi.dimensions.iter().any(|known| known == column)).collect()
    }

    /// The page's days, if it has any.
    pub fn range(&self) -> Option<Range> {
        Range::new(self.params.from?, self.params.to?)
    }

    fn answer(&self, kpi: &Kpi, params: &Params) -> Option<&Answered> {
        self.answers.iter().find(|answered| answered.kpi.name == kpi.name && answered.params == *params)
    }
}
