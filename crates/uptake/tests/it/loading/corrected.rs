//! Rejected rows go out, are corrected by hand, and come back once.

use super::lake::{NOW, Own, counts, roles};
use crate::story;
use libtest_mimic::Trial;
use std::fs;

pub fn stories() -> Vec<Trial> {
    vec![
        story("corrected rows land once, on the day they were of", corrected_rows_land_once),
        story("rejects of several objects go into a folder", several_objects),
        story("corrected rows of another lake are refused", another_lake),
        story("corrected rows of an object that is described no longer are refused", described_no_longer),
        story("each load that a file of corrected rows is about is told", each_load_is_told),
        story("a broken row among corrected ones is counted once", a_broken_row_counts_once),
    ]
}

fn bad_role(id: &str, created: &str) -> String {
    format!("00E1x0000000003AAA,\"{id}, North\",,{created} 00:00:00,2026-02-01 00:00:00\n")
}

fn corrected_rows_land_once() {
    let own = Own::new("corrected");
    let text = roles(&[("1", "Sales", "2026-02-01")]) + &bad_role("Partners", "2026-02-30") + "ragged,row\n";
    let file = own.file("2026-03-01/UserRole.csv", text);
    let later = own.file("2026-03-08/UserRole.csv", roles(&[("1", "Sales", "2026-02-01")]));
    own.load(&[&file]);
    own.load(&[&later]);
    let listed = own.run(&["rejects", "--format", "csv"]).ended(0).out;
    assert!(listed.contains("CreatedDate") && listed.contains("is no time") && listed.lines().count() == 3, "{listed}");
    let out = own.dir.join("to-correct.csv").to_string_lossy().into_owned();
    own.run(&["rejects", "--out", &out]).ended(0);
    let exported = fs::read_to_string(&out).expect("it was written");
    assert!(
        exported.starts_with("_reason,_file,_line,_load,Id,Name,ParentRoleId,CreatedDate,SystemModstamp\n"),
        "{exported}"
    );
    fs::write(&out, exported.replace("2026-02-30", "2026-02-28")).expect("corrected");
    assert_eq!(own.load(&[&out]), counts(1, 1, 0), "the ragged row was not corrected");
    assert_eq!(own.load(&[&out]), counts(0, 0, 2), "a second time lands nothing");
    let sql = "SELECT \"Name\", first_seen, _line, _file LIKE '%2026-03-01/UserRole.csv' AS file \
               FROM landing.salesforce_userrole WHERE \"Name\" LIKE 'P%'";
    assert_eq!(own.ask(sql), "Name,first_seen,_line,file \"Partners, North\",2026-03-01,3,true");
    let left = own.run(&["rejects", "--format", "csv"]).ended(0).out;
    assert!(left.contains("2 cells") && left.lines().count() == 2, "only the ragged one is left: {left}");
    // Corrected again into another file: what is there already lands no second time.
    let again = own.file(
        "again.csv",
        fs::read_to_string(&out)
            .expect("there")
            .replace("ragged,row", "00E1x0000000004AAA,Rest,,2026-01-01 00:00:00,2026-01-01 00:00:00"),
    );
    assert_eq!(own.load(&[&again]), counts(1, 0, 1));
    assert_eq!(own.run(&["rejects", "--format", "csv"]).ended(0).out.lines().count(), 1);
    assert_eq!(own.ask("SELECT count(*) AS n FROM landing.salesforce_userrole"), "n 3");
    assert!(own.ask(NOW).contains("Sales,false"));
}

fn several_objects() {
    let own = Own::new("several");
    own.load(&[&own.file("2026-03-01/UserRole.csv", roles(&[]) + &bad_role("Partners", "2026-02-30"))]);
    own.load(&[&own.file("2026-03-08/UserRole.csv", roles(&[]) + &bad_role("Partners", "2026-02-31"))]);
    own.load(&[&own.file(
        "2026-03-01/Profile.csv",
        "Id,Name,CreatedDate,SystemModstamp\n00e1x0000000001AAA,Admin,never,2026-01-01 00:00:00\n",
    )]);
    let out = own.dir.join("out").to_string_lossy().into_owned();
    let told = own.run(&["rejects", "--out", &format!("{out}.csv")]).ended(2).err;
    assert!(told.contains("Profile, UserRole") && told.contains("--object"), "{told}");
    own.run(&["rejects", "--out", &out]).ended(0);
    for entry in fs::read_dir(&out).expect("a folder") {
        let file = entry.expect("an entry").path();
        let text = fs::read_to_string(&file).expect("readable");
        let text = text
            .replace(",never,", ",2026-01-01,")
            .replace("2026-02-30 ", "2026-01-01 ")
            .replace("2026-02-31 ", "2026-01-01 ");
        fs::write(&file, text).expect("corrected");
    }
    assert_eq!(own.load(&[&out]), counts(2, 0, 1), "the role of the 8th is as it was on the 1st");
    assert_eq!(own.load(&[&out]), counts(0, 0, 3));
    assert_eq!(own.run(&["rejects", "--format", "csv"]).ended(0).out.lines().count(), 1);
}

fn another_lake() {
    let own = Own::new("another-lake");
    let text = "_reason,_file,_line,_load,Id,Name,CreatedDate,SystemModstamp\n\
                x,y,3,12ab:salesforce:UserRole:2026-03-01,00E1x0000000003AAA,Partners,2026-01-01 00:00:00,2026-01-01 00:00:00\n";
    let told = own.refused(&[&own.file("back.csv", text)]);
    assert!(told.contains("back.csv:2") && told.contains("knows no load"), "{told}");
}

fn described_no_longer() {
    let own = Own::new("described-no-longer");
    let roster =
        own.file("2026-03-01/people.csv", "email,name,grade,valid_from\nann@x.example,Ann,Partner,2026-02-30\n");
    assert_eq!(own.load(&[&roster]), counts(0, 1, 0));
    let out = own.dir.join("back.csv").to_string_lossy().into_owned();
    own.run(&["rejects", "--out", &out]).ended(0);
    let toml = include_str!("../../../../../queries/sources/hr/source.toml").replace("[object.roster", "[object.staff");
    let folder = own.project().join("queries/sources/hr");
    fs::create_dir_all(&folder).expect("made");
    fs::write(folder.join("source.toml"), toml).expect("written");
    let ran = own.run(&["load", &out]).ended(1);
    assert!(ran.err.contains("back.csv:2") && ran.err.contains("roster"), "{}", ran.err);
}

/// A file with the rejected rows of two parts of one export: of one object and day, and of two loads.
fn of_two_parts(own: &Own) -> String {
    for part in ["1", "2"] {
        let text = roles(&[(part, "Sales", "2026-02-01")])
            + &bad_role("Partners", "2026-02-30").replace("3AAA", &format!("{part}BBB"));
        own.load(&[&own.zip(
            &format!("2026-03-01/WE_00D1x0000000001EAA_{part}.ZIP"),
            &[("UserRole.csv", &text)],
            true,
        )]);
    }
    let out = own.dir.join("back.csv").to_string_lossy().into_owned();
    own.run(&["rejects", "--out", &out]).ended(0);
    fs::read_to_string(&out).expect("it was written").replace("2026-02-30", "2026-02-28")
}

fn each_load_is_told() {
    let own = Own::new("each-load");
    let back = own.file("back.csv", of_two_parts(&own));
    assert_eq!(own.load(&[&back]), counts(2, 0, 0));
    assert_eq!(own.load(&[&back]), counts(0, 0, 2));
}

fn a_broken_row_counts_once() {
    let own = Own::new("broken-once");
    let back = own.file("back.csv", of_two_parts(&own) + "\"a\"b,y,3,z,00E1x0000000007AAA\n");
    let ran = own.run(&["load", &back]).ended(0);
    assert_eq!(super::lake::counted(&ran), counts(2, 1, 0));
    assert_eq!(ran.err.matches("rejected again").count(), 1, "{}", ran.err);
    assert_eq!(own.ask("SELECT count(*) AS n FROM rejects WHERE file LIKE '%back.csv'"), "n 1");
}
