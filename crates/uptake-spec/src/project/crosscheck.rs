//! Mistakes that only show when the parts of a project are seen together. No data and no engine are needed.

use super::{Files, Project};
use crate::dashboard::{Ask, Block, ChartBlock, Dashboard, DataFrom, FilterKind, TableBlock, Token, What};
use crate::kpi::Kpi;
use crate::problem::{Place, Problem, did_you_mean};
use crate::sql;

/// The names every KPI's SQL may use; its options come on top.
pub const BOUND: [&str; 5] = ["from", "to", "grain", "as_of", "attributes"];

pub(super) fn mistakes(project: &Project, files: &Files) -> Vec<Problem> {
    let kpis = project.kpis.iter().flat_map(|kpi| in_kpi(kpi, files));
    let models =
        project.models.iter().flat_map(|model| in_sql(&model.sql, &model.file, 1, &[], "a model takes no parameters"));
    let mappings = project.sources.iter().flat_map(|s| &s.mappings);
    let mappings = mappings.flat_map(|m| in_sql(&m.sql, &m.file, 1, &[], "a mapping takes no parameters"));
    let pages = project.dashboards.iter().flat_map(|page| in_page(project, page, files));
    let targets = project.targets.iter().filter(|t| !is_there(project, files, &t.metric)).map(|t| {
        let hint = did_you_mean(&t.metric, project.kpis.iter().map(|k| k.name.as_str()));
        Problem::new(Place::new("targets.csv", t.line, 1), format!("no KPI is called \"{}\"", t.metric), hint)
    });
    let sources = project.sources.iter().filter(|s| s.mappings.is_empty()).map(|s| {
        Problem::new(
            Place::new(&s.file, 1, 1),
            format!("the source \"{}\" maps to no table", s.name),
            "add a TABLE.sql beside it",
        )
    });
    let reports = project.reports.iter().flat_map(|r| crate::report::mistakes(r, &project.dashboards));
    kpis.chain(models).chain(mappings).chain(pages).chain(targets).chain(sources).chain(reports).collect()
}

fn in_kpi(kpi: &Kpi, files: &Files) -> Vec<Problem> {
    let mut problems = vec![];
    let test = kpi.place.file.with_extension("slt");
    if !files.iter().any(|(path, _)| path == test) {
        let what = format!("{} has no test beside it", kpi.name);
        problems.push(Problem::new(Place::new(&kpi.place.file, 1, 1), what, format!("add {}", test.display())));
    }
    if kpi.attributes.is_empty() {
        problems.push(Problem::new(
            Place::new(&kpi.place.file, 1, 1),
            "\"attributes\" is missing",
            "add -- attributes = [\"period-end\"]",
        ));
    }
    let options = kpi.options.iter().map(|o| o.name.as_str());
    let known: Vec<&str> = BOUND.into_iter().chain(options).collect();
    problems.extend(in_sql(&kpi.sql, &kpi.place.file, kpi.place.line, &known, "declare it as an option in the header"));
    problems
}

/// Mistakes of one SELECT that begins on `line` of `file` and may use the parameters `known`.
fn in_sql(text: &str, file: &std::path::Path, line: usize, known: &[&str], otherwise: &str) -> Vec<Problem> {
    let reads = match sql::reads(text) {
        Ok(reads) => reads,
        Err(why) => return vec![Problem::new(Place::new(file, line, 1), why, "")],
    };
    let undeclared = reads.parameters.iter().filter(|name| !known.contains(&name.as_str()));
    let object = |name: &String| {
        let (down, column) = sql::place_of_parameter(text, name).unwrap_or((1, 1));
        let hint = if known.is_empty() { otherwise.into() } else { did_you_mean(name, known.iter().copied()) };
        Problem::new(Place::new(file, line + down - 1, column), format!("${name} is not declared"), hint)
    };
    undeclared.map(object).collect()
}

fn in_page(project: &Project, page: &Dashboard, files: &Files) -> Vec<Problem> {
    let mut problems: Vec<Problem> =
        page.blocks.iter().flat_map(|block| in_block(project, files, page, block)).collect();
    let filters: Vec<&str> = page.filters.iter().map(|f| f.name.as_str()).collect();
    let known: Vec<&str> = ["from", "to", "as_of"].into_iter().chain(filters).collect();
    for block in &page.blocks {
        if let What::Query { sql } = &block.what
            && front_was_read(page)
        {
            problems.extend(in_sql(sql, &page.file, block.place.line + 1, &known, "declare a filter of that name"));
        }
    }
    // A KPI with mistakes of its own may have the column.
    let all_read = page.blocks.iter().filter_map(Block::ask).all(|ask| !is_broken(project, files, &ask.kpi));
    for filter in page.filters.iter().filter(|_| all_read) {
        let FilterKind::Multi { column } = &filter.kind else { continue };
        let by_kpi = page.blocks.iter().filter_map(Block::ask).filter_map(|ask| project.kpi(&ask.kpi));
        let used = by_kpi.clone().any(|kpi| kpi.dimensions.contains(column)) || uses_parameter(page, &filter.name);
        if !used {
            let what = format!("nothing on this page uses the filter \"{}\"", filter.name);
            problems.push(Problem::new(filter.place.clone(), what, "remove it, or filter by a column its KPIs have"));
        }
    }
    problems
}

fn uses_parameter(page: &Dashboard, name: &str) -> bool {
    page.blocks.iter().any(|block| match &block.what {
        What::Query { sql } => sql::reads(sql).is_ok_and(|r| r.parameters.contains(name)),
        _ => false,
    })
}

/// Front matter that is no TOML leaves nothing; which filters it has is then unknown.
fn front_was_read(page: &Dashboard) -> bool {
    !(page.title.is_empty() && page.asks.is_empty() && page.filters.is_empty())
}

/// The KPI has a file, but its header has mistakes, which are told there.
fn is_broken(project: &Project, files: &Files, kpi: &str) -> bool {
    project.kpi(kpi).is_none() && files.text(&format!("queries/kpis/{kpi}.sql")).is_some()
}

fn is_there(project: &Project, files: &Files, kpi: &str) -> bool {
    project.kpi(kpi).is_some() || is_broken(project, files, kpi)
}

fn in_block(project: &Project, files: &Files, page: &Dashboard, block: &Block) -> Vec<Problem> {
    let tokens = match &block.what {
        What::Prose(prose) => prose.tokens(),
        _ => vec![],
    };
    let mut problems: Vec<Problem> =
        tokens.into_iter().filter_map(|token| in_token(project, files, page, token)).collect();
    if let Some(ask) = block.ask().filter(|ask| !is_broken(project, files, &ask.kpi)) {
        problems.extend(in_ask(project, ask));
    }
    if let What::Chart(ChartBlock { data: DataFrom::Query { name, place, .. }, .. })
    | What::Table(TableBlock { data: DataFrom::Query { name, place, .. }, .. }) = &block.what
    {
        let queries = page.blocks.iter().filter(|b| matches!(b.what, What::Query { .. })).map(|b| b.id.as_str());
        if !name.is_empty() && !queries.clone().any(|id| id == name) {
            problems.push(Problem::new(
                place.clone(),
                format!("no sql block is called \"{name}\""),
                did_you_mean(name, queries),
            ));
        }
    }
    problems
}

fn in_token(project: &Project, files: &Files, page: &Dashboard, token: &Token) -> Option<Problem> {
    let blocks = page.blocks.iter().filter(|b| b.ask().is_some()).map(|b| b.id.as_str());
    let kpis = project.kpis.iter().map(|k| k.name.as_str());
    let mut known = blocks.chain(kpis);
    if known.clone().any(|name| name == token.of) || is_broken(project, files, &token.of) {
        return None;
    }
    let what = format!("no block and no KPI is called \"{}\"", token.of);
    Some(Problem::new(token.place.clone(), what, did_you_mean(&token.of, known.by_ref())))
}

fn in_ask(project: &Project, ask: &Ask) -> Vec<Problem> {
    let Some(kpi) = project.kpi(&ask.kpi) else { return without_kpi(project, ask) };
    let mut problems = vec![];
    for column in ask.by.iter().filter(|c| !kpi.dimensions.contains(c)) {
        let hint = did_you_mean(column, kpi.dimensions.iter().map(String::as_str));
        problems.push(Problem::new(ask.by_place.clone(), format!("{} has no column \"{column}\"", kpi.name), hint));
    }
    for (name, (value, place)) in &ask.options {
        let one = [(name.clone(), value.clone())].into();
        if !kpi.options.iter().any(|o| o.name == *name) {
            problems.push(unknown_key(ask, name, place, std::slice::from_ref(kpi)));
        } else if let Err((what, hint)) = kpi.chosen(&one) {
            problems.push(Problem::new(place.clone(), what, hint));
        }
    }
    problems
}

/// What is wrong whichever KPI was meant. A missing name was told when the block was read.
fn without_kpi(project: &Project, ask: &Ask) -> Vec<Problem> {
    let mut problems = vec![];
    if !ask.kpi.is_empty() {
        let hint = did_you_mean(&ask.kpi, project.kpis.iter().map(|k| k.name.as_str()));
        problems.push(Problem::new(ask.kpi_place.clone(), format!("no KPI is called \"{}\"", ask.kpi), hint));
    }
    for (name, (_, place)) in &ask.options {
        if !project.kpis.iter().flat_map(|kpi| &kpi.options).any(|o| o.name == *name) {
            problems.push(unknown_key(ask, name, place, &project.kpis));
        }
    }
    problems
}

/// A key that is none of the block's and no option of `kpis`.
fn unknown_key(ask: &Ask, name: &str, place: &Place, kpis: &[Kpi]) -> Problem {
    let options = kpis.iter().flat_map(|kpi| &kpi.options).map(|o| o.name.as_str());
    let known: std::collections::BTreeSet<&str> = ask.keys.iter().copied().chain(options).collect();
    Problem::new(place.clone(), format!("unknown key \"{name}\""), did_you_mean(name, known))
}
