//! The filters of a page as a plain form: the address carries only what the viewer chose.

use super::Page;
use crate::words::Words;
use chrono::NaiveDate;
use uptake_spec::Grain;

/// A filter as the viewer has it.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterState {
    /// The key in the address, for [`FilterKind::Multi`]; a period always has `from`, `to` and `as_of`.
    pub name: String,
    pub label: String,
    pub kind: FilterKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum FilterKind {
    /// The days the viewer chose; `None` where the page's default holds.
    Period { from: Option<NaiveDate>, to: Option<NaiveDate>, as_of: Option<NaiveDate>, grain: Grain },
    /// `chosen` are among `members`; none chosen means all.
    Multi { members: Vec<String>, chosen: Vec<String> },
}

pub(super) struct FilterView<'a> {
    pub filter: &'a FilterState,
    /// `All`, `Partner, Counsel`, `5 of 14`.
    pub chosen: String,
    pub members: Vec<(&'a str, bool)>,
    pub from: String,
    pub to: String,
    pub as_of: String,
}

pub(super) fn views(page: &Page) -> Vec<FilterView<'_>> {
    page.filters.iter().map(|filter| view(filter, &page.locale)).collect()
}

fn view<'a>(filter: &'a FilterState, words: &Words) -> FilterView<'a> {
    let day = |day: &Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    match &filter.kind {
        FilterKind::Period { from, to, as_of, .. } => FilterView {
            filter,
            chosen: String::new(),
            members: vec![],
            from: day(from),
            to: day(to),
            as_of: day(as_of),
        },
        FilterKind::Multi { members, chosen } => {
            let told = match &chosen[..] {
                [] => words.all.into(),
                [_] | [_, _] => chosen.join(", "),
                many => words.of(many.len() as f64, members.len() as f64),
            };
            let members = members.iter().map(|member| (member.as_str(), chosen.contains(member))).collect();
            FilterView { filter, chosen: told, members, from: String::new(), to: String::new(), as_of: String::new() }
        }
    }
}

/// What stands in the address beside the page's filters: kept when the form is sent.
pub(super) fn carried(page: &Page) -> Vec<(String, String)> {
    let shown = |key: &str| {
        page.filters.iter().any(|filter| match filter.kind {
            FilterKind::Period { .. } => matches!(key, "from" | "to" | "as_of") || key == filter.name,
            FilterKind::Multi { .. } => key == filter.name,
        })
    };
    let pairs = page.query.split('&').filter(|pair| !pair.is_empty());
    let read =
        pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(key, value)| (decoded(key), decoded(value)));
    read.filter(|(key, _)| !shown(key)).collect()
}

/// `Gr%C3%BCn+1` → `Grün 1`; what is no encoding stays as it is.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = vec![];
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).and_then(|two| u8::from_str_radix(two, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                plain.push(byte);
                at += 2;
            }
            (b'+', _) => plain.push(b' '),
            (byte, _) => plain.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoded_value_is_read_back() {
        assert_eq!(decoded("Gr%C3%BCn+1"), "Grün 1");
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz"), "%zz");
    }
}
