//! The page as HTML: what stands in it, and that nothing of a firm's own words can break out of its place.

use super::made_up::*;
use uptake_draw::*;

#[test]
fn a_page_is_whole_and_light() {
    let html = page(&whole_page());
    if let Some(folder) = std::env::var_os("UPTAKE_LOOK") {
        std::fs::write(std::path::Path::new(&folder).join("page.html"), &html).expect("the folder is there");
    }
    assert!(html.starts_with("<!doctype html>\n<html lang=\"en\">"));
    assert_eq!(html.matches("<script").count(), html.matches("<script src=\"/page.js\" defer></script>").count());
    assert!(html.len() < 250_000, "{} bytes", html.len());
    for expected in [
        "<title>Are we using it? · Alder &#38; Quill</title>",
        "Weeks 1 Jun to 6 Dec 2026 · as of 2 Dec 2026 · Europe/Berlin",
        "href=\"/c/adoption/active_by_grade.svg?grade=Partner&#38;as_of=2026-12-02\"",
        "href=\"/d/adoption.pdf?grade=Partner&#38;as_of=2026-12-02\"",
        "href=\"/d/grade?grade=Partner&#38;as_of=2026-12-02\">By grade →</a>",
        "<input type=\"date\" name=\"as_of\" value=\"2026-12-02\">",
        "value=\"Partner\" checked",
        "Refinancing of a wind park &#60;phase 2&#62;",
        "14 more rows are in the CSV.",
        "<strong>Not loaded.</strong>",
        "build 17",
    ] {
        assert!(html.contains(expected), "the page lacks {expected}");
    }
}

#[test]
fn headings_stand_in_order() {
    let html = page(&whole_page());
    let levels: Vec<u32> = html.match_indices("<h").filter_map(|(at, _)| html[at + 2..at + 3].parse().ok()).collect();
    assert_eq!(levels[0], 1);
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
    assert!(levels.windows(2).all(|two| two[1] <= two[0] + 1), "{levels:?}");
}

#[test]
fn every_colour_of_a_picture_follows_the_page() {
    let drawn = svg(&chart(&with_targets(grades()), "line", "x"), Size::Desk, &Theme::light()).0;
    let style = stylesheet();
    for element in drawn.split('<').filter(|e| e.contains("fill=\"#") || e.contains("stroke=\"#")) {
        let class = element.split("class=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        assert!(!class.is_empty(), "no class on <{element}");
        assert!(class.split(' ').all(|c| style.contains(&format!(".{c}{{"))), "no style for {class}");
    }
}

#[test]
fn the_home_page_lists_the_others_with_their_questions() {
    let html = home(&Page { slug: "pulse".into(), ..whole_page() });
    assert!(html.contains("<a href=\"/d/grade\">By grade</a><span>Who lags?</span>"));
    assert!(html.contains("action=\"/\""));
}

#[test]
fn same_arguments_same_bytes() {
    assert_eq!(page(&whole_page()), page(&whole_page()));
    let drawn = svg(&chart(&grades(), "line", "x"), Size::Phone, &Theme::light());
    assert_eq!(png(&drawn, 2.0), png(&drawn, 2.0));
    assert!(png(&drawn, 2.0).starts_with(b"\x89PNG"));
    assert!(standalone(&drawn).contains("data:font/woff2;base64,"));
}

#[test]
fn the_pages_fonts_are_there() {
    assert!(font("inter-400.woff2").is_some_and(|bytes| bytes.starts_with(b"wOF2")));
    assert!(font("inter-600.woff2").is_some());
    assert_eq!(font("../secret"), None);
}

#[test]
fn a_query_shows_its_first_rows_and_an_answer_its_newest() {
    use uptake_spec::dashboard::Width;
    use uptake_spec::table::Data;
    let days = (0..250).map(|n| Some(format!("deal {n} end"))).collect();
    let table = uptake_spec::Table::new(vec![column("deal", Data::Text(days))]).expect("one column");
    let Body::Rows { about, .. } =
        whole_page().blocks.into_iter().find(|b| b.id == "stalled").expect("it is there").body
    else {
        panic!("the stalled deals are rows")
    };
    let rows = Body::Rows { title: "Deals".into(), table, answer: None, more: 5, way: None, about };
    let html =
        page(&Page { blocks: vec![Drawn { id: "deals".into(), width: Width::Full, body: rows }], ..whole_page() });
    assert!(html.contains("deal 0 end") && html.contains("deal 199 end") && !html.contains("deal 200 end"));
    assert!(html.contains("55 more rows are in the CSV."));
}

#[test]
fn a_page_is_one_picture_with_everything_on_it() {
    let drawn = sheet(&whole_page());
    if let Some(folder) = std::env::var_os("UPTAKE_LOOK") {
        std::fs::write(std::path::Path::new(&folder).join("sheet.png"), png(&drawn, 2.0)).expect("the folder is there");
    }
    let (width, height) = drawn.sides();
    assert!(width == 948.0 && height > 1000.0, "{width} × {height}");
    for expected in [
        "Are we using it?",
        "Stalled deals",
        "Refinancing of a wind",
        "Not loaded.",
        "Ask the counsel of Milan.",
        "build 17",
    ] {
        assert!(drawn.0.contains(expected), "the picture lacks {expected}");
    }
    // One root, and a picture of its own for each tile and chart.
    assert!(drawn.0.matches("<svg ").count() > 3 && drawn.0.matches("xmlns=").count() == 1);
    assert!(png(&drawn, 1.0).starts_with(b"\x89PNG"));
}

#[test]
fn the_table_behind_a_picture_tells_what_the_picture_shows() {
    use uptake_spec::dashboard::Width;
    let remark = uptake_spec::project::Remark { d: day("2026-07-01"), text: "Training in Paris".into() };
    let before = [(monday(4), 0.5)].into();
    let mut block = whole_page().blocks.into_iter().find(|b| b.id == "won").expect("it is there");
    let Body::Picture { chart: drawn, table, .. } = &mut block.body else { panic!("it is a picture") };
    *drawn = chart(&firm(), "line", "x").year_before(&before).marked(&[remark]);
    *table = firm().table;
    let html = page(&Page { blocks: vec![Drawn { width: Width::Full, ..block }], ..whole_page() });
    assert!(html.contains("<th scope=\"col\" class=\"n\">52 weeks before</th><th scope=\"col\">What happened</th>"));
    let row = html.split("<tr>").find(|row| row.contains("W 29 Jun 2026")).expect("the week of the training");
    assert!(row.contains("50.0\u{202f}%") && row.contains("1 Jul 2026: Training in Paris"), "{row}");
    let next = html.split("<tr>").find(|row| row.contains("W 6 Jul 2026")).expect("the week behind it");
    assert!(!next.contains("Training"), "{next}");
}

/// One row of a table too wide for a sheet.
fn wide_table() -> uptake_spec::Table {
    use uptake_spec::table::Data;
    let text = |text: &str| Data::Text(vec![Some(text.into())]);
    let number = |n| Data::Integer(vec![Some(n)]);
    uptake_spec::Table::new(vec![
        column("opportunity", text("Refinancing of a wind park in the north sea, second phase")),
        column("client_account", text("Alder & Quill Infrastructure Partners")),
        column("owner_office", text("Frankfurt am Main")),
        column("stage_before_last_change", text("Proposal submitted")),
        column("forecast_category", text("Best case")),
        column("days_without_any_activity", number(38)),
        column("times_moved_to_a_later_quarter", number(4)),
        column("expected_amount", number(1_250_000)),
        column("closes", Data::Date(vec![Some(day("2026-11-30"))])),
    ])
    .expect("equal lengths")
}

fn rows_block(table: uptake_spec::Table) -> Drawn {
    let mut block = whole_page().blocks.into_iter().find(|b| b.id == "stalled").expect("it is there");
    let Body::Rows { table: rows, .. } = &mut block.body else { panic!("the stalled deals are rows") };
    *rows = table;
    block
}

#[test]
fn a_wide_table_keeps_its_headings_on_a_sheet() {
    let table = wide_table();
    let words: Vec<String> = table.columns().iter().flat_map(|c| c.name.split('_').map(String::from)).collect();
    let drawn = sheet(&Page { blocks: vec![rows_block(table)], ..whole_page() });
    if let Some(folder) = std::env::var_os("UPTAKE_LOOK") {
        std::fs::write(std::path::Path::new(&folder).join("sheet-wide.png"), png(&drawn, 2.0)).expect("it is there");
    }
    let said = drawn.0.to_lowercase();
    for word in words {
        assert!(said.contains(&word), "the heading lost \"{word}\"");
    }
    assert!(said.contains("1,250,000") && said.contains("30 nov 2026"), "numbers and days stay whole");
}

#[test]
fn days_and_short_names_stay_on_one_line_in_tables() {
    let html = page(&Page { blocks: vec![rows_block(wide_table())], ..whole_page() });
    assert!(html.contains("<td class=\"k\">30 Nov 2026</td>"));
    assert!(html.contains("<td class=\"n\">1,250,000</td>"));
    assert!(html.contains("<td>Refinancing of a wind park"), "long texts may be broken");
    assert!(stylesheet().contains("td.n,td.k{white-space:nowrap}"));
}

#[test]
fn a_picture_of_two_thirds_is_drawn_for_two_thirds() {
    use uptake_spec::dashboard::Width;
    let won = whole_page().blocks.into_iter().find(|b| b.id == "won").expect("it is there");
    let html = page(&Page { blocks: vec![Drawn { width: Width::TwoThirds, ..won }], ..whole_page() });
    assert!(html.contains("viewBox=\"0 0 740 ") && html.contains("viewBox=\"0 0 360 "));
    assert!(!html.contains("viewBox=\"0 0 900 "));
}
