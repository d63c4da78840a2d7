//! What type a column is of, by all its cells, and why.

use super::tally::{Reading, Tally, Tried};
use super::words::Meaning;
use crate::landing::dates::Order;
use crate::landing::numbers::Mark;
use uptake_spec::source::ColumnType;

/// A type, and why it is that one.
#[derive(Debug, Clone)]
pub struct Typed {
    pub kind: ColumnType,
    pub why: String,
    /// Another reading, with what speaks for it.
    pub or: Option<(ColumnType, String)>,
    /// Texts of this column that mean nothing: the few that do not fit.
    pub junk: Vec<String>,
    /// What its dates say about day and month, and its numbers about points and commas.
    pub order: Said<Order>,
    pub mark: Said<Mark>,
    /// Times of day by themselves.
    pub is_clock: bool,
    pub is_email: bool,
    /// Its times say no zone.
    pub needs_zone: bool,
}

/// What a column says of itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Said<T> {
    Nothing,
    /// With why.
    Says(T, String),
    /// Two readings are possible.
    Both(String),
    /// Some cells say one thing, and others another.
    Torn(String),
}

impl Typed {
    fn new(kind: ColumnType, why: String) -> Typed {
        let (order, mark) = (Said::Nothing, Said::Nothing);
        Typed { kind, why, or: None, junk: vec![], order, mark, is_clock: false, is_email: false, needs_zone: false }
    }

    pub fn is_time(&self) -> bool {
        matches!(self.kind, ColumnType::Day | ColumnType::Date | ColumnType::Instant)
    }

    pub fn is_number(&self) -> bool {
        matches!(self.kind, ColumnType::Integer | ColumnType::Decimal)
    }
}

/// The type of a column whose heading means this.
pub fn typed(tally: &Tally, meaning: &Meaning) -> Typed {
    if tally.filled == 0 {
        return Typed::new(ColumnType::Text, "no row has a value in it".into());
    }
    let told = times(tally, meaning).or_else(|| numbers(tally, meaning)).or_else(|| booleans(tally));
    told.unwrap_or_else(|| texts(tally))
}

const SAYS_TIME: [&str; 4] = ["time", "begin", "end", "changed"];

fn times(tally: &Tally, meaning: &Meaning) -> Option<Typed> {
    let says_time = meaning.any(&SAYS_TIME);
    // Who changed it, and the number of an entry, are no times.
    let may_count = says_time && !meaning.any(&["id", "by"]);
    let all = counted(tally.filled);
    if may_count && let Some(junk) = holds(tally, Reading::Serial) {
        let kind = if tally.hours > 0 { ColumnType::Instant } else { ColumnType::Day };
        let why =
            format!("{all} are bare numbers from 20000 to 80000, a spreadsheet's days: {} and the like", tally.example);
        let or = Some((ColumnType::Integer, "if they are numbers after all".to_string()));
        let needs_zone = kind == ColumnType::Instant;
        return Some(Typed { junk, or, needs_zone, ..Typed::new(kind, why) });
    }
    if may_count && let Some(junk) = holds(tally, Reading::Epoch) {
        let why = format!("{all} are seconds since 1970, or parts of them: {}", tally.example);
        return Some(Typed { junk, ..Typed::new(ColumnType::Instant, why) });
    }
    if let Some(junk) = holds(tally, Reading::Clock) {
        let why = format!("{all} are times of day: {}; the queries put them together with a day", tally.example);
        return Some(Typed { junk, is_clock: true, ..Typed::new(ColumnType::Text, why) });
    }
    let (day_first, month_first) = (holds(tally, Reading::Dmy), holds(tally, Reading::Mdy));
    let torn = tally.day_leads > 0 && tally.month_leads > 0 && day_first.is_none() && month_first.is_none();
    let junk = match (day_first, month_first) {
        (Some(_), Some(junk)) if tally.month_leads > tally.day_leads => junk,
        (Some(junk), _) | (None, Some(junk)) => junk,
        // Half of the dates are one way, half the other: still a column of dates.
        (None, None) if torn && tally.day_leads + tally.month_leads + tally.either == tally.filled => vec![],
        (None, None) => return None,
    };
    // 20161020 is a day, and may be an order's number.
    let bare = tally.tried(Reading::Whole).fits == tally.filled;
    if bare && !says_time {
        return None;
    }
    let kind = if tally.hours > 0 { ColumnType::Instant } else { ColumnType::Day };
    let order = order(tally);
    let hours =
        if tally.hours == 0 { "without an hour".into() } else { format!("{} with an hour", number(tally.hours)) };
    let why = format!("{all} are dates, {hours}: {}", tally.example);
    let or = (kind == ColumnType::Instant)
        .then(|| (ColumnType::Day, "if only the day counts, as that clock had it".to_string()));
    let needs_zone = kind == ColumnType::Instant && tally.zoned < tally.hours;
    Some(Typed { junk, or, order, needs_zone, ..Typed::new(kind, why) })
}

/// What stands first in the dates of a column.
fn order(tally: &Tally) -> Said<Order> {
    let (day, month, either) = (number(tally.day_leads), number(tally.month_leads), number(tally.either));
    match (tally.day_leads, tally.month_leads) {
        (0, 0) if tally.either == 0 => Said::Nothing,
        (0, 0) => {
            Said::Both(format!("in none of its dates is a number above 12: {} may be two days", tally.first_either))
        }
        (_, 0) => Said::Says(
            Order::Dmy,
            format!("a number above 12 stands first in {day} of its dates, second in none; {either} could be both"),
        ),
        (0, _) => Said::Says(
            Order::Mdy,
            format!("a number above 12 stands second in {month} of its dates, first in none; {either} could be both"),
        ),
        _ => Said::Torn(format!("a number above 12 stands first in {day} of its dates and second in {month}")),
    }
}

fn numbers(tally: &Tally, meaning: &Meaning) -> Option<Typed> {
    let whole = holds(tally, Reading::Whole);
    let (point, comma) = (holds(tally, Reading::Point), holds(tally, Reading::Comma));
    let (mark, junk) = match tally.numbers.clone().mark("", "", None) {
        Ok(None) => (Said::Nothing, whole.clone().or(point)?),
        Ok(Some(Mark::Point)) => (Said::Says(Mark::Point, written(tally, "point")), point?),
        Ok(Some(Mark::Comma)) => (Said::Says(Mark::Comma, written(tally, "comma")), comma?),
        Err(_) if point.is_some() && comma.is_some() => {
            let why = "no number of it says whether 1.234 is a thousand and some, or one and some".to_string();
            (Said::Both(why), point?)
        }
        Err(_) => (Said::Torn("some of its numbers have a decimal point, others a comma".into()), point.or(comma)?),
    };
    let all = counted(tally.filled);
    let example = &tally.example;
    let text = |why: String| Some(Typed::new(ColumnType::Text, why));
    if tally.padded > 0 {
        return text(format!("{all} are digits, and {} begin with a 0: a number would lose it", number(tally.padded)));
    }
    if tally.longest > 14 && whole.is_some() {
        return text(format!("{all} are digits, up to {}: too long to count with", tally.longest));
    }
    if meaning.any(&["id", "phone"]) && !meaning.any(&["amount", "count"]) && whole.is_some() {
        return text(format!("{all} are whole numbers, and by the heading an id or the like: nobody counts with it"));
    }
    match whole {
        Some(junk) if tally.fractions == 0 => {
            let why = format!("{all} are whole numbers: {example}");
            Some(Typed { junk, ..Typed::new(ColumnType::Integer, why) })
        }
        _ => {
            let why = format!("{all} are numbers: {example}");
            Some(Typed { junk, mark, ..Typed::new(ColumnType::Decimal, why) })
        }
    }
}

fn written(tally: &Tally, mark: &str) -> String {
    format!(
        "{} of its values have a point or a comma, and what can be read in one way has a decimal {mark}",
        number(tally.fractions)
    )
}

fn booleans(tally: &Tally) -> Option<Typed> {
    let junk = holds(tally, Reading::Boolean).filter(|_| tally.distinct() <= 4)?;
    let words: Vec<&str> = tally.by_count().into_iter().map(|(value, _)| value).collect();
    let why = format!("{} are one of {}", counted(tally.filled), words.join(", "));
    let or = Some((ColumnType::Text, "to keep the words".to_string()));
    Some(Typed { junk, or, ..Typed::new(ColumnType::Boolean, why) })
}

fn texts(tally: &Tally) -> Typed {
    let emails = tally.tried(Reading::Email);
    let is_email = emails.fails * 10 <= tally.filled && emails.fits > 0 && !emails.is_hopeless();
    let different = match tally.distinct() {
        distinct if tally.unique => format!("{} values, no two the same", number(distinct as u64)),
        distinct => format!("{} values, {} different", number(tally.filled), number(distinct as u64)),
    };
    let why =
        if is_email { format!("{different}, e-mail addresses") } else { format!("{different}: {}", tally.example) };
    let mostly =
        [(Reading::Dmy, ColumnType::Day), (Reading::Mdy, ColumnType::Day), (Reading::Point, ColumnType::Decimal)];
    let or = mostly.into_iter().find_map(|(reading, kind)| {
        let tried = tally.tried(reading);
        let most = !tried.is_hopeless() && tried.fits >= 9 * tried.fails && tried.fits > 0;
        most.then(|| {
            (
                kind,
                format!(
                    "{} fit, {} do not ({}): those rows would be rejects",
                    number(tried.fits),
                    number(tried.fails),
                    junk_of(tried)
                ),
            )
        })
    });
    Typed { is_email, or, ..Typed::new(ColumnType::Text, why) }
}

/// Whether all cells of a column fit, or nearly all, and those that do not are two or three words that mean nothing.
fn holds(tally: &Tally, reading: Reading) -> Option<Vec<String>> {
    let tried = tally.tried(reading);
    let fits = tried.fits > 0 && tried.junk.len() <= 3 && tried.fails * 10 <= tally.filled;
    fits.then(|| tried.junk.keys().cloned().collect())
}

fn junk_of(tried: &Tried) -> String {
    let shown: Vec<String> = tried.junk.keys().take(3).map(|word| format!("\"{word}\"")).collect();
    shown.join(", ")
}

fn counted(filled: u64) -> String {
    match filled {
        1 => "its one value".into(),
        filled => format!("all {} values", number(filled)),
    }
}

/// `8,800`.
pub fn number(count: u64) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).expect("digits")).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(heading: &str, cells: &[&str]) -> (ColumnType, Typed) {
        let mut tally = Tally::default();
        cells.iter().zip(2..).for_each(|(cell, line)| tally.note(cell.as_bytes(), line, false));
        let typed = typed(&tally, &Meaning::of(heading));
        (typed.kind, typed)
    }

    #[test]
    fn a_column_is_what_all_its_cells_are() {
        for (heading, cells, expected) in [
            ("close_date", &["10/20/2016", "03/04/2016"][..], ColumnType::Day),
            ("close_date", &["42663", "42700"], ColumnType::Day),
            ("close_date", &["42663.0", "42700.0"], ColumnType::Day),
            ("close_date", &["42663.0", "42700.25"], ColumnType::Instant),
            ("amount", &["42663", "42700"], ColumnType::Integer),
            ("amount", &["1.234,50", "7"], ColumnType::Decimal),
            ("at", &["20.10.2016 10:15", "21.10.2016 11:00"], ColumnType::Instant),
            ("at", &["2016-10-20 10:15:00,123", "2016-10-21 11:00:00,001"], ColumnType::Instant),
            ("at", &["Thu Oct 20 10:15:00 2016", "Oct 21, 2016 at 11:00 a.m."], ColumnType::Instant),
            ("login time", &["1767603600", "1767603700"], ColumnType::Instant),
            ("login time", &["1767603600.25", "1767603700.5"], ColumnType::Instant),
            ("login time", &["20161020101500", "20161021110000"], ColumnType::Instant),
            ("modified_by", &["4876876000000303001", "4876876000000303002"], ColumnType::Text),
            ("order_no", &["20240105-000001", "20240105-000002"], ColumnType::Text),
            ("duration", &["1:01h", "2:30h"], ColumnType::Text),
            ("order_id", &["20161020101500", "20161021110000"], ColumnType::Text),
            ("amount", &["1767603600.25", "1767603700.5"], ColumnType::Decimal),
            ("order_id", &["20161020", "20161021"], ColumnType::Text),
            ("day", &["20161020", "20161021"], ColumnType::Day),
            ("zip", &["01234", "99999"], ColumnType::Text),
            ("Telefon", &["4930123", "4930124"], ColumnType::Text),
            ("active", &["WAHR", "FALSCH"], ColumnType::Boolean),
            ("owner", &["Ann", "Bob"], ColumnType::Text),
            ("empty", &["", "?"], ColumnType::Text),
        ] {
            assert_eq!(kind(heading, cells).0, expected, "{heading}: {cells:?}");
        }
    }

    #[test]
    fn what_is_ambiguous_is_no_type_s_secret() {
        assert!(matches!(kind("close", &["01/02/2016", "03/04/2016"]).1.order, Said::Both(_)));
        assert!(matches!(kind("close", &["13/02/2016", "03/04/2016"]).1.order, Said::Says(Order::Dmy, _)));
        assert!(matches!(kind("close", &["13/02/2016", "02/13/2016"]).1.order, Said::Torn(_)));
        assert!(matches!(kind("amount", &["1.234", "5.678"]).1.mark, Said::Both(_)));
    }

    #[test]
    fn two_or_three_words_among_dates_mean_nothing() {
        let mut cells = vec!["2016-10-20"; 30];
        cells.push("tbd");
        let (kind, typed) = kind("close", &cells);
        assert_eq!((kind, typed.junk), (ColumnType::Day, vec!["tbd".to_string()]));
        assert_eq!((number(8800), number(12), number(1_000_000)), ("8,800".into(), "12".into(), "1,000,000".into()));
    }
}
