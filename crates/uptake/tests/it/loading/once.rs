//! Every row once, whatever is killed, broken or loaded in another order.

use super::lake::{NOW, Own, counts, roles};
use crate::story;
use libtest_mimic::Trial;
use std::fs;

pub fn stories() -> Vec<Trial> {
    vec![
        story("a load killed before its journal and repeated lands once", killed_and_repeated),
        story("of two killed loads one repeated alone shows its rows", one_of_two_repeated),
        story("a table that cannot be written does not keep others from landing", one_bad_table),
        story("what events say does not depend on the order of files", the_order_of_events),
        story("a file that is known is not read again by its rows", known_by_its_stamps),
    ]
}

const MARCH: &str = "2026-03-01";

fn killed_and_repeated() {
    let own = Own::new("killed");
    let mut text = roles(&[("1", "Sales", MARCH), ("2", "Service", MARCH)]);
    text += "00E1x0000000003AAA,Partners,,2026-02-30 00:00:00,2026-03-01 00:00:00\n";
    let file = own.file("UserRole.csv", text);
    assert_eq!(own.load(&["--snapshot", "2026-03-01", &file]), counts(2, 1, 0));
    own.kill_before_the_journal();
    assert_eq!(own.load(&["--snapshot", "2026-03-01", &file]), counts(2, 1, 0));
    assert_eq!(own.ask(NOW), "id,Name,gone 1,Sales,false 2,Service,false");
    assert_eq!(own.ask("SELECT count(*) AS n FROM rejects"), "n 1");
    let parts = fs::read_dir(own.lake("landing/salesforce_userrole")).expect("the table is there");
    assert_eq!(parts.filter(|e| e.as_ref().is_ok_and(|e| e.path().is_file())).count(), 1, "it was written once");
}

/// The second file's rows are noted as still there; their values stand in the first, which is not repeated.
fn one_of_two_repeated() {
    let own = Own::new("one-of-two");
    let first = own.file("a/UserRole.csv", roles(&[("1", "Sales", MARCH), ("2", "Service", MARCH)]));
    let second = own.file("2026-03-08/UserRole.csv", roles(&[("1", "Sales", MARCH)]));
    own.load(&["--snapshot", "2026-03-01", &first]);
    own.load(&[&second]);
    own.kill_before_the_journal();
    assert_eq!(own.load(&[&second]), counts(1, 0, 0));
    assert_eq!(own.ask(NOW), "id,Name,gone 1,Sales,false");
    // What the killed load left is no neighbour of later ones.
    let third = own.file("2026-03-05/UserRole.csv", roles(&[("1", "Sales", MARCH), ("2", "Service", MARCH)]));
    assert_eq!(own.load(&[&third]), counts(2, 0, 0));
    assert_eq!(own.ask(NOW), "id,Name,gone 1,Sales,false 2,Service,false");
}

fn one_bad_table() {
    let own = Own::new("bad-table");
    let good = own.file("2026-03-01/UserRole.csv", roles(&[("1", "Sales", MARCH)]));
    let bad = own.file(
        "2026-03-01/Profile.csv",
        "Id,Name,CreatedDate,SystemModstamp\n00e1x0000000001AAA,Admin,2026-01-01 00:00:00,2026-01-01 00:00:00\n",
    );
    own.load(&[&own.file("2026-02-01/UserRole.csv", roles(&[("1", "Selling", MARCH)]))]);
    let log = own.lake("landing/salesforce_profile/_delta_log");
    fs::create_dir_all(&log).expect("made");
    fs::write(log.join("00000000000000000000.json"), "{ this is no commit").expect("written");
    let ran = own.run(&["load", &bad, &good]).ended(1);
    assert!(ran.err.contains("Profile.csv") && ran.err.contains("landed 1 of 1 rows"), "{}", ran.err);
    assert_eq!(super::lake::counted(&ran), counts(1, 0, 0));
}

fn the_order_of_events() {
    let log = |status: &str| {
        format!(
            "Id,UserId,LoginTime,LoginType,Status\n\
             0Ya1x0000000001AAA,0051x0000000001AAA,2026-02-27 09:00:00,Application,{status}\n"
        )
    };
    let mut told = vec![];
    for (nth, order) in [["a", "b"], ["b", "a"]].iter().enumerate() {
        for together in [true, false] {
            let own = Own::new(&format!("events-{nth}-{together}"));
            let success = own.file(&format!("{}/LoginHistory.csv", order[0]), log("Success"));
            let failed = own.file(&format!("{}/LoginHistory.csv", order[1]), log("Invalid Password"));
            if together {
                own.load(&["--snapshot", "2026-03-01", &success, &failed]);
            } else {
                own.load(&["--snapshot", "2026-03-01", &failed]);
                own.load(&["--snapshot", "2026-03-01", &success]);
            }
            told.push(own.ask("SELECT \"Status\" FROM landing.salesforce_loginhistory"));
        }
    }
    assert!(told.iter().all(|t| *t == told[0]), "{told:?}");
}

fn known_by_its_stamps() {
    let own = Own::new("by-stamps");
    let file = own.file("UserRole.csv", roles(&[("1", "Sales", "2026-02-20")]));
    assert_eq!(own.load(&[&file]), counts(1, 0, 0));
    let again = own.run(&["load", &file]).ended(0);
    assert!(again.err.contains("already loaded") && again.err.contains("2026-02-20"), "{}", again.err);
    assert_eq!(own.load(&["--snapshot", "2026-03-01", &file]), counts(0, 0, 1), "the same on another day");
}
