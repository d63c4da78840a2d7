//! What is wrong with a file, said to the person who loads it.

use std::fmt;
use std::io;

/// It travels as an [`io::Error`], from which [`Fault::of`] takes it back.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// 0 where the whole file is meant.
    pub line: u64,
    pub what: String,
    /// The way out.
    pub hint: String,
}

impl Fault {
    pub fn whole(what: impl Into<String>, hint: impl Into<String>) -> Fault {
        Fault { line: 0, what: what.into(), hint: hint.into() }
    }

    /// The fault that an error carries, if it does.
    pub fn of(error: &io::Error) -> Option<Fault> {
        error.get_ref()?.downcast_ref::<Fault>().cloned()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Fault {}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> io::Error {
        io::Error::other(fault)
    }
}
