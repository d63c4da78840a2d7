//! Each CRM's own export, small and by hand, in the bytes its vendor writes: `tests/exports/`. The figures are counted by hand.

mod dynamics_zoho;
mod files;
mod found;
mod init_from;
mod init_guesses;
mod init_logs;
mod more;
mod people;
mod recognised;
mod salesforce;
mod views;

use crate::firm::repository;
use crate::loading::lake::{Own, counts};
use crate::story;
use libtest_mimic::Trial;

pub fn stories() -> Vec<Trial> {
    let own = vec![
        story("HubSpot's views tell deals, stages and logins", hubspot),
        story("Pipedrive's lists tell deals and who made what", pipedrive),
        story("Pipedrive's headings may be Czech", pipedrive_in_czech),
        story("Pipedrive's change log tells stages and when they came", pipedrive_change_log),
        story("Zoho's backup is whole, its views are not", zoho),
        story("Dynamics' worksheets tell opportunities and accesses", dynamics),
        story("a list of deals and a login log are enough", plain),
        story("no model and no KPI names a CRM", no_model_names_a_crm),
    ];
    let beside = [
        more::stories(),
        people::stories(),
        recognised::stories(),
        salesforce::stories(),
        files::stories(),
        found::stories(),
        dynamics_zoho::stories(),
        init_from::stories(),
        views::stories(),
        init_guesses::stories(),
        init_logs::stories(),
    ];
    own.into_iter().chain(beside.into_iter().flatten()).collect()
}

/// Where a CRM's exports lie.
pub fn exports(name: &str) -> String {
    repository().join("crates/uptake/tests/exports").join(name).to_string_lossy().into_owned()
}

/// The values of a KPI in January and February 2026, as `2026-01 1400.00 (2 of 3)`, one below the other; or why there are none.
#[track_caller]
pub fn asked(own: &Own, kpi: &[&str]) -> String {
    let months = ["--grain", "month", "--from", "2026-01-01", "--to", "2026-02-28", "--format", "csv"];
    let ran = own.run(&[&["kpi"], kpi, &months].concat());
    if ran.status != 0 {
        return ran.err.trim().to_string();
    }
    let rows = ran.out.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        format!("{} {} ({} of {})", &cells[0][..7], cells[2], cells[3], cells[4])
    });
    rows.collect::<Vec<_>>().join("\n")
}

fn hubspot() {
    let own = Own::new("hubspot");
    assert_eq!(own.load(&[&exports("hubspot")]), counts(18, 0, 2), "two of four deals are as they were");
    let moves = "SELECT concat(opp_id, ' ', coalesce(from_stage, ''), '>', to_stage, ' ', CAST(ts AS TEXT)) AS move \
                 FROM stage_changes WHERE opp_id IN ('101', '103') ORDER BY opp_id, seq";
    assert_eq!(
        own.ask(moves),
        "move 101 >Appointment Scheduled 2026-01-05T08:00:00Z \
         101 Appointment Scheduled>Contract Sent 2026-02-10T08:00:00Z \
         103 >Appointment Scheduled 2026-01-10T07:15:00Z \
         103 Appointment Scheduled>Contract Sent 2026-01-16T07:00:00Z \
         103 Contract Sent>Closed Lost 2026-02-19T23:00:00Z",
        "the account's zone is the project's; no column tells of Closed Lost, the close date does"
    );
    assert_eq!(own.ask("SELECT DISTINCT method FROM stage_changes"), "method wide_column");
    // Oak 1000 and Ash 400; in February Oak is 1200 and Ash is lost. Pine has no amount.
    assert_eq!(asked(&own, &["open_pipeline"]), "2026-01 1400.00 (2 of 3)\n2026-02 1200.00 (1 of 2)");
    assert_eq!(asked(&own, &["won"]), "2026-01 2500.50 (1 of 1)\n2026-02 0.00 (0 of 0)");
    // Carter and Dana of the three whom the users' export lists; HubSpot's own tools are nobody. January had no log.
    let february = asked(&own, &["active_people", "--basis", "login"]);
    assert!(february.ends_with("2026-02 0.6666666666666666 (2 of 3)"), "{february}");
    assert!(
        asked(&own, &["active_people"]).contains("needs the CRM's records (not loaded)"),
        "no export names who made what"
    );
    assert_eq!(
        own.ask("SELECT account_id, contact_id FROM contacts ORDER BY contact_id"),
        "account_id,contact_id 501,9001 502,9002",
        "the first of several associations"
    );
    assert_eq!(
        own.ask("SELECT \"Favourite_colour\" FROM landing.hubspot_deals WHERE hs_object_id = '101' LIMIT 1"),
        "Favourite_colour red",
        "unknown columns are kept as text"
    );
}

fn pipedrive() {
    let own = Own::new("pipedrive");
    assert_eq!(own.load(&[&exports("pipedrive")]), counts(12, 0, 3));
    own.ask("SELECT 1");
    // Oak 1000 and Yew 300; Pine is in crowns. Yew was won on 20 February, seen in the list of 1 March.
    assert_eq!(asked(&own, &["open_pipeline"]), "2026-01 1300.00 (2 of 3)\n2026-02 1300.00 (2 of 3)");
    assert_eq!(asked(&own, &["won"]), "2026-01 2500.50 (1 of 1)\n2026-02 300.00 (1 of 1)");
    // Both made something in January; in February only Bob, an activity.
    assert_eq!(asked(&own, &["active_people"]), "2026-01 1 (2 of 2)\n2026-02 0.5 (1 of 2)");
    assert!(asked(&own, &["active_people", "--basis", "login"]).contains("needs a login log (not loaded)"));
    assert_eq!(
        own.ask("SELECT activity_id, occurred_on, duration_s, opp_id, account_id FROM activities ORDER BY 1"),
        "activity_id,occurred_on,duration_s,opp_id,account_id 31,2026-01-13,1800,1,21 32,,3600,,22",
        "an activity that is done was so on its due date"
    );
    assert_eq!(
        own.ask("SELECT DISTINCT method FROM stage_changes"),
        "method snapshot_diff",
        "a list of deals tells no history"
    );
}

fn pipedrive_in_czech() {
    let own = Own::new("pipedrive-czech");
    assert_eq!(own.load(&[&exports("pipedrive-czech")]), counts(1, 0, 0));
    assert_eq!(
        own.ask("SELECT name, stage, amount, owner_id, is_closed FROM deal_snapshots"),
        "name,stage,amount,owner_id,is_closed Dub,Kvalifikace,1500.0000,Jan Novák,false"
    );
}

/// Through the API stages and owners are numbers.
fn pipedrive_change_log() {
    let own = Own::new("pipedrive-log");
    let deals = "id,title,value,currency,stage_id,status,add_time,update_time,won_time,user_id\n\
                 1,Oak,100,EUR,3,won,2026-01-05 08:27:53,2026-01-20 08:00:00,2026-01-20 08:00:00,77\n";
    let users = "id,name,email,active_flag,last_login\n77,Ann Lee,ann@firm.example,true,2026-02-20 09:00:00\n";
    let stages = "id,order_nr,name\n3,1,Qualified\n4,2,Proposal\n";
    let log = "deal_id,change_time,changed_field_key,new_value\n1,2026-01-05 08:27:53,add_time,2026-01-05 08:27:53\n\
               1,2026-01-05 08:27:53,stage_id,3\n1,2026-01-12 09:00:00,stage_id,4\n1,2026-01-20 08:00:00,status,won\n";
    let files = [("deals", deals), ("users", users), ("stages", stages), ("flow", log)];
    let files = files.map(|(name, text)| own.file(&format!("2026-03-01/{name}.csv"), text));
    assert_eq!(own.load(&files.each_ref().map(String::as_str)), counts(8, 0, 0));
    let moves =
        "SELECT concat(coalesce(from_stage, ''), '>', to_stage, ' ', method) AS move FROM stage_changes ORDER BY seq";
    assert_eq!(own.ask(moves), "move >Qualified log Qualified>Proposal log Proposal>Won log");
    assert_eq!(asked(&own, &["won"]), "2026-01 100.00 (1 of 1)\n2026-02 0.00 (0 of 0)");
    assert_eq!(own.ask("SELECT owner_id FROM deal_snapshots"), "owner_id Ann Lee");
}

fn zoho() {
    let own = Own::new("zoho");
    assert_eq!(own.load(&[&exports("zoho")]), counts(12, 0, 2), "a blank last line is no row");
    let gone = "SELECT name FROM deal_snapshots WHERE gone ORDER BY name";
    assert_eq!(own.ask(gone), "name Pine", "it is in neither part of the second backup");
    assert_eq!(asked(&own, &["open_pipeline"]), "2026-01 1250.00 (2 of 2)\n2026-02 1250.00 (2 of 2)");
    assert_eq!(asked(&own, &["won"]), "2026-01 2500.50 (1 of 1)\n2026-02 0.00 (0 of 0)");
    // Ann changed Oak, Bob an account and a note; Cy is inactive.
    assert_eq!(asked(&own, &["active_people"]), "2026-01 1 (2 of 2)\n2026-02 1 (2 of 2)");
    assert!(asked(&own, &["activities_added"]).contains("not loaded"));
    // A view of the list, with its own headings: Oak is won, the others are not gone.
    assert_eq!(own.load(&[&exports("zoho-view/Deals_2026_04_01.csv")]), counts(1, 0, 0));
    assert_eq!(own.ask(gone), "name Pine");
    let oak = "SELECT opp_id, owner_id, account_id, amount, stage FROM deal_snapshots WHERE name = 'Oak' AND next_seen IS NULL";
    assert_eq!(
        own.ask(oak),
        "opp_id,owner_id,account_id,amount,stage \
         404427000000000101,404427000000000001,404427000000000501,1100.0000,Closed Won",
        "one id with and without its prefix, though no floating number can hold it"
    );
}

fn dynamics() {
    let own = Own::new("dynamics");
    assert_eq!(own.load(&[&exports("dynamics")]), counts(14, 0, 3), "one Topic is two opportunities");
    own.ask("SELECT 1");
    assert_eq!(asked(&own, &["open_pipeline"]), "2026-01 1250.00 (2 of 2)\n2026-02 1250.00 (2 of 2)");
    // What it brought, not the estimate of 2,000.00.
    assert_eq!(asked(&own, &["won"]), "2026-01 2500.50 (1 of 1)\n2026-02 0.00 (0 of 0)");
    let february = asked(&own, &["active_people", "--basis", "login"]);
    assert!(february.ends_with("2026-02 1 (2 of 2)"), "{february}");
    assert_eq!(
        own.ask("SELECT user_id, channel FROM logins ORDER BY ts"),
        "user_id,channel Ann Lee,web Bob Ray,web Deal Close Agent,api",
        "two access windows of one day are one coming"
    );
    assert_eq!(
        own.ask("SELECT user_id FROM left_out"),
        "user_id Deal Close Agent",
        "a non-interactive user is no person"
    );
}

fn plain() {
    let own = Own::new("plain");
    let roster = "employee_number,email,name,grade,valid_from\n\
                  1,moses.frase@firm.example,Moses Frase,Partner,2025-01-01\n\
                  2,darcel.kelly@firm.example,Darcel Kelly,Associate,2025-01-01\n";
    let roster = own.file("2026-02-01/roster.csv", roster);
    assert_eq!(own.load(&[&exports("plain"), &roster]), counts(9, 0, 0));
    own.ask("SELECT 1");
    assert_eq!(asked(&own, &["won"]).lines().next(), Some("2026-01 1054.00 (1 of 1)"));
    // The owner by name and the user by e-mail are one person of the roster.
    let january = asked(&own, &["active_people", "--basis", "login"]);
    assert!(january.starts_with("2026-01 1 (2 of 2)"), "{january}");
    let grades = own.run(&[
        "kpi",
        "won",
        "--grain",
        "month",
        "--from",
        "2026-01-01",
        "--to",
        "2026-01-31",
        "--by",
        "grade",
        "--format",
        "csv",
    ]);
    assert!(grades.ended(0).out.contains("Partner,1054.00"), "an owner's name has the grade of the roster");
}

fn no_model_names_a_crm() {
    let names = ["salesforce", "hubspot", "pipedrive", "dynamics", "zoho"];
    for folder in ["queries/models", "queries/kpis"] {
        for (path, bytes) in crate::firm::tree(&repository().join(folder)) {
            let text = String::from_utf8_lossy(&bytes).to_lowercase();
            let is_query = path.extension().is_some_and(|e| e == "sql");
            assert!(!is_query || !names.iter().any(|name| text.contains(name)), "{folder}/{}", path.display());
        }
    }
}
