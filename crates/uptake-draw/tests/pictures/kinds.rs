//! Every kind beside lines and bars, as people have looked at it.

use super::firm::*;
use super::made_up::*;
use super::{check_chart, check_each};
use uptake_draw::*;
use uptake_spec::kpi::{Better, Unit};
use uptake_spec::project::Remark;
use uptake_spec::table::Data;
use uptake_spec::{Answer, Grain, Place, Table};

fn query(table: &Table, kind: &str, title: &str, x: Option<&str>, y: Option<&str>, series: Option<&str>) -> Chart {
    Chart::fit_query(table, kind, &Place::default(), title.into(), "One sentence.", x, y, series, english())
        .expect("it suits")
}

fn half(name: &str, chart: &Chart) {
    check_chart(&format!("{name}-half"), chart, Size::Half, Theme::light());
}

#[test]
fn stacked_bars() {
    let months = chart(&won_by_month(&TEAMS[..4], "team"), "stacked", "Won, by team");
    check_each("stacked", &months);
    half("stacked-eleven", &chart(&won_by_month(&TEAMS, "team"), "stacked", "Won, by team"));
    half("stacked-alone", &chart(&without_column(won_by_month(&TEAMS[..1], "team")), "stacked", "Won"));
    let offices = chart(&pipeline_by_office_and_stage(), "stacked", "Open pipeline, by office and stage");
    check_each("stacked-members", &offices);
    let mut both = won_by_month(&["Up", "Down", ""], "way");
    turn_down(&mut both);
    half("stacked-negative", &chart(&both, "stacked", "Movement of amounts"));
}

/// The same answer as if nothing had cut it.
fn without_column(mut answer: Answer) -> Answer {
    answer.by = vec![];
    let columns = answer.table.columns().iter().filter(|c| c.name != "team").cloned().collect();
    answer.table = Table::new(columns).expect("equal lengths");
    answer
}

/// Every second of three rows becomes negative.
fn turn_down(answer: &mut Answer) {
    let mut columns = answer.table.columns().to_vec();
    let value = columns.iter_mut().find(|c| c.name == "value").expect("it is there");
    if let Data::Float(values) = &mut value.data {
        values.iter_mut().skip(1).step_by(3).flatten().for_each(|value| *value = -*value);
    }
    answer.table = Table::new(columns).expect("equal lengths");
}

#[test]
fn grouped_bars() {
    check_each("grouped", &chart(&basis_by_grade(), "grouped", "Who logged in and who worked, by grade"));
    half("grouped-months", &chart(&won_by_month(&TEAMS[..2], "team"), "grouped", "Won, by team"));
    half("grouped-eleven", &chart(&won_by_month(&TEAMS, "team"), "grouped", "Won, by team"));
}

#[test]
fn areas() {
    let mut names = TEAMS[..5].to_vec();
    names.push("");
    check_each("area", &chart(&won_by_month(&names, "team"), "area", "Won, by team"));
    half("area-eleven", &chart(&won_by_month(&TEAMS, "team"), "area", "Won, by team"));
    let mut values: Vec<Option<f64>> = (0..20).map(|week| Some(900.0 + 40.0 * f64::from(week * 7 % 11))).collect();
    values[6] = None;
    values[8] = None;
    half("area-gaps", &chart(&answer(Unit::Count, "", &[("", values)], 0.0), "area", "Records created"));
}

#[test]
fn histograms() {
    let members: Vec<String> = (0..140).map(|at| format!("Person {at:03}")).collect();
    let value = |at: usize| (chance(at) + chance(at + 500) + chance(at + 900)) * 14.0;
    let rows: Vec<Told> = members
        .iter()
        .enumerate()
        .map(|(at, name)| (monday(20), vec![name.clone()], Some(value(at).round()), None))
        .collect();
    let people = answer_of(Unit::Count, Grain::Week, &["person"], &[], &rows, false);
    check_each("histogram", &chart(&people, "histogram", "Records created in a week, by person"));
    let days = ["0 days", "1 day", "2 days", "3 days", "4 days", "5 days"];
    let rows: Vec<Told> = days
        .iter()
        .zip([96.0, 41.0, 38.0, 52.0, 77.0, 108.0])
        .map(|(name, count)| (monday(20), vec![name.to_string()], Some(count), None))
        .collect();
    let days = answer_of(Unit::Count, Grain::Week, &[], &["days_worked"], &rows, false);
    half("histogram-bins", &chart(&days, "histogram", "People by days they worked in the CRM"));
    half(
        "histogram-query",
        &query(&sellers(60), "histogram", "Attainment of sellers", None, Some("attainment_share"), None),
    );
}

#[test]
fn funnels() {
    check_each("funnel", &chart(&activation(), "funnel", "From the invitation to the first value set"));
    half("funnel-counts", &chart(&entered(), "funnel", "Opportunities by stage"));
}

#[test]
fn waterfalls() {
    check_each("waterfall", &chart(&movement(), "waterfall", "Movement of the pipeline since last Monday"));
}

#[test]
fn heatmaps() {
    check_each("heatmap", &chart(&grade_by_office(&OFFICES), "heatmap", "People who worked, by grade and office"));
    half("heatmap-few", &chart(&grade_by_office(&OFFICES[..2]), "heatmap", "People who worked, by grade and office"));
    half("heatmap-moves", &chart(&moves(), "heatmap", "Moves from stage to stage"));
}

#[test]
fn calendars() {
    check_each("calendar", &chart(&records_by_day(), "calendar", "Records created"));
}

#[test]
fn cohorts() {
    check_each("cohort", &chart(&retention(), "cohort", "People who stay, by the week they began"));
}

#[test]
fn control_charts() {
    let (watched, judged) = watched();
    let control = chart(&watched, "control", "People who worked").judged(judged.clone());
    check_each("control", &control);
    check_each(
        "line-normal",
        &chart(&with_targets(watched.clone()), "line", "People who worked").judged(judged.clone()),
    );
    let provisional = LimitStep { provisional: true, ..judged.limits[0] };
    let early = Judged { limits: vec![provisional], ..Judged::default() };
    half("control-provisional", &chart(&watched, "control", "People who worked").judged(early));
    half("control-early", &chart(&watched, "control", "People who worked").judged(Judged::default()));
    let shifted = LimitStep { from: monday(17), centre: 0.47, lower: 0.42, upper: 0.52, provisional: false };
    let two = Judged { limits: vec![judged.limits[0], shifted], ..Judged::default() };
    half("control-shift", &chart(&watched, "control", "People who worked").judged(two));
    let remark = |week, text: &str| Remark { d: monday(week) + chrono::Days::new(2), text: text.into() };
    let remarks = vec![remark(9, "Relaunch with training"), remark(10, "New start page"), remark(25, "Release 4")];
    let happened = Judged { remarks, ..judged.clone() };
    half("control-remarks", &chart(&watched, "control", "People who worked").judged(happened.clone()));
    half("line-remarks", &chart(&watched, "line", "People who worked").judged(happened));
}

#[test]
fn days_stand_on_pictures_along_the_time() {
    let remark = |week, text: &str| Remark { d: monday(week) + chrono::Days::new(2), text: text.into() };
    let days = [remark(4, "Training in Paris"), remark(17, "New start page")];
    let line = chart(&grades(), "line", "People who worked, by grade").marked(&days);
    check_each("line-marks", &line);
    assert!(
        line.summary().ends_with(" On 1 Jul 2026: Training in Paris. On 30 Sep 2026: New start page."),
        "{}",
        line.summary()
    );
    let area = chart(&offices(), "area", "Won, by office").marked(&days[..1]);
    check_each("area-marks", &area);
    assert!(area.summary().ends_with(" On 1 Jul 2026: Training in Paris."), "{}", area.summary());
    let judged = Judged { remarks: vec![days[0].clone()], ..watched().1 };
    let both = chart(&watched().0, "control", "People who worked").judged(judged).marked(&days);
    assert_eq!(both.summary().matches("Training in Paris").count(), 1, "{}", both.summary());
    let unjudged = chart(&watched().0, "control", "People who worked").marked(&days);
    assert!(svg(&unjudged, Size::Desk, &Theme::light()).0.contains(">New start page<"));
    let bars = chart(&grades(), "bar", "People who worked");
    assert_eq!(bars.clone().marked(&days), bars, "bars have no time to stand on");
}

/// Of 26 weeks the newest 20 have a week a year before, 5 points below them.
fn a_year_before(answer: &Answer) -> std::collections::BTreeMap<chrono::NaiveDate, f64> {
    let value = |week: usize| answer.table.value(week, "value").number().map(|value| (monday(week), value - 0.05));
    (6..26).filter_map(value).collect()
}

#[test]
fn a_line_stands_beside_its_year_before() {
    let firm = firm();
    let line = chart(&firm, "line", "People who worked").year_before(&a_year_before(&firm));
    check_each("line-year-before", &line);
    assert!(line.subtitle().contains("grey: 52 weeks before"), "{}", line.subtitle());
    assert!(
        line.summary().contains("52 weeks before: ") && line.summary().contains(", +5.0 points since."),
        "{}",
        line.summary()
    );
    let unknown = chart(&firm, "line", "People who worked").year_before(&Default::default());
    assert!(unknown.summary().ends_with(" 52 weeks before: n/a."), "{}", unknown.summary());
}

#[test]
fn a_tile_tells_the_change_since_a_year_before() {
    let firm = firm();
    let tile = |values| Tile::of(&firm, "People who worked".into(), false, english()).year_before(&firm, values);
    let (before, nothing) = (a_year_before(&firm), Default::default());
    let known = tile(&before);
    assert!(known.summary().contains("+5.0 points, better than 52 weeks before"), "{}", known.summary());
    super::check("tile-year-before-phone", &tile_svg(&known, Size::Phone, &Theme::light()));
    let unknown = tile(&nothing);
    assert!(unknown.summary().contains("nothing known of 52 weeks before"), "{}", unknown.summary());
}

#[test]
fn scatters() {
    let sellers = sellers(31);
    let asked = (Some("days_against_group"), Some("attainment_share"), Some("seller"));
    check_each("quadrant", &query(&sellers, "quadrant", "Attainment against adoption", asked.0, asked.1, asked.2));
    let rows: Vec<Told> = OFFICES
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let people = (20.0 + 200.0 * chance(at * 5)).round();
            (monday(20), vec![name.to_string()], Some(0.4 + 0.4 * chance(at + 40)), Some((1.0, people)))
        })
        .collect();
    let offices = answer_of(Unit::Share, Grain::Week, &["office"], &[], &rows, false);
    half("scatter", &chart(&offices, "scatter", "Share who worked, against the size of the office"));
}

#[test]
fn flows() {
    check_each("flow", &chart(&moves(), "flow", "Moves from stage to stage"));
}

#[test]
fn trees() {
    let asked = (Some("account"), Some("open_pipeline"), Some("belongs_to"));
    check_each("tree", &query(&accounts(), "tree", "Open pipeline, by account structure", asked.0, asked.1, asked.2));
    half("tree-members", &chart(&pipeline_by_office_and_stage(), "tree", "Open pipeline, by office and stage"));
}

#[test]
fn scorecards() {
    check_each("scorecard", &chart(&with_targets(grades()), "scorecard", "People who worked, by grade"));
    half("scorecard-money", &chart(&offices(), "scorecard", "Won, by office"));
    let mut down = worse();
    down.better = Better::Down;
    half("scorecard-alone", &chart(&down, "scorecard", "Lapsed opportunities"));
    half("scorecard-pivot", &chart(&pipeline_by_office_and_stage(), "scorecard", "Open pipeline, by office and stage"));
}

#[test]
fn those_without_a_name_are_muted_and_last() {
    let none = [("", 0.71), ("Berlin", 0.2), ("Paris", 0.3)];
    let members: Vec<_> = none.iter().map(|(name, value)| (*name, vec![Some(value * 1e6); 9])).collect();
    let dominated = answer(Unit::Money, "office", &members, 0.0);
    for kind in ["bar", "line", "stacked"] {
        half(&format!("none-{kind}"), &chart(&dominated, kind, "Open pipeline, by office"));
    }
}

#[test]
fn quarters_are_those_of_the_firm() {
    let rows: Vec<Told> = (0..6)
        .map(|q| (day("2025-04-01") + chrono::Months::new(3 * q), vec![], Some(f64::from(q * 5 % 4 + 3) * 1e6), None))
        .collect();
    let quarters = answer_of(Unit::Money, Grain::Quarter, &[], &[], &rows, false);
    let place = Place::default();
    for kind in ["stacked", "line"] {
        let facts = Facts { title: "Won".into(), ..facts(&quarters, kind, &place) };
        let chart = Chart::fit_in(&facts, Format::of(&quarters, english()).fiscal(4)).expect("it suits");
        half(&format!("fiscal-{kind}"), &chart);
        assert!(chart.summary().starts_with("Q2 FY 2027: €"), "{}", chart.summary());
    }
    let tile = Tile::in_format(&quarters, "Won".into(), true, Format::of(&quarters, english()).fiscal(4));
    assert_eq!(
        tile.summary(),
        "Won: €4M, +€1,000,000, better than the quarter before (Q2 FY 2027 · as of 2 Dec 2026)."
    );
}
