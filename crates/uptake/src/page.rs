//! A page, whole: what the viewer chose, what the blocks show, what stands around them.

use crate::panels::{Panels, panels};
use crate::query::{Chosen, Wrong, read_query};
use std::collections::BTreeMap;
use uptake_draw::{FilterKind as Shown, FilterState, Page, words};
use uptake_lake::Session;
use uptake_spec::dashboard::{FilterKind, PageFilter};
use uptake_spec::{Dashboard, Project, Viewer};

/// What every filter of a page allows, by the filter's name; a column that was never loaded allows nothing.
pub type Members = BTreeMap<String, Vec<String>>;

pub async fn members(session: &Session, page: &Dashboard) -> Members {
    let mut members = Members::new();
    for filter in &page.filters {
        if let FilterKind::Multi { column } = &filter.kind {
            // Whatever went wrong, the blocks below the filter say it.
            members.insert(filter.name.clone(), session.members(column).await.unwrap_or_default());
        }
    }
    members
}

/// What the pairs of a query mean on this page.
///
/// # Errors
/// Every mistake in them.
pub fn chosen(
    project: &Project,
    page: &Dashboard,
    members: &Members,
    pairs: &[(String, String)],
) -> Result<Chosen, Vec<Wrong>> {
    read_query(page, &project.calendar(), members, pairs)
}

/// The page with its numbers.
pub async fn page(
    session: &Session,
    project: &Project,
    page: &Dashboard,
    members: &Members,
    chosen: &Chosen,
    viewer: &Viewer,
) -> Page {
    let Panels { blocks, as_of, range, grain, notes } =
        panels(session, project, page, &chosen.params(page), viewer).await;
    Page {
        firm: project.settings.firm.clone(),
        slug: page.slug.clone(),
        title: page.title.clone(),
        asks: page.asks.clone(),
        as_of,
        range,
        grain,
        time_zone: project.settings.time_zone.name().into(),
        build: session.build(),
        blocks,
        filters: page.filters.iter().filter_map(|filter| filter_state(filter, members, chosen)).collect(),
        pages: project
            .dashboards
            .iter()
            .map(|page| (page.slug.clone(), page.title.clone(), page.asks.clone()))
            .collect(),
        query: chosen.query(),
        notes,
        currency: project.settings.currency.clone(),
    }
}

/// A filter with what was chosen; `None` where there is nothing to choose from.
fn filter_state(filter: &PageFilter, members: &Members, chosen: &Chosen) -> Option<FilterState> {
    let kind = match &filter.kind {
        FilterKind::Period { grain, .. } => Shown::Period { from: chosen.from, to: chosen.to, grain: *grain },
        FilterKind::Multi { .. } => Shown::Multi {
            members: members.get(&filter.name).filter(|members| !members.is_empty())?.clone(),
            chosen: chosen.members.get(&filter.name).cloned().unwrap_or_default(),
        },
    };
    Some(FilterState { name: filter.name.clone(), label: words::heading(&filter.name), kind })
}
