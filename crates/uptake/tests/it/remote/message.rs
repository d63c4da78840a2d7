//! HTTP by hand: what a proxy passes on, byte for byte, and what a story asks.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A request or an answer, whole.
pub struct Message {
    /// With the empty line that ends it.
    pub head: String,
    pub body: Vec<u8>,
}

impl Message {
    /// The one message of a connection; `None` if it ends before one is whole.
    pub fn read(from: &TcpStream) -> io::Result<Option<Message>> {
        Message::read_as(from, true)
    }

    fn read_as(from: &TcpStream, has_body: bool) -> io::Result<Option<Message>> {
        let mut from = BufReader::new(from);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if from.read_line(&mut head)? == 0 {
                return Ok(None);
            }
        }
        let mut message = Message { head, body: vec![] };
        assert!(message.header("transfer-encoding").is_none(), "S3 tells lengths: {}", message.head);
        if let Some(length) = message.header("content-length").filter(|_| has_body) {
            message.body = vec![0; length.parse().expect("a length")];
            from.read_exact(&mut message.body)?;
        }
        Ok(Some(message))
    }

    /// What a server on loopback answers to this request. Who waited for the end of the connection would wait longer.
    pub fn answered(&self, port: u16) -> io::Result<Message> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        stream.write_all(&self.bytes())?;
        let answer = Message::read_as(&stream, !self.head.starts_with("HEAD "))?;
        answer.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    pub fn bytes(&self) -> Vec<u8> {
        [self.head.as_bytes(), &self.body].concat()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// By its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        let headers = self.head.lines().filter_map(|line| line.split_once(':'));
        headers
            .map(|(told, value)| (told.to_ascii_lowercase(), value.trim()))
            .find(|(told, _)| told == name)
            .map(|(_, v)| v)
    }
}
