//! Which files of a watched folder are whole: those that have stood still, and that nobody is still writing as another.

use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use uptake_lake::{is_taken, is_whole};

/// What a file looked like when it was last seen, and since when it has looked so.
#[derive(Debug, Clone, PartialEq)]
struct Sighting {
    bytes: u64,
    written: SystemTime,
    since: DateTime<Utc>,
    became: Became,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Became {
    Waiting,
    Loaded,
    Failed,
}

/// What is known of the files of one job, for as long as the program runs; the lake knows by itself what it has.
#[derive(Debug, Default)]
pub struct Watch(BTreeMap<PathBuf, Sighting>);

/// What programs call a file that they have not written to its end, behind its name.
const UNFINISHED: [&str; 4] = ["part", "tmp", "crdownload", "filepart"];
/// A zip that cannot be opened may still be written by somebody slow; after so many times its pause it is told.
const PATIENCE: i32 = 6;
/// No folder of exports is deeper; a link may lead in a circle.
const DEEPEST: usize = 12;

impl Watch {
    /// Looks at the folders, and gives the files that have become whole by `now`.
    ///
    /// # Errors
    /// A folder cannot be read; in words.
    pub fn look(&mut self, folders: &[String], settle: Duration, now: DateTime<Utc>) -> Result<Vec<PathBuf>, String> {
        let mut files = vec![];
        for folder in folders {
            let listed = list(Path::new(folder), 0, &mut files);
            listed.map_err(|error| format!("the folder {folder} cannot be read: {error}"))?;
        }
        self.0.retain(|path, _| files.iter().any(|(known, ..)| known == path));
        for (path, bytes, written) in files {
            let same = |seen: &&Sighting| seen.bytes == bytes && seen.written == written && seen.since <= now;
            if self.0.get(&path).filter(same).is_none() {
                self.0.insert(path, Sighting { bytes, written, since: now, became: Became::Waiting });
            }
        }
        let stands = |seen: &Sighting| seen.became == Became::Waiting && now - seen.since >= settle;
        let whole = |path: &Path, seen: &Sighting| is_whole(path) || now - seen.since >= settle * PATIENCE;
        let ready = self.0.iter().filter(|(path, seen)| stands(seen) && !is_unfinished(path) && whole(path, seen));
        Ok(ready.map(|(path, _)| path.clone()).collect())
    }

    /// The files that were loaded and refused, as long as they lie there unchanged.
    pub fn failed(&self) -> Vec<PathBuf> {
        let failed = self.0.iter().filter(|(_, seen)| seen.became == Became::Failed);
        failed.map(|(path, _)| path.clone()).collect()
    }

    /// Whether all files that lie there were loaded.
    pub fn is_settled(&self) -> bool {
        self.0.values().all(|seen| seen.became == Became::Loaded)
    }

    /// Notes what became of a file that was looked at before.
    pub fn note(&mut self, path: &Path, refused: bool) {
        if let Some(seen) = self.0.get_mut(path) {
            seen.became = if refused { Became::Failed } else { Became::Loaded };
        }
    }
}

type Listed = (PathBuf, u64, SystemTime);

fn list(folder: &Path, depth: usize, files: &mut Vec<Listed>) -> std::io::Result<()> {
    for entry in folder.read_dir()? {
        let path = entry?.path();
        // What goes while we look was never there.
        let Ok(about) = path.metadata() else { continue };
        if about.is_dir() && depth < DEEPEST {
            list(&path, depth + 1, files)?;
        } else if about.is_file() && is_taken(&path) {
            files.push((path, about.len(), about.modified().unwrap_or(SystemTime::UNIX_EPOCH)));
        }
    }
    Ok(())
}

/// Whether `Deals.csv.part` lies beside it: a browser keeps the name with an empty file until it is done.
fn is_unfinished(path: &Path) -> bool {
    UNFINISHED.iter().any(|ending| {
        let mut name = path.as_os_str().to_os_string();
        name.push(".");
        name.push(ending);
        Path::new(&name).exists()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_is_whole_when_it_has_stood_still() {
        let folder = tempfile::tempdir().expect("a folder");
        let (dir, file) = (folder.path().to_string_lossy().into_owned(), folder.path().join("a.csv"));
        let begun = DateTime::<Utc>::UNIX_EPOCH;
        let mut watch = Watch::default();
        let mut look = |second: i64| {
            let found =
                watch.look(std::slice::from_ref(&dir), Duration::seconds(10), begun + Duration::seconds(second));
            found.expect("it can be read").len()
        };
        fs::write(&file, "a,b\n").expect("written");
        fs::write(folder.path().join("b.csv.part"), "a,b\n").expect("written");
        fs::write(folder.path().join("notes.txt"), "x").expect("written");
        fs::write(folder.path().join("c.zip"), "PK half a zip").expect("written");
        assert_eq!((look(0), look(9)), (0, 0));
        fs::write(&file, "a,b\n1,2\n").expect("written");
        assert_eq!((look(10), look(19), look(20)), (0, 0, 1), "it grew, and begins anew");
        fs::write(folder.path().join("a.csv.crdownload"), "").expect("written");
        assert_eq!(look(21), 0, "a browser still writes it");
        fs::remove_file(folder.path().join("a.csv.crdownload")).expect("there");
        assert_eq!((look(22), look(60)), (1, 2), "a zip that stays torn is told at last");
    }

    #[test]
    fn what_was_loaded_is_not_loaded_again_unless_it_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let (dir, file) = ([folder.path().to_string_lossy().into_owned()], folder.path().join("a.csv"));
        let at = |second: i64| DateTime::<Utc>::UNIX_EPOCH + Duration::seconds(second);
        let (mut watch, settle) = (Watch::default(), Duration::seconds(1));
        fs::write(&file, "a,b\n").expect("written");
        assert!(watch.look(&dir, settle, at(0)).expect("read").is_empty());
        assert_eq!(watch.look(&dir, settle, at(1)).expect("read"), std::slice::from_ref(&file));
        watch.note(&file, true);
        assert!(watch.look(&dir, settle, at(9)).expect("read").is_empty());
        assert_eq!(watch.failed(), std::slice::from_ref(&file));
        fs::write(&file, "a,b\n1,2\n").expect("written");
        assert!(watch.look(&dir, settle, at(10)).expect("read").is_empty() && watch.failed().is_empty());
        assert_eq!(watch.look(&dir, settle, at(11)).expect("read"), std::slice::from_ref(&file));
        watch.note(&file, false);
        fs::remove_file(&file).expect("there");
        assert!(watch.look(&dir, settle, at(12)).expect("read").is_empty() && watch.failed().is_empty());
    }
}
