//! `uptake init`: a project for a firm of one's own.

use super::Ending;
use anyhow::{Context, Result};
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Arguments {
    /// The folder of the new project; made where it is missing.
    dir: PathBuf,
}

/// The headers of the dated files, see contract.md.
const TARGETS: &str = "metric,scope,direction,target,warn,valid_from,valid_to\n";
const HOLIDAYS: &str = "calendar_id,d,name\n";
const REMARKS: &str = "d,text\n";

pub fn run(arguments: &Arguments) -> Result<Ending> {
    let dir = &arguments.dir;
    if dir.join("uptake.toml").exists() {
        anyhow::bail!(
            "there is a project in {} already\n  hint: nothing was changed; choose another folder",
            dir.display()
        );
    }
    fs::create_dir_all(dir.join("exports"))
        .with_context(|| format!("could not make {}", dir.join("exports").display()))?;
    write_unless_there(&dir.join("uptake.toml"), include_str!("init/uptake.toml"))?;
    write_unless_there(&dir.join("targets.csv"), TARGETS)?;
    write_unless_there(&dir.join("holidays.csv"), HOLIDAYS)?;
    write_unless_there(&dir.join("annotations.csv"), REMARKS)?;
    write_unless_there(&dir.join("quiet_weeks.csv"), REMARKS)?;
    eprintln!("wrote a project into {}", dir.display());
    eprintln!(
        "next: name your firm in {}, put exports into {}, then",
        dir.join("uptake.toml").display(),
        dir.join("exports").display()
    );
    eprintln!("  uptake --project {} check", dir.display());
    eprintln!("  uptake --project {} up", dir.display());
    Ok(Ending::Done)
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
        let files = uptake_spec::Files::of([("uptake.toml", include_str!("init/uptake.toml"))]);
        assert_eq!(uptake_spec::read_project(&files).map(|p| p.settings.lake), Ok("lake".into()));
    }
}
