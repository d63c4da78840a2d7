//! What does not suit a picture is refused at the door, in words; what is merely empty is not.

use super::check_each;
use super::firm::*;
use super::made_up::*;
use uptake_draw::*;
use uptake_spec::kpi::{Better, Split, Unit};
use uptake_spec::table::Data;
use uptake_spec::{Answer, Grain, Place, Table};

fn check(answer: &uptake_spec::Answer, kind: &str, what: &str, hint: &str) {
    let place = Place::new("dashboards/pulse.md", 14, 9);
    let problem = Chart::fit(&facts(answer, kind, &place)).expect_err("it does not suit");
    assert_eq!((problem.what.as_str(), problem.hint.as_str()), (what, hint));
    assert_eq!(problem.place, place);
}

#[test]
fn an_unknown_kind_names_the_nearest() {
    check(&firm(), "bars", "no chart kind is called \"bars\"", "did you mean \"bar\"?");
    let every = format!("there is {}", KINDS.join(", "));
    check(&firm(), "sunburst", "no chart kind is called \"sunburst\"", &every);
}

#[test]
fn bars_want_exactly_one_column_to_group_by() {
    check(&firm(), "bar", "bars need exactly one \"by\", and this block has none", "add a line such as by = \"grade\"");
}

#[test]
fn a_line_takes_one_column_to_group_by() {
    let mut both = grades();
    let mut columns = both.table.columns().to_vec();
    columns.insert(3, column("office", Data::Text(vec![Some("Berlin".into()); both.table.rows()])));
    both.table = Table::new(columns).expect("equal lengths");
    both.by.push("office".into());
    check(
        &both,
        "line",
        "a line cannot be cut by grade and by office at once",
        "keep one of them, or use a table block",
    );
    check(
        &both,
        "bar",
        "bars need exactly one \"by\", and this block is cut by grade and office",
        "keep one of them, or use a table block",
    );
}

#[test]
fn an_empty_answer_suits_every_kind() {
    let mut empty = grades();
    let cut = |data: &Data| match data {
        Data::Text(_) => Data::Text(vec![]),
        Data::Date(_) => Data::Date(vec![]),
        Data::Boolean(_) => Data::Boolean(vec![]),
        _ => Data::Float(vec![]),
    };
    let columns = empty.table.columns().iter().map(|c| column(&c.name, cut(&c.data))).collect();
    empty.table = Table::new(columns).expect("equal lengths");
    for kind in KINDS {
        let empty = match kind {
            "heatmap" | "flow" => crossed(&empty, &["grade", "office"]),
            "control" | "calendar" => Answer { grain: Grain::Day, ..crossed(&empty, &[]) },
            _ => Answer { unit: Unit::Count, ..empty.clone() },
        };
        let chart = chart(&empty, kind, "People who worked");
        assert_eq!(chart.summary(), "No data in this period.");
        assert!(svg(&chart, Size::Desk, &Theme::light()).0.contains(">No data in this period.</text>"));
    }
}

#[test]
fn a_question_without_rows_speaks_of_no_period() {
    let columns = vec![column("grade", Data::Text(vec![])), column("deals", Data::Integer(vec![]))];
    let table = Table::new(columns).expect("equal lengths");
    for kind in ["line", "bar", "stacked", "scorecard"] {
        let chart = Chart::fit_query(&table, kind, &Place::default(), "Deals".into(), "", None, None, None, english());
        let chart = chart.expect("no rows suit every kind");
        assert_eq!(chart.summary(), "No rows.", "{kind}");
        let picture = svg(&chart, Size::Desk, &Theme::light()).0;
        assert!(picture.contains(">No rows.</text>") && !picture.contains("period"), "{kind}: {picture}");
    }
}

/// An empty answer cut by these columns.
fn crossed(empty: &Answer, by: &[&str]) -> Answer {
    let mut columns: Vec<_> = empty.table.columns().iter().filter(|c| c.name != "grade").cloned().collect();
    columns.extend(by.iter().map(|name| column(name, Data::Text(vec![]))));
    let unit = if by.len() == 2 { Unit::Count } else { empty.unit };
    let by = by.iter().map(|name| name.to_string()).collect();
    Answer { table: Table::new(columns).expect("equal lengths"), unit, by, ..empty.clone() }
}

#[test]
fn what_does_not_add_up_is_not_stacked() {
    let grades = grades();
    let hint = "use type = \"grouped\" or \"line\", which stand side by side";
    let what = "a stacked bar adds values up, and shares of different members do not add up";
    check(&grades, "stacked", what, hint);
    check(&grades, "area", "an area adds values up, and shares of different members do not add up", hint);
    let rates = Answer { unit: Unit::Rate, ..grades.clone() };
    check(&rates, "area", "an area adds values up, and rates of different members do not add up", hint);
    // The KPI's own parts of one whole do: 0.2 + 0.3 + 0.5 in each week.
    let parts =
        [("Worked", 0.2), ("Logged in only", 0.3), ("Absent", 0.5)].map(|(name, share)| (name, vec![Some(share); 4]));
    let mut states = answer(Unit::Share, "state", &parts, 100.0);
    states.by = vec![];
    states.split = Some(Split { column: "state".into(), headline: None, differences: vec![] });
    assert!(Chart::fit(&facts(&states, "area", &Place::default())).is_ok());
}

#[test]
fn a_waterfall_must_add_up() {
    let bars = |end: f64| {
        let rows = [("start", 100.0), ("new", 30.0), ("won", -50.0), ("end", end)];
        let rows: Vec<Told> =
            rows.iter().map(|(name, value)| (monday(0), vec![name.to_string()], Some(*value), None)).collect();
        answer_of(Unit::Money, Grain::Week, &[], &["bar"], &rows, false)
    };
    let (what, hint) = (
        "the bars of this waterfall make €80, but \"End\" says €85",
        "a bar is missing or has the wrong sign; what goes is negative",
    );
    check(&bars(85.0), "waterfall", what, hint);
    let right = chart(&bars(80.0), "waterfall", "Movement");
    assert_eq!(right.summary(), "The week of 1 Jun 2026: from €100 to €80; largest moves: New +€30, Won −€50.");
}

#[test]
fn each_kind_says_what_it_needs() {
    let two = "write by = [\"grade\", \"office\"], or use type = \"bar\" for one";
    check(&grades(), "heatmap", "a heatmap needs two columns to group by, and this block is cut by grade", two);
    check(&firm(), "calendar", "a calendar shows days, and this block asks by week", "write grain = \"day\"");
    let alone = "leave \"by\" out and filter, or use type = \"line\"";
    check(&grades(), "control", "a control chart judges one series, and this block is cut by grade", alone);
    let rates = Answer { unit: Unit::Rate, ..grades() };
    let what = "a funnel counts those who enter each stage, and a rate counts nobody";
    check(&rates, "funnel", what, "use a KPI that counts, or type = \"bar\"");
    check(
        &firm(),
        "histogram",
        "a histogram needs exactly one column to group by, and this block has none",
        "by names what is counted, as by = \"office\"",
    );
    let numbered = "the last column says how many periods after the beginning, as series = \"week\"";
    check(
        &grades(),
        "cohort",
        "the columns of a cohort heatmap are numbered periods, and grade has \"Analyst\"",
        numbered,
    );
    let money = offices();
    let what = "a scatter needs two numbers a point, and this KPI has no denominators";
    let mut columns = money.table.columns().to_vec();
    columns.retain(|c| c.name != "denominator");
    let money = Answer { table: Table::new(columns).expect("equal lengths"), ..money };
    check(&money, "scatter", what, "use a query with x = \"…\" and y = \"…\", or type = \"bar\"");
}

/// Answers that nobody would want to see drawn.
fn odd_answers() -> Vec<Answer> {
    let long = "Energy, infrastructure and natural resources of groups whose name nobody has ever said in one breath";
    let mut odd = vec![];
    for unit in [Unit::Count, Unit::Share, Unit::Rate] {
        for values in [
            vec![None, None],
            vec![Some(0.0); 3],
            vec![Some(-1e12), Some(1e12), Some(1e-9)],
            vec![Some(f64::NAN), Some(7.0)],
        ] {
            for (by, split) in [
                (&[][..], &[][..]),
                (&["office"][..], &[][..]),
                (&[][..], &["stage"][..]),
                (&["office"][..], &["stage"][..]),
                (&["a", "b"][..], &[][..]),
            ] {
                let names = ["", long, "3", "start", "end"];
                let mut rows: Vec<Told> = vec![];
                for (week, value) in values.iter().enumerate() {
                    for first in names.iter().take(if by.is_empty() && split.is_empty() { 1 } else { 5 }) {
                        for second in names.iter().take(if by.len() + split.len() == 2 { 5 } else { 1 }) {
                            let members = [*first, *second][..by.len() + split.len()]
                                .iter()
                                .map(|name| name.to_string())
                                .collect();
                            rows.push((monday(week), members, *value, value.map(|value| (value, 12.0))));
                        }
                    }
                }
                odd.push(answer_of(unit, Grain::Week, by, split, &rows, true));
                if values.len() == 3 {
                    odd.push(answer_of(unit, Grain::Day, by, split, &rows[..1], true));
                    odd.push(answer_of(unit, Grain::Quarter, by, split, &[], false));
                }
            }
        }
    }
    odd
}

#[test]
fn what_was_let_in_can_be_drawn() {
    let tiny = Size::Exact { width_px: 0, height_px: 0 };
    let place = Place::default();
    let mut drawn = 0;
    for answer in odd_answers() {
        for kind in KINDS {
            let Ok(chart) = Chart::fit(&Facts { target: true, ..facts(&answer, kind, &place) }) else { continue };
            for size in [Size::Phone, tiny] {
                let svg = svg(&chart, size, &Theme::light());
                assert!(!svg.0.contains("NaN") && !svg.0.contains("\"inf"), "{kind}: {}", svg.0);
                drawn += 1;
            }
            assert!(!chart.summary().is_empty() && chart.summary().ends_with('.'), "{kind}: {}", chart.summary());
        }
    }
    assert!(drawn > 500, "only {drawn}");
}

#[test]
fn a_tree_that_bites_its_tail_is_refused() {
    let text = |names: [&str; 3]| Data::Text(names.map(|name| Some(name.to_string())).to_vec());
    let fit = |names, above| {
        let columns = vec![
            column("account", text(names)),
            column("parent", text(above)),
            column("money", Data::Integer(vec![Some(1); 3])),
        ];
        let table = Table::new(columns).expect("equal lengths");
        Chart::fit_query(
            &table,
            "tree",
            &Place::default(),
            "Accounts".into(),
            "",
            None,
            None,
            Some("parent"),
            english(),
        )
    };
    let refused = fit(["A", "B", "C"], ["", "C", "B"]).expect_err("B and C hold each other");
    assert_eq!(refused.what, "\"B\" belongs to itself over those above it, or lies more than 40 below the top");
    let refused = fit(["A", "A", "C"], ["", "", "A"]).expect_err("whose is C?");
    assert_eq!(refused.what, "two rows of this tree are called \"A\"");
    let three = fit(["A", "B", "C"], ["", "A", "B"]).expect("it suits");
    assert_eq!(three.summary(), "A 3.");
}

#[test]
fn a_mark_leads_where_its_members_say() {
    let place = Place::default();
    let answer = grade_by_office(&OFFICES[..3]);
    let linked = Chart::fit(&facts(&answer, "heatmap", &place)).expect("it suits").linked(|members| {
        let query: Vec<String> = members.iter().map(|(column, member)| format!("{column}={member}")).collect();
        Some(format!("/d/grade?{}", query.join("&")))
    });
    let drawn = svg(&linked, Size::Desk, &Theme::light()).0;
    assert!(drawn.contains("<a href=\"/d/grade?grade=Partner&amp;office=Berlin\">"), "{drawn}");
    assert!(drawn.contains("role=\"group\""));
    // A link does not change what is seen.
    let plain = svg(&Chart::fit(&facts(&answer, "heatmap", &place)).expect("it suits"), Size::Phone, &Theme::light());
    assert!(png(&svg(&linked, Size::Phone, &Theme::light()), 0.5) == png(&plain, 0.5));
    let bars = chart(&grades(), "bar", "x").linked(|members| (members[0].1 == "Partner").then(|| "/p".into()));
    assert_eq!(svg(&bars, Size::Desk, &Theme::light()).0.matches("<a href=\"/p\">").count(), 1);
}

#[test]
fn a_picture_of_a_wanted_measure_has_it() {
    let bars = svg(&chart(&offices(), "bar", "Won"), Size::Desk, &Theme::dark());
    let sides = |png: Vec<u8>| [16, 20].map(|at| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes")));
    assert_eq!(sides(png_within(&bars, 640, 480, &Theme::dark())), [640, 480]);
    assert_eq!(sides(png_within(&bars, 0, 9, &Theme::dark())), [1, 9]);
    let size = Size::Exact { width_px: 640, height_px: 480 };
    assert_eq!(sides(png(&svg(&chart(&firm(), "line", "x"), size, &Theme::light()), 1.0)), [640, 480]);
}

#[test]
fn what_is_normal_is_told_in_words() {
    let (answer, judged) = watched();
    let told = chart(&answer, "control", "People who worked").judged(judged);
    assert!(
        told.subtitle().contains("band: normal, 40\u{202f}% to 61\u{202f}%, hollow: quiet weeks"),
        "{}",
        told.subtitle()
    );
    let expected = " Not normal: the week of 24 Aug 2026 (below), 9 from the week of 28 Sep 2026 (below).";
    assert!(told.summary().ends_with(expected), "{}", told.summary());
    let early = chart(&answer, "line", "People who worked").judged(Judged::default());
    assert!(early.summary().ends_with(" Too early to say what is normal."));
}

#[test]
fn a_query_without_the_named_column_says_which_there_are() {
    let table =
        Table::new(vec![column("month", Data::Text(vec![])), column("deals", Data::Integer(vec![]))]).expect("equal");
    let fit = |x, y| Chart::fit_query(&table, "line", &Place::default(), "Deals".into(), "", x, y, None, english());
    let refused = fit(None, Some("deal")).expect_err("there is no such column");
    assert_eq!(refused.what, "y = \"deal\" is no column of the query, which gives month, deals");
    assert_eq!(refused.hint, "did you mean \"deals\"?");
    let refused = fit(None, Some("month")).expect_err("months are no numbers");
    assert_eq!(refused.what, "y = \"month\" is no column of numbers");
    assert!(fit(Some("month"), Some("deals")).is_ok());
}

#[test]
fn a_summary_tells_the_newest_whole_period() {
    let values = [0.5, 0.6, 0.65, 0.2].map(Some).to_vec();
    let one = chart(&answer(Unit::Share, "", &[("", values)], 100.0), "line", "People who worked");
    let expected = "The week of 15 Jun 2026: 65.0\u{202f}%, +5.0 points against 60.0\u{202f}% before; lowest 50.0\u{202f}% and highest 65.0\u{202f}% in 3 weeks.";
    assert_eq!(one.summary(), expected);
    assert_eq!(
        one.subtitle(),
        "Percent per week · 1 Jun to 28 Jun 2026 · dashed: the running week · as of 24 Jun 2026"
    );
    let bars = chart(&grades(), "bar", "People who worked");
    assert!(bars.summary().starts_with("The week of 23 Nov 2026: Analyst highest with "), "{}", bars.summary());
}

#[test]
fn of_more_than_eight_lines_the_seven_largest_stay() {
    let chart = chart(&offices(), "line", "Won, by office");
    assert!(chart.subtitle().contains("the 7 largest, and 3 more not drawn"), "{}", chart.subtitle());
}

/// 3 and 4 deals lapsed, 9 and 8 stalled, in two complete weeks before the running one.
fn states(by: &str) -> uptake_spec::Answer {
    let weeks = |values: [f64; 3]| values.map(Some).to_vec();
    let members = [("lapsed", weeks([3.0, 4.0, 1.0])), ("stalled", weeks([9.0, 8.0, 2.0]))];
    let mut states = answer(Unit::Count, "state", &members, 20.0);
    states.split = Some(Split { column: "state".into(), headline: Some("lapsed".into()), differences: vec![] });
    states.by = vec![];
    states.better = Better::Down;
    if !by.is_empty() {
        let mut columns = states.table.columns().to_vec();
        columns.insert(2, column(by, Data::Text(vec![Some("Berlin".into()); states.table.rows()])));
        states.table = Table::new(columns).expect("equal lengths");
        states.by = vec![by.into()];
    }
    states
}

#[test]
fn the_split_is_what_lines_and_bars_compare() {
    let line = chart(&states(""), "line", "Deals");
    assert_eq!(line.summary(), "The week of 8 Jun 2026: stalled highest with 8, lapsed lowest with 4, of 2.");
    let bars = chart(&states(""), "bar", "Deals");
    assert_eq!(bars.summary(), "The week of 8 Jun 2026: stalled highest with 8, lapsed lowest with 4, of 2.");
}

#[test]
fn a_split_that_is_cut_by_a_column_tells_its_headline() {
    let line = chart(&states("office"), "line", "Deals");
    assert_eq!(line.summary(), "The week of 8 Jun 2026: 4, +1 against 3 before.");
    assert!(line.subtitle().starts_with("Number per week · lapsed · "), "{}", line.subtitle());
    let mut silent = states("office");
    silent.split = Some(Split { column: "state".into(), headline: None, differences: vec![] });
    check(
        &silent,
        "line",
        "a line cannot be cut by office and by state at once",
        "keep one of them, or use a table block",
    );
}

#[test]
fn a_tile_tells_the_headline_of_a_split() {
    let tile = Tile::of(&states(""), "Lapsed".into(), true, english());
    assert!(tile.summary().starts_with("Lapsed: 4, +1, worse than the week before"), "{}", tile.summary());
}

/// Leaders and others over six weeks, and what lies between them.
fn leaders_and_others() -> Answer {
    use uptake_spec::kpi::Difference;
    let values = |from: f64| (0..6).map(|week| Some(from + 0.01 * f64::from(week))).collect::<Vec<_>>();
    let all = answer(
        Unit::Share,
        "state",
        &[("leaders", values(0.3)), ("others", values(0.7)), ("gap", vec![Some(-0.4); 6])],
        40.0,
    );
    let gap = Difference { name: "gap".into(), of: "leaders".into(), less: "others".into() };
    let split = Split { column: "state".into(), headline: Some("gap".into()), differences: vec![gap] };
    Answer { by: vec![], split: Some(split), ..all }
}

#[test]
fn a_difference_of_shares_is_told_in_points() {
    let all = leaders_and_others();
    let line = chart(&all, "line", "Leaders against everyone else");
    check_each("line-gap", &line);
    let drawn = svg(&line, Size::Desk, &Theme::light()).0;
    assert!(line.subtitle().starts_with("Percent per week, gap in points"), "{}", line.subtitle());
    assert!(drawn.contains(">−40.0 pts<") && !drawn.contains("−40\u{202f}%"), "the gap's own label is in points");
    assert!(drawn.contains(">70\u{202f}%<") || drawn.contains(">74\u{202f}%<"), "shares stay percentages");
    assert!(line.summary().contains("gap lowest with −40.0 points"), "{}", line.summary());
    let card = chart(&all, "scorecard", "Leaders against everyone else");
    check_each("scorecard-gap", &card);
    assert!(svg(&card, Size::Desk, &Theme::light()).0.contains(">−40.0 pts<"));
    let table = grid(&all.table, Some(line.format()), english());
    let told: Vec<&String> = table.rows.iter().filter(|row| row[1] == "gap").map(|row| &row[2]).collect();
    assert_eq!(told[0], "−40.0 points");
}

#[test]
fn the_axis_of_differences_alone_is_in_points() {
    let all = leaders_and_others();
    let gap: Vec<usize> = (0..all.table.rows()).filter(|row| row % 3 == 2).collect();
    let only = Answer { table: all.table.picked(&gap), ..all.clone() };
    let line = chart(&only, "line", "Leadership example");
    check_each("line-gap-alone", &line);
    let drawn = svg(&line, Size::Desk, &Theme::light()).0;
    assert!(line.subtitle().starts_with("Points per week"), "{}", line.subtitle());
    assert!(drawn.contains(">−20 pts<") && !drawn.contains("\u{202f}%<"), "ticks and labels are in points");
}

#[test]
fn moments_along_an_axis_are_time() {
    let at = |text: &str| Some(text.parse::<chrono::DateTime<chrono::Utc>>().expect("a moment"));
    let moments = [at("2026-10-12T06:00:00Z"), at("2026-10-12T18:00:00Z"), at("2026-10-15T06:00:00Z")];
    let table = Table::new(vec![
        column("loaded_at", Data::Instant(moments.to_vec())),
        column("rows_read", Data::Integer(vec![Some(120), Some(90), Some(151)])),
    ]);
    let line = Chart::fit_query(
        &table.expect("equal lengths"),
        "line",
        &Place::default(),
        "Rows read".into(),
        "Rows.",
        None,
        None,
        None,
        english(),
    )
    .expect("it suits");
    check_each("query-moments", &line);
    let drawn = svg(&line, Size::Desk, &Theme::light()).0;
    assert!(drawn.contains(">18:00<") && drawn.contains(">15 Oct<"), "an axis of days and hours");
    assert!(line.summary().starts_with("15 Oct 2026 06:00 UTC: 151"), "{}", line.summary());
    // Half a day and three days: a sixth of the way.
    let path = drawn.split(" d=\"M").nth(1).expect("a line").split('"').next().expect("its end");
    let xs: Vec<f64> =
        path.split(['L', 'M']).map(|p| p.split([' ', ',']).next().unwrap_or("").parse().expect("x")).collect();
    assert!(((xs[1] - xs[0]) / (xs[2] - xs[0]) - 1.0 / 6.0).abs() < 0.01, "{path}");
}
