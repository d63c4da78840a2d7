//! Prose with numbers in it: the few Markdown constructs a page may use, as a small tree for screen and paper alike.

use crate::kpi::Unit;
use crate::problem::{Place, Problem, did_you_mean};
use comrak::nodes::{AstNode, NodeValue};
use std::path::Path;

#[derive(Debug, Clone, PartialEq)]
pub enum Prose {
    Heading { level: u8, text: Vec<Inline> },
    Paragraph(Vec<Inline>),
    List { ordered: bool, items: Vec<Vec<Inline>> },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Inline {
    Text(String),
    Strong(Vec<Inline>),
    Emphasis(Vec<Inline>),
    Code(String),
    Link { url: String, text: Vec<Inline> },
    Token(Token),
}

/// `{active_people.value:pct0}`: a figure of a block, or of a KPI under its defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// The block's id or the KPI's name.
    pub of: String,
    pub field: String,
    pub show: Show,
    pub place: Place,
}

/// How a token is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// As the KPI's unit has it.
    Usual,
    /// 0.684 → 68 %
    Percent {
        decimals: u8,
    },
    /// 1234.5 → 1,235
    Number {
        decimals: u8,
    },
    Money,
    /// 12 Oct 2026
    Date,
    /// Oct 2026
    Month,
}

const FIELDS: [&str; 8] = ["value", "previous", "delta", "verdict", "period", "since", "where", "as_of"];
const SHOWS: [(&str, Show); 8] = [
    ("pct0", Show::Percent { decimals: 0 }),
    ("pct1", Show::Percent { decimals: 1 }),
    ("int", Show::Number { decimals: 0 }),
    ("num1", Show::Number { decimals: 1 }),
    ("num2", Show::Number { decimals: 2 }),
    ("money", Show::Money),
    ("date", Show::Date),
    ("month", Show::Month),
];

impl Show {
    /// Whether a figure in `unit` can be written so. Only a share is a percentage, and a share is nothing else.
    pub fn suits(&self, unit: Unit) -> bool {
        match self {
            Show::Usual => true,
            Show::Percent { .. } => unit == Unit::Share,
            Show::Number { .. } => unit != Unit::Share,
            Show::Money => unit == Unit::Money,
            Show::Date | Show::Month => false,
        }
    }

    /// As it is written behind the colon; empty for the usual.
    pub fn word(&self) -> &'static str {
        SHOWS.iter().find(|(_, show)| show == self).map_or("", |(word, _)| word)
    }
}

impl Token {
    /// It tells a day, not a number.
    pub fn is_day(&self) -> bool {
        matches!(self.field.as_str(), "period" | "since" | "as_of")
    }

    /// It tells words: a verdict, or a member of a column.
    pub fn is_words(&self) -> bool {
        matches!(self.field.as_str(), "verdict" | "where")
    }

    /// It wants the limits of what is normal.
    pub fn wants_normal(&self) -> bool {
        matches!(self.field.as_str(), "verdict" | "since" | "where")
    }
}

impl Prose {
    /// Every token in it.
    pub fn tokens(&self) -> Vec<&Token> {
        match self {
            Prose::Heading { text, .. } | Prose::Paragraph(text) => tokens(text),
            Prose::List { items, .. } => items.iter().flat_map(|item| tokens(item)).collect(),
        }
    }
}

/// Every token of a run of inlines, however deep.
pub(super) fn tokens(inlines: &[Inline]) -> Vec<&Token> {
    inlines.iter().flat_map(tokens_in).collect()
}

fn tokens_in(inline: &Inline) -> Vec<&Token> {
    match inline {
        Inline::Token(token) => vec![token],
        Inline::Strong(text) | Inline::Emphasis(text) | Inline::Link { text, .. } => tokens(text),
        Inline::Text(_) | Inline::Code(_) => vec![],
    }
}

/// A page's file, to tell places in it.
#[derive(Clone, Copy)]
pub(super) struct Source<'t> {
    pub file: &'t Path,
    pub text: &'t str,
}

impl Source<'_> {
    /// The byte at which `node` begins.
    fn offset(&self, node: &AstNode) -> usize {
        let start = node.data.borrow().sourcepos.start;
        let before: usize = self.text.split_inclusive('\n').take(start.line.saturating_sub(1)).map(str::len).sum();
        before + start.column.saturating_sub(1)
    }

    fn place(&self, offset: usize) -> Place {
        Place::at(self.file, self.text, offset)
    }

    /// Where `wanted` stands from `offset` on; `offset` where it is written in another way.
    fn find(&self, wanted: &str, offset: usize) -> usize {
        self.text.get(offset..).and_then(|rest| rest.find(wanted)).map_or(offset, |at| offset + at)
    }
}

/// The inlines below `node`, with the tokens in their texts found.
pub(super) fn read_inlines<'a>(node: &'a AstNode<'a>, source: Source, problems: &mut Vec<Problem>) -> Vec<Inline> {
    let mut inlines = vec![];
    let (mut text, mut begins) = (String::new(), source.offset(node));
    for child in node.children() {
        let at = source.offset(child);
        let inner = |problems: &mut Vec<Problem>| read_inlines(child, source, problems);
        let found = match &child.data.borrow().value {
            NodeValue::Text(t) => {
                begins = if text.is_empty() { at } else { begins };
                text.push_str(t);
                continue;
            }
            NodeValue::SoftBreak | NodeValue::LineBreak => {
                begins = if text.is_empty() { at } else { begins };
                text.push(' ');
                continue;
            }
            NodeValue::Code(code) => Inline::Code(code.literal.clone()),
            NodeValue::Strong => Inline::Strong(inner(problems)),
            NodeValue::Emph => Inline::Emphasis(inner(problems)),
            NodeValue::Link(link) => {
                problems.extend(wrong_url(&link.url, source.place(at)));
                Inline::Link { url: link.url.clone(), text: inner(problems) }
            }
            NodeValue::Paragraph => {
                inlines.extend(inner(problems));
                continue;
            }
            other => {
                let what = format!("{} is not allowed here", other.xml_node_name());
                problems.push(Problem::new(source.place(at), what, "pages use text, emphasis, code and links only"));
                continue;
            }
        };
        split_tokens(&std::mem::take(&mut text), source, begins, &mut inlines, problems);
        inlines.push(found);
    }
    split_tokens(&text, source, begins, &mut inlines, problems);
    inlines
}

fn wrong_url(url: &str, place: Place) -> Option<Problem> {
    let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        None | Some("http" | "https" | "mailto") => None,
        _ => {
            let hint = "use http, https, mailto or a page of this site";
            Some(Problem::new(place, format!("a link cannot go to \"{url}\""), hint))
        }
    }
}

/// `text` with its tokens; it begins at byte `at` of the source, or soon after.
pub(super) fn split_tokens(
    text: &str,
    source: Source,
    at: usize,
    inlines: &mut Vec<Inline>,
    problems: &mut Vec<Problem>,
) {
    let (mut rest, mut at) = (text, at);
    while let Some((before, after)) = rest.split_once('{') {
        let Some((inside, behind)) = after.split_once('}') else { break };
        if !before.is_empty() {
            inlines.push(Inline::Text(before.into()));
        }
        at = source.find(&format!("{{{inside}}}"), at);
        match read_token(inside, &source.place(at)) {
            Ok(token) => inlines.push(Inline::Token(token)),
            Err(problem) => problems.push(problem),
        }
        (rest, at) = (behind, at + 1);
    }
    if !rest.is_empty() {
        inlines.push(Inline::Text(rest.into()));
    }
}

fn read_token(inside: &str, at: &Place) -> Result<Token, Problem> {
    let object = |what: String, hint: String| Problem::new(at.clone(), what, hint);
    let (path, show) = inside.split_once(':').map_or((inside, None), |(path, show)| (path, Some(show)));
    let Some((of, field)) = path.trim().split_once('.') else {
        return Err(object(format!("\"{{{inside}}}\" names no figure"), "write {kpi.value:pct0}".into()));
    };
    if !FIELDS.contains(&field) {
        return Err(object(format!("no figure is called \"{field}\""), did_you_mean(field, FIELDS)));
    }
    let usual = if ["period", "since", "as_of"].contains(&field) { Show::Date } else { Show::Usual };
    let show = match show {
        None => usual,
        Some(word) => match SHOWS.iter().find(|(name, _)| *name == word) {
            Some((_, show)) => *show,
            None => {
                return Err(object(format!("no format is called \"{word}\""), did_you_mean(word, SHOWS.map(|s| s.0))));
            }
        },
    };
    Ok(Token { of: of.into(), field: field.into(), show, place: at.clone() })
}
