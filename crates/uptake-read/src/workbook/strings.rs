//! The texts that the cells of all sheets share.

use super::part::{Event, Part};
use crate::Fault;
use std::io::Result;

/// The most bytes of them, for they are held in memory.
const MOST_BYTES: usize = 256 << 20;

#[derive(Debug, Default)]
pub struct Strings {
    text: String,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Strings {
    pub fn get(&self, at: usize) -> Option<&str> {
        let end = *self.ends.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start..end)
    }
}

pub fn read(part: Option<Part>) -> Result<Strings> {
    let mut strings = Strings::default();
    let Some(mut part) = part else { return Ok(strings) };
    let mut one = String::new();
    loop {
        match part.next()? {
            Event::Start(e) if e.local_name().as_ref() == "si" => {}
            Event::Eof => return Ok(strings),
            _ => continue,
        }
        part.begin();
        one.clear();
        part.text("si", &mut one)?;
        strings.text.push_str(&unescaped(&one));
        strings.ends.push(strings.text.len());
        if strings.text.len() + strings.ends.len() * size_of::<usize>() > MOST_BYTES {
            let what = format!("its texts have more than {} MB together", MOST_BYTES >> 20);
            return Err(Fault::whole(what, "save its table as .csv, which is read in small pieces").into());
        }
    }
}

/// `_x000D_` is how a workbook writes a character that XML cannot.
pub fn unescaped(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains("_x") {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, behind) = rest.split_at(at);
        out.push_str(before);
        let code = behind.get(2..6).filter(|_| behind.as_bytes().get(6) == Some(&b'_'));
        match code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32) {
            Some(character) => {
                out.push(character);
                rest = &behind[7..];
            }
            None => {
                out.push_str("_x");
                rest = &behind[2..];
            }
        }
    }
    (out + rest).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_xml_cannot_write_come_back() {
        assert_eq!(unescaped("a_x000D_\nb"), "a\r\nb");
        assert_eq!(unescaped("_x005F_x000D_"), "_x000D_");
        for same in ["max_x", "_x00é0_", "_xyz", "_x12"] {
            assert_eq!(unescaped(same), same);
        }
    }
}
