//! `truth.json`: the tally as text, one row a line, in a fixed order.

use std::fmt::Write;

use super::Order;
use super::calendar::{AS_OF, Day, date_text};
use super::truth::{By, Cell, Counts, Lost, Only, Series, Tally, Value};

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
    let (by, rows) = (column(series.by), series.sorted_rows());
    let by_list = if by.is_empty() { String::new() } else { format!("\"{by}\"") };
    let (kpi, options, filters) = (series.plan.kpi, series.plan.options, series.plan.filters);
    let grain = series.grain.name();
    push(
        out,
        format_args!(
            "{{\"kpi\":\"{kpi}\",\"options\":{options},\"filters\":{filters},\"grain\":\"{grain}\",\"by\":[{by_list}],"
        ),
    );
    push_only(out, series, &rows);
    out.push_str("\"rows\":[");
    for (index, (start, member, cell)) in rows.iter().enumerate() {
        out.push_str(if index == 0 { "\n" } else { ",\n" });
        push(out, format_args!("{{\"period_start\":\"{}\"", date_text(*start)));
        if !by.is_empty() {
            // Members are the firm's own words, which hold neither quotes nor backslashes.
            push(out, format_args!(",\"{by}\":\"{member}\""));
        }
        push_value(out, series.plan.value, cell);
        push_counts(out, series.plan.counts, cell);
        out.push('}');
    }
    out.push_str("]}");
}

fn push_only(out: &mut String, series: &Series, rows: &[(Day, &str, Cell)]) {
    let quoted = |texts: Vec<String>| texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(",");
    match series.plan.only {
        Only::Everything => {}
        Only::Members(members) => {
            let members = quoted(members.iter().map(|member| (*member).to_owned()).collect());
            push(out, format_args!("\"only\":{{\"{}\":[{members}]}},", column(series.by)));
        }
        Only::Periods => {
            let starts = quoted(rows.iter().map(|(start, ..)| date_text(*start)).collect());
            push(out, format_args!("\"only\":{{\"period_start\":[{starts}]}},"));
        }
    }
}

fn push_counts(out: &mut String, counts: Counts, cell: &Cell) {
    if counts != Counts::Neither {
        push(out, format_args!(",\"numerator\":{}", cell.numerator));
    }
    if counts == Counts::Both {
        push(out, format_args!(",\"denominator\":{}", cell.denominator));
    }
}

fn column(by: By) -> &'static str {
    match by {
        By::All => "",
        By::Grade => "grade",
        By::Department => "department",
        By::Office => "office",
        By::Location => "location",
        By::State => "state",
        By::Type => "type",
        By::Stage => "stage",
        By::Bar => "bar",
    }
}

fn push_value(out: &mut String, value: Value, cell: &Cell) {
    let text = match value {
        Value::Ratio => return,
        Value::All => format!("\"{}.0000\"", cell.denominator),
        Value::Those => format!("\"{}.0000\"", cell.numerator),
        Value::Money | Value::Weighted if cell.unknown > 0 && cell.unknown == cell.denominator => "null".to_owned(),
        Value::Money => format!("\"{}\"", decimal(cell.money, 4)),
        Value::Weighted => format!("\"{}\"", decimal(divide(cell.money, 100) * 100, 4)),
        Value::Quotient if cell.whole == 0 => "null".to_owned(),
        Value::Quotient => format!("\"{}\"", decimal(divide(cell.money * 1_000_000, cell.whole), 6)),
    };
    push(out, format_args!(",\"value\":{text}"));
}

/// A quotient by a number above nought, rounded half away from nought.
fn divide(number: i128, by: i128) -> i128 {
    number.signum() * ((2 * number.abs() + by) / (2 * by))
}

fn decimal(number: i128, places: u32) -> String {
    let (sign, one) = (if number < 0 { "-" } else { "" }, 10_i128.pow(places));
    format!("{sign}{}.{:0width$}", number.abs() / one, number.abs() % one, width = places as usize)
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
        assert_eq!(decimal(divide(-500_000, 1_000_000), 6), "-0.000001");
    }
}
