//! Whatever ends a command, the command again gives the same lake; and whoever reads meanwhile reads one build.

mod load;

use crate::firm::{self, built, copy, fresh, generated, on, program, project_like, tree};
use crate::http::{Response, Server};
use crate::story;
use crate::truth;
use libtest_mimic::Trial;
use rand_core::Rng;
use rand_pcg::Pcg64;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const SEED: u64 = 5;
const KILLS: u32 = 12;

pub fn stories() -> Vec<Trial> {
    of_the_firm_stories().into_iter().chain(load::stories()).collect()
}

fn of_the_firm_stories() -> Vec<Trial> {
    vec![
        story("a load killed at any moment and repeated gives the same lake", killed_loads),
        story("a build killed at any moment is not seen, and repeated is seen whole", killed_builds),
        story("who reads during builds reads one build at a time", reading_during_builds),
        story("a torn manifest is told, and the last good build answers", a_torn_manifest),
        story("what a killed writer leaves beside a log harms nobody", left_beside_a_log),
        story("a lake that cannot be written is told, and can be asked", a_lake_that_cannot_be_written),
    ]
}

fn killed_loads() {
    let firm = generated(SEED);
    let exports = firm.join("exports").to_string_lossy().into_owned();
    let undisturbed = Instant::now();
    on(&of_the_firm("load-undisturbed"), &["load", &exports]).ended(0);
    let dir = of_the_firm("load-killed");
    let hit = kill_again_and_again(&dir, &["load", &exports], undisturbed.elapsed(), || {});
    assert!(hit >= KILLS / 3, "only {hit} loads were still running when they were killed");
    on(&dir, &["load", &exports]).ended(0);
    on(&dir, &["build"]).ended(0);
    as_undisturbed(&dir, 1);
}

fn killed_builds() {
    let firm = generated(SEED);
    let dir = of_the_firm("build-killed");
    let heaps = heaps(&firm.join("exports"), 2);
    firm::load(&dir, &heaps[0].iter().map(PathBuf::as_path).collect::<Vec<_>>());
    let before = figures(&dir);
    let rest: Vec<String> = heaps[1].iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let args: Vec<&str> = ["load"].into_iter().chain(rest.iter().map(String::as_str)).collect();
    on(&dir, &args).ended(0);
    let (other, after) = (fresh("build-undisturbed"), figures(&built(SEED)));
    copy(&dir, &other);
    let undisturbed = Instant::now();
    on(&other, &["build"]).ended(0);
    let hit = kill_again_and_again(&dir, &["build"], undisturbed.elapsed(), || {
        let seen = figures(&dir);
        let published = dir.join("lake/builds/2.json").exists();
        assert!(seen == if published { after.clone() } else { before.clone() }, "neither build says {seen}");
    });
    assert!(hit >= KILLS / 3, "only {hit} builds were still running when they were killed");
    on(&dir, &["build"]).ended(0);
    as_undisturbed(&dir, 2);
}

/// Begins a command a dozen times, each time letting it live somewhat longer, up to `whole`; gives how many were
/// still running when their end came. `look` sees what each left behind.
fn kill_again_and_again(dir: &Path, args: &[&str], whole: Duration, look: impl Fn()) -> u32 {
    let mut dice = Pcg64::new(SEED.into(), 1);
    let mut hit = 0;
    for turn in 0..KILLS {
        let part = (f64::from(turn) + f64::from(dice.next_u32()) / f64::from(u32::MAX)) / f64::from(KILLS);
        let mut command = program();
        command.args(["--project", &dir.to_string_lossy()]).args(args).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the program starts");
        std::thread::sleep(whole.mul_f64(part));
        hit += u32::from(child.try_wait().expect("it can be waited for").is_none());
        let _ = child.kill();
        child.wait().expect("it ends");
        look();
    }
    hit
}

/// Every relation has as many rows as in the undisturbed lake, every figure is as it was simulated, and there are as
/// many builds as were begun with something new.
#[track_caller]
fn as_undisturbed(dir: &Path, builds: usize) {
    truth::same_counts(&on(dir, &["tables"]).ended(0), &on(&built(SEED), &["tables"]).ended(0));
    truth::holds_in(dir);
    let manifests = fs::read_dir(dir.join("lake/builds")).expect("there are builds").count();
    assert_eq!(manifests, builds, "{:?}", fs::read_dir(dir.join("lake/builds")).map(Vec::from_iter));
}

fn reading_during_builds() {
    let dir = of_the_firm("read-during-builds");
    let heaps = heaps(&generated(SEED).join("exports"), 4);
    let land = |heap: &[PathBuf]| firm::load(&dir, &heap.iter().map(PathBuf::as_path).collect::<Vec<_>>());
    land(&heaps[0]);
    let server = Server::of(&dir);
    let done = AtomicBool::new(false);
    let pages = || ["/", "/d/pulse?grade=Partner"].map(|path| (path, server.get(path)));
    let mut read: Vec<(&str, Response)> = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut read = vec![];
            while !done.load(Ordering::Relaxed) {
                read.extend(pages());
            }
            read
        });
        for (number, heap) in heaps.iter().enumerate().skip(1) {
            land(heap);
            let begun = Instant::now();
            while build_of(&server.get("/healthz")) < number as u64 + 1 && begun.elapsed() < Duration::from_secs(20) {
                std::thread::sleep(Duration::from_millis(100));
            }
        }
        done.store(true, Ordering::Relaxed);
        reader.join().expect("it read")
    });
    read.extend(pages());
    let mut told: BTreeMap<(&str, u64), String> = BTreeMap::new();
    for (path, response) in &read {
        let (build, text) = (build_of(response), response.text());
        assert_eq!(response.status, 200, "{text}");
        assert!(text.contains(&format!(" · build {build} · ")), "the foot of {path} tells another build than {build}");
        let first = told.entry((path, build)).or_insert_with(|| text.clone());
        assert!(*first == text, "{path} says two things of build {build}");
    }
    let builds: Vec<u64> = told.keys().filter(|(path, _)| *path == "/").map(|(_, build)| *build).collect();
    assert_eq!(builds, [1, 2, 3, 4], "{} pages were read", read.len());
    let different: BTreeSet<&String> = told.values().collect();
    assert_eq!(different.len(), told.len(), "each build says something new");
}

fn build_of(response: &Response) -> u64 {
    response.headers["x-uptake-build"].parse().expect("a number")
}

fn a_torn_manifest() {
    let dir = fresh("torn");
    copy(&built(SEED), &dir);
    let (before, builds) = (figures(&dir), dir.join("lake/builds"));
    let whole = fs::read(builds.join("1.json")).expect("there is a build");
    fs::write(builds.join("2.json"), &whole[..whole.len() / 2]).expect("written");
    fs::write(builds.join("3.json"), "").expect("written");
    let asked = on(&dir, &["kpi", "active_people"]).ended(0);
    for word in ["builds/3.json", "torn", "`uptake build`", "build 1 answers"] {
        assert!(asked.err.contains(word), "\"{word}\" is not in {}", asked.err);
    }
    assert_eq!(figures(&dir), before);
    assert_eq!(build_of(&Server::of(&dir).get("/")), 1);
    assert!(on(&dir, &["build"]).ended(0).err.contains("published build 4"));
    assert!(!on(&dir, &["kpi", "active_people"]).ended(0).err.contains("torn"));
    (1..=4).filter(|n| *n != 2).for_each(|n| fs::remove_file(builds.join(format!("{n}.json"))).expect("removed"));
    let nothing = on(&dir, &["kpi", "active_people"]).ended(1).err;
    assert!(nothing.contains("builds/2.json") && nothing.contains("`uptake build`"), "{nothing}");
    assert!(on(&dir, &["build"]).ended(0).err.contains("published build 3"));
    assert_eq!(figures(&dir), before);
    // What a newer uptake writes is not torn, whatever its shape.
    fs::write(builds.join("4.json"), "{\"format\":2,\"of\":\"another shape\"}").expect("written");
    for command in [&["kpi", "active_people"][..], &["build"]] {
        let newer = on(&dir, command).ended(1).err;
        assert!(newer.contains("format 2") && !newer.contains("missing field"), "{newer}");
    }
}

fn left_beside_a_log() {
    let dir = fresh("left-over");
    copy(&built(SEED), &dir);
    fs::remove_dir_all(dir.join("lake")).expect("removed");
    let firm = generated(SEED);
    let litter = |log: &Path| {
        fs::create_dir_all(log).expect("made");
        for name in ["_commit_5f0c.json.tmp", "00000000000000000000.json#1", "00000000000000000001.json.tmp"] {
            fs::write(log.join(name), "{\"add\":").expect("written");
        }
    };
    let tables = ["loads", "landing/salesforce_user", "base/logins", "models/work_events"];
    tables.iter().for_each(|table| litter(&dir.join("lake").join(table).join("_delta_log")));
    on(&dir, &["load", &firm.join("exports").to_string_lossy()]).ended(0);
    on(&dir, &["build"]).ended(0);
    as_undisturbed(&dir, 1);
}

fn a_lake_that_cannot_be_written() {
    let dir = fresh("not-to-be-written");
    copy(&built(SEED), &dir);
    let (before, lock) = (figures(&dir), dir.join("lake/lock"));
    // Rights would not keep an administrator out; a folder in the lock's place keeps everybody out.
    fs::remove_file(&lock).expect("removed");
    fs::create_dir(&lock).expect("made");
    for args in [&["build"][..], &["load", &dir.join("exports").to_string_lossy()]] {
        let told = on(&dir, args).ended(1).err;
        let folder = dir.join("lake").to_string_lossy().into_owned();
        for word in ["could not lock the lake", folder.as_str(), "`--lake`", "because"] {
            assert!(told.contains(word), "\"{word}\" is not in {told}");
        }
    }
    assert_eq!(figures(&dir), before);
    let file = dir.join("uptake.toml").join("lake");
    let told = on(&dir, &["--lake", &file.to_string_lossy(), "build"]).ended(1).err;
    assert!(told.contains("could not open the lake") && told.contains("Not a directory"), "{told}");
    let none = dir.join("no-lake");
    for args in [&["tables"][..], &["sql", "SELECT 1"], &["kpi", "won"], &["check"]] {
        on(&dir, &[&["--lake", &none.to_string_lossy()], args].concat());
        assert!(!none.exists(), "{args:?} made a lake of a mistyped name");
    }
}

/// A project with the firm's settings and truth, and an empty lake.
fn of_the_firm(name: &str) -> PathBuf {
    let firm = generated(SEED);
    let dir = project_like(&firm, name);
    fs::copy(firm.join("truth.json"), dir.join("truth.json")).expect("a generated firm has its truth");
    dir
}

/// The exports in `count` heaps by their days, the older first; the roster, which has no day, is in the first.
fn heaps(exports: &Path, count: usize) -> Vec<Vec<PathBuf>> {
    let day = |path: &PathBuf| {
        let mut words = path.iter().map(|word| word.to_string_lossy().into_owned());
        words.rfind(|word| word.len() == 10 && word.starts_with("20")).unwrap_or_default()
    };
    let mut files: Vec<PathBuf> = tree(exports).into_keys().collect();
    files.sort_by_key(day);
    let mut days: Vec<String> = files.iter().map(day).collect();
    days.dedup();
    let size = days.len().div_ceil(count);
    let heap = |days: &[String]| files.iter().filter(|f| days.contains(&day(f))).map(|f| exports.join(f)).collect();
    days.chunks(size).map(heap).collect()
}

fn figures(dir: &Path) -> String {
    on(dir, &["kpi", "active_people", "--by", "grade", "--format", "csv"]).ended(0).out
}
