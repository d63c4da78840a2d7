//! Much of one thing: nothing takes time or memory by its square.

use super::lake::{Own, counts, roles};
use crate::story;
use libtest_mimic::Trial;
use std::fmt::Write;
use std::time::{Duration, Instant};

pub fn stories() -> Vec<Trial> {
    vec![
        story("a thousand files in one command land", a_thousand_files),
        story("a header of ten thousand columns lands", a_wide_header),
        story("a hundred thousand rejects are kept", many_rejects),
        story("a quote that never closes does not fill the memory", an_endless_row),
    ]
}

/// Far more than it takes, far less than its square would.
const ENOUGH: Duration = Duration::from_secs(120);

fn within(what: impl FnOnce()) {
    let begun = Instant::now();
    what();
    assert!(begun.elapsed() < ENOUGH, "{:?}", begun.elapsed());
}

fn a_thousand_files() {
    let own = Own::new("thousand");
    let text = roles(&[("1", "Sales", "2026-02-01")]);
    for part in 1..=1000 {
        let text = text.replace("00E1x0000000001AAA", &format!("00E1x000{part:07}AAA"));
        own.zip(&format!("2026-03-01/WE_00D1x0000000001EAA_{part}.ZIP"), &[("UserRole.csv", &text)], true);
    }
    let folder = own.dir.join("files").to_string_lossy().into_owned();
    within(|| assert_eq!(own.load(&[&folder]), counts(1000, 0, 0)));
    within(|| assert_eq!(own.load(&[&folder]), counts(0, 0, 1000)));
    assert_eq!(own.ask("SELECT count(*) AS n FROM landing.salesforce_userrole"), "n 1000");
}

fn a_wide_header() {
    let own = Own::new("wide");
    let (mut header, mut row) =
        (String::from("Id,CreatedDate"), String::from("a011x0000000001AAA,2026-01-01 00:00:00"));
    for column in 0..10_000 {
        write!(header, ",Column{column}__c").expect("a String takes all");
        write!(row, ",{column}").expect("a String takes all");
    }
    let file = own.file("2026-03-01/Wide__c.csv", format!("{header}\n{row}\n"));
    within(|| assert_eq!(own.load(&[&file]), counts(1, 0, 0)));
}

fn many_rejects() {
    let own = Own::new("many-rejects");
    let mut text = roles(&[("1", "Sales", "2026-02-01")]);
    for line in 0..100_000 {
        writeln!(text, "00E1x{line:010}AAA,{},,2026-02-30 00:00:00,2026-02-01 00:00:00", "x".repeat(90))
            .expect("written");
    }
    let file = own.file("2026-03-01/UserRole.csv", text);
    within(|| assert_eq!(own.load(&[&file]), counts(1, 100_000, 0)));
    assert_eq!(own.ask("SELECT count(*) AS n, count(DISTINCT line) AS lines FROM rejects"), "n,lines 100000,100000");
}

fn an_endless_row() {
    let own = Own::new("endless");
    let mut text = roles(&[("1", "Sales", "2026-02-01")]);
    text += "00E1x0000000002AAA,\"Service";
    text += &"never closes\n".repeat(15 << 20);
    let file = own.file("2026-03-01/UserRole.csv", text);
    let begun = Instant::now();
    assert_eq!(own.load(&[&file]), counts(1, 1, 0));
    assert!(begun.elapsed() < ENOUGH);
    assert!(own.ask("SELECT reason FROM rejects").contains("a quote never closes"));
}
