//! The paper of uptake: dashboards as one PDF, through typst.
//!
//! Pictures enter as the SVG that uptake-draw draws for paper and stay vectors with real text. Nothing is read from the
//! machine: no file, no font, no clock. The same pages give the same bytes.

#[cfg(test)]
#[allow(dead_code, reason = "the pictures' own tests use the rest of it")]
#[path = "../../uptake-draw/tests/pictures/made_up.rs"]
mod made_up;
mod report;
mod world;

use typst::diag::SourceDiagnostic;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};
use uptake_draw::Page;
use world::PaperWorld;

/// Why there is no PDF. Pages that uptake-draw can show can be printed too, so this is a fault of ours, or a text that
/// PDF/UA does not allow.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    #[error("a report needs at least one page")]
    NoPages,
    #[error("could not set the report: {0}")]
    Set(String),
    #[error("could not write the report as PDF/UA: {0}")]
    Write(String),
}

/// The pages as one A4 PDF (PDF/UA-1): each begins on a new sheet, with its firm, as-of and build on every sheet, "page n of m",
/// and bookmarks from its headings. The first page's title is the document's.
///
/// # Errors
/// No page is given, or typst refuses the report.
pub fn pdf(pages: &[Page]) -> Result<Vec<u8>, PrintError> {
    let first = pages.first().ok_or(PrintError::NoPages)?;
    let world = PaperWorld::new(report::read(pages));
    let set = typst::compile::<PagedDocument>(&world);
    let document = set.output.map_err(|errors| PrintError::Set(told(&errors)))?;
    let standards = PdfStandards::new(&[PdfStandard::Ua_1]).expect("one standard alone cannot clash");
    let options = PdfOptions {
        // The same report of the same build is the same document.
        ident: typst::foundations::Smart::Custom(format!("{}/{}/{}", first.firm, first.slug, first.build)),
        creator: typst::foundations::Smart::Custom(Some("uptake".into())),
        standards,
        ..PdfOptions::default()
    };
    let bytes = typst_pdf::pdf(&document, &options).map_err(|errors| PrintError::Write(told(&errors)))?;
    // typst remembers what it laid out; a report that is not asked for again should not stay.
    typst::comemo::evict(4);
    Ok(bytes)
}

fn told(errors: &[SourceDiagnostic]) -> String {
    errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
}
