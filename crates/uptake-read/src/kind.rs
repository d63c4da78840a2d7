//! What form a file has: told by its first bytes, and where those tell nothing by its name.

use crate::Fault;

/// The forms of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text whose cells are separated.
    Lines,
    Workbook,
    /// One value.
    Json,
    /// A value a line.
    JsonLines,
    Parquet,
}

/// How a text begins that is a page of the web.
const PAGES: [&str; 5] = ["<!doctype", "<html", "<?xml", "<head", "<table"];

/// By the first bytes of a file, the first of its text, and its name.
///
/// # Errors
/// It is of a form that is not read, with the way out.
pub fn kind(magic: &[u8], text: &[u8], name: &str) -> Result<Kind, Fault> {
    let refused = |what: &str, hint: &str| Err(Fault::whole(what, hint));
    match magic {
        [b'P', b'K', 3 | 5, 4 | 6, ..] => return Ok(Kind::Workbook),
        [b'P', b'A', b'R', b'1', ..] => return Ok(Kind::Parquet),
        [b'P', b'A', b'R', b'E', ..] => {
            return refused("it is an encrypted Parquet file", "write it without encryption");
        }
        [0xD0, 0xCF, 0x11, 0xE0, ..] => {
            return refused(
                "it is an old workbook (.xls), or one with a password",
                "save it as .xlsx or .csv, without a password",
            );
        }
        [b'%', b'P', b'D', b'F', ..] => return refused("it is a PDF", "export the table as .csv or .xlsx"),
        [0x1F, 0x8B, ..] => return refused("it is packed with gzip", "give it a name that ends in .gz"),
        _ => {}
    }
    let begin = text.trim_ascii_start();
    let start = String::from_utf8_lossy(&begin[..begin.len().min(32)]).to_lowercase();
    if PAGES.iter().any(|page| start.starts_with(page)) {
        let hint = "the download may have asked for a sign-in: open the file to see; export the table as .csv or .xlsx";
        return refused("it is a page of the web or XML, and no table", hint);
    }
    let extension = name.rsplit('.').next().unwrap_or_default().to_lowercase();
    let is_json = begin.starts_with(b"{") || begin.starts_with(b"[");
    Ok(match extension.as_str() {
        "jsonl" | "ndjson" => Kind::JsonLines,
        "json" if has_lines(begin) => Kind::JsonLines,
        "json" => Kind::Json,
        _ if is_json && opens_json(begin) && has_lines(begin) => Kind::JsonLines,
        _ if is_json && opens_json(begin) => Kind::Json,
        _ => Kind::Lines,
    })
}

/// Whether a text that begins with a bracket goes on as JSON does.
fn opens_json(text: &[u8]) -> bool {
    matches!(text[1..].trim_ascii_start().first(), Some(b'"' | b'{' | b'}' | b']' | b'['))
}

/// Whether the first line is an object, and the next one begins.
fn has_lines(text: &[u8]) -> bool {
    let Some(end) = text.iter().position(|b| *b == b'\n') else { return false };
    let (first, rest) = text.split_at(end);
    first.starts_with(b"{") && first.trim_ascii_end().ends_with(b"}") && rest.trim_ascii_start().starts_with(b"{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_tells_the_form_and_then_the_name() {
        let of = |text: &str, name: &str| kind(text.as_bytes(), text.as_bytes(), name).map_err(|fault| fault.what);
        assert_eq!(of("a,b\n", "x.csv"), Ok(Kind::Lines));
        assert_eq!(of("a,b\n", "x.json"), Ok(Kind::Json), "the reader of JSON says what is wrong");
        assert_eq!(of("PK\u{3}\u{4}", "x.csv"), Ok(Kind::Workbook));
        assert_eq!(of("PAR1", "x"), Ok(Kind::Parquet));
        assert_eq!(of(" [{\"a\":1}]", "x.txt"), Ok(Kind::Json));
        assert_eq!(of("[a],b\n", "x.csv"), Ok(Kind::Lines));
        assert_eq!(of("{\"a\":1}\n{\"a\":2}\n", "x.json"), Ok(Kind::JsonLines));
        assert_eq!(of("{\"a\":\n1}", "x.json"), Ok(Kind::Json));
        assert_eq!(of("{\"a\":1}", "x.jsonl"), Ok(Kind::JsonLines));
        for page in ["<!DOCTYPE html>", "\n<html>", "<?xml version=\"1.0\"?>"] {
            assert!(of(page, "x.json").is_err_and(|what| what.contains("page of the web")), "{page}");
        }
    }
}
