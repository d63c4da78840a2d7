//! Asked pages: a server on a free port, and requests by hand.

use crate::firm::{built, copy, fresh, on, program, uptake};
use crate::story;
use libtest_mimic::Trial;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// A page the repository ships, shown at `/`.
const PAGE: &str = "pulse";

pub fn stories() -> Vec<Trial> {
    vec![
        story("the pages answer, with the build in every header", the_pages_answer),
        story("a filter narrows, and stays in the links", a_filter_narrows),
        story("a wrong query says what and the way out", a_wrong_query),
        story("an unknown page lists the pages", an_unknown_page),
        story("the page at / stands first, the others by title", pages_in_order),
        story("only our own names are answered", only_our_own_names),
        story("pictures, rows and paper of a page", pictures_rows_and_paper),
        story("hostile requests do not end the server", hostile_requests),
        story("days behind the data are a mistake of the asker", behind_the_data),
        story("without data a page says so, and which command loads some", nothing_is_loaded),
        story("a loopback address of one's own choice is answered", another_loopback_address),
        story("every block says what its number is", what_is_this_number),
        story("a row leads to its page with what was chosen", a_row_leads_on),
        story("a workbook has a sheet a block", a_workbook),
        story("what a browser has is not sent again, and packed for who takes it", kept_and_packed),
        story("the server counts what it did", the_server_counts),
        story("a new build is taken up, and nobody waits or fails", a_new_build_is_taken_up),
        story("slow askers are let go, and others are answered meanwhile", slow_askers),
        story("asked to stop, it finishes what it began", asked_to_stop),
        story("an edited page shows, a mistake is told, the last good one stays", an_edited_page),
    ]
}

pub struct Server {
    program: Child,
    host: &'static str,
    port: u16,
}

pub struct Response {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Server {
    pub fn of(dir: &Path) -> Server {
        Server::on(dir, "127.0.0.1")
    }

    fn on(dir: &Path, host: &'static str) -> Server {
        let mut command = program();
        command.args(["--project", &dir.to_string_lossy(), "serve", "--listen", &format!("{host}:0")]);
        let mut program = command.stderr(Stdio::piped()).spawn().expect("the program starts");
        let stderr = BufReader::new(program.stderr.take().expect("piped"));
        let mut lines = stderr.lines().map_while(Result::ok);
        let begin = format!("http://{host}:");
        let port = lines.find_map(|line| line.strip_prefix(&begin).and_then(|port| port.trim().parse().ok()));
        // Somebody must read on, or the server would wait on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Server { program, host, port: port.expect("the last line is the address") }
    }

    /// What stands before every path of it.
    pub fn origin(&self) -> String {
        format!("http://{}:{}", self.host, self.port)
    }

    pub fn get(&self, path: &str) -> Response {
        self.get_with(path, "")
    }

    /// With a header of its own, ended by a line end.
    fn get_with(&self, path: &str, header: &str) -> Response {
        let (host, port) = (self.host, self.port);
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n{header}Connection: close\r\n\r\n"))
    }

    fn ask(&self, request: &str) -> Response {
        let mut stream = TcpStream::connect((self.host, self.port)).expect("it listens");
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
    pub fn with(self, status: u16, words: &[&str]) -> Response {
        assert_eq!(self.status, status, "{}", self.text());
        for word in words {
            assert!(self.text().contains(word), "\"{word}\" is not in {}", self.text());
        }
        self
    }
}

fn the_pages_answer() {
    let server = Server::of(&built(1));
    for path in ["/", &format!("/d/{}", PAGE), "/healthz", "/readyz", "/metrics"] {
        let response = server.get(path).with(200, &[]);
        assert!(response.headers["x-uptake-build"].parse::<u64>().is_ok(), "{path}");
        let policy = &response.headers["content-security-policy"];
        assert!(
            policy.starts_with("default-src 'none'; style-src 'unsafe-inline'; script-src 'self';"),
            "{path}: {policy}"
        );
        assert_eq!(response.headers["x-content-type-options"], "nosniff");
    }
    let home = server.get("/").with(200, &[]);
    assert!(home.headers["content-type"].starts_with("text/html"));
    assert!(home.text().contains(&format!("/d/{}", PAGE)), "the list of pages");
    assert_eq!(home.text().matches("<script").count(), 1, "pages run one script");
    assert!(home.text().contains("<script src=\"/page.js\" defer></script>"));
    let script = server.get("/page.js").with(200, &["use strict"]);
    assert!(script.headers["content-type"].starts_with("text/javascript") && script.headers.contains_key("etag"));
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
    wrong("as_of=2150-01-01&as_of=2300-01-01", &["as_of is said twice", "the calendar has the years 1900 to 2200"]);
    wrong("grade=%3Cscript%3Ealert(1)%3C/script%3E", &["&lt;script&gt;"]);
}

fn an_unknown_page() {
    let server = Server::of(&built(1));
    server.get("/d/nowhere").with(404, &["nowhere", &format!("/d/{}", PAGE)]);
    server.get("/nowhere").with(404, &[]);
    server.get(&format!("/c/{}/nothing.svg", PAGE)).with(404, &["nothing"]);
    server.get("/font/none.woff2").with(404, &[]);
    // No text at all: told in our own words too.
    for path in ["/d/%ff", "/c/%ff/x.svg", "/c/pulse/%ff.svg"] {
        let response = server.get(path).with(404, &["There is no page"]);
        assert!(response.headers["content-type"].starts_with("text/html"), "{path}");
    }
    server.get("/font/%ff").with(404, &["no such font"]);
}

fn pages_in_order() {
    let server = Server::of(&built(1));
    let html = server.get("/d/usage").with(200, &[]).text();
    let (_, nav) = html.split_once("<nav").expect("a page has a navigation");
    let (nav, _) = nav.split_once("</nav>").expect("it ends");
    let titles: Vec<&str> =
        nav.split("</a>").filter_map(|link| link.rsplit_once('>')).map(|(_, title)| title).collect();
    let titles: Vec<&str> = titles.into_iter().filter(|title| !title.is_empty()).collect();
    let by_title = |titles: &[&str]| titles.is_sorted_by_key(|title| title.to_lowercase());
    assert!(nav.find("/d/").is_some_and(|at| nav[at..].starts_with(&format!("/d/{PAGE}\""))), "{nav}");
    assert!(titles.len() > 2 && by_title(&titles[1..]), "{titles:?}");
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
    let page = PAGE;
    let pdf = server.get(&format!("/d/{page}.pdf")).with(200, &[]);
    assert!(pdf.body.starts_with(b"%PDF-") && pdf.headers["content-type"] == "application/pdf");
    let html = server.get(&format!("/d/{page}")).text();
    let start =
        html.find(&format!("/c/{page}/")).expect("a page links its blocks' downloads") + format!("/c/{page}/").len();
    let block: String = html[start..].chars().take_while(|c| *c != '.').collect();
    let whole = |extension: &str| server.get(&format!("/d/{page}.{extension}")).with(200, &[]).body;
    assert!(whole("png").starts_with(b"\x89PNG") && whole("xlsx").starts_with(b"PK"));
    server.get(&format!("/d/{page}.exe")).with(404, &[]);
    let ask = |extension: &str| server.get(&format!("/c/{page}/{block}.{extension}")).with(200, &[]);
    assert!(ask("svg").text().starts_with("<svg"));
    assert!(ask("png").body.starts_with(b"\x89PNG"));
    assert!(ask("csv").text().lines().count() > 1);
    assert!(serde_json::from_slice::<serde_json::Value>(&ask("json").body).is_ok());
    server.get(&format!("/c/{page}/{block}.exe")).with(404, &[]);
}

fn hostile_requests() {
    let server = Server::of(&built(1));
    let page = PAGE;
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
        "/font/../metrics".into(),
    ];
    for path in &paths {
        let status = server.get(path).status;
        assert!((400..500).contains(&status), "{path} gave {status}");
    }
    let port = server.port;
    let post = format!("POST / HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let refused = server.ask(&post).with(405, &["Pages are only read"]);
    assert!(refused.headers["allow"].contains("GET"), "{:?}", refused.headers);
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
    let elsewhere = server.get("/").with(200, &[]).text();
    assert!(!elsewhere.contains("actve_people"), "another page's mistake is not told on the first");
    fs::write(dir.join("dashboards/newer.md"), text("new") + "\n```kpi\nkpi = \"wom\"\n```\n").expect("written");
    wait_for(&server, "/d/newer", "no KPI is called");
    server.get("/d/newer").with(500, &["dashboards/newer.md:9:7", "did you mean"]);
    // What all pages stand on is told on all.
    fs::write(dir.join("targets.csv"), "metric,target\nwom,1\n").expect("written");
    wait_for(&server, "/", "targets.csv:2:1");
}

fn behind_the_data() {
    let server = Server::of(&built(1));
    let page = PAGE;
    server.get(&format!("/d/{page}?from=2031-01-06")).with(400, &["2031-01-06", "its data ends on", "or earlier"]);
    server.get(&format!("/d/{page}?period=2031-Q1")).with(400, &["its data ends on"]);
    server.get(&format!("/d/{page}.pdf?from=2031-01-06")).with(400, &["its data ends on"]);
    server.get(&format!("/c/{page}/active_people.csv?from=2031-01-06")).with(400, &["its data ends on"]);
    server.get(&format!("/d/{page}?from=2026-08-03&as_of=2026-07-01")).with(400, &["2026-07-01"]);
    // And more weeks than a picture can show.
    for path in [format!("/d/{page}"), format!("/d/{page}.pdf"), format!("/c/{page}/active_people.csv")] {
        server.get(&format!("{path}?from=1970-01-01&to=2100-12-31")).with(400, &["400 weeks at most", "or later"]);
    }
    server.get("/d/data_health?from=2026-01-05").with(400, &["no filter", "from"]);
    server.get("/d/data_health?from=&to=").with(200, &[]);
}

fn nothing_is_loaded() {
    let dir = fresh("nothing-loaded").join("p");
    uptake(&["init", &dir.to_string_lossy()]).ended(0);
    on(&dir, &["build"]).ended(0);
    let server = Server::of(&dir);
    let page = server.get("/").with(200, &["Nothing is loaded yet", "uptake load"]).text();
    assert!(!page.contains("1970"), "{page}");
    assert!(
        !page.contains("week of n/a") && !page.contains(">n/a<"),
        "words around figures that are not there: {page}"
    );
    let usage = server.get("/d/usage").with(200, &["Nothing is loaded yet", "/d/usage.pdf"]).text();
    assert!(!usage.contains("/d/usage.xlsx"), "a way to a workbook that is not there");
    let health = server.get("/d/data_health").with(200, &["No rows."]).text();
    assert!(!health.contains("No data in this period"), "the page has no period");
    server.get(&format!("/d/{}.pdf", PAGE)).with(200, &[]);
    server.get(&format!("/d/{}.png", PAGE)).with(200, &[]);
    server.get("/d/usage.xlsx").with(404, &["no block"]);
}

fn another_loopback_address() {
    let server = Server::on(&built(1), "127.8.8.8");
    server.get("/healthz").with(200, &["ok"]);
    let foreign = server.ask("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    foreign.with(421, &["http://127.8.8.8:"]);
}

fn what_is_this_number() {
    let server = Server::of(&built(1));
    let html = server.get(&format!("/d/{}", PAGE)).with(200, &[]).text();
    let blocks = html.matches("<article class=\"card").count();
    assert!(blocks > 5 && html.matches("What is this number?").count() == blocks, "{blocks} blocks");
    for expected in ["queries/kpis/active_people.slt", "share, shown in percent", ", loaded on ", ", complete through "]
    {
        assert!(html.contains(expected), "{expected} is not told");
    }
}

fn a_row_leads_on() {
    let dir = fresh("links");
    copy(&built(1), &dir);
    fs::create_dir_all(dir.join("dashboards")).expect("made");
    let filters =
        "[filter.period]\ntype = \"date_range\"\n[filter.grade]\ntype = \"multi\"\nvalues = \"users.grade\"\n";
    let block =
        |more: &str| format!("kpi = \"active_people\"\nby = \"grade\"\nlink = \"two?grade={{grade}}\"\n{more}```\n");
    let one = format!(
        "+++\ntitle = \"One\"\nasks = \"Q?\"\n{filters}+++\n\n```note\ntext = \"Of all {{active_people.value:pct0}} came.\"\n```\n\n```table\n{}\n```chart\ntype = \"line\"\nalt = \"A.\"\n{}",
        block("id = \"t\"\n"),
        block("")
    );
    let two = format!("+++\ntitle = \"Two\"\nasks = \"Q?\"\n{filters}+++\n\n```kpi\nkpi = \"active_people\"\n```\n");
    fs::write(dir.join("dashboards/one.md"), one).expect("written");
    fs::write(dir.join("dashboards/two.md"), two).expect("written");
    let server = Server::of(&dir);
    let html = server.get("/d/one?from=2026-08-03&to=2026-09-27").with(200, &[]).text();
    assert!(html.contains("Of all ") && html.contains("% came.</p>"), "a note tells its figure");
    let way = "<a href=\"/d/two?from=2026-08-03&#38;to=2026-09-27&#38;grade=Partner\">Partner</a>";
    assert!(html.contains(&format!("<td class=\"k\">{way}")), "no row leads on: {html}");
    assert!(html.contains(&format!("class=\"n\">{way}")), "no column of the picture's data leads on");
    let legend = "<a href=\"/d/two?from=2026-08-03&amp;to=2026-09-27&amp;grade=Partner\"><text";
    assert!(html.contains(legend), "no name in the picture leads on");
    assert!(!html.contains("grade=%28none%29"), "nobody can choose those without a grade");
    server.get("/d/two?from=2026-08-03&to=2026-09-27&grade=Partner").with(200, &["Partner"]);
}

fn a_workbook() {
    let server = Server::of(&built(1));
    let page = PAGE;
    let read = |path: &str| server.get(path).with(200, &[]);
    let whole = read(&format!("/d/{page}.xlsx"));
    assert!(whole.headers["content-type"].contains("spreadsheetml"));
    let part = |bytes: &[u8], name: &str| {
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a workbook is a zip");
        let mut text = String::new();
        zip.by_name(name).expect("a part of every workbook").read_to_string(&mut text).expect("UTF-8");
        text
    };
    let names = part(&whole.body, "xl/workbook.xml");
    assert!(names.contains("name=\"active_people\"") && names.contains("name=\"About\""), "{names}");
    let one = read(&format!("/c/{page}/active_people.xlsx?from=2026-09-07&to=2026-09-13"));
    let csv = read(&format!("/c/{page}/active_people.csv?from=2026-09-07&to=2026-09-13")).text();
    let value: f64 =
        csv.lines().nth(1).and_then(|row| row.split(',').nth(2)).and_then(|v| v.parse().ok()).expect("a share");
    let sheet = part(&one.body, "xl/worksheets/sheet1.xml");
    // Monday, 7 September 2026, as a spreadsheet counts.
    assert!(sheet.contains("<v>46272</v>") && sheet.contains(&format!("<v>{value}</v>")), "{value} in {sheet}");
    assert!(!sheet.contains("<f>"));
}

fn kept_and_packed() {
    let server = Server::of(&built(1));
    let path = format!("/d/{}", PAGE);
    let first = server.get(&path).with(200, &[]);
    let tag = first.headers["etag"].clone();
    assert!(first.headers["vary"].contains("accept-encoding") && first.headers["cache-control"] == "no-cache");
    let again = server.get_with(&path, &format!("If-None-Match: {tag}\r\n"));
    assert!(again.status == 304 && again.body.is_empty() && again.headers["etag"] == tag);
    server.get_with(&path, "If-None-Match: \"other\"\r\n").with(200, &[]);
    let packed = server.get_with(&path, "Accept-Encoding: gzip\r\n");
    assert_eq!(packed.headers["content-encoding"], "gzip");
    assert!(packed.body.starts_with(&[0x1f, 0x8b]) && packed.body.len() < 100_000, "{} bytes", packed.body.len());
    let other = server.get(&format!("{path}?from=2026-08-03&to=2026-09-27")).with(200, &[]);
    assert_ne!(other.headers["etag"], tag);
}

fn the_server_counts() {
    let server = Server::of(&built(1));
    let path = format!("/d/{}", PAGE);
    for _ in 0..3 {
        server.get(&path).with(200, &[]);
    }
    server.get("/d/nowhere").with(404, &[]);
    let told = server.get("/metrics").with(200, &[]).text();
    let value = |name: &str| {
        let line = told.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')));
        line.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .unwrap_or_else(|| panic!("no {name} in\n{told}"))
    };
    assert_eq!(value("uptake_http_requests_total{route=\"/d/{page}\",status=\"200\"}"), 3.0);
    assert_eq!(value("uptake_http_requests_total{route=\"/d/{page}\",status=\"404\"}"), 1.0);
    assert_eq!(value("uptake_http_request_seconds_bucket{route=\"/d/{page}\",status=\"200\",le=\"+Inf\"}"), 3.0);
    assert_eq!(value("uptake_cache_hits_total{cache=\"pages\"}"), 2.0);
    assert!(value("uptake_cache_bytes{cache=\"pages\"}") > 10_000.0 && value("uptake_build") >= 1.0);
    assert!(value("uptake_as_of_lag_days{kpi=\"active_people\"}").is_finite());
}

fn a_new_build_is_taken_up() {
    let dir = fresh("rebuilt");
    copy(&built(1), &dir);
    let server = Server::of(&dir);
    let build = |response: &Response| response.headers["x-uptake-build"].parse::<u64>().expect("a number");
    let (path, before) = ("/", build(&server.get("/")));
    fs::write(dir.join("targets.csv"), "metric,target\nactive_people,0.5\n").expect("written");
    on(&dir, &["build"]).ended(0);
    let begun = Instant::now();
    while build(&server.get(path).with(200, &[])) == before {
        assert!(begun.elapsed() < Duration::from_secs(30), "the new build never shows");
    }
    let hits = |told: String| told.lines().find(|l| l.starts_with("uptake_build ")).map(String::from);
    assert_eq!(hits(server.get("/metrics").text()), Some(format!("uptake_build {}", before + 1)));
}

fn slow_askers() {
    let server = Server::of(&built(1));
    let mut slow: Vec<TcpStream> = (0..20)
        .map(|_| {
            let mut stream = TcpStream::connect(("127.0.0.1", server.port)).expect("it listens");
            stream.write_all(b"GET / HTTP/1.1\r\nHost: lo").expect("sent");
            stream
        })
        .collect();
    server.get("/healthz").with(200, &[]);
    let begun = Instant::now();
    for stream in &mut slow {
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("settable");
        let mut bytes = vec![];
        let _ = stream.read_to_end(&mut bytes);
    }
    let took = begun.elapsed();
    assert!(took > Duration::from_secs(5) && took < Duration::from_secs(25), "let go after {took:?}");
}

#[cfg(unix)]
fn asked_to_stop() {
    let mut server = Server::of(&built(1));
    // A page that is being made when the signal comes.
    let port = server.port;
    let asking = std::thread::spawn(move || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
        let ask = format!("GET /d/{}.pdf HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n", PAGE);
        stream.write_all(ask.as_bytes()).expect("sent");
        let mut bytes = vec![];
        stream.read_to_end(&mut bytes).expect("answered");
        Response::read(&bytes)
    });
    std::thread::sleep(Duration::from_millis(100));
    let id = server.program.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    let answer = asking.join().expect("no panic");
    assert!(answer.status == 200 && answer.body.starts_with(b"%PDF-"));
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = server.program.try_wait().expect("it can be waited for") {
            break status;
        }
        assert!(begun.elapsed() < Duration::from_secs(15), "it does not stop");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success(), "{status}");
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "nobody listens any more");
}

#[cfg(not(unix))]
fn asked_to_stop() {}

fn wait_for(server: &Server, path: &str, word: &str) {
    let begun = Instant::now();
    while !server.get(path).text().contains(word) {
        assert!(begun.elapsed() < Duration::from_secs(20), "\"{word}\" never shows");
        std::thread::sleep(Duration::from_millis(200));
    }
}
