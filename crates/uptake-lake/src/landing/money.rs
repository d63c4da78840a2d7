//! Money as people read it, `$7,450,000.00`, becomes a number as machines write it, `7450000.00`.

use std::borrow::Cow;

/// Signs and words for a currency that stand before or behind an amount; codes of three capitals as well.
const SIGNS: [&str; 29] = [
    "$", "€", "£", "¥", "₹", "₽", "₩", "₺", "₴", "₪", "₫", "฿", "₦", "₱", "₡", "₲", "₵", "₸", "Kč", "kč", "zł", "kr",
    "kr.", "Ft", "lei", "R$", "US$", "A$", "Fr.",
];

/// The amount without its currency and without what groups its digits, with a point before its decimals. What could be read in two ways,
/// `1,234`, and what is no amount comes back as it is.
pub fn plain_amount(text: &str) -> Cow<'_, str> {
    let is_plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    if is_plain && text.matches('.').count() < 2 {
        return text.into();
    }
    amount(text).map_or(text.into(), Cow::from)
}

fn amount(text: &str) -> Option<String> {
    let text = without_quote(text);
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let (text, in_brackets) = (inner.unwrap_or(text), inner.is_some());
    let (text, before) = without_minus(text);
    let (text, behind) = without_minus(without_currency(text));
    let digits = plain_digits(text)?;
    Some(if in_brackets || before || behind { format!("-{digits}") } else { digits })
}

/// A spreadsheet's `'` before what could be a formula: `'-5`.
fn without_quote(text: &str) -> &str {
    text.strip_prefix('\'').unwrap_or(text).trim()
}

fn without_minus(text: &str) -> (&str, bool) {
    let rest = text.trim().strip_prefix(['-', '−']);
    (rest.unwrap_or(text).trim(), rest.is_some())
}

fn without_currency(text: &str) -> &str {
    let is_code = |word: &str| word.len() == 3 && word.bytes().all(|b| b.is_ascii_uppercase());
    let is_sign = |word: &str| is_code(word) || SIGNS.contains(&word);
    let is_amount = |c: char| c.is_ascii_digit() || matches!(c, '-' | '−');
    let start = text.find(is_amount).unwrap_or(0);
    let text = if is_sign(text[..start].trim()) { &text[start..] } else { text };
    let end = text.rfind(|c: char| c.is_ascii_digit()).map_or(text.len(), |at| at + 1);
    if is_sign(text[end..].trim()) { text[..end].trim() } else { text }
}

/// Digits without groups. The decimal mark is the last of two kinds of marks, or one before other than three digits.
fn plain_digits(text: &str) -> Option<String> {
    let is_space = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’');
    let (commas, points) = (text.matches(',').count(), text.matches('.').count());
    let last = text.rfind([',', '.']);
    let decimals = last.map_or(0, |at| text.len() - at - 1);
    let mark = match (commas, points) {
        (0, 0) => None,
        (0, 1) => last,
        (1, 0) if decimals == 3 => return None,
        (1, 0) => last,
        (_, 0) | (0, _) => None,
        _ => last,
    };
    let mut plain = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            _ if Some(at) == mark => plain.push('.'),
            '0'..='9' => plain.push(c),
            ',' | '.' => {}
            c if is_space(c) => {}
            _ => return None,
        }
    }
    let whole = &text[..mark.unwrap_or(text.len())];
    is_grouped(whole).then_some(plain).filter(|plain| plain.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether groups are of two or three digits, the last of three: `1,234,567`, `12,34,567`.
fn is_grouped(whole: &str) -> bool {
    let groups: Vec<usize> = whole.split(|c: char| !c.is_ascii_digit()).map(str::len).collect();
    match groups[..] {
        [_] => true,
        [first, ref middle @ .., 3] => (1..=3).contains(&first) && middle.iter().all(|digits| (2..=3).contains(digits)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As seen in exports: inputs.md 3 and 4.
    #[test]
    fn an_amount_loses_its_currency_and_its_groups() {
        for (text, plain) in [
            ("$7,450,000.00", "7450000.00"),
            ("120 000", "120000"),
            ("1 234,56", "1234.56"),
            ("9 000 Kč", "9000"),
            ("1\u{a0}234,5 €", "1234.5"),
            ("1.234,56", "1234.56"),
            ("1.234.567", "1234567"),
            ("12,34,567", "1234567"),
            ("EUR 400", "400"),
            ("CHF 1'250.50", "1250.50"),
            ("($400.00)", "-400.00"),
            ("'-5", "-5"),
            ("-$5", "-5"),
            ("$-5", "-5"),
            ("3,5", "3.5"),
            ("£1000", "1000"),
        ] {
            assert_eq!(plain_amount(text), plain, "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_or_could_be_two_stays_as_it_is() {
        for text in ["1,234", "12 h", "250k", "missing amount", "1,23,4", "1 2", "5-6", "1e5", "", "$", "1.5", "-7"] {
            assert_eq!(plain_amount(text), text, "{text}");
        }
    }
}
