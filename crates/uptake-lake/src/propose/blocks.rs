//! Lines of a query that stand for each value of a column: how something ended, in which order stages come, what kind of activity it was.

use super::fill::{Taken, in_comment, quoted};
use super::kinds::{CASE_LOG, CASES};
use super::profile::Column;
use super::typing::number;
use super::words::{progress, says};
use std::collections::BTreeMap;

/// How many values of a column are listed.
const MOST_LISTED: usize = 60;

pub fn lines(taken: &Taken, block: &str) -> Vec<String> {
    match block {
        "outcome" => outcome(taken),
        "stage" => stage(taken),
        "stage_order" => stage_order(taken),
        "failed" => failed(taken),
        "channel" => channel(taken),
        "leaves" => leaves(taken),
        "programs" => programs(taken),
        "days" => days(taken),
        "type" => types(taken),
        other => unreachable!("no template has a block {other}"),
    }
}

/// The values of a column in small letters, with how often, the most frequent first.
fn values(column: &Column) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for (value, count) in column.tally.by_count() {
        *counts.entry(value.to_lowercase()).or_default() += count;
    }
    let mut all: Vec<_> = counts.into_iter().collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    all.truncate(MOST_LISTED);
    all
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn rows(count: u64) -> String {
    if count == 1 { "1 row".into() } else { format!("{} rows", number(count)) }
}

/// `CASE lower(trim("stage"))` with a line for each value; `judge` gives the SQL for one and why.
fn cases(column: &Column, otherwise: &str, named: &str, judge: impl Fn(&str) -> (String, String)) -> Vec<String> {
    let mut lines = vec![format!("CASE lower(trim({}))", quoted(column))];
    for (value, count) in values(column) {
        let (then, why) = judge(&value);
        lines.push(format!("    WHEN {} THEN {then}  -- {}, {why}", literal(&value), rows(count)));
    }
    lines.push(format!("    ELSE {otherwise}  -- any other"));
    lines.push(format!("END{named}"));
    lines
}

const CHECK: &str = "-- How did it end? Guessed by the words; correct what is wrong.";

/// won, lost or open of a deal; closed or open of a case. No column of a file is called `_outcome`: landing takes an underscore in front away.
fn outcome(taken: &Taken) -> Vec<String> {
    let is_case = [&CASES, &CASE_LOG].contains(&taken.guess.kind);
    let Some(column) = taken.column("outcome").or(taken.column("state")) else {
        return vec!["'open' AS _outcome".into()];
    };
    let judge = |value: &str| if is_case { judged_case(value) } else { judged_deal(value) };
    let as_sql = |value: &str| {
        let (outcome, why) = judge(value);
        (format!("'{outcome}'"), why.to_string())
    };
    let ends = values(column).iter().any(|(value, _)| judge(value).0 != "open");
    let mut lines = vec![CHECK.to_string()];
    if !ends {
        let what = if is_case { "is closed" } else { "is won or lost" };
        lines.push(format!(
            "-- DECIDE: no value of \"{}\" says that something {what}. Say it here, or nothing ever ends.",
            in_comment(&column.heading)
        ));
    }
    lines.extend(cases(column, "'open'", " AS _outcome", as_sql));
    lines
}

fn judged_deal(value: &str) -> (&'static str, &'static str) {
    let negated = says(value, "not");
    match (says(value, "won"), says(value, "lost"), says(value, "closed")) {
        (true, false, _) if !negated => ("won", "its word says so"),
        (_, true, _) if !negated => ("lost", "its word says so"),
        (false, false, true) => ("open", "DECIDE: closed, but won or lost?"),
        _ => ("open", "no word of an end"),
    }
}

fn judged_case(value: &str) -> (&'static str, &'static str) {
    match says(value, "closed") && !says(value, "not") {
        true => ("closed", "its word says so"),
        false => ("open", "no word of an end"),
    }
}

/// The stage of a deal, which is `Won` or `Lost` for all that are, where another column tells that.
fn stage(taken: &Taken) -> Vec<String> {
    let Some(column) = taken.column("state") else { return vec!["CAST(NULL AS TEXT) AS stage,".into()] };
    let told = |why: &str| format!("-- \"{}\", {why}", in_comment(&column.heading));
    match taken.column("outcome") {
        None => vec![format!("trim({}) AS stage,  {}", quoted(column), told("by its heading or its values"))],
        Some(outcome) => vec![
            format!(
                "CASE _outcome WHEN 'won' THEN 'Won' WHEN 'lost' THEN 'Lost' ELSE trim({}) END AS stage,",
                quoted(column)
            ),
            format!(
                "{}; what is won or lost by \"{}\" is in a stage of its own",
                told("by its heading or its values"),
                in_comment(&outcome.heading)
            ),
        ],
    }
}

/// The order of stages, where the words of all that are open tell it; else the lines to write it in.
fn stage_order(taken: &Taken) -> Vec<String> {
    let Some(column) = taken.column("state") else { return vec!["CAST(NULL AS BIGINT) AS stage_order,".into()] };
    let apart = taken.column("outcome").is_some();
    let place = |value: &str| match judged_deal(value).0 {
        "won" if !apart => Some(90),
        "lost" if !apart => Some(99),
        _ => progress(value),
    };
    let all: Vec<(String, u64)> = values(column);
    let known = all.iter().all(|(value, _)| place(value).is_some());
    let mut lines = vec!["-- In which order do stages come? Guessed by their words; correct the numbers.".to_string()];
    if !known {
        lines[0] = "-- In which order do stages come? Not all of their words say it: number them, and take the # line's NULL away.".replace("# line's ", "");
        lines.push("CAST(NULL AS BIGINT) AS stage_order,".into());
    }
    let column_sql = if taken.guess.kind.event { "stage".to_string() } else { quoted(column) };
    let mut order = vec![
        "CASE _outcome WHEN 'won' THEN 90 WHEN 'lost' THEN 99 ELSE".to_string(),
        format!("    CASE lower(trim({column_sql}))"),
    ];
    let mut sorted = all;
    sorted.sort_by_key(|(value, _)| place(value).unwrap_or(0));
    for (value, count) in sorted.iter().filter(|(value, _)| apart || judged_deal(value).0 == "open") {
        let guessed = place(value).map_or("NULL".to_string(), |place| place.to_string());
        order.push(format!("        WHEN {} THEN {guessed}  -- {}", literal(value), rows(*count)));
    }
    order.push("    END".into());
    order.push("END AS stage_order,".into());
    // A CASE without a branch is none.
    if order.len() == 4 {
        return vec!["CAST(NULL AS BIGINT) AS stage_order,  -- no stage is open".into()];
    }
    lines.extend(order.into_iter().map(|line| if known { line } else { format!("-- {line}") }));
    lines
}

fn failed(taken: &Taken) -> Vec<String> {
    let Some(column) = taken.column("outcome") else {
        return vec!["'success' AS outcome,  -- no column says that a login failed".into()];
    };
    let judge = |value: &str| {
        let (outcome, why) = match code(column, value) {
            Some(true) => ("'failed'", "the code of a failure"),
            Some(false) => ("'success'", "the code of no failure"),
            None if says(value, "failed") => ("'failed'", "its word says so"),
            None => ("'success'", "no word of a failure"),
        };
        (outcome.to_string(), why.to_string())
    };
    let mut lines =
        vec!["-- Who did not get in, did not come. Guessed by the words; correct what is wrong.".to_string()];
    lines.extend(cases(column, "'success'", " AS outcome,", judge));
    lines
}

/// Whether a value tells of a failure, where a column has codes of errors, of which 0 is none, or says of each row whether it failed.
fn code(column: &Column, value: &str) -> Option<bool> {
    let number = |value: &str| value.trim().parse::<i64>().ok();
    let numbers: Option<Vec<i64>> = column.tally.values.keys().map(|value| number(value)).collect();
    let are_codes = numbers.is_some_and(|all| all.iter().any(|n| !(0..=1).contains(n)) || all.iter().all(|n| *n == 0));
    let yes_or_no = match value.to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" => Some(true),
        "false" | "no" | "n" | "0" | "none" => Some(false),
        _ => None,
    };
    match column.means("failure") {
        true => yes_or_no.or(number(value).map(|n| n != 0)),
        false => number(value).filter(|_| are_codes).map(|n| n != 0),
    }
}

fn channel(taken: &Taken) -> Vec<String> {
    let few = |column: &&Column| !column.tally.too_many_values && column.tally.distinct() <= MOST_LISTED;
    let Some(column) = taken.column("channel") else {
        return vec!["'web' AS channel,  -- no column says from where".into()];
    };
    let name = quoted(column);
    let Some(column) = Some(column).filter(few) else {
        return vec![
            format!("-- \"{}\" has many values: its words decide.", in_comment(&column.heading)),
            "CASE".into(),
            format!("    WHEN lower({name}) LIKE '%api%' THEN 'api'"),
            format!(
                "    WHEN lower({name}) LIKE '%mobile%' OR lower({name}) LIKE '%android%' OR lower({name}) LIKE '%iphone%' THEN 'mobile'"
            ),
            "    ELSE 'web'".into(),
            "END AS channel,".into(),
        ];
    };
    let judge = |value: &str| {
        let channel = if says(value, "api") {
            "'api'"
        } else if says(value, "mobile") {
            "'mobile'"
        } else {
            "'web'"
        };
        (channel.to_string(), "by its words: web, mobile or api, which is no person".to_string())
    };
    cases(column, "'web'", " AS channel,", judge)
}

/// Rows of a log that tell of somebody going.
fn leaves(taken: &Taken) -> Vec<String> {
    let Some(column) = taken.column("type") else { return vec![] };
    let gone: Vec<String> =
        values(column).into_iter().filter(|(value, _)| says(value, "left")).map(|(value, _)| literal(&value)).collect();
    vec![format!(
        "AND coalesce(lower(trim({})), '') NOT IN ({})  -- they tell of somebody going; of \"{}\" all others are logins",
        quoted(column),
        gone.join(", "),
        in_comment(&column.heading)
    )]
}

/// What a log of days cannot tell.
fn days(taken: &Taken) -> Vec<String> {
    let has_hours = taken.column("at").is_none_or(|c| c.tally.hours > 0) || taken.column("clock").is_some();
    if has_hours {
        return vec![];
    }
    let told = "-- It tells days and no hours: every row stands here, and to the KPIs the rows of one person and day are one login.";
    vec![told.into()]
}

/// The line that keeps the sign-ins to one of the programs that a log of all of them tells of.
fn programs(taken: &Taken) -> Vec<String> {
    let is_program = |column: &&Column| column.heading.to_lowercase().contains("app") && column.tally.distinct() > 1;
    let Some(column) = taken.column("channel").filter(is_program) else { return vec![] };
    let names: Vec<String> = values(column).iter().take(5).map(|(value, _)| literal(value)).collect();
    vec![format!(
        "-- AND lower(trim({})) IN ({})  -- if these are sign-ins to many programs: name those here that are the CRM",
        quoted(column),
        names.join(", ")
    )]
}

fn types(taken: &Taken) -> Vec<String> {
    let Some(column) = taken.column("type") else {
        return vec!["'task' AS type,  -- no column says of which type: meeting, call, email, task, note".into()];
    };
    let judge = |value: &str| {
        let told = [("call", "'call'"), ("mail", "'email'"), ("meeting", "'meeting'")];
        let found = told.into_iter().find(|(list, _)| says(value, list));
        match found {
            Some((_, kind)) => (kind.to_string(), "its word says so".to_string()),
            None => ("'task'".to_string(), "no word of a call, a mail or a meeting".to_string()),
        }
    };
    cases(column, "'task'", " AS type,", judge)
}
