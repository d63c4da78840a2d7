//! All that typst may see: one template, one data file, the pictures, and two fonts.

use std::collections::HashMap;
use std::sync::LazyLock;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

/// The files of a report by their path, as `/report.json`.
pub(crate) type Files = HashMap<String, Vec<u8>>;

const TEMPLATE: &str = include_str!("../templates/report.typ");

struct Shared {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    source: Source,
}

static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let files = [uptake_draw::REGULAR, uptake_draw::SEMI_BOLD];
    let fonts: Vec<Font> = files.into_iter().filter_map(|file| Font::new(Bytes::new(file), 0)).collect();
    Shared {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        source: Source::new(file_id("/report.typ"), TEMPLATE.into()),
    }
});

pub(crate) struct PaperWorld {
    files: HashMap<String, Bytes>,
}

impl PaperWorld {
    pub fn new(files: Files) -> PaperWorld {
        PaperWorld { files: files.into_iter().map(|(path, bytes)| (path, Bytes::new(bytes))).collect() }
    }
}

fn file_id(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("the paths are ours and plain");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

impl World for PaperWorld {
    fn library(&self) -> &LazyHash<Library> {
        &SHARED.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &SHARED.book
    }

    fn main(&self) -> FileId {
        SHARED.source.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == SHARED.source.id() { Ok(SHARED.source.clone()) } else { Err(missing(id)) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(id.vpath().get_with_slash()).cloned().ok_or_else(|| missing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        SHARED.fonts.get(index).cloned()
    }

    /// A report knows no day but its as-of.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(id.vpath().get_without_slash().into())
}
