//! Months by their names, in the languages of the exports that we have met.

use chrono::NaiveDate;

/// Names and abbreviations in small letters, January first.
const MONTHS: [&[&str]; 12] = [
    &[
        "january", "jan", "januar", "jänner", "jän", "janvier", "janv", "enero", "ene", "gennaio", "gen", "janeiro",
        "januari",
    ],
    &["february", "feb", "februar", "février", "févr", "fevr", "febrero", "febbraio", "fevereiro", "fev", "februari"],
    &["march", "mar", "märz", "mär", "mrz", "mars", "marzo", "março", "maart", "mrt"],
    &["april", "apr", "avril", "avr", "abril", "abr", "aprile"],
    &["may", "mai", "mayo", "maggio", "mag", "maio", "mei"],
    &["june", "jun", "juni", "juin", "junio", "giugno", "giu", "junho"],
    &["july", "jul", "juli", "juillet", "juil", "julio", "luglio", "lug", "julho"],
    &["august", "aug", "août", "aout", "agosto", "ago", "augustus"],
    &["september", "sep", "sept", "septembre", "septiembre", "settembre", "set", "setembro"],
    &["october", "oct", "oktober", "okt", "octobre", "octubre", "ottobre", "ott", "outubro", "out"],
    &["november", "nov", "novembre", "noviembre", "novembro"],
    &["december", "dec", "dezember", "dez", "décembre", "déc", "diciembre", "dic", "dicembre", "dezembro"],
];

/// The first two letters of the days of the week in the same languages, and words that stand between.
const PASSED: [&str; 36] = [
    "mo", "tu", "we", "th", "fr", "sa", "su", "di", "mi", "do", "so", "lu", "ma", "me", "je", "ve", "ju", "vi", "gi",
    "zo", "wo", "vr", "za", "st", "nd", "rd", "of", "de", "le", "se", "te", "qu", "at", "à", "um", "uhr",
];

/// `Sep 12, 2026`, `12-Sep-26`, `Thursday, 20. Oktober 2016`, `20 oct. 2016`: the day, and the text behind it. `Sep-24` and `September 2024`
/// are the first day of that month, as a spreadsheet has it that writes them so.
pub fn read(text: &str) -> Option<(NaiveDate, &str)> {
    dated(text).or_else(|| month_and_year(text).map(|day| (day, "")))
}

fn month_and_year(text: &str) -> Option<NaiveDate> {
    let letters = text.find(|c: char| !c.is_alphabetic())?;
    let month = month_of(&text[..letters])?;
    let year = text[letters..].trim_start_matches('.');
    let year = match year.strip_prefix(['-', '/', '\'', '’', ' ', '\u{a0}']) {
        Some(digits) if !year.starts_with([' ', '\u{a0}']) && digits.len() == 2 => two_digits(digits)?,
        Some(digits) if digits.len() == 4 => {
            digits.parse().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))?
        }
        _ => return None,
    };
    NaiveDate::from_ymd_opt(year, month, 1)
}

/// A spreadsheet's rule for two digits.
fn two_digits(digits: &str) -> Option<i32> {
    let year: i32 = digits.parse().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))?;
    Some(year + if year < 30 { 2000 } else { 1900 })
}

fn dated(text: &str) -> Option<(NaiveDate, &str)> {
    let (mut day, mut month, mut year) = (None, None, None);
    let mut rest = text;
    loop {
        if let (Some(day), Some(month), Some(year)) = (day, month, year) {
            return Some((NaiveDate::from_ymd_opt(year, month, day)?, rest));
        }
        rest = rest.trim_start_matches([' ', ',', '.', '-', '/', '\u{a0}']);
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let letters = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(digits.max(letters));
        if matches!(digits, 1 | 2) && behind.starts_with(':') && text[..text.len() - rest.len()].ends_with(' ') {
            return clock_first(rest, day?, month?);
        }
        rest = behind;
        match (digits, word) {
            (0, "") => return None,
            (0, word) => match (month_of(word), is_passed(word)) {
                (Some(found), _) if month.is_none() => month = Some(found),
                (_, true) => {}
                _ => return None,
            },
            (4, number) if year.is_none() => year = number.parse().ok(),
            (1 | 2, number) if day.is_none() => day = number.parse().ok(),
            (2, number) if year.is_none() => year = two_digits(number),
            _ => return None,
        }
    }
}

/// `07:05:48 2024`, or with a zone between, as Unix writes it behind the day: the year, in which that day is one, and the clock.
fn clock_first(text: &str, day: u32, month: u32) -> Option<(NaiveDate, &str)> {
    let (clock, year) = text.rsplit_once(' ')?;
    let is_year = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
    let year = year.parse().ok().filter(|_| is_year)?;
    Some((NaiveDate::from_ymd_opt(year, month, day)?, clock))
}

fn month_of(word: &str) -> Option<u32> {
    let word = word.to_lowercase();
    MONTHS.iter().position(|names| names.contains(&word.as_str())).map(|at| at as u32 + 1)
}

fn is_passed(word: &str) -> bool {
    let word = word.to_lowercase();
    PASSED.iter().any(|passed| word.starts_with(passed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_have_names_in_many_languages() {
        for text in [
            "Oct 20, 2016",
            "20-Oct-16",
            "20 October 2016",
            "Thursday, October 20th, 2016",
            "Do, 20. Oktober 2016",
            "20 oct. 2016",
            "jeudi 20 octobre 2016",
            "20 de octubre de 2016",
            "2016-Oct-20",
        ] {
            let read = read(text).map(|(day, rest)| (day.to_string(), rest));
            assert_eq!(read, Some(("2016-10-20".to_string(), "")), "{text}");
        }
        assert_eq!(read("20 Okt 2016 14:05").map(|(_, rest)| rest), Some(" 14:05"));
        for (text, clock) in
            [("Thu Oct 20 07:05:48 2016", "07:05:48"), ("Thu Oct 20 07:05:48 UTC 2016", "07:05:48 UTC")]
        {
            assert_eq!(read(text).map(|(day, rest)| (day.to_string(), rest)), Some(("2016-10-20".to_string(), clock)));
        }
        for text in ["20OCT16:07:05:48", "20/Oct/16:07:05:48"] {
            assert_eq!(
                read(text).map(|(day, rest)| (day.to_string(), rest)),
                Some(("2016-10-20".to_string(), ":07:05:48"))
            );
        }
        for text in ["Sep-24", "Sept 2024", "September 2024", "sep/24", "Set-24", "Sep. 2024"] {
            assert_eq!(read(text).map(|(day, _)| day.to_string()).as_deref(), Some("2024-09-01"), "{text}");
        }
        for wrong in [
            "soon",
            "Sept 31, 2026",
            "Oct 20 07:05:48",
            "Oct 20 07:05:48 16",
            "07:05:48 2016",
            "24-Sep",
            "Sep 24",
            "May 5",
            "Q3-24",
            "Sep-2",
            "Oak 20 2016",
            "20 2016",
            "",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
