//! What the KPIs say is what was simulated: every row of `truth.json`, and no row more.

use crate::firm::{self, Ran, repository};
use crate::story;
use libtest_mimic::Trial;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::Path;
use uptake_lake::{Lake, Session};
use uptake_spec::kpi::Unit;
use uptake_spec::{Answer, Files, Grain, Params, Project, Value, Viewer, read_project};

pub fn stories() -> Vec<Trial> {
    vec![
        story("every number of firm 1 is as it was simulated", || check(1)),
        story("every number of firm 2 is as it was simulated", || check(2)),
        story("every number of firm 3 is as it was simulated", || check(3)),
    ]
}

fn check(seed: u64) {
    holds_in(&firm::built(seed));
}

/// Fails unless every series of the firm in `dir` is as it was simulated.
#[track_caller]
pub fn holds_in(dir: &Path) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let wrong: Vec<String> = runtime.block_on(async {
        let (project, session) = asked(dir).await;
        let mut wrong = vec![];
        for series in &all_series(dir) {
            wrong.extend(differences(&project, &session, series).await);
        }
        wrong
    });
    nothing_differs(&wrong);
}

/// The same, told by the program itself: `ask` runs `uptake kpi …` on some lake of the firm in `dir`.
#[track_caller]
pub fn holds_as_told(dir: &Path, ask: impl Fn(&[&str]) -> Ran + Sync) {
    let all = all_series(dir);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let ask = &ask;
        let tell = |part: &[Json]| part.iter().flat_map(|series| told(series, ask)).collect::<Vec<_>>();
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

fn all_series(dir: &Path) -> Vec<Json> {
    let truth: Json =
        serde_json::from_slice(&std::fs::read(dir.join("truth.json")).expect("there is a truth")).expect("it is JSON");
    let all = truth["kpis"].as_array().expect("a list of series").clone();
    assert!(all.len() > 10, "the truth tells of many series");
    all
}

#[track_caller]
fn nothing_differs(wrong: &[String]) {
    let some: Vec<String> = wrong.iter().take(40).cloned().collect();
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), some.join("\n"));
}

async fn asked(dir: &Path) -> (Project, Session) {
    let files = Files::default().with_folder(&repository()).and_then(|files| files.with_folder(dir)).expect("readable");
    let project = read_project(&files).expect("the project has no mistake");
    let lake = Lake::open(&dir.join(&project.settings.lake).to_string_lossy()).await.expect("the lake opens");
    let session = lake.session(&project).await.expect("there is a build");
    (project, session)
}

/// One line for each row that is missing, too many, or says something else.
async fn differences(project: &Project, session: &Session, series: &Json) -> Vec<String> {
    let what = name_of(series);
    let expected = expected_rows(series);
    let Some((first, last)) = days_of(&expected) else { return vec![] };
    let params = Params {
        from: Some(first.parse().expect("a date")),
        to: Some(last.parse().expect("a date")),
        grain: Some(text(&series["grain"]).parse::<Grain>().expect("a grain")),
        by: texts(&series["by"]),
        options: options(series).collect(),
        ..Params::default()
    };
    let kpi = project.kpi(&text(&series["kpi"])).unwrap_or_else(|| panic!("no KPI for {what}"));
    let answer = session.answer(kpi, &params, &Viewer::Local).await.unwrap_or_else(|e| panic!("{what}: {e}"));
    compare(&what, &expected, &found_rows(&answer, &params.by))
}

/// The differences of one series as the command line tells it.
fn told(series: &Json, ask: &impl Fn(&[&str]) -> Ran) -> Vec<String> {
    let expected = expected_rows(series);
    let Some((first, last)) = days_of(&expected) else { return vec![] };
    let (kpi, grain, by) = (text(&series["kpi"]), text(&series["grain"]), texts(&series["by"]));
    let mut args = vec!["kpi".into(), kpi, "--from".into(), first, "--to".into(), last, "--grain".into(), grain];
    args.extend(by.iter().flat_map(|column| ["--by".to_string(), column.clone()]));
    args.extend(options(series).flat_map(|(option, value)| [format!("--{option}"), value]));
    args.extend(["--format".to_string(), "json".into()]);
    let out = ask(&args.iter().map(String::as_str).collect::<Vec<_>>()).ended(0).out;
    let answer: Json = serde_json::from_str(&out).expect("JSON");
    compare(&name_of(series), &expected, &told_rows(&answer, &by))
}

fn told_rows(answer: &Json, by: &[String]) -> BTreeMap<Vec<String>, Cell> {
    let number = |json: &Json| match json.as_f64().filter(|_| json.is_f64()) {
        Some(float) => Decimal::from_f64_retain(float).map(|d| d.round_dp(9)),
        None => number(json),
    };
    let rows = answer["rows"].as_array().expect("rows").iter().map(|row| {
        let key = ["period_start"].into_iter().chain(by.iter().map(String::as_str));
        let key = key.map(|column| row[column].as_str().unwrap_or_default().to_string()).collect();
        let value = number(&row["value"]).map(|v| if answer["unit"] == "share" { to_six(v) } else { v });
        (key, (number(&row["numerator"]), number(&row["denominator"]), value))
    });
    rows.collect()
}

fn name_of(series: &Json) -> String {
    format!("{} {} by {} per {}", series["kpi"], series["options"], series["by"], series["grain"])
}

fn options(series: &Json) -> impl Iterator<Item = (String, String)> {
    series["options"].as_object().expect("options").iter().map(|(k, v)| (k.clone(), text(v)))
}

/// The first and the last day that a series tells of.
fn days_of(expected: &BTreeMap<Vec<String>, Cell>) -> Option<(String, String)> {
    Some((expected.keys().next()?[0].clone(), expected.keys().next_back()?[0].clone()))
}

fn compare(what: &str, expected: &BTreeMap<Vec<String>, Cell>, found: &BTreeMap<Vec<String>, Cell>) -> Vec<String> {
    let keys = expected.keys().chain(found.keys().filter(|key| !expected.contains_key(*key)));
    let differ = keys.filter(|key| !same(expected.get(*key), found.get(*key)));
    differ.map(|key| format!("{what} {key:?}: expected {:?}, found {:?}", expected.get(key), found.get(key))).collect()
}

/// Numerator, denominator, and the value where the truth tells one.
type Cell = (Option<Decimal>, Option<Decimal>, Option<Decimal>);

fn same(expected: Option<&Cell>, found: Option<&Cell>) -> bool {
    match (expected, found) {
        (Some((numerator, denominator, value)), Some((n, d, v))) => {
            numerator == n && denominator == d && (value.is_none() || value == v)
        }
        // A cell in which nobody counts may be told or left out.
        (Some(nobody), None) | (None, Some(nobody)) => {
            nobody.1.unwrap_or_default().is_zero() && nobody.0.unwrap_or_default().is_zero()
        }
        (None, None) => true,
    }
}

fn expected_rows(series: &Json) -> BTreeMap<Vec<String>, Cell> {
    let by = texts(&series["by"]);
    let rows = series["rows"].as_array().expect("rows").iter().map(|row| {
        let key = ["period_start"]
            .into_iter()
            .chain(by.iter().map(String::as_str))
            .map(|column| text(&row[column]))
            .collect();
        (key, (number(&row["numerator"]), number(&row["denominator"]), number(&row["value"])))
    });
    rows.collect()
}

fn found_rows(answer: &Answer, by: &[String]) -> BTreeMap<Vec<String>, Cell> {
    let table = &answer.table;
    let rows = (0..table.rows()).map(|row| {
        let cell = |column: &str| decimal(table.value(row, column));
        let key = ["period_start"].into_iter().chain(by.iter().map(String::as_str));
        let key = key.map(|column| table.value(row, column).to_string()).collect();
        let value = cell("value").map(|v| if answer.unit == Unit::Share { to_six(v) } else { v });
        (key, (cell("numerator"), cell("denominator"), value))
    });
    rows.collect()
}

fn to_six(value: Decimal) -> Decimal {
    value.round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero)
}

fn decimal(value: Value) -> Option<Decimal> {
    match value {
        Value::Nothing => None,
        Value::Float(number) => Decimal::from_f64_retain(number).map(|d| d.round_dp(9)),
        other => Some(other.to_string().parse().expect("a number")),
    }
}

fn number(json: &Json) -> Option<Decimal> {
    match json {
        Json::Null => None,
        Json::String(text) => Some(text.parse().expect("a decimal")),
        other => Some(other.to_string().parse().expect("an integer")),
    }
}

fn text(json: &Json) -> String {
    json.as_str().expect("a text").to_string()
}

fn texts(json: &Json) -> Vec<String> {
    json.as_array().expect("a list").iter().map(text).collect()
}
