//! Number formats: which numbers of a sheet are shares, days, times or durations, and how those are written as text.

use super::part::{Event, Part, attribute};
use chrono::{NaiveDate, TimeDelta};
use std::collections::HashMap;
use std::io::Result;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Number,
    Percent,
    Date,
    Duration,
}

/// The formats of cells, by the number that a cell says.
pub fn read(part: Option<Part>) -> Result<Vec<Format>> {
    let mut formats = vec![];
    let Some(mut part) = part else { return Ok(formats) };
    let mut own: HashMap<u32, Format> = HashMap::new();
    let mut in_cells = false;
    loop {
        match part.next()? {
            Event::Start(e) => match e.local_name().as_ref() {
                "numFmt" => {
                    let id = attribute(&e, "numFmtId")?.and_then(|id| id.parse().ok());
                    let code = attribute(&e, "formatCode")?.unwrap_or_default();
                    own.extend(id.map(|id: u32| (id, of_code(&code))));
                }
                "cellXfs" => in_cells = true,
                "xf" if in_cells => {
                    let id: u32 = attribute(&e, "numFmtId")?.and_then(|id| id.parse().ok()).unwrap_or(0);
                    formats.push(own.get(&id).copied().unwrap_or_else(|| built_in(id)));
                }
                _ => {}
            },
            Event::End(e) if e.local_name().as_ref() == "cellXfs" => in_cells = false,
            Event::Eof => return Ok(formats),
            _ => {}
        }
    }
}

fn built_in(id: u32) -> Format {
    match id {
        9 | 10 => Format::Percent,
        14..=22 | 27..=36 | 45 | 47 | 50..=58 => Format::Date,
        46 => Format::Duration,
        _ => Format::Number,
    }
}

/// `dd.mm.yyyy` is a date, `[h]:mm` a duration, `0.0%` a share, `0.00 "days"` a number.
fn of_code(code: &str) -> Format {
    let mut letters = code.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => letters.by_ref().take_while(|c| *c != '"').for_each(drop),
            '\\' | '_' | '*' => drop(letters.next()),
            '[' => {
                let inside: String = letters.by_ref().take_while(|c| *c != ']').collect();
                let inside = inside.to_lowercase();
                if !inside.is_empty() && inside.chars().all(|c| matches!(c, 'h' | 'm' | 's')) {
                    return Format::Duration;
                }
            }
            'd' | 'D' | 'm' | 'M' | 'y' | 'Y' | 'h' | 'H' | 's' | 'S' => return Format::Date,
            '%' => return Format::Percent,
            // What follows is for negative numbers.
            ';' => return Format::Number,
            _ => {}
        }
    }
    Format::Number
}

const DAY_MS: i64 = 86_400_000;

/// A number of a sheet as text: with a point, of 15 digits, as many as a spreadsheet keeps. One of more has lost the rest, and says so by its
/// exponent.
pub fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return format!("{}", value as i64);
    }
    let rounded: f64 = format!("{value:.14e}").parse().expect("it was a number");
    if rounded.abs() < 1e15 {
        return format!("{rounded}");
    }
    format!("{rounded:e}").replacen('e', "E+", 1)
}

/// A number by its format, as a spreadsheet writes it into a CSV, though with all its digits: `45%`, `2026-02-23`, `2026-02-23 20:55:00`, `20:55:00`, `30:15:00`.
pub fn shown(value: f64, format: Format, since_1904: bool) -> String {
    if format == Format::Percent {
        return format!("{}%", number(value * 100.0));
    }
    let ms = (value * DAY_MS as f64).round();
    if !(0.0..3_000_000.0 * DAY_MS as f64).contains(&ms) {
        return number(value);
    }
    let (days, clock) = (ms as i64 / DAY_MS, ms as i64 % DAY_MS);
    match format {
        Format::Number | Format::Percent => number(value),
        Format::Duration => format!("{}{}", days * 24 + clock / 3_600_000, &time(clock)[2..]),
        Format::Date if days == 0 && clock > 0 => time(clock),
        Format::Date => {
            let begun = match (since_1904, days) {
                (true, _) => NaiveDate::from_ymd_opt(1904, 1, 1),
                // The first spreadsheets knew a 29 February 1900, and all others since.
                (false, 0..60) => NaiveDate::from_ymd_opt(1899, 12, 31),
                (false, _) => NaiveDate::from_ymd_opt(1899, 12, 30),
            };
            let day = begun.expect("it is a day").checked_add_signed(TimeDelta::days(days));
            match (day, clock) {
                (None, _) => number(value),
                (Some(day), 0) => day.to_string(),
                (Some(day), clock) => format!("{day} {}", time(clock)),
            }
        }
    }
}

/// `20:55:00`, with milliseconds where there are any.
fn time(ms: i64) -> String {
    let (seconds, rest) = (ms / 1000, ms % 1000);
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if rest == 0 { clock } else { format!("{clock}.{rest:03}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_says_what_a_number_is() {
        for date in ["mm-dd-yy", "dd.mm.yyyy", "h:mm AM/PM", "[$-407]d. mmmm yyyy;@", "yyyy\\-mm\\-dd"] {
            assert_eq!(of_code(date), Format::Date, "{date}");
        }
        for number in ["General", "0.00", "#,##0.00 \"days\"", "[Red]0.0;[h]", "0.00E+00", "0_d", "\"yes\";\"no\""] {
            assert_eq!(of_code(number), Format::Number, "{number}");
        }
        assert_eq!(of_code("[h]:mm:ss"), Format::Duration);
        for share in ["0%", "0.00%", "[Red]#,##0 %;-0%"] {
            assert_eq!(of_code(share), Format::Percent, "{share}");
        }
        for number in ["0\"%\"", "0\\%", "0;0%"] {
            assert_eq!(of_code(number), Format::Number, "{number}");
        }
        assert_eq!((built_in(9), built_in(10)), (Format::Percent, Format::Percent));
    }

    #[test]
    fn a_share_is_written_as_a_spreadsheet_shows_it() {
        let share = |value| shown(value, Format::Percent, false);
        assert_eq!((share(0.45).as_str(), share(0.28).as_str(), share(-0.125).as_str()), ("45%", "28%", "-12.5%"));
        assert_eq!((share(0.0).as_str(), share(12.0).as_str()), ("0%", "1200%"));
    }

    #[test]
    fn days_are_counted_as_spreadsheets_count_them() {
        let date = |value| shown(value, Format::Date, false);
        assert_eq!(date(46_076.0), "2026-02-23");
        assert_eq!(date(46_076.871_527_777_78), "2026-02-23 20:55:00");
        assert_eq!(
            (date(1.0).as_str(), date(59.0).as_str(), date(61.0).as_str()),
            ("1900-01-01", "1900-02-28", "1900-03-01")
        );
        assert_eq!(shown(44_614.0, Format::Date, true), "2026-02-23");
        assert_eq!((date(0.5).as_str(), date(-1.0).as_str(), date(1e300).len()), ("12:00:00", "-1", 6));
        assert_eq!(shown(1.260_416_666_666_667, Format::Duration, false), "30:15:00");
    }

    #[test]
    fn numbers_have_the_digits_that_are_seen() {
        assert_eq!(
            (number(1200.5), number(0.1 + 0.2), number(1_234.560_000_000_000_1)),
            ("1200.5".into(), "0.3".into(), "1234.56".into())
        );
        assert_eq!((number(-7.0), number(1e20), number(1e-7)), ("-7".into(), "1E+20".into(), "0.0000001".into()));
        // An id of 18 digits, as a spreadsheet keeps it.
        assert_eq!(
            (number(999_999_999_999_999.0), number(554_023_000_000_527_001.0)),
            ("999999999999999".into(), "5.54023000000527E+17".into())
        );
    }
}
