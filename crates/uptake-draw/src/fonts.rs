//! The fonts that ship with uptake: Inter, under the OFL (fonts/OFL.txt). No other font is ever looked for.

/// Inter Regular as OpenType: what text is measured with, and what PNG and PDF are set in.
pub const REGULAR: &[u8] = include_bytes!("../fonts/Inter-Regular.otf");
/// Inter SemiBold as OpenType.
pub const SEMI_BOLD: &[u8] = include_bytes!("../fonts/Inter-SemiBold.otf");

/// The page's fonts by their file name under `/font/`, as woff2 of the Latin letters; `None` for any other name.
pub fn font(name: &str) -> Option<&'static [u8]> {
    match name {
        "inter-400.woff2" => Some(include_bytes!("../fonts/inter-400.woff2")),
        "inter-600.woff2" => Some(include_bytes!("../fonts/inter-600.woff2")),
        _ => None,
    }
}
