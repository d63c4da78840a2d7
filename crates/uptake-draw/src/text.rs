//! How wide a text is, and what of it fits: measured with the bundled Inter, so the same on every machine.

use crate::fonts;
use std::sync::LazyLock;
use ttf_parser::Face;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Regular,
    SemiBold,
}

/// The advances of plain letters: to look one up in the font takes longer than all else that is measured.
static PLAIN: LazyLock<[[u16; 128]; 2]> = LazyLock::new(|| {
    [&*REGULAR, &*SEMI_BOLD].map(|face| std::array::from_fn(|at| looked_up(face, char::from(at as u8)) as u16))
});
static REGULAR: LazyLock<Face> = LazyLock::new(|| Face::parse(fonts::REGULAR, 0).expect("the bundled Inter is whole"));
static SEMI_BOLD: LazyLock<Face> =
    LazyLock::new(|| Face::parse(fonts::SEMI_BOLD, 0).expect("the bundled Inter is whole"));

/// The advance of `text` in pixels at `size_px`. Kerning is left out: it makes texts narrower, never wider by much.
pub fn width_px(text: &str, size_px: f64, weight: Weight) -> f64 {
    let face = face(weight);
    let units: u32 = text.chars().map(|c| advance(weight, c)).sum();
    f64::from(units) * size_px / f64::from(face.units_per_em())
}

fn face(weight: Weight) -> &'static Face<'static> {
    match weight {
        Weight::Regular => &REGULAR,
        Weight::SemiBold => &SEMI_BOLD,
    }
}

fn advance(weight: Weight, letter: char) -> u32 {
    match usize::try_from(u32::from(letter)) {
        Ok(at) if at < 128 => PLAIN[usize::from(weight == Weight::SemiBold)][at].into(),
        _ => looked_up(face(weight), letter),
    }
}

/// A letter that Inter lacks is taken as wide as an em: scripts it does not draw are mostly wide.
fn looked_up(face: &Face, letter: char) -> u32 {
    let glyph = face.glyph_index(letter).and_then(|glyph| face.glyph_hor_advance(glyph));
    glyph.map_or(u32::from(face.units_per_em()), u32::from)
}

/// `text` as long as it fits `max_px`, else its beginning and an ellipsis. At least one letter remains.
pub fn ellipsized(text: &str, max_px: f64, size_px: f64, weight: Weight) -> String {
    let face = face(weight);
    let px = |units: u32| f64::from(units) * size_px / f64::from(face.units_per_em());
    let mut kept: Vec<(char, u32)> = text.chars().map(|c| (c, advance(weight, c))).collect();
    let mut units: u32 = kept.iter().map(|(_, units)| units).sum();
    if px(units) <= max_px {
        return text.into();
    }
    let dots = advance(weight, '…');
    loop {
        units -= kept.pop().map_or(0, |(_, units)| units);
        let blanks = kept.iter().rev().take_while(|(c, _)| c.is_whitespace()).map(|(_, units)| units).sum::<u32>();
        if kept.len() <= 1 || px(units - blanks + dots) <= max_px {
            let shown: String = kept.iter().map(|(c, _)| c).collect();
            return format!("{}…", shown.trim_end());
        }
    }
}

/// `text` broken at blanks into at most `max_lines` lines of `max_px`; what is too long ends in an ellipsis.
pub fn wrapped(text: &str, max_px: f64, max_lines: usize, size_px: f64, weight: Weight) -> Vec<String> {
    let mut lines: Vec<String> = vec![];
    for word in text.split(is_break).filter(|word| !word.is_empty()) {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match longer {
            Some(longer) if lines.len() == max_lines || width_px(&longer, size_px, weight) <= max_px => {
                lines.pop();
                lines.push(longer);
            }
            _ => lines.push(word.into()),
        }
    }
    lines.iter().map(|line| ellipsized(line, max_px, size_px, weight)).collect()
}

/// A number stays with its unit.
pub fn is_break(letter: char) -> bool {
    letter.is_whitespace() && !matches!(letter, '\u{a0}' | '\u{202f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_only_where_it_does_not_fit() {
        let (size, weight) = (10.0, Weight::Regular);
        assert_eq!(ellipsized("Rome", 100.0, size, weight), "Rome");
        let cut = ellipsized("Banking and capital markets", 80.0, size, weight);
        assert!(cut.ends_with('…') && cut.starts_with("Banking"), "{cut}");
        assert!(width_px(&cut, size, weight) <= 80.0);
        assert_eq!(ellipsized("Rome", 0.0, size, weight), "R…");
    }

    #[test]
    fn a_long_name_breaks_at_its_blanks() {
        let lines = wrapped("Energy, infrastructure and natural resources", 150.0, 2, 12.0, Weight::Regular);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| width_px(line, 12.0, Weight::Regular) <= 150.0));
        assert_eq!(wrapped("", 150.0, 2, 12.0, Weight::Regular), Vec::<String>::new());
    }

    #[test]
    fn a_number_stays_with_its_unit() {
        let lines = wrapped("59\u{202f}% to 83\u{202f}%", 60.0, 3, 12.0, Weight::Regular);
        assert_eq!(lines, ["59\u{202f}% to", "83\u{202f}%"]);
    }

    #[test]
    fn semi_bold_is_wider_than_regular() {
        // Inter's own advances at 1000 px: a digit one is narrower than a zero.
        assert!(width_px("Partner", 12.0, Weight::SemiBold) > width_px("Partner", 12.0, Weight::Regular));
        assert_eq!(width_px("", 12.0, Weight::Regular), 0.0);
    }
}
