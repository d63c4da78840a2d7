//! Whose a file is shows in its columns, whatever it is called; and views of one day stand beside each other.

use super::exports;
use crate::loading::lake::{Own, counts};
use crate::story;
use libtest_mimic::Trial;
use serde_json::Value as Json;
use std::fs;

pub fn stories() -> Vec<Trial> {
    vec![
        story("a file is known by its columns under any name", under_any_name),
        story("a file of a CRM that nobody described is nobody's", of_nobody),
        story("two views of one day stand beside each other", two_views_of_one_day),
        story("of two headings for one column the first stands for it", two_headings),
        story("a project teaches a source another heading", another_heading),
        story("a view without ids says so by its keys", a_view_without_ids),
        story("a list without ids is told apart by its names", a_list_without_ids),
        story("ids that a spreadsheet rounded are refused", rounded_ids),
        story("totals below a list are no deals", totals),
        story("rows without a key that are alike are two", alike_rows),
        story("what stands in for a key names rows, whatever bad ones have it too", stand_ins),
        story("a column that no file brought is like nothing", a_column_nobody_brought),
        story("what one object alone has tells it under any name", told_by_a_column),
    ]
}

/// The source and object that a file with these bytes is taken for, called `name`.
#[track_caller]
fn taken_for(own: &Own, name: &str, export: &str) -> String {
    let bytes = fs::read(exports(export)).expect("an export");
    let file = own.file(name, bytes);
    let ran = own.run(&["load", "--dry-run", "--snapshot", "2026-06-01", &file]).ended(0);
    let told: Json = serde_json::from_str(ran.out.lines().next().expect("a line")).expect("JSON");
    format!("{} {}", told["source"].as_str().unwrap_or(""), told["object"].as_str().unwrap_or(""))
}

fn under_any_name() {
    let own = Own::new("under-any-name");
    for (export, object) in [
        ("hubspot/hubspot-crm-exports-all-deals-2026-02-01.csv", "hubspot deals"),
        ("hubspot/hubspot-crm-exports-all-companies-2026-03-01.csv", "hubspot companies"),
        ("hubspot/hubspot-crm-exports-all-contacts-2026-03-01.csv", "hubspot contacts"),
        ("hubspot/hubspot-crm-exports-all-calls-2026-03-01.csv", "hubspot calls"),
        ("hubspot/users.csv", "hubspot users"),
        ("hubspot/login-history.csv", "hubspot login_history"),
        ("pipedrive/2026-02-01/deals-1234567-1.csv", "pipedrive deals"),
        ("pipedrive/2026-03-01/people-1234567-3.csv", "pipedrive people"),
        ("pipedrive/2026-03-01/organizations-1234567-4.csv", "pipedrive organizations"),
        ("pipedrive/2026-03-01/activities-1234567-5.csv", "pipedrive activities"),
        ("zoho/2026-02-01/Data/Deals_001.csv", "zoho Deals"),
        ("zoho/2026-03-01/Data/Users_001.csv", "zoho Users"),
        ("zoho-view/Deals_2026_04_01.csv", "zoho Deals"),
        ("dynamics/2026-02-01/All Opportunities.csv", "dynamics opportunity"),
        ("dynamics/2026-03-01/Enabled Users.csv", "dynamics systemuser"),
        ("dynamics/2026-03-01/Audit.csv", "dynamics audit"),
        ("dynamics/2026-03-01/Emails.csv", "dynamics activitypointer"),
        ("plain/sales_pipeline_2026-02-01.csv", "plain pipeline"),
        ("plain/logins_2026-02.csv", "plain login_log"),
        ("freshsales/deals-2026-03-01.csv", "freshsales deals"),
        ("suitecrm/2026-03-01/Opportunities.csv", "suitecrm opportunities"),
        ("odoo/2026-03-01/Lead_Opportunity (crm.lead).csv", "odoo crm_lead"),
    ] {
        for name in ["download.csv", "deals.csv", "Contacts.csv"] {
            assert_eq!(taken_for(&own, name, export), object, "{export} called {name}");
        }
    }
}

/// Headings that every CRM has, as a connector or a help desk writes them.
fn of_nobody() {
    let own = Own::new("of-nobody");
    for (name, header) in [
        ("contacts.csv", "id,first_name,last_name,email,owner_id,phone,created_date,account_id"),
        ("tickets.csv", "id,subject,type,status,priority,created_at,updated_at"),
        ("mails.csv", "id,subject,type,email,timestamp,status"),
        ("accounts.csv", "id,name,phone,owner_id,type,created_date"),
    ] {
        let file = own.file(name, format!("{header}\n1{}\n", ",x".repeat(header.matches(',').count())));
        let told = own.refused(&["--dry-run", "--snapshot", "2026-03-01", &file]);
        assert!(told.contains("no source knows this file"), "{name}: {told}");
    }
}

fn two_views_of_one_day() {
    let own = Own::new("two-views");
    let header = "\"Record ID\",\"Deal Name\",\"Deal Stage\",\"Amount\",\"Create Date\"\n";
    let mine = own.file(
        "hubspot-crm-exports-my-deals-2026-03-01.csv",
        format!("{header}\"1\",\"Oak\",\"New\",\"5\",\"2026-01-05 09:00\"\n"),
    );
    let yours = own.file(
        "hubspot-crm-exports-your-deals-2026-03-01.csv",
        format!("{header}\"2\",\"Elm\",\"New\",\"7\",\"2026-01-05 09:00\"\n"),
    );
    assert_eq!(own.load(&[&mine, &yours]), counts(2, 0, 0));
    assert_eq!(own.load(&[&mine]), counts(0, 0, 1), "the same bytes again");
    assert_eq!(own.ask("SELECT sum(amount) AS n FROM deal_snapshots WHERE next_seen IS NULL"), "n 12.0000");
}

fn two_headings() {
    let own = Own::new("two-headings");
    let text = "(Do Not Modify) Opportunity,(Do Not Modify) Modified On,Topic,Modified On,Rating,Rating\n\
                a1,2026-02-03 09:00,Oak,2026-01-01 09:00,Hot,Cold\n";
    assert_eq!(own.load(&["--snapshot", "2026-03-01", &own.file("view.csv", text)]), counts(1, 0, 0));
    assert_eq!(
        own.ask("SELECT modifiedon, \"Modified_On\", \"Rating\", \"Rating_2\" FROM landing.dynamics_opportunity"),
        "modifiedon,Modified_On,Rating,Rating_2 2026-02-03T08:00:00Z,2026-01-01 09:00,Hot,Cold"
    );
    let twice = own.file("twice.csv", "Record ID,Deal Name,Amount,Amount\n1,Oak,5,7\n");
    let told = own.refused(&["--snapshot", "2026-03-01", &twice]);
    assert!(told.contains("two columns are called \"amount\""), "{told}");
}

fn another_heading() {
    let own = Own::new("another-heading");
    let toml = include_str!("../../../../../queries/sources/pipedrive/source.toml");
    let toml = toml.replacen("[object.deals.labels]\n", "[object.deals.labels]\n\"Deal - Wert\" = \"value\"\n", 1);
    let folder = own.project().join("queries/sources/pipedrive");
    fs::create_dir_all(&folder).expect("made");
    fs::write(folder.join("source.toml"), toml).expect("written");
    let file = own.file("deals.csv", "Deal - ID,Deal - Title,Deal - Wert,Deal - Status\n1,Oak,\"1.234,56 €\",Open\n");
    assert_eq!(own.load(&["--snapshot", "2026-03-01", &file]), counts(1, 0, 0));
    assert_eq!(own.ask("SELECT amount FROM deal_snapshots"), "amount 1234.5600");
}

fn a_view_without_ids() {
    let own = Own::new("without-ids");
    let first = "Topic,Est. revenue,Status,Owner,Created On\n10 airbags,5,Open,Ann,2026-01-05 09:00\n10 airbags,6,Open,Ann,2026-01-05 09:00\n";
    let second = first.replace(",6,", ",7,");
    assert_eq!(
        own.load(&["--snapshot", "2026-03-01", &own.file("a.csv", first)]),
        counts(2, 0, 0),
        "a Topic is no key"
    );
    assert_eq!(own.load(&["--complete", "--snapshot", "2026-03-08", &own.file("b.csv", second)]), counts(1, 0, 1));
    assert_eq!(
        own.ask("SELECT sum(amount) AS n FROM deal_snapshots WHERE next_seen IS NULL"),
        "n 12.0000",
        "5 and 7; 6 is gone"
    );
}

fn a_list_without_ids() {
    let own = Own::new("list-without-ids");
    let week =
        |elm: &str| format!("Name,Account,Stage,Value,Created\nOak,A,Open,5,2026-01-05\nElm,B,{elm},2026-01-06\n");
    let first = own.file("pipeline_2026-03-01.csv", week("Open,7"));
    let ran = own.run(&["load", &first]).ended(0);
    assert!(ran.err.contains("told apart by \"Name\", \"Account\", \"Created\""), "{}", ran.err);
    assert_eq!(own.load(&[&own.file("pipeline_2026-03-08.csv", week("Won,9"))]), counts(1, 0, 1));
    assert_eq!(
        own.ask("SELECT name, stage, amount FROM deal_snapshots WHERE next_seen IS NULL ORDER BY name"),
        "name,stage,amount Elm,Won,9.0000 Oak,Open,5.0000",
        "Elm is one deal that was won, not one open and one won"
    );
}

fn rounded_ids() {
    let own = Own::new("rounded-ids");
    let told = own.refused(&[
        "--snapshot",
        "2026-03-01",
        &own.file("deals.csv", "Record ID,Deal Name,Deal Stage,Amount\n7,Oak,New,5\n1.23457E+11,Elm,New,7\n"),
    ]);
    assert!(told.contains("deals.csv:3:1: a spreadsheet took the ids in \"hs_object_id\" for numbers"), "{told}");
}

fn totals() {
    let own = Own::new("totals");
    let text = "Name,Account,Stage,Value,Close date\r\nOak,A,Open,5,2026-04-01\r\nElm,B,Open,7,2026-04-01\r\nSumme,,,\"12,00\",\r\n,,,,\r\n";
    let ran =
        own.run(&["load", "--decimal", "comma", "--snapshot", "2026-03-01", &own.file("list.csv", text)]).ended(0);
    assert!(ran.err.contains("2 lines of a footer are no rows"), "{}", ran.err);
    assert_eq!(own.ask("SELECT count(*) AS n, sum(amount) AS amount FROM deal_snapshots"), "n,amount 2,12.0000");
}

fn a_column_nobody_brought() {
    let own = Own::new("nobody-brought");
    let roster = own
        .file("roster.csv", "email,name,grade,office\na@x.example,Ann,Partner,Paris\nb@x.example,Bob,Analyst,Paris\n");
    assert_eq!(own.load(&["--snapshot", "2026-03-01", &roster]), counts(2, 0, 0));
    for filter in ["job_family = 'x'", "is_leader", "fte > 0", "NOT is_leader", "job_family IS NOT NULL"] {
        assert_eq!(own.ask(&format!("SELECT count(*) AS n FROM landing.hr_roster WHERE {filter}")), "n 0", "{filter}");
    }
    let made = "SELECT count(*) AS n FROM (SELECT *, CAST(NULL AS TEXT) AS nobody FROM loads) WHERE nobody = 'x'";
    assert_eq!(own.ask(made), "n 0");
    assert_eq!(own.ask("SELECT count(*) AS n FROM landing.hr_roster WHERE job_family IS NULL"), "n 2");
}

fn told_by_a_column() {
    let own = Own::new("told-by-a-column");
    let common = "Id,OwnerId,CreatedDate,LastModifiedDate,CreatedById,IsDeleted,SystemModstamp";
    for (header, object) in [
        ("LastName,FirstName,Email,AccountId,MailingCity", "Contact"),
        ("LastName,Company,Status,IsConverted", "Lead"),
        ("Name,BillingCity,Industry", "Account"),
        ("Subject,ActivityDate,Status,TaskSubtype", "Task"),
        ("CaseNumber,Subject,Status,IsClosed", "Case"),
    ] {
        for name in ["extract.csv", "Contacts.csv"] {
            let file = own.file(name, format!("{common},{header}\n"));
            let ran = own.run(&["load", "--dry-run", "--snapshot", "2026-03-01", &file]).ended(0);
            assert!(ran.out.contains(&format!("\"object\":\"{object}\"")), "{header}: {}", ran.out);
        }
    }
    let custom = own.file("Visit__c.csv", format!("{common},Name,BillingCity__c,Score__c\n"));
    let ran = own.run(&["load", "--dry-run", "--snapshot", "2026-03-01", &custom]).ended(0);
    assert!(ran.out.contains("\"object\":\"Visit__c\""), "{}", ran.out);
}

fn alike_rows() {
    let own = Own::new("alike-rows");
    let log = |rows: &[&str]| format!("user,time,browser\n{}\n", rows.join("\n"));
    let (ann, bob) = ("ann@x.example,2026-02-02 09:00,Firefox", "bob@x.example,2026-02-03 09:00,Firefox");
    let first = own.file("logins_2026-02-05.csv", log(&[ann, ann, bob]));
    assert_eq!(own.load(&[&first]), counts(3, 0, 0), "Ann came twice in that minute");
    let longer = own.file("logins_2026-02-12.csv", log(&[ann, ann, bob, bob, ann]));
    assert_eq!(own.load(&[&longer]), counts(2, 0, 3), "a second Bob and a third Ann");
    assert_eq!(
        own.ask("SELECT user_id, count(*) AS n FROM logins GROUP BY user_id ORDER BY user_id"),
        "user_id,n ann@x.example,3 bob@x.example,2"
    );
    // What is no row is no first of two: once it is gone the next is still the same.
    let own = Own::new("alike-and-torn");
    let (torn, whole) = ("ann@x.example,2026-02-02 09:00", "ann@x.example,2026-02-02 09:00,");
    let first = own.file("logins_2026-02-05.csv", log(&[torn, whole]));
    assert_eq!(own.load(&[&first]), counts(1, 1, 0));
    let mended = own.file("logins_2026-02-12.csv", log(&[whole]));
    assert_eq!(own.load(&[&mended]), counts(0, 0, 1));
}

fn stand_ins() {
    let own = Own::new("stand-ins");
    let list = |rows: &[&str]| format!("Deal,Account,Stage,Amount,Start\n{}\n", rows.join("\n"));
    let (oak, elm) = ("Oak,Acme,Proposal,5,2026-01-05", "Elm,Acme,Proposal,7,2026-01-06");
    let bad = "Oak,Acme,Proposal,much,2026-01-05";
    // A bad row before or behind a good one changes nothing: the deals are known by their words, and what changed is one deal.
    let days = [([bad, oak, elm], 2, 0), ([oak, bad, elm], 0, 2)];
    for ((rows, landed, duplicate), day) in days.iter().zip(1..) {
        let file = own.file(&format!("2026-03-{day:02}/pipeline.csv"), list(rows));
        assert_eq!(own.load(&[&file]), counts(*landed, 1, *duplicate), "{rows:?}");
    }
    let raised = own.file("2026-03-03/pipeline.csv", list(&[&oak.replace(",5,", ",6,"), elm]));
    assert_eq!(own.load(&[&raised]), counts(1, 0, 1));
    assert_eq!(own.ask("SELECT count(DISTINCT _key) AS n FROM landing.plain_pipeline"), "n 2");
}
