//! A small load, killed at every moment there is. What must be in the lake after is counted here, by hand.

use crate::firm::{Ran, program, ran};
use crate::loading::lake::{Own, counted, counts, role_id};
use crate::{story, story_with};
use libtest_mimic::Trial;
use rand_core::Rng;
use rand_pcg::Pcg64;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

pub fn stories() -> Vec<Trial> {
    vec![
        story("a small load killed at random, time and again, is whole once it is repeated", killed_at_random),
        at_a_call("a small load killed at every call that changes a file is whole once it is repeated", at_every_call),
        at_a_call("what is reported as loaded or built would outlast a power cut", reported_is_synced),
        at_a_call("so would a file that is too large to be written at once", large_is_synced),
        at_a_call("a small build killed at calls that change a file is whole once it is repeated", builds_at_calls),
    ]
}

/// How often on CI; elsewhere a fifth of it.
const KILLS: u32 = 200;

/// Three days of two roles, then three, then two; and a row that is none.
struct Small {
    own: Own,
    exports: String,
}

impl Small {
    fn new(name: &str) -> Small {
        let own = Own::new(name);
        let row = |id: &str, name: &str| format!("{},{name},,2026-01-01 00:00:00,2026-02-01 00:00:00\n", role_id(id));
        let header = "Id,Name,ParentRoleId,CreatedDate,SystemModstamp\n";
        let days = [
            ("2026-03-01", [row("1", "North"), row("2", "South")].concat()),
            ("2026-03-08", [row("1", "North"), row("2", "West"), row("3", "East")].concat()),
            (
                "2026-03-15",
                [row("1", "North"), row("3", "East"), "no id,x,,2026-13-01 00:00:00,never\n".into()].concat(),
            ),
        ];
        for (day, rows) in days {
            own.file(&format!("{day}/UserRole.csv"), format!("{header}{rows}"));
        }
        let exports = own.dir.join("files").to_string_lossy().into_owned();
        Small { own, exports }
    }

    fn lake(&self) -> PathBuf {
        self.own.project().join("lake")
    }

    /// The program on this project, not yet run.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = program();
        command.args(["--project", &self.own.project().to_string_lossy()]).args(args);
        command
    }

    /// Runs a load to its end, and looks at everything. Whoever was killed after the journal was written had done all. Of 8 rows, 4 are new, 3 are as they were a week before, and one is none; each file
    /// has a line in the journal. A landing table has a row for each that is new, and one for each key that is still there: 4, and 3, and
    /// that of the row that is none, which is not gone because it cannot be read.
    #[track_caller]
    fn is_whole_again(&self, moment: &str) {
        let said = counted(&ran(self.command(&["load", &self.exports])).ended(0));
        assert!([counts(4, 1, 3), counts(0, 0, 8)].contains(&said), "{said:?}, killed {moment}");
        let verified = ran(self.command(&["verify", "--format", "csv"])).ended(0);
        for (table, rows) in [("loads", 3), ("rejects", 1), ("landing/salesforce_userrole", 8)] {
            let line = verified.out.lines().find(|line| line.starts_with(&format!("{table},"))).unwrap_or_default();
            assert_eq!(
                line.split(',').nth(2),
                Some(rows.to_string().as_str()),
                "{table}, killed {moment}: {}",
                verified.out
            );
        }
    }

    /// What a killed command left is whole as far as it goes.
    #[track_caller]
    fn is_undamaged(&self, moment: &str) {
        let verified = ran(self.command(&["verify"]));
        let nothing_yet = verified.status == 1 && verified.err.contains("nothing was ever loaded");
        assert!(verified.status == 0 || nothing_yet, "killed {moment}: {}", verified.err);
    }

    fn begin_anew(&self) {
        let _ = fs::remove_dir_all(self.lake());
    }
}

fn killed_at_random() {
    let on_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    let kills = if on_ci { KILLS } else { KILLS / 5 };
    let half = |of: u64| {
        let small = Small::new(&format!("killed-at-random-{of}"));
        let undisturbed = Instant::now();
        ran(small.command(&["load", &small.exports])).ended(0);
        let whole = undisturbed.elapsed();
        let mut dice = Pcg64::new(u128::from(11 + of), 1);
        let mut hit = 0;
        for _ in 0..kills / 2 {
            small.begin_anew();
            let after = whole.mul_f64(f64::from(dice.next_u32()) / f64::from(u32::MAX));
            let moment = format!("after {after:?}");
            hit += u32::from(killed_after(small.command(&["load", &small.exports]), after));
            small.is_undamaged(&moment);
            small.is_whole_again(&moment);
        }
        hit
    };
    let hit: u32 = std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        half(0) + other.join().expect("it holds as well")
    });
    assert!(hit >= kills / 5, "only {hit} of {kills} loads were still running when they were killed");
}

/// Whether it was still running then.
fn killed_after(mut command: Command, after: Duration) -> bool {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
    std::thread::sleep(after);
    let running = child.try_wait().expect("it can be waited for").is_none();
    let _ = child.kill();
    child.wait().expect("it ends");
    running
}

fn at_every_call(library: &Path) {
    let half = |of: usize| {
        let small = Small::new(&format!("killed-at-calls-{of}"));
        let calls = calls_of(library, &small, &["load", &small.exports]);
        // Three tables, each with folders, a data file and a commit; each written, synced and named.
        assert!((30..200).contains(&calls), "{calls} calls change a file");
        for call in (1..=calls).filter(|call| call % 2 == of) {
            small.begin_anew();
            fs::create_dir_all(small.lake()).expect("made");
            let killed = killing(library, &small, call, &["load", &small.exports]);
            assert_eq!(killed.status, -1, "the load has {calls} calls, and ended before call {call}: {}", killed.err);
            let moment = format!("at call {call} of {calls}");
            small.is_undamaged(&moment);
            small.is_whole_again(&moment);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| half(1));
        half(0);
    });
}

/// A power cut keeps what was synced: a file's bytes by an fsync of the file, its name by one of its folder. Each must come before the load ends,
/// and those of the files that a commit names before the commit itself has its name.
fn reported_is_synced(library: &Path) {
    let small = Small::new("synced");
    assert_eq!(lost_by_a_power_cut(library, &small, &["load", &small.exports]), Vec::<String>::new());
    assert_eq!(lost_by_a_power_cut(library, &small, &["build"]), Vec::<String>::new());
    small.begin_anew();
    let unsynced = lost_by_a_power_cut(library, &small, &["load", "--no-sync", &small.exports]);
    assert!(unsynced.len() > 10, "this story would not see it: {unsynced:?}");
}

/// What is larger than 5 MB goes to its place in parts. Names of roles by chance, since others would be packed below that.
fn large_is_synced(library: &Path) {
    let own = Own::new("large-synced");
    let mut dice = Pcg64::new(17, 1);
    let letters: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').collect();
    let mut name = || (0..100_000).map(|_| letters[dice.next_u32() as usize % letters.len()]).collect::<String>();
    let mut text = String::from("Id,Name,ParentRoleId,CreatedDate,SystemModstamp\n");
    for n in 100..190 {
        text += &format!("00E1x0000000{n}AAA,{},,2026-01-01 00:00:00,2026-02-01 00:00:00\n", name());
    }
    own.file("2026-03-01/UserRole.csv", text);
    let exports = own.dir.join("files").to_string_lossy().into_owned();
    let small = Small { own, exports };
    assert_eq!(lost_by_a_power_cut(library, &small, &["load", &small.exports]), Vec::<String>::new());
    let table = small.lake().join("landing/salesforce_userrole");
    let sizes =
        fs::read_dir(table).expect("it landed").map(|file| file.expect("a file").metadata().expect("there").len());
    let largest = sizes.max().expect("a file");
    assert!(largest > 6 << 20, "{largest} bytes go at once");
}

/// The files and folders that could be gone, and the commits that had a name too early.
fn lost_by_a_power_cut(library: &Path, small: &Small, args: &[&str]) -> Vec<String> {
    let log = small.own.dir.join("log");
    let _ = fs::remove_file(&log);
    let mut command = preloaded(library, small, 0, args);
    ran({
        // Also the lake's own name, in the project, is to last.
        command.env("KILL_LOG", &log).env("KILL_BELOW", small.own.project());
        command
    })
    .ended(0);
    let (mut written, mut named) = (BTreeSet::new(), BTreeSet::new());
    let mut lost = vec![];
    for line in fs::read_to_string(&log).expect("it was written").lines() {
        let (call, path) = line.split_once(' ').expect("a call and a path");
        let path = path.trim_end_matches('/').to_string();
        // A file that gets its name beside itself first is called `NAME#1`.
        let own = path.split('#').next().unwrap_or_default().to_string();
        match call {
            "write" => _ = written.insert(own),
            "fsync" => {
                written.remove(&own);
                named.retain(|name: &String| Path::new(name).parent() != Some(Path::new(&path)));
            }
            "name" | "mkdir" => {
                let commit = path.ends_with(".json");
                let table = Path::new(&path).ancestors().nth(2).expect("a commit lies in a table");
                let waits = |file: &&String| Path::new(file).starts_with(table) && !Path::new(&path).starts_with(file);
                let too_early = written.iter().chain(&named).filter(|file| commit && waits(file));
                lost.extend(too_early.map(|file| format!("{path} before {file}")));
                named.insert(path);
            }
            _ => {}
        }
    }
    lost.extend(written.into_iter().chain(named));
    lost
}

/// A build changes files a thousand times; it is killed so often, and at its last calls.
const OF_A_BUILD: usize = 4;

fn builds_at_calls(library: &Path) {
    let small = Small::new("build-killed-at-calls");
    small.is_whole_again("never");
    let loaded = small.own.dir.join("loaded");
    crate::firm::copy(&small.lake(), &loaded);
    let calls = calls_of(library, &small, &["build"]);
    let expected = ran(small.command(&["sql", "--format", "csv", ROLES])).ended(0).out;
    assert!(expected.lines().count() == 5, "{expected}");
    // The last call of all makes the build's name last: from the one before on the build can be seen.
    for call in (1..=calls).step_by(calls / OF_A_BUILD).chain(calls - 2..=calls) {
        small.begin_anew();
        crate::firm::copy(&loaded, &small.lake());
        killing(library, &small, call, &["build"]);
        small.is_undamaged(&format!("at call {call} of {calls}"));
        ran(small.command(&["build"])).ended(0);
        assert_eq!(
            ran(small.command(&["sql", "--format", "csv", ROLES])).ended(0).out,
            expected,
            "killed at call {call}"
        );
    }
}

const ROLES: &str = "SELECT \"Name\", first_seen, last_seen FROM landing.salesforce_userrole ORDER BY 1, 2";

/// How many calls of a command change a file of the lake; it is run to its end.
fn calls_of(library: &Path, small: &Small, args: &[&str]) -> usize {
    small.begin_anew_but_for(args);
    let count = small.own.dir.join("calls");
    let mut command = preloaded(library, small, 0, args);
    command.env("KILL_COUNT", &count);
    ran(command).ended(0);
    fs::read_to_string(count).expect("it was written").parse().expect("a number")
}

impl Small {
    /// A load begins with an empty folder, a build with what was loaded.
    fn begin_anew_but_for(&self, args: &[&str]) {
        if args[0] == "load" {
            self.begin_anew();
            fs::create_dir_all(self.lake()).expect("made");
        }
    }
}

fn killing(library: &Path, small: &Small, call: usize, args: &[&str]) -> Ran {
    ran(preloaded(library, small, call, args))
}

fn preloaded(library: &Path, small: &Small, call: usize, args: &[&str]) -> Command {
    let mut command = small.command(args);
    let lake = small.lake();
    command.env("LD_PRELOAD", library).env("KILL_BELOW", lake).env("KILL_AT", call.to_string());
    command
}

fn at_a_call(told: &str, tell: fn(&Path)) -> Trial {
    let missing = library().is_none().then_some("needs a C compiler: apt-get install -y gcc libc6-dev");
    story_with(missing, told, move || tell(library().expect("it was made")))
}

/// Calls are caught as Linux names them.
fn library() -> Option<&'static Path> {
    static MADE: OnceLock<Option<PathBuf>> = OnceLock::new();
    let make = || {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/killed/at_a_call.c");
        let library = crate::firm::fresh("at-a-call").join("at_a_call.so");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl");
        let made = cfg!(target_os = "linux") && compiler.status().is_ok_and(|status| status.success());
        made.then_some(library)
    };
    MADE.get_or_init(make).as_deref()
}
