//! Files that nobody has seen: what they are taken for, why, and the source that would read them.
//!
//! A file is read once for its cells and once for what names its rows; its dates and numbers are read by what landing reads them by, so
//! that what is said here is what `load` does.

mod blocks;
mod fill;
mod guess;
mod kinds;
mod profile;
mod roles;
mod source_toml;
mod tally;
mod typing;
mod words;

use crate::landing::document::Document;
use crate::landing::find::{Found, find};
use crate::landing::recognise::{is_header, recognise};
use crate::landing::unpack::Archives;
use fill::Taken;
use guess::{Guess, kind_of};
use profile::{Profile, profile, snake};
use source_toml::{Key, Table};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use typing::number;
use uptake_spec::{Problem, Project};

/// What to look into.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// Files, zips and folders.
    pub paths: Vec<String>,
    /// The name of the new source; without it, the first file's.
    pub name: Option<String>,
    /// Also files that a source knows already.
    pub anyway: bool,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Proposal {
    /// Files that a source knows already: the file, the source's title and name, the object.
    pub known: Vec<Known>,
    /// Each file with what it was taken for, and why.
    pub told: Vec<String>,
    /// What a person must decide before they can land.
    pub decide: Vec<String>,
    pub skipped: Vec<(String, String)>,
    pub refused: Vec<Problem>,
    /// The name of the new source; empty where there is none.
    pub name: String,
    /// The files of the new source by their path in the project; none where all is known.
    pub files: Vec<(PathBuf, String)>,
    /// Nothing tells of which day some of the files are.
    pub undated: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub file: String,
    pub title: String,
    pub source: String,
    pub object: String,
}

/// A table that nobody knows.
struct Unknown {
    document: Document,
    profile: Profile,
    guess: Guess,
    next: Option<Guess>,
}

/// Looks into files and writes down what they may be. Nothing is written to disk.
pub fn propose(project: &Project, look: &Look) -> Proposal {
    let search = find(&look.paths, &[]);
    let mut proposal = Proposal { skipped: search.skipped, refused: search.refused, ..Proposal::default() };
    let archives = Arc::default();
    let mut unknown = vec![];
    for found in &search.tables {
        match look_into(project, found, &archives, look.anyway, &mut proposal) {
            Ok(tables) => unknown.extend(tables),
            Err(problem) => proposal.refused.push(problem),
        }
    }
    if let Err(problem) = write_down(&mut proposal, &unknown, look) {
        proposal.refused.push(problem);
    }
    proposal
}

/// The tables of a file that no source knows.
fn look_into(
    project: &Project,
    found: &Found,
    archives: &Arc<Archives>,
    anyway: bool,
    proposal: &mut Proposal,
) -> Result<Vec<Unknown>, Problem> {
    let header = |part: &Found, words: &[String]| is_header(project, part, words, None) || looks_like_header(words);
    let opened = Document::open(found, archives, &header)?;
    proposal.skipped.extend(opened.skipped);
    let mut unknown = vec![];
    for document in opened.tables {
        let file = document.found.shown();
        let known = recognise(project, &document.found, &document.header, None);
        if let Some(fit) = known.ok().filter(|fit| !anyway && !fit.source.is_general()) {
            let (title, source, object) = (fit.source.title.clone(), fit.source.name.clone(), fit.object.name);
            proposal.known.push(Known { file, title, source, object });
            continue;
        }
        let profile = profile(&document, project.settings.time_zone)?;
        if profile.rows == 0 {
            proposal.skipped.push((file, "it has a header and no rows: nothing says what they would be".into()));
            continue;
        }
        let (guess, next) = kind_of(&profile);
        unknown.push(Unknown { document, profile, guess, next });
    }
    Ok(unknown)
}

/// Whether words of a sheet or a text may be the header of a table: several, all different, none of them a number or a date.
fn looks_like_header(words: &[String]) -> bool {
    let filled: Vec<&String> = words.iter().filter(|word| !word.trim().is_empty()).collect();
    let is_word = |word: &&&String| word.chars().any(char::is_alphabetic) && word.chars().count() <= 80;
    let different = filled.iter().enumerate().all(|(at, word)| !filled[..at].contains(word));
    filled.len() >= 3 && filled.len() * 5 >= words.len() * 4 && different && filled.iter().all(|word| is_word(&word))
}

/// Puts files with the same headings together, settles what names their rows, and writes the source.
fn write_down(proposal: &mut Proposal, unknown: &[Unknown], look: &Look) -> Result<(), Problem> {
    let Some(first) = unknown.first() else { return Ok(()) };
    let name = look.name.clone().unwrap_or_else(|| source_name(&first.profile.stem));
    let mut groups: Vec<Vec<&Unknown>> = vec![];
    for one in unknown {
        match groups.iter_mut().find(|group| is_like(&group[0].profile, &one.profile)) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    let objects = objects(&groups);
    let relations: Vec<String> = objects.iter().map(|object| relation(&name, object)).collect();
    let mut tables = vec![];
    for ((group, object), relation) in groups.iter().zip(&objects).zip(&relations) {
        let one = group[0];
        let taken = Taken { source: &name, relation, profile: &one.profile, guess: &one.guess };
        let (key, newest) = (key_of(one)?, newest_of(one)?);
        proposal.undated |= newest.is_none() && group.iter().any(|one| !one.profile.is_dated);
        let like = group.iter().map(|one| &one.profile).collect();
        let or = one.next.as_ref();
        proposal.told.extend(group.iter().map(|one| told(&one.profile, &taken)));
        proposal.told.extend(or.map(|or| format!("  it could also be {}: see its queries, *.sql.off", or.kind.is)));
        tables.push(Table { taken, object: object.clone(), like, key, newest, or });
    }
    let (text, decide) = source_toml::text(&name, &tables);
    let folder = PathBuf::from("queries/sources").join(&name);
    proposal.files.push((folder.join("source.toml"), text));
    proposal.files.extend(queries(&name, &tables).into_iter().map(|(file, text)| (folder.join(file), text)));
    proposal.decide = decide;
    proposal.name = name;
    Ok(())
}

fn source_name(stem: &str) -> String {
    let plain: String = snake(stem).chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    let name = plain.trim_matches('_');
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("files_{name}")
    } else {
        name.into()
    }
}

fn relation(source: &str, object: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    format!("{source}_{}", object.to_lowercase().chars().map(plain).collect::<String>())
}

/// Whether two files have the same headings, in whatever order.
fn is_like(one: &Profile, other: &Profile) -> bool {
    let names = |profile: &Profile| {
        let mut names: Vec<Option<String>> = profile.columns.iter().map(|c| c.name.clone()).collect();
        names.sort();
        names
    };
    names(one) == names(other)
}

/// What each group is called: its kind, and behind it the file's name where several are of one kind.
fn objects(groups: &[Vec<&Unknown>]) -> Vec<String> {
    let mut taken: Vec<String> = vec![];
    for group in groups {
        let kind = group[0].guess.kind;
        let stem = snake(&group[0].profile.stem);
        let own = if kind.tables.is_empty() && !stem.is_empty() { stem.clone() } else { kind.object.to_string() };
        let numbered = (2..).map(|nth| format!("{own}_{nth}"));
        let names = [own.clone(), format!("{own}_{stem}")].into_iter().chain(numbered);
        taken.push(names.into_iter().find(|name| !taken.contains(name)).expect("numbers do not end"));
    }
    taken
}

fn told(profile: &Profile, taken: &Taken) -> String {
    let roles = taken
        .guess
        .roles
        .iter()
        .map(|(role, pick)| format!("{role} \"{}\"", taken.profile.columns[pick.column].heading));
    let all: Vec<String> = roles.collect();
    format!("{}: {}, {} rows; {}", profile.file, taken.guess.kind.is, number(profile.rows), all.join(", "))
}

/// The smallest set of columns that names rows.
fn key_of(one: &Unknown) -> Result<Key, Problem> {
    let Unknown { document, profile, guess, .. } = one;
    let name = |role: &&str| guess.roles.column(profile, role);
    for role in ["row_id", "id"] {
        if let Some(column) = name(&role).filter(|c| c.names_rows(profile)) {
            let why = format!("{} rows, and no two have the same", number(profile.rows));
            return Ok(Key { columns: column.name.iter().cloned().collect(), why });
        }
        if let Some(column) = name(&role).filter(|c| c.nearly_names_rows(profile)) {
            let doubles = profile.rows - profile.broken - column.tally.distinct() as u64;
            let why = format!(
                "an id; {} of {} rows have the id of another one: of such rows the newest holds, and `uptake rejects` keeps the others",
                number(doubles),
                number(profile.rows)
            );
            return Ok(Key { columns: column.name.iter().cloned().collect(), why });
        }
    }
    let sets: Vec<Vec<&profile::Column>> = guess
        .kind
        .keys
        .iter()
        .filter(|set| set.first().is_some_and(|role| guess.roles.has(role)))
        .map(|set| set.iter().filter_map(name).collect::<Vec<_>>())
        .filter(|set| !set.is_empty())
        .collect();
    let places = |set: &Vec<&profile::Column>| set.iter().map(|c| c.at).collect::<Vec<_>>();
    let all = profile.columns.iter().map(|c| c.at).collect();
    let tried: Vec<Vec<usize>> = sets.iter().map(places).chain([all]).collect();
    let doubles = profile::doubles(document, &tried)?;
    let identical = doubles.last().copied().unwrap_or_default();
    let same = match identical {
        0 => String::new(),
        1 => "; 1 row is the same as another one in all its cells: of such rows one holds, and `uptake rejects` keeps the other".into(),
        rows => format!("; {} rows are the same as another one in all their cells: of such rows one holds, and `uptake rejects` keeps the others", number(rows)),
    };
    match sets.iter().zip(&doubles).find(|(_, doubles)| **doubles == identical) {
        Some((set, _)) => {
            let columns: Vec<String> = set.iter().filter_map(|c| c.name.clone()).collect();
            let why =
                format!("no column by itself names a row, these together do: {} rows{same}", number(profile.rows));
            Ok(Key { columns, why })
        }
        None => Ok(Key {
            columns: vec![],
            why: format!("no column names a row: all together do{same}; a row that changes is then another one"),
        }),
    }
}

/// The column whose newest day dates a file, with why.
fn newest_of(one: &Unknown) -> Result<Option<(String, String)>, Problem> {
    let Unknown { document, profile, guess, .. } = one;
    for role in guess.kind.newest {
        let Some(column) = guess.roles.column(profile, role).filter(|c| c.typed.is_time()) else { continue };
        let Some(name) = &column.name else { continue };
        let why = match *role {
            "end" => match ends_without(document, one)? {
                Some(open) => format!(
                    "its newest day dates a file that nothing else dates: none of the {} rows that are open has one, so that it is the day something ended, and no plan",
                    number(open)
                ),
                None => continue,
            },
            "begin" => "its newest day dates a file that nothing else dates: the day of the last row that began".into(),
            _ => {
                "its newest day dates a file that nothing else dates, and of two rows of one key the newer holds".into()
            }
        };
        return Ok(Some((name.clone(), why)));
    }
    Ok(None)
}

/// How many rows are open, if none of them has an end.
fn ends_without(document: &Document, one: &Unknown) -> Result<Option<u64>, Problem> {
    let column = |role: &str| one.guess.roles.column(&one.profile, role);
    let (Some(state), Some(end)) = (column("outcome").or(column("state")), column("end")) else { return Ok(None) };
    let (open, planned) = profile::open_rows(document, state.at, end.at, |value| {
        ["won", "lost", "closed"].iter().any(|list| words::says(value, list)) && !words::says(value, "not")
    })?;
    Ok((planned == 0 && open > 0).then_some(open))
}

/// One query for each lake table, of all files that fill it. What a list says of a table, a log need not say.
fn queries(source: &str, tables: &[Table]) -> Vec<(String, String)> {
    let mut by_table: BTreeMap<&str, Vec<(bool, String)>> = BTreeMap::new();
    let mut mentions = vec![];
    for table in tables {
        let guess = table.taken.guess;
        for (lake, template, needs) in guess.kind.tables {
            if !needs.iter().all(|role| guess.roles.has(role)) {
                continue;
            }
            if *lake == "crm_users" {
                mentions.push(table.taken.fill(template));
                if guess.roles.has("creator") {
                    mentions.push(table.taken.fill(&template.replace("{person:", "{creator:")));
                }
                continue;
            }
            let derived = guess.kind.event || *template == include_str!("propose/sql/account_names.sql");
            by_table.entry(lake).or_default().push((derived, table.taken.fill(template)));
        }
    }
    let mut files = others(tables);
    for (lake, mut texts) in by_table {
        if texts.iter().any(|(derived, _)| !derived) {
            texts.retain(|(derived, _)| !derived);
        }
        let texts: Vec<String> = texts.into_iter().map(|(_, text)| text).collect();
        files.push((format!("{lake}.sql"), together(texts)));
    }
    if !mentions.is_empty() {
        let users = include_str!("propose/sql/users.sql").replace("{source}", source);
        files.push(("crm_users.sql".into(), users.replace("{mentions}\n", &mentions.join("    UNION ALL\n"))));
    }
    files
}

/// The queries of what files could also be, under names that nobody reads.
fn others(tables: &[Table]) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = vec![];
    for table in tables {
        let Some(guess) = table.or else { continue };
        let taken = Taken { guess, ..table.taken };
        for (lake, template, needs) in guess.kind.tables.iter().filter(|(lake, ..)| *lake != "crm_users") {
            let name = format!("{lake}.sql.off");
            if needs.iter().all(|role| guess.roles.has(role)) && files.iter().all(|(known, _)| *known != name) {
                let head = format!(
                    "-- Off: only if {} is {}. Then call it {lake}.sql, and take its like away.\n",
                    fill::in_comment(&taken.profile.file),
                    guess.kind.is
                );
                files.push((name, head + &taken.fill(template)));
            }
        }
    }
    files
}

fn together(mut texts: Vec<String>) -> String {
    match texts.len() {
        1 => texts.remove(0),
        _ => {
            let each = texts.iter().map(|text| format!("SELECT *\nFROM (\n{text})\n"));
            each.collect::<Vec<_>>().join("UNION ALL\n")
        }
    }
}
