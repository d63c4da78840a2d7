//! What lands, lands once, in whatever order it comes; and a bad file harms nobody but itself.

mod collapsed;
mod complete;
mod corrected;
mod drift;
mod forms;
pub mod lake;
mod large;
mod limits;
mod names;
mod never;
mod once;
mod shapes;
mod torn;

use crate::firm::{self, built, copy, fresh, generated, load, on, project_like, tree};
use crate::story;
use libtest_mimic::Trial;
use serde_json::Value as Json;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub fn stories() -> Vec<Trial> {
    let by_theme = [
        complete::stories(),
        once::stories(),
        names::stories(),
        shapes::stories(),
        forms::stories(),
        limits::stories(),
        large::stories(),
        corrected::stories(),
        drift::stories(),
        torn::stories(),
        never::stories(),
        collapsed::stories(),
    ];
    general().into_iter().chain(by_theme.into_iter().flatten()).collect()
}

fn general() -> Vec<Trial> {
    vec![
        story("every read row is landed, rejected or a duplicate", every_row_is_accounted_for),
        story("the same exports twice land nothing twice", the_same_exports_twice),
        story("the order of the loads makes no difference", the_order_makes_no_difference),
        story("one export alone gives 26 weeks", one_export_alone),
        story("a dry run lands nothing", a_dry_run_lands_nothing),
        story("a dry run says why rows would be rejected", a_dry_run_says_why),
        story("a dry run writes nothing and waits for nobody", a_dry_run_waits_for_nobody),
        story("a truncated zip is refused", || refused("export.zip", &half_a_zip(), &["export.zip", "zip"])),
        story("a text named .zip is refused", || refused("notes.zip", b"Dear colleague,\n", &["notes.zip", "zip"])),
        story("an entry that leads out of its zip is refused", an_entry_that_leads_out),
        story("a NUL byte refuses its file", || {
            refused("User.csv", &user_csv("005000000000001AAA,a\0b,1"), &["User.csv", "NUL"])
        }),
        story("a missing required column is named", || {
            refused(
                "Opportunity.csv",
                b"Id,StageName,OwnerId,CreatedDate\n1,New,2,2026-01-01 00:00:00\n",
                &["Opportunity.csv:1", "CloseDate"],
            )
        }),
        story("an unknown file is refused with its columns", || {
            refused("x.csv", b"colour,size\nred,3\n", &["x.csv", "colour"])
        }),
        story("a missing file is told", a_missing_file_is_told),
        story("ragged rows are rejected, the others land", || {
            rejected(&user_csv("005000000000001AAA,ann,1,2,3,4,5,6,7"), 1)
        }),
        story("an impossible date rejects its row", || rejected(&user_csv_created("2026-02-30 10:00:00"), 1)),
        story("a huge field harms nobody", a_huge_field),
    ]
}

fn every_row_is_accounted_for() {
    let dir = project_like(&generated(1), "accounted");
    let files = lines(&on(&dir, &["load", &exports(&generated(1))]).ended(0).out);
    assert!(files.len() > 100, "{} object files", files.len());
    for file in &files {
        let count = |name: &str| file[name].as_u64().unwrap_or_else(|| panic!("{name} of {file}"));
        assert_eq!(count("read"), count("landed") + count("rejected") + count("duplicate"), "{file}");
    }
}

fn the_same_exports_twice() {
    let dir = fresh("twice");
    copy(&built(1), &dir);
    let before = answers(&dir);
    let again = on(&dir, &["load", &exports(&dir)]).ended(0);
    assert_eq!(sum(&lines(&again.out), "landed"), 0);
    on(&dir, &["build"]).ended(0);
    assert_eq!(answers(&dir), before);
}

fn the_order_makes_no_difference() {
    let dir = project_like(&generated(1), "backwards");
    let exports = generated(1).join("exports");
    let mut files: Vec<PathBuf> = tree(&exports).into_keys().map(|path| exports.join(path)).collect();
    files.reverse();
    for file in &files {
        on(&dir, &["load", &file.to_string_lossy()]).ended(0);
    }
    on(&dir, &["build"]).ended(0);
    assert_eq!(answers(&dir), answers(&built(1)));
}

fn one_export_alone() {
    let exports = generated(2).join("exports");
    let zips: Vec<PathBuf> = tree(&exports).into_keys().filter(|path| path.to_string_lossy().contains("WE_")).collect();
    let newest = zips.last().and_then(|zip| zip.parent()).expect("there is a weekly export");
    let dir = project_like(&generated(2), "alone");
    load(&dir, &[&exports.join(newest), &exports.join("hr")]);
    let answer: Json =
        serde_json::from_str(&on(&dir, &["kpi", "active_people", "--format", "json"]).ended(0).out).expect("JSON");
    let complete = answer["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .filter(|row| row["complete"] == true && !row["value"].is_null());
    assert_eq!(complete.count(), 26, "{answer}");
}

fn a_dry_run_lands_nothing() {
    let dir = project_like(&generated(1), "dry");
    let ran = on(&dir, &["load", "--dry-run", &exports(&generated(1))]).ended(0);
    assert!(sum(&lines(&ran.out), "landed") > 0, "it says what would land");
    let real = on(&dir, &["load", &exports(&generated(1))]).ended(0);
    assert_eq!(sum(&lines(&real.out), "landed"), sum(&lines(&ran.out), "landed"));
}

fn a_dry_run_says_why() {
    let own = lake::Own::new("dry-why");
    let rows = "0065e0000000001AAA,Oak,New,lots,2026-04-01,,2026-01-05 09:00:00,2026-02-01 09:00:00\n";
    let text =
        format!("Id,Name,StageName,Amount,CloseDate,OwnerId,CreatedDate,SystemModstamp\n{}x,y\n", rows.repeat(4));
    let ran = own.run(&["load", "--dry-run", &own.file("2026-03-01/Opportunity.csv", text)]).ended(0);
    assert!(ran.err.contains("Opportunity.csv:2: Amount: \"lots\" is no number"), "{}", ran.err);
    assert_eq!(ran.err.matches("rejected /").count(), 3, "{}", ran.err);
}

fn a_dry_run_waits_for_nobody() {
    let own = lake::Own::new("dry-and-free");
    let file = own.file("2026-03-01/UserRole.csv", lake::roles(&[("1", "Sales", "2026-02-01")]));
    let before = tree(&own.dir);
    assert_eq!(own.load(&["--dry-run", &file]), lake::counts(1, 0, 0));
    assert!(tree(&own.dir) == before, "a file was written");
    own.load(&[&own.file("2026-03-01/Profile.csv", "Id,Name,CreatedDate\n")]);
    let lock = fs::File::open(own.lake("lock")).expect("a load leaves it");
    lock.lock().expect("nobody holds it");
    assert_eq!(own.load(&["--dry-run", &file]), lake::counts(1, 0, 0), "another load holds the lock");
}

fn an_entry_that_leads_out() {
    let mut bytes = std::io::Cursor::new(vec![]);
    let mut zip = ZipWriter::new(&mut bytes);
    zip.start_file("../../x.csv", SimpleFileOptions::default()).expect("started");
    zip.write_all(b"Id,CreatedDate\n1,2026-01-01 00:00:00\n").expect("written");
    zip.finish().expect("finished");
    refused("evil.zip", bytes.get_ref(), &["evil.zip", "../../x"]);
}

fn a_missing_file_is_told() {
    let dir = project_like(&generated(1), "missing");
    let ran = on(&dir, &["load", "/nowhere/at/all.csv"]).ended(1);
    assert!(ran.err.contains("/nowhere/at/all.csv"), "{}", ran.err);
}

fn a_huge_field() {
    let huge = "x".repeat(8 * 1024 * 1024);
    let dir = fresh("huge");
    copy(&built(1), &dir);
    let file = dir.join("User.csv");
    fs::write(&file, user_csv(&format!("005000000000001AAA,{huge},1"))).expect("written");
    let ran = on(&dir, &["load", "--snapshot", "2026-10-25", &file.to_string_lossy()]);
    assert!(ran.status == 0 || ran.status == 1, "{}", ran.err);
    assert!(ran.err.len() < 100_000, "the message does not hold the field");
    on(&dir, &["build"]).ended(0);
}

/// The file is refused with exit status 1 and words, and what was there answers as before.
#[track_caller]
fn refused(name: &str, bytes: &[u8], words: &[&str]) {
    let dir = fresh(&format!("refused-{}", name.replace('.', "-")));
    copy(&built(1), &dir);
    let before = answers(&dir);
    let file = dir.join(name);
    fs::write(&file, bytes).expect("written");
    let good = dir.join("good").join("UserRole.csv");
    fs::create_dir_all(good.parent().expect("a folder")).expect("made");
    fs::write(&good, "Id,Name,ParentRoleId,CreatedDate,SystemModstamp\n00E5e0000000009AAA,Extra,,2026-01-01 00:00:00,2026-01-01 00:00:00\n").expect("written");
    let (bad, good) = (file.to_string_lossy(), good.to_string_lossy());
    let ran = on(&dir, &["load", "--snapshot", "2026-10-26", &bad, &good]).ended(1);
    for word in words {
        assert!(ran.err.contains(word), "\"{word}\" is not in: {}", ran.err);
    }
    assert_eq!(sum(&lines(&ran.out), "landed"), 1, "the good file beside it lands: {}", ran.out);
    on(&dir, &["build"]).ended(0);
    assert_eq!(answers(&dir), before);
}

/// One good row lands and `expected` others are kept as rejects; that is no failure.
#[track_caller]
fn rejected(bytes: &[u8], expected: u64) {
    let dir = tempfile::tempdir().expect("a folder");
    let project = dir.path().join("p");
    firm::uptake(&["init", &project.to_string_lossy()]).ended(0);
    let file = dir.path().join("User.csv");
    fs::write(&file, bytes).expect("written");
    let ran = on(&project, &["load", "--snapshot", "2026-10-25", &file.to_string_lossy()]).ended(0);
    let files = lines(&ran.out);
    assert_eq!((sum(&files, "rejected"), sum(&files, "landed")), (expected, 1), "{}\n{}", ran.out, ran.err);
}

const USER: &str = "Id,Username,IsActive,UserType,CreatedDate,SystemModstamp";

/// A good user, and a row that begins with `start`.
fn user_csv(start: &str) -> Vec<u8> {
    let good = "005000000000002AAA,bob@x.example,1,Standard,2026-01-01 00:00:00,2026-01-01 00:00:00";
    format!("{USER}\n{good}\n{start},Standard,2026-01-01 00:00:00,2026-01-01 00:00:00\n").into_bytes()
}

fn user_csv_created(created: &str) -> Vec<u8> {
    let good = "005000000000002AAA,bob@x.example,1,Standard,2026-01-01 00:00:00,2026-01-01 00:00:00";
    format!("{USER}\n{good}\n005000000000001AAA,ann@x.example,1,Standard,{created},2026-01-01 00:00:00\n").into_bytes()
}

fn half_a_zip() -> Vec<u8> {
    let exports = generated(1).join("exports");
    let (_, bytes) = tree(&exports).into_iter().find(|(path, _)| is_zip(path)).expect("there is a zip");
    bytes[..bytes.len() / 2].to_vec()
}

fn is_zip(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip"))
}

fn exports(dir: &Path) -> String {
    dir.join("exports").to_string_lossy().into_owned()
}

fn lines(out: &str) -> Vec<Json> {
    out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

fn sum(files: &[Json], count: &str) -> u64 {
    files.iter().filter_map(|file| file[count].as_u64()).sum()
}

/// What some KPIs say, as text to compare.
fn answers(dir: &Path) -> Vec<String> {
    let asked: [&[&str]; 5] = [
        &["active_people", "--by", "grade"],
        &["active_people", "--basis", "login"],
        &["logins_by_unique_person"],
        &["open_pipeline", "--grain", "month"],
        &["won", "--measure", "count", "--grain", "month"],
    ];
    asked.iter().map(|kpi| on(dir, &[&["kpi"], *kpi, &["--format", "csv"]].concat()).ended(0).out).collect()
}
