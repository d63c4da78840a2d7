//! What the KPIs say is what was simulated: every row of `truth.json`, and no row more.

use crate::firm::{self, Ran, repository};
use crate::story;
use libtest_mimic::Trial;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::Path;
use uptake_lake::{Lake, Session};
use uptake_spec::{Answer, Files, Filter, Grain, Kpi, Params, Project, Value, Viewer, read_project};

/// Every KPI of which the truth has to tell.
const TOLD: [&str; 17] = [
    "active_people",
    "logins_by_unique_person",
    "never_or_dormant",
    "leadership_gap",
    "records_created",
    "activities_added",
    "open_pipeline",
    "won",
    "win_rate",
    "lapsed_opportunities",
    "funnel_movement",
    "stage_conversion",
    "time_in_stage",
    "daily_habit",
    "stale_forecast",
    "broken_greetings",
    "duplicates",
];

/// Columns whose members are the firm's.
const OF_PEOPLE: [&str; 4] = ["grade", "office", "location", "department"];

/// KPIs that the truth tells of and that are not written yet, with the reason. One that is written may not stand here.
const NOT_YET: [(&str, &str); 0] = [];

pub fn stories() -> Vec<Trial> {
    vec![
        story("the truth tells of every KPI", the_truth_tells_of_every_kpi),
        story("every number of firm 1 is as it was simulated", || check(1)),
        story("every number of firm 2 is as it was simulated", || check(2)),
        story("every number of firm 3 is as it was simulated", || check(3)),
        // A task completed by a colleague and changed again later; a typing error in a name with ß.
        story("every number of firm 9 is as it was simulated", || check(9)),
        // A deal without history whose amount and deletion come in one export.
        story("every number of firm 17 is as it was simulated", || check(17)),
        story("every number of a firm whose exports have changes only is as it was simulated", changes_only),
    ]
}

fn the_truth_tells_of_every_kpi() {
    let truth = truth_of(&firm::generated(1));
    let mut told: Vec<String> = series_of(&truth).iter().map(|series| text(&series["kpi"])).collect();
    told.dedup();
    for kpi in TOLD {
        assert!(told.iter().any(|name| name == kpi), "the truth says nothing of {kpi}");
    }
    for kpi in &told {
        assert!(TOLD.contains(&kpi.as_str()), "the truth tells of {kpi}, and no list demands it");
    }
    for series in series_of(&truth) {
        assert!(!expected_rows(series).is_empty(), "no row for {}", name_of(series));
    }
    let project = read_project(&Files::default().with_folder(&repository()).expect("readable")).expect("no mistake");
    for (kpi, why) in NOT_YET {
        assert!(project.kpi(kpi).is_none(), "{kpi} is written; take it out of NOT_YET ({why})");
        assert!(TOLD.contains(&kpi), "{kpi} of NOT_YET is no KPI that the truth tells of");
    }
}

fn check(seed: u64) {
    holds_in(&firm::built(seed));
}

/// A deal without history stands in few of the exports, so that its moves lie between days far apart.
fn changes_only() {
    let dir = firm::scratch().join("firm-of-changes");
    let size = ["--people", "64", "--months", "12", "--seed", "5", "--shape", "changes"];
    let to = dir.to_string_lossy();
    firm::uptake(&[&["generate"], &size[..], &[&*to]].concat()).ended(0);
    firm::load(&dir, &[&dir.join("exports")]);
    holds_in(&dir);
}

/// Fails unless every series of the firm in `dir` is as it was simulated, told from what the build added up and from the rows.
#[track_caller]
pub fn holds_in(dir: &Path) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let wrong: Vec<String> = runtime.block_on(async {
        let project = project_of(dir);
        let (rolled_up, of_rows) = (session(dir, &project).await, session(dir, &rewritten(&project)).await);
        let mut wrong = vec![];
        for series in &demanded(dir) {
            wrong.extend(differences(&project, &rolled_up, series).await);
            wrong.extend(differences(&project, &of_rows, series).await.iter().map(|why| format!("of rows: {why}")));
        }
        wrong
    });
    nothing_differs(&wrong);
}

/// The project with KPIs that say the same in other words: of these the build has added up nothing.
fn rewritten(project: &Project) -> Project {
    let mut other = project.clone();
    other.kpis.iter_mut().for_each(|kpi| kpi.sql.push_str("\n-- The same."));
    other
}

/// The same of one series of each of `kpis`, told by the program itself: `ask` runs `uptake kpi …` on some lake of the firm in `dir`.
#[track_caller]
pub fn holds_as_told(dir: &Path, kpis: &[&str], ask: impl Fn(&[&str]) -> Ran + Sync) {
    let (mut all, project) = (demanded(dir), project_of(dir));
    all.dedup_by(|one, other| one["kpi"] == other["kpi"]);
    all.retain(|series| kpis.iter().any(|kpi| series["kpi"] == *kpi));
    assert_eq!(all.len(), kpis.len(), "the truth tells of each of {kpis:?}");
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let (ask, project) = (&ask, &project);
        let tell = move |part: &[Json]| part.iter().flat_map(|series| told(project, series, ask)).collect::<Vec<_>>();
        let parts: Vec<_> = all.chunks(all.len().div_ceil(4)).map(|part| scope.spawn(move || tell(part))).collect();
        parts.into_iter().flat_map(|part| part.join().expect("every series is told")).collect()
    });
    nothing_differs(&wrong);
}

/// `landing.salesforce_user 119`: what `uptake tables` told of every relation, a line each.
fn counts(tables: &Ran) -> Vec<String> {
    let words = |line: &str| line.split_whitespace().map(String::from).collect::<Vec<_>>();
    let lines = tables.out.lines().skip(1).map(words);
    let mut counts: Vec<String> =
        lines.map(|w| format!("{}.{} {}", w[0], w[1], w.last().expect("a count stands last"))).collect();
    counts.dedup();
    counts
}

/// Fails with the relations that have other numbers of rows.
#[track_caller]
pub fn same_counts(found: &Ran, expected: &Ran) {
    let (found, expected) = (counts(found), counts(expected));
    let differ = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|line| !those.contains(line)).cloned().collect()
    };
    let (more, less) = (differ(&found, &expected), differ(&expected, &found));
    assert!(more.is_empty() && less.is_empty(), "found {more:#?}\nexpected {less:#?}");
}

#[track_caller]
fn nothing_differs(wrong: &[String]) {
    let some: Vec<String> = wrong.iter().take(40).cloned().collect();
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), some.join("\n"));
}

fn truth_of(dir: &Path) -> Json {
    serde_json::from_slice(&std::fs::read(dir.join("truth.json")).expect("there is a truth")).expect("it is JSON")
}

fn series_of(truth: &Json) -> &[Json] {
    truth["kpis"].as_array().expect("a list of series")
}

/// The series that have to hold: all but those of KPIs that are not written yet.
fn demanded(dir: &Path) -> Vec<Json> {
    let is_written = |series: &&Json| !NOT_YET.iter().any(|(kpi, _)| series["kpi"] == *kpi);
    series_of(&truth_of(dir)).iter().filter(is_written).cloned().collect()
}

fn name_of(series: &Json) -> String {
    let [kpi, options, filters] = ["kpi", "options", "filters"].map(|key| &series[key]);
    format!("{kpi} {options} {filters} by {} per {}", series["by"], series["grain"])
}

fn project_of(dir: &Path) -> Project {
    let files = Files::default().with_folder(&repository()).and_then(|files| files.with_folder(dir)).expect("readable");
    read_project(&files).expect("the project has no mistake")
}

async fn session(dir: &Path, project: &Project) -> Session {
    let lake = Lake::open(&dir.join(&project.settings.lake).to_string_lossy()).await.expect("the lake opens");
    lake.session(project).await.expect("there is a build")
}

/// One line for each row that is missing, too many, or says something else.
async fn differences(project: &Project, session: &Session, series: &Json) -> Vec<String> {
    let expected = expected_rows(series);
    let Some((first, last)) = days_of(&expected) else { return vec![] };
    let mut found = Rows::new();
    for question in questions(project, series) {
        let params = Params {
            from: Some(first.parse().expect("a date")),
            to: Some(last.parse().expect("a date")),
            grain: Some(text(&series["grain"]).parse::<Grain>().expect("a grain")),
            by: question.by.clone(),
            options: question.options.iter().cloned().collect(),
            filters: filters(series),
            ..Params::default()
        };
        let answer = session.answer(question.kpi, &params, &Viewer::Local).await;
        let answer = answer.unwrap_or_else(|e| panic!("{}: {e}", name_of(series)));
        found.extend(found_rows(&question, &answer, &texts(&series["by"])));
    }
    compare(series, &expected, found)
}

/// One question of a series. A column that its KPI always gives is not asked for; one that is an option of it takes a question each.
struct Question<'a> {
    kpi: &'a Kpi,
    by: Vec<String>,
    options: Vec<(String, String)>,
    /// The column that is an option, and what it is in this question.
    chosen: Option<(String, String)>,
}

fn questions<'a>(project: &'a Project, series: &Json) -> Vec<Question<'a>> {
    let kpi = project.kpi(&text(&series["kpi"])).unwrap_or_else(|| panic!("no KPI for {}", name_of(series)));
    let columns = texts(&series["by"]);
    let by: Vec<String> = columns.iter().filter(|column| kpi.dimensions.contains(column)).cloned().collect();
    let options: Vec<(String, String)> =
        series["options"].as_object().expect("options").iter().map(|(k, v)| (k.clone(), text(v))).collect();
    let Some(option) = kpi.options.iter().find(|option| columns.contains(&option.name)) else {
        return vec![Question { kpi, by, options, chosen: None }];
    };
    // The first choice is the whole.
    let choices = option.choices.iter().skip(1).map(|choice| (option.name.clone(), choice.name.clone()));
    let question = |chosen: (String, String)| Question {
        kpi,
        by: by.clone(),
        options: options.iter().cloned().chain([chosen.clone()]).collect(),
        chosen: Some(chosen),
    };
    choices.map(question).collect()
}

/// The members a series asks for.
fn filters(series: &Json) -> Vec<Filter> {
    let filters = series["filters"].as_object().expect("filters").iter();
    filters.map(|(column, values)| Filter { column: column.clone(), values: texts(values) }).collect()
}

/// The differences of one series as the command line tells it.
fn told(project: &Project, series: &Json, ask: &impl Fn(&[&str]) -> Ran) -> Vec<String> {
    let expected = expected_rows(series);
    let Some((first, last)) = days_of(&expected) else { return vec![] };
    let mut found = Rows::new();
    for question in questions(project, series) {
        let (name, grain) = (question.kpi.name.clone(), text(&series["grain"]));
        let days = ["--from".to_string(), first.clone(), "--to".into(), last.clone()];
        let mut args: Vec<String> = ["kpi".into(), name].into_iter().chain(days).collect();
        args.extend(["--grain".into(), grain, "--format".into(), "json".into()]);
        args.extend(question.by.iter().flat_map(|column| ["--by".to_string(), column.clone()]));
        args.extend(question.options.iter().flat_map(|(option, value)| [format!("--{option}"), value.clone()]));
        for Filter { column, values } in filters(series) {
            args.extend(values.iter().flat_map(|value| ["--filter".to_string(), format!("{column}={value}")]));
        }
        let out = ask(&args.iter().map(String::as_str).collect::<Vec<_>>()).ended(0).out;
        let answer: Json = serde_json::from_str(&out).expect("JSON");
        found.extend(told_rows(&question, &answer, &texts(&series["by"])));
    }
    compare(series, &expected, found)
}

impl Question<'_> {
    /// The first day and the members of a row, read by `cell`.
    fn key(&self, by: &[String], cell: impl Fn(&str) -> String) -> Vec<String> {
        let member = |column: &String| match &self.chosen {
            Some((option, choice)) if option == column => choice.clone(),
            _ => cell(column),
        };
        [cell("period_start")].into_iter().chain(by.iter().map(member)).collect()
    }
}

/// A series that does not speak of the states of a KPI speaks of its headline.
fn is_headline(kpi: &Kpi, by: &[String], state: impl Fn(&str) -> String) -> bool {
    let split = kpi.split.as_ref().filter(|split| !by.contains(&split.column));
    split.is_none_or(|split| split.headline.as_deref() == Some(&state(&split.column)))
}

fn told_rows(question: &Question, answer: &Json, by: &[String]) -> Rows {
    let number = |json: &Json| match json.as_f64().filter(|_| json.is_f64()) {
        Some(float) => decimal(Value::Float(float)),
        None => said(Some(json)),
    };
    let rows = answer["rows"].as_array().expect("rows").iter();
    let rows = rows.filter(|row| is_headline(question.kpi, by, |column| text(&row[column]))).map(|row| {
        let key = question.key(by, |column| row[column].as_str().unwrap_or_default().to_string());
        (key, ["numerator", "denominator", "value"].map(|column| number(&row[column])))
    });
    rows.collect()
}

/// The first and the last day that a series tells of.
fn days_of(expected: &Rows) -> Option<(String, String)> {
    Some((expected.keys().next()?[0].clone(), expected.keys().next_back()?[0].clone()))
}

fn compare(series: &Json, expected: &Rows, mut found: Rows) -> Vec<String> {
    let (what, columns) = (name_of(series), texts(&series["by"]));
    found.retain(|key, _| is_told(series, &columns, key));
    let keys = expected.keys().chain(found.keys().filter(|key| !expected.contains_key(*key)));
    let is_own = columns.iter().any(|column| !OF_PEOPLE.contains(&column.as_str()));
    let differ = keys.filter(|key| !same(expected.get(*key), found.get(*key), is_own));
    differ.map(|key| format!("{what} {key:?}: expected {:?}, found {:?}", expected.get(key), found.get(key))).collect()
}

/// Whether the series speaks of a row: `only` names the members of which it does.
fn is_told(series: &Json, columns: &[String], key: &[String]) -> bool {
    let Some(only) = series.get("only").and_then(Json::as_object) else { return true };
    only.iter().all(|(column, members)| {
        let place = columns.iter().position(|name| name == column).map_or(0, |place| place + 1);
        texts(members).contains(&key[place])
    })
}

/// Numerator, denominator and value. Of the truth's each may be unsaid; of an answer's each is said.
type Cell = [Said; 3];
/// By first day and members.
type Rows = BTreeMap<Vec<String>, Cell>;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Said {
    Unsaid,
    Nothing,
    Number(Decimal),
}

impl Said {
    fn is_nought(self) -> bool {
        match self {
            Said::Number(number) => number.is_zero(),
            Said::Nothing | Said::Unsaid => true,
        }
    }

    /// Whether an answer's number is this one. A quotient has six places here and more there.
    fn is_met_by(self, found: Said) -> bool {
        match (self, found) {
            (Said::Unsaid, _) => true,
            (Said::Number(expected), Said::Number(found)) if expected.scale() == 6 => expected == to_six(found),
            (expected, found) => expected == found,
        }
    }
}

/// `is_own` for members that the KPI makes itself, as states and stages are: one that nobody is in may be left out.
fn same(expected: Option<&Cell>, found: Option<&Cell>, is_own: bool) -> bool {
    match (expected, found) {
        (Some(expected), Some(found)) => expected.iter().zip(found).all(|(expected, found)| expected.is_met_by(*found)),
        // A cell in which nobody counts may be told or left out.
        (Some([numerator, denominator, value]), None) | (None, Some([numerator, denominator, value])) => {
            numerator.is_nought() && value.is_nought() && (is_own || denominator.is_nought())
        }
        (None, None) => true,
    }
}

fn expected_rows(series: &Json) -> Rows {
    let by = texts(&series["by"]);
    let rows = series["rows"].as_array().expect("rows").iter().map(|row| {
        let key = ["period_start"].into_iter().chain(by.iter().map(String::as_str));
        let key = key.map(|column| text(&row[column])).collect();
        (key, ["numerator", "denominator", "value"].map(|column| said(row.get(column))))
    });
    rows.collect()
}

fn found_rows(question: &Question, answer: &Answer, by: &[String]) -> Rows {
    let table = &answer.table;
    let told = |row: &usize| is_headline(question.kpi, by, |column| table.value(*row, column).to_string());
    let rows = (0..table.rows()).filter(told).map(|row| {
        let key = question.key(by, |column| table.value(row, column).to_string());
        (key, ["numerator", "denominator", "value"].map(|column| decimal(table.value(row, column))))
    });
    rows.collect()
}

fn to_six(value: Decimal) -> Decimal {
    value.round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero)
}

fn decimal(value: Value) -> Said {
    match value {
        Value::Nothing => Said::Nothing,
        Value::Float(number) => {
            Decimal::from_f64_retain(number).map_or(Said::Nothing, |d| Said::Number(d.round_dp(12)))
        }
        other => Said::Number(other.to_string().parse().expect("a number")),
    }
}

fn said(json: Option<&Json>) -> Said {
    match json {
        None => Said::Unsaid,
        Some(Json::Null) => Said::Nothing,
        Some(Json::String(text)) => Said::Number(text.parse().expect("a decimal")),
        Some(other) => Said::Number(other.to_string().parse().expect("an integer")),
    }
}

fn text(json: &Json) -> String {
    json.as_str().expect("a text").to_string()
}

fn texts(json: &Json) -> Vec<String> {
    json.as_array().expect("a list").iter().map(text).collect()
}
