//! A look over every series that a page shows: what is normal for each, and which three are farthest from it.

use super::asking::{as_chosen, once, question};
use super::judging::{by_members, cell, history, history_by, normal, normals};
use crate::answers::Answers;
use chrono::NaiveDate;
use std::sync::Arc;
use uptake_draw::Locale;
use uptake_lake::AnswerError;
use uptake_spec::dashboard::{Block, Scan, ScanOf, Show};
use uptake_spec::kpi::{Privacy, Split, Unit};
use uptake_spec::normal::Cell;
use uptake_spec::normal::surprise::{discoveries, effect, two_sided};
use uptake_spec::{
    Answer, Column, Dashboard, Data, Grain, Kpi, Normal, Params, Project, Standing, Table, Verdict, Viewer,
};

/// So many changes are told.
const MOST: usize = 3;
/// Of the changes that are told, this share may be chance.
const FALSE_SHARE: f64 = 0.1;
/// Beyond this many standard deviations size alone decides: where nothing ever moved, any step is endless.
const MOST_EFFECT: f64 = 10.0;

/// One series, told of its newest complete period.
pub struct Told {
    kpi: String,
    title: String,
    unit: Unit,
    /// The values are differences: of shares in points.
    is_difference: bool,
    grain: Grain,
    /// The column and its member; `None` for all of it.
    cut: Option<(String, String)>,
    start: NaiveDate,
    value: Option<f64>,
    standing: Standing,
    /// How much of the KPI lies in the series: 1 for all of it.
    weight: f64,
    /// Too few people to be told of as a change.
    few: bool,
}

/// Every series of the page, or the most surprising of them first. What cannot be answered is told by the page's own blocks.
pub async fn scan(
    session: &Answers,
    project: &Project,
    page: &Dashboard,
    scan: &Scan,
    params: &Params,
    viewer: &Viewer,
) -> Vec<Told> {
    let looks = looks(session, project, page, scan, params);
    let questions: Vec<(&Kpi, &Params)> = looks.iter().flat_map(Look::questions).collect();
    let mut answers = session.answers(&questions, viewer).await.into_iter();
    let told = looks.iter().flat_map(|look| {
        let answers: Vec<_> = answers.by_ref().take(look.questions().count()).collect();
        series(project, &look.kpi, &answers, params.to)
    });
    let told: Vec<Told> = told.collect();
    match scan.of {
        ScanOf::WhatIsNormal => told,
        ScanOf::ThreeChanges => most_surprising(told),
    }
}

/// What is asked of one KPI.
pub struct Look {
    kpi: Kpi,
    /// Its whole history, then the same cut by each column.
    histories: Vec<Params>,
}

impl Look {
    pub fn questions(&self) -> impl Iterator<Item = (&Kpi, &Params)> {
        self.histories.iter().map(|history| (&self.kpi, history))
    }
}

/// What the page's blocks ask, each KPI once with its options and grain, over its whole history.
pub fn looks(session: &Answers, project: &Project, page: &Dashboard, scan: &Scan, params: &Params) -> Vec<Look> {
    let mut asked: Vec<(&Kpi, Params)> = vec![];
    for (kpi, params) in page.blocks.iter().filter_map(Block::ask).filter_map(|ask| question(project, ask, params)) {
        once(&mut asked, (kpi, Params { by: vec![], grain: Some(params.grain.unwrap_or(Grain::Week)), ..params }));
    }
    let look = |(kpi, params): (&Kpi, Params)| {
        let kpi = as_chosen(kpi, &params.options);
        let columns = columns(&kpi, scan);
        let cuts = columns.iter().filter_map(|column| history_by(session, &kpi, &params, column));
        let histories = [history(session, &kpi, &params)].into_iter().chain(cuts).collect();
        Look { histories, kpi }
    };
    asked.into_iter().map(look).collect()
}

/// The series of one KPI, given its whole history and each cut of it: all of it, then its members.
fn series(
    project: &Project,
    kpi: &Kpi,
    histories: &[Result<Arc<Answer>, AnswerError>],
    until: Option<NaiveDate>,
) -> Vec<Told> {
    let Some((Ok(whole), cuts)) = histories.split_first() else { return vec![] };
    let judged = normal(project, whole);
    let Some(start) = newest(&judged, until) else { return vec![] };
    let here = cell_on(whole, &whole.headline_rows(), start);
    let mut told = vec![told(kpi, whole, None, &judged, start, 1.0)];
    for cut in cuts.iter().flatten() {
        told.extend(members(project, kpi, cut, start, &here));
    }
    told
}

/// The newest complete period that begins by `until`.
fn newest(normal: &Normal, until: Option<NaiveDate>) -> Option<NaiveDate> {
    let points = normal.points.iter().rev().map(|judged| judged.point).filter(|point| point.complete);
    points.map(|point| point.period.from()).find(|start| until.is_none_or(|until| *start <= until))
}

fn members(project: &Project, kpi: &Kpi, cut: &Answer, start: NaiveDate, whole: &Cell) -> Vec<Told> {
    let mut rows = by_members(cut);
    let member = |(members, normal): (Vec<String>, Normal)| {
        let here = cell_on(cut, &rows.remove(&members)?, start);
        here.value?;
        let named = cut.by.first().cloned().zip(members.into_iter().next());
        let few = kpi.privacy != Privacy::N && here.denominator.is_some_and(|d| d < f64::from(project.settings.k_min));
        Some(Told { few, ..told(kpi, cut, named, &normal, start, share(kpi, &here, whole)) })
    };
    normals(project, cut).into_iter().filter_map(member).collect()
}

fn cell_on(answer: &Answer, rows: &[usize], start: NaiveDate) -> Cell {
    let found = rows.iter().filter_map(|row| cell(answer, *row)).find(|(day, _)| *day == start);
    found.map(|(_, cell)| cell).unwrap_or_default()
}

/// Of the denominator; of money, of its amount.
fn share(kpi: &Kpi, of: &Cell, whole: &Cell) -> f64 {
    let (part, all) = match kpi.unit {
        Unit::Money => (of.value, whole.value),
        _ => (of.denominator, whole.denominator),
    };
    part.zip(all).filter(|(_, all)| *all != 0.0).map_or(0.0, |(part, all)| (part / all).abs())
}

fn told(
    kpi: &Kpi,
    answer: &Answer,
    cut: Option<(String, String)>,
    normal: &Normal,
    start: NaiveDate,
    weight: f64,
) -> Told {
    let here = normal.points.iter().find(|judged| judged.point.period.from() == start);
    Told {
        kpi: kpi.name.clone(),
        title: answer.title.clone(),
        unit: answer.unit,
        is_difference: answer.split.as_ref().is_some_and(Split::tells_a_difference),
        grain: answer.grain,
        cut,
        start,
        value: here.and_then(|judged| judged.point.value),
        standing: normal.on(start),
        weight,
        few: false,
    }
}

/// The series that are not normal, as far as so many of them are not so by chance; the farthest and largest first.
fn most_surprising(told: Vec<Told>) -> Vec<Told> {
    let known = told.into_iter().filter(|told| !told.few && !told.standing.quiet);
    let mut known: Vec<(f64, Told)> = known.filter_map(|told| Some((told.effect()?, told))).collect();
    let probabilities: Vec<f64> = known.iter().map(|(effect, _)| two_sided(*effect)).collect();
    let mut holds = discoveries(&probabilities, FALSE_SHARE).into_iter();
    known.retain(|(_, told)| holds.next() == Some(true) && told.stands_out());
    let rank = |(effect, told): &(f64, Told)| effect.min(MOST_EFFECT) * told.weight;
    known.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
    known.into_iter().take(MOST).map(|(_, told)| told).collect()
}

impl Told {
    fn effect(&self) -> Option<f64> {
        Some(effect(self.value?, &self.standing.limits?))
    }

    fn stands_out(&self) -> bool {
        matches!(self.standing.verdict, Verdict::Above | Verdict::Below)
    }

    /// `People who worked, Partner`.
    fn name(&self) -> String {
        match &self.cut {
            None => self.title.clone(),
            Some((_, member)) => format!("{}, {member}", self.title),
        }
    }
}

/// For readers: `series, value, period, verdict, normal`, every cell a text of the language.
pub fn in_words(told: &[Told], locale: &Locale) -> Table {
    let short = |told: &Told, n: f64| match told.is_difference && told.unit == Unit::Share {
        true => locale.change(n, told.unit, Show::Usual),
        false => locale.short(n, told.unit),
    };
    let normal = |told: &Told| match &told.standing.limits {
        None => locale.nothing().into(),
        Some(limits) => locale.from_to(&short(told, limits.lower), &short(told, limits.upper)),
    };
    let verdict = |told: &Told| match told.value {
        None => locale.nothing().into(),
        Some(_) => locale.verdict(&told.standing, told.start, told.grain),
    };
    let column = |name: &str, cell: &dyn Fn(&Told) -> String| Column {
        name: name.into(),
        data: Data::Text(told.iter().map(|told| Some(cell(told))).collect()),
    };
    table(vec![
        column("series", &Told::name),
        column("value", &|told| told.value.map_or(locale.nothing().into(), |n| short(told, n))),
        column("period", &|told| locale.period(told.start, told.grain)),
        column("verdict", &verdict),
        column("normal", &normal),
    ])
}

/// For programs: the same in numbers, under the names of the KPIs.
pub fn in_figures(told: &[Told]) -> Table {
    let text = |name: &str, cell: &dyn Fn(&Told) -> Option<String>| Column {
        name: name.into(),
        data: Data::Text(told.iter().map(cell).collect()),
    };
    let number = |name: &str, cell: &dyn Fn(&Told) -> Option<f64>| Column {
        name: name.into(),
        data: Data::Float(told.iter().map(cell).collect()),
    };
    let day = |name: &str, cell: &dyn Fn(&Told) -> Option<NaiveDate>| Column {
        name: name.into(),
        data: Data::Date(told.iter().map(cell).collect()),
    };
    let verdict = |told: &Told| {
        let word = match told.standing.verdict {
            _ if told.value.is_none() => return None,
            _ if told.standing.quiet => "not judged",
            Verdict::TooEarly => "too early",
            Verdict::Normal => "normal",
            Verdict::Above => "above",
            Verdict::Below => "below",
        };
        Some(word.to_string())
    };
    table(vec![
        text("kpi", &|told| Some(told.kpi.clone())),
        text("title", &|told| Some(told.title.clone())),
        text("column", &|told| told.cut.as_ref().map(|(column, _)| column.clone())),
        text("member", &|told| told.cut.as_ref().map(|(_, member)| member.clone())),
        day("period_start", &|told| Some(told.start)),
        number("value", &|told| told.value),
        text("verdict", &verdict),
        day("since", &|told| told.standing.since),
        number("centre", &|told| told.standing.limits.map(|limits| limits.centre)),
        number("lower", &|told| told.standing.limits.map(|limits| limits.lower)),
        number("upper", &|told| told.standing.limits.map(|limits| limits.upper)),
        Column {
            name: "provisional".into(),
            data: Data::Boolean(told.iter().map(|told| Some(told.standing.is_provisional())).collect()),
        },
    ])
}

fn table(columns: Vec<Column>) -> Table {
    Table::new(columns).expect("one cell for each series, and no name twice")
}

fn columns(kpi: &Kpi, scan: &Scan) -> Vec<String> {
    match (&scan.by[..], scan.of) {
        ([], ScanOf::WhatIsNormal) => vec![],
        ([], ScanOf::ThreeChanges) => kpi.dimensions.first().cloned().into_iter().collect(),
        (by, _) => by.iter().filter(|column| kpi.dimensions.contains(column)).cloned().collect(),
    }
}
