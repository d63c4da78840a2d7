//! Columns come and go: an administrator adds, removes and renames them, and nobody tells those who read the exports.

use super::form::Form;
use super::recognise::Recognised;
use std::collections::HashSet;

/// How many names a note holds.
const MOST_NAMES: usize = 5;

/// What a file has that its table did not have before, and the other way round; nothing of a table's first file. Of views, whose
/// columns people choose, only what is new. What never lands neither came nor went.
pub fn drift(table: &[String], form: &Form, fit: &Recognised) -> Vec<String> {
    let lower = |name: &str| name.to_lowercase();
    let own: HashSet<String> = form.columns.iter().map(|(name, _)| lower(name)).collect();
    let known: HashSet<String> = table.iter().map(|name| lower(name)).collect();
    if known.is_empty() || form.correction.is_some() {
        return vec![];
    }
    let new = form.columns.iter().map(|(name, _)| name).filter(|name| !known.contains(&lower(name)));
    let is_missed = |name: &&String| !name.starts_with('_') && !own.contains(&lower(name));
    let landed = |name: &&String| !fit.source.never_lands(&fit.object, name);
    let gone = table.iter().filter(|name| !fit.source.views && is_missed(name) && landed(name));
    [("new:", new.collect::<Vec<_>>()), ("no longer there:", gone.collect())]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(what, names)| format!("{what} {}", listed(&names)))
        .collect()
}

/// `"Salary", "Bonus"`, a few of them by name.
pub fn listed(names: &[&String]) -> String {
    let shown: Vec<String> = names.iter().take(MOST_NAMES).map(|name| format!("\"{name}\"")).collect();
    match names.len().saturating_sub(MOST_NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
