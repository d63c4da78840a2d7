//! Odd names of files, objects and columns.

use super::lake::{Own, counts, roles};
use crate::firm::program;
use crate::story;
use libtest_mimic::Trial;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;

pub fn stories() -> Vec<Trial> {
    vec![
        story("columns called as ours land beside them", reserved_columns),
        story("objects of odd names land in tables of their own", odd_objects),
        story("objects that differ in capitals are one", capitals),
        story("objects whose tables would be one are told apart or refused", one_table_for_two),
        story("the date in a file's name is no part of its object", dated_names),
        story("a header that ends in a comma has columns there where rows have values", a_trailing_comma),
        story("relationship columns and headers in capitals are read", relationship_columns),
        story("a folder that cannot be read is told, the others land", an_unreadable_folder),
        story("links that lead back end", links_that_lead_back),
    ]
}

fn custom(id: &str) -> String {
    format!("Id,CreatedDate,SystemModstamp\na0{id}1x0000000001AAA,2026-01-01 00:00:00,2026-01-01 00:00:00\n")
}

fn reserved_columns() {
    let own = Own::new("reserved");
    let text = "Id,CreatedDate,_key,_Full,_load,_stamp,_mine,gone,First_Seen,nth\n\
                a011x0000000001AAA,2026-01-01 00:00:00,k,f,l,s,m,g,1,2\n";
    own.load(&["--snapshot", "2026-03-01", &own.file("Odd__c.csv", text)]);
    let sql = "SELECT key_, \"Full_\", load_, stamp_, mine_, gone_, \"First_Seen_\", nth_, _key, gone, first_seen \
               FROM landing.salesforce_odd__c";
    assert_eq!(
        own.ask(sql),
        "key_,Full_,load_,stamp_,mine_,gone_,First_Seen_,nth_,_key,gone,first_seen \
         k,f,l,s,m,g,1,2,a011x0000000001AAA,false,2026-03-01"
    );
}

fn odd_objects() {
    let own = Own::new("odd-objects");
    let names = ["Accounts.old.csv", "Verträge__c.csv", "a:b|c.csv", "%2f...csv", "Ünïcode Öbject.CSV", "'; DROP.csv"];
    let files: Vec<String> = names.iter().map(|name| own.file(&format!("2026-03-01/{name}"), custom("1"))).collect();
    let paths: Vec<&str> = files.iter().map(String::as_str).collect();
    assert_eq!(own.load(&paths), counts(6, 0, 0));
    assert_eq!(own.load(&paths), counts(0, 0, 6));
    own.ask("SELECT 1");
    let tables = own.run(&["tables", "--format", "csv"]).ended(0).out;
    for table in ["salesforce_accounts_old", "salesforce_vertr_ge__c", "salesforce_a_b_c", "salesforce__2f"] {
        assert!(tables.contains(table), "{table}: {tables}");
        assert_eq!(own.ask(&format!("SELECT count(*) AS n FROM landing.{table}")), "n 1");
    }
}

fn capitals() {
    let own = Own::new("capitals");
    own.load(&[&own.file("2026-03-01/Foo__c.csv", custom("1"))]);
    assert_eq!(own.load(&[&own.file("2026-03-08/foo__C.csv", custom("1"))]), counts(0, 0, 1));
    assert_eq!(own.ask("SELECT DISTINCT object FROM loads WHERE object ILIKE 'foo__c'"), "object Foo__c");
    let both = Own::new("capitals-together");
    let (one, two) = (both.file("2026-03-01/Foo__c.csv", custom("1")), both.file("2026-03-08/FOO__C.csv", custom("1")));
    assert_eq!(both.load(&[&one, &two]), counts(1, 0, 1));
}

fn one_table_for_two() {
    let own = Own::new("one-table");
    own.load(&[&own.file("2026-03-01/a-b.csv", custom("1"))]);
    let told = own.refused(&[&own.file("2026-03-08/a+b.csv", custom("1"))]);
    assert!(told.contains("a+b") && told.contains("\"a-b\"") && told.contains("landing.salesforce_a_b"), "{told}");
}

fn dated_names() {
    let own = Own::new("dated-names");
    for (name, day) in [
        ("UserRole_2026-03-01.csv", "2026-03-01"),
        ("2026_03_08 UserRole.csv", "2026-03-08"),
        ("UserRole-20260315 (1).csv", "2026-03-15"),
    ] {
        own.load(&[&own.file(name, roles(&[("1", day, "2026-02-01")]))]);
    }
    assert_eq!(
        own.ask("SELECT object, snapshot FROM loads ORDER BY snapshot"),
        "object,snapshot UserRole,2026-03-01 UserRole,2026-03-08 UserRole,2026-03-15"
    );
}

fn a_trailing_comma() {
    let own = Own::new("trailing");
    let text = "Id,CreatedDate,,Colour,,\na011x0000000001AAA,2026-01-01 00:00:00,x,red,,\n\
                a021x0000000001AAA,2026-01-01 00:00:00,y,blue\na031x0000000001AAA,2026-01-01 00:00:00,z,green,,lost\n";
    assert_eq!(own.load(&["--snapshot", "2026-03-01", &own.file("Odd__c.csv", text)]), counts(3, 0, 0));
    let sql = "SELECT column_3, \"Colour\", column_6 FROM landing.salesforce_odd__c ORDER BY 1";
    assert_eq!(own.ask(sql), "column_3,Colour,column_6 x,red, y,blue, z,green,lost");
    let bad = text.replace("2026-01-01 00:00:00,y", "soon,y").replace("a0", "b0");
    assert_eq!(own.load(&["--snapshot", "2026-03-01", &own.file("Oddly__c.csv", &bad)]), counts(2, 1, 0));
    let out = own.dir.join("back.csv").to_string_lossy().into_owned();
    own.run(&["rejects", "--out", &out]).ended(0);
    let back = fs::read_to_string(&out)
        .expect("written")
        .replace("soon", "2026-01-01 00:00:00")
        .replace(",blue", ",blue,,found");
    fs::write(&out, back).expect("corrected");
    assert_eq!(own.load(&[&out]), counts(1, 0, 0));
    let sql = "SELECT \"Colour\", column_6 FROM landing.salesforce_oddly__c ORDER BY \"Id\"";
    assert_eq!(
        own.ask(sql),
        "Colour,column_6 red, blue,found green,lost",
        "as in the export, not in the file of corrections"
    );
    let empty = text.replace("lost", "");
    own.load(&["--snapshot", "2026-03-01", &own.file("Even__c.csv", empty)]);
    assert!(!own.ask("SELECT * FROM landing.salesforce_even__c").contains("column_6"));
}

fn relationship_columns() {
    let own = Own::new("relationship");
    let first = "ID,CREATEDDATE,OWNER.NAME,ISDELETED\n001x0000003DGb0,2026-01-01T00:00:00.000Z,Ann,\n";
    let second = "Id,CreatedDate,Owner.Name,IsDeleted,Owner.Profile.Name\n\
                  001x0000003DGb0,2026-01-01T00:00:00Z,Ann,false,Admin\n";
    own.load(&["--snapshot", "2026-03-01", &own.file("a/Odd__c.csv", first)]);
    assert_eq!(own.load(&["--snapshot", "2026-03-08", &own.file("b/Odd__c.csv", second)]), counts(1, 0, 0));
    let sql = "SELECT \"Id\", \"OWNER.NAME\", \"Owner.Profile.Name\", \"IsDeleted\" \
               FROM landing.salesforce_odd__c ORDER BY first_seen";
    let id = "001x0000003DGb0AAG";
    assert_eq!(
        own.ask(sql),
        format!("Id,OWNER.NAME,Owner.Profile.Name,IsDeleted {id},Ann,,false {id},Ann,Admin,false")
    );
}

/// Root may read everything: then the program runs as nobody, in a project that is open to all.
fn an_unreadable_folder() {
    let own = Own::new("unreadable");
    own.file("closed/UserRole.csv", roles(&[("1", "Sales", "2026-02-01")]));
    own.file("open/UserRole.csv", roles(&[("2", "Service", "2026-02-01")]));
    let closed = own.dir.join("files/closed");
    let is_root = own.dir.metadata().expect("there").uid() == 0;
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("changed");
    for folder in [own.dir.parent().expect("scratch"), &own.dir, &own.project()] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).expect("changed");
    }
    // Where the build lies may be closed to others: then a copy runs.
    let binary = own.dir.join("uptake");
    fs::copy(env!("CARGO_BIN_EXE_uptake"), &binary).expect("copied");
    let mut command = if is_root { std::process::Command::new(&binary) } else { program() };
    if is_root {
        command.uid(65_534);
    }
    let lake = own.dir.join("p/nobodys-lake");
    let files = own.dir.join("files");
    let args =
        ["--project", &own.project().to_string_lossy(), "--lake", &lake.to_string_lossy(), "load"].map(String::from);
    let ran =
        command.args(args).args(["--snapshot", "2026-03-01"]).arg(&files).current_dir("/").output().expect("it runs");
    let err = String::from_utf8_lossy(&ran.stderr);
    assert!(err.contains("files/closed") && err.contains("cannot be read"), "{err}");
    assert!(err.contains("landed 1 of 1 rows"), "{err}");
    assert_eq!(ran.status.code(), Some(1));
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).expect("changed back");
}

fn links_that_lead_back() {
    let own = Own::new("links");
    own.file("in/UserRole.csv", roles(&[("1", "Sales", "2026-02-01")]));
    for name in ["one", "two"] {
        symlink(own.dir.join("files/in"), own.dir.join("files/in").join(name)).expect("linked");
    }
    assert_eq!(own.load(&["--snapshot", "2026-03-01", &own.dir.join("files").to_string_lossy()]), counts(1, 0, 0));
}
