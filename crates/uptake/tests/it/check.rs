//! `uptake check` on a project with one mistake of each kind: all of them in one run, each with its place and a way out.

use crate::firm::{fresh, on, repository, uptake};
use crate::story;
use libtest_mimic::Trial;
use std::fs;
use std::path::{Path, PathBuf};

pub fn stories() -> Vec<Trial> {
    vec![
        story("the repository's own project has no mistake", the_own_project_is_right),
        story("a new project has no mistake", || {
            let dir = fresh("check-new").join("p");
            uptake(&["init", &dir.to_string_lossy()]).ended(0);
            on(&dir, &["check"]).ended(0);
        }),
        story("every mistake is told in one run", every_mistake_in_one_run),
        story("every mistake of one page is told in one run", every_mistake_of_one_page),
        story("a KPI's test that does not hold fails by name", a_wrong_test_fails),
        story("every KPI's own test holds", || {
            let ran = on(&repository(), &["test"]).ended(0);
            assert!(ran.out.lines().count() > 3 && ran.out.lines().all(|line| line.starts_with("ok ")), "{}", ran.out);
        }),
    ]
}

fn the_own_project_is_right() {
    on(&repository(), &["check"]).ended(0);
}

const SETTINGS: &str = "firm = \"F\"\ncurrency = \"euro\"\ntime_zone = \"Europe/Berlin\"\nlaek = \"lake\"\n";

fn front(filter: &str) -> String {
    format!("+++\ntitle = \"T\"\nasks = \"Q?\"\n{filter}+++\n")
}

/// File, text, and what `check` says of it: place, mistake, hint.
fn mistakes() -> Vec<(&'static str, String, &'static str, &'static str)> {
    let filter = "[filter.grade]\ntype = \"multi\"\nvalues = \"users.grade\"\n";
    let kpi = |header: &str, sql: &str| {
        let usual = "-- code = \"X01\"\n-- title = \"X\"\n-- asks = \"?\"\n-- means = \"!\"\n-- privacy = \"A\"\n-- attributes = [\"period-end\"]\n";
        format!("{usual}{header}\n{sql}\n")
    };
    vec![
        ("uptake.toml", SETTINGS.into(), "uptake.toml:2:12: \"euro\" is no currency", "three capitals"),
        ("uptake.toml", SETTINGS.into(), "uptake.toml:4:1: unknown key \"laek\"", "did you mean \"lake\"?"),
        (
            "dashboards/kpi.md",
            front("") + "\n```kpi\nkpi = \"actve_people\"\n```\n",
            "dashboards/kpi.md:7:7: no KPI is called \"actve_people\"",
            "did you mean \"active_people\"?",
        ),
        (
            "dashboards/key.md",
            front("") + "\n```kpi\nkpi = \"active_people\"\nwitdh = \"1/2\"\n```\n",
            "dashboards/key.md:8:1: unknown key \"witdh\"",
            "",
        ),
        (
            "dashboards/alt.md",
            front("") + "\n```chart\nkpi = \"active_people\"\ntype = \"line\"\n```\n",
            "dashboards/alt.md:7:1: \"alt\" is missing",
            "add alt",
        ),
        (
            "dashboards/type.md",
            front("") + "\n```chart\nkpi = \"active_people\"\ntype = \"lime\"\nalt = \"A.\"\n```\n",
            "dashboards/type.md:8:8: no chart kind is called \"lime\"",
            "did you mean \"line\"?",
        ),
        (
            "dashboards/number.md",
            front("") + "\n```table\nkpi = \"active_people\"\nlimit = \"ten\"\n```\n",
            "dashboards/number.md:8:9: \"limit\" is",
            "it wants",
        ),
        (
            "dashboards/unused.md",
            front(filter) + "\nNothing here.\n",
            "dashboards/unused.md:4:1: nothing on this page uses the filter \"grade\"",
            "remove it",
        ),
        (
            "dashboards/dollar.md",
            front("") + "\n```sql mine\nSELECT 1 AS a\nWHERE $frm IS NULL\n```\n",
            "dashboards/dollar.md:8:7: $frm is not declared",
            "did you mean \"from\"?",
        ),
        (
            "dashboards/list.md",
            front(filter)
                + "\n```sql mine\nSELECT grade FROM person_history\nWHERE grade IN ($grade)\n```\n\n```table\nquery = \"mine\"\n```\n",
            "dashboards/list.md:11:17: grade IN ($grade) compares a text with the whole list",
            "array_has($grade, grade)",
        ),
        (
            "dashboards/types.md",
            front("")
                + "\n```sql mine\nSELECT count(*) AS n\nFROM person_history\nWHERE grade + DATE '2026-01-01' > 1\n```\n\n```table\nquery = \"mine\"\n```\n",
            "dashboards/types.md:",
            "",
        ),
        (
            "dashboards/refused.md",
            front("")
                + "\n```sql mine\nSELECT string_agg(grade, ',') AS all_grades\nFROM person_history\n```\n\n```table\nquery = \"mine\"\nlink = \"refused?as_of={day}\"\n```\n",
            "dashboards/refused.md:7:1: the function string_agg is not allowed",
            "more memory",
        ),
        (
            "dashboards/figure.md",
            front("") + "\nOf all,\nso many: {active_people.value:money}.\n",
            "dashboards/figure.md:7:10: {active_people.value} is a share",
            ":pct0",
        ),
        (
            "dashboards/normal.md",
            front("") + "\n```chart\nkpi = \"active_people\"\ntype = \"bar\"\nalt = \"A.\"\nnormal = true\n```\n",
            "dashboards/normal.md:10:10: a chart of type \"bar\" cannot show what is normal",
            "\"control\"",
        ),
        (
            "dashboards/verdict.md",
            front("") + "\nIt is {active_people.verdict:pct0} in {won.where}.\n",
            "dashboards/verdict.md:6:7: {active_people.verdict} is words",
            "write nothing behind the name",
        ),
        (
            "dashboards/coverage.md",
            front("")
                + "\nLess in {coverage.where}.\n\n```kpi\nid = \"coverage\"\nkpi = \"open_pipeline\"\nmeasure = \"coverage\"\n```\n",
            "dashboards/coverage.md:6:9: {coverage.where} looks into a column, and open_pipeline has none",
            "whole firm",
        ),
        (
            "dashboards/scan.md",
            front("") + "\n```table\nkpi = \"three_changes\"\npage = \"pluse\"\n```\n",
            "dashboards/scan.md:8:1: no page is called \"pluse\"",
            "did you mean \"pulse\"?",
        ),
        (
            "dashboards/cut.md",
            front("") + "\n```kpi\nkpi = \"won\"\n```\n\n```table\nkpi = \"what_is_normal\"\nby = \"grde\"\n```\n",
            "dashboards/cut.md:12:6: no KPI of the page has a column \"grde\"",
            "did you mean \"grade\"?",
        ),
        (
            "dashboards/note.md",
            front("") + "\n```note\ntext = \"Of all {active_peple.value}.\"\n```\n",
            "dashboards/note.md:7:16: no block and no KPI is called \"active_peple\"",
            "did you mean \"active_people\"?",
        ),
        (
            "dashboards/link.md",
            front("") + "\n```table\nkpi = \"won\"\nby = \"grade\"\nlink = \"pluse?grade={grade}\"\n```\n",
            "dashboards/link.md:9:8: no page is called \"pluse\"",
            "did you mean \"pulse\"?",
        ),
        (
            "dashboards/line.md",
            front("")
                + "\n```chart\nkpi = \"active_people\"\ntype = \"line\"\nalt = \"A.\"\n\n[[line]]\ntarget = \"won\"\n```\n",
            "dashboards/line.md:12:10: the line is the target of \"won\"",
            "active_people",
        ),
        (
            "queries/models/circle_a.sql",
            "SELECT *\nFROM circle_b\n".into(),
            "queries/models/circle_a.sql:2:6: models read each other in a circle: circle_a → circle_b → circle_a",
            "model of its own",
        ),
        ("queries/models/circle_b.sql", "SELECT * FROM circle_a\n".into(), "circle", ""),
        (
            "queries/models/types.sql",
            "SELECT 1 AS a\nFROM person_history\nWHERE grade + DATE '2026-01-01' > 1\n".into(),
            "queries/models/types.sql:",
            "",
        ),
        ("dashboards/html.md", front("") + "\n<script>alert(1)</script>\n", "dashboards/html.md:6:1:", "no raw HTML"),
        (
            "queries/kpis/unit.sql",
            kpi("-- unit = \"shaer\"", "SELECT 1"),
            "queries/kpis/unit.sql:7:",
            "did you mean \"share\"?",
        ),
        (
            "queries/kpis/column.sql",
            kpi("-- unit = \"count\"", "SELECT colour FROM people"),
            "queries/kpis/column.sql",
            "",
        ),
        ("queries/sources/none/source.toml", "title = \"N\"\n".into(), "queries/sources/none/source.toml", ""),
        ("targets.csv", "metric,target\nactive_peple,0.8\n".into(), "targets.csv", "did you mean \"active_people\"?"),
        ("holidays.csv", "calendar_id,d,name\ndefault,2026-02-30,X\n".into(), "holidays.csv:2:1", "2026-02-30"),
        ("annotations.csv", "d,text\n2026-02-30,X\n".into(), "annotations.csv:2:1", "2026-02-30"),
        ("dashboards/README.md", CONTENTS.into(), "dashboards/README.md:3:26: the row of line.md names other KPIs", "`active_people`"),
        ("dashboards/README.md", CONTENTS.into(), "dashboards/README.md:4:1: there is no page lime.md", "did you mean \"line\"?"),
        ("dashboards/README.md", CONTENTS.into(), "dashboards/README.md:4:1: the table has no row for note.md", "add | [`note.md`]"),
        (
            "dashboards/reports/board.toml",
            "pages = [\"pluse\"]\nformats = [\"pdf\"]\ncron = \"0 7 * *\"\nzone = \"UTC\"\nto = \"ftp://x\"\nowner = \"o\"\n".into(),
            "dashboards/reports/board.toml:5:6: nothing can be sent to \"ftp://x\"",
            "s3://",
        ),
    ]
}

const CONTENTS: &str = "| page | asks | KPIs |\n| --- | --- | --- |\n\
    | [line](line.md) | Q? | `won` |\n| [lime](lime.md) | Q? | `won` |\n";

fn every_mistake_in_one_run() {
    let dir = fresh("mistakes");
    for (file, text, ..) in mistakes() {
        write(&dir, file, &text);
    }
    write(&dir, "queries/kpis/unit.slt", "");
    write(&dir, "queries/kpis/column.slt", "");
    let ran = on(&dir, &["check"]).ended(1);
    let told = ran.out + &ran.err;
    assert_eq!(told.matches("circle:").count(), 1, "{told}");
    let missed: Vec<&str> =
        mistakes().iter().filter(|(_, _, at, hint)| !told.contains(at) || !told.contains(hint)).map(|m| m.2).collect();
    assert!(missed.is_empty(), "not told: {missed:#?}\nof\n{told}");
}

/// Place and words of each, in the order of the page; the hint follows on a line of its own.
static ON_ONE_PAGE: [(&str, &str); 9] = [
    ("4:1: nothing on this page uses the filter \"planet\"", "remove it"),
    ("9:7: no KPI is called \"actve_people\"", "did you mean \"active_people\"?"),
    ("10:1: unknown key \"witdh\"", "did you mean \"width\"?"),
    ("15:8: no chart kind is called \"lime\"", "did you mean \"line\"?"),
    ("21:8: bars need exactly one \"by\", and this block has none", "add a line such as by = \"grade\""),
    ("28:9: \"limit\" is a text", "it wants a whole number"),
    ("29:6: active_people has no column \"grad\"", "did you mean \"grade\"?"),
    ("34:7: $frm is not declared", "did you mean \"from\"?"),
    ("39:8: x = \"aa\" is no column of the query", "did you mean \"a\"?"),
];

/// A model with a mistake of its own stands beside the page, and hides none of the page's.
fn every_mistake_of_one_page() {
    let dir = fresh("one-page").join("p");
    uptake(&["init", &dir.to_string_lossy()]).ended(0);
    let page = "\
+++
title = \"T\"
asks = \"Q?\"
[filter.planet]
type = \"multi\"
+++

```kpi
kpi = \"actve_people\"
witdh = \"1/2\"
```

```chart
kpi = \"won\"
type = \"lime\"
alt = \"A.\"
```

```chart
kpi = \"active_people\"
type = \"bar\"
alt = \"A.\"
```

```table
kpi = \"active_people\"
id = \"t\"
limit = \"ten\"
by = \"grad\"
```

```sql mine
SELECT 1 AS a, 2 AS b
WHERE $frm IS NULL
```

```chart
query = \"mine\"
type = \"line\"
x = \"aa\"
alt = \"A.\"
```
";
    write(&dir, "dashboards/all.md", page);
    write(&dir, "queries/models/broken.sql", "SELECT colour FROM people\n");
    write(&dir, "queries/models/on_broken.sql", "SELECT * FROM broken\n");
    let told = on(&dir, &["check"]).ended(1).out;
    let missed = |(at, hint): &&(&str, &str)| {
        let mut lines = told.lines().skip_while(|line| !line.starts_with(&format!("dashboards/all.md:{at}")));
        lines.next().is_none() || !lines.next().is_some_and(|line| line.contains(hint))
    };
    let missed: Vec<_> = ON_ONE_PAGE.iter().filter(missed).collect();
    assert!(missed.is_empty(), "not told: {missed:#?}\nof\n{told}");
    assert_eq!(told.matches("dashboards/all.md:").count(), ON_ONE_PAGE.len(), "{told}");
    assert_eq!(told.matches("queries/models/broken.sql:").count(), 1, "{told}");
    assert!(!told.contains("on_broken.sql"), "it only follows:\n{told}");
}

fn a_wrong_test_fails() {
    let dir = fresh("wrong-test").join("p");
    uptake(&["init", &dir.to_string_lossy()]).ended(0);
    write(&dir, "queries/kpis/won.slt", "query I\nSELECT 1\n----\n2\n");
    let ran = on(&dir, &["test"]).ended(1);
    assert!(ran.out.lines().any(|line| line.starts_with("FAILED") && line.contains("won")), "{}", ran.out);
}

fn write(dir: &Path, file: &str, text: &str) {
    let path: PathBuf = dir.join(file);
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("made");
    fs::write(path, text).expect("written");
}
