//! Cells as bytes, one behind the other, from the threads that type them until they stand in a batch: a row is moved as a whole.

use super::cell::Datum;
use chrono::{DateTime, Datelike, NaiveDate};

/// What stands before the bytes of each cell. `UNTRUE` and `TRUE` have none behind them, nor has `NOTHING`.
const NOTHING: u8 = 0;
const TEXT: u8 = 1;
const INTEGER: u8 = 2;
const DECIMAL: u8 = 3;
const DATE: u8 = 4;
const INSTANT: u8 = 5;
const UNTRUE: u8 = 6;
const TRUE: u8 = 7;

/// Puts a cell behind others. Of an instant the microseconds stay, as in a column.
pub fn push(cell: &Datum, to: &mut Vec<u8>) {
    let mut number = |kind: u8, bytes: &[u8]| {
        to.push(kind);
        to.extend_from_slice(bytes);
    };
    match cell {
        Datum::Nothing => to.push(NOTHING),
        Datum::Text(text) => {
            let length = u32::try_from(text.len()).expect("a record has at most 64 MB");
            number(TEXT, &length.to_le_bytes());
            to.extend_from_slice(text.as_bytes());
        }
        Datum::Integer(v) => number(INTEGER, &v.to_le_bytes()),
        Datum::Decimal(v) => number(DECIMAL, &v.to_le_bytes()),
        Datum::Date(v) => number(DATE, &v.num_days_from_ce().to_le_bytes()),
        Datum::Instant(v) => number(INSTANT, &v.timestamp_micros().to_le_bytes()),
        Datum::Boolean(v) => to.push(if *v { TRUE } else { UNTRUE }),
    }
}

/// Takes the first cell off; `None` where none was put.
pub fn take<'b>(from: &mut &'b [u8]) -> Option<Datum<'b>> {
    Some(match taken(from, 1)?[0] {
        NOTHING => Datum::Nothing,
        TEXT => {
            let length = u32::from_le_bytes(number(from)?);
            Datum::Text(std::str::from_utf8(taken(from, length as usize)?).ok()?.into())
        }
        INTEGER => Datum::Integer(i64::from_le_bytes(number(from)?)),
        DECIMAL => Datum::Decimal(i128::from_le_bytes(number(from)?)),
        DATE => Datum::Date(NaiveDate::from_num_days_from_ce_opt(i32::from_le_bytes(number(from)?))?),
        INSTANT => Datum::Instant(DateTime::from_timestamp_micros(i64::from_le_bytes(number(from)?))?),
        UNTRUE => Datum::Boolean(false),
        TRUE => Datum::Boolean(true),
        _ => return None,
    })
}

fn number<const BYTES: usize>(from: &mut &[u8]) -> Option<[u8; BYTES]> {
    taken(from, BYTES)?.try_into().ok()
}

fn taken<'b>(from: &mut &'b [u8], bytes: usize) -> Option<&'b [u8]> {
    let (taken, rest) = from.split_at_checked(bytes)?;
    *from = rest;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{NaiveTime, Utc};

    #[test]
    fn what_was_put_is_taken_off_again() {
        let at = |year| NaiveDate::from_ymd_opt(year, 12, 31).expect("a day");
        let instant = |year| at(year).and_time(NaiveTime::MIN).and_utc();
        let cells = [
            Datum::Text("".into()),
            Datum::Nothing,
            Datum::Text("Zoë\nsaid \"no\"".into()),
            Datum::Integer(i64::MIN),
            Datum::Decimal(-999_999_999_999_999_999),
            Datum::Date(at(1)),
            Datum::Date(at(9999)),
            Datum::Instant(instant(1)),
            Datum::Instant(DateTime::<Utc>::from_timestamp_micros(-1).expect("a time")),
            Datum::Boolean(false),
            Datum::Boolean(true),
        ];
        let mut bytes = vec![];
        cells.iter().for_each(|cell| push(cell, &mut bytes));
        let mut rest = &bytes[..];
        for cell in &cells {
            assert_eq!(take(&mut rest).as_ref(), Some(cell));
        }
        assert_eq!((take(&mut rest), rest.len()), (None, 0));
        // Torn anywhere, the last is told to be no cell.
        for end in 0..bytes.len() {
            let mut torn = &bytes[..end];
            let whole = std::iter::from_fn(|| take(&mut torn)).count();
            assert!(whole < cells.len(), "{end}");
        }
    }
}
