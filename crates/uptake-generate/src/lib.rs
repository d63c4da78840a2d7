//! The sample firm: simulates people at work in a CRM, writes the exports that such a CRM hands over, and beside them
//! `truth.json`, the figures that an engine must find in these exports.
//!
//! Nothing is read: the same order writes the same bytes, on every machine and on every day.

mod activities;
mod calendar;
mod contacts;
mod deals;
mod export;
mod firm;
mod founding;
mod habits;
mod holidays;
mod logins;
mod people;
mod plain_columns;
mod random;
mod recording;
mod records;
mod remarks;
mod roster;
mod seeding;
mod selling;
mod sheet;
mod showing;
mod story;
mod truth;
mod truth_file;
mod world;

use std::path::Path;

use anyhow::{Result, ensure};

pub use holidays::HOLIDAYS;
pub use remarks::{annotations, quiet_weeks};

use calendar::{AS_OF, DAY, Day, Instant, monday_of, start_of, weekday};
use firm::BERLIN;
use founding::{Span, found, planted};
use habits::{Act, What, plan_day};
use logins::{Flavour, Log};
use people::Kind;
use random::Dice;
use records::Object;
use showing::export_sundays;
use truth_file::{truth_rows, truth_text};
use world::World;

/// What to simulate.
pub struct Order {
    /// People on the roster over the whole time, leavers and joiners included; at least 12.
    pub people: usize,
    /// Months before 2026-10-25 at which the simulation begins; 1 to 120.
    pub months: usize,
    pub seed: u64,
    pub shape: Shape,
}

/// How the CRM hands over its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A zip of everything each week.
    Weekly,
    /// Changed rows only, as plain files; for large firms.
    Changes,
}

/// What was written; rows are those of the exports, headers apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    pub files: u64,
    pub rows: u64,
    pub bytes: u64,
}

/// Simulates the firm and writes `dir/exports/…` and `dir/truth.json`. Files of the same names are replaced, others stay.
/// Fails when the order is out of range or the disk refuses.
pub fn generate(order: &Order, dir: &Path) -> Result<Summary> {
    ensure!(
        (12..=200_000).contains(&order.people),
        "a firm of {} people cannot be simulated; 12 to 200000 can",
        order.people
    );
    ensure!((1..=120).contains(&order.months), "{} months cannot be simulated; 1 to 120 can", order.months);
    end(simulate(order, dir)?, order)
}

/// The firm on the evening of the last day, with its records handed over.
fn simulate(order: &Order, dir: &Path) -> Result<World> {
    let mut world = begin(order, dir);
    let sundays = export_sundays(world.span.start);
    let mut acts = Vec::new();
    for day in world.span.start..=AS_OF {
        live(&mut world, day, &mut acts)?;
        if sundays.contains(&day) {
            hand_over_records(&mut world, day)?;
        }
    }
    Ok(world)
}

/// The firm on the eve of the first day.
fn begin(order: &Order, dir: &Path) -> World {
    let start = start_of(order.months);
    let relaunch = remarks::relaunch_of(start);
    let span = Span { start, first_export: export_sundays(start)[0], relaunch };
    let mut dice = Dice::new(order.seed);
    let firm = found(order, &span, &mut dice);
    let log = match order.shape {
        Shape::Weekly => Log::kept(),
        Shape::Changes => Log::monthly(start),
    };
    let mut world = World {
        tally: truth::Tally::new(start, firm.people.len()),
        firm,
        records: records::Records::default(),
        deals: deals::Deals::default(),
        log,
        folder: sheet::Folder::new(dir),
        dice,
        span,
        whole_exports: order.shape == Shape::Weekly,
        last_export: 0,
        closed: Vec::new(),
        missed: Vec::new(),
        repeats: 0,
    };
    world.seed(order.people as u32);
    world
}

/// One day: everybody's acts and the robot's, in the order of their instants.
fn live(world: &mut World, day: Day, acts: &mut Vec<Act>) -> Result<()> {
    acts.clear();
    acts.push(Act { at: Instant::from(day) * DAY + 4 * 3_600, user: world.firm.robot, what: What::Robot });
    let relaunch = world.span.relaunch;
    for person in 0..world.firm.people.len() {
        plan_day(&world.firm, person, day, relaunch, &mut world.dice, acts);
    }
    plan_outsiders(world, day, acts);
    plan_imports(world, day, acts);
    acts.sort_by_key(|act| act.at);
    for act in acts.iter() {
        match act.what {
            What::Login(flavour) => world.log_in(act.user, act.at, flavour)?,
            What::Record => world.work(act.user, act.at),
            What::Import(object, rows) => world.import(act.user, act.at, object, rows),
            What::HandOver => world.clear_desk(act.user, act.at),
            What::Robot => world.run_robot(act.at)?,
        }
    }
    Ok(())
}

/// Users that are not Standard log in as well now and then; none of it counts.
fn plan_outsiders(world: &mut World, day: Day, acts: &mut Vec<Act>) {
    if weekday(day) >= 5 {
        return;
    }
    let noon = world.firm.zones[BERLIN].at(day, 12 * 3_600);
    for (index, user) in world.firm.users.iter().enumerate() {
        if matches!(user.kind, Kind::Other(_)) && world.dice.chance(60) {
            let flavour = if index % 2 == 0 { Flavour::Browser } else { Flavour::DataLoader };
            acts.push(Act { at: noon, user: index as u32, what: What::Login(flavour) });
        }
    }
}

/// Twice somebody brings in a file, early on a Wednesday: once more than 50 rows in an hour, once just 50.
fn plan_imports(world: &World, day: Day, acts: &mut Vec<Act>) {
    let user = world.firm.people[planted::IMPORTS + 1].users[0];
    let length = AS_OF - world.span.start;
    for (third, object, rows) in [(1, Object::Lead, 56), (2, Object::Contact, 50)] {
        if day == monday_of(world.span.start + length * third / 3) + 2 {
            let noon = Instant::from(day) * DAY + DAY / 2;
            let at = world.firm.zone(user, noon).at(day, 6 * 3_600 + 300);
            acts.push(Act { at: at - 240, user, what: What::Login(Flavour::Browser) });
            acts.push(Act { at, user, what: What::Import(object, rows) });
        }
    }
}

/// Sunday, 22:00 in Berlin: the CRM exports its records.
fn hand_over_records(world: &mut World, sunday: Day) -> Result<()> {
    let at = world.firm.zones[BERLIN].at(sunday, 22 * 3_600);
    world.show(sunday, at);
    if world.whole_exports {
        world.write_zips(sunday, at)?;
    } else {
        world.write_changes(sunday, at)?;
    }
    world.close_export(at);
    Ok(())
}

/// The login log, the roster and the truth.
fn end(mut world: World, order: &Order) -> Result<Summary> {
    world.conclude();
    let World { log, firm, span, mut folder, tally, .. } = world;
    log.finish(&firm, span.start, &mut folder)?;
    roster::write(&firm, &mut folder)?;
    let truth = truth_text(order, &tally);
    let rows_exported = folder.rows;
    folder.write("truth.json", truth.as_bytes(), truth_rows(&tally))?;
    Ok(Summary { files: folder.files, rows: rows_exported, bytes: folder.bytes })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;

    use super::calendar::Grain;
    use super::truth::Subject;
    use super::*;

    fn order(seed: u64, shape: Shape) -> Order {
        Order { people: 14, months: 2, seed, shape }
    }

    /// Every file below a directory, by its path.
    fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        for entry in fs::read_dir(dir).expect("the directory has been written") {
            let path = entry.expect("the directory can be read").path();
            if path.is_dir() {
                found.extend(files(&path));
            } else {
                found.insert(path.display().to_string(), fs::read(&path).expect("the file has been written"));
            }
        }
        found
    }

    fn bytes(seed: u64, shape: Shape) -> Vec<Vec<u8>> {
        let dir = tempfile::tempdir().expect("there is room for a temporary directory");
        let summary = generate(&order(seed, shape), dir.path()).expect("the order is in range");
        let files = files(dir.path());
        assert_eq!(summary.files, files.len() as u64);
        assert_eq!(summary.bytes, files.values().map(|bytes| bytes.len() as u64).sum::<u64>());
        files.into_values().collect()
    }

    #[test]
    fn the_same_order_writes_the_same_bytes() {
        for shape in [Shape::Weekly, Shape::Changes] {
            assert!(bytes(1, shape) == bytes(1, shape));
            assert!(bytes(1, shape) != bytes(2, shape));
        }
    }

    /// Of one firm: what the series say of each other. Bars of the funnel add up to its end; leaders and others are all people;
    /// states add up to those eligible.
    #[test]
    fn the_series_of_a_firm_agree_with_each_other() {
        let dir = tempfile::tempdir().expect("there is room for a temporary directory");
        let order = Order { people: 30, months: 5, seed: 4, shape: Shape::Weekly };
        let tally = tallied(&order, dir.path());
        let mut sums: BTreeMap<Day, i128> = BTreeMap::new();
        for (week, bar, cell) in tally.rows_of(Subject::Funnel, Grain::Week) {
            *sums.entry(week).or_default() += if bar == "end" { -cell.money } else { cell.money };
        }
        assert!(sums.len() > 20 && sums.values().all(|sum| *sum == 0), "{sums:?}");
        let of = |subject| tally.rows_of(subject, Grain::Week).into_iter();
        for (week, _, all) in of(Subject::ActiveByWork) {
            let sides = of(Subject::Leadership).filter(|(start, ..)| *start == week).map(|(.., cell)| cell);
            let sum = sides.fold((0, 0), |sum, cell| (sum.0 + cell.numerator, sum.1 + cell.denominator));
            assert_eq!(sum, (all.numerator, all.denominator));
            let states = of(Subject::NeverOrDormant)
                .filter(|(start, state, _)| *start == week && !["not invited", "never+dormant"].contains(state));
            let counted: i64 = states.map(|(.., cell)| cell.numerator).sum();
            assert!(counted == 0 || counted == all.denominator);
        }
        for ((.., gross), (.., net)) in of(Subject::RecordsGross).zip(of(Subject::RecordsNet)) {
            assert!(gross.numerator >= net.numerator && gross.denominator == net.denominator);
        }
    }

    fn tallied(order: &Order, dir: &Path) -> truth::Tally {
        let mut world = simulate(order, dir).expect("the order is in range");
        world.conclude();
        world.tally
    }

    #[test]
    fn a_firm_that_is_too_small_is_refused() {
        let tiny = Order { people: 3, ..order(1, Shape::Weekly) };
        let refusal = generate(&tiny, Path::new("/nowhere")).expect_err("3 people are too few");
        assert_eq!(refusal.to_string(), "a firm of 3 people cannot be simulated; 12 to 200000 can");
    }
}
