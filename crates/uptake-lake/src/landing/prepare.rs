//! From a file that was found to one that is ready to land: looked at, recognised, surveyed, dated.

use super::conflicts::{is_of_a_set, neighbours_of, set_of};
use super::correct::{self, CORRECTION_COLUMNS};
use super::document::Document;
use super::drift::listed;
use super::find::Found;
use super::form::{Form, NamedBy};
use super::journal::{self, Entry, Journal};
use super::names::Names;
use super::pour::Job;
use super::recognise::{Recognised, is_header, recognise};
use super::snapshot::{self, BY_STAMPS, BY_VIEW, Dated};
use super::survey::{Said, Survey, survey};
use super::unpack::Archives;
use super::{FileReport, LoadOrder, Ready};
use chrono::NaiveDate;
use std::collections::HashMap;
use std::sync::Arc;
use uptake_spec::source::Kind;
use uptake_spec::{Place, Problem, Project};

pub enum Prepared<'p> {
    Surveyed(Box<Surveyed<'p>>),
    /// Loaded before, by the load of this name: every row of it is a duplicate.
    Known(String, FileReport),
    /// File and reason.
    Skipped(String, String),
    Refused(Problem),
}

/// A file whose rows were read once, perhaps not dated yet.
pub struct Surveyed<'p> {
    fit: Recognised<'p>,
    document: Document,
    form: Form,
    survey: Survey,
    dated: Option<Dated>,
    amends: bool,
}

/// What all files of one command share.
pub struct Preparing<'p, 'a> {
    project: &'p Project,
    order: &'p LoadOrder,
    journal: &'a Journal,
    archives: Arc<Archives>,
    names: Names,
    /// The newest entry of any zip of a set, by set.
    newest_entries: HashMap<String, NaiveDate>,
    /// The newest stamp in any file of a set, by set; see [`neighbours_of`].
    newest_stamps: HashMap<String, NaiveDate>,
    /// The day of the load.
    today: NaiveDate,
}

impl<'p, 'a> Preparing<'p, 'a> {
    pub fn new(
        project: &'p Project,
        order: &'p LoadOrder,
        journal: &'a Journal,
        all: &[Found],
        today: NaiveDate,
    ) -> Self {
        let mut newest_entries: HashMap<String, NaiveDate> = HashMap::new();
        for found in all {
            let set = project.sources.iter().find_map(|source| source.set.as_ref()?.read(&found.file_name()));
            if let (Some((org, _)), Some(day)) = (set, found.entry.as_ref().and_then(|entry| entry.newest)) {
                let newest = newest_entries.entry(set_of(&org, found)).or_insert(day);
                *newest = day.max(*newest);
            }
        }
        let names = Names::of(journal, project);
        let archives = Arc::default();
        Preparing { project, order, journal, archives, names, newest_entries, newest_stamps: HashMap::new(), today }
    }

    /// What becomes of a file: it can hold several tables, and one of corrected rows be of several objects and days.
    pub fn prepare(&mut self, found: &Found) -> Vec<Prepared<'p>> {
        let only = self.order.source.as_deref();
        let is_header =
            |part: &Found, words: &[String]| is_correction(words) || is_header(self.project, part, words, only);
        let opened = match Document::open(found, &self.archives, &is_header) {
            Ok(opened) => opened,
            Err(problem) => return vec![Prepared::Refused(problem)],
        };
        let mut prepared: Vec<_> = opened.skipped.into_iter().map(|(part, why)| Prepared::Skipped(part, why)).collect();
        let mut parts = HashMap::new();
        for document in &opened.tables {
            prepared.extend(self.look(document, &mut parts).unwrap_or_else(|problem| vec![Prepared::Refused(problem)]));
        }
        prepared
    }

    /// `parts` are the tables that the file's other parts go to.
    fn look(&mut self, document: &Document, parts: &mut HashMap<String, String>) -> Result<Vec<Prepared<'p>>, Problem> {
        let (found, header) = (&document.found, &document.header);
        let file = found.shown();
        if is_correction(header) {
            let fits = correct::fits(self.project, self.journal, document)?;
            if fits.is_empty() {
                let what = "it has no row that says which load it corrects";
                let hint = "`uptake rejects --out` writes the rejected rows again";
                return Err(Problem::new(Place::whole(&file), what, hint));
            }
            return fits.into_iter().map(|(fit, dated)| self.read(document, fit, Some(dated))).collect();
        }
        let mut fit = recognise(self.project, found, header, self.order.source.as_deref())?;
        self.names.settle(&mut fit, &file)?;
        if let Some(other) = parts.insert(fit.table(), file.clone()) {
            let what = format!("{other} is of {} too, and which of them is the table is not known", fit.object.name);
            return Err(Problem::new(
                Place::whole(&file),
                what,
                "take one of them out, or save them as files of their own",
            ));
        }
        fit.whole |= self.order.complete && fit.object.kind == Kind::Record;
        let newest = fit.set.as_ref().and_then(|(org, _)| self.newest_entries.get(&set_of(org, found)).copied());
        let order = self.order.date_order.or(fit.source.date_order);
        let dated = snapshot::date_of(found, self.order.snapshot, newest, order);
        Ok(vec![self.read(document, fit, dated)?])
    }

    fn read(
        &mut self,
        document: &Document,
        fit: Recognised<'p>,
        dated: Option<Dated>,
    ) -> Result<Prepared<'p>, Problem> {
        let file = document.found.shown();
        let known = self.known(document, &fit, dated);
        let amends = self.order.complete && known.is_some_and(|known| fit.whole && !known.whole);
        if let Some(known) = known.filter(|_| !amends) {
            let table = if known.report.read == 0 { String::new() } else { fit.table().replace('/', ".") };
            let (note, duplicate) = ("already loaded".into(), known.report.read);
            let report = FileReport { file, table, note, landed: 0, rejected: 0, duplicate, ..known.report.clone() };
            return Ok(Prepared::Known(known.load.clone(), report));
        }
        let mut form = Form::new(&document.header, &file, &fit)?;
        let of_set = fit.set.as_ref().and(fit.source.set.as_ref()).and_then(|set| set.decimal);
        let said = Said {
            today: self.today,
            order: self.order.date_order,
            usual_order: fit.source.date_order,
            decimal: self.order.decimal.or(of_set).or(fit.source.decimal),
        };
        let survey = survey(document, &mut form, said, &fit.source.file)?;
        if let Some(day) = survey.newest {
            let newest = self.newest_stamps.entry(neighbours_of(&fit, &document.found)).or_insert(day);
            *newest = day.max(*newest);
        }
        Ok(Prepared::Surveyed(Box::new(Surveyed { fit, document: document.clone(), form, survey, dated, amends })))
    }

    fn known(&self, document: &Document, fit: &Recognised, dated: Option<Dated>) -> Option<&'a Entry> {
        let digest = &document.look.digest;
        let by_stamps = || self.journal.known_by_stamps(digest, &fit.source.name, &fit.object.name);
        match dated {
            // Before the names of views dated them, their stamps did.
            Some(dated) if dated.from == BY_VIEW => self.journal.known(&name(digest, fit, dated)).or_else(by_stamps),
            Some(dated) => self.journal.known(&name(digest, fit, dated)),
            None => by_stamps(),
        }
    }

    /// Dates what only its rows can date, once all files were read: the files of one set are of one day.
    ///
    /// # Errors
    /// Nothing dates it.
    pub fn dated(&self, surveyed: Surveyed<'p>) -> Result<Ready<'p>, Problem> {
        let Surveyed { fit, document, form, survey, dated, amends } = surveyed;
        let file = document.found.shown();
        let around = self.newest_stamps.get(&neighbours_of(&fit, &document.found)).copied();
        let own = survey.newest.filter(|_| !is_of_a_set(&fit));
        let by_stamps = own.or(around).map(|day| Dated { day, from: BY_STAMPS });
        let Some(dated) = dated.or(by_stamps) else {
            let what = "nothing says of which day it is";
            return Err(Problem::new(Place::whole(&file), what, "say --snapshot 2026-12-31"));
        };
        let load = name(&document.look.digest, &fit, dated);
        let note = noted(&[
            document.look.note.clone(),
            without_footer(survey.footer),
            without_headers(survey.headers),
            without_key(&form, &fit),
            left_out(&form),
        ]);
        let job = Job { document, form, survey, file, day: dated.day, load, before: None, written: false };
        Ok(Ready { fit, dated, note, amends, job: Arc::new(job) })
    }
}

/// Whether a header is of rows that were rejected and come back.
fn is_correction(header: &[String]) -> bool {
    CORRECTION_COLUMNS.iter().all(|ours| header.iter().any(|word| word.eq_ignore_ascii_case(ours)))
}

/// What a person should know of the file as it was read.
fn noted(notes: &[String]) -> String {
    notes.iter().filter(|text| !text.is_empty()).map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn without_headers(lines: u64) -> String {
    match lines {
        0 => String::new(),
        1 => "1 line that is the header again is no row".into(),
        lines => format!("{lines} lines that are the header again are no rows"),
    }
}

fn without_footer(lines: u64) -> String {
    match lines {
        0 => String::new(),
        1 => "1 line of a footer is no row".into(),
        lines => format!("{lines} lines of a footer are no rows"),
    }
}

fn left_out(form: &Form) -> String {
    let names: Vec<&String> = form.left_out().collect();
    if names.is_empty() { String::new() } else { format!("left out, as its source says: {}", listed(&names)) }
}

/// That records have no ids, and what follows from it: which of a later export are the same ones is a guess then.
fn without_key(form: &Form, fit: &Recognised) -> String {
    let wanted = fit.object.key.join(", ");
    match form.named_by {
        NamedBy::StandIn => {
            format!("without \"{wanted}\" rows are told apart by {}: export it with that column", form.naming_words())
        }
        NamedBy::Everything if fit.object.kind == Kind::Record && !wanted.is_empty() && !fit.whole => format!(
            "without \"{wanted}\" a row that changes counts as another: export it with that column, or say --complete \
             where each export is the whole"
        ),
        _ => String::new(),
    }
}

/// Names the load of these bytes as this object, of this day.
fn name(digest: &str, fit: &Recognised, dated: Dated) -> String {
    match &fit.correction {
        Some(correction) => journal::correcting(digest, &correction.of),
        None => format!("{digest}:{}:{}:{}", fit.source.name, fit.object.name, dated.day),
    }
}
