//! The table of `dashboards/README.md`, from page to KPIs, held against the pages themselves.

use crate::dashboard::{Block, Dashboard, What};
use crate::problem::{Place, Problem, did_you_mean};
use crate::project::{Files, Project};
use crate::sql;

const FILE: &str = "dashboards/README.md";

/// ``| [`usage.md`](usage.md) | what it asks | `kpi_a`, `kpi_b` |``
struct Row<'t> {
    /// From 1.
    line: usize,
    /// `usage`.
    page: &'t str,
    /// What stands in backticks in the third column.
    kpis: Vec<&'t str>,
    /// Where the words of the third column begin, from 1.
    kpis_at: usize,
}

/// None for a project without that file, or whose file has no such table.
pub(super) fn mistakes(project: &Project, files: &Files) -> Vec<Problem> {
    let rows: Vec<Row> = files.text(FILE).map(rows).unwrap_or_default();
    let Some(last) = rows.last().map(|row| row.line) else { return vec![] };
    let without_row = project.dashboards.iter().filter(|page| !rows.iter().any(|row| row.page == page.slug));
    let without_row = without_row.map(|page| {
        let (slug, kpis) = (&page.slug, listed(&used(project, page)));
        let hint = format!("add | [`{slug}.md`]({slug}.md) | {} | {kpis} |", page.asks);
        Problem::new(Place::new(FILE, last, 1), format!("the table has no row for {slug}.md"), hint)
    });
    rows.iter().filter_map(|row| in_row(project, files, row)).chain(without_row).collect()
}

fn rows(text: &str) -> Vec<Row<'_>> {
    text.lines().enumerate().filter_map(|(at, line)| read_row(at + 1, line)).collect()
}

/// `None` for a line that is no row of a page.
fn read_row(line: usize, text: &str) -> Option<Row<'_>> {
    let cells: Vec<&str> = text.strip_prefix('|')?.split('|').collect();
    let first = cells[0].trim();
    let link = first.strip_prefix('[').and_then(|link| link.split_once("](")?.1.split_once(')'))?.0;
    let page = link.strip_suffix(".md").filter(|page| !page.contains('/'))?;
    let third = cells.get(2).copied().unwrap_or_default();
    let before: usize = cells.iter().take(2).map(|cell| cell.chars().count() + 1).sum();
    let kpis_at = before + 2 + third.chars().take_while(|c| *c == ' ').count();
    Some(Row { line, page, kpis: third.split('`').skip(1).step_by(2).collect(), kpis_at })
}

fn in_row(project: &Project, files: &Files, row: &Row) -> Option<Problem> {
    let Some(page) = project.dashboard(row.page) else {
        // A page that cannot be read at all is told there.
        let is_there = files.text(&format!("dashboards/{}.md", row.page)).is_some();
        let hint = did_you_mean(row.page, project.dashboards.iter().map(|page| page.slug.as_str()));
        return (!is_there)
            .then(|| Problem::new(Place::new(FILE, row.line, 1), format!("there is no page {}.md", row.page), hint));
    };
    let used = used(project, page);
    let same = used.iter().all(|kpi| row.kpis.contains(kpi)) && row.kpis.iter().all(|kpi| used.contains(kpi));
    // A name that no KPI has is told on the page, and what was meant stands rightly in the row.
    if same || page.blocks.iter().filter_map(Block::ask).any(|ask| project.kpi(&ask.kpi).is_none()) {
        return None;
    }
    let what = format!("the row of {}.md names other KPIs than the page uses", row.page);
    Some(Problem::new(Place::new(FILE, row.line, row.kpis_at), what, format!("write {}", listed(&used))))
}

/// The KPIs of a page's blocks, words and queries, each once, in reading order.
fn used<'p>(project: &'p Project, page: &'p Dashboard) -> Vec<&'p str> {
    let mut used: Vec<&str> = vec![];
    for block in &page.blocks {
        let asked = block.ask().map(|ask| ask.kpi.clone());
        let is_block = |name: &str| page.blocks.iter().any(|block| block.id == name);
        let told = block.tokens().into_iter().map(|token| token.of.clone()).filter(|of| !is_block(of));
        let read = match &block.what {
            What::Query { sql } => sql::reads(sql).map(|reads| reads.relations).unwrap_or_default(),
            _ => Default::default(),
        };
        let names = asked.into_iter().chain(told).chain(read);
        let kpis = names.filter_map(|name| project.kpi(&name)).map(|kpi| kpi.name.as_str());
        kpis.for_each(|kpi| {
            if !used.contains(&kpi) {
                used.push(kpi);
            }
        });
    }
    used
}

fn listed(kpis: &[&str]) -> String {
    kpis.iter().map(|kpi| format!("`{kpi}`")).collect::<Vec<_>>().join(", ")
}
