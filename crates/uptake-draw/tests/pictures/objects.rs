//! What does not suit a picture is refused at the door, in words; what is merely empty is not.

use crate::made_up::*;
use uptake_draw::*;
use uptake_spec::kpi::{Better, Split, Unit};
use uptake_spec::table::Data;
use uptake_spec::{Place, Table};

fn check(answer: &uptake_spec::Answer, kind: &str, what: &str, hint: &str) {
    let place = Place::new("dashboards/pulse.md", 14, 9);
    let problem = Chart::fit(&facts(answer, kind, &place)).expect_err("it does not suit");
    assert_eq!((problem.what.as_str(), problem.hint.as_str()), (what, hint));
    assert_eq!(problem.place, place);
}

#[test]
fn an_unknown_kind_names_the_nearest() {
    check(&firm(), "bars", "no chart kind is called \"bars\"", "did you mean \"bar\"?");
    check(&firm(), "sunburst", "no chart kind is called \"sunburst\"", "there is line, bar");
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
        let chart = chart(&empty, kind, "People who worked");
        assert_eq!(chart.summary(), "No data in this period.");
        assert!(svg(&chart, Size::Desk, &Theme::light()).0.contains(">No data in this period.</text>"));
    }
}

#[test]
fn a_query_without_the_named_column_says_which_there_are() {
    let table =
        Table::new(vec![column("month", Data::Text(vec![])), column("deals", Data::Integer(vec![]))]).expect("equal");
    let fit = |x, y| Chart::fit_query(&table, "line", &Place::default(), "Deals".into(), "", x, y, None);
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
    let tile = Tile::of(&states(""), "Lapsed".into(), true, "EUR");
    assert!(tile.summary().starts_with("Lapsed: 4, +1, worse than the week before"), "{}", tile.summary());
}
