//! Headings, stems and names of files as people and tools write them: which of them are one word, and which fit a pattern.

/// A word in small letters, without all that is neither letter nor digit.
pub fn folded(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The same of a pattern, whose `*` stay.
pub fn folded_pattern(pattern: &str) -> String {
    pattern.split('*').map(folded).collect::<Vec<_>>().join("*")
}

/// The part number by which a stem fits a pattern; 0 where the pattern asks for none.
pub fn part_of(pattern: &str, stem: &str) -> Option<u32> {
    let Some((before, after)) = pattern.split_once("{part}") else { return like(pattern, stem).then_some(0) };
    (0..stem.len()).find_map(|from| {
        let rest = stem.get(from..)?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = rest[..digits].parse().ok()?;
        (like(before, &stem[..from]) && like(after, &rest[digits..])).then_some(number)
    })
}

/// Whether a text fits a pattern in which `*` stands for any text. Case does not matter.
pub fn like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern.eq_ignore_ascii_case(text),
        Some((before, after)) => strip(text, before, "").is_some_and(|rest| {
            rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| like(after, &rest[at..]))
        }),
    }
}

/// What stands between the two in a name that begins and ends so. Case does not matter.
pub fn strip<'a>(name: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let head = name.get(..before.len())?;
    let tail = name.get(name.len().checked_sub(after.len())?.max(before.len())..)?;
    let fits = head.eq_ignore_ascii_case(before) && tail.eq_ignore_ascii_case(after);
    fits.then(|| name.get(before.len()..name.len() - after.len())).flatten()
}
