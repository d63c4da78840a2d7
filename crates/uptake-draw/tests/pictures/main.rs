//! The pictures, byte for byte as people have looked at them, and the pages around them.
//!
//! After a wanted change: `UPTAKE_BLESS=1 cargo test -p uptake-draw` rewrites tests/golden, and with `UPTAKE_LOOK=DIR`
//! it also writes each as PNG there. Look at every one that changed.

mod firm;
mod kinds;
mod languages;
mod made_up;
mod objects;
mod pages;
mod speed;

use made_up::*;
use std::path::Path;
use uptake_draw::*;
use uptake_spec::kpi::{Better, Unit};
use uptake_spec::normal::Limits;
use uptake_spec::table::Data;
use uptake_spec::{Answer, Place, Standing, Table, Verdict};

/// Compares with the golden file, or rewrites it.
fn check(name: &str, drawn: &Svg) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.svg"));
    if let Some(folder) = std::env::var_os("UPTAKE_LOOK") {
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), png(drawn, 1.5)).expect("the folder is there");
    }
    if std::env::var_os("UPTAKE_BLESS").is_some() {
        std::fs::write(&file, &drawn.0).expect("tests/golden can be written");
        return;
    }
    let golden = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(golden == drawn.0, "{name} is drawn otherwise than {}; look at it, then UPTAKE_BLESS=1", file.display());
}

fn check_chart(name: &str, chart: &Chart, size: Size, theme: Theme) {
    check(name, &svg(chart, size, &theme));
}

/// On desk, phone and paper, light and dark; every other size and theme only for those who look.
fn check_each(name: &str, chart: &Chart) {
    check_chart(&format!("{name}-desk"), chart, Size::Desk, Theme::light());
    check_chart(&format!("{name}-phone"), chart, Size::Phone, Theme::dark());
    check_chart(&format!("{name}-paper"), chart, Size::Paper, Theme::paper());
    if let Some(folder) = std::env::var_os("UPTAKE_LOOK") {
        let more = [
            ("desk-dark", Size::Desk, Theme::dark()),
            ("phone-light", Size::Phone, Theme::light()),
            ("half", Size::Half, Theme::light()),
        ];
        for (word, size, theme) in more {
            let file = Path::new(&folder).join(format!("{name}-{word}.png"));
            std::fs::write(file, png(&svg(chart, size, &theme), 1.5)).expect("the folder is there");
        }
    }
}

fn eight() -> Answer {
    let names = ["Antitrust", "Banking", "Corporate", "Disputes", "Employment", "Real estate", "Tax", "Technology"];
    let members: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(at, name)| (*name, wave(0.3 + 0.055 * at as f64, 0.003, at as f64, 27)))
        .collect();
    answer(Unit::Share, "team", &members, 60.0)
}

#[test]
fn lines_of_one_series() {
    let one = chart(&firm(), "line", "People who worked");
    check_chart("line-one-desk", &one, Size::Desk, Theme::light());
    check_chart("line-one-phone", &one, Size::Phone, Theme::light());
    check_chart("line-one-dark", &one, Size::Desk, Theme::dark());
    check_chart("line-one-paper", &one, Size::Paper, Theme::paper());
}

#[test]
fn lines_of_five_grades_with_targets() {
    let five = chart(&with_targets(grades()), "line", "People who worked, by grade");
    check_chart("line-target-desk", &five, Size::Desk, Theme::light());
    check_chart("line-target-half", &five, Size::Half, Theme::light());
    check_chart("line-target-phone", &five, Size::Phone, Theme::dark());
    check_chart("line-target-paper", &five, Size::Paper, Theme::paper());
}

#[test]
fn lines_of_eight_teams() {
    let eight = chart(&eight(), "line", "People who worked, by team");
    check_chart("line-eight-desk", &eight, Size::Desk, Theme::light());
    check_chart("line-eight-dark", &eight, Size::Desk, Theme::dark());
    check_chart("line-eight-phone", &eight, Size::Phone, Theme::light());
    check_chart("line-eight-paper", &eight, Size::Paper, Theme::paper());
}

#[test]
fn lines_of_ten_offices_keep_seven() {
    check_chart("line-ten-desk", &chart(&offices(), "line", "Won, by office"), Size::Desk, Theme::light());
}

#[test]
fn lines_with_gaps() {
    let mut values = wave(0.52, 0.007, 1.0, 20);
    values[4] = None;
    values[5] = None;
    values[7] = None; // the sixth week stands alone, as a dot
    values[14] = None;
    let gaps = answer(Unit::Share, "", &[("", values)], 300.0);
    check_chart("line-gaps-desk", &chart(&gaps, "line", "People who worked"), Size::Desk, Theme::light());
}

#[test]
fn lines_of_nothing_but_zero_and_of_nothing() {
    let zero = answer(Unit::Count, "", &[("", vec![Some(0.0); 12])], 0.0);
    check_chart("line-zero-desk", &chart(&zero, "line", "Records created"), Size::Desk, Theme::light());
    let nothing = answer(Unit::Count, "", &[], 0.0);
    check_chart("line-empty-desk", &chart(&nothing, "line", "Records created"), Size::Desk, Theme::light());
    check_chart("line-empty-phone", &chart(&nothing, "line", "Records created"), Size::Phone, Theme::dark());
    let single = answer(Unit::Money, "", &[("", vec![Some(1_250_000.0), Some(300_000.0)])], 0.0);
    check_chart("line-single-desk", &chart(&single, "line", "Won"), Size::Desk, Theme::light());
}

#[test]
fn lines_with_long_names() {
    let names = [
        "Energy, infrastructure and natural resources (cross-border)",
        "Employment, pensions and incentives of international groups",
        "Tax",
    ];
    let members: Vec<_> =
        names.iter().enumerate().map(|(at, name)| (*name, wave(0.4 + 0.01 * at as f64, 0.002, 1.0, 27))).collect();
    let long = answer(Unit::Share, "team", &members, 60.0);
    let title = "People who worked in the CRM in teams whose names nobody has ever been able to say in one breath, by team and week";
    check_chart("line-long-desk", &chart(&long, "line", title), Size::Desk, Theme::light());
    check_chart("line-long-phone", &chart(&long, "line", title), Size::Phone, Theme::light());
}

fn one_week(unit: Unit, members: &[(&str, f64)], people: f64) -> Answer {
    let members: Vec<_> = members.iter().map(|(name, value)| (*name, vec![Some(*value), None])).collect();
    answer(unit, "team", &members, people)
}

#[test]
fn bars_keep_an_order_or_are_sorted() {
    check_chart(
        "bar-grades-desk",
        &chart(&with_targets(grades()), "bar", "People who worked, by grade"),
        Size::Desk,
        Theme::light(),
    );
    check_chart(
        "bar-grades-phone",
        &chart(&with_targets(grades()), "bar", "People who worked, by grade"),
        Size::Phone,
        Theme::dark(),
    );
    check_chart("bar-offices-half", &chart(&offices(), "bar", "Won, by office"), Size::Half, Theme::light());
    check_chart("bar-offices-paper", &chart(&offices(), "bar", "Won, by office"), Size::Paper, Theme::paper());
}

#[test]
fn bars_of_odd_values() {
    let long = [
        ("Banking and capital markets", 0.61),
        ("Energy, infrastructure and natural resources (cross-border, regulated)", 0.48),
        ("Tax", 0.0),
    ];
    let long = one_week(Unit::Share, &long, 55.0);
    check_chart("bar-long-desk", &chart(&long, "bar", "People who worked, by team"), Size::Desk, Theme::light());
    check_chart("bar-long-phone", &chart(&long, "bar", "People who worked, by team"), Size::Phone, Theme::light());
    let few = one_week(Unit::Share, &[("Antitrust", 7.0 / 12.0), ("Tax", 0.25)], 12.0);
    check_chart("bar-few-phone", &chart(&few, "bar", "People who worked, by team"), Size::Phone, Theme::light());
    let moved = one_week(
        Unit::Money,
        &[("Created", 820_000.0), ("Lost", -430_000.0), ("Slipped", -1_150_000.0), ("Won", 0.0)],
        0.0,
    );
    check_chart("bar-negative-desk", &chart(&moved, "bar", "Movement of the pipeline"), Size::Desk, Theme::light());
    check_chart(
        "bar-single-half",
        &chart(&one_week(Unit::Count, &[("Tax", 26_418.0)], 0.0), "bar", "Records created"),
        Size::Half,
        Theme::light(),
    );
    check_chart(
        "bar-zero-half",
        &chart(&one_week(Unit::Count, &[("Law", 0.0), ("Tax", 0.0)], 0.0), "bar", "Records created"),
        Size::Half,
        Theme::light(),
    );
    check_chart(
        "bar-empty-half",
        &chart(&one_week(Unit::Count, &[], 0.0), "bar", "Records created"),
        Size::Half,
        Theme::light(),
    );
}

#[test]
fn tiles() {
    let draw = |name: &str, answer: &Answer, title: &str, compare, size, theme: Theme| {
        check(name, &tile_svg(&Tile::of(answer, title.into(), compare, english()), size, &theme));
    };
    draw("tile-better-phone", &with_targets(firm()), "People who worked", true, Size::Phone, Theme::light());
    draw("tile-better-dark", &with_targets(firm()), "People who worked", true, Size::Desk, Theme::dark());
    draw("tile-better-paper", &with_targets(firm()), "People who worked", true, Size::HalfPaper, Theme::paper());
    draw("tile-better-paper-wide", &with_targets(firm()), "People who worked", true, Size::Paper, Theme::paper());
    draw(
        "tile-worse-phone",
        &worse(),
        "Lapsed opportunities, all offices and all practice groups",
        true,
        Size::Phone,
        Theme::light(),
    );
    draw("tile-alone-phone", &firm(), "People who worked", false, Size::Phone, Theme::light());
    draw("tile-few-phone", &few(), "People who worked", true, Size::Phone, Theme::light());
    let limits = Limits {
        from: monday(0),
        centre: 0.5,
        lower: 0.4,
        upper: 0.6,
        sigma: 0.033,
        range_limit: None,
        provisional: false,
    };
    let standing = |verdict, since| Standing { verdict, since, quiet: false, limits: Some(limits) };
    let judged = |name: &str, standing: Standing, size| {
        let firm = with_targets(firm());
        let tile = Tile::of(&firm, "People who worked".into(), true, english()).judged(&firm, &standing);
        check(name, &tile_svg(&tile, size, &Theme::light()));
    };
    judged("tile-normal-phone", standing(Verdict::Normal, None), Size::Phone);
    judged("tile-above-phone", standing(Verdict::Above, Some(monday(9))), Size::Phone);
    judged("tile-above-paper", standing(Verdict::Above, Some(monday(9))), Size::Paper);
    let nothing = answer(Unit::Share, "", &[], 0.0);
    draw("tile-empty-phone", &nothing, "People who worked", true, Size::Phone, Theme::light());
    let mut neutral =
        answer(Unit::Count, "", &[("", [9_000.0, 9_000.0, 26_418.0, 26_418.0, 100.0].map(Some).to_vec())], 0.0);
    neutral.better = Better::Neither;
    draw("tile-same-phone", &neutral, "Records created", true, Size::Phone, Theme::light());
}

#[test]
fn queries_of_a_page() {
    let table = Table::new(vec![
        column("quarter", Data::Text(["2026-Q1", "2026-Q2", "2026-Q3"].map(|q| Some(q.into())).to_vec())),
        column("deals", Data::Integer(vec![Some(120), Some(90), Some(151)])),
    ]);
    let table = table.expect("equal lengths");
    for kind in ["line", "bar"] {
        let chart = Chart::fit_query(
            &table,
            kind,
            &Place::default(),
            "Deals won".into(),
            "Deals.",
            None,
            None,
            None,
            english(),
        );
        check_chart(&format!("query-{kind}-half"), &chart.expect("it suits"), Size::Half, Theme::light());
    }
}
