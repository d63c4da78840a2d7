//! From bytes to text, decided per whole file: BOM, else strict UTF-8, else Windows-1252.

use encoding_rs::{Encoding, WINDOWS_1252};

#[derive(Debug, PartialEq)]
pub struct Decoded {
    pub text: String,
    /// What a person should know: `windows-1252 since line 7`, `3 control characters`.
    pub note: String,
}

/// # Errors
/// The line of the first NUL byte: such a file is no text.
pub fn decode(bytes: Vec<u8>) -> Result<Decoded, usize> {
    let (text, mut notes) = to_text(bytes);
    if let Some(at) = memchr::memchr(0, text.as_bytes()) {
        return Err(line_of(text.as_bytes(), at));
    }
    let controls = text.bytes().filter(|b| *b < 0x20 && !matches!(b, b'\n' | b'\r' | b'\t')).count();
    if controls > 0 {
        notes.push(format!("{controls} control characters kept"));
    }
    Ok(Decoded { text, note: notes.join(", ") })
}

fn to_text(bytes: Vec<u8>) -> (String, Vec<String>) {
    if let Some((encoding, length)) = Encoding::for_bom(&bytes) {
        let (text, _) = encoding.decode_without_bom_handling(&bytes[length..]);
        return (text.into_owned(), vec![]);
    }
    match String::from_utf8(bytes) {
        Ok(text) => (text, vec![]),
        Err(error) => {
            let line = line_of(error.as_bytes(), error.utf8_error().valid_up_to());
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(error.as_bytes());
            (text.into_owned(), vec![format!("windows-1252 since line {line}")])
        }
    }
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    memchr::memchr_iter(b'\n', &bytes[..at]).count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        decode(bytes.to_vec()).expect("it is text").text
    }

    #[test]
    fn the_whole_file_decides_its_encoding() {
        assert_eq!(text(b"\xEF\xBB\xBFa\xC3\xA9"), "aé");
        assert_eq!(text("aé".as_bytes()), "aé");
        assert_eq!(text(b"\xFF\xFEa\0\xE9\0"), "aé");
        let western = decode(b"a\nb\n\x80 \xE9".to_vec()).expect("it is text");
        assert_eq!(western, Decoded { text: "a\nb\n€ é".into(), note: "windows-1252 since line 3".into() });
    }

    #[test]
    fn a_nul_byte_is_no_text_and_other_controls_are_counted() {
        assert_eq!(decode(b"a\nb\0".to_vec()), Err(2));
        assert_eq!(decode(b"a\x07b".to_vec()).expect("kept").note, "1 control characters kept");
    }
}
