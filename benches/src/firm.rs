//! The firm that is measured on: its exports, the truth about it, a project that can be asked, and a lake.

use crate::process::run;
use crate::truth::Truth;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use uptake_spec::{Files, Project, read_project};

pub const SAMPLE: &str = "the sample firm (64 people, 12 months)";
pub const LARGE: &str = "`generate --people 20000 --months 36 --seed 1 --shape changes`";

/// The arguments of `uptake generate` for [`LARGE`], without its folder.
pub const LARGE_ARGUMENTS: [&str; 8] = ["--people", "20000", "--months", "36", "--seed", "1", "--shape", "changes"];

pub struct Firm {
    pub is_large: bool,
    /// Where `exports/` and `truth.json` lie.
    pub folder: PathBuf,
    /// The firm's settings, and the pages of `benches/dashboards` beside those of the program.
    pub project: PathBuf,
    /// Where those settings were found.
    settings: PathBuf,
    pub lake: PathBuf,
    pub truth: Truth,
    /// Goes when the firm goes.
    _made: TempDir,
}

impl Firm {
    /// The committed sample firm.
    ///
    /// # Errors
    /// Its files cannot be read.
    pub fn sample(folder: Option<&Path>, lake: Option<&Path>) -> Result<Firm> {
        let folder = folder.map_or_else(|| repository().join("sample-data"), Path::to_path_buf);
        let settings = if folder.join("uptake.toml").is_file() { folder.clone() } else { repository() };
        Firm::new(false, tempfile::tempdir()?, folder, &settings, lake)
    }

    /// The firm of 20,000; generated if `folder` has none.
    ///
    /// # Errors
    /// It cannot be generated, or is of another size.
    pub fn large(folder: Option<&Path>, lake: Option<&Path>, uptake: &Path) -> Result<Firm> {
        let made = tempfile::tempdir()?;
        let folder = folder.map_or_else(|| made.path().join("firm"), Path::to_path_buf);
        if !folder.join("truth.json").is_file() {
            eprintln!("generating {}", folder.display());
            run(Command::new(uptake).arg("generate").args(LARGE_ARGUMENTS).arg(&folder))?;
        }
        Firm::new(true, made, folder.clone(), &folder, lake)
    }

    fn new(is_large: bool, made: TempDir, folder: PathBuf, settings: &Path, lake: Option<&Path>) -> Result<Firm> {
        let truth = Truth::read(&folder.join("truth.json"))?;
        let people = if is_large { 20_000 } else { 64 };
        anyhow::ensure!(
            truth.people() == people,
            "{} is a firm of {}, not of {people}\n  hint: an empty folder is filled with the right one",
            folder.display(),
            truth.people()
        );
        let project = made.path().join("project");
        lay_out_project(settings, &project)?;
        let folder = folder.canonicalize()?;
        let lake = lake.map_or_else(|| made.path().join("lake"), Path::to_path_buf);
        Ok(Firm { is_large, folder, project, settings: settings.into(), lake, truth, _made: made })
    }

    /// Queries of this source tree under the firm's settings, for asking in this process.
    ///
    /// # Errors
    /// A mistake in it.
    pub fn read_project(&self) -> Result<Project> {
        let tree = Files::default().with_folder(&repository())?;
        let files = tree.with_folder(&self.settings)?;
        read_project(&files).map_err(|problems| anyhow::anyhow!("the project has mistakes: {problems:?}"))
    }

    pub fn exports(&self) -> PathBuf {
        self.folder.join("exports")
    }

    /// The login history, file by file.
    pub fn logins(&self) -> PathBuf {
        self.exports().join("salesforce/logins")
    }
}

/// Whether anything was built in this lake.
pub fn is_built(lake: &Path) -> bool {
    lake.join("builds").read_dir().is_ok_and(|mut builds| builds.next().is_some())
}

/// The folder of this source tree.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A project with the firm's own files and our pages, so that a lake or folder that is kept is never written to.
fn lay_out_project(settings: &Path, project: &Path) -> Result<()> {
    let pages = project.join("dashboards");
    fs::create_dir_all(&pages)?;
    for name in ["uptake.toml", "targets.csv", "holidays.csv", "annotations.csv", "quiet_weeks.csv"] {
        let from = settings.join(name);
        fs::copy(&from, project.join(name)).with_context(|| format!("could not copy {}", from.display()))?;
    }
    for page in Path::new(env!("CARGO_MANIFEST_DIR")).join("dashboards").read_dir()? {
        let page = page?;
        fs::copy(page.path(), pages.join(page.file_name()))?;
    }
    Ok(())
}
