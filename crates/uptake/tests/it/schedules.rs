//! Reports that arrive by themselves: sent, held, failed, skipped, and what the ledger says of each.
//!
//! The firm is that of `answers.rs`: Ann worked in the week of 19 January 2026, Ben did not; its data ends on Sunday 1 February. The
//! report is due on Mondays at seven in Paris, that is at six in UTC.

use crate::answers::project;
use crate::bucket::Bucket;
use crate::firm::{Ran, on, program, ran, repository, tree};
use crate::http::Server;
use crate::story;
use libtest_mimic::Trial;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub fn stories() -> Vec<Trial> {
    vec![
        story("a report is sent into a folder, once for each time it is due", sent_once),
        story("a rehearsal says what would become of a report, and writes nothing", rehearsed),
        story("a report is held while its data is too old", held_by_old_data),
        story("a report is held while a KPI's test fails", held_by_a_test),
        story("a report that cannot be put where it belongs has failed, with the way out", failed),
        story("an unknown report, or a filter's unknown member, is told", unknown_names),
        story("a report is sent into a bucket", sent_into_a_bucket),
        story("serve sends what is due by itself, and what it slept through but the newest is skipped", sent_by_itself),
    ]
}

const PAGE: &str = "+++\ntitle = \"Board\"\nasks = \"?\"\n[filter.period]\ntype = \"date_range\"\ngrain = \"week\"\n\
    default = \"last 2 complete weeks\"\n[filter.office]\ntype = \"multi\"\nvalues = \"users.office\"\ndefault = \"all\"\n+++\n\n\
    ```table\nkpi = \"active_people\"\n```\n";
const WEDNESDAY: &str = "2026-02-04T12:00:00Z";
/// What the ledger keeps of the Monday before.
const MONDAY: &str = "20260202T060000Z";

/// The firm with the page `board` and its report, whose formats and other lines are given.
fn board(name: &str, formats: &str, to: &str, more: &str) -> PathBuf {
    let dir = project(name, &[("dashboards/board.md", PAGE)]);
    write_report(&dir, &mondays(formats, to, more));
    dir
}

fn mondays(formats: &str, to: &str, more: &str) -> String {
    format!(
        "pages = [\"board\"]\nformats = {formats}\ncron = \"0 7 * * Mon\"\nzone = \"Europe/Paris\"\nto = \"{to}\"\nowner = \"ops@two.example\"\n{more}"
    )
}

fn write_report(dir: &Path, text: &str) {
    let folder = dir.join("dashboards/reports");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("board.toml"), text).expect("written");
}

fn run(dir: &Path, args: &[&str]) -> Ran {
    on(dir, &[&["schedule", "run", "board"], args].concat())
}

/// What the ledger says of one time the report was due.
fn entry(dir: &Path, due: &str) -> Json {
    let file = dir.join(format!("lake/reports/board/{due}.json"));
    serde_json::from_slice(&fs::read(&file).expect("it is in the ledger")).expect("JSON")
}

fn sent_once() {
    let dir = board("sent", "[\"pdf\", \"png\", \"xlsx\", \"csv\"]", "out/board", "");
    let first = run(&dir, &["--at", WEDNESDAY]).ended(0);
    let endings = [("pdf", "%PDF"), ("png", "\u{fffd}PNG"), ("xlsx", "PK"), ("csv", "block,")];
    let names: Vec<String> = endings.iter().map(|(ending, _)| format!("board-2026-02-02.{ending}")).collect();
    assert_eq!(
        first.out.lines().collect::<Vec<_>>(),
        names.iter().map(|n| format!("out/board/{n}")).collect::<Vec<_>>()
    );
    assert!(first.err.contains("board, due on 2026-02-02 07:00 CET, was sent"), "{}", first.err);
    let entry_of_it = entry(&dir, MONDAY);
    assert_eq!(
        (&entry_of_it["state"], &entry_of_it["tries"], &entry_of_it["build"]),
        (&"sent".into(), &1.into(), &1.into())
    );
    for (nth, (name, (_, begins))) in names.iter().zip(endings).enumerate() {
        let bytes = fs::read(dir.join("out/board").join(name)).expect("sent");
        assert!(String::from_utf8_lossy(&bytes).starts_with(begins), "{name}");
        let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let file = &entry_of_it["files"][nth];
        assert_eq!((file["name"].as_str(), file["sha256"].as_str()), (Some(name.as_str()), Some(sha256.as_str())));
    }
    let weeks = |due: &str| {
        let csv = fs::read_to_string(dir.join(format!("out/board/board-{due}.csv"))).expect("sent");
        csv.lines().skip(1).map(|line| line.replace("active_people,", "")).collect::<Vec<_>>()
    };
    assert_eq!(weeks("2026-02-02"), ["2026-01-19,2026-01-25,0.5,1,2,true", "2026-01-26,2026-02-01,0,0,1,true"]);

    // For the same Monday, at another instant: whoever took a file away does not get it again.
    fs::remove_file(dir.join("out/board/board-2026-02-02.csv")).expect("there");
    let before = tree(&dir.join("out"));
    let again = run(&dir, &["--at", "2026-02-09T05:59:00Z"]).ended(0);
    assert!(again.out.is_empty() && again.err.contains("was sent already"), "{}", again.err);
    assert!(again.err.contains(&format!("remove reports/board/{MONDAY}.json")), "{}", again.err);
    assert!(tree(&dir.join("out")) == before && entry(&dir, MONDAY) == entry_of_it);
    fs::remove_file(dir.join(format!("lake/reports/board/{MONDAY}.json"))).expect("there");
    run(&dir, &["--at", WEDNESDAY]).ended(0);
    assert_eq!(tree(&dir.join("out")).len(), 4);

    // A Monday before: nothing is told of what came later.
    run(&dir, &["--at", "2026-01-26T06:00:00Z"]).ended(0);
    let weeks = weeks("2026-01-26");
    assert!(weeks.contains(&"2026-01-19,2026-01-25,0.5,1,2,true".into()), "{weeks:?}");
    assert!(!weeks.iter().any(|week| week.starts_with("2026-01-26") && week.ends_with("true")), "{weeks:?}");
}

fn rehearsed() {
    let dir = board("rehearsed", "[\"csv\", \"pdf\"]", "out/board", "fresh = 3\n");
    let before = tree(&dir);
    let told = run(&dir, &["--at", WEDNESDAY, "--dry-run"]).ended(0);
    let names: Vec<&str> = told.out.lines().filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(names, ["out/board/board-2026-02-02.csv", "out/board/board-2026-02-02.pdf"]);
    assert!(told.err.contains("would be sent; due next: 2026-02-09 07:00 CET"), "{}", told.err);
    let told = run(&dir, &["--at", "2026-02-10T12:00:00", "--dry-run"]).ended(2);
    assert!(told.err.contains("an instant with its zone"), "{}", told.err);
    let told = run(&dir, &["--at", "2026-02-10T12:00:00Z", "--dry-run"]).ended(1);
    assert!(
        told.out.is_empty() && told.err.contains("board, due on 2026-02-09 07:00 CET, would be held"),
        "{}",
        told.err
    );
    assert!(tree(&dir) == before && !dir.join("out").exists() && !dir.join("lake/reports").exists());
    run(&dir, &["--at", WEDNESDAY]).ended(0);
    let told = run(&dir, &["--at", WEDNESDAY, "--dry-run"]).ended(0);
    assert!(told.out.is_empty() && told.err.contains("was sent already"), "{}", told.err);
}

/// Of the 2nd the data may be three days old, and is one; on the 9th it is eight days old.
fn held_by_old_data() {
    let dir = board("held", "[\"csv\"]", "out", "fresh = 3\n");
    let told = run(&dir, &["--at", "2026-02-10T12:00:00Z"]).ended(1);
    let why = "active_people is told as of 2026-02-01; the report wants 2026-02-06 or later";
    assert!(told.err.contains(&format!("is held: {why}")) && told.err.contains("ops@two.example"), "{}", told.err);
    let entry = entry(&dir, "20260209T060000Z");
    assert_eq!((entry["state"].as_str(), entry["why"].as_str()), (Some("held"), Some(why)));
    assert!(!dir.join("out").exists());
    run(&dir, &["--at", WEDNESDAY]).ended(0);
}

fn held_by_a_test() {
    let dir = board("tested", "[\"csv\"]", "out", "tests = true\n");
    // The KPIs' own tests are told elsewhere, and take their time: here each holds.
    let tests = dir.join("queries/kpis");
    fs::create_dir_all(&tests).expect("a folder");
    for (name, _) in tree(&repository().join("queries/kpis"))
        .into_iter()
        .filter(|(name, _)| name.extension().is_some_and(|e| e == "slt"))
    {
        fs::write(tests.join(name), "query I\nSELECT 1\n----\n1\n").expect("written");
    }
    fs::write(tests.join("won.slt"), "query I\nSELECT 1\n----\n2\n").expect("written");
    let told = run(&dir, &["--at", WEDNESDAY]).ended(1);
    assert!(told.err.contains("is held: tests fail: queries/kpis/won.slt; `uptake test` tells why"), "{}", told.err);
    assert!(entry(&dir, MONDAY)["state"] == "held" && !dir.join("out").exists());
    fs::write(tests.join("won.slt"), "query I\nSELECT 1\n----\n1\n").expect("written");
    run(&dir, &["--at", WEDNESDAY]).ended(0);
    let entry = entry(&dir, MONDAY);
    assert_eq!((&entry["state"], &entry["tries"]), (&"sent".into(), &2.into()));
}

fn failed() {
    let dir = board("failed", "[\"csv\"]", "uptake.toml/out", "");
    let told = run(&dir, &["--at", WEDNESDAY]).ended(1);
    for words in [
        "failed: could not write board-2026-02-02.csv to uptake.toml/out",
        "hint: mend that and run it again; ops@two.example",
    ] {
        assert!(told.err.contains(words), "{words}: {}", told.err);
    }
    let noted = entry(&dir, MONDAY);
    let instant = |name: &str| noted[name].as_str().and_then(|t| t.parse::<chrono::DateTime<chrono::Utc>>().ok());
    assert_eq!(noted["state"], "failed");
    assert_eq!(
        instant("retry_at").zip(instant("at")).map(|(retry, at)| retry - at),
        Some(chrono::Duration::minutes(1))
    );
    write_report(&dir, &mondays("[\"csv\"]", "out", ""));
    run(&dir, &["--at", WEDNESDAY]).ended(0);
    assert_eq!((&entry(&dir, MONDAY)["state"], &entry(&dir, MONDAY)["tries"]), (&"sent".into(), &2.into()));
}

fn unknown_names() {
    let dir = board("unknown", "[\"csv\"]", "out", "[filter]\noffice = [\"Berlim\"]\n");
    let told = on(&dir, &["schedule", "run", "bord"]).ended(2);
    assert!(told.err.contains("no report is called \"bord\"") && told.err.contains("\"board\""), "{}", told.err);
    let told = run(&dir, &["--at", WEDNESDAY]).ended(1);
    assert!(told.err.contains("no office is called \"Berlim\"; did you mean \"Berlin\"?"), "{}", told.err);
    fs::remove_dir_all(dir.join("dashboards/reports")).expect("there");
    let told = run(&dir, &[]).ended(2);
    assert!(told.err.contains("dashboards/reports/board.toml makes one"), "{}", told.err);
}

fn sent_into_a_bucket() {
    let bucket = Bucket::open();
    let dir = board("sent-away", "[\"csv\", \"pdf\"]", "s3://bucket/firms/board", "");
    let mut command = program();
    command.envs(bucket.environment().settings).args(["--project", &dir.to_string_lossy(), "schedule", "run", "board"]);
    command.args(["--at", WEDNESDAY]);
    let told = ran(command).ended(0);
    assert!(told.out.starts_with("s3://bucket/firms/board/board-2026-02-02.csv\n"), "{}", told.out);
    assert_eq!(bucket.keys(), ["firms/board/board-2026-02-02.csv", "firms/board/board-2026-02-02.pdf"]);
    assert_eq!(entry(&dir, MONDAY)["state"], "sent");
}

/// The report is due every twenty minutes, and known for an hour: three or four times it was due, the newest of which is sent.
fn sent_by_itself() {
    let dir = board("by-itself", "[\"csv\"]", "out", "");
    write_report(&dir, &mondays("[\"csv\"]", "out", "").replace("0 7 * * Mon", "*/20 * * * *"));
    let ledger = dir.join("lake/reports/board");
    fs::create_dir_all(&ledger).expect("a folder");
    let begun = chrono::Utc::now() - chrono::Duration::hours(1);
    fs::write(ledger.join("begun.json"), format!("{{\"begun\":\"{}\"}}", begun.to_rfc3339())).expect("written");
    let _server = Server::of(&dir);
    let states = || states_in(&ledger);
    let waited = Instant::now();
    while states().last().is_none_or(|state| state != "sent") && waited.elapsed() < Duration::from_secs(90) {
        std::thread::sleep(Duration::from_millis(100));
    }
    let (last, before) = (states().pop(), states().len() - 1);
    assert_eq!(last.as_deref(), Some("sent"), "{:?}", states());
    assert!((2..=3).contains(&before) && states()[..before].iter().all(|state| state == "skipped"), "{:?}", states());
    assert_eq!(tree(&dir.join("out")).len(), 1);
}

/// What became of each time a report was due, in their order. The server writes while we read: what is half there comes later.
fn states_in(ledger: &Path) -> Vec<String> {
    let files = fs::read_dir(ledger).expect("a folder").filter_map(|file| Some(file.ok()?.path()));
    let mut files: Vec<PathBuf> = files.filter(|file| file.extension().is_some_and(|e| e == "json")).collect();
    files.sort();
    let entries = files.iter().filter_map(|file| serde_json::from_slice::<Json>(&fs::read(file).ok()?).ok());
    entries.filter_map(|entry| entry["state"].as_str().map(String::from)).collect()
}
