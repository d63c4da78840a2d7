//! Arrow record batches become the [`Table`] everybody else sees.

use chrono::{DateTime, NaiveDate};
use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::compute::{cast, concat_batches};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float64Type, Int64Type, SchemaRef, TimeUnit, TimestampMicrosecondType,
};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use rust_decimal::Decimal;
use uptake_spec::{Column, Data, Table};

/// # Errors
/// No columns, two of one name, or values that cannot be shown.
pub fn table(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Table, ArrowError> {
    // What was computed may be of another physical type than what was planned: views of texts, say.
    let computed = batches.first().map_or_else(|| schema.clone(), RecordBatch::schema);
    let whole = concat_batches(&computed, batches)?;
    let columns = schema.fields().iter().zip(whole.columns());
    let columns = columns.map(|(field, array)| Ok(Column { name: field.name().clone(), data: data(array)? }));
    let columns: Vec<Column> = columns.collect::<Result<_, ArrowError>>()?;
    Table::new(columns).map_err(|e| ArrowError::SchemaError(e.to_string()))
}

/// What a column holds, in the words of `queries/lake.toml` where they have one.
pub fn kind_in_words(kind: &DataType) -> String {
    use DataType::{
        Binary, BinaryView, Boolean, Date32, Date64, Decimal128, Decimal256, Dictionary, Float16, Float32, Float64,
        Interval, LargeBinary, LargeList, LargeUtf8, List, Map, Null, Struct, Time32, Time64, Timestamp, Utf8,
        Utf8View,
    };
    let word = match kind {
        Utf8 | LargeUtf8 | Utf8View => "text",
        kind if kind.is_integer() => "integer",
        Decimal128(..) | Decimal256(..) => "decimal",
        Float16 | Float32 | Float64 => "number",
        Date32 | Date64 => "date",
        Timestamp(..) => "instant",
        Boolean => "boolean",
        List(item) | LargeList(item) => return format!("list of {}", kind_in_words(item.data_type())),
        Struct(_) => "record",
        Map(..) => "map",
        Time32(_) | Time64(_) => "time of day",
        Interval(_) | DataType::Duration(_) => "duration",
        Binary | BinaryView | LargeBinary => "bytes",
        Dictionary(_, value) => return kind_in_words(value),
        Null => "nothing",
        other => return other.to_string().to_lowercase(),
    };
    word.into()
}

fn data(array: &ArrayRef) -> Result<Data, ArrowError> {
    use DataType::{
        Boolean, Date32, Date64, Decimal128, Dictionary, Float16, Float32, Float64, Int64, LargeUtf8, Timestamp, Utf8,
        Utf8View,
    };
    Ok(match array.data_type() {
        Boolean => Data::Boolean(array.as_boolean().iter().collect()),
        kind if kind.is_integer() => Data::Integer(cast(array, &Int64)?.as_primitive::<Int64Type>().iter().collect()),
        Float16 | Float32 | Float64 => {
            Data::Float(cast(array, &Float64)?.as_primitive::<Float64Type>().iter().collect())
        }
        Decimal128(_, scale) => decimals(array, *scale)?,
        Date32 | Date64 => {
            Data::Date(cast(array, &Date32)?.as_primitive::<Date32Type>().iter().map(|d| d.and_then(date)).collect())
        }
        Timestamp(_, zone) => {
            let micros = cast(array, &Timestamp(TimeUnit::Microsecond, zone.clone()))?;
            Data::Instant(
                micros
                    .as_primitive::<TimestampMicrosecondType>()
                    .iter()
                    .map(|t| t.and_then(DateTime::from_timestamp_micros))
                    .collect(),
            )
        }
        Utf8 | LargeUtf8 | Utf8View => texts(&cast(array, &Utf8)?),
        Dictionary(_, value) => data(&cast(array, value)?)?,
        _ => shown(array)?,
    })
}

fn texts(array: &ArrayRef) -> Data {
    Data::Text(array.as_string::<i32>().iter().map(|text| text.map(String::from)).collect())
}

fn decimals(array: &ArrayRef, scale: i8) -> Result<Data, ArrowError> {
    let values = array.as_primitive::<Decimal128Type>();
    let read = |units: i128| {
        let scale = u32::try_from(scale).map_err(|_| ArrowError::CastError("a decimal of negative scale".into()))?;
        Decimal::try_from_i128_with_scale(units, scale)
            .map_err(|e| ArrowError::CastError(format!("a decimal is too large to show: {e}")))
    };
    Ok(Data::Decimal(values.iter().map(|value| value.map(read).transpose()).collect::<Result<_, _>>()?))
}

fn date(days: i32) -> Option<NaiveDate> {
    NaiveDate::from_epoch_days(days)
}

/// Lists, structs, intervals and the like, as text.
fn shown(array: &ArrayRef) -> Result<Data, ArrowError> {
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(array, &options)?;
    let texts = (0..array.len()).map(|row| (!array.is_null(row)).then(|| formatter.value(row).to_string()));
    Ok(Data::Text(texts.collect()))
}
