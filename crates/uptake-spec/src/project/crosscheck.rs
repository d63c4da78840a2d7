//! Mistakes that only show when the parts of a project are seen together. No data and no engine are needed.

mod contents;
mod pages;

use super::circles::circles;
use super::{Files, Project, Target};
use crate::kpi::{Better, Kpi};
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
    let pages = project.dashboards.iter().flat_map(|page| pages::in_page(project, page, files));
    let targets = project.targets.iter().flat_map(|target| in_target(project, files, target));
    let circles = circles(&project.models).into_iter().map(|circle| circle.problem());
    let sources = project.sources.iter().filter(|s| s.mappings.is_empty() && !s.unmapped).map(|s| {
        Problem::new(
            Place::new(&s.file, 1, 1),
            format!("the source \"{}\" maps to no table", s.name),
            "add a TABLE.sql beside it, or say unmapped = true",
        )
    });
    let reports = project.reports.iter().flat_map(|r| crate::report::mistakes(r, &project.dashboards));
    let all = kpis.chain(models).chain(circles).chain(mappings).chain(pages).chain(targets).chain(sources);
    let jobs = project.settings.jobs.iter().filter_map(|job| crate::job::mistakes(job, project));
    all.chain(reports).chain(jobs).chain(contents::mistakes(project, files)).collect()
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

fn in_target(project: &Project, files: &Files, target: &Target) -> Vec<Problem> {
    let object = |what: String, hint: String| Problem::new(Place::new("targets.csv", target.line, 1), what, hint);
    let Some(kpi) = project.kpi(&target.metric) else {
        let hint = did_you_mean(&target.metric, project.kpis.iter().map(|k| k.name.as_str()));
        let unknown = object(format!("no KPI is called \"{}\"", target.metric), hint);
        return if is_there(project, files, &target.metric) { vec![] } else { vec![unknown] };
    };
    let mut problems = vec![];
    match target.scope.split_once('=') {
        _ if target.scope.is_empty() => {}
        Some((column, value)) if !value.is_empty() => {
            if !kpi.dimensions.iter().any(|known| known == column) {
                let hint = did_you_mean(column, kpi.dimensions.iter().map(String::as_str));
                problems.push(object(format!("{} has no column \"{column}\"", kpi.name), hint));
            }
        }
        _ => {
            let hint = "leave it empty for the whole firm, or write grade=Partner";
            problems.push(object(format!("\"scope\" cannot be \"{}\"", target.scope), hint.into()));
        }
    }
    problems.extend(told_against_itself(kpi, target).map(|(what, hint)| object(what, hint)));
    problems
}

/// A target whose columns contradict each other, or its KPI.
fn told_against_itself(kpi: &Kpi, target: &Target) -> Option<(String, String)> {
    let word = |better| match better {
        Better::Up => "up",
        Better::Down => "down",
        Better::Neither => "",
    };
    let good = match target.direction.as_str() {
        "" => word(kpi.better),
        direction => direction,
    };
    if !word(kpi.better).is_empty() && word(kpi.better) != good {
        let what = format!("the target goes {good}, and for {} {} is better", kpi.name, word(kpi.better));
        return Some((what, format!("write {}, or leave the direction empty", word(kpi.better))));
    }
    if let (Some(from), Some(to)) = (target.valid_from, target.valid_to)
        && to < from
    {
        return Some((format!("the target ends on {to}, before it begins on {from}"), "both days are included".into()));
    }
    let warn = target.warn?;
    let side = match good {
        "up" if warn > target.target => "below",
        "down" if warn < target.target => "above",
        _ => return None,
    };
    let what = format!("\"warn\" {warn} comes after the target {}", target.target);
    Some((what, format!("with the direction {good}, a warning stands {side} the target")))
}

/// The KPI has a file, but its header has mistakes, which are told there.
fn is_broken(project: &Project, files: &Files, kpi: &str) -> bool {
    project.kpi(kpi).is_none() && files.text(&format!("queries/kpis/{kpi}.sql")).is_some()
}

fn is_there(project: &Project, files: &Files, kpi: &str) -> bool {
    project.kpi(kpi).is_some() || is_broken(project, files, kpi)
}
