//! The pictures of uptake: chart → SVG → PNG, and dashboard → HTML.
//!
//! Pure: no files, no clock, no network, no async. The same arguments give the same bytes on every machine and every day.

mod charts;
mod fonts;
mod grid;
mod labels;
mod page;
mod png;
mod prose;
mod scale;
mod sheet;
mod svg;
mod text;
mod theme;
mod tile;
pub mod words;

// The pictures' tests know this crate from outside, and are compiled with its unit tests: after an edit it is compiled once.
#[cfg(test)]
extern crate self as uptake_draw;
#[cfg(test)]
#[path = "../tests/pictures/main.rs"]
mod pictures;

pub use charts::{Chart, Facts, Format, Judged, JudgedPoint, KINDS, LimitStep, Signal, svg};
pub use fonts::{REGULAR, SEMI_BOLD, font};
pub use grid::{Grid, Heading, crossed, grid};
pub use page::{
    About, Body, CardState, Drawn, FilterKind, FilterState, ICON, Page, Way, home, page, script, stylesheet,
};
pub use png::{png, png_within};
pub use prose::{Figure, resolve, tells_nothing};
pub use sheet::sheet;
pub use svg::{Svg, standalone};
pub use theme::{Paint, Size, Theme};
pub use tile::{Tile, tile_svg};
pub use words::{Loaded, Locale, Words};
