//! Of which day a file is: said by hand, else in its name or folder, else in the zip, else in its rows.

use super::find::Found;
use chrono::NaiveDate;
use uptake_spec::source::DateOrder;

/// A snapshot date and where it was taken from, in words for the person who loads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dated {
    pub day: NaiveDate,
    pub from: &'static str,
}

/// How a file is dated that only its rows date.
pub const BY_STAMPS: &str = "the newest stamp in its rows";

/// How a view is dated that its name does.
pub const BY_VIEW: &str = "the day in the view's name";

/// The date said by hand, or by the names around the file; `None` if only its rows can tell.
pub fn date_of(
    found: &Found,
    by_hand: Option<NaiveDate>,
    set_newest: Option<NaiveDate>,
    order: Option<DateOrder>,
) -> Option<Dated> {
    let dated = |from: &'static str| move |day| Dated { day, from };
    // A backup keeps its tables in a folder of its own, `2026-03-01/Data`.
    let folders = found.path.ancestors().skip(1).take(2).filter_map(|folder| folder.file_name());
    let in_folder = || folders.into_iter().find_map(|folder| date_in(&folder.to_string_lossy()));
    let zipped = set_newest.or(found.entry.as_ref().and_then(|entry| entry.newest));
    by_hand
        .map(dated("--snapshot"))
        .or_else(|| date_in(&found.file_name()).map(dated("the file's name")))
        .or_else(|| said_in(&found.file_name(), order).map(|(day, _)| day).map(dated(BY_VIEW)))
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

/// `Open Deals 5-13-2024 2-33-00 PM`, `Offene Chancen 01.05.2024 14-33-00`: the day a view was exported, as Dynamics writes it for whoever did,
/// and where in the name it stands. `None` for a day that can be read in two ways and `order` does not say which.
fn said_in(name: &str, order: Option<DateOrder>) -> Option<(NaiveDate, std::ops::Range<usize>)> {
    let begins = |at: &usize| !name[..*at].ends_with(|c: char| c.is_ascii_digit());
    let starts = name.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at);
    starts.filter(begins).find_map(|at| {
        let (first, behind) = digits(&name[at..], 1..=2)?;
        let mark = behind.chars().next().filter(|c| matches!(c, '-' | '.'))?;
        let (second, behind) = digits(&behind[1..], 1..=2)?;
        let (year, behind) = digits(behind.strip_prefix(mark)?, 4..=4)?;
        let behind = behind_clock(behind)?;
        let order = match (mark, first, second) {
            ('.', ..) | (_, 13.., _) => DateOrder::Dmy,
            (_, _, 13..) => DateOrder::Mdy,
            _ if first == second => DateOrder::Dmy,
            _ => order?,
        };
        let (day, month) = if order == DateOrder::Dmy { (first, second) } else { (second, first) };
        Some((NaiveDate::from_ymd_opt(year as i32, month, day)?, at..name.len() - behind.len()))
    })
}

/// What stands behind ` 2-33-00 PM`.
fn behind_clock(text: &str) -> Option<&str> {
    let is_blank = |c: char| c.is_whitespace() || c == '_';
    let (_, behind) = digits(text.strip_prefix(is_blank)?, 1..=2)?;
    let (_, behind) = digits(behind.strip_prefix('-')?, 2..=2)?;
    let (_, behind) = digits(behind.strip_prefix('-')?, 2..=2)?;
    let half = behind.trim_start_matches(is_blank);
    let is_half = |word: &&&str| half.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    Some(["am", "pm", "a.m.", "p.m."].iter().find(is_half).map_or(behind, |word| &half[word.len()..]))
}

/// The number a text begins with, of so many digits, and the rest.
fn digits(text: &str, many: std::ops::RangeInclusive<usize>) -> Option<(u32, &str)> {
    let (number, rest) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    many.contains(&number.len()).then(|| number.parse().ok())?.map(|number| (number, rest))
}

/// A file's stem without what people and browsers add to it: `Opportunity_2026-01-04`, `User (1)`.
pub fn without_date(stem: &str) -> String {
    let mut word = stem.trim().to_string();
    if let Some(span) = dated_span(&word)
        .map(|(_, span)| span)
        .or_else(|| Some(said_in(&word, Some(DateOrder::Dmy)).or_else(|| said_in(&word, Some(DateOrder::Mdy)))?.1))
    {
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
    fn a_view_bears_the_day_and_the_clock_of_its_export() {
        let (mdy, dmy) = (Some(DateOrder::Mdy), Some(DateOrder::Dmy));
        let said = |name: &str, order| said_in(name, order).map(|(day, _)| day.to_string());
        for (name, order, day) in [
            ("My Open Opportunities 5-13-2024 2-33-00 PM.xlsx", None, "2024-05-13"),
            ("Active Accounts 13-5-2024 2-33-00\u{202f}pm.xlsx", mdy, "2024-05-13"),
            ("Active Accounts 05-05-2024 14-33-00.xlsx", None, "2024-05-05"),
            ("My Open Opportunities 5-1-2024 2-33-00 PM.xlsx", mdy, "2024-05-01"),
            ("My Open Opportunities 5-1-2024 2-33-00 PM.xlsx", dmy, "2024-01-05"),
            ("Offene Verkaufschancen 01.05.2024 14-33-00 (1).xlsx", mdy, "2024-05-01"),
        ] {
            assert_eq!(said(name, order), Some(day.into()), "{name}");
        }
        assert_eq!(said("My Open Opportunities 5-1-2024 2-33-00 PM.xlsx", None), None, "in May, or in January");
        // Without a clock it may be anything: a version, a range of months.
        for name in ["deals 5-13-2024.csv", "deals 31.02.2024 14-33-00.csv", "deals 1-2-3 4-5-6.csv", "7.csv", ""] {
            assert_eq!(said(name, dmy), None, "{name}");
        }
        for name in ["All Quotes 5-1-2024 3-00-00 PM", "All Quotes 13-5-2024 3-00-00 p.m. (1)"] {
            assert_eq!(without_date(name), "All Quotes");
        }
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
