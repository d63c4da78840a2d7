//! Where a block leads: a page of this site with a choice, `grade?grade={grade}`.

use crate::problem::{Place, Problem};

/// A page, and what is chosen there.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The page's file name without `.md`.
    pub page: String,
    /// By filter of that page, in the order of the link.
    pub choices: Vec<(String, Choice)>,
    pub place: Place,
}

/// What a link chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    Fixed(String),
    /// `{grade}`: what the clicked row, bar or line has in this column.
    Member(String),
}

impl Link {
    /// The columns whose member it takes along.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.choices.iter().filter_map(|(_, choice)| match choice {
            Choice::Member(column) => Some(column.as_str()),
            Choice::Fixed(_) => None,
        })
    }
}

/// # Errors
/// An address of another site, a choice without a value, a bracket that is not closed.
pub(super) fn read_link(text: &str, place: Place) -> Result<Link, Problem> {
    let (page, query) = text.split_once('?').unwrap_or((text, ""));
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if page.is_empty() || !page.chars().all(is_name) {
        let hint = "name a page of this site, as in link = \"grade?grade={grade}\"";
        return Err(Problem::new(place, format!("a block cannot lead to \"{text}\""), hint));
    }
    let mut choices = vec![];
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let Some(choice) = read_choice(pair) else {
            let what = format!("\"{pair}\" chooses nothing");
            return Err(Problem::new(place, what, "write grade=Partner, or grade={grade} for the clicked row's"));
        };
        choices.push(choice);
    }
    Ok(Link { page: page.into(), choices, place })
}

fn read_choice(pair: &str) -> Option<(String, Choice)> {
    let (key, value) = pair.split_once('=').filter(|(key, value)| !key.is_empty() && !value.is_empty())?;
    let column = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    match column {
        Some(column) if !column.is_empty() && !column.contains(['{', '}']) => {
            Some((key.into(), Choice::Member(column.into())))
        }
        None if !value.contains(['{', '}']) => Some((key.into(), Choice::Fixed(value.into()))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_a_page_and_what_is_chosen_there() {
        let link = read_link("grade?grade={grade}&office=New York", Place::default()).expect("right");
        let fixed = ("office".to_string(), Choice::Fixed("New York".into()));
        assert_eq!(link.choices, [("grade".into(), Choice::Member("grade".into())), fixed]);
        assert_eq!((link.page.as_str(), link.columns().collect::<Vec<_>>()), ("grade", vec!["grade"]));
        for wrong in ["", "?a=b", "https://x.example", "../x", "p?grade", "p?grade={", "p?grade={}", "p?g={a}b", "a b"]
        {
            assert!(read_link(wrong, Place::default()).is_err(), "{wrong}");
        }
    }
}
