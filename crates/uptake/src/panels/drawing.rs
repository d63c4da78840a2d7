//! From what was given to what is drawn: pictures, tiles, rows, and cards for what could not be given.

use super::Panels;
use super::asking::{Asked, Given, query_of, tokens};
use crate::pictures;
use std::collections::{BTreeMap, BTreeSet};
use uptake_draw::{About, Body, CardState, Drawn, Figure, Format, Tile, resolve};
use uptake_lake::AnswerError;
use uptake_spec::dashboard::{Block, ChartBlock, Inline, TableBlock, TileBlock, What, Width};
use uptake_spec::table::Data;
use uptake_spec::{Answer, Column, Kpi, Table};

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

/// One block; `None` for a query, which others show.
pub fn draw(asked: &Asked, block: &Block) -> Option<Drawn> {
    let body = match &block.what {
        What::Prose(prose) => {
            Body::Prose(vec![resolve(prose, &figures(asked, block), &asked.project.settings.currency)])
        }
        What::Note(inlines) => Body::Note(plain(inlines)),
        What::Query { .. } => return None,
        What::Tile(_) | What::Chart(_) | What::Table(_) => match asked.given(block) {
            Some(Ok(given)) => with_data(asked, block, &given),
            Some(Err(error)) => card(title(asked, block), error),
            None => {
                Body::Card { title: title(asked, block), state: CardState::Failed, why: "Its KPI is not there.".into() }
            }
        },
    };
    Some(Drawn { id: block.id.clone(), width: block.width, body })
}

fn with_data(asked: &Asked, block: &Block, given: &Given) -> Body {
    let currency = &asked.project.settings.currency;
    match (&block.what, given) {
        (What::Tile(tile), Given::Answer(kpi, answer)) => draw_tile(asked, block, tile, kpi, answer),
        (What::Chart(chart), Given::Answer(kpi, answer)) => match pictures::chart(chart, answer, currency) {
            Ok(fitted) => Body::Picture {
                title: fitted.title().into(),
                chart: fitted,
                table: answer.table.clone(),
                notes: notes(asked, kpi, answer),
                link: chart.link.clone(),
                about: about(block, kpi, answer),
            },
            Err(problem) => misfit(title(asked, block), &problem),
        },
        (What::Chart(chart), Given::Rows(table, more)) => draw_rows_as_chart(asked, block, chart, table, *more),
        (What::Table(rows), Given::Answer(kpi, answer)) => {
            let (table, more) = newest(&answer.table, rows.limit);
            let title = rows.title.clone().unwrap_or_else(|| answer.title.clone());
            Body::Rows {
                title,
                table,
                answer: Some(Format::of(answer, currency)),
                more,
                about: about(block, kpi, answer),
            }
        }
        (What::Table(rows), Given::Rows(table, _)) => draw_rows(asked, block, rows, table),
        _ => Body::Card {
            title: title(asked, block),
            state: CardState::Failed,
            why: "It has no data of its own.".into(),
        },
    }
}

fn draw_tile(asked: &Asked, block: &Block, tile: &TileBlock, kpi: &Kpi, answer: &Answer) -> Body {
    let title = tile.title.clone().unwrap_or_else(|| answer.title.clone());
    Body::Tile {
        tile: Tile::of(answer, title, tile.compare, &asked.project.settings.currency),
        notes: notes(asked, kpi, answer),
        link: tile.link.clone(),
        table: answer.table.clone(),
        about: about(block, kpi, answer),
    }
}

fn draw_rows_as_chart(asked: &Asked, block: &Block, chart: &ChartBlock, table: &Table, more: bool) -> Body {
    let title = title(asked, block);
    match pictures::chart_of_rows(chart, title.clone(), table) {
        Ok(fitted) => Body::Picture {
            title,
            chart: fitted,
            table: table.clone(),
            notes: if more { vec!["There are more rows than are shown.".into()] } else { vec![] },
            link: chart.link.clone(),
            about: about_query(asked, block),
        },
        Err(problem) => misfit(title, &problem),
    }
}

fn draw_rows(asked: &Asked, block: &Block, rows: &TableBlock, table: &Table) -> Body {
    let shown = rows.limit.unwrap_or(usize::MAX).min(table.rows());
    Body::Rows {
        title: title(asked, block),
        table: part(table, 0..shown),
        answer: None,
        more: table.rows() - shown,
        about: about_query(asked, block),
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
    let told = tokens(block).into_iter().filter_map(|token| Some((token.of.clone(), asked.told(&token.of)?)));
    let figure = |answer: &Answer| Figure {
        headline: answer.headline(),
        unit: answer.unit,
        grain: answer.grain,
        as_of: answer.as_of,
    };
    told.map(|(of, answer)| (of, figure(answer))).collect()
}

fn notes(asked: &Asked, kpi: &Kpi, answer: &Answer) -> Vec<String> {
    let often = told_often(asked);
    let mut notes: Vec<String> = answer.notes.iter().filter(|note| !often.contains(*note)).cloned().collect();
    notes.extend(asked.out_of_reach(kpi).into_iter().map(|column| format!("Not filtered by {column}.")));
    if answer.as_of < asked.as_of {
        notes.push(format!("Its data ends on {}.", uptake_draw::words::date(answer.as_of)));
    }
    notes
}

fn about(block: &Block, kpi: &Kpi, answer: &Answer) -> About {
    let chosen = block.ask().and_then(|ask| kpi.chosen(&ask.chosen()).ok());
    let reads = &chosen.as_ref().unwrap_or(kpi).reads;
    About {
        kpi: kpi.name.clone(),
        code: kpi.code.clone(),
        asks: kpi.asks.clone(),
        means: kpi.means.clone(),
        sql: kpi.sql.clone(),
        as_of: answer.as_of,
        sources: reads.iter().map(|input| input.in_words().to_string()).collect(),
    }
}

fn about_query(asked: &Asked, block: &Block) -> About {
    let name = query_of(block).unwrap_or_default();
    let sql = asked.page.blocks.iter().find_map(|b| match &b.what {
        What::Query { sql } if b.id == name => Some(sql.clone()),
        _ => None,
    });
    let nothing = String::new;
    let (kpi, sql) = (name.to_string(), sql.unwrap_or_default());
    About { kpi, code: nothing(), asks: nothing(), means: nothing(), sql, as_of: asked.as_of, sources: vec![] }
}

fn card(title: String, error: &AnswerError) -> Body {
    let (state, why) = match error {
        AnswerError::NotLoaded { needs } => (CardState::NotLoaded, format!("It needs {needs}.")),
        other => (CardState::Failed, chain(other)),
    };
    Body::Card { title, state, why }
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

fn misfit(title: String, problem: &uptake_spec::Problem) -> Body {
    Body::Card { title, state: CardState::Failed, why: problem.to_string() }
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
                let told = |column| format!("{} is not filtered by {column}.", title(asked, block));
                unreached.extend(columns.into_iter().map(told));
            }
            _ => {}
        }
    }
    let told = missing.into_iter().map(|(needs, mut titles)| {
        titles.sort();
        titles.dedup();
        format!("Load {needs} to see {}.", titles.join(", "))
    });
    told_often(asked).into_iter().chain(told).chain(unreached).collect()
}

fn plain(inlines: &[Inline]) -> String {
    let text = |inline: &Inline| match inline {
        Inline::Text(text) | Inline::Code(text) => text.clone(),
        Inline::Strong(inner) | Inline::Emphasis(inner) | Inline::Link { text: inner, .. } => plain(inner),
        Inline::Token(_) => String::new(), // a note holds plain words only
    };
    inlines.iter().map(text).collect()
}

/// A card over the whole width, for what concerns a page rather than a block.
pub fn notice(title: impl Into<String>, why: impl Into<String>) -> Drawn {
    let body = Body::Card { title: title.into(), state: CardState::Failed, why: why.into() };
    Drawn { id: String::new(), width: Width::Full, body }
}
