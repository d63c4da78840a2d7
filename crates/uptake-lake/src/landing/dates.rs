//! Dates that put the day first, or the month: which it is, the whole column decides, else the other columns of the file.

use super::cell::Wall;
use super::clocks::behind_date;
use super::months;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use uptake_spec::source::ColumnType;
pub use uptake_spec::source::DateOrder as Order;
use uptake_spec::{Place, Problem};

/// `02/23/26 08:55 PM`, `23.2.2026`, `11/20/2025 9:15:03 PM PST`, `2016/10/20`, `20161020101500`, `20 Oct 2016`. `None` if it is nothing of
/// the kind.
pub fn read_other_date(text: &str, order: Option<Order>) -> Option<Wall> {
    let (date, behind) = match parts(text) {
        Some(parts) => parts.day(order)?,
        None => year_first(text).or_else(|| months::read(text))?,
    };
    let (clock, east) = behind_date(behind)?;
    Some((date.and_time(clock), east.map(|minutes| minutes * 60)))
}

/// `2016/10/20`, `2016.1.5`, `2016. 10. 20.`, `20161020`, `20161020101500`, `2016-10-20-10.15.00`: the day, and the text behind it.
fn year_first(text: &str) -> Option<(NaiveDate, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if matches!(digits, 8 | 14) {
        let (year, month, day) = (text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..8].parse().ok()?);
        let is_thinkable = (1900..2100).contains(&year);
        return NaiveDate::from_ymd_opt(year, month, day).filter(|_| is_thinkable).map(|date| (date, &text[8..]));
    }
    let (year, rest) = text.split_at_checked(4).filter(|_| digits == 4)?;
    let separator = rest.chars().next().filter(|c| matches!(c, '/' | '.' | '-'))?;
    let dotted = separator == '.';
    let blanks: &[char] = if dotted { &[' '] } else { &[] };
    let (month, rest) = number(rest[1..].trim_start_matches(blanks), 2)?;
    let (day, rest) = number(rest.strip_prefix(separator)?.trim_start_matches(blanks), 2)?;
    let rest = rest.strip_prefix('.').filter(|_| dotted).unwrap_or(rest);
    let ends = rest.is_empty() || rest.starts_with([' ', 'T', ',', '-']);
    NaiveDate::from_ymd_opt(year.parse().ok()?, month, day).filter(|_| ends).map(|date| (date, rest))
}

/// What spreadsheets count days by: 42663 is 20 October 2016, and what stands behind its point is a part of the day. From 1954 to 2119.
pub fn read_serial(text: &str) -> Option<NaiveDateTime> {
    let (days, part) = text.split_once('.').unwrap_or((text, "0"));
    let all_digits = [days, part].iter().all(|word| word.bytes().all(|b| b.is_ascii_digit()));
    if days.len() != 5 || !all_digits || part.is_empty() || part.len() > 15 {
        return None;
    }
    let days: i64 = days.parse().ok().filter(|days| (20_000..80_000).contains(days))?;
    let seconds = (format!("0.{part}").parse::<f64>().ok()? * 86_400.0).round() as i64;
    let first = NaiveDate::from_ymd_opt(1899, 12, 30).expect("it is a day").and_time(NaiveTime::MIN);
    Some(first + TimeDelta::days(days) + TimeDelta::seconds(seconds))
}

/// The numbers of `02/23/26`, and what follows them.
struct Parts<'t> {
    first: u32,
    second: u32,
    year: i32,
    /// Whether the year has two digits.
    is_short: bool,
    separator: u8,
    behind: &'t str,
}

impl<'t> Parts<'t> {
    /// The day by an order, where it needs one, and the text behind it.
    fn day(self, order: Option<Order>) -> Option<(NaiveDate, &'t str)> {
        let Parts { first, second, year, separator, behind, .. } = self;
        let order = if separator == b'.' { Order::Dmy } else { order.or((first == second).then_some(Order::Dmy))? };
        let (day, month) = match order {
            Order::Dmy => (first, second),
            Order::Mdy => (second, first),
        };
        Some((NaiveDate::from_ymd_opt(year, month, day)?, behind))
    }
}

fn parts(text: &str) -> Option<Parts<'_>> {
    let (first, rest) = number(text, 2)?;
    let separator = *rest.as_bytes().first().filter(|b| matches!(b, b'/' | b'.' | b'-'))?;
    let (second, rest) = number(&rest[1..], 2)?;
    let rest = rest.strip_prefix(separator as char)?;
    let (year, behind) = number(rest, 4)?;
    let (year, is_short) = match rest.len() - behind.len() {
        4 => (year as i32, false),
        // A spreadsheet's rule for two digits.
        2 => (year as i32 + if year < 30 { 2000 } else { 1900 }, true),
        _ => return None,
    };
    let behind = behind.strip_prefix(',').unwrap_or(behind);
    (behind.is_empty() || behind.starts_with(' ')).then_some(Parts { first, second, year, is_short, separator, behind })
}

/// The digits a text begins with, at least one and at most `most`, and the rest.
fn number(text: &str, most: usize) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    (1..=most).contains(&digits).then(|| number.parse().ok())?.map(|number| (number, rest))
}

/// What the cells of one column told about the order of day and month.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The first date, with its line, whose first number can only be a day; and whose second can only be one.
    day_first: Option<(u64, String)>,
    month_first: Option<(u64, String)>,
    /// The first that means two different days.
    either: Option<(u64, String)>,
    /// Whether there is a bare number of a day, and whether there is anything else.
    serials: bool,
    others: bool,
    /// How many dates have the year first, with four digits; and their months and days, each a bit.
    isos: u64,
    iso_months: u128,
    iso_days: u128,
    /// Of dates that end with two digits the first; and the first and last numbers of all, each a bit.
    short: Option<(u64, String)>,
    short_firsts: u128,
    short_lasts: u128,
}

/// So many dates, of several days and months and all of the first twelve days, are no accident: each is one with a chance of two in five.
const NO_ACCIDENT: u64 = 12;
const SEVERAL: u32 = 4;

/// Days of so many different numbers are hardly years, and years of so few, one after the other, hardly days.
const MANY_DAYS: u32 = 20;
const FEW_YEARS: u32 = 12;

/// The bit of two digits; of anything else one that is no day and no month.
fn bit(digits: Option<&[u8]>) -> u128 {
    match digits {
        Some([tens @ b'0'..=b'9', ones @ b'0'..=b'9']) => 1 << ((tens - b'0') * 10 + ones - b'0'),
        _ => 1 << 100,
    }
}

/// What one date tells of the order of day and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    /// Its first number can only be a day.
    Day,
    /// Its second can only be one.
    Month,
    /// It means two different days.
    Either,
    /// It is written in a way that has one meaning, or is no date.
    Nothing,
}

pub fn leads(text: &str) -> Leads {
    let Some(Parts { first, second, separator, .. }) = parts(text) else { return Leads::Nothing };
    match (first, second) {
        _ if separator == b'.' => Leads::Nothing,
        (13..=31, 1..=12) => Leads::Day,
        (1..=12, 13..=31) => Leads::Month,
        (1..=12, 1..=12) if first != second => Leads::Either,
        _ => Leads::Nothing,
    }
}

impl Seen {
    /// Takes note of a cell that means something; ISO dates and texts that are no dates say nothing of their order.
    pub fn note(&mut self, text: &[u8], line: u64) {
        if text.starts_with(b"00") && std::str::from_utf8(text).is_ok_and(|text| is_day_zero(text.trim())) {
            return;
        }
        let iso = |text: &[u8]| text[..4].iter().all(u8::is_ascii_digit) && text[4] == b'-';
        if text.len() >= 6 && iso(text) {
            self.others = true;
            self.isos += 1;
            self.iso_months |= bit(text.get(5..7));
            self.iso_days |= bit(text.get(8..10));
            return;
        }
        let Ok(text) = std::str::from_utf8(text).map(str::trim) else { return };
        if text.is_empty() {
            return;
        }
        match read_serial(text) {
            Some(_) => self.serials = true,
            None => self.others = true,
        }
        if let Some(Parts { first, second: 1..=12, year, is_short: true, .. }) = parts(text) {
            self.short.get_or_insert_with(|| (line, text.to_string()));
            self.short_firsts |= 1 << first;
            self.short_lasts |= 1 << year.rem_euclid(100);
        }
        let seen = match leads(text) {
            Leads::Day => &mut self.day_first,
            Leads::Month => &mut self.month_first,
            Leads::Either => &mut self.either,
            Leads::Nothing => return,
        };
        seen.get_or_insert_with(|| (line, text.to_string()));
    }

    /// Whether the column is one of bare numbers of days, as a spreadsheet leaves them that lost its formats: all of them are.
    pub fn are_serials(&self) -> bool {
        self.serials && !self.others
    }

    /// A spreadsheet that reads dates of the other order turns those round that it can, and leaves the others as texts: the day of the first
    /// is never after the twelfth, since it was a month.
    ///
    /// # Errors
    /// It is so, with the way out.
    pub fn not_turned_round(&self, file: &str, column: &str) -> Result<(), Problem> {
        let Some((line, text)) = self.day_first.as_ref().or(self.month_first.as_ref()) else { return Ok(()) };
        let are_various = [self.iso_months, self.iso_days].iter().all(|seen| seen.count_ones() >= SEVERAL);
        if self.isos < NO_ACCIDENT || !are_various || self.iso_days >> 13 != 0 {
            return Ok(());
        }
        let what = format!(
            "a spreadsheet seems to have turned day and month round in \"{column}\": \"{text}\" stayed a text, and none of the {} others is of \
             a day after the 12th",
            self.isos
        );
        let hint = "load the export as the CRM wrote it, without saving it from a spreadsheet; or say --date-order dmy or mdy if these dates \
                    are right as they stand";
        Err(Problem::new(Place::new(file, *line as usize, 1), what, hint))
    }

    /// `16/10/20` may begin with its year: its first number is one of few then, its last one goes through a month's days.
    ///
    /// # Errors
    /// It looks so, with the way out.
    pub fn not_year_first(&self, file: &str, column: &str) -> Result<(), Problem> {
        let Some((line, text)) = &self.short else { return Ok(()) };
        let (firsts, lasts) = (self.short_firsts, self.short_lasts);
        let run = firsts >> firsts.trailing_zeros();
        // A century may turn among them; and what is always of the first day of a month is of no year.
        let follow_each_other = run & (run + 1) == 0 && (run > 1 || firsts >> 13 != 0) || firsts >> 32 != 0;
        let are_years = follow_each_other && firsts.count_ones() <= FEW_YEARS;
        let are_days = lasts >> 32 == 0 && lasts.count_ones() >= MANY_DAYS;
        if self.month_first.is_some() || !are_years || !are_days {
            return Ok(());
        }
        let what = format!("the dates of \"{column}\" seem to begin with a year of two digits: \"{text}\"");
        let hint = "export it again with years of four digits; or say --date-order dmy or mdy if the year stands last";
        Err(Problem::new(Place::new(file, *line as usize, 1), what, hint))
    }

    /// The order that the column's own dates say, all of them the same.
    pub fn evident(&self) -> Option<Order> {
        match (&self.day_first, &self.month_first) {
            (Some(_), None) => Some(Order::Dmy),
            (None, Some(_)) => Some(Order::Mdy),
            _ => None,
        }
    }

    pub fn is_mixed(&self) -> bool {
        self.day_first.is_some() && self.month_first.is_some()
    }

    /// The order of the column; `None` where no date asks for one. `said` decides where the column itself does not.
    ///
    /// # Errors
    /// Both readings are possible, or the column contradicts itself; with the way out.
    pub fn order(self, file: &str, column: &str, said: Option<Order>) -> Result<Option<Order>, Problem> {
        match (self.day_first, self.month_first, self.either) {
            (Some(_), None, _) => Ok(Some(Order::Dmy)),
            (None, Some(_), _) => Ok(Some(Order::Mdy)),
            (None, None, None) => Ok(said),
            (None, None, Some((line, text))) => said
                .map(Some)
                .ok_or_else(|| Problem::new(Place::new(file, line as usize, 1), ambiguous(column, &text), HOW_TO_SAY)),
            (Some((line, day_first)), Some((other, month_first)), _) => match said {
                Some(order) => Ok(Some(order)),
                None => Err(Problem::new(
                    Place::new(file, line.max(other) as usize, 1),
                    format!(
                        "the column \"{column}\" mixes two orders: \"{day_first}\" in line {line} has the day first, \
                         \"{month_first}\" in line {other} the month"
                    ),
                    "export it again with one date format; or say --date-order dmy or mdy, and the others are rejected",
                )),
            },
        }
    }
}

const HOW_TO_SAY: &str =
    "say --date-order dmy or --date-order mdy; or for good: date_order = \"mdy\" in the source's source.toml";

fn ambiguous(column: &str, text: &str) -> String {
    let reading = |order| read_other_date(text, Some(order)).map(|(at, _)| at.date().format("%-d %B %Y").to_string());
    match (reading(Order::Dmy), reading(Order::Mdy)) {
        (Some(dmy), Some(mdy)) => format!(
            "no date of the column \"{column}\" says whether the day or the month stands first: \"{text}\" is {dmy} (dmy) or {mdy} (mdy)"
        ),
        _ => format!("no date of the column \"{column}\" says whether the day or the month stands first: \"{text}\""),
    }
}

/// `0000-00-00 00:00:00`, `00/00/0000`: what databases hold, and spreadsheets show, where there is no day.
pub fn is_day_zero(text: &str) -> bool {
    let (day, clock) = text.split_at(text.find([' ', 'T']).unwrap_or(text.len()));
    let is_shaped = matches!(
        day.split(['-', '/', '.']).collect::<Vec<_>>()[..],
        ["0000", "00", "00"] | ["00", "00", "00" | "0000"]
    );
    is_shaped && clock.bytes().all(|b| matches!(b, b'0' | b':' | b'.' | b' ' | b'T' | b'Z' | b'+'))
}

/// Whether a column's cells are worth a [`Seen`].
pub fn is_dated(kind: ColumnType) -> bool {
    matches!(kind, ColumnType::Date | ColumnType::Day | ColumnType::Instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, order: Option<Order>) -> Option<String> {
        read_other_date(text, order).map(|(at, zone)| format!("{at} {zone:?}"))
    }

    #[test]
    fn dates_of_spreadsheets_and_of_the_setup_pages() {
        let mdy = Some(Order::Mdy);
        assert_eq!(read("02/23/26 08:55 PM", mdy), Some("2026-02-23 20:55:00 None".into()));
        assert_eq!(read("11/20/2025 9:15:03 PM PST", mdy), Some("2025-11-20 21:15:03 Some(-28800)".into()));
        assert_eq!(read("11/20/2025, 12:15 AM", mdy), Some("2025-11-20 00:15:00 None".into()));
        assert_eq!(read("20-10-16", Some(Order::Dmy)), Some("2016-10-20 00:00:00 None".into()));
        assert_eq!(read("3.2.2026 14:05", None), Some("2026-02-03 14:05:00 None".into()));
        assert_eq!(read("01/20/2026 03:30pm", mdy), Some("2026-01-20 15:30:00 None".into()));
        assert_eq!(read("Sep 12, 2026", None), Some("2026-09-12 00:00:00 None".into()));
        assert_eq!(read("12-Sep-2026 09:30", None), Some("2026-09-12 09:30:00 None".into()));
        assert_eq!(read("September 2, 2026 9:30 PM", None), Some("2026-09-02 21:30:00 None".into()));
        assert_eq!(read("3/3/99", None), Some("1999-03-03 00:00:00 None".into()));
        assert_eq!(read("2016/10/20", None), Some("2016-10-20 00:00:00 None".into()));
        assert_eq!(read("2016-1-5 9:07:03.25 PM", None), Some("2016-01-05 21:07:03.250 None".into()));
        assert_eq!(read("2016-10-20 10:15:32 UTC", None), Some("2016-10-20 10:15:32 Some(0)".into()));
        assert_eq!(read("2016. 10. 5.", None), Some("2016-10-05 00:00:00 None".into()));
        assert_eq!(read("2016. 1. 5. 9:15", None), Some("2016-01-05 09:15:00 None".into()));
        assert_eq!(read("20161020", None), Some("2016-10-20 00:00:00 None".into()));
        assert_eq!(read("20 oct. 2016, 10:15", None), Some("2016-10-20 10:15:00 None".into()));
        assert_eq!(read("20/Oct/2016:10:15:32 +0200", None), Some("2016-10-20 10:15:32 Some(7200)".into()));
        for wrong in [
            "02/30/26",
            "13/13/2026",
            "2/3",
            "1/2/345",
            "02/23/26 13:00 PM",
            "02/23/26 9:00 XYZ",
            "5",
            "Sept 31, 2026",
            "soon",
            "2016/13/20",
            "20161320",
            "99991231",
            "2016-10-20x",
            "2016/ 10/ 20",
            "2016/10/20/",
        ] {
            assert_eq!(read(wrong, mdy), None, "{wrong}");
        }
    }

    fn order(texts: &[&str], said: Option<Order>) -> Result<Option<Order>, String> {
        let mut seen = Seen::default();
        texts.iter().zip(2..).for_each(|(text, line)| seen.note(text.as_bytes(), line));
        seen.order("f.csv", "CloseDate", said).map_err(|problem| problem.to_string())
    }

    #[test]
    fn one_date_that_can_be_read_in_one_way_decides_for_the_column() {
        assert_eq!(order(&["01/02/2026", "23/02/2026"], None), Ok(Some(Order::Dmy)));
        assert_eq!(order(&["01/02/2026", "02/23/2026"], Some(Order::Dmy)), Ok(Some(Order::Mdy)));
        assert_eq!(order(&["2026-01-02", "03/03/2026", "3.4.2026", ""], None), Ok(None));
        assert_eq!(order(&["01/02/2026"], Some(Order::Mdy)), Ok(Some(Order::Mdy)));
    }

    #[test]
    fn years_of_two_digits_that_seem_to_stand_first_are_asked() {
        let told = |texts: &[String]| {
            let mut seen = Seen::default();
            texts.iter().zip(2..).for_each(|(text, line)| seen.note(text.as_bytes(), line));
            seen.not_year_first("f.csv", "CloseDate").map_err(|problem| problem.to_string()).err()
        };
        let days = |years: std::ops::RangeInclusive<u32>, to: u32| -> Vec<String> {
            let of = |year| (1..=to).map(move |day| format!("{year:02}/{:02}/{day:02}", day % 12 + 1));
            years.flat_map(of).collect()
        };
        let asked = told(&days(16..=17, 28)).expect("two years, and all days of a month");
        assert!(asked.contains("f.csv:2") && asked.contains("16/02/01") && asked.contains("four digits"), "{asked}");
        assert!(told(&days(6..=8, 31)).is_some() && told(&days(16..=26, 31)).is_some());
        assert!(told(&[days(98..=99, 31), days(0..=5, 31)].concat()).is_some(), "around 2000");
        let dotted = days(16..=17, 28).iter().map(|text| text.replace('/', ".")).collect::<Vec<_>>();
        assert!(told(&dotted).is_some());
        assert_eq!(told(&days(1..=1, 28)), None, "always the first of a month");
        assert_eq!(told(&[days(1..=1, 28), days(7..=7, 28)].concat()), None, "two days, not two years");
        assert_eq!(told(&days(1..=28, 28)), None, "the first may be days");
        assert_eq!(told(&days(16..=17, 12)), None, "the last may be years");
        assert_eq!(told(&[days(16..=17, 28), vec!["16/02/87".into()]].concat()), None, "no month has 87 days");
        assert_eq!(told(&[days(6..=7, 28), vec!["07/28/07".into()]].concat()), None, "no year has 28 months");
    }

    #[test]
    fn days_that_a_spreadsheet_turned_round_are_told() {
        let told = |isos: &[&str], text: &str| {
            let mut seen = Seen::default();
            isos.iter().chain([&text]).zip(2..).for_each(|(text, line)| seen.note(text.as_bytes(), line));
            seen.not_turned_round("f.xlsx", "CloseDate").map_err(|problem| problem.to_string()).err()
        };
        let early: Vec<String> = (1..=12).map(|day| format!("2026-{:02}-{day:02} 00:00:00", day % 4 + 1)).collect();
        let early: Vec<&str> = early.iter().map(String::as_str).collect();
        for text in ["1/13/2026", "13/1/2026"] {
            let told = told(&early, text).expect("none is later than the 12th");
            assert!(told.contains("f.xlsx:14") && told.contains(text) && told.contains("the 12 others"), "{told}");
        }
        assert_eq!(told(&early[1..], "1/13/2026"), None, "eleven may be so by accident");
        assert_eq!(told(&[&early[..], &["2026-03-13"]].concat(), "1/13/2026"), None, "one is of the 13th");
        assert_eq!(told(&early, "1/12/2026"), None, "no text says that its order is another");
        let first_of_months: Vec<String> = (1..=12).map(|month| format!("2026-{month:02}-01")).collect();
        let first_of_months: Vec<&str> = first_of_months.iter().map(String::as_str).collect();
        assert_eq!(told(&first_of_months, "1/15/2026"), None, "all are of one day");
        let week: Vec<String> = (1..=12).map(|day| format!("2026-03-{day:02}")).collect();
        let week: Vec<&str> = week.iter().map(String::as_str).collect();
        assert_eq!(told(&week, "1/15/2026"), None, "all are of one month");
    }

    /// 42663 is 20 October 2016 in every spreadsheet.
    #[test]
    fn a_column_of_bare_numbers_only_is_one_of_days() {
        let at = |text| read_serial(text).map(|at| at.to_string());
        assert_eq!(at("42663"), Some("2016-10-20 00:00:00".into()));
        assert_eq!(at("42663.75"), Some("2016-10-20 18:00:00".into()));
        for wrong in ["4266", "19999", "80000", "426630", "42663.", "42663.x", "-42663", "42 663", ""] {
            assert_eq!(at(wrong), None, "{wrong}");
        }
        let are_serials = |texts: &[&str]| {
            let mut seen = Seen::default();
            texts.iter().zip(2..).for_each(|(text, line)| seen.note(text.as_bytes(), line));
            seen.are_serials()
        };
        assert!(are_serials(&["42663", "", " 42700 "]));
        assert!(!are_serials(&["42663", "2016-10-20"]) && !are_serials(&["42663", "tbd"]) && !are_serials(&[""]));
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_asked() {
        let asked = order(&["03/03/2026", "01/02/2026"], None).expect_err("ambiguous");
        for words in ["f.csv:3", "1 February 2026 (dmy)", "2 January 2026 (mdy)", "--date-order", "CloseDate"] {
            assert!(asked.contains(words), "{words}: {asked}");
        }
        let mixed = order(&["23/02/2026", "02/23/2026"], None).expect_err("mixed");
        assert!(mixed.contains("line 2") && mixed.contains("line 3"), "{mixed}");
    }
}
