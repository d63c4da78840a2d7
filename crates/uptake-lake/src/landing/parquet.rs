//! Parquet as input: rows of text cells like those of every other form, some hundred at a time.

use ::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use ::parquet::errors::ParquetError;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Fields, Float32Type, Float64Type};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use std::fmt::Display;
use std::fs::File;
use std::io::Result;
use std::panic::{AssertUnwindSafe, catch_unwind};
use uptake_read::{Fault, Record, Step, clean};

/// How many rows are held.
const BATCH_ROWS: usize = 512;

/// The records of a Parquet file; a nested field is a column with a point in its name, a list its own text.
pub struct Records {
    reader: ParquetRecordBatchReader,
    fields: Fields,
    columns: Vec<ArrayRef>,
    /// Of the batch that is held, and of the file.
    next: usize,
    line: u64,
}

impl Records {
    /// # Errors
    /// It is no whole Parquet file, or packed in a way that is not read.
    pub fn open(file: File) -> Result<Records> {
        let reader = guarded(|| ParquetRecordBatchReaderBuilder::try_new(file)?.with_batch_size(BATCH_ROWS).build())?;
        let fields = datafusion::arrow::record_batch::RecordBatchReader::schema(&reader).fields().clone();
        Ok(Records { reader, fields, columns: vec![], next: 0, line: 0 })
    }

    pub fn header(&self) -> Vec<String> {
        let mut names = vec![];
        flat_names(&self.fields, "", &mut names);
        names
    }

    /// Whether another batch was read.
    fn advance(&mut self) -> Result<bool> {
        let reader = &mut self.reader;
        let Some(batch) = guarded(|| reader.next().transpose().map_err(ParquetError::from))? else { return Ok(false) };
        self.columns.clear();
        flat_columns(&batch, &mut self.columns);
        self.next = 0;
        Ok(true)
    }
}

/// What the reader of damaged files tells, and also where it falls over them.
fn guarded<T>(read: impl FnOnce() -> std::result::Result<T, ParquetError>) -> Result<T> {
    let refused = |what: String| {
        let packed = what.contains("Disabled feature") || what.contains("not supported") || what.contains("NYI");
        let hint = if packed {
            "write it with snappy, zstd or no compression, or export CSV"
        } else {
            "the file is damaged or cut off; fetch it again"
        };
        Err(Fault::whole(format!("it is no Parquet file that can be read: {what}"), hint).into())
    };
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(error)) => refused(error.to_string()),
        Err(_) => refused("what it says of itself is not so".into()),
    }
}

fn flat_names(fields: &Fields, before: &str, names: &mut Vec<String>) {
    for field in fields {
        let name = format!("{before}{}", clean(field.name()));
        match field.data_type() {
            DataType::Struct(inside) => flat_names(inside, &format!("{name}."), names),
            _ => names.push(name),
        }
    }
}

fn flat_columns(batch: &RecordBatch, columns: &mut Vec<ArrayRef>) {
    fn add(array: &ArrayRef, columns: &mut Vec<ArrayRef>) {
        match array.as_struct_opt() {
            Some(inside) => inside.columns().iter().for_each(|array| add(array, columns)),
            None => columns.push(array.clone()),
        }
    }
    batch.columns().iter().for_each(|array| add(array, columns));
}

impl uptake_read::Records for Records {
    fn step(&mut self, to: &mut Record) -> Result<Step> {
        while self.columns.first().is_none_or(|column| self.next >= column.len()) {
            if !self.advance()? {
                return Ok(Step::End);
            }
        }
        self.line += 1;
        to.begin(self.line);
        for column in &self.columns {
            match column.is_null(self.next) {
                true => to.push(b"", false),
                false => to.push(text(column, self.next)?.as_bytes(), column.data_type().is_numeric()),
            }
        }
        self.next += 1;
        Ok(Step::Row)
    }
}

/// A value as text: ISO dates and times, numbers without an exponent.
fn text(column: &ArrayRef, row: usize) -> Result<String> {
    let told = |error: &dyn Display| {
        Fault::whole(format!("row {} of it cannot be read: {error}", row + 1), "write the file again")
    };
    match column.data_type() {
        DataType::Float64 => return Ok(column.as_primitive::<Float64Type>().value(row).to_string()),
        DataType::Float32 => return Ok(column.as_primitive::<Float32Type>().value(row).to_string()),
        // Texts of old writers, who do not say that they are some.
        DataType::Binary => return Ok(String::from_utf8_lossy(column.as_binary::<i32>().value(row)).into_owned()),
        DataType::LargeBinary => return Ok(String::from_utf8_lossy(column.as_binary::<i64>().value(row)).into_owned()),
        DataType::BinaryView => return Ok(String::from_utf8_lossy(column.as_binary_view().value(row)).into_owned()),
        _ => {}
    }
    let format = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(column, &format).map_err(|error| told(&error))?;
    formatter.value(row).try_to_string().map_err(|error| told(&error).into())
}
