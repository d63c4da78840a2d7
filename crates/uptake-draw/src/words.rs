//! Numbers, money and days as an English reader writes them. Every text on a picture or a page comes from here.

use chrono::{Datelike, NaiveDate};
use uptake_spec::dashboard::Show;
use uptake_spec::kpi::Unit;
use uptake_spec::{Grain, Range, Standing, Value, Verdict};

/// Narrow and not breaking: between a number and its unit.
const THIN: char = '\u{202f}';
/// What stands where there is no value.
pub const NOTHING: &str = "n/a";

/// What stands where a period has no values.
pub const NO_DATA: &str = "No data in this period.";
/// What stands where a question without a period has no rows.
pub const NO_ROWS: &str = "No rows.";

/// What stands where limits are not known yet.
pub const TOO_EARLY: &str = "too early to say what is normal";
/// What stands where no member of a column is to be named.
pub const NOWHERE: &str = "nowhere in particular";

/// One value in the way asked: `68 %`, `26,418`, `€1,240,000`, `12 Oct 2026`. Nothing is `n/a`; texts stay as they are.
///
/// Shares are 0.0 to 1.0. `currency` is ISO 4217, as `EUR`.
pub fn show(value: Value, unit: Unit, show: Show, currency: &str) -> String {
    let n = match value {
        Value::Nothing => return NOTHING.into(),
        Value::Text(text) => return text.into(),
        Value::Date(day) => return date(day),
        Value::Instant(at) => return format!("{} {} UTC", date(at.date_naive()), at.format("%H:%M")),
        Value::Boolean(yes) => return if yes { "yes" } else { "no" }.into(),
        Value::Integer(_) | Value::Decimal(_) | Value::Float(_) => value.number().unwrap_or(f64::NAN),
    };
    match show {
        Show::Usual | Show::Date | Show::Month => figure(n, unit, currency),
        Show::Percent { decimals } => percent(n, decimals),
        Show::Number { decimals } => number(n, decimals),
        Show::Money => money(n, currency),
    }
}

/// A number in its unit, at the length a sentence or a table wants: `68.4 %`, `€1,240,000`, `26,418`, `3.4`, `12 days`.
pub fn figure(n: f64, unit: Unit, currency: &str) -> String {
    match unit {
        Unit::Share => percent(n, 1),
        Unit::Money => money(n, currency),
        Unit::Count => number(n, 0),
        Unit::Rate => number(n, u8::from(n.abs() < 1000.0)),
        Unit::Days => days(n),
    }
}

/// A number in its unit, as short as a tile or a label wants: `68 %`, `€1.2M`, `26,418`, `3.4`, `12 days`.
pub fn short(n: f64, unit: Unit, currency: &str) -> String {
    match unit {
        Unit::Share => percent(n, u8::from(n != 0.0 && n.abs() < 0.0995)),
        Unit::Money => compact_money(n, currency),
        Unit::Count if n.abs() >= 1e6 => compact(n),
        Unit::Rate if n.abs() >= 1e4 => compact(n),
        _ => figure(n, unit, currency),
    }
}

/// A change with its sign: shares in points (`+3.2 points`), all else in the unit.
pub fn change(delta: f64, unit: Unit, show: Show, currency: &str) -> String {
    let size = delta.abs();
    let text = match (unit, show) {
        (_, Show::Percent { decimals }) => points(size, decimals),
        (Unit::Share, Show::Usual) => points(size, 1),
        (_, Show::Number { decimals }) => number(size, decimals),
        (_, Show::Money) => money(size, currency),
        (_, _) => figure(size, unit, currency),
    };
    match delta {
        d if d > 0.0 => format!("+{text}"),
        d if d < 0.0 => format!("−{text}"),
        _ => text,
    }
}

/// A distance between two shares: 0.032 → `3.2 points`.
pub fn points(n: f64, decimals: u8) -> String {
    let text = number(n * 100.0, decimals);
    let word = if text.trim_start_matches('−') == "1" { "point" } else { "points" };
    format!("{text} {word}")
}

/// The same where there is little room: `3.2 pts`.
pub(crate) fn points_short(n: f64, decimals: u8) -> String {
    format!("{} pts", number(n * 100.0, decimals))
}

/// 0.684 → `68 %`.
pub fn percent(n: f64, decimals: u8) -> String {
    format!("{}{THIN}%", number(n * 100.0, decimals))
}

/// 26418.0 → `26,418`; with a true minus, and never a negative zero.
pub fn number(n: f64, decimals: u8) -> String {
    if !n.is_finite() {
        return NOTHING.into();
    }
    // Halves go up, as readers expect: 1.25 is 1.3, where Rust alone would write 1.2.
    let power = 10_f64.powi(i32::from(decimals));
    let rounded = (n.abs() * power).round() / power;
    let written = format!("{rounded:.*}", usize::from(decimals));
    let (whole, rest) = written.split_at(written.find('.').unwrap_or(written.len()));
    let zero = written.chars().all(|c| matches!(c, '0' | '.'));
    let sign = if n < 0.0 && !zero { "−" } else { "" };
    format!("{sign}{}{rest}", grouped(whole))
}

/// `€1,240,000`, without cents.
pub fn money(n: f64, currency: &str) -> String {
    signed_money(n, currency, |size| number(size, 0))
}

/// `€1.2M`.
pub fn compact_money(n: f64, currency: &str) -> String {
    signed_money(n, currency, compact)
}

/// `26.4k`, `1.2M`, `3.1bn`; below a thousand as it is.
pub fn compact(n: f64) -> String {
    // Three digits say enough: 204,913 is 205k.
    let three = |n: f64| n.abs() >= 100_000.0 && (n.abs().log10() + 1e-9).floor() as i32 % 3 == 2;
    compact_to(n, u8::from(!three(n)))
}

/// As [`compact`], with at most `decimals`: an axis in steps of a quarter of a million needs two.
pub(crate) fn compact_to(n: f64, decimals: u8) -> String {
    const STEPS: [(f64, &str); 3] = [(1e9, "bn"), (1e6, "M"), (1e3, "k")];
    // 999,960 would be written "1,000k": the step is chosen after rounding.
    let found = STEPS.iter().find(|(size, _)| n.abs() >= size * 0.99995);
    let Some((size, word)) = found else { return trimmed(n, decimals) };
    format!("{}{word}", trimmed(n / size, decimals))
}

/// `12 days`, `1 day`, `3.5 days`.
pub fn days(n: f64) -> String {
    let text = trimmed(n, 1);
    let word = if text == "1" { "day" } else { "days" };
    format!("{text} {word}")
}

/// `7 of 12`.
pub fn of(part: f64, whole: f64) -> String {
    format!("{} of {}", number(part, 0), number(whole, 0))
}

/// `€`, `$`, `£`, else the code and a blank.
pub fn sign_of(currency: &str) -> String {
    match currency {
        "EUR" => "€".into(),
        "USD" => "$".into(),
        "GBP" => "£".into(),
        code => format!("{code} "),
    }
}

/// `12 Oct 2026`.
pub fn date(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// `Oct 2026`.
pub fn month(day: NaiveDate) -> String {
    day.format("%b %Y").to_string()
}

/// `12 Oct`.
pub fn day_month(day: NaiveDate) -> String {
    day.format("%-d %b").to_string()
}

/// A period by its first day, for axes: `12 Oct` for days and weeks, `Oct` for months, `Q4` for quarters.
///
/// Quarters are those of the calendar year: the fiscal year is not known here (see `Format`), so a quarter that
/// begins in February is told by its months (`Feb–Apr`).
pub fn tick(start: NaiveDate, grain: Grain) -> String {
    match grain {
        Grain::Day | Grain::Week => day_month(start),
        Grain::Month => start.format("%b").to_string(),
        Grain::Quarter => quarter(start),
    }
}

/// A period by its first day, on its own: `12 Oct 2026`, `W 12 Oct 2026`, `Oct 2026`, `Q4 2026`.
pub fn period(start: NaiveDate, grain: Grain) -> String {
    match grain {
        Grain::Day => date(start),
        Grain::Week => format!("W {}", date(start)),
        Grain::Month => month(start),
        Grain::Quarter => format!("{} {}", quarter(start), years_of_quarter(start)),
    }
}

/// A period within a sentence: `the week of 12 Oct 2026`, `October 2026`, `12 Oct 2026`.
pub fn period_in_words(start: NaiveDate, grain: Grain) -> String {
    match grain {
        Grain::Week => format!("the week of {}", date(start)),
        Grain::Month => start.format("%B %Y").to_string(),
        Grain::Day | Grain::Quarter => period(start, grain),
    }
}

/// Whether a figure is normal: `normal`, `lower than normal since the week of 3 Aug 2026`, `too early to say what is normal`.
///
/// A run that begins with the told period itself, on `start`, needs no since.
pub fn verdict(standing: &Standing, start: NaiveDate, grain: Grain) -> String {
    let words = match standing.verdict {
        Verdict::TooEarly => return TOO_EARLY.into(),
        _ if standing.quiet => return format!("not judged, in a quiet {}", grain.word()),
        Verdict::Normal => "normal",
        Verdict::Above => "higher than normal",
        Verdict::Below => "lower than normal",
    };
    let since = standing.since.filter(|since| *since != start);
    let since = since.map_or(String::new(), |since| format!(" since {}", period_in_words(since, grain)));
    let provisional = if standing.is_provisional() { ", provisionally" } else { "" };
    format!("{words}{since}{provisional}")
}

/// Which period a year before is meant: `52 weeks before`, `a year before`.
pub fn year_before(grain: Grain) -> &'static str {
    match grain {
        Grain::Day | Grain::Week => "52 weeks before",
        Grain::Month | Grain::Quarter => "a year before",
    }
}

/// `25 May to 22 Nov 2026`; both years where they differ.
pub fn range(range: Range) -> String {
    match (range.from(), range.to()) {
        (from, to) if from == to => date(from),
        (from, to) if from.year() == to.year() => format!("{} to {}", day_month(from), date(to)),
        (from, to) => format!("{} to {}", date(from), date(to)),
    }
}

/// A column's name for a reader: `team_office` → `Team office`.
pub fn heading(column: &str) -> String {
    sentence(&column.replace('_', " "))
}

/// Words as the beginning of a line: `lower than normal` → `Lower than normal`.
pub fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn quarter(start: NaiveDate) -> String {
    match start.month() {
        month if month % 3 == 1 => format!("Q{}", month / 3 + 1),
        _ => {
            let last = start + chrono::Months::new(2);
            format!("{}–{}", start.format("%b"), last.format("%b"))
        }
    }
}

/// `2026`, or `2026/27` where it ends in another year.
fn years_of_quarter(start: NaiveDate) -> String {
    let last = (start + chrono::Months::new(2)).year();
    if last == start.year() { last.to_string() } else { format!("{}/{:02}", start.year(), last % 100) }
}

/// `€1.25M`, for an axis.
pub(crate) fn tick_money(n: f64, currency: &str) -> String {
    signed_money(n, currency, |size| compact_to(size, 2))
}

fn signed_money(n: f64, currency: &str, size: impl Fn(f64) -> String) -> String {
    let written = size(n.abs());
    let sign = if n < 0.0 && written.contains(|c: char| ('1'..='9').contains(&c)) { "−" } else { "" };
    format!("{sign}{}{written}", sign_of(currency))
}

/// With at most `decimals`, without zeros behind: 3.0 → `3`.
pub(crate) fn trimmed(n: f64, decimals: u8) -> String {
    let text = number(n, decimals);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use uptake_spec::normal::Limits;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn numbers_are_grouped_and_carry_a_true_minus() {
        let check = |n, decimals, expected| assert_eq!(number(n, decimals), expected);
        check(26418.0, 0, "26,418");
        check(999.0, 0, "999");
        check(1234567.25, 1, "1,234,567.3");
        check(-1234.0, 0, "−1,234");
        check(-0.2, 0, "0");
        check(f64::NAN, 0, "n/a");
    }

    #[test]
    fn money_is_short_on_axes_and_whole_in_sentences() {
        assert_eq!(compact_money(1_240_000.0, "EUR"), "€1.2M");
        assert_eq!(compact_money(999_960.0, "USD"), "$1M");
        assert_eq!(compact_money(-26_418.0, "CHF"), "−CHF 26.4k");
        assert_eq!(money(1_240_000.4, "EUR"), "€1,240,000");
        assert_eq!(compact_money(-0.01, "EUR"), "€0");
        assert_eq!(
            ["€205k", "€100k", "€99.9k", "€1.2bn"],
            [204_913.0, 99_999.0, 99_912.0, 1.24e9].map(|n| compact_money(n, "EUR"))
        );
        assert_eq!(["€1.25M", "€1.5M", "€750k"], [1.25e6, 1.5e6, 7.5e5].map(|n| tick_money(n, "EUR")));
    }

    #[test]
    fn a_value_is_shown_in_its_unit_or_as_asked() {
        let check = |value, unit, how, expected| assert_eq!(show(value, unit, how, "EUR"), expected);
        check(Value::Float(0.684), Unit::Share, Show::Usual, "68.4\u{202f}%");
        check(Value::Float(0.684), Unit::Share, Show::Percent { decimals: 0 }, "68\u{202f}%");
        check(Value::Integer(1), Unit::Days, Show::Usual, "1 day");
        check(Value::Float(12.46), Unit::Days, Show::Usual, "12.5 days");
        check(Value::Nothing, Unit::Count, Show::Usual, "n/a");
        check(Value::Date(day("2026-10-12")), Unit::Count, Show::Date, "12 Oct 2026");
    }

    #[test]
    fn a_change_of_a_share_is_in_points() {
        assert_eq!(change(0.032, Unit::Share, Show::Usual, "EUR"), "+3.2 points");
        assert_eq!(change(-0.01, Unit::Share, Show::Percent { decimals: 0 }, "EUR"), "−1 point");
        assert_eq!(change(-1200.0, Unit::Money, Show::Usual, "EUR"), "−€1,200");
    }

    #[test]
    fn a_verdict_is_told_as_people_say_it() {
        let limits = |provisional| Limits {
            from: day("2026-01-05"),
            centre: 0.5,
            lower: 0.4,
            upper: 0.6,
            sigma: 0.03,
            range_limit: None,
            provisional,
        };
        let check = |verdict, since: Option<&str>, quiet, provisional, expected: &str| {
            let since = since.map(day);
            let standing = Standing { verdict, since, quiet, limits: Some(limits(provisional)) };
            assert_eq!(super::verdict(&standing, day("2026-08-17"), Grain::Week), expected);
        };
        check(Verdict::Normal, None, false, false, "normal");
        check(Verdict::Normal, None, false, true, "normal, provisionally");
        check(Verdict::Below, Some("2026-08-17"), false, false, "lower than normal");
        check(Verdict::Below, Some("2026-08-03"), false, false, "lower than normal since the week of 3 Aug 2026");
        check(Verdict::Above, Some("2026-08-03"), true, false, "not judged, in a quiet week");
        check(Verdict::TooEarly, None, true, false, "too early to say what is normal");
    }

    #[test]
    fn periods_are_named_by_their_first_day() {
        assert_eq!(period(day("2026-10-12"), Grain::Week), "W 12 Oct 2026");
        assert_eq!(period(day("2026-10-01"), Grain::Quarter), "Q4 2026");
        assert_eq!(period(day("2026-02-01"), Grain::Quarter), "Feb–Apr 2026");
        assert_eq!(period_in_words(day("2026-10-01"), Grain::Month), "October 2026");
        let autumn = Range::new(day("2026-09-28"), day("2026-11-22")).expect("in order");
        assert_eq!(range(autumn), "28 Sep to 22 Nov 2026");
    }
}
