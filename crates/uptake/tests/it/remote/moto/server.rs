//! moto, which pip has put below the target folder: started for a story, and asked by hand.

use crate::bucket::{Environment, environment};
use crate::remote::message::Message;
use crate::remote::started::Started;
use std::path::PathBuf;
use std::process::Command;
use url::Url;

/// A server with one empty bucket called `bucket`; it ends when dropped.
pub struct Moto(Started);

/// The program, where pip has put it.
pub fn installed() -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("moto/bin/moto_server");
    path.is_file().then_some(path)
}

impl Moto {
    pub fn open() -> Moto {
        let mut command = Command::new(installed().expect("asked before"));
        command.args(["-H", "127.0.0.1", "-p", "0"]);
        let moto = Moto(Started::by(command));
        let place = "<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>";
        moto.ask("PUT", "", "", place.as_bytes());
        moto
    }

    pub fn port(&self) -> u16 {
        self.0.port
    }

    pub fn environment(&self) -> Environment {
        environment(self.port())
    }

    pub fn put(&self, key: &str, bytes: &[u8]) {
        self.ask("PUT", key, "", bytes);
    }

    pub fn get(&self, key: &str) -> Vec<u8> {
        self.ask("GET", key, "", &[]).body
    }

    /// Keys that begin so; a thousand at most.
    pub fn keys(&self, begin: &str) -> Vec<String> {
        let told = self.ask("GET", "", &format!("list-type=2&prefix={begin}"), &[]).text();
        assert!(told.contains("<IsTruncated>false</IsTruncated>"), "{told}");
        let keys = told.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next());
        keys.map(String::from).collect()
    }

    /// What the server answers, whose bucket an empty key is.
    #[track_caller]
    fn ask(&self, method: &str, key: &str, query: &str, body: &[u8]) -> Message {
        let mut url = Url::parse(&format!("http://127.0.0.1:{}/bucket", self.port())).expect("it is one");
        if !key.is_empty() {
            url.path_segments_mut().expect("it has a path").extend(key.split('/'));
        }
        let (path, host, length) = (url.path(), url.authority(), body.len());
        // Who asks is not looked at, only that somebody does.
        let who = "AWS4-HMAC-SHA256 Credential=anybody/20260101/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0";
        let head = format!(
            "{method} {path}?{query} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {who}\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n"
        );
        let answer = Message { head, body: body.into() }.answered(self.port()).expect("it answers");
        assert!(answer.head.starts_with("HTTP/1.1 200 "), "{method} {key}: {}{}", answer.head, answer.text());
        answer
    }
}
