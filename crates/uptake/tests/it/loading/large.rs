//! A large load lies in the lake in the order of time, a month to a file.

use super::lake::{Own, counts};
use crate::story;
use libtest_mimic::Trial;
use serde_json::Value as Json;
use std::fmt::Write;
use std::fs;

pub fn stories() -> Vec<Trial> {
    vec![
        story("the files of a large load are of one month each and in order", one_month_each),
        story("what a large load lands is known again", known_again),
    ]
}

const ROWS: u64 = 120_000;
/// From 2026-01-01 to 2026-03-31.
const DAYS: u64 = 90;

/// So many logged calls in no order of time, the stamp of each a day of three months; `length` is how long each took.
fn calls(rows: u64, length: impl Fn(u64) -> u64) -> String {
    let mut text = String::from("Id,OwnerId,Subject,TaskSubtype,CallDurationInSeconds,CreatedDate,SystemModstamp\n");
    for row in 0..rows {
        let day = row * 7919 % DAYS;
        let (month, day) = [(1, day), (2, day.wrapping_sub(31)), (3, day.wrapping_sub(59))]
            [(day >= 31) as usize + (day >= 59) as usize];
        let (length, day) = (length(row), day + 1);
        writeln!(
            text,
            "00T1x000{row:07}AAA,0051x0000000001AAA,\"Call,\nback\",Call,{length},2025-12-01 09:00:00,2026-{month:02}-{day:02} 09:00:00"
        )
        .expect("a String takes all");
    }
    text
}

/// The least and the greatest stamp of each file that a commit adds, in order.
fn spans(own: &Own, version: u64) -> Vec<(String, String)> {
    let log = own.lake(&format!("landing/salesforce_task/_delta_log/{version:020}.json"));
    let commit = fs::read_to_string(log).expect("the load made one commit");
    let actions = commit.lines().map(|line| serde_json::from_str::<Json>(line).expect("a line of JSON"));
    let added = actions.filter_map(|action| action["add"]["stats"].as_str().map(str::to_string));
    let mut spans: Vec<_> = added
        .map(|stats| {
            let stats: Json = serde_json::from_str(&stats).expect("JSON within JSON");
            let told = |end: &str| stats[end]["SystemModstamp"].as_str().unwrap_or_default().to_string();
            (told("minValues"), told("maxValues"))
        })
        .collect();
    spans.sort();
    spans
}

fn one_month_each() {
    let own = Own::new("large");
    let text = calls(ROWS, |row| row % 100);
    assert_eq!(own.load(&["--snapshot", "2026-04-01", &own.file("sf_task.csv", &text)]), counts(ROWS, 0, 0));
    let spans = spans(&own, 0);
    let months: Vec<&str> = spans.iter().map(|(least, _)| &least[..7]).collect();
    assert_eq!(months, ["2026-01", "2026-02", "2026-03"], "{spans:?}");
    assert!(spans.iter().all(|(least, greatest)| least[..7] == greatest[..7]), "{spans:?}");
    let sums = "SELECT count(*) AS n, count(DISTINCT \"Id\") AS ids, sum(\"CallDurationInSeconds\") AS s, min(_line) AS a, \
        max(_line) AS z FROM landing.salesforce_task";
    // Each row has two lines.
    assert_eq!(own.ask(sums), "n,ids,s,a,z 120000,120000,5940000,2,240000");
    own.run(&["verify"]).ended(0);
}

/// A week later one call is told otherwise; and of two that tell of one call the newest stamp holds, wherever it lies.
fn known_again() {
    let own = Own::new("large-again");
    let first = own.file("a/sf_task.csv", calls(ROWS, |_| 60));
    assert_eq!(own.load(&["--snapshot", "2026-04-01", &first]), counts(ROWS, 0, 0));
    let mut text = calls(ROWS, |row| if row == 5 { 90 } else { 60 });
    text += "00T1x0000000007AAA,0051x0000000001AAA,Later,Call,61,2025-12-01 09:00:00,2026-04-02 09:00:00\n";
    text += "00T1x0000000008AAA,0051x0000000001AAA,Sooner,Call,62,2025-12-01 09:00:00,2025-12-01 09:00:00\n";
    text += "00T1x0000000009AAA,0051x0000000001AAA,Never,Call,63,2026-13-01 09:00:00,2026-04-02 09:00:00\n";
    let second = own.file("b/sf_task.csv", text);
    assert_eq!(own.load(&["--snapshot", "2026-04-08", &second]), counts(2, 3, ROWS - 2));
    let now = "SELECT count(*) AS n, sum(\"CallDurationInSeconds\") AS s FROM landing.salesforce_task WHERE next_seen IS NULL";
    assert_eq!(own.ask(now), format!("n,s {ROWS},{}", ROWS * 60 + 30 + 1));
    // The same file again changes nothing.
    assert_eq!(own.load(&["--snapshot", "2026-04-08", &second]), counts(0, 0, ROWS + 3));
}
