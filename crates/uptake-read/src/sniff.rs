//! What separates the cells of a text file: tried on its beginning, quotes respected.

/// How many bytes of a file are enough to tell.
pub const HEAD: usize = 64 << 10;

/// The columns a table has at least that stands under titles, which have fewer.
pub const LEAST_UNDER_TITLES: usize = 3;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How a text file separates its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    pub delimiter: u8,
    /// How many records stand above the header: a first line `sep=;`, as spreadsheets write and read it, and the titles of a report.
    pub above: usize,
}

/// Decides by the first [`HEAD`] bytes: of all delimiters the one by which the most records are as wide as the header, and
/// of equal ones the one that makes the most columns. Where no other record is as wide as the first, that may be a title: then the one by
/// which the most records have one width, of three columns at least. A text of one column has commas.
pub fn sniff(head: &[u8]) -> Dialect {
    if let Some(delimiter) = said(head) {
        return Dialect { delimiter, above: 1 };
    }
    let widths = DELIMITERS.map(|delimiter| (delimiter, widths(head, delimiter)));
    let best = |score: fn(&[usize]) -> f64| {
        let scores = widths.iter().rev().map(|(delimiter, widths)| (score(widths), *delimiter));
        scores.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(score, _)| *score > 0.0).map(|(_, delimiter)| delimiter)
    };
    Dialect {
        delimiter: best(by_header).or_else(|| best(by_most)).or_else(|| best(by_width)).unwrap_or(b','),
        above: 0,
    }
}

/// The delimiter of a first line `sep=;`.
fn said(head: &[u8]) -> Option<u8> {
    let line = head.split(|b| *b == b'\n').next()?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    match line.split_at_checked(4)? {
        (word, [delimiter]) if word.eq_ignore_ascii_case(b"sep=") => {
            DELIMITERS.contains(delimiter).then_some(*delimiter)
        }
        _ => None,
    }
}

/// How many cells each record has.
fn widths(head: &[u8], delimiter: u8) -> Vec<usize> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(head);
    let mut widths: Vec<usize> = reader.byte_records().map_while(Result::ok).map(|record| record.len()).collect();
    // The last record may have been cut through.
    if head.len() >= HEAD && widths.len() > 1 {
        widths.pop();
    }
    widths
}

/// The share of records that are as wide as the header, times the columns it has beyond the first.
fn by_header(widths: &[usize]) -> f64 {
    let Some((header, rows)) = widths.split_first() else { return 0.0 };
    let alike = rows.iter().filter(|width| *width == header).count();
    let share = if rows.is_empty() { 1.0 } else { alike as f64 / rows.len() as f64 };
    share * (header - 1) as f64
}

/// A file of nothing but bad rows still has a header.
fn by_width(widths: &[usize]) -> f64 {
    widths.first().map_or(0.0, |header| (header - 1) as f64)
}

/// The share of records that have the width of most, times the columns beyond the first.
fn by_most(widths: &[usize]) -> f64 {
    let count = |width: usize| widths.iter().filter(|other| **other == width).count();
    let of_a_table = widths.iter().copied().filter(|width| *width >= LEAST_UNDER_TITLES);
    let most = of_a_table.map(|width| (count(width), width)).max();
    most.map_or(0.0, |(count, width)| count as f64 / widths.len() as f64 * (width - 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delimiter(text: &str) -> char {
        sniff(text.as_bytes()).delimiter.into()
    }

    #[test]
    fn the_delimiter_is_the_one_that_makes_a_table() {
        assert_eq!(delimiter("a,b\n1,2\n"), ',');
        assert_eq!(delimiter("a;b\n1,5;2,5\n"), ';');
        assert_eq!(delimiter("a\tb\n1, 2\t3\n"), '\t');
        assert_eq!(delimiter("a|b|c\n1|2|3\n"), '|');
        assert_eq!(delimiter("only\nx;y\n"), ',', "what has one column is no table of two");
        assert_eq!(delimiter(""), ',');
        assert_eq!(delimiter("a;b"), ';');
    }

    #[test]
    fn what_stands_in_quotes_separates_nothing() {
        assert_eq!(delimiter("\"Amount; net\",b\n\"1;2\",3\n\"4;\n5;6\",7\n"), ',');
        assert_eq!(delimiter("Id;\"Amount, EUR\";c\n1;1,5;x\n2;2,5;y\n"), ';');
        assert_eq!(delimiter("Id,Names\n1,a;b;c\n2,d;e\n3,\n"), ',');
    }

    #[test]
    fn a_spreadsheet_says_it_in_the_first_line() {
        assert_eq!(sniff(b"sep=;\r\na;b\r\n"), Dialect { delimiter: b';', above: 1 });
        assert_eq!(sniff(b"SEP=\t\na\tb"), Dialect { delimiter: b'\t', above: 1 });
        assert_eq!(sniff(b"sep=x\na,b").above, 0);
    }

    #[test]
    fn a_title_has_no_delimiter() {
        assert_eq!(delimiter("Logins\n\na;b;c\n1;2,5;3\n1;2,5;3\n"), ';');
        assert_eq!(delimiter("Deals, March 2026\na;b;c\n1;2;3\n1;2;3\n"), ';');
        assert_eq!(delimiter("a;b\n1,5\n2,5\n"), ';', "two columns stand under no title");
        assert_eq!(delimiter("Logins of all\nFrom\n\na\tb\tc\n1, 2\t\t3\n"), '\t');
    }

    #[test]
    fn a_record_that_was_cut_through_does_not_count() {
        let text = format!("a;b\n{}", "1;2\n".repeat(HEAD));
        assert_eq!(sniff(&text.as_bytes()[..HEAD]).delimiter, b';');
    }
}
