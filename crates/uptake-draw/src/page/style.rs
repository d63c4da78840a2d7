//! The page's stylesheet: the theme's colours as variables, then templates/style.css.

use crate::theme::{Paint, Theme};
use std::sync::LazyLock;

static STYLE: LazyLock<String> = LazyLock::new(|| {
    let paints: String = Paint::all().into_iter().map(painted).collect();
    let (light, dark) = (variables(&Theme::light()), variables(&Theme::dark()));
    [
        format!(":root{{color-scheme:light dark;{light}}}\n"),
        format!("@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n"),
        format!(":root[data-theme=dark]{{color-scheme:dark;{dark}}}\n:root[data-theme=light]{{color-scheme:light}}\n"),
        format!("@media print{{:root:root:root{{color-scheme:light;{light}}}}}\n"),
        paints,
        include_str!("../../templates/style.css").into(),
    ]
    .concat()
});

/// The styles of every page, with light, dark and print. Pages carry them inside; this is for other pages of the server.
pub fn stylesheet() -> &'static str {
    &STYLE
}

fn variables(theme: &Theme) -> String {
    let colours: String =
        Paint::all().into_iter().map(|paint| format!("--{}:{};", paint.word(), theme.colour(paint))).collect();
    format!("{colours}--accent:{}", theme.accent())
}

/// A class of a picture follows the page's variable, whatever colour its attribute says.
fn painted(paint: Paint) -> String {
    let word = paint.word();
    format!(".f-{word}{{fill:var(--{word})}}.k-{word}{{stroke:var(--{word})}}\n")
}
