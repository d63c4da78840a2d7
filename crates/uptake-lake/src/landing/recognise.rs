//! Which source and object a file is of: by its name and its header, whatever the folder is called.

use super::cell::shortened;
use super::find::Found;
use super::snapshot::without_date;
use std::collections::HashSet;
use uptake_spec::problem::did_you_mean;
use uptake_spec::source::{Kind, Object, Source};
use uptake_spec::{Place, Problem, Project};

/// What a file was taken for.
#[derive(Debug, Clone)]
pub struct Recognised<'p> {
    pub source: &'p Source,
    pub object: Object,
    /// Organisation and part number, where the archive's name tells them.
    pub set: Option<(String, u32)>,
    /// The number of the part that a file by itself bears in its name; 0 where it bears none.
    pub part: u32,
    /// A whole-object export: what it lacks is gone.
    pub whole: bool,
    /// Rejected rows, corrected by hand.
    pub correction: Option<Corrects>,
}

/// What one file of corrected rows is to one of the loads that it names.
#[derive(Debug, Clone, PartialEq)]
pub struct Corrects {
    /// The load that rejected the rows.
    pub of: String,
    /// It is the first that the file names: there its rows are counted that tell no load.
    pub first: bool,
}

impl Recognised<'_> {
    /// Below the lake's root: `landing/salesforce_user`.
    pub fn table(&self) -> String {
        format!("landing/{}", self.source.landing_name(&self.object.name))
    }
}

/// # Errors
/// Nothing fits, two sources fit, or a required column is missing; each with the way out.
pub fn recognise<'p>(
    project: &'p Project,
    found: &Found,
    header: &[String],
    only: Option<&str>,
) -> Result<Recognised<'p>, Problem> {
    let place = || Place::new(found.shown(), 1, 1);
    let known = || project.sources.iter().map(|s| s.name.as_str());
    if let Some(name) = only.filter(|name| !known().any(|k| k == *name)) {
        return Err(Problem::new(place(), format!("no source is called \"{name}\""), did_you_mean(name, known())));
    }
    let sources = || project.sources.iter().filter(|s| only.is_none_or(|name| s.name == name));
    for source in sources() {
        if let Some(set) = source.set.as_ref().and_then(|set| set.read(&found.file_name())) {
            return in_set(source, set, found, header);
        }
    }
    let mut fits = fits(project, found, header, only);
    match fits.len() {
        1 => check_needs(fits.remove(0), found, header),
        0 => Err(Problem::new(
            place(),
            format!("no source knows this file; its columns are {}", listed(header)),
            format!(
                "`uptake init --from {}` looks into it and writes a source for it; those that are there are {}",
                found.path.display(),
                known().collect::<Vec<_>>().join(", ")
            ),
        )),
        _ => {
            let names: Vec<&str> = fits.iter().map(|fit| fit.source.name.as_str()).collect();
            Err(Problem::new(
                place(),
                format!("it could be of {}", names.join(" or ")),
                format!("say --source {}", names[0]),
            ))
        }
    }
}

/// Whether some source would take a row for the header of a table of its.
pub fn is_header(project: &Project, found: &Found, words: &[String], only: Option<&str>) -> bool {
    !fits(project, found, words, only).is_empty()
}

/// What a file by itself may be.
fn fits<'p>(project: &'p Project, found: &Found, header: &[String], only: Option<&str>) -> Vec<Recognised<'p>> {
    let sources = project.sources.iter().filter(|s| only.is_none_or(|name| s.name == name));
    best(sources.filter_map(|source| of_source(source, found, header, only.is_some())))
}

fn in_set<'p>(
    source: &'p Source,
    set: (String, u32),
    found: &Found,
    header: &[String],
) -> Result<Recognised<'p>, Problem> {
    let stem = without_date(&found.stem());
    let known = source.objects.iter().find(|object| object.name.eq_ignore_ascii_case(&stem));
    let other = || source.other.as_ref().map(|other| Object { name: stem.clone(), ..other.clone() });
    let Some(object) = known.cloned().or_else(other) else {
        return Err(Problem::new(
            Place::whole(found.shown()),
            format!("{} has no object \"{stem}\"", source.title),
            "describe it in the source's TOML",
        ));
    };
    let whole = object.kind == Kind::Record && source.set.as_ref().is_some_and(|set| set.complete);
    check_needs(Recognised { source, object, set: Some(set), part: 0, whole, correction: None }, found, header)
}

/// How well a file by itself fits an object. What is compared first stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    how: How,
    /// How many of its columns the object knows: who knows more of them knows the file better.
    known: usize,
    /// Its source knows files by sight: it is about those of one tool, and not about any with common words.
    special: bool,
    named: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    /// The file bears the object's name and some of what the object needs: what is missing will be told.
    ByName,
    /// It has all that the object needs, and bears its name or at least three of its columns; or all are, where it has two.
    ByColumns,
    /// It bears the source's signature too.
    Signed,
}

/// Those that fit best.
fn best<'p>(fits: impl Iterator<Item = (Fit, Recognised<'p>)>) -> Vec<Recognised<'p>> {
    let fits: Vec<_> = fits.collect();
    let most = fits.iter().map(|(fit, _)| *fit).max();
    fits.into_iter().filter(|(fit, _)| Some(*fit) == most).map(|(_, recognised)| recognised).collect()
}

/// The object of a source that fits best; of two that fit as well, the first. Where it was said that the file is of this source, it needs no mark.
fn of_source<'p>(source: &'p Source, found: &Found, header: &[String], said: bool) -> Option<(Fit, Recognised<'p>)> {
    let names: Vec<String> = found.names().iter().map(|name| without_date(name)).collect();
    let has = |column: &String| header.iter().any(|word| word.eq_ignore_ascii_case(column));
    let signed = !source.signature.is_empty() && source.signature.iter().all(has);
    let marked = said || source.is_marked(header);
    let is_named = source.objects.iter().any(|object| names.iter().any(|name| object.named_by(name).is_some()));
    let fits = source.objects.iter().filter_map(|object| {
        let named = names.iter().find_map(|name| object.named_by(name));
        // What is known by its name alone has nothing to be marked by.
        let by_name_alone = object.needs.is_empty() && object.needs_any.is_empty() && named.is_some();
        if !(marked || by_name_alone) {
            return None;
        }
        let known = Known::of(source, object, header);
        let of_any_name = !object.named || (signed && !is_named && object.tells.iter().any(has));
        let told = named.is_some() || (of_any_name && known.0.len() >= header.len().clamp(2, 3));
        let suffices = told && known.suffices(object);
        let has_some = || object.needs.iter().any(|column| known.has(column));
        let how = match named {
            _ if signed && (suffices || named.is_some()) => How::Signed,
            _ if suffices => How::ByColumns,
            Some(_) if has_some() => How::ByName,
            _ => return None,
        };
        Some((Fit { how, known: known.0.len(), special: !source.is_general(), named: named.is_some() }, object, named))
    });
    let best = fits.rev().max_by_key(|(fit, _, _)| *fit);
    if let Some((fit, object, named)) = best {
        let alone = alone(source, object.clone());
        let whole = alone.whole || (object.kind == Kind::Record && named.is_some_and(|named| named.whole));
        return Some((fit, Recognised { part: named.map_or(0, |named| named.part), whole, ..alone }));
    }
    let other = source.other.clone().filter(|_| signed)?;
    let fit = Fit { how: How::Signed, known: 0, special: true, named: false };
    let name = names.last().cloned().unwrap_or_default();
    Some((fit, alone(source, Object { name, ..other })))
}

/// The columns of an object that a header has, by whatever heading.
struct Known<'p>(HashSet<&'p str>);

impl<'p> Known<'p> {
    fn of(source: &'p Source, object: &'p Object, header: &[String]) -> Known<'p> {
        let headings = source.headings(object);
        Known(header.iter().filter_map(|word| headings.column(word)).collect())
    }

    fn has(&self, column: &str) -> bool {
        self.0.iter().any(|known| known.eq_ignore_ascii_case(column))
    }

    /// Whether an object has all that it needs.
    fn suffices(&self, object: &Object) -> bool {
        let any = object.needs_any.is_empty() || object.needs_any.iter().any(|column| self.has(column));
        any && object.needs.iter().all(|column| self.has(column))
    }
}

fn alone(source: &Source, object: Object) -> Recognised<'_> {
    let whole = object.kind == Kind::Record && object.complete;
    Recognised { source, object, set: None, part: 0, whole, correction: None }
}

pub fn check_needs<'p>(fit: Recognised<'p>, found: &Found, header: &[String]) -> Result<Recognised<'p>, Problem> {
    let known = Known::of(fit.source, &fit.object, header);
    let has = |column: &String| known.has(column);
    let missing: Vec<&String> = fit.object.needs.iter().filter(|column| !has(column)).collect();
    let none_of = !fit.object.needs_any.is_empty() && !fit.object.needs_any.iter().any(has);
    if missing.is_empty() && !none_of {
        return Ok(fit);
    }
    let wanted: Vec<&String> = if none_of { fit.object.needs_any.iter().collect() } else { missing };
    let words: Vec<String> = wanted.iter().map(|w| format!("\"{w}\"")).collect();
    let what = format!(
        "{} {} lacks the required column {}",
        fit.source.title,
        fit.object.name,
        words.join(if none_of { " or " } else { ", " })
    );
    Err(Problem::new(
        Place::new(found.shown(), 1, 1),
        what,
        format!("it has {}; export it again with the column", listed(header)),
    ))
}

fn listed(header: &[String]) -> String {
    let shown: Vec<String> = header.iter().take(12).map(|word| shortened(word)).collect();
    let more = header.len().saturating_sub(12);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}
