//! One object, flat: a field for each value in it.

use super::parser::Parser;
use std::collections::HashSet;
use std::io::{BufRead, Result};

#[derive(Debug, Default, PartialEq)]
pub struct Flat {
    pub fields: Vec<Field>,
    /// What it says it is: `attributes.type`.
    pub kind: Option<String>,
}

#[derive(Debug, PartialEq)]
pub struct Field {
    /// `Owner.Name`.
    pub name: String,
    /// Empty for null.
    pub text: String,
    pub is_number: bool,
}

/// What stands in `attributes` beside a record and is about it, not of it.
const ABOUT: [&str; 3] = ["type", "url", "referenceId"];

impl Flat {
    /// Of all fields of an object, also those that are about it.
    pub fn of(mut fields: Vec<Field>) -> Flat {
        let about = |name: &str| fields.iter().find(|field| field.name == name).map(|field| field.text.clone());
        let (kind, reference) = (about("attributes.type"), about("attributes.referenceId"));
        fields.retain(|field| !is_about(&field.name));
        if let Some(reference) = reference.filter(|_| !fields.iter().any(|field| field.name.eq_ignore_ascii_case("id")))
        {
            // As the other records of the tree refer to it.
            fields.push(Field { name: "Id".into(), text: format!("@{reference}"), is_number: false });
        }
        Flat { fields, kind }
    }
}

fn is_about(name: &str) -> bool {
    let Some((before, last)) = name.rsplit_once('.') else { return false };
    ABOUT.contains(&last) && (before == "attributes" || before.ends_with(".attributes"))
}

/// # Errors
/// It is no JSON; it is larger or deeper than any honest one; a key stands in it twice.
pub fn read_object<R: BufRead>(parser: &mut Parser<R>) -> Result<Flat> {
    let mut fields = vec![];
    read_fields(parser, "", &mut fields)?;
    let mut names = HashSet::with_capacity(fields.len());
    match fields.iter().find(|field: &&Field| !names.insert(field.name.as_str())) {
        Some(twice) => parser.fault(format!("the key \"{}\" stands twice in an object", twice.name)),
        None => Ok(Flat::of(fields)),
    }
}

fn read_fields<R: BufRead>(parser: &mut Parser<R>, before: &str, fields: &mut Vec<Field>) -> Result<()> {
    parser.enter(b'{')?;
    while let Some(key) = parser.next_key()? {
        let name = format!("{before}{key}");
        match parser.peek_token()? {
            Some(b'{') => read_fields(parser, &format!("{name}."), fields)?,
            _ => fields.push(read_value(parser, name)?),
        }
    }
    Ok(())
}

/// A value that is no object; an array is its own text.
pub fn read_value<R: BufRead>(parser: &mut Parser<R>, name: String) -> Result<Field> {
    let mut text = String::new();
    match parser.peek_token()? {
        Some(b'[') => text = parser.copy()?,
        Some(b'"') => parser.string(&mut text)?,
        _ => match parser.word()?.as_str() {
            "null" => {}
            word @ ("true" | "false") => text = word.to_string(),
            number => return Ok(Field { name, text: plain(number), is_number: true }),
        },
    }
    Ok(Field { name, text, is_number: false })
}

/// The most digits that an exponent may make of a number; one of more is left as it is.
const MOST_DIGITS: i64 = 400;

/// A number without an exponent: `1.5E7` is `15000000`, to the last digit.
fn plain(number: &str) -> String {
    let Some((mantissa, exponent)) = number.split_once(['e', 'E']) else { return number.to_string() };
    let Some(exponent) = exponent.parse::<i64>().ok().filter(|e| e.abs() <= MOST_DIGITS) else {
        return number.to_string();
    };
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let point = whole.len() as i64 + exponent;
    let (whole, fraction) = match usize::try_from(point) {
        Ok(point) if point >= digits.len() => (format!("{digits:0<point$}"), String::new()),
        Ok(point) if point > 0 => (digits[..point].to_string(), digits[point..].to_string()),
        _ => ("0".into(), format!("{}{digits}", "0".repeat(point.unsigned_abs() as usize))),
    };
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exponent_is_only_another_way_to_write_a_number() {
        for (written, meant) in [
            ("1.5E7", "15000000"),
            ("1e3", "1000"),
            ("12.345e1", "123.45"),
            ("-1.20e-2", "-0.012"),
            ("0e5", "0"),
            ("123456789012345678901", "123456789012345678901"),
            ("1e999999999999", "1e999999999999"),
            ("1.0", "1.0"),
            ("10e-1", "1"),
        ] {
            assert_eq!(plain(written), meant, "{written}");
        }
    }
}
