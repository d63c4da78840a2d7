//! What is said where the data ends or begins. A firm of two, so small that every figure can be checked in the head.
//!
//! Ann (Partner) and Ben (Manager) are users since November 2025. Ann makes an account on Wednesday 7, Wednesday 14 and
//! Wednesday 21 January 2026; Ben on the 14th and on Tuesday the 27th. Ann logs in on the 14th and 20th, Ben on the 27th.
//! Ann owns a deal of 100 from the 14th on, due on the 16th, and one of 50 from the 20th on. There are exports of the
//! Sundays 25 January and 1 February; in the second Ben is a user no more.

use crate::firm::{Ran, of_files, on};
use crate::story;
use libtest_mimic::Trial;
use serde_json::Value as Json;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub fn stories() -> Vec<Trial> {
    vec![
        story("before the first stamp nothing is known of work", work_begins),
        story("before the first row of the log nothing is known of logins", logins_begin),
        story(
            "logins say the same downloaded from the Setup page, and count once where both tell them",
            logins_of_the_setup_page,
        ),
        story("before the first deal nothing is known of money", money_begins),
        story("before the first activity nothing is known of activities", activities_begin),
        story("a range behind the data, or out of the calendar, is one of usage", days_out_of_reach),
        story("who left is in no column, and told in the JSON", who_left),
        story("targets hold for the default option, said or unsaid", targets_of_the_default),
        story("two filters of one member each leave what they share", two_filters),
        story("what a filter cannot cut is told, not refused", what_a_filter_cannot_cut),
        story("settings newer than the build are told", settings_newer_than_the_build),
        story("a firm without a roster is told so where it matters", without_a_roster),
        story("a page as of a day behind the data is the page of its last day", pages_behind_the_data),
        story("a mistake in SQL is told in our words", mistakes_in_sql),
    ]
}

const SETTINGS: &str = "firm = \"Two\"\ncurrency = \"EUR\"\ntime_zone = \"UTC\"\n";
const USERS: &str = "Id,Username,Email,IsActive,UserType,CreatedDate,Title,Division,City\n\
    005000000000001AAA,ann@two.example,ann@two.example,1,Standard,2025-11-03 10:00:00,Partner,Berlin,Berlin\n";
const BEN: &str =
    "005000000000002AAA,ben@two.example,ben@two.example,ACTIVE,Standard,2025-11-03 10:00:00,Manager,Berlin,Berlin\n";
const ACCOUNTS: &str = "Id,Name,CreatedById,CreatedDate\n\
    001000000000001AAA,One,005000000000001AAA,2026-01-07 10:00:00\n\
    001000000000002AAA,Two,005000000000001AAA,2026-01-14 10:00:00\n\
    001000000000003AAA,Three,005000000000001AAA,2026-01-21 10:00:00\n\
    001000000000004AAA,Four,005000000000002AAA,2026-01-14 10:00:00\n";
const FIVE: &str = "001000000000005AAA,Five,005000000000002AAA,2026-01-27 10:00:00\n";
const LOGINS: &str = "Id,UserId,LoginTime,LoginType,Status\n\
    0Ya000000000001AAA,005000000000001AAA,2026-01-14 09:00:00,Application,Success\n\
    0Ya000000000002AAA,005000000000001AAA,2026-01-20 09:00:00,Application,Success\n\
    0Ya000000000003AAA,005000000000002AAA,2026-01-27 09:00:00,Application,Success\n";
const DEALS: &str = "Id,OwnerId,CreatedById,StageName,Amount,CloseDate,IsClosed,IsWon,CreatedDate\n\
    006000000000001AAA,005000000000001AAA,005000000000001AAA,Propose,100,2026-01-16,0,0,2026-01-14 10:00:00\n\
    006000000000002AAA,005000000000001AAA,005000000000001AAA,Propose,50,2026-03-31,0,0,2026-01-20 10:00:00\n";

/// A project of the firm, loaded and built.
pub fn project(name: &str, more: &[(&str, &str)]) -> PathBuf {
    let ben = |active: &str| BEN.replace("ACTIVE", active);
    let files = [
        ("uptake.toml", SETTINGS.to_string()),
        ("exports/2026-01-25/User.csv", format!("{USERS}{}", ben("1"))),
        ("exports/2026-01-25/Account.csv", ACCOUNTS.into()),
        ("exports/2026-01-25/Opportunity.csv", DEALS.into()),
        ("exports/2026-02-01/User.csv", format!("{USERS}{}", ben("0"))),
        ("exports/2026-02-01/Account.csv", format!("{ACCOUNTS}{FIVE}")),
        ("exports/2026-02-01/Opportunity.csv", DEALS.into()),
        ("exports/2026-02-01/LoginHistory.csv", LOGINS.into()),
    ];
    of_files(name, files.iter().map(|(path, text)| (*path, text.as_str())).chain(more.iter().copied()))
}

/// The firm, for those who change nothing.
fn firm() -> &'static Path {
    static FIRM: OnceLock<PathBuf> = OnceLock::new();
    FIRM.get_or_init(|| project("two", &[]))
}

fn answer(dir: &Path, args: &[&str]) -> Json {
    let ran = on(dir, &[&["kpi"], args, &["--format", "json"]].concat()).ended(0);
    serde_json::from_str(&ran.out).expect("JSON")
}

/// Each row as `01-12 0.5 1/2`, with `…` behind it if the period is not complete, and `-` for nothing.
#[track_caller]
fn check(args: &[&str], rows: &[&str], note: &str) {
    check_of(firm(), args, rows, note);
}

#[track_caller]
pub fn check_of(dir: &Path, args: &[&str], rows: &[&str], note: &str) {
    let answer = answer(dir, args);
    let cell = |value: &Json| match value {
        Json::Null => "-".to_string(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let row = |row: &Json| {
        let [value, n, d] = ["value", "numerator", "denominator"].map(|name| cell(&row[name]));
        let start = row["period_start"].as_str().expect("a day");
        format!("{} {value} {n}/{d}{}", &start[5..], if row["complete"] == true { "" } else { "…" })
    };
    let told: Vec<String> = answer["rows"].as_array().expect("rows").iter().map(row).collect();
    assert_eq!(told, rows, "{answer}");
    let notes: Vec<&str> = answer["notes"].as_array().expect("notes").iter().filter_map(Json::as_str).collect();
    assert_eq!(notes.iter().find(|n| n.contains("begin")).copied().unwrap_or_default(), note, "{notes:?}");
}

fn work_begins() {
    let weeks = ["12-29 - -/-…", "01-05 0.5 1/2…", "01-12 1.0 2/2", "01-19 0.5 1/2", "01-26 0.0 0/1"];
    check(&["active_people", "--from", "2025-12-29"], &weeks, "The CRM's records begin on 2026-01-07.");
    check(&["active_people", "--from", "2026-01-12"], &weeks[2..], "");
    let months = ["12-01 - -/-…", "01-01 1.0 2/2…"];
    check(
        &["active_people", "--from", "2025-12-01", "--to", "2026-01-31", "--grain", "month"],
        &months,
        "The CRM's records begin on 2026-01-07.",
    );
    check(
        &["active_people", "--from", "2025-12-29", "--to", "2026-01-11", "--by", "grade"],
        &["12-29 - -/-…", "12-29 - -/-…", "01-05 0.0 0/1…", "01-05 1.0 1/1…"],
        "The CRM's records begin on 2026-01-07.",
    );
}

fn logins_begin() {
    let note = "The login log begins on 2026-01-14.";
    let weeks = ["01-05 - -/-…", "01-12 0.5 1/2…", "01-19 0.5 1/2", "01-26 0.5 1/2…"];
    check(&["active_people", "--basis", "login", "--from", "2026-01-05"], &weeks, note);
    // The 14 days up to the 25th begin on the 12th, before the log does; those up to the 27th, the newest row, on the 14th.
    let rolling = ["01-19 0.5 1/2…", "01-26 1.0 2/2…"];
    check(&["active_people", "--basis", "login", "--window", "14", "--from", "2026-01-19"], &rolling, note);
    check(&["active_people", "--basis", "login", "--from", "2026-01-19"], &weeks[2..], "");
    let weeks = ["01-05 - -/-…", "01-12 1.0 1/1…", "01-19 1.0 1/1", "01-26 1.0 1/1…"];
    check(&["logins_by_unique_person", "--from", "2026-01-05"], &weeks, note);
}

/// The same three logins as the Setup page's download has them: by username, in any letters, on the clock of who downloads. A row
/// before them failed, one is a refreshed token, one is of a name that no user has.
const SETUP_LOGINS: &str = "Username,Login Time,Source IP,Login Type,Status,Application,Login Subtype\n\
    Ann@Two.example,1/14/2026 1:00:00 AM PST,10.0.0.1,Application,Success,Browser,\n\
    ann@two.example,1/20/2026 12:59:30 AM PST,10.0.0.1,Application,Invalid Password,Browser,\n\
    ann@two.example,1/20/2026 1:00:00 AM PST,10.0.0.1,Application,Success,Browser,\n\
    ann@two.example,1/20/2026 6:00:00 AM PST,10.0.0.1,Remote Access 2.0,Success,Salesforce for iOS,OAuth Refresh Token\n\
    zoe@two.example,1/21/2026 1:00:00 AM PST,10.0.0.3,Application,Success,Browser,\n\
    BEN@TWO.EXAMPLE,1/27/2026 1:00:00 AM PST,10.0.0.2,Application,Success,Browser,\n";

fn logins_of_the_setup_page() {
    let note = "The login log begins on 2026-01-14.";
    let active = ["01-05 - -/-…", "01-12 0.5 1/2…", "01-19 0.5 1/2", "01-26 0.5 1/2…"];
    let asked = ["active_people", "--basis", "login", "--from", "2026-01-05"];
    let alone = project("setup-alone", &[("exports/2026-02-01/LoginHistory.csv", SETUP_LOGINS)]);
    check_of(&alone, &asked, &active, note);
    let logins = ["01-05 - -/-…", "01-12 1.0 1/1…", "01-19 1.0 1/1", "01-26 1.0 1/1…"];
    check_of(&alone, &["logins_by_unique_person", "--from", "2026-01-05"], &logins, note);
    // Beside the object's file, and Ann logged in once more, as the later download alone tells.
    let later =
        format!("{SETUP_LOGINS}ann@two.example,1/20/2026 5:00:00 AM PST,10.0.0.1,Application,Success,Browser,\n");
    let both = project("setup-beside", &[("exports/2026-02-02/LoginHistory.csv", &later)]);
    check_of(&both, &asked, &active, note);
    let logins = ["01-05 - -/-…", "01-12 1.0 1/1…", "01-19 2.0 2/1", "01-26 1.0 1/1…"];
    check_of(&both, &["logins_by_unique_person", "--from", "2026-01-05"], &logins, note);
    let told = |dir: &Path| {
        let sql = "SELECT count(*) AS n, count(user_id) AS known FROM logins WHERE method = 'log'";
        on(dir, &["sql", "--format", "csv", sql]).ended(0).out.replace('\n', " ")
    };
    assert_eq!((told(&alone), told(&both)), ("n,known 6,5 ".into(), "n,known 7,6 ".into()));
}

fn money_begins() {
    let note = "The CRM's opportunities begin on 2026-01-14.";
    let weeks = ["01-05 - -/-…", "01-12 100.00 1/1…", "01-19 150.00 2/2", "01-26 150.00 2/2"];
    check(&["open_pipeline", "--from", "2026-01-05"], &weeks, note);
    let won = ["01-05 - -/-…", "01-12 0.00 0/0…", "01-19 0.00 0/0", "01-26 0.00 0/0"];
    check(&["won", "--from", "2026-01-05"], &won, note);
    // In each period the lapsed, then the stalled: nobody was idle for long.
    let lapsed = [
        ["01-12 100.00 1/1…", "01-12 0.00 0/1…"],
        ["01-19 100.00 1/2", "01-19 0.00 0/2"],
        ["01-26 100.00 1/2", "01-26 0.00 0/2"],
    ]
    .concat();
    check(&["lapsed_opportunities", "--from", "2026-01-05"], &lapsed, note);
}

/// Ann adds a task on Thursday 22 January.
fn activities_begin() {
    let task = "Id,WhoId,OwnerId,Subject,Status,IsClosed,CreatedById,CreatedDate,ActivityDate\n\
        00T000000000001AAA,,005000000000001AAA,Call,Completed,true,005000000000001AAA,2026-01-22 10:00:00,2026-01-22\n";
    let dir = project("activities", &[("exports/2026-02-01/Task.csv", task)]);
    check_of(
        &dir,
        &["activities_added", "--from", "2026-01-12"],
        &["01-12 - -/-…", "01-19 1 1/2…", "01-26 0 0/1"],
        "The CRM's activities begin on 2026-01-22.",
    );
}

/// Both deals are Ann's, the only Partner of Berlin; the engine once refused to sort by what filters had made constant.
fn two_filters() {
    let filters = ["--by", "office", "--filter", "grade=Partner", "--filter", "office=Berlin"];
    let weeks = ["01-12 100.00 1/1…", "01-19 150.00 2/2", "01-26 150.00 2/2"];
    check(
        &[&["open_pipeline", "--from", "2026-01-12"], &filters[..]].concat(),
        &weeks,
        "The CRM's opportunities begin on 2026-01-14.",
    );
}

fn days_out_of_reach() {
    let wrong = |args: &[&str], told: &str| {
        let ran = on(firm(), &[&["kpi", "active_people"], args].concat()).ended(2);
        assert!(ran.err.contains(told) && ran.out.is_empty(), "{args:?}: {}", ran.err);
    };
    wrong(&["--from", "2026-02-02"], "the data ends on 2026-02-01");
    wrong(&["--from=-262143-01-01"], "1900");
    wrong(&["--from", "2026-01-05", "--to", "+262142-12-31"], "2200");
    wrong(&["--as-of=-262143-01-01", "--grain", "quarter"], "1900");
    wrong(&["--from", "1901-01-01", "--grain", "day"], "too many periods");
}

fn who_left() {
    let answer = answer(firm(), &["active_people", "--from", "2026-01-19"]);
    let left: Vec<i64> = answer["rows"].as_array().expect("rows").iter().filter_map(|r| r["left"].as_i64()).collect();
    assert_eq!((left, answer["attributes"].as_str()), (vec![0, 1], Some("period-end")), "{answer}");
    let Ran { out, err, .. } = on(firm(), &["kpi", "active_people", "--from", "2026-01-19"]).ended(0);
    assert!(!out.contains("left") && err.contains("attributes by period-end"), "{err}{out}");
    let by_grade = on(firm(), &["kpi", "active_people", "--from", "2026-01-26", "--by", "grade", "--format", "csv"]);
    assert_eq!(by_grade.ended(0).out.lines().count(), 2, "Ben's grade has nobody any more");
}

fn targets_of_the_default() {
    let targets = "metric,target,valid_from\nopen_pipeline,400,2026-01-01\n";
    let dir = project("targets", &[("targets.csv", targets)]);
    let picture = |more: &[&str]| {
        let args = [&["kpi", "open_pipeline", "--grain", "month", "--format", "svg"], more].concat();
        on(&dir, &args).ended(0).out.contains("Target")
    };
    assert!(picture(&[]) && picture(&["--measure", "amount"]));
    assert!(!picture(&["--measure", "count"]));
}

fn what_a_filter_cannot_cut() {
    let page = "+++\ntitle = \"T\"\nasks = \"?\"\n[filter.grade]\ntype = \"multi\"\nvalues = \"users.grade\"\ndefault = \"all\"\n+++\n\n\
        ```table\nkpi = \"open_pipeline\"\n```\n\n```table\nid = \"coverage\"\nkpi = \"open_pipeline\"\nmeasure = \"coverage\"\n```\n";
    let targets = "metric,target,valid_from\nwon,400,2026-01-01\n";
    let dir = project("cut", &[("targets.csv", targets), ("dashboards/t.md", page)]);
    let out = dir.join("t.csv");
    let typed = out.to_string_lossy();
    let ran = on(&dir, &["report", "t", "--format", "csv", "--out", &typed, "--filter", "grade=Partner"]).ended(0);
    assert!(!ran.err.contains("left out"), "{}", ran.err);
    assert!(fs::read_to_string(&out).expect("written").contains("\ncoverage,"));
    let refused = on(&dir, &["kpi", "open_pipeline", "--measure", "coverage", "--by", "grade"]).ended(2);
    assert!(refused.err.contains("whole firm"), "{}", refused.err);
    on(&dir, &["kpi", "won", "--measure", "attainment", "--filter", "grade=Partner"]).ended(2);
}

fn settings_newer_than_the_build() {
    let dir = project("newer", &[]);
    let asked = || on(&dir, &["kpi", "won", "--from", "2026-01-19"]).ended(0).err;
    assert!(!asked().contains("changed"), "{}", asked());
    fs::write(dir.join("uptake.toml"), format!("{SETTINGS}robots = [\"ben@two.example\"]\n")).expect("written");
    assert!(asked().contains("Settings or queries changed since build 1; `uptake build`"), "{}", asked());
    on(&dir, &["build"]).ended(0);
    assert!(!asked().contains("changed"), "{}", asked());
    // A week that begins on another day is no week of the build.
    fs::write(dir.join("uptake.toml"), format!("{SETTINGS}week_start = \"sunday\"\n")).expect("written");
    let told = on(&dir, &["kpi", "active_people"]).ended(2).err;
    assert!(told.contains("build 2 has counted by weeks from Mon") && told.contains("`uptake build`"), "{told}");
    on(&dir, &["build"]).ended(0);
    on(&dir, &["kpi", "active_people"]).ended(0);
}

fn without_a_roster() {
    let told = |dir: &Path, args: &[&str]| {
        on(dir, &[&["kpi", "active_people", "--from", "2026-01-19"], args].concat())
            .ended(0)
            .err
            .contains("No roster is loaded")
    };
    assert!(told(firm(), &["--by", "grade"]) && told(firm(), &["--filter", "office=Berlin"]));
    assert!(!told(firm(), &[]) && !told(firm(), &["--by", "department"]));
    let roster =
        [("exports/hr/2026-01-25/roster.csv", "email,name,grade,office\nann@two.example,Ann,Partner,Berlin\n")];
    assert!(!told(&project("with-roster", &roster), &["--by", "grade"]));
}

fn pages_behind_the_data() {
    let page = "+++\ntitle = \"T\"\nasks = \"?\"\n[filter.period]\ntype = \"date_range\"\ngrain = \"week\"\n\
        default = \"last 2 complete weeks\"\n+++\n\n```table\nkpi = \"active_people\"\n```\n";
    let dir = project("behind", &[("dashboards/t.md", page)]);
    let out = dir.join("t.csv");
    let told = |more: &[&str]| {
        on(&dir, &[&["report", "t", "--format", "csv", "--out", &out.to_string_lossy()], more].concat()).ended(0);
        fs::read_to_string(&out).expect("written")
    };
    let weeks = "block,period_start,period_end,value,numerator,denominator,complete\n\
        active_people,2026-01-19,2026-01-25,0.5,1,2,true\nactive_people,2026-01-26,2026-02-01,0,0,1,true\n";
    assert_eq!(told(&[]), weeks);
    assert_eq!(told(&["--as-of", "2026-02-02"]), weeks);
    assert_eq!(told(&["--as-of", "2026-12-31"]), weeks);
}

fn mistakes_in_sql() {
    let told = |sql: &str, words: &str| {
        let err = on(firm(), &["sql", sql]).ended(1).err;
        let engine =
            ["datafusion", "DataFusion", "Error during planning", "Arrow error", "External error", "ParserError"];
        assert!(err.contains(words) && !engine.iter().any(|word| err.contains(word)), "{err}");
    };
    told("SELECT 1 FROM nowhere", "nowhere");
    told("SELECT colour FROM people", "colour");
    told("SELEC 1", "Expected");
    told("SELECT 1 / (SELECT count(*) FROM people WHERE false)", "zero");
    told("SELECT local_date(TIMESTAMP '2026-01-01T00:00:00Z', 'Mars')", "Mars");
    told("SELECT * FROM won('measure=attainment')", "targets");
    told("SELECT * FROM won('colour=red')", "colour");
    // 22 doublings of a text; the memory limit does not see them.
    let doubled = (1..=22).map(|n| format!("t{n} AS (SELECT concat(s, s) AS s FROM t{})", n - 1)).collect::<Vec<_>>();
    let bomb = format!("WITH t0 AS (SELECT name AS s FROM people), {} SELECT length(s) FROM t22", doubled.join(", "));
    told(&bomb, "more than 1000 times");
    told("SELECT replace(name, 'a', email) FROM people", "more than 1000 times");
    on(firm(), &["sql", "SELECT regexp_replace(name, '[aeiou]', '*', 'g') FROM people"]).ended(0);
    let names = "SELECT concat(name, ' (', email, ')') || ', ' || 'of ' || name FROM people";
    on(firm(), &["sql", names]).ended(0);
    let twice = on(firm(), &["kpi", "won", "--by", "office", "--by", "office"]).ended(2).err;
    assert!(twice.contains("\"office\" is asked for twice"), "{twice}");
}
