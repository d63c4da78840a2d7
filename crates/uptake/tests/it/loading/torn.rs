//! Files that are cut off, locked, or full of what nobody writes: each is told in its own words.

use super::lake::{Own, counted, counts, roles};
use crate::firm::{program, ran};
use crate::story;
use libtest_mimic::Trial;
use std::fmt::Write;
use std::fs;

pub fn stories() -> Vec<Trial> {
    vec![
        story("lines of a control character are rejects, and no more than that", lines_of_a_control_character),
        story("a control character at a file's very end harms no row", a_control_character_at_the_end),
        story("a row that was cut off goes out as it was and comes back", a_row_that_was_cut_off),
        story("a header whose quote never closes is not shown", a_header_that_never_closes),
        story("a zip with a password, or packed in another way, is no damaged one", zips_that_are_not_damaged),
        story("no room for rejected rows is told as that", no_room_for_rejects),
    ]
}

fn lines_of_a_control_character() {
    let own = Own::new("control");
    let text = roles(&[("1", "Sales", "2026-02-01")]) + &"\u{2}\n".repeat(100_000);
    let file = own.file("2026-03-01/UserRole.csv", text);
    assert_eq!(own.load(&[&file]), counts(1, 100_000, 0));
}

fn a_control_character_at_the_end() {
    let own = Own::new("control-at-end");
    let row = "Id,CreatedDate,SystemModstamp,Name\n00E1x0000000001AAA,2026-01-01 00:00:00,2026-01-01 00:00:00";
    for (day, end, expected) in [
        (1, ",Sales\u{2}", counts(1, 0, 0)),
        (2, ",Sales\u{2}\r\n", counts(0, 0, 1)),
        (3, ",Sales\u{2}\n\n\n", counts(0, 0, 1)),
        (4, ",Sales\u{2}\n\u{2}", counts(0, 1, 1)),
        (5, ",Sales\u{2}\n\u{2}\n\n", counts(0, 1, 1)),
    ] {
        let file = own.file(&format!("2026-03-0{day}/UserRole.csv"), format!("{row}{end}"));
        assert_eq!(own.load(&[&file]), expected, "March {day}");
    }
}

fn a_row_that_was_cut_off() {
    let own = Own::new("cut-off");
    let text = roles(&[("1", "Sales", "2026-02-01")]) + "00E1x0000000002AAA,\"Serv";
    assert_eq!(own.load(&[&own.file("2026-03-01/UserRole.csv", text)]), counts(1, 1, 0));
    let out = own.dir.join("back.csv").to_string_lossy().into_owned();
    own.run(&["rejects", "--out", &out]).ended(0);
    let written = fs::read_to_string(&out).expect("it was written");
    assert!(written.ends_with(",00E1x0000000002AAA,Serv\n"), "{written:?}");
    assert_eq!(own.load(&[&out]), counts(0, 1, 0), "it was not corrected");
    let whole = "00E1x0000000002AAA,Service,,2026-01-01 00:00:00,2026-02-01 00:00:00";
    let corrected = own.file("whole.csv", written.replace("00E1x0000000002AAA,Serv", whole));
    assert_eq!(own.load(&[&corrected]), counts(1, 0, 0));
    let header = own.file("header.csv", written.lines().next().expect("a header"));
    let told = own.refused(&[&header]);
    assert!(told.contains("header.csv") && told.contains("which load it corrects"), "{told}");
}

fn a_header_that_never_closes() {
    let own = Own::new("header-quote");
    let mut text = String::from("Id,\"Name,ParentRoleId,CreatedDate,SystemModstamp\n");
    for row in 0..2000 {
        writeln!(text, "{row},ann@x.example,,2026-01-01 00:00:00,2026-01-01 00:00:00").expect("written");
    }
    let told = own.refused(&[&own.file("2026-03-01/UserRole.csv", &text)]);
    assert!(told.contains("a quote opens in the header and never closes"), "{told}");
    assert!(!told.contains("ann@x.example"), "{told}");
    // Where it closes in a row, the words are as long as rows are.
    let told = own.refused(&[&own.file("2026-03-01/colours.csv", text + "9,\",,,\n")]);
    assert!(!told.contains("ann@x.example,,2026-01-01 00:00:00,2026-01-01") && told.len() < 2000, "{told}");
}

fn zips_that_are_not_damaged() {
    let own = Own::new("locked-zips");
    let good = own.zip("WE_00D1x0000000001EAA_1.ZIP", &[("UserRole.csv", &roles(&[])), ("a.txt", "")], true);
    let bytes = fs::read(&good).expect("it was written");
    // Where local and central headers hold the flags (bit 0: a password) and the method (12: bzip2).
    for (name, value, local, central) in [("password", 1, 6, 8), ("bzip2", 12, 8, 10)] {
        let mut bytes = bytes.clone();
        for at in 0..bytes.len() - 4 {
            match &bytes[at..at + 4] {
                b"PK\x03\x04" => bytes[at + local] = value,
                b"PK\x01\x02" => bytes[at + central] = value,
                _ => {}
            }
        }
        let told = own.refused(&[&own.file(&format!("{name}/WE_00D1x0000000001EAA_1.ZIP"), bytes)]);
        assert!(told.contains("save it as an ordinary zip without a password, or unpack it"), "{name}: {told}");
        assert!(!told.contains("damaged"), "{name}: {told}");
    }
}

fn no_room_for_rejects() {
    let own = Own::new("no-room");
    let mut text = roles(&[("1", "Sales", "2026-02-01")]);
    for line in 0..100_000 {
        writeln!(text, "00E1x{line:010}AAA,{},,2026-02-30 00:00:00,2026-02-01 00:00:00", "x".repeat(90))
            .expect("written");
    }
    let file = own.file("2026-03-01/UserRole.csv", text);
    let project = own.project().to_string_lossy().into_owned();
    let mut command = program();
    command.current_dir(&own.dir).env("TMPDIR", "/nowhere/at/all").args(["--project", &project, "load", &file]);
    let told = ran(command);
    assert_ne!(told.status, 0, "{}", told.err);
    assert!(told.err.contains("TMPDIR names another") && !told.err.contains("check the disk"), "{}", told.err);
    assert_eq!(counted(&own.run(&["load", &file]).ended(0)), counts(1, 100_000, 0), "with room it lands");
}
