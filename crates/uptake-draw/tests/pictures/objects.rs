//! What does not suit a picture is refused at the door, in words; what is merely empty is not.

use crate::made_up::*;
use uptake_draw::*;
use uptake_spec::kpi::Unit;
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
