//! A report as PDF: what a reader, a screen reader and a printer need of it.

#[path = "../../uptake-draw/tests/pictures/made_up.rs"]
mod made_up;

use uptake_draw::{Body, Drawn, Page};
use uptake_print::{PrintError, pdf};
use uptake_spec::dashboard::{Inline, Prose, Width};

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_report_is_tagged_and_holds_its_fonts() {
    let bytes = pdf(&[made_up::whole_page()]).expect("the made-up page can be printed");
    if let Some(folder) = std::env::var_os("UPTAKE_LOOK") {
        std::fs::write(std::path::Path::new(&folder).join("report.pdf"), &bytes).expect("the folder is there");
    }
    assert!(bytes.starts_with(b"%PDF-"));
    for expected in ["/StructTreeRoot", "/Marked true", "pdfuaid", "/Lang", "/Outlines", "/FontFile3"] {
        assert!(holds(&bytes, expected), "the file lacks {expected}");
    }
    // Pictures stay vectors.
    assert!(!holds(&bytes, "/Subtype /Image") && !holds(&bytes, "/Subtype/Image"));
}

#[test]
fn same_pages_same_bytes() {
    let pages = [made_up::whole_page(), Page { title: "Again".into(), ..made_up::whole_page() }];
    let first = pdf(&pages).expect("it can be printed");
    assert!(first == pdf(&pages).expect("it can be printed"));
}

#[test]
fn a_report_of_nothing_is_refused_and_an_empty_page_is_not() {
    assert!(matches!(pdf(&[]), Err(PrintError::NoPages)));
    let empty = Page { blocks: vec![], filters: vec![], notes: vec![], ..made_up::whole_page() };
    assert!(pdf(&[empty]).is_ok());
}

#[test]
fn words_of_the_firm_are_never_markup() {
    let page = Page {
        title: "#panic(\"x\") *bold* <label> $x$ \\".into(),
        firm: "@ref `raw` #".into(),
        ..made_up::whole_page()
    };
    assert!(pdf(&[page]).is_ok());
}

/// A sheet has room for some fifty lines.
#[test]
fn a_section_begins_a_sheet_where_more_than_half_of_one_is_filled() {
    let text = |said: &str| vec![Inline::Text(said.into())];
    let section = |lines: usize| {
        let heading = Prose::Heading { level: 1, text: text("A section") };
        let list = Prose::List { ordered: false, items: vec![text("One line."); lines] };
        let prose = vec![heading, list, Prose::Paragraph(text("So much of this."))];
        Drawn { id: String::new(), width: Width::Full, body: Body::Prose(prose) }
    };
    let sheets = |lines: [usize; 3]| {
        let page = Page { blocks: lines.map(section).into(), notes: vec![], ..made_up::whole_page() };
        let bytes = pdf(&[page]).expect("it can be printed");
        bytes.windows(11).filter(|window| window.starts_with(b"/Type/Page/")).count()
    };
    assert_eq!(sheets([2, 2, 2]), 1);
    assert_eq!(sheets([40, 2, 2]), 2);
    assert_eq!(sheets([40, 40, 2]), 3);
}
