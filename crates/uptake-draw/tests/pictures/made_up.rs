//! Answers of a firm that does not exist, for pictures that people have looked at.

use chrono::{Days, NaiveDate};
use std::sync::LazyLock;
use uptake_draw::*;
use uptake_spec::answer::TargetStep;
use uptake_spec::dashboard::{Inline, Prose, Width};
use uptake_spec::kpi::{Better, Parts, Unit};
use uptake_spec::table::{Column, Data};
use uptake_spec::{Answer, Attributes, Grain, Language, Place, Range, Table};

pub fn english() -> &'static Locale {
    static ENGLISH: LazyLock<Locale> = LazyLock::new(|| Locale::new(Language::English, "EUR"));
    &ENGLISH
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// The Mondays from 1 June 2026 on.
pub fn monday(week: usize) -> NaiveDate {
    day("2026-06-01") + Days::new(7 * week as u64)
}

/// A share that goes from `from` up by `rise` a week, with a wave on it that differs with `seed`.
pub fn wave(from: f64, rise: f64, seed: f64, weeks: usize) -> Vec<Option<f64>> {
    let value = |week: usize| from + rise * week as f64 + 0.03 * (week as f64 * 0.9 + seed * 2.1).sin();
    (0..weeks).map(|week| Some((value(week) * 1e4).round() / 1e4)).collect()
}

pub fn column(name: &str, data: Data) -> Column {
    Column { name: name.into(), data }
}

/// Weekly rows of each member, the last week still running; `people` is the denominator of shares.
pub fn answer(unit: Unit, by: &str, members: &[(&str, Vec<Option<f64>>)], people: f64) -> Answer {
    let weeks = members.first().map_or(0, |(_, values)| values.len());
    let rows: Vec<(usize, &str, Option<f64>)> =
        (0..weeks).flat_map(|week| members.iter().map(move |(name, values)| (week, *name, values[week]))).collect();
    let each = |read: fn(f64, f64) -> f64| {
        Data::Float(rows.iter().map(|(.., value)| value.map(|value| read(value, people))).collect())
    };
    let mut columns = vec![
        column("period_start", Data::Date(rows.iter().map(|(week, ..)| Some(monday(*week))).collect())),
        column("period_end", Data::Date(rows.iter().map(|(week, ..)| Some(monday(*week) + Days::new(6))).collect())),
    ];
    if !by.is_empty() {
        columns.push(column(by, Data::Text(rows.iter().map(|(_, name, _)| Some(name.to_string())).collect())));
    }
    let share = unit == Unit::Share;
    columns.push(column("value", each(|value, _| value)));
    columns.push(column(
        "numerator",
        each(if share { |value, people| (value * people).round() } else { |value, _| value }),
    ));
    columns.push(column("denominator", each(|_, people| people)));
    columns.push(column("complete", Data::Boolean(rows.iter().map(|(week, ..)| Some(week + 1 < weeks)).collect())));
    Answer {
        table: Table::new(columns).expect("equal lengths"),
        kpi: "active_people".into(),
        title: "People who worked".into(),
        unit,
        better: Better::Up,
        parts: Parts { numerator: Some("people who worked".into()), denominator: None },
        grain: Grain::Week,
        range: Range::new(monday(0), monday(weeks.max(1) - 1) + Days::new(6)).expect("in order"),
        by: if by.is_empty() { vec![] } else { vec![by.into()] },
        split: None,
        attributes: Attributes::PeriodEnd,
        as_of: monday(weeks.max(1) - 1) + Days::new(2),
        before: None,
        left: vec![],
        notes: vec![],
        targets: vec![],
    }
}

/// One share of the whole firm, 26 complete weeks and a running one.
pub fn firm() -> Answer {
    let mut values = wave(0.52, 0.007, 1.0, 27);
    values[26] = Some(0.31);
    answer(Unit::Share, "", &[("", values)], 412.0)
}

pub fn with_targets(mut answer: Answer) -> Answer {
    let step = |from: &str, to: Option<&str>, target| TargetStep { from: day(from), to: to.map(day), target };
    answer.targets = vec![step("2026-06-01", Some("2026-08-31"), 0.6), step("2026-09-01", None, 0.7)];
    answer
}

/// Five grades in the firm's own order, which is not the alphabet's.
pub fn grades() -> Answer {
    let grade = |name, from, rise, seed| {
        let mut values = wave(from, rise, seed, 27);
        values[26] = values[26].map(|v| (v * 0.55 * 1e4).round() / 1e4);
        (name, values)
    };
    answer(
        Unit::Share,
        "grade",
        &[
            grade("Analyst", 0.72, 0.002, 0.0),
            grade("Associate", 0.68, 0.003, 1.0),
            grade("Senior associate", 0.55, 0.004, 2.0),
            grade("Counsel", 0.44, 0.003, 3.0),
            grade("Partner", 0.31, 0.008, 4.0),
        ],
        84.0,
    )
}

/// Ten offices with money, more than a picture of lines holds.
pub fn offices() -> Answer {
    let names =
        ["Amsterdam", "Berlin", "Brussels", "Frankfurt", "London", "Madrid", "Milan", "Munich", "Paris", "Warsaw"];
    let values = |seed: usize| -> Vec<Option<f64>> {
        (0..14)
            .map(|w| Some(((seed * 137 % 11 + 2) as f64 * 90_000.0 + (w * (seed + 3) % 7) as f64 * 21_000.0).round()))
            .collect()
    };
    let members: Vec<_> = names.iter().enumerate().map(|(at, name)| (*name, values(at))).collect();
    answer(Unit::Money, "office", &members, 0.0)
}

pub fn facts<'a>(answer: &'a Answer, kind: &'a str, place: &'a Place) -> Facts<'a> {
    let target = !answer.targets.is_empty();
    Facts {
        answer,
        kind,
        kind_place: place,
        title: answer.title.clone(),
        alt: "One sentence.",
        target,
        locale: english(),
    }
}

pub fn chart(answer: &Answer, kind: &str, title: &str) -> Chart {
    let place = Place::default();
    Chart::fit(&Facts { title: title.into(), ..facts(answer, kind, &place) }).expect("the answer suits the picture")
}

fn about(kpi: &str) -> About {
    About {
        kpi: kpi.into(),
        code: "U01".into(),
        asks: "Which share of licensed people worked in the CRM?".into(),
        means: "People with at least one record they created or changed in the period, of all who had a licence on its last day.".into(),
        sql: "SELECT\n    period_start,\n    COUNT(*) FILTER (WHERE worked) AS numerator,\n    COUNT(*)                       AS denominator\nFROM person_weeks\nWHERE period_start BETWEEN $from AND $to AND grade <> 'Robot'\nGROUP BY period_start".into(),
        unit: "share, shown in percent".into(),
        as_of: Some(day("2026-12-02")),
        sources: vec!["the CRM's users".into(), "the CRM's records".into()],
        test: format!("queries/kpis/{kpi}.slt"),
    }
}

fn text(text: &str) -> Inline {
    Inline::Text(text.into())
}

fn block(id: &str, width: Width, body: Body) -> Drawn {
    Drawn { id: id.into(), width, body }
}

fn picture(id: &str, width: Width, answer: &Answer, kind: &str, title: &str) -> Drawn {
    let notes = vec!["12 people without a grade are left out.".to_string()];
    let pair = |key: &str, value: &str| (key.to_string(), value.to_string());
    let way = Way {
        slug: "grade".into(),
        title: "By grade".into(),
        choices: vec![pair("grade", "Partner"), pair("as_of", "2026-12-02")],
        members: vec![pair("grade", "grade")],
    };
    let (chart, way) = (chart(answer, kind, title), Some(way));
    block(
        id,
        width,
        Body::Picture { title: title.into(), chart, table: answer.table.clone(), notes, way, about: about(id) },
    )
}

fn tile(id: &str, answer: &Answer, title: &str) -> Drawn {
    let tile = Tile::of(answer, title.into(), true, english());
    block(
        id,
        Width::Third,
        Body::Tile { tile, notes: vec![], way: None, table: answer.table.clone(), about: about(id) },
    )
}

fn prose(prose: Vec<Prose>) -> Drawn {
    block("", Width::Full, Body::Prose(prose))
}

pub fn worse() -> Answer {
    let mut lapsed = answer(
        Unit::Money,
        "",
        &[("", (0..27).map(|w| Some(1_240_000.0 + 31_000.0 * f64::from(w * w % 13))).collect())],
        0.0,
    );
    lapsed.better = Better::Down;
    lapsed
}

pub fn few() -> Answer {
    answer(Unit::Share, "", &[("", [5.0, 6.0, 7.0, 6.0, 7.0, 4.0].iter().map(|k| Some(k / 12.0)).collect())], 12.0)
}

/// A page with every kind of block.
pub fn whole_page() -> Page {
    let grades = grades();
    let rows = Table::new(vec![
        column(
            "deal",
            Data::Text(vec![Some("Refinancing of a wind park <phase 2>".into()), Some("Sale of a hotel chain".into())]),
        ),
        column("owner", Data::Text(vec![Some("A. Okafor".into()), None])),
        column("days_open", Data::Integer(vec![Some(1204), Some(38)])),
        column("closes", Data::Date(vec![Some(day("2026-11-30")), None])),
    ])
    .expect("equal lengths");
    let card = |id: &str, title: &str, state, why: &str| {
        block(id, Width::Half, Body::Card { title: title.into(), state, why: why.into(), about: None })
    };
    Page {
        firm: "Alder & Quill".into(),
        slug: "adoption".into(),
        title: "Are we using it?".into(),
        asks: "Do people work in the CRM every week, in every grade and office, and is that normal?".into(),
        owner: Some("crm-ops@alder.example".into()),
        as_of: Some(day("2026-12-02")),
        range: Range::new(monday(0), monday(26) + Days::new(6)),
        grain: Some(Grain::Week),
        time_zone: "Europe/Berlin".into(),
        build: 17,
        blocks: vec![
            prose(vec![
                Prose::Heading { level: 1, text: vec![text("Are we using it?")] },
                Prose::Paragraph(vec![
                    text("In the week of 23 Nov 2026, "),
                    Inline::Strong(vec![text("69\u{202f}%")]),
                    text(" of licensed people worked in the CRM. Partners have caught up with "),
                    Inline::Link { url: "/d/grade".into(), text: vec![Inline::Emphasis(vec![text("counsel")])] },
                    text("; see "),
                    Inline::Code("active_people".into()),
                    text("."),
                ]),
            ]),
            tile("active_people", &with_targets(firm()), "People who worked"),
            tile("lapsed_opportunities", &worse(), "Lapsed opportunities"),
            tile("pilot", &few(), "People who worked, pilot team"),
            picture(
                "active_by_grade",
                Width::Full,
                &with_targets(grades.clone()),
                "line",
                "People who worked, by grade",
            ),
            prose(vec![Prose::Heading { level: 2, text: vec![text("Who and where")] }]),
            picture("grade_bars", Width::Half, &grades, "bar", "People who worked, by grade, newest week"),
            picture("won", Width::Half, &offices(), "bar", "Won, by office"),
            block("", Width::Full, Body::Note("Amounts are in euro at the rate of the day the deal was won.".into())),
            prose(vec![Prose::List {
                ordered: true,
                items: vec![vec![text("Ask the counsel of Milan.")], vec![text("Look at deals without an owner.")]],
            }]),
            block(
                "stalled",
                Width::Full,
                Body::Rows {
                    title: "Stalled deals".into(),
                    table: rows,
                    answer: None,
                    more: 14,
                    way: None,
                    about: about("stalled"),
                },
            ),
            block(
                "newest",
                Width::Full,
                Body::Rows {
                    title: "People who worked".into(),
                    table: firm().table,
                    answer: Some(Format::of(&firm(), english())),
                    more: 0,
                    way: None,
                    about: about("active_people"),
                },
            ),
            card(
                "logins",
                "People who logged in",
                CardState::NotLoaded,
                "This needs a login log. Load one with: uptake load logins.csv",
            ),
            card("forecast", "Stale forecast", CardState::Failed, "The query ran longer than 10 s."),
        ],
        filters: vec![
            FilterState {
                name: "period".into(),
                label: "Period".into(),
                kind: FilterKind::Period { from: None, to: None, as_of: Some(day("2026-12-02")), grain: Grain::Week },
            },
            FilterState {
                name: "grade".into(),
                label: "Grade".into(),
                kind: FilterKind::Multi {
                    members: ["Partner", "Counsel", "Associate"].map(String::from).to_vec(),
                    chosen: vec!["Partner".into()],
                },
            },
            FilterState {
                name: "office".into(),
                label: "Office".into(),
                kind: FilterKind::Multi {
                    members: ["Berlin", "Milan \"south\""].map(String::from).to_vec(),
                    chosen: vec![],
                },
            },
        ],
        pages: [
            ("pulse", "Pulse", "What is so, and is it normal?"),
            ("adoption", "Are we using it?", "Do people work in the CRM every week?"),
            ("grade", "By grade", "Who lags?"),
        ]
        .map(|(slug, title, asks)| (slug.to_string(), title.to_string(), asks.to_string()))
        .to_vec(),
        query: "grade=Partner&as_of=2026-12-02".into(),
        notes: vec!["Connect mail metadata to see capture.".into(), "3 robots are left out.".into()],
        locale: english().clone(),
    }
}
