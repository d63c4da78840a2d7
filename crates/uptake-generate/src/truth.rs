//! The expected values. They are tallied from the simulated acts themselves; no export is ever read back.

mod cards;
mod funnel;
mod levels;
mod pipeline;
mod plan;
mod stages;
mod usage;
mod volumes;

use super::calendar::{AS_OF, Day, Grain, Instant, Period, Zone};
use super::deals::Terms;
use super::people::Attributes;

pub(super) use plan::{Counts, Only, Plan, Value};

/// What is counted, with its option.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    ActiveByWork,
    ActiveByLogin,
    LoginsByPerson,
    OpenAmount,
    OpenCount,
    OpenWeighted,
    OpenCreated,
    WonAmount,
    WonCount,
    LapsedAmount,
    LapsedCount,
    LapsedShare,
    NeverOrDormant,
    Leadership,
    LeadershipGap,
    RecordsNet,
    RecordsGross,
    ActivitiesAdded,
    ActivitiesAddedByType,
    ActivitiesHappened,
    WinCount,
    WinAmount,
    WinCountCreated,
    WinAmountCreated,
    ConversionOfCohort,
    ConversionInPeriod,
    DaysMedian,
    DaysP75,
    DaysP90,
    Funnel,
    Stale,
    HabitShare,
    HabitMean,
    Greetings,
    Duplicates,
}

/// The column by which a series is broken down: an attribute of people, or a column that the KPI makes itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    All,
    Grade,
    Department,
    Office,
    Location,
    State,
    Type,
    Stage,
    Bar,
}

impl By {
    /// The member under which somebody counts; None where the column is not about people.
    fn member(self, who: &Attributes) -> Option<&'static str> {
        match self {
            By::All => Some(""),
            By::Grade => Some(who.grade),
            By::Department => Some(who.department),
            By::Office => Some(who.office),
            By::Location => Some(who.location),
            By::State | By::Type | By::Stage | By::Bar => None,
        }
    }
}

/// One period and member. Money is in hundredths of a cent, so that an amount times a percentage stays whole.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Cell {
    pub numerator: i64,
    pub denominator: i64,
    pub money: i128,
    /// What the money is a share of, beneath a quotient.
    pub whole: i128,
    /// Of the denominator, those whose money nobody knows: a sum of nothing but these is unknown.
    pub unknown: i64,
}

impl Cell {
    fn counts(numerator: i64, denominator: i64) -> Cell {
        Cell { numerator, denominator, ..Cell::default() }
    }

    fn add(&mut self, other: Cell) {
        self.numerator += other.numerator;
        self.denominator += other.denominator;
        self.money += other.money;
        self.whole += other.whole;
        self.unknown += other.unknown;
    }
}

pub(super) struct Series {
    pub plan: &'static Plan,
    pub grain: Grain,
    pub by: By,
    /// By the period's first day; members in the order in which they came up.
    rows: Vec<(Day, Vec<(&'static str, Cell)>)>,
    /// The period asked for last: the next one asked for is mostly the same.
    last: usize,
}

impl Series {
    fn cell(&mut self, start: Day, member: &'static str) -> &mut Cell {
        if self.rows.get(self.last).is_none_or(|(day, _)| *day != start) {
            self.last = self.rows.binary_search_by_key(&start, |(day, _)| *day).unwrap_or_else(|place| {
                self.rows.insert(place, (start, Vec::new()));
                place
            });
        }
        let members = &mut self.rows[self.last].1;
        // Mostly it is the very same word, which is seen without reading it.
        let is_it = |(name, _): &(&'static str, Cell)| std::ptr::eq(*name, member);
        let found = members.iter().position(is_it).or_else(|| members.iter().position(|(name, _)| *name == member));
        let index = found.unwrap_or_else(|| {
            members.push((member, Cell::default()));
            members.len() - 1
        });
        &mut members[index].1
    }

    /// All rows, by period and then by member.
    pub(super) fn sorted_rows(&self) -> Vec<(Day, &'static str, Cell)> {
        let rows =
            self.rows.iter().flat_map(|(start, members)| members.iter().map(|(name, cell)| (*start, *name, *cell)));
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by_key(|(start, member, _)| (*start, *member));
        rows
    }
}

/// What happened and no export shows.
#[derive(Default)]
pub(super) struct Lost {
    pub modifications_overwritten: u64,
    pub records_never_exported: u64,
    pub deals_never_exported: u64,
    pub history_rows_never_exported: u64,
    pub owner_changes_between_exports: u64,
    pub stage_moves_between_exports: u64,
}

/// A deal as the exports show it at the end of a day.
pub(super) struct DealView {
    pub terms: Terms,
    pub open: bool,
    pub in_dollars: bool,
    pub owner: u32,
    pub created_on: Day,
    /// The last day on which an export shows that a human touched it.
    pub touched: Day,
}

/// Hundredths of a cent; None without an amount in the firm's currency.
fn money(terms: &Terms, in_dollars: bool) -> Option<i128> {
    if in_dollars { None } else { terms.amount.map(|cents| i128::from(cents) * 100) }
}

pub(super) struct Tally {
    start: Day,
    days: usize,
    /// One byte for each person and day: the number of logins.
    logins: Vec<u8>,
    /// One bit for each person and day: whether the exports show work.
    work: Vec<u64>,
    words: usize,
    /// The last counted log row of each person.
    last_row: Vec<Instant>,
    pub series: Vec<Series>,
    /// The places of a subject's series.
    places: Vec<Vec<usize>>,
    pub lost: Lost,
}

impl Tally {
    pub(super) fn new(start: Day, people: usize) -> Tally {
        let days = (AS_OF - start + 1) as usize;
        let words = days.div_ceil(64);
        let series = all_series();
        let mut places = vec![Vec::new(); Subject::Duplicates as usize + 1];
        for (place, one) in series.iter().enumerate() {
            places[one.plan.subject as usize].push(place);
        }
        Tally {
            start,
            days,
            logins: vec![0; people * days],
            work: vec![0; people * words],
            words,
            last_row: vec![Instant::MIN / 2; people],
            series,
            places,
            lost: Lost::default(),
        }
    }

    /// Adds to all series of a subject that are broken down by somebody's attributes, or by nothing.
    fn add(&mut self, subject: Subject, grain: Grain, start: Day, who: &Attributes, cell: Cell) {
        for place in &self.places[subject as usize] {
            let one = &mut self.series[*place];
            if one.grain != grain {
                continue;
            }
            if let Some(member) = one.by.member(who).filter(|member| told(one.plan.only, member)) {
                one.cell(start, member).add(cell);
            }
        }
    }

    /// Adds to all series of a subject that are broken down by a column of the KPI's own.
    fn add_to(&mut self, subject: Subject, grain: Grain, start: Day, member: &'static str, cell: Cell) {
        for place in &self.places[subject as usize] {
            let one = &mut self.series[*place];
            if one.grain == grain && told(one.plan.only, member) {
                one.cell(start, member).add(cell);
            }
        }
    }

    /// The first day of the period in which a day lies; None where the period does not lie wholly within the time simulated.
    fn whole_period(&self, grain: Grain, day: Day) -> Option<Day> {
        let period = grain.period_of(day);
        (period.first >= self.start && period.last <= AS_OF).then_some(period.first)
    }

    /// Weeks from Monday that lie wholly within the time simulated.
    fn weeks(&self) -> Vec<Period> {
        Grain::Week.periods(self.start, AS_OF)
    }
}

fn told(only: Only, member: &str) -> bool {
    match only {
        Only::Members(members) => members.contains(&member),
        Only::Everything | Only::Periods => true,
    }
}

/// The instant at which a day ends in a zone.
fn end_of(day: Day, zone: &Zone) -> Instant {
    zone.at(day + 1, 0)
}

fn all_series() -> Vec<Series> {
    let of_plan = |plan: &'static Plan| {
        let pairs = plan.grains.iter().flat_map(|(grain, bys)| bys.iter().map(|by| (*grain, *by)));
        pairs.map(move |(grain, by)| Series { plan, grain, by, rows: Vec::new(), last: 0 })
    };
    plan::PLANS.iter().flat_map(of_plan).collect()
}

#[cfg(test)]
impl Tally {
    /// The rows of a subject's first series of a grain.
    pub(super) fn rows_of(&self, subject: Subject, grain: Grain) -> Vec<(Day, &'static str, Cell)> {
        let mut series = self.places[subject as usize].iter().map(|place| &self.series[*place]);
        series.find(|one| one.grain == grain).map_or_else(Vec::new, Series::sorted_rows)
    }
}
