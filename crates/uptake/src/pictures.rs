//! From answers to pictures: one place that knows which facts a chart wants, and how large it is drawn.

use chrono::NaiveDate;
use uptake_draw::{Body, Chart, Facts, Judged, JudgedPoint, LimitStep, Locale, Page, Signal, Size, Svg, Theme};
use uptake_spec::dashboard::{ChartBlock, DataFrom, What};
use uptake_spec::normal::Rule;
use uptake_spec::project::Remark;
use uptake_spec::{Answer, Column, Data, Grain, Normal, Place, Problem, Project, Range, Table};

/// Twice as many pixels as units: sharp on today's screens.
pub const PNG_SCALE: f32 = 2.0;

/// The chart of a page's block.
///
/// # Errors
/// The answer does not suit the picture.
pub fn chart(block: &ChartBlock, answer: &Answer, locale: &Locale) -> Result<Chart, Problem> {
    Chart::fit(&Facts {
        answer,
        kind: &block.kind,
        kind_place: &block.kind_place,
        title: block.title.clone().unwrap_or_else(|| answer.title.clone()),
        alt: &block.alt,
        target: !block.targets.is_empty(),
        locale,
    })
}

/// What is normal for the series of a chart, and what happened within its days.
pub fn judged(normal: &Normal, annotations: &[Remark], days: Range) -> Judged {
    let limits = normal.limits.iter().map(|limits| LimitStep {
        from: limits.from,
        centre: limits.centre,
        lower: limits.lower,
        upper: limits.upper,
        provisional: limits.provisional,
    });
    let signal = |rule| match rule {
        Rule::Outside => Signal::Outside,
        Rule::Run => Signal::Run,
    };
    let points = normal.points.iter().filter(|judged| judged.point.quiet || judged.signal.is_some());
    let points = points.map(|judged| JudgedPoint {
        start: judged.point.period.from(),
        quiet: judged.point.quiet,
        signal: judged.signal.map(|(rule, _)| signal(rule)),
    });
    let within = |remark: &&Remark| (days.from()..=days.to()).contains(&remark.d);
    let mut remarks: Vec<Remark> = annotations.iter().filter(within).cloned().collect();
    remarks.sort_by_key(|remark| remark.d);
    Judged { limits: limits.collect(), points: points.collect(), remarks }
}

/// The chart of a block that shows the rows of a page's own question.
///
/// # Errors
/// The rows do not suit the picture.
pub fn chart_of_rows(block: &ChartBlock, title: String, rows: &Table, locale: &Locale) -> Result<Chart, Problem> {
    let (x, y, series) = match &block.data {
        DataFrom::Query { x, y, series, .. } => (x.as_deref(), y.as_deref(), series.as_deref()),
        DataFrom::Kpi(_) | DataFrom::Scan(_) => (None, None, None),
    };
    Chart::fit_query(rows, &block.kind, &block.kind_place, title, &block.alt, x, y, series, locale)
}

/// A KPI asked by itself, as a line over time.
///
/// # Errors
/// The answer does not suit a line.
pub fn of_answer(answer: &Answer, locale: &Locale) -> Result<String, Problem> {
    Ok(uptake_draw::standalone(&uptake_draw::svg(&line(answer, locale)?, Size::Desk, &Theme::light())))
}

/// As [`of_answer`], in pixels.
///
/// # Errors
/// The answer does not suit a line.
pub fn of_answer_as_png(answer: &Answer, locale: &Locale) -> Result<Vec<u8>, Problem> {
    let svg = uptake_draw::svg(&line(answer, locale)?, Size::Desk, &Theme::light());
    Ok(uptake_draw::png(&svg, PNG_SCALE))
}

fn line(answer: &Answer, locale: &Locale) -> Result<Chart, Problem> {
    let by = if answer.by.is_empty() { String::new() } else { format!(" by {}", answer.by.join(" and ")) };
    let alt = format!("{}{by} per {}.", answer.title, answer.grain.word());
    let place = Place::whole("the picture");
    let title = answer.title.clone();
    Chart::fit(&Facts { answer, kind: "line", kind_place: &place, title, alt: &alt, target: true, locale })
}

/// The picture of a drawn block at desk size; `None` for rows, words and cards.
pub fn of_body(body: &Body) -> Option<Svg> {
    match body {
        Body::Picture { chart, .. } => Some(uptake_draw::svg(chart, Size::Desk, &Theme::light())),
        Body::Tile { tile, .. } => Some(uptake_draw::tile_svg(tile, Size::Desk, &Theme::light())),
        Body::Prose(_) | Body::Note(_) | Body::Rows { .. } | Body::Card { .. } => None,
    }
}

/// A whole page as one picture.
pub fn of_page(page: &Page) -> Vec<u8> {
    uptake_draw::png(&uptake_draw::sheet(page), PNG_SCALE)
}

/// Charts that will not suit their KPI whatever the data, found by drawing answers without rows.
pub fn misfits(project: &Project) -> Vec<Problem> {
    let locale = Locale::of(&project.settings);
    let blocks = project.dashboards.iter().flat_map(|page| &page.blocks);
    let misfit = |what: &What| match what {
        What::Chart(block) => chart(block, &without_rows(project, block)?, &locale).err(),
        _ => None,
    };
    blocks.filter_map(|block| misfit(&block.what)).collect()
}

/// What the block's KPI would answer if there were nothing to tell; `None` for a block with a query of its own.
fn without_rows(project: &Project, block: &ChartBlock) -> Option<Answer> {
    let DataFrom::Kpi(ask) = &block.data else { return None };
    let kpi = project.kpi(&ask.kpi)?.chosen(&ask.chosen()).ok()?;
    let day = NaiveDate::default();
    let split = kpi.split.as_ref().map(|split| &split.column);
    let by = ask.by.iter().chain(split).map(|name| (name.as_str(), Data::Text(vec![])));
    let dates = ["period_start", "period_end"].map(|name| (name, Data::Date(vec![])));
    let numbers = ["value", "numerator", "denominator"].map(|name| (name, Data::Float(vec![])));
    let columns = dates.into_iter().chain(by).chain(numbers).chain([("complete", Data::Boolean(vec![]))]);
    let columns = columns.map(|(name, data)| Column { name: name.into(), data }).collect();
    Some(Answer {
        table: Table::new(columns).ok()?, // a column named twice in `by` is told by the engine's check
        kpi: kpi.name,
        title: kpi.title,
        unit: kpi.unit,
        better: kpi.better,
        parts: kpi.parts,
        grain: ask.grain.unwrap_or(Grain::Week),
        range: Range::new(day, day)?,
        by: ask.by.clone(),
        split: kpi.split.clone(),
        attributes: kpi.attributes.first().copied()?,
        as_of: day,
        before: None,
        left: vec![],
        notes: vec![],
        targets: vec![],
    })
}
