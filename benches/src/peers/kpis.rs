//! KPIs over 26 weeks, from the same rows: our session, and DuckDB by SQL that was written from the catalogue.

use super::{Peer, in_turns};
use crate::Bench;
use crate::kpis::Asker;
use crate::sheet::Measured;
use crate::timing::ASKINGS;
use anyhow::{Context, Result};
use chrono::Days;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use std::time::Instant;
use uptake_spec::{Answer, Params};

/// Questions of `peers/kpis.py`, by KPI and the option that is said there.
const QUESTIONS: [(&str, &str); 4] = [
    ("active_people", "work"),
    ("active_people", "login"),
    ("logins_by_unique_person", ""),
    ("open_pipeline", "amount"),
];

/// # Errors
/// The answers differ, or are not as simulated.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let lake = bench.lake()?;
    let asker = Asker::of_rows(&bench.firm, &lake)?;
    let settings = &asker.project.settings;
    let (zone, currency) = (settings.time_zone.to_string(), settings.currency.clone());
    let mut peer = Peer::start(bench, "kpis.py", &[&lake.to_string_lossy(), &zone, &currency])?;
    let (all, as_of) = (bench.firm.truth.of_whole_firm(&asker.project)?, bench.firm.truth.as_of()?);
    for (kpi, option) in QUESTIONS {
        let is_asked = |options: &[&String]| options.iter().all(|value| *value == option);
        let series = all.iter().find(|one| one.kpi == kpi && is_asked(&one.options.values().collect::<Vec<_>>()));
        let series = series.with_context(|| format!("the truth does not tell {kpi} {option}"))?;
        let name = format!("{kpi} {option}").trim().to_string();
        let asked = |asking: usize| -> (Params, Json) {
            let to = as_of - Days::new(7 * (asking % ASKINGS) as u64);
            let params = series.over_26_weeks(to);
            let question = json!({"kpi": name, "from": params.from, "to": to, "as_of": as_of});
            (params, question)
        };
        for asking in 0..ASKINGS {
            let (params, question) = asked(asking);
            same(&asker.check(series, &params)?, &peer.ask(&question)?.0).with_context(|| question.to_string())?;
        }
        let ours = |asking| {
            let (params, _) = asked(asking);
            let begun = Instant::now();
            asker.ask(kpi, &params)?;
            Ok(begun.elapsed())
        };
        let (ours, theirs) = in_turns(ASKINGS, ours, |asking| Ok(peer.ask(&asked(asking).1)?.1))?;
        let what = format!("{name} over 26 weeks beside DuckDB");
        bench.sheet.beside(what, Measured::Time(ours), Measured::Time(theirs));
    }
    Ok(())
}

/// Numerator and denominator of every week, and the value where it is no quotient of them.
fn same(ours: &Answer, theirs: &Json) -> Result<()> {
    let table = &ours.table;
    let rows = theirs["rows"].as_array().context("the peer tells no rows")?;
    anyhow::ensure!(rows.len() == table.rows(), "{} rows beside {}", table.rows(), rows.len());
    for (row, theirs) in rows.iter().enumerate() {
        let text = |name: &str| table.value(row, name).to_string();
        let of_theirs = |at: usize| theirs[at].as_str().map_or(theirs[at].to_string(), String::from);
        let number = |told: String| told.parse::<Decimal>().ok();
        let mut same = text("period_start") == of_theirs(0)
            && number(text("numerator")) == number(of_theirs(1))
            && number(text("denominator")) == number(of_theirs(2));
        if !theirs[3].is_null() {
            same &= number(text("value")) == number(of_theirs(3));
        }
        anyhow::ensure!(same, "DuckDB says {theirs}, and we {:?}", table.row(row).collect::<Vec<_>>());
    }
    Ok(())
}
