//! The tile: one number, how it changed, where it came from and where it should go.

use crate::charts::Format;
use crate::charts::bar::is_few;
use crate::grid::Beside;
use crate::scale::places;
use crate::svg::{Anchor, Element, Svg, element, line, path, text, through, whole};
use crate::text::{Weight, ellipsized, width_px, wrapped};
use crate::theme::{Paint, Size, Theme};
use crate::words::{Before, Locale, sentence};
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeMap;
use uptake_spec::dashboard::Show;
use uptake_spec::kpi::Better;
use uptake_spec::{Answer, Standing, Value, Verdict};

/// What a tile says, in words and numbers; made by [`Tile::of`].
#[derive(Debug, Clone, PartialEq)]
pub struct Tile {
    title: String,
    format: Format,
    /// `68 %`, `7 of 12`, or `n/a`.
    big: String,
    change: Option<Change>,
    target: Option<f64>,
    /// The period of the number and the as-of.
    when: String,
    /// `lower than normal since …`; `None` where nobody asked.
    verdict: Option<Told>,
    spark: Vec<Spark>,
    /// By the first days of the periods; empty where nobody asked.
    before: BTreeMap<NaiveDate, f64>,
}

#[derive(Debug, Clone, PartialEq)]
struct Told {
    words: String,
    /// Something to look at: above or below what is normal.
    stands_out: bool,
}

/// The step from the period before.
#[derive(Debug, Clone, PartialEq)]
struct Change {
    delta: f64,
    /// `+3.2 points, better than the week before`.
    words: String,
    /// For its colour: `None` where neither way is good news, too few people are behind it, or it is within what is normal.
    good: Option<bool>,
}

#[derive(Debug, Clone, PartialEq)]
struct Spark {
    day: Option<chrono::NaiveDate>,
    value: Option<f64>,
}

impl Tile {
    /// The newest complete period of `answer`, with the change if `compare`. Without one the number is `n/a`.
    ///
    /// A share of fewer than 20 people is told as "7 of 12", and its change is not called better or worse.
    pub fn of(answer: &Answer, title: String, compare: bool, locale: &Locale) -> Tile {
        Tile::in_format(answer, title, compare, Format::of(answer, locale))
    }

    /// As [`Tile::of`], with numbers and periods written as `format` says: with the firm's own fiscal quarters.
    pub fn in_format(answer: &Answer, title: String, compare: bool, format: Format) -> Tile {
        let headline = answer.headline();
        let value = headline.as_ref().and_then(|h| h.value);
        let few = headline
            .as_ref()
            .and_then(|h| h.numerator.zip(h.denominator))
            .filter(|(k, n)| is_few(*k, *n, value, answer.unit));
        let words = &format.locale;
        let big = match (value, few) {
            (None, _) => words.nothing.into(),
            (Some(_), Some((part, whole))) => words.of(part, whole),
            (Some(value), None) if headline.as_ref().is_some_and(|h| h.is_difference) => {
                words.change(value, answer.unit, Show::Usual)
            }
            (Some(value), None) => format.short(value),
        };
        let delta = headline.as_ref().and_then(|h| h.delta).filter(|_| compare);
        let start = headline.as_ref().map(|h| h.period_start);
        let as_of = words.as_of(answer.as_of);
        let when = start.map_or(format!("{} · {as_of}", words.no_complete[answer.grain as usize]), |start| {
            format!("{} · {as_of}", format.period(start))
        });
        let target = start.and_then(|day| {
            let holds = answer.targets.iter().filter(|step| step.from <= day && step.to.is_none_or(|to| day <= to));
            holds.max_by_key(|step| step.from).map(|step| step.target)
        });
        let change =
            delta.map(|delta| change(delta, answer, &format, few.is_some(), words.period_before(answer.grain)));
        Tile { title, format, big, change, target, when, verdict: None, spark: spark(answer), before: BTreeMap::new() }
    }

    /// With the change against the same period a year before: `values` go by the first days of the periods that are shown.
    pub fn year_before(mut self, answer: &Answer, values: &BTreeMap<NaiveDate, f64>) -> Tile {
        let Some(headline) = answer.headline() else { return self };
        let then = values.get(&headline.period_start);
        let few = headline.numerator.zip(headline.denominator);
        let few = few.is_some_and(|(k, n)| is_few(k, n, headline.value, answer.unit));
        let words = &self.format.locale;
        let before = words.year_before(answer.grain);
        self.change = headline.value.map(|value| match then {
            Some(then) => change(value - then, answer, &self.format, few, before),
            None => Change { delta: 0.0, words: (words.nothing_known)(before.name), good: None },
        });
        self.before = values.clone();
        self
    }

    pub(crate) fn beside(&self) -> Option<Beside> {
        let number = |(day, value): (&NaiveDate, &f64)| (self.format.period(*day), self.format.figure(*value));
        let heading = sentence(self.format.locale.year_before(self.format.grain).name);
        (!self.before.is_empty()).then(|| Beside {
            heading,
            number: true,
            cells: self.before.iter().map(number).collect(),
        })
    }

    /// With a line that says whether the number is normal. A tile without a number says nothing of it.
    pub fn judged(mut self, answer: &Answer, standing: &Standing) -> Tile {
        let known = answer.headline().filter(|headline| headline.value.is_some());
        // A step within what is normal is no news, good or bad.
        if let Some(change) = self.change.as_mut().filter(|_| standing.verdict == Verdict::Normal) {
            change.good = None;
        }
        self.verdict = known.map(|headline| Told {
            words: self.format.locale.verdict(standing, headline.period_start, answer.grain),
            stands_out: !standing.quiet && matches!(standing.verdict, Verdict::Above | Verdict::Below),
        });
        self
    }

    /// The whole tile in one sentence.
    pub fn summary(&self) -> String {
        let verdict = self.verdict.as_ref().map_or(String::new(), |told| format!(", {}", told.words));
        let change = self.change.as_ref().map_or(String::new(), |change| format!(", {}", change.words));
        let target = self
            .target
            .map_or(String::new(), |t| format!(", {}", (self.format.locale.target_in_words)(&self.format.short(t))));
        let told = format!("{}{verdict}{change}{target} ({}).", self.big, self.when);
        self.format.locale.told(&self.title, &told)
    }

    pub fn title(&self) -> &str {
        &self.title
    }

    /// How the numbers of this tile are written, for the table beside it.
    pub fn format(&self) -> &Format {
        &self.format
    }
}

fn change(delta: f64, answer: &Answer, format: &Format, few: bool, before: &Before) -> Change {
    let words = &format.locale;
    let size = words.change(delta, answer.unit, Show::Usual);
    // What rounds to nothing is nothing.
    if !size.starts_with(['+', '−']) || !size.contains(|c: char| ('1'..='9').contains(&c)) {
        return Change { delta: 0.0, words: (words.unchanged)(before.against), good: None };
    }
    let good = match answer.better {
        _ if few => None,
        Better::Up => Some(delta > 0.0),
        Better::Down => Some(delta < 0.0),
        Better::Neither => None,
    };
    let words = match good {
        Some(true) => (words.better)(&size, before.than),
        Some(false) => (words.worse)(&size, before.than),
        None => (words.against)(&size, before.against),
    };
    Change { delta, words, good }
}

/// The complete periods: the running one would only show a drop that is none.
fn spark(answer: &Answer) -> Vec<Spark> {
    let t = &answer.table;
    let read = |row| Spark {
        day: match t.value(row, "period_start") {
            Value::Date(day) => Some(day),
            _ => None,
        },
        value: t.value(row, "value").number().filter(|n| n.is_finite()),
    };
    let complete = |row: &usize| t.value(*row, "complete") == Value::Boolean(true);
    answer.headline_rows().into_iter().filter(complete).map(read).collect()
}

const HEIGHT: f64 = 128.0;

/// Draws the tile, 360 × 128 for screens, 20 higher with a verdict; on paper 236 or 480 points wide, with a longer line. Same arguments, same bytes.
pub fn tile_svg(tile: &Tile, size: Size, theme: &Theme) -> Svg {
    let on_paper = 236.0 / 360.0;
    let (k, wide) = match size {
        Size::Paper => (on_paper, 480.0 / on_paper),
        Size::HalfPaper => (on_paper, 360.0),
        _screen => (1.0, 360.0),
    };
    let margin = 14.0;
    let mut marks = vec![];
    let mut base = margin * 0.7;
    let title = wrapped(&tile.title, wide - 2.0 * margin, 1, 14.0, Weight::SemiBold);
    for part in &title {
        base += 18.0;
        marks.push(
            text(margin, base, 14.0, Anchor::Start, part)
                .semi_bold()
                .fill(theme, Paint::Ink)
                .with_title(part, &tile.title),
        );
    }
    let number_base = base + 42.0;
    let big_px = if width_px(&tile.big, 36.0, Weight::SemiBold) > 190.0 { 28.0 } else { 36.0 };
    marks.push(text(margin, number_base, big_px, Anchor::Start, &tile.big).semi_bold().fill(theme, Paint::Ink));
    let spark_from = (margin + width_px(&tile.big, big_px, Weight::SemiBold) + 24.0).max(170.0);
    marks.extend(sparkline(tile, (spark_from, wide - margin - 5.0), (base + 12.0, number_base + 2.0), theme));
    base = number_base + 24.0;
    if let Some(change) = &tile.change {
        marks.extend(told_change(change, margin, base, wide - margin, theme));
        base += 20.0;
    }
    if let Some(told) = &tile.verdict {
        marks.push(told_verdict(told, margin, base, wide - margin, theme));
        base += 20.0;
    }
    let target =
        tile.target.map_or(String::new(), |t| format!("{} · ", (tile.format.locale.target_of)(&tile.format.short(t))));
    for part in wrapped(&format!("{target}{}", tile.when), wide - 2.0 * margin, 1, 12.0, Weight::Regular) {
        marks.push(text(margin, base, 12.0, Anchor::Start, &part).fill(theme, Paint::Quiet));
    }
    let scaled = if k == 1.0 {
        marks
    } else {
        vec![element("g").set("transform", format!("scale({})", crate::svg::short(k))).with_all(marks)]
    };
    let height = HEIGHT + if tile.verdict.is_some() { 20.0 } else { 0.0 };
    whole((wide * k, height * k), theme, &tile.title, &tile.summary(), scaled)
}

/// What stands out is set in bold: there is no colour to say that something is unusual, which may be good or bad.
fn told_verdict(told: &Told, x: f64, base: f64, right: f64, theme: &Theme) -> Element {
    let said = sentence(&told.words);
    let weight = if told.stands_out { Weight::SemiBold } else { Weight::Regular };
    let part = ellipsized(&said, right - x, 13.0, weight);
    let set = text(x, base, 13.0, Anchor::Start, &part).with_title(&part, &said);
    if told.stands_out { set.semi_bold().fill(theme, Paint::Ink) } else { set.fill(theme, Paint::Quiet) }
}

/// An arrow and the words; the colour only repeats what they say.
fn told_change(change: &Change, x: f64, base: f64, right: f64, theme: &Theme) -> Vec<Element> {
    let paint = match change.good {
        Some(true) => Paint::Good,
        Some(false) => Paint::Bad,
        None => Paint::Quiet,
    };
    let middle = base - 4.5;
    let (tip, back) = (middle - 4.5 * change.delta.signum(), middle + 3.5 * change.delta.signum());
    let mut set = vec![];
    let mut from = x;
    if change.delta != 0.0 {
        let arrow = format!("{}Z", through(&[(x + 5.0, tip), (x + 10.0, back), (x, back)]));
        set.push(path(arrow).fill(theme, paint));
        from += 15.0;
    }
    for part in wrapped(&change.words, right - from, 1, 13.0, Weight::Regular) {
        set.push(text(from, base, 13.0, Anchor::Start, &part).fill(theme, paint).with_title(&part, &change.words));
    }
    set
}

/// The complete periods as a small line from their lowest to their highest value: a shape, not a scale. The newest is a dot.
fn sparkline(tile: &Tile, (left, right): (f64, f64), (top, bottom): (f64, f64), theme: &Theme) -> Vec<Element> {
    let known = tile.spark.iter().filter_map(|s| s.value);
    if known.clone().count() < 2 {
        return vec![];
    }
    let (low, high) = known.chain(tile.target).fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
    let y = |value: f64| {
        if high > low { bottom - (value - low) / (high - low) * (bottom - top) } else { (top + bottom) / 2.0 }
    };
    let days: Vec<_> = tile.spark.iter().map(|s| Some(f64::from(s.day?.num_days_from_ce()))).collect();
    let points: Vec<Option<(f64, f64)>> = places(&days, left, right)
        .into_iter()
        .zip(&tile.spark)
        .map(|(x, s)| s.value.map(|value| (x, y(value))))
        .collect();
    let mut set = vec![];
    if let Some(target) = tile.target {
        set.push(
            line(left, y(target), right, y(target)).stroke(theme, Paint::Target, 1.0).set("stroke-dasharray", "2 3"),
        );
    }
    for run in points.split(Option::is_none).map(|run| run.iter().flatten().copied().collect::<Vec<_>>()) {
        let drawn =
            || path(through(&run)).unfilled().stroke(theme, Paint::Series(0), 1.75).set("stroke-linejoin", "round");
        set.extend((run.len() > 1).then(drawn));
    }
    if let Some((x, y)) = points.iter().rev().find_map(|point| *point) {
        let dot = element("circle").at("cx", x).at("cy", y).at("r", 3.5);
        set.push(dot.fill(theme, Paint::Series(0)).stroke(theme, Paint::Paper, 1.0));
    }
    set
}
