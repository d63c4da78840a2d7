//! What the KPIs say is what was simulated: every row of `truth.json`, and no row more.

use crate::firm::{self, repository};
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
    let dir = firm::built(seed);
    let truth: Json =
        serde_json::from_slice(&std::fs::read(dir.join("truth.json")).expect("there is a truth")).expect("it is JSON");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let wrong: Vec<String> = runtime.block_on(async {
        let (project, session) = asked(&dir).await;
        let mut wrong = vec![];
        for series in truth["kpis"].as_array().expect("a list of series") {
            wrong.extend(differences(&project, &session, series).await);
        }
        wrong
    });
    assert!(truth["kpis"].as_array().is_some_and(|all| all.len() > 10), "the truth tells of many series");
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.iter().take(40).cloned().collect::<Vec<_>>().join("\n")
    );
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
    let what = format!("{} {} by {} per {}", series["kpi"], series["options"], series["by"], series["grain"]);
    let expected = expected_rows(series);
    let (Some(first), Some(last)) = (expected.keys().next(), expected.keys().next_back()) else { return vec![] };
    let params = Params {
        from: Some(first[0].parse().expect("a date")),
        to: Some(last[0].parse().expect("a date")),
        grain: Some(text(&series["grain"]).parse::<Grain>().expect("a grain")),
        by: texts(&series["by"]),
        options: series["options"].as_object().expect("options").iter().map(|(k, v)| (k.clone(), text(v))).collect(),
        ..Params::default()
    };
    let kpi = project.kpi(&text(&series["kpi"])).unwrap_or_else(|| panic!("no KPI for {what}"));
    let answer = session.answer(kpi, &params, &Viewer::Local).await.unwrap_or_else(|e| panic!("{what}: {e}"));
    let found = found_rows(&answer, &params.by);
    let keys = expected.keys().chain(found.keys().filter(|key| !expected.contains_key(*key)));
    let differ = keys.filter(|key| !same(expected.get(*key), found.get(*key)));
    differ.map(|key| format!("{what} {key:?}: expected {:?}, found {:?}", expected.get(key), found.get(key))).collect()
}

/// Numerator, denominator, and the value, or that there is none, where the truth tells it.
type Cell = (Option<Decimal>, Option<Decimal>, Option<Option<Decimal>>);

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
        (key, (number(&row["numerator"]), number(&row["denominator"]), row.get("value").map(number)))
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
        (key, (cell("numerator"), cell("denominator"), Some(value)))
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
