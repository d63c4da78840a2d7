//! What is gone, and what only looks as if it were.

use super::lake::{NOW, Own, counts, role_id, roles};
use crate::story;
use libtest_mimic::Trial;

pub fn stories() -> Vec<Trial> {
    vec![
        story("a record that a complete export lacks is gone", a_missing_record_is_gone),
        story("a ragged row in a complete export makes nothing gone", a_ragged_row),
        story("a stray quote harms the rows it swallows and makes nothing gone", a_stray_quote),
        story("an export can be called complete after it was loaded", complete_afterwards),
        story("of one key in two parts of a set the newest stamp holds", one_key_in_two_parts),
        story("a part copied as another lands once", a_copied_part),
        story("a header alone gives way to the full file", header_then_full),
        story("two sets of one day with different content clash", two_sets_of_one_day),
        story("a lake takes one organisation", two_organisations),
        story("a set without dates is of one day", a_set_without_dates),
        story("a roster's key may change from e-mail to employee number", a_rosters_key_changes),
    ]
}

const MARCH: &str = "2026-03-01";

fn a_missing_record_is_gone() {
    let own = Own::new("gone");
    let first = own.file("a/UserRole.csv", roles(&[("1", "Sales", MARCH), ("2", "Service", MARCH)]));
    let second = own.file("b/UserRole.csv", roles(&[("1", "Sales", MARCH)]));
    own.load(&["--complete", "--snapshot", "2026-03-01", &first]);
    assert_eq!(own.load(&["--complete", "--snapshot", "2026-03-08", &second]), counts(0, 0, 1));
    assert_eq!(own.ask(NOW), "id,Name,gone 1,Sales,false 2,Service,true");
}

fn a_ragged_row() {
    let own = Own::new("ragged");
    let first = own.file("a/UserRole.csv", roles(&[("1", "Sales", MARCH), ("2", "Service", MARCH)]));
    let ragged = roles(&[("1", "Sales", MARCH)]) + &format!("{},Service\n", role_id("2"));
    let second = own.file("b/UserRole.csv", ragged);
    own.load(&["--complete", "--snapshot", "2026-03-01", &first]);
    let ran = own.run(&["load", "--complete", "--snapshot", "2026-03-08", &second]).ended(0);
    assert!(ran.err.contains("not taken as complete"), "{}", ran.err);
    assert_eq!(own.ask(NOW), "id,Name,gone 1,Sales,false 2,Service,false");
}

fn a_stray_quote() {
    let own = Own::new("stray");
    let three = [("1", "Sales", MARCH), ("2", "Service", MARCH), ("3", "Partners", MARCH)];
    let first = own.file("a/UserRole.csv", roles(&three));
    // The quote before Service opens a cell that ends at the next quote, two rows on.
    let stray = roles(&three).replace(",Service", ",\"Service").replace(",Partners", ",Part\"ners");
    let second = own.file("b/UserRole.csv", stray);
    own.load(&["--complete", "--snapshot", "2026-03-01", &first]);
    let swallowed = own.load(&["--complete", "--snapshot", "2026-03-08", &second]);
    assert_eq!((swallowed.duplicate, swallowed.landed), (1, 0), "{swallowed:?}");
    assert_eq!(own.ask(NOW), "id,Name,gone 1,Sales,false 2,Service,false 3,Partners,false");
}

fn complete_afterwards() {
    let own = Own::new("afterwards");
    let first = own.file("a/UserRole.csv", roles(&[("1", "Sales", MARCH), ("2", "Service", MARCH)]));
    let second = own.file("b/UserRole.csv", roles(&[("1", "Sales", MARCH)]));
    own.load(&["--snapshot", "2026-03-01", &first]);
    own.load(&["--snapshot", "2026-03-08", &second]);
    assert_eq!(own.ask(NOW), "id,Name,gone 1,Sales,false 2,Service,false");
    let again = own.run(&["load", "--complete", "--snapshot", "2026-03-08", &second]).ended(0);
    assert!(again.err.contains("now as complete"), "{}", again.err);
    assert_eq!(own.ask(NOW), "id,Name,gone 1,Sales,false 2,Service,true");
    let thrice = own.run(&["load", "--complete", "--snapshot", "2026-03-08", &second]).ended(0);
    assert!(thrice.err.contains("already loaded)"), "{}", thrice.err);
    assert_eq!(own.ask("SELECT count(*) AS n FROM landing.salesforce_userrole"), "n 2");
}

fn one_key_in_two_parts() {
    for together in [true, false] {
        let own = Own::new(if together { "parts-together" } else { "parts-apart" });
        let newer = roles(&[("1", "Sales North", "2026-02-20"), ("2", "Service", MARCH)]);
        let one = own.zip("2026-03-01/WE_00D1x0000000001EAA_1.ZIP", &[("UserRole.csv", &newer)], true);
        let older = roles(&[("1", "Sales", "2026-02-10")]);
        let two = own.zip("2026-03-01/WE_00D1x0000000001EAA_2.ZIP", &[("UserRole.csv", &older)], true);
        if together {
            own.load(&[&two, &one]);
        } else {
            own.load(&[&one]);
            own.load(&[&two]);
        }
        assert_eq!(own.ask(NOW), "id,Name,gone 1,Sales North,false 2,Service,false");
    }
}

fn a_copied_part() {
    let own = Own::new("copied-part");
    let text = roles(&[("1", "Sales", MARCH), ("2", "Service", MARCH)]);
    let one = own.zip("x/WE_00D1x0000000001EAA_1.ZIP", &[("UserRole.csv", &text)], true);
    let two = own.zip("x/WE_00D1x0000000001EAA_2.ZIP", &[("UserRole.csv", &text)], true);
    assert_eq!(own.load(&[&one, &two]), counts(2, 0, 0));
    assert_eq!(own.load(&[&two]), counts(0, 0, 2));
    assert_eq!(own.ask(NOW), "id,Name,gone 1,Sales,false 2,Service,false");
}

fn header_then_full() {
    let own = Own::new("header-then-full");
    let empty = own.file("a/UserRole.csv", roles(&[]));
    let full = own.file("b/UserRole.csv", roles(&[("1", "Sales", MARCH)]));
    assert_eq!(own.load(&["--snapshot", "2026-03-01", &empty]), counts(0, 0, 0));
    assert_eq!(own.load(&["--snapshot", "2026-03-01", &full]), counts(1, 0, 0));
    assert_eq!(own.ask(NOW), "id,Name,gone 1,Sales,false");
}

fn two_sets_of_one_day() {
    let own = Own::new("clash");
    let roles_of = |name| roles(&[("1", name, MARCH)]);
    let first = own.zip("a/WE_00D1x0000000001EAA_1.ZIP", &[("UserRole.csv", &roles_of("Sales"))], true);
    let profile = "Id,Name,CreatedDate\n00e1x0000000001AAA,Admin,2026-01-01 00:00:00\n";
    let entries = [("UserRole.csv", &*roles_of("Selling")), ("Profile.csv", profile)];
    let second = own.zip("b/WE_00D1x0000000001EAA_1.ZIP", &entries, true);
    own.load(&[&first]);
    let told = own.refused(&[&second]);
    assert!(told.contains("another export of 2026-03-01") && told.contains("--snapshot"), "{told}");
    assert!(told.contains("Profile.csv") && told.contains("landed 0 of 0 rows"), "half a set would mix two: {told}");
    assert_eq!(own.load(&["--snapshot", "2026-03-02", &second]), counts(2, 0, 0));
    assert_eq!(own.ask(NOW), "id,Name,gone 1,Selling,false");
}

fn two_organisations() {
    let own = Own::new("organisations");
    let text = roles(&[("1", "Sales", MARCH)]);
    let home = own.zip("a/WE_00D1x0000000001EAA_1.ZIP", &[("UserRole.csv", &text)], true);
    let other = own.zip("b/WE_00D2y0000000002EAA_1.ZIP", &[("UserRole.csv", &roles(&[]))], true);
    let told = own.refused(&[&home, &other]);
    assert!(told.contains("holds the organisation 00D1x0000000001EAA") && told.contains("uptake init"), "{told}");
    assert!(own.refused(&[&other]).contains("00D1x0000000001EAA"));
    assert_eq!(own.ask(NOW), "id,Name,gone 1,Sales,false");
}

fn a_set_without_dates() {
    let own = Own::new("without-dates");
    let profile =
        "Id,Name,CreatedDate,SystemModstamp\n00e1x0000000001AAA,Admin,2019-01-01 00:00:00,2019-01-01 00:00:00\n";
    let text = roles(&[("1", "Sales", "2026-02-20"), ("2", "Service", "2026-02-14")]);
    let set = own.zip("x/WE_00D1x0000000001EAA_1.ZIP", &[("Profile.csv", profile), ("UserRole.csv", &text)], false);
    own.load(&[&set]);
    let days = "SELECT object, snapshot, snapshot_from FROM loads ORDER BY object";
    let by = "the newest stamp in its rows";
    assert_eq!(
        own.ask(days),
        format!("object,snapshot,snapshot_from Profile,2026-02-20,{by} UserRole,2026-02-20,{by}")
    );
    assert_eq!(own.load(&[&set]), counts(0, 0, 3));
}

fn a_rosters_key_changes() {
    let own = Own::new("roster-key");
    let by_mail = "email,name,grade\nann@x.example,Ann,Partner\nbob@x.example,Bob,Analyst\n";
    let by_number = "employee_number,email,name,grade\n7,ann@x.example,Ann,Partner\n8,Bob@x.example,Bob,Manager\n";
    let (first, second) = (own.file("a/people.csv", by_mail), own.file("b/people.csv", by_number));
    own.load(&["--snapshot", "2026-03-01", &first]);
    own.load(&["--snapshot", "2026-04-01", &second]);
    let history = "SELECT person_id, grade, valid_from, valid_to FROM roster_history ORDER BY person_id, valid_from";
    assert_eq!(
        own.ask(history),
        "person_id,grade,valid_from,valid_to 7,Partner,2026-03-01,2026-04-01 7,Partner,2026-04-01, \
         8,Analyst,2026-03-01,2026-04-01 8,Manager,2026-04-01,"
    );
}
