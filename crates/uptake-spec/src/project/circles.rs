//! Models that read each other in a circle: none of them can come first.

use super::Model;
use crate::problem::{Place, Problem};
use crate::sql;
use std::collections::{BTreeMap, BTreeSet};

/// Models of which each reads the next, and the last the first.
#[derive(Debug, Clone, PartialEq)]
pub struct Circle<'a>(pub Vec<&'a Model>);

/// Every circle among `models`; a model is in at most one of them.
pub fn circles(models: &[Model]) -> Vec<Circle<'_>> {
    let reads = |model: &Model| sql::reads(&model.sql).map(|reads| reads.relations).unwrap_or_default();
    let mut left: BTreeMap<&str, (&Model, BTreeSet<String>)> =
        models.iter().map(|model| (model.name.as_str(), (model, reads(model)))).collect();
    let mut found = vec![];
    while let Some(circle) = one_circle(&mut left) {
        circle.0.iter().for_each(|model| _ = left.remove(model.name.as_str()));
        found.push(circle);
    }
    found
}

/// Leaves out what reads none of the others, again and again; what is left leads into a circle.
fn one_circle<'a>(left: &mut BTreeMap<&'a str, (&'a Model, BTreeSet<String>)>) -> Option<Circle<'a>> {
    loop {
        let names: BTreeSet<&str> = left.keys().copied().collect();
        left.retain(|_, (_, reads)| reads.iter().any(|name| names.contains(name.as_str())));
        if left.len() == names.len() {
            break;
        }
    }
    let mut path: Vec<&'a Model> = vec![left.values().next()?.0];
    loop {
        let last = path.last().expect("it began with one");
        let next = left[last.name.as_str()].1.iter().find_map(|name| left.get(name.as_str()));
        let (next, _) = next.expect("each that is left reads another that is left");
        match path.iter().position(|model| model.name == next.name) {
            Some(begin) => return Some(Circle(path.split_off(begin))),
            None => path.push(next),
        }
    }
}

impl Circle<'_> {
    /// Told at the first model, where it names the next.
    pub fn problem(&self) -> Problem {
        let (first, next) = (self.0[0], self.0.get(1).unwrap_or(&self.0[0]));
        let (line, column) = sql::place_of_word(&first.sql, &next.name).unwrap_or((1, 1));
        let mut names: Vec<&str> = self.0.iter().map(|model| model.name.as_str()).collect();
        names.push(&first.name);
        let what = match self.0.len() {
            1 => format!("the model {} reads itself", first.name),
            _ => format!("models read each other in a circle: {}", names.join(" → ")),
        };
        Problem::new(Place::new(&first.file, line, column), what, "take what both need into a model of its own")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(name: &str, sql: &str) -> Model {
        Model { name: name.into(), stored: false, sql: sql.into(), file: format!("{name}.sql").into() }
    }

    #[test]
    fn each_circle_is_told_once_at_its_line() {
        let models = [
            model("a", "SELECT 1\nFROM people, b"),
            model("b", "SELECT 1 FROM c"),
            model("c", "SELECT 1 FROM a"),
            model("before", "SELECT 1 FROM people"),
            model("behind", "SELECT 1 FROM a"),
            model("own", "SELECT 1 FROM own"),
            model("x", "SELECT 1 FROM y"),
            model("y", "SELECT 1 FROM x"),
        ];
        let told: Vec<String> =
            circles(&models).iter().map(|c| c.problem()).map(|p| format!("{}: {}", p.place, p.what)).collect();
        let expected = [
            "a.sql:2:14: models read each other in a circle: a → b → c → a",
            "own.sql:1:15: the model own reads itself",
            "x.sql:1:15: models read each other in a circle: x → y → x",
        ];
        assert_eq!(told, expected);
    }
}
