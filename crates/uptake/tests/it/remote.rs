//! A lake in a bucket: the same figures as on a disk, whoever writes beside us and whatever is lost on the way.
//!
//! Here stand the stories that want a moment to come for certain, in a bucket of our own; `moto.rs` and `azurite.rs` have those of servers that others wrote.

mod azurite;
mod message;
mod moto;
mod started;

use crate::bucket::{Bucket, Environment};
use crate::firm::{Ran, built, generated, on, program, ran, tree};
use crate::loading::lake::{Own, counted, roles};
use crate::story;
use crate::truth;
use libtest_mimic::Trial;
use std::path::Path;
use std::process::Command;

const SEED: u64 = 5;
/// Where the lake lies in the bucket.
const LAKE: &str = "firms/lake";

pub fn stories() -> Vec<Trial> {
    own().into_iter().chain(moto::stories()).chain(azurite::stories()).collect()
}

fn own() -> Vec<Trial> {
    vec![
        story("of two builds at once one is published, and the other begins again", two_builds_at_once),
        story("two loads at once land nothing twice", two_loads_at_once),
        story("two loads of different exports at once both land whole", two_different_loads_at_once),
        story("a commit that nobody heard of is known again", unheard_commits),
        story("a bucket that nobody answers for is told", nobody_answers),
        story("a lake in a bucket of Google's storage says what it says on a disk", as_google_speaks),
    ]
}

fn two_builds_at_once() {
    let bucket = Bucket::open();
    let at = bucket.environment();
    load(&at).ended(0);
    bucket.let_meet_at(&["firms/lake/base/stamps/_delta_log/00000000000000000000.json", "firms/lake/builds/1.json"]);
    let (one, other) = at_once(|| ask(&at, &["build"]));
    let (one, other) = (one.ended(0).err, other.ended(0).err);
    let told = |word: &str| [&one, &other].iter().filter(|err| err.contains(word)).count();
    assert_eq!((told("published build 1"), told("build 1 is up to date")), (1, 1), "{one}\n{other}");
    as_on_a_disk(&at);
}

fn two_loads_at_once() {
    let bucket = Bucket::open();
    let at = bucket.environment();
    let first = "_delta_log/00000000000000000000.json";
    let tables = ["landing/hr_roster", "landing/salesforce_user", "loads"];
    let meetings = tables.map(|table| format!("firms/lake/{table}/{first}"));
    bucket.let_meet_at(&meetings.iter().map(String::as_str).collect::<Vec<_>>());
    let (one, other) = at_once(|| load(&at));
    one.ended(0);
    other.ended(0);
    ask(&at, &["build"]).ended(0);
    as_on_a_disk(&at);
}

/// Which of the two commits first is left to chance: the other begins again, and reads the lake anew.
fn two_different_loads_at_once() {
    let (bucket, own) = (Bucket::open(), Own::new("two-loads"));
    let march =
        own.file("2026-03-01/UserRole.csv", roles(&[("1", "North", "2026-02-01"), ("2", "South", "2026-02-01")]));
    let rows = [("1", "North", "2026-02-01"), ("2", "West", "2026-03-05"), ("3", "East", "2026-03-05")];
    let later = own.file("2026-03-08/UserRole.csv", roles(&rows));
    let at = |args: &[&str]| {
        let mut command = asking(&bucket.environment(), &own.project(), args);
        command.env("RUST_LOG", "uptake_lake=info");
        ran(command)
    };
    bucket.let_meet_at(&["firms/lake/landing/salesforce_userrole/_delta_log/00000000000000000000.json"]);
    let (one, other) = std::thread::scope(|scope| {
        let other = scope.spawn(|| at(&["load", "--complete", &later]));
        (at(&["load", "--complete", &march]), other.join().expect("it ran"))
    });
    let told = [&one, &other].map(|ran| ran.err.matches("overtaken by another load").count());
    assert!(told == [0, 1] || told == [1, 0], "{}\n{}", one.err, other.err);
    for (ran, read) in [(one, 2), (other, 3)] {
        let all = counted(&ran.ended(0));
        assert_eq!(all.landed + all.duplicate, read, "{all:?}");
    }
    at(&["build"]).ended(0);
    let told = at(&["sql", "--format", "csv", VERSIONS]);
    let expected = "id,Name,first_seen\n1,North,2026-03-01\n2,South,2026-03-01\n2,West,2026-03-08\n3,East,2026-03-08\n";
    assert_eq!(told.ended(0).out, expected);
}

const VERSIONS: &str =
    "SELECT substr(\"Id\", 15, 1) AS id, \"Name\", first_seen FROM landing.salesforce_userrole ORDER BY 1, 3";

fn unheard_commits() {
    let bucket = Bucket::open();
    let at = bucket.environment();
    bucket.lose_every_create();
    load(&at).ended(0);
    let told = ask(&at, &["build"]).ended(0).err;
    assert_eq!((told.matches(" stamps ").count(), told.matches("published build 1").count()), (1, 1), "{told}");
    as_on_a_disk(&at);
}

fn nobody_answers() {
    let mut command = asking(&Bucket::open().environment(), &generated(SEED), &["build"]);
    command.env("AWS_ENDPOINT", "ftp://nowhere");
    let told = ran(command).ended(1).err;
    assert!(told.contains("could not open the lake s3://bucket/firms/lake"), "{told}");
    let nobody = Environment { scheme: "az", settings: vec![] };
    let told = ran(asking(&nobody, &generated(SEED), &["build"])).ended(1).err;
    assert!(
        told.contains("could not open the lake az://bucket/firms/lake") && told.contains("AZURE_STORAGE_ACCOUNT_NAME"),
        "{told}"
    );
    let own = Own::new("nobody-answers");
    let told = own.refused(&["az://bucket/exports/"]);
    assert!(told.contains("az://bucket/exports/") && told.contains("AZURE_STORAGE_ACCOUNT_NAME"), "{told}");
    let told = own.refused(&["az://account.blob.core.windows.net/c/x.csv?sig=topsecret"]);
    assert!(told.contains("no name, password or token") && !told.contains("topsecret"), "{told}");
}

fn as_google_speaks() {
    let bucket = Bucket::open();
    let at = bucket.as_google();
    for (path, bytes) in tree(&generated(SEED).join("exports")) {
        bucket.put(&format!("exports/{}", path.display()), bytes);
    }
    ask(&at, &["load", "gs://bucket/exports/"]).ended(0);
    ask(&at, &["build"]).ended(0);
    let verified = ask(&at, &["verify"]).ended(0).err;
    assert!(verified.contains(" 0 files damaged, 0 files left over"), "{verified}");
    as_on_a_disk(&at);
}

/// Every relation has as many rows as in the lake of the same firm on a disk, some figures are the same, and there is
/// one build.
#[track_caller]
fn as_on_a_disk(at: &Environment) {
    let disk = built(SEED);
    truth::same_counts(&ask(at, &["tables"]).ended(0), &on(&disk, &["tables"]).ended(0));
    for question in [
        &["kpi", "active_people", "--by", "grade", "--format", "csv"][..],
        &["kpi", "won", "--measure", "count", "--grain", "month", "--format", "csv"],
        &["sql", "SELECT source, object, SUM(landed), SUM(duplicate), COUNT(*) FROM loads GROUP BY 1, 2 ORDER BY 1, 2"],
    ] {
        assert_eq!(ask(at, question).ended(0).out, on(&disk, question).ended(0).out, "{question:?}");
    }
    let again = ask(at, &["build"]).ended(0).err;
    assert!(again.contains("build 1 is up to date"), "{again}");
}

fn load(at: &Environment) -> Ran {
    ask(at, &["load", &generated(SEED).join("exports").to_string_lossy()])
}

/// Runs the program on the firm, its lake being in the bucket.
fn ask(at: &Environment, args: &[&str]) -> Ran {
    ran(asking(at, &generated(SEED), args))
}

fn asking(at: &Environment, dir: &Path, args: &[&str]) -> Command {
    let mut command = program();
    let lake = format!("{}://bucket/{LAKE}", at.scheme);
    command.envs(at.settings.clone()).args(["--project", &dir.to_string_lossy(), "--lake", &lake]).args(args);
    command
}

fn at_once(run: impl Fn() -> Ran + Sync) -> (Ran, Ran) {
    std::thread::scope(|scope| {
        let other = scope.spawn(&run);
        (run(), other.join().expect("it ran"))
    })
}
