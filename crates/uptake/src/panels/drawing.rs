//! From what was given to what is drawn: pictures, tiles, rows, and cards for what could not be given.

use super::Panels;
use super::asking::{Asked, Given, query_of};
use super::judging::by_members;
use crate::pictures;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use uptake_draw::words::sentence;
use uptake_draw::{
    About, Body, CardState, Chart, Drawn, Figure, Format, Loaded, Locale, Tile, Way, resolve, tells_nothing,
};
use uptake_lake::AnswerError;
use uptake_spec::dashboard::{
    Block, ChartBlock, Choice, Compare, FilterKind, Inline, Mark, PageFilter, Prose, Scan, ScanOf, TableBlock,
    TileBlock, What, Width,
};
use uptake_spec::kpi::{Input, Unit};
use uptake_spec::project::Remark;
use uptake_spec::table::Data;
use uptake_spec::{Answer, Column, Kpi, Normal, Range, Standing, Table, Verdict};

pub fn panels(asked: &Asked) -> Panels {
    let mut blocks: Vec<Drawn> = vec![];
    for drawn in asked.page.blocks.iter().filter_map(|block| draw(asked, block)) {
        // Prose that stands together is one block, so that it flows.
        match (blocks.last_mut().map(|last| &mut last.body), drawn.body) {
            (Some(Body::Prose(before)), Body::Prose(prose)) => before.extend(prose),
            (_, body) => blocks.push(Drawn { body, ..drawn }),
        }
    }
    Panels { notes: foot(asked), range: asked.range(), as_of: asked.as_of, grain: asked.grain, blocks }
}

/// One block; `None` for a query, which others show, and for words that tell of figures of which none is known.
pub fn draw(asked: &Asked, block: &Block) -> Option<Drawn> {
    let body = match &block.what {
        What::Prose(prose) => Body::Prose(vec![told(asked, block, prose)?]),
        What::Note(inlines) => Body::Note(plain(&told(asked, block, &Prose::Paragraph(inlines.clone()))?)),
        What::Query { .. } => return None,
        What::Tile(_) | What::Chart(_) | What::Table(_) => match asked.given(block) {
            Some(Ok(given)) => with_data(asked, block, &given),
            Some(Err(error)) => card(asked, block, error),
            None => failed(asked, block, asked.locale.no_kpi.into()),
        },
    };
    Some(Drawn { id: block.id.clone(), width: block.width, body })
}

/// Prose with its figures; `None` where it has some, and none is known.
fn told(asked: &Asked, block: &Block, prose: &Prose) -> Option<Prose> {
    let figures = figures(asked, block);
    (!tells_nothing(prose, &figures, &asked.locale)).then(|| resolve(prose, &figures, &asked.locale))
}

fn with_data(asked: &Asked, block: &Block, given: &Given) -> Body {
    match (&block.what, given) {
        (What::Tile(tile), Given::Answer(kpi, answer)) => draw_tile(asked, block, tile, kpi, answer),
        (What::Chart(chart), Given::Answer(kpi, answer)) => match pictures::chart(chart, answer, &asked.locale) {
            Ok(fitted) => {
                let (fitted, told) = judged(asked, block, answer, fitted);
                let fitted = match asked.year_before(block) {
                    Some(values) => fitted.year_before(&values),
                    None => fitted,
                };
                let fitted = fitted.marked(&happened(asked, chart, answer.range));
                Body::Picture {
                    title: fitted.title().into(),
                    chart: fitted,
                    table: answer.table.clone(),
                    notes: told.into_iter().chain(notes(asked, kpi, answer)).collect(),
                    way: way(asked, block),
                    about: about(asked, block, kpi, Some(answer.as_of)),
                }
            }
            Err(problem) => failed(asked, block, problem.to_string()),
        },
        (What::Chart(chart), Given::Rows(table, more)) => draw_rows_as_chart(asked, block, chart, table, *more),
        (What::Table(rows), Given::Answer(kpi, answer)) => {
            let (table, more) = newest(&answer.table, rows.limit);
            let title = rows.title.clone().unwrap_or_else(|| answer.title.clone());
            Body::Rows {
                title,
                table,
                answer: Some(Format::of(answer, &asked.locale)),
                more,
                way: way(asked, block),
                about: about(asked, block, kpi, Some(answer.as_of)),
            }
        }
        (What::Table(rows), Given::Rows(table, _)) => draw_rows(asked, block, rows, table),
        _ => failed(asked, block, asked.locale.no_own_data.into()),
    }
}

/// What stands on the chart by `[[mark]]`, within its days, in the order of time.
fn happened(asked: &Asked, chart: &ChartBlock, days: Range) -> Vec<Remark> {
    let of = |mark: &Mark| match mark {
        Mark::Annotations => asked.project.annotations.clone(),
        Mark::Day(remark) => vec![remark.clone()],
    };
    let within = |remark: &Remark| (days.from()..=days.to()).contains(&remark.d);
    let mut happened: Vec<Remark> = chart.marks.iter().flat_map(of).filter(within).collect();
    happened.sort_by(|a, b| (a.d, &a.text).cmp(&(b.d, &b.text)));
    happened.dedup();
    happened
}

/// From the first to the last day that the rows of a query tell of, in their first column of days.
fn days_of(table: &Table) -> Option<Range> {
    let days = table.columns().iter().find_map(|column| match &column.data {
        Data::Date(days) => Some(days.iter().flatten().copied().collect::<Vec<_>>()),
        Data::Instant(at) => Some(at.iter().flatten().map(|at| at.date_naive()).collect()),
        _ => None,
    })?;
    Range::new(days.iter().min().copied()?, days.iter().max().copied()?)
}

/// A chart of one series with its limits; of several, a note that says which are not normal.
fn judged(asked: &Asked, block: &Block, answer: &Answer, chart: Chart) -> (Chart, Option<String>) {
    let Some(normals) = asked.normals(block) else { return (chart, None) };
    let shown: Vec<Vec<String>> = by_members(answer).into_keys().collect();
    match &shown[..] {
        [] => (chart, None),
        [one] => match normals.get(one) {
            Some(normal) => (chart.judged(pictures::judged(normal, &asked.project.annotations, answer.range)), None),
            None => (chart, None),
        },
        _ => (chart, told_of_several(answer, &normals, &asked.locale)),
    }
}

/// `Not normal: Analyst (lower than normal since the week of 3 Aug 2026), Partner (higher than normal).`
fn told_of_several(answer: &Answer, normals: &BTreeMap<Vec<String>, Normal>, locale: &Locale) -> Option<String> {
    let start = answer.headline()?.period_start;
    let told: Vec<(String, Standing)> =
        normals.iter().map(|(members, normal)| (members.join(", "), normal.on(start))).collect();
    let stands_out = |standing: &Standing| matches!(standing.verdict, Verdict::Above | Verdict::Below);
    let out = told.iter().filter(|(_, standing)| stands_out(standing) && !standing.quiet);
    let out: Vec<String> =
        out.map(|(name, standing)| format!("{name} ({})", locale.verdict(standing, start, answer.grain))).collect();
    Some(match &out[..] {
        [] if told.iter().all(|(_, standing)| standing.verdict == Verdict::TooEarly) => {
            format!("{}.", sentence(locale.too_early()))
        }
        out => locale.not_normal(out),
    })
}

fn draw_tile(asked: &Asked, block: &Block, tile: &TileBlock, kpi: &Kpi, answer: &Answer) -> Body {
    let title = tile.title.clone().unwrap_or_else(|| answer.title.clone());
    let previous = tile.compare == Compare::Previous;
    let drawn = Tile::of(answer, title, previous, &asked.locale);
    let drawn = match asked.year_before(block) {
        Some(values) => drawn.year_before(answer, &values),
        None => drawn,
    };
    Body::Tile {
        tile: match asked.standing(block) {
            Some(standing) => drawn.judged(answer, &standing),
            None => drawn,
        },
        notes: notes(asked, kpi, answer),
        way: way(asked, block),
        table: answer.table.clone(),
        about: about(asked, block, kpi, Some(answer.as_of)),
    }
}

fn draw_rows_as_chart(asked: &Asked, block: &Block, chart: &ChartBlock, table: &Table, more: bool) -> Body {
    let title = title(asked, block);
    match pictures::chart_of_rows(chart, title.clone(), table, &asked.locale) {
        Ok(fitted) => Body::Picture {
            title,
            chart: match days_of(table) {
                Some(days) => fitted.marked(&happened(asked, chart, days)),
                None => fitted,
            },
            table: table.clone(),
            notes: if more { vec![asked.locale.more_rows_than_shown.into()] } else { vec![] },
            way: way(asked, block),
            about: about_query(asked, block),
        },
        Err(problem) => failed(asked, block, problem.to_string()),
    }
}

fn draw_rows(asked: &Asked, block: &Block, rows: &TableBlock, table: &Table) -> Body {
    let table = asked.scan_in_words(block).unwrap_or(table);
    let shown = rows.limit.unwrap_or(usize::MAX).min(table.rows());
    Body::Rows {
        title: title(asked, block),
        table: part(table, 0..shown),
        answer: None,
        more: table.rows() - shown,
        way: way(asked, block),
        about: match block.scan() {
            Some(scan) => about_scan(asked, scan),
            None => about_query(asked, block),
        },
    }
}

/// The last rows of an answer, for its newest periods stand last; and how many were left out.
fn newest(table: &Table, limit: Option<usize>) -> (Table, usize) {
    let more = table.rows().saturating_sub(limit.unwrap_or(usize::MAX));
    (part(table, more..table.rows()), more)
}

fn part(table: &Table, rows: std::ops::Range<usize>) -> Table {
    let cut = |data: &Data| match data {
        Data::Text(v) => Data::Text(v[rows.clone()].to_vec()),
        Data::Integer(v) => Data::Integer(v[rows.clone()].to_vec()),
        Data::Decimal(v) => Data::Decimal(v[rows.clone()].to_vec()),
        Data::Float(v) => Data::Float(v[rows.clone()].to_vec()),
        Data::Date(v) => Data::Date(v[rows.clone()].to_vec()),
        Data::Instant(v) => Data::Instant(v[rows.clone()].to_vec()),
        Data::Boolean(v) => Data::Boolean(v[rows.clone()].to_vec()),
    };
    let columns = table.columns().iter().map(|c| Column { name: c.name.clone(), data: cut(&c.data) });
    Table::new(columns.collect()).expect("equal parts of equal columns are equal")
}

fn figures(asked: &Asked, block: &Block) -> BTreeMap<String, Figure> {
    let told = block.tokens().into_iter().filter_map(|token| Some((token.of.clone(), asked.told(&token.of)?)));
    let figure = |of: &str, answer: &Answer| {
        let (standing, place) = asked.told_normal(of).map_or((None, None), |(standing, place)| (Some(standing), place));
        Figure {
            headline: answer.headline(),
            unit: answer.unit,
            grain: answer.grain,
            as_of: answer.as_of,
            standing,
            place,
        }
    };
    told.map(|(of, answer)| (of.clone(), figure(&of, answer))).collect()
}

fn notes(asked: &Asked, kpi: &Kpi, answer: &Answer) -> Vec<String> {
    let often = told_often(asked);
    let mut notes: Vec<String> = answer.notes.iter().filter(|note| !often.contains(*note)).cloned().collect();
    notes.extend(
        asked.out_of_reach(kpi).into_iter().map(|column| (asked.locale.not_filtered_by)(&asked.locale.column(column))),
    );
    if asked.as_of.is_some_and(|newest| answer.as_of < newest) {
        notes.push((asked.locale.data_ends_on)(&asked.locale.date(answer.as_of)));
    }
    notes
}

/// Where a block leads, with what the viewer chose as far as that page has a filter for it.
fn way(asked: &Asked, block: &Block) -> Option<Way> {
    let link = block.link()?;
    let target = asked.project.dashboard(&link.page)?;
    let (mut choices, mut members) = (vec![], vec![]);
    for (key, choice) in &link.choices {
        match choice {
            Choice::Fixed(value) => choices.push((key.clone(), value.clone())),
            Choice::Member(column) => members.push((key.clone(), column.clone())),
        }
    }
    let own = |key: &str| link.choices.iter().any(|(known, _)| known == key);
    let days = [("from", asked.chosen.from), ("to", asked.chosen.to), ("as_of", asked.chosen.as_of)];
    let says_days = own("period") || target.filters.iter().any(|f| own(&f.name) && is_period(f));
    let takes_days = target.takes_days() && !says_days;
    let kept = days.into_iter().filter(|(key, _)| !own(key) && (*key == "as_of" || takes_days));
    choices.extend(kept.filter_map(|(key, day)| Some((key.to_string(), day?.to_string()))));
    for filter in target.filters.iter().filter(|filter| {
        !link.choices.iter().any(|(key, choice)| *key == filter.name && matches!(choice, Choice::Fixed(_)))
    }) {
        let FilterKind::Multi { column } = &filter.kind else { continue };
        let chosen = asked.chosen.filters.iter().filter(|chosen| chosen.column == *column);
        choices.extend(chosen.flat_map(|chosen| &chosen.values).map(|value| (filter.name.clone(), value.clone())));
    }
    Some(Way { slug: target.slug.clone(), title: target.title.clone(), choices, members })
}

fn is_period(filter: &PageFilter) -> bool {
    matches!(filter.kind, FilterKind::Period { .. })
}

fn about(asked: &Asked, block: &Block, kpi: &Kpi, as_of: Option<NaiveDate>) -> About {
    let chosen = block.ask().and_then(|ask| kpi.chosen(&ask.chosen()).ok());
    let chosen = chosen.as_ref().unwrap_or(kpi);
    About {
        kpi: kpi.name.clone(),
        code: kpi.code.clone(),
        asks: kpi.asks.clone(),
        means: kpi.means.clone(),
        unit: unit_in_words(chosen.unit, &asked.locale),
        sql: kpi.sql.clone(),
        as_of,
        sources: chosen.reads.iter().map(|input| source_in_words(asked, *input)).collect(),
        test: kpi.place.file.with_extension("slt").display().to_string(),
    }
}

fn unit_in_words(unit: Unit, locale: &Locale) -> String {
    match unit {
        Unit::Share => locale.unit_share.into(),
        Unit::Money => (locale.unit_money)(&locale.currency),
        Unit::Count => locale.unit_count.into(),
        Unit::Rate => locale.unit_rate.into(),
        Unit::Days => locale.unit_days.into(),
    }
}

/// `the CRM's users, loaded on 26 Oct 2026, complete through 25 Oct 2026`.
fn source_in_words(asked: &Asked, input: Input) -> String {
    let locale = &asked.locale;
    let name = locale.input(input.in_words());
    let Some(loaded) = asked.session.loaded(input) else { return (locale.source_not_loaded)(name) };
    let on = loaded.at.map(|at| locale.date(at.date_naive()));
    let through = loaded.through.map(|day| locale.date(day));
    (locale.source)(&Loaded { input: name, on, through })
}

fn about_query(asked: &Asked, block: &Block) -> About {
    let name = query_of(block).unwrap_or_default();
    let sql = asked.page.blocks.iter().find_map(|b| match &b.what {
        What::Query { sql } if b.id == name => Some(sql.clone()),
        _ => None,
    });
    About {
        kpi: name.into(),
        code: String::new(),
        asks: String::new(),
        means: (asked.locale.own_question)(&asked.page.file.display().to_string()),
        unit: String::new(),
        sql: sql.unwrap_or_default(),
        as_of: asked.as_of,
        sources: vec![],
        test: String::new(),
    }
}

fn about_scan(asked: &Asked, scan: &Scan) -> About {
    let (code, [asks, means]) = match scan.of {
        ScanOf::WhatIsNormal => ("V02", asked.locale.what_is_normal),
        ScanOf::ThreeChanges => ("V03", asked.locale.three_changes),
    };
    About {
        kpi: scan.of.name().into(),
        code: code.into(),
        asks: asks.into(),
        means: means.into(),
        unit: String::new(),
        sql: String::new(),
        as_of: asked.as_of,
        sources: vec![],
        test: String::new(),
    }
}

fn card(asked: &Asked, block: &Block, error: &AnswerError) -> Body {
    let (state, why) = match error {
        AnswerError::NotLoaded { needs } => (CardState::NotLoaded, (asked.locale.needs)(&asked.locale.inputs(needs))),
        other => (CardState::Failed, chain(other)),
    };
    Body::Card { title: title(asked, block), state, why, about: about_of_card(asked, block) }
}

fn failed(asked: &Asked, block: &Block, why: String) -> Body {
    Body::Card { title: title(asked, block), state: CardState::Failed, why, about: about_of_card(asked, block) }
}

/// What the number would be.
fn about_of_card(asked: &Asked, block: &Block) -> Option<About> {
    match block.ask() {
        Some(ask) => Some(about(asked, block, asked.project.kpi(&ask.kpi)?, None)),
        None => query_of(block).map(|_| about_query(asked, block)),
    }
}

/// An error with its causes in one sentence; what a cause repeats is told once.
fn chain(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !told.contains(&words) {
            told = format!("{told}: {words}");
        }
        cause = error.source();
    }
    told
}

/// What a block is called, as far as it can be told without its data.
fn title(asked: &Asked, block: &Block) -> String {
    let own = match &block.what {
        What::Tile(tile) => tile.title.clone(),
        What::Chart(chart) => chart.title.clone(),
        What::Table(table) => table.title.clone(),
        _ => None,
    };
    let of_kpi = || {
        let ask = block.ask()?;
        Some(asked.project.kpi(&ask.kpi)?.chosen(&ask.chosen()).ok()?.title)
    };
    own.or_else(of_kpi).unwrap_or_else(|| block.id.replace('_', " "))
}

/// What more than one block would say; the foot says it once.
fn told_often(asked: &Asked) -> BTreeSet<String> {
    let (mut once, mut often) = (BTreeSet::new(), BTreeSet::new());
    for block in &asked.page.blocks {
        let Some(Ok(Given::Answer(_, answer))) = asked.given(block) else { continue };
        often.extend(answer.notes.iter().filter(|note| !once.insert(*note)).cloned());
    }
    often
}

/// The page's foot: what more than one block says; each input that was never loaded once, with what it would show; tables that a filter could not reach.
fn foot(asked: &Asked) -> Vec<String> {
    let mut missing: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut unreached = vec![];
    for block in &asked.page.blocks {
        match asked.given(block) {
            Some(Err(AnswerError::NotLoaded { needs })) => missing.entry(needs).or_default().push(title(asked, block)),
            Some(Ok(Given::Answer(kpi, _))) if matches!(block.what, What::Table(_)) => {
                let columns = asked.out_of_reach(kpi);
                let told =
                    |column| (asked.locale.is_not_filtered_by)(&title(asked, block), &asked.locale.column(column));
                unreached.extend(columns.into_iter().map(told));
            }
            _ => {}
        }
    }
    let told = missing.into_iter().map(|(needs, mut titles)| {
        titles.sort();
        titles.dedup();
        (asked.locale.load_to_see)(&asked.locale.inputs(needs), &titles.join(", "))
    });
    told_often(asked).into_iter().chain(told).chain(unreached).collect()
}

/// A note's words; they have no form.
fn plain(words: &Prose) -> String {
    let text = |inline: &Inline| match inline {
        Inline::Text(text) => text.clone(),
        _ => String::new(),
    };
    match words {
        Prose::Paragraph(inlines) => inlines.iter().map(text).collect(),
        Prose::Heading { .. } | Prose::List { .. } => String::new(),
    }
}

/// A card over the whole width, for what concerns a page rather than a block.
pub fn notice(state: CardState, title: impl Into<String>, why: impl Into<String>) -> Drawn {
    let body = Body::Card { title: title.into(), state, why: why.into(), about: None };
    Drawn { id: String::new(), width: Width::Full, body }
}
