//! What an answer is made of: named columns of equal length.
//!
//! The one shape in which numbers leave the lake and reach pictures, pages and files.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

/// The values of one column; `None` is an absent value, never zero or an empty text.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    Text(Vec<Option<String>>),
    Integer(Vec<Option<i64>>),
    Decimal(Vec<Option<Decimal>>),
    Float(Vec<Option<f64>>),
    Date(Vec<Option<NaiveDate>>),
    Instant(Vec<Option<DateTime<Utc>>>),
    Boolean(Vec<Option<bool>>),
}

/// One value of a [`Table`], borrowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    Nothing,
    Text(&'a str),
    Integer(i64),
    Decimal(Decimal),
    Float(f64),
    Date(NaiveDate),
    Instant(DateTime<Utc>),
    Boolean(bool),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub name: String,
    pub data: Data,
}

/// Columns of equal length with distinct names; held by [`Table::new`], the only door.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    columns: Vec<Column>,
    rows: usize,
}

#[derive(Debug, thiserror::Error, PartialEq)]
pub enum TableError {
    #[error("a table needs at least one column")]
    NoColumns,
    #[error("column \"{name}\" has {rows} rows where the first has {expected}")]
    Ragged { name: String, rows: usize, expected: usize },
    #[error("two columns are called \"{0}\"")]
    Twice(String),
}

impl Data {
    pub fn len(&self) -> usize {
        match self {
            Data::Text(v) => v.len(),
            Data::Integer(v) => v.len(),
            Data::Decimal(v) => v.len(),
            Data::Float(v) => v.len(),
            Data::Date(v) => v.len(),
            Data::Instant(v) => v.len(),
            Data::Boolean(v) => v.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn value(&self, row: usize) -> Value<'_> {
        let found = match self {
            Data::Text(v) => v[row].as_deref().map(Value::Text),
            Data::Integer(v) => v[row].map(Value::Integer),
            Data::Decimal(v) => v[row].map(Value::Decimal),
            Data::Float(v) => v[row].map(Value::Float),
            Data::Date(v) => v[row].map(Value::Date),
            Data::Instant(v) => v[row].map(Value::Instant),
            Data::Boolean(v) => v[row].map(Value::Boolean),
        };
        found.unwrap_or(Value::Nothing)
    }

    fn picked(&self, rows: &[usize]) -> Data {
        fn of<T: Clone>(values: &[T], rows: &[usize]) -> Vec<T> {
            rows.iter().map(|row| values[*row].clone()).collect()
        }
        match self {
            Data::Text(v) => Data::Text(of(v, rows)),
            Data::Integer(v) => Data::Integer(of(v, rows)),
            Data::Decimal(v) => Data::Decimal(of(v, rows)),
            Data::Float(v) => Data::Float(of(v, rows)),
            Data::Date(v) => Data::Date(of(v, rows)),
            Data::Instant(v) => Data::Instant(of(v, rows)),
            Data::Boolean(v) => Data::Boolean(of(v, rows)),
        }
    }
}

impl Value<'_> {
    /// The number in it; `None` for texts, dates, booleans and nothing.
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Integer(n) => Some(*n as f64),
            Value::Float(n) => Some(*n),
            Value::Decimal(n) => n.to_string().parse().ok(),
            _ => None,
        }
    }
}

/// As in a CSV: dates and instants in ISO 8601, decimals as written, nothing as an empty text.
impl std::fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Nothing => Ok(()),
            Value::Text(v) => f.write_str(v),
            Value::Integer(v) => write!(f, "{v}"),
            Value::Decimal(v) => write!(f, "{v}"),
            Value::Float(v) => write!(f, "{v}"),
            Value::Date(v) => write!(f, "{v}"),
            Value::Instant(v) => f.write_str(&v.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)),
            Value::Boolean(v) => write!(f, "{v}"),
        }
    }
}

impl Table {
    /// # Errors
    /// No column, columns of different length, or two of one name.
    pub fn new(columns: Vec<Column>) -> Result<Table, TableError> {
        let rows = columns.first().ok_or(TableError::NoColumns)?.data.len();
        for (at, column) in columns.iter().enumerate() {
            if column.data.len() != rows {
                return Err(TableError::Ragged { name: column.name.clone(), rows: column.data.len(), expected: rows });
            }
            if columns[..at].iter().any(|earlier| earlier.name == column.name) {
                return Err(TableError::Twice(column.name.clone()));
            }
        }
        Ok(Table { columns, rows })
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// The value in `row` (from 0) of the column `name`; nothing where there is no such column.
    ///
    /// # Panics
    /// If `row` is not below [`Table::rows`].
    pub fn value(&self, row: usize, name: &str) -> Value<'_> {
        self.column(name).map_or(Value::Nothing, |c| c.data.value(row))
    }

    /// These rows, in this order.
    ///
    /// # Panics
    /// If one of them is not below [`Table::rows`].
    pub fn picked(&self, rows: &[usize]) -> Table {
        let columns = self.columns.iter().map(|c| Column { name: c.name.clone(), data: c.data.picked(rows) });
        Table { columns: columns.collect(), rows: rows.len() }
    }

    /// The values of one row, in the order of the columns.
    pub fn row(&self, row: usize) -> impl Iterator<Item = Value<'_>> {
        self.columns.iter().map(move |c| c.data.value(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, values: &[i64]) -> Column {
        Column { name: name.into(), data: Data::Integer(values.iter().map(|v| Some(*v)).collect()) }
    }

    #[test]
    fn a_table_has_columns_of_equal_length_and_distinct_names() {
        assert_eq!(Table::new(vec![]), Err(TableError::NoColumns));
        let ragged = Table::new(vec![column("a", &[1, 2]), column("b", &[1])]);
        assert_eq!(ragged, Err(TableError::Ragged { name: "b".into(), rows: 1, expected: 2 }));
        assert_eq!(Table::new(vec![column("a", &[1]), column("a", &[1])]), Err(TableError::Twice("a".into())));
        assert_eq!(Table::new(vec![column("a", &[1, 2])]).map(|t| t.rows()), Ok(2));
    }
}
