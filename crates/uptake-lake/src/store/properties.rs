//! How tables are written: packed, and in which encoding.

use datafusion::arrow::datatypes::{DataType, FieldRef, Schema};
use deltalake_core::parquet::basic::{Compression, Encoding, ZstdLevel};
use deltalake_core::parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use deltalake_core::parquet::schema::types::ColumnPath;

/// In groups of rows small enough that those of other days are passed over, and that all cores read one file.
pub fn compressed() -> WriterProperties {
    let level = ZstdLevel::try_new(3).expect("3 is a zstd level");
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(level));
    properties.set_max_row_group_row_count(Some(128 << 10)).build()
}

/// How rows that landed are written. A row group is held in memory until it is written. What differs in nearly every row, as keys, line
/// numbers and stamps do, would make a dictionary as large as itself first; written as differences it takes a third of the time and of the
/// room. `naming` are columns of the export that name a row, and so are such, too. Nobody looks for rows by what is in the export's columns,
/// so only ours tell their least and greatest, and `time`,
/// by which rows lie in order.
pub fn of_landing(landing: &Schema, naming: &[&str], time: Option<&str>) -> WriterProperties {
    let properties = compressed().into_builder().set_statistics_enabled(EnabledStatistics::None);
    // A month of a file is a small file: a dictionary of more than some thousand texts would cost it more than it saves.
    let most_words = if time.is_some() { 64 << 10 } else { 512 << 10 };
    let properties = properties.set_max_row_group_bytes(Some(32 << 20)).set_dictionary_page_size_limit(most_words);
    let with_column = |properties: WriterPropertiesBuilder, field: &FieldRef| {
        let column = || ColumnPath::from(field.name().as_str());
        let properties = match field.name().starts_with('_') || time == Some(field.name().as_str()) {
            true => properties.set_column_statistics_enabled(column(), EnabledStatistics::Chunk),
            false => properties,
        };
        let as_differences = |properties: WriterPropertiesBuilder, encoding| {
            properties.set_column_dictionary_enabled(column(), false).set_column_encoding(column(), encoding)
        };
        match field.data_type() {
            DataType::Utf8 if field.name() == "_key" || naming.contains(&field.name().as_str()) => {
                as_differences(properties, Encoding::DELTA_BYTE_ARRAY)
            }
            // A hash: nothing makes it smaller.
            DataType::Int64 if field.name() == "_content" => properties.set_column_dictionary_enabled(column(), false),
            DataType::Int64 | DataType::Timestamp(..) => as_differences(properties, Encoding::DELTA_BINARY_PACKED),
            _ => properties,
        }
    };
    landing.fields().iter().fold(properties, with_column).build()
}
