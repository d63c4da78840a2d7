//! A place for files that are no tables: reports that were sent, and the ledger of what became of them.

use crate::error::LakeError;
pub use crate::store::Lock;
use crate::store::Store;

/// A folder or a place below an object-store URL; cheap to clone.
#[derive(Debug, Clone)]
pub struct Depot(Store);

impl Depot {
    /// Opens a folder (made if missing) or an object-store URL.
    ///
    /// # Errors
    /// An address of no known kind; a folder that cannot be made.
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
    pub async fn lock(&self) -> Result<Lock, LakeError> {
        self.0.lock().await
    }

    /// Writes a file whole, in place of one that is there. Slashes in the name are folders.
    ///
    /// # Errors
    /// The storage.
    pub async fn write(&self, name: &str, bytes: Vec<u8>) -> Result<(), LakeError> {
        self.0.write(name, bytes).await
    }

    /// The bytes of a file; `None` if it is not there.
    ///
    /// # Errors
    /// The storage.
    pub async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, LakeError> {
        self.0.read(name).await
    }

    /// The names of the files directly below `folder`, without order; none if there is no such folder.
    ///
    /// # Errors
    /// The storage.
    pub async fn list(&self, folder: &str) -> Result<Vec<String>, LakeError> {
        self.0.list(folder).await
    }
}
