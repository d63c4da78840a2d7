//! From the text of one cell to its value, by the type its column declares.

use super::clocks::minutes_east;
use super::dates::{Order, is_dated, is_day_zero, read_other_date, read_serial};
use super::numbers::{Mark, plain};
use chrono::{DateTime, Datelike, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use uptake_spec::source::ColumnType;

/// One value of a small table in memory.
pub type Cell = Datum<'static>;

/// One value as it lands; its text is borrowed from the file where it can be.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum<'t> {
    Nothing,
    Text(Cow<'t, str>),
    Integer(i64),
    /// Ten-thousandths.
    Decimal(i128),
    Date(NaiveDate),
    Instant(DateTime<Utc>),
    Boolean(bool),
}

/// How the cells of one column are read.
#[derive(Debug, Clone, Default)]
pub struct Habits {
    /// Texts that mean nothing, beside the empty one.
    pub nothing: Vec<String>,
    /// The zone of timestamps that carry none.
    pub zone: Option<Tz>,
    /// An empty boolean means false.
    pub empty_is_false: bool,
    /// What is taken off the front of an id; with it, no id is a Salesforce one.
    pub id_prefix: Option<String>,
    /// What stands first in dates such as `02/03/2026`.
    pub order: Option<Order>,
    /// What stands before the fractions of numbers; a point where the column does not say.
    pub mark: Option<Mark>,
    /// Words of the source's own that are true or false.
    pub booleans: Vec<(String, bool)>,
    /// Its dates are bare numbers of days, as spreadsheets count them.
    pub serials: bool,
    /// How many times the clock of the zone had jumped over, and were read as if it had not yet.
    pub jumped: Option<Arc<AtomicU64>>,
}

/// Words that everybody uses, in capitals or not, and those that spreadsheets write in other languages.
const BOOLEANS: [(&str, bool); 22] = [
    ("1", true),
    ("0", false),
    ("true", true),
    ("false", false),
    ("yes", true),
    ("no", false),
    ("y", true),
    ("n", false),
    ("t", true),
    ("f", false),
    ("done", true),
    ("to do", false),
    ("wahr", true),
    ("falsch", false),
    ("vrai", true),
    ("faux", false),
    ("verdadero", true),
    ("falso", false),
    ("vero", true),
    ("verdadeiro", true),
    ("waar", true),
    ("onwaar", false),
];

/// Digits before the point that a Decimal(18,4) can hold.
const WHOLE_DIGITS: usize = 14;

/// Reads `text` as `kind`.
///
/// # Errors
/// Why it cannot be read, as a reason for a reject: `"2026-02-30" is no date`.
pub fn read_cell<'t>(text: &'t str, kind: ColumnType, habits: &Habits) -> Result<Datum<'t>, String> {
    // Blanks around a text are padding, of which no two exports have the same: " 2" and "2" are one id.
    let text = text.trim();
    if text.is_empty() || habits.nothing.iter().any(|word| word == text) {
        let untrue = kind == ColumnType::Boolean && habits.empty_is_false;
        return Ok(if untrue { Datum::Boolean(false) } else { Datum::Nothing });
    }
    if text.starts_with("00") && is_dated(kind) && is_day_zero(text) {
        return Ok(Datum::Nothing);
    }
    match kind {
        ColumnType::Text => Ok(Datum::Text(text.into())),
        ColumnType::Id => Ok(Datum::Text(read_id(text, habits.id_prefix.as_deref()))),
        ColumnType::Integer => read_integer(text, habits).map(Datum::Integer),
        ColumnType::Decimal => read_decimal(text, habits).map(Datum::Decimal),
        ColumnType::Date => read_date(text, habits).and_then(|day| thinkable(day, text).map(|()| Datum::Date(day))),
        ColumnType::Day => read_day(text, habits).and_then(|day| thinkable(day, text).map(|()| Datum::Date(day))),
        ColumnType::Instant => {
            read_instant(text, habits).and_then(|at| thinkable(at.date_naive(), text).map(|()| Datum::Instant(at)))
        }
        ColumnType::Boolean => read_boolean(text, &habits.booleans).map(Datum::Boolean),
    }
}

fn read_id<'t>(text: &'t str, prefix: Option<&str>) -> Cow<'t, str> {
    let other = || prefix.map_or_else(|| id18(text), |prefix| text.strip_prefix(prefix).unwrap_or(text).into());
    guid(text).unwrap_or_else(other)
}

/// The 18-character form of a 15-character Salesforce id; anything else as it is.
/// The checksum: per block of five, bit j is set if character j is a capital, an index into A–Z0–5.
pub fn id18(id: &str) -> Cow<'_, str> {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    if id.len() != 15 || !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return id.into();
    }
    let sums = id.as_bytes().chunks(5).map(|block| {
        let bits = block.iter().enumerate().map(|(j, b)| usize::from(b.is_ascii_uppercase()) << j);
        char::from(LETTERS[bits.sum::<usize>()])
    });
    id.chars().chain(sums).collect()
}

/// A GUID in small letters and without braces, as the tools of one firm write the same id otherwise (RFC 9562, section 4); `None` for anything else.
fn guid(id: &str) -> Option<Cow<'_, str>> {
    let bare = id.strip_prefix('{').and_then(|id| id.strip_suffix('}')).unwrap_or(id);
    let fits =
        |(at, byte): (usize, u8)| if matches!(at, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    if bare.len() != 36 || !bare.bytes().enumerate().all(fits) {
        return None;
    }
    Some(if bare.bytes().any(|b| b.is_ascii_uppercase()) { bare.to_ascii_lowercase().into() } else { bare.into() })
}

fn read_integer(text: &str, habits: &Habits) -> Result<i64, String> {
    let wrong = || format!("\"{}\" is no whole number", shortened(text));
    let number = plain(text, habits.mark.unwrap_or(Mark::Point)).ok_or_else(wrong)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    if fraction.bytes().any(|b| b != b'0') {
        return Err(wrong());
    }
    whole.parse().map_err(|_| wrong())
}

fn read_decimal(text: &str, habits: &Habits) -> Result<i128, String> {
    let wrong = || format!("\"{}\" is no number", shortened(text));
    let number = plain(text, habits.mark.unwrap_or(Mark::Point)).ok_or_else(wrong)?;
    let (negative, digits) = number.strip_prefix('-').map_or((false, &*number), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    // What stands behind the fourth decimal is rounded half away from zero: converted amounts have six of them, and floats seventeen digits.
    let (fraction, behind) = fraction.split_at_checked(4).unwrap_or((fraction, ""));
    let up = i128::from(behind.as_bytes().first().is_some_and(|digit| *digit >= b'5'));
    if whole.trim_start_matches('0').len() > WHOLE_DIGITS {
        return Err(format!("\"{}\" has more than {WHOLE_DIGITS} digits", shortened(text)));
    }
    let digits = whole.bytes().chain(fraction.bytes()).fold(0i128, |sum, b| sum * 10 + i128::from(b - b'0'));
    let units = (fraction.len()..4).fold(digits, |units, _| units * 10) + up;
    Ok(if negative { -units } else { units })
}

/// A year that nobody means would only break the arithmetic behind it.
fn thinkable(day: NaiveDate, text: &str) -> Result<(), String> {
    match (1..=9999).contains(&day.year()) {
        true => Ok(()),
        false => Err(format!("\"{}\" is in no year from 1 to 9999", shortened(text))),
    }
}

/// `2026-12-31` or, in the column's order, `12/31/26`; also with a time of midnight behind it. A date is never shifted
/// by a zone.
fn read_date(text: &str, habits: &Habits) -> Result<NaiveDate, String> {
    let wrong = || format!("\"{}\" is no date", shortened(text));
    if habits.serials {
        let at = read_serial(text).ok_or_else(wrong)?;
        return if at.time() == NaiveTime::MIN { Ok(at.date()) } else { Err(wrong()) };
    }
    let (at, east) = wall(text, habits).ok_or_else(wrong)?;
    if at.time() == NaiveTime::MIN && matches!(east, None | Some(0)) { Ok(at.date()) } else { Err(wrong()) }
}

/// The day of `2026-12-31 20:09`, as that clock had it, whatever its zone.
fn read_day(text: &str, habits: &Habits) -> Result<NaiveDate, String> {
    let serial = || read_serial(text).filter(|_| habits.serials).map(|at| (at, None));
    let wall = || serial().or_else(|| wall(text, habits));
    read_date(text, habits).or_else(|wrong| wall().map(|(at, _)| at.date()).ok_or(wrong))
}

/// `2026-12-31` at the start of a text, and what follows; the date is `None` if there is no such day.
fn iso_date(text: &str) -> Option<(Option<NaiveDate>, &str)> {
    let (day, behind) = text.split_at_checked(10)?;
    let bytes = day.as_bytes();
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number = |from: usize, to: usize| {
        let digits = &bytes[from..to];
        digits.iter().all(u8::is_ascii_digit).then(|| digits.iter().fold(0, |n, b| n * 10 + u32::from(b - b'0')))
    };
    Some((NaiveDate::from_ymd_opt(number(0, 4)? as i32, number(5, 7)?, number(8, 10)?), behind))
}

fn read_instant(text: &str, habits: &Habits) -> Result<DateTime<Utc>, String> {
    let wrong = || format!("\"{}\" is no time", shortened(text));
    if let Some(at) = epoch(text) {
        return Ok(at);
    }
    let serial = || read_serial(text).filter(|_| habits.serials).map(|at| (at, None));
    let (naive, east) = wall(text, habits).or_else(serial).ok_or_else(wrong)?;
    if let Some(seconds_east) = east {
        return Ok((naive - TimeDelta::seconds(i64::from(seconds_east))).and_utc());
    }
    let zone =
        habits.zone.ok_or_else(|| format!("\"{}\" has no zone and its source declares none", shortened(text)))?;
    if zone == Tz::UTC {
        return Ok(naive.and_utc());
    }
    match zone.from_local_datetime(&naive) {
        LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => Ok(instant.to_utc()),
        LocalResult::None => {
            let at = behind_the_gap(&naive, zone).ok_or_else(wrong)?;
            if let Some(jumped) = &habits.jumped {
                jumped.fetch_add(1, Ordering::Relaxed);
            }
            Ok(at)
        }
    }
}

/// A time that the clock jumped over, as if it had not jumped yet: 02:30 of the night in which 02:00 was followed by 03:00 is 03:30.
fn behind_the_gap(naive: &NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    // No gap is longer than the day that islands left out when they crossed the date line.
    let before = (1..=25).find_map(|hours| zone.from_local_datetime(&(*naive - TimeDelta::hours(hours))).latest())?;
    Some((*naive - before.offset().fix()).and_utc())
}

/// Seconds since 1970, in 10 digits, also with a fraction; or in 13, 16 or 19 digits thousandths and finer: from September 2001 on. 16 digits
/// that begin as `20161020101500` does are a date that nobody reads.
pub fn epoch(text: &str) -> Option<DateTime<Utc>> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) if whole.len() == 10 && !fraction.is_empty() => {
            (whole, fraction.get(..9).unwrap_or(fraction))
        }
        Some(_) => return None,
        None => (text, "0"),
    };
    let all_digits = [whole, fraction].iter().all(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    if !all_digits || whole.starts_with('0') {
        return None;
    }
    let is_dated = || read_other_date(&whole[..14], None).is_some();
    let number: i64 = whole.parse().ok()?;
    match whole.len() {
        10 => {
            let nanos = fraction.parse::<u32>().ok()? * 10u32.pow(9 - fraction.len() as u32);
            DateTime::from_timestamp(number, nanos)
        }
        13 => DateTime::from_timestamp_millis(number),
        16 if !is_dated() => DateTime::from_timestamp_micros(number),
        19 if !is_dated() => Some(DateTime::from_timestamp_nanos(number)),
        _ => None,
    }
}

/// A wall clock's time, and how many seconds east of Greenwich it hangs, if that is said.
pub type Wall = (NaiveDateTime, Option<i32>);

/// A date in any way that is read, with or without a time.
fn wall(text: &str, habits: &Habits) -> Option<Wall> {
    match iso_date(text) {
        Some((Some(date), "")) => Some((date.and_time(NaiveTime::MIN), None)),
        _ => plain_instant(text).or_else(|| read_other_date(text, habits.order)),
    }
}

/// `2026-12-31 09:00:00`, with `T`, fractions, `Z` or `+0100`: what nearly every row has, and is tried first.
fn plain_instant(text: &str) -> Option<Wall> {
    let (date, behind) = iso_date(text)?;
    let date = date?;
    let (clock, rest) = behind.strip_prefix(['T', ' '])?.split_at_checked(8)?;
    let bytes = clock.as_bytes();
    let digit = |at: usize| bytes[at].is_ascii_digit().then(|| u32::from(bytes[at] - b'0'));
    let two = |at: usize| Some(digit(at)? * 10 + digit(at + 1)?);
    if bytes[2] != b':' || bytes[5] != b':' {
        return None;
    }
    let (hour, minute, second) = (two(0)?, two(3)?, two(6)?);
    let digits = rest.strip_prefix('.').map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    let (fraction, zone) = if digits == 0 { ("", rest) } else { (&rest[1..=digits], &rest[digits + 1..]) };
    if digits > 9 {
        return None;
    }
    let nano = fraction.bytes().chain(std::iter::repeat_n(b'0', 9 - digits));
    let nano = nano.fold(0, |n, b| n * 10 + u32::from(b - b'0'));
    Some((date.and_hms_nano_opt(hour, minute, second, nano)?, zone_suffix(zone)?))
}

/// `Z`, `+0100`, `+01:00`, or nothing; `None` if it is none of these.
fn zone_suffix(zone: &str) -> Option<Option<i32>> {
    let bytes = zone.as_bytes();
    let sign = match bytes {
        [] => return Some(None),
        [b'Z' | b'z'] => return Some(Some(0)),
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return None,
    };
    let digits: Vec<i32> = bytes[1..]
        .iter()
        .filter(|b| **b != b':')
        .map(|b| b.is_ascii_digit().then(|| i32::from(b - b'0')))
        .collect::<Option<_>>()?;
    let [h1, h2, m1, m2] = digits[..] else { return None };
    Some(Some(sign * minutes_east(h1 * 10 + h2, m1 * 10 + m2)? * 60))
}

fn read_boolean(text: &str, own: &[(String, bool)]) -> Result<bool, String> {
    let own = own.iter().find(|(word, _)| word.to_lowercase() == text.to_lowercase()).map(|(_, is)| *is);
    let known = || BOOLEANS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, is)| *is);
    own.or_else(known).ok_or_else(|| format!("\"{}\" is neither true nor false", shortened(text)))
}

/// The first 40 characters: whoever reads a message need not see a whole cell.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_string(),
    }
}

impl Datum<'_> {
    /// Writes a canonical text of the value, equal exactly where values are equal; `false` where there is none.
    pub fn canonical(&self, to: &mut String) -> bool {
        match self {
            Datum::Nothing => return false,
            Datum::Text(v) => to.push_str(v),
            Datum::Integer(v) => push_number(to, *v),
            Datum::Decimal(v) => write!(to, "{v}").expect("a String takes all"),
            Datum::Date(v) => push_date(to, *v),
            Datum::Instant(v) => push_number(to, v.timestamp_micros()),
            Datum::Boolean(v) => to.push_str(if *v { "true" } else { "false" }),
        }
        true
    }

    /// The day in it, for dating a file by its stamps.
    pub fn day(&self) -> Option<NaiveDate> {
        match self {
            Datum::Date(day) => Some(*day),
            Datum::Instant(instant) => Some(instant.date_naive()),
            _ => None,
        }
    }

    /// The instant in it, a day's being its first.
    pub fn instant(&self) -> Option<DateTime<Utc>> {
        match self {
            Datum::Date(day) => Some(day.and_time(NaiveTime::MIN).and_utc()),
            Datum::Instant(instant) => Some(*instant),
            _ => None,
        }
    }
}

/// As `write!` does, in a fifth of the time: each cell of each row passes here.
fn push_number(to: &mut String, number: i64) {
    let (mut digits, mut at, mut rest) = ([b'0'; 20], 20, number.unsigned_abs());
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        to.push('-');
    }
    to.push_str(std::str::from_utf8(&digits[at..]).expect("digits are ASCII"));
}

/// `2026-12-31`; of years from 1 to 9999, see [`thinkable`].
fn push_date(to: &mut String, day: NaiveDate) {
    let digit = |number: u32| b'0' + (number % 10) as u8;
    let (year, month, day) = (day.year().unsigned_abs(), day.month(), day.day());
    let text = [
        digit(year / 1000),
        digit(year / 100),
        digit(year / 10),
        digit(year),
        b'-',
        digit(month / 10),
        digit(month),
        b'-',
        digit(day / 10),
        digit(day),
    ];
    to.push_str(std::str::from_utf8(&text).expect("digits are ASCII"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_zone(zone: Option<Tz>) -> Habits {
        Habits { nothing: vec!["000000000000000AAA".into()], zone, ..Default::default() }
    }

    fn read(text: &str, kind: ColumnType) -> Result<Datum<'_>, String> {
        read_cell(text, kind, &in_zone(Some(Tz::UTC)))
    }

    /// The content of rows that landed long ago was told apart by these texts.
    #[test]
    fn canonical_texts_are_those_of_the_standard_library() {
        let canonical = |datum: Datum| {
            let mut text = String::new();
            datum.canonical(&mut text).then_some(text)
        };
        for number in [0, 7, -1, 10, 1_704_067_200_000_000, i64::MAX, i64::MIN] {
            assert_eq!(canonical(Datum::Integer(number)), Some(number.to_string()));
        }
        for (year, month, day) in [(1, 1, 1), (987, 6, 5), (2024, 2, 29), (9999, 12, 31)] {
            let day = NaiveDate::from_ymd_opt(year, month, day).expect("a day");
            assert_eq!(canonical(Datum::Date(day)), Some(day.to_string()));
        }
        assert_eq!(canonical(Datum::Boolean(true)).as_deref(), Some("true"));
        assert_eq!(canonical(Datum::Nothing), None);
    }

    /// Pairs seen in real exports: inputs.md 1.6.
    #[test]
    fn short_ids_get_their_checksum() {
        for (short, long) in [
            ("0055j000000utlP", "0055j000000utlPAAQ"),
            ("0055j00000AT6I1", "0055j00000AT6I1AAL"),
            ("0055d00000BEvZB", "0055d00000BEvZBAA1"),
        ] {
            assert_eq!(id18(short), long);
        }
        assert_eq!(read("000000000000000AAA", ColumnType::Id), Ok(Datum::Nothing));
    }

    #[test]
    fn a_guid_is_one_in_capitals_and_in_braces() {
        let bare = "6f9619ff-8b86-d011-b42d-00c04fc964ff";
        for text in [bare, "6F9619FF-8B86-D011-B42D-00C04FC964FF", "{6F9619FF-8b86-d011-b42d-00c04fc964ff}"] {
            assert_eq!(read(text, ColumnType::Id), Ok(Datum::Text(bare.into())), "{text}");
            assert_eq!(read(text, ColumnType::Text), Ok(Datum::Text(text.into())), "a text is as it is");
        }
        for other in ["{6f9619ff-8b86-d011-b42d-00c04fc964ff", "6F9619FF08B86-D011-B42D-00C04FC964FF", "{OAK}"] {
            assert_eq!(read(other, ColumnType::Id), Ok(Datum::Text(other.into())), "{other}");
        }
    }

    #[test]
    fn money_keeps_four_decimals_and_not_one_more() {
        assert_eq!(read("9225.225", ColumnType::Decimal), Ok(Datum::Decimal(92_252_250)));
        assert_eq!(read("-0.50000", ColumnType::Decimal), Ok(Datum::Decimal(-5000)));
        assert_eq!(read("7", ColumnType::Decimal), Ok(Datum::Decimal(70_000)));
        assert_eq!(read("1.23456", ColumnType::Decimal), Ok(Datum::Decimal(12_346)));
        assert_eq!(read("-2018605.1064000002", ColumnType::Decimal), Ok(Datum::Decimal(-20_186_051_064)));
        assert_eq!(read("0.99995", ColumnType::Decimal), Ok(Datum::Decimal(10_000)));
        assert!(read("1e5", ColumnType::Decimal).is_err());
        assert!(read("123456789012345", ColumnType::Decimal).is_err());
    }

    #[test]
    fn a_date_is_never_shifted_and_an_impossible_one_is_refused() {
        let day = |text: &str| text.parse().map(Datum::Date).map_err(|_| String::new());
        assert_eq!(read("2026-10-25 00:00:00", ColumnType::Date), day("2026-10-25"));
        assert_eq!(read("2026-02-30", ColumnType::Date), Err("\"2026-02-30\" is no date".into()));
        for midnight in ["2026-10-25T00:00:00.000Z", "2026-10-25 00:00", "2026-10-25 00:00:00.0", "20261025000000"] {
            assert_eq!(read(midnight, ColumnType::Date), day("2026-10-25"), "{midnight}");
        }
        for wrong in ["2026-10-25 13:00:00", "2026-10-25T00:00:00+02:00", "2026-10-25x"] {
            assert!(read(wrong, ColumnType::Date).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_day_of_zeros_is_none() {
        for text in [
            "0000-00-00",
            "00/00/0000",
            "00.00.0000",
            "0000-00-00 00:00:00",
            "0000-00-00T00:00:00Z",
            "00/00/00",
            "0000-00-00T00:00:00.000+0000",
        ] {
            for kind in [ColumnType::Date, ColumnType::Day, ColumnType::Instant] {
                assert_eq!(read(text, kind), Ok(Datum::Nothing), "{text}");
            }
        }
        for text in ["0000-00-01", "00000", "00:00:00.000", "0000000000", "0000-00-00 x"] {
            assert_ne!(read(text, ColumnType::Instant), Ok(Datum::Nothing), "{text}");
        }
        assert_eq!(read("00000000", ColumnType::Text), Ok(Datum::Text("00000000".into())));
    }

    #[test]
    fn instants_of_three_shapes_are_the_same_instant() {
        let first = read("2026-01-05 09:00:00", ColumnType::Instant);
        assert!(first.is_ok());
        assert_eq!(first, read("2026-01-05T09:00:00.000Z", ColumnType::Instant));
        assert_eq!(first, read("2026-01-05T10:00:00.000+0100", ColumnType::Instant));
        assert_eq!(first, read("2026-01-05T10:00:00+01:00", ColumnType::Instant));
        let berlin = in_zone(Some(Tz::Europe__Berlin));
        assert_eq!(first, read_cell("2026-01-05 10:00:00", ColumnType::Instant, &berlin));
        let counts = Habits { jumped: Some(Arc::default()), ..berlin.clone() };
        let jumped = read_cell("2026-03-29 02:30:00", ColumnType::Instant, &counts);
        assert_eq!(jumped, read("2026-03-29 01:30:00", ColumnType::Instant), "the clock showed 03:30 then");
        assert_eq!(counts.jumped.expect("it counts").load(Ordering::Relaxed), 1);
        let apia = in_zone(Some(Tz::Pacific__Apia));
        let left_out = read_cell("2011-12-30 12:00:00", ColumnType::Instant, &apia);
        assert_eq!(left_out, read("2011-12-30 22:00:00", ColumnType::Instant), "the day that Samoa left out");
        assert!(read_cell("2026-03-29 02:30:00", ColumnType::Instant, &in_zone(None)).is_err());
        assert!(read("2026-01-05 09:00:61", ColumnType::Instant).is_err());
    }

    #[test]
    fn an_offset_that_no_clock_has_is_no_time() {
        assert!(read("2026-01-05 09:00:00+1400", ColumnType::Instant).is_ok());
        for zone in ["+9900", "-99:00", "+1500", "+2300", "+15", "+0060", "+01:75"] {
            for clock in ["09:00:00", "09:00:00.000"] {
                let text = format!("2026-01-05T{clock}{zone}");
                assert!(read(&text, ColumnType::Instant).is_err(), "{text}");
            }
        }
    }

    #[test]
    fn an_instant_may_be_a_number_or_lack_its_seconds() {
        let first = read("2026-01-05 09:00:00", ColumnType::Instant);
        for text in [
            "1767603600000",
            "1767603600",
            "1767603600.000",
            "1767603600000000",
            "1767603600000000000",
            "2026-01-05 09:00",
            "2026-01-05T09:00",
            "20260105090000",
            "2026-01-05-09.00.00.000000",
            "Mon Jan 05 2026 10:00:00 GMT+0100 (Central European Standard Time)",
        ] {
            assert_eq!(read(text, ColumnType::Instant), first, "{text}");
        }
        let quarter = read("2026-01-05 09:00:00.25", ColumnType::Instant);
        assert_ne!(quarter, first);
        for text in ["1767603600.25", "1767603600250", "2026-01-05 09:00:00,250", "5.1.2026 09:00:00.250"] {
            assert_eq!(read(text, ColumnType::Instant), quarter, "{text}");
        }
        for wrong in [
            "17676036000",
            "176760360",
            "1767603600.",
            "1767603600.x",
            "1767603600000.5",
            "0000000001",
            "2024102010150025",
            "2026-01-05 09:00:00,",
        ] {
            assert!(read(wrong, ColumnType::Instant).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_day_is_that_of_its_own_clock() {
        let day: Datum = Datum::Date("2026-01-05".parse().expect("a date"));
        for text in
            ["2026-01-05", "2026-01-05 23:30", "2026-01-05 23:30:01", "2026-01-05T23:30:00.000-0800", "5.1.2026 23:30"]
        {
            assert_eq!(read(text, ColumnType::Day).as_ref(), Ok(&day), "{text}");
        }
        assert!(read("2026-02-30 10:00", ColumnType::Day).is_err());
    }

    #[test]
    fn blanks_around_a_text_are_padding() {
        assert_eq!(read(" 2 ", ColumnType::Text), Ok(Datum::Text("2".into())));
        assert_eq!(read("Oak  Ltd\u{a0}", ColumnType::Text), Ok(Datum::Text("Oak  Ltd".into())));
        assert_eq!(read("  ", ColumnType::Text), Ok(Datum::Nothing));
    }

    #[test]
    fn a_bare_number_is_a_date_where_its_column_is_one_of_them() {
        let serials = Habits { serials: true, zone: Some(Tz::UTC), ..Default::default() };
        let day: Datum = Datum::Date("2016-10-20".parse().expect("a date"));
        assert_eq!(read_cell("42663", ColumnType::Date, &serials).as_ref(), Ok(&day));
        assert_eq!(read_cell("42663.75", ColumnType::Day, &serials).as_ref(), Ok(&day));
        assert_eq!(
            read_cell("42663.75", ColumnType::Instant, &serials),
            read("2016-10-20 18:00:00", ColumnType::Instant)
        );
        assert!(read_cell("42663.75", ColumnType::Date, &serials).is_err(), "it has an hour");
        assert!(read("42663", ColumnType::Date).is_err());
    }

    #[test]
    fn an_id_loses_its_source_s_prefix() {
        let zoho = Habits { id_prefix: Some("zcrm_".into()), ..Default::default() };
        let id = |text: &'static str| read_cell(text, ColumnType::Id, &zoho);
        assert_eq!(id("zcrm_404427000000249265"), Ok(Datum::Text("404427000000249265".into())));
        assert_eq!(id("404427000000249"), Ok(Datum::Text("404427000000249".into())), "no checksum");
    }

    #[test]
    fn an_empty_boolean_is_false_where_the_source_says_so() {
        let api = Habits { empty_is_false: true, ..Default::default() };
        assert_eq!(read_cell("", ColumnType::Boolean, &api), Ok(Datum::Boolean(false)));
        assert_eq!(read_cell("TRUE", ColumnType::Boolean, &api), Ok(Datum::Boolean(true)));
        assert_eq!(read("", ColumnType::Boolean), Ok(Datum::Nothing));
    }

    #[test]
    fn a_boolean_is_a_word_that_people_use() {
        for (word, is) in [
            ("Yes", true),
            ("N", false),
            ("DONE", true),
            ("To do", false),
            ("0", false),
            ("WAHR", true),
            ("Faux", false),
        ] {
            assert_eq!(read(word, ColumnType::Boolean), Ok(Datum::Boolean(is)), "{word}");
        }
        let own = Habits { booleans: vec![("Erledigt".into(), true), ("y".into(), false)], ..Default::default() };
        assert_eq!(read_cell("ERLEDIGT", ColumnType::Boolean, &own), Ok(Datum::Boolean(true)));
        assert_eq!(read_cell("Y", ColumnType::Boolean, &own), Ok(Datum::Boolean(false)), "a source's own word holds");
        assert!(read("maybe", ColumnType::Boolean).is_err());
    }

    #[test]
    fn a_number_is_read_as_its_column_is_written() {
        let comma = Habits { mark: Some(Mark::Comma), ..Default::default() };
        assert_eq!(read_cell("1.234,5", ColumnType::Decimal, &comma), Ok(Datum::Decimal(12_345_000)));
        assert_eq!(read_cell("1.234", ColumnType::Integer, &comma), Ok(Datum::Integer(1234)));
        assert_eq!(read("$(1,234.50)", ColumnType::Decimal), Err("\"$(1,234.50)\" is no number".into()));
        assert_eq!(read("($1,234.50)", ColumnType::Decimal), Ok(Datum::Decimal(-12_345_000)));
        assert_eq!(read("12.0", ColumnType::Integer), Ok(Datum::Integer(12)));
        assert!(read("12.5", ColumnType::Integer).is_err());
    }
}
