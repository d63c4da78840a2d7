//! A page, whole: what the viewer chose, what the blocks show, what stands around them.

use crate::answers::Answers;
use crate::panels::{Panels, newest_as_of, notice, panels, period_of, with_days};
use crate::query::{Chosen, Wrong, read_query};
use std::collections::BTreeMap;
use uptake_draw::{CardState, Drawn, FilterKind as Shown, FilterState, Locale, Page};
use uptake_spec::dashboard::{FilterKind, PageFilter};
use uptake_spec::{Dashboard, Grain, Project, Range, Viewer};

/// What every filter of a page allows, by the filter's name; a column that was never loaded allows nothing.
pub type Members = BTreeMap<String, Vec<String>>;

/// The page at `/`.
pub const FIRST: &str = "pulse";

/// More periods than this no picture shows, and nobody reads.
const MOST_PERIODS: usize = 400;

/// All pages as a reader finds them: the one at `/`, then the others by title.
pub fn in_order(project: &Project) -> Vec<&Dashboard> {
    let mut pages: Vec<&Dashboard> = project.dashboards.iter().collect();
    pages.sort_by_key(|page| (page.slug != FIRST, page.title.to_lowercase()));
    pages
}

pub async fn members(session: &Answers, page: &Dashboard) -> Members {
    let mut members = Members::new();
    for filter in &page.filters {
        if let FilterKind::Multi { column } = &filter.kind {
            // Whatever went wrong, the blocks below the filter say it.
            let allowed = session.members(column).await.unwrap_or_default();
            members.insert(filter.name.clone(), allowed.to_vec());
        }
    }
    members
}

/// What the pairs of a query mean on this page.
///
/// # Errors
/// Every mistake in them; days of which the data knows nothing yet are one.
pub fn chosen(
    session: &Answers,
    project: &Project,
    page: &Dashboard,
    members: &Members,
    pairs: &[(String, String)],
) -> Result<Chosen, Vec<Wrong>> {
    let chosen = read_query(page, &project.calendar(), members, pairs)?;
    let wrong = behind_the_data(session, project, page, &chosen).or_else(|| too_many(session, project, page, &chosen));
    wrong.map_or(Ok(chosen), |wrong| Err(vec![wrong]))
}

/// A first day after the running period, in which the data ends: every block would be empty.
fn behind_the_data(session: &Answers, project: &Project, page: &Dashboard, chosen: &Chosen) -> Option<Wrong> {
    let (from, as_of) = (chosen.from?, newest_as_of(session, project, page, &chosen.params(page))?);
    let grain = period_of(page).map_or(Grain::Week, |(grain, _)| grain);
    let running = project.calendar().period_of(as_of, grain);
    (from > running.to()).then(|| {
        let what = format!("the page begins on {from}, and its data ends on {as_of}");
        Wrong::new(what, format!("ask from {} or earlier", running.to()))
    })
}

/// More periods than a picture can show, as far as the data reaches.
fn too_many(session: &Answers, project: &Project, page: &Dashboard, chosen: &Chosen) -> Option<Wrong> {
    let (calendar, params) = (project.calendar(), with_days(session, project, page, &chosen.params(page)));
    let grain = period_of(page).map_or(Grain::Week, |(grain, _)| grain);
    let running = calendar.period_of(newest_as_of(session, project, page, &params)?, grain);
    let asked = Range::new(params.from?, params.to.unwrap_or(running.to()).min(running.to()))?;
    let count = calendar.periods(asked, grain).len();
    (count > MOST_PERIODS).then(|| {
        let (word, first) = (grain.word(), calendar.back(asked.to(), grain, MOST_PERIODS as u32 - 1));
        let what = format!("{} to {} are {count} {word}s", asked.from(), asked.to());
        Wrong::new(what, format!("a page shows {MOST_PERIODS} {word}s at most: ask from {first} or later"))
    })
}

/// The page with its numbers.
pub async fn page(
    session: &Answers,
    project: &Project,
    page: &Dashboard,
    members: &Members,
    chosen: &Chosen,
    viewer: &Viewer,
) -> Page {
    let Panels { mut blocks, as_of, range, grain, notes } =
        panels(session, project, page, &chosen.params(page), viewer).await;
    let locale = Locale::of(&project.settings);
    if as_of.is_none() {
        blocks.insert(0, nothing_loaded(&locale));
    }
    Page {
        firm: project.settings.firm.clone(),
        slug: page.slug.clone(),
        title: page.title.clone(),
        asks: page.asks.clone(),
        owner: page.owner.clone(),
        as_of,
        range,
        grain,
        time_zone: project.settings.time_zone.name().into(),
        build: session.build(),
        blocks,
        filters: page.filters.iter().filter_map(|filter| filter_state(filter, members, chosen, &locale)).collect(),
        pages: in_order(project)
            .into_iter()
            .map(|page| (page.slug.clone(), page.title.clone(), page.asks.clone()))
            .collect(),
        query: chosen.query(),
        notes,
        locale,
    }
}

fn nothing_loaded(locale: &Locale) -> Drawn {
    notice(CardState::NotLoaded, locale.nothing_loaded(), locale.nothing_loaded_why)
}

/// A filter with what was chosen; `None` where there is nothing to choose from.
fn filter_state(filter: &PageFilter, members: &Members, chosen: &Chosen, locale: &Locale) -> Option<FilterState> {
    let kind = match &filter.kind {
        FilterKind::Period { grain, .. } => {
            Shown::Period { from: chosen.from, to: chosen.to, as_of: chosen.as_of, grain: *grain }
        }
        FilterKind::Multi { .. } => Shown::Multi {
            members: members.get(&filter.name).filter(|members| !members.is_empty())?.clone(),
            chosen: chosen.members.get(&filter.name).cloned().unwrap_or_default(),
        },
    };
    Some(FilterState { name: filter.name.clone(), label: locale.heading(&filter.name), kind })
}
