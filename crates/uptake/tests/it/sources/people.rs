//! One person in several CRMs: joined by what they all tell, and by nothing that is in doubt.

use crate::http::Server;
use crate::loading::lake::Own;
use crate::story;
use libtest_mimic::Trial;

pub fn stories() -> Vec<Trial> {
    vec![
        story("a person of several CRMs is one by e-mail, username or number", one_of_several),
        story("where e-mail, username and number disagree nobody is joined, and the page lists it", in_doubt),
    ]
}

const USERS: &str = "Id,Username,Name,Email,EmployeeNumber,IsActive,UserType,CreatedDate,SystemModstamp";
const WORKERS: &str =
    "systemuserid,fullname,domainname,internalemailaddress,employeeid,isdisabled,accessmode,createdon,modifiedon";

/// A user of Salesforce: `nth|username|name|email|number`.
fn user(told: &str) -> String {
    let told: Vec<&str> = told.split('|').collect();
    let [nth, username, name, email, number] = told[..] else { panic!("five words") };
    format!(
        "00500000000000{nth}AAA,{username},{name},{email},{number},1,Standard,2026-01-01 00:00:00,2026-01-01 00:00:00\n"
    )
}

/// A user of Dynamics: `nth|username|name|email|number`.
fn worker(told: &str) -> String {
    let told: Vec<&str> = told.split('|').collect();
    let [nth, username, name, email, number] = told[..] else { panic!("five words") };
    let id = format!("{nth}1111111-1111-1111-1111-111111111111");
    format!("{id},{name},{username},{email},{number},false,Read-Write,2026-01-01 00:00:00,2026-01-01 00:00:00\n")
}

fn loaded(name: &str, roster: &str, users: &[&str], workers: &[&str], logins: &str) -> Own {
    let own = Own::new(name);
    let lines = |header: &str, rows: Vec<String>| format!("{header}\n{}", rows.concat());
    let files = [
        own.file("people.csv", format!("employee_number,email,name,grade\n{roster}")),
        own.file("User.csv", lines(USERS, users.iter().map(|told| user(told)).collect())),
        own.file("systemusers.csv", lines(WORKERS, workers.iter().map(|told| worker(told)).collect())),
        own.file("logins.csv", format!("user,time,browser\n{logins}")),
    ];
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    own.load(&[&["--snapshot", "2026-03-01"], &files[..]].concat());
    own
}

/// Ann by e-mail and number, on the roster. Eve and Fay are on none: by e-mail in three CRMs, by number in two.
fn one_of_several() {
    let own = loaded(
        "one-of-several",
        "1,ann@x.example,Ann Ash,Partner\n",
        &[
            "1|ann@x.example.crm|Ann Ash|ANN@x.example|",
            "2|eve.crm|Eve Elm|eve@x.example|9",
            "3|fay.crm|Fay Fir|fay@x.example|10",
        ],
        &[
            "1|ann.dyn|Ann Ash-Oak|ann.oak@x.example|1",
            "2|EVE@x.example|Eve Elm||",
            "3|fay.dyn|Fay Pine|fay.pine@x.example|10",
        ],
        "eve@x.example,2026-02-02 09:00,Firefox\n",
    );
    let people =
        "SELECT name, count(*) AS users FROM people JOIN person_of_user USING (person_id) GROUP BY name ORDER BY name";
    assert_eq!(own.ask(people), "name,users Ann Ash,2 Eve Elm,3 Fay Fir,2");
    assert_eq!(own.ask("SELECT count(*) AS n FROM people"), "n 3");
    assert_eq!(own.ask("SELECT count(*) AS n FROM person_conflicts"), "n 0");
}

/// Bob's username is Ann's e-mail. Cid and Dan share an e-mail; Cid's number tells who he is. Two CRMs tell two numbers of Fay. Gus and Hal
/// share a mailbox, on no roster.
fn in_doubt() {
    let own = loaded(
        "in-doubt",
        "1,ann@x.example,Ann Ash,Partner\n2,bob@x.example,Bob Birch,Associate\n\
         3,both@x.example,Cid Cedar,Associate\n4,both@x.example,Dan Dogwood,Associate\n",
        &[
            "1|ann@x.example.crm|Ann Ash|ann@x.example|1",
            "2|ann@x.example|Bob Birch|bob@x.example|",
            "3|cid.crm|Cid Cedar|both@x.example|3",
            "4|dan.crm|Dan Dogwood|both@x.example|",
            "6|fay.crm|Fay Fir|fay@x.example|10",
            "7|gus.crm|Gus Gum|desk@x.example|",
            "8|hal.crm|Hal Hazel|desk@x.example|",
        ],
        &["6|fay.dyn|Fay Fir|fay@x.example|11"],
        "",
    );
    let joined = "SELECT right(user_id, 4) AS u, person_id FROM person_of_user WHERE is_on_roster ORDER BY 1";
    assert_eq!(own.ask(joined), "u,person_id 1AAA,1 3AAA,3");
    assert_eq!(own.ask("SELECT count(DISTINCT person_id) AS n FROM person_of_user WHERE NOT is_on_roster"), "n 6");
    let rows = "SELECT kind, shared, count(*) AS n FROM person_conflicts GROUP BY kind, shared ORDER BY kind, shared";
    assert_eq!(
        own.ask(rows),
        "kind,shared,n \"one e-mail, several employee numbers\",both@x.example,4 \
         \"one e-mail, several employee numbers\",fay@x.example,2 \
         \"one e-mail, several users of one CRM\",desk@x.example,2 \
         \"one user, several people of the roster\",005000000000002AAA,3"
    );
    let server = Server::of(&own.project());
    let told = server.get("/c/data_health/conflicts_table.csv").text();
    assert!(told.contains("\"one e-mail, several employee numbers\",2,6,"), "{told}");
    let told = server.get("/c/data_health/conflict_rows_table.csv").text();
    assert!(told.contains("Ann Ash, by username") && told.contains("Bob Birch, by e-mail"), "{told}");
    assert!(server.get("/d/data_health").text().contains("name the mailbox among"));
}
