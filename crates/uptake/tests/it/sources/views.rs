//! HubSpot and Pipedrive beyond their usual exports: headings that are words of our queries, ends that a firm renamed, statuses in other
//! languages, and the objects that the API nests.

use crate::loading::lake::{Counts, Own, counts};
use crate::story;
use libtest_mimic::Trial;

pub fn stories() -> Vec<Trial> {
    vec![
        story("a heading may be a word of the queries", words_of_the_queries),
        story("HubSpot's renamed ends show in the probability", renamed_ends),
        story("HubSpot's ends may be named in other languages", ends_in_other_languages),
        story("HubSpot's primary company is the deal's and the contact's", primary_company),
        story("HubSpot's API nests properties, and a connector writes them out", nested_properties),
        story("Pipedrive's lists tell when each row was made", when_it_was_made),
        story("Pipedrive's statuses may be in other languages", statuses),
        story("Pipedrive's API tells owners by numbers and e-mails as lists", numbers_and_lists),
        story("Pipedrive's flow of a deal tells its stages", flow_of_a_deal),
    ]
}

/// Lays files into the folder of 1 March, and loads them.
#[track_caller]
fn loaded(own: &Own, files: &[(&str, &str)]) -> Counts {
    let paths: Vec<String> = files.iter().map(|(name, text)| own.file(&format!("2026-03-01/{name}"), text)).collect();
    own.load(&paths.iter().map(String::as_str).collect::<Vec<_>>())
}

fn words_of_the_queries() {
    let own = Own::new("words-of-the-queries");
    let files = [
        (
            "hubspot.csv",
            "hs_object_id,dealname,dealstage,amount,closedate,createdate,stage,owner,probability,firm\n\
             101,Oak,closedwon,5,2026-01-31,2026-01-05,x,x,x,x\n",
        ),
        (
            "pipedrive.csv",
            "Deal - ID,Deal - Title,Deal - Value,Deal - Status,Deal - Deal created,opp_id,account_id,stage_name,word,likelihood\n\
             1,Elm,7,Won,2026-01-05 08:00:00,x,x,x,x,x\n",
        ),
        (
            "activities.csv",
            "Activity - ID,Activity - Subject,Activity - Done,Activity - Add time,is_done,word,known_on\n\
             31,Call,Done,2026-01-12 10:00:00,x,x,x\n",
        ),
        (
            "odoo.csv",
            "External ID,Opportunity,Expected Revenue,Stage,Created on,opp_id,is_won,is_lost\n\
             o1,Ash,9,Won,2026-01-05 08:00:00,x,x,x\n",
        ),
        (
            "report.csv",
            "Opportunity ID,Opportunity Name,Opportunity Owner,Stage,Amount,Close Date,Created Date,word,opp_id,is_won,is_closed\n\
             006000000000001AAA,Yew,Ann Lee,Closed Won,11,2026-01-31,2026-01-05,x,x,x,x\n",
        ),
        ("Users.csv", "id,user_name,first_name,last_name,is_admin,newest,since\nu1,ann,Ann,Lee,0,x,x\n"),
        ("roster.csv", "employee_number,email,name,grade,newest\n1,ann@firm.example,Ann Lee,Partner,x\n"),
        ("absences.csv", "employee_number,absent_from,absent_to,newest\n1,2026-02-02,2026-02-06,x\n"),
    ];
    assert_eq!(loaded(&own, &files), counts(8, 0, 0));
    assert_eq!(
        own.ask("SELECT source, opp_id, amount, is_won FROM deal_snapshots ORDER BY source"),
        "source,opp_id,amount,is_won hubspot,101,5.0000,true odoo,o1,9.0000,true pipedrive,1,7.0000,true \
         salesforce,006000000000001AAA,11.0000,true"
    );
    assert_eq!(own.ask("SELECT count(*) AS n FROM activities"), "n 1");
    assert_eq!(own.ask("SELECT count(*) AS n FROM roster"), "n 1");
    assert_eq!(own.ask("SELECT count(*) AS n FROM absences"), "n 1");
    assert_eq!(own.ask("SELECT name FROM crm_users WHERE source = 'suitecrm'"), "name Ann Lee");
}

/// Fresh is no end: most of its deals are yet to be closed. Box was set to nothing by hand, Fir has a close date ahead although it is lost.
fn renamed_ends() {
    let own = Own::new("renamed-ends");
    let deals = "Record ID,Deal Name,Deal Stage,Amount,Close Date,Create Date,Deal probability\n\
                 1,Oak,6 - Signed,1,2026-02-10 10:00,2026-01-05 09:00,1.0\n\
                 2,Elm,7 - Gone,2,2026-02-10 10:00,2026-01-05 09:00,0.0\n\
                 3,Fir,7 - Gone,4,2026-06-10 10:00,2026-01-05 09:00,0.0\n\
                 4,Bay,7 - Gone,8,2026-02-11 10:00,2026-01-05 09:00,0.0\n\
                 5,Ash,Fresh,16,2026-06-10 10:00,2026-01-05 09:00,0.0\n\
                 6,Yew,Fresh,32,2026-06-10 10:00,2026-01-05 09:00,0.0\n\
                 7,Box,Talks,64,2026-02-10 10:00,2026-01-05 09:00,0.0\n\
                 8,Nut,Talks,128,2026-06-10 10:00,2026-01-05 09:00,0.4\n\
                 9,Fig,Verbally won,256,2026-06-10 10:00,2026-01-05 09:00,0.9\n\
                 10,Rye,New,512,,2026-01-05 09:00,0.0\n";
    assert_eq!(loaded(&own, &[("deals.csv", deals)]), counts(10, 0, 0));
    let sums = "SELECT sum(CASE WHEN is_won THEN amount END) AS won, sum(CASE WHEN is_closed THEN amount END) AS closed, \
                sum(amount) AS total FROM deal_snapshots";
    assert_eq!(own.ask(sums), "won,closed,total 1.0000,15.0000,1023.0000", "Box and Rye are open, as their stages are");
    // The same in percent: 1 is one of a hundred there.
    let own = Own::new("renamed-ends-in-percent");
    let deals = "Record ID,Deal Name,Deal Stage,Amount,Close Date,Create Date,Deal probability\n\
                 1,Oak,6 - Signed,1,2026-02-10 10:00,2026-01-05 09:00,100\n\
                 2,Elm,7 - Gone,2,2026-02-10 10:00,2026-01-05 09:00,0\n\
                 3,Fir,Hope,4,2026-06-10 10:00,2026-01-05 09:00,1\n";
    assert_eq!(loaded(&own, &[("deals.csv", deals)]), counts(3, 0, 0));
    assert_eq!(own.ask(sums), "won,closed,total 1.0000,3.0000,7.0000");
}

/// Where the view has no probability. Each amount is a power of two, so that a sum tells which deals are in it.
fn ends_in_other_languages() {
    let own = Own::new("ends-in-other-languages");
    let deals = "Record ID,Deal Name,Deal Stage,Amount,Create Date\n\
                 1,Oak,6 - Deal won 🎉,1,2026-01-05 09:00\n\
                 2,Elm,Gewonnen (Vertrieb),2,2026-01-05 09:00\n\
                 3,Ash,Fermé gagné,4,2026-01-05 09:00\n\
                 4,Yew,Verloren - Preis,8,2026-01-05 09:00\n\
                 5,Fir,Cierre perdido,16,2026-01-05 09:00\n\
                 6,Bay,Nicht gewonnen,32,2026-01-05 09:00\n\
                 7,Box,Ganadería,64,2026-01-05 09:00\n\
                 8,Nut,Verbally won,128,2026-01-05 09:00\n\
                 9,Rye,Won't proceed,256,2026-01-05 09:00\n\
                 10,Oat,6 - Lost (no budget),512,2026-01-05 09:00\n\
                 11,Pea,Won by a competitor,1024,2026-01-05 09:00\n";
    assert_eq!(loaded(&own, &[("deals.csv", deals)]), counts(11, 0, 0));
    assert_eq!(
        own.ask(
            "SELECT sum(CASE WHEN is_won THEN amount END) AS won, sum(CASE WHEN is_closed THEN amount END) AS closed FROM deal_snapshots"
        ),
        "won,closed 7.0000,543.0000",
        "one that is not won is not said to be lost; a cattle farm is neither"
    );
}

fn primary_company() {
    let own = Own::new("primary-company");
    let files = [
        (
            "deals.csv",
            "Record ID,Deal Name,Deal Stage,Create Date,Associated Company IDs,Associated Company IDs (Primary)\n\
             1,Oak,New,2026-01-05 09:00,501;502,502\n",
        ),
        (
            "contacts.csv",
            "Record ID,First Name,Last Name,Email,Create Date,Associated Company IDs,Associated Company IDs (Primary)\n\
             9001,Ada,Lovelace,ada@acme.example,2026-01-05 09:00,501;502,502\n",
        ),
    ];
    assert_eq!(loaded(&own, &files), counts(2, 0, 0));
    assert_eq!(own.ask("SELECT account_id FROM deal_snapshots"), "account_id 502");
    assert_eq!(own.ask("SELECT account_id FROM contacts"), "account_id 502");
}

/// Elm is archived, which deletes a deal. The time of its making is the property's: an import tells when a deal was made elsewhere.
fn nested_properties() {
    let own = Own::new("nested-properties");
    let nested = r#"{"results":[
        {"id":"101","properties":{"amount":"100","closedate":"2026-02-20T16:00:00Z","createdate":"2026-01-05T09:00:00Z","dealname":"Oak",
         "dealstage":"closedwon","hs_lastmodifieddate":"2026-02-20T16:00:00Z","hs_object_id":"101","hubspot_owner_id":"77"},
         "createdAt":"2026-01-06T09:00:00Z","updatedAt":"2026-02-20T16:00:00Z","archived":false,
         "associations":{"companies":{"results":[{"id":"501","type":"deal_to_company"}]}}},
        {"id":"102","properties":{"amount":"7","closedate":"2026-02-20T16:00:00Z","createdate":"2026-01-05T09:00:00Z","dealname":"Elm",
         "dealstage":"contractsent","hs_lastmodifieddate":"2026-02-20T16:00:00Z","hs_object_id":"102","hubspot_owner_id":"77"},
         "createdAt":"2026-01-06T09:00:00Z","updatedAt":"2026-02-20T16:00:00Z","archived":true}]}"#;
    let written_out = "id,createdAt,updatedAt,archived,companies,properties_dealname,properties_dealstage,properties_amount,\
                       properties_createdate,properties_hs_lastmodifieddate\n\
                       103,2026-01-06T09:00:00Z,2026-02-20T16:00:00Z,false,\"[\"\"502\"\"]\",Ash,contractsent,30,\
                       2026-01-05T09:00:00Z,2026-02-20T16:00:00Z\n";
    let contacts = r#"{"results":[{"id":"9001","properties":{"createdate":"2026-01-05T09:00:00Z","email":"ada@acme.example",
        "firstname":"Ada","lastname":"Lovelace","hs_object_id":"9001","lastmodifieddate":"2026-02-05T09:00:00Z"},
        "createdAt":"2026-01-05T09:00:00Z","updatedAt":"2026-02-05T09:00:00Z","archived":false}]}"#;
    let files = [("one.json", nested), ("two.csv", written_out), ("three.json", contacts)];
    assert_eq!(loaded(&own, &files), counts(4, 0, 0));
    assert_eq!(
        own.ask(
            "SELECT opp_id, account_id, amount, is_won, is_deleted, CAST(created_ts AS DATE) AS made FROM deal_snapshots ORDER BY opp_id"
        ),
        "opp_id,account_id,amount,is_won,is_deleted,made 101,501,100.0000,true,false,2026-01-05 \
         102,,7.0000,false,true,2026-01-05 103,502,30.0000,false,false,2026-01-05"
    );
    assert_eq!(own.ask("SELECT contact_id, email FROM contacts"), "contact_id,email 9001,ada@acme.example");
}

fn when_it_was_made() {
    let own = Own::new("when-it-was-made");
    let files = [
        (
            "people-1234567-1.csv",
            "Person - ID,Person - Name,Person - Email - Work,Person - Owner,Person - Person created\n\
             11,Ada Lovelace,ada@acme.example,Ann Lee,2026-01-05 08:00:00\n",
        ),
        (
            "organizations-1234567-2.csv",
            "Organization - ID,Organization - Name,Organization - Owner,Organization - Organization created\n\
             21,Acme,Ann Lee,2026-01-04 08:00:00\n",
        ),
        (
            "leads-1234567-3.csv",
            "Lead - ID,Lead - Title,Lead - Owner,Lead - Labels,Lead - Lead created\nl1,Oak,Ann Lee,Hot,2026-01-06 08:00:00\n",
        ),
    ];
    assert_eq!(loaded(&own, &files), counts(3, 0, 0));
    assert_eq!(own.ask("SELECT created_ts FROM contacts"), "created_ts 2026-01-05T08:00:00Z");
    assert_eq!(own.ask("SELECT created_ts FROM accounts"), "created_ts 2026-01-04T08:00:00Z");
    assert_eq!(own.ask("SELECT created_ts FROM leads"), "created_ts 2026-01-06T08:00:00Z");
}

/// Nobody told us Italian: there the times tell. Bay was won once and is open again.
fn statuses() {
    let own = Own::new("statuses");
    let deals = "Deal - ID,Deal - Title,Deal - Value,Deal - Status,Deal - Stage,Deal - Won time,Deal - Lost time,Deal - Deal created\n\
                 1,Oak,1,Ganho,Talks,2026-02-10 10:00:00,,2026-01-05 10:00:00\n\
                 2,Elm,2,Perdue,Talks,,2026-02-11 10:00:00,2026-01-05 10:00:00\n\
                 3,Ash,4,Vinto,Talks,2026-02-12 10:00:00,,2026-01-05 10:00:00\n\
                 4,Yew,8,Perso,Talks,,2026-02-12 10:00:00,2026-01-05 10:00:00\n\
                 5,Fir,16,Aperto,Talks,,,2026-01-05 10:00:00\n\
                 6,Bay,32,Aberto,Talks,2026-01-20 10:00:00,,2026-01-05 10:00:00\n";
    assert_eq!(loaded(&own, &[("deals.csv", deals)]), counts(6, 0, 0));
    assert_eq!(
        own.ask("SELECT stage, sum(amount) AS amount FROM deal_snapshots GROUP BY stage ORDER BY stage"),
        "stage,amount Lost,10.0000 Talks,48.0000 Won,5.0000"
    );
}

fn numbers_and_lists() {
    let own = Own::new("numbers-and-lists");
    let deals = r#"{"success":true,"data":[{"id":1,"title":"Oak","value":100,"currency":"EUR","status":"open","stage_id":3,"owner_id":77,
        "add_time":"2026-01-05T08:00:00Z","update_time":"2026-01-05T08:00:00Z","won_time":null,"lost_time":null}]}"#;
    let persons = r#"{"success":true,"data":[{"id":11,"name":"Ada Lovelace","first_name":"Ada","last_name":"Lovelace","owner_id":77,
        "org_id":5,"add_time":"2026-01-05T08:00:00Z","emails":[{"value":"ada@acme.example","primary":true,"label":"work"},
        {"value":"ada@home.example","primary":false,"label":"home"}],"phones":[{"value":"030 1","primary":true,"label":"work"}]}]}"#;
    let activities = r#"{"success":true,"data":[
        {"id":31,"subject":"Call","type":"call","done":true,"due_date":"2026-01-12","add_time":"2026-01-12 08:00:00","user_id":77},
        {"id":32,"subject":"Call","type":"call","done":true,"due_date":"2026-01-13","add_time":"2026-01-13 08:00:00","user_id":78}]}"#;
    let stages = r#"{"success":true,"data":[{"id":3,"order_nr":1,"name":"Talks","pipeline_id":1,"active_flag":true}]}"#;
    let users = r#"{"success":true,"data":[
        {"id":77,"name":"Ann Lee","email":"ann@firm.example","active_flag":true,"last_login":"2026-02-20 09:00:00"}]}"#;
    let files = [
        ("pipedrive_deals.json", deals),
        ("pipedrive_persons.json", persons),
        ("pipedrive_activities.json", activities),
        ("pipedrive_stages.json", stages),
        ("pipedrive_users.json", users),
    ];
    assert_eq!(loaded(&own, &files), counts(6, 0, 0));
    assert_eq!(own.ask("SELECT owner_id, stage FROM deal_snapshots"), "owner_id,stage Ann Lee,Talks");
    assert_eq!(
        own.ask("SELECT contact_id, owner_id, email, phone FROM contacts"),
        "contact_id,owner_id,email,phone 11,Ann Lee,ada@acme.example,030 1",
        "the users are no contacts"
    );
    assert_eq!(
        own.ask("SELECT activity_id, owner_id FROM activities ORDER BY activity_id"),
        "activity_id,owner_id 31,Ann Lee 32,78"
    );
    assert_eq!(
        own.ask("SELECT user_id, email FROM crm_users ORDER BY user_id"),
        "user_id,email 78, Ann Lee,ann@firm.example"
    );
}

/// A flow tells of activities and notes too, which have a deal of their own column; what they say lands nowhere.
fn flow_of_a_deal() {
    let own = Own::new("flow-of-a-deal");
    let deals = r#"[{"id":1,"title":"Oak","value":100,"currency":"EUR","status":"won","stage_id":11,"user_id":77,
        "add_time":"2026-01-05 08:00:00","update_time":"2026-02-08 08:00:00","won_time":"2026-02-08 08:00:00"}]"#;
    let flow = r#"{"success":true,"data":[
        {"object":"activity","timestamp":"2026-02-09 00:00:00","data":{"id":2,"deal_id":1,"type":"email","subject":"hush"}},
        {"object":"note","timestamp":"2026-02-09 00:00:00","data":{"id":3,"deal_id":1,"content":"hush"}},
        {"object":"dealChange","timestamp":"2026-02-08 08:00:00","data":{"id":13,"item_id":1,"user_id":77,"field_key":"status",
         "old_value":"open","new_value":"won","log_time":"2026-02-08 08:00:00"}},
        {"object":"dealChange","timestamp":"2026-01-12 08:00:00","data":{"id":12,"item_id":1,"user_id":77,"field_key":"stage_id",
         "old_value":"10","new_value":"11","additional_data":{"new_value_formatted":"Contract"},"log_time":"2026-01-12 08:00:00"}},
        {"object":"dealChange","timestamp":"2026-01-05 08:00:00","data":{"id":11,"item_id":1,"user_id":77,"field_key":"stage_id",
         "old_value":null,"new_value":"10","additional_data":{"new_value_formatted":"Talks"},"log_time":"2026-01-05 08:00:00"}}]}"#;
    assert_eq!(loaded(&own, &[("deals.json", deals), ("flow.json", flow)]), counts(6, 0, 0));
    let moves =
        "SELECT concat(coalesce(from_stage, ''), '>', to_stage, ' ', method) AS move FROM stage_changes ORDER BY seq";
    assert_eq!(own.ask(moves), "move >Talks log Talks>Contract log Contract>Won log");
    let landed = own.ask("SELECT * FROM landing.pipedrive_deal_changes");
    assert!(landed.contains("Contract") && !landed.contains("hush"), "{landed}");
}
