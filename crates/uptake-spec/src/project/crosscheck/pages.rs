//! What a page says, held against the KPIs, filters and other pages it speaks of.

use super::{in_sql, is_broken};
use crate::dashboard::{
    Ask, Block, ChartBlock, Choice, Dashboard, DataFrom, FilterKind, Link, Scan, ScanOf, Show, TableBlock, Token, What,
};
use crate::kpi::{Kpi, Unit};
use crate::problem::{Place, Problem, did_you_mean};
use crate::project::{Files, Project};
use crate::sql;

pub(super) fn in_page(project: &Project, page: &Dashboard, files: &Files) -> Vec<Problem> {
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
        let others = page.blocks.iter().filter_map(Block::scan).filter_map(|scan| looked_at(project, scan));
        let blocks = page.blocks.iter().chain(others.flat_map(|other| &other.blocks));
        let by_kpi = blocks.filter_map(Block::ask).filter_map(|ask| project.kpi(&ask.kpi));
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

fn in_block(project: &Project, files: &Files, page: &Dashboard, block: &Block) -> Vec<Problem> {
    let mut problems: Vec<Problem> =
        block.tokens().into_iter().filter_map(|token| in_token(project, files, page, token)).collect();
    if let Some(ask) = block.ask().filter(|ask| !is_broken(project, files, &ask.kpi)) {
        problems.extend(in_ask(project, ask));
    }
    problems.extend(block.link().into_iter().flat_map(|link| in_link(project, files, block, link)));
    if let What::Chart(chart) = &block.what {
        problems.extend(in_target_lines(chart));
        problems.extend(in_last_year(project, chart));
    }
    problems.extend(block.scan().into_iter().flat_map(|scan| in_scan(project, files, page, scan)));
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

/// The other page that a scan names, if it is there.
fn looked_at<'a>(project: &'a Project, scan: &Scan) -> Option<&'a Dashboard> {
    project.dashboard(&scan.page.as_ref()?.0)
}

fn in_scan(project: &Project, files: &Files, page: &Dashboard, scan: &Scan) -> Vec<Problem> {
    let other = looked_at(project, scan);
    if let (None, Some((slug, place))) = (other, &scan.page) {
        let is_broken = files.text(&format!("dashboards/{slug}.md")).is_some();
        let hint = did_you_mean(slug, project.dashboards.iter().map(|page| page.slug.as_str()));
        let missing = Problem::new(place.clone(), format!("no page is called \"{slug}\""), hint);
        return if is_broken { vec![] } else { vec![missing] };
    }
    let asks = other.unwrap_or(page).blocks.iter().filter_map(Block::ask);
    let columns: Vec<&str> =
        asks.filter_map(|ask| project.kpi(&ask.kpi)).flat_map(|kpi| &kpi.dimensions).map(String::as_str).collect();
    let unknown = scan.by.iter().filter(|column| !columns.contains(&column.as_str()));
    let object = |column: &String| {
        let what = format!("no KPI of the page has a column \"{column}\"");
        let known: std::collections::BTreeSet<&str> = columns.iter().copied().collect();
        Problem::new(scan.by_place.clone(), what, did_you_mean(column, known))
    };
    unknown.map(object).collect()
}

fn in_token(project: &Project, files: &Files, page: &Dashboard, token: &Token) -> Option<Problem> {
    let block = page.blocks.iter().find(|block| block.id == token.of).and_then(Block::ask);
    let kpi = project.kpi(block.map_or(&token.of, |ask| &ask.kpi));
    if let Some(kpi) = kpi {
        let chosen = kpi.chosen(&block.map(Ask::chosen).unwrap_or_default());
        let kpi = chosen.as_ref().unwrap_or(kpi);
        return in_where(token, kpi).or_else(|| in_show(token, kpi.unit));
    }
    if block.is_some() || is_broken(project, files, &token.of) {
        return None; // what is wrong with the block's KPI is told there
    }
    let blocks = page.blocks.iter().filter(|b| b.ask().is_some()).map(|b| b.id.as_str());
    let known = blocks.chain(project.kpis.iter().map(|k| k.name.as_str()));
    let what = format!("no block and no KPI is called \"{}\"", token.of);
    Some(Problem::new(token.place.clone(), what, did_you_mean(&token.of, known)))
}

/// A place is a member of the KPI's first column.
fn in_where(token: &Token, kpi: &Kpi) -> Option<Problem> {
    let nowhere = token.field == "where" && kpi.dimensions.is_empty();
    let what = || format!("{{{}.where}} looks into a column, and {} has none", token.of, kpi.name);
    nowhere
        .then(|| Problem::new(token.place.clone(), what(), "as it is asked here it is one figure for the whole firm"))
}

/// A figure that cannot be written in the way asked: people in euros, a day in percent.
fn in_show(token: &Token, unit: Unit) -> Option<Problem> {
    let suits = match token {
        token if token.is_words() => token.show == Show::Usual,
        token if token.is_day() => matches!(token.show, Show::Date | Show::Month | Show::Usual),
        token => token.show.suits(unit),
    };
    if suits {
        return None;
    }
    let (is, hint) = match unit {
        _ if token.is_words() => ("words", "nothing"),
        _ if token.is_day() => ("a day", ":date, :month, or nothing"),
        Unit::Share => ("a share", ":pct0, :pct1 or nothing"),
        Unit::Money => ("an amount of money", ":money or nothing"),
        Unit::Count => ("a number", ":int or nothing"),
        Unit::Rate => ("a rate", ":num1, :num2 or nothing"),
        Unit::Days => ("a number of days", ":int, :num1 or nothing"),
    };
    let what = format!("{{{}.{}}} is {is}, and cannot be written as \"{}\"", token.of, token.field, token.show.word());
    Some(Problem::new(token.place.clone(), what, format!("write {hint} behind the name")))
}

fn in_link(project: &Project, files: &Files, block: &Block, link: &Link) -> Vec<Problem> {
    let object = |what: String, hint: String| Problem::new(link.place.clone(), what, hint);
    let mut problems: Vec<Problem> = vec![];
    if let Some(ask) = block.ask() {
        let missing = link.columns().filter(|column| !ask.by.iter().any(|by| by == column));
        problems.extend(missing.map(|column| {
            let hint = match &ask.by[..] {
                [] => format!("add by = \"{column}\", or choose one, as in {column}=Partner"),
                by => did_you_mean(column, by.iter().map(String::as_str)),
            };
            object(format!("the link takes {{{column}}}, which this block does not show"), hint)
        }));
    }
    let Some(target) = project.dashboard(&link.page) else {
        if files.text(&format!("dashboards/{}.md", link.page)).is_none() {
            let hint = did_you_mean(&link.page, project.dashboards.iter().map(|page| page.slug.as_str()));
            problems.push(object(format!("no page is called \"{}\"", link.page), hint));
        }
        return problems;
    };
    let days = if target.takes_days() { &["period", "from", "to", "as_of"][..] } else { &["as_of"] };
    let days = || days.iter().copied();
    for (key, choice) in link.choices.iter().filter(|_| front_was_read(target)) {
        let filters = || target.filters.iter().map(|filter| filter.name.as_str());
        if !filters().chain(days()).any(|known| known == key) {
            let hint = did_you_mean(key, filters().chain(days()));
            problems.push(object(format!("the page \"{}\" has no filter \"{key}\"", target.slug), hint));
        } else if let Choice::Member(column) = choice
            && !target.filters.iter().any(|f| f.name == *key && matches!(f.kind, FilterKind::Multi { .. }))
        {
            let what = format!("\"{key}\" chooses days, and {{{column}}} is no day");
            problems.push(object(what, "take the column to a filter of type \"multi\"".into()));
        }
    }
    problems
}

/// Each of several lines with its year before would be twice as many as anybody can read.
fn in_last_year(project: &Project, chart: &ChartBlock) -> Option<Problem> {
    let (place, DataFrom::Kpi(ask)) = (chart.last_year.as_ref()?, &chart.data) else { return None };
    let split = project.kpi(&ask.kpi).and_then(|kpi| kpi.split.as_ref()).map(|split| &split.column);
    let (column, hint) = match ask.by.first() {
        Some(column) => (column, "leave \"by\" out, or show it in a kpi block"),
        None => (split?, "show it in a kpi block"),
    };
    let what = format!("the year before stands beside one line, and this chart has one for each {column}");
    Some(Problem::new(place.clone(), what, hint))
}

/// The line of a chart is the target of what it shows; another KPI's would be in another unit.
fn in_target_lines(chart: &ChartBlock) -> Vec<Problem> {
    let own = match &chart.data {
        DataFrom::Kpi(ask) => ask.kpi.as_str(),
        DataFrom::Query { .. } | DataFrom::Scan(_) => "",
    };
    let object = |(kpi, place): &(String, Place)| match own {
        "" => Problem::new(place.clone(), "a query of a page has no target", "leave the [[line]] out"),
        own => {
            let what = format!("the line is the target of \"{kpi}\", and this chart shows {own}");
            Problem::new(place.clone(), what, format!("write target = \"{own}\""))
        }
    };
    chart.targets.iter().filter(|(kpi, _)| kpi != own).map(object).collect()
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
        let scans = ScanOf::ALL.iter().map(|(name, _)| *name);
        let hint = did_you_mean(&ask.kpi, project.kpis.iter().map(|k| k.name.as_str()).chain(scans));
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
