//! Salesforce as it really comes: through the API, re-saved by a spreadsheet, downloaded from the Setup page.

use super::lake::{Own, counts};
use crate::story;
use flate2::Compression;
use flate2::write::GzEncoder;
use libtest_mimic::Trial;
use std::io::Write;

pub fn stories() -> Vec<Trial> {
    vec![
        story("a file through the API and one re-saved by a spreadsheet say the same", four_shapes_of_one_file),
        story("dates that can be read in two ways are asked, once said they land", two_ways),
        story("a project says for good in which order its dates are", said_for_good),
        story("impossible days and years reject their rows", impossible_years),
        story("the login history of the Setup page lands, also packed", setup_login_history),
        story("a stage history without its From column is read", stage_history_without_from),
        story("a byte order mark before Windows-1252 is told", a_mark_that_lies),
        story("of a key twice in one file the raw text of the loser is kept", key_twice),
        story("of rows of one key in one file the newest good one lands", newest_of_a_key),
    ]
}

const HEADER: &str = "Id,Name,StageName,Amount,CloseDate,IsWon,OwnerId,CreatedDate,SystemModstamp";

/// As of one day, in four shapes: each later snapshot must bring nothing new.
fn four_shapes_of_one_file() {
    let own = Own::new("four-shapes");
    let weekly = "0065e0000000001AAA,Oak,New,1200.5,2026-02-23 00:00:00,0,0055j000000utlPAAQ,2026-02-23 20:55:00,2026-02-23 20:55:00\n\
                  0065e0000000002AAA,Elm,Won,7,2026-03-04 00:00:00,1,0055j000000utlPAAQ,2026-01-02 00:05:00,2026-01-02 00:05:00\n";
    let api = "0065e0000000001AAA,Oak,New,1200.50,2026-02-23,,0055j000000utlP,2026-02-23T20:55:00.000+0000,2026-02-23T20:55:00.000+0000\n\
               0065e0000000002AAA,Elm,Won,7.0,2026-03-04,1,0055j000000utlP,2026-01-02T00:05:00.000+0000,2026-01-02T00:05:00.000+0000\n";
    let bulk = "0065e0000000001AAA,Oak,New,1200.5,2026-02-23,false,0055j000000utlP,2026-02-23T20:55:00.000Z,2026-02-23T20:55:00.000Z\n\
                0065e0000000002AAA,Elm,Won,7,2026-03-04,true,0055j000000utlP,2026-01-02T00:05:00.000Z,2026-01-02T00:05:00.000Z\n";
    let sheet = "0065e0000000001AAA,Oak,New,1200.5,2/23/26,FALSE,0055j000000utlP,02/23/26 08:55 PM,02/23/26 08:55 PM\n\
                 0065e0000000002AAA,Elm,Won,7,3/4/26,TRUE,0055j000000utlP,01/02/26 12:05 AM,01/02/26 12:05 AM\n";
    let first = own.file("2026-03-01/Opportunity.csv", format!("{HEADER}\n{weekly}"));
    assert_eq!(own.load(&[&first]), counts(2, 0, 0));
    for (day, rows) in [("02", api), ("03", bulk), ("04", sheet)] {
        let header = if day == "02" { format!("\u{feff}{}", HEADER.to_uppercase()) } else { HEADER.into() };
        let file = own.file(&format!("2026-03-{day}/Opportunity.csv"), format!("{header}\n{rows}"));
        assert_eq!(own.load(&[&file]), counts(0, 0, 2), "the shape of March {day}");
    }
}

fn two_ways() {
    let own = Own::new("two-ways");
    let rows = "0065e0000000001AAA,Oak,New,1,03/03/2026,0,,2026-01-01 00:00:00,2026-01-01 00:00:00\n\
                0065e0000000002AAA,Elm,New,1,02/03/2026,0,,2026-01-01 00:00:00,2026-01-01 00:00:00\n";
    let file = own.file("2026-03-01/Opportunity.csv", format!("{HEADER}\n{rows}"));
    let told = own.refused(&[&file]);
    for words in ["Opportunity.csv:3", "CloseDate", "2 March 2026 (dmy)", "3 February 2026 (mdy)", "--date-order"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert_eq!(own.load(&["--date-order", "dmy", &file]), counts(2, 0, 0));
    let close = "SELECT \"CloseDate\" FROM landing.salesforce_opportunity ORDER BY \"Id\"";
    assert_eq!(own.ask(close), "CloseDate 2026-03-03 2026-03-02");
    let usage = own.run(&["load", "--date-order", "ymd", &file]).ended(2);
    assert!(usage.err.contains("dmy or mdy"), "{}", usage.err);
}

fn said_for_good() {
    let own = Own::new("said-for-good");
    let toml = include_str!("../../../../../queries/sources/salesforce/source.toml");
    let toml = toml.replacen("title ", "date_order = \"mdy\"\ntitle ", 1);
    let folder = own.project().join("queries/sources/salesforce");
    std::fs::create_dir_all(&folder).expect("made");
    std::fs::write(folder.join("source.toml"), toml).expect("written");
    let row = "0065e0000000001AAA,Oak,New,1,02/03/2026,0,,2026-01-01 00:00:00,2026-01-01 00:00:00\n";
    own.load(&["--snapshot", "2026-03-01", &own.file("Opportunity.csv", format!("{HEADER}\n{row}"))]);
    assert_eq!(own.ask("SELECT \"CloseDate\" FROM landing.salesforce_opportunity"), "CloseDate 2026-02-03");
    // Another column of this file says that the day stands first, and whoever wrote it has one format for all.
    let row = "0065e0000000001AAA,Oak,New,1,02/03/2026,0,,28/01/2026 00:00,2026-01-01 00:00:00\n";
    own.load(&["--snapshot", "2026-03-02", &own.file("Opportunity.csv", format!("{HEADER}\n{row}"))]);
    let newest = "SELECT \"CloseDate\" FROM landing.salesforce_opportunity WHERE next_seen IS NULL";
    assert_eq!(own.ask(newest), "CloseDate 2026-03-02");
}

fn impossible_years() {
    let own = Own::new("impossible");
    let row = |id: u8, close: &str, created: &str| {
        format!("0065e000000000{id}AAA,Oak,New,1,{close},0,,{created},2026-01-01 00:00:00\n")
    };
    let rows = [
        row(1, "2026-12-31", "2026-01-01 00:00:00"),
        row(2, "0000-01-01", "2026-01-01 00:00:00"),
        row(3, "2026-12-31", "20260-01-01 00:00:00"),
        row(4, "2026-02-30", "2026-01-01 00:00:00"),
        row(5, "2026-12-31", "-2026-01-01 00:00:00"),
        row(6, "12026-12-31", "2026-01-01 00:00:00"),
        row(7, "2026-12-31", "2026-01-01 25:00:00"),
        row(8, "9999-12-31", "0001-01-01 00:00:00"),
    ];
    let file = own.file("2026-03-01/Opportunity.csv", format!("{HEADER}\n{}", rows.concat()));
    assert_eq!(own.load(&[&file]), counts(2, 6, 0));
    assert_eq!(own.ask("SELECT count(*) AS n FROM landing.salesforce_opportunity"), "n 2");
}

/// The headings and the form of its times are as far as we know them: inputs.md 1.5.
fn setup_login_history() {
    let own = Own::new("setup-logins");
    let text = "Username,Login Time,Source IP,Location,Login Type,Status,Browser,Platform,Application,Client Version,\
                API Type,API Version,Login URL,TLS Protocol,TLS Cipher Suite,Country,Login Subtype\n\
                ann@x.example,11/20/2025 9:15:03 PM PST,10.0.0.1,Boston,Application,Success,Chrome 130,Windows 11,Browser,N/A,N/A,N/A,login.salesforce.com,TLS 1.3,AES,US,\n\
                bob@x.example,11/20/2025 10:00:00 AM PST,10.0.0.2,Boston,Remote Access 2.0,Invalid Password,Unknown,iOS,Salesforce for iOS,18.0,N/A,N/A,login.salesforce.com,TLS 1.3,AES,US,OAuth Refresh Token\n";
    let file = own.file("LoginHistory1763700000000.csv", text);
    assert_eq!(own.load(&[&file]), counts(2, 0, 0));
    let sql = "SELECT \"Username\", \"LoginTime\", \"LoginType\", \"LoginSubType\", \"SourceIp\" \
               FROM landing.salesforce_loginhistory ORDER BY 1";
    assert_eq!(
        own.ask(sql),
        "Username,LoginTime,LoginType,LoginSubType,SourceIp \
         ann@x.example,2025-11-21T05:15:03Z,Application,,10.0.0.1 \
         bob@x.example,2025-11-20T18:00:00Z,Remote Access 2.0,OAuth Refresh Token,10.0.0.2"
    );
    assert_eq!(own.ask("SELECT snapshot FROM loads"), "snapshot 2025-11-21");
    // The next download reaches back as well, and comes packed: what it says again is no new login.
    let more = format!("{text}{}", text.lines().last().expect("a row").replace("10:00:00", "11:30:00"));
    let mut packed = GzEncoder::new(vec![], Compression::default());
    packed.write_all(more.as_bytes()).expect("packed");
    let packed = own.file("LoginHistory-next.csv.gz", packed.finish().expect("packed"));
    assert_eq!(own.load(&["--snapshot", "2025-11-22", &packed]), counts(1, 0, 2));
    assert_eq!(own.ask("SELECT count(*) AS n FROM landing.salesforce_loginhistory"), "n 3");
    let torn = own.file("LoginHistory-torn.csv.gz", b"\x1f\x8b\x08\x00\x00");
    assert!(own.refused(&[&torn]).contains("damaged or cut off"));
}

fn stage_history_without_from() {
    let own = Own::new("without-from");
    let text = "Id,OpportunityId,CreatedById,CreatedDate,StageName,Amount\n\
                0085e0000000001AAA,0065e0000000001AAA,0055j000000utlP,2026-01-05T09:00:00.000Z,New,100\n\
                0085e0000000002AAA,0065e0000000001AAA,0055j000000utlP,2026-01-06T09:00:00.000Z,New,120\n\
                0085e0000000003AAA,0065e0000000001AAA,0055j000000utlP,2026-01-07T09:00:00.000Z,Proposal,120\n";
    let file = own.file("OpportunityHistory.csv", text);
    assert_eq!(own.load(&[&file]), counts(3, 0, 0));
    let sql = "SELECT from_stage, to_stage FROM stage_changes ORDER BY ts";
    let told = own.ask(sql);
    assert!(
        told.ends_with(",New New,Proposal") && told.lines().count() == 1,
        "a change of amount moves no deal: {told}"
    );
}

fn a_mark_that_lies() {
    let own = Own::new("mark-that-lies");
    let mut bytes = b"\xEF\xBB\xBF".to_vec();
    bytes.extend(super::lake::roles(&[("1", "Verk", "2026-02-01")]).replace("Verk", "Verk\u{1}").into_bytes());
    let at = bytes.iter().position(|b| *b == 1).expect("the mark");
    bytes[at] = 0xE4;
    let ran = own.run(&["load", "--snapshot", "2026-03-01", &own.file("UserRole.csv", bytes)]).ended(0);
    assert!(ran.err.contains("windows-1252 since line 2 in spite of its byte order mark"), "{}", ran.err);
    assert_eq!(own.ask("SELECT \"Name\" FROM landing.salesforce_userrole"), "Name Verkä");
}

fn key_twice() {
    let own = Own::new("key-twice");
    let text = "Id,Name,ParentRoleId,CreatedDate,SystemModstamp\n\
                00E1x0000000001AAA,\"Sales, North\",,2026-01-01T00:00:00.000+0100,2026-03-01 00:00:00\n\
                00E1x0000000001AAA,Bad,,2026-02-30 00:00:00,2026-03-09 00:00:00\n\
                00E1x0000000001AAA,\"Sales, old\",,2026-01-01T00:00:00.000+0100,2026-02-01 00:00:00\n";
    let file = own.file("2026-03-10/UserRole.csv", text);
    assert_eq!(own.load(&[&file]), counts(1, 2, 0));
    assert_eq!(own.ask("SELECT \"Name\" FROM landing.salesforce_userrole"), "Name \"Sales, North\"");
    let rejects = own.ask("SELECT line, \"column\", reason, raw FROM rejects ORDER BY line");
    let raw = "\"00E1x0000000001AAA,\"\"Sales, old\"\",,2026-01-01T00:00:00.000+0100,2026-02-01 00:00:00\"";
    assert!(rejects.ends_with(&format!("4,Id,key twice,{raw}")), "{rejects}");
}

fn newest_of_a_key() {
    let own = Own::new("newest-of-a-key");
    // Rows of each key as (day of February, whether it is good), in the order of the file; and which of them lands.
    let keys: [(&[(u32, bool)], usize); 8] = [
        (&[(1, true), (2, true), (3, true)], 2),
        (&[(3, true), (2, true), (1, true)], 0),
        (&[(2, true), (3, true), (1, true)], 1),
        (&[(2, true), (2, true)], 1),
        (&[(9, false), (1, true)], 1),
        (&[(1, true), (9, false)], 0),
        (&[(9, false), (1, true), (3, true), (2, true)], 2),
        (&[(2, true), (9, false), (1, true), (2, true)], 3),
    ];
    let mut text = "Id,Name,CreatedDate,SystemModstamp\n".to_string();
    // The first rows of all keys, then the second, and so on; and so many others between them that they are typed by other threads.
    for nth in 0..4 {
        text += &(0..3000).map(|at| format!("00E1x00000{nth}{at:04}ZZZ,,2026-01-01 00:00:00,\n")).collect::<String>();
        for (key, (rows, _)) in keys.iter().enumerate() {
            let Some((day, is_good)) = rows.get(nth) else { continue };
            let created = if *is_good { "2026-01-01" } else { "2026-02-30" };
            let id = format!("00E1x000000000{key}AAA");
            text += &format!("{id},{key} {nth},{created} 00:00:00,2026-02-{day:02} 00:00:00\n");
        }
    }
    assert_eq!(own.load(&[&own.file("2026-03-10/UserRole.csv", text)]), counts(12_008, 15, 0));
    let names: Vec<String> = keys.iter().zip(0..).map(|((_, lands), key)| format!("{key} {lands}")).collect();
    let landed = own.ask("SELECT \"Name\" FROM landing.salesforce_userrole WHERE \"Name\" IS NOT NULL ORDER BY 1");
    assert_eq!(landed, format!("Name {}", names.join(" ")));
    assert_eq!(own.ask("SELECT count(*) AS n FROM rejects WHERE reason = 'key twice'"), "n 11");
}
