//! Asked pages: a server on a free port, and requests by hand.

use crate::command_line::first_page;
use crate::firm::{built, copy, fresh, program};
use crate::story;
use libtest_mimic::Trial;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

pub fn stories() -> Vec<Trial> {
    vec![
        story("the pages answer, with the build in every header", the_pages_answer),
        story("a filter narrows, and stays in the links", a_filter_narrows),
        story("a wrong query says what and the way out", a_wrong_query),
        story("an unknown page lists the pages", an_unknown_page),
        story("only our own names are answered", only_our_own_names),
        story("pictures, rows and paper of a page", pictures_rows_and_paper),
        story("hostile requests do not end the server", hostile_requests),
        story("an edited page shows, a mistake is told, the last good one stays", an_edited_page),
    ]
}

pub struct Server {
    program: Child,
    port: u16,
}

pub struct Response {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Server {
    pub fn of(dir: &Path) -> Server {
        let mut command = program();
        command.args(["--project", &dir.to_string_lossy(), "serve", "--listen", "127.0.0.1:0"]);
        let mut program = command.stderr(Stdio::piped()).spawn().expect("the program starts");
        let stderr = BufReader::new(program.stderr.take().expect("piped"));
        let mut lines = stderr.lines().map_while(Result::ok);
        let port =
            lines.find_map(|line| line.strip_prefix("http://127.0.0.1:").and_then(|port| port.trim().parse().ok()));
        // Somebody must read on, or the server would wait on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Server { program, port: port.expect("the last line is the address") }
    }

    pub fn get(&self, path: &str) -> Response {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n", self.port))
    }

    fn ask(&self, request: &str) -> Response {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("settable");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut bytes = vec![];
        stream.read_to_end(&mut bytes).expect("answered");
        Response::read(&bytes)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl Response {
    fn read(bytes: &[u8]) -> Response {
        let end = bytes
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap_or_else(|| panic!("no head in {:?}", String::from_utf8_lossy(bytes)));
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let (first, rest) = head.split_once("\r\n").unwrap_or((&head, ""));
        let status = first.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status");
        let headers = rest
            .lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(k, v)| (k.to_lowercase(), v.to_string()))
            .collect();
        Response { status, headers, body: bytes[end + 4..].to_vec() }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    fn with(self, status: u16, words: &[&str]) -> Response {
        assert_eq!(self.status, status, "{}", self.text());
        for word in words {
            assert!(self.text().contains(word), "\"{word}\" is not in {}", self.text());
        }
        self
    }
}

fn the_pages_answer() {
    let server = Server::of(&built(1));
    for path in ["/", &format!("/d/{}", first_page()), "/healthz", "/readyz", "/style.css"] {
        let response = server.get(path).with(200, &[]);
        assert!(response.headers["x-uptake-build"].parse::<u64>().is_ok(), "{path}");
        assert!(response.headers["content-security-policy"].starts_with("default-src 'none'"), "{path}");
        assert_eq!(response.headers["x-content-type-options"], "nosniff");
    }
    let home = server.get("/").with(200, &[]);
    assert!(home.headers["content-type"].starts_with("text/html"));
    assert!(home.text().contains(&format!("/d/{}", first_page())), "the list of pages");
    assert!(!home.text().contains("<script"), "pages run no scripts");
}

/// A page with a grade filter, whichever the repository ships.
fn page_with_grade(server: &Server) -> String {
    let home = server.get("/").text();
    let slugs = home
        .split("/d/")
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == '-').collect::<String>());
    let mut with = slugs.filter(|slug| server.get(&format!("/d/{slug}?grade=Partner")).status == 200);
    with.next().expect("some page filters by grade")
}

fn a_filter_narrows() {
    let server = Server::of(&built(1));
    let page = page_with_grade(&server);
    let all = server.get(&format!("/d/{page}")).text();
    let narrowed = server
        .get(&format!("/d/{page}?grade=Partner&grade=Analyst&from=2026-08-03&to=2026-09-27"))
        .with(200, &["Partner"])
        .text();
    assert_ne!(all, narrowed);
    assert!(narrowed.contains("grade=Partner"), "the links carry the choice");
    server.get(&format!("/d/{page}?period=2026-Q3")).with(200, &[]);
    server.get(&format!("/d/{page}?as_of=2026-09-30")).with(200, &[]);
}

fn a_wrong_query() {
    let server = Server::of(&built(1));
    let page = page_with_grade(&server);
    let wrong = |query: &str, words: &[&str]| _ = server.get(&format!("/d/{page}?{query}")).with(400, words);
    wrong("grad=Partner", &["grad", "did you mean", "grade"]);
    wrong("grade=Partnr", &["Partnr", "Partner"]);
    wrong("period=soon", &["soon", "2026-Q1"]);
    wrong("as_of=yesterday", &["yesterday", "2026-09-30"]);
    wrong("from=2026-03-01&to=2026-02-01", &["2026-02-01"]);
    wrong("grade=%3Cscript%3Ealert(1)%3C/script%3E", &["&lt;script&gt;"]);
}

fn an_unknown_page() {
    let server = Server::of(&built(1));
    server.get("/d/nowhere").with(404, &["nowhere", &format!("/d/{}", first_page())]);
    server.get("/nowhere").with(404, &[]);
    server.get(&format!("/c/{}/nothing.svg", first_page())).with(404, &["nothing"]);
    server.get("/font/none.woff2").with(404, &[]);
}

fn only_our_own_names() {
    let server = Server::of(&built(1));
    let ask = |host: &str| server.ask(&format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
    let port = server.port;
    for ours in [format!("localhost:{port}"), format!("127.0.0.1:{port}"), format!("[::1]:{port}")] {
        assert_eq!(ask(&ours).status, 200, "{ours}");
    }
    for foreign in ["evil.example".to_string(), format!("evil.example:{port}"), "127.0.0.1:1".into()] {
        let response = ask(&foreign);
        assert_eq!(response.status, 421, "{foreign}");
        assert!(response.headers.contains_key("x-uptake-build"));
    }
}

fn pictures_rows_and_paper() {
    let server = Server::of(&built(1));
    let page = first_page();
    let pdf = server.get(&format!("/d/{page}.pdf")).with(200, &[]);
    assert!(pdf.body.starts_with(b"%PDF-") && pdf.headers["content-type"] == "application/pdf");
    let html = server.get(&format!("/d/{page}")).text();
    let start =
        html.find(&format!("/c/{page}/")).expect("a page links its blocks' downloads") + format!("/c/{page}/").len();
    let block: String = html[start..].chars().take_while(|c| *c != '.').collect();
    let ask = |extension: &str| server.get(&format!("/c/{page}/{block}.{extension}")).with(200, &[]);
    assert!(ask("svg").text().starts_with("<svg"));
    assert!(ask("png").body.starts_with(b"\x89PNG"));
    assert!(ask("csv").text().lines().count() > 1);
    assert!(serde_json::from_slice::<serde_json::Value>(&ask("json").body).is_ok());
    server.get(&format!("/c/{page}/{block}.exe")).with(404, &[]);
}

fn hostile_requests() {
    let server = Server::of(&built(1));
    let page = first_page();
    let long = "a".repeat(4000);
    let paths = [
        "/d/../../etc/passwd".to_string(),
        "/d/%2e%2e%2fetc".into(),
        "/c/%00/%ff.svg".into(),
        format!("/d/{page}?from=0001-01-01&to=9999-12-31"),
        format!("/d/{page}?period=99999999999-W1"),
        format!("/d/{page}?grade={long}"),
        format!("/d/{page}?%ff=%00&&&==&"),
        format!("/{long}"),
        "/font/../style.css".into(),
    ];
    for path in &paths {
        let status = server.get(path).status;
        assert!((400..500).contains(&status), "{path} gave {status}");
    }
    let port = server.port;
    assert_eq!(
        server
            .ask(&format!(
                "POST / HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            ))
            .status,
        405
    );
    server.get("/").with(200, &[]);
}

fn an_edited_page() {
    let dir = fresh("edited");
    copy(&built(1), &dir);
    let page = dir.join("dashboards/mine.md");
    fs::create_dir_all(dir.join("dashboards")).expect("made");
    let text = |word: &str| format!("+++\ntitle = \"{word}\"\nasks = \"Q?\"\n+++\n\nHere is {word}.\n");
    fs::write(&page, text("first")).expect("written");
    let server = Server::of(&dir);
    server.get("/d/mine").with(200, &["Here is first."]);
    fs::write(&page, text("the second")).expect("written");
    wait_for(&server, "/d/mine", "Here is the second.");
    fs::write(&page, text("the third") + "\n```kpi\nkpi = \"actve_people\"\n```\n").expect("written");
    wait_for(&server, "/d/mine", "actve_people");
    server.get("/d/mine").with(200, &["Here is the second.", "active_people"]);
}

fn wait_for(server: &Server, path: &str, word: &str) {
    let begun = Instant::now();
    while !server.get(path).text().contains(word) {
        assert!(begun.elapsed() < Duration::from_secs(20), "\"{word}\" never shows");
        std::thread::sleep(Duration::from_millis(200));
    }
}
