//! `truth.json`: the tally as text, one row a line, in a fixed order.

use std::fmt::Write;

use super::Order;
use super::calendar::{AS_OF, date_text};
use super::truth::{By, Cell, Lost, Series, Subject, Tally};

/// How a cell's money becomes the row's value.
enum Value {
    None,
    /// The number of rows that the denominator counts.
    All,
    /// The number of rows that the numerator counts.
    Those,
    Money,
    Weighted,
    Share,
}

/// The whole file.
pub(super) fn truth_text(order: &Order, tally: &Tally) -> String {
    let mut out = String::new();
    let (people, months, seed) = (order.people, order.months, order.seed);
    let as_of = date_text(AS_OF);
    push(&mut out, format_args!("{{\"schema\":1,\"people\":{people},\"months\":{months},\"seed\":{seed},"));
    push(&mut out, format_args!("\"as_of\":\"{as_of}\",\n\"kpis\":[\n"));
    for (index, series) in tally.series.iter().enumerate() {
        push_series(&mut out, series);
        out.push_str(if index + 1 < tally.series.len() { ",\n" } else { "\n" });
    }
    out.push_str("],\n\"lost\":");
    push_lost(&mut out, &tally.lost);
    out.push_str("}\n");
    out
}

/// The number of rows in all series.
pub(super) fn truth_rows(tally: &Tally) -> u64 {
    tally.series.iter().map(|series| series.sorted_rows().len() as u64).sum()
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a String takes every letter");
}

fn push_series(out: &mut String, series: &Series) {
    let (kpi, options, value) = words(series.subject);
    let by = column(series.by);
    let by_list = if by.is_empty() { String::new() } else { format!("\"{by}\"") };
    let grain = series.grain.name();
    push(
        out,
        format_args!("{{\"kpi\":\"{kpi}\",\"options\":{options},\"grain\":\"{grain}\",\"by\":[{by_list}],\"rows\":["),
    );
    for (index, (start, member, cell)) in series.sorted_rows().iter().enumerate() {
        out.push_str(if index == 0 { "\n" } else { ",\n" });
        push(out, format_args!("{{\"period_start\":\"{}\"", date_text(*start)));
        if !by.is_empty() {
            // Members are the firm's own words, which hold neither quotes nor backslashes.
            push(out, format_args!(",\"{by}\":\"{member}\""));
        }
        push_value(out, &value, cell);
        push(out, format_args!(",\"numerator\":{},\"denominator\":{}}}", cell.numerator, cell.denominator));
    }
    out.push_str("]}");
}

fn words(subject: Subject) -> (&'static str, &'static str, Value) {
    match subject {
        Subject::ActiveByWork => ("active_people", r#"{"basis":"work"}"#, Value::None),
        Subject::ActiveByLogin => ("active_people", r#"{"basis":"login"}"#, Value::None),
        Subject::LoginsByPerson => ("logins_by_unique_person", "{}", Value::None),
        Subject::OpenAmount => ("open_pipeline", r#"{"measure":"amount"}"#, Value::Money),
        Subject::OpenCount => ("open_pipeline", r#"{"measure":"count"}"#, Value::All),
        Subject::OpenWeighted => ("open_pipeline", r#"{"measure":"weighted"}"#, Value::Weighted),
        Subject::OpenCreated => ("open_pipeline", r#"{"measure":"created"}"#, Value::Money),
        Subject::WonAmount => ("won", r#"{"measure":"amount"}"#, Value::Money),
        Subject::WonCount => ("won", r#"{"measure":"count"}"#, Value::All),
        Subject::LapsedAmount => ("lapsed_opportunities", r#"{"measure":"amount"}"#, Value::Money),
        Subject::LapsedCount => ("lapsed_opportunities", r#"{"measure":"count"}"#, Value::Those),
        Subject::LapsedShare => ("lapsed_opportunities", r#"{"measure":"share"}"#, Value::Share),
    }
}

fn column(by: By) -> &'static str {
    match by {
        By::All => "",
        By::Grade => "grade",
        By::Department => "department",
        By::Office => "office",
        By::Location => "location",
    }
}

fn push_value(out: &mut String, value: &Value, cell: &Cell) {
    let text = match value {
        Value::None => return,
        Value::All => format!("\"{}.0000\"", cell.denominator),
        Value::Those => format!("\"{}.0000\"", cell.numerator),
        Value::Money | Value::Weighted if cell.known == 0 => "null".to_owned(),
        Value::Money => format!("\"{}\"", decimal(cell.money, 4)),
        Value::Weighted => format!("\"{}\"", decimal(divide(cell.money, 100) * 100, 4)),
        Value::Share if cell.whole == 0 => "null".to_owned(),
        Value::Share => format!("\"{}\"", decimal(divide(cell.money * 1_000_000, cell.whole), 6)),
    };
    push(out, format_args!(",\"value\":{text}"));
}

/// A quotient of numbers that are not negative, rounded half away from nought.
fn divide(number: i128, by: i128) -> i128 {
    (2 * number + by) / (2 * by)
}

fn decimal(number: i128, places: u32) -> String {
    let one = 10_i128.pow(places);
    format!("{}.{:0width$}", number / one, number % one, width = places as usize)
}

fn push_lost(out: &mut String, lost: &Lost) {
    let counts = [
        ("modifications_overwritten", lost.modifications_overwritten),
        ("records_never_exported", lost.records_never_exported),
        ("deals_never_exported", lost.deals_never_exported),
        ("history_rows_never_exported", lost.history_rows_never_exported),
        ("owner_changes_between_exports", lost.owner_changes_between_exports),
        ("stage_moves_between_exports", lost.stage_moves_between_exports),
    ];
    let pairs: Vec<String> = counts.iter().map(|(name, count)| format!("\"{name}\":{count}")).collect();
    push(out, format_args!("{{{}}}", pairs.join(",")));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_rounded_once_and_away_from_nought() {
        assert_eq!(decimal(1_230_000, 4), "123.0000");
        assert_eq!(decimal(divide(12_350, 100) * 100, 4), "1.2400");
        assert_eq!(decimal(divide(1_000_000, 3), 6), "0.333333");
    }
}
