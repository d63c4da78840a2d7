//! A page as one tall picture: what stands on it, in reading order, on a grid of six columns.

use crate::charts::{self, Format};
use crate::grid::{Grid, grid};
use crate::page::{Body, Drawn, Page, columns};
use crate::svg::{Anchor, Element, Svg, element, line, rect, text, whole};
use crate::text::{Weight, is_break, width_px, wrapped};
use crate::theme::{Paint, Size, Theme};
use crate::tile::tile_svg;
use crate::words::Words;
use uptake_spec::Table;
use uptake_spec::dashboard::{Inline, Prose, Width};

/// Around the sheet.
const MARGIN: f64 = 24.0;
/// Between blocks.
const GAP: f64 = 20.0;
const COLUMNS_PX: f64 = 900.0;
/// More rows than this are in the files of data.
const MOST_ROWS: usize = 40;
const BODY_PX: f64 = 14.0;
const SMALL_PX: f64 = 12.0;

/// The page as a picture, 948 wide and as tall as it needs.
pub fn sheet(page: &Page) -> Svg {
    let theme = Theme::light();
    let mut sheet = Sheet { theme: &theme, marks: vec![], y: MARGIN };
    sheet.head(page);
    for row in page.rows() {
        sheet.row(page, &row);
    }
    for note in &page.notes {
        sheet.lines(note, SMALL_PX, Weight::Regular, Paint::Quiet, COLUMNS_PX);
    }
    let foot = format!("{} · {} · {} {}", page.firm, page.when(), page.locale.build, page.build);
    sheet.lines(&foot, SMALL_PX, Weight::Regular, Paint::Quiet, COLUMNS_PX);
    let size = (COLUMNS_PX + 2.0 * MARGIN, sheet.y + MARGIN);
    whole(size, &theme, &page.title, &page.asks, sheet.marks)
}

fn width_of(width: Width) -> f64 {
    let columns = f64::from(columns(width));
    (COLUMNS_PX + GAP) / 6.0 * columns - GAP
}

struct Sheet<'a> {
    theme: &'a Theme,
    marks: Vec<Element>,
    /// Where the next row begins.
    y: f64,
}

/// What is drawn of one block, and how high it is; its upper left corner is (0, 0).
#[derive(Default)]
struct Piece {
    marks: Vec<Element>,
    height: f64,
}

impl Sheet<'_> {
    fn head(&mut self, page: &Page) {
        self.lines(&page.title, 26.0, Weight::SemiBold, Paint::Ink, COLUMNS_PX);
        self.lines(&page.asks, BODY_PX, Weight::Regular, Paint::Quiet, COLUMNS_PX);
        self.lines(&format!("{} · {}", page.firm, page.when()), SMALL_PX, Weight::Regular, Paint::Quiet, COLUMNS_PX);
        self.y += GAP / 2.0;
    }

    fn lines(&mut self, words: &str, size: f64, weight: Weight, paint: Paint, room: f64) {
        let piece = written(words, size, weight, paint, room, self.theme);
        self.place(MARGIN, piece.marks);
        self.y += piece.height;
    }

    fn row(&mut self, page: &Page, blocks: &[&Drawn]) {
        let (mut x, mut height) = (MARGIN, 0.0_f64);
        for drawn in blocks {
            let wide = width_of(drawn.width);
            let piece = piece(page, drawn, wide, self.theme);
            height = height.max(piece.height);
            self.place(x, piece.marks);
            x += wide + GAP;
        }
        self.y += height + GAP;
    }

    fn place(&mut self, x: f64, marks: Vec<Element>) {
        let moved = format!("translate({} {})", crate::svg::short(x), crate::svg::short(self.y));
        self.marks.push(element("g").set("transform", moved).with_all(marks));
    }
}

fn piece(page: &Page, drawn: &Drawn, wide: f64, theme: &Theme) -> Piece {
    match &drawn.body {
        Body::Prose(prose) => {
            prose.iter().fold(Piece::default(), |above, prose| below(above, told(page, prose, wide, theme)))
        }
        Body::Note(words) => {
            let mut piece = written(words, BODY_PX, Weight::Regular, Paint::Ink, wide - 16.0, theme);
            piece = moved(piece, 14.0, 6.0);
            piece.height += 6.0;
            piece.marks.push(rect(0.0, 0.0, 3.0, piece.height).fill(theme, Paint::Axis));
            piece
        }
        Body::Picture { chart, notes, .. } => {
            let size = if wide < 400.0 {
                Size::Phone
            } else if wide < 560.0 {
                Size::Half
            } else if wide < 700.0 {
                Size::TwoThirds
            } else {
                Size::Desk
            };
            with_notes(picture(&charts::svg(chart, size, theme), wide), notes, wide, theme)
        }
        Body::Tile { tile, notes, .. } => {
            with_notes(picture(&tile_svg(tile, Size::Phone, theme), wide.min(400.0)), notes, wide, theme)
        }
        Body::Rows { title, table, answer, more, .. } => {
            rows(title, table, answer.as_ref(), *more, wide, theme, &page.locale)
        }
        Body::Card { title, state, why, .. } => {
            let room = wide - 28.0;
            let head = written(title, 15.0, Weight::SemiBold, Paint::Ink, room, theme);
            let words = written(
                &format!("{}. {why}", state.words(&page.locale)),
                BODY_PX,
                Weight::Regular,
                Paint::Quiet,
                room,
                theme,
            );
            let mut piece = moved(below(head, words), 14.0, 10.0);
            piece.height += 12.0;
            let frame = rect(0.5, 0.5, wide - 1.0, piece.height - 1.0).at("rx", 8.0).unfilled();
            piece.marks.push(frame.stroke(theme, Paint::Axis, 1.0).set("stroke-dasharray", "4 3"));
            piece
        }
    }
}

/// A picture of ours, as wide as asked.
fn picture(svg: &Svg, wide: f64) -> Piece {
    let (width, height) = svg.sides();
    let high = height * wide / width;
    Piece { marks: vec![element("g").with_picture(svg, wide, high)], height: high }
}

fn with_notes(piece: Piece, notes: &[String], wide: f64, theme: &Theme) -> Piece {
    notes
        .iter()
        .fold(piece, |above, note| below(above, written(note, SMALL_PX, Weight::Regular, Paint::Quiet, wide, theme)))
}

/// As on the page: a heading that repeats the title is left out.
fn told(page: &Page, prose: &Prose, wide: f64, theme: &Theme) -> Piece {
    let room = wide.min(700.0);
    match prose {
        Prose::Heading { text, .. } if *text == [Inline::Text(page.title.clone())] => Piece::default(),
        Prose::Heading { level, text } => {
            let size = if *level <= 1 { 19.0 } else { 16.0 };
            written(&plain(text), size, Weight::SemiBold, Paint::Ink, room, theme)
        }
        Prose::Paragraph(text) => written(&plain(text), BODY_PX, Weight::Regular, Paint::Ink, room, theme),
        Prose::List { ordered, items } => {
            let item = |(at, text): (usize, &Vec<Inline>)| {
                let mark = if *ordered { format!("{}.", at + 1) } else { "•".into() };
                let mut words =
                    moved(written(&plain(text), BODY_PX, Weight::Regular, Paint::Ink, room - 22.0, theme), 22.0, 0.0);
                words.marks.extend(written(&mark, BODY_PX, Weight::Regular, Paint::Ink, 22.0, theme).marks);
                words
            };
            items.iter().enumerate().map(item).fold(Piece::default(), below)
        }
    }
}

fn plain(inlines: &[Inline]) -> String {
    let text = |inline: &Inline| match inline {
        Inline::Text(text) | Inline::Code(text) => text.clone(),
        Inline::Strong(inner) | Inline::Emphasis(inner) | Inline::Link { text: inner, .. } => plain(inner),
        Inline::Token(_) => "–".into(),
    };
    inlines.iter().map(text).collect()
}

fn rows(
    title: &str,
    table: &Table,
    answer: Option<&Format>,
    more: usize,
    wide: f64,
    theme: &Theme,
    words: &Words,
) -> Piece {
    let mut data = grid(table, answer, words);
    let cut = data.rows.len().saturating_sub(MOST_ROWS);
    // Of an answer the newest periods stay, of a query the first rows.
    if answer.is_some() {
        data.rows.drain(..cut);
    } else {
        data.rows.truncate(MOST_ROWS);
    }
    let head = written(title, 16.0, Weight::SemiBold, Paint::Ink, wide, theme);
    let nothing = words.no_rows(answer.is_some());
    let body = match data.rows.is_empty() {
        true => written(nothing, BODY_PX, Weight::Regular, Paint::Quiet, wide, theme),
        false => table_of(&data, wide, theme),
    };
    let piece = below(head, body);
    match more + cut {
        0 => piece,
        more => below(piece, written(&words.more_rows(more), SMALL_PX, Weight::Regular, Paint::Quiet, wide, theme)),
    }
}

/// Between the columns of a table.
const BETWEEN: f64 = 18.0;

/// A table that is too wide even with its long texts broken is drawn smaller, whole.
fn table_of(data: &Grid, wide: f64, theme: &Theme) -> Piece {
    let columns = columns_px(data, wide);
    let all: f64 = columns.iter().sum();
    let mut piece = Piece { marks: vec![], height: 6.0 };
    let names: Vec<String> = data.headings.iter().map(|heading| heading.name.clone()).collect();
    for (nth, cells) in std::iter::once(&names).chain(&data.rows).enumerate() {
        piece = table_row(piece, data, cells, &columns, nth == 0, theme);
        let paint = if nth == 0 { Paint::Axis } else { Paint::Grid };
        piece.marks.push(line(0.0, piece.height, all, piece.height).stroke(theme, paint, 1.0));
    }
    piece.height += 6.0;
    if all <= wide {
        return piece;
    }
    let scale = wide / all;
    let smaller = element("g").set("transform", format!("scale({})", crate::svg::short(scale)));
    Piece { marks: vec![smaller.with_all(piece.marks)], height: piece.height * scale }
}

fn table_row(above: Piece, data: &Grid, cells: &[String], columns: &[f64], is_head: bool, theme: &Theme) -> Piece {
    const LINE_PX: f64 = 16.0;
    let most_lines = if is_head { 8 } else { 4 };
    let (weight, paint) = if is_head { (Weight::SemiBold, Paint::Quiet) } else { (Weight::Regular, Paint::Ink) };
    let Piece { mut marks, height } = above;
    let (mut x, mut lines) = (0.0, 1);
    for ((cell, heading), wide) in cells.iter().zip(&data.headings).zip(columns) {
        let room = wide - BETWEEN;
        let (at, anchor) = if heading.number { (x + room, Anchor::End) } else { (x, Anchor::Start) };
        let parts = wrapped(cell, room + 0.5, most_lines, SMALL_PX, weight);
        for (nth, part) in parts.iter().enumerate() {
            let set = text(at, height + LINE_PX * (nth + 1) as f64, SMALL_PX, anchor, part).fill(theme, paint);
            marks.push(if is_head { set.semi_bold() } else { set });
        }
        lines = lines.max(parts.len());
        x += wide;
    }
    Piece { marks, height: height + LINE_PX * lines as f64 + 8.0 }
}

/// Each column's width with the room behind it: as wide as its longest text, or where that is more than there is, long texts
/// are broken first. Numbers, days and short names never are, nor words.
fn columns_px(data: &Grid, wide: f64) -> Vec<f64> {
    const LONGEST_WORD_PX: f64 = 160.0;
    let longest = |texts: &mut dyn Iterator<Item = &str>, weight| {
        texts.map(|text| width_px(text, SMALL_PX, weight)).fold(0.0, f64::max)
    };
    let cells = |at: usize| data.rows.iter().map(move |row| row[at].as_str());
    let (mut wanted, mut least) = (vec![], vec![]);
    for (at, heading) in data.headings.iter().enumerate() {
        let whole = longest(&mut cells(at), Weight::Regular);
        wanted.push(longest(&mut std::iter::once(heading.name.as_str()), Weight::SemiBold).max(whole) + BETWEEN);
        let broken = match heading.number || heading.one_line {
            true => whole,
            false => {
                longest(&mut cells(at).flat_map(|cell| cell.split(is_break)), Weight::Regular).min(LONGEST_WORD_PX)
            }
        };
        least.push(longest(&mut heading.name.split(is_break), Weight::SemiBold).max(broken) + BETWEEN);
    }
    let (all, needed): (f64, f64) = (wanted.iter().sum(), least.iter().sum());
    if all <= wide {
        return wanted;
    }
    let share = ((wide - needed) / (all - needed).max(1.0)).max(0.0);
    wanted.iter().zip(&least).map(|(wanted, least)| least + (wanted - least) * share).collect()
}

/// Words in lines, one below the other, with a little air behind them.
fn written(words: &str, size: f64, weight: Weight, paint: Paint, room: f64, theme: &Theme) -> Piece {
    const MOST_LINES: usize = 60;
    let mut piece = Piece::default();
    for part in wrapped(words, room, MOST_LINES, size, weight) {
        let set = text(0.0, piece.height + size, size, Anchor::Start, &part).fill(theme, paint);
        piece.marks.push(if weight == Weight::SemiBold { set.semi_bold() } else { set });
        piece.height += size * 1.45;
    }
    piece.height += size * 0.5;
    piece
}

fn below(mut above: Piece, next: Piece) -> Piece {
    let next = moved(next, 0.0, above.height);
    above.marks.extend(next.marks);
    above.height = next.height;
    above
}

fn moved(piece: Piece, x: f64, y: f64) -> Piece {
    let by = format!("translate({} {})", crate::svg::short(x), crate::svg::short(y));
    Piece { marks: vec![element("g").set("transform", by).with_all(piece.marks)], height: piece.height + y }
}
