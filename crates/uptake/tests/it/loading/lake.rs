//! A lake of one's own for a story, and files to load into it.

use crate::firm::{Ran, fresh, on, uptake};
use serde_json::Value as Json;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// An empty project with room for files beside it.
pub struct Own {
    pub dir: PathBuf,
}

/// What a load said: counts over all its files.
#[derive(Debug, PartialEq, Clone, Copy)]
pub struct Counts {
    pub landed: u64,
    pub rejected: u64,
    pub duplicate: u64,
}

pub fn counts(landed: u64, rejected: u64, duplicate: u64) -> Counts {
    Counts { landed, rejected, duplicate }
}

impl Own {
    pub fn new(name: &str) -> Own {
        let dir = fresh(&format!("own-{name}"));
        uptake(&["init", &dir.join("p").to_string_lossy()]).ended(0);
        Own { dir }
    }

    pub fn project(&self) -> PathBuf {
        self.dir.join("p")
    }

    /// Writes a file below the folder `path` lies in, and gives its path.
    pub fn file(&self, path: &str, bytes: impl AsRef<[u8]>) -> String {
        let file = self.dir.join("files").join(path);
        fs::create_dir_all(file.parent().expect("it lies in a folder")).expect("made");
        fs::write(&file, bytes).expect("written");
        file.to_string_lossy().into_owned()
    }

    /// A zip of entries by name, with no date worth the name where `dated` is false.
    pub fn zip(&self, path: &str, entries: &[(&str, &str)], dated: bool) -> String {
        let mut bytes = std::io::Cursor::new(vec![]);
        let mut zip = ZipWriter::new(&mut bytes);
        let date = zip::DateTime::from_date_and_time(2026, 3, 1, 4, 0, 0).expect("a date");
        let date = if dated { date } else { zip::DateTime::default() };
        for (name, text) in entries {
            zip.start_file(*name, SimpleFileOptions::default().last_modified_time(date)).expect("started");
            zip.write_all(text.as_bytes()).expect("written");
        }
        zip.finish().expect("finished");
        self.file(path, bytes.get_ref())
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        on(&self.project(), args)
    }

    /// Loads, with all flags and paths; ends well.
    #[track_caller]
    pub fn load(&self, args: &[&str]) -> Counts {
        counted(&self.run(&[&["load"], args].concat()).ended(0))
    }

    /// Loads, and tells what was refused.
    #[track_caller]
    pub fn refused(&self, args: &[&str]) -> String {
        self.run(&[&["load"], args].concat()).ended(1).err
    }

    /// Builds and asks.
    #[track_caller]
    pub fn ask(&self, sql: &str) -> String {
        self.run(&["build"]).ended(0);
        self.run(&["sql", "--format", "csv", sql]).ended(0).out.trim().replace('\n', " ")
    }

    pub fn lake(&self, path: &str) -> PathBuf {
        self.project().join("lake").join(path)
    }

    /// Forgets what the journal says, as if the load had been killed before it was written.
    pub fn kill_before_the_journal(&self) {
        for table in ["loads", "rejects"] {
            let _ = fs::remove_dir_all(self.lake(table));
        }
    }
}

pub fn counted(ran: &Ran) -> Counts {
    let files: Vec<Json> = ran.out.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect();
    let sum = |name: &str| files.iter().map(|file| file[name].as_u64().expect("a count")).sum();
    let all = counts(sum("landed"), sum("rejected"), sum("duplicate"));
    assert_eq!(sum("read"), all.landed + all.rejected + all.duplicate, "{}", ran.out);
    all
}

/// A file of roles: `id name` each, changed on a day of 2026.
pub fn roles(rows: &[(&str, &str, &str)]) -> String {
    let mut text = String::from("Id,Name,ParentRoleId,CreatedDate,SystemModstamp\n");
    for (id, name, day) in rows {
        text += &format!("{},{name},,2026-01-01 00:00:00,{day} 00:00:00\n", role_id(id));
    }
    text
}

pub fn role_id(id: &str) -> String {
    format!("00E1x000000000{id}AAA")
}

/// Who holds which role name now, and whether it is gone.
pub const NOW: &str = "SELECT substr(\"Id\", 15, 1) AS id, \"Name\", gone FROM landing.salesforce_userrole \
    WHERE next_seen IS NULL OR gone ORDER BY \"Id\", first_seen";
