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

/// What scripts add to a page; each asks for it at `/page.js`.
pub fn script() -> &'static str {
    include_str!("../../templates/page.js")
}

/// The site's sign in a browser's tab, as the address of a picture that is written out in it.
pub const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='3' fill='%231f5f99'/%3E%3Cpath d='M4 12V9M8 12V6M12 12V3' stroke='%23fff' stroke-width='2' stroke-linecap='round'/%3E%3C/svg%3E";

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
