//! A project folder as a whole: settings, sources, models, KPIs, dashboards, dated CSVs; and every mistake in it.

mod circles;
mod crosscheck;
mod dated;
#[cfg(test)]
mod tests;

pub use circles::{Circle, circles};
pub use dated::{Remark, Target};

use crate::calendar::{Calendar, Holiday};
use crate::dashboard::{Dashboard, read_dashboard};
use crate::fields::{Fields, Piece};
use crate::kpi::{Kpi, read_kpi};
use crate::problem::{Place, Problem};
use crate::report::{Report, read_report};
use crate::settings::{self, Settings};
use crate::source::{self, ColumnType, Mapping, Source, read_source};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// The texts of a project by path relative to its folder, without byte order marks and with `\n` at the ends of lines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Files {
    texts: BTreeMap<PathBuf, String>,
    /// One for each file that is not UTF-8; its text has \u{fffd} where it is not.
    unreadable: Vec<Problem>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    pub settings: Settings,
    pub sources: Vec<Source>,
    /// The lake's base tables, from `queries/lake.toml`.
    pub schema: Vec<LakeTable>,
    pub models: Vec<Model>,
    pub kpis: Vec<Kpi>,
    pub dashboards: Vec<Dashboard>,
    /// `dashboards/reports/NAME.toml`.
    pub reports: Vec<Report>,
    pub targets: Vec<Target>,
    pub holidays: Vec<Holiday>,
    /// Releases, trainings, re-organisations: marks on charts, and what may explain a shift.
    pub annotations: Vec<Remark>,
    /// Weeks that are shown and not judged; any day of the week stands for it.
    pub quiet_weeks: Vec<Remark>,
    /// `NAME.slt` beside each KPI: path and text.
    pub tests: Vec<(PathBuf, String)>,
}

/// One base table of the lake: what mappings fill and models read.
#[derive(Debug, Clone, PartialEq)]
pub struct LakeTable {
    pub name: String,
    pub columns: Vec<(String, ColumnType)>,
}

/// One relation of `queries/models/`: plain SQL without parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub name: String,
    /// Kept as a table by a build (a line `-- stored` in the file); otherwise a view.
    pub stored: bool,
    pub sql: String,
    pub file: PathBuf,
}

impl Files {
    /// The files a binary carries.
    pub fn of<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Files {
        let texts = texts.into_iter().map(|(path, text)| (path.into(), plain(text))).collect();
        Files { texts, unreadable: vec![] }
    }

    /// These files with those of `folder` laid over them, path by path.
    ///
    /// # Errors
    /// A file that cannot be read. One that is not UTF-8 is a mistake of the project.
    pub fn with_folder(mut self, folder: &Path) -> io::Result<Files> {
        for name in ["uptake.toml", "targets.csv", "holidays.csv", "annotations.csv", "quiet_weeks.csv"] {
            if folder.join(name).is_file() {
                self.take(folder, &folder.join(name))?;
            }
        }
        for name in ["queries", "dashboards"] {
            self.take_all(folder, &folder.join(name))?;
        }
        Ok(self)
    }

    pub fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(Path::new(path)).map(String::as_str)
    }

    /// Every path with its text, in the order of the paths.
    pub fn iter(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.texts.iter().map(|(path, text)| (path.as_path(), text.as_str()))
    }

    fn take_all(&mut self, root: &Path, folder: &Path) -> io::Result<()> {
        if !folder.is_dir() {
            return Ok(());
        }
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            match path.extension().and_then(|e| e.to_str()) {
                _ if path.is_dir() => self.take_all(root, &path)?,
                Some("sql" | "slt" | "toml" | "md" | "csv") => self.take(root, &path)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn take(&mut self, root: &Path, path: &Path) -> io::Result<()> {
        let bytes = std::fs::read(path).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))?;
        let inside = path.strip_prefix(root).expect("it was found below the root").to_path_buf();
        self.unreadable.extend(not_utf8(&inside, &bytes));
        self.texts.insert(inside, plain(&String::from_utf8_lossy(&bytes)));
        Ok(())
    }

    fn below<'a>(&'a self, folder: &'a str, extension: &'a str) -> impl Iterator<Item = (&'a PathBuf, &'a String)> {
        let fits = move |path: &Path| path.starts_with(folder) && path.extension().is_some_and(|e| e == extension);
        self.texts.iter().filter(move |(path, _)| fits(path) && path.file_name().is_some_and(|n| n != "README.md"))
    }
}

fn plain(text: &str) -> String {
    text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n")
}

fn not_utf8(file: &Path, bytes: &[u8]) -> Option<Problem> {
    let error = std::str::from_utf8(bytes).err()?;
    let before = plain(&String::from_utf8_lossy(&bytes[..error.valid_up_to()]));
    let place = Place::at(file, &before, before.len());
    Some(Problem::new(place, "this is not UTF-8", "save the file with the encoding UTF-8"))
}

/// Reads a whole project.
///
/// # Errors
/// Every mistake in it, ordered by file and line.
pub fn read_project(files: &Files) -> Result<Project, Vec<Problem>> {
    match read_parts(files) {
        (Some(project), problems) if problems.is_empty() => Ok(project),
        (_, problems) => Err(problems),
    }
}

/// Everything of a project that could be read, and every mistake in it, ordered by file and line.
/// `None` only without `uptake.toml`.
pub fn read_parts(files: &Files) -> (Option<Project>, Vec<Problem>) {
    let mut problems = files.unreadable.clone();
    let mut kept = |problem: Vec<Problem>| problems.extend(problem);
    let settings = read_own_settings(files, &mut kept);
    let mut sources = read_sources(files, &mut kept);
    if let Some(settings) = &settings {
        sources.iter_mut().for_each(|source| source.put_project_zone(settings.time_zone));
    }
    let schema = files.text("queries/lake.toml").map_or(vec![], |text| read_schema(text, &mut kept));
    let models = files.below("queries/models", "sql").map(|(path, text)| read_model(path, text)).collect();
    let kpis = files.below("queries/kpis", "sql").filter_map(|(p, t)| read_kpi(p, t).map_err(&mut kept).ok()).collect();
    let pages = files.below("dashboards", "md").filter_map(|(p, t)| taken(read_dashboard(p, t), &mut kept)).collect();
    let reports = files.below("dashboards/reports", "toml");
    let reports = reports.filter_map(|(p, t)| read_report(p, t).map_err(&mut kept).ok()).collect();
    let targets = files.text("targets.csv").map_or(vec![], |text| taken(dated::read_targets(text), &mut kept));
    let holidays = files.text("holidays.csv").map_or(vec![], |text| taken(dated::read_holidays(text), &mut kept));
    let mut remarks = |file: &str| files.text(file).map_or(vec![], |t| taken(dated::read_remarks(file, t), &mut kept));
    let (annotations, quiet_weeks) = (remarks("annotations.csv"), remarks("quiet_weeks.csv"));
    let tests = files.below("queries/kpis", "slt").map(|(p, t)| (p.clone(), t.clone())).collect();
    let project = settings.map(|settings| Project {
        settings,
        sources,
        schema,
        models,
        kpis,
        dashboards: pages,
        reports,
        targets,
        holidays,
        annotations,
        quiet_weeks,
        tests,
    });
    if let Some(project) = &project {
        problems.extend(crosscheck::mistakes(project, files));
    }
    problems.sort();
    problems.dedup();
    (project, problems)
}

/// What was read, once its mistakes are put with the others.
fn taken<T>((read, problems): (T, Vec<Problem>), kept: &mut impl FnMut(Vec<Problem>)) -> T {
    kept(problems);
    read
}

fn read_own_settings(files: &Files, kept: &mut impl FnMut(Vec<Problem>)) -> Option<Settings> {
    let Some(text) = files.text("uptake.toml") else {
        let (place, hint) = (Place::whole("uptake.toml"), "`uptake init DIR` writes one");
        kept(vec![Problem::new(place, "there is no uptake.toml", hint)]);
        return None;
    };
    Some(taken(settings::read_what_is_there(Path::new("uptake.toml"), text), kept))
}

fn read_sources(files: &Files, kept: &mut impl FnMut(Vec<Problem>)) -> Vec<Source> {
    let mut sources = vec![];
    for (path, text) in files.below("queries/sources", "toml") {
        match read_source(path, text) {
            Ok(mut source) => {
                let folder = path.parent().unwrap_or(Path::new(""));
                let ours = files.below("queries/sources", "sql").filter(|(p, _)| p.parent() == Some(folder));
                source.mappings =
                    ours.map(|(p, t)| Mapping { table: stem(p), sql: t.clone(), file: p.clone() }).collect();
                sources.push(source);
            }
            Err(problems) => kept(problems),
        }
    }
    sources
}

/// Reads `queries/lake.toml`: `[table.NAME]` with a type for each column.
fn read_schema(text: &str, kept: &mut impl FnMut(Vec<Problem>)) -> Vec<LakeTable> {
    let piece = Piece::new(Path::new("queries/lake.toml"), text, 0);
    let table =
        |name: &str, f: &Fields| Some(LakeTable { name: name.into(), columns: source::typed(f, "", f.all_pairs()) });
    let tables = piece.read(text, |f| Some(f.named("table", table)));
    kept(piece.problems());
    tables.unwrap_or_default()
}

fn read_model(path: &Path, text: &str) -> Model {
    let stored = text.lines().take_while(|line| line.starts_with("--")).any(|line| line.trim() == "-- stored");
    Model { name: stem(path), stored, sql: text.into(), file: path.into() }
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
}

impl Project {
    pub fn kpi(&self, name: &str) -> Option<&Kpi> {
        self.kpis.iter().find(|kpi| kpi.name == name)
    }

    pub fn dashboard(&self, slug: &str) -> Option<&Dashboard> {
        self.dashboards.iter().find(|page| page.slug == slug)
    }

    pub fn report(&self, name: &str) -> Option<&Report> {
        self.reports.iter().find(|report| report.name == name)
    }

    pub fn calendar(&self) -> Calendar {
        Calendar::new(&self.settings, &self.holidays)
    }
}
