//! From a file that was found to one that is ready to land: looked at, recognised, surveyed, dated.

use super::conflicts::{is_of_a_set, neighbours_of, set_of};
use super::correct::{self, CORRECTION_COLUMNS};
use super::decode::Document;
use super::find::{Archives, Found};
use super::form::Form;
use super::journal::{self, Entry, Journal};
use super::names::Names;
use super::pour::Job;
use super::recognise::{Recognised, recognise};
use super::snapshot::{self, BY_STAMPS, Dated};
use super::survey::{Survey, survey};
use super::{FileReport, LoadOrder, Ready, rows};
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
}

impl<'p, 'a> Preparing<'p, 'a> {
    pub fn new(project: &'p Project, order: &'p LoadOrder, journal: &'a Journal, all: &[Found]) -> Self {
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
        Preparing { project, order, journal, archives, names, newest_entries, newest_stamps: HashMap::new() }
    }

    /// What becomes of a file; one of corrected rows can be of several objects and days.
    pub fn prepare(&mut self, found: &Found) -> Vec<Prepared<'p>> {
        self.look(found).unwrap_or_else(|problem| vec![Prepared::Refused(problem)])
    }

    fn look(&mut self, found: &Found) -> Result<Vec<Prepared<'p>>, Problem> {
        let file = found.shown();
        let document = Document::open(found, &self.archives)?;
        if document.look.bytes == 0 {
            return Ok(vec![Prepared::Skipped(file, "empty".into())]);
        }
        if let Some(line) = document.look.nul {
            let hint = "export it again as CSV; nothing of it was landed";
            return Err(Problem::new(Place::new(&file, line, 1), "it has a NUL byte: this is no text", hint));
        }
        let Some(header) = document.text(|text| rows::header(text))? else {
            let what = "a quote opens in the header and never closes";
            return Err(Problem::new(Place::new(&file, 1, 1), what, "close it, or export the file again"));
        };
        if CORRECTION_COLUMNS.iter().all(|ours| header.iter().any(|word| word.eq_ignore_ascii_case(ours))) {
            let fits = correct::fits(self.project, self.journal, &document, &header)?;
            if fits.is_empty() {
                let what = "it has no row that says which load it corrects";
                let hint = "`uptake rejects --out` writes the rejected rows again";
                return Err(Problem::new(Place::whole(&file), what, hint));
            }
            return fits.into_iter().map(|(fit, dated)| self.read(&document, &header, fit, Some(dated))).collect();
        }
        let mut fit = recognise(self.project, found, &header, self.order.source.as_deref())?;
        self.names.settle(&mut fit, &file)?;
        fit.whole |= self.order.complete && fit.object.kind == Kind::Record;
        let newest = fit.set.as_ref().and_then(|(org, _)| self.newest_entries.get(&set_of(org, found)).copied());
        let dated = snapshot::date_of(found, self.order.snapshot, newest);
        Ok(vec![self.read(&document, &header, fit, dated)?])
    }

    fn read(
        &mut self,
        document: &Document,
        header: &[String],
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
        let mut form = Form::new(header, &file, &fit)?;
        let said = self.order.date_order.or(fit.source.date_order);
        let survey = survey(document, &mut form, said, &fit.source.file)?;
        if let Some(day) = survey.newest {
            let newest = self.newest_stamps.entry(neighbours_of(&fit, &document.found)).or_insert(day);
            *newest = day.max(*newest);
        }
        Ok(Prepared::Surveyed(Box::new(Surveyed { fit, document: document.clone(), form, survey, dated, amends })))
    }

    fn known(&self, document: &Document, fit: &Recognised, dated: Option<Dated>) -> Option<&'a Entry> {
        let digest = &document.look.digest;
        match dated {
            Some(dated) => self.journal.known(&name(digest, fit, dated)),
            None => self.journal.known_by_stamps(digest, &fit.source.name, &fit.object.name),
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
        let note = document.look.note.clone();
        let job = Job { document, form, survey, file, day: dated.day, load, before: None, written: false };
        Ok(Ready { fit, dated, note, amends, job: Arc::new(job) })
    }
}

/// Names the load of these bytes as this object, of this day.
fn name(digest: &str, fit: &Recognised, dated: Dated) -> String {
    match &fit.correction {
        Some(correction) => journal::correcting(digest, &correction.of),
        None => format!("{digest}:{}:{}:{}", fit.source.name, fit.object.name, dated.day),
    }
}
