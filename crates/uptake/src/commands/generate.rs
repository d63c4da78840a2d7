//! `uptake generate`: a firm that does not exist, exported as the CRM would, and the truth about it.

use super::init::write_unless_there;
use super::{Ending, Usage};
use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use uptake_generate::{HOLIDAYS, Order, Shape, annotations, generate, quiet_weeks};
use uptake_spec::settings::read_settings;

#[derive(Args)]
pub struct Arguments {
    /// How many people the firm has.
    #[arg(long, value_name = "N")]
    people: usize,
    /// How many months it is watched.
    #[arg(long, value_name = "M")]
    months: usize,
    /// Another seed, another firm; the same seed, the same bytes.
    #[arg(long, value_name = "S")]
    seed: u64,
    /// Full weekly zips, or changed rows only.
    #[arg(long, value_enum, default_value = "weekly")]
    shape: ShapeWord,
    /// Where `exports/` and `truth.json` go.
    dir: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ShapeWord {
    Weekly,
    Changes,
}

const SETTINGS: &str = include_str!("../../../../uptake.toml");
const TARGETS: &str = include_str!("../../../../targets.csv");

pub fn run(arguments: &Arguments) -> Result<Ending> {
    if arguments.people == 0 || arguments.months == 0 {
        return Err(
            Usage::new("a firm has people and is watched for a while", "use --people 40 --months 6 or so").into()
        );
    }
    let shape = match arguments.shape {
        ShapeWord::Weekly => Shape::Weekly,
        ShapeWord::Changes => Shape::Changes,
    };
    let dir = &arguments.dir;
    let order = Order { people: arguments.people, months: arguments.months, seed: arguments.seed, shape };
    let written = generate(&order, dir).with_context(|| format!("could not write the firm into {}", dir.display()))?;
    eprintln!(
        "wrote {} rows in {} files ({} MB) into {}",
        written.rows,
        written.files,
        written.bytes / 1_000_000,
        dir.display()
    );
    if !has_its_project_above(dir) {
        write_unless_there(&dir.join("uptake.toml"), &beside_its_exports(SETTINGS))?;
        write_unless_there(&dir.join("targets.csv"), TARGETS)?;
        write_unless_there(&dir.join("holidays.csv"), HOLIDAYS)?;
        write_unless_there(&dir.join("annotations.csv"), &annotations(arguments.months))?;
        write_unless_there(&dir.join("quiet_weeks.csv"), &quiet_weeks(arguments.months))?;
        eprintln!("next: uptake --project {} up", dir.display());
    }
    Ok(Ending::Done)
}

/// Whether the folder above is a project whose exports lie in `dir`: then it needs no settings of its own.
fn has_its_project_above(dir: &Path) -> bool {
    let Ok(dir) = dir.canonicalize() else { return false };
    let Some(above) = dir.parent() else { return false };
    let file = above.join("uptake.toml");
    let Ok(text) = std::fs::read_to_string(&file) else { return false };
    read_settings(&file, &text)
        .is_ok_and(|settings| settings.exports.iter().any(|path| above.join(path).starts_with(&dir)))
}

/// The repository's settings, for a project whose exports lie beside them.
fn beside_its_exports(settings: &str) -> String {
    let lines = settings.lines().map(|line| match line.split('=').next().map(str::trim) {
        Some("exports") => "exports = [\"exports\"]",
        _ => line,
    });
    lines.map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generated_project_reads_its_own_exports() {
        let settings = read_settings(Path::new("uptake.toml"), &beside_its_exports(SETTINGS));
        assert_eq!(settings.map(|s| s.exports), Ok(vec!["exports".to_string()]));
    }

    #[test]
    fn a_project_above_that_reads_these_exports_is_enough() {
        let above = tempfile::tempdir().expect("a folder");
        let dir = above.path().join("sample-data");
        std::fs::create_dir(&dir).expect("a folder");
        assert!(!has_its_project_above(&dir));
        let settings = "firm = \"X\"\ncurrency = \"EUR\"\ntime_zone = \"UTC\"\nexports = [\"sample-data/exports\"]\n";
        std::fs::write(above.path().join("uptake.toml"), settings).expect("written");
        assert!(has_its_project_above(&dir));
    }
}
