//! Typed commands: exit status, what stands on stdout, what on stderr.

use crate::firm::{built, fresh, generate, generated, on, program, repository, tree, uptake, uptake_in};
use crate::story;
use libtest_mimic::Trial;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

pub fn stories() -> Vec<Trial> {
    vec![
        story("help is no mistake, nonsense is one of usage", help_and_nonsense),
        story("a project is found upwards and can be named", a_project_is_found),
        story("init writes a project and never overwrites", init_never_overwrites),
        story("the same firm is the same bytes", the_same_firm_is_the_same_bytes),
        story("the committed sample is what its README says", the_committed_sample),
        story("a KPI is written as a table, CSV, JSON, SVG and PNG", the_formats_of_a_kpi),
        story("a KPI's options are flags", the_options_of_a_kpi),
        story("a wrong KPI question is one of usage", a_wrong_question),
        story("a reader that has seen enough ends no landing, and is no mistake", a_closed_pipe),
        story("SQL answers as a table, CSV and JSON, within limits", sql_answers),
        story("SQL only reads", sql_only_reads),
        story("a mistake in SQL says the way out", a_mistake_in_sql),
        story("tables lists what can be asked", tables_lists),
        story("a report is a file", a_report_is_a_file),
        story("an address others could reach is refused", other_addresses_are_refused),
        story("a taken port names the way out", a_taken_port),
        story("without a build there is nothing to serve", without_a_build),
    ]
}

fn help_and_nonsense() {
    for command in ["", "load", "kpi", "sql", "serve", "generate", "init", "report", "schedule"] {
        let args: Vec<&str> = [command, "--help"].into_iter().filter(|a| !a.is_empty()).collect();
        assert!(uptake(&args).ended(0).out.contains("Usage"), "{command}");
    }
    for nonsense in [
        &["frobnicate"][..],
        &[],
        &["load"],
        &["generate"],
        &["check", "--loud"],
        &["sql", "SELECT 1", "--format", "xml"],
    ] {
        uptake(nonsense).ended(2);
    }
}

fn a_project_is_found() {
    let dir = fresh("upwards").join("p");
    uptake(&["init", &dir.to_string_lossy()]).ended(0);
    uptake_in(&dir.join("exports"), &["check"]).ended(0);
    let nowhere = uptake(&["check"]).ended(2);
    assert!(nowhere.err.contains("uptake.toml") && nowhere.err.contains("uptake init"), "{}", nowhere.err);
    uptake(&["--project", "/nowhere", "check"]).ended(2);
}

fn init_never_overwrites() {
    let dir = fresh("init").join("p");
    let typed = dir.to_string_lossy();
    let first = uptake(&["init", &typed]).ended(0);
    assert!(first.err.contains("check") && first.err.contains(" up"), "{}", first.err);
    for (dated, header) in
        [("targets", "metric,"), ("holidays", "calendar_id,"), ("annotations", "d,"), ("quiet_weeks", "d,")]
    {
        let text = fs::read_to_string(dir.join(format!("{dated}.csv"))).expect("written");
        assert!(text.starts_with(header) && text.lines().count() == 1, "{dated}: {text}");
    }
    fs::write(dir.join("targets.csv"), "mine").expect("written");
    let before = tree(&dir);
    let second = uptake(&["init", &typed]).ended(1);
    assert!(second.err.contains("already"), "{}", second.err);
    assert_eq!(tree(&dir), before);
    let half = fresh("half");
    fs::write(half.join("holidays.csv"), "mine").expect("written");
    uptake(&["init", &half.to_string_lossy()]).ended(0);
    assert_eq!(fs::read_to_string(half.join("holidays.csv")).expect("readable"), "mine");
}

fn the_same_firm_is_the_same_bytes() {
    let again = fresh("again");
    generate(3, &again);
    let without_lake =
        |dir: &Path| tree(dir).into_iter().filter(|(path, _)| !path.starts_with("lake")).collect::<BTreeMap<_, _>>();
    assert!(without_lake(&again) == without_lake(&generated(3)), "the same seed");
    assert!(without_lake(&again) != without_lake(&generated(2)), "another seed");
    assert!(again.join("truth.json").is_file() && again.join("exports").is_dir());
}

/// The README names the command: `cargo run --release -- generate … sample-data`.
fn the_committed_sample() {
    let sample = repository().join("sample-data");
    let readme = fs::read_to_string(sample.join("README.md")).expect("the sample has a README");
    let flags = readme.lines().find_map(|line| line.trim().strip_prefix("cargo run --release -- generate "));
    let flags = flags.expect("it names its command");
    let dir = fresh("sample");
    let typed = dir.to_string_lossy();
    let words: Vec<&str> =
        flags.split_whitespace().map(|word| if word.ends_with("sample-data") { &typed } else { word }).collect();
    uptake(&[&["generate"], &words[..]].concat()).ended(0);
    let of_the_firm = |dir: &Path| -> BTreeMap<PathBuf, Vec<u8>> {
        tree(dir)
            .into_iter()
            .filter(|(path, _)| path.starts_with("exports") || path == Path::new("truth.json"))
            .collect()
    };
    assert!(
        of_the_firm(&dir) == of_the_firm(&sample),
        "`generate {flags}` writes something else than what is committed"
    );
}

fn the_formats_of_a_kpi() {
    let ask = |format: &str| on(&built(1), &["kpi", "active_people", "--by", "grade", "--format", format]).ended(0).out;
    let csv = ask("csv");
    assert!(csv.starts_with("period_start,period_end,grade,value,numerator,denominator,complete\n"), "{csv}");
    let json: Json = serde_json::from_str(&ask("json")).expect("JSON");
    assert_eq!((json["kpi"].as_str(), json["grain"].as_str()), (Some("active_people"), Some("week")));
    assert_eq!(json["rows"].as_array().map(Vec::len), Some(csv.lines().count() - 1));
    assert!(ask("table").starts_with("period_start"), "the title goes to stderr");
    assert!(ask("svg").starts_with("<svg"));
    assert!(ask("png").contains("PNG"));
}

fn the_options_of_a_kpi() {
    let rows = |args: &[&str]| on(&built(1), &[&["kpi"], args, &["--format", "csv"]].concat()).ended(0).out;
    let plain = rows(&["active_people"]);
    assert_eq!(rows(&["active_people", "--basis", "work"]), plain, "the first choice is the default");
    assert_ne!(rows(&["active_people", "--basis", "login"]), plain);
    assert_eq!(rows(&["--basis=login", "active_people"]), rows(&["active_people", "--basis", "login"]));
    let months = rows(&["won", "--measure", "count", "--grain", "month", "--from", "2026-03-10", "--to", "2026-04-02"]);
    assert_eq!(months.lines().count(), 3, "a range that cuts a month is widened: {months}");
    let both = rows(&[
        "active_people",
        "--by",
        "grade",
        "--filter",
        "grade=Partner",
        "--filter",
        "grade=Analyst",
        "--from",
        "2026-09-07",
        "--to",
        "2026-09-13",
    ]);
    assert_eq!(both.lines().count(), 3, "a repeated filter means or: {both}");
}

fn a_wrong_question() {
    let wrong = |args: &[&str], hint: &str| {
        let ran = on(&built(1), &[&["kpi"], args].concat()).ended(2);
        assert!(ran.err.contains(hint) && ran.out.is_empty(), "{args:?}: {}", ran.err);
    };
    wrong(&["actve_people"], "active_people");
    wrong(&["active_people", "--basis", "wrok"], "work");
    wrong(&["active_people", "--bassis", "work"], "basis");
    wrong(&["active_people", "--by", "grad"], "grade");
    wrong(&["active_people", "--grain", "weak"], "week");
    wrong(&["active_people", "--from", "2026-02-30"], "from");
    wrong(&["active_people", "--from", "2026-03-01", "--to", "2026-02-01"], "2026-02-01");
    wrong(&["active_people", "--filter", "grade"], "COLUMN=VALUE");
    wrong(&["active_people", "--from", "2031-01-01"], "2031-01-01");
    wrong(&["active_people", "--form", "2026-01-01"], "did you mean \"--from\"?");
    wrong(&["three_changes", "--pgae", "pulse"], "did you mean \"--page\"?");
    // Nobody has this grade: 0 of 0 would be an answer to another question.
    wrong(
        &["active_people", "--filter", "grade=Prtner"],
        "no grade is called \"Prtner\"\n  hint: did you mean \"Partner\"?",
    );
    wrong(&["three_changes", "--filter", "grade=Prtner"], "did you mean \"Partner\"?");
    let in_sql = on(&built(1), &["sql", "SELECT * FROM active_people('grade=Prtner')"]).ended(1);
    assert!(in_sql.err.contains("did you mean \"Partner\"?") && in_sql.out.is_empty(), "{}", in_sql.err);
}

fn a_closed_pipe() {
    let dir = fresh("closed-pipe");
    generate(3, &dir);
    let (project, exports) = (dir.to_string_lossy(), dir.join("exports"));
    let unread = |args: &[&str]| {
        let mut command = program();
        command.args(["--project", &project]).args(args).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        drop((child.stdout.take(), child.stderr.take()));
        child.wait().expect("it ends").code()
    };
    assert_eq!(unread(&["load", &exports.to_string_lossy()]), Some(0));
    assert_eq!(unread(&["build"]), Some(0));
    let again = on(&dir, &["load", &exports.to_string_lossy()]).ended(0);
    assert!(again.err.contains("landed 0 of "), "everything had landed: {}", again.err);
    for format in ["csv", "json", "svg", "png"] {
        assert_eq!(unread(&["kpi", "won", "--format", format]), Some(0), "{format}");
    }
    fs::write(dir.join("targets.csv"), "metric,target\nwom,1\n").expect("written");
    assert_eq!(unread(&["check"]), Some(0));
}

fn a_mistake_in_sql() {
    let told = |sql: &str| on(&built(1), &["sql", sql]).ended(1).err;
    assert_eq!(told("SELECT $x"), "error: $x has no value; write the value itself\n");
    assert_eq!(told("SELECT * FROM usrs"), "error: table 'usrs' not found; `uptake tables` lists all\n");
    assert_eq!(told("SELECT 1; SELECT 2"), "error: it is not one SELECT\n");
    let endless = told("WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT * FROM n");
    assert_eq!(
        endless,
        "error: WITH RECURSIVE is not allowed; write the rows with VALUES, or take them from a table\n"
    );
}

fn sql_answers() {
    let ask = |sql: &str, format: &str| on(&built(1), &["sql", sql, "--format", format]).ended(0).out;
    assert_eq!(ask("SELECT 1 AS one, '=2' AS two", "csv"), "one,two\n1,'=2\n");
    assert_eq!(
        ask("SELECT 1 AS one, '=2' AS two", "json"),
        "{\"columns\":[\"one\",\"two\"],\"rows\":[[1,\"=2\"]],\"truncated\":false}\n"
    );
    assert!(
        ask("SELECT count(*) AS n FROM people", "table").starts_with('n')
            || ask("SELECT count(*) AS n FROM people", "table").contains('n')
    );
    let cut = on(&built(1), &["sql", "SELECT * FROM work_events", "--rows", "3", "--format", "json"]).ended(0);
    let json: Json = serde_json::from_str(&cut.out).expect("JSON");
    assert_eq!((json["rows"].as_array().map(Vec::len), json["truncated"].as_bool()), (Some(3), Some(true)));
    assert!(cut.err.contains("--rows"), "{}", cut.err);
    let endless = "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    on(&built(1), &["sql", endless, "--time", "1"]).ended(1);
    let wrong = on(&built(1), &["sql", "SELECT colour FROM people"]).ended(1);
    assert!(wrong.err.contains("colour") && wrong.out.is_empty(), "{}", wrong.err);
}

fn sql_only_reads() {
    let writes = [
        "DROP TABLE people",
        "CREATE TABLE x AS SELECT 1",
        "INSERT INTO people SELECT 1",
        "COPY people TO '/tmp/x.csv'",
        "SET x = 1",
        "SELECT 1; SELECT 2",
    ];
    for write in writes {
        on(&built(1), &["sql", write]).ended(1);
    }
    on(&built(1), &["sql", "SELECT * FROM '/etc/passwd'"]).ended(1);
}

fn tables_lists() {
    let csv = on(&built(1), &["tables", "--format", "csv"]).ended(0).out;
    assert!(csv.starts_with("schema,table,column,type"), "{csv}");
    for table in ["people", "salesforce_opportunity"] {
        assert!(csv.contains(table), "{table} is not in {csv}");
    }
    let kind = |line: &str| line.rsplit(',').nth(1).unwrap_or_default().to_string();
    let kinds: BTreeSet<String> = csv.lines().skip(1).map(kind).collect();
    let known = ["boolean", "date", "decimal", "instant", "integer", "number", "text"];
    let other = |kind: &&String| !known.contains(&kind.as_str()) && !kind.starts_with("list of ");
    assert_eq!(kinds.iter().filter(other).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(kinds.contains("text") && kinds.contains("instant"), "{kinds:?}");
}

fn a_report_is_a_file() {
    let page = "pulse";
    let dir = fresh("reports");
    let write = |format: &str, more: &[&str]| {
        let out = dir.join(format!("report.{format}"));
        let typed = out.to_string_lossy();
        on(&built(1), &[&["report", page, "--format", format, "--out", &typed], more].concat()).ended(0);
        fs::read(out).expect("it was written")
    };
    assert!(write("pdf", &[]).starts_with(b"%PDF-"));
    assert!(write("png", &[]).starts_with(b"\x89PNG"));
    let xlsx = write("xlsx", &[]);
    assert!(xlsx.starts_with(b"PK") && xlsx == write("xlsx", &[]), "the same page is the same file");
    let csv = String::from_utf8(write("csv", &["--from", "2026-09-07", "--to", "2026-09-13"])).expect("UTF-8");
    assert!(csv.starts_with("block,") && csv.lines().count() > 1, "{csv}");
    let out = dir.join("x.pdf");
    let wrong = on(&built(1), &["report", "pulsee", "--format", "pdf", "--out", &out.to_string_lossy()]).ended(2);
    assert!(wrong.err.contains("pulse"), "{}", wrong.err);
    let typed = out.to_string_lossy();
    let late = on(&built(1), &["report", page, "--format", "pdf", "--from", "2031-01-01", "--out", &typed]).ended(2);
    assert!(late.err.contains("2031-01-01") && late.err.contains("its data ends on"), "{}", late.err);
    let long = on(&built(1), &["report", page, "--format", "pdf", "--from", "1970-01-01", "--out", &typed]).ended(2);
    assert!(long.err.contains("400 weeks at most"), "{}", long.err);
    assert!(!out.exists());
}

fn other_addresses_are_refused() {
    for far in ["0.0.0.0:8321", "192.0.2.1:80", "[::]:80", "nonsense"] {
        let ran = on(&generated(1), &["serve", "--listen", far]).ended(2);
        assert!(ran.err.contains("127.0.0.1"), "{}", ran.err);
    }
}

fn a_taken_port() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let ran = on(&generated(1), &["serve", "--listen", &address]).ended(1);
    assert!(ran.err.contains(&address) && ran.err.contains("--listen"), "{}", ran.err);
}

fn without_a_build() {
    let dir = fresh("unbuilt").join("p");
    uptake(&["init", &dir.to_string_lossy()]).ended(0);
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["kpi", "won"], &["tables"]] {
        let ran = on(&dir, command).ended(1);
        assert!(ran.err.contains("build") || ran.err.contains("up"), "{}", ran.err);
    }
}
