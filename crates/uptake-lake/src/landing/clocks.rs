//! The time of day behind a date, or by itself, and the zone that is written with it.

use chrono::NaiveTime;

/// `9:15:03`, `09:15 PM`: a time of day by itself. `10.15`, `8h` and `1:30h` are numbers and lengths there.
pub fn clock(text: &str) -> Option<NaiveTime> {
    if !text.contains(':') || text.contains('h') {
        return None;
    }
    clock_and_zone(text).filter(|(_, east)| east.is_none()).map(|(at, _)| at)
}

/// What stands behind a date: nothing, which is midnight, or `08:55 PM`, `at 9h15`, `T101500Z`, `-21.15.03,250`, `9:15 +0200 (Paris)`. With
/// minutes east of Greenwich where it says them.
pub fn behind_date(text: &str) -> Option<(NaiveTime, Option<i32>)> {
    let text = match text.strip_prefix('-') {
        // Behind the day of a number of an order stands no clock, and behind that of an XML date a zone.
        Some(clock) => Some(clock).filter(|clock| clock.matches(['.', ':']).count() >= 2)?,
        None => text.strip_prefix(['T', ',', ':']).unwrap_or(text).trim_start(),
    };
    if text.is_empty() {
        return Some((NaiveTime::MIN, None));
    }
    let text = ["at ", "um ", "à "].iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    clock_and_zone(text)
}

fn clock_and_zone(text: &str) -> Option<(NaiveTime, Option<i32>)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.' | ',' | 'h')).unwrap_or(text.len());
    let (digits, words) = text.split_at(end);
    let words: Vec<&str> = words.split_whitespace().collect();
    let (half, words) = match words[..] {
        [first, m, ..] if first.len() == 2 && first.ends_with('.') && m.eq_ignore_ascii_case("m.") => {
            (Some(half(first)?), &words[2..])
        }
        [first, ..] => half(first).map_or((None, &words[..]), |half| (Some(half), &words[1..])),
        [] => (None, &words[..]),
    };
    let zone = match words {
        [] | ["Uhr"] => None,
        words => Some(zone(words)?),
    };
    Some((hands(digits, half)?, zone))
}

/// A half of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    First,
    Second,
}

/// `AM`, `p.m.`, and `p.` before an `m.` by itself.
fn half(word: &str) -> Option<Half> {
    let of = |words: [&str; 3]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    match () {
        () if of(["am", "a.m.", "a."]) => Some(Half::First),
        () if of(["pm", "p.m.", "p."]) => Some(Half::Second),
        () => None,
    }
}

/// `9:15:03`, `9.15`, `9h15`, `14h`, `091503`; with parts of a second behind `.` or `,`. A leap second is the end of the one before.
fn hands(text: &str, half: Option<Half>) -> Option<NaiveTime> {
    const MARKS: [char; 4] = [':', '.', ',', 'h'];
    let plain = text.strip_suffix('h').unwrap_or(text);
    let mut parts = plain.split(MARKS);
    let mut marks = plain.bytes().filter(|byte| !byte.is_ascii_digit());
    let parts: [Option<&str>; 4] = std::array::from_fn(|_| parts.next());
    let marks: [u8; 4] = std::array::from_fn(|_| marks.next().unwrap_or(b' '));
    let (hour, minute, second, fraction) = match (&marks, parts.map(Option::unwrap_or_default)) {
        (b"    ", [hour, ..]) if plain != text => (hour, "00", "00", "0"),
        (b"    ", [all, ..]) if all.len() == 6 => (&all[..2], &all[2..4], &all[4..], "0"),
        (b".   ", [all, fraction, ..]) if all.len() == 6 => (&all[..2], &all[2..4], &all[4..], fraction),
        (b":   " | b"h   ", [hour, minute, ..]) => (hour, minute, "00", "0"),
        (b".   ", [hour, minute, ..]) if minute.len() == 2 => (hour, minute, "00", "0"),
        (b"::  " | b"..  " | b"h:  ", [hour, minute, second, _]) => (hour, minute, second, "0"),
        (b"::. " | b"::, " | b"... " | b".., ", [hour, minute, second, fraction]) => (hour, minute, second, fraction),
        _ => return None,
    };
    let number = |digits: &str, most: usize| {
        let is_one = (1..=most).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse::<u32>().ok().filter(|_| is_one)
    };
    let (hour, minute, second) = (number(hour, 2)?, number(minute, 2)?, number(second, 2)?);
    let fraction = fraction.get(..9).unwrap_or(fraction);
    let nano = number(fraction, 9)? * 10u32.pow(9 - fraction.len() as u32);
    let hour = match half {
        None => hour,
        Some(half) if (1..=12).contains(&hour) => hour % 12 + if half == Half::Second { 12 } else { 0 },
        Some(_) => return None,
    };
    let (second, nano) = if second == 60 { (59, nano + 1_000_000_000) } else { (second, nano) };
    NaiveTime::from_hms_nano_opt(hour, minute, second, nano)
}

/// Minutes east of Greenwich of `PST`, `GMT+2`, `+0100`, `+01:00[Europe/Paris]`, `+0200 CEST`, `GMT+0000 (Coordinated Universal Time)`: behind
/// what is an offset a name adds nothing.
fn zone(words: &[&str]) -> Option<i32> {
    let (first, names) = words.split_first()?;
    let (offset, bracket) = first.split_at(first.find(['[', '(']).unwrap_or(first.len()));
    let is_named = match names {
        [] => true,
        [name] if bracket.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic()) => {
            offset.contains(['+', '-']) && half(name).is_none()
        }
        [name, ..] => !bracket.is_empty() || name.starts_with(['[', '(']),
    };
    hours_east(offset).filter(|_| is_named)
}

/// The zones whose short names mean one thing, in minutes east of Greenwich. CST is Chicago's here, as the summer's CDT is;
/// names that India, Israel and Ireland share are left out, and their rows are rejects.
const ZONES: [(&str, i32); 25] = [
    ("UTC", 0),
    ("GMT", 0),
    ("Z", 0),
    ("WET", 0),
    ("WEST", 60),
    ("CET", 60),
    ("CEST", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("AKST", -540),
    ("AKDT", -480),
    ("HST", -600),
    ("JST", 540),
    ("SGT", 480),
    ("AEST", 600),
    ("AEDT", 660),
];

/// Minutes east of Greenwich of `PST`, `GMT+2`, `+0100`, `+01:00`.
fn hours_east(zone: &str) -> Option<i32> {
    if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| zone.eq_ignore_ascii_case(name)) {
        return Some(*minutes);
    }
    let offset = zone.strip_prefix("GMT").or_else(|| zone.strip_prefix("UTC")).unwrap_or(zone);
    let sign = if offset.strip_prefix('-').is_some() { -1 } else { 1 };
    let digits: String = offset.strip_prefix(['+', '-'])?.replace(':', "");
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse::<i32>().ok()?, 0),
        4 => (digits.get(..2)?.parse::<i32>().ok()?, digits.get(2..)?.parse::<i32>().ok()?),
        _ => return None,
    };
    minutes_east(hours, minutes).map(|east| sign * east)
}

/// An offset in minutes; `None` for one that no clock has: more than 14 hours, or more than 59 minutes.
pub fn minutes_east(hours: i32, minutes: i32) -> Option<i32> {
    ((0..=14).contains(&hours) && (0..=59).contains(&minutes)).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_one_that_clocks_have() {
        for (zone, minutes) in [("GMT+14", 840), ("+05:45", 345), ("UTC-3", -180), ("-0330", -210)] {
            assert_eq!(hours_east(zone), Some(minutes), "{zone}");
        }
        for wrong in ["GMT+99", "GMT+15", "+9900", "+0060", "+-5", "++5", "+1+23", "+"] {
            assert_eq!(hours_east(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_time_of_day_behind_a_date_is_written_in_many_ways() {
        let at =
            |hour, minute, second, milli| NaiveTime::from_hms_milli_opt(hour, minute, second, milli).expect("a time");
        for (text, time, east) in [
            ("", at(0, 0, 0, 0), None),
            (" 08:55 PM", at(20, 55, 0, 0), None),
            (" 8:55 p.m.", at(20, 55, 0, 0), None),
            (" 12:05\u{202f}a.\u{a0}m.", at(0, 5, 0, 0), None),
            (" at 7:05 AM", at(7, 5, 0, 0), None),
            (" um 14:05 Uhr", at(14, 5, 0, 0), None),
            (", 9h15", at(9, 15, 0, 0), None),
            (" 14h", at(14, 0, 0, 0), None),
            (" 14:05h", at(14, 5, 0, 0), None),
            (" 10.15", at(10, 15, 0, 0), None),
            (" 03.45.12.250000 PM", at(15, 45, 12, 250), None),
            ("-07.05.48.000000", at(7, 5, 48, 0), None),
            (" 07:05:48,123", at(7, 5, 48, 123), None),
            ("070548", at(7, 5, 48, 0), None),
            ("T070548Z", at(7, 5, 48, 0), Some(0)),
            ("T", at(0, 0, 0, 0), None),
            (",", at(0, 0, 0, 0), None),
            (" 9:15 P. M.", at(21, 15, 0, 0), None),
            (" 9:15:03.0120000009", at(9, 15, 3, 12), None),
            (" 070548.5", at(7, 5, 48, 500), None),
            (" 07:05:48+01:00[Europe/Paris]", at(7, 5, 48, 0), Some(60)),
            (" 07:05:48 +0200 CEST", at(7, 5, 48, 0), Some(120)),
            (" 07:05:48 GMT+0000 (Coordinated Universal Time)", at(7, 5, 48, 0), Some(0)),
            (" 9:15:03 PM PST", at(21, 15, 3, 0), Some(-480)),
        ] {
            assert_eq!(behind_date(text), Some((time, east)), "{text}");
        }
        for wrong in [
            "-",
            "-000001",
            "-05:00",
            "-1.11",
            " 25:00",
            " 9:60",
            " 9:15:61",
            " 13:00 PM",
            " 9",
            " 10.5",
            " 9:15.5",
            " 9,15",
            " 0915",
            " 9:15 (Paris)",
            " 9:15 Paris",
            " 9:15 UTC Paris",
            " 9:15 +0200 PM",
            " 9:15:03.",
            " h",
            " 9:15 x.",
            " 9:15 m.",
            " 9:15 PM m.",
            " 9:15 PST m.",
            " 9:15:03:04",
            " 9.15.03.04.05",
        ] {
            assert_eq!(behind_date(wrong), None, "{wrong}");
        }
        let leap = NaiveTime::from_hms_milli_opt(23, 59, 59, 1_000).expect("it is one");
        assert_eq!(behind_date(" 23:59:60"), Some((leap, None)));
        assert_eq!(clock("9:15 pm"), Some(at(21, 15, 0, 0)));
        for wrong in ["10.15", "8h", "1:30h", "101500", "", "9:15 UTC"] {
            assert_eq!(clock(wrong), None, "{wrong}");
        }
    }
}
