//! From the paths a person names to the files inside: folders are walked, zips are opened.

use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::{Path, PathBuf};
use uptake_spec::{Place, Problem};
use zip::ZipArchive;

/// A file or the entry of a zip, not yet read.
#[derive(Debug, Clone)]
pub struct Found {
    pub path: PathBuf,
    /// Name and index within the zip at `path`.
    pub entry: Option<Entry>,
}

#[derive(Debug, Clone)]
pub struct Entry {
    pub name: String,
    pub at: usize,
    /// Newest modification date among all entries of the zip; a zip says no zone.
    pub newest: Option<chrono::NaiveDate>,
}

/// The most bytes one file may unpack to.
const MOST_BYTES: u64 = 4 << 30;
/// The most entries one zip may have.
const MOST_ENTRIES: usize = 20_000;

impl Found {
    /// `WE_00D_1.ZIP/User.csv`, with the path as it was given.
    pub fn shown(&self) -> String {
        match &self.entry {
            Some(entry) => format!("{}/{}", self.path.display(), entry.name),
            None => self.path.display().to_string(),
        }
    }

    /// The last part of its name without the extension: `User`.
    pub fn stem(&self) -> String {
        let name = self.entry.as_ref().map_or(self.path.as_path(), |entry| Path::new(&entry.name));
        name.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// The name of the file on disk: `WE_00D_1.ZIP`.
    pub fn file_name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    fn is_table(&self) -> bool {
        let name = self.entry.as_ref().map_or(self.path.as_path(), |entry| Path::new(&entry.name));
        name.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"))
    }

    /// All bytes of it, and their SHA-256 in hexadecimal.
    ///
    /// # Errors
    /// What a person can do something about: it is gone, torn, or unpacks to too much.
    pub fn read(&self) -> Result<(Vec<u8>, String), Problem> {
        let mut bytes = vec![];
        let refused = |what: String, hint: &str| Problem::new(Place::whole(self.shown()), what, hint);
        match &self.entry {
            None => {
                let mut file = open(&self.path)?;
                file.read_to_end(&mut bytes)
                    .map_err(|e| refused(format!("it cannot be read: {e}"), "check the disk and the rights"))?;
            }
            Some(entry) => {
                let torn = |e: String| {
                    refused(format!("it cannot be unpacked: {e}"), "the zip is damaged or cut off; fetch it again")
                };
                let mut archive = ZipArchive::new(open(&self.path)?).map_err(|e| torn(e.to_string()))?;
                let file = archive.by_index(entry.at).map_err(|e| torn(e.to_string()))?;
                let mut limited = file.take(MOST_BYTES + 1);
                limited.read_to_end(&mut bytes).map_err(|e| torn(e.to_string()))?;
            }
        }
        if bytes.len() as u64 > MOST_BYTES {
            return Err(refused("it unpacks to more than 4 GiB".into(), "split the export"));
        }
        let digest = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok((bytes, digest))
    }
}

/// What the paths hold: tables to land, what is skipped and why, what is refused.
#[derive(Debug, Default)]
pub struct Search {
    pub tables: Vec<Found>,
    pub skipped: Vec<(String, String)>,
    pub refused: Vec<Problem>,
}

/// Looks into every path, folders in the order of their names.
pub fn find(paths: &[String]) -> Search {
    let mut search = Search::default();
    for path in paths {
        look(Path::new(path), true, &mut search);
    }
    search
}

fn look(path: &Path, named: bool, search: &mut Search) {
    if path.is_dir() {
        let listed: std::io::Result<Vec<PathBuf>> =
            std::fs::read_dir(path).and_then(|entries| entries.map(|entry| entry.map(|e| e.path())).collect());
        let mut inside = match listed {
            Ok(inside) => inside,
            Err(error) => {
                let what = format!("the folder cannot be read: {error}");
                search.refused.push(Problem::new(Place::whole(path), what, "check the rights"));
                return;
            }
        };
        inside.sort();
        inside.iter().for_each(|path| look(path, false, search));
        return;
    }
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    let found = Found { path: path.into(), entry: None };
    match extension.as_str() {
        "zip" => look_into_zip(path, search),
        "csv" => search.tables.push(found),
        _ if named && !path.exists() => {
            search.refused.push(Problem::new(Place::whole(path), "there is no such file or folder", "check the path"));
        }
        _ => search.skipped.push((found.shown(), "no table (only .csv and .zip are read)".into())),
    }
}

fn look_into_zip(path: &Path, search: &mut Search) {
    match zip_entries(path) {
        Ok(entries) => {
            let newest = entries.iter().filter_map(|(_, _, date)| *date).max();
            for (at, name, _) in entries {
                let found = Found { path: path.into(), entry: Some(Entry { name, at, newest }) };
                match found.is_table() {
                    true => search.tables.push(found),
                    false => search.skipped.push((found.shown(), "no table".into())),
                }
            }
        }
        Err(problem) => search.refused.push(problem),
    }
}

type ZipEntry = (usize, String, Option<chrono::NaiveDate>);

/// Index, name and date of every file in a zip. A name that leads out of it refuses the whole zip.
fn zip_entries(path: &Path) -> Result<Vec<ZipEntry>, Problem> {
    let refused = |what: String, hint: &str| Problem::new(Place::whole(path), what, hint);
    let mut archive = ZipArchive::new(open(path)?).map_err(|e| {
        refused(
            format!("it is no whole zip: {e}"),
            "the download was cut off or the file is something else; fetch it again",
        )
    })?;
    if archive.len() > MOST_ENTRIES {
        return Err(refused(format!("it has {} entries, more than {MOST_ENTRIES}", archive.len()), "split it"));
    }
    let mut entries = vec![];
    for at in 0..archive.len() {
        let file = archive
            .by_index_raw(at)
            .map_err(|e| refused(format!("its entry {at} cannot be read: {e}"), "fetch it again"))?;
        let name = file
            .name()
            .map_err(|e| refused(format!("the name of its entry {at} cannot be read: {e}"), "fetch it again"))?
            .to_string();
        if file.enclosed_name().is_none() {
            let hint = "this is no honest export; take it apart by hand if you trust it";
            return Err(refused(format!("its entry \"{name}\" leads out of the zip"), hint));
        }
        if !file.is_dir() && !name.starts_with("__MACOSX/") {
            let date = file
                .last_modified()
                .filter(|t| t.year() > 1980)
                .and_then(|t| chrono::NaiveDate::from_ymd_opt(t.year().into(), t.month().into(), t.day().into()));
            entries.push((at, name, date));
        }
    }
    Ok(entries)
}

fn open(path: &Path) -> Result<std::fs::File, Problem> {
    std::fs::File::open(path).map_err(|e| {
        Problem::new(Place::whole(path), format!("it cannot be opened: {e}"), "check the path and the rights")
    })
}
