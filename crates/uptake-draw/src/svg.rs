//! The few SVG elements we draw with: escaped, numbers with two decimals, colours both as attributes and as classes.
//!
//! Each colour is written twice: as an attribute, so that a file, a PNG and a PDF need nothing else, and as a class
//! (`f-ink`, `k-s1`), so that a page's stylesheet can put its own variable over it and follow the reader's dark mode.

use crate::fonts;
use crate::theme::{Paint, Theme};
use std::borrow::Cow;
use std::fmt::Write;

/// One whole picture: the text of an SVG file with title and description, that needs no other file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Svg(pub String);

/// An element with its attributes in the order they were set.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    name: &'static str,
    class: String,
    attributes: Vec<(&'static str, Cow<'static, str>)>,
    inside: Vec<Node>,
}

#[derive(Debug, Clone)]
enum Node {
    Element(Element),
    Text(String),
    /// Written by this module before.
    Picture(String),
}

/// Where a text's given point lies in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

pub(crate) fn element(name: &'static str) -> Element {
    Element { name, class: String::new(), attributes: vec![], inside: vec![] }
}

pub(crate) fn rect(x: f64, y: f64, width: f64, height: f64) -> Element {
    element("rect").at("x", x).at("y", y).at("width", width.max(0.0)).at("height", height.max(0.0))
}

pub(crate) fn line(x1: f64, y1: f64, x2: f64, y2: f64) -> Element {
    element("line").at("x1", x1).at("y1", y1).at("x2", x2).at("y2", y2)
}

/// A path of `d`; nothing is filled unless asked.
pub(crate) fn path(d: String) -> Element {
    element("path").set("d", d)
}

/// `text` set at (`x`, `y`), y being its base line.
pub(crate) fn text(x: f64, y: f64, size_px: f64, anchor: Anchor, text: &str) -> Element {
    let plain = element("text").at("x", x).at("y", y).at("font-size", size_px);
    let anchored = match anchor {
        Anchor::Start => plain,
        Anchor::Middle => plain.set("text-anchor", "middle"),
        Anchor::End => plain.set("text-anchor", "end"),
    };
    anchored.with_text(text)
}

/// A small circle.
pub(crate) fn dot(x: f64, y: f64, radius: f64) -> Element {
    element("circle").at("cx", x).at("cy", y).at("r", radius)
}

/// `inside` as a link; what is neither of our own pages nor of the web stays plain.
pub(crate) fn link(href: &str, inside: Element) -> Element {
    let scheme = href.split(['/', '?', '#']).next().unwrap_or_default();
    let safe = !scheme.contains(':') || href.starts_with("https://") || href.starts_with("http://");
    if safe { element("a").set("href", href.to_string()).with(inside) } else { inside }
}

/// Straight lines through the points, beginning with a move.
pub(crate) fn through(points: &[(f64, f64)]) -> String {
    let mut d = String::new();
    for (at, (x, y)) in points.iter().enumerate() {
        d.push(if at == 0 { 'M' } else { 'L' });
        let _ = write!(d, "{} {}", short(*x), short(*y));
    }
    d
}

/// At most two decimals, no trailing zeros, no negative zero: `12.5`.
pub(crate) fn short(n: f64) -> String {
    let mut text = format!("{n:.2}");
    text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    if text == "-0" { "0".into() } else { text }
}

pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|b| matches!(b, b'&' | b'<' | b'>' | b'"' | 0..=31 | 127 | 0xc2)) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // XML has no way to write these at all.
            c if c.is_control() && !matches!(c, '\t' | '\n') => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

impl Element {
    pub(crate) fn set(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Element {
        self.attributes.push((name, value.into()));
        self
    }

    pub(crate) fn at(self, name: &'static str, value: f64) -> Element {
        self.set(name, short(value))
    }

    pub(crate) fn fill(mut self, theme: &Theme, paint: Paint) -> Element {
        self.add_class("f-", paint);
        self.set("fill", theme.colour(paint))
    }

    pub(crate) fn stroke(mut self, theme: &Theme, paint: Paint, width_px: f64) -> Element {
        self.add_class("k-", paint);
        self.set("stroke", theme.colour(paint)).at("stroke-width", width_px)
    }

    /// A rim in the paper's colour, so that a text can be read across a line.
    pub(crate) fn rimmed(self, theme: &Theme, width_px: f64) -> Element {
        self.stroke(theme, Paint::Paper, width_px).set("stroke-linejoin", "round").set("paint-order", "stroke")
    }

    pub(crate) fn unfilled(self) -> Element {
        self.set("fill", "none")
    }

    pub(crate) fn semi_bold(self) -> Element {
        self.set("font-weight", "600")
    }

    pub(crate) fn with(mut self, inside: Element) -> Element {
        self.inside.push(Node::Element(inside));
        self
    }

    pub(crate) fn with_all(mut self, inside: impl IntoIterator<Item = Element>) -> Element {
        self.inside.extend(inside.into_iter().map(Node::Element));
        self
    }

    pub(crate) fn with_text(mut self, text: &str) -> Element {
        self.inside.push(Node::Text(text.into()));
        self
    }

    /// The whole text a reader gets by pointing, where the shown one was cut.
    pub(crate) fn with_title(self, shown: &str, whole: &str) -> Element {
        if shown == whole { self } else { self.with(element("title").with_text(whole)) }
    }

    /// What a reader gets by pointing at the mark, on pages without a script.
    pub(crate) fn told(self, words: &str) -> Element {
        self.with(element("title").with_text(words))
    }

    /// Another picture of ours inside, in another size.
    pub(crate) fn with_picture(mut self, svg: &Svg, width: f64, height: f64) -> Element {
        let Some((root, inside)) = svg.0.split_once('>') else { return self };
        let view_box = attribute(root, "viewBox").unwrap_or_default();
        let placed = format!(
            "<svg viewBox=\"{view_box}\" width=\"{}\" height=\"{}\">{}",
            short(width),
            short(height),
            inside.trim_end()
        );
        self.inside.push(Node::Picture(placed));
        self
    }

    fn add_class(&mut self, kind: &str, paint: Paint) {
        if !self.class.is_empty() {
            self.class.push(' ');
        }
        self.class.push_str(kind);
        self.class.push_str(&paint.word());
    }

    fn write(&self, out: &mut String) {
        let _ = write!(out, "<{}", self.name);
        if !self.class.is_empty() {
            let _ = write!(out, " class=\"{}\"", self.class);
        }
        for (name, value) in &self.attributes {
            for part in [" ", name, "=\"", &escaped(value), "\""] {
                out.push_str(part);
            }
        }
        if self.inside.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for node in &self.inside {
            match node {
                Node::Element(element) => element.write(out),
                Node::Text(text) => out.push_str(&escaped(text)),
                Node::Picture(picture) => out.push_str(picture),
            }
        }
        let _ = write!(out, "</{}>", self.name);
    }
}

impl Svg {
    /// Width and height in canvas units.
    pub fn sides(&self) -> (f64, f64) {
        let root = self.0.split_once('>').map_or("", |(root, _)| root);
        let length = |name| attribute(root, name).and_then(|length| length.parse().ok()).unwrap_or(1.0);
        (length("width"), length("height"))
    }
}

/// The picture with each text that is a member's name, as a legend or a bar has, leading to the member's address.
pub(crate) fn linked(svg: Svg, addresses: &[(String, String)]) -> Svg {
    if addresses.is_empty() {
        return svg;
    }
    let mut out = String::with_capacity(svg.0.len() * 11 / 10);
    let mut rest = svg.0.as_str();
    while let Some(begin) = rest.find("<text") {
        let Some(length) = rest[begin..].find("</text>") else { break };
        let (before, from) = rest.split_at(begin);
        let (element, behind) = from.split_at(length + "</text>".len());
        out.push_str(before);
        match address_of(element, addresses) {
            Some(address) => _ = write!(out, "<a href=\"{}\">{element}</a>", escaped(address)),
            None => out.push_str(element),
        }
        rest = behind;
    }
    out.push_str(rest);
    // The parts of an image cannot be reached, those of a group can.
    Svg(out.replacen(" role=\"img\"", " role=\"group\"", 1))
}

/// Where a text element leads: by its whole name, which stands in its title where it was cut.
fn address_of<'a>(element: &str, addresses: &'a [(String, String)]) -> Option<&'a str> {
    let (_, inside) = element.split_once('>')?;
    let shown = inside.strip_suffix("</text>")?;
    let whole = shown.split_once("<title>").and_then(|(_, title)| title.strip_suffix("</title>")).unwrap_or(shown);
    addresses.iter().find(|(name, _)| escaped(name) == whole).map(|(_, address)| address.as_str())
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    Some(tag.split_once(&format!(" {name}=\""))?.1.split_once('"')?.0)
}

/// A canvas of `width` × `height` with what is on it; the title and the description are what a screen reader says.
pub(crate) fn whole(size: (f64, f64), theme: &Theme, title: &str, description: &str, marks: Vec<Element>) -> Svg {
    let (width, height) = size;
    // The parts of an image cannot be reached by keyboard; links must be.
    let role = if marks.iter().any(|mark| mark.name == "a") { "group" } else { "img" };
    let root = element("svg")
        .set("xmlns", "http://www.w3.org/2000/svg")
        .set("viewBox", format!("0 0 {} {}", short(width), short(height)))
        .at("width", width)
        .at("height", height)
        .set("role", role)
        .set("lang", "en")
        .set("font-family", theme.family)
        .with(element("title").with_text(title))
        .with(element("desc").with_text(description))
        .with(rect(0.0, 0.0, width, height).fill(theme, Paint::Paper))
        .with_all(marks);
    let mut out = String::new();
    root.write(&mut out);
    out.push('\n');
    Svg(out)
}

/// The picture as a file of its own: with the Latin letters of Inter inside, so that it looks the same where Inter is not installed.
pub fn standalone(svg: &Svg) -> String {
    let face = |weight: u16, file: &str| {
        let data = fonts::font(file).map(base64).unwrap_or_default();
        format!("@font-face{{font-family:Inter;font-weight:{weight};src:url(data:font/woff2;base64,{data})}}")
    };
    let style = format!("<style>{}{}</style>", face(400, "inter-400.woff2"), face(600, "inter-600.woff2"));
    svg.0.replacen("</desc>", &format!("</desc>{style}"), 1)
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits = three.iter().enumerate().fold(0_u32, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        for letter in 0..4 {
            let six = (bits >> (18 - 6 * letter)) & 63;
            text.push(if letter <= three.len() { char::from(LETTERS[six as usize]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_members_name_leads_to_its_address() {
        let theme = Theme::light();
        let name = |shown: &str, whole: &str| text(0.0, 0.0, 12.0, Anchor::Start, shown).with_title(shown, whole);
        let marks = vec![name("A & B", "A & B"), name("Part…", "Partner"), name("Part…", "Parting")];
        let ways = [("A & B", "/d/x?g=A+%26+B"), ("Partner", "/d/x?a=1&g=Partner")];
        let ways = ways.map(|(name, address)| (name.to_string(), address.to_string()));
        let drawn = linked(whole((10.0, 10.0), &theme, "Partner", "Partner", marks), &ways).0;
        assert!(
            drawn.contains("<a href=\"/d/x?g=A+%26+B\"><text x=\"0\" y=\"0\" font-size=\"12\">A &amp; B</text></a>")
        );
        assert!(drawn.contains("<a href=\"/d/x?a=1&amp;g=Partner\"><text"), "{drawn}");
        assert_eq!((drawn.matches("<a ").count(), drawn.matches("role=\"group\"").count()), (2, 1));
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([12.5, -0.001, 3.0, 0.1251, 100.0].map(short), ["12.5", "0", "3", "0.13", "100"]);
    }

    #[test]
    fn fonts_are_written_in_base64() {
        // The test vectors of RFC 4648.
        assert_eq!(
            ["", "f", "fo", "foo", "foob"].map(|t| base64(t.as_bytes())),
            ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]
        );
    }

    #[test]
    fn a_link_leads_to_a_page_and_runs_nothing() {
        let plain = || element("rect");
        let drawn = |href: &str| whole((1.0, 1.0), &Theme::light(), "", "", vec![link(href, plain())]).0;
        assert!(drawn("/d/grade?grade=A&b=\"").contains("<a href=\"/d/grade?grade=A&amp;b=&quot;\"><rect/></a>"));
        assert!(drawn("/d/grade").contains("role=\"group\""));
        for bad in ["javascript:alert(1)", "data:text/html,x", " javascript:alert(1)"] {
            assert!(!drawn(bad).contains("<a "), "{bad}");
        }
    }

    #[test]
    fn text_cannot_leave_its_element() {
        let drawn = whole((1.0, 1.0), &Theme::light(), "a < b & \"c\"", "\u{1}</svg>", vec![]);
        assert!(drawn.0.contains("<title>a &lt; b &amp; &quot;c&quot;</title>"));
        assert!(drawn.0.contains("<desc>\u{fffd}&lt;/svg&gt;</desc>"));
    }
}
