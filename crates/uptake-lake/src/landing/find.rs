//! From the paths a person names to the files inside: patterns are matched, folders are walked, zips are opened.

use super::fetch::{Fetched, is_url};
use super::unpack::{Archives, Limited, Unpacked, archive, copy};
use flate2::read::MultiGzDecoder;
use glob::{MatchOptions, glob_with};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use uptake_read::Fault;
use uptake_spec::{Place, Problem};
use zip::result::ZipError;

/// A file or the entry of a zip, not yet read.
#[derive(Debug, Clone)]
pub struct Found {
    pub path: PathBuf,
    /// The URL it was fetched from, without credentials and query; `path` is then a temporary file.
    pub url: Option<String>,
    /// Name and index within the zip at `path`.
    pub entry: Option<Entry>,
    /// Which table of the file, where it may hold several.
    pub part: Option<Part>,
}

/// A sheet of a workbook, or the objects of one kind in a JSON.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// What people see behind the file's name.
    pub name: Option<String>,
    /// What its object may be called, beginning with the likeliest; the last holds where none is known.
    pub called: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Entry {
    pub name: String,
    pub at: usize,
    /// Newest modification date among all entries of the zip; a zip says no zone.
    pub newest: Option<chrono::NaiveDate>,
}

/// The extensions of tables, as folders and zips have them; what a person names is looked into whatever it is called.
const TABLES: [&str; 9] = ["csv", "tsv", "tab", "xlsx", "xlsm", "json", "jsonl", "ndjson", "parquet"];
/// The most entries one zip may have.
const MOST_ENTRIES: usize = 20_000;

impl Found {
    /// `WE_00D_1.ZIP/User.csv`, with the path or URL as it was given.
    pub fn shown(&self) -> String {
        let file = self.url.clone().unwrap_or_else(|| self.path.display().to_string());
        let file = match &self.entry {
            Some(entry) => format!("{file}/{}", entry.name),
            None => file,
        };
        match self.part.as_ref().and_then(|part| part.name.as_ref()) {
            Some(part) => format!("{file}/{part}"),
            None => file,
        }
    }

    /// What its object may be called: see [`Part::called`].
    pub fn names(&self) -> Vec<String> {
        self.part.as_ref().map_or_else(|| vec![self.stem()], |part| part.called.clone())
    }

    /// Its name without the zip's and without `.gz`: `User.csv`.
    pub fn inner_name(&self) -> String {
        let name = self.entry.as_ref().map_or(self.path.as_path(), |entry| Path::new(&entry.name));
        let name = if is_gzip(name) { name.file_stem() } else { name.file_name() };
        name.unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The last part of its name without the extension: `User`.
    pub fn stem(&self) -> String {
        let mut name = self.entry.as_ref().map_or(self.path.as_path(), |entry| Path::new(&entry.name));
        if is_gzip(name) {
            name = name.file_stem().map_or(name, Path::new);
        }
        name.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// The name of the file on disk: `WE_00D_1.ZIP`.
    pub fn file_name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    fn is_table(&self) -> bool {
        let name = self.entry.as_ref().map_or(self.path.as_path(), |entry| Path::new(&entry.name));
        name.extension().is_some_and(|e| TABLES.iter().any(|table| e.eq_ignore_ascii_case(table)))
    }

    /// Hands its unpacked bytes to `read`, from the first to as many as `read` takes.
    ///
    /// # Errors
    /// What a person can do something about: it is gone, torn, or unpacks to too much.
    pub fn read<T>(
        &self,
        archives: &Archives,
        read: impl FnOnce(&mut dyn Read) -> std::io::Result<T>,
    ) -> Result<T, Problem> {
        let refused = |what: String, hint: &str| Problem::new(Place::whole(self.shown()), what, hint);
        let torn = |e: std::io::Error| match Fault::of(&e) {
            Some(fault) => self.problem(fault),
            None => refused(format!("it cannot be unpacked: {e}"), "the file is damaged or cut off; fetch it again"),
        };
        // What cannot be unpacked is told at opening, or only at the first byte.
        let is_locked = |e: &ZipError| match e {
            ZipError::UnsupportedArchive(_)
            | ZipError::CompressionMethodNotSupported(_)
            | ZipError::InvalidPassword => true,
            ZipError::Io(e) => e.to_string().contains("not supported"),
            _ => false,
        };
        let locked = |e: ZipError| match is_locked(&e) {
            true => refused(
                format!("it cannot be unpacked: {e}"),
                "save it as an ordinary zip without a password, or unpack it",
            ),
            false => torn(e.into()),
        };
        match &self.entry {
            Some(entry) => {
                let unpacked = archives.unpacked(&self.path, entry.at, &locked)?;
                match unpacked {
                    Unpacked::Small(bytes) => read(&mut &bytes[..]).map_err(torn),
                    Unpacked::Large(mut archive) => {
                        let file = archive.by_index(entry.at).map_err(locked)?;
                        let packed = file.compressed_size();
                        read(&mut Limited::of(file, packed)).map_err(|e| locked(e.into()))
                    }
                }
            }
            None if is_gzip(&self.path) => {
                let file = open(&self.path)?;
                let packed = file.metadata().map_or(0, |file| file.len());
                let unpacked = MultiGzDecoder::new(std::io::BufReader::new(file));
                read(&mut Limited::of(unpacked, packed)).map_err(torn)
            }
            None => read(&mut open(&self.path)?).map_err(|e| match Fault::of(&e) {
                Some(fault) => self.problem(fault),
                None => refused(format!("it cannot be read: {e}"), "check the disk and the rights"),
            }),
        }
    }

    /// Its bytes as a file in which one can go back and forth; what is packed is unpacked to a temporary one.
    ///
    /// # Errors
    /// It cannot be read, or there is no room to unpack it.
    pub fn seekable(&self, archives: &Archives) -> Result<File, Problem> {
        if self.entry.is_none() && !is_gzip(&self.path) {
            return open(&self.path);
        }
        let at = self.entry.as_ref().map(|entry| entry.at);
        if let Some(file) = archives.spooled(&self.path, at) {
            return Ok(file);
        }
        let no_room = |e: std::io::Error| {
            let hint = "make room for temporary files, or unpack it yourself; TMPDIR names another folder";
            Problem::new(Place::whole(self.shown()), format!("it cannot be unpacked to a temporary file: {e}"), hint)
        };
        let mut file = tempfile::tempfile().map_err(no_room)?;
        let mut unwritten = None;
        self.read(archives, |bytes| copy(bytes, &mut file, &mut unwritten))?;
        if let Some(error) = unwritten {
            return Err(no_room(error));
        }
        archives.keep(&self.path, at, file).map_err(no_room)
    }

    /// What is wrong with it, with its place.
    pub fn problem(&self, fault: Fault) -> Problem {
        let place = match fault.line {
            0 => Place::whole(self.shown()),
            line => Place::new(self.shown(), line as usize, 1),
        };
        Problem::new(place, fault.what, fault.hint)
    }
}

/// What spreadsheets and other systems lay beside a file: `~$Deals.xlsx`, `._Deals.csv`.
fn is_beside(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("~$") || name.starts_with("._")
}

fn is_gzip(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gz"))
}

/// What the paths hold: tables to land, what is skipped and why, what is refused.
#[derive(Debug, Default)]
pub struct Search {
    pub tables: Vec<Found>,
    pub skipped: Vec<(String, String)>,
    pub refused: Vec<Problem>,
}

/// Looks into every path, folders in the order of their names, and into what was fetched from URLs.
pub fn find(paths: &[String], fetched: &[Fetched]) -> Search {
    let mut search = Search::default();
    let mut walked = BTreeSet::new();
    for path in paths.iter().filter(|path| !is_url(path)) {
        match Path::new(path).exists() || !is_pattern(path) {
            true => look(Path::new(path), true, &mut walked, &mut search),
            false => look_by_pattern(path, &mut walked, &mut search),
        }
    }
    fetched.iter().for_each(|file| look_at_fetched(file, &mut search));
    search
}

/// Whether a path is meant as `exports/*.csv`, where no file is called so.
fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// What a pattern matches is looked at as if it stood in a folder: a star takes whatever lies there, and not all of that is a table.
fn look_by_pattern(pattern: &str, walked: &mut BTreeSet<PathBuf>, search: &mut Search) {
    let refused = |what: String, hint: &str| Problem::new(Place::whole(pattern), what, hint);
    // As shells do: what begins with a dot is hidden from a star.
    let hidden = MatchOptions { require_literal_leading_dot: true, ..MatchOptions::new() };
    let matched = match glob_with(pattern, hidden) {
        Ok(matched) => matched,
        Err(error) => {
            let what = format!("it is no file, and no pattern: {}", error.msg);
            return search.refused.push(refused(what, "* stands for any name, ** for any folders, [ab] for a or b"));
        }
    };
    let mut found = 0;
    for path in matched {
        found += 1;
        match path {
            Ok(path) => look(&path, false, walked, search),
            Err(error) => {
                let what = format!("it cannot be looked into: {}", error.error());
                search.refused.push(Problem::new(Place::whole(error.path()), what, "check the rights"));
            }
        }
    }
    if found == 0 {
        let hint = "* stands for any name in one folder, ** for any folders between; in a shell, put it in quotes";
        search.refused.push(refused("no file or folder matches".into(), hint));
    }
}

/// A file from a URL is told by its URL, also where it is refused or skipped.
fn look_at_fetched(file: &Fetched, search: &mut Search) {
    let mut found = Search::default();
    look(&file.path, file.named, &mut BTreeSet::new(), &mut found);
    let path = file.path.to_string_lossy();
    let told = |text: &str| text.replacen(&*path, &file.url, 1);
    search.tables.extend(found.tables.into_iter().map(|table| Found { url: Some(file.url.clone()), ..table }));
    search.skipped.extend(found.skipped.into_iter().map(|(name, why)| (told(&name), why)));
    search.refused.extend(found.refused.into_iter().map(|mut problem| {
        problem.place.file = told(&problem.place.file.to_string_lossy()).into();
        problem
    }));
}

/// Whether a file of this name is looked into where nobody named it itself: a table, a zip, or one packed.
pub fn is_taken(path: &Path) -> bool {
    let found = Found { path: path.into(), url: None, entry: None, part: None };
    let is_zip = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip"));
    !is_beside(path) && (is_zip || is_gzip(path) || found.is_table())
}

/// Whether a file is all there, as far as one can tell: a zip tells its contents at its end. Any other is told by standing still.
pub fn is_whole(path: &Path) -> bool {
    let is_zip = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip"));
    !is_zip || archive(path).is_ok()
}

fn look(path: &Path, named: bool, walked: &mut BTreeSet<PathBuf>, search: &mut Search) {
    if path.is_dir() {
        // A link can lead back to where we were.
        if path.canonicalize().is_ok_and(|real| !walked.insert(real)) {
            return;
        }
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
        inside.iter().for_each(|path| look(path, false, walked, search));
        return;
    }
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    let found = Found { path: path.into(), url: None, entry: None, part: None };
    match extension.as_str() {
        "zip" => look_into_zip(path, search),
        _ if named && !path.exists() => {
            search.refused.push(Problem::new(Place::whole(path), "there is no such file or folder", "check the path"));
        }
        _ if !named && is_beside(path) => {
            search.skipped.push((found.shown(), "a program's own file beside another".into()))
        }
        _ if named || found.is_table() || is_gzip(path) => search.tables.push(found),
        _ => search.skipped.push((found.shown(), "no table by its name; name the file itself to have it read".into())),
    }
}

fn look_into_zip(path: &Path, search: &mut Search) {
    match zip_entries(path) {
        Ok(entries) => {
            let newest = entries.iter().filter_map(|(_, _, date)| *date).max();
            for (at, name, _) in entries {
                let found = Found { path: path.into(), url: None, entry: Some(Entry { name, at, newest }), part: None };
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
    let mut archive = archive(path)?;
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

pub fn open(path: &Path) -> Result<File, Problem> {
    File::open(path).map_err(|e| {
        Problem::new(Place::whole(path), format!("it cannot be opened: {e}"), "check the path and the rights")
    })
}
