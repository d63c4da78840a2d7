//! From a page to what is drawn on it. Every KPI is asked once, all at the same time; what fails becomes a card that says why.

mod asking;
mod days;
mod drawing;
mod judging;
mod scan;

pub use asking::{Asked, Given, ask_for, query_of};
pub use days::{as_ofs, newest_as_of, period_of, with_days};
pub use drawing::{draw, notice};
pub use scan::{in_figures, in_words, scan};

use asking::ask;

use crate::answers::Answers;
use chrono::NaiveDate;
use uptake_draw::Drawn;
use uptake_spec::{Dashboard, Grain, Params, Project, Range, Viewer};

/// What stands on a page, and what its head and foot tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Panels {
    /// In reading order; a block that failed is a card.
    pub blocks: Vec<Drawn>,
    /// The newest among the blocks'; an older block prints its own. `None` if nothing was loaded for any of them.
    pub as_of: Option<NaiveDate>,
    /// The days of the page, in whole periods.
    pub range: Option<Range>,
    pub grain: Option<Grain>,
    /// What is not loaded, and what a filter could not reach.
    pub notes: Vec<String>,
}

/// The page as `params` ask for it: their filters reach every KPI that has the column, their days all of them.
pub async fn panels(
    session: &Answers,
    project: &Project,
    page: &Dashboard,
    params: &Params,
    viewer: &Viewer,
) -> Panels {
    let asked = ask(session, project, page, params, viewer).await;
    drawing::panels(&asked)
}
