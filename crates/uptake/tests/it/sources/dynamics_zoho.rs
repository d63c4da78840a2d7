//! What Dynamics and Zoho export beside deals, and by which words; and how a plain list says that a deal is over. Small files by hand.

use super::asked;
use crate::loading::lake::{Own, counts};
use crate::story;
use libtest_mimic::Trial;

pub fn stories() -> Vec<Trial> {
    vec![
        story("Dynamics' quotes, orders and projects are no opportunities", no_opportunities),
        story("Dynamics' notes land without what they say", dynamics_notes),
        story("Dynamics names a currency in words", currencies_in_words),
        story("Dynamics' labels name users and stages", labels_beside_ids),
        story("Dynamics' ids are the same in capitals and in braces", guids_in_braces),
        story("Dynamics' default views have the reason of a status alone", reasons_alone),
        story("Zoho's modules each land as what they are", zoho_modules),
        story("Zoho's deals may come by the API's names", zoho_by_api_names),
        story("a plain list says in many ways that a deal is over", ends_in_words),
        story("a file's columns may be called as a mapping calls its own", called_alike),
    ]
}

/// The three hidden columns that every export to Excel begins with.
fn hidden(entity: &str) -> String {
    format!("(Do Not Modify) {entity},(Do Not Modify) Row Checksum,(Do Not Modify) Modified On")
}

fn no_opportunities() {
    let own = Own::new("no-opportunities");
    for (entity, rest) in [
        ("Quote", "Quote ID,Name,Potential Customer,Status,Status Reason,Total Amount,Owner,Created On"),
        ("Order", "Order ID,Name,Potential Customer,Status,Total Amount,Owner,Created On"),
        ("Project", "Name,Customer,Status,Status Reason,Owner,Created On"),
        ("Team", "Team Name,Business Unit,Team Type,Created On"),
        ("Competitor", "Name,Website,Created On,Modified On"),
        ("Opportunity Product", "Opportunity,Existing Product,Unit,Quantity,Created On"),
    ] {
        let header = format!("{},{rest}", hidden(entity));
        let file = own.file("view.csv", format!("{header}\n1{}\n", ",x".repeat(header.matches(',').count())));
        let told = own.refused(&["--dry-run", "--snapshot", "2026-03-01", &file]);
        assert!(told.contains("no source knows this file"), "{entity}: {told}");
    }
}

fn dynamics_notes() {
    let own = Own::new("dynamics-notes");
    let head = hidden("Note");
    let file = own.file(
        "2026-03-01/Notes.csv",
        format!(
            "{head},Title,Description,Regarding,Created By,Created On\n\
             n1,x,2/13/2026 9:00,Call,Wants it soon,Oak Ltd,Ann Lee,2/13/2026 9:00\n"
        ),
    );
    assert_eq!(own.load(&[&file]), counts(1, 0, 0));
    assert_eq!(
        own.ask("SELECT annotationid, regarding, createdby, title, notetext FROM landing.dynamics_annotation"),
        "annotationid,regarding,createdby,title,notetext n1,Oak Ltd,Ann Lee,,"
    );
    assert_eq!(own.ask("SELECT count(*) AS n FROM activities"), "n 0", "by what it regards it would be one");
}

/// The firm's are euros: Ash's by name, Yew's since nothing says otherwise.
fn currencies_in_words() {
    let own = Own::new("currencies-in-words");
    let file = own.file(
        "2026-02-01/Open Opportunities.csv",
        "Opportunity Name,Est. revenue,Currency,Est. close date,Status,Owner,Created On\n\
         Ash,100,Euro,4/30/2026,Open,Ann,1/5/2026 9:00\n\
         Elm,200,US Dollar,4/30/2026,Open,Ann,1/5/2026 9:00\n\
         Oak,400,Galleon,4/30/2026,Open,Ann,1/5/2026 9:00\n\
         Yew,800,,4/30/2026,Open,Ann,1/5/2026 9:00\n",
    );
    assert_eq!(own.load(&[&file]), counts(4, 0, 0));
    assert_eq!(
        own.ask("SELECT name, currency FROM deal_snapshots ORDER BY name"),
        "name,currency Ash,EUR Elm,USD Oak,GALLEON Yew,"
    );
    assert_eq!(asked(&own, &["open_pipeline"]), "2026-01 900.00 (2 of 4)\n2026-02 900.00 (2 of 4)");
    // Where all stand under one name it is the firm's own, however it is called.
    let own = Own::new("currency-of-its-own");
    let file = own.file(
        "2026-02-01/Open Opportunities.csv",
        "Opportunity Name,Est. revenue,Currency,Est. close date,Status,Owner,Created On\n\
         Ash,100,Dollar américain,4/30/2026,Open,Ann,1/5/2026 9:00\nElm,200,Dollar américain,4/30/2026,Open,Ann,1/5/2026 9:00\n",
    );
    assert_eq!(own.load(&[&file]), counts(2, 0, 0));
    own.ask("SELECT 1");
    assert_eq!(asked(&own, &["open_pipeline"]), "2026-01 300.00 (2 of 2)\n2026-02 300.00 (2 of 2)");
}

/// As the Web API writes them where formatted values were asked for, and as a query of the tables does, with `NULL` for nothing.
fn labels_beside_ids() {
    let own = Own::new("labels-beside-ids");
    let label = "@OData.Community.Display.V1.FormattedValue";
    let api = own.file(
        "2026-02-01/opportunities.csv",
        format!(
            "opportunityid,name,estimatedvalue,statecode,salesstage,salesstage{label},_ownerid_value,_ownerid_value{label},\
             _createdby_value,_createdby_value{label},_transactioncurrencyid_value{label},createdon\n\
             o-1,Oak,100,0,1,Develop,u-1,Ann Lee,u-2,Bob Ray,Euro,2026-01-05T09:00:00Z\n"
        ),
    );
    let query = own.file(
        "2026-02-02/opportunity.csv",
        "opportunityid,name,estimatedvalue,statecode,salesstage,salesstagename,ownerid,owneridname,transactioncurrencyidname,\
         actualclosedate,createdon\n\
         o-2,Elm,200,0,2,Propose,u-1,Ann Lee,US Dollar,NULL,2026-01-06 09:00:00.000\n",
    );
    assert_eq!(own.load(&[&api, &query]), counts(2, 0, 0));
    assert_eq!(
        own.ask("SELECT name, stage, owner_id, created_by, currency FROM deal_snapshots ORDER BY name"),
        "name,stage,owner_id,created_by,currency Elm,Propose,u-1,,USD Oak,Develop,u-1,u-2,EUR"
    );
    assert_eq!(own.ask("SELECT user_id, name FROM crm_users ORDER BY user_id"), "user_id,name u-1,Ann Lee u-2,Bob Ray");
}

/// The API writes ids in small letters, a query of its database in capitals, and older tools put braces around.
fn guids_in_braces() {
    let own = Own::new("guids-in-braces");
    let users = own.file(
        "2026-02-01/systemusers.csv",
        "systemuserid,fullname,internalemailaddress,isdisabled\n\
         6f9619ff-8b86-d011-b42d-00c04fc964ff,Ann Lee,ann@oak.example,false\n",
    );
    let deals = |day: &str, id: &str, owner: &str, amount: u32| {
        let header = "opportunityid,name,estimatedvalue,statecode,ownerid,createdby,createdon,modifiedon";
        let stamps = format!("2026-01-05T09:00:00Z,{day}T09:00:00Z");
        own.file(&format!("{day}/opportunity.csv"), format!("{header}\n{id},Oak,{amount},0,{owner},{owner},{stamps}\n"))
    };
    let id = "0a1b2c3d-0000-4000-8000-00000000abcd";
    let in_braces =
        deals("2026-02-01", &format!("{{{}}}", id.to_uppercase()), "{6F9619FF-8B86-D011-B42D-00C04FC964FF}", 100);
    let small = deals("2026-02-08", id, "6f9619ff-8b86-d011-b42d-00c04fc964ff", 300);
    assert_eq!(own.load(&[&users, &in_braces, &small]), counts(3, 0, 0));
    assert_eq!(
        own.ask("SELECT DISTINCT d.opp_id, u.name FROM deal_snapshots d JOIN crm_users u ON u.user_id = d.owner_id"),
        format!("opp_id,name {id},Ann Lee")
    );
    assert_eq!(own.ask("SELECT count(*) AS n FROM crm_users"), "n 1");
    assert_eq!(own.ask("SELECT count(*) AS n FROM deal_snapshots WHERE created_by <> owner_id"), "n 0");
    assert_eq!(asked(&own, &["open_pipeline"]), "2026-01 100.00 (1 of 1)\n2026-02 300.00 (1 of 1)");
    let names = own.file(
        "2026-02-15/opportunity.csv",
        "opportunityid,name,estimatedvalue,statecode,ownerid,createdby,createdon\n\
         ServiceProject1,Elm,5,0,ServiceAccount1,NorthwindTrader,2026-02-09T09:00:00Z\n",
    );
    assert_eq!(own.load(&[&names]), counts(1, 0, 0));
    assert_eq!(
        own.ask("SELECT opp_id, owner_id, created_by FROM deal_snapshots WHERE name = 'Elm'"),
        "opp_id,owner_id,created_by ServiceProject1,ServiceAccount1,NorthwindTrader"
    );
}

/// Two firms are called Elm: which of them is meant, a name does not say.
fn reasons_alone() {
    let own = Own::new("reasons-alone");
    let changed = "x,1/19/2026 9:00";
    let view = |name: &str, entity: &str, rest: &str| own.file(name, format!("{},{rest}", hidden(entity)));
    let leads = view(
        "2026-02-01/Open Leads.csv",
        "Lead",
        &format!(
            "Name,Topic,Status Reason,Owner,Created On\n\
             l1,{changed},Kim Poe,Belts,New,Ann Lee,1/5/2026 9:00\n\
             l2,{changed},Lou Fox,Caps,Qualified,Ann Lee,1/6/2026 9:00\n"
        ),
    );
    let cases = view(
        "2026-02-01/Active Cases.csv",
        "Case",
        &format!(
            "Case Title,Case Number,Status Reason,Owner,Created On\n\
             c1,{changed},Broken,CAS-1,In Progress,Ann Lee,1/5/2026 9:00\n\
             c2,{changed},Worn,CAS-2,Problem Solved,Ann Lee,1/6/2026 9:00\n"
        ),
    );
    let accounts = view(
        "2026-02-01/Active Accounts.csv",
        "Account",
        &format!("Account Name,Main Phone\na1,{changed},Oak Ltd,1\na2,{changed},Elm Ltd,2\na3,{changed},Elm Ltd,3\n"),
    );
    let activities = view(
        "2026-02-01/All Activities.csv",
        "Activity",
        &format!(
            "Subject,Regarding,Activity Type,Activity Status,Owner,Due Date,Date Created\n\
             t1,{changed},Hello,Oak Ltd,Phone Call,Completed,Ann Lee,1/18/2026 9:00,1/17/2026 9:00\n\
             t2,{changed},Hello,Elm Ltd,Task,Open,Ann Lee,1/18/2026 9:00,1/17/2026 9:00\n"
        ),
    );
    assert_eq!(own.load(&[&leads, &cases, &accounts, &activities]), counts(9, 0, 0));
    assert_eq!(
        own.ask("SELECT lead_id, status, is_converted FROM leads ORDER BY lead_id"),
        "lead_id,status,is_converted l1,New,false l2,Qualified,true"
    );
    assert_eq!(
        own.ask("SELECT case_id, status, is_closed FROM cases ORDER BY case_id"),
        "case_id,status,is_closed c1,In Progress,false c2,Problem Solved,true"
    );
    assert_eq!(
        own.ask("SELECT activity_id, account_id, created_ts FROM activities ORDER BY activity_id"),
        "activity_id,account_id,created_ts t1,a1,2026-01-17T08:00:00Z t2,,2026-01-17T08:00:00Z"
    );
}

fn zoho_modules() {
    let own = Own::new("zoho-modules");
    let head = "Record Id,Created Time,Modified Time";
    let at = "2026-01-05 09:00:00,2026-01-05 09:00:00";
    let files = [
        (
            "Accounts_001.csv",
            format!("{head},Account Owner Id,Account Name\nzcrm_1,{at},zcrm_90,Oak Ltd\n"),
        ),
        (
            "Deals_Contact_Roles_001.csv",
            format!("{head},Deal Name.id,Deal Name,Contact Name.id,Contact Role\nzcrm_2,{at},zcrm_70,Oak,zcrm_80,Buyer\n"),
        ),
        (
            "Deals_Stage_History_001.csv",
            "Record Id,Deal Name.id,Deal Name,Stage,Stage Duration (Calendar Days),Modified By,Modified Time,Closing Date\n\
             zcrm_3,zcrm_70,Oak,Qualification,51,Ann Lee,2026-01-06 09:00:00,2026-04-01\n"
                .to_string(),
        ),
        (
            "Invoices_001.csv",
            format!("{head},Invoice Owner Id,Subject,Status,Account Name\nzcrm_4,{at},zcrm_90,Belts,Created,Oak Ltd\n"),
        ),
        (
            "Notes_001.csv",
            format!("{head},Note Owner Id,Note Title,Note Content,Parent Id\nzcrm_5,{at},zcrm_90,Call,Soon,zcrm_70\n"),
        ),
        ("Ordered Items_001.csv", "Record Id,Parent.id,Product Name.id,Quantity\nzcrm_6,zcrm_70,zcrm_60,3\n".to_string()),
        (
            "Quotes_001.csv",
            format!("{head},Quote Owner Id,Subject,Quote Stage,Account Id\nzcrm_7,{at},zcrm_90,Belts,Draft,zcrm_1\n"),
        ),
    ];
    let files = files.map(|(name, text)| own.file(&format!("2026-03-01/{name}"), text));
    assert_eq!(own.load(&files.each_ref().map(String::as_str)), counts(7, 0, 0));
    assert_eq!(
        own.ask("SELECT object FROM loads ORDER BY object"),
        "object Accounts Contact_Roles Invoices_001 Line_Items Notes_001 Quotes_001 Stage_History"
    );
    assert_eq!(
        own.ask("SELECT name FROM accounts"),
        "name Oak Ltd",
        "quotes and invoices name an account, and are none"
    );
    assert_eq!(own.ask("SELECT opp_id, stage FROM deal_history"), "opp_id,stage 70,Qualification");
    assert_eq!(own.ask("SELECT count(*) AS n FROM deal_snapshots"), "n 0");
    let told = own.run(&["sql", "SELECT \"Note_Content\" FROM landing.zoho_notes_001"]);
    assert_ne!(told.status, 0, "what a note says is not in the lake: {}", told.out);
}

/// A list of somebody's own with a `deal_name` stays a plain one.
fn zoho_by_api_names() {
    let own = Own::new("zoho-by-api-names");
    let bulk = own.file(
        "bulk.csv",
        "Id,Owner,Amount,Deal_Name,Closing_Date,Account_Name,Stage,Created_By,Created_Time,Modified_Time\n\
         101,9,100,Oak,2026-04-01,501,Qualification,8,2026-01-05T09:00:00Z,2026-01-06T09:00:00Z\n",
    );
    let list = own.file("list.csv", "deal_id,deal_name,owner,stage,amount,closing_date\n1,Elm,Ann,Open,5,2026-04-01\n");
    assert_eq!(own.load(&["--snapshot", "2026-03-01", &bulk, &list]), counts(2, 0, 0));
    assert_eq!(
        own.ask("SELECT source, opp_id, owner_id, created_by, account_id FROM deal_snapshots ORDER BY source"),
        "source,opp_id,owner_id,created_by,account_id plain,1,ann,, zoho,101,9,8,501"
    );
}

fn ends_in_words() {
    let own = Own::new("ends-in-words");
    let stages = [
        ("Won", "won"),
        ("closed_won", "won"),
        ("6 - Closed Won", "won"),
        ("Closed Won (Renewal)", "won"),
        ("Closed - Lost", "lost"),
        ("Closed-Lost to Competition", "lost"),
        ("Lost to a rival: not our price", "lost"),
        ("7 - Cancelled", "lost"),
        ("1 - Qualify", "open"),
        ("Not won yet", "open"),
        ("Not yet won", "open"),
        ("Won't proceed", "open"),
        ("Competitor won", "open"),
        ("Won by competitor", "open"),
        ("Won - competitor replaced", "won"),
        ("Gewonnen/Verloren", "open"),
        ("Not closed lost", "open"),
        ("Gewonnen (Verlängerung)", "won"),
        ("Verloren (Preis)", "lost"),
        ("Not closed won", "open"),
        ("Won/Lost", "open"),
    ];
    let rows =
        stages.iter().zip(11..).map(|((stage, _), id)| format!("{id},{stage},1,2026-01-05 09:00:00,2026-02-01\n"));
    let list = own.file(
        "2026-03-01/list.csv",
        format!("Deal ID,Stage,Amount,Created Time,Close Date\n{}", rows.collect::<Vec<_>>().concat()),
    );
    assert_eq!(own.load(&[&list]), counts(stages.len() as u64, 0, 0));
    let ends: Vec<&str> = stages.iter().map(|(_, end)| *end).collect();
    let end_of = "CASE WHEN is_won THEN 'won' WHEN is_closed THEN 'lost' ELSE 'open' END AS stands";
    assert_eq!(
        own.ask(&format!("SELECT {end_of} FROM deal_snapshots ORDER BY opp_id")),
        format!("stands {}", ends.join(" "))
    );
    assert_eq!(
        own.ask("SELECT DISTINCT created_ts FROM deal_snapshots"),
        "created_ts 2026-01-04T23:00:00Z",
        "the day of its making, as it begins in Berlin"
    );
}

fn called_alike() {
    let own = Own::new("called-alike");
    let plain = own.file(
        "2026-03-01/list.csv",
        "id,deal,stage,amount,title,words,opp_id,is_won,created_date\n1,Oak,Won,5,x,x,x,x,2026-01-05\n",
    );
    let dynamics = own.file(
        "2026-03-01/opportunity.csv",
        "opportunityid,name,estimatedvalue,statecode,state,stage,code,is_won,createdon\n\
         o-1,Elm,7,1,x,x,x,x,2026-01-05T09:00:00Z\n",
    );
    let zoho = own.file(
        "2026-03-01/Deals_001.csv",
        "Record Id,Created Time,Deal Name,Stage,Amount,word,opp_id,is_won\n\
         zcrm_1,2026-01-05 09:00:00,Ash,Closed Won,9,x,x,x\n",
    );
    assert_eq!(own.load(&[&plain, &dynamics, &zoho]), counts(3, 0, 0));
    assert_eq!(
        own.ask("SELECT source, opp_id, name, is_won FROM deal_snapshots ORDER BY source"),
        "source,opp_id,name,is_won dynamics,o-1,Elm,true plain,1,Oak,true zoho,1,Ash,true"
    );
}
