//! Pages and a chart over HTTP, from a server that has kept nothing: each is asked of other people each time, or as it stood on
//! another day, so that not one of its questions was asked before.

use crate::Bench;
use crate::server::Server;
use crate::sheet::{Goal, ms};
use crate::timing::{ROUNDS, best_of_medians};
use anyhow::{Context, Result};
use chrono::{Days, NaiveDate};
use serde_json::Value as Json;
use std::time::Duration;

/// Pages with twelve charts each: ours of `benches/dashboards`, and the one that the program shows first.
const OF_TWELVE: [&str; 2] = ["twelve", SHIPPED[0]];
/// The pages of the program, the first first.
pub const SHIPPED: [&str; 9] =
    ["pulse", "usage", "habit", "recording", "leadership", "pipeline", "forecast", "data_quality", "data_health"];
/// The pages that have no filter of grades.
const OF_ALL_PEOPLE: [&str; 3] = ["leadership", "data_quality", "data_health"];
/// Askings before the first that is timed, so that threads, tables and allocator are warm.
const WARMING: usize = 4;
/// Those of `uptake generate`; each asking leaves out other ones.
const GRADES: [&str; 5] = ["Partner", "Director", "Manager", "Consultant", "Analyst"];

/// # Errors
/// A page that is not whole, or that tells other numbers than were simulated.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let goal = ms(if bench.firm.is_large { 400 } else { 100 });
    for page in OF_TWELVE {
        time_page(bench, page, goal, ROUNDS)?;
    }
    // Of the others no goal is set, and a median is enough.
    for page in &SHIPPED[1..] {
        time_page(bench, page, None, 1)?;
    }
    for chart in ["svg", "png"] {
        time_chart(bench, chart)?;
    }
    Ok(())
}

fn time_page(bench: &mut Bench, page: &str, goal: Option<Goal>, rounds: usize) -> Result<()> {
    let server = Server::start(bench)?;
    let (whole, first) = server.timed(&format!("/d/{page}"))?;
    check_whole(&whole, page)?;
    if OF_TWELVE.contains(&page) {
        check_numbers(bench, &server, page)?;
    }
    let (address, check) = (format!("/d/{page}"), |body: &[u8]| check_whole(body, page));
    let how = if rounds == 1 { ", one median" } else { "" };
    let is_filtered = !OF_ALL_PEOPLE.contains(&page);
    if is_filtered {
        let took = unasked(&server, &of_other_people(&address), rounds, &check)?;
        bench.sheet.time(format!("page {page}, nothing kept{how}"), took, goal);
    }
    if goal.is_some() || !is_filtered {
        let took = unasked(&server, &of_another_day(bench, &address)?, 1, &check)?;
        bench.sheet.time(format!("page {page} as of another day, nothing kept, one median"), took, None);
    }
    if page == "pulse" {
        let took = other_days(bench, &server)?;
        bench.sheet.time("page pulse over other days, limits of what is normal kept", took, None);
        bench.sheet.time("page pulse, first of all after the start", first, None);
    }
    Ok(())
}

fn time_chart(bench: &mut Bench, kind: &str) -> Result<()> {
    let server = Server::start(bench)?;
    check_numbers(bench, &server, "pulse")?;
    let begins: &[u8] = if kind == "svg" { b"<svg" } else { b"\x89PNG" };
    let check = |body: &[u8]| {
        anyhow::ensure!(body.starts_with(begins), "worked.{kind} is no such picture");
        Ok(())
    };
    let took = unasked(&server, &of_other_people(&format!("/c/pulse/worked.{kind}")), ROUNDS, &check)?;
    bench.sheet.time(format!("one chart as {kind}, nothing kept"), took, None);
    Ok(())
}

/// An address as it stood on another day each time: no rollup knows it.
///
/// # Errors
/// The firm's truth has no day.
pub fn of_another_day(bench: &Bench, address: &str) -> Result<impl Fn(usize) -> String> {
    let as_of = bench.firm.truth.as_of()?;
    Ok(move |asking| format!("{address}?as_of={}", as_of - Days::new(1 + asking as u64)))
}

/// An address as it stands today, without some grades each time: up to 30 times, each other ones.
fn of_other_people(address: &str) -> impl Fn(usize) -> String {
    move |asking| {
        let left_out = 1 + asking;
        let grades = GRADES.iter().enumerate().filter(|(at, _)| left_out >> at & 1 == 0);
        let grades: Vec<String> = grades.map(|(_, grade)| format!("grade={grade}")).collect();
        format!("{address}?{}", grades.join("&"))
    }
}

/// The best of so many medians of an address that is told which asking it is. All of its questions must have been worked out anew.
///
/// # Errors
/// An answer was kept, `check` fails, or the address gives none.
pub fn unasked(
    server: &Server,
    address: &dyn Fn(usize) -> String,
    rounds: usize,
    check: &dyn Fn(&[u8]) -> Result<()>,
) -> Result<Duration> {
    for asking in 0..WARMING {
        check(&server.get(&address(asking))?)?;
    }
    let before = server.worked_out()?;
    check(&server.get(&address(WARMING))?)?;
    let questions = server.worked_out()? - before;
    best_of_medians(rounds, |asking| {
        let (address, before) = (address(WARMING + 1 + asking), server.worked_out()?);
        let (body, took) = server.timed(&address)?;
        check(&body)?;
        let worked_out = server.worked_out()? - before;
        anyhow::ensure!(worked_out == questions, "{worked_out} of {questions} answers of {address} were worked out");
        Ok(took)
    })
}

/// Pulse over other days of the same as-of: the histories behind its limits are asked once, whichever days are shown.
fn other_days(bench: &Bench, server: &Server) -> Result<Duration> {
    let as_of = bench.firm.truth.as_of()?;
    best_of_medians(ROUNDS, |asking| {
        let to: NaiveDate = as_of - Days::new(7 * (1 + asking as u64 % 20));
        let from = to - Days::new(7 * (26 - asking as u64 / 20) - 1);
        let (body, took) = server.timed(&format!("/d/pulse?from={from}&to={to}"))?;
        check_whole(&body, "pulse")?;
        Ok(took)
    })
}

/// Every block of a page is shown; of twelve charts there are twelve.
fn check_whole(body: &[u8], page: &str) -> Result<()> {
    let html = String::from_utf8_lossy(body);
    anyhow::ensure!(html.trim_end().ends_with("</html>"), "{page} breaks off");
    for card in html.split("class=\"card state").skip(1) {
        let words = card.split("</article>").next().unwrap_or_default();
        anyhow::ensure!(page != "twelve" && !words.contains("Could not be drawn"), "{page}: {words}");
    }
    let pictures = html.matches("<article class=\"card").count();
    anyhow::ensure!(page != "twelve" || pictures == 12, "{page} has {pictures} charts");
    Ok(())
}

/// Numbers behind a page's charts, as the page's own address tells them, against the truth.
fn check_numbers(bench: &Bench, server: &Server, page: &str) -> Result<()> {
    let blocks = match page {
        "pulse" => [("worked", "active_people", "work"), ("logged_in_by_week", "active_people", "login")],
        _ => [("active_people", "active_people", "work"), ("records_created", "records_created", "net")],
    };
    for (block, kpi, option) in blocks {
        let told: Json = serde_json::from_slice(&server.get(&format!("/c/{page}/{block}.json"))?)?;
        let rows = told["rows"].as_array().context("a block without rows")?;
        let complete = rows.iter().filter(|row| row["complete"] == true);
        let held = bench.firm.truth.holds(kpi, option, complete)?;
        anyhow::ensure!(held >= 20, "only {held} weeks of {page}'s {block} could be held against the truth");
    }
    Ok(())
}
