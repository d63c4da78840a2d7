//! A reader for shallow TOML with closed keys that collects every mistake instead of stopping at the first.

use crate::problem::{Place, Problem, did_you_mean};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeInteger, DeString, DeTable, DeValue};

/// The text of a TOML piece, where it stands in its file, and the mistakes found so far.
///
/// The piece may be a part of a file, as a fenced block is: `offset` is where it begins.
pub struct Piece<'a> {
    file: PathBuf,
    text: &'a str,
    offset: usize,
    problems: RefCell<Vec<Problem>>,
}

/// One table of a [`Piece`]. Ask for each key once, then [`Fields::finish`] reports the keys nobody asked for.
pub struct Fields<'p, 'a> {
    piece: &'p Piece<'a>,
    table: &'p DeTable<'p>,
    at: usize,
    asked: RefCell<Vec<&'static str>>,
}

/// Stands among the asked keys once all others are allowed.
const ANY: &str = "*";

type Key<'p> = (&'p Spanned<DeString<'p>>, &'p Spanned<DeValue<'p>>);

impl<'a> Piece<'a> {
    /// `text` is the whole file; the TOML is `text[range]`.
    pub fn new(file: &Path, text: &'a str, offset: usize) -> Piece<'a> {
        Piece { file: file.into(), text, offset, problems: RefCell::new(vec![]) }
    }

    /// Parses `toml`, which stands at this piece's offset, and hands its top table to `read`.
    /// A syntax error is a problem and gives `None`.
    pub fn read<T>(&self, toml: &str, read: impl FnOnce(&Fields) -> Option<T>) -> Option<T> {
        match DeTable::parse(toml) {
            Ok(table) => {
                let fields = Fields { piece: self, table: table.get_ref(), at: 0, asked: RefCell::default() };
                let value = read(&fields);
                fields.finish();
                value
            }
            Err(error) => {
                let at = error.span().map_or(0, |s| s.start);
                self.object(at, error.message().to_string(), "");
                None
            }
        }
    }

    pub fn object(&self, at: usize, what: impl Into<String>, hint: impl Into<String>) {
        self.problems.borrow_mut().push(Problem::new(self.place(at), what, hint));
    }

    pub fn place(&self, at: usize) -> Place {
        Place::at(&self.file, self.text, self.offset + at)
    }

    pub fn problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }
}

impl<'p, 'a> Fields<'p, 'a> {
    fn find(&self, key: &'static str) -> Option<Key<'p>> {
        self.ask(key);
        self.table.iter().find(|(name, _)| name.get_ref().as_ref() == key)
    }

    /// Notes that `key` is one of ours.
    fn ask(&self, key: &'static str) {
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&key) {
            asked.push(key);
        }
    }

    fn wrong(&self, key: &str, value: &Spanned<DeValue>, wanted: &str) {
        let what = format!("\"{key}\" is {}", kind(value.get_ref()));
        self.piece.object(value.span().start, what, format!("it wants {wanted}"));
    }

    fn typed<T>(&self, key: &'static str, wanted: &str, read: impl FnOnce(&'p DeValue<'p>) -> Option<T>) -> Option<T> {
        let (_, value) = self.find(key)?;
        let found = read(value.get_ref());
        if found.is_none() {
            self.wrong(key, value, wanted);
        }
        found
    }

    pub fn text(&self, key: &'static str) -> Option<String> {
        self.typed(key, "a text in quotes", |v| match v {
            DeValue::String(s) => Some(s.to_string()),
            _ => None,
        })
    }

    /// A text that must be there.
    pub fn needed(&self, key: &'static str) -> Option<String> {
        if self.has(key) {
            return self.text(key);
        }
        self.ask(key);
        self.piece.object(self.at, format!("\"{key}\" is missing"), format!("add {key} = \"…\""));
        None
    }

    pub fn flag(&self, key: &'static str) -> Option<bool> {
        self.typed(key, "true or false", |v| match v {
            DeValue::Boolean(b) => Some(*b),
            _ => None,
        })
    }

    pub fn integer(&self, key: &'static str) -> Option<i64> {
        self.typed(key, "a whole number", |v| match v {
            DeValue::Integer(n) => whole(n),
            _ => None,
        })
    }

    pub fn number(&self, key: &'static str) -> Option<f64> {
        self.typed(key, "a number", |v| match v {
            DeValue::Float(n) => n.as_str().parse().ok(),
            DeValue::Integer(n) => whole(n).map(|n| n as f64),
            _ => None,
        })
    }

    /// A list of texts; a single text is a list of one.
    pub fn texts(&self, key: &'static str) -> Option<Vec<String>> {
        self.typed(key, "a list of texts", list_of_texts)
    }

    /// A text that must be one of `words`, with what each stands for.
    pub fn one_of<T: Clone>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let word = self.text(key)?;
        let found = words.iter().find(|(name, _)| *name == word).map(|(_, value)| value.clone());
        if found.is_none() {
            let hint = did_you_mean(&word, words.iter().map(|(name, _)| *name));
            self.piece.object(self.at_value(key), format!("\"{key}\" cannot be \"{word}\""), hint);
        }
        found
    }

    /// As [`Fields::one_of`], and it must be there.
    pub fn needed_of<T: Clone>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        if self.has(key) { self.one_of(key, words) } else { self.needed(key).and(None) }
    }

    /// The table under `key`, read by `read`.
    pub fn table<T>(&self, key: &'static str, read: impl FnOnce(&Fields<'p, 'a>) -> Option<T>) -> Option<T> {
        let (_, value) = self.find(key)?;
        self.inner(key, value, read)
    }

    /// The list of tables under `key`: `[[key]]`.
    pub fn tables<T>(&self, key: &'static str, mut read: impl FnMut(&Fields<'p, 'a>) -> Option<T>) -> Vec<T> {
        let Some((_, value)) = self.find(key) else { return vec![] };
        let DeValue::Array(list) = value.get_ref() else {
            self.wrong(key, value, &format!("[[{key}]] tables"));
            return vec![];
        };
        list.iter().filter_map(|item| self.inner(key, item, &mut read)).collect()
    }

    /// The tables under `key` by their own names, in the order of the file: `[key.NAME]`.
    pub fn named<T>(&self, key: &'static str, mut read: impl FnMut(&str, &Fields<'p, 'a>) -> Option<T>) -> Vec<T> {
        let Some((_, value)) = self.find(key) else { return vec![] };
        let DeValue::Table(all) = value.get_ref() else {
            self.wrong(key, value, &format!("[{key}.NAME] tables"));
            return vec![];
        };
        all.iter().filter_map(|(name, item)| self.inner(name.get_ref(), item, |f| read(name.get_ref(), f))).collect()
    }

    /// Every key of this table as a table of its own, in the order of the file.
    pub fn each<T>(&self, mut read: impl FnMut(&str, &Fields<'p, 'a>) -> Option<T>) -> Vec<T> {
        self.ignore_rest();
        self.table
            .iter()
            .filter_map(|(name, item)| self.inner(name.get_ref(), item, |f| read(name.get_ref(), f)))
            .collect()
    }

    /// Every key of this table with a text value, whatever the keys are called: `[columns]`.
    pub fn pairs(&self, key: &'static str) -> Vec<(String, String)> {
        self.table(key, |f| Some(f.all_pairs())).unwrap_or_default()
    }

    /// Every key of this very table with a text value.
    pub fn all_pairs(&self) -> Vec<(String, String)> {
        self.ignore_rest();
        let mut pairs = vec![];
        for (name, item) in self.table.iter() {
            match item.get_ref() {
                DeValue::String(s) => pairs.push((name.get_ref().to_string(), s.to_string())),
                _ => self.wrong(name.get_ref(), item, "a text in quotes"),
            }
        }
        pairs
    }

    /// Every key of this very table with a list of texts.
    pub fn all_texts(&self) -> Vec<(String, Vec<String>)> {
        self.ignore_rest();
        let mut lists = vec![];
        for (name, item) in self.table.iter() {
            match list_of_texts(item.get_ref()) {
                Some(list) => lists.push((name.get_ref().to_string(), list)),
                None => self.wrong(name.get_ref(), item, "a list of texts"),
            }
        }
        lists
    }

    /// The keys asked for so far.
    pub fn asked(&self) -> Vec<&'static str> {
        self.asked.borrow().clone()
    }

    /// The keys nobody asked for, with their places: a block's options. The caller judges them.
    /// Their values are texts; a whole number is read as its text.
    pub fn others(&self) -> Vec<(String, String, Place)> {
        let asked = self.asked.borrow().clone();
        self.ignore_rest();
        let mut others = vec![];
        for (name, item) in self.table.iter().filter(|(name, _)| !asked.contains(&name.get_ref().as_ref())) {
            let word = name.get_ref();
            match text_or_whole(item.get_ref()) {
                Some(text) => others.push((word.to_string(), text, self.piece.place(name.span().start))),
                None => self.piece.object(
                    name.span().start,
                    format!("unknown key \"{word}\""),
                    did_you_mean(word, asked.iter().copied()),
                ),
            }
        }
        others
    }

    /// Says a mistake at the value of `key`, or at the table where there is none.
    pub fn object(&self, key: &str, what: impl Into<String>, hint: impl Into<String>) {
        self.piece.object(self.at_value(key), what, hint);
    }

    /// The place of the value of `key`, or of the table where there is none.
    pub fn place(&self, key: &str) -> Place {
        self.piece.place(self.at_value(key))
    }

    pub fn has(&self, key: &str) -> bool {
        self.table.iter().any(|(name, _)| name.get_ref().as_ref() == key)
    }

    fn at_value(&self, key: &str) -> usize {
        let found = self.table.iter().find(|(name, _)| name.get_ref().as_ref() == key);
        found.map_or(self.at, |(_, value)| value.span().start)
    }

    fn inner<T>(
        &self,
        key: &str,
        value: &'p Spanned<DeValue<'p>>,
        read: impl FnOnce(&Fields<'p, 'a>) -> Option<T>,
    ) -> Option<T> {
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong(key, value, "a table");
            return None;
        };
        let fields = Fields { piece: self.piece, table, at: value.span().start, asked: RefCell::default() };
        let found = read(&fields);
        fields.finish();
        found
    }

    /// Every key that nobody asked for is a mistake.
    fn finish(&self) {
        let asked = self.asked.borrow();
        if asked.contains(&ANY) {
            return;
        }
        for (name, _) in self.table.iter().filter(|(name, _)| !asked.contains(&name.get_ref().as_ref())) {
            let word = name.get_ref();
            self.piece.object(
                name.span().start,
                format!("unknown key \"{word}\""),
                did_you_mean(word, asked.iter().copied()),
            );
        }
    }

    /// The other keys of this table are not ours to judge.
    pub fn ignore_rest(&self) {
        self.ask(ANY);
    }
}

fn list_of_texts(value: &DeValue) -> Option<Vec<String>> {
    match value {
        DeValue::String(s) => Some(vec![s.to_string()]),
        DeValue::Array(list) => list
            .iter()
            .map(|item| match item.get_ref() {
                DeValue::String(s) => Some(s.to_string()),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

fn whole(n: &DeInteger) -> Option<i64> {
    i64::from_str_radix(n.as_str(), n.radix()).ok()
}

fn text_or_whole(value: &DeValue) -> Option<String> {
    match value {
        DeValue::String(s) => Some(s.to_string()),
        DeValue::Integer(n) => whole(n).map(|n| n.to_string()),
        _ => None,
    }
}

fn kind(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The texts under `key`, each one of the `known` words.
pub fn words<T: Copy>(f: &Fields, key: &'static str, known: &[(&str, T)]) -> Vec<T> {
    let mut found = vec![];
    for word in f.texts(key).unwrap_or_default() {
        match known.iter().find(|(name, _)| *name == word) {
            Some((_, value)) => found.push(*value),
            None => f.object(
                key,
                format!("\"{key}\" cannot hold \"{word}\""),
                did_you_mean(&word, known.iter().map(|(name, _)| *name)),
            ),
        }
    }
    found
}
