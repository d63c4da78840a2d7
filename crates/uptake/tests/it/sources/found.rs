//! Shapes of files that people really have, and that no description of a CRM foretold: small ones by hand in the same shape.

use super::asked;
use crate::loading::lake::{Own, counts};
use crate::story;
use libtest_mimic::Trial;

pub fn stories() -> Vec<Trial> {
    vec![
        story("Dynamics' views without ids are known by their headings", dynamics_views),
        story("what ended after the last record was made dates its list", ended_later),
        story("a column without a heading lands where it has values", without_heading),
        story("amounts may be written 1.2M, and days Sep-24", as_people_write),
        story("an hour that the clock jumped over is the one behind it", jumped_over),
        story("an order's lines are told apart by the number of the row", lines_of_orders),
    ]
}

/// As the views of a sales team come out of the grid, each without the hidden columns.
fn dynamics_views() {
    let own = Own::new("dynamics-views");
    let files = [
        (
            "Account",
            "\u{feff}Account Name,Main Phone,Address 1: City,Address 1: State/Province,Primary Contact,Territory,Annual Revenue,Owner\r\n\
             Oak Ltd,425-555-0158,Redmond,Washington,Kim Poe,Northwest,135000000,Ann Lee\r\n",
        ),
        (
            "Campaign",
            "\u{feff}Name,Campaign Type,Template,Status,Status Reason,Owner\r\nSpring letter,Direct Marketing,No,Active,Launched,Ann Lee\r\n",
        ),
        (
            "Contact",
            "\u{feff}Email,Company Name,Business Phone,Address 1: City,First Name,Job Title,Last Name,Mobile Phone\r\n\
             kim@oak.example,Oak Ltd,425-555-0101,Redmond,Kim,Buyer,Poe,\r\n",
        ),
        (
            "Goal",
            "\u{feff}Name,Goal Owner,Target,Status Reason,Fiscal Period,Fiscal Year,Goal Metric,Parent Goal,From,To\r\n\
             Team Q1,Ann Lee,\"$7,450,000.00 \",Open,Quarter 1,FY2026,Revenue,,1/1/2026,3/31/2026\r\n",
        ),
        (
            "Opportunity",
            "\u{feff}Created On,Topic,Owner,Potential Customer,Status,Status Reason,Est. revenue,Est. close date,Actual Revenue,Actual Close Date,Sales Stage,Source Campaign\r\n\
             1/5/2026 7:42,Airbags,Ann Lee,Oak Ltd,Won,Won,13400,2/28/2026,12000,1/20/2026,Close,Spring letter\r\n",
        ),
        (
            "Territory",
            "\u{feff}(Do Not Modify) Territory,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,Territory Name,Manager,Parent\r\n\
             c41df91e-bd14-f011-9989-6045bd077ae5,weXm/iOt==,1/18/2026 21:05,Northwest,Ann Lee,\r\n",
        ),
        (
            "User",
            "\u{feff}First Name,Last Name,Primary Email,Title,Manager\r\nAnn,Lee,ann@firm.example,Sales Manager,Bob Ray\r\n",
        ),
    ];
    let files = files.map(|(name, text)| own.file(&format!("2026-02-01/{name}.csv"), text));
    assert_eq!(own.load(&files.each_ref().map(String::as_str)), counts(7, 0, 0));
    assert_eq!(
        own.ask("SELECT count(DISTINCT source) AS sources, min(source) AS source, min(object) AS first, max(object) AS last FROM loads"),
        "sources,source,first,last 1,dynamics,account,territory"
    );
    assert_eq!(
        own.ask("SELECT user_id, name, email, title, manager_id FROM crm_users"),
        "user_id,name,email,title,manager_id Ann Lee,Ann Lee,ann@firm.example,Sales Manager,Bob Ray",
        "records call a user by the two names of the list"
    );
    assert_eq!(
        own.ask("SELECT account_id, name, owner_id FROM accounts UNION ALL SELECT account_id, last_name, email FROM contacts ORDER BY 1, 2"),
        "account_id,name,owner_id Oak Ltd,Oak Ltd,Ann Lee Oak Ltd,Poe,kim@oak.example"
    );
    assert_eq!(
        own.ask("SELECT name, campaign_type FROM campaigns"),
        "name,campaign_type Spring letter,Direct Marketing"
    );
    assert_eq!(own.ask("SELECT sum(target) AS target FROM landing.dynamics_goal"), "target 7450000.0000");
}

/// One deal was won five days after the last was made; one is to be closed in 2062, which is a slip.
fn ended_later() {
    let own = Own::new("ended-later");
    let file = own.file(
        "Won and open.csv",
        "Created On,Topic,Owner,Potential Customer,Status,Status Reason,Est. revenue,Est. close date,Actual Revenue,Actual Close Date,Sales Stage\n\
         1/10/2026 7:42,Airbags,Ann Lee,Oak Ltd,Won,Won,1000,1/31/2026,1200,1/14/2026,Close\n\
         1/15/2026 9:00,Belts,Ann Lee,Oak Ltd,Won,Won,500,1/31/2026,500,2/19/2026,Close\n\
         1/31/2026 9:00,Caps,Ann Lee,Oak Ltd,Won,Won,1,3/31/2026,1,2/5/2062,Close\n\
         2/14/2026 9:00,Doors,Ann Lee,Oak Ltd,Open,In Progress,700,5/31/2026,,,Develop\n",
    );
    assert_eq!(own.load(&[&file]), counts(4, 0, 0));
    assert_eq!(own.ask("SELECT max(snapshot) AS day FROM loads"), "day 2026-02-19");
    assert_eq!(asked(&own, &["won"]), "2026-01 1200.00 (1 of 1)\n2026-02 500.00 (1 of 1)");
}

/// A header that ends in a comma, and rows that have something there from some line on.
fn without_heading() {
    let own = Own::new("without-heading");
    let head = "Deal ID,Deal Name,Owner,Stage,Amount,Created Date,Close Date,";
    let file = own.file(
        "2026-03-01/list.csv",
        format!("{head}\nD1,Oak,Ann,Open,100,2026-01-05,2026-04-01,\nD2,Yew,Bob,Won,200,2026-01-06,2026-02-01,late\n"),
    );
    assert_eq!(own.load(&[&file]), counts(2, 0, 0));
    assert_eq!(
        own.ask("SELECT column_8 AS extra FROM landing.plain_pipeline WHERE column_8 IS NOT NULL"),
        "extra late",
        "what stands under no heading is kept"
    );
    let second = own.file("2026-03-02/list.csv", format!("{head}\nD1,Oak,Ann,Open,100,2026-01-05,2026-04-01,\n"));
    assert_eq!(own.load(&[&second]), counts(0, 0, 1), "a row without such a value is as it was");
}

fn as_people_write() {
    let own = Own::new("as-people-write");
    let file = own.file(
        "2026-03-01/list.csv",
        "Deal ID,Deal Name,Owner,Stage,Amount,Created Date,Close Date\n\
         D1,Oak,Ann,Won,$1.2M,Jan-26,Feb-26\nD2,Yew,Bob,Won,$12K,Jan-26,Feb-26\nD3,Ash,Bob,Won,207366.30000000002,Jan-26,Jan-26\n",
    );
    assert_eq!(own.load(&[&file]), counts(3, 0, 0));
    own.ask("SELECT 1");
    assert_eq!(asked(&own, &["won"]), "2026-01 207366.30 (1 of 1)\n2026-02 1212000.00 (2 of 2)");
}

/// In Berlin 02:00 was followed by 03:00.
fn jumped_over() {
    let own = Own::new("jumped-over");
    let file = own.file(
        "log.csv",
        "username,login_time,status\nann,2026-03-29 01:59:00,ok\nann,2026-03-29 02:30:00,ok\nann,2026-03-29 03:30:00,ok\nbob,2026-03-30 09:00:00,ok\n",
    );
    let ran = own.run(&["load", &file]).ended(0);
    assert!(
        ran.err.contains("1 time that the clock of Europe/Berlin jumped over is read as if it had not yet"),
        "{}",
        ran.err
    );
    assert_eq!(
        own.ask("SELECT ts FROM logins ORDER BY ts"),
        "ts 2026-03-29T00:59:00Z 2026-03-29T01:30:00Z 2026-03-29T01:30:00Z 2026-03-30T07:00:00Z"
    );
}

fn lines_of_orders() {
    let own = Own::new("lines-of-orders");
    let file = own.file(
        "2026-03-01/sales.csv",
        "Row ID,Order ID,Order Date,Customer,Sales\n1,E-1,11/29/2025,Oak,261.96\n2,E-1,11/29/2025,Oak,731.94\n3,E-2,12/1/2025,Yew,14.62\n",
    );
    assert_eq!(own.load(&[&file]), counts(3, 0, 0));
}
