//! The project's folder on disk, laid over the queries and dashboards the binary carries.

use crate::answers::Answers;
use crate::commands::Usage;
use anyhow::{Context, Result};
use include_dir::{Dir, DirEntry, include_dir};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use uptake_lake::Lake;
use uptake_spec::{Files, Problem, Project, Settings, read_project};

static QUERIES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../queries");
static DASHBOARDS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../dashboards");

/// Where a project lives, and its lake.
#[derive(Debug, Clone)]
pub struct Home {
    pub folder: PathBuf,
    /// What `--lake` said.
    lake: Option<String>,
}

/// All mistakes of a project, as an error.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the project has {}:\n{}", counted(.0.len(), "mistake"), listed(.0))]
pub struct Mistakes(pub Vec<Problem>);

impl Home {
    /// # Errors
    /// There is no such folder, or no folder upwards has an `uptake.toml`.
    pub fn find(project: Option<&Path>, lake: Option<String>) -> Result<Home> {
        let folder = match project {
            Some(folder) if !folder.join("uptake.toml").is_file() => {
                let what = format!("there is no uptake.toml in {}", folder.display());
                return Err(Usage::new(what, format!("`uptake init {}` writes one", folder.display())).into());
            }
            Some(folder) => folder.to_path_buf(),
            None => nearest_project()?,
        };
        Ok(Home { folder, lake })
    }

    /// # Errors
    /// A file that cannot be read, or every mistake of the project as [`Mistakes`].
    pub fn project(&self) -> Result<Project> {
        Ok(read_project(&self.files()?).map_err(Mistakes)?)
    }

    /// The project that `uptake init` would write.
    ///
    /// # Errors
    /// None that a release has: what the binary carries is right.
    pub fn carried_project() -> Result<Project> {
        let settings = ("uptake.toml", include_str!("commands/init/uptake.toml"));
        Ok(read_project(&Files::of(carried().into_iter().chain([settings]))).map_err(Mistakes)?)
    }

    /// The texts of the project: the binary's, with the folder's own laid over them.
    ///
    /// # Errors
    /// A file that cannot be read, or is not UTF-8.
    pub fn files(&self) -> Result<Files> {
        let with = Files::of(carried()).with_folder(&self.folder);
        with.with_context(|| format!("could not read the project in {}", self.folder.display()))
    }

    /// # Errors
    /// The lake cannot be opened.
    pub async fn open_lake(&self, settings: &Settings) -> Result<Lake> {
        let url = self.lake_url(settings);
        Lake::open(&url).await.with_context(|| format!("could not open the lake {url}"))
    }

    /// The same, but a power cut may take what was reported as written.
    ///
    /// # Errors
    /// The lake cannot be opened.
    pub async fn open_lake_unsynced(&self, settings: &Settings) -> Result<Lake> {
        let url = self.lake_url(settings);
        Lake::open_unsynced(&url).await.with_context(|| format!("could not open the lake {url}"))
    }

    fn lake_url(&self, settings: &Settings) -> String {
        match &self.lake {
            Some(given) => given.clone(),
            None => self.inside(&settings.lake),
        }
    }

    /// The newest build, to ask.
    ///
    /// # Errors
    /// The project has mistakes, or nothing was built yet.
    pub async fn ask(&self) -> Result<(Project, Answers)> {
        let project = self.project()?;
        let session = self.session(&project).await?;
        Ok((project, session))
    }

    /// The newest build through `project`, which was read before.
    ///
    /// # Errors
    /// Nothing was built yet; the lake.
    pub async fn session(&self, project: &Project) -> Result<Answers> {
        let lake = self.open_lake(&project.settings).await?;
        if lake.newest_build().await?.is_none() {
            anyhow::bail!("nothing has been built yet\n  hint: `uptake up` loads the exports, builds and serves");
        }
        Ok(Answers::new(lake.session(project).await?, Arc::default()))
    }

    /// A path of `uptake.toml`: relative ones start at the project's folder, URLs stay.
    pub fn inside(&self, path: &str) -> String {
        match path.contains("://") {
            true => path.into(),
            false => self.folder.join(path).to_string_lossy().into_owned(),
        }
    }

    /// When the project's own files were last written, by path: differs as soon as somebody saves one.
    pub fn fingerprint(&self) -> Vec<(PathBuf, SystemTime, u64)> {
        let mut found = vec![];
        for name in [
            "uptake.toml",
            "targets.csv",
            "holidays.csv",
            "annotations.csv",
            "quiet_weeks.csv",
            "queries",
            "dashboards",
        ] {
            note_written(&self.folder.join(name), &mut found);
        }
        found.sort();
        found
    }
}

fn nearest_project() -> Result<PathBuf> {
    let here = std::env::current_dir().context("could not tell the current folder")?;
    let found = here.ancestors().find(|folder| folder.join("uptake.toml").is_file());
    let hint = "`uptake init DIR` writes a project; `--project DIR` names one that lies elsewhere";
    let missing = || Usage::new(format!("there is no uptake.toml in {} or above it", here.display()), hint);
    Ok(found.ok_or_else(missing)?.to_path_buf())
}

fn note_written(path: &Path, found: &mut Vec<(PathBuf, SystemTime, u64)>) {
    // A file that goes while we look is a change as well: its absence shows in the list.
    let Ok(about) = path.metadata() else { return };
    if about.is_dir() {
        for entry in path.read_dir().into_iter().flatten().flatten() {
            note_written(&entry.path(), found);
        }
        return;
    }
    found.push((path.into(), about.modified().unwrap_or(SystemTime::UNIX_EPOCH), about.len()));
}

/// Queries and dashboards as they were when the binary was made, by their path in a project.
pub fn carried() -> Vec<(&'static str, &'static str)> {
    static PATHS: std::sync::OnceLock<Vec<(String, &'static str)>> = std::sync::OnceLock::new();
    let all = PATHS.get_or_init(|| {
        let mut texts = vec![];
        take_texts("queries", &QUERIES, &mut texts);
        take_texts("dashboards", &DASHBOARDS, &mut texts);
        // Where reports go is each firm's own matter.
        texts.retain(|(path, _)| !path.starts_with("dashboards/reports/"));
        texts
    });
    all.iter().map(|(path, text)| (path.as_str(), *text)).collect()
}

fn take_texts(root: &str, folder: &'static Dir<'static>, texts: &mut Vec<(String, &'static str)>) {
    for entry in folder.entries() {
        match entry {
            DirEntry::Dir(inner) => take_texts(root, inner, texts),
            DirEntry::File(file) => {
                let wanted = file
                    .path()
                    .extension()
                    .is_some_and(|e| ["sql", "slt", "toml", "md", "csv"].iter().any(|w| e == *w));
                if let Some(text) = file.contents_utf8().filter(|_| wanted && !file.path().ends_with("README.md")) {
                    let path = file.path().to_string_lossy().replace('\\', "/");
                    texts.push((format!("{root}/{path}"), text));
                }
            }
        }
    }
}

/// `1 mistake`, `3 mistakes`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn listed(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
