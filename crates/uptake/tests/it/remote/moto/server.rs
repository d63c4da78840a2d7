//! moto, which pip has put below the target folder: started for a story, and asked by hand.

use super::message::Message;
use crate::bucket::{Environment, environment};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use url::Url;

/// A server with one empty bucket called `bucket`; it ends when dropped.
pub struct Moto {
    program: Child,
    pub port: u16,
}

/// The program, where pip has put it.
pub fn installed() -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("moto/bin/moto_server");
    path.is_file().then_some(path)
}

impl Moto {
    pub fn open() -> Moto {
        let mut command = Command::new(installed().expect("asked before"));
        command.args(["-H", "127.0.0.1", "-p", "0"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut program = command.spawn().expect("moto starts");
        let told = program.stderr.take().expect("it is piped");
        // Made before it is asked for its port, so that it ends also where it never tells one.
        let mut moto = Moto { program, port: 0 };
        moto.port = port(told);
        let place = "<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>";
        moto.ask("PUT", "", "", place.as_bytes());
        moto
    }

    pub fn environment(&self) -> Environment {
        environment(self.port)
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
        let mut url = Url::parse(&format!("http://127.0.0.1:{}/bucket", self.port)).expect("it is one");
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
        let answer = Message { head, body: body.into() }.answered(self.port).expect("it answers");
        assert!(answer.head.starts_with("HTTP/1.1 200 "), "{method} {key}: {}{}", answer.head, answer.text());
        answer
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// The port that a starting server tells; it listens by then. Somebody reads on, or it would wait on a full pipe.
fn port(told: ChildStderr) -> u16 {
    let (say, said) = mpsc::channel();
    std::thread::spawn(move || BufReader::new(told).lines().map_while(Result::ok).for_each(|line| _ = say.send(line)));
    let mut before = vec![];
    loop {
        let Ok(line) = said.recv_timeout(Duration::from_secs(60)) else {
            panic!("moto never listens: {}", before.join("\n"));
        };
        match line.split_once("Running on http://127.0.0.1:") {
            Some((_, port)) => return port.trim().parse().expect("a port"),
            None => before.push(line),
        }
    }
}
