//! What a viewer chose on a page: the query of a URL, or the flags of `uptake report`, as params.

use chrono::{NaiveDate, Weekday};
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

/// The words one can choose days by, beside the page's own filters; where nothing is asked over days, only the last.
const OF_DAYS: [&str; 4] = ["period", "from", "to", "as_of"];

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
            key if !words_of_days(page).contains(&key) && OF_DAYS.contains(&key) => Err(unknown(page, key)),
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
    let twice = |day: &str| times(&|key| key == day) > 1;
    let mut wrong = vec![];
    if periods > 1 || twice("from") || twice("to") || (periods == 1 && days > 0) {
        wrong.push(Wrong::new("the days are said twice", "say a period, or from and to, once"));
    }
    if twice("as_of") {
        wrong.push(Wrong::new("as_of is said twice", "say it once"));
    }
    wrong
}

/// Which of [`OF_DAYS`] the page takes.
fn words_of_days(page: &Dashboard) -> &'static [&'static str] {
    if page.takes_days() { &OF_DAYS } else { &OF_DAYS[3..] }
}

fn is_period(page: &Dashboard, key: &str) -> bool {
    key == "period" || page.filters.iter().any(|f| f.name == key && matches!(f.kind, FilterKind::Period { .. }))
}

fn day(key: &str, value: &str) -> Result<NaiveDate, Wrong> {
    let no_day = |_| Wrong::new(format!("\"{key}\" cannot be \"{value}\""), "it wants a day such as 2026-09-30");
    within_calendar(value.parse().map_err(no_day)?)
}

fn within_calendar(day: NaiveDate) -> Result<NaiveDate, Wrong> {
    Calendar::check(day).map(|()| day).map_err(|(what, hint)| Wrong::new(what, hint))
}

/// Days by name: `2026-Q1` (fiscal), `2026-03`, `2026-W14`, or `2026-03-02..2026-05-31`.
fn period(word: &str, calendar: &Calendar) -> Result<Range, Wrong> {
    let found = match word.split_once("..") {
        Some((from, to)) => from.parse().ok().zip(to.parse().ok()).and_then(|(from, to)| Range::new(from, to)),
        None => quarter(word, calendar).or_else(|| week(word, calendar)).or_else(|| month(word, calendar)),
    };
    let hint = "write it as 2026-Q1, 2026-03, 2026-W14 or 2026-03-02..2026-05-31";
    let days = found.ok_or_else(|| Wrong::new(format!("no period is called \"{word}\""), hint))?;
    within_calendar(days.from()).and(within_calendar(days.to())).map(|_| days)
}

/// The fiscal quarter the calendar itself calls so.
fn quarter(word: &str, calendar: &Calendar) -> Option<Range> {
    let year: i32 = word.split_once("-Q")?.0.parse().ok()?;
    let firsts = [year.saturating_sub(1), year]
        .into_iter()
        .flat_map(|year| (1..=12).filter_map(move |month| NaiveDate::from_ymd_opt(year, month, 1)));
    let first = firsts.into_iter().find(|first| calendar.fiscal_quarter(*first) == word)?;
    Some(calendar.period_of(first, Grain::Quarter))
}

/// The project's week that holds the ISO week's Thursday, by which ISO numbers weeks.
fn week(word: &str, calendar: &Calendar) -> Option<Range> {
    let (year, number) = word.split_once("-W")?;
    let thursday = NaiveDate::from_isoywd_opt(year.parse().ok()?, number.parse().ok()?, Weekday::Thu)?;
    Some(calendar.period_of(thursday, Grain::Week))
}

fn month(word: &str, calendar: &Calendar) -> Option<Range> {
    let (year, number) = word.split_once('-').filter(|(_, number)| number.len() == 2)?;
    let first = NaiveDate::from_ymd_opt(year.parse().ok()?, number.parse().ok()?, 1)?;
    Some(calendar.period_of(first, Grain::Month))
}

fn member(page: &Dashboard, members: &BTreeMap<String, Vec<String>>, key: &str, value: &str) -> Result<(), Wrong> {
    if !page.filters.iter().any(|filter| filter.name == key) {
        return Err(unknown(page, key));
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

fn unknown(page: &Dashboard, key: &str) -> Wrong {
    let names = || page.filters.iter().map(|f| f.name.as_str());
    let days = words_of_days(page).iter().copied().filter(|word| !names().any(|name| name == *word));
    Wrong::new(format!("this page has no filter \"{key}\""), did_you_mean(key, names().chain(days)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uptake_spec::dashboard::read_dashboard;
    use uptake_spec::settings::read_settings;

    const PAGE: &str = "+++\ntitle = \"T\"\nasks = \"A\"\n\n[filter.period]\ntype = \"date_range\"\n\n\
                        [filter.grade]\ntype = \"multi\"\nvalues = \"users.grade\"\n+++\n";

    fn read(query: &str) -> Result<Chosen, Vec<Wrong>> {
        read_on(PAGE, query)
    }

    fn read_on(page: &str, query: &str) -> Result<Chosen, Vec<Wrong>> {
        let page = read_dashboard("t.md".as_ref(), page).0.expect("the page is right");
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

    fn told(wrong: Result<Chosen, Vec<Wrong>>) -> Vec<String> {
        wrong.expect_err("wrong").iter().map(|w| format!("{}; {}", w.what, w.hint)).collect()
    }

    #[test]
    fn days_reach_as_far_as_the_calendar() {
        assert_eq!(days("from=1900-01-01&to=2200-12-31"), "1900-01-01..2200-12-31");
        assert_eq!(days("period=2150-02"), "2150-02-01..2150-02-28");
        let far = "2201-01-01 is too far away; the calendar has the years 1900 to 2200";
        assert_eq!(told(read("as_of=2201-01-01")), [far]);
        assert_eq!(told(read("period=2201-01")), [far]);
        assert_eq!(told(read("period=2201-01-01..2201-02-01")), [far]);
    }

    #[test]
    fn one_day_said_twice_is_told_by_its_name() {
        assert_eq!(told(read("as_of=2026-01-01&as_of=2026-01-02")), ["as_of is said twice; say it once"]);
    }

    #[test]
    fn a_page_on_which_nothing_is_asked_over_days_takes_none() {
        let page = "+++\ntitle = \"T\"\nasks = \"A\"\n+++\n\n```sql loads\nSELECT * FROM loads\n```\n\n\
                    ```table\nquery = \"loads\"\n```\n";
        for key in ["from", "to", "period"] {
            let expected = format!("this page has no filter \"{key}\"; there is as_of");
            assert_eq!(told(read_on(page, &format!("{key}=2026-01-01"))), [expected]);
        }
        assert!(read_on(page, "as_of=2026-01-01").is_ok());
        let over_days = page.replace("FROM loads", "FROM loads WHERE snapshot >= $from");
        assert!(read_on(&over_days, "from=2026-01-01").is_ok());
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
