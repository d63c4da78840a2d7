//! The same deals told in two ways: by comparing weekly exports, and by a change log. Where both can tell, they must say the same.
//!
//! Left out of both are deals that were closed when an export first showed them: of when they were open, comparing cannot tell at all.

use super::forms::{in_form, tables_of};
use crate::firm::{generated, on, project_like, tree};
use crate::story;
use chrono::{DateTime, Duration, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Europe::Berlin;
use libtest_mimic::Trial;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const SEED: u64 = 3;

pub fn stories() -> Vec<Trial> {
    vec![story(
        "comparing weekly exports tells what a change log tells that is collapsed to the same weeks",
        told_twice,
    )]
}

type Table = Vec<Vec<String>>;
/// The tables of each weekly export by its Sunday.
type Weeks = BTreeMap<NaiveDate, BTreeMap<String, Table>>;

/// What both tell to the last digit, also where the log is not collapsed: what deals are at the end of a week, and what came of it.
const AT_THE_END: [&[&str]; 9] = [
    &["open_pipeline", "--measure", "amount"],
    &["open_pipeline", "--measure", "count", "--by", "office"],
    &["open_pipeline", "--measure", "weighted"],
    &["open_pipeline", "--measure", "created"],
    &["won", "--measure", "amount"],
    &["won", "--measure", "count", "--grain", "month", "--by", "department"],
    // `stalled` is left out: it knows from the time in a stage what is long.
    &["lapsed_opportunities", "--filter", "state=lapsed"],
    &["funnel_movement"],
    &["win_rate", "--cohort", "created"],
];

/// What both tell once the log is collapsed: who passes a stage between two Sundays is seen in it by a log only.
const WITHIN_A_WEEK: [&[&str]; 2] = [&["stage_conversion"], &["stage_conversion", "--variant", "period"]];

/// Every stay in an open stage; both know alike when they saw it begin and end. Where `time_in_stage` puts these is a guess: a move that
/// comparing sees is put into the middle of its week, and a log that is collapsed has it at its end.
const VISITS: &str = "SELECT opp_id, stage, seen_ts, unseen_ts, entered_ts, left_ts FROM stage_visits ORDER BY 1, 3, 2";
const HALF_A_WEEK: Duration = Duration::hours(84);

fn told_twice() {
    let weeks = weeks(&generated(SEED));
    assert!(weeks.len() > 25, "{} weekly exports", weeks.len());
    let first_seen = seen_open(&weeks);
    let log = log(&weeks);
    let days: Vec<NaiveDate> = weeks.keys().copied().collect();
    let collapsed_log = collapsed(&log, &days, &first_seen);
    assert!(collapsed_log.len() > 50 && collapsed_log.len() < log.len() - 20, "{} rows", collapsed_log.len());
    let compared = project("compared", &weeks, &first_seen, None);
    let collapsed = project("collapsed", &weeks, &first_seen, Some(&collapsed_log));
    let logged = project("logged", &weeks, &first_seen, Some(&log));
    let from = days[0] + Duration::days(1);
    for kpi in AT_THE_END {
        let expected = asked(&compared, kpi, from);
        assert!(expected.lines().count() > 8, "{kpi:?}: {expected}");
        assert_eq!(asked(&collapsed, kpi, from), expected, "{kpi:?}, collapsed");
        assert_eq!(asked(&logged, kpi, from), expected, "{kpi:?}, as it is");
    }
    for kpi in WITHIN_A_WEEK {
        let expected = asked(&compared, kpi, from);
        assert_eq!(asked(&collapsed, kpi, from), expected, "{kpi:?}");
        assert_ne!(asked(&logged, kpi, from), expected, "{kpi:?}: nobody passed a stage within a week");
    }
    let visits = [&compared, &collapsed].map(|dir| on(dir, &["sql", "--format", "csv", VISITS]).ended(0).out);
    let [expected, told] = visits.each_ref().map(|csv| csv.lines().skip(1).collect::<Vec<_>>());
    assert!(expected.len() > 100 && expected.len() == told.len(), "{} and {} visits", expected.len(), told.len());
    for (one, other) in expected.iter().zip(&told) {
        let cells = [one, other].map(|line| line.split(',').collect::<Vec<_>>());
        assert_eq!(cells[0][..4], cells[1][..4], "{one}\n{other}");
        for at in [4, 5] {
            let guessed = cells.each_ref().map(|cells| cells[at].parse::<DateTime<Utc>>().ok());
            let apart = guessed[0].zip(guessed[1]).map_or(Duration::zero(), |(one, other)| (one - other).abs());
            assert!(apart <= HALF_A_WEEK, "{one}\n{other}");
        }
    }
}

fn weeks(firm: &Path) -> Weeks {
    let exports = firm.join("exports");
    let of_set = |path: &PathBuf| path.to_string_lossy().contains("WE_");
    let folders: BTreeSet<PathBuf> =
        tree(&exports).into_keys().filter(of_set).filter_map(|zip| Some(exports.join(zip.parent()?))).collect();
    let wanted = ["User", "UserRole", "Account", "Opportunity", "OpportunityHistory"];
    let week = |folder: PathBuf| {
        let day = folder.file_name().expect("a name").to_string_lossy().parse().expect("a day");
        (day, tables_of(&folder).into_iter().filter(|(name, _)| wanted.contains(&name.as_str())).collect())
    };
    folders.into_iter().map(week).collect()
}

fn place(table: &Table, column: &str) -> usize {
    table[0].iter().position(|word| word == column).unwrap_or_else(|| panic!("no {column} in {:?}", table[0]))
}

/// The deals that were open when an export first showed them, with its day.
fn seen_open(weeks: &Weeks) -> BTreeMap<String, NaiveDate> {
    let mut first: BTreeMap<String, (NaiveDate, bool)> = BTreeMap::new();
    for (day, tables) in weeks {
        let deals = &tables["Opportunity"];
        let (id, closed) = (place(deals, "Id"), place(deals, "IsClosed"));
        for row in &deals[1..] {
            first.entry(row[id].clone()).or_insert((*day, row[closed] == "1"));
        }
    }
    first.into_iter().filter(|(_, (_, closed))| !closed).map(|(deal, (day, _))| (deal, day)).collect()
}

/// Every row of the log that some export has, as the last one has it.
fn log(weeks: &Weeks) -> Table {
    let all: Vec<&Table> = weeks.values().filter_map(|tables| tables.get("OpportunityHistory")).collect();
    let id = place(all[0], "Id");
    let rows: BTreeMap<&String, &Vec<String>> =
        all.iter().flat_map(|table| &table[1..]).map(|row| (&row[id], row)).collect();
    std::iter::once(&all[0][0]).chain(rows.into_values()).cloned().collect()
}

/// Of each deal the last row of each week, at the beginning of the day of the export that shows it, since that is what comparing knows; the
/// first one from the deal's birth on.
fn collapsed(log: &Table, days: &[NaiveDate], first_seen: &BTreeMap<String, NaiveDate>) -> Table {
    let [id, deal, at] = ["Id", "OpportunityId", "CreatedDate"].map(|column| place(log, column));
    let mut rows: Vec<&Vec<String>> = log[1..].iter().filter(|row| first_seen.contains_key(&row[deal])).collect();
    rows.sort_by_key(|row| (&row[deal], &row[at], &row[id]));
    let mut births: BTreeMap<&String, &String> = BTreeMap::new();
    let mut kept: BTreeMap<(&String, NaiveDate), &Vec<String>> = BTreeMap::new();
    for row in rows {
        births.entry(&row[deal]).or_insert(&row[at]);
        let shown = days.iter().find(|day| row[at] <= utc(**day, 22)).expect("the last export shows all");
        kept.insert((&row[deal], (*shown).max(first_seen[&row[deal]])), row);
    }
    let mut begun = BTreeSet::new();
    let dated = |((deal, day), row): ((&String, NaiveDate), &Vec<String>)| {
        let mut row = row.clone();
        row[at] = if begun.insert(deal.clone()) { births[deal].clone() } else { utc(day, 0) };
        row
    };
    let rows: Table = kept.into_iter().map(dated).collect();
    [vec![log[0].clone()], rows].concat()
}

/// An hour of a day in Berlin, as an export writes it.
fn utc(day: NaiveDate, hour: u32) -> String {
    let clock = day.and_time(NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour"));
    let at: DateTime<Utc> = Berlin.from_local_datetime(&clock).single().expect("no clock turns then").to_utc();
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// A project with the deals that were seen open, loaded and built; with a log where there is one.
fn project(name: &str, weeks: &Weeks, deals: &BTreeMap<String, NaiveDate>, log: Option<&Table>) -> PathBuf {
    let dir = project_like(&generated(SEED), &format!("told-{name}"));
    let write = |day: &NaiveDate, name: &str, table: &Table| {
        let folder = dir.join("in").join(day.to_string());
        fs::create_dir_all(&folder).expect("made");
        fs::write(folder.join(format!("{name}.csv")), in_form("csv", name, table)).expect("written");
    };
    for (day, tables) in weeks {
        for (name, table) in tables.iter().filter(|(name, _)| *name != "OpportunityHistory") {
            let id = place(table, "Id");
            let is_kept = |row: &&Vec<String>| name != "Opportunity" || row[id] == "Id" || deals.contains_key(&row[id]);
            write(day, name, &table.iter().filter(is_kept).cloned().collect());
        }
    }
    if let Some(log) = log {
        let deal = place(log, "OpportunityId");
        let is_kept = |row: &&Vec<String>| row[deal] == "OpportunityId" || deals.contains_key(&row[deal]);
        let last = weeks.keys().next_back().expect("there are exports");
        write(last, "OpportunityHistory", &log.iter().filter(is_kept).cloned().collect());
    }
    let (files, roster) = (dir.join("in"), generated(SEED).join("exports/hr"));
    let paths = [files, roster].map(|path| path.to_string_lossy().into_owned());
    on(&dir, &["load", "--complete", "--decimal", "point", &paths[0], &paths[1]]).ended(0);
    on(&dir, &["build"]).ended(0);
    dir
}

/// A KPI from the week behind the first export on.
fn asked(dir: &Path, kpi: &[&str], from: NaiveDate) -> String {
    let from = from.to_string();
    let days = ["--from", &from, "--to", "2026-10-25", "--as-of", "2026-10-25", "--format", "csv"];
    on(dir, &[&["kpi"], kpi, &days].concat()).ended(0).out
}
