//! Numbers as people and pages write them: whether a point or a comma stands before the fraction, the whole column decides.

use super::cell::shortened;
use std::borrow::Cow;
use uptake_spec::source::ColumnType;
pub use uptake_spec::source::DecimalMark as Mark;
use uptake_spec::{Place, Problem};

/// What may stand between groups of digits, beside point and comma: blanks of all widths, apostrophes.
const BLANKS: [char; 6] = [' ', '\u{a0}', '\u{202f}', '\u{2009}', '\'', '’'];
const CURRENCIES: [&str; 24] = [
    "US$", "A$", "C$", "R$", "$", "€", "£", "¥", "₹", "₽", "₩", "₺", "₴", "Kč", "kr.", "kr", "zł", "Ft", "lei", "SFr.",
    "Fr.", "Rs.", "руб.", "лв.",
];

/// Words for thousands, millions and milliards, in small letters and without a point behind them, with the zeros that they stand for.
const MAGNITUDES: [(&str, usize); 21] = [
    ("k", 3),
    ("tsd", 3),
    ("thousand", 3),
    ("m", 6),
    ("mm", 6),
    ("mn", 6),
    ("mln", 6),
    ("mio", 6),
    ("mill", 6),
    ("million", 6),
    ("millions", 6),
    ("millionen", 6),
    ("b", 9),
    ("bn", 9),
    ("mrd", 9),
    ("mld", 9),
    ("md", 9),
    ("mds", 9),
    ("billion", 9),
    ("billions", 9),
    ("milliarden", 9),
];

/// A number with a point and without all else, `-1234.56`, by what stands before fractions in its column. `None` if it is none.
/// `1.2M` is 1200000, and of `45%` the sign is left out.
pub fn plain(text: &str, mark: Mark) -> Option<Cow<'_, str>> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if mark == Mark::Point && is_plain(digits) {
        return Some(text.into());
    }
    let Bare { negative, zeros, body } = bare(text)?;
    let (mut whole, fraction) = parts(body, mark)?;
    let moved = zeros.min(fraction.len());
    whole.push_str(&fraction[..moved]);
    whole.extend(std::iter::repeat_n('0', zeros - moved));
    let (sign, fraction) = (if negative { "-" } else { "" }, &fraction[moved..]);
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }.into())
}

/// Digits, with one point at most.
fn is_plain(text: &str) -> bool {
    let mut points = 0;
    let fits = text.bytes().all(|b| b.is_ascii_digit() || (b == b'.' && std::mem::replace(&mut points, 1) == 0));
    fits && text.bytes().any(|b| b.is_ascii_digit())
}

/// What is left of a number without sign, brackets, currency and magnitude.
struct Bare<'t> {
    negative: bool,
    /// What its magnitude adds: 6 of `1.2M`.
    zeros: usize,
    body: &'t str,
}

fn bare(text: &str) -> Option<Bare<'_>> {
    // How spreadsheets are told that `-5` is no formula.
    let text = text.strip_prefix('\'').unwrap_or(text).trim();
    // What has no digit is no number, and most words of a file are seen here.
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let inside = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    let mut signs = u8::from(inside.is_some());
    let mut negative = inside.is_some();
    let (mut currencies, mut magnitudes, mut zeros) = (0, 0, 0);
    let mut rest = inside.unwrap_or(text);
    loop {
        rest = rest.trim();
        if let Some(signed) = rest.strip_prefix(['-', '−', '+']).or_else(|| rest.strip_suffix(['-', '−'])) {
            negative |= !rest.starts_with('+');
            signs += 1;
            rest = signed;
        } else if let Some((amount, more)) = without_magnitude(rest) {
            magnitudes += 1;
            zeros = more;
            rest = amount;
        } else if let Some(amount) = without_currency(rest) {
            currencies += 1;
            rest = amount;
        } else {
            return (signs < 2 && currencies < 2 && magnitudes < 2).then_some(Bare { negative, zeros, body: rest });
        }
    }
}

/// Without the percent sign or the word for a magnitude behind it, which stands behind a digit.
fn without_magnitude(text: &str) -> Option<(&str, usize)> {
    if let Some(share) = text.strip_suffix('%') {
        return Some((share, 0));
    }
    let word = text.strip_suffix('.').unwrap_or(text);
    let number = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let word = &word[number.len()..];
    let (_, zeros) = MAGNITUDES.iter().find(|(known, _)| word.eq_ignore_ascii_case(known))?;
    number.trim_end().ends_with(|c: char| c.is_ascii_digit()).then_some((number, *zeros))
}

fn without_currency(text: &str) -> Option<&str> {
    let known = CURRENCIES.iter().find_map(|c| text.strip_prefix(c).or_else(|| text.strip_suffix(c)));
    let is_code = |code: &str| code.bytes().all(|b| b.is_ascii_uppercase());
    let before = || text.split_at_checked(3).filter(|(code, _)| is_code(code)).map(|(_, rest)| rest);
    let behind =
        || text.split_at_checked(text.len().checked_sub(3)?).filter(|(_, code)| is_code(code)).map(|(rest, _)| rest);
    known.or_else(before).or_else(behind)
}

/// The digits before and behind the fraction's sign; `None` if it is no number in this way of writing.
fn parts(body: &str, mark: Mark) -> Option<(String, &str)> {
    let (own, other) = if mark == Mark::Point { ('.', ',') } else { (',', '.') };
    let (whole, fraction) = body.split_once(own).unwrap_or((body, ""));
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let separator = whole.chars().find(|c| !c.is_ascii_digit());
    if separator.is_some_and(|c| c != other && !BLANKS.contains(&c)) {
        return None;
    }
    let groups: Vec<&str> = separator.map_or_else(|| vec![whole], |separator| whole.split(separator).collect());
    let digits = groups.concat();
    let fits = digits.bytes().all(|b| b.is_ascii_digit()) && (digits.len() + fraction.len() > 0) && are_groups(&groups);
    fits.then_some((digits, fraction))
}

/// Whether digits are grouped as people do: by threes from the right, or in India by twos before the last three.
fn are_groups(groups: &[&str]) -> bool {
    let [first, between @ .., last] = groups else { return true };
    (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && last.len() == 3
        && (between.iter().all(|group| group.len() == 3)
            || (first.len() < 3 && between.iter().all(|group| group.len() == 2)))
}

/// What the cells of one column told about points and commas.
#[derive(Debug, Clone)]
pub struct Seen {
    whole: bool,
    /// The first number, with its line, that can be read in one way only; and the first that means two.
    point: Option<(u64, String)>,
    comma: Option<(u64, String)>,
    either: Option<(u64, String)>,
}

impl Seen {
    /// Of a column of this type; `None` where it is none of numbers.
    pub fn of(kind: ColumnType) -> Option<Seen> {
        let whole = match kind {
            ColumnType::Integer => true,
            ColumnType::Decimal => false,
            _ => return None,
        };
        Some(Seen { whole, point: None, comma: None, either: None })
    }

    /// Takes note of a cell; `is_number`: it is no text that somebody wrote, its point is a decimal point.
    pub fn note(&mut self, text: &[u8], line: u64, is_number: bool) {
        let Some(first) = text.iter().position(|b| !b.is_ascii_digit() && *b != b'-') else { return };
        // What most columns have, and what tells nothing new.
        if self.point.is_some() && text[first] == b'.' && text[first + 1..].iter().all(u8::is_ascii_digit) {
            return;
        }
        let Ok(text) = std::str::from_utf8(text) else { return };
        if is_number {
            self.point.get_or_insert_with(|| (line, text.to_string()));
            return;
        }
        let [point, comma] =
            [Mark::Point, Mark::Comma].map(|mark| plain(text.trim(), mark).filter(|read| self.fits(read)));
        let seen = match (point, comma) {
            (Some(point), Some(comma)) if point == comma => return,
            (Some(_), Some(_)) => &mut self.either,
            (Some(_), None) => &mut self.point,
            (None, Some(_)) => &mut self.comma,
            (None, None) => return,
        };
        seen.get_or_insert_with(|| (line, text.trim().to_string()));
    }

    /// A column of whole numbers has no fractions but `.0`.
    fn fits(&self, number: &str) -> bool {
        !self.whole || number.split_once('.').is_none_or(|(_, fraction)| fraction.bytes().all(|b| b == b'0'))
    }

    /// What stands before the fractions of the column; `None` where it has none. `said` decides where the column itself does not.
    ///
    /// # Errors
    /// Both readings are possible, or the column contradicts itself; with the way out.
    pub fn mark(self, file: &str, column: &str, said: Option<Mark>) -> Result<Option<Mark>, Problem> {
        match (self.point, self.comma, self.either) {
            (Some(_), None, _) => Ok(Some(Mark::Point)),
            (None, Some(_), _) => Ok(Some(Mark::Comma)),
            (None, None, None) => Ok(said),
            (None, None, Some((line, text))) => said
                .map(Some)
                .ok_or_else(|| Problem::new(Place::new(file, line as usize, 1), ambiguous(column, &text), HOW_TO_SAY)),
            (Some((line, point)), Some((other, comma)), _) => match said {
                Some(mark) => Ok(Some(mark)),
                None => Err(Problem::new(
                    Place::new(file, line.max(other) as usize, 1),
                    format!(
                        "the column \"{column}\" mixes two ways to write numbers: \"{}\" in line {line} has a decimal point, \
                         \"{}\" in line {other} a decimal comma",
                        shortened(&point),
                        shortened(&comma)
                    ),
                    "export it again in one way; or say --decimal point or comma, and what does not fit is rejected",
                )),
            },
        }
    }
}

const HOW_TO_SAY: &str =
    "say --decimal point or --decimal comma; or for good: decimal = \"comma\" in the source's source.toml";

fn ambiguous(column: &str, text: &str) -> String {
    let reading = |mark| plain(text, mark).unwrap_or_default().into_owned();
    let (point, comma) = (reading(Mark::Point), reading(Mark::Comma));
    format!(
        "no number of the column \"{column}\" says what stands before fractions: \"{}\" is {point} (point) or {comma} (comma)",
        shortened(text)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_all_countries() {
        let point = |text| plain(text, Mark::Point).map(Cow::into_owned);
        let comma = |text| plain(text, Mark::Comma).map(Cow::into_owned);
        for (text, number) in [
            ("1234.56", "1234.56"),
            ("$1,234.50", "1234.50"),
            ("(123.4)", "-123.4"),
            ("-$5", "-5"),
            ("($1,000)", "-1000"),
            ("USD 1,234", "1234"),
            ("1'234.5", "1234.5"),
            ("12,34,567.8", "1234567.8"),
            ("'-5", "-5"),
            ("5-", "-5"),
            (".5", ".5"),
            ("$12K", "12000"),
            ("$1.2M", "1200000"),
            ("USD 1.2345 m", "1234500"),
            ("£0.75bn", "0750000000"),
            ("(2k)", "-2000"),
            ("45%", "45"),
            ("12.5 %", "12.5"),
        ] {
            assert_eq!(point(text).as_deref(), Some(number), "{text}");
        }
        for (text, number) in [
            ("1.234,56", "1234.56"),
            ("1 234,56", "1234.56"),
            // Two kinds of blanks.
            ("1\u{a0}234\u{202f}567,8", ""),
            ("9\u{a0}000 Kč", "9000"),
            ("1.234.567", "1234567"),
            ("−1.234,5 €", "-1234.5"),
            ("7", "7"),
            ("1,25 Mio. €", "1250000"),
            ("300 Tsd. EUR", "300000"),
            ("12 k€", "12000"),
        ] {
            assert_eq!(comma(text).unwrap_or_default(), number, "{text}");
        }
        for wrong in [
            "", "x", "1,23,4", "1.2.3", "12 34", "1e5", "5 kg", "--5", "$5€", "(5", "1,2345", "0,123", "5kk", "45%%",
            "$", "-", "k", "M", "%", "1.2M3",
        ] {
            assert_eq!(point(wrong), None, "{wrong}");
        }
    }

    fn mark(texts: &[&str], said: Option<Mark>) -> Result<Option<Mark>, String> {
        let mut seen = Seen::of(ColumnType::Decimal).expect("it is of numbers");
        texts.iter().zip(2..).for_each(|(text, line)| seen.note(text.as_bytes(), line, false));
        seen.mark("f.csv", "Amount", said).map_err(|problem| problem.to_string())
    }

    #[test]
    fn one_number_that_can_be_read_in_one_way_decides_for_the_column() {
        assert_eq!(mark(&["1.234", "12,5"], None), Ok(Some(Mark::Comma)));
        assert_eq!(mark(&["1,234", "0.5", "x", ""], None), Ok(Some(Mark::Point)));
        assert_eq!(mark(&["1.234", "9225.225"], Some(Mark::Comma)), Ok(Some(Mark::Point)));
        assert_eq!(mark(&["1.234.567"], None), Ok(Some(Mark::Comma)));
        assert_eq!(mark(&["0.125"], None), Ok(Some(Mark::Point)));
        assert_eq!(mark(&["1200", "-7", "9 000 Kč"], None), Ok(None));
        assert_eq!(mark(&["1.234"], Some(Mark::Comma)), Ok(Some(Mark::Comma)));
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_asked() {
        let asked = mark(&["7", "1.234"], None).expect_err("ambiguous");
        for words in ["f.csv:3", "1.234 (point) or 1234 (comma)", "--decimal", "decimal = \"comma\"", "Amount"] {
            assert!(asked.contains(words), "{words}: {asked}");
        }
        let mixed = mark(&["1.234,5", "1,234.5"], None).expect_err("mixed");
        assert!(mixed.contains("line 2") && mixed.contains("line 3"), "{mixed}");
    }

    #[test]
    fn a_number_of_the_file_itself_has_a_decimal_point() {
        let mut seen = Seen::of(ColumnType::Decimal).expect("it is of numbers");
        seen.note(b"1.234", 2, true);
        assert!(seen.clone().mark("f", "c", None).is_ok_and(|mark| mark == Some(Mark::Point)));
        seen.note(b"1.234,5", 3, false);
        assert!(seen.mark("f", "c", None).is_err());
    }

    #[test]
    fn whole_numbers_have_no_fractions() {
        let mut seen = Seen::of(ColumnType::Integer).expect("it is of numbers");
        seen.note(b"1.234", 2, false);
        assert!(seen.mark("f", "c", None).is_ok_and(|mark| mark == Some(Mark::Comma)));
    }
}
