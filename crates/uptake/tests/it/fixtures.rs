//! Real exports of real CRMs, which are not copied into the project: `UPTAKE_FIXTURES` says where they lie.

use crate::firm::{fresh, on, uptake};
use crate::story_with;
use libtest_mimic::Trial;
use std::collections::BTreeMap;
use std::path::PathBuf;

pub fn stories() -> Vec<Trial> {
    vec![
        story("a real export through the API lands whole", a_real_export_lands_whole),
        story("a real tree of JSON lands whole", a_real_tree_lands_whole),
        story("what a connector copied lands whole, and builds", a_connectors_copies_land),
    ]
}

fn story(name: &str, tell: fn(PathBuf)) -> Trial {
    let folder = std::env::var_os("UPTAKE_FIXTURES").filter(|folder| !folder.is_empty());
    let missing = folder.is_none().then_some("needs UPTAKE_FIXTURES, the folder of real exports");
    story_with(missing, name, move || tell(folder.expect("it is named").into()))
}

/// 430 rows in nine objects, with a BOM, `+0000` and empty for false.
fn a_real_export_lands_whole(folder: PathBuf) {
    let project = fresh("real-export");
    uptake(&["init", &project.join("p").to_string_lossy()]).ended(0);
    let export = folder.join("SFDC-Assets-data-cloud-workshop");
    let ran = on(&project.join("p"), &["load", "--snapshot", "2026-01-31", &export.to_string_lossy()]);
    let files: Vec<serde_json::Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect();
    let sum = |count: &str| files.iter().filter_map(|file| file[count].as_u64()).sum::<u64>();
    assert_eq!(sum("read"), sum("landed") + sum("rejected") + sum("duplicate"), "{}", ran.out);
    assert_eq!(sum("landed"), 430, "{}\n{}", ran.out, ran.err);
    let told: BTreeMap<&str, u64> =
        files.iter().filter_map(|file| Some((file["object"].as_str()?, file["landed"].as_u64()?))).collect();
    let known = [
        ("Account", 22),
        ("Branch__c", 5),
        ("Campaign", 8),
        ("CampaignMember", 68),
        ("Case", 40),
        ("Contact", 102),
        ("Lead", 60),
        ("Opportunity", 50),
        ("Task", 75),
    ];
    assert_eq!(told, known.into());
}

/// Three accounts without ids: others refer to them by `@AccountRef1`, which a CSV guards as it does what could be a formula.
fn a_real_tree_lands_whole(folder: PathBuf) {
    let project = fresh("real-tree").join("p");
    uptake(&["init", &project.to_string_lossy()]).ended(0);
    let tree = folder.join("trailheadapps-ebikes-lwc/Accounts.json").to_string_lossy().into_owned();
    on(&project, &["load", "--snapshot", "2026-01-31", &tree]).ended(0);
    on(&project, &["build"]).ended(0);
    let sql = "SELECT \"Id\", \"Name\", \"BillingPostalCode\" FROM landing.salesforce_account ORDER BY 1 LIMIT 1";
    let told = on(&project, &["sql", "--format", "csv", sql]).ended(0).out;
    assert_eq!(told.lines().nth(1), Some("'@AccountRef1,Wheelworks,02478"));
}

/// Connectors name columns otherwise than the CRMs do. The rows are those of the files that have a use here; the others are refused by name.
/// Zendesk's history has a row four times: once it stands, three times it is told.
fn a_connectors_copies_land(folder: PathBuf) {
    for (connector, landed, rejected) in [
        ("salesforce", 111, 0),
        ("hubspot", 513, 0),
        ("dynamics_365_crm", 30, 0),
        ("workday", 24, 0),
        ("zendesk", 55, 3),
        ("qualtrics", 25, 0),
    ] {
        let project = fresh(&format!("connector-{connector}")).join("p");
        uptake(&["init", &project.to_string_lossy()]).ended(0);
        let files = folder.join(format!("fivetran-dbt_{connector}"));
        let ran = on(&project, &["load", "--snapshot", "2024-01-31", &files.to_string_lossy()]);
        let files = ran.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a JSON line"));
        let counts = files.fold((0, 0), |(landed, rejected), file| {
            let count = |name: &str| file[name].as_u64().expect("a count");
            (landed + count("landed"), rejected + count("rejected"))
        });
        assert_eq!(counts, (landed, rejected), "{connector}\n{}", ran.err);
        on(&project, &["build"]).ended(0);
    }
}
