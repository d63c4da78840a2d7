//! SQL functions that know the project's calendar and time zones; registered in one place.

use crate::landing::{clock, id18};
use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Int64Array, StringArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{DataType, Date32Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use std::sync::Arc;
use uptake_spec::{Calendar, Grain, Project};
use xxhash_rust::xxh3::xxh3_64;

/// Every function a query may use beside DataFusion's own.
///
/// Days are dates, instants are `Timestamp(us, UTC)`, zones are IANA names; NULL in, NULL out. An unknown zone is an
/// error, not a guess: what an export calls a zone goes through `known_zone` first, which gives NULL for one that nobody knows.
pub fn functions(project: &Project) -> Vec<ScalarUDF> {
    let calendar = Arc::new(project.calendar());
    let (zone, currency) = (project.settings.time_zone.name().to_string(), project.settings.currency.clone());
    let on_day = |calendar: &Arc<Calendar>| calendar.clone();
    let (week, starts, nexts) = (on_day(&calendar), on_day(&calendar), on_day(&calendar));
    let (works, counts, quarters) = (on_day(&calendar), on_day(&calendar), calendar);
    vec![
        constant("project_zone", zone),
        constant("currency", currency),
        udf("id18", &[DataType::Utf8], DataType::Utf8, |a| {
            Ok(Arc::new(texts(&a[0]).map(|id| id.map(id18)).collect::<StringArray>()))
        }),
        udf("known_zone", &[DataType::Utf8], DataType::Utf8, |a| {
            let known = |name: &str| name.trim().parse().ok().map(|zone: Tz| zone.name());
            Ok(Arc::new(texts(&a[0]).map(|name| known(name?)).collect::<StringArray>()))
        }),
        udf("local_date", &[instant(), DataType::Utf8], DataType::Date32, |a| {
            let local = local_times(&a[0], &a[1])?;
            Ok(Arc::new(local.into_iter().map(|t| t.map(|t| t.date().to_epoch_days())).collect::<Date32Array>()))
        }),
        udf("local_time", &[instant(), DataType::Utf8], DataType::Timestamp(TimeUnit::Microsecond, None), |a| {
            let local = local_times(&a[0], &a[1])?;
            Ok(Arc::new(
                local
                    .into_iter()
                    .map(|t| t.map(|t| t.and_utc().timestamp_micros()))
                    .collect::<TimestampMicrosecondArray>(),
            ))
        }),
        udf("start_of_day", &[DataType::Date32, DataType::Utf8], instant(), starts_of_days),
        udf("at_clock", &[DataType::Date32, DataType::Utf8, DataType::Utf8], instant(), at_clocks),
        udf("week_of", &[DataType::Date32], DataType::Utf8, move |a| {
            let label = |day: NaiveDate| week.start_of(day, Grain::Week).format("%G-W%V").to_string();
            Ok(Arc::new(days(&a[0]).map(|day| day.map(label)).collect::<StringArray>()))
        }),
        udf("period_start", &[DataType::Date32, DataType::Utf8], DataType::Date32, move |a| {
            days_of_periods(a, |day, grain| Some(starts.start_of(day, grain)))
        }),
        udf("next_period", &[DataType::Date32, DataType::Utf8], DataType::Date32, move |a| {
            days_of_periods(a, |day, grain| nexts.next(day, grain))
        }),
        udf("is_working_day", &[DataType::Date32], DataType::Boolean, move |a| {
            Ok(Arc::new(days(&a[0]).map(|day| day.map(|day| works.is_working_day(day))).collect::<BooleanArray>()))
        }),
        udf("working_days", &[DataType::Date32, DataType::Date32], DataType::Int64, move |a| {
            let counted = days(&a[0]).zip(days(&a[1])).map(|(from, to)| Some(counts.working_days(from?, to?)));
            Ok(Arc::new(counted.collect::<Int64Array>()))
        }),
        udf("bit_count", &[DataType::Int64], DataType::Int64, |a| {
            Ok(Arc::new(a[0].as_primitive::<Int64Type>().unary::<_, Int64Type>(|bits| bits.count_ones().into())))
        }),
        udf("fiscal_quarter", &[DataType::Date32], DataType::Utf8, move |a| {
            Ok(Arc::new(days(&a[0]).map(|day| day.map(|day| quarters.fiscal_quarter(day))).collect::<StringArray>()))
        }),
    ]
}

/// `hash64(text)`, a number that is the same for the same text on every machine; two different texts share it about once in 2^64.
pub fn hash64() -> ScalarUDF {
    udf("hash64", &[DataType::Utf8], DataType::Int64, move |a| {
        Ok(Arc::new(texts(&a[0]).map(|text| text.map(hashed)).collect::<Int64Array>()))
    })
}

fn hashed(text: &str) -> i64 {
    xxh3_64(text.as_bytes()).cast_signed()
}

fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

pub(crate) fn udf(
    name: &str,
    takes: &[DataType],
    gives: DataType,
    body: impl Fn(&[ArrayRef]) -> Result<ArrayRef> + Send + Sync + 'static,
) -> ScalarUDF {
    let run = move |values: &[ColumnarValue]| {
        let scalar = values.iter().all(|value| matches!(value, ColumnarValue::Scalar(_)));
        let result = body(&ColumnarValue::values_to_arrays(values)?)?;
        Ok(if scalar {
            ColumnarValue::Scalar(datafusion::scalar::ScalarValue::try_from_array(&result, 0)?)
        } else {
            ColumnarValue::Array(result)
        })
    };
    create_udf(name, takes.to_vec(), gives, Volatility::Immutable, Arc::new(run))
}

fn constant(name: &str, text: String) -> ScalarUDF {
    let run = move |_: &[ColumnarValue]| Ok(ColumnarValue::Scalar(text.clone().into()));
    create_udf(name, vec![], DataType::Utf8, Volatility::Immutable, Arc::new(run))
}

fn texts(array: &ArrayRef) -> impl Iterator<Item = Option<&str>> {
    array.as_string::<i32>().iter()
}

fn days(array: &ArrayRef) -> impl Iterator<Item = Option<NaiveDate>> {
    array.as_primitive::<Date32Type>().iter().map(|days| days.and_then(NaiveDate::from_epoch_days))
}

/// The zone of every row; consecutive rows of one zone are looked up once.
fn zones(array: &ArrayRef) -> Result<Vec<Option<Tz>>> {
    let mut last: Option<(&str, Tz)> = None;
    let mut zones = Vec::with_capacity(array.len());
    for name in texts(array) {
        let Some(name) = name else {
            zones.push(None);
            continue;
        };
        let zone = match last.filter(|(known, _)| *known == name) {
            Some((_, zone)) => zone,
            None => name.parse().map_err(|_| {
                DataFusionError::Execution(format!(
                    "no time zone is called \"{name}\"; use an IANA name such as Europe/Berlin"
                ))
            })?,
        };
        last = Some((name, zone));
        zones.push(Some(zone));
    }
    Ok(zones)
}

fn local_times(instants: &ArrayRef, zone_names: &ArrayRef) -> Result<Vec<Option<chrono::NaiveDateTime>>> {
    let instants = instants.as_primitive::<TimestampMicrosecondType>();
    let local = |(micros, zone): (Option<i64>, Option<Tz>)| {
        Some(DateTime::from_timestamp_micros(micros?)?.with_timezone(&zone?).naive_local())
    };
    Ok(instants.iter().zip(zones(zone_names)?).map(local).collect())
}

/// The first instant of a day in a zone: midnight, or the end of the gap where the clock jumps over it.
fn starts_of_days(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let starts =
        days(&arrays[0]).zip(zones(&arrays[1])?).map(|(day, zone)| Some(start_of_day(day?, zone?)?.timestamp_micros()));
    Ok(Arc::new(starts.collect::<TimestampMicrosecondArray>().with_timezone("UTC")))
}

/// When it was on a day what a clock of a zone shows, written as people do, `9:15 PM`; the day's first instant where that is no time of day.
fn at_clocks(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let clocks = texts(&arrays[1]).map(|text| text.and_then(|text| clock(text.trim())).unwrap_or_default());
    let all = days(&arrays[0]).zip(clocks).zip(zones(&arrays[2])?);
    let instants = all.map(|((day, clock), zone)| Some(instant_of(day?.and_time(clock), zone?)?.timestamp_micros()));
    Ok(Arc::new(instants.collect::<TimestampMicrosecondArray>().with_timezone("UTC")))
}

fn start_of_day(day: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    instant_of(day.and_time(NaiveTime::MIN), zone)
}

/// When a zone's clocks show a time first; the end of the gap where they jump over it.
/// `None` where there are no instants any more: a day at the very ends of time.
fn instant_of(mut at: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    let until = at.checked_add_signed(TimeDelta::days(2))?; // whole days were skipped, in Samoa
    while at < until {
        match zone.from_local_datetime(&at) {
            LocalResult::Single(start) | LocalResult::Ambiguous(start, _) => return Some(start.to_utc()),
            LocalResult::None => at += TimeDelta::minutes(15),
        }
    }
    None
}

/// What `of` says of each day and grain.
fn days_of_periods(arrays: &[ArrayRef], of: impl Fn(NaiveDate, Grain) -> Option<NaiveDate>) -> Result<ArrayRef> {
    let mut found = vec![];
    for (day, grain) in days(&arrays[0]).zip(texts(&arrays[1])) {
        let grain: Option<Grain> = grain.map(|g| g.parse().map_err(DataFusionError::Execution)).transpose()?;
        found.push(day.zip(grain).and_then(|(day, grain)| of(day, grain)).map(|day| day.to_epoch_days()));
    }
    Ok(Arc::new(Date32Array::from(found)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What landed is compared by this number for as long as the lake lives. As `xxh3_64_intdigest` of Python's xxhash 3 tells it.
    #[test]
    fn a_hash_is_the_one_that_others_know() {
        // Texts of other lengths are hashed in other ways.
        let of_length = [
            (0, 0x2d06_8005_38d3_94c2_u64),
            (6, 0x81cc_214a_eb3d_ed49),
            (12, 0x38d0_9d54_2189_d4e2),
            (60, 0x50b9_5b29_799f_a725),
            (200, 0x50ef_124f_b1e4_de53),
        ];
        for (length, hash) in of_length {
            assert_eq!(hashed(&"x".repeat(length)).cast_unsigned(), hash, "{length}");
        }
        assert_eq!(hashed("abc").cast_unsigned(), 0x78af_5f94_892f_3950);
        assert_eq!(hashed(&"y".repeat(300)).cast_unsigned(), 0xe59d_0f1d_a61c_2ee0);
    }

    #[test]
    fn a_day_begins_where_the_clock_says_so() {
        let start =
            |day: &str, zone: Tz| start_of_day(day.parse().expect("a date"), zone).expect("an instant").to_rfc3339();
        assert_eq!(start("2026-01-05", Tz::Europe__Berlin), "2026-01-04T23:00:00+00:00");
        assert_eq!(start("2026-07-05", Tz::Europe__Berlin), "2026-07-04T22:00:00+00:00");
        // In Santiago the clock jumped from 24:00 to 01:00 on 2026-09-06: the day began at 01:00, 04:00 UTC.
        assert_eq!(start("2026-09-06", Tz::America__Santiago), "2026-09-06T04:00:00+00:00");
    }

    #[test]
    fn days_at_the_ends_of_time_begin_nowhere_and_do_not_panic() {
        for day in [NaiveDate::MIN, NaiveDate::MAX] {
            for zone in [Tz::Pacific__Kiritimati, Tz::UTC, Tz::Pacific__Pago_Pago] {
                let _ = start_of_day(day, zone);
            }
        }
    }
}
