//! From SVG to PNG, by resvg, with the bundled fonts and nothing from outside: no file, no network, no system font.

use crate::fonts;
use crate::svg::Svg;
use crate::theme::{Paint, Theme};
use resvg::tiny_skia::{self, Pixmap, Transform};
use resvg::usvg;
use std::sync::{Arc, LazyLock};

/// Above this many pixels on a side a picture is drawn smaller rather than not at all.
const MOST_PX: f32 = 8000.0;

static FONTS: LazyLock<Arc<usvg::fontdb::Database>> = LazyLock::new(|| {
    let mut fonts_known = usvg::fontdb::Database::new();
    fonts_known.load_font_data(fonts::REGULAR.to_vec());
    fonts_known.load_font_data(fonts::SEMI_BOLD.to_vec());
    fonts_known.set_sans_serif_family("Inter");
    Arc::new(fonts_known)
});

/// The picture as PNG bytes, `scale` pixels for each unit of its canvas: 2.0 for sharp screens. Same arguments, same bytes.
///
/// A scale that is not above zero counts as 1.
///
/// # Panics
/// If the text is no well-formed SVG with a size, which those of this crate always are.
pub fn png(svg: &Svg, scale: f32) -> Vec<u8> {
    let tree = tree(svg);
    let size = tree.size();
    let scale = if scale.is_finite() && scale > 0.0 { scale } else { 1.0 };
    let scale = scale.min(MOST_PX / size.width().max(size.height()));
    let px = |length: f32| ((length * scale).ceil() as u32).max(1);
    let mut pixels = blank(px(size.width()), px(size.height()));
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    encoded(&pixels)
}

/// The picture as PNG bytes of exactly `width_px` × `height_px` pixels, each side 1 to 8,000: as large as fits, in the middle, on the
/// theme's paper. For a picture that fills them, draw it at [`Size::Exact`](crate::Size::Exact) of the same measures.
///
/// # Panics
/// As [`png`].
pub fn png_within(svg: &Svg, width_px: u32, height_px: u32, theme: &Theme) -> Vec<u8> {
    let tree = tree(svg);
    let size = tree.size();
    let (width, height) = (width_px.clamp(1, MOST_PX as u32), height_px.clamp(1, MOST_PX as u32));
    let scale = (width as f32 / size.width()).min(height as f32 / size.height());
    let (left, top) = ((width as f32 - size.width() * scale) / 2.0, (height as f32 - size.height() * scale) / 2.0);
    let mut pixels = blank(width, height);
    let paper = u32::from_str_radix(&theme.colour(Paint::Paper)[1..], 16).expect("a theme's colour is #rrggbb");
    let [_, red, green, blue] = paper.to_be_bytes();
    pixels.fill(tiny_skia::Color::from_rgba8(red, green, blue, 255));
    let placed = Transform::from_row(scale, 0.0, 0.0, scale, left.round(), top.round());
    resvg::render(&tree, placed, &mut pixels.as_mut());
    encoded(&pixels)
}

fn tree(svg: &Svg) -> usvg::Tree {
    let options = usvg::Options {
        fontdb: FONTS.clone(),
        font_family: "Inter".into(),
        image_href_resolver: usvg::ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..usvg::Options::default()
    };
    usvg::Tree::from_str(&svg.0, &options).expect("our own SVG is well formed, see svg.rs")
}

fn blank(width: u32, height: u32) -> Pixmap {
    Pixmap::new(width, height).expect("the sides are at least one pixel")
}

/// Every picture lies on a plate of paper, so that three bytes tell a pixel; an edge that the plate covers in part gets the
/// paper's colour, which is that of the first pixel.
fn encoded(pixels: &Pixmap) -> Vec<u8> {
    let paper: Vec<u16> = pixels.data()[..3].iter().map(|part| (*part).into()).collect();
    let on_paper = |part: u8, at: usize, lacks: u16| (u16::from(part) + paper[at] * lacks / 255).min(255) as u8;
    let opaque: Vec<u8> = pixels
        .data()
        .chunks_exact(4)
        .flat_map(|pixel| {
            let lacks = u16::from(255 - pixel[3]);
            match lacks {
                0 => [pixel[0], pixel[1], pixel[2]],
                _ => [0, 1, 2].map(|at| on_paper(pixel[at], at, lacks)),
            }
        })
        .collect();
    let mut bytes = vec![];
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&opaque));
    written.expect("a picture in memory can be written to memory");
    bytes
}
