//! What the cells of one column are, counted over all its rows; what is held is bounded, however many rows there are.

use super::words::is_nothing;
use crate::landing::cell::{Habits, epoch, read_cell, shortened};
use crate::landing::clocks::clock;
use crate::landing::dates::{Leads, Order, leads, read_serial};
use crate::landing::numbers::{self, Mark};
use chrono::NaiveTime;
use chrono_tz::Tz;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use uptake_spec::source::ColumnType;
use xxhash_rust::xxh3::xxh3_64;

/// How many different values of a column are kept as they are.
pub const MOST_VALUES: usize = 100;
/// How many different values are told apart where some come twice; and where none did so far.
const MOST_TOLD_APART: usize = 100_000;
const MOST_UNIQUE: usize = 5_000_000;
/// How many different cells that do not fit are kept before a reading is given up.
const MOST_JUNK: usize = 20;

/// What a cell may be read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    Whole,
    /// A number, by what stands before its fraction.
    Point,
    Comma,
    /// A date, by what stands first in it; also with an hour.
    Dmy,
    Mdy,
    /// A time of day by itself.
    Clock,
    /// A spreadsheet's bare number of a day.
    Serial,
    /// Seconds since 1970, or finer.
    Epoch,
    Boolean,
    Email,
}

use Reading::*;
const READINGS: [Reading; 10] = [Whole, Point, Comma, Dmy, Mdy, Clock, Serial, Epoch, Boolean, Email];

fn place(reading: Reading) -> usize {
    READINGS.iter().position(|known| *known == reading).expect("all are listed")
}

/// How many cells fit one reading, and which do not.
#[derive(Debug, Clone, Default)]
pub struct Tried {
    pub fits: u64,
    pub fails: u64,
    pub junk: BTreeMap<String, u64>,
}

impl Tried {
    /// It was given up: too many different cells do not fit.
    pub fn is_hopeless(&self) -> bool {
        self.junk.len() > MOST_JUNK
    }
}

/// What one value is: found out once, however often it comes.
#[derive(Debug, Clone, Copy)]
struct Verdict {
    /// A bit for each of [`READINGS`] that it fits.
    readings: u16,
    leads: Leads,
    hour: Hour,
    is_padded: bool,
    has_fraction: bool,
}

impl Default for Verdict {
    fn default() -> Verdict {
        Verdict { readings: 0, leads: Leads::Nothing, hour: Hour::Nothing, is_padded: false, has_fraction: false }
    }
}

impl Verdict {
    fn fits(self, reading: Reading) -> bool {
        self.readings & (1 << place(reading)) != 0
    }
}

/// What a date tells of its hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hour {
    Nothing,
    /// With its zone.
    Zoned,
    Local,
    /// On no clock of the firm's zone.
    Jumped,
}

#[derive(Debug, Clone)]
pub struct Tally {
    /// Cells that mean something.
    pub filled: u64,
    /// Cells that are written and mean nothing, `?`, by their text.
    pub nothing: BTreeMap<String, u64>,
    /// The values, with how often; more than [`MOST_VALUES`] are not kept.
    pub values: HashMap<String, u64>,
    verdicts: HashMap<String, Verdict>,
    pub too_many_values: bool,
    apart: HashSet<u64>,
    /// No two cells are the same, as far as it is known.
    pub unique: bool,
    tried: [Tried; READINGS.len()],
    pub day_leads: u64,
    pub month_leads: u64,
    /// How many dates mean two different days, and the first of them.
    pub either: u64,
    pub first_either: String,
    /// Dates with an hour, and times that say their zone.
    pub hours: u64,
    pub zoned: u64,
    /// Times that the firm's zone has not, since its clocks jumped over them; and the first of them.
    pub jumped: u64,
    pub first_jumped: String,
    zone: Option<Tz>,
    jumps: Arc<AtomicU64>,
    /// Numbers with digits behind the point, and those that begin with a 0 as no number does.
    pub fractions: u64,
    pub padded: u64,
    pub numbers: numbers::Seen,
    /// In characters.
    pub longest: usize,
    /// The first cell that means something.
    pub example: String,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally {
            filled: 0,
            nothing: BTreeMap::new(),
            values: HashMap::new(),
            verdicts: HashMap::new(),
            too_many_values: false,
            apart: HashSet::new(),
            unique: true,
            tried: Default::default(),
            day_leads: 0,
            month_leads: 0,
            either: 0,
            first_either: String::new(),
            hours: 0,
            zoned: 0,
            jumped: 0,
            first_jumped: String::new(),
            zone: None,
            jumps: Arc::default(),
            fractions: 0,
            padded: 0,
            numbers: numbers::Seen::of(ColumnType::Decimal).expect("it is of numbers"),
            longest: 0,
            example: String::new(),
        }
    }
}

impl Tally {
    /// Of a firm whose clocks are of this zone.
    pub fn in_zone(zone: Tz) -> Tally {
        Tally { zone: Some(zone), ..Tally::default() }
    }

    /// Takes note of a cell; `is_number`: the file itself holds it as a number.
    pub fn note(&mut self, cell: &[u8], line: u64, is_number: bool) {
        let Ok(text) = std::str::from_utf8(cell).map(str::trim) else { return };
        if text.is_empty() {
            return;
        }
        // What was there before is what it was then.
        if let Some((count, verdict)) = self.values.get_mut(text).zip(self.verdicts.get(text).copied()) {
            *count += 1;
            self.unique = false;
            if is_number {
                self.numbers.note(text.as_bytes(), line, is_number);
            }
            return self.count(verdict);
        }
        if is_nothing(text) {
            *self.nothing.entry(text.into()).or_default() += 1;
            return;
        }
        if self.filled == 0 {
            self.example = shortened(text);
        }
        self.longest = self.longest.max(text.chars().count());
        self.tell_apart(text);
        self.numbers.note(text.as_bytes(), line, is_number);
        let verdict = self.judge(text);
        self.count(verdict);
        self.keep(text, verdict);
    }

    /// What a cell may be read as, by the readings that were not given up.
    fn judge(&mut self, text: &str) -> Verdict {
        let mut verdict = Verdict::default();
        for (at, reading) in READINGS.into_iter().enumerate() {
            if self.tried[at].is_hopeless() {
                continue;
            }
            // The year first leaves nothing to order.
            let fits = match reading {
                Mdy if year_leads(text) && !self.tried(Dmy).is_hopeless() => verdict.fits(Dmy),
                reading => fits(text, reading),
            };
            if fits {
                verdict.readings |= 1 << at;
            } else {
                *self.tried[at].junk.entry(shortened(text)).or_default() += 1;
            }
        }
        let bare = text.bytes().all(|b| b.is_ascii_digit());
        verdict.is_padded = bare && text.len() > 1 && text.starts_with('0');
        verdict.has_fraction = text.contains(['.', ',']);
        if verdict.fits(Serial) && read_serial(text).is_some_and(|at| at.time() != NaiveTime::MIN) {
            verdict.hour = Hour::Local;
        }
        if verdict.fits(Dmy) || verdict.fits(Mdy) {
            verdict.leads = leads(text);
            if verdict.leads == Leads::Either && self.either == 0 {
                self.first_either = text.into();
            }
            verdict.hour = self.hour(text, if verdict.fits(Dmy) { Order::Dmy } else { Order::Mdy });
        }
        verdict
    }

    fn hour(&mut self, text: &str, order: Order) -> Hour {
        let habits = Habits { order: Some(order), ..Habits::default() };
        if read_cell(text, ColumnType::Date, &habits).is_ok() {
            return Hour::Nothing;
        }
        if read_cell(text, ColumnType::Instant, &habits).is_ok() {
            return Hour::Zoned;
        }
        let here = Habits { zone: self.zone, jumped: Some(self.jumps.clone()), ..habits };
        let jumped = read_cell(text, ColumnType::Instant, &here).is_ok() && self.jumps.swap(0, Ordering::Relaxed) > 0;
        if jumped && self.jumped == 0 {
            self.first_jumped = text.into();
        }
        if jumped { Hour::Jumped } else { Hour::Local }
    }

    fn count(&mut self, verdict: Verdict) {
        self.filled += 1;
        for (at, tried) in self.tried.iter_mut().enumerate().filter(|(_, tried)| !tried.is_hopeless()) {
            match verdict.readings & (1 << at) != 0 {
                true => tried.fits += 1,
                false => tried.fails += 1,
            }
        }
        self.padded += u64::from(verdict.is_padded);
        self.fractions += u64::from(verdict.has_fraction);
        match verdict.leads {
            Leads::Day => self.day_leads += 1,
            Leads::Month => self.month_leads += 1,
            Leads::Either => self.either += 1,
            Leads::Nothing => {}
        }
        self.hours += u64::from(verdict.hour != Hour::Nothing);
        self.zoned += u64::from(verdict.hour == Hour::Zoned);
        self.jumped += u64::from(verdict.hour == Hour::Jumped);
    }

    fn tell_apart(&mut self, text: &str) {
        // Of an id of which some came twice, nearly every one is its own.
        let nearly = self.apart.len() as u64 * 50 >= self.filled * 49;
        let most = if self.unique || nearly { MOST_UNIQUE } else { MOST_TOLD_APART };
        if self.apart.len() >= most {
            self.unique = false;
            return;
        }
        if !self.apart.insert(xxh3_64(text.as_bytes())) {
            self.unique = false;
        }
    }

    fn keep(&mut self, text: &str, verdict: Verdict) {
        if self.values.len() < MOST_VALUES {
            self.values.insert(text.into(), 1);
            self.verdicts.insert(text.into(), verdict);
        } else {
            self.too_many_values = true;
        }
    }

    pub fn tried(&self, reading: Reading) -> &Tried {
        &self.tried[place(reading)]
    }

    /// How many different values there are; from 100,000 on, at least so many.
    pub fn distinct(&self) -> usize {
        self.apart.len()
    }

    /// The values by how often they stand there, the most frequent first.
    pub fn by_count(&self) -> Vec<(&str, u64)> {
        let mut all: Vec<_> = self.values.iter().map(|(value, count)| (value.as_str(), *count)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        all
    }
}

/// `2026-12-31`.
fn year_leads(text: &str) -> bool {
    text.as_bytes().get(..5).is_some_and(|start| start[..4].iter().all(u8::is_ascii_digit) && start[4] == b'-')
}

fn fits(text: &str, reading: Reading) -> bool {
    let as_day = |order| read_cell(text, ColumnType::Day, &Habits { order: Some(order), ..Habits::default() }).is_ok();
    let as_number =
        |mark| read_cell(text, ColumnType::Decimal, &Habits { mark: Some(mark), ..Habits::default() }).is_ok();
    let digits = |text: &str| !text.is_empty() && text.len() <= 18 && text.bytes().all(|b| b.is_ascii_digit());
    match reading {
        Whole => digits(text.strip_prefix('-').unwrap_or(text)),
        Point => as_number(Mark::Point),
        Comma => as_number(Mark::Comma),
        Dmy => as_day(Order::Dmy),
        Mdy => as_day(Order::Mdy),
        Clock => clock(text).is_some(),
        Serial => read_serial(text).is_some(),
        Epoch => epoch(text).is_some(),
        Boolean => read_cell(text, ColumnType::Boolean, &Habits::default()).is_ok(),
        Email => text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !text.contains(' ')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(cells: &[&str]) -> Tally {
        let mut tally = Tally::default();
        cells.iter().zip(2..).for_each(|(cell, line)| tally.note(cell.as_bytes(), line, false));
        tally
    }

    #[test]
    fn cells_are_counted_by_what_they_may_be() {
        let dates = tally(&["10/20/2016", "03/04/2016", "", "?", "03/04/2016"]);
        assert_eq!((dates.filled, dates.nothing["?"], dates.distinct(), dates.unique), (3, 1, 2, false));
        assert_eq!((dates.month_leads, dates.day_leads, dates.either, dates.hours), (1, 0, 2, 0));
        assert_eq!((dates.tried(Mdy).fits, dates.tried(Dmy).fits), (3, 2));
        let times = tally(&["2016-10-20T10:15:00+01:00", "2016-10-20 10:15"]);
        assert_eq!((times.hours, times.zoned, times.unique), (2, 1, true));
    }

    #[test]
    fn what_is_held_is_bounded() {
        let words: Vec<String> = (0..500).map(|n| format!("word {n}")).collect();
        let tally = tally(&words.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(tally.values.len() == MOST_VALUES && tally.too_many_values);
        assert!(tally.tried(Dmy).is_hopeless() && tally.tried(Dmy).junk.len() == MOST_JUNK + 1);
        assert_eq!(tally.distinct(), 500);
    }
}
