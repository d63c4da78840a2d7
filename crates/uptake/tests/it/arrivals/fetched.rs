//! Files behind URLs whose servers redirect, fail, put off and fall silent; and those whose certificates nobody knows.

use super::{TWO, answer, server};
use crate::firm::{fresh, program, ran};
use crate::loading::lake::{Own, counted, counts, roles};
use crate::{story, story_with};
use libtest_mimic::Trial;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

pub fn stories() -> Vec<Trial> {
    vec![
        story("a redirect is followed, and what is secret stays with its host", redirected),
        story("a redirect that leads in a circle and a server that fails are told with the way out", refused),
        story("a server that is busy is asked again when it wants to be, and not for ever", busy),
        story("a server that falls silent is given up after a minute", silent),
        with_openssl("a certificate that nobody here trusts is told, and one that is trusted lands", certificates),
    ]
}

/// A server that may know of others.
fn served(answers: impl Fn(&str, &str) -> Vec<u8> + Sync + 'static) -> String {
    server(Box::leak(Box::new(answers)))
}

fn whole(text: &str) -> Vec<u8> {
    answer(&format!("200 OK\r\nContent-Length: {}", text.len()), text)
}

fn bare(status: &str, header: &str) -> Vec<u8> {
    answer(&format!("{status}\r\nContent-Length: 0{header}"), "")
}

fn redirected() {
    let last = served(|path, head| match (path, head.contains("authorization")) {
        ("/stored/7f3a", false) => whole(&roles(&TWO)),
        (_, true) => bare("400 Bad Request", ""),
        _ => bare("404 Not Found", ""),
    });
    let to = last.clone();
    let first = served(move |path, head| match (path, head.contains("authorization")) {
        ("/2026-02-01/UserRole.csv", true) => bare("301 Moved Permanently", "\r\nLocation: /moved"),
        ("/moved", true) => bare("302 Found", &format!("\r\nLocation: http://{to}/stored/7f3a")),
        _ => bare("401 Unauthorized", ""),
    });
    let own = Own::new("redirected");
    assert_eq!(own.load(&[&format!("http://ann:pw@{first}/2026-02-01/UserRole.csv")]), counts(2, 0, 0));
    let files = own.ask("SELECT file, snapshot FROM loads");
    assert_eq!(
        files,
        format!("file,snapshot http://{first}/2026-02-01/UserRole.csv,2026-02-01"),
        "as it was asked for"
    );
}

fn refused() {
    let address = served(|path, _| match path {
        "/circle.csv" => bare("302 Found", "\r\nLocation: /circle.csv"),
        "/gone.csv" => bare("410 Gone", ""),
        "/broken.csv" => bare("500 Internal Server Error", ""),
        _ => bare("404 Not Found", ""),
    });
    let own = Own::new("refused-urls");
    for (path, what, hint) in [
        ("circle.csv", "too many redirects", "hint: the address leads in a circle"),
        ("gone.csv", "the server answers 410 Gone", "hint: check the address; links of exports end"),
        ("broken.csv", "the server answers 500 Internal Server Error", "hint: try it again; if it stays"),
        ("nothing.csv", "the server answers 404 Not Found", "hint: check the address"),
    ] {
        let told = own.refused(&[&format!("http://{address}/{path}")]);
        for words in [format!("refused http://{address}/{path}: "), what.into(), hint.into()] {
            assert!(told.contains(&words), "{words}: {told}");
        }
    }
    let unused = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("bound");
    let told = own.refused(&[&format!("http://{unused}/x.csv")]);
    assert!(told.contains("onnection refused") && told.contains("hint: check the address, the network"), "{told}");
    assert!(!own.lake("loads").exists());
}

fn busy() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let address = served(move |path, _| match (path, count.fetch_add(1, Ordering::SeqCst)) {
        ("/2026-02-01/UserRole.csv", 0) => bare("503 Service Unavailable", "\r\nRetry-After: 1"),
        ("/2026-02-01/UserRole.csv", 1) => bare("429 Too Many Requests", "\r\nRetry-After: 1"),
        ("/2026-02-01/UserRole.csv", _) => whole(&roles(&TWO)),
        ("/in-an-hour.csv", _) => bare("503 Service Unavailable", "\r\nRetry-After: 3600"),
        _ => bare("503 Service Unavailable", "\r\nRetry-After: 0"),
    });
    let own = Own::new("busy");
    let begun = Instant::now();
    assert_eq!(own.load(&[&format!("http://{address}/2026-02-01/UserRole.csv")]), counts(2, 0, 0));
    assert_eq!(asked.swap(0, Ordering::SeqCst), 3);
    assert!(begun.elapsed() >= Duration::from_secs(2), "it did not wait: {:?}", begun.elapsed());
    let told = own.refused(&[&format!("http://{address}/always.csv")]);
    assert!(told.contains("the server answers 503") && told.contains("hint: it was asked again, in vain"), "{told}");
    assert_eq!(asked.swap(0, Ordering::SeqCst), 4);
    let told = own.refused(&[&format!("http://{address}/in-an-hour.csv")]);
    assert!(told.contains("the server answers 503"), "{told}");
    assert_eq!(asked.load(Ordering::SeqCst), 1, "nobody waits for an hour");
}

fn silent() {
    let address = served(|_, _| {
        sleep(Duration::from_secs(100));
        vec![]
    });
    let own = Own::new("silent");
    let begun = Instant::now();
    let told = own.refused(&[&format!("http://{address}/x.csv")]);
    assert!(told.contains(&format!("http://{address}/x.csv: the server has said nothing for 60 seconds")), "{told}");
    assert!(told.contains("hint: nothing of it was landed; try it again"), "{told}");
    assert!(begun.elapsed() < Duration::from_secs(90), "{:?}", begun.elapsed());
}

/// A server of files that lie in a folder with their heads, behind a certificate for localhost.
struct Secure {
    program: Child,
    port: u16,
}

impl Secure {
    fn of(folder: &Path) -> Secure {
        let port = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("bound").port();
        let mut command = Command::new("openssl");
        command.args(["s_server", "-quiet", "-HTTP", "-cert", "server.pem", "-key", "server.key", "-accept"]);
        command.arg(format!("127.0.0.1:{port}")).current_dir(folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let secure = Secure { program: command.spawn().expect("openssl is there"), port };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "it never listens");
            sleep(Duration::from_millis(50));
        }
        secure
    }
}

impl Drop for Secure {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// An authority of our own, and a certificate that it signed.
fn signed(folder: &Path) {
    fs::write(folder.join("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1").expect("written");
    for words in [
        "req -x509 -newkey rsa:2048 -nodes -keyout authority.key -out authority.pem -days 2 -subj /CN=Northlight-Authority",
        "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost",
        "x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -out server.pem -extfile names",
    ] {
        let mut command = Command::new("openssl");
        let done = command.args(words.split(' ')).current_dir(folder).stdin(Stdio::null()).output().expect("it runs");
        assert!(done.status.success(), "{words}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

fn certificates() {
    let (folder, own) = (fresh("certificates"), Own::new("certificates"));
    signed(&folder);
    fs::create_dir_all(folder.join("2026-02-01")).expect("made");
    fs::write(folder.join("2026-02-01/UserRole.csv"), whole(&roles(&TWO))).expect("written");
    let server = Secure::of(&folder);
    let load = |trusted: Option<&Path>| {
        let mut command = program();
        command.args(["--project", &own.project().to_string_lossy(), "load"]);
        command.arg(format!("https://localhost:{}/2026-02-01/UserRole.csv", server.port));
        if let Some(file) = trusted {
            command.env("SSL_CERT_FILE", file);
        }
        ran(command)
    };
    let told = load(None).ended(1).err;
    let place = format!("refused https://localhost:{}/2026-02-01/UserRole.csv: ", server.port);
    for words in [place.as_str(), "certificate", "hint: this machine does not trust who signed", "SSL_CERT_FILE"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert_eq!(counted(&load(Some(&folder.join("authority.pem"))).ended(0)), counts(2, 0, 0));
}

fn with_openssl(told: &str, tell: fn()) -> Trial {
    let version = Command::new("openssl").arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let missing = !version.is_ok_and(|status| status.success());
    story_with(missing.then_some("needs openssl: apt-get install -y openssl"), told, tell)
}
