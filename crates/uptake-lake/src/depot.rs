//! A place for files that are no tables: reports that were sent, and the ledger of what became of them.

use crate::error::LakeError;
pub use crate::store::Lock;
use crate::store::Store;
use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;

/// A folder or a place below an object-store URL; cheap to clone.
#[derive(Debug, Clone)]
pub struct Depot(Store);

impl Depot {
    /// A folder, made when something is written, or an object-store URL.
    ///
    /// # Errors
    /// An address of no known kind.
    pub fn open(address: &str) -> Result<Depot, LakeError> {
        Store::open(address).map(Depot)
    }

    pub(crate) fn of(store: Store) -> Depot {
        Depot(store)
    }

    /// Waits until nobody else on this machine holds it; let go when dropped. On object stores it holds nobody back.
    ///
    /// # Errors
    /// The lock file cannot be made: a read-only disk, no rights.
    pub fn lock(&self) -> BoxFuture<'_, Result<Lock, LakeError>> {
        Box::pin(self.0.lock())
    }

    /// Writes a file whole, in place of one that is there. Slashes in the name are folders.
    ///
    /// # Errors
    /// The storage.
    pub fn write<'a>(&'a self, name: &'a str, bytes: Vec<u8>) -> BoxFuture<'a, Result<(), LakeError>> {
        Box::pin(self.0.write(name, bytes))
    }

    /// As [`Depot::write`] a JSON object of plain data, which then bears a seal: `uptake verify` sees whether a byte of it changed.
    ///
    /// # Errors
    /// The storage.
    ///
    /// # Panics
    /// What is no object in JSON.
    pub fn note<'a>(&'a self, name: &'a str, what: &impl Serialize) -> BoxFuture<'a, Result<(), LakeError>> {
        let Ok(Value::Object(object)) = serde_json::to_value(what) else { panic!("{name} is no JSON object") };
        Box::pin(self.0.write_sealed(name, object))
    }

    /// The bytes of a file; `None` if it is not there.
    ///
    /// # Errors
    /// The storage.
    pub fn read<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, LakeError>> {
        Box::pin(self.0.read(name))
    }

    /// The bytes of what was noted; `None` if it is not there.
    ///
    /// # Errors
    /// A byte of it changed; the storage.
    pub fn noted<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, LakeError>> {
        Box::pin(self.0.read_sealed(name))
    }

    /// The names of the files directly below `folder`, without order; none if there is no such folder.
    ///
    /// # Errors
    /// The storage.
    pub fn list<'a>(&'a self, folder: &'a str) -> BoxFuture<'a, Result<Vec<String>, LakeError>> {
        Box::pin(self.0.list(folder))
    }
}
