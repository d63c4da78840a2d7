//! Packed files: a zip stays open, and what is unpacked is limited, kept where it is small, and otherwise lies on the disk.

use super::find::open;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use uptake_read::Fault;
use uptake_spec::{Place, Problem};
use zip::ZipArchive;
use zip::result::ZipError;

/// The most bytes one file may unpack to.
const MOST_BYTES: u64 = 16 << 30;
/// Beyond this, a file may unpack to so many times its size, and to no more.
const HARMLESS_BYTES: u64 = 256 << 20;
const MOST_RATIO: u64 = 500;

/// The zip that was read last, kept open, and its last small file, kept unpacked: each file is read several times, and
/// the next one is mostly in the same zip.
#[derive(Debug, Default)]
pub struct Archives(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    archive: Option<(PathBuf, ZipArchive<File>)>,
    file: Option<(PathBuf, usize, Arc<Vec<u8>>)>,
    /// The last file that was unpacked to the disk.
    spooled: Option<(PathBuf, Option<usize>, File)>,
}

pub enum Unpacked {
    Small(Arc<Vec<u8>>),
    Large(ZipArchive<File>),
}

/// The most bytes of a file that is kept unpacked.
const SMALL: u64 = 16 << 20;

impl Archives {
    /// The file that was kept last, if it is the one; from its beginning.
    pub fn spooled(&self, path: &Path, at: Option<usize>) -> Option<File> {
        let kept = self.0.lock().expect("nobody panics with it");
        let (_, _, file) = kept.spooled.as_ref().filter(|(p, a, _)| p == path && *a == at)?;
        let mut file = file.try_clone().ok()?;
        file.rewind().ok()?;
        Some(file)
    }

    pub fn keep(&self, path: &Path, at: Option<usize>, mut file: File) -> std::io::Result<File> {
        file.rewind()?;
        let mut kept = self.0.lock().expect("nobody panics with it");
        kept.spooled = Some((path.into(), at, file.try_clone()?));
        Ok(file)
    }

    pub fn unpacked(&self, path: &Path, at: usize, told: &dyn Fn(ZipError) -> Problem) -> Result<Unpacked, Problem> {
        let mut kept = self.0.lock().expect("nobody panics with it");
        if let Some((_, _, bytes)) = kept.file.as_ref().filter(|(p, a, _)| p == path && *a == at) {
            return Ok(Unpacked::Small(bytes.clone()));
        }
        let mut archive = match kept.archive.take() {
            Some((open, archive)) if open == path => archive,
            _ => archive(path)?,
        };
        let file = archive.by_index(at).map_err(told)?;
        if file.size() > SMALL {
            drop(file);
            return Ok(Unpacked::Large(archive));
        }
        let mut bytes = vec![];
        // A zip may lie about the size of what is in it.
        file.take(SMALL + 1).read_to_end(&mut bytes).map_err(|e| told(e.into()))?;
        if bytes.len() as u64 > SMALL {
            return Ok(Unpacked::Large(archive));
        }
        let bytes = Arc::new(bytes);
        kept.archive = Some((path.into(), archive));
        kept.file = Some((path.into(), at, bytes.clone()));
        Ok(Unpacked::Small(bytes))
    }
}

pub fn archive(path: &Path) -> Result<ZipArchive<File>, Problem> {
    ZipArchive::new(open(path)?).map_err(|e| {
        Problem::new(
            Place::whole(path),
            format!("it is no whole zip: {e}"),
            "the download was cut off or the file is something else; fetch it again",
        )
    })
}

/// Copies all; what cannot be written is told apart from what cannot be read.
pub fn copy(from: &mut dyn Read, to: &mut File, unwritten: &mut Option<std::io::Error>) -> std::io::Result<()> {
    let mut chunk = vec![0; 256 << 10];
    loop {
        let read = from.read(&mut chunk)?;
        if read == 0 {
            return Ok(());
        }
        if let Err(error) = to.write_all(&chunk[..read]) {
            *unwritten = Some(error);
            return Ok(());
        }
    }
}

/// An error instead of the byte after the last one allowed: a zip of a few KB can unpack to more than a disk holds.
pub struct Limited<R> {
    inner: R,
    packed: u64,
    read: u64,
}

impl<R: Read> Limited<R> {
    pub fn of(inner: R, packed: u64) -> Limited<R> {
        Limited { inner, packed, read: 0 }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(to)?;
        self.read += read as u64;
        if self.read > MOST_BYTES {
            let what = format!("it unpacks to more than {} GiB", MOST_BYTES >> 30);
            return Err(Fault::whole(what, "split it").into());
        }
        if self.read > HARMLESS_BYTES && self.read / self.packed.max(1) > MOST_RATIO {
            let what = format!("it unpacks to more than {MOST_RATIO} times its size");
            return Err(Fault::whole(what, "no honest export does; unpack it by hand if you trust it").into());
        }
        Ok(read)
    }
}
