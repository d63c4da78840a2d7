//! JSON, token by token: numbers keep their digits, texts and nesting have limits.

use crate::{Fault, MOST_ROW_BYTES};
use std::io::{BufRead, Result};

/// How deep objects and arrays may lie in one another.
const MOST_DEPTH: usize = 64;

pub struct Parser<R> {
    text: R,
    line: u64,
    /// Bytes read since the record began.
    held: u64,
    /// What the open brackets are, and whether something stands before the next element.
    open: Vec<(u8, bool)>,
    /// What is passed is copied here, if somebody wants it.
    copied: Option<Vec<u8>>,
}

impl<R: BufRead> Parser<R> {
    pub fn new(text: R) -> Parser<R> {
        Parser { text, line: 1, held: 0, open: vec![], copied: None }
    }

    /// Begins anew to measure what is held together in memory.
    pub fn begin(&mut self) {
        self.held = 0;
    }

    /// # Errors
    /// Always, with the line.
    pub fn fault<T>(&self, what: impl Into<String>) -> Result<T> {
        Err(Fault {
            line: self.line,
            what: format!("it is no JSON that can be read: {}", what.into()),
            hint: super::HOW.into(),
        }
        .into())
    }

    fn peek(&mut self) -> Result<Option<u8>> {
        Ok(self.text.fill_buf()?.first().copied())
    }

    fn pass(&mut self, bytes: usize) -> Result<()> {
        let passed = &self.text.fill_buf()?[..bytes];
        self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        if let Some(copied) = &mut self.copied {
            copied.extend_from_slice(passed);
        }
        self.text.consume(bytes);
        self.held += bytes as u64;
        if self.held > MOST_ROW_BYTES {
            return self.fault(format!("one record has more than {} MB", MOST_ROW_BYTES >> 20));
        }
        Ok(())
    }

    /// The next byte that is no blank, which stays.
    pub fn peek_token(&mut self) -> Result<Option<u8>> {
        loop {
            let buffer = self.text.fill_buf()?;
            if buffer.is_empty() {
                return Ok(None);
            }
            let blanks = buffer.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')).count();
            let token = buffer.get(blanks).copied();
            self.pass(blanks)?;
            if token.is_some() {
                return Ok(token);
            }
        }
    }

    fn expect(&mut self, token: u8) -> Result<()> {
        match self.peek_token()? {
            Some(found) if found == token => self.pass(1),
            found => self.unexpected(found, char::from(token)),
        }
    }

    fn unexpected<T>(&self, found: Option<u8>, wanted: impl std::fmt::Display) -> Result<T> {
        match found {
            Some(found) => {
                self.fault(format!("\"{}\" stands where {wanted} should", char::from(found).escape_default()))
            }
            None => self.fault("it ends too early"),
        }
    }

    /// Goes into an object or array.
    pub fn enter(&mut self, bracket: u8) -> Result<()> {
        self.expect(bracket)?;
        self.open.push((bracket, false));
        if self.open.len() > MOST_DEPTH {
            return self.fault(format!("more than {MOST_DEPTH} brackets are open"));
        }
        Ok(())
    }

    /// Goes to the next element of the array, or out of it.
    pub fn next_element(&mut self) -> Result<bool> {
        self.next_in(b']')
    }

    /// Goes behind the next key of the object, or out of it.
    pub fn next_key(&mut self) -> Result<Option<String>> {
        if !self.next_in(b'}')? {
            return Ok(None);
        }
        let mut key = String::new();
        self.string(&mut key)?;
        self.expect(b':')?;
        Ok(Some(key))
    }

    fn next_in(&mut self, closing: u8) -> Result<bool> {
        let token = self.peek_token()?;
        let behind = self.open.last().is_some_and(|(_, behind)| *behind);
        if token == Some(closing) {
            self.open.pop();
            self.pass(1)?;
            return Ok(false);
        }
        if behind {
            self.expect(b',')?;
            if self.peek_token()? == Some(closing) {
                return self.unexpected(Some(closing), "a value");
            }
        }
        if let Some((_, behind)) = self.open.last_mut() {
            *behind = true;
        }
        Ok(true)
    }

    /// Nothing may follow but blanks.
    pub fn end(&mut self) -> Result<()> {
        match self.peek_token()? {
            None => Ok(()),
            found => self.unexpected(found, "the end"),
        }
    }

    /// Reads a text.
    pub fn string(&mut self, to: &mut String) -> Result<()> {
        self.expect(b'"')?;
        let mut bytes = std::mem::take(to).into_bytes();
        loop {
            let buffer = self.text.fill_buf()?;
            if buffer.is_empty() {
                return self.fault("a text does not end");
            }
            let plain = buffer.iter().position(|b| matches!(b, b'"' | b'\\' | 0..0x20)).unwrap_or(buffer.len());
            bytes.extend_from_slice(&buffer[..plain]);
            let next = buffer.get(plain).copied();
            self.pass(plain)?;
            match next {
                None => {}
                Some(b'"') => {
                    self.pass(1)?;
                    break;
                }
                Some(b'\\') => {
                    self.pass(1)?;
                    let escaped = self.escape()?;
                    bytes.extend_from_slice(escaped.encode_utf8(&mut [0; 4]).as_bytes());
                }
                Some(_) => return self.fault("a text has a line break or control character in it"),
            }
        }
        match String::from_utf8(bytes) {
            Ok(text) => *to = text,
            Err(_) => return self.fault("a text is not UTF-8"),
        }
        Ok(())
    }

    fn escape(&mut self) -> Result<char> {
        let letter = self.peek()?;
        self.pass(usize::from(letter.is_some()))?;
        Ok(match letter {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(plain @ (b'"' | b'\\' | b'/')) => plain.into(),
            Some(b'u') => self.unicode()?,
            found => return self.unexpected(found, "the letter of an escape"),
        })
    }

    /// `\u00e9`, or the two halves of a character beyond; what is none is told by U+FFFD, and so is NUL, which no text has.
    fn unicode(&mut self) -> Result<char> {
        let first = self.hex()?;
        let code = match first {
            0xD800..0xDC00 if self.peek()? == Some(b'\\') => {
                self.pass(1)?;
                if self.peek()? != Some(b'u') {
                    return self.fault("half a character stands in a text");
                }
                self.pass(1)?;
                match self.hex()? {
                    second @ 0xDC00..0xE000 => 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00),
                    _ => return self.fault("half a character stands in a text"),
                }
            }
            code => code,
        };
        Ok(char::from_u32(code).filter(|c| *c != '\0').unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Result<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let found = self.peek()?;
            let Some(digit) = found.and_then(|b| char::from(b).to_digit(16)) else {
                return self.unexpected(found, "a hexadecimal digit");
            };
            code = code * 16 + digit;
            self.pass(1)?;
        }
        Ok(code)
    }

    /// Reads `true`, `false`, `null` or a number as it is written.
    pub fn word(&mut self) -> Result<String> {
        let mut word = String::new();
        while let Some(byte) = self.peek()?.filter(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.')) {
            word.push(byte.into());
            self.pass(1)?;
        }
        if word.is_empty() {
            let found = self.peek()?;
            return self.unexpected(found, "a value");
        }
        if matches!(word.as_str(), "true" | "false" | "null") || is_number(&word) {
            return Ok(word);
        }
        let shown: String = word.chars().take(40).collect();
        self.fault(format!("\"{shown}\" is no value"))
    }

    /// Passes over a value.
    pub fn skip(&mut self) -> Result<()> {
        match self.peek_token()? {
            Some(b'"') => self.string(&mut String::new()),
            Some(b'[') => {
                self.enter(b'[')?;
                while self.next_element()? {
                    self.skip()?;
                }
                Ok(())
            }
            Some(b'{') => {
                self.enter(b'{')?;
                while self.next_key()?.is_some() {
                    self.skip()?;
                }
                Ok(())
            }
            _ => self.word().map(drop),
        }
    }

    /// Passes over a value and gives its text as it is written.
    pub fn copy(&mut self) -> Result<String> {
        self.peek_token()?;
        self.copied = Some(vec![]);
        let skipped = self.skip();
        let copied = self.copied.take().unwrap_or_default();
        skipped?;
        match String::from_utf8(copied) {
            Ok(text) => Ok(text),
            Err(_) => self.fault("a text is not UTF-8"),
        }
    }
}

/// Whether a word is a number by the rules of JSON.
fn is_number(word: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = word.strip_prefix('-').unwrap_or(word);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest.starts_with('0')) {
        return false;
    }
    let mut rest = &rest[whole..];
    if let Some(behind) = rest.strip_prefix('.') {
        let fraction = digits(behind);
        if fraction == 0 {
            return false;
        }
        rest = &behind[fraction..];
    }
    if let Some(behind) = rest.strip_prefix(['e', 'E']) {
        let behind = behind.strip_prefix(['+', '-']).unwrap_or(behind);
        let exponent = digits(behind);
        return exponent > 0 && exponent == behind.len();
    }
    rest.is_empty()
}
