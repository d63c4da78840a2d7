//! `uptake init`: a project for a firm of one's own, and a source for files that nobody knows.

mod from;

use super::{Ending, Usage};
use anyhow::{Context, Result};
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Arguments {
    /// The folder of the new project; made where it is missing. With `--from`, the nearest project where none is named.
    dir: Option<PathBuf>,
    #[command(flatten)]
    from: from::Arguments,
}

/// The dated files beside the settings, and their headers.
const DATED: [(&str, &str); 4] = [
    ("targets.csv", "metric,scope,direction,target,warn,valid_from,valid_to\n"),
    ("holidays.csv", "calendar_id,d,name\n"),
    ("annotations.csv", "d,text\n"),
    ("quiet_weeks.csv", "d,text\n"),
];

/// `project` is what `--project` said.
pub fn run(arguments: Arguments, project: Option<&Path>) -> Result<Ending> {
    if !arguments.from.paths.is_empty() {
        return from::run(arguments.from, arguments.dir, project);
    }
    let Some(dir) = arguments.dir else {
        let hint =
            "`uptake init DIR` writes a project; `uptake init --from FILE…` looks into files that no source knows";
        return Err(Usage::new("init wants a folder, or --from", hint).into());
    };
    let dir = &dir;
    if dir.join("uptake.toml").exists() {
        anyhow::bail!(
            "there is a project in {} already\n  hint: nothing was changed; choose another folder",
            dir.display()
        );
    }
    write_project(dir)?;
    eprintln!(
        "next: name your firm in {}, put exports into {}, then",
        dir.join("uptake.toml").display(),
        dir.join("exports").display()
    );
    eprintln!("  uptake --project {} check", dir.display());
    eprintln!("  uptake --project {} up", dir.display());
    Ok(Ending::Done)
}

fn write_project(dir: &Path) -> Result<()> {
    fs::create_dir_all(dir.join("exports"))
        .with_context(|| format!("could not make {}", dir.join("exports").display()))?;
    write_unless_there(&dir.join("uptake.toml"), include_str!("init/uptake.toml"))?;
    for (name, header) in DATED {
        write_unless_there(&dir.join(name), header)?;
    }
    eprintln!("wrote a project into {}", dir.display());
    Ok(())
}

/// Writes a new file; one that is there stays as it is.
pub fn write_unless_there(path: &Path, text: &str) -> Result<()> {
    match fs::File::create_new(path) {
        Ok(mut file) => std::io::Write::write_all(&mut file, text.as_bytes())
            .with_context(|| format!("could not write {}", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error).with_context(|| format!("could not write {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_new_settings_have_no_mistake() {
        let files = super::DATED.into_iter().chain([("uptake.toml", include_str!("init/uptake.toml"))]);
        let project = uptake_spec::read_project(&uptake_spec::Files::of(files));
        assert_eq!(project.map(|p| p.settings.lake), Ok("lake".into()));
    }
}
