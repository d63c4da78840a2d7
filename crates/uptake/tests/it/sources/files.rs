//! Lists and logs of no CRM in particular, rosters, leave, and the histories that a connector or an audit keeps: `tests/exports/`.

use super::{asked, exports};
use crate::loading::lake::{Own, counts};
use crate::story;
use libtest_mimic::Trial;
use serde_json::Value as Json;

pub fn stories() -> Vec<Trial> {
    vec![
        story("every kind of plain file lands as what it is", every_kind),
        story("tickets are cases, mailings are touches, logs of mail and calls are captured activities", mapped_kinds),
        story("invoices and candidates are no deals", no_deals),
        story("a log of usernames and times is no CRM's", a_generic_log),
        story("a list without ids knows its deals again", deals_without_ids),
        story("a CRM's view without ids knows its deals again", views_without_ids),
        story("a roster may be a report of Workday", workday_report),
        story("a roster may be Workday's positions", workday_tables),
        story("leave is days, and one that ends before it begins is none", absences),
        story("HubSpot's history of properties tells loops and back moves", hubspot_history),
        story("Dynamics' audit tells stages and its closures when", dynamics_audit),
        story("Pipedrive's owner may be nested", pipedrive_json),
    ]
}

/// Which source and object each file was taken for, in the order of the files.
#[track_caller]
fn taken(own: &Own, path: &str) -> Vec<String> {
    let ran = own.run(&["load", path]).ended(0);
    let word = |file: &Json, key: &str| file[key].as_str().expect("a word").to_string();
    let told = ran.out.lines().map(|line| serde_json::from_str::<Json>(line).expect("a JSON line"));
    let mut all: Vec<(String, String)> = told.map(|file| (word(&file, "file"), word(&file, "object"))).collect();
    all.sort();
    all.into_iter().map(|(_, object)| object).collect()
}

fn every_kind() {
    let own = Own::new("every-kind");
    let objects = [
        "audit_samples",
        "calendar_log",
        "call_log",
        "charge_codes",
        "calendar",
        "forecasts",
        "habit_agreements",
        "interventions",
        "invoices",
        "legacy_events",
        "legacy_systems",
        "licences",
        "login_log",
        "mail_log",
        "feedback",
        "orders",
        "survey_responses",
        "fx_rates",
        "sends",
        "trainings",
        "tickets",
    ];
    assert_eq!(taken(&own, &exports("plain-kinds")), objects);
    assert_eq!(
        own.ask("SELECT sum(landed) AS landed, sum(rejected) AS rejected FROM loads"),
        "landed,rejected 34,2",
        "the two further lines of headings that a survey's download has are no answers"
    );
    assert_eq!(
        own.ask("SELECT sum(amount) AS sum, max(invoice_date) AS last FROM landing.plain_invoices"),
        "sum,last 1500.5000,2026-02-15"
    );
    assert_eq!(
        own.ask("SELECT count(quality_approved_at) AS approved, count(*) AS n FROM landing.plain_charge_codes"),
        "approved,n 1,2"
    );
    assert_eq!(own.ask("SELECT avg(nps) AS nps FROM landing.plain_feedback"), "nps 7.50000000");
    assert_eq!(own.ask("SELECT count(*) AS n FROM deal_snapshots"), "n 0");
    assert_eq!(
        own.ask("SELECT user_id, outcome FROM logins ORDER BY ts"),
        "user_id,outcome ann@firm.example,success bob@firm.example,failed"
    );
}

fn mapped_kinds() {
    let own = Own::new("mapped-kinds");
    own.run(&["load", &exports("plain-kinds")]).ended(0);
    assert_eq!(
        own.ask("SELECT case_id, owner_id, is_closed, closed_ts FROM cases ORDER BY case_id"),
        "case_id,owner_id,is_closed,closed_ts 31,bob ray,true,2026-02-04T09:30:00Z 32,bob ray,false,"
    );
    assert_eq!(
        own.ask("SELECT campaign_id, status, has_responded FROM campaign_touches ORDER BY status"),
        "campaign_id,status,has_responded Spring letter,clicked,true Spring letter,delivered,false"
    );
    assert_eq!(
        own.ask("SELECT type, owner_id, occurred_ts, duration_s, origin FROM activities ORDER BY occurred_ts"),
        "type,owner_id,occurred_ts,duration_s,origin email,ann@firm.example,2026-02-06T09:00:00Z,,auto_capture \
         call,bob@firm.example,2026-02-06T10:00:00Z,330,auto_capture \
         meeting,ann@firm.example,2026-02-09T09:00:00Z,3600,auto_capture",
        "a mail to two is one; what is private or was cancelled is none"
    );
}

fn no_deals() {
    let own = Own::new("no-deals");
    let header = "Invoice,Client,Amount,Stage,Due Date";
    let file = own.file("list.csv", format!("{header}\nR-1,Oak Ltd,1200,Final,2026-02-15\n"));
    let ran = own.run(&["load", "--dry-run", "--snapshot", "2026-03-01", &file]).ended(0);
    assert!(ran.out.contains("\"object\":\"invoices\""), "{}", ran.out);
    for header in ["Candidate,Position,Stage,Start Date", "Candidate,Client,Stage,Start Date,Recruiter"] {
        let file = own.file("candidates.csv", format!("{header}\nx{}\n", ",x".repeat(header.matches(',').count())));
        let told = own.refused(&["--dry-run", "--snapshot", "2026-03-01", &file]);
        assert!(told.contains("no source knows this file"), "{header}: {told}");
    }
}

fn a_generic_log() {
    let own = Own::new("generic-log");
    for header in ["username,login_time,status", "Username,Login Time,Status", "User,Login Time,IP Address,Browser"] {
        let rest = ",x".repeat(header.matches(',').count() - 1);
        let file = own.file("log.csv", format!("{header}\nann@firm.example,2026-02-03 08:00{rest}\n"));
        let ran = own.run(&["load", "--dry-run", "--snapshot", "2026-03-01", &file]).ended(0);
        assert!(ran.out.contains("\"source\":\"plain\",\"object\":\"login_log\""), "{header}: {}", ran.out);
    }
}

/// Oak is worth more in the second list, and has moved on: it is one deal.
fn deals_without_ids() {
    let own = Own::new("deals-without-ids");
    assert_eq!(own.load(&[&exports("plain-without-ids")]), counts(3, 0, 1));
    let moves = "SELECT concat(split_part(opp_id, chr(31), 1), ' ', coalesce(from_stage, ''), '>', to_stage) AS move \
                 FROM stage_changes ORDER BY opp_id, seq";
    assert_eq!(own.ask(moves), "move Elm >Prospecting Oak >Prospecting Oak Prospecting>Negotiation");
    assert_eq!(asked(&own, &["open_pipeline"]), "2026-01 1300.00 (2 of 2)\n2026-02 1500.00 (2 of 2)");
}

/// Oak is worth more in the second view, which is whole: it is not gone, and no second deal.
fn views_without_ids() {
    for (crm, header, before, after) in [
        (
            "dynamics",
            "Topic,Est. revenue,Sales Stage,Status,Owner,Created On",
            "Oak,5,Qualify,Open,Ann,2026-01-05 09:00",
            "Oak,8,Develop,Open,Ann,2026-01-05 09:00",
        ),
        (
            "pipedrive",
            "Deal - Title,Deal - Value,Deal - Stage,Deal - Status,Deal - Owner,Deal - Deal created",
            "Oak,5,Qualify,Open,Ann,2026-01-05 09:00",
            "Oak,8,Develop,Open,Ann,2026-01-05 09:00",
        ),
    ] {
        let own = Own::new(&format!("without-ids-{crm}"));
        let view = |name: &str, row: &str| own.file(name, format!("{header}\n{row}\n"));
        own.load(&["--snapshot", "2026-03-01", &view("a.csv", before)]);
        own.load(&["--complete", "--snapshot", "2026-03-08", &view("b.csv", after)]);
        let deals =
            "SELECT count(DISTINCT opp_id) AS deals, sum(amount) AS amount, bool_or(gone) AS gone FROM deal_snapshots";
        assert_eq!(own.ask(deals), "deals,amount,gone 1,13.0000,false", "{crm}");
        assert_eq!(own.ask("SELECT amount FROM deal_snapshots WHERE next_seen IS NULL"), "amount 8.0000", "{crm}");
    }
}

fn workday_report() {
    let own = Own::new("workday-report");
    assert_eq!(own.load(&[&exports("workday")]), counts(2, 0, 0));
    assert_eq!(
        own.ask("SELECT employee_number, name, email, grade, department, office, fte FROM roster ORDER BY 1"),
        "employee_number,name,email,grade,department,office,fte \
         1,Ann Lee,ann@firm.example,Partner,Sales,Frankfurt,1.0000 \
         2,Bob Ray,bob@firm.example,Associate,Sales,Berlin,0.8000"
    );
    assert_eq!(
        own.ask("SELECT employee_number, valid_from, valid_to FROM absences"),
        "employee_number,valid_from,valid_to 2,2026-03-01,",
        "the flag says that, and never why"
    );
}

/// Ann changed her position with the year, Bob left on 31 January. A second job is none of the roster's.
fn workday_tables() {
    let own = Own::new("workday-tables");
    assert_eq!(own.load(&[&exports("workday-tables")]), counts(12, 0, 0));
    assert_eq!(
        own.ask("SELECT employee_number, email, name, job_family, fte, valid_from, valid_to FROM roster ORDER BY 1, 6"),
        "employee_number,email,name,job_family,fte,valid_from,valid_to \
         10010,ann@firm.example,Ann Lee,Adviser,1.0000,2020-03-01,2026-01-01 \
         10010,ann@firm.example,Ann Lee,Director,1.0000,2026-01-01, \
         10011,bob@firm.example,Bob Ray,Adviser,0.8000,2020-03-01,2026-02-01"
    );
}

fn absences() {
    let own = Own::new("absences");
    assert_eq!(own.load(&[&exports("absences")]), counts(3, 0, 0));
    assert_eq!(
        own.ask("SELECT employee_number, email, valid_from, valid_to FROM absences ORDER BY valid_from"),
        "employee_number,email,valid_from,valid_to 1,,2026-02-02,2026-02-07 ,bob@firm.example,2026-02-16,2026-02-17",
        "from the first day to the last, which is one of them"
    );
    let workday = "leave_request_event_id,worker_id,child_birth_date,leave_start_date,leave_end_date\n1,w1,2026-01-01,2026-01-02,2026-02-02\n";
    let told = own.refused(&["--snapshot", "2026-03-01", &own.file("worker_leave_status.csv", workday)]);
    assert!(told.contains("no source knows this file"), "what tells of births is not taken in: {told}");
}

/// A deal that went forth, back and forth again; the columns "Date entered …" would tell each stage once.
fn hubspot_history() {
    let own = Own::new("hubspot-history");
    assert_eq!(own.load(&[&exports("hubspot-history")]), counts(18, 0, 0));
    let moves = "SELECT concat(opp_id, ' ', coalesce(from_stage, ''), '>', to_stage, ' ', CAST(ts AS TEXT)) AS move \
                 FROM stage_changes ORDER BY opp_id, seq";
    assert_eq!(
        own.ask(moves),
        "move 101 >Qualified 2026-01-05T08:00:00Z \
         101 Qualified>Contract Sent 2026-01-20T10:00:00Z \
         101 Contract Sent>Qualified 2026-01-25T09:05:00Z \
         101 Qualified>Contract Sent 2026-02-02T10:00:00Z \
         101 Contract Sent>Closed Won 2026-02-20T15:00:00Z \
         102 >Qualified 2026-01-08T08:00:00Z",
        "these times are in UTC"
    );
    assert_eq!(own.ask("SELECT DISTINCT method FROM stage_changes"), "method log");
    assert_eq!(asked(&own, &["open_pipeline"]), "2026-01 1300.00 (2 of 2)\n2026-02 300.00 (1 of 1)");
    assert_eq!(asked(&own, &["won"]), "2026-01 0.00 (0 of 0)\n2026-02 1200.00 (1 of 1)");
    assert_eq!(
        own.ask("SELECT type, owner_id, opp_id, occurred_ts FROM activities"),
        "type,owner_id,opp_id,occurred_ts call,Ann Lee,101,2026-02-03T08:30:00Z",
        "an owner is a number, and the list of owners names it; a connector's times are in UTC"
    );
    assert_eq!(own.ask("SELECT user_id, email FROM crm_users"), "user_id,email Ann Lee,ann@firm.example");
    assert_eq!(
        own.ask("SELECT opp_id, account_id FROM deal_snapshots ORDER BY opp_id"),
        "opp_id,account_id 101,501 102,",
        "of two companies the primary one"
    );
}

/// Of Oak the audit tells a stage and the closure its end; of Elm there is the closure only: it was open until then.
fn dynamics_audit() {
    let own = Own::new("dynamics-audit");
    assert_eq!(own.load(&[&exports("dynamics-audit")]), counts(12, 0, 0));
    let moves = "SELECT concat(opp_id, ' ', coalesce(from_stage, ''), '>', to_stage, ' ', CAST(ts AS TEXT), ' ', method) AS move \
                 FROM stage_changes ORDER BY opp_id, seq";
    assert_eq!(
        own.ask(moves),
        "move o-1 >Qualify 2026-01-05T09:00:00Z log o-1 Qualify>Develop 2026-01-20T10:00:00Z log \
         o-1 Develop>Won 2026-02-20T15:00:00Z log o-2 >Lost 2026-01-08T09:00:00Z snapshot_diff"
    );
    assert_eq!(
        own.ask("SELECT opp_id, close_date, last_stage_change_ts FROM deal_snapshots ORDER BY 1"),
        "opp_id,close_date,last_stage_change_ts o-1,2026-02-20,2026-02-20T15:00:00Z o-2,2026-02-10,2026-02-10T11:00:00Z"
    );
    assert_eq!(asked(&own, &["open_pipeline"]), "2026-01 1300.00 (2 of 2)\n2026-02 0.00 (0 of 0)");
    // What it brought, not the estimate of 1,000.00.
    assert_eq!(asked(&own, &["won"]), "2026-01 0.00 (0 of 0)\n2026-02 1150.50 (1 of 1)");
}

fn pipedrive_json() {
    let own = Own::new("pipedrive-json");
    assert_eq!(own.load(&[&exports("pipedrive-json")]), counts(1, 0, 0));
    assert_eq!(
        own.ask("SELECT opp_id, owner_id, account_id, created_by FROM deal_snapshots"),
        "opp_id,owner_id,account_id,created_by 1,Ann Lee,5,Bob Ray"
    );
}
