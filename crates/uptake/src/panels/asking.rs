//! Which questions a page asks, and what came back.

use super::days::{newest_as_of, period_of, with_days};
use super::judging::{complete_values, history, history_by, normal, normals, place, standing};
use super::scan::{Look, in_words, looks, scan};
use crate::answers::Answers;
use chrono::NaiveDate;
use futures::future::join_all;
use futures::join;
use std::collections::BTreeMap;
use std::sync::Arc;
use uptake_draw::Locale;
use uptake_lake::{AnswerError, Bound, Limits};
use uptake_spec::dashboard::{Ask, Block, ChartBlock, DataFrom, FilterKind, Scan, TableBlock, What};
use uptake_spec::{
    Answer, Dashboard, Grain, Kpi, Language, Normal, Params, Project, Range, Standing, Table, Viewer, sql,
};

/// A page with everything its blocks and its prose asked for.
pub struct Asked<'a> {
    pub project: &'a Project,
    /// How pages and pictures are written.
    pub locale: Locale,
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
    /// What each look over a page found, by its block's id.
    scans: Vec<(&'a str, Scanned)>,
}

/// What a look over a page found, in words.
struct Scanned {
    /// In English, as all that programs read.
    of_files: Table,
    /// In the firm's language.
    of_pages: Table,
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
    let mut questions = questions(project, page, &blocks, &params);
    histories(session, project, page, &blocks, &params, &mut questions);
    let scanned = scanned(project, page, &blocks);
    let looks: Vec<Look> =
        scanned.iter().flat_map(|(_, page, scan)| looks(session, project, page, scan, &params)).collect();
    let all = questions.iter().map(|(kpi, params)| (*kpi, params)).chain(looks.iter().flat_map(Look::questions));
    let all: Vec<(&Kpi, &Params)> = all.collect();
    // A page's own question has no inputs to be told from: it takes the page's day.
    let of_queries = Params { as_of: newest_as_of(session, project, page, &params), ..params.clone() };
    let queries = ask_queries(session, page, &blocks, &of_queries, viewer);
    let (answers, rows) = join!(session.answers(&all, viewer), queries);
    // What is looked over was asked with all the others, and is kept; only what found no answer is asked again.
    let scans = ask_scans(session, project, scanned, &params, viewer).await;
    let given = questions.into_iter().zip(answers).map(|((kpi, params), answer)| {
        let kpi = as_chosen(kpi, &params.options);
        Answered { kpi, params, answer }
    });
    let answers: Vec<Answered> = given.collect();
    let newest = answers.iter().filter_map(|a| a.answer.as_ref().ok()).map(|answer| answer.as_of).max();
    let as_of = newest.or_else(|| newest_as_of(session, project, page, &params));
    let grain = period_of(page).map(|(grain, _)| grain);
    let locale = Locale::of(&project.settings);
    Asked { project, locale, session, page, chosen, as_of, grain, params, answers, rows, scans }
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
pub fn as_chosen(kpi: &Kpi, options: &BTreeMap<String, String>) -> Kpi {
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
    of_blocks.chain(of_tokens).for_each(|question| once(&mut questions, question));
    questions
}

/// Adds a question that is not there yet.
pub fn once<'a>(questions: &mut Vec<(&'a Kpi, Params)>, (kpi, asked): (&'a Kpi, Params)) {
    if !questions.iter().any(|(known, params)| known.name == kpi.name && *params == asked) {
        questions.push((kpi, asked));
    }
}

/// Adds what must be known to say what is normal: the whole history of each series that is judged, and for a place its cut.
/// The year before is read from it too.
fn histories<'a>(
    session: &Answers,
    project: &'a Project,
    page: &Dashboard,
    blocks: &[&Block],
    params: &Params,
    questions: &mut Vec<(&'a Kpi, Params)>,
) {
    for (kpi, asked) in blocks.iter().filter_map(|block| question(project, block.judged()?, params)) {
        once(questions, (kpi, history(session, kpi, &asked)));
    }
    for (kpi, asked) in blocks.iter().filter_map(|block| question(project, block.against_last_year()?, params)) {
        once(questions, (kpi, history(session, kpi, &asked)));
    }
    for token in blocks.iter().flat_map(|block| block.tokens()).filter(|token| token.wants_normal()) {
        let Some((kpi, asked)) = question_of_token(project, page, &token.of, params) else { continue };
        once(questions, (kpi, history(session, kpi, &asked)));
        if token.field == "where" {
            cut_for_place(session, kpi, &asked).into_iter().for_each(|cut| once(questions, (kpi, cut)));
        }
    }
}

/// A place is a member of the first column that the KPI declares.
fn cut_for_place(session: &Answers, kpi: &Kpi, asked: &Params) -> Option<Params> {
    let chosen = as_chosen(kpi, &asked.options);
    history_by(session, kpi, asked, chosen.dimensions.first()?)
}

/// The blocks that look over a page, each with its id and that page.
fn scanned<'a>(
    project: &'a Project,
    page: &'a Dashboard,
    wanted: &[&'a Block],
) -> Vec<(&'a str, &'a Dashboard, &'a Scan)> {
    let scans = wanted.iter().filter_map(|block| Some((block.id.as_str(), block.scan()?)));
    let scanned = scans.map(|(id, scan)| {
        let other = scan.page.as_ref().and_then(|(slug, _)| project.dashboard(slug));
        (id, other.unwrap_or(page), scan)
    });
    scanned.collect()
}

async fn ask_scans<'a>(
    session: &Answers,
    project: &Project,
    scanned: Vec<(&'a str, &Dashboard, &Scan)>,
    params: &Params,
    viewer: &Viewer,
) -> Vec<(&'a str, Scanned)> {
    let locale = Locale::of(&project.settings);
    let english = Locale { language: Language::English, ..locale.clone() };
    let (locale, english) = (&locale, &english);
    let asked = scanned.into_iter().map(|(id, page, look)| async move {
        let found = scan(session, project, page, look, params, viewer).await;
        (id, Scanned { of_files: in_words(&found, english), of_pages: in_words(&found, locale) })
    });
    join_all(asked).await
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
        if block.scan().is_some() {
            let (_, found) = self.scans.iter().find(|(id, _)| *id == block.id)?;
            return Some(Ok(Given::Rows(&found.of_files, false)));
        }
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

    /// Each series of a block that is judged, by its members; `None` where the block does not ask, or its history is not known.
    pub fn normals(&self, block: &Block) -> Option<BTreeMap<Vec<String>, Normal>> {
        let (kpi, asked) = question(self.project, block.judged()?, &self.params)?;
        let answered = self.answer(kpi, &history(self.session, kpi, &asked))?;
        Some(normals(self.project, answered.answer.as_ref().ok()?))
    }

    /// The values of a block's complete periods a year before, by the first days of those that it shows.
    pub fn year_before(&self, block: &Block) -> Option<BTreeMap<NaiveDate, f64>> {
        let (kpi, asked) = question(self.project, block.against_last_year()?, &self.params)?;
        let shown = self.answer(kpi, &asked)?.answer.as_ref().ok()?;
        let whole = self.answer(kpi, &history(self.session, kpi, &asked))?.answer.as_ref().ok()?;
        let known = complete_values(whole);
        let calendar = self.project.calendar();
        let starts = calendar.periods(shown.range, shown.grain).into_iter().map(|period| period.from());
        let before =
            |start: NaiveDate| known.get(&calendar.year_before(start, shown.grain)).map(|value| (start, *value));
        Some(starts.filter_map(before).collect())
    }

    /// What may be said of the headline of a tile.
    pub fn standing(&self, block: &Block) -> Option<Standing> {
        let (kpi, asked) = question(self.project, block.judged()?, &self.params)?;
        self.standing_of(kpi, &asked).map(|(_, standing)| standing)
    }

    /// The same of a token's figure, and where it leaves what is normal, if some token asked for that.
    pub fn told_normal(&self, of: &str) -> Option<(Standing, Option<String>)> {
        let (kpi, asked) = question_of_token(self.project, self.page, of, &self.params)?;
        let (normal, standing) = self.standing_of(kpi, &asked)?;
        let start = self.told(of)?.headline().map(|headline| headline.period_start);
        let cut = cut_for_place(self.session, kpi, &asked).and_then(|cut| self.answer(kpi, &cut));
        let place = start.zip(cut).and_then(|(start, cut)| place(&cut.kpi, &normal, cut.answer.as_ref().ok()?, start));
        Some((standing, place))
    }

    fn standing_of(&self, kpi: &Kpi, asked: &Params) -> Option<(Normal, Standing)> {
        let shown = self.answer(kpi, asked)?.answer.as_ref().ok()?;
        let whole = self.answer(kpi, &history(self.session, kpi, asked))?.answer.as_ref().ok()?;
        let normal = normal(self.project, whole);
        let standing = standing(&normal, shown);
        Some((normal, standing))
    }

    /// What a look over a page found, as a reader sees it.
    pub fn scan_in_words(&self, block: &Block) -> Option<&Table> {
        self.scans.iter().find(|(id, _)| *id == block.id).map(|(_, found)| &found.of_pages)
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
