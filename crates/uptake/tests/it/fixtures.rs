//! Real exports of real CRMs, which are not copied into the project: `UPTAKE_FIXTURES` says where they lie.

use crate::firm::{fresh, on, uptake};
use libtest_mimic::{Failed, Trial};
use std::collections::BTreeMap;
use std::path::PathBuf;

const WHY: &str = "needs UPTAKE_FIXTURES, the folder of real exports";

pub fn stories() -> Vec<Trial> {
    vec![
        story("a real export through the API lands whole", a_real_export_lands_whole),
        story("a real tree of JSON lands whole", a_real_tree_lands_whole),
    ]
}

/// Ignored where the fixtures are not; but not on CI, where they must be.
fn story(name: &str, tell: fn(PathBuf)) -> Trial {
    match std::env::var_os("UPTAKE_FIXTURES").filter(|folder| !folder.is_empty()) {
        Some(folder) => Trial::test(name, move || {
            tell(folder.into());
            Ok(())
        }),
        None if std::env::var("CI").is_ok_and(|ci| ci == "true") => Trial::test(name, || Err(Failed::from(WHY))),
        None => Trial::test(format!("{name} ({WHY})"), || Ok(())).with_ignored_flag(true),
    }
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
