//! Of which day a file is: said by hand, else in its name or folder, else in the zip, else in its rows.

use super::find::Found;
use chrono::NaiveDate;

/// A snapshot date and where it was taken from, in words for the person who loads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dated {
    pub day: NaiveDate,
    pub from: &'static str,
}

/// How a file is dated that only its rows date.
pub const BY_STAMPS: &str = "the newest stamp in its rows";

/// The date said by hand, or by the names around the file; `None` if only its rows can tell.
pub fn date_of(found: &Found, by_hand: Option<NaiveDate>, set_newest: Option<NaiveDate>) -> Option<Dated> {
    let dated = |from: &'static str| move |day| Dated { day, from };
    // A backup keeps its tables in a folder of its own, `2026-03-01/Data`.
    let folders = found.path.ancestors().skip(1).take(2).filter_map(|folder| folder.file_name());
    let in_folder = || folders.into_iter().find_map(|folder| date_in(&folder.to_string_lossy()));
    let zipped = set_newest.or(found.entry.as_ref().and_then(|entry| entry.newest));
    by_hand
        .map(dated("--snapshot"))
        .or_else(|| date_in(&found.file_name()).map(dated("the file's name")))
        .or_else(|| in_folder().map(dated("the folder's name")))
        .or_else(|| zipped.map(dated("the newest entry of the zip")))
}

/// The first `2026-10-25` (also with `_` or nothing between) in `name`; or the day of `report1761350400000`, as Salesforce calls what its
/// reports are exported to: the milliseconds since 1970.
fn date_in(name: &str) -> Option<NaiveDate> {
    dated_span(name).map(|(day, _)| day).or_else(|| report_day(name))
}

fn report_day(name: &str) -> Option<NaiveDate> {
    let behind = name.get(.."report".len()).filter(|word| word.eq_ignore_ascii_case("report")).map(str::len)?;
    let digits: String = name[behind..].chars().take_while(char::is_ascii_digit).collect();
    let moment = digits.parse().ok().filter(|_| digits.len() == 13)?;
    Some(chrono::DateTime::from_timestamp_millis(moment)?.date_naive())
}

/// A file's stem without what people and browsers add to it: `Opportunity_2026-01-04`, `User (1)`.
pub fn without_date(stem: &str) -> String {
    let mut word = stem.trim().to_string();
    if let Some((_, span)) = dated_span(&word) {
        word.replace_range(span, "");
    }
    let copy = word.trim_end().strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    let copy =
        copy.filter(|(_, number)| number.bytes().all(|b| b.is_ascii_digit())).map(|(before, _)| before.to_string());
    word = copy.unwrap_or(word);
    word.trim_matches([' ', '-', '.']).trim_end_matches('_').trim_start_matches('_').to_string()
}

fn dated_span(name: &str) -> Option<(NaiveDate, std::ops::Range<usize>)> {
    let bytes = name.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    (0..bytes.len()).find_map(|at| {
        if (at > 0 && digit(at - 1)) || !(at..at + 4).all(digit) {
            return None;
        }
        let gap = usize::from(bytes.get(at + 4).is_some_and(|b| matches!(b, b'-' | b'_')));
        let (month, day) = (at + 4 + gap, at + 6 + 2 * gap);
        let same_gap = gap == 0 || bytes.get(month + 2) == bytes.get(at + 4);
        if !same_gap || digit(day + 2) || ![month, month + 1, day, day + 1].into_iter().all(digit) {
            return None;
        }
        let number = |from: usize, len: usize| name.get(from..from + len)?.parse::<u32>().ok();
        let found = NaiveDate::from_ymd_opt(number(at, 4)? as i32, number(month, 2)?, number(day, 2)?)?;
        Some((found, at..day + 2))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_found_in_a_name_and_numbers_are_not_dates() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        assert_eq!(date_in("Deals_2026_05_28.csv"), day("2026-05-28"));
        assert_eq!(date_in("2026-10-25"), day("2026-10-25"));
        assert_eq!(date_in("export20261025.csv"), day("2026-10-25"));
        assert_eq!(date_in("report1761350400000.csv"), day("2025-10-25"));
        assert_eq!(date_in("report17613504000001.csv"), None);
        assert_eq!(date_in("deals1761350400000.csv"), None);
        assert_eq!(date_in("WE_00D4J000000CuzUUAS_1.ZIP"), None);
        assert_eq!(date_in("2026-13-01"), None);
    }

    #[test]
    fn a_dated_file_is_of_the_object_it_is_called_after() {
        for stem in [
            "Opportunity",
            "Opportunity_2026-01-04",
            "2026_01_04 Opportunity",
            "Opportunity (1)",
            "Opportunity-20260104 (2)",
        ] {
            assert_eq!(without_date(stem), "Opportunity");
        }
        assert_eq!(without_date("Engagement__c"), "Engagement__c");
    }
}
