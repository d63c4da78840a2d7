use super::{Files, read_parts, read_project};

const SETTINGS: &str = "firm = \"F\"\ncurrency = \"EUR\"\ntime_zone = \"UTC\"\n";
const KPI: &str = "-- code = \"X\"\n-- title = \"X\"\n-- asks = \"?\"\n-- means = \"!\"\n-- unit = \"count\"\n\
                   -- privacy = \"A\"\n-- attributes = [\"period-end\"]\n-- dimensions = [\"grade\"]\n\
                   -- [option.window]\nSELECT 1\n";

/// A project with the KPI `won` and these files.
fn files(more: &[(&str, &str)]) -> Files {
    let sound = [("uptake.toml", SETTINGS), ("queries/kpis/won.sql", KPI), ("queries/kpis/won.slt", "")];
    Files::of(sound.into_iter().chain(more.iter().copied()))
}

/// `file:line:column: what`, and the hint behind a bar.
fn told(files: &Files) -> Vec<String> {
    read_parts(files).1.iter().map(|p| format!("{}: {} | {}", p.place, p.what, p.hint)).collect()
}

fn told_of_page(body: &str) -> Vec<String> {
    let front = "+++\ntitle = \"T\"\nasks = \"Q?\"\n+++\n";
    told(&files(&[("dashboards/p.md", &format!("{front}{body}"))]))
}

const PAGE: &str = r#"+++
title = "T"
asks = "Q?"
colour = "red"
[filter.office]
type = "multi"
default = "Berlin"
+++

```kpi
kpi = "wom"
witdh = "1/2"
```

```chart
kpi = "won"
id = "c"
by = ["grade", "grade", "planet"]
width = 2
window = 28
```

```table
kpi = "won"
limit = 0
lenght = "x"
```

```table
by = "grade"
```

```sql mine
SELECT 1 AS a
WHERE $frm IS NULL
```

{wonn.value}
"#;

#[test]
fn every_mistake_of_a_page_is_told_at_once() {
    let expected = [
        "dashboards/p.md:4:1: unknown key \"colour\" | there is access, title, asks, owner, budget, filter",
        "dashboards/p.md:5:1: nothing on this page uses the filter \"office\" | \
         remove it, or filter by a column its KPIs have",
        "dashboards/p.md:7:11: \"default\" cannot be \"Berlin\" | only \"all\" is known yet",
        "dashboards/p.md:11:7: no KPI is called \"wom\" | did you mean \"won\"?",
        "dashboards/p.md:12:1: unknown key \"witdh\" | did you mean \"width\"?",
        "dashboards/p.md:16:1: \"alt\" is missing | add alt = \"…\"",
        "dashboards/p.md:16:1: \"type\" is missing | add type = \"…\"",
        "dashboards/p.md:18:6: \"by\" names \"grade\" twice | name each column once",
        "dashboards/p.md:18:6: won has no column \"planet\" | there is grade",
        "dashboards/p.md:19:9: \"width\" is a whole number | it wants a text in quotes",
        "dashboards/p.md:25:9: \"limit\" cannot be 0 | it wants 1 or more",
        "dashboards/p.md:26:1: unknown key \"lenght\" | there is by, grain, id, kpi, limit, link, title, width, window",
        "dashboards/p.md:30:1: \"kpi\" is missing | add kpi = \"…\"",
        "dashboards/p.md:35:7: $frm is not declared | did you mean \"from\"?",
        "dashboards/p.md:38:1: no block and no KPI is called \"wonn\" | did you mean \"won\"?",
    ];
    let files = files(&[("dashboards/p.md", PAGE)]);
    assert_eq!(told(&files), expected);
    let blocks = read_parts(&files).0.map(|project| project.dashboards[0].blocks.len());
    assert_eq!(blocks, Some(6)); // five fences and the paragraph
    assert!(read_project(&files).is_err());
}

#[test]
fn a_whole_number_is_an_option_like_its_text() {
    assert_eq!(told_of_page("```kpi\nkpi = \"won\"\nwindow = 28\n```\n"), [""; 0]);
    assert_eq!(
        told_of_page("```kpi\nkpi = \"won\"\nwindow = 0\n```\n"),
        ["dashboards/p.md:7:1: \"window\" cannot be \"0\" | it wants a number of days, such as 28"]
    );
}

#[test]
fn a_kpi_with_a_mistake_of_its_own_is_not_missed_by_others() {
    let page = "+++\ntitle = \"T\"\nasks = \"Q?\"\n[filter.grade]\ntype = \"multi\"\n+++\n\n```kpi\nkpi = \"lost\"\nbasis = \"x\"\n```\n";
    let broken = KPI.replace("count", "cuont");
    let more =
        [("queries/kpis/lost.sql", &*broken), ("dashboards/p.md", page), ("targets.csv", "metric,target\nlost,1\n")];
    assert_eq!(
        told(&files(&more)),
        ["queries/kpis/lost.sql:5:11: \"unit\" cannot be \"cuont\" | did you mean \"count\"?"]
    );
}

#[test]
fn settings_with_mistakes_hide_no_others() {
    let more = [("uptake.toml", "firm = \n"), ("targets.csv", "metric,target,direction\nwon,1,left\nwom,2,up\n")];
    let told = told(&files(&more));
    assert!(told[0].starts_with("targets.csv:2:1: \"direction\" cannot be \"left\" | \"up\" or \"down\""), "{told:?}");
    assert_eq!(told[1], "targets.csv:3:1: no KPI is called \"wom\" | did you mean \"won\"?");
    assert!(told[2].starts_with("uptake.toml:1:"), "{told:?}");
    assert_eq!(told.len(), 3);
}

#[test]
fn what_is_missing_beside_a_file_is_told_at_its_first_line() {
    let more = [("queries/kpis/lost.sql", KPI), ("queries/sources/s/source.toml", "title = \"S\"\n")];
    let expected = [
        "queries/kpis/lost.sql:1:1: lost has no test beside it | add queries/kpis/lost.slt",
        "queries/sources/s/source.toml:1:1: the source \"s\" maps to no table | add a TABLE.sql beside it, or say unmapped = true",
    ];
    assert_eq!(told(&files(&more)), expected);
}

#[test]
fn marks_and_line_ends_of_windows_do_not_matter() {
    let page = "\u{feff}+++\r\ntitle = \"T\"\r\nasks = \"Q?\"\r\n+++\r\n\r\n```kpi\r\nkpi = \"won\"\r\n```\r\n";
    let kpi = KPI.replace('\n', "\r\n");
    let more = [
        ("dashboards/p.md", page),
        ("queries/kpis/won.sql", &*kpi),
        ("targets.csv", "\u{feff}metric,target\r\nwon,1\r\n"),
    ];
    assert_eq!(told(&files(&more)), [""; 0]);
}

#[test]
fn a_file_that_is_not_utf8_is_one_mistake_among_the_others() {
    let dir = std::env::temp_dir().join(format!("uptake-spec-utf8-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder");
    // Two lines in Windows-1252: 0xFC is ü.
    std::fs::write(dir.join("holidays.csv"), b"calendar_id,d,name\nx,2026-01-01,fr\xFCh\n").expect("written");
    std::fs::write(dir.join("targets.csv"), "metric,target\nwom,2\n").expect("written");
    let read = files(&[]).with_folder(&dir);
    std::fs::remove_dir_all(&dir).expect("removed");
    let expected = [
        "holidays.csv:2:16: this is not UTF-8 | save the file with the encoding UTF-8",
        "targets.csv:2:1: no KPI is called \"wom\" | did you mean \"won\"?",
    ];
    assert_eq!(told(&read.expect("it can be read")), expected);
}

const WORDS: &str = "+++
title = \"T\"
asks = \"Q?\"
access = \"all\"
budget = 0
+++

First a line of words,
and **{wonn.value}**, `{won.value}` and {won.valeu}
with {won.value:money} {won.value:int}.

- One {won.period:pct0}
- [two](javascript:x) {share.value:num1} {share.value:pct1}

```note
text = \"{won.value} and {wonn.value}\"
```

```chart
id = \"share\"
kpi = \"rate\"
type = \"line\"
alt = \"A.\"

[[line]]
target = \"won\"
```
";

#[test]
fn figures_in_words_are_told_at_their_own_place() {
    let share = KPI.replace("unit = \"count\"", "unit = \"share\"");
    let more = [("dashboards/p.md", WORDS), ("queries/kpis/rate.sql", &*share), ("queries/kpis/rate.slt", "")];
    let expected = [
        "dashboards/p.md:4:10: \"access\" needs viewers who sign in, which are not there yet | \
         leave the line out: the pages are for whoever sits at this machine",
        "dashboards/p.md:5:10: \"budget\" cannot be 0 | it wants milliseconds, such as 100",
        "dashboards/p.md:9:7: no block and no KPI is called \"wonn\" | did you mean \"won\"?",
        "dashboards/p.md:9:41: no figure is called \"valeu\" | did you mean \"value\"?",
        "dashboards/p.md:10:6: {won.value} is a number, and cannot be written as \"money\" | write :int or nothing behind the name",
        "dashboards/p.md:12:7: {won.period} is a day, and cannot be written as \"pct0\" | write :date, :month, or nothing behind the name",
        "dashboards/p.md:13:3: a link cannot go to \"javascript:x\" | use http, https, mailto or a page of this site",
        "dashboards/p.md:13:23: {share.value} is a share, and cannot be written as \"num1\" | write :pct0, :pct1 or nothing behind the name",
        "dashboards/p.md:16:25: no block and no KPI is called \"wonn\" | did you mean \"won\"?",
        "dashboards/p.md:26:10: the line is the target of \"won\", and this chart shows rate | write target = \"rate\"",
    ];
    assert_eq!(told(&files(&more)), expected);
}

const LINKS: &str = "+++
title = \"T\"
asks = \"Q?\"
+++

```table
kpi = \"won\"
by = \"grade\"
link = \"grades?grade={grad}&period=2026-Q1&as_of={grade}\"
```

```kpi
kpi = \"won\"
id = \"a\"
link = \"https://x.example\"
```

```kpi
kpi = \"won\"
id = \"b\"
link = \"grade?office=Berlin\"
```

```kpi
kpi = \"won\"
id = \"c\"
link = \"grade?grade={grade}&from=2026-01-01\"
```
";

#[test]
fn a_link_leads_to_a_page_that_knows_what_is_chosen() {
    let front = "+++\ntitle = \"G\"\nasks = \"Q?\"\n[filter.grade]\ntype = \"multi\"\n+++\n";
    let grade = format!("{front}\n```kpi\nkpi = \"won\"\n```\n");
    let more = [("dashboards/p.md", LINKS), ("dashboards/grade.md", &*grade)];
    let expected = [
        "dashboards/p.md:9:8: no page is called \"grades\" | did you mean \"grade\"?",
        "dashboards/p.md:9:8: the link takes {grad}, which this block does not show | did you mean \"grade\"?",
        "dashboards/p.md:15:8: a block cannot lead to \"https://x.example\" | \
         name a page of this site, as in link = \"grade?grade={grade}\"",
        "dashboards/p.md:21:8: the page \"grade\" has no filter \"office\" | there is grade, period, from, to, as_of",
        "dashboards/p.md:27:8: the link takes {grade}, which this block does not show | \
         add by = \"grade\", or choose one, as in grade=Partner",
    ];
    assert_eq!(told(&files(&more)), expected);
}

#[test]
fn dated_files_know_their_columns_and_whom_they_speak_of() {
    let up = KPI.replace("-- privacy", "-- better = \"up\"\n-- privacy");
    let targets = "metric,scope,targt,target,warn,direction,valid_from,valid_to\n\
                   won,,,1,,,2026-02-01,2026-01-01\nwon,planet=Mars,,1,,,,\nwon,Berlin,,1,,,,\nwon,grade=Partner,,1,2,,,\n\
                   won,,,1,,down,,\nwon,grade=Partner,,2,1,up,2026-01-01,\n";
    let more = [
        ("queries/kpis/won.sql", &*up),
        ("targets.csv", targets),
        ("holidays.csv", "calendar_id,d,nmae\ndefault,2026-01-01,\n"),
    ];
    let expected = [
        "holidays.csv:1:15: holidays.csv has no column \"nmae\" | did you mean \"name\"?",
        "targets.csv:1:14: targets.csv has no column \"targt\" | did you mean \"target\"?",
        "targets.csv:2:1: the target ends on 2026-01-01, before it begins on 2026-02-01 | both days are included",
        "targets.csv:3:1: won has no column \"planet\" | there is grade",
        "targets.csv:4:1: \"scope\" cannot be \"Berlin\" | leave it empty for the whole firm, or write grade=Partner",
        "targets.csv:5:1: \"warn\" 2 comes after the target 1 | with the direction up, a warning stands below the target",
        "targets.csv:6:1: the target goes down, and for won up is better | write up, or leave the direction empty",
    ];
    assert_eq!(told(&files(&more)), expected);
}

/// The page `p` uses `won` and, in words and in SQL, `lost` and `open`.
fn told_of_contents(table: &str) -> Vec<String> {
    let page = "+++\ntitle = \"T\"\nasks = \"Q?\"\n+++\n\n```table\nid = \"t\"\nkpi = \"won\"\n```\n\n{t.value} of {lost.value}\n\n\
                ```sql q\nSELECT * FROM open('by=grade')\n```\n";
    let kpis = ["lost", "open"].map(|kpi| (format!("queries/kpis/{kpi}.sql"), format!("queries/kpis/{kpi}.slt")));
    let readme = format!("# Pages\n\n| page | asks | KPIs |\n| --- | --- | --- |\n{table}");
    let own = [("dashboards/p.md", page), ("dashboards/README.md", readme.as_str())];
    let kpis = kpis.iter().flat_map(|(sql, slt)| [(sql.as_str(), KPI), (slt.as_str(), "")]);
    let all: Vec<_> = kpis.chain(own).collect();
    told(&files(&all))
}

#[test]
fn the_table_of_the_pages_is_held() {
    let right = "| [`p.md`](p.md), shown at `/` | Q? | `open`, `lost`, `won` |\n";
    assert_eq!(told_of_contents(right), [""; 0]);
    let uses = "`won`, `lost`, `open`";
    let other = "names other KPIs than the page uses";
    for row in
        ["| [`p.md`](p.md) | Q? | `won`, `lost` |\n", "| [`p.md`](p.md) | Q? | `won`, `lost`, `open`, `grade` |\n"]
    {
        assert_eq!(
            told_of_contents(row),
            [format!("dashboards/README.md:5:25: the row of p.md {other} | write {uses}")]
        );
    }
    let row = "| [`q.md`](q.md) | Q? | `won` |\n";
    let missing =
        format!("dashboards/README.md:5:1: the table has no row for p.md | add | [`p.md`](p.md) | Q? | {uses} |");
    assert_eq!(
        told_of_contents(row),
        [missing, "dashboards/README.md:5:1: there is no page q.md | did you mean \"p\"?".into()]
    );
    assert_eq!(told_of_contents(""), [""; 0], "a text of one's own without such a table");
}

#[test]
fn marks_and_the_year_before_stand_where_they_can() {
    let chart = |more: &str| format!("```chart\nkpi = \"won\"\nalt = \"A.\"\n{more}```\n");
    let sound = chart(
        "type = \"line\"\ncompare = \"last_year\"\n[[mark]]\nevents = \"annotations\"\n\
         [[mark]]\nday = \"2026-09-07\"\ntext = \"New start page\"\n",
    );
    assert_eq!(told_of_page(&sound), [""; 0]);
    assert_eq!(told_of_page("```kpi\nkpi = \"won\"\ncompare = \"last_year\"\n```\n"), [""; 0]);
    let only = |body: &str| told_of_page(body).join("\n");
    assert_eq!(
        only(&chart("type = \"line\"\n[[mark]]\nevents = \"anotations\"\n")),
        "dashboards/p.md:10:10: \"events\" cannot be \"anotations\" | did you mean \"annotations\"?"
    );
    assert_eq!(
        only(&chart("type = \"line\"\n[[mark]]\nday = \"7 Sep\"\ntext = \"x\"\n")),
        "dashboards/p.md:10:7: \"7 Sep\" is no day | write it as \"2026-09-07\", or events = \"annotations\""
    );
    assert_eq!(
        only(&chart("type = \"bar\"\nby = \"grade\"\n[[mark]]\nevents = \"annotations\"\n")),
        "dashboards/p.md:10:1: a chart of type \"bar\" has no time along which a [[mark]] could stand | \
         use type = \"line\" or \"control\" or \"area\", or leave it out"
    );
    assert_eq!(
        only(&chart("type = \"area\"\ncompare = \"last_year\"\n")),
        "dashboards/p.md:9:11: a chart of type \"area\" cannot show the year before | use type = \"line\", or leave the line out"
    );
    assert_eq!(
        only(&chart("type = \"line\"\nby = \"grade\"\ncompare = \"last_year\"\n")),
        "dashboards/p.md:10:11: the year before stands beside one line, and this chart has one for each grade | \
         leave \"by\" out, or show it in a kpi block"
    );
}
