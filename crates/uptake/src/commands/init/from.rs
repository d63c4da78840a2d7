//! `uptake init --from FILE…`: looks into files that nobody has seen, and writes the source that would read them.

use super::{write_project, write_unless_there};
use crate::commands::{Ending, Usage, say, tell};
use crate::home::{Home, counted};
use anyhow::{Context, Result};
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};
use uptake_lake::{Look, Proposal, propose};

#[derive(Args)]
pub struct Arguments {
    /// Files that no source knows: writes queries/sources/NAME, with why each line was guessed.
    #[arg(long = "from", value_name = "FILE", num_args = 1..)]
    pub paths: Vec<String>,
    /// What the new source is called; without it, as the first file.
    #[arg(long, value_name = "NAME", requires = "paths")]
    name: Option<String>,
    /// Write a source also for files that one knows already.
    #[arg(long, requires = "paths")]
    anyway: bool,
    /// Print what would be written, and write nothing.
    #[arg(long, requires = "paths")]
    dry_run: bool,
}

/// `dir` and `project` name the project where they are said; else it is the nearest.
pub fn run(arguments: Arguments, dir: Option<PathBuf>, project: Option<&Path>) -> Result<Ending> {
    let Arguments { mut paths, name, anyway, dry_run } = arguments;
    let dir = dir.or_else(|| behind_the_files(&mut paths));
    let named = dir.as_deref().or(project);
    if let Some(name) = name.as_ref().filter(|name| !is_a_name(name)) {
        return Err(Usage::new(format!("\"{name}\" is no name of a source"), "use small letters, digits and _").into());
    }
    let is_new = dir.as_ref().is_some_and(|dir| !dir.join("uptake.toml").exists());
    // A project that is not there yet is as the program carries it.
    let project = if is_new { Home::carried_project()? } else { Home::find(named, None)?.project()? };
    let look = Look { paths, name, anyway };
    let proposal = propose(&project, &look);
    let folder = match (is_new, &dir) {
        (true, Some(dir)) => dir.clone(),
        _ => Home::find(named, None)?.folder,
    };
    let taken = project.sources.iter().any(|source| source.name == proposal.name);
    tell_what_was_seen(&proposal);
    if proposal.files.is_empty() {
        return Ok(if proposal.refused.is_empty() { Ending::Done } else { Ending::Mistakes });
    }
    if taken || folder.join("queries/sources").join(&proposal.name).exists() {
        anyhow::bail!(
            "there is a source \"{0}\" already: queries/sources/{0}\n  hint: nothing was changed; say --name OTHER, or correct what is there",
            proposal.name
        );
    }
    if dry_run {
        return print(&proposal);
    }
    if is_new {
        write_project(&folder)?;
    }
    write(&folder, &proposal)?;
    tell_what_is_next(&folder, &proposal, &look.paths);
    Ok(if proposal.refused.is_empty() { Ending::Done } else { Ending::Mistakes })
}

/// `--from a.csv b.csv DIR`: what stands last is the project, where it is one, or a folder without files, or nothing yet.
fn behind_the_files(paths: &mut Vec<String>) -> Option<PathBuf> {
    let last = PathBuf::from(paths.last()?);
    let is_empty = || fs::read_dir(&last).is_ok_and(|mut entries| entries.next().is_none());
    let is_new = !last.exists() && last.extension().is_none();
    let is_project = last.join("uptake.toml").is_file() || is_new || is_empty();
    (paths.len() > 1 && is_project).then(|| paths.pop()).flatten().map(PathBuf::from)
}

fn is_a_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(fits)
}

fn tell_what_was_seen(proposal: &Proposal) {
    for known in &proposal.known {
        tell(&format!(
            "{}: this is {}, {} (the source \"{}\" knows it): load it. --anyway writes a source of its own",
            known.file, known.title, known.object, known.source
        ));
    }
    for (file, why) in &proposal.skipped {
        tell(&format!("skipped {file}: {why}"));
    }
    for problem in &proposal.refused {
        tell(&format!("refused {problem}"));
    }
    proposal.told.iter().for_each(|line| tell(line));
}

fn print(proposal: &Proposal) -> Result<Ending> {
    for (path, text) in &proposal.files {
        say(&format!("==> {} <==\n{text}\n", path.display()))?;
    }
    Ok(Ending::Done)
}

fn write(folder: &Path, proposal: &Proposal) -> Result<()> {
    for (path, text) in &proposal.files {
        let file = folder.join(path);
        let parent = file.parent().context("a file lies in a folder")?;
        fs::create_dir_all(parent).with_context(|| format!("could not make {}", parent.display()))?;
        write_unless_there(&file, text)?;
        tell(&format!("wrote {}", file.display()));
    }
    Ok(())
}

fn tell_what_is_next(folder: &Path, proposal: &Proposal, paths: &[String]) {
    let file = folder.join("queries/sources").join(&proposal.name).join("source.toml");
    if !proposal.decide.is_empty() {
        tell(&format!(
            "{} to decide in {} before its files land:",
            counted(proposal.decide.len(), "line"),
            file.display()
        ));
        proposal.decide.iter().for_each(|what| tell(&format!("  {what}")));
    }
    tell(&format!("next: read {} and the queries beside it, correct what is wrong, then", file.display()));
    let project = format!("uptake --project {}", typed(&folder.display().to_string()));
    let paths: Vec<String> = paths.iter().map(|path| typed(path)).collect();
    let dated = if proposal.undated { " --snapshot DATE" } else { "" };
    tell(&format!("  {project} check"));
    tell(&format!("  {project} load{dated} {}", paths.join(" ")));
    tell(&format!("  {project} build"));
}

/// A path as one types it: in quotes where it has blanks or the like.
fn typed(path: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+:=@".contains(c);
    if path.chars().all(is_plain) { path.into() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}
