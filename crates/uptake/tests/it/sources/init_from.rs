//! `uptake init --from`: files that nobody has seen, small and by hand. The figures are counted by hand.

use crate::firm::{Ran, fresh, on, uptake};
use crate::loading::lake::{Own, counted, counts};
use crate::story;
use libtest_mimic::Trial;
use std::fs;

pub fn stories() -> Vec<Trial> {
    vec![
        story("init --from: four re-saves of one list of deals give the same figures", four_re_saves),
        story("init --from: a log of states is one of cases or of deals", logs_of_states),
        story("init --from: a login log with other headings tells who came", login_log),
        story("init --from: what can be read in two ways is decided by a person", ambiguous),
        story("init --from: what a source knows already is said and not written", known_already),
        story("init --from: a source that is there is never overwritten", never_overwritten),
        story("init --from: a workbook and a JSON are looked into as a CSV is", other_forms),
        story("init --from: what nobody understands lands whole", lands_whole),
        story("init --from: a file that no source knows is told the way to one", told_the_way),
        story("init --from: lists of people and of customers are told apart", people_and_customers),
        story("init --from: states may be numbers, and many", numbered_states),
        story("init --from: the code 0 of a sign-in is no failure", codes_of_errors),
        story("init --from: a job is no name and a telephone no id", jobs_and_telephones),
        story("init --from: what only ties ids together is no list of anything", associations),
        story("init --from: a log of days tells who came on which", log_of_days),
        story("init --from: a status tells more ends than the stage beside it", status_beside_stage),
        story("init --from: one file says the order of dates for its like", order_by_another),
    ]
}

/// Writes a source for files, finds no mistake in it, and loads them.
#[track_caller]
pub fn taken(own: &Own, files: &[&str]) -> Ran {
    let ran = own.run(&[&["init", "--from"], files].concat()).ended(0);
    own.run(&["check"]).ended(0);
    ran
}

/// The text of a file of the project.
pub fn text(own: &Own, path: &str) -> String {
    fs::read_to_string(own.project().join("queries/sources").join(path)).expect("it was written")
}

/// The months of a KPI in 2017, as `03 5568.00 (2 of 2)`.
#[track_caller]
fn months(own: &Own, kpi: &[&str]) -> String {
    let of = ["--grain", "month", "--from", "2017-03-01", "--to", "2017-04-30", "--format", "csv"];
    let ran = own.run(&[&["kpi"], kpi, &of].concat()).ended(0);
    let rows = ran.out.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        format!("{} {} ({} of {})", &cells[0][5..7], cells[2], cells[3], cells[4])
    });
    rows.collect::<Vec<_>>().join("\n")
}

/// Moses and Darcel won 1,054 and 4,514 in March, Anna 500 in April; Darcel lost one in March; two are open.
const DEALS: [[&str; 8]; 6] = [
    ["1C1I7A6R", "Moses Frase", "GTX Plus Basic", "Cancity", "Won", "2016-10-20", "2017-03-01", "1054"],
    ["Z063OYW0", "Darcel Kelly", "GTXPro", "Isdom", "Won", "2016-10-25", "2017-03-11", "4514"],
    ["EC4QE1BX", "Darcel Kelly", "MG Special", "Cancity", "Lost", "2016-11-02", "2017-03-20", "0"],
    ["MV1LWRNH", "Moses Frase", "GTX Basic", "Codehow", "Engaging", "2017-01-14", "", ""],
    ["PE84CX4O", "Moses Frase", "GTX Basic", "", "Prospecting", "", "", ""],
    ["ZNBS69V1", "Anna Snelling", "MG Special", "Isdom", "Won", "2017-02-03", "2017-04-11", "500"],
];

/// How a date is written.
type Writes<'w> = &'w dyn Fn(&str) -> String;

fn four_re_saves() {
    let us = |d: &str| format!("{}/{}/{}", &d[5..7], &d[8..10], &d[..4]);
    let iso = |d: &str| d.to_string();
    let short = |d: &str| format!("{}-{}-{}", &d[8..10], &d[5..7], &d[2..4]);
    let serial = |d: &str| {
        let day: chrono::NaiveDate = d.parse().expect("a day");
        (day - chrono::NaiveDate::from_ymd_opt(1899, 12, 30).expect("a day")).num_days().to_string()
    };
    let ways: [(&str, Writes); 4] = [("us", &us), ("iso", &iso), ("short", &short), ("serial", &serial)];
    for (name, way) in ways {
        let own = Own::new(&format!("re-saved-{name}"));
        let mut csv =
            "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n".to_string();
        for deal in DEALS {
            let date = |d: &str| if d.is_empty() { String::new() } else { way(d) };
            let (begin, end) = (date(deal[5]), date(deal[6]));
            csv += &[&deal[..5], &[&begin, &end, deal[7]]].concat().join(",");
            csv.push('\n');
        }
        let file = own.file("sales_pipeline.csv", csv);
        taken(&own, &[&file]);
        assert_eq!(own.load(&[&file]), counts(6, 0, 0), "{name}: dated by the newest day on which a deal ended");
        own.run(&["build"]).ended(0);
        assert_eq!(months(&own, &["won"]), "03 5568.00 (2 of 2)\n04 500.00 (1 of 1)", "{name}");
        assert_eq!(months(&own, &["open_pipeline", "--measure", "count"]), "03 2 (1 of 2)\n04 2 (0 of 2)", "{name}");
        let rate = months(&own, &["win_rate"]);
        assert!(rate.starts_with("03 0.6666") && rate.contains("(2 of 3)"), "{name}: {rate}");
        assert_eq!(own.ask("SELECT stage FROM stages ORDER BY ord"), "stage Prospecting Engaging Won Lost", "{name}");
        let toml = text(&own, "sales_pipeline/source.toml");
        assert_eq!(toml.contains("\ndate_order = \"mdy\""), name == "us", "{toml}");
        assert!(toml.contains("key = [\"opportunity_id\"]  # 6 rows, and no two have the same"), "{toml}");
    }
}

fn logs_of_states() {
    let own = Own::new("log-of-cases");
    let file = own.file(
        "vorgaenge.csv",
        "Ticket;Status;Zeitpunkt;Bearbeiter\nT-1;Neu;02.03.2026 09:00;Ann\nT-1;In Bearbeitung;02.03.2026 10:00;Ann\n\
         T-1;Geschlossen;03.03.2026 15:00;Bob\nT-2;Neu;04.03.2026 09:00;?\nT-2;In Bearbeitung;05.03.2026 09:30;Bob\n\
         T-2;In Bearbeitung;05.03.2026 09:30;Bob\nT-3;Neu;13.03.2026 08:00;Bob\n",
    );
    let told = taken(&own, &[&file]).err;
    assert!(told.contains("a log of the states of cases") && told.contains("states of deals"), "{told}");
    assert!(own.project().join("queries/sources/vorgaenge/deal_history.sql.off").is_file());
    assert_eq!(own.load(&[&file]), counts(7, 0, 0), "what came twice in a minute happened twice");
    assert_eq!(
        own.ask("SELECT case_id, status, is_closed, closed_ts FROM cases ORDER BY case_id"),
        "case_id,status,is_closed,closed_ts T-1,Geschlossen,true,2026-03-03T14:00:00Z T-2,In Bearbeitung,false, T-3,Neu,false,",
    );
    assert_eq!(
        own.ask("SELECT user_id, count(*) AS n FROM stamps GROUP BY user_id ORDER BY user_id"),
        "user_id,n ann,2 bob,4",
        "? is nobody"
    );

    let own = Own::new("log-of-deals");
    let file = own.file(
        "stages.csv",
        "opportunity,new stage,changed at\nO1,Qualified,2026-01-05T09:00:00Z\nO1,Proposal,2026-01-12T09:00:00Z\n\
         O1,Closed Won,2026-01-20T09:00:00Z\nO2,Qualified,2026-01-06T09:00:00Z\nO2,Closed Lost,2026-01-30T09:00:00Z\n\
         O3,Qualified,2026-01-07T09:00:00Z\n",
    );
    taken(&own, &[&file]);
    assert_eq!(own.load(&[&file]), counts(6, 0, 0));
    let moves = "SELECT concat(opp_id, ' ', coalesce(from_stage, ''), '>', to_stage) AS move FROM stage_changes ORDER BY opp_id, seq";
    assert_eq!(
        own.ask(moves),
        "move O1 >Qualified O1 Qualified>Proposal O1 Proposal>Closed Won O2 >Qualified O2 Qualified>Closed Lost O3 >Qualified"
    );
    assert_eq!(
        own.ask("SELECT opp_id, is_closed, is_won, close_date FROM deal_snapshots ORDER BY opp_id"),
        "opp_id,is_closed,is_won,close_date O1,true,true,2026-01-20 O2,true,false,2026-01-30 O3,false,false,"
    );
}

fn login_log() {
    let own = Own::new("odd-log");
    // Ann three times, of which one failed, and a row of her going; Bob twice.
    let file = own.file(
        "zugriffe.tsv",
        "Kolleg:in (UPN)\tTag\tUhrzeit\tVorgang\tErgebnis\nann@firm.example\t03/02/2026\t9:15 AM\tLogin\tOK\n\
         ann@firm.example\t03/02/2026\t5:00 PM\tLogout\tOK\nANN@firm.example\t03/13/2026\t8:00 AM\tLogin\tDenied\n\
         ann@firm.example\t03/13/2026\t8:01 AM\tLogin\tOK\nbob@firm.example\t03/03/2026\t11:00 PM\tLogin\tOK\n\
         bob@firm.example\t03/16/2026\t9:00 AM\tLogin\tOK\n",
    );
    let told = taken(&own, &[&file]).err;
    assert!(told.contains("a log of logins"), "{told}");
    assert_eq!(own.load(&[&file]), counts(6, 0, 0));
    assert_eq!(
        own.ask("SELECT user_id, ts, outcome FROM logins ORDER BY ts"),
        "user_id,ts,outcome ann@firm.example,2026-03-02T08:15:00Z,success bob@firm.example,2026-03-03T22:00:00Z,success \
         ann@firm.example,2026-03-13T07:00:00Z,failed ann@firm.example,2026-03-13T07:01:00Z,success \
         bob@firm.example,2026-03-16T08:00:00Z,success",
        "day and clock together, in the firm's zone"
    );
    let month = ["--grain", "month", "--from", "2026-03-01", "--to", "2026-03-31", "--format", "csv"];
    let ran = own.run(&[&["kpi", "logins_by_unique_person"][..], &month].concat()).ended(0);
    assert!(ran.out.contains("2026-03-01,2026-03-31,2,4,2"), "{}", ran.out);
}

fn ambiguous() {
    let own = Own::new("ambiguous");
    let file = own.file(
        "2026-06-01/chancen.csv",
        "Chance;Phase;Betrag;Abschlussdatum;Verkäufer\nEiche;Angebot;1.234;03/04/2026;Ann\nAhorn;Gewonnen;5.678;05/06/2026;Bob\n",
    );
    let told = taken(&own, &[&file]).err;
    assert!(told.contains("2 lines to decide") && told.contains("03/04/2026 may be two days"), "{told}");
    let path = own.project().join("queries/sources/chancen/source.toml");
    let refused = own.refused(&[&file]);
    assert!(refused.contains("3 April 2026 (dmy) or 4 March 2026 (mdy)"), "{refused}");
    assert!(refused.contains("queries/sources/chancen/source.toml"), "it names the file to correct: {refused}");
    let toml = fs::read_to_string(&path).expect("written");
    assert!(toml.contains("\n# DECIDE \"Abschlussdatum\""), "{toml}");
    let decided = toml
        .replace("# date_order = \"dmy\"", "date_order = \"dmy\"")
        .replace("# decimal = \"comma\"", "decimal = \"comma\"");
    fs::write(&path, decided).expect("written");
    assert_eq!(own.load(&[&file]), counts(2, 0, 0));
    assert_eq!(
        own.ask("SELECT name, amount, close_date, is_won FROM deal_snapshots ORDER BY name"),
        "name,amount,close_date,is_won Ahorn,5678.0000,2026-06-05,true Eiche,1234.0000,2026-04-03,false"
    );
}

fn known_already() {
    let own = Own::new("known-already");
    let file = super::exports("hubspot/hubspot-crm-exports-all-deals-2026-02-01.csv");
    let ran = own.run(&["init", "--from", &file]).ended(0);
    assert!(ran.err.contains("this is HubSpot, deals") && ran.err.contains("load it"), "{}", ran.err);
    assert!(!own.project().join("queries").exists(), "nothing was written");
    own.run(&["init", "--from", &file, "--name", "mine", "--anyway"]).ended(0);
    own.run(&["check"]).ended(0);
    assert!(own.project().join("queries/sources/mine/source.toml").is_file());
}

fn never_overwritten() {
    let dir = fresh("init-from-anew").join("p");
    let project = dir.to_string_lossy().into_owned();
    let own = Own::new("never-overwritten");
    let file = own.file("besuche.csv", "user,at\nann,2026-01-05 09:00\nann,2026-01-06 09:00\nbob,2026-01-05 10:00\n");
    let ran = uptake(&["init", "--from", &file, &project]).ended(0);
    assert!(ran.err.contains("wrote a project into") && dir.join("uptake.toml").is_file(), "{}", ran.err);
    let source = dir.join("queries/sources/besuche/source.toml");
    let before = fs::read(&source).expect("written");
    let again = |args: &[&str]| on(&dir, &[&["init", "--from", &file], args].concat());
    let known = again(&[]).ended(0);
    assert!(known.err.contains("this is besuche, login_log"), "the project knows it now: {}", known.err);
    let second = again(&["--anyway"]).ended(1);
    assert!(second.err.contains("--name OTHER") && second.err.contains("nothing was changed"), "{}", second.err);
    assert_eq!(fs::read(&source).expect("it is there"), before);
    let printed = again(&["--anyway", "--name", "visits", "--dry-run"]).ended(0);
    assert!(printed.out.contains("queries/sources/visits/logins.sql"), "{}", printed.out);
    assert!(!dir.join("queries/sources/visits").exists(), "it was only printed");
    again(&["--name", "No Name"]).ended(2);
    assert_eq!(counted(&on(&dir, &["load", &file]).ended(0)), counts(3, 0, 0));
}

fn other_forms() {
    let own = Own::new("init-other-forms");
    let rows = [["Ann", "2026-02-03 09:00:00", "Won", "100"], ["Bob", "2026-02-04 10:00:00", "Lost", "50"]];
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("Chancen").expect("named");
    // A title stands above the header.
    sheet.write(0, 0, "Pipeline of February").expect("written");
    for (column, word) in (0..).zip(["Deal Owner", "Closed on", "Deal state", "Deal value"]) {
        sheet.write(2, column, word).expect("written");
    }
    for (row, cells) in (3..).zip(rows) {
        for (column, cell) in (0..).zip(&cells[..3]) {
            sheet.write(row, column, *cell).expect("written");
        }
        sheet.write(row, 3, cells[3].parse::<f64>().expect("a number")).expect("written");
    }
    let xlsx = own.file("2026-03-01/feb.xlsx", book.save_to_buffer().expect("written"));
    let objects = rows.map(|[who, at, state, value]| {
        format!("{{\"dealOwner\":\"{who}\",\"closedOn\":\"{at}\",\"dealState\":\"{state}\",\"dealValue\":{value}}}")
    });
    let json = own.file("2026-03-01/api.json", format!("[{}]", objects.join(",")));
    for (name, file) in [("book", xlsx), ("api", json)] {
        own.run(&["init", "--from", &file, "--name", name]).ended(0);
        own.run(&["check"]).ended(0);
        assert_eq!(own.load(&["--source", name, &file]), counts(2, 0, 0), "{name}");
        assert_eq!(
            own.ask(&format!("SELECT owner_id, amount, is_won FROM deal_snapshots WHERE source = '{name}' ORDER BY 1")),
            "owner_id,amount,is_won ann,100.0000,true bob,50.0000,false",
            "{name}"
        );
    }
}

fn lands_whole() {
    let own = Own::new("lands-whole");
    let file = own.file("2026-03-01/farben.csv", "Farbe,Breite in cm\nrot,3\nblau,4\nrot,5\n");
    let told = taken(&own, &[&file]).err;
    assert!(told.contains("a table of which nothing is known"), "{told}");
    assert_eq!(own.load(&[&file]), counts(3, 0, 0));
    assert_eq!(own.ask("SELECT count(*) AS n FROM landing.farben_farben"), "n 3");
    let toml = text(&own, "farben/source.toml");
    assert!(toml.contains("unmapped = true") && toml.contains("SELECT FROM landing.farben_farben"), "{toml}");
}

fn told_the_way() {
    let own = Own::new("told-the-way");
    let file = own.file("2026-03-01/farben.csv", "Farbe,Breite\nrot,3\n");
    let told = own.refused(&[&file]);
    assert!(told.contains("no source knows this file") && told.contains("uptake init --from"), "{told}");
    let nowhere = uptake(&["init", "--from", &file]).ended(2);
    assert!(nowhere.err.contains("uptake init DIR"), "{}", nowhere.err);
    uptake(&["init"]).ended(2);
    let gone = own.run(&["init", "--from", "nowhere.csv"]).ended(1);
    assert!(gone.err.contains("nowhere.csv"), "{}", gone.err);
}

fn people_and_customers() {
    let own = Own::new("people-and-customers");
    let people = own.file(
        "2026-03-01/team.csv",
        "Personalnummer;Name;E-Mail-Adresse;Abteilung;Karrierestufe\n7;Ann Lee;ann@firm.example;Sales;Partner\n8;Bob Ray;bob@firm.example;Sales;Associate\n",
    );
    let customers = own.file(
        "2026-03-01/kunden.csv",
        "Kundennummer;Kunde;Branche;Stadt\nK1;Oak AG;Banking;Bonn\nK2;Elm SE;Steel;Ulm\n",
    );
    let told = taken(&own, &[&people, &customers]).err;
    assert!(told.contains("a list of the firm's people") && told.contains("a list of customers"), "{told}");
    assert_eq!(own.load(&[&people, &customers]), counts(4, 0, 0));
    assert_eq!(
        own.ask("SELECT employee_number, email, grade, department FROM roster ORDER BY 1"),
        "employee_number,email,grade,department 7,ann@firm.example,Partner,Sales 8,bob@firm.example,Associate,Sales"
    );
    assert_eq!(own.ask("SELECT account_id, name FROM accounts ORDER BY 1"), "account_id,name K1,Oak AG K2,Elm SE");
}

/// As logs for process mining are shared: all that could be told is a number.
fn numbered_states() {
    let own = Own::new("numbered-states");
    let mut csv = "CaseID,Activity,Timestamp,Resource\n".to_string();
    for case in 0..30 {
        for step in 0..3 {
            csv += &format!(
                "{case},{},2012-03-{:02} 1{step}:00:00+00:00,{}\n",
                (case + step) % 15,
                case % 28 + 1,
                case % 4
            );
        }
    }
    let file = own.file("incidents.csv", csv);
    let told = taken(&own, &[&file]).err;
    assert!(told.contains("a log of the states of cases, 90 rows"), "it is no log of logins: {told}");
    assert!(told.contains("id \"CaseID\"") && told.contains("state \"Activity\""), "{told}");
    assert_eq!(own.load(&[&file]), counts(90, 0, 0));
    assert_eq!(own.ask("SELECT count(DISTINCT case_id) AS n FROM cases"), "n 30");
}

/// As a directory tells of its sign-ins. Ann got in twice, and once she did not.
fn codes_of_errors() {
    let own = Own::new("codes-of-errors");
    let row = |at: &str, code: &str, app: &str| format!("{code},\"{at}\",{app},ann@firm.example,Sign-in activity\n");
    let file = own.file(
        "SigninLogs.csv",
        [
            "ResultType,CreatedDateTime [UTC],AppDisplayName,UserPrincipalName,OperationName\n",
            &row("5/12/2026, 10:36:53.884 AM", "0", "Dynamics 365"),
            &row("5/13/2026, 9:01:02.100 AM", "50126", "Dynamics 365"),
            &row("5/13/2026, 9:02:02.100 AM", "0", "Microsoft Teams"),
        ]
        .concat(),
    );
    let told = taken(&own, &[&file]).err;
    assert!(told.contains("a log of logins"), "{told}");
    assert_eq!(own.load(&[&file]), counts(3, 0, 0));
    assert_eq!(
        own.ask("SELECT ts, outcome FROM logins ORDER BY ts"),
        "ts,outcome 2026-05-12T10:36:53.884Z,success 2026-05-13T09:01:02.100Z,failed 2026-05-13T09:02:02.100Z,success"
    );
    let sql = text(&own, "signinlogs/logins.sql");
    assert!(sql.contains("-- AND lower(trim(\"appdisplayname\")) IN ('dynamics 365', 'microsoft teams')"), "{sql}");
}

fn jobs_and_telephones() {
    let own = Own::new("jobs-and-telephones");
    let file = own.file(
        "2026-03-01/people.csv",
        "Email,Company,Office phone,First Name,Job Title,Last Name\nkim@oak.example,Oak,555-0101,Kim,Buyer,Poe\n\
         lee@oak.example,Oak,555-0102,Lee,Buyer,Ray\nkim@yew.example,Yew,555-0103,Kim,Owner,Low\n",
    );
    let told = taken(&own, &[&file]).err;
    assert!(told.contains("a list of people at customers") && !told.contains("name \"Job Title\""), "{told}");
    assert!(text(&own, "people/source.toml").contains("key = [\"email\"]"), "a telephone is shared and changes");
    let file = own.file(
        "2026-03-01/Leads.csv",
        "LeadId,Title,Industry,Stage,CreatedDate,OwnerEmployeeId\n1,Manager,Shops,Disqualified,2021-01-05,4\n2,,Shops,Open,2021-01-05,4\n\
         3,Buyer,Shops,Open,2021-01-06,5\n",
    );
    let told = taken(&own, &[&file, "--name", "pool"]).err;
    assert!(told.contains("a list of leads, 3 rows") && !told.contains("name \"Title\""), "{told}");
    assert_eq!(own.load(&[&file]), counts(3, 0, 0));
    assert_eq!(own.ask("SELECT count(*) AS n, count(last_name) AS named FROM leads"), "n,named 3,0");
}

/// The one file's dates could be two days each; the other's say that the month stands first.
fn order_by_another() {
    let own = Own::new("order-by-another");
    let contacts = own.file(
        "2026-05-01/kontakte.csv",
        "Nr,Vorname,Nachname,E-Mail,Firma,Angelegt\n1,Kim,Poe,kim@oak.example,Oak,4/8/2026\n2,Lee,Ray,lee@oak.example,Oak,4/9/2026\n",
    );
    let firms = own.file("2026-05-01/firmen.csv", "Firma,Branche,Angelegt\nOak,Holz,12/31/2025\nYew,Holz,1/2/2026\n");
    let told = taken(&own, &[&contacts, &firms]).err;
    assert!(!told.contains("to decide"), "{told}");
    assert!(text(&own, "kontakte/source.toml").contains("\ndate_order = \"mdy\"  # "), "the other file says it");
    assert_eq!(own.load(&[&contacts, &firms]), counts(4, 0, 0));
    assert_eq!(own.ask("SELECT min(\"angelegt\") AS day FROM landing.kontakte_contacts"), "day 2026-04-08");
}

/// Two exports put one below the other; a deal that was won goes on through stages of delivery.
fn status_beside_stage() {
    let own = Own::new("status-beside-stage");
    let head = "Deal Name,Owner code,Client Code,Deal Status,Close Date,Deal value,Deal Stage,Created Date\n";
    let file = own.file(
        "2026-02-01/deals.csv",
        format!(
            "{head}Oak,O1,C1,Won,2026-01-10,489360.0,H. Work Order Received,2025-12-26\n\
             Yew,O1,C2,Won,2026-01-12,611700.0,G. Project Won,2025-11-12\n{head}\
             Ash,O2,C3,Dead,2026-01-20,2348928.0,L. Project Lost,2025-10-14\n\
             Elm,O2,C3,Open,,1000.5,B. Sales Qualified Leads,2025-10-14\n"
        ),
    );
    let told = taken(&own, &[&file]).err;
    assert!(told.contains("outcome \"Deal Status\"") && told.contains("4 rows"), "{told}");
    let ran = own.run(&["load", &file]).ended(0);
    assert!(ran.err.contains("1 line that is the header again is no row"), "{}", ran.err);
    assert_eq!(counted(&ran), counts(4, 0, 0));
    assert_eq!(
        own.ask("SELECT name, stage, amount, is_won FROM deal_snapshots ORDER BY name"),
        "name,stage,amount,is_won Ash,Lost,2348928.0000,false Elm,B. Sales Qualified Leads,1000.5000,false \
         Oak,Won,489360.0000,true Yew,Won,611700.0000,true"
    );
}

/// As a library of pictures wrote it: a number of the row without a heading, ids padded with blanks, days without hours.
fn log_of_days() {
    let own = Own::new("log-of-days");
    let file = own.file(
        "logins.csv",
        ",Contact type,User_ID,Access_Date,Device\n1522,Staff,VB3CT47        ,10/14/2025,Mac\n1519,Staff,VB3CT47        ,10/15/2025,Mac\n\
         1520,Staff,VB3CT47        ,10/15/2025,Mac\n7,Client,VB1CT9         ,11/2/2025,iPhone\n8,Client,VB1CT9         ,11/3/2025,\n",
    );
    let told = taken(&own, &[&file]).err;
    assert!(told.contains("a log of logins, 5 rows") && told.contains("person \"User_ID\""), "{told}");
    assert_eq!(own.load(&[&file]), counts(5, 0, 0));
    assert_eq!(
        own.ask(
            "SELECT user_id, count(*) AS n, count(DISTINCT ts) AS days FROM logins GROUP BY user_id ORDER BY user_id"
        ),
        "user_id,n,days vb1ct9,2,2 vb3ct47,3,2"
    );
    assert!(text(&own, "logins/logins.sql").contains("-- It tells days and no hours"), "it says what that means");
}

/// Tables of a connector: each has its own stamp of when a row was fetched.
fn associations() {
    let own = Own::new("associations");
    let tie = own.file(
        "2026-03-01/ticket_company.csv",
        "ticket_id,company_id,type_id,_fivetran_synced\n1,10,26,2026-03-01 00:00:00\n2,10,26,2026-03-01 00:00:00\n3,11,26,2026-03-01 00:00:00\n",
    );
    let clicks = own.file(
        "2026-03-01/clicks.csv",
        "id,browser,user_agent,url,_fivetran_synced\n1,Firefox,Mozilla/5.0,a,2026-03-01 00:00:00\n2,Chrome,Mozilla/5.0,b,2026-03-01 00:00:00\n",
    );
    let told = taken(&own, &[&tie, &clicks]).err;
    assert_eq!(told.matches("a table of which nothing is known").count(), 2, "{told}");
    assert!(!told.contains("person \"user_agent\"") && !told.contains("at \"_fivetran"), "{told}");
    assert_eq!(own.load(&[&tie, &clicks]), counts(5, 0, 0));
}
