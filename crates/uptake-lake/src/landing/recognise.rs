//! Which source and object a file is of: by its name and its header, whatever the folder is called.

use super::cell::shortened;
use super::find::Found;
use super::snapshot::without_date;
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
                "the sources are {}; name the file after its object, or describe it in queries/sources/",
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
    let sources = || project.sources.iter().filter(|s| only.is_none_or(|name| s.name == name));
    // A name says more than columns do.
    let by_name: Vec<Recognised> = sources().filter_map(|source| by_name(source, found, header)).collect();
    match by_name.is_empty() {
        true => sources().filter_map(|source| by_columns(source, header)).collect(),
        false => by_name,
    }
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
    check_needs(Recognised { source, object, set: Some(set), whole, correction: None }, found, header)
}

/// A file by itself whose stem is an object's name, or that bears the source's signature.
fn by_name<'p>(source: &'p Source, found: &Found, header: &[String]) -> Option<Recognised<'p>> {
    let names: Vec<String> = found.names().iter().map(|name| without_date(name)).collect();
    let has = |column: &String| has(header, None, column);
    let called = |name: &String| source.objects.iter().find(|o| o.named && o.name.eq_ignore_ascii_case(name));
    let known = names.iter().find_map(called);
    let name = names.last().cloned().unwrap_or_default();
    let signed = !source.signature.is_empty() && source.signature.iter().all(has);
    let other = || source.other.as_ref().map(|other| Object { name: name.clone(), ..other.clone() });
    let object = match known {
        Some(object) if signed || object.needs.iter().any(has) => object.clone(),
        None if signed => other()?,
        _ => return None,
    };
    Some(alone(source, object))
}

/// A file by itself, whatever it is called, with at least three of the columns of an object.
fn by_columns<'p>(source: &'p Source, header: &[String]) -> Option<Recognised<'p>> {
    let fits = |o: &&Object| {
        let has = |column: &String| has(header, Some(o), column);
        let known = o.columns.iter().filter(|(column, _)| has(column)).count();
        !o.named && known >= 3 && o.needs.iter().all(has) && (o.needs_any.is_empty() || o.needs_any.iter().any(has))
    };
    source.objects.iter().find(fits).map(|object| alone(source, object.clone()))
}

/// Whether a header has a column, be it by its name or by a label of the object's.
fn has(header: &[String], object: Option<&Object>, column: &str) -> bool {
    header.iter().any(|word| object.map_or(word.as_str(), |o| o.column(word)).eq_ignore_ascii_case(column))
}

fn alone(source: &Source, object: Object) -> Recognised<'_> {
    let whole = object.kind == Kind::Record && object.complete;
    Recognised { source, object, set: None, whole, correction: None }
}

pub fn check_needs<'p>(fit: Recognised<'p>, found: &Found, header: &[String]) -> Result<Recognised<'p>, Problem> {
    let has = |column: &String| has(header, Some(&fit.object), column);
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
