//! Files that cannot stand beside others: of another organisation, or a second export of a day that has one.

use super::find::Found;
use super::recognise::Recognised;
use super::{ByTable, Journal, Ready, slot};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use uptake_spec::source::Kind;
use uptake_spec::{Place, Problem};

/// One lake is one organisation: another's export would make all records of the first gone. That keeps a fictional
/// firm and a real one apart, too.
pub fn refuse_other_organisations(by_table: &mut ByTable, journal: &Journal, refused: &mut Vec<Problem>) {
    let orgs = by_table.values().flatten().filter_map(|ready| ready.fit.set.as_ref().map(|(org, _)| org.clone()));
    let first = journal.organisation().map(String::from).or_else(|| orgs.min());
    let Some(home) = first else { return };
    let sample = home == crate::SAMPLE_ORGANISATION;
    for files in by_table.values_mut() {
        files.retain(|ready| {
            let foreign = match &ready.fit.set {
                Some((org, _)) => *org != home,
                None => sample && bears_other_ids(ready),
            };
            if foreign {
                let what = if sample {
                    "this lake holds the sample firm".into()
                } else {
                    format!("this lake holds the organisation {home}")
                };
                let hint = "`uptake init DIR` makes a project and an empty lake for another firm";
                refused.push(Problem::new(Place::whole(&ready.job.file), what, hint));
            }
            !foreign
        });
    }
}

/// Whether a file that names no organisation holds ids, and none of them of the sample firm's instance.
fn bears_other_ids(ready: &Ready) -> bool {
    ready.job.form.keyed_by_ids && ready.job.survey.rows > 0 && !ready.job.survey.of_sample
}

/// Refuses files whose object, day and part another file of different content has, and with one file of a set all of
/// that set's day: half an export would mix two. The same content twice in one command is one file; the second is
/// listed as skipped.
pub fn refuse_second_exports(
    by_table: &mut ByTable,
    journal: &Journal,
    refused: &mut Vec<Problem>,
    skipped: &mut Vec<(String, String)>,
) {
    let mut kept: BTreeMap<String, String> = BTreeMap::new();
    let mut loads: BTreeSet<String> = BTreeSet::new();
    let mut clashing: BTreeSet<String> = BTreeSet::new();
    for files in by_table.values_mut() {
        files.retain(|ready| {
            let first = loads.insert(ready.job.load.clone());
            if !first {
                skipped.push((ready.job.file.clone(), "the same content as another file".into()));
            }
            first
        });
        let takes_a_place = |ready: &&Ready| {
            ready.fit.object.kind == Kind::Record && ready.job.survey.rows > 0 && ready.fit.correction.is_none()
        };
        for ready in files.iter().filter(takes_a_place) {
            let slot = slot(ready);
            let other = kept.get(&slot).is_some_and(|digest| *digest != ready.job.document.look.digest);
            if other || journal.holds_other(&slot, &ready.job.document.look.digest) {
                clashing.insert(export_of(ready));
            }
            kept.entry(slot).or_insert(ready.job.document.look.digest.clone());
        }
    }
    for files in by_table.values_mut() {
        files.retain(|ready| {
            let clash = clashing.contains(&export_of(ready));
            if clash {
                let what = format!("another export of {} was loaded with different content", ready.dated.day);
                refused.push(Problem::new(
                    Place::whole(&ready.job.file),
                    what,
                    "say of which day this one is: --snapshot 2026-12-31",
                ));
            }
            !clash
        });
    }
}

/// What stands or falls together: the set of one day, or a file by itself.
fn export_of(ready: &Ready) -> String {
    match &ready.fit.set {
        Some((org, _)) => format!("{org} {}", ready.dated.day),
        None => slot(ready),
    }
}

/// The zips of one export: those of one organisation in one folder.
pub fn set_of(org: &str, found: &Found) -> String {
    format!("{org} {}", found.path.parent().unwrap_or_else(|| Path::new("")).display())
}

/// The files whose newest stamp dates those that nothing else dates: the zips of one export, the parts of one backup; for all others,
/// those of their source in their folder.
pub fn neighbours_of(fit: &Recognised, found: &Found) -> String {
    match &fit.set {
        Some((org, _)) => set_of(org, found),
        None => set_of(&format!("source {}", fit.source.name), found),
    }
}

/// Whether a file is dated as its neighbours are, and not by its own stamps.
pub fn is_of_a_set(fit: &Recognised) -> bool {
    fit.set.is_some() || (fit.whole && fit.part > 0)
}
