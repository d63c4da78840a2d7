//! Prose with numbers in it: the few Markdown constructs a page may use, as a small tree for screen and paper alike.

use crate::problem::{Place, Problem, did_you_mean};
use comrak::nodes::{AstNode, NodeValue};

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
    Date,
}

const FIELDS: [&str; 8] = ["value", "previous", "delta", "verdict", "period", "since", "where", "as_of"];
const SHOWS: [(&str, Show); 7] = [
    ("pct0", Show::Percent { decimals: 0 }),
    ("pct1", Show::Percent { decimals: 1 }),
    ("int", Show::Number { decimals: 0 }),
    ("num1", Show::Number { decimals: 1 }),
    ("num2", Show::Number { decimals: 2 }),
    ("money", Show::Money),
    ("date", Show::Date),
];
/// These need limits of what is normal, which no KPI draws yet.
const NEED_NORMAL: [&str; 3] = ["verdict", "since", "where"];

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

/// The inlines below `node`, with the tokens in their texts found.
pub(super) fn read_inlines<'a>(node: &'a AstNode<'a>, at: &Place, problems: &mut Vec<Problem>) -> Vec<Inline> {
    let mut inlines = vec![];
    let mut text = String::new();
    for child in node.children() {
        let inner = |problems: &mut Vec<Problem>| read_inlines(child, at, problems);
        let found = match &child.data.borrow().value {
            NodeValue::Text(t) => {
                text.push_str(t);
                continue;
            }
            NodeValue::SoftBreak | NodeValue::LineBreak => {
                text.push(' ');
                continue;
            }
            NodeValue::Code(code) => Inline::Code(code.literal.clone()),
            NodeValue::Strong => Inline::Strong(inner(problems)),
            NodeValue::Emph => Inline::Emphasis(inner(problems)),
            NodeValue::Link(link) => Inline::Link { url: checked_url(&link.url, at, problems), text: inner(problems) },
            NodeValue::Paragraph => {
                inlines.extend(inner(problems));
                continue;
            }
            other => {
                problems.push(Problem::new(
                    at.clone(),
                    format!("{} is not allowed here", other.xml_node_name()),
                    "pages use text, emphasis, code and links only",
                ));
                continue;
            }
        };
        split_tokens(&std::mem::take(&mut text), at, &mut inlines, problems);
        inlines.push(found);
    }
    split_tokens(&text, at, &mut inlines, problems);
    inlines
}

fn checked_url(url: &str, at: &Place, problems: &mut Vec<Problem>) -> String {
    let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    if !matches!(scheme.as_deref(), None | Some("http" | "https" | "mailto")) {
        problems.push(Problem::new(
            at.clone(),
            format!("a link cannot go to \"{url}\""),
            "use http, https, mailto or a page of this site",
        ));
    }
    url.into()
}

fn split_tokens(text: &str, at: &Place, inlines: &mut Vec<Inline>, problems: &mut Vec<Problem>) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((inside, behind)) = after.split_once('}') else { break };
        if !before.is_empty() {
            inlines.push(Inline::Text(before.into()));
        }
        match read_token(inside, at) {
            Ok(token) => inlines.push(Inline::Token(token)),
            Err(problem) => problems.push(problem),
        }
        rest = behind;
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
    if NEED_NORMAL.contains(&field) {
        let what = format!("{{{of}.{field}}} needs the limits of what is normal, which are not there yet");
        return Err(object(what, "use .value, .previous or .delta".into()));
    }
    let usual = if field == "period" || field == "as_of" { Show::Date } else { Show::Usual };
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
