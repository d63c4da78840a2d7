//! The expected values. They are tallied from the simulated acts themselves; no export is ever read back.

use std::collections::BTreeMap;

use super::calendar::{AS_OF, Day, Grain, Instant, Period};
use super::deals::Terms;
use super::people::{Attributes, Firm};

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
}

/// The column by which a series is broken down.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    All,
    Grade,
    Department,
    Office,
    Location,
}

impl By {
    fn member(self, who: &Attributes) -> &'static str {
        match self {
            By::All => "",
            By::Grade => who.grade,
            By::Department => who.department,
            By::Office => who.office,
            By::Location => who.location,
        }
    }
}

/// One period and member. Money is in hundredths of a cent, so that an amount times a percentage stays whole.
#[derive(Clone, Copy, Default)]
pub(super) struct Cell {
    pub numerator: i64,
    pub denominator: i64,
    pub money: i128,
    /// Of the rows behind it, those whose money is known: of nothing but unknowns the sum is unknown.
    pub known: i64,
    /// All open money, beneath a share.
    pub whole: i128,
}

pub(super) struct Series {
    pub subject: Subject,
    pub grain: Grain,
    pub by: By,
    /// By the period's first day; members in the order in which they came up.
    rows: BTreeMap<Day, Vec<(&'static str, Cell)>>,
}

impl Series {
    fn cell(&mut self, start: Day, member: &'static str) -> &mut Cell {
        let members = self.rows.entry(start).or_default();
        let found = members.iter().position(|(name, _)| *name == member);
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
}

impl DealView {
    /// Hundredths of a cent; None without an amount in the firm's currency.
    fn money(&self) -> Option<i128> {
        if self.in_dollars { None } else { self.terms.amount.map(|cents| i128::from(cents) * 100) }
    }
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
    pub lost: Lost,
}

impl Tally {
    pub(super) fn new(start: Day, people: usize) -> Tally {
        let days = (AS_OF - start + 1) as usize;
        let words = days.div_ceil(64);
        Tally {
            start,
            days,
            logins: vec![0; people * days],
            work: vec![0; people * words],
            words,
            last_row: vec![Instant::MIN / 2; people],
            series: all_series(),
            lost: Lost::default(),
        }
    }

    fn index(&self, day: Day) -> Option<usize> {
        (self.start..=AS_OF).contains(&day).then(|| (day - self.start) as usize)
    }

    /// A human's counted log row; the rows of a person come in order.
    pub(super) fn login_row(&mut self, person: usize, at: Instant, day: Day) {
        let starts = at - self.last_row[person] > 900;
        self.last_row[person] = at;
        if let (true, Some(index)) = (starts, self.index(day)) {
            self.logins[person * self.days + index] += 1;
        }
    }

    /// A human's stamp, now visible in an export.
    pub(super) fn work(&mut self, person: usize, day: Day) {
        if let Some(index) = self.index(day) {
            self.work[person * self.words + index / 64] |= 1 << (index % 64);
        }
    }

    fn worked(&self, person: usize, period: Period) -> bool {
        let days = self.index(period.first).into_iter().zip(self.index(period.last)).next();
        let (first, last) = days.expect("periods lie within the time simulated");
        (first..=last).any(|day| self.work[person * self.words + day / 64] >> (day % 64) & 1 == 1)
    }

    fn logins(&self, person: usize, period: Period) -> i64 {
        let from = person * self.days + (period.first - self.start) as usize;
        let to = person * self.days + (period.last - self.start) as usize;
        self.logins[from..=to].iter().map(|count| i64::from(*count)).sum()
    }

    /// Adds up everything about people, once the last export is out.
    pub(super) fn count_people(&mut self, firm: &Firm) {
        let mut series = std::mem::take(&mut self.series);
        for grain in [Grain::Week, Grain::Month] {
            for period in grain.periods(self.start, AS_OF) {
                for person in 0..firm.people.len() {
                    self.count_person(firm, person, grain, period, &mut series);
                }
            }
        }
        self.series = series;
    }

    fn count_person(&self, firm: &Firm, person: usize, grain: Grain, period: Period, series: &mut [Series]) {
        let eligible = firm.is_eligible(person, period.last);
        let logins = self.logins(person, period);
        if !eligible && logins == 0 {
            return;
        }
        let who = firm.attributes(person, period.last);
        let worked = i64::from(self.worked(person, period));
        for one in series.iter_mut().filter(|one| one.grain == grain) {
            let (numerator, denominator) = match one.subject {
                Subject::ActiveByWork if eligible => (worked, 1),
                Subject::ActiveByLogin if eligible => (i64::from(logins > 0), 1),
                Subject::LoginsByPerson if logins > 0 => (logins, 1),
                _ => continue,
            };
            let cell = one.cell(period.first, one.by.member(&who));
            cell.numerator += numerator;
            cell.denominator += denominator;
        }
    }

    /// Adds the deals as they stand at the end of a week to the levels of that week.
    pub(super) fn count_deals(&mut self, firm: &Firm, week: Period, deals: &[DealView]) {
        for deal in deals {
            let who = firm.owner_attributes(deal.owner, week.last);
            let created = (week.first..=week.last).contains(&deal.created_on);
            for one in &mut self.series {
                if one.grain == Grain::Week {
                    add_level(one, week, deal, created, &who);
                }
            }
        }
    }

    /// Adds a deal that is won at the end, under the attributes of its owner on its close date.
    pub(super) fn count_won(&mut self, deal: &DealView, who: &Attributes) {
        let money = deal.money();
        for one in &mut self.series {
            if !matches!(one.subject, Subject::WonAmount | Subject::WonCount) {
                continue;
            }
            let periods = one.grain.periods(self.start, AS_OF);
            let close = deal.terms.close;
            let Some(period) = periods.iter().find(|p| (p.first..=p.last).contains(&close)) else { continue };
            let cell = one.cell(period.first, one.by.member(who));
            cell.numerator += i64::from(money.is_some());
            cell.denominator += 1;
            cell.money += money.unwrap_or(0);
            cell.known += i64::from(money.is_some());
        }
    }
}

fn add_level(series: &mut Series, week: Period, deal: &DealView, created: bool, who: &Attributes) {
    let money = deal.money();
    let lapsed = deal.terms.close < week.last;
    let known = i64::from(money.is_some());
    let mut cell = Cell { denominator: 1, numerator: known, known, ..Cell::default() };
    match series.subject {
        Subject::OpenAmount | Subject::OpenCount if deal.open => cell.money = money.unwrap_or(0),
        Subject::OpenWeighted if deal.open => {
            cell.money = money.unwrap_or(0) / 100 * i128::from(deal.terms.probability);
        }
        Subject::OpenCreated if created => cell.money = money.unwrap_or(0),
        Subject::LapsedAmount | Subject::LapsedCount | Subject::LapsedShare if deal.open => {
            cell.numerator = i64::from(lapsed);
            cell.known = i64::from(!lapsed || money.is_some());
            cell.money = if lapsed { money.unwrap_or(0) } else { 0 };
            cell.whole = money.unwrap_or(0);
        }
        _ => return,
    }
    let sum = series.cell(week.first, series.by.member(who));
    sum.numerator += cell.numerator;
    sum.denominator += cell.denominator;
    sum.money += cell.money;
    sum.known += cell.known;
    sum.whole += cell.whole;
}

fn all_series() -> Vec<Series> {
    use By::{All, Department, Grade, Location, Office};
    use Grain::{Month, Quarter, Week};
    use Subject as S;
    let plan: &[(Subject, Grain, &[By])] = &[
        (S::ActiveByWork, Week, &[All, Grade, Office, Location, Department]),
        (S::ActiveByWork, Month, &[All, Grade]),
        (S::ActiveByLogin, Week, &[All, Grade, Office, Location, Department]),
        (S::ActiveByLogin, Month, &[All, Grade]),
        (S::LoginsByPerson, Week, &[All, Grade, Office]),
        (S::LoginsByPerson, Month, &[All, Location]),
        (S::OpenAmount, Week, &[All, Office, Department]),
        (S::OpenCount, Week, &[All, Office, Department]),
        (S::OpenWeighted, Week, &[All]),
        (S::OpenCreated, Week, &[All]),
        (S::WonAmount, Month, &[All, Department]),
        (S::WonAmount, Week, &[All]),
        (S::WonAmount, Quarter, &[All]),
        (S::WonCount, Month, &[All, Department]),
        (S::WonCount, Week, &[All]),
        (S::WonCount, Quarter, &[All]),
        (S::LapsedAmount, Week, &[All, Office]),
        (S::LapsedCount, Week, &[All, Office]),
        (S::LapsedShare, Week, &[All]),
    ];
    let one = |subject, grain, by| Series { subject, grain, by, rows: BTreeMap::new() };
    plan.iter().flat_map(|(subject, grain, bys)| bys.iter().map(move |by| one(*subject, *grain, *by))).collect()
}
