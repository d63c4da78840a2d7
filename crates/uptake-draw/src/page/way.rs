//! Where a block or a row of it leads: another page of this site, with what is chosen there.

use std::fmt::Write;

/// A page, and what is chosen there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The page is `/d/{slug}`.
    pub slug: String,
    /// The page's title, for the words of the link.
    pub title: String,
    /// Filter and value: what the link says, and what the viewer had chosen.
    pub choices: Vec<(String, String)>,
    /// Filter, and the column whose member of the clicked row it takes.
    pub members: Vec<(String, String)>,
}

impl Way {
    /// The address behind a whole block: without anything of a row.
    pub fn whole(&self) -> String {
        self.to(self.choices.iter().map(|(key, value)| (key.as_str(), value.as_str())))
    }

    /// The address behind a row or a line, whose member of a column `member` tells; `None` where it has none of them.
    pub fn of<'a>(&'a self, member: impl Fn(&str) -> Option<&'a str>) -> Option<String> {
        let taken: Vec<(&str, &str)> =
            self.members.iter().map(|(key, column)| Some((key.as_str(), member(column)?))).collect::<Option<_>>()?;
        // What was clicked replaces what was chosen before.
        let kept = self.choices.iter().filter(|(key, _)| !self.members.iter().any(|(taken, _)| taken == key));
        Some(self.to(kept.map(|(key, value)| (key.as_str(), value.as_str())).chain(taken)))
    }

    fn to<'a>(&self, pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
        let mut address = format!("/d/{}", self.slug);
        for (at, (key, value)) in pairs.enumerate() {
            let _ = write!(address, "{}{}={}", if at == 0 { '?' } else { '&' }, encoded(key), encoded(value));
        }
        address
    }
}

/// As in a form: letters, digits and `-_.` stay, a blank is a plus, all else is `%` and two digits a byte.
fn encoded(text: &str) -> String {
    let mut safe = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => safe.push(char::from(byte)),
            b' ' => safe.push('+'),
            byte => _ = write!(safe, "%{byte:02X}"),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_takes_its_members_along_and_the_choice_stays() {
        let pair = |key: &str, value: &str| (key.to_string(), value.to_string());
        let way = Way {
            slug: "grade".into(),
            title: "By grade".into(),
            choices: vec![pair("office", "München & Co"), pair("grade", "Partner"), pair("grade", "Counsel")],
            members: vec![pair("grade", "grade")],
        };
        assert_eq!(way.whole(), "/d/grade?office=M%C3%BCnchen+%26+Co&grade=Partner&grade=Counsel");
        let of = |member| way.of(|column| if column == "grade" { member } else { None });
        assert_eq!(of(Some("Analyst")), Some("/d/grade?office=M%C3%BCnchen+%26+Co&grade=Analyst".to_string()));
        assert_eq!(of(None), None);
    }
}
