//! From the text of one cell to its value, by the type its column declares.

use chrono::{DateTime, Datelike, LocalResult, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use uptake_spec::source::ColumnType;

/// One value as it lands.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Nothing,
    Text(String),
    Integer(i64),
    /// Ten-thousandths.
    Decimal(i128),
    Date(NaiveDate),
    Instant(DateTime<Utc>),
    Boolean(bool),
}

/// Digits before the point that a Decimal(18,4) can hold.
const WHOLE_DIGITS: usize = 14;

/// Reads `text` as `kind`. `zone` is that of timestamps which carry none.
///
/// # Errors
/// Why it cannot be read, as a reason for a reject: `"2026-02-30" is no date`.
pub fn read_cell(text: &str, kind: ColumnType, nothing: &[String], zone: Option<Tz>) -> Result<Cell, String> {
    if kind == ColumnType::Text {
        let empty = text.is_empty() || nothing.iter().any(|word| word == text);
        return Ok(if empty { Cell::Nothing } else { Cell::Text(text.to_string()) });
    }
    let text = text.trim();
    if text.is_empty() || nothing.iter().any(|word| word == text) {
        return Ok(Cell::Nothing);
    }
    match kind {
        ColumnType::Text => Ok(Cell::Text(text.to_string())),
        ColumnType::Id => Ok(Cell::Text(id18(text))),
        ColumnType::Integer => read_integer(text).map(Cell::Integer),
        ColumnType::Decimal => read_decimal(text).map(Cell::Decimal),
        ColumnType::Date => read_date(text).and_then(|day| thinkable(day, text).map(|()| Cell::Date(day))),
        ColumnType::Instant => {
            read_instant(text, zone).and_then(|at| thinkable(at.date_naive(), text).map(|()| Cell::Instant(at)))
        }
        ColumnType::Boolean => read_boolean(text).map(Cell::Boolean),
    }
}

/// The 18-character form of a 15-character Salesforce id; anything else as it is.
/// The checksum: per block of five, bit j is set if character j is a capital, an index into A–Z0–5.
pub fn id18(id: &str) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    if id.len() != 15 || !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return id.to_string();
    }
    let sums = id.as_bytes().chunks(5).map(|block| {
        let bits = block.iter().enumerate().map(|(j, b)| usize::from(b.is_ascii_uppercase()) << j);
        char::from(LETTERS[bits.sum::<usize>()])
    });
    id.chars().chain(sums).collect()
}

fn read_integer(text: &str) -> Result<i64, String> {
    let whole =
        text.split_once('.').filter(|(_, rest)| rest.bytes().all(|b| b == b'0')).map_or(text, |(whole, _)| whole);
    whole.parse().map_err(|_| format!("\"{}\" is no whole number", shortened(text)))
}

fn read_decimal(text: &str) -> Result<i128, String> {
    let wrong = || format!("\"{}\" is no number", shortened(text));
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return Err(wrong());
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 4 {
        return Err(format!("\"{}\" has more than 4 decimals", shortened(text)));
    }
    if whole.trim_start_matches('0').len() > WHOLE_DIGITS {
        return Err(format!("\"{}\" has more than {WHOLE_DIGITS} digits", shortened(text)));
    }
    let units: i128 = format!("{whole}{fraction:0<4}").parse().map_err(|_| wrong())?;
    Ok(if negative { -units } else { units })
}

/// A year that nobody means would only break the arithmetic behind it.
fn thinkable(day: NaiveDate, text: &str) -> Result<(), String> {
    match (1..=9999).contains(&day.year()) {
        true => Ok(()),
        false => Err(format!("\"{}\" is in no year from 1 to 9999", shortened(text))),
    }
}

/// `2026-12-31`, also with a time of midnight behind it. A date is never shifted by a zone.
fn read_date(text: &str) -> Result<NaiveDate, String> {
    let wrong = || format!("\"{}\" is no date", shortened(text));
    let day = text.get(..10).ok_or_else(wrong)?;
    let behind = text[10..].trim_start_matches(['T', ' ']);
    let midnight = matches!(behind, "" | "00:00:00" | "00:00:00Z" | "00:00:00.000Z" | "00:00:00.000+0000");
    let date = NaiveDate::parse_from_str(day, "%Y-%m-%d").map_err(|_| wrong())?;
    if midnight && day.as_bytes()[4] == b'-' && day.as_bytes()[7] == b'-' { Ok(date) } else { Err(wrong()) }
}

fn read_instant(text: &str, zone: Option<Tz>) -> Result<DateTime<Utc>, String> {
    let wrong = || format!("\"{}\" is no time", shortened(text));
    for format in ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z"] {
        if let Ok(instant) = DateTime::parse_from_str(text, format) {
            return Ok(instant.to_utc());
        }
    }
    let naive = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]
        .iter()
        .find_map(|f| NaiveDateTime::parse_from_str(text, f).ok());
    let naive = naive.or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|d| d.and_hms_opt(0, 0, 0)));
    let naive = naive.ok_or_else(wrong)?;
    let zone = zone.ok_or_else(|| format!("\"{}\" has no zone and its source declares none", shortened(text)))?;
    match zone.from_local_datetime(&naive) {
        LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => Ok(instant.to_utc()),
        LocalResult::None => Err(format!("\"{}\" does not exist in {zone}: the clock jumped over it", shortened(text))),
    }
}

fn read_boolean(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" => Ok(true),
        "0" | "false" | "no" => Ok(false),
        _ => Err(format!("\"{}\" is neither true nor false", shortened(text))),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_string(),
    }
}

impl Cell {
    /// A canonical text of the value, equal exactly where values are equal.
    pub fn canonical(&self) -> Option<String> {
        match self {
            Cell::Nothing => None,
            Cell::Text(v) => Some(v.clone()),
            Cell::Integer(v) => Some(v.to_string()),
            Cell::Decimal(v) => Some(v.to_string()),
            Cell::Date(v) => Some(v.to_string()),
            Cell::Instant(v) => Some(v.timestamp_micros().to_string()),
            Cell::Boolean(v) => Some(v.to_string()),
        }
    }

    /// The day in it, for dating a file by its stamps.
    pub fn day(&self) -> Option<NaiveDate> {
        match self {
            Cell::Date(day) => Some(*day),
            Cell::Instant(instant) => Some(instant.date_naive()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, kind: ColumnType) -> Result<Cell, String> {
        read_cell(text, kind, &["000000000000000AAA".into()], Some(Tz::UTC))
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
        assert_eq!(read("000000000000000AAA", ColumnType::Id), Ok(Cell::Nothing));
    }

    #[test]
    fn money_keeps_four_decimals_and_not_one_more() {
        assert_eq!(read("9225.225", ColumnType::Decimal), Ok(Cell::Decimal(92_252_250)));
        assert_eq!(read("-0.50000", ColumnType::Decimal), Ok(Cell::Decimal(-5000)));
        assert!(read("1.23456", ColumnType::Decimal).is_err());
        assert!(read("1e5", ColumnType::Decimal).is_err());
        assert!(read("123456789012345", ColumnType::Decimal).is_err());
    }

    #[test]
    fn a_date_is_never_shifted_and_an_impossible_one_is_refused() {
        let day = |text: &str| text.parse().map(Cell::Date).map_err(|_| String::new());
        assert_eq!(read("2026-10-25 00:00:00", ColumnType::Date), day("2026-10-25"));
        assert_eq!(read("2026-02-30", ColumnType::Date), Err("\"2026-02-30\" is no date".into()));
        assert!(read("2026-10-25 13:00:00", ColumnType::Date).is_err());
    }

    #[test]
    fn instants_of_three_shapes_are_the_same_instant() {
        let first = read("2026-01-05 09:00:00", ColumnType::Instant);
        assert_eq!(first, read("2026-01-05T09:00:00.000Z", ColumnType::Instant));
        assert_eq!(first, read("2026-01-05T10:00:00.000+0100", ColumnType::Instant));
        let berlin = Some(Tz::Europe__Berlin);
        assert_eq!(first, read_cell("2026-01-05 10:00:00", ColumnType::Instant, &[], berlin));
        assert!(read_cell("2026-03-29 02:30:00", ColumnType::Instant, &[], berlin).is_err());
        assert!(read_cell("2026-03-29 02:30:00", ColumnType::Instant, &[], None).is_err());
    }
}
