//! What headings and values mean, by the lists of `words.toml`.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

type Lists = BTreeMap<String, Vec<String>>;

#[derive(Deserialize)]
struct Words {
    headings: Lists,
    values: Lists,
    order: Lists,
    cells: Lists,
}

static WORDS: LazyLock<Words> =
    LazyLock::new(|| toml::from_str(include_str!("words.toml")).expect("the test below reads it"));

/// What a heading or a file's name means: the names of the lists that have one of its words.
#[derive(Debug, Clone, Default)]
pub struct Meaning(Vec<&'static str>);

impl Meaning {
    pub fn of(heading: &str) -> Meaning {
        let (tokens, whole) = (tokens(heading), heading.trim().to_lowercase());
        let is_said = |word: &String| match word.strip_prefix('=') {
            Some(exact) => exact == whole,
            None if word.contains(' ') => has_words(&whole, word),
            None => tokens.iter().any(|token| means(token, word)),
        };
        let fits = |words: &&'static Vec<String>| words.iter().any(is_said);
        Meaning(WORDS.headings.iter().filter(|(_, words)| fits(words)).map(|(list, _)| list.as_str()).collect())
    }

    pub fn has(&self, list: &str) -> bool {
        debug_assert!(WORDS.headings.contains_key(list), "words.toml has no list {list}");
        self.0.contains(&list)
    }

    pub fn any(&self, lists: &[&str]) -> bool {
        lists.iter().any(|list| self.has(list))
    }
}

/// Whether a value has a word of a list, as a word by itself.
pub fn says(value: &str, list: &str) -> bool {
    let value = value.to_lowercase();
    let tokens = tokens(&value);
    let has = |word: &String| {
        tokens.contains(word) || (word.contains(' ') && value.contains(word.as_str())) || value == *word
    };
    WORDS.values.get(list).is_some_and(|words| words.iter().any(has))
}

/// How far a deal in this stage is, 10 to 60; `None` for a stage whose words tell nothing.
pub fn progress(stage: &str) -> Option<u32> {
    let tokens = tokens(stage);
    let has = |words: &Vec<String>| words.iter().any(|word| tokens.contains(word));
    let found = WORDS.order.iter().filter(|(_, words)| has(words)).filter_map(|(order, _)| order.parse().ok());
    found.max()
}

pub fn is_nothing(cell: &str) -> bool {
    // None of them is longer, and many cells are.
    cell.len() <= 19 && WORDS.cells["nothing"].iter().any(|word| word == cell)
}

/// `Deal Owner`, `dealOwner` and `deal_owner` are deal and owner.
pub fn tokens(text: &str) -> Vec<String> {
    let mut tokens = vec![String::new()];
    let mut before = ' ';
    for c in text.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase()) {
            tokens.push(String::new());
        }
        if c.is_alphanumeric() {
            tokens.last_mut().expect("there is one").extend(c.to_lowercase());
        }
        before = c;
    }
    tokens.retain(|token| !token.is_empty());
    tokens
}

fn means(token: &str, word: &str) -> bool {
    token == word || (word.chars().count() >= 4 && (token.starts_with(word) || token.ends_with(word)))
}

/// Whether a text has several words as they stand, and no longer word before them.
fn has_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_means_what_its_words_mean() {
        for (heading, lists) in [
            ("opportunity_id", &["deal", "id"][..]),
            ("sales_agent", &["person"]),
            ("Abschlussdatum", &["end", "time"]),
            ("closeDate", &["end", "time"]),
            ("Change Date+Time", &["changed", "time"]),
            ("SR Number", &["case", "id"]),
            ("org:resource", &["person"]),
            ("case:concept:name", &["case", "id"]),
            ("concept:name", &["state"]),
            ("Anmeldezeit", &["login", "time"]),
            ("Benutzername", &["person", "name"]),
            ("Proprietário", &["person", "owner"]),
            ("AE en charge", &["person", "owner"]),
            ("Heure de mise à jour", &["changed"]),
            ("Gesch. Abschlussdatum", &["end", "due", "closing"]),
            ("Datum des gewonnenen Deals", &["won", "deal"]),
            ("Person", &["someone"]),
        ] {
            let meaning = Meaning::of(heading);
            assert!(lists.iter().all(|list| meaning.has(list)), "{heading}: {meaning:?}");
        }
        assert!(!Meaning::of("note").has("id"), "no is a word by itself");
        assert!(!Meaning::of("Candidate").has("id"));
        assert!(!Meaning::of("Geschlossen am").has("due") && !Meaning::of("Personal").has("someone"));
        assert!(!Meaning::of("Open charges").has("owner"), "en is a word by itself");
    }

    #[test]
    fn a_value_says_how_it_ended() {
        assert!(says("Closed Won", "won") && says("WON", "won") && says("In Progress", "case"));
        assert!(!says("Wonder", "won") && !says("closest", "closed"));
        assert!(says("closedwon", "won") && says("closedlost", "lost") && says("Fechado", "closed"));
        assert!(progress("Prospecting") < progress("Engaging") && progress("Proposal/Price Quote") == Some(40));
        assert!(is_nothing("?") && !is_nothing("x"));
        assert!(WORDS.cells["nothing"].iter().all(|word| is_nothing(word)));
    }
}
