//! Exports that come by patterns and URLs, and those that jobs load by themselves: whole, once, and told when they are late.

mod fetched;

use crate::bucket::Bucket;
use crate::firm::{Ran, program, ran};
use crate::http::Server;
use crate::loading::lake::{Own, counted, counts, roles};
use crate::story;
use libtest_mimic::Trial;
use serde_json::Value as Json;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

pub fn stories() -> Vec<Trial> {
    own().into_iter().chain(fetched::stories()).collect()
}

fn own() -> Vec<Trial> {
    vec![
        story("a pattern takes the files it matches, and says when it matches none", patterns),
        story("a file behind a URL lands whole or not at all, and its secrets are told to nobody", behind_a_url),
        story("a server that tells no length is not believed, and other schemes name the way out", other_urls),
        story("a place in a bucket is loaded as a folder is", in_a_bucket),
        story("a watched file that grows lands when it is whole, and once", a_growing_file),
        story("a job is late until its export lands, and the page tells it", late_and_then_landed),
        story("a job that failed is tried again", tried_again),
        story("a job is noted after its load and not before, so that who is killed in it loads again", noted_after),
        story("check tells mistakes in jobs with their place", mistakes_in_jobs),
    ]
}

const TWO: [(&str, &str, &str); 2] = [("1", "Boss", "2026-01-05"), ("2", "Seller", "2026-01-06")];

fn patterns() {
    let own = Own::new("patterns");
    own.file("2026-02-01/UserRole.csv", roles(&TWO));
    own.file("2026-02-08/deeper/UserRole.csv", roles(&TWO[..1]));
    own.file("2026-02-08/notes.txt", "no table");
    let at = |pattern: &str| own.dir.join("files").join(pattern).to_string_lossy().into_owned();
    let told = own.refused(&[&at("*/Role*.csv")]);
    assert!(told.contains("Role*.csv: no file or folder matches") && told.contains("hint: * stands for"), "{told}");
    assert_eq!(own.load(&[&at("*/UserRole.csv")]), counts(2, 0, 0));
    assert!(own.run(&["load", &at("2026-02-08/*.txt")]).ended(0).err.contains("no table by its name"));
    assert_eq!(own.load(&["--snapshot", "2026-02-08", &at("**/deeper/*.csv")]), counts(0, 0, 1));
    // What is called like a pattern, and is there, is no pattern.
    assert_eq!(own.load(&[&own.file("2026-02-15 [1]/UserRole.csv", roles(&TWO))]), counts(1, 0, 1));
}

/// A server for one program: its answers by the path that is asked, sent byte by byte as they stand here.
fn server(answers: &'static (dyn Fn(&str, &str) -> Vec<u8> + Sync)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound").to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let first = lines.next().unwrap_or_default();
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let path = first.split(' ').nth(1).unwrap_or_default();
            let _ = (&stream).write_all(&answers(path, &head.join("\n").to_lowercase()));
        }
    });
    address
}

fn answer(head: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n{body}").into_bytes()
}

fn behind_a_url() {
    let address = server(&|path, head| {
        let text = roles(&TWO);
        let length = format!("200 OK\r\nContent-Length: {}", text.len());
        match path.split('?').next() {
            Some("/half/UserRole.csv") => answer(&length, &text[..text.len() - 40]),
            // ann:a b, in base64; lines are in small letters here.
            Some("/2026-02-01/UserRole.csv") if head.contains("authorization: basic yw5uomegyg==") => {
                answer(&length, &text)
            }
            _ => answer("401 Unauthorized\r\nContent-Length: 0", ""),
        }
    });
    let own = Own::new("url");
    let told = own.refused(&[&format!("http://ann:topsecret@{address}/half/UserRole.csv?sig=hidden")]);
    assert!(told.contains(&format!("refused http://{address}/half/UserRole.csv: it broke off after")), "{told}");
    assert!(told.contains("hint: nothing of it was landed"), "{told}");
    let denied = own.refused(&[&format!("http://{address}/2026-02-01/UserRole.csv?sig=hidden")]);
    assert!(denied.contains("the server answers 401 Unauthorized") && denied.contains("NAME:PASSWORD"), "{denied}");
    let whole = own.run(&["load", &format!("http://ann:a%20b@{address}/2026-02-01/UserRole.csv?sig=hidden")]).ended(0);
    assert_eq!(counted(&whole), counts(2, 0, 0));
    let files = own.ask("SELECT file, snapshot, landed FROM loads");
    assert_eq!(files, format!("file,snapshot,landed http://{address}/2026-02-01/UserRole.csv,2026-02-01,2"));
    for text in [told, denied, whole.out, whole.err] {
        assert!(!["topsecret", "hidden", "ann", "a%20b"].iter().any(|secret| text.contains(secret)), "{text}");
    }
}

fn other_urls() {
    let address = server(&|_, _| answer("200 OK", &roles(&TWO)));
    let own = Own::new("url-others");
    let told = own.refused(&[&format!("http://{address}/UserRole.csv")]);
    assert!(told.contains("does not tell how long it is") && told.contains("download it"), "{told}");
    for (url, way) in [
        ("abfss://c@account.dfs.core.windows.net/x.csv?k=hidden", "az://container/"),
        ("ftp://h/x", "copy it to a folder"),
    ] {
        let told = own.refused(&[url]);
        assert!(told.contains("is not read") && told.contains(way) && !told.contains("hidden"), "{told}");
    }
    assert!(!own.lake("loads").exists());
}

fn in_a_bucket() {
    let (bucket, own) = (Bucket::open(), Own::new("bucket"));
    bucket.put("exports/2026-02-01/UserRole.csv", roles(&TWO));
    bucket.put("exports/2026-02-08/UserRole.csv", roles(&TWO[..1]));
    bucket.put("exports/notes.txt", String::from("no table"));
    let load = |url: &str| -> Ran {
        let mut command = program();
        command.envs(bucket.environment().settings).args(["--project", &own.project().to_string_lossy(), "load", url]);
        ran(command)
    };
    let one = load("s3://bucket/exports/2026-02-01/UserRole.csv").ended(0);
    assert_eq!(counted(&one), counts(2, 0, 0));
    let all = load("s3://bucket/exports/").ended(0);
    assert_eq!(counted(&all), counts(0, 0, 3));
    assert!(all.err.contains("skipped s3://bucket/exports/notes.txt: no table by its name"), "{}", all.err);
    let none = load("s3://bucket/exprots/").ended(1).err;
    assert!(none.contains("s3://bucket/exprots/: there is no such file, and nothing below it"), "{none}");
    let files = own.ask("SELECT file FROM loads ORDER BY 1");
    assert_eq!(files, "file s3://bucket/exports/2026-02-01/UserRole.csv s3://bucket/exports/2026-02-08/UserRole.csv");
}

/// A project with one job called `crm`, known to the ledger since two days, and built.
fn with_job(name: &str, job: &str) -> Own {
    let own = Own::new(name);
    write_job(&own, job);
    fs::create_dir_all(own.project().join("drop")).expect("a folder");
    own.run(&["build"]).ended(0);
    let begun = chrono::Utc::now() - chrono::Duration::days(2);
    let known = format!(
        "{{\"job\": \"crm\", \"begun\": \"{}\", \"state\": \"waiting\", \"tries\": 0, \"rows_landed\": 0, \"why\": \"\"}}",
        begun.to_rfc3339()
    );
    fs::create_dir_all(own.lake("arrivals")).expect("a folder");
    fs::write(ledger(&own), known).expect("written");
    own
}

fn write_job(own: &Own, job: &str) {
    let mut settings = OpenOptions::new().append(true).open(own.project().join("uptake.toml")).expect("it is there");
    writeln!(settings, "\n[[load]]\n{job}").expect("written");
}

fn ledger(own: &Own) -> PathBuf {
    own.lake("arrivals/crm.json")
}

fn standing(own: &Own) -> Json {
    // The server writes while we read: what is half there comes later.
    fs::read(ledger(own)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

#[track_caller]
fn wait(own: &Own, what: &str, holds: impl Fn(&Json) -> bool) -> Json {
    let begun = Instant::now();
    while !holds(&standing(own)) {
        assert!(begun.elapsed() < Duration::from_secs(120), "{what} never came: {}", standing(own));
        sleep(Duration::from_millis(100));
    }
    standing(own)
}

/// Waits until a page has the words; the server takes up what is new within some seconds.
#[track_caller]
fn wait_for_page(server: &Server, words: &[&str]) {
    let begun = Instant::now();
    loop {
        let page = server.get("/d/data_health").text();
        if words.iter().all(|words| page.contains(words)) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{words:?} in {page}");
        sleep(Duration::from_millis(200));
    }
}

fn a_growing_file() {
    let own = with_job(
        "growing",
        "name = \"crm\"\nfrom = \"drop\"\nwatch = true\nsettle = \"3s\"\nsnapshot = \"2026-02-01\"",
    );
    let server = Server::of(&own.project());
    let text = roles(&[&TWO[..], &[("3", "Clerk", "2026-01-07")]].concat());
    let drop = own.project().join("drop");
    // Each line is a whole one: who looked too early would land a shorter export.
    let mut file = OpenOptions::new().create(true).append(true).open(drop.join("UserRole.csv")).expect("made");
    for line in text.lines() {
        writeln!(file, "{line}").expect("written");
        for _ in 0..5 {
            sleep(Duration::from_millis(400));
            assert_eq!(standing(&own)["state"], "waiting");
        }
    }
    let landed = wait(&own, "the export", |now| now["state"] == "landed");
    assert_eq!((&landed["rows_landed"], &landed["why"]), (&3.into(), &"".into()));
    wait_for_page(&server, &["crm", "landed", "UserRole"]);
    // What stands beside it unfinished is no export, and what was loaded is not loaded again.
    fs::write(drop.join("User.csv.part"), "Id").expect("written");
    sleep(Duration::from_secs(8));
    assert_eq!(standing(&own), landed);
    let loads = own.run(&["sql", "--format", "csv", "SELECT count(*), sum(landed), sum(read) FROM loads"]).ended(0).out;
    assert_eq!(loads.lines().nth(1), Some("1,3,3"), "{loads}");
    assert!(drop.join("UserRole.csv").exists(), "it stays where it is");
}

fn late_and_then_landed() {
    let due = (chrono::Utc::now() - chrono::Duration::minutes(1)).format("%H:%M");
    let job = format!(
        "name = \"crm\"\nfrom = \"drop\"\nwatch = true\nsettle = \"1s\"\nsnapshot = \"2026-02-01\"\nzone = \"UTC\"\nexpected_by = \"{due}\""
    );
    let own = with_job("late", &job);
    let server = Server::of(&own.project());
    let late = wait(&own, "lateness", |now| !now["late_since"].is_null());
    assert!(late["late_since"].as_str().is_some_and(|since| since.contains(&due.to_string())), "{late}");
    wait_for_page(&server, &["crm", "late"]);
    let state = || own.run(&["sql", "--format", "csv", "SELECT job, state, rows_landed FROM load_jobs"]).ended(0).out;
    assert_eq!(state().lines().nth(1), Some("crm,late,0"));
    fs::write(own.project().join("drop/UserRole.csv"), roles(&TWO)).expect("written");
    let landed = wait(&own, "the export", |now| now["state"] == "landed");
    assert!(landed["late_since"].is_null(), "{landed}");
    assert_eq!(state().lines().nth(1), Some("crm,landed,2"));
}

fn tried_again() {
    let job = "name = \"crm\"\nfrom = \"drop/*.csv\"\ncron = \"0 0 * * *\"\nzone = \"UTC\"\nsnapshot = \"2026-02-01\"\nretry = { count = 90, pause = \"1s\" }";
    let own = with_job("retried", job);
    let server = Server::of(&own.project());
    let failed = wait(&own, "the failure", |now| now["state"] == "failed");
    let why = failed["why"].as_str().unwrap_or_default();
    assert!(why.contains("drop/*.csv: no file or folder matches; *"), "{why}");
    wait_for_page(&server, &["crm", "failed", "no file or folder matches"]);
    wait(&own, "the second try", |now| now["tries"].as_u64() >= Some(2));
    fs::write(own.project().join("drop/UserRole.csv"), roles(&TWO)).expect("written");
    let landed = wait(&own, "the export", |now| now["state"] == "landed");
    assert!(landed["tries"].as_u64() >= Some(2) && landed["retry_at"].is_null() && landed["why"] == "", "{landed}");
    sleep(Duration::from_secs(5));
    assert_eq!(standing(&own), landed, "for that midnight it is done");
}

/// Its load waits for a lock that somebody else holds: for the ledger nothing has happened, and who is ended then begins again.
fn noted_after() {
    let job = "name = \"crm\"\nfrom = \"drop/*.csv\"\ncron = \"0 0 * * *\"\nzone = \"UTC\"\nsnapshot = \"2026-02-01\"";
    let own = with_job("noted-after", job);
    fs::write(own.project().join("drop/UserRole.csv"), roles(&TWO)).expect("written");
    let lock = fs::File::open(own.lake("lock")).expect("a build leaves it");
    lock.lock().expect("nobody holds it");
    let server = Server::of(&own.project());
    for _ in 0..20 {
        sleep(Duration::from_millis(250));
        let now = standing(&own);
        assert!(now["state"] == "waiting" && now["ran_for"].is_null(), "{now}");
    }
    assert!(!own.lake("landing/salesforce_userrole").exists());
    drop(server);
    drop(lock);
    let _server = Server::of(&own.project());
    let landed = wait(&own, "the export", |now| now["state"] == "landed");
    assert_eq!((&landed["rows_landed"], &landed["tries"]), (&2.into(), &1.into()), "{landed}");
}

fn mistakes_in_jobs() {
    let own = Own::new("mistakes");
    let before = fs::read_to_string(own.project().join("uptake.toml")).expect("it is there").lines().count();
    write_job(
        &own,
        "name = \"crm\"\nfrom = \"drop\"\nwach = true\nexpected_by = \"Mo 9\"\nsource = \"hubspt\"\ncron = \"0 6 * *\"",
    );
    let told = own.run(&["check"]).ended(1).out;
    // The job begins behind an empty line.
    let at = |line: usize, words: &str| format!("uptake.toml:{}:{words}", before + 2 + line);
    for words in [
        at(3, "1: unknown key \"wach\""),
        at(4, "15: \"Mo 9\" is no time of a day\n  hint: it wants \"09:00\" for each day, or \"Mon 09:00\" for one"),
        at(6, "8: \"0 6 * *\" has not five fields"),
    ] {
        assert!(told.contains(&words), "{words}: {told}");
    }
    assert!(told.contains("did you mean \"watch\"?"), "{told}");
    let own = Own::new("unknown-source");
    write_job(&own, "name = \"crm\"\nfrom = \"drop\"\nwatch = true\nsource = \"hubspt\"");
    let told = own.run(&["check"]).ended(1).out;
    assert!(told.contains("no source is called \"hubspt\"\n  hint: did you mean \"hubspot\"?"), "{told}");
}
