//! From bytes to text, decided per whole file: BOM, else strict UTF-8, else Windows-1252.

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, WINDOWS_1252};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::sync::mpsc::{channel, sync_channel};

/// What a first look at all bytes of a file told.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// SHA-256 of the bytes, in hexadecimal.
    pub digest: String,
    pub bytes: u64,
    /// The first eight bytes; fewer of a file that has fewer.
    pub magic: Vec<u8>,
    pub encoding: &'static Encoding,
    /// The length of its byte order mark.
    bom: usize,
    /// The line of the first NUL byte: such a file is no text.
    pub nul: Option<usize>,
    /// What a person should know: `windows-1252 since line 7`, `3 control characters`.
    pub note: String,
}

const CHUNK: usize = 256 << 10;

/// Reads all bytes once, keeping none. Their digest is taken on a thread of its own.
pub fn look(bytes: &mut dyn Read) -> std::io::Result<Look> {
    let (chunks, seen) = sync_channel::<Vec<u8>>(2);
    let (give, spare) = channel();
    std::thread::scope(|scope| {
        let digest = scope.spawn(move || {
            let mut digest = Sha256::new();
            for chunk in seen {
                digest.update(&chunk);
                // Whoever reads has perhaps ended.
                let _ = give.send(chunk);
            }
            digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
        });
        let look = look_at(bytes, |chunk| {
            chunks.send(chunk).expect("the digest takes all there is");
            spare.try_recv().unwrap_or_default()
        });
        drop(chunks);
        let digest = digest.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok(Look { digest, ..look? })
    })
}

/// All but the digest. `done` takes each chunk that was looked at, and gives one to be filled.
fn look_at(bytes: &mut dyn Read, mut done: impl FnMut(Vec<u8>) -> Vec<u8>) -> std::io::Result<Look> {
    let mut chunk = vec![];
    fill_whole(bytes, &mut chunk)?;
    let (marked, bom) = Encoding::for_bom(&chunk).unwrap_or((UTF_8, 0));
    let mut looking = Looking { lines: 1, ..Default::default() };
    let magic = chunk[..chunk.len().min(8)].to_vec();
    let mut wide = (marked != UTF_8).then(|| Wide::new(marked));
    let mut count = 0;
    while !chunk.is_empty() {
        let text = &chunk[if count == 0 { bom } else { 0 }..];
        match &mut wide {
            Some(wide) => wide.each(text, false, &mut |text| looking.take(text)),
            None => looking.take(text),
        }
        count += chunk.len() as u64;
        chunk = done(chunk);
        fill_whole(bytes, &mut chunk)?;
    }
    looking.end();
    let (encoding, mut notes) = match looking.broken {
        Some(line) if wide.is_none() => {
            let despite = if bom > 0 { " in spite of its byte order mark" } else { "" };
            (WINDOWS_1252, vec![format!("windows-1252 since line {line}{despite}")])
        }
        _ => (marked, vec![]),
    };
    if looking.controls > 0 {
        notes.push(format!("{} control characters kept", looking.controls));
    }
    let digest = String::new();
    Ok(Look { digest, bytes: count, magic, encoding, bom, nul: looking.nul, note: notes.join(", ") })
}

/// Makes a chunk of the next bytes; an empty one if there are none.
fn fill_whole(bytes: &mut dyn Read, chunk: &mut Vec<u8>) -> std::io::Result<()> {
    chunk.resize(CHUNK, 0);
    let filled = fill(bytes, chunk)?;
    chunk.truncate(filled);
    Ok(())
}

/// Reads until `to` is full or there is no more.
fn fill(bytes: &mut dyn Read, to: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < to.len() {
        match bytes.read(&mut to[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// What was seen so far; lines are counted from 1.
#[derive(Default)]
struct Looking {
    lines: usize,
    /// The bytes of a character that the last chunk cut through.
    cut: Vec<u8>,
    /// The line of the first byte that is no UTF-8.
    broken: Option<usize>,
    nul: Option<usize>,
    controls: usize,
}

impl Looking {
    fn take(&mut self, text: &[u8]) {
        if self.broken.is_none() {
            self.validate(text);
        }
        if self.nul.is_none() {
            self.nul = memchr::memchr(0, text).map(|at| self.lines + lines(&text[..at]));
        }
        self.controls += controls(text);
        self.lines += lines(text);
    }

    fn validate(&mut self, text: &[u8]) {
        let whole = [&self.cut[..], text].concat();
        let text = if self.cut.is_empty() { text } else { &whole };
        let cut = match std::str::from_utf8(text) {
            Ok(_) => vec![],
            Err(error) => {
                let valid = error.valid_up_to();
                if error.error_len().is_some() {
                    self.broken = Some(self.lines + lines(&text[..valid]));
                }
                text[valid..].iter().take(3).copied().collect()
            }
        };
        self.cut = cut;
    }

    fn end(&mut self) {
        if self.broken.is_none() && !self.cut.is_empty() {
            self.broken = Some(self.lines);
        }
    }
}

/// Counted in pieces whose count fits a byte, which compilers do for many bytes at once.
fn controls(text: &[u8]) -> usize {
    let is_one = |b: &u8| u8::from(*b < 0x20 && *b != b'\n' && *b != b'\r' && *b != b'\t');
    text.chunks(255).map(|piece| usize::from(piece.iter().map(is_one).sum::<u8>())).sum()
}

fn lines(text: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', text).count()
}

/// Decodes piece by piece what is not UTF-8.
struct Wide {
    decoder: Decoder,
    out: Vec<u8>,
}

impl Wide {
    fn new(encoding: &'static Encoding) -> Wide {
        Wide { decoder: encoding.new_decoder_without_bom_handling(), out: vec![0; CHUNK] }
    }

    fn each(&mut self, mut bytes: &[u8], last: bool, on_text: &mut dyn FnMut(&[u8])) {
        loop {
            let (result, read, written, _) = self.decoder.decode_to_utf8(bytes, &mut self.out, last);
            on_text(&self.out[..written]);
            bytes = &bytes[read..];
            if result == CoderResult::InputEmpty {
                return;
            }
        }
    }
}

/// The text of a file as UTF-8, by what a look at it told.
pub struct Text<'r> {
    bytes: &'r mut dyn Read,
    skip: usize,
    wide: Option<Wide>,
    decoded: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<'r> Text<'r> {
    pub fn new(bytes: &'r mut dyn Read, look: &Look) -> Text<'r> {
        let wide = (look.encoding != UTF_8).then(|| Wide::new(look.encoding));
        Text { bytes, skip: look.bom, wide, decoded: vec![], given: 0, ended: false }
    }
}

impl Read for Text<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        if self.skip > 0 {
            let mut mark = vec![0; std::mem::take(&mut self.skip)];
            fill(self.bytes, &mut mark)?;
        }
        let Some(wide) = &mut self.wide else { return self.bytes.read(to) };
        while self.given == self.decoded.len() && !self.ended {
            let mut chunk = vec![0; CHUNK];
            let filled = fill(self.bytes, &mut chunk)?;
            self.ended = filled < chunk.len();
            self.decoded.clear();
            self.given = 0;
            let decoded = &mut self.decoded;
            wide.each(&chunk[..filled], self.ended, &mut |text| decoded.extend_from_slice(text));
        }
        let given = to.len().min(self.decoded.len() - self.given);
        to[..given].copy_from_slice(&self.decoded[self.given..self.given + given]);
        self.given += given;
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(mut bytes: &[u8]) -> (String, Look) {
        let look = look(&mut &*bytes).expect("a slice can be read");
        let mut text = String::new();
        Text::new(&mut bytes, &look).read_to_string(&mut text).expect("it is UTF-8 now");
        (text, look)
    }

    #[test]
    fn the_whole_file_decides_its_encoding() {
        for bytes in [&b"\xEF\xBB\xBFa\xC3\xA9"[..], "aé".as_bytes(), b"\xFF\xFEa\0\xE9\0"] {
            let (text, look) = decode(bytes);
            assert_eq!((text.as_str(), look.note.as_str()), ("aé", ""));
        }
        let (text, look) = decode(b"a\nb\n\x80 \xE9");
        assert_eq!((text.as_str(), look.note.as_str()), ("a\nb\n€ é", "windows-1252 since line 3"));
    }

    #[test]
    fn a_mark_that_lies_is_told() {
        let (text, look) = decode(b"\xEF\xBB\xBFa\nM\xFCller");
        assert_eq!(text, "a\nMüller");
        assert_eq!(look.note, "windows-1252 since line 2 in spite of its byte order mark");
    }

    #[test]
    fn a_character_may_lie_across_two_chunks() {
        for before in CHUNK - 3..CHUNK + 2 {
            let written = format!("{}€\né", "x".repeat(before));
            let (text, look) = decode(written.as_bytes());
            assert!(text == written, "{before}");
            assert_eq!((look.encoding, look.note.as_str()), (UTF_8, ""));
        }
        let mut torn = "x".repeat(CHUNK - 1).into_bytes();
        torn.extend(b"\xE2\x82");
        assert_eq!(decode(&torn).1.encoding, WINDOWS_1252);
    }

    #[test]
    fn a_nul_byte_is_no_text_and_other_controls_are_counted() {
        assert_eq!(decode(b"a\nb\0").1.nul, Some(2));
        assert_eq!(decode(b"a\x07b").1.note, "1 control characters kept");
    }
}
