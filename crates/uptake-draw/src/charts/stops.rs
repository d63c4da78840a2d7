//! The places along an axis of time: an answer's periods, none left out, or a query's rows.

use super::Format;
use super::members;
use crate::words::Words;
use chrono::{Datelike, Days, Months, NaiveDate, Timelike};
use uptake_spec::{Grain, Table, Value};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stop {
    pub day: Option<NaiveDate>,
    /// How much of the day is over, from 0 to below 1; only a query's moments have some.
    pub part_of_day: f64,
    /// As the axis writes it.
    pub tick: String,
    /// Below the first tick of each year; empty without a day.
    pub year: String,
    /// As a sentence writes it.
    pub words: String,
    pub complete: bool,
}

impl Stop {
    /// As a table beside the picture writes it.
    pub fn label(&self, format: &Format, is_period: bool) -> String {
        self.day.filter(|_| is_period).map_or(self.words.clone(), |day| format.period(day))
    }

    /// On an axis of hours each day stands below its first.
    fn tell_the_hour(&mut self) {
        let minutes = (self.part_of_day * 86_400.0).round() as u32 / 60;
        let hour = format!("{:02}:{:02}", minutes / 60, minutes % 60);
        self.year = std::mem::replace(&mut self.tick, hour);
    }

    /// In days.
    pub fn moment(&self) -> Option<f64> {
        self.day.map(|day| f64::from(day.num_days_from_ce()) + self.part_of_day)
    }
}

/// Every period from the first to the last of the table, also those in which nobody has a row.
pub(super) fn of_answer(table: &Table, format: &Format) -> Vec<Stop> {
    let running: Vec<Option<NaiveDate>> = (0..table.rows())
        .filter(|row| table.value(*row, "complete") == Value::Boolean(false))
        .map(|row| start(table, row))
        .collect();
    let stop = |day: NaiveDate| Stop {
        day: Some(day),
        part_of_day: 0.0,
        tick: format.tick(day),
        year: format.year(day),
        words: format.period_in_words(day),
        complete: !running.contains(&Some(day)),
    };
    every_start(table, format.grain).into_iter().map(stop).collect()
}

/// One stop for each distinct mark of the column `x`, in the query's order. Moments are those of UTC, as everywhere else.
pub(super) fn of_query(table: &Table, x: &str, words: &Words) -> Vec<Stop> {
    let mut stops: Vec<Stop> = vec![];
    for row in 0..table.rows() {
        let name = members::name(table.value(row, x), words);
        if stops.iter().any(|stop| stop.words == name) {
            continue;
        }
        let (day, part_of_day) = match table.value(row, x) {
            Value::Date(day) => (Some(day), 0.0),
            Value::Instant(at) => (Some(at.date_naive()), f64::from(at.num_seconds_from_midnight()) / 86_400.0),
            _ => (None, 0.0),
        };
        let tick = day.map_or(name.clone(), |day| words.day_month(day));
        let year = day.map_or(String::new(), |day| day.format("%Y").to_string());
        stops.push(Stop { day, part_of_day, tick, year, words: name, complete: true });
    }
    let same_day = |two: &[Stop]| two[0].day.is_some() && two[0].day == two[1].day;
    if stops.windows(2).any(same_day) {
        stops.iter_mut().for_each(Stop::tell_the_hour);
    }
    stops
}

/// The place of a row's period among the stops of [`of_answer`].
pub(super) fn place(stops: &[Stop], table: &Table, row: usize) -> Option<usize> {
    let day = start(table, row)?;
    stops.iter().position(|stop| stop.day == Some(day))
}

fn start(table: &Table, row: usize) -> Option<NaiveDate> {
    match table.value(row, "period_start") {
        Value::Date(day) => Some(day),
        _ => None,
    }
}

fn every_start(table: &Table, grain: Grain) -> Vec<NaiveDate> {
    let mut days: Vec<NaiveDate> = (0..table.rows()).filter_map(|row| start(table, row)).collect();
    days.sort();
    days.dedup();
    let mut every: Vec<NaiveDate> = vec![];
    for day in days {
        while let Some(next) = every.last().map(|last| after(*last, grain)).filter(|next| *next < day) {
            every.push(next);
        }
        every.push(day);
    }
    every
}

fn after(day: NaiveDate, grain: Grain) -> NaiveDate {
    match grain {
        Grain::Day => day + Days::new(1),
        Grain::Week => day + Days::new(7),
        Grain::Month => day + Months::new(1),
        Grain::Quarter => day + Months::new(3),
    }
}
