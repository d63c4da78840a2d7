//! What is normal, on pages and by itself. A firm of twenty, so regular that every limit can be checked in the head.
//!
//! Ten partners and ten managers. From 5 January 2026 on, five and six of each group work by turns, week by week, for twelve
//! weeks: 10 and 12 of 20, so the centre is 0.55, the mean step 0.1, and the limits are 0.55 ± 0.266. From 30 March on only
//! eight of 20 work, for nine weeks: the managers as before, and three or two partners. The last week begins on 25 May.

use crate::firm::{built, fresh, of_files, on};
use crate::http::Server;
use crate::story;
use chrono::{Days, NaiveDate};
use libtest_mimic::Trial;
use serde_json::Value as Json;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub fn stories() -> Vec<Trial> {
    vec![
        story("a page says whether a number is normal, since when and where", a_page_says_so),
        story("the days of a page do not change what is normal", the_days_do_not_matter),
        story("an annotation explains a shift, and a quiet week is not judged", annotated_and_quiet),
        story("what is normal, and what changed most, by themselves", by_themselves),
        story("one history is asked once, and none where nobody asks", asked_once),
        story("the limits of the sample firm are those of what was simulated", the_limits_are_true),
    ]
}

const PAGE: &str = r#"+++
title = "Normal"
asks  = "Is it?"

[filter.period]
type    = "date_range"
grain   = "week"
default = "last 4 complete weeks"

[filter.grade]
type    = "multi"
values  = "users.grade"
default = "all"
+++

So many: {active_people.value:pct0}. Verdict: {active_people.verdict}. Since: {active_people.since:date}. Where: {active_people.where}.

```kpi
kpi    = "active_people"
normal = true
```

```chart
id     = "line"
kpi    = "active_people"
type   = "line"
normal = true
alt    = "A line."
```

```chart
id   = "control"
kpi  = "active_people"
type = "control"
alt  = "A control chart."
```

```chart
id     = "grades"
kpi    = "active_people"
type   = "line"
by     = "grade"
normal = true
alt    = "A line for each grade."
```

```table
kpi = "what_is_normal"
by  = "grade"
```

```table
kpi = "three_changes"
```
"#;

fn week(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 5).expect("a Monday") + Days::new(7 * (number - 1))
}

/// How many partners and managers work in the week, from 1 to 21.
fn at_work(number: u64) -> (u64, u64) {
    let managers = if number % 2 == 1 { 5 } else { 6 };
    (if number <= 12 { managers } else { 8 - managers }, managers)
}

fn users() -> String {
    let row = |at: u64| {
        let grade = if at <= 10 { "Partner" } else { "Manager" };
        format!("005{at:012}AAA,u{at}@n.example,u{at}@n.example,1,Standard,2025-11-03 10:00:00,{grade},Berlin,Berlin\n")
    };
    let rows = (1..=20).map(row);
    std::iter::once("Id,Username,Email,IsActive,UserType,CreatedDate,Title,Division,City\n".into())
        .chain(rows)
        .collect()
}

/// An account for each week and each person at work, made on the Wednesday; the first on the Friday before.
fn accounts() -> String {
    let mut text = String::from(
        "Id,Name,CreatedById,CreatedDate\n001000000000001AAA,First,005000000000001AAA,2026-01-02 10:00:00\n",
    );
    let mut next = 1;
    for number in 1..=21 {
        let (partners, managers) = at_work(number);
        for user in (1..=partners).chain((1..=managers).map(|at| 10 + at)) {
            next += 1;
            let day = week(number) + Days::new(2);
            text.push_str(&format!("001{next:012}AAA,A{next},005{user:012}AAA,{day} 10:00:00\n"));
        }
    }
    text
}

fn project(name: &str, more: &[(&str, &str)]) -> PathBuf {
    let files = [
        ("uptake.toml", "firm = \"Twenty\"\ncurrency = \"EUR\"\ntime_zone = \"UTC\"\n".to_string()),
        ("exports/2026-05-31/User.csv", users()),
        ("exports/2026-05-31/Account.csv", accounts()),
        ("dashboards/normal.md", PAGE.into()),
    ];
    of_files(name, files.iter().map(|(path, text)| (*path, text.as_str())).chain(more.iter().copied()))
}

/// The firm, for those who change nothing.
fn firm() -> &'static Path {
    static FIRM: OnceLock<PathBuf> = OnceLock::new();
    FIRM.get_or_init(|| project("twenty", &[]))
}

#[track_caller]
fn says(page: &str, words: &[&str]) {
    // Narrow blanks are between numbers and their units.
    let page = page.replace('\u{202f}', " ");
    for words in words {
        assert!(page.contains(words), "\"{words}\" is not in {page}");
    }
}

fn a_page_says_so() {
    on(firm(), &["check"]).ended(0);
    let server = Server::of(firm());
    let page = server.get("/d/normal").text();
    let since = "lower than normal since the week of 30 Mar 2026";
    let prose = format!("So many: 40 %. Verdict: {since}. Since: 30 Mar 2026. Where: Partner.");
    let line = "band: normal, 28 % to 82 %";
    let grades = format!("Not normal: Partner ({since}).");
    says(
        &page,
        &[&prose, &format!("L{}", &since[1..]), line, "Not normal: 4 from the week of 4 May 2026 (below)", &grades],
    );
    let managers = server.get("/d/normal?grade=Manager").text();
    says(
        &managers,
        &["So many: 50 %. Verdict: normal. Since: n/a. Where: nowhere in particular.", "All within what is normal."],
    );
    for (file, kind) in
        [("line.svg", "image/svg+xml"), ("control.png", "image/png"), ("active_people.png", "image/png")]
    {
        assert_eq!(server.get(&format!("/c/normal/{file}")).headers["content-type"], kind);
    }
    says(&server.get("/c/normal/control.svg").text(), &["Upper limit", "a run below"]);
    says(&server.get("/c/normal/control.svg?from=2026-01-05").text(), &["9 in a row below"]);
    assert_eq!(server.get("/d/normal.pdf").status, 200);
    assert_eq!(server.get("/d/normal.png").status, 200);
}

fn the_days_do_not_matter() {
    let server = Server::of(firm());
    let verdict = "Verdict: lower than normal since the week of 30 Mar 2026.";
    for days in ["", "?from=2026-05-25", "?from=2026-05-18", "?from=2026-01-05"] {
        says(&server.get(&format!("/d/normal{days}")).text(), &[verdict, "28 % to 82 %"]);
    }
    // The twelfth week is told as it is seen today; so is the first of the run.
    says(&server.get("/d/normal?from=2026-03-02&to=2026-03-29").text(), &["So many: 60 %. Verdict: normal."]);
    says(
        &server.get("/d/normal?from=2026-03-02&to=2026-04-05").text(),
        &["So many: 40 %. Verdict: lower than normal. "],
    );
    // In its seventh week nobody could know that it would be a run.
    says(&server.get("/d/normal?as_of=2026-05-17").text(), &["So many: 40 %. Verdict: normal."]);
    says(&server.get("/d/normal?as_of=2026-02-08").text(), &["Verdict: too early to say what is normal."]);
    says(&server.get("/d/normal?as_of=2026-02-15").text(), &["Verdict: normal, provisionally."]);
}

fn annotated_and_quiet() {
    let moved = [("annotations.csv", "d,text\n2026-03-28,Moved to the new office\n")];
    let moved = project("annotated", &moved);
    let server = Server::of(&moved);
    says(&server.get("/d/normal").text(), &["So many: 40 %. Verdict: normal, provisionally."]);
    let chart = server.get("/d/normal?from=2026-03-02").text();
    says(&chart, &["Moved to the new office", "On 28 Mar 2026: Moved to the new office."]);
    let quiet = project("quiet", &[("quiet_weeks.csv", "d,text\n2026-05-27,Holidays\n")]);
    let server = Server::of(&quiet);
    says(&server.get("/d/normal").text(), &["Verdict: not judged, in a quiet week.", "hollow: quiet weeks"]);
    // Without the twenty-first week it is still a run of eight.
    says(&server.get("/d/normal?to=2026-05-24").text(), &["Verdict: lower than normal since the week of 30 Mar 2026."]);
}

fn rows(dir: &Path, args: &[&str]) -> Vec<Json> {
    let ran = on(dir, &[&["kpi"], args, &["--format", "json"]].concat()).ended(0);
    let document: Json = serde_json::from_str(&ran.out).expect("JSON");
    document["rows"].as_array().expect("rows").clone()
}

fn cells(row: &Json) -> Vec<&Json> {
    row.as_array().expect("a row").iter().collect()
}

#[track_caller]
fn near(cell: &Json, expected: f64) {
    assert!((cell.as_f64().expect("a number") - expected).abs() < 1e-9, "{cell} is not {expected}");
}

fn by_themselves() {
    let found = rows(firm(), &["what_is_normal", "--page", "normal", "--by", "grade"]);
    let told: Vec<String> = found
        .iter()
        .map(|row| {
            let cells = cells(row);
            let text = |at: usize| cells[at].as_str().unwrap_or("-").to_string();
            [0, 3, 4, 6, 7].map(text).join(" ")
        })
        .collect();
    let expected = [
        "active_people - 2026-05-25 below 2026-03-30",
        "active_people Manager 2026-05-25 normal -",
        "active_people Partner 2026-05-25 below 2026-03-30",
    ];
    assert_eq!(told, expected);
    let whole = cells(&found[0]);
    for (at, expected) in [(5, 0.4), (8, 0.55), (9, 0.284), (10, 0.816)] {
        near(whole[at], expected);
    }
    // Partners: 0.25 ÷ 0.08865 = 2.8 deviations, p = 0.005. All: 1.7, p = 0.09, which is too much where three were looked at.
    let changes = on(firm(), &["kpi", "three_changes", "--page", "normal"]).ended(0).out.replace('\u{202f}', " ");
    let lines: Vec<&str> = changes.lines().skip(1).collect();
    assert_eq!(lines.len(), 1, "{changes}");
    says(
        lines[0],
        &["People who worked, Partner", "30 %", "lower than normal since the week of 30 Mar 2026", "28 % to 82 %"],
    );
    let earlier = on(firm(), &["kpi", "three_changes", "--page", "normal", "--to", "2026-03-29"]).ended(0).out;
    assert_eq!(earlier.lines().count(), 1, "{earlier}");
    for (args, told) in [
        (["--page", "nromal"], "did you mean \"normal\"?"),
        (["--colour", "red"], "no option \"colour\""),
        (["--by", "grde"], "did you mean \"grade\"?"),
        (["--grain", "day"], "leave --from and --grain out"),
        (["--format", "svg"], "no picture"),
    ] {
        let ran = on(firm(), &[&["kpi", "what_is_normal"][..], &args].concat()).ended(2);
        assert!(ran.err.contains(told), "{}", ran.err);
    }
}

/// The number behind `name` in `/metrics`.
fn counted(server: &Server, name: &str) -> u64 {
    let metrics = server.get("/metrics").text();
    let line = metrics.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name} in {metrics}"));
    line.rsplit(' ').next().and_then(|n| n.parse().ok()).expect("a number")
}

fn asked_once() {
    let plain = PAGE.split("So many").next().expect("a head").to_string();
    let chart = |more: &str| format!("```chart\nkpi = \"active_people\"\ntype = \"line\"\nalt = \"A.\"\n{more}```\n");
    let without = format!("{plain}{}", chart(""));
    let with = format!("{plain}Verdict: {{active_people.verdict}}.\n\n{}", chart("normal = true\n"));
    let dir = project("asked-once", &[("dashboards/without.md", &without), ("dashboards/with.md", &with)]);
    let server = Server::of(&dir);
    let misses = || counted(&server, MISSES);
    let made = |path: &str| {
        let before = misses();
        assert_eq!(server.get(path).status, 200);
        misses() - before
    };
    assert_eq!(made("/d/without"), 1);
    // What is shown is there already; the history is one question, for chart and prose, and for all days.
    assert_eq!(made("/d/with"), 1);
    assert_eq!(made("/d/with?from=2026-04-06"), 1);
}

const MISSES: &str = "uptake_cache_misses_total{cache=\"answers\"}";

/// Centre and limits of the first twelve weeks that truth.json tells of, worked out here by the book.
fn the_limits_are_true() {
    let dir = built(1);
    let truth: Json = serde_json::from_slice(&fs::read(dir.join("truth.json")).expect("a truth")).expect("JSON");
    let is_work = |series: &&Json| {
        series["kpi"] == "active_people"
            && series["grain"] == "week"
            && series["options"]["basis"] == "work"
            && series["by"] == serde_json::json!([])
    };
    let series = truth["kpis"].as_array().expect("a list").iter().find(is_work).expect("it is told");
    let quiet = fs::read_to_string(dir.join("quiet_weeks.csv")).expect("it is generated");
    let told: Vec<(String, f64)> = series["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .skip(1) // the week in which the records begin is not complete
        .map(|row| {
            let n = |name: &str| row[name].as_f64().expect("a number");
            (row["period_start"].as_str().expect("a day").to_string(), n("numerator") / n("denominator"))
        })
        .collect();
    let mut values: Vec<f64> = vec![];
    let mut steps: Vec<f64> = vec![];
    let mut last: Option<f64> = None;
    for (day, value) in &told {
        if quiet.contains(day.as_str()) {
            last = None;
            continue;
        }
        if values.len() == 12 {
            break;
        }
        steps.extend(last.map(|last| (value - last).abs()));
        values.push(*value);
        last = Some(*value);
    }
    let centre = values.iter().sum::<f64>() / 12.0;
    let squares: f64 = values.iter().map(|v| (v - centre).powi(2)).sum();
    let together: f64 = values.windows(2).map(|pair| (pair[0] - centre) * (pair[1] - centre)).sum();
    let reach = match together / squares > 0.3 {
        true => 3.0 * (squares / 11.0).sqrt(),
        false => 2.66 * steps.iter().sum::<f64>() / steps.len() as f64,
    };
    // Without the annotation of the relaunch the first limits stay for good.
    let copy = fresh("unannotated");
    crate::firm::copy(&dir, &copy);
    fs::write(copy.join("annotations.csv"), "d,text\n").expect("written");
    let found = rows(&copy, &["what_is_normal"]);
    let row = found.iter().map(cells).find(|row| row[0] == "active_people" && row[3].is_null()).expect("it is told");
    near(row[5], told.last().expect("a week").1);
    near(row[8], centre);
    near(row[9], (centre - reach).max(0.0));
    near(row[10], (centre + reach).min(1.0));
    let last = told.last().expect("a week").1;
    if last > centre + reach {
        assert_eq!(row[6], "above");
    }
}
