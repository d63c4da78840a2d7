//! What a viewer chose on a page: the query of a URL, or the flags of `uptake report`, as params.

use chrono::{Datelike, NaiveDate, Weekday};
use std::collections::BTreeMap;
use uptake_spec::dashboard::FilterKind;
use uptake_spec::problem::did_you_mean;
use uptake_spec::{Calendar, Dashboard, Filter, Grain, Params, Range};

/// What is wrong with a choice, and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub what: String,
    pub hint: String,
}

/// What the viewer chose; everything else is as the page has it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chosen {
    /// As typed, `2026-Q1`, for the filter bar.
    pub period: Option<String>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub as_of: Option<NaiveDate>,
    /// By filter of the page, in the order of the choice.
    pub members: BTreeMap<String, Vec<String>>,
}

/// The words one can always choose by, beside the page's own filters.
const ALWAYS: [&str; 4] = ["period", "from", "to", "as_of"];

/// Years far away would make a series without end.
const NEAR: std::ops::RangeInclusive<i32> = 1970..=2100;

/// Reads the pairs of a query. `members` are the values each filter of the page allows.
///
/// # Errors
/// Every mistake: an unknown key, a day that is none, a value the column does not have.
pub fn read_query(
    page: &Dashboard,
    calendar: &Calendar,
    members: &BTreeMap<String, Vec<String>>,
    pairs: &[(String, String)],
) -> Result<Chosen, Vec<Wrong>> {
    let mut chosen = Chosen::default();
    let mut wrong = vec![];
    for (key, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        let taken = match key.as_str() {
            "from" => day("from", value).map(|day| chosen.from = Some(day)),
            "to" => day("to", value).map(|day| chosen.to = Some(day)),
            "as_of" => day("as_of", value).map(|day| chosen.as_of = Some(day)),
            key if is_period(page, key) => period(value, calendar).map(|days| {
                (chosen.from, chosen.to) = (Some(days.from()), Some(days.to()));
                chosen.period = Some(value.clone());
            }),
            key => member(page, members, key, value)
                .map(|()| chosen.members.entry(key.into()).or_default().push(value.clone())),
        };
        wrong.extend(taken.err());
    }
    if let (Some(from), Some(to)) = (chosen.from, chosen.to)
        && to < from
    {
        wrong.push(Wrong::new(
            format!("the last day {to} is before the first day {from}"),
            "turn them round; both days are included",
        ));
    }
    wrong.extend(said_twice(page, pairs));
    if wrong.is_empty() { Ok(chosen) } else { Err(wrong) }
}

impl Wrong {
    pub fn new(what: impl Into<String>, hint: impl Into<String>) -> Wrong {
        Wrong { what: what.into(), hint: hint.into() }
    }
}

impl Chosen {
    /// The choice as params: filters by column, days as chosen.
    pub fn params(&self, page: &Dashboard) -> Params {
        let filters = page.filters.iter().filter_map(|filter| match &filter.kind {
            FilterKind::Multi { column } => {
                let values = self.members.get(&filter.name)?.clone();
                Some(Filter { column: column.clone(), values })
            }
            FilterKind::Period { .. } => None,
        });
        Params { from: self.from, to: self.to, as_of: self.as_of, filters: filters.collect(), ..Params::default() }
    }

    /// The choice as a query, without its `?`; empty if nothing was chosen.
    pub fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        match &self.period {
            Some(period) => _ = query.append_pair("period", period),
            None => {
                for (key, day) in [("from", self.from), ("to", self.to)] {
                    query.extend_pairs(day.map(|day| (key, day.to_string())));
                }
            }
        }
        query.extend_pairs(self.as_of.map(|day| ("as_of", day.to_string())));
        for (name, values) in &self.members {
            query.extend_pairs(values.iter().map(|value| (name, value)));
        }
        query.finish()
    }
}

/// A period beside days, or one of them twice: which one is meant?
fn said_twice(page: &Dashboard, pairs: &[(String, String)]) -> Vec<Wrong> {
    let given = || pairs.iter().filter(|(_, value)| !value.is_empty()).map(|(key, _)| key.as_str());
    let times = |fits: &dyn Fn(&str) -> bool| given().filter(|key| fits(key)).count();
    let periods = times(&|key| is_period(page, key));
    let days = times(&|key| key == "from" || key == "to");
    let twice = ["from", "to", "as_of"].iter().any(|day| times(&|key| key == *day) > 1);
    match periods > 1 || twice || (periods == 1 && days > 0) {
        true => vec![Wrong::new("the days are said twice", "say a period, or from and to, once")],
        false => vec![],
    }
}

fn is_period(page: &Dashboard, key: &str) -> bool {
    key == "period" || page.filters.iter().any(|f| f.name == key && matches!(f.kind, FilterKind::Period { .. }))
}

fn day(key: &str, value: &str) -> Result<NaiveDate, Wrong> {
    near_day(value)
        .ok_or_else(|| Wrong::new(format!("\"{key}\" cannot be \"{value}\""), "it wants a day such as 2026-09-30"))
}

/// Days by name: `2026-Q1` (fiscal), `2026-03`, `2026-W14`, or `2026-03-02..2026-05-31`.
fn period(word: &str, calendar: &Calendar) -> Result<Range, Wrong> {
    let found = match word.split_once("..") {
        Some((from, to)) => near_day(from).zip(near_day(to)).and_then(|(from, to)| Range::new(from, to)),
        None => quarter(word, calendar).or_else(|| week(word, calendar)).or_else(|| month(word, calendar)),
    };
    let hint = "write it as 2026-Q1, 2026-03, 2026-W14 or 2026-03-02..2026-05-31";
    found.ok_or_else(|| Wrong::new(format!("no period is called \"{word}\""), hint))
}

/// The fiscal quarter the calendar itself calls so.
fn quarter(word: &str, calendar: &Calendar) -> Option<Range> {
    let year = near(word.split_once("-Q")?.0)?;
    let firsts = [year - 1, year]
        .into_iter()
        .flat_map(|year| (1..=12).filter_map(move |month| NaiveDate::from_ymd_opt(year, month, 1)));
    let first = firsts.into_iter().find(|first| calendar.fiscal_quarter(*first) == word)?;
    Some(calendar.period_of(first, Grain::Quarter))
}

/// The project's week that holds the ISO week's Thursday, by which ISO numbers weeks.
fn week(word: &str, calendar: &Calendar) -> Option<Range> {
    let (year, number) = word.split_once("-W")?;
    let thursday = NaiveDate::from_isoywd_opt(near(year)?, number.parse().ok()?, Weekday::Thu)?;
    Some(calendar.period_of(thursday, Grain::Week))
}

fn month(word: &str, calendar: &Calendar) -> Option<Range> {
    let (year, number) = word.split_once('-').filter(|(_, number)| number.len() == 2)?;
    let first = NaiveDate::from_ymd_opt(near(year)?, number.parse().ok()?, 1)?;
    Some(calendar.period_of(first, Grain::Month))
}

fn near_day(word: &str) -> Option<NaiveDate> {
    word.parse::<NaiveDate>().ok().filter(|day| NEAR.contains(&day.year()))
}

fn near(year: &str) -> Option<i32> {
    year.parse().ok().filter(|year| NEAR.contains(year))
}

fn member(page: &Dashboard, members: &BTreeMap<String, Vec<String>>, key: &str, value: &str) -> Result<(), Wrong> {
    let names = || page.filters.iter().map(|f| f.name.as_str());
    if !names().any(|name| name == key) {
        let known: Vec<&str> = names().chain(ALWAYS.into_iter().filter(|word| !names().any(|n| n == *word))).collect();
        return Err(Wrong::new(format!("this page has no filter \"{key}\""), did_you_mean(key, known)));
    }
    let allowed = members.get(key).map(Vec::as_slice).unwrap_or_default();
    if !allowed.iter().any(|known| known == value) {
        return Err(Wrong::new(
            format!("no {key} is called \"{value}\""),
            did_you_mean(value, allowed.iter().map(String::as_str)),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uptake_spec::dashboard::read_dashboard;
    use uptake_spec::settings::read_settings;

    const PAGE: &str = "+++\ntitle = \"T\"\nasks = \"A\"\n\n[filter.period]\ntype = \"date_range\"\n\n\
                        [filter.grade]\ntype = \"multi\"\nvalues = \"users.grade\"\n+++\n";

    fn read(query: &str) -> Result<Chosen, Vec<Wrong>> {
        let page = read_dashboard("t.md".as_ref(), PAGE).0.expect("the page is right");
        let settings = "firm = \"F\"\ncurrency = \"EUR\"\ntime_zone = \"UTC\"\nfiscal_year_start = 4\n";
        let calendar = Calendar::new(&read_settings("uptake.toml".as_ref(), settings).expect("right"), &[]);
        let members = [("grade".to_string(), vec!["Partner".to_string(), "Analyst".to_string()])].into();
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        read_query(&page, &calendar, &members, &pairs)
    }

    fn days(query: &str) -> String {
        let chosen = read(query).expect("the query is right");
        format!("{}..{}", chosen.from.expect("a first day"), chosen.to.expect("a last day"))
    }

    #[test]
    fn a_period_has_four_spellings() {
        assert_eq!(days("period=2026-Q4"), "2026-01-01..2026-03-31"); // the fiscal year begins in April
        assert_eq!(days("period=2026-02"), "2026-02-01..2026-02-28");
        assert_eq!(days("period=2026-W14"), "2026-03-30..2026-04-05");
        assert_eq!(days("period=2026-03-02..2026-05-31"), "2026-03-02..2026-05-31");
        assert_eq!(days("from=2026-03-02&to=2026-03-02"), "2026-03-02..2026-03-02");
    }

    #[test]
    fn a_choice_survives_its_own_query() {
        let chosen = read("grade=Partner&grade=Analyst&period=2026-W14&as_of=2026-09-30").expect("right");
        assert_eq!(read(&chosen.query()), Ok(chosen.clone()));
        assert_eq!(chosen.members["grade"], ["Partner", "Analyst"]);
        assert_eq!(read("grade=&period="), Ok(Chosen::default())); // an empty form field is no choice
    }

    #[test]
    fn every_mistake_is_told_with_a_way_out() {
        let wrong = read("grad=Partner&grade=Partnr&period=soon&as_of=2026-13-01&from=2026-02-02&to=2026-02-01")
            .expect_err("wrong");
        let told: Vec<String> = wrong.iter().map(|w| format!("{} {}", w.what, w.hint)).collect();
        assert_eq!(told[0], "this page has no filter \"grad\" did you mean \"grade\"?");
        assert_eq!(told[1], "no grade is called \"Partnr\" did you mean \"Partner\"?");
        assert_eq!(told[5], "the days are said twice say a period, or from and to, once");
        assert_eq!(wrong.len(), 6, "{told:?}");
        assert_eq!(read("from=2026-01-01&from=2026-02-01").expect_err("twice").len(), 1);
        for hostile in [
            "period=99999999-W01",
            "period=-1-Q1",
            "period=2026-W99",
            "period=..",
            "period=2026-Q9",
            "period=999999999-Q1",
        ] {
            assert_eq!(read(hostile).expect_err("no period").len(), 1, "{hostile}");
        }
    }
}
