//! Salesforce beside its weekly export: the event log, the tracked fields, reports, and what a connector makes of it.

use super::{asked, exports};
use crate::loading::lake::{Own, counts};
use crate::story;
use libtest_mimic::Trial;
use serde_json::Value as Json;

pub fn stories() -> Vec<Trial> {
    vec![
        story("Salesforce's tracked fields tell moves where no other history does", tracked_fields),
        story("Salesforce's event log tells logins, and each counts once", event_log),
        story("a report of Salesforce tells deals by the labels of its fields", reports),
        story("a report does not tell again what its object tells", reports_beside_the_object),
        story("an export of Salesforce is known by its columns under any name", under_any_name),
        story("a connector's snake_case is Salesforce's", snake_case),
    ]
}

const MOVES: &str = "SELECT concat(substr(opp_id, 15, 1), ' ', coalesce(from_stage, ''), '>', to_stage, ' ', CAST(ts AS TEXT), ' ', method) \
                     AS move FROM stage_changes ORDER BY opp_id, seq";

/// Oak is told by its fields, Ash by OpportunityHistory and its fields, Elm by neither.
fn tracked_fields() {
    let own = Own::new("tracked-fields");
    assert_eq!(own.load(&[&exports("salesforce/fields")]), counts(15, 0, 0));
    assert_eq!(
        own.ask(MOVES),
        "move 1 >Prospecting 2026-01-05T09:00:00Z log \
         1 Prospecting>Negotiation 2026-01-20T10:00:00Z log \
         1 Negotiation>Closed Won 2026-02-20T15:00:00Z log \
         2 >Prospecting 2026-01-08T09:00:00Z snapshot_diff \
         3 >Prospecting 2026-01-12T09:00:00Z log \
         3 Prospecting>Negotiation 2026-02-02T10:00:00Z log"
    );
    assert_eq!(
        own.ask("SELECT count(*) AS n FROM deal_history WHERE opp_id LIKE '%3AAA'"),
        "n 2",
        "what both histories tell stands once"
    );
    // Oak is worth 1200 since 20 January, Elm 300, Ash 500; Oak is won in February.
    assert_eq!(asked(&own, &["open_pipeline"]), "2026-01 2000.00 (3 of 3)\n2026-02 800.00 (2 of 2)");
    assert_eq!(asked(&own, &["won"]), "2026-01 0.00 (0 of 0)\n2026-02 1200.00 (1 of 1)");
}

/// Ann at 08:00, which LoginHistory tells too, and at 13:00; Bob's program at 09:15, his wrong password at 09:20, and the day after by a file
/// of 2021 that knows no LOGIN_TYPE. The hour from 09:00 comes again in the file of its day. An administrator logged in as Ann.
fn event_log() {
    let own = Own::new("event-log");
    let users = exports("salesforce/fields/2026-03-01/User.csv");
    assert_eq!(own.load(&[&users, &exports("salesforce/logs")]), counts(14, 0, 0));
    assert_eq!(
        own.ask(
            "SELECT substr(user_id, 14, 2) AS u, ts, outcome, channel FROM logins WHERE method = 'log' ORDER BY ts"
        ),
        "u,ts,outcome,channel lP,2026-02-10T08:00:00Z,success,web I1,2026-02-10T09:15:00.655Z,success,api \
         I1,2026-02-10T09:20:05.010Z,failed,web lP,2026-02-10T13:00:00.100Z,success,web \
         I1,2026-02-11T07:45:00Z,success,web"
    );
    assert_eq!(
        own.ask("SELECT substr(user_id, 14, 2) AS u, ts FROM logins WHERE method = 'snapshot_diff'"),
        "u,ts I1,2026-01-15T07:30:00Z",
        "a last login that the log reaches is told by the log"
    );
    let february = asked(&own, &["logins_by_unique_person"]);
    assert!(february.ends_with("2026-02 1.5 (3 of 2)"), "{february}");
    let same = "SELECT bool_and(\"USER_ID\" = \"USER_ID_DERIVED\") AS same FROM landing.salesforce_eventloglogin";
    assert_eq!(own.ask(same), "same true", "15 characters and 18 are one user");
    let pages = "SELECT count(*) AS n FROM landing.salesforce_eventloglightningpageview WHERE \"PAGE_ENTITY_TYPE\" = 'Opportunity'";
    assert_eq!(own.ask(pages), "n 1");
}

/// Two reports, of 1 February and 1 March, without ids. Oak moved on between them.
fn reports() {
    let own = Own::new("reports");
    assert_eq!(own.load(&[&exports("salesforce/reports")]), counts(4, 0, 2), "a footer of four lines is no row");
    assert_eq!(
        own.ask("SELECT name, owner_id, stage, amount FROM deal_snapshots WHERE next_seen IS NULL ORDER BY name"),
        "name,owner_id,stage,amount Elm,Bob Ray,Prospecting,300.0000 Oak,Ann Lee,Negotiation,1200.0000 \
         Yew,Bob Ray,Closed Won,2500.5000"
    );
    assert_eq!(own.ask("SELECT count(DISTINCT opp_id) AS n FROM deal_snapshots"), "n 3", "Oak is one deal");
    assert_eq!(asked(&own, &["open_pipeline"]), "2026-01 1300.00 (2 of 2)\n2026-02 1300.00 (2 of 2)");
    assert_eq!(asked(&own, &["won"]), "2026-01 2500.50 (1 of 1)\n2026-02 0.00 (0 of 0)");
}

fn reports_beside_the_object() {
    let report = exports("salesforce/reports-with-ids");
    let own = Own::new("reports-beside");
    own.load(&["--snapshot", "2026-03-01", &exports("salesforce/fields"), &report]);
    assert_eq!(own.ask("SELECT count(*) AS n, sum(amount) AS amount FROM deal_snapshots"), "n,amount 3,2000.0000");
    let alone = Own::new("reports-alone");
    assert_eq!(alone.load(&["--snapshot", "2026-03-01", &report]), counts(2, 0, 0));
    assert_eq!(
        alone.ask("SELECT opp_id, owner_id, probability FROM deal_snapshots ORDER BY opp_id"),
        "opp_id,owner_id,probability 0061x0000000001AAA,Ann Lee,0.6000 0061x0000000002AAA,Bob Ray,0.1000",
        "a report's ids have 15 characters"
    );
}

fn under_any_name() {
    let own = Own::new("salesforce-any-name");
    let rows = [
        ("extract.csv", "Id,Name,StageName,Amount,CloseDate,OwnerId,CreatedDate", "Opportunity"),
        ("opportunities_2026.csv", "Id,StageName,CloseDate,OwnerId,CreatedDate", "Opportunity"),
        ("people.csv", "Id,Username,IsActive,UserType,Email", "User"),
        ("members.csv", "Id,CampaignId,ContactId,Status,CreatedDate", "CampaignMember"),
        ("Project__c.csv", "Id,Name,OwnerId,CreatedDate,Status__c", "Project__c"),
    ];
    for (name, header, object) in rows {
        let file = own.file(name, format!("{header}\n0061x0000000001{}\n", ",".repeat(header.matches(',').count())));
        let ran = own.run(&["load", "--dry-run", "--snapshot", "2026-03-01", &file]).ended(0);
        let told: Json = serde_json::from_str(ran.out.lines().next().expect("a line")).expect("JSON");
        assert_eq!((told["source"].as_str(), told["object"].as_str()), (Some("salesforce"), Some(object)), "{name}");
    }
}

/// As a warehouse has it: `_c` for `__c`, `TRUE` beside `true`, midnight behind a date.
fn snake_case() {
    let own = Own::new("snake-case");
    let text = "_fivetran_synced,id,is_deleted,account_id,owner_id,name,stage_name,amount,close_date,is_won,created_date,region_c\n\
                2026-03-01 04:00:00,0061x0000000001AAA,false,,0055j000000utlP,Oak,Prospecting,1000,2026-03-31 00:00:00,FALSE,2026-01-05 09:00:00,North\n\
                2026-03-01 04:00:00,0061x0000000002AAA,TRUE,,0055j000000utlP,Elm,Closed Won,300,2026-01-31 00:00:00,true,2026-01-08 09:00:00,\n";
    let file = own.file("opportunity_data.csv", text);
    assert_eq!(own.load(&["--snapshot", "2026-03-01", &file]), counts(2, 0, 0));
    assert_eq!(
        own.ask("SELECT name, owner_id, close_date, is_won, is_deleted FROM deal_snapshots ORDER BY name"),
        "name,owner_id,close_date,is_won,is_deleted Elm,0055j000000utlPAAQ,2026-01-31,true,true \
         Oak,0055j000000utlPAAQ,2026-03-31,false,false"
    );
    assert_eq!(
        own.ask("SELECT \"region_c\" FROM landing.salesforce_opportunity WHERE \"Name\" = 'Oak'"),
        "region_c North",
        "a custom field keeps its word"
    );
}
