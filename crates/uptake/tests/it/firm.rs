//! The small firms the stories share: generated once, loaded once, never changed.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What a command left behind.
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Fails the story unless the command ended with `status`.
    #[track_caller]
    pub fn ended(self, status: i32) -> Ran {
        assert_eq!(self.status, status, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }
}

/// Runs the program in an empty folder.
pub fn uptake(args: &[&str]) -> Ran {
    uptake_in(&scratch().join("nowhere"), args)
}

pub fn uptake_in(folder: &Path, args: &[&str]) -> Ran {
    fs::create_dir_all(folder).expect("a folder");
    let mut command = program();
    command.current_dir(folder).args(args);
    ran(command)
}

/// Runs a command to its end.
pub fn ran(mut command: Command) -> Ran {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let (out, err) = (read(child.stdout.take()), read(child.stderr.take()));
    let begun = Instant::now();
    let status = loop {
        match child.try_wait().expect("it can be waited for") {
            Some(status) => break status,
            None if begun.elapsed() > Duration::from_secs(300) => {
                child.kill().expect("it can be ended");
                panic!("{command:?} does not end");
            }
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    };
    let text = |reader: JoinHandle<Vec<u8>>| String::from_utf8_lossy(&reader.join().expect("it was read")).into_owned();
    Ran { status: status.code().unwrap_or(-1), out: text(out), err: text(err) }
}

/// Reads to the end beside everything else, so that the program never waits on a full pipe.
fn read(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = vec![];
        pipe.expect("it is piped").read_to_end(&mut bytes).expect("a pipe can be read");
        bytes
    })
}

pub fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_uptake"));
    program.env_remove("RUST_LOG");
    program
}

/// A firm of 30 people over 8 months: 26 complete weeks and some more.
pub fn generated(seed: u64) -> PathBuf {
    static DONE: Mutex<BTreeMap<u64, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut done = DONE.lock().expect("no story fails in here");
    let dir = done.entry(seed).or_insert_with(|| {
        let dir = scratch().join(format!("firm-{seed}"));
        generate(seed, &dir);
        dir
    });
    dir.clone()
}

pub fn generate(seed: u64, dir: &Path) {
    let (seed, dir) = (seed.to_string(), dir.to_string_lossy());
    uptake(&["generate", "--people", "30", "--months", "8", "--seed", &seed, &dir]).ended(0);
}

/// The firm of a seed, loaded and built.
pub fn built(seed: u64) -> PathBuf {
    static DONE: Mutex<BTreeMap<u64, PathBuf>> = Mutex::new(BTreeMap::new());
    let dir = generated(seed);
    let mut done = DONE.lock().expect("no story fails in here");
    let dir = done.entry(seed).or_insert_with(|| {
        load(&dir, &[&dir.join("exports")]);
        dir
    });
    dir.clone()
}

/// Loads `paths` into the project in `dir` and builds.
pub fn load(dir: &Path, paths: &[&Path]) {
    let paths: Vec<String> = paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let project = dir.to_string_lossy();
    let args = ["--project", &project, "load"].into_iter().chain(paths.iter().map(String::as_str));
    uptake(&args.collect::<Vec<_>>()).ended(0);
    uptake(&["--project", &project, "build"]).ended(0);
}

/// Runs the program on a project.
pub fn on(dir: &Path, args: &[&str]) -> Ran {
    let project = dir.to_string_lossy();
    uptake(&[&["--project", &project][..], args].concat())
}

/// A folder of one's own.
pub fn fresh(name: &str) -> PathBuf {
    let dir = scratch().join(name);
    fs::create_dir_all(&dir).expect("a folder");
    dir
}

/// A project of these files, by path and text; its exports/ are loaded and built.
pub fn of_files<'a>(name: &str, files: impl Iterator<Item = (&'a str, &'a str)>) -> PathBuf {
    let dir = fresh(name);
    for (path, text) in files {
        let file = dir.join(path);
        fs::create_dir_all(file.parent().expect("a file lies in a folder")).expect("a folder");
        fs::write(file, text).expect("written");
    }
    load(&dir, &[&dir.join("exports")]);
    dir
}

/// A project of its own with the settings of `of`, and an empty lake.
pub fn project_like(of: &Path, name: &str) -> PathBuf {
    let dir = fresh(name);
    for file in ["uptake.toml", "targets.csv", "holidays.csv", "annotations.csv", "quiet_weeks.csv"] {
        fs::copy(of.join(file), dir.join(file)).expect("a generated firm has its settings");
    }
    dir
}

/// Every file below `folder` by its path in it.
pub fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    take(folder, folder, &mut found);
    found
}

fn take(root: &Path, folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            take(root, &path, found);
        } else {
            found.insert(path.strip_prefix(root).expect("below").into(), fs::read(&path).expect("readable"));
        }
    }
}

/// Copies a folder with everything in it.
pub fn copy(from: &Path, to: &Path) {
    for (path, bytes) in tree(from) {
        let target = to.join(path);
        fs::create_dir_all(target.parent().expect("a file lies in a folder")).expect("a folder");
        fs::write(target, bytes).expect("written");
    }
}

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository is there")
}

static SCRATCH: OnceLock<TempDir> = OnceLock::new();

pub fn scratch() -> PathBuf {
    SCRATCH.get_or_init(|| tempfile::tempdir().expect("a temporary folder")).path().to_path_buf()
}

/// Statics are never dropped, so the folder is removed by hand.
pub fn tidy_up() {
    if let Some(dir) = SCRATCH.get() {
        let _ = fs::remove_dir_all(dir.path());
    }
}
