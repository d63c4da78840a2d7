//! A tree, as account structures have it: names indented below the one they belong to, with their own value and that of all below.

use super::frame::{Frame, frame};
use super::members::{self, Drawn};
use super::reading::Drawing;
use super::rows::{Asked, Rows};
use super::{Chart, Format, Picture, summary};
use crate::scale::Linear;
use crate::svg::{Anchor, line, path, rect, text, through};
use crate::text::{Weight, ellipsized, width_px};
use crate::theme::{Paint, Size, Theme};
use std::collections::{HashMap, HashSet};
use uptake_spec::kpi::Unit;
use uptake_spec::{Problem, Range, Table, Value};

/// More rows than this are a table.
const MOST: usize = 60;
/// No account stands below more than so many others.
const DEEPEST: usize = 40;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    /// From the top down, each below what it belongs to.
    nodes: Vec<Node>,
    more: usize,
    period: Option<String>,
    /// The values of all below may be added up.
    sums: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Node {
    name: String,
    /// 0 at the top.
    depth: usize,
    value: Option<f64>,
    /// Its own and that of all below; `None` without any.
    whole: Option<f64>,
    /// Nodes below, at any depth.
    below: usize,
    members: Vec<String>,
}

/// What is read before it is in order.
struct Entry {
    name: String,
    above: Option<String>,
    value: Option<f64>,
}

/// The first of two columns holds the second; people may be counted in several, so that only money is added up.
///
/// # Errors
/// Not one or two columns name members.
pub(super) fn fit(rows: &Rows, asked: &Asked) -> Result<Tree, Problem> {
    rows.want_columns(asked, 1..=2, "a tree", "the first column holds the second, as by = [\"country\", \"office\"]")?;
    let newest = rows.newest();
    let crossed = newest.map_or(vec![], |stop| rows.crossed(stop));
    let sums = asked.format.unit == Unit::Money;
    let mut nodes = vec![];
    for (name, cells) in rows.columns[0].members.iter().zip(&crossed) {
        let value = |at: usize| cells[at].and_then(|cell| cell.value);
        let node = |name: &String, depth, value, members| Node {
            name: name.clone(),
            depth,
            value,
            whole: value,
            below: 0,
            members,
        };
        let Some(second) = rows.columns.get(1) else {
            nodes.push(node(name, 0, value(0), vec![name.clone()]));
            continue;
        };
        let below: Vec<usize> = (0..cells.len()).filter(|at| cells[*at].is_some()).collect();
        if below.is_empty() {
            continue;
        }
        let whole = below.iter().filter_map(|at| value(*at)).fold(None, |sum, v| Some(sum.unwrap_or(0.0) + v));
        nodes.push(Node { whole: whole.filter(|_| sums), below: below.len(), ..node(name, 0, None, vec![]) });
        nodes.extend(below.iter().map(|at| {
            let member = &second.members[*at];
            node(member, 1, value(*at), vec![name.clone(), member.clone()])
        }));
    }
    Ok(Tree { nodes, more: 0, period: rows.words_of(newest), sums }.cut())
}

/// `x` names a row, `series` the row it belongs to, `y` its own value.
///
/// # Errors
/// Two rows have one name, or a row belongs to itself over others.
pub(super) fn fit_query(table: &Table, columns: &Drawn, asked: &Asked) -> Result<Tree, Problem> {
    let above = |row| match columns.series.as_ref().map(|column| table.value(row, column)) {
        None | Some(Value::Nothing | Value::Text("")) => None,
        Some(value) => Some(members::name(value, &asked.format.locale)),
    };
    let entry = |row| Entry {
        name: members::name(table.value(row, &columns.x), &asked.format.locale),
        above: above(row),
        value: table.value(row, &columns.y).number().filter(|n| n.is_finite()),
    };
    let entries: Vec<Entry> = (0..table.rows()).map(entry).collect();
    let sums = matches!(columns.unit, Unit::Count | Unit::Money | Unit::Rate);
    let nodes = ordered(&entries, sums, asked)?;
    Ok(Tree { nodes, more: 0, period: None, sums }.cut())
}

fn ordered(entries: &[Entry], sums: bool, asked: &Asked) -> Result<Vec<Node>, Problem> {
    let mut known: HashMap<&str, usize> = HashMap::new();
    for (at, entry) in entries.iter().enumerate() {
        if known.insert(&entry.name, at).is_some() {
            let what = format!("two rows of this tree are called \"{}\"", entry.name);
            return Err(asked.refuse(what, "let the query write names that tell them apart"));
        }
    }
    let mut below: HashMap<Option<&str>, Vec<usize>> = HashMap::new();
    for (at, entry) in entries.iter().enumerate() {
        // What is above but has no row of its own is left out: its children stand on top.
        let above = entry.above.as_deref().filter(|above| known.contains_key(above));
        below.entry(above).or_default().push(at);
    }
    let mut nodes = vec![];
    let tops = below.get(&None).cloned().unwrap_or_default();
    for top in tops {
        grow(top, 0, entries, &below, sums, &mut nodes);
    }
    let placed: HashSet<&str> = nodes.iter().map(|node| node.name.as_str()).collect();
    if let Some(lost) = entries.iter().find(|entry| !placed.contains(entry.name.as_str())) {
        let what = format!(
            "\"{}\" belongs to itself over those above it, or lies more than {DEEPEST} below the top",
            lost.name
        );
        return Err(asked.refuse(what, "mend the parents in the source, or leave these rows out"));
    }
    Ok(nodes)
}

fn grow(
    at: usize,
    depth: usize,
    entries: &[Entry],
    below: &HashMap<Option<&str>, Vec<usize>>,
    sums: bool,
    nodes: &mut Vec<Node>,
) {
    if depth > DEEPEST {
        return;
    }
    let entry = &entries[at];
    let place = nodes.len();
    let (name, value) = (entry.name.clone(), entry.value);
    nodes.push(Node { members: vec![name.clone()], name, depth, value, whole: value, below: 0 });
    for child in below.get(&Some(entry.name.as_str())).into_iter().flatten() {
        let first = nodes.len();
        grow(*child, depth + 1, entries, below, sums, nodes);
        let Some(whole) = nodes.get(first).map(|child| child.whole) else { continue };
        nodes[place].below += nodes[first].below + 1;
        if sums && whole.is_some() {
            nodes[place].whole = Some(nodes[place].whole.unwrap_or(0.0) + whole.unwrap_or(0.0));
        }
    }
}

impl Tree {
    fn cut(mut self) -> Tree {
        self.more = self.nodes.len().saturating_sub(MOST);
        self.nodes.truncate(MOST);
        self
    }

    fn has_wholes(&self) -> bool {
        self.sums && self.nodes.iter().any(|node| node.below > 0)
    }
}

impl Picture for Tree {
    fn subtitle(&self, format: &Format, range: Option<Range>) -> Vec<String> {
        let mut parts = vec![format.unit_word()];
        parts.extend(self.period.clone().or(range.map(|range| format.locale.range(range))));
        if self.has_wholes() {
            parts.push(format.locale.pale_with_below.into());
        }
        if self.more > 0 {
            parts.push((format.locale.first_of)(MOST, self.more));
        }
        parts
    }

    fn summary(&self, format: &Format) -> String {
        let tops = self.nodes.iter().filter(|node| node.depth == 0);
        let known: Vec<(String, f64)> = tops.filter_map(|node| Some((node.name.clone(), node.whole?))).collect();
        let own: Vec<(String, f64)> =
            self.nodes.iter().filter_map(|node| Some((node.name.clone(), node.value?))).collect();
        match (known.is_empty(), own.is_empty()) {
            (true, true) => format.locale.no_data.into(),
            (true, false) => summary::of_period(self.period.as_deref(), &summary::extremes(own, format), format),
            _ => summary::of_period(self.period.as_deref(), &summary::extremes(known, format), format),
        }
    }

    fn draw(&self, chart: &Chart, size: Size, theme: &Theme) -> Drawing {
        let frame = frame(chart, size, theme);
        if self.nodes.is_empty() { frame.finish_empty(chart) } else { draw(chart, self, frame) }
    }

    fn members(&self) -> Vec<Vec<String>> {
        self.nodes.iter().filter(|node| !node.members.is_empty()).map(|node| node.members.clone()).collect()
    }
}

fn draw(chart: &Chart, tree: &Tree, mut frame: Frame) -> Drawing {
    let (canvas, theme, format) = (frame.canvas, frame.theme, &chart.format);
    let size = canvas.text;
    let indent = size * if canvas.is_narrow() { 1.0 } else { 1.6 };
    let names_room = canvas.room() * if canvas.is_narrow() { 0.5 } else { 0.42 };
    let wide = |node: &Node| node.depth as f64 * indent + width_px(&node.name, size, Weight::SemiBold);
    let names_px = tree.nodes.iter().map(wide).fold(0.0, f64::max).min(names_room);
    let label = |value: Option<f64>| value.map_or(String::new(), |value| format.short(value));
    let labels = tree.nodes.iter().flat_map(|node| [label(node.value), label(node.whole)]);
    let labels_px = labels.map(|label| width_px(&label, size, Weight::SemiBold)).fold(0.0, f64::max);
    let left = canvas.margin + names_px + size;
    let values = tree.nodes.iter().flat_map(|node| [node.value, node.whole]).flatten();
    let (low, high) = values.fold((0.0_f64, 0.0_f64), |(l, h), v| (l.min(v), h.max(v)));
    let first = left + if low < 0.0 { labels_px + size * 0.5 } else { 0.0 };
    let last = canvas.right() - labels_px - size * 0.6;
    let scale = Linear::bare(low, high, (first, last));
    let row_px = size * 1.9;
    let tops: Vec<f64> = (0..tree.nodes.len()).map(|at| frame.top + at as f64 * row_px).collect();
    branches(&mut frame, tree, &tops, indent, row_px);
    for (node, y) in tree.nodes.iter().zip(&tops) {
        let middle = y + row_px / 2.0;
        let x = canvas.margin + node.depth as f64 * indent;
        let bold = node.below > 0;
        let weight = if bold { Weight::SemiBold } else { Weight::Regular };
        let name = ellipsized(&node.name, canvas.margin + names_px - x, size, weight);
        let set = text(x, middle + size * 0.35, size, Anchor::Start, &name).fill(theme, Paint::Ink);
        let set = set.with_title(&name, &node.name);
        let members: Vec<&str> = node.members.iter().map(String::as_str).collect();
        let set = frame.linked(&members, if bold { set.semi_bold() } else { set });
        frame.marks.push(set);
        let thick = size * 0.95;
        let zero = scale.at(0.0);
        let bar = |value: f64, thick: f64| {
            let end = scale.at(value);
            rect(zero.min(end), middle - thick / 2.0, (end - zero).abs(), thick)
        };
        let whole = node.whole.filter(|whole| node.below > 0 && Some(*whole) != node.value);
        if let Some(whole) = whole {
            frame.marks.push(bar(whole, thick).fill(theme, Paint::Heat(1)));
        }
        if let Some(value) = node.value {
            frame.marks.push(bar(value, thick * 0.8).fill(theme, members::paint(&node.name, 0)));
        }
        let Some(said) = whole.or(node.value) else { continue };
        let words = format.short(said);
        let (x, anchor) = if said < 0.0 {
            (scale.at(said) - size * 0.5, Anchor::End)
        } else {
            (scale.at(said).max(zero) + size * 0.5, Anchor::Start)
        };
        let paint = if whole.is_some() { Paint::Quiet } else { Paint::Ink };
        frame.marks.push(text(x, middle + size * 0.35, size, anchor, &words).semi_bold().fill(theme, paint));
    }
    let zero = scale.at(0.0);
    let bottom = frame.top + tree.nodes.len() as f64 * row_px;
    frame.marks.push(line(zero, frame.top, zero, bottom).stroke(theme, Paint::Axis, canvas.hair()));
    frame.finish(chart, bottom + canvas.margin)
}

/// From each node down the side and across to those directly below it.
fn branches(frame: &mut Frame, tree: &Tree, tops: &[f64], indent: f64, row_px: f64) {
    let (theme, canvas) = (frame.theme, frame.canvas);
    for (at, node) in tree.nodes.iter().enumerate().filter(|(_, node)| node.below > 0) {
        let x = canvas.margin + node.depth as f64 * indent + canvas.text * 0.4;
        let below = tree
            .nodes
            .iter()
            .enumerate()
            .skip(at + 1)
            .take(node.below)
            .filter(|(_, child)| child.depth == node.depth + 1);
        for (child, _) in below {
            let middle = tops[child] + row_px / 2.0;
            let elbow =
                through(&[(x, tops[at] + row_px * 0.85), (x, middle), (x + indent - canvas.text * 0.6, middle)]);
            frame.marks.push(path(elbow).unfilled().stroke(theme, Paint::Axis, canvas.hair()));
        }
    }
}
