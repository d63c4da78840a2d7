//! What is made of facts: KPIs whose facts stand in their SQL, so that the numbers can be checked in the head.

use crate::error::AnswerError;
use crate::session::{Limits, Session};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use uptake_spec::{Answer, Files, Filter, Params, Project, Viewer, read_project};

const SETTINGS: &str = "firm = \"F\"\ncurrency = \"EUR\"\ntime_zone = \"UTC\"\n";
const HEADER: &str =
    "code = \"X\"\ntitle = \"X\"\nasks = \"?\"\nmeans = \"!\"\nprivacy = \"A\"\nattributes = [\"event\"]\n";

/// A project with the KPI `x` of these facts, and more files.
fn project(header: &str, facts: &str, more: &[(&str, &str)]) -> Project {
    let header: String = format!("{HEADER}{header}").lines().map(|line| format!("-- {line}\n")).collect();
    let kpi = format!("{header}{facts}");
    let files = [("uptake.toml", SETTINGS), ("queries/kpis/x.sql", &kpi), ("queries/kpis/x.slt", "")];
    read_project(&Files::of(files.into_iter().chain(more.iter().copied()))).expect("the project has no mistake")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

/// Asks a KPI of these facts from 5 to 18 January 2026, as of the 18th: two whole weeks.
fn ask(header: &str, facts: &str, params: Params) -> Result<Answer, String> {
    let project = project(header, facts, &[]);
    let params = Params {
        from: params.from.or(Some(day("2026-01-05"))),
        to: params.to.or(Some(day("2026-01-18"))),
        as_of: Some(day("2026-01-18")),
        ..params
    };
    wait(async {
        let session = Session::for_tests(&project).await.expect("it plans");
        session.answer(&project.kpis[0], &params, &Viewer::Local).await.map_err(|e| e.to_string())
    })
}

/// Every row as `01-05 leaders 0.75 3/4`.
fn told(answer: &Answer) -> Vec<String> {
    let t = &answer.table;
    let row = |row| {
        let text = |name| t.value(row, name).to_string();
        let members = answer.by.iter().map(String::as_str).chain(answer.split.iter().map(|s| s.column.as_str()));
        let members: String = members.map(|name| text(name) + " ").collect();
        format!(
            "{} {members}{} {}/{}",
            &text("period_start")[5..],
            text("value"),
            text("numerator"),
            text("denominator")
        )
    };
    (0..t.rows()).map(row).collect()
}

#[track_caller]
fn check(header: &str, facts: &str, params: Params, expected: &[&str]) {
    assert_eq!(told(&ask(header, facts, params).expect("an answer")), expected);
}

const GAP: &str = "unit = \"share\"\nsplit = \"state\"\nheadline = \"gap\"\ndimensions = [\"office\"]\n\
                   [difference]\ngap = [\"leaders\", \"others\"]\n";
/// In Berlin 3 of 4 leaders and 1 of 2 others; in Rome 1 of 2 others and no leader. In the second week 1 of 2 leaders in Berlin.
const LEADERS: &str = "SELECT period_start, office, state, numerator, denominator FROM (VALUES \
    (DATE '2026-01-05', 'Berlin', 'leaders', 3, 4), (DATE '2026-01-05', 'Berlin', 'others', 1, 2), \
    (DATE '2026-01-05', 'Rome', 'others', 1, 2), (DATE '2026-01-12', 'Berlin', 'leaders', 1, 2)\
    ) AS t (period_start, office, state, numerator, denominator)";

fn by(column: &str) -> Params {
    Params { by: vec![column.into()], ..Params::default() }
}

fn only(values: &[&str]) -> Params {
    let values = values.iter().map(|v| v.to_string()).collect();
    Params { filters: vec![Filter { column: "state".into(), values }], ..Params::default() }
}

#[test]
fn a_split_stands_in_every_answer_and_a_difference_behind_it() {
    check(
        GAP,
        LEADERS,
        Params::default(),
        &[
            "01-05 leaders 0.75 3/4",
            "01-05 others 0.5 2/4",
            "01-05 gap 0.25 /",
            "01-12 leaders 0.5 1/2",
            "01-12 gap  /",
        ],
    );
    check(
        GAP,
        LEADERS,
        by("office"),
        &[
            "01-05 Berlin leaders 0.75 3/4",
            "01-05 Berlin others 0.5 1/2",
            "01-05 Berlin gap 0.25 /",
            "01-05 Rome others 0.5 1/2",
            "01-05 Rome gap  /",
            "01-12 Berlin leaders 0.5 1/2",
            "01-12 Berlin gap  /",
        ],
    );
}

#[test]
fn a_member_of_the_split_can_be_kept_and_not_grouped_by() {
    check(GAP, LEADERS, only(&["gap"]), &["01-05 gap 0.25 /", "01-12 gap  /"]);
    check(GAP, LEADERS, only(&["others"]), &["01-05 others 0.5 2/4"]);
    let kept = ask(GAP, LEADERS, only(&["leaders"])).expect("an answer");
    assert_eq!(kept.headline().and_then(|h| h.delta), Some(-0.25)); // 0.5 after 0.75, although the KPI's own headline is the gap
    let refused = ask(GAP, LEADERS, by("state")).expect_err("it is no dimension");
    assert_eq!(refused, "x cannot be grouped by \"state\"; state always stands in its answer; leave it out");
}

#[test]
fn a_period_without_facts_has_no_row_if_there_is_a_split() {
    let header = "unit = \"count\"\nvalue = \"value\"\nsplit = \"bar\"\n";
    let facts = "SELECT DATE '2026-01-05' AS period_start, 'new' AS bar, 1 AS numerator, 1 AS denominator, 7 AS value";
    check(header, facts, Params::default(), &["01-05 new 7 1/1"]);
}

#[test]
fn the_facts_can_order_the_members() {
    let header = "unit = \"count\"\nvalue = \"value\"\nsplit = \"bar\"\n";
    let facts = "SELECT DATE '2026-01-05' AS period_start, bar, ord, 1 AS numerator, 1 AS denominator, 1 AS value \
                 FROM (VALUES ('start', 1), ('won', 3), ('new', 2), ('end', 4), ('end', 9)) AS t (bar, ord)";
    check(
        header,
        facts,
        Params::default(),
        &["01-05 start 1 1/1", "01-05 new 1 1/1", "01-05 won 1 1/1", "01-05 end 2 2/2"],
    );
}

/// Stage A: visits of 1, 2, 3 and 10 days ended. Stage B: ended after 2, 4 and 6 days, still going on after 3 and 5.
/// In A, S is 0.75, 0.5, 0.25, 0; in B 0.8 at 2, 0.5333 at 4, 0 at 6. Stage C never ended.
#[test]
fn a_quantile_of_durations_knows_what_still_goes_on() {
    let header = "unit = \"days\"\nvalue = \"quantile\"\nsplit = \"stage\"\n\
                  [option.statistic]\nmedian = { quantile = 0.5 }\np75 = { quantile = 0.75 }\n";
    let facts = "SELECT DATE '2026-01-05' AS period_start, stage, numerator, 1 AS denominator, value FROM (VALUES \
        ('A', 1.0, 1), ('A', 10.0, 1), ('A', 2.0, 1), ('A', 3.0, 1), \
        ('B', 2.0, 1), ('B', 3.0, 0), ('B', 4.0, 1), ('B', 5.0, 0), ('B', 6.0, 1), ('C', 9.0, 0)) AS t (stage, value, numerator)";
    check(header, facts, Params::default(), &["01-05 A 2 4/4", "01-05 B 6 3/5", "01-05 C  0/1"]);
    let p75 = Params { options: [("statistic".to_string(), "p75".to_string())].into(), ..Params::default() };
    check(header, facts, p75, &["01-05 A 3 4/4", "01-05 B 6 3/5", "01-05 C  0/1"]);
}

#[test]
fn one_period_alone_is_compared_with_the_one_before() {
    let header = "unit = \"share\"\n";
    let facts = "SELECT p.period_start, CASE WHEN p.period_start < DATE '2026-01-12' THEN 1 ELSE 3 END AS numerator, \
                 4 AS denominator FROM periods AS p";
    let second = || Params { from: Some(day("2026-01-12")), ..Params::default() };
    let answer = ask(header, facts, second()).expect("an answer");
    assert_eq!(told(&answer), ["01-12 0.75 3/4"]);
    let headline = answer.headline().expect("a complete week");
    assert_eq!((headline.value, headline.previous, headline.delta), (Some(0.75), Some(0.25), Some(0.5)));
    // With a split it is the member's own period before.
    let split = "unit = \"share\"\nsplit = \"state\"\nheadline = \"leaders\"\ndimensions = [\"office\"]\n";
    let headline = ask(split, LEADERS, second()).expect("an answer").headline().expect("a complete week");
    assert_eq!((headline.value, headline.previous), (Some(0.5), Some(0.75)));
}

#[test]
fn who_left_stands_beside_the_columns() {
    let header = "unit = \"share\"\ndimensions = [\"grade\"]\n";
    let facts = "SELECT DATE '2026-01-05' AS period_start, grade, numerator, denominator, left FROM (VALUES \
        ('Partner', 1, 1, 0), ('Partner', 0, 1, 0), ('Partner', 0, 0, 1), ('Analyst', 0, 0, 1)) AS t (grade, numerator, denominator, left)";
    let all = ask(header, facts, Params::default()).expect("an answer");
    assert_eq!(
        (told(&all), all.left.clone()),
        (vec!["01-05 0.5 1/2".to_string(), "01-12  0/0".into()], vec![Some(2), None])
    );
    let by_grade = ask(header, facts, by("grade")).expect("an answer");
    assert_eq!((told(&by_grade), by_grade.left.clone()), (vec!["01-05 Partner 0.5 1/2".to_string()], vec![Some(1)]));
}

#[test]
fn days_behind_the_data_are_a_mistake_of_the_question() {
    let facts = "SELECT period_start, 1 AS numerator, 1 AS denominator FROM periods";
    let from = |text: &str| Params { from: Some(day(text)), to: Some(day("2026-12-31")), ..Params::default() };
    let told = |text| ask("unit = \"share\"\n", facts, from(text)).map(|a| told(&a));
    assert_eq!(told("2026-01-17"), Ok(vec!["01-12 1 1/1".to_string()]));
    let behind = "the range begins on 2026-01-19, and the data ends on 2026-01-18; ask from an earlier day";
    assert_eq!(told("2026-01-19"), Err(behind.into()));
}

/// Other days, other columns in another order, other members, and one that cannot be asked. Nobody knows the grade in Rome: that is a
/// member too, and not the sum of all grades.
#[test]
fn questions_asked_together_are_answered_like_each_alone() {
    let header = "unit = \"share\"\ndimensions = [\"office\", \"grade\"]\n";
    let facts = "SELECT period_start, office, grade, numerator, denominator FROM (VALUES \
        (DATE '2026-01-05', 'Berlin', 'Partner', 1, 2), (DATE '2026-01-05', 'Rome', NULL, 2, 2), \
        (DATE '2026-01-12', 'Berlin', 'Partner', 0, 1)) AS t (period_start, office, grade, numerator, denominator)";
    let project = project(header, facts, &[]);
    let by = |columns: &[&str]| Params { by: columns.iter().map(|c| c.to_string()).collect(), ..Params::default() };
    let rome = Filter { column: "office".into(), values: vec!["Rome".into()] };
    let questions = [
        (Params::default(), Ok(vec!["01-05 0.75 3/4", "01-12 0 0/1"])),
        (by(&["office"]), Ok(vec!["01-05 Berlin 0.5 1/2", "01-05 Rome 1 2/2", "01-12 Berlin 0 0/1"])),
        (by(&["country"]), Err("x has no column \"country\"; there is office, grade")),
        (
            by(&["grade", "office"]),
            Ok(vec!["01-05  Rome 1 2/2", "01-05 Partner Berlin 0.5 1/2", "01-12 Partner Berlin 0 0/1"]),
        ),
        (
            by(&["office", "grade"]),
            Ok(vec!["01-05 Berlin Partner 0.5 1/2", "01-05 Rome  1 2/2", "01-12 Berlin Partner 0 0/1"]),
        ),
        (Params { from: Some(day("2026-01-12")), ..Params::default() }, Ok(vec!["01-12 0 0/1"])),
        (Params { filters: vec![rome], ..Params::default() }, Ok(vec!["01-05 1 2/2", "01-12  0/0"])),
    ];
    let dated = |params: &Params| Params {
        from: params.from.or(Some(day("2026-01-05"))),
        as_of: Some(day("2026-01-18")),
        ..params.clone()
    };
    let asked: Vec<Params> = questions.iter().map(|(params, _)| dated(params)).collect();
    let asked: Vec<_> = asked.iter().map(|params| (&project.kpis[0], params)).collect();
    let answers = wait(async {
        let session = Session::for_tests(&project).await.expect("it plans");
        session.answers(&asked, &Viewer::Local).await
    });
    for ((params, expected), answer) in questions.into_iter().zip(answers) {
        let answer = answer.map_err(|why| why.to_string());
        let alone = ask(header, facts, params);
        assert_eq!(answer, alone);
        match expected {
            Ok(rows) => assert_eq!(told(&answer.expect("an answer")), rows),
            Err(why) => assert_eq!(answer.map(|a| told(&a)), Err(why.to_string())),
        }
    }
}

/// Twenty thousand members of each office: more than one batch of the engine, of which a filter leaves one office.
#[test]
fn a_filter_on_one_value_leaves_every_member_once() {
    let header = "unit = \"share\"\ndimensions = [\"office\", \"grade\"]\n";
    let digit = "(VALUES ('0'), ('1'), ('2'), ('3'), ('4'), ('5'), ('6'), ('7'), ('8'), ('9'))";
    let all = |office: &str| {
        format!(
            "SELECT p.period_start, '{office}' AS office, concat(a.d, b.d, c.d, e.d) AS grade, 1 AS numerator, 2 AS denominator \
             FROM periods AS p CROSS JOIN {digit} AS a(d) CROSS JOIN {digit} AS b(d) CROSS JOIN {digit} AS c(d) CROSS JOIN {digit} AS e(d)"
        )
    };
    let facts = [all("Berlin"), all("Rome"), all("Berlin")].join(" UNION ALL ");
    let project = project(header, &facts, &[]);
    let berlin = Filter { column: "office".into(), values: vec!["Berlin".into()] };
    let asked = [&[][..], &["office"], &["grade"], &["office", "grade"]].map(|by| Params {
        by: by.iter().map(|column| column.to_string()).collect(),
        filters: vec![berlin.clone()],
        from: Some(day("2026-01-05")),
        as_of: Some(day("2026-01-18")),
        ..Params::default()
    });
    let asked: Vec<_> = asked.iter().map(|params| (&project.kpis[0], params)).collect();
    let answers = wait(async {
        let session = Session::for_tests(&project).await.expect("it plans");
        session.answers(&asked, &Viewer::Local).await
    });
    let answers: Vec<Vec<String>> = answers.into_iter().map(|answer| told(&answer.expect("an answer"))).collect();
    assert_eq!(answers[0], ["01-05 0.5 20000/40000", "01-12 0.5 20000/40000"]);
    assert_eq!(answers[1], ["01-05 Berlin 0.5 20000/40000", "01-12 Berlin 0.5 20000/40000"]);
    assert_eq!(answers[2][..2], ["01-05 0000 0.5 2/4", "01-05 0001 0.5 2/4"]);
    assert_eq!(answers[3].last().map(String::as_str), Some("01-12 Berlin 9999 0.5 2/4"));
    assert_eq!([answers[2].len(), answers[3].len()], [20_000, 20_000]);
}

/// Halves add up to wholes before they become counts, also where they were added up once before.
#[test]
fn counts_of_parts_are_whole_only_at_the_end() {
    let facts = "SELECT DATE '2026-01-05' AS period_start, office, 0.5 AS numerator, 1.5 AS denominator \
                 FROM (VALUES ('Berlin'), ('Rome')) AS t (office)";
    let project = project("unit = \"share\"\ndimensions = [\"office\"]\n", facts, &[]);
    let asked = [Params::default(), by("office")].map(|params| Params {
        from: Some(day("2026-01-05")),
        as_of: Some(day("2026-01-11")),
        ..params
    });
    let asked: Vec<_> = asked.iter().map(|params| (&project.kpis[0], params)).collect();
    let answers = wait(async {
        let session = Session::for_tests(&project).await.expect("it plans");
        session.answers(&asked, &Viewer::Local).await
    });
    let answers = answers.into_iter().map(|answer| told(&answer.expect("an answer"))).collect::<Vec<_>>();
    assert_eq!(answers[0], ["01-05 0.3333333333333333 1/3"]);
}

/// Two licences hold from 1 and from 12 January on, the second through the 24th; the third ended with the 4th, and the fourth never holds at
/// the end of a week. As of Wednesday the 21st, the last week is told from that day.
#[test]
fn facts_that_hold_count_in_every_period_on_whose_last_day_they_do() {
    let facts = "SELECT valid_from, valid_to, office, 1 AS numerator, 2 AS denominator FROM (VALUES \
        (NULL, NULL, 'Rome'), (DATE '2026-01-12', DATE '2026-01-25', 'Berlin'), \
        (DATE '2025-12-01', DATE '2026-01-05', 'Berlin'), (DATE '2026-01-12', DATE '2026-01-18', 'Berlin')) \
        AS t (valid_from, valid_to, office)";
    let project = project("unit = \"share\"\ndimensions = [\"office\"]\n", facts, &[]);
    let asked = [Params::default(), by("office")].map(|params| Params {
        from: Some(day("2026-01-05")),
        as_of: Some(day("2026-01-21")),
        ..params
    });
    let asked: Vec<_> = asked.iter().map(|params| (&project.kpis[0], params)).collect();
    let answers = wait(async {
        let session = Session::for_tests(&project).await.expect("it plans");
        session.answers(&asked, &Viewer::Local).await
    });
    let answers: Vec<Vec<String>> = answers.into_iter().map(|answer| told(&answer.expect("an answer"))).collect();
    assert_eq!(answers[0], ["01-05 0.5 1/2", "01-12 0.5 2/4", "01-19 0.5 2/4"]);
    assert_eq!(
        answers[1],
        [
            "01-05 Rome 0.5 1/2",
            "01-12 Berlin 0.5 1/2",
            "01-12 Rome 0.5 1/2",
            "01-19 Berlin 0.5 1/2",
            "01-19 Rome 0.5 1/2"
        ]
    );
}

/// Facts that are groups already are added up like all others.
#[test]
fn facts_may_be_groups() {
    let facts = "SELECT period_start, 2 * count(*) AS numerator, 4 AS denominator FROM periods GROUP BY period_start";
    check("unit = \"share\"\n", facts, Params::default(), &["01-05 0.5 2/4", "01-12 0.5 2/4"]);
}

/// A hundred thousand groups need megabytes, whoever asks for them.
#[test]
fn a_kpi_in_sql_has_the_memory_of_the_query_that_asks() {
    let header = "unit = \"share\"\ndimensions = [\"name\"]\n";
    let facts = "SELECT DATE '2026-01-05' AS period_start, CAST(n AS TEXT) AS name, 1 AS numerator, 1 AS denominator \
                 FROM (SELECT unnest(generate_series(1, 100000)) AS n) AS numbers";
    let project = project(header, facts, &[]);
    let sql = "SELECT count(*) AS rows FROM x('by=name', 'from=2026-01-05', 'to=2026-01-11', 'as_of=2026-01-11')";
    let within = |memory_bytes: usize| {
        let limits = Limits { memory_bytes, spill_bytes: 1 << 16, ..Limits::default() };
        wait(async {
            let session = Session::for_tests(&project).await.expect("it plans");
            session.query(sql, &BTreeMap::new(), &limits, &Viewer::Local).await
        })
    };
    let rows = within(2 << 30).expect("there is room");
    assert_eq!(rows.table.value(0, "rows").number(), Some(1e5));
    let small = within(1 << 18);
    assert!(matches!(small, Err(AnswerError::TooLarge(_))), "{small:?}");
}

#[test]
fn a_model_may_read_the_asked_periods_and_cannot_be_stored() {
    let count = "SELECT period_start, count(*) AS n FROM periods GROUP BY period_start";
    let double = "SELECT period_start, 2 * n AS n FROM each_period";
    let facts = "SELECT period_start, n AS numerator, 4 AS denominator FROM twice";
    let more = |first: &str| {
        [("queries/models/each_period.sql", first.to_string()), ("queries/models/twice.sql", double.into())]
    };
    let sound = more(count);
    let sound: Vec<(&str, &str)> = sound.iter().map(|(p, t)| (*p, t.as_str())).collect();
    let project = project("unit = \"share\"\n", facts, &sound);
    let params = Params { from: Some(day("2026-01-05")), as_of: Some(day("2026-01-18")), ..Params::default() };
    let answer = wait(async {
        let session = Session::for_tests(&project).await.expect("it plans");
        session.answer(&project.kpis[0], &params, &Viewer::Local).await.expect("an answer")
    });
    assert_eq!(told(&answer), ["01-05 0.5 2/4", "01-12 0.5 2/4"]);
    let mut stored = project.clone();
    stored.models[0].stored = true;
    let problems = wait(crate::check(&stored));
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].what, "each_period reads the asked periods and cannot be stored");
    assert_eq!(wait(crate::check(&project)), []);
}

/// A session plans a KPI once and fills in the days of each question: those asked first are not those of the next.
#[test]
fn days_asked_later_are_not_those_asked_first() {
    let facts = "SELECT period_start, CAST($to - period_start AS BIGINT) AS numerator, \
                 CAST($as_of - $from AS BIGINT) AS denominator FROM periods";
    let held = "SELECT DATE '2026-01-10' AS valid_from, NULL AS valid_to, 1 AS numerator, 2 AS denominator";
    let question = |from: &str, to: &str, as_of: &str| Params {
        from: Some(day(from)),
        to: Some(day(to)),
        as_of: Some(day(as_of)),
        ..Params::default()
    };
    let questions = [
        question("2026-01-05", "2026-01-18", "2026-01-18"),
        question("2026-01-12", "2026-01-25", "2026-01-23"),
        question("2025-12-29", "2026-01-11", "2026-01-09"),
    ];
    let asked = |facts: &str| {
        let project = project("unit = \"share\"\n", facts, &[]);
        wait(async {
            let session = Session::for_tests(&project).await.expect("it plans");
            let mut all = vec![];
            for params in &questions {
                let answer = session.answer(&project.kpis[0], params, &Viewer::Local).await.expect("an answer");
                all.push(told(&answer).join(", "));
            }
            all
        })
    };
    let spans = [
        "01-05 1 13/13, 01-12 0.46153846153846156 6/13",
        "01-12 1.1818181818181819 13/11, 01-19 0.5454545454545454 6/11",
        "12-29 1.1818181818181819 13/11, 01-05 0.5454545454545454 6/11",
    ];
    assert_eq!(asked(facts), spans);
    assert_eq!(asked(held), ["01-05 0.5 1/2, 01-12 0.5 1/2", "01-12 0.5 1/2, 01-19 0.5 1/2", "12-29  0/0, 01-05  0/0"]);
}
