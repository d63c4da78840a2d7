//! Columns come and go: the table of outcomes in `queries/sources/README.md`, case by case. Whatever comes, the last good data is served.

use super::lake::{Own, counts};
use crate::story;
use libtest_mimic::Trial;

pub fn stories() -> Vec<Trial> {
    vec![
        story("a column more lands, and load tells it", added),
        story("a column less lands without it, and load tells it", removed),
        story("a needed column less refuses the file, and what was there stays", needed_removed),
        story("a renamed column is one less and one more", renamed),
        story("cells of another type reject their rows, whose last values stay", retyped),
        story("columns in another order change nothing", reordered),
        story("a column twice refuses the file, and what was there stays", doubled),
    ]
}

const HEADER: &str = "Id,Name,StageName,Amount,CloseDate,OwnerId,CreatedDate,SystemModstamp";

fn row(id: &str, name: &str, amount: &str) -> String {
    format!("0065e000000000{id}AAA,{name},New,{amount},2026-04-01,,2026-01-05 09:00:00,2026-02-01 09:00:00\n")
}

/// Oak 5 and Elm 7, loaded.
fn loaded(name: &str) -> Own {
    let own = Own::new(&format!("drift-{name}"));
    let text = format!("{HEADER}\n{}{}", row("1", "Oak", "5"), row("2", "Elm", "7"));
    assert_eq!(own.load(&[&own.file("2026-03-01/Opportunity.csv", text)]), counts(2, 0, 0));
    own
}

/// The next export. What `load` says of it.
fn next(own: &Own, text: String) -> String {
    let file = own.file("2026-03-08/Opportunity.csv", text);
    own.run(&["load", &file]).err
}

#[track_caller]
fn amounts(own: &Own, expected: &str) {
    let told = own.ask("SELECT name, amount FROM deal_snapshots WHERE next_seen IS NULL ORDER BY name DESC");
    assert_eq!(told, format!("name,amount {expected}"));
}

fn added() {
    let own = loaded("added");
    let more = |row: String, size: &str| row.replacen(",New,", &format!(",New,{size},"), 1);
    let header = HEADER.replace("Amount", "Size__c,Amount");
    let rows = more(row("1", "Oak", "5"), "XL") + &more(row("2", "Elm", "8"), "");
    let told = next(&own, format!("{header}\n{rows}"));
    assert!(told.contains("new: \"Size__c\"") && !told.contains("no longer"), "{told}");
    amounts(&own, "Oak,5.0000 Elm,8.0000");
    let sizes =
        "SELECT \"Size__c\" AS size, first_seen FROM landing.salesforce_opportunity ORDER BY \"Id\", first_seen";
    assert_eq!(
        own.ask(sizes),
        "size,first_seen ,2026-03-01 XL,2026-03-08 ,2026-03-01 ,2026-03-08",
        "NULL before it was there"
    );
}

fn removed() {
    let own = loaded("removed");
    let less = |row: String| row.replacen("Oak,New,5,", "Oak,New,", 1).replacen("Elm,New,7,", "Elm,New,", 1);
    let text = format!("{}\n{}", HEADER.replace(",Amount", ""), less(row("1", "Oak", "5") + &row("2", "Elm", "7")));
    let told = next(&own, text);
    assert!(told.contains("no longer there: \"Amount\"") && !told.contains("new:"), "{told}");
    amounts(&own, "Oak, Elm,");
}

fn needed_removed() {
    let own = loaded("needed");
    let told = next(&own, format!("{}\n{}", HEADER.replace("StageName", "Phase"), row("1", "Oak", "9")));
    assert!(told.contains("lacks the required column \"StageName\""), "{told}");
    amounts(&own, "Oak,5.0000 Elm,7.0000");
}

fn renamed() {
    let own = loaded("renamed");
    let rows = row("1", "Oak", "5") + &row("2", "Elm", "7");
    let told = next(&own, format!("{}\n{rows}", HEADER.replace("Amount", "Amount_EUR__c")));
    assert!(told.contains("new: \"Amount_EUR__c\", no longer there: \"Amount\""), "{told}");
}

fn retyped() {
    let own = loaded("retyped");
    let told = next(&own, format!("{HEADER}\n{}{}", row("1", "Oak", "lots"), row("2", "Elm", "8")));
    assert!(told.contains("1 rejected"), "{told}");
    amounts(&own, "Oak,5.0000 Elm,8.0000");
}

fn reordered() {
    let own = loaded("reordered");
    let turn = |line: &str| line.trim().rsplit(',').collect::<Vec<_>>().join(",") + "\n";
    let lines = [HEADER.to_string(), row("1", "Oak", "5"), row("2", "Elm", "7")];
    let told = next(&own, lines.iter().map(|line| turn(line)).collect());
    assert!(told.contains("landed 0 of 2 rows") && told.contains("2 duplicate"), "{told}");
    amounts(&own, "Oak,5.0000 Elm,7.0000");
}

fn doubled() {
    let own = loaded("doubled");
    let told = next(&own, format!("{HEADER},Amount\n{}", row("1", "Oak", "9").replace('\n', ",9\n")));
    assert!(told.contains("two columns are called \"Amount\""), "{told}");
    amounts(&own, "Oak,5.0000 Elm,7.0000");
}
