//! Objects are told apart by their names, and their tables by what is left of those: letters, digits and `_`.

use super::journal::Journal;
use super::recognise::Recognised;
use std::collections::HashMap;
use uptake_spec::{Place, Problem, Project};

/// How objects are spelled, by table.
pub struct Names(HashMap<String, String>);

impl Names {
    /// Those the lake knows.
    pub fn of(journal: &Journal, project: &Project) -> Names {
        let known = journal.entries().iter().filter_map(|entry| {
            let source = project.sources.iter().find(|source| source.name == entry.report.source)?;
            Some((source.landing_name(&entry.report.object), entry.report.object.clone()))
        });
        Names(known.collect())
    }

    /// Spells the object as it was spelled before: `foo__c` and `Foo__c` are one.
    ///
    /// # Errors
    /// Another object has the same table.
    pub fn settle(&mut self, fit: &mut Recognised, file: &str) -> Result<(), Problem> {
        let table = fit.source.landing_name(&fit.object.name);
        let known = self.0.entry(table.clone()).or_insert_with(|| fit.object.name.clone());
        if !known.to_lowercase().eq(&fit.object.name.to_lowercase()) {
            let what = format!("\"{}\" and \"{known}\" would be one table, landing.{table}", fit.object.name);
            return Err(Problem::new(Place::whole(file), what, "give the file another name"));
        }
        fit.object.name.clone_from(known);
        Ok(())
    }
}
