//! A mistake somebody can mend: what, where, and the way out.

use std::path::PathBuf;

/// Where in a project file something stands; line and column count from 1, 0 means the file as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    pub file: PathBuf,
    pub line: usize,
    pub column: usize,
}

/// One mistake in a project, for the person who can mend it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub place: Place,
    /// What is wrong, without the place: `no KPI is called "actve_people"`.
    pub what: String,
    /// The way out: `did you mean "active_people"?`. Empty where the message says it already.
    pub hint: String,
}

impl Place {
    pub fn new(file: impl Into<PathBuf>, line: usize, column: usize) -> Place {
        Place { file: file.into(), line, column }
    }

    pub fn whole(file: impl Into<PathBuf>) -> Place {
        Place::new(file, 0, 0)
    }

    /// The place of byte `offset` of `text`, which is the content of `file`.
    pub fn at(file: impl Into<PathBuf>, text: &str, offset: usize) -> Place {
        let before = &text.as_bytes()[..offset.min(text.len())];
        let line = before.iter().filter(|b| **b == b'\n').count() + 1;
        let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |p| p + 1);
        let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
        Place::new(file, line, column)
    }
}

impl Problem {
    pub fn new(place: Place, what: impl Into<String>, hint: impl Into<String>) -> Problem {
        Problem { place, what: what.into(), hint: hint.into() }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.line, self.column) {
            (0, _) => write!(f, "{}", self.file.display()),
            (line, column) => write!(f, "{}:{line}:{column}", self.file.display()),
        }
    }
}

/// `dashboards/pulse.md:14:9: no KPI is called "actve"` and, on a line of its own, the hint.
impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.what)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, "\n  hint: {}", self.hint) }
    }
}

impl std::error::Error for Problem {}

/// `did you mean "active_people"?` for the nearest of `known`, else the list of them.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let nearest = known.iter().map(|k| (distance(word, k), *k)).min();
    match nearest {
        Some((d, name)) if d <= 1 + word.chars().count() / 4 => format!("did you mean \"{name}\"?"),
        Some(_) => format!("there is {}", known.join(", ")),
        None => String::new(),
    }
}

/// How many letters are to be put in, taken out, changed, or swapped with the next, to come from `a` to `b`.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (mut earlier, mut row): (Vec<usize>, Vec<usize>) = (vec![], (0..=b.len()).collect());
    for i in 0..a.len() {
        let mut next = vec![i + 1];
        for j in 0..b.len() {
            let change = row[j] + usize::from(a[i] != b[j]);
            let is_swap = i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j];
            let swap = if is_swap { earlier[j - 1] + 1 } else { change };
            next.push(change.min(swap).min(row[j + 1] + 1).min(next[j] + 1));
        }
        earlier = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_offered_and_a_far_one_gives_the_list() {
        let known = ["active_people", "won"];
        assert_eq!(did_you_mean("actve_people", known), "did you mean \"active_people\"?");
        assert_eq!(did_you_mean("zzzzzz", known), "there is active_people, won");
        assert_eq!(distance("kitten", "sitting"), 3); // the textbook pair
        assert_eq!(did_you_mean("form", ["format", "from"]), "did you mean \"from\"?"); // two letters swapped are one slip
    }

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let place = Place::at("x.md", "ä = 1\nb = 2", "ä = 1\nb".len());
        assert_eq!(place.to_string(), "x.md:2:2");
    }
}
