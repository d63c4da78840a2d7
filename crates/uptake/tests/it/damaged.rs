//! What happens to a lake behind its back: torn and lost files, full and read-only disks. It is told in words, and nothing older is read instead.

use crate::firm::{built, copy, fresh, generated, on, project_like, ran};
use crate::loading::lake::Own;
use crate::story;
use libtest_mimic::{Failed, Trial};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SEED: u64 = 5;

pub fn stories() -> Vec<Trial> {
    vec![
        story("a damaged lake is told where it is opened, by file, with the way out", damaged_and_opened),
        story("a lake that lost what it had is not taken for an older one", lost_and_opened),
        story("verify looks through a lake and names what is damaged", verified),
        on_a_small_disk("a full disk is told, and with room the same command goes on", a_full_disk),
        on_a_small_disk("a read-only disk is told, and can be asked", a_read_only_disk),
        story("a file that may not grow is told, and later the same command goes on", a_file_that_may_not_grow),
    ]
}

/// What is loaded cannot be made again; what is built can.
const LOADED: &str = "put it back from a copy of the lake";
const BUILT: &str = "remove the folders base, models, rollups and builds";

fn damaged_and_opened() {
    let dir = fresh("damaged");
    copy(&built(SEED), &dir);
    let exports = generated(SEED).join("exports").to_string_lossy().into_owned();
    let (ask, load, build) = (&["kpi", "active_people"][..], &["load", &exports][..], &["build"][..]);
    for (table, way_out, commands) in [
        ("loads", LOADED, &[ask, load, build][..]),
        // A load of what is loaded already looks into no table.
        ("landing/salesforce_user", LOADED, &[ask, build]),
        ("base/roster", BUILT, &[ask]),
        ("models/active_days", BUILT, &[ask]),
        ("rollups/active_people", BUILT, &[ask]),
    ] {
        let folder = dir.join("lake").join(table);
        let commit = folder.join("_delta_log/00000000000000000000.json");
        for file in [commit, data_file(&folder)] {
            let (name, whole) = (name_of(&file), fs::read(&file).expect("read"));
            for change in [Some(&b""[..]), Some(&whole[..whole.len() - 2]), Some(b"no lake\n"), None] {
                match change {
                    Some(bytes) => fs::write(&file, bytes).expect("written"),
                    None => fs::remove_file(&file).expect("removed"),
                }
                for args in commands {
                    // A load that repeats what is there reads no rows of it, nor does a build of what was built.
                    if args[0] != "kpi" && name.ends_with(".parquet") && table != "loads" {
                        continue;
                    }
                    let told = on(&dir, args).ended(1).err;
                    for word in ["the lake is damaged", table, name.as_str(), way_out, "`uptake verify`"] {
                        assert!(told.contains(word), "{args:?}: \"{word}\" is not in {told}");
                    }
                }
                let verified = on(&dir, &["verify"]).ended(1).err;
                assert!(verified.contains(&format!("damaged {table}")) && verified.contains(&name), "{verified}");
            }
            fs::write(&file, whole).expect("written");
        }
    }
    on(&dir, &["verify"]).ended(0);
}

/// The whole log of a table, and with it that there ever was one.
fn lost_and_opened() {
    let dir = fresh("lost");
    copy(&built(SEED), &dir);
    let exports = generated(SEED).join("exports").to_string_lossy().into_owned();
    for table in ["loads", "landing/salesforce_user"] {
        let (there, away) = (dir.join("lake").join(table), dir.join("away"));
        fs::rename(&there, &away).expect("moved");
        for args in [&["kpi", "active_people"][..], &["load", &exports], &["build"]] {
            let told = on(&dir, args).ended(1).err;
            for word in ["the lake is damaged", table, "it is not there, and a build was made of it", LOADED] {
                assert!(told.contains(word), "{args:?}: \"{word}\" is not in {told}");
            }
        }
        assert!(!there.exists(), "{table} was begun anew");
        fs::rename(&away, &there).expect("moved");
    }
    on(&dir, &["kpi", "active_people"]).ended(0);
}

fn verified() {
    let dir = fresh("verified");
    copy(&built(SEED), &dir);
    let lake = dir.join("lake");
    let told = on(&dir, &["verify", "--format", "csv"]).ended(0);
    let rows = |table: &str| {
        let line = told.out.lines().find(|line| line.starts_with(&format!("{table},"))).expect("a line a table");
        line.split(',').nth(2).expect("rows").to_string()
    };
    let counted = on(&dir, &["sql", "--format", "csv", "SELECT COUNT(*) AS n FROM loads"]).ended(0).out;
    assert_eq!(format!("n\n{}\n", rows("loads")), counted);
    assert!(told.err.contains(" 0 files damaged, 0 files left over"), "{}", told.err);
    for litter in ["landing/salesforce_user/part-9.parquet", "builds/7.json#1", "loads/_delta_log/_commit_1.json.tmp"] {
        fs::write(lake.join(litter), "half").expect("written");
        assert!(on(&dir, &["verify"]).ended(0).err.contains(&format!("left over {litter}")));
        fs::remove_file(lake.join(litter)).expect("removed");
    }
    for file in [
        lake.join("builds/1.json"),
        lake.join("loads/_delta_log/00000000000000000000.json"),
        data_file(&lake.join("landing/salesforce_user")),
        data_file(&lake.join("models/active_days")),
    ] {
        let (name, whole) = (name_of(&file), fs::read(&file).expect("read"));
        for byte in [0, whole.len() / 2, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[byte] ^= 4;
            fs::write(&file, changed).expect("written");
            let told = on(&dir, &["verify"]).ended(1).err;
            let damaged: Vec<&str> = told.lines().filter(|line| line.starts_with("damaged ")).collect();
            assert!(damaged.iter().any(|line| line.contains(&name)), "byte {byte} of {name}: {told}");
        }
        fs::write(&file, whole).expect("written");
    }
    let own = Own::new("never-loaded");
    let told = own.run(&["verify"]).ended(1).err;
    assert!(told.contains("nothing was ever loaded") && told.contains("--lake"), "{told}");
}

/// A disk of its own, for one story.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mounted(name: &str, options: &str) -> SmallDisk {
        let dir = fresh(name);
        let done = mount(&["-t", "tmpfs", "-o", options, "none"], &dir);
        assert!(done, "it could be mounted a moment ago");
        SmallDisk(dir)
    }

    fn used_kb(&self) -> u64 {
        let told = Command::new("df").args(["-k", "--output=used"]).arg(&self.0).output().expect("df is there");
        String::from_utf8_lossy(&told.stdout).lines().nth(1).and_then(|kb| kb.trim().parse().ok()).expect("a number")
    }

    fn remount(&self, options: &str) {
        assert!(mount(&["-o", &format!("remount,{options}")], &self.0), "it is mounted");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

fn mount(args: &[&str], at: &Path) -> bool {
    let mut command = Command::new("mount");
    command.args(args).arg(at).stderr(std::process::Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Only root may mount a disk, and not in every container. Where it may not, this is listed as ignored, also on CI, whose machines differ.
fn on_a_small_disk(told: &str, tell: fn()) -> Trial {
    let dir = fresh("may-mount");
    let may = mount(&["-t", "tmpfs", "-o", "size=64k", "none"], &dir);
    if may {
        drop(SmallDisk(dir));
        return story(told, tell);
    }
    const WHY: &str = "needs root and a kernel that lets it mount a tmpfs";
    Trial::test(format!("{told} ({WHY})"), || Err(Failed::from(WHY))).with_ignored_flag(true)
}

fn a_full_disk() {
    let disk = SmallDisk::mounted("full-disk", "size=300k");
    let (dir, exports) = (project_like(&generated(SEED), "full"), generated(SEED).join("exports"));
    let (lake, exports) = (disk.0.join("lake").to_string_lossy().into_owned(), exports.to_string_lossy().into_owned());
    let run = |args: &[&str]| on(&dir, &[&["--lake", &lake], args].concat());
    let full = |args: &[&str]| {
        let told = run(args).ended(1).err;
        for word in ["could not write in the lake: the disk is full", "make room on it", "run the command again"] {
            assert!(told.contains(word), "{args:?}: \"{word}\" is not in {told}");
        }
    };
    full(&["load", &exports]);
    let half_way = run(&["verify"]);
    assert!(!half_way.err.contains("damaged "), "{}", half_way.err);
    for size in ["size=500k", "size=700k"] {
        disk.remount(size);
        full(&["load", &exports]);
    }
    disk.remount("size=64m");
    run(&["load", &exports]).ended(0);
    disk.remount(&format!("size={}k", disk.used_kb() + 200));
    full(&["build"]);
    disk.remount("size=64m");
    run(&["build"]).ended(0);
    run(&["verify"]).ended(0);
    crate::truth::same_counts(&run(&["tables"]).ended(0), &on(&built(SEED), &["tables"]).ended(0));
}

fn a_read_only_disk() {
    let disk = SmallDisk::mounted("read-only-disk", "size=64m");
    let (dir, lake) = (fresh("read-only"), disk.0.join("lake"));
    copy(&built(SEED), &dir);
    copy(&dir.join("lake"), &lake);
    let exports = generated(SEED).join("exports").to_string_lossy().into_owned();
    let run = |args: &[&str]| on(&dir, &[&["--lake", &lake.to_string_lossy()], args].concat());
    let figures = || run(&["kpi", "active_people", "--by", "grade", "--format", "csv"]).ended(0).out;
    let before = figures();
    disk.remount("ro");
    for args in [&["load", &exports][..], &["build"]] {
        let told = run(args).ended(1).err;
        for word in ["could not lock the lake", "`--lake` names another", "Read-only file system"] {
            assert!(told.contains(word), "{args:?}: \"{word}\" is not in {told}");
        }
    }
    assert_eq!(figures(), before);
    run(&["verify"]).ended(0);
    disk.remount("rw");
    run(&["load", &exports]).ended(0);
    run(&["build"]).ended(0);
}

/// The shell makes the limit, and lets the program live that meets it.
fn a_file_that_may_not_grow() {
    let own = Own::new("may-not-grow");
    let mut text = String::from("Id,Name,ParentRoleId,CreatedDate,SystemModstamp\n");
    for n in 0..3000 {
        let name = format!("Role {n} of {}", n * 7919 % 3001);
        text += &format!("00E1x00000{n:05}AAA,{name},,2026-01-01 00:00:00,2026-02-01 00:00:00\n");
    }
    let file = own.file("2026-03-01/UserRole.csv", text);
    let limited = |blocks: u32| {
        let mut command = Command::new("bash");
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
        command.args(["-c", &script, "bash", env!("CARGO_BIN_EXE_uptake"), "--project"]).arg(own.project());
        command.args(["load", &file]);
        ran(command)
    };
    let told = limited(8).ended(1).err;
    for word in ["could not write in the lake", "larger than this user may write", "ulimit -f"] {
        assert!(told.contains(word), "\"{word}\" is not in {told}");
    }
    assert_eq!(own.load(&[&file]).landed, 3000);
    own.run(&["verify"]).ended(0);
}

/// The first data file of a table.
pub fn data_file(table: &Path) -> PathBuf {
    let files = fs::read_dir(table).expect("a table").map(|entry| entry.expect("an entry").path());
    files.filter(|path| path.extension().is_some_and(|kind| kind == "parquet")).min().expect("a data file")
}

fn name_of(file: &Path) -> String {
    file.file_name().expect("it has one").to_string_lossy().into_owned()
}
