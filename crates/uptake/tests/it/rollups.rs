//! What a build adds up beforehand: which questions read it, and that nobody sees a difference. That the sums are those of the rows, `truth.rs` asks.

use crate::answers::{check_of, project};
use crate::damaged::data_file;
use crate::firm::{built, copy, fresh, on, repository};
use crate::story;
use libtest_mimic::Trial;
use std::fs;

pub fn stories() -> Vec<Trial> {
    vec![
        story("usual questions read what a build added up, all others the rows", which_questions),
        story("a KPI that was rewritten answers at once, and a build adds up that one only", a_rewritten_kpi),
        story("a KPI counts no row twice that lies in none of the asked periods", rows_of_other_periods),
        story("a KPI that cannot be added up beforehand answers from the rows", no_table_of_it),
        story("what storage lost at a build is added up by the next", tried_again),
    ]
}

const SEED: u64 = 5;

/// The sums are taken away: a question that reads them can no longer be answered.
fn which_questions() {
    let dir = fresh("sums-taken-away");
    copy(&built(SEED), &dir);
    for folder in fs::read_dir(dir.join("lake/rollups")).expect("there are rollups") {
        let files = fs::read_dir(folder.expect("an entry").path())
            .expect("a folder")
            .map(|file| file.expect("an entry").path());
        files.filter(|file| file.is_file()).for_each(|file| fs::remove_file(file).expect("removed"));
    }
    let read = |args: &[&str]| {
        let ran = on(&dir, &[&["kpi"], args].concat());
        assert!(ran.status == 0 || ran.err.contains("rollups/"), "{args:?}: {}", ran.err);
        ran.status != 0
    };
    for usual in [
        &["won"][..],
        &["won", "--measure", "count"],
        &["active_people", "--by", "grade", "--by", "office", "--filter", "grade=Partner"],
        &["active_people", "--grain", "month"],
        &["logins_by_unique_person", "--grain", "quarter"],
        &["open_pipeline", "--measure", "amount", "--by", "stage"],
        &["win_rate", "--cohort", "created"],
        &["lapsed_opportunities", "--filter", "state=stalled"],
        &["daily_habit"],
    ] {
        assert!(read(usual), "{usual:?} was read from the rows");
    }
    for other in [
        &["won", "--as-of", "2026-01-01"][..],
        &["won", "--grain", "day"],
        &["won", "--from", "2001-01-01", "--grain", "quarter"],
        &["win_rate", "--cohort", "created", "--measure", "amount"],
        &["active_people", "--window", "28"],
        &["activities_added", "--attributes", "period-end"],
        &["time_in_stage"],
    ] {
        assert!(!read(other), "{other:?} read what was added up");
    }
    fs::write(dir.join("holidays.csv"), "calendar_id,d,name\ndefault,2026-02-02,Another\n").expect("written");
    assert!(!read(&["won"]), "the settings are newer than what was added up");
}

fn a_rewritten_kpi() {
    let dir = project("rewritten", &[]);
    let asked = ["open_pipeline", "--from", "2026-01-19"];
    check_of(&dir, &asked, &["01-19 150.00 2/2", "01-26 150.00 2/2"], "");
    let sql = fs::read_to_string(repository().join("queries/kpis/open_pipeline.sql")).expect("it is there");
    let doubled = sql.replace("1 AS denominator", "2 AS denominator");
    assert_ne!(sql, doubled, "its deals are counted so");
    fs::create_dir_all(dir.join("queries/kpis")).expect("a folder");
    fs::write(dir.join("queries/kpis/open_pipeline.sql"), doubled).expect("written");
    let twice = ["01-19 150.00 2/4", "01-26 150.00 2/4"];
    check_of(&dir, &asked, &twice, "");
    let built = on(&dir, &["build"]).ended(0).err;
    let names: Vec<&str> = built.lines().filter_map(|line| line.split_whitespace().nth(2)).collect();
    assert_eq!(names, ["rollups/open_pipeline", "2"], "{built}");
    check_of(&dir, &asked, &twice, "");
    assert!(on(&dir, &["build"]).ended(0).err.contains("build 2 is up to date"));
}

/// A KPI of one row for each login, in whatever week it lies: Wednesday 14, Tuesday 20 and Tuesday 27 January.
fn rows_of_other_periods() {
    let dir = project("of-other-periods", &files(&of_logins("", "1 AS numerator, 2 AS denominator")));
    assert!(dir.join("lake/rollups/own").exists());
    check_of(&dir, &["own", "--from", "2026-01-19"], &["01-19 0.5 1/2", "01-26 0.5 1/2…"], "");
    let month = ["own", "--from", "2026-01-01", "--to", "2026-01-31", "--grain", "month"];
    check_of(&dir, &month, &["01-01 0.5 3/6…"], "The login log begins on 2026-01-14.");
}

/// Floats, whose sum depends on the order of rows, and a time of day, which no table of a lake has.
fn no_table_of_it() {
    for (name, header, more) in [
        ("floats", "value = \"value/whole\"", "CAST(0.5 AS DOUBLE) AS value, CAST(1 AS DOUBLE) AS whole"),
        ("times", "dimensions = [\"hour\"]", "TIME '10:00:00' AS hour"),
    ] {
        let facts = format!("1 AS numerator, 2 AS denominator, {more}");
        let dir = project(name, &files(&of_logins(&format!("-- {header}\n"), &facts)));
        assert!(!dir.join("lake/rollups/own").exists(), "{name} were added up");
        check_of(&dir, &["own", "--from", "2026-01-19"], &["01-19 0.5 1/2", "01-26 0.5 1/2…"], "");
        assert!(on(&dir, &["build"]).ended(0).err.contains("build 1 is up to date"));
    }
}

fn of_logins(header: &str, facts: &str) -> String {
    format!(
        "-- code = \"X\"\n-- title = \"X\"\n-- asks = \"?\"\n-- means = \"!\"\n-- unit = \"share\"\n-- privacy = \"A\"\n\
         -- attributes = [\"event\"]\n-- reads = [\"logins\"]\n{header}\
         SELECT period_start(local_date, $grain) AS period_start, {facts} FROM login_starts\n"
    )
}

fn files(kpi: &str) -> [(&'static str, &str); 2] {
    [("queries/kpis/own.sql", kpi), ("queries/kpis/own.slt", "")]
}

/// A model's file is broken while a rewritten KPI is added up.
fn tried_again() {
    let dir = project("tried-again", &[]);
    let file = data_file(&dir.join("lake/models/deal_stretches"));
    let whole = fs::read(&file).expect("read");
    let mut broken = whole.clone();
    broken[4..whole.len() / 2].fill(0);
    fs::write(&file, broken).expect("written");
    let sql = fs::read_to_string(repository().join("queries/kpis/lapsed_opportunities.sql")).expect("it is there");
    fs::create_dir_all(dir.join("queries/kpis")).expect("a folder");
    fs::write(dir.join("queries/kpis/lapsed_opportunities.sql"), format!("{sql}-- Again.\n")).expect("written");
    let told = on(&dir, &["build"]).ended(0).err;
    assert!(told.contains("lapsed_opportunities.sql: not added up beforehand"), "{told}");
    fs::write(&file, whole).expect("written");
    let told = on(&dir, &["build"]).ended(0).err;
    assert!(told.contains("rollups/lapsed_opportunities") && told.contains("published build 3"), "{told}");
    assert!(on(&dir, &["build"]).ended(0).err.contains("build 3 is up to date"));
}
