//! Numbers, money, days and sentences as the readers of a firm write them. Every text on a picture or a page comes from here.
//!
//! What a language says stands in a file of its own in `words/`; how it is put together stands below.

mod english;
mod french;
mod german;
mod table;

pub(crate) use self::table::Half;
pub use self::table::{Loaded, Words};

pub(crate) use self::english::ENGLISH;
use self::french::FRENCH;
use self::german::GERMAN;
pub(crate) use self::table::Before;
use self::table::Week;
use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};
use std::ops::Deref;
use uptake_spec::dashboard::Show;
use uptake_spec::kpi::Unit;
use uptake_spec::{Grain, Language, Range, Settings, Standing, Value, Verdict};

/// How a firm writes: the words of its language, and its currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locale {
    pub language: Language,
    /// ISO 4217, as `EUR`.
    pub currency: String,
}

impl Locale {
    pub fn new(language: Language, currency: &str) -> Locale {
        Locale { language, currency: currency.into() }
    }

    pub fn of(settings: &Settings) -> Locale {
        Locale::new(settings.language, &settings.currency)
    }
}

impl Deref for Locale {
    type Target = Words;

    fn deref(&self) -> &Words {
        match self.language {
            Language::English => &ENGLISH,
            Language::German => &GERMAN,
            Language::French => &FRENCH,
        }
    }
}

impl Locale {
    /// One value in the way asked: `68 %`, `26,418`, `€1,240,000`, `12 Oct 2026`. Nothing is `n/a`; texts stay as they are.
    ///
    /// Shares are 0.0 to 1.0.
    pub fn show(&self, value: Value, unit: Unit, show: Show) -> String {
        let n = match value {
            Value::Nothing => return self.nothing.into(),
            Value::Text(text) => return text.into(),
            Value::Date(day) => return self.date(day),
            Value::Instant(at) => return self.instant(at),
            Value::Boolean(yes) => return self.yes_no[usize::from(!yes)].into(),
            Value::Integer(_) | Value::Decimal(_) | Value::Float(_) => value.number().unwrap_or(f64::NAN),
        };
        match show {
            Show::Usual | Show::Date | Show::Month => self.figure(n, unit),
            Show::Percent { decimals } => self.percent(n, decimals),
            Show::Number { decimals } => self.number(n, decimals),
            Show::Money => self.money(n),
        }
    }

    /// A number in its unit, at the length a sentence or a table wants: `68.4 %`, `€1,240,000`, `26,418`, `3.4`, `12 days`.
    pub fn figure(&self, n: f64, unit: Unit) -> String {
        match unit {
            Unit::Share => self.percent(n, 1),
            Unit::Money => self.money(n),
            Unit::Count => self.number(n, 0),
            Unit::Rate => self.number(n, u8::from(n.abs() < 1000.0)),
            Unit::Days => self.days(n),
        }
    }

    /// A number in its unit, as short as a tile or a label wants: `68 %`, `€1.2M`, `26,418`, `3.4`, `12 days`.
    pub fn short(&self, n: f64, unit: Unit) -> String {
        match unit {
            Unit::Share => self.percent(n, u8::from(n != 0.0 && n.abs() < 0.0995)),
            Unit::Money => self.compact_money(n),
            Unit::Count if n.abs() >= 1e6 => self.compact(n),
            Unit::Rate if n.abs() >= 1e4 => self.compact(n),
            _ => self.figure(n, unit),
        }
    }

    /// A change with its sign: shares in points (`+3.2 points`), all else in the unit.
    pub fn change(&self, delta: f64, unit: Unit, show: Show) -> String {
        let size = delta.abs();
        let text = match (unit, show) {
            (_, Show::Percent { decimals }) => self.points(size, decimals),
            (Unit::Share, Show::Usual) => self.points(size, 1),
            (_, Show::Number { decimals }) => self.number(size, decimals),
            (_, Show::Money) => self.money(size),
            (_, _) => self.figure(size, unit),
        };
        match delta {
            d if d > 0.0 => format!("+{text}"),
            d if d < 0.0 => format!("−{text}"),
            _ => text,
        }
    }

    /// `€1,240,000`, without cents.
    pub fn money(&self, n: f64) -> String {
        self.signed_money(n, |size| self.number(size, 0))
    }

    /// `€1.2M`.
    pub fn compact_money(&self, n: f64) -> String {
        self.signed_money(n, |size| self.compact(size))
    }

    /// `€1.25M`, for an axis.
    pub(crate) fn tick_money(&self, n: f64) -> String {
        self.signed_money(n, |size| self.compact_to(size, 2))
    }

    fn signed_money(&self, n: f64, size: impl Fn(f64) -> String) -> String {
        let written = size(n.abs());
        let sign = if n < 0.0 && written.contains(|c: char| ('1'..='9').contains(&c)) { "−" } else { "" };
        format!("{sign}{}", (self.money)(&written, sign_of(&self.currency)))
    }
}

impl Words {
    /// A distance between two shares: 0.032 → `3.2 points`.
    pub fn points(&self, n: f64, decimals: u8) -> String {
        self.counted_in(&self.number(n * 100.0, decimals), self.point_points)
    }

    /// The same where there is little room: `3.2 pts`.
    pub(crate) fn in_points_short(&self, n: f64, decimals: u8) -> String {
        format!("{}{}", self.number(n * 100.0, decimals), self.points_short)
    }

    /// 0.684 → `68 %`.
    pub fn percent(&self, n: f64, decimals: u8) -> String {
        format!("{}{}", self.number(n * 100.0, decimals), self.percent)
    }

    /// 26418.0 → `26,418`; with a true minus, and never a negative zero.
    pub fn number(&self, n: f64, decimals: u8) -> String {
        if !n.is_finite() {
            return self.nothing.into();
        }
        // Halves go up, as readers expect: 1.25 is 1.3, where Rust alone would write 1.2.
        let power = 10_f64.powi(i32::from(decimals));
        let rounded = (n.abs() * power).round() / power;
        let written = format!("{rounded:.*}", usize::from(decimals));
        let (whole, rest) = written.split_once('.').unwrap_or((&written, ""));
        let zero = written.chars().all(|c| matches!(c, '0' | '.'));
        let sign = if n < 0.0 && !zero { "−" } else { "" };
        let point = if rest.is_empty() { String::new() } else { self.decimal.into() };
        format!("{sign}{}{point}{rest}", self.grouped(whole))
    }

    /// With at most `decimals`, without zeros behind: 3.0 → `3`.
    pub(crate) fn trimmed(&self, n: f64, decimals: u8) -> String {
        let text = self.number(n, decimals);
        match decimals > 0 && text.contains(self.decimal) {
            true => text.trim_end_matches('0').trim_end_matches(self.decimal).into(),
            false => text,
        }
    }

    fn grouped(&self, digits: &str) -> String {
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(self.group);
            }
            text.push(digit);
        }
        text
    }

    /// `26.4k`, `1.2M`, `3.1bn`; below a thousand as it is.
    pub fn compact(&self, n: f64) -> String {
        // Three digits say enough: 204,913 is 205k.
        let three = |n: f64| n.abs() >= 100_000.0 && (n.abs().log10() + 1e-9).floor() as i32 % 3 == 2;
        self.compact_to(n, u8::from(!three(n)))
    }

    /// As [`Words::compact`], with at most `decimals`: an axis in steps of a quarter of a million needs two.
    pub(crate) fn compact_to(&self, n: f64, decimals: u8) -> String {
        const STEPS: [f64; 3] = [1e9, 1e6, 1e3];
        // 999,960 would be written "1,000k": the step is chosen after rounding.
        let found = STEPS.iter().zip(self.steps).find(|(size, _)| n.abs() >= *size * 0.99995);
        let Some((size, word)) = found else { return self.trimmed(n, decimals) };
        format!("{}{word}", self.trimmed(n / size, decimals))
    }

    /// `12 days`, `1 day`, `3.5 days`.
    pub fn days(&self, n: f64) -> String {
        self.counted_in(&self.trimmed(n, 1), self.day_days)
    }

    fn counted_in(&self, number: &str, [one, many]: [&str; 2]) -> String {
        let word = if (self.is_one)(number.trim_start_matches('−')) { one } else { many };
        format!("{number} {word}")
    }

    /// `7 of 12`.
    pub fn of(&self, part: f64, whole: f64) -> String {
        (self.of)(&self.number(part, 0), &self.number(whole, 0))
    }

    /// `12 Oct 2026`.
    pub fn date(&self, day: NaiveDate) -> String {
        (self.date)(day.day(), self.months_short[day.month0() as usize], day.year())
    }

    /// `12 Oct 2026 14:05 UTC`.
    pub fn instant(&self, at: DateTime<Utc>) -> String {
        format!("{} {} UTC", self.date(at.date_naive()), at.format("%H:%M"))
    }

    /// `Oct 2026`.
    pub fn month(&self, day: NaiveDate) -> String {
        format!("{} {}", self.months_short[day.month0() as usize], day.year())
    }

    /// `Oct`.
    pub(crate) fn month_alone(&self, day: NaiveDate) -> &'static str {
        self.months_alone[day.month0() as usize]
    }

    /// `12 Oct`.
    pub fn day_month(&self, day: NaiveDate) -> String {
        (self.day_month)(day.day(), self.months_short[day.month0() as usize])
    }

    /// `Mon`.
    pub(crate) fn weekday(&self, day: Weekday) -> &'static str {
        self.weekdays[day.num_days_from_monday() as usize]
    }

    /// `week`.
    pub(crate) fn grain(&self, grain: Grain) -> &'static str {
        self.grain[grain as usize]
    }

    /// `whole weeks`.
    pub(crate) fn whole_periods(&self, grain: &Grain) -> &'static str {
        self.whole[*grain as usize]
    }

    /// How the week that begins on `start` is called.
    pub(crate) fn week(&self, start: NaiveDate) -> Week {
        (self.week)(self, start)
    }

    /// A period by its first day, for axes: `12 Oct` for days and weeks, `Oct` for months, `Q4` for quarters.
    ///
    /// Quarters are those of the calendar year: the fiscal year is not known here (see `Format`), so a quarter that
    /// begins in February is told by its months (`Feb–Apr`).
    pub fn tick(&self, start: NaiveDate, grain: Grain) -> String {
        match grain {
            Grain::Day => self.day_month(start),
            Grain::Week => self.week(start).tick,
            Grain::Month => self.month_alone(start).into(),
            Grain::Quarter => self.quarter_of(start),
        }
    }

    /// A period by its first day, on its own: `12 Oct 2026`, `W 12 Oct 2026`, `Oct 2026`, `Q4 2026`.
    pub fn period(&self, start: NaiveDate, grain: Grain) -> String {
        match grain {
            Grain::Day => self.date(start),
            Grain::Week => self.week(start).alone,
            Grain::Month => self.month(start),
            Grain::Quarter => format!("{} {}", self.quarter_of(start), years_of_quarter(start)),
        }
    }

    /// A period within a sentence: `the week of 12 Oct 2026`, `October 2026`, `12 Oct 2026`.
    pub fn period_in_words(&self, start: NaiveDate, grain: Grain) -> String {
        match grain {
            Grain::Week => self.week(start).in_words,
            Grain::Month => format!("{} {}", self.months[start.month0() as usize], start.year()),
            Grain::Day | Grain::Quarter => self.period(start, grain),
        }
    }

    /// `Q4`, or by its months where it is none of the calendar year.
    fn quarter_of(&self, start: NaiveDate) -> String {
        match start.month() {
            month if month % 3 == 1 => format!("{}{}", self.quarter, month / 3 + 1),
            _ => {
                let last = start + chrono::Months::new(2);
                format!("{}–{}", self.month_alone(start), self.month_alone(last))
            }
        }
    }

    /// `25 May to 22 Nov 2026`; both years where they differ.
    pub fn range(&self, range: Range) -> String {
        match (range.from(), range.to()) {
            (from, to) if from == to => self.date(from),
            (from, to) if from.year() == to.year() => (self.days_from_to)(&self.day_month(from), &self.date(to)),
            (from, to) => (self.days_from_to)(&self.date(from), &self.date(to)),
        }
    }

    /// `as of 18 Nov 2026`.
    pub fn as_of(&self, day: NaiveDate) -> String {
        (self.as_of)(&self.date(day))
    }

    /// Whether a figure is normal: `normal`, `lower than normal since the week of 3 Aug 2026`, `too early to say what is normal`.
    ///
    /// A run that begins with the told period itself, on `start`, needs no since.
    pub fn verdict(&self, standing: &Standing, start: NaiveDate, grain: Grain) -> String {
        let words = match standing.verdict {
            Verdict::TooEarly => return self.too_early.into(),
            _ if standing.quiet => return self.not_judged[grain as usize].into(),
            Verdict::Normal => self.normal,
            Verdict::Above => self.above_normal,
            Verdict::Below => self.below_normal,
        };
        let since = standing.since.filter(|since| *since != start);
        let since = since.map_or(String::new(), |since| (self.since)(&self.period_in_words(since, grain), grain));
        let provisional = if standing.is_provisional() { self.provisionally } else { "" };
        format!("{words}{since}{provisional}")
    }

    /// `Not normal: Analyst (lower than normal), Partner (higher than normal).`
    pub fn not_normal(&self, which: &[String]) -> String {
        match which {
            [] => self.all_normal.into(),
            which => (self.not_normal)(&which.join(", ")),
        }
    }

    /// What stands where limits are not known yet.
    pub fn too_early(&self) -> &'static str {
        self.too_early
    }

    /// What stands where there is no value.
    pub fn nothing(&self) -> &'static str {
        self.nothing
    }

    /// `0.4 to 0.6`.
    pub fn from_to(&self, from: &str, to: &str) -> String {
        (self.from_to)(from, to)
    }

    /// What stands where a table has no rows: those of an answer are of a period.
    pub fn no_rows(&self, of_period: bool) -> &'static str {
        if of_period { self.no_data } else { self.no_rows }
    }

    /// `14 more rows are in the CSV.`
    pub fn more_rows(&self, count: usize) -> String {
        (self.more_rows)(count)
    }

    /// What stands before the number of a build.
    pub fn build_word(&self) -> &'static str {
        self.build
    }

    /// `Nothing is loaded yet`.
    pub fn nothing_loaded(&self) -> &'static str {
        self.nothing_loaded
    }

    /// Which period a year before is meant: `52 weeks before`, `a year before`.
    pub(crate) fn year_before(&self, grain: Grain) -> &Before {
        &self.year_before[grain as usize]
    }

    pub(crate) fn period_before(&self, grain: Grain) -> &Before {
        &self.period_before[grain as usize]
    }

    /// `Partner: 68 %`.
    pub(crate) fn told(&self, what: &str, told: &str) -> String {
        format!("{what}{}{told}", self.colon)
    }

    /// A column's name for a reader: `team_office` → `Team office`.
    pub fn heading(&self, column: &str) -> String {
        match self.columns.iter().find(|(name, _)| *name == column) {
            Some((_, heading)) => (*heading).into(),
            None => sentence(&column.replace('_', " ")),
        }
    }

    /// A column within a sentence: as it is called where the language has no word of its own for it.
    pub fn column(&self, column: &str) -> String {
        let found = self.columns.iter().find(|(name, _)| *name == column);
        found.map_or(column.into(), |(_, heading)| self.within(heading))
    }

    /// What figures are told from: `the CRM's users`.
    pub fn input<'a>(&'a self, input: &'a str) -> &'a str {
        self.inputs.iter().find(|(english, _)| *english == input).map_or(input, |(_, own)| own)
    }

    /// Several inputs, joined in English: `a login log and targets`.
    pub fn inputs(&self, inputs: &str) -> String {
        inputs.split(ENGLISH.and).map(|input| self.input(input)).collect::<Vec<_>>().join(self.and)
    }

    /// A heading within a sentence: `Team office` → `team office`.
    pub(crate) fn within(&self, heading: &str) -> String {
        if self.nouns_are_large { heading.into() } else { heading.to_lowercase() }
    }
}

impl Week {
    /// By the day on which it begins, with what stands before that.
    fn by_first_day(words: &Words, start: NaiveDate, alone: &str, in_words: &str) -> Week {
        let date = words.date(start);
        Week {
            alone: format!("{alone}{date}"),
            in_words: format!("{in_words}{date}"),
            short: date,
            tick: words.day_month(start),
            year: start.year(),
        }
    }

    /// By its number and the year of that number; only weeks that begin on a Monday have one.
    fn by_number(start: NaiveDate, named: impl Fn(u32, i32) -> Week) -> Option<Week> {
        let week = start.iso_week();
        (start.weekday() == Weekday::Mon).then(|| named(week.week(), week.year()))
    }
}

/// Whether those without a member's name are meant, in any of the languages.
pub(crate) fn is_no_member(name: &str) -> bool {
    [&ENGLISH, &GERMAN, &FRENCH].iter().any(|words| words.no_member == name)
}

/// `€`, `$`, `£`, else the code.
fn sign_of(currency: &str) -> &str {
    match currency {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        code => code,
    }
}

/// Words as the beginning of a line: `lower than normal` → `Lower than normal`.
pub fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// `2026`, or `2026/27` where it ends in another year.
fn years_of_quarter(start: NaiveDate) -> String {
    let last = (start + chrono::Months::new(2)).year();
    if last == start.year() { last.to_string() } else { format!("{}/{:02}", start.year(), last % 100) }
}

#[cfg(test)]
mod tests;
