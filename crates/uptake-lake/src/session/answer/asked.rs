//! A question with every default of contract.md filled in, or why it cannot be asked.

use super::super::{Bound, Inner};
use crate::error::AnswerError;
use chrono::{Datelike, Days, NaiveDate};
use uptake_spec::kpi::{Input, Split};
use uptake_spec::problem::did_you_mean;
use uptake_spec::{Attributes, Calendar, Filter, Grain, Kpi, Params, Range};

/// How many complete periods a question without a range gets.
pub const USUAL_PERIODS: u32 = 26;
/// More periods than this in one answer is a mistake.
const MOST_PERIODS: usize = 4_000;
/// The longest history that is asked for at once.
const MOST_YEARS: i32 = 10;

#[derive(Clone)]
pub struct Asked {
    /// With the chosen options written into it.
    pub kpi: Kpi,
    /// As they were asked.
    pub params: Params,
    /// What each option stands for in the KPI's SQL.
    pub options: Vec<(String, Bound)>,
    /// Whole periods.
    pub range: Range,
    pub grain: Grain,
    /// Those of the range, and before them the one that a headline is compared with, where the range has none.
    pub periods: Vec<Range>,
    pub as_of: NaiveDate,
    pub attributes: Attributes,
    /// The input that begins last of those the KPI reads; nothing is known of days before it.
    pub begins: Option<(NaiveDate, Input)>,
    /// A rolling figure looks back so many days from the period's end: `window = 28`.
    window: u64,
    calendar: Calendar,
}

impl Asked {
    /// The data covers the whole period: it begins before, and reaches its last working day.
    pub fn is_complete(&self, period: Range) -> bool {
        self.begins.is_none_or(|(day, _)| day < self.first_day(period)) && self.calendar.is_complete(period, self.as_of)
    }

    /// The first day that counts for any period of the range.
    pub fn first_day_shown(&self) -> NaiveDate {
        let first = self.periods.iter().find(|period| self.is_shown(**period));
        first.map_or(self.range.from(), |period| self.first_day(*period))
    }

    /// The first day that counts for the period.
    fn first_day(&self, period: Range) -> NaiveDate {
        let window_from = period.to().min(self.as_of).checked_sub_days(Days::new(self.window));
        window_from.and_then(|day| day.succ_opt()).map_or(period.from(), |day| day.min(period.from()))
    }

    /// The data begins after the period.
    pub fn is_unknown(&self, period: Range) -> bool {
        self.begins.is_some_and(|(day, _)| period.to() < day)
    }

    /// Asked for, and not only to compare with.
    pub fn is_shown(&self, period: Range) -> bool {
        period.from() >= self.range.from()
    }

    /// The same question over other periods.
    pub fn over(&self, periods: &[Range]) -> Asked {
        Asked { periods: periods.to_vec(), ..self.clone() }
    }

    /// Whether another question has the same facts, of other days perhaps.
    pub fn has_facts_of(&self, other: &Asked) -> bool {
        (&self.kpi.name, &self.options, self.grain, self.attributes, self.as_of)
            == (&other.kpi.name, &other.options, other.grain, other.attributes, other.as_of)
            && self.filters_of_facts().eq(other.filters_of_facts())
    }

    /// The filters but for those on the split: these choose among rows that were added up.
    pub fn filters_of_facts(&self) -> impl Iterator<Item = &Filter> {
        self.params.filters.iter().filter(|filter| !self.is_on_split(filter))
    }

    pub fn is_on_split(&self, filter: &Filter) -> bool {
        self.kpi.split.as_ref().is_some_and(|split| split.column == filter.column)
    }

    /// The KPI's split; what a question keeps of it alone is its headline.
    pub fn split(&self) -> Option<Split> {
        let split = self.kpi.split.clone()?;
        let kept = self.params.filters.iter().find(|f| f.column == split.column).map(|f| &f.values[..]);
        match kept {
            Some([one]) => Some(Split { headline: Some(one.clone()), ..split }),
            _ => Some(split),
        }
    }
}

/// # Errors
/// A build that cuts days otherwise; an option, mode or column the KPI does not have; days outside the calendar, or behind the data; too
/// many periods.
pub fn complete(session: &Inner, kpi: &Kpi, params: &Params) -> Result<Asked, AnswerError> {
    if let Some(days) = &session.other_days {
        let what = format!("build {} has counted by {days}, and the settings say otherwise now", session.build);
        return Err(AnswerError::wrong(what, "`uptake build` counts anew"));
    }
    let kpi = kpi.chosen(&params.options).map_err(|(what, hint)| AnswerError::wrong(what, hint))?;
    check_columns(&kpi, params)?;
    let attributes = attributes(&kpi, params)?;
    for day in [params.from, params.to, params.as_of].into_iter().flatten() {
        Calendar::check(day).map_err(|(what, hint)| AnswerError::wrong(what, hint))?;
    }
    let as_of = as_of(session, &kpi, params)?;
    let (calendar, grain) = (session.project.calendar(), params.grain.unwrap_or(Grain::Week));
    let range = range(&calendar, grain, as_of, params)?;
    let periods = calendar.periods(range, grain);
    let begins = begins(session, &kpi);
    let window = window(&kpi, params);
    let (options, params) = (options(&kpi, params), params.clone());
    let mut asked = Asked { kpi, params, options, range, grain, periods, as_of, attributes, begins, window, calendar };
    asked.periods.splice(0..0, compared_with(&asked));
    Ok(asked)
}

/// The chosen value of each option, else its first; nothing for a number that was not given.
pub fn options(kpi: &Kpi, params: &Params) -> Vec<(String, Bound)> {
    let options = kpi.options.iter().map(|option| {
        let chosen = params.options.get(&option.name).map(String::as_str);
        let value = chosen.or(option.choices.first().map(|choice| choice.name.as_str()));
        (option.name.clone(), value.map_or(Bound::Nothing, |value| Bound::Text(value.into())))
    });
    options.collect()
}

/// The longest of the options that are numbers of days; 0 without any.
fn window(kpi: &Kpi, params: &Params) -> u64 {
    let days = kpi.options.iter().filter(|option| option.choices.is_empty());
    days.filter_map(|option| params.options.get(&option.name)?.parse().ok()).max().unwrap_or(0)
}

/// Whole periods, none of them behind the data.
fn range(calendar: &Calendar, grain: Grain, as_of: NaiveDate, params: &Params) -> Result<Range, AnswerError> {
    let running = calendar.period_of(as_of, grain);
    if let Some(from) = params.from.filter(|from| *from > running.to()) {
        return Err(AnswerError::Behind { from, as_of });
    }
    let to = params.to.unwrap_or(running.to()).min(running.to());
    let usual = match params.to {
        Some(_) => calendar.back(to, grain, USUAL_PERIODS - 1),
        None if calendar.is_complete(running, as_of) => calendar.back(as_of, grain, USUAL_PERIODS - 1),
        None => calendar.back(as_of, grain, USUAL_PERIODS),
    };
    let from = params.from.unwrap_or(usual);
    let Some(range) = Range::new(from, to) else {
        let what = format!("the range ends on {to}, before it begins on {from}");
        return Err(AnswerError::wrong(what, "both days are included"));
    };
    let most = MOST_PERIODS as i64 * if grain == Grain::Day { 1 } else { 7 };
    if (to - from).num_days() > most {
        let what = format!("{from} to {to} has too many periods");
        return Err(AnswerError::wrong(what, "ask for fewer, or in a coarser grain"));
    }
    let (first, last) = (calendar.period_of(from, grain), calendar.period_of(to, grain));
    Ok(Range::new(first.from(), last.to()).unwrap_or(range))
}

/// A headline wants the period before its own. Where the only complete period of the range is its first, one more is asked.
fn compared_with(asked: &Asked) -> Option<Range> {
    let mut complete = asked.periods.iter().filter(|period| asked.is_complete(**period));
    let first = complete.next().filter(|first| **first == asked.periods[0] && complete.next().is_none())?;
    Some(asked.calendar.period_of(first.from().checked_sub_days(Days::new(1))?, asked.grain))
}

/// The input that begins last of those `kpi` reads, with its first day.
fn begins(session: &Inner, kpi: &Kpi) -> Option<(NaiveDate, Input)> {
    kpi.reads.iter().filter_map(|input| Some((*session.begins.get(input)?, *input))).max()
}

/// The first day of the history of `kpi`, see [`Session::begins_on`](super::super::Session::begins_on).
pub fn begins_on(session: &Inner, kpi: &Kpi, as_of: NaiveDate) -> Option<NaiveDate> {
    let begins = begins(session, kpi).map(|(day, _)| day).or_else(|| session.begins.values().min().copied())?;
    let earliest = NaiveDate::from_ymd_opt(as_of.year() - MOST_YEARS, 1, 1);
    let first = [earliest, session.project.settings.go_live].into_iter().flatten().fold(begins, NaiveDate::max);
    (first <= as_of).then_some(first)
}

/// The asked day, else the least day that all inputs of the KPI are complete through.
pub fn as_of(session: &Inner, kpi: &Kpi, params: &Params) -> Result<NaiveDate, AnswerError> {
    let missing: Vec<&str> =
        kpi.reads.iter().filter(|input| !session.through.contains_key(input)).map(Input::in_words).collect();
    if !missing.is_empty() {
        return Err(AnswerError::NotLoaded { needs: missing.join(" and ") });
    }
    let through = kpi.reads.iter().map(|input| session.through[input]).min();
    // Nothing is known of days behind the data.
    let day = match (params.as_of, through) {
        (Some(asked), Some(through)) => Some(asked.min(through)),
        (asked, through) => asked.or(through),
    };
    let day = day.filter(|day| *day < NaiveDate::MAX);
    day.ok_or_else(|| AnswerError::wrong("nothing says of which day the answer is", "say --as-of 2026-12-31"))
}

fn attributes(kpi: &Kpi, params: &Params) -> Result<Attributes, AnswerError> {
    let attributes = params.attributes.or(kpi.attributes.first().copied()).unwrap_or(Attributes::Event);
    if kpi.attributes.contains(&attributes) {
        return Ok(attributes);
    }
    let modes: Vec<&str> = kpi.attributes.iter().map(Attributes::word).collect();
    let what = format!("{} has no attributes \"{}\"", kpi.name, attributes.word());
    Err(AnswerError::wrong(what, format!("it has {}", modes.join(", "))))
}

fn check_columns(kpi: &Kpi, params: &Params) -> Result<(), AnswerError> {
    let by = params.by.iter().find(|column| !kpi.dimensions.contains(column));
    let filter = params.filters.iter().map(|f| &f.column).find(|column| !kpi.filters_by(column));
    if let Some((_, twice)) = params.by.iter().enumerate().find(|(at, column)| params.by[..*at].contains(column)) {
        return Err(AnswerError::wrong(format!("\"{twice}\" is asked for twice"), "leave one out"));
    }
    match by.or(filter) {
        Some(column) if kpi.filters_by(column) => {
            let what = format!("{} cannot be grouped by \"{column}\"", kpi.name);
            Err(AnswerError::wrong(what, format!("{column} always stands in its answer; leave it out")))
        }
        Some(column) => {
            let hint = match kpi.dimensions[..] {
                [] => "as it is asked here it is one figure for the whole firm".into(),
                _ => did_you_mean(column, kpi.dimensions.iter().map(String::as_str)),
            };
            Err(AnswerError::wrong(format!("{} has no column \"{column}\"", kpi.name), hint))
        }
        None => Ok(()),
    }
}
