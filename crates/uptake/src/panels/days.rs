//! The days of a page: resolved once, relative to what its data is complete through.

use super::asking::question;
use chrono::NaiveDate;
use uptake_lake::Session;
use uptake_spec::dashboard::{Block, FilterKind};
use uptake_spec::{Calendar, Dashboard, Grain, Kpi, Params, Project, Range};

/// The page's own period: its grain, and how many complete ones it shows.
pub fn period_of(page: &Dashboard) -> Option<(Grain, u32)> {
    page.filters.iter().find_map(|filter| match filter.kind {
        FilterKind::Period { grain, count } => Some((grain, count)),
        FilterKind::Multi { .. } => None,
    })
}

/// `params` with the first and the last day of the page filled in. A page without a period leaves them to each KPI.
pub fn with_days(session: &Session, project: &Project, page: &Dashboard, params: &Params) -> Params {
    let Some((grain, count)) = period_of(page) else { return params.clone() };
    let both = params.from.zip(params.to).and_then(|(from, to)| Range::new(from, to));
    let range = match both {
        Some(range) => Some(whole(&project.calendar(), range, grain)),
        None => newest_as_of(session, project, page, params)
            .map(|as_of| days(&project.calendar(), grain, count, params, as_of)),
    };
    Params { from: range.map(|r| r.from()).or(params.from), to: range.map(|r| r.to()).or(params.to), ..params.clone() }
}

/// The last `count` complete periods and the running one, as far as nothing else was asked.
fn days(calendar: &Calendar, grain: Grain, count: u32, params: &Params, as_of: NaiveDate) -> Range {
    let running = calendar.period_of(as_of, grain);
    let last_complete = match calendar.is_complete(running, as_of) {
        true => running.from(),
        false => calendar.back(running.from(), grain, 1),
    };
    let to = params.to.unwrap_or(running.to());
    let from = params.from.unwrap_or_else(|| calendar.back(last_complete.min(to), grain, count.saturating_sub(1)));
    let asked = Range::new(from, to).unwrap_or(calendar.period_of(from, grain)); // days that are still to come
    whole(calendar, asked, grain)
}

fn whole(calendar: &Calendar, range: Range, grain: Grain) -> Range {
    let (first, last) = (calendar.period_of(range.from(), grain), calendar.period_of(range.to(), grain));
    Range::new(first.from(), last.to()).expect("widening keeps the order")
}

/// The newest day that any KPI of the page is told from, behind the asked one at most; a page without KPIs takes the project's.
/// `None` if nothing was loaded for any of them.
pub fn newest_as_of(session: &Session, project: &Project, page: &Dashboard, params: &Params) -> Option<NaiveDate> {
    let asked = Params { as_of: params.as_of, ..Params::default() };
    let asks = page.blocks.iter().filter_map(Block::ask);
    let mut questions: Vec<(&Kpi, Params)> = asks.filter_map(|ask| question(project, ask, &asked)).collect();
    if questions.is_empty() {
        questions = project.kpis.iter().map(|kpi| (kpi, asked.clone())).collect();
    }
    questions.iter().filter_map(|(kpi, params)| session.as_of(kpi, params).ok()).max()
}

/// Each KPI of some pages with the day it is told from; `None` where something it reads was never loaded.
pub fn as_ofs<'a>(session: &Session, project: &'a Project, pages: &[String]) -> Vec<(&'a str, Option<NaiveDate>)> {
    let blocks = pages.iter().filter_map(|slug| project.dashboard(slug)).flat_map(|page| &page.blocks);
    let questions = blocks.filter_map(|block| question(project, block.ask()?, &Params::default()));
    questions.map(|(kpi, params)| (kpi.name.as_str(), session.as_of(kpi, &params).ok())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uptake_spec::settings::read_settings;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn check(asked: (Option<&str>, Option<&str>), as_of: &str, expected: &str) {
        let settings = "firm = \"F\"\ncurrency = \"EUR\"\ntime_zone = \"UTC\"\n";
        let calendar = Calendar::new(&read_settings("uptake.toml".as_ref(), settings).expect("right"), &[]);
        let params = Params { from: asked.0.map(day), to: asked.1.map(day), ..Params::default() };
        let range = days(&calendar, Grain::Week, 2, &params, day(as_of));
        assert_eq!(format!("{}..{}", range.from(), range.to()), expected);
    }

    #[test]
    fn two_complete_weeks_and_the_running_one() {
        check((None, None), "2026-10-21", "2026-10-05..2026-10-25"); // a Wednesday
        check((None, None), "2026-10-23", "2026-10-12..2026-10-25"); // on Friday the week is complete
        check((Some("2026-09-30"), None), "2026-10-21", "2026-09-28..2026-10-25");
        check((None, Some("2026-09-30")), "2026-10-21", "2026-09-21..2026-10-04");
        check((Some("2027-01-01"), None), "2026-10-21", "2026-12-28..2027-01-03");
    }
}
