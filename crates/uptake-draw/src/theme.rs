//! How uptake looks: colours, fonts and sizes, all of them, in this one file.
//!
//! The series colours stay apart for readers with any of the three colour-vision deficiencies and in greyscale print;
//! tests below hold that, and the contrasts. What colour alone could not carry (which line is whose), labels and the
//! shape of the end marks carry too.

/// For whom a picture is drawn; its widths are canvas units, which are CSS pixels on screens and points on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// 360 wide.
    Phone,
    /// 900 × 420; bar charts are as high as they have bars.
    Desk,
    /// 480 wide: the text column of an A4 page.
    Paper,
    /// 236 wide: half of that column, beside another.
    HalfPaper,
    /// 540 wide: half of a desk's row.
    Half,
    /// 740 wide: two thirds of a desk's row.
    TwoThirds,
    /// For a file of one's own measure; from 200 × 120 to 4000 × 4000. What has rows, as bars, grows beyond the height.
    Exact { width_px: u16, height_px: u16 },
}

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// What is behind everything.
    Paper,
    /// A quiet plate on the paper.
    Wash,
    /// Text.
    Ink,
    /// Secondary text.
    Quiet,
    /// Grid lines, lighter than any data.
    Grid,
    /// The zero line.
    Axis,
    /// Targets.
    Target,
    Good,
    Bad,
    /// Members without a name of their own: `(none)`, the rest of a sum.
    Muted,
    /// What is normal, behind a line.
    Band,
    /// One of the [`HEATS`] steps of a heatmap, from 0 for the least; more are the last.
    Heat(usize),
    /// One of the eight series, from 0; more begin again.
    Series(usize),
}

/// Steps from the least to the most of a heatmap.
pub(crate) const HEATS: usize = 7;

/// One set of colours; the fields are private because tests have looked at each of them against the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    pub(crate) family: &'static str,
    paper: &'static str,
    wash: &'static str,
    ink: &'static str,
    quiet: &'static str,
    grid: &'static str,
    axis: &'static str,
    target: &'static str,
    good: &'static str,
    bad: &'static str,
    muted: &'static str,
    band: &'static str,
    heat: [&'static str; HEATS],
    series: [&'static str; 8],
}

/// Measures of a picture, in canvas units.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Canvas {
    pub width: f64,
    pub height: f64,
    pub margin: f64,
    /// Size of labels and subtitles.
    pub text: f64,
    pub title: f64,
    /// Thickness of a series' line.
    pub stroke: f64,
}

impl Size {
    pub(crate) fn canvas(self) -> Canvas {
        match self {
            Size::Phone => Canvas { width: 360.0, height: 300.0, margin: 12.0, text: 12.0, title: 15.0, stroke: 2.0 },
            Size::Half => Canvas { width: 540.0, height: 340.0, margin: 14.0, text: 12.0, title: 16.0, stroke: 2.0 },
            Size::TwoThirds => {
                Canvas { width: 740.0, height: 390.0, margin: 14.0, text: 12.0, title: 16.0, stroke: 2.0 }
            }
            Size::Desk => Canvas { width: 900.0, height: 420.0, margin: 15.0, text: 11.5, title: 15.5, stroke: 1.9 },
            Size::Paper => Canvas { width: 480.0, height: 236.0, margin: 2.0, text: 7.5, title: 10.5, stroke: 1.3 },
            Size::HalfPaper => Canvas { width: 236.0, height: 178.0, margin: 2.0, text: 7.0, title: 9.5, stroke: 1.2 },
            Size::Exact { width_px, height_px } => {
                let (width, height) = (width_px.clamp(200, 4000), height_px.clamp(120, 4000));
                Canvas { width: width.into(), height: height.into(), ..Size::Half.canvas() }
            }
        }
    }
}

impl Canvas {
    /// Held upright in a hand: names go above the plot rather than beside it.
    pub fn is_narrow(&self) -> bool {
        self.width < 400.0
    }

    /// Where the margin at the right begins.
    pub fn right(&self) -> f64 {
        self.width - self.margin
    }

    /// Between the margins.
    pub fn room(&self) -> f64 {
        self.width - 2.0 * self.margin
    }

    /// A hair: grid and axis.
    pub fn hair(&self) -> f64 {
        self.text / 12.0
    }
}

impl Paint {
    /// The word in the picture's class names and the page's CSS variables.
    pub fn word(self) -> String {
        match self {
            Paint::Paper => "paper".into(),
            Paint::Wash => "wash".into(),
            Paint::Ink => "ink".into(),
            Paint::Quiet => "quiet".into(),
            Paint::Grid => "grid".into(),
            Paint::Axis => "axis".into(),
            Paint::Target => "target".into(),
            Paint::Good => "good".into(),
            Paint::Bad => "bad".into(),
            Paint::Muted => "muted".into(),
            Paint::Band => "band".into(),
            Paint::Heat(n) => format!("h{}", n.min(HEATS - 1) + 1),
            Paint::Series(n) => format!("s{}", n % 8 + 1),
        }
    }

    /// Every paint once.
    pub(crate) fn all() -> Vec<Paint> {
        let plain = [
            Paint::Paper,
            Paint::Wash,
            Paint::Ink,
            Paint::Quiet,
            Paint::Grid,
            Paint::Axis,
            Paint::Target,
            Paint::Good,
            Paint::Bad,
            Paint::Muted,
            Paint::Band,
        ];
        plain.into_iter().chain((0..HEATS).map(Paint::Heat)).chain((0..8).map(Paint::Series)).collect()
    }

    /// What a text on this heat is set in, on light and on dark pages alike; the theme's tests hold the contrast.
    pub(crate) fn on_heat(step: usize) -> Paint {
        if step < 4 { Paint::Ink } else { Paint::Paper }
    }
}

impl Theme {
    pub fn light() -> Theme {
        Theme {
            family: "Inter, sans-serif",
            paper: "#ffffff",
            wash: "#f3f5f8",
            ink: "#1b2430",
            quiet: "#5a6675",
            grid: "#e4e8ee",
            axis: "#9aa5b3",
            target: "#4a5563",
            good: "#11703c",
            bad: "#b3261e",
            muted: "#858e9a",
            band: "#e3eaf4",
            heat: ["#eaf2f8", "#c4daec", "#96bfe1", "#63a1d0", "#2078ad", "#005c8d", "#044166"],
            series: LIGHT,
        }
    }

    pub fn dark() -> Theme {
        Theme {
            family: "Inter, sans-serif",
            paper: "#161b22",
            wash: "#0e1217",
            ink: "#e8ecf1",
            quiet: "#a3afbd",
            grid: "#2b333d",
            axis: "#5d6977",
            target: "#b9c3cf",
            good: "#5fcf8a",
            bad: "#ff8f85",
            muted: "#6f7a87",
            band: "#202c3b",
            heat: ["#222b35", "#253d53", "#275473", "#276b93", "#3991c0", "#6cb3dd", "#abd8f3"],
            series: DARK,
        }
    }

    /// As light, with a grid that still prints.
    pub fn paper() -> Theme {
        Theme { grid: "#d9dee5", ..Theme::light() }
    }

    /// The colour as `#rrggbb`.
    pub fn colour(&self, paint: Paint) -> &'static str {
        match paint {
            Paint::Paper => self.paper,
            Paint::Wash => self.wash,
            Paint::Ink => self.ink,
            Paint::Quiet => self.quiet,
            Paint::Grid => self.grid,
            Paint::Axis => self.axis,
            Paint::Target => self.target,
            Paint::Good => self.good,
            Paint::Bad => self.bad,
            Paint::Muted => self.muted,
            Paint::Band => self.band,
            Paint::Heat(n) => self.heat[n.min(HEATS - 1)],
            Paint::Series(n) => self.series[n % 8],
        }
    }

    /// The firm's accent: the first series, links, the focus ring.
    pub fn accent(&self) -> &'static str {
        self.series[0]
    }
}

const LIGHT: [&str; 8] = ["#1d4f91", "#d26e19", "#00433b", "#c0407e", "#4d5f00", "#301283", "#5e391d", "#8092ad"];
const DARK: [&str; 8] = ["#6cb2f5", "#cf7d2d", "#8ee3cc", "#e76fb3", "#bed464", "#847ae8", "#c8985f", "#c5defb"];

#[cfg(test)]
mod tests;
