//! More answers of the firm that does not exist: cut by two columns, by stages, by days.

use super::made_up::*;
use chrono::{Datelike, Days, Months, NaiveDate};
use uptake_draw::*;
use uptake_spec::kpi::{Split, Unit};
use uptake_spec::table::Data;
use uptake_spec::{Answer, Grain, Range, Table};

/// One row of an answer: first day, members, value, numerator and denominator.
pub type Told = (NaiveDate, Vec<String>, Option<f64>, Option<(f64, f64)>);

/// An answer of these rows; the columns of `by` come first, then those of `split`, of which the last is the KPI's own; the newest period still runs if so said.
pub fn answer_of(unit: Unit, grain: Grain, by: &[&str], split: &[&str], rows: &[Told], running: bool) -> Answer {
    let last = rows.iter().map(|row| row.0).max();
    let float = |read: &dyn Fn(&Told) -> Option<f64>| Data::Float(rows.iter().map(read).collect());
    let starts: Vec<Option<NaiveDate>> = rows.iter().map(|row| Some(row.0)).collect();
    let ends = rows.iter().map(|row| Some(last_day(row.0, grain))).collect();
    let mut columns = vec![column("period_start", Data::Date(starts)), column("period_end", Data::Date(ends))];
    for (at, name) in by.iter().chain(split).enumerate() {
        let member = |row: &Told| Some(row.1[at].clone()).filter(|name| !name.is_empty());
        columns.push(column(name, Data::Text(rows.iter().map(member).collect())));
    }
    columns.push(column("value", float(&|row| row.2)));
    columns.push(column("numerator", float(&|row| row.3.map(|parts| parts.0))));
    columns.push(column("denominator", float(&|row| row.3.map(|parts| parts.1))));
    let complete = rows.iter().map(|row| Some(!running || Some(row.0) != last)).collect();
    columns.push(column("complete", Data::Boolean(complete)));
    let (first, last) = (rows.iter().map(|row| row.0).min(), last.map(|day| day + Days::new(6)));
    Answer {
        table: Table::new(columns).expect("equal lengths"),
        unit,
        grain,
        by: by.iter().chain(&split[..split.len().saturating_sub(1)]).map(|name| name.to_string()).collect(),
        split: split.last().map(|name| Split { column: name.to_string(), headline: None, differences: vec![] }),
        range: first.zip(last).and_then(|(from, to)| Range::new(from, to)).unwrap_or(firm().range),
        as_of: day("2026-12-02"),
        ..firm()
    }
}

fn last_day(first: NaiveDate, grain: Grain) -> NaiveDate {
    let next = match grain {
        Grain::Day => first + Days::new(1),
        Grain::Week => first + Days::new(7),
        Grain::Month => first + Months::new(1),
        Grain::Quarter => first + Months::new(3),
    };
    next - Days::new(1)
}

pub fn month(at: usize) -> NaiveDate {
    day("2026-01-01") + Months::new(at as u32)
}

/// A number that only looks as if by chance, 0.0 to 1.0.
pub fn chance(seed: usize) -> f64 {
    let mixed = (seed as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (mixed >> 40) as f64 / (1 << 24) as f64
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| name.to_string()).collect()
}

/// Money won by month, of `names`.
pub fn won_by_month(names: &[&str], column: &str) -> Answer {
    let rows: Vec<Told> = (0..12)
        .flat_map(|m| names.iter().enumerate().map(move |(at, name)| (m, at, *name)))
        .map(|(m, at, name)| {
            let full = 120_000.0 + 700_000.0 * chance(m * 31 + at * 7 + 3) / (1.0 + at as f64 * 0.4);
            (month(m), vec![name.into()], Some((full * if m == 11 { 0.3 } else { 1.0 }).round()), None)
        })
        .collect();
    answer_of(Unit::Money, Grain::Month, &[column], &[], &rows, true)
}

pub const TEAMS: [&str; 11] = [
    "Corporate",
    "Banking",
    "Disputes",
    "Real estate",
    "Tax",
    "Antitrust",
    "Employment",
    "Technology",
    "Energy",
    "Insurance",
    "Shipping",
];
pub const OFFICES: [&str; 10] =
    ["Amsterdam", "Berlin", "Brussels", "Frankfurt", "London", "Madrid", "Milan", "Munich", "Paris", "Warsaw"];
pub const GRADES: [&str; 5] = ["Analyst", "Associate", "Senior associate", "Counsel", "Partner"];
pub const STAGES: [&str; 5] = ["Lead", "Qualified", "Proposal", "Negotiation", "Won"];

/// Open money by office and stage, one month.
pub fn pipeline_by_office_and_stage() -> Answer {
    let rows: Vec<Told> = OFFICES
        .iter()
        .enumerate()
        .flat_map(|(o, office)| STAGES[..4].iter().enumerate().map(move |(s, stage)| (o, *office, s, *stage)))
        .map(|(o, office, s, stage)| {
            let value = (2_400_000.0 * chance(o * 13 + s * 5) / (1.0 + s as f64)).round();
            (month(9), strings(&[office, stage]), Some(value), None)
        })
        .collect();
    answer_of(Unit::Money, Grain::Month, &["office"], &["stage"], &rows, false)
}

/// Shares of five grades who logged in and who worked.
pub fn basis_by_grade() -> Answer {
    let rows: Vec<Told> = GRADES
        .iter()
        .enumerate()
        .flat_map(|(g, grade)| [("Logged in", 0.93), ("Worked", 0.74)].map(|(basis, top)| (g, *grade, basis, top)))
        .map(|(g, grade, basis, top)| (monday(20), strings(&[grade, basis]), Some(top - 0.09 * g as f64), None))
        .collect();
    answer_of(Unit::Share, Grain::Week, &["grade", "basis"], &[], &rows, false)
}

/// Shares by grade and office in two weeks; some cells are of few, one is without a value, two are nobody's.
pub fn grade_by_office(offices: &[&str]) -> Answer {
    let mut rows: Vec<Told> = vec![];
    for week in [19, 20] {
        for (g, grade) in GRADES.iter().enumerate() {
            for (o, office) in offices.iter().enumerate() {
                if (g, o) == (3, 2) || (g, o) == (4, 9) {
                    continue;
                }
                let people = if (g + o) % 7 == 3 { 12.0 } else { 30.0 + 10.0 * g as f64 + o as f64 };
                let share = 0.9 - 0.13 * g as f64 - 0.05 * chance(o * 17) - 0.25 * chance(o * 3 + g * 11 + week);
                let worked = (share * people).round();
                let value = if (g, o) == (1, 5) { None } else { Some(worked / people) };
                rows.push((monday(week), strings(&[grade, office]), value, Some((worked, people))));
            }
        }
    }
    answer_of(Unit::Share, Grain::Week, &["grade", "office"], &[], &rows, false)
}

/// How people came to their first habit day: a share of those before.
pub fn activation() -> Answer {
    let stages = [
        ("Invited", 412.0, 398.0),
        ("First login", 398.0, 341.0),
        ("Mail and calendar connected", 341.0, 188.0),
        ("First record of their own", 188.0, 161.0),
        ("First value set", 161.0, 97.0),
    ];
    let rows: Vec<Told> =
        stages.iter().map(|(name, all, on)| (month(9), strings(&[name]), Some(on / all), Some((*on, *all)))).collect();
    answer_of(Unit::Share, Grain::Month, &[], &["stage"], &rows, false)
}

pub fn entered() -> Answer {
    let counts = [860.0, 402.0, 240.0, 15.0, 4.0];
    let rows: Vec<Told> =
        STAGES.iter().zip(counts).map(|(name, count)| (month(9), strings(&[name]), Some(count), None)).collect();
    answer_of(Unit::Count, Grain::Month, &[], &["stage"], &rows, false)
}

/// Last Monday to this: 12.4 + 1.85 + 0.22 + 0.64 − 0.91 − 1.3 − 1.12 − 0.43 − 0.06 = 11.29 million.
pub fn movement() -> Answer {
    let bars = [
        ("start", 12_400_000.0),
        ("new", 1_850_000.0),
        ("reopened", 220_000.0),
        ("moved_in", 0.0),
        ("amount_up", 640_000.0),
        ("amount_down", -910_000.0),
        ("moved_out", -1_300_000.0),
        ("won", -1_120_000.0),
        ("lost", -430_000.0),
        ("gone", -60_000.0),
        ("end", 11_290_000.0),
    ];
    let rows: Vec<Told> = bars.iter().map(|(name, value)| (monday(20), strings(&[name]), Some(*value), None)).collect();
    answer_of(Unit::Money, Grain::Week, &[], &["bar"], &rows, false)
}

/// Records of each day of 2026 until the end of October; a week without data in July, quiet weekends.
pub fn records_by_day() -> Answer {
    let first = day("2026-01-01");
    let rows: Vec<Told> = (0..304)
        .map(|at| first + Days::new(at))
        .filter(|day| !(day.month() == 7 && (6..=12).contains(&day.day())))
        .map(|day| {
            let weekday = day.weekday().number_from_monday();
            let full = 90.0 + 160.0 * chance(day.ordinal() as usize) + 0.3 * f64::from(day.ordinal());
            (day, vec![], Some((full * if weekday > 5 { 0.04 } else { 1.0 }).round()), None)
        })
        .collect();
    answer_of(Unit::Count, Grain::Day, &[], &[], &rows, true)
}

/// Ten cohorts by the week they began, and the share that still works after n weeks.
pub fn retention() -> Answer {
    let rows: Vec<Told> = (0..10)
        .flat_map(|cohort| (0..10 - cohort).map(move |age| (cohort, age)))
        .map(|(cohort, age)| {
            let people = 24.0 + 5.0 * (cohort % 4) as f64;
            let share =
                0.55 + 0.45 * (-(age as f64) * (0.5 - 0.04 * cohort as f64)).exp() - 0.05 * chance(cohort * 9 + age);
            let stayed = (share.min(1.0) * people).round();
            (monday(cohort), vec![age.to_string()], Some(stayed / people), Some((stayed, people)))
        })
        .collect();
    answer_of(Unit::Share, Grain::Week, &[], &["week"], &rows, false)
}

/// Twelve steady weeks, a fall in week 13, and nine below from week 18 on; week 16 is quiet, the last still runs.
pub fn watched() -> (Answer, Judged) {
    let value = |week: usize| match week {
        12 => 0.33,
        15 => 0.24,
        17..26 => 0.455 + 0.03 * chance(week),
        26 => 0.2,
        _ => {
            if week.is_multiple_of(2) {
                0.4825
            } else {
                0.5225
            }
        }
    };
    let values = (0..27).map(|week| Some(value(week))).collect();
    let watched = answer(Unit::Share, "", &[("", values)], 412.0);
    let point = |week, quiet, signal| JudgedPoint { start: monday(week), quiet, signal };
    let mut points = vec![point(12, false, Some(Signal::Outside)), point(15, true, None)];
    points.extend((17..26).map(|week| point(week, false, Some(Signal::Run))));
    let step = LimitStep { from: monday(0), centre: 0.5025, lower: 0.3961, upper: 0.6089, provisional: false };
    (watched, Judged { limits: vec![step], points, ..Judged::default() })
}

/// Moves of one month; most go on, some back, a few stay.
pub fn moves() -> Answer {
    let counts = [
        ("Lead", "Qualified", 64.0),
        ("Lead", "Lost", 41.0),
        ("Qualified", "Lead", 6.0),
        ("Qualified", "Proposal", 38.0),
        ("Qualified", "Lost", 15.0),
        ("Proposal", "Qualified", 5.0),
        ("Proposal", "Negotiation", 24.0),
        ("Proposal", "Won", 3.0),
        ("Proposal", "Lost", 9.0),
        ("Negotiation", "Proposal", 4.0),
        ("Negotiation", "Won", 17.0),
        ("Negotiation", "Lost", 6.0),
    ];
    let rows: Vec<Told> =
        counts.iter().map(|(from, to, count)| (month(9), strings(&[from, to]), Some(*count), None)).collect();
    answer_of(Unit::Count, Grain::Month, &[], &["from_stage", "to_stage"], &rows, false)
}

/// Accounts with the one they belong to and their own open money.
pub fn accounts() -> Table {
    let rows = [
        ("Nordwind Holding", "", Some(0.0)),
        ("Nordwind Energy GmbH", "Nordwind Holding", Some(1_450_000.0)),
        ("Nordwind Offshore One", "Nordwind Energy GmbH", Some(610_000.0)),
        ("Nordwind Offshore Two (construction and financing company)", "Nordwind Energy GmbH", Some(220_000.0)),
        ("Nordwind Grid", "Nordwind Holding", None),
        ("Halvorsen Bank", "", Some(980_000.0)),
        ("Halvorsen Leasing", "Halvorsen Bank", Some(130_000.0)),
        ("Pieri & Figli", "", Some(310_000.0)),
    ];
    let text = |read: fn(&(&str, &str, Option<f64>)) -> String| {
        Data::Text(rows.iter().map(|row| Some(read(row)).filter(|t| !t.is_empty())).collect())
    };
    Table::new(vec![
        column("account", text(|row| row.0.into())),
        column("belongs_to", text(|row| row.1.into())),
        column("open_pipeline", Data::Float(rows.iter().map(|row| row.2).collect())),
    ])
    .expect("equal lengths")
}

/// Sellers with their days in the CRM against their group and what they reached of their target.
pub fn sellers(count: usize) -> Table {
    let across = |at: usize| (chance(at * 3 + 1) - 0.5) * 4.0;
    let reached = |at: usize| 0.45 + 0.11 * across(at) + 0.7 * chance(at * 7 + 5);
    Table::new(vec![
        column(
            "seller",
            Data::Text((0..count).map(|at| Some(format!("{} {}", TEAMS[at % 11], at / 11 + 1))).collect()),
        ),
        column(
            "days_against_group",
            Data::Float((0..count).map(|at| Some((across(at) * 100.0).round() / 100.0)).collect()),
        ),
        column(
            "attainment_share",
            Data::Float((0..count).map(|at| Some((reached(at) * 1000.0).round() / 1000.0)).collect()),
        ),
    ])
    .expect("equal lengths")
}
