//! Forms of files: whatever people export, it comes out as records of text cells, one after the other, with the line each stands in.
//!
//! Pure readers: bytes in, records out. What the cells mean, and whose they are, others know.

mod ahead;
mod delimited;
mod fault;
mod footer;
pub mod json;
mod kind;
mod record;
mod sniff;
pub mod text;
pub mod workbook;

pub use ahead::{Ahead, Batch, Item, Lane, Reading, ahead, lanes};
pub use delimited::Delimited;
pub use fault::Fault;
pub use footer::Footed;
pub use kind::{Kind, kind};
pub use record::{Broken, Record, Records, Rows, Step, clean, line, raw};
pub use sniff::{Dialect, HEAD, LEAST_UNDER_TITLES, sniff};

/// The most bytes one record may have; behind a quote that never closes, the rest of the file is one.
pub const MOST_ROW_BYTES: u64 = 64 << 20;
