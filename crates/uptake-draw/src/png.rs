//! From SVG to PNG, by resvg, with the bundled fonts and nothing from outside: no file, no network, no system font.

use crate::fonts;
use crate::svg::Svg;
use resvg::{tiny_skia, usvg};
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
    let options = usvg::Options {
        fontdb: FONTS.clone(),
        font_family: "Inter".into(),
        image_href_resolver: usvg::ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(&svg.0, &options).expect("our own SVG is well formed, see svg.rs");
    let size = tree.size();
    let scale = if scale.is_finite() && scale > 0.0 { scale } else { 1.0 };
    let scale = scale.min(MOST_PX / size.width().max(size.height()));
    let px = |length: f32| ((length * scale).ceil() as u32).max(1);
    let mut pixels =
        tiny_skia::Pixmap::new(px(size.width()), px(size.height())).expect("the sides are at least one pixel");
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().expect("a picture in memory can be written to memory")
}
