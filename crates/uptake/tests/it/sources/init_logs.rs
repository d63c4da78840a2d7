//! `uptake init --from`: logs of states and of logins, as tools write them. The figures are counted by hand.

use super::asked;
use super::init_from::taken;
use crate::loading::lake::{Own, counts};
use crate::story;
use libtest_mimic::Trial;

pub fn stories() -> Vec<Trial> {
    vec![
        story("init --from: what a log tells of one moment happened in the order of its rows", in_their_order),
        story("init --from: a log without dates of deals says when they ended", ended_when_it_says),
        story("init --from: a log of a process tells cases, as miners of processes write it", of_processes),
        story("init --from: how somebody logged in is not who", how_and_who),
        story("init --from: a log of changed fields is none of logins", changed_fields),
    ]
}

const DAYS: &str = "Deal ID,Changed on,Stage,Amount,Seller\n\
    D1,2026-01-05,Prospecting,100,Ann\nD1,2026-01-05,Engaging,100,Ann\nD1,2026-01-20,Won,100,Ann\n\
    D2,2026-01-06,Prospecting,30,Bob\nD2,2026-01-06,Engaging,30,Bob\n\
    D3,2026-01-07,Prospecting,50,Bob\nD3,2026-02-27,Lost,50,Bob\n";

/// Engaging comes before Prospecting in the alphabet, and after it here.
fn in_their_order() {
    let own = Own::new("log-order");
    let file = own.file("moves.csv", DAYS);
    taken(&own, &[&file]);
    assert_eq!(own.load(&[&file]), counts(7, 0, 0));
    assert_eq!(
        own.ask("SELECT concat(coalesce(from_stage, ''), '>', to_stage) AS move FROM stage_changes WHERE opp_id <> 'D3' ORDER BY opp_id, seq"),
        "move >Prospecting Prospecting>Engaging Engaging>Won >Prospecting Prospecting>Engaging"
    );
    assert_eq!(
        own.ask("SELECT opp_id, stage FROM deal_snapshots ORDER BY opp_id"),
        "opp_id,stage D1,Won D2,Engaging D3,Lost"
    );
}

fn ended_when_it_says() {
    let own = Own::new("log-ends");
    let file = own.file("moves.csv", DAYS);
    taken(&own, &[&file]);
    own.load(&[&file]);
    own.ask("SELECT 1");
    assert_eq!(asked(&own, &["won"]), "2026-01 100.00 (1 of 1)\n2026-02 0.00 (0 of 0)");
    assert_eq!(asked(&own, &["win_rate"]), "2026-01 1 (1 of 1)\n2026-02 0 (0 of 1)");
}

fn of_processes() {
    let cases = [
        (
            "CaseID,ActivityID,CompleteTimestamp",
            "1,Queued,2026-01-05 08:00:00\n1,Completed,2026-01-06 08:00:00\n2,Queued,2026-01-07 08:00:00\n",
        ),
        (
            "case:concept:name,concept:name,lifecycle:transition,case:startdate,time:timestamp",
            "1,Queued,complete,2025-12-01T08:00:00Z,2026-01-05T08:00:00Z\n\
             1,Completed,complete,2025-12-01T08:00:00Z,2026-01-06T08:00:00Z\n\
             2,Queued,complete,2025-12-01T08:00:00Z,2026-01-07T08:00:00Z\n",
        ),
    ];
    for (at, (header, rows)) in cases.iter().enumerate() {
        let own = Own::new(&format!("log-of-process-{at}"));
        let file = own.file("process.csv", format!("{header}\n{rows}"));
        taken(&own, &[&file]);
        assert_eq!(own.load(&[&file]), counts(3, 0, 0), "{header}");
        assert_eq!(
            own.ask("SELECT case_id, status, is_closed, CAST(closed_ts AS DATE) AS closed FROM cases ORDER BY case_id"),
            "case_id,status,is_closed,closed 1,Completed,true,2026-01-06 2,Queued,false,",
            "{header}"
        );
    }
}

fn how_and_who() {
    let own = Own::new("login-methods");
    let file = own.file(
        "access.csv",
        "employee_id,login_date,login_method,login_status\nE7,2026-01-05 08:00,Password,Success\n\
         E7,2026-01-06 08:00,SSO,Success\nE8,2026-01-06 09:00,SSO,Failed\nE8,2026-01-06 09:01,SSO,Success\n\
         E7,2026-01-07 08:00,SSO,Success\nE9,2026-01-07 09:00,Password,Success\n",
    );
    taken(&own, &[&file]);
    assert_eq!(own.load(&[&file]), counts(6, 0, 0));
    assert_eq!(
        own.ask(
            "SELECT user_id, outcome, count(*) AS n FROM logins GROUP BY user_id, outcome ORDER BY user_id, outcome"
        ),
        "user_id,outcome,n e7,success,3 e8,failed,1 e8,success,1 e9,success,1"
    );
}

fn changed_fields() {
    let own = Own::new("changed-fields");
    let file = own.file(
        "2026-02-01/changelog.csv",
        "issue_key,created,author,field,fromString,toString\nK-1,2026-01-05 08:00:00,Ann,status,New,Done\n\
         K-1,2026-01-05 09:00:00,Ann,priority,Low,High\nK-2,2026-01-06 08:00:00,Bob,status,New,Open\n",
    );
    taken(&own, &[&file]);
    assert_eq!(own.load(&[&file]), counts(3, 0, 0));
    assert_eq!(own.ask("SELECT count(*) AS n FROM logins"), "n 0");
}
