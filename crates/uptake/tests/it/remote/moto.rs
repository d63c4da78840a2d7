//! The program and a server that others wrote: moto speaks S3 on loopback, and a proxy before it does what networks and busy servers do.

mod proxy;
mod server;

use super::{LAKE, SEED, as_on_a_disk, ask, at_once, load};
use crate::bucket::Environment;
use crate::firm::{Ran, built, generated, on, tree};
use crate::story_with;
use crate::truth;
use libtest_mimic::Trial;
use proxy::{Proxy, TROUBLES};
use server::{Moto, installed};

const NO_MOTO: &str = concat!(
    "needs moto: python3 -m venv ",
    env!("CARGO_TARGET_TMPDIR"),
    "/moto && ",
    env!("CARGO_TARGET_TMPDIR"),
    "/moto/bin/pip install 'moto[server]==5.2.5'"
);
const EXPORTS: &str = "s3://bucket/exports/";
/// Few, for each is a command with hundreds of requests; between them they read people, logins, deals and contacts.
const KPIS: [&str; 5] = ["active_people", "logins_by_unique_person", "won", "funnel_movement", "duplicates"];

pub fn stories() -> Vec<Trial> {
    let missing = installed().is_none().then_some(NO_MOTO);
    let told: [(&str, fn()); 4] = [
        ("a lake says what was simulated, and exports are loaded once", what_was_simulated),
        ("two loads at once land nothing twice", two_loads_at_once),
        ("answers that are refused, lost and late change nothing", troubled),
        ("a changed byte is named by verify", a_changed_byte),
    ];
    told.into_iter().map(|(name, tell)| story_with(missing, &format!("in a bucket of moto: {name}"), tell)).collect()
}

fn what_was_simulated() {
    let moto = with_exports();
    let at = moto.environment();
    load_from_bucket(&at);
    ask(&at, &["build"]).ended(0);
    let verified = ask(&at, &["verify"]).ended(0).err;
    assert!(verified.contains(" 0 files damaged, 0 files left over"), "{verified}");
    truth::holds_as_told(&generated(SEED), &KPIS, |args| ask(&at, args));
    let again = load_from_bucket(&at).err;
    assert!(again.contains("\nlanded 0 of "), "{again}");
}

/// What the two do meanwhile is left to chance; moments that want to be met are in the other bucket.
fn two_loads_at_once() {
    let moto = Moto::open();
    let at = Proxy::before(moto.port()).environment();
    let (one, other) = at_once(|| load(&at));
    one.ended(0);
    other.ended(0);
    let verify = ["verify", "--format", "csv"];
    assert_eq!(landed(&ask(&at, &verify).ended(0)), landed(&on(&built(SEED), &verify).ended(0)));
}

/// `landing/salesforce_user 119`: what `uptake verify` tells of every table that loads write, a line each.
fn landed(verified: &Ran) -> Vec<String> {
    let lines = verified.out.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let lines = lines.filter(|cells| cells[0].starts_with("landing/") || ["loads", "rejects"].contains(&cells[0]));
    let landed: Vec<String> = lines.map(|cells| format!("{} {}", cells[0], cells[2])).collect();
    assert!(landed.len() > 10, "{}", verified.out);
    landed
}

fn troubled() {
    let moto = with_exports();
    let proxy = Proxy::before(moto.port());
    let at = proxy.environment();
    proxy.trouble_each(5);
    load_from_bucket(&at);
    proxy.trouble_each(83);
    ask(&at, &["build"]).ended(0);
    let verified = ask(&at, &["verify"]).ended(0).err;
    let met = proxy.trouble_each(0);
    assert!(verified.contains(" 0 files damaged"), "{verified}");
    assert!(met.len() == TROUBLES.len() && met.values().all(|times| *times >= 10), "{met:?}");
    as_on_a_disk(&at);
}

fn a_changed_byte() {
    let moto = Moto::open();
    let at = moto.environment();
    load(&at).ended(0);
    let key = moto.keys(&format!("{LAKE}/landing/salesforce_user/")).into_iter().find(|key| key.ends_with(".parquet"));
    let key = key.expect("it was loaded");
    let whole = moto.get(&key);
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    moto.put(&key, &changed);
    let told = ask(&at, &["verify"]).ended(1).err;
    let damaged: Vec<&str> = told.lines().filter(|line| line.starts_with("damaged ")).collect();
    let file = key.strip_prefix(&format!("{LAKE}/")).expect("it lies in the lake");
    assert!(matches!(damaged[..], [line] if line.starts_with(&format!("damaged {file}: "))), "{told}");
    moto.put(&key, &whole);
    let told = ask(&at, &["verify"]).ended(0).err;
    assert!(told.contains(" 0 files damaged"), "{told}");
}

/// A server in whose bucket the firm's exports lie.
fn with_exports() -> Moto {
    let moto = Moto::open();
    for (path, bytes) in tree(&generated(SEED).join("exports")) {
        moto.put(&format!("exports/{}", path.display()), &bytes);
    }
    moto
}

#[track_caller]
fn load_from_bucket(at: &Environment) -> Ran {
    ask(at, &["load", EXPORTS]).ended(0)
}
