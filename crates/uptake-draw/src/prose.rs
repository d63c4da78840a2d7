//! Prose with its figures filled in: `{active_people.value:pct0}` becomes `68 %`.

use crate::words::Locale;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use uptake_spec::dashboard::{Inline, Prose, Show, Token};
use uptake_spec::kpi::Unit;
use uptake_spec::{Grain, Headline, Standing, Value};

/// What prose may tell of one KPI or block.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// `None` where no period is complete: its figures are then "n/a".
    pub headline: Option<Headline>,
    pub unit: Unit,
    pub grain: Grain,
    pub as_of: NaiveDate,
    /// What may be said of the headline's period; `None` where nobody asked.
    pub standing: Option<Standing>,
    /// The member that moves the figure most, where it is not normal.
    pub place: Option<String>,
}

/// `prose` without tokens: each became the text of its figure, or "n/a" where there is none.
///
/// `figures` goes by the name before the dot: a block's id or a KPI's name.
pub fn resolve(prose: &Prose, figures: &BTreeMap<String, Figure>, locale: &Locale) -> Prose {
    let told = |text: &[Inline]| told(text, figures, locale);
    match prose {
        Prose::Heading { level, text } => Prose::Heading { level: *level, text: told(text) },
        Prose::Paragraph(text) => Prose::Paragraph(told(text)),
        Prose::List { ordered, items } => {
            Prose::List { ordered: *ordered, items: items.iter().map(|i| told(i)).collect() }
        }
    }
}

/// Whether `prose` tells of figures, and each of them would be "n/a".
pub fn tells_nothing(prose: &Prose, figures: &BTreeMap<String, Figure>, locale: &Locale) -> bool {
    let tokens = prose.tokens();
    !tokens.is_empty() && tokens.iter().all(|token| figure(token, figures, locale) == locale.nothing)
}

fn told(text: &[Inline], figures: &BTreeMap<String, Figure>, locale: &Locale) -> Vec<Inline> {
    let one = |inline: &Inline| match inline {
        Inline::Token(token) => Inline::Text(figure(token, figures, locale)),
        Inline::Strong(inner) => Inline::Strong(told(inner, figures, locale)),
        Inline::Emphasis(inner) => Inline::Emphasis(told(inner, figures, locale)),
        Inline::Link { url, text } => Inline::Link { url: url.clone(), text: told(text, figures, locale) },
        Inline::Text(_) | Inline::Code(_) => inline.clone(),
    };
    text.iter().map(one).collect()
}

fn figure(token: &Token, figures: &BTreeMap<String, Figure>, locale: &Locale) -> String {
    let Some(figure) = figures.get(&token.of) else { return locale.nothing.into() };
    let is_difference = figure.headline.as_ref().is_some_and(|h| h.is_difference);
    let shown = |n: Option<f64>| match n {
        Some(n) if is_difference => locale.change(n, figure.unit, token.show),
        Some(n) => locale.show(Value::Float(n), figure.unit, token.show),
        None => locale.show(Value::Nothing, figure.unit, token.show),
    };
    let of = |read: fn(&Headline) -> Option<f64>| figure.headline.as_ref().and_then(read);
    match token.field.as_str() {
        "value" => shown(of(|h| h.value)),
        "previous" => shown(of(|h| h.previous)),
        "delta" => of(|h| h.delta).map_or(locale.nothing.into(), |d| locale.change(d, figure.unit, token.show)),
        "as_of" => day(figure.as_of, token.show, locale),
        "period" => figure.headline.as_ref().map_or(locale.nothing.into(), |h| match token.show {
            Show::Date | Show::Month => day(h.period_start, token.show, locale),
            _ => locale.period(h.period_start, figure.grain),
        }),
        "verdict" => verdict(figure, locale).unwrap_or(locale.nothing.into()),
        "since" => figure
            .standing
            .and_then(|standing| standing.since)
            .map_or(locale.nothing.into(), |since| day(since, token.show, locale)),
        "where" => figure.place.clone().unwrap_or(locale.nowhere.into()),
        _ => locale.nothing.into(),
    }
}

fn day(day: NaiveDate, show: Show, locale: &Locale) -> String {
    if show == Show::Month { locale.month(day) } else { locale.date(day) }
}

/// Without a complete period it is too early; a figure that is not there is neither normal nor not.
fn verdict(figure: &Figure, locale: &Locale) -> Option<String> {
    let Some(headline) = &figure.headline else { return Some(locale.too_early.into()) };
    headline.value?;
    Some(locale.verdict(&figure.standing?, headline.period_start, figure.grain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uptake_spec::{Language, Verdict};

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn check(field: &str, show: Show, expected: &str) {
        check_of(false, field, show, expected);
    }

    fn check_of(is_difference: bool, field: &str, show: Show, expected: &str) {
        let headline = Headline {
            period_start: day("2026-10-12"),
            period_end: day("2026-10-18"),
            value: Some(0.684),
            numerator: None,
            denominator: None,
            previous: Some(0.652),
            delta: Some(0.032),
            is_difference,
        };
        let standing = Standing { verdict: Verdict::Below, since: Some(day("2026-09-28")), quiet: false, limits: None };
        let figure = Figure {
            headline: Some(headline),
            unit: Unit::Share,
            grain: Grain::Week,
            as_of: day("2026-10-20"),
            standing: Some(standing),
            place: Some("Berlin".into()),
        };
        let figures = BTreeMap::from([("active_people".to_string(), figure)]);
        let token = Token { of: "active_people".into(), field: field.into(), show, place: Default::default() };
        let prose = Prose::Paragraph(vec![Inline::Strong(vec![Inline::Token(token)])]);
        let told = Prose::Paragraph(vec![Inline::Strong(vec![Inline::Text(expected.into())])]);
        assert_eq!(resolve(&prose, &figures, &Locale::new(Language::English, "EUR")), told);
    }

    #[test]
    fn tokens_become_texts() {
        check("value", Show::Percent { decimals: 0 }, "68\u{202f}%");
        check("previous", Show::Usual, "65.2\u{202f}%");
        check("delta", Show::Usual, "+3.2 points");
        check("period", Show::Date, "12 Oct 2026");
        check("period", Show::Month, "Oct 2026");
        check("as_of", Show::Date, "20 Oct 2026");
        check("as_of", Show::Month, "Oct 2026");
        check("since", Show::Month, "Sep 2026");
        check("verdict", Show::Usual, "lower than normal since the week of 28 Sep 2026");
        check("since", Show::Date, "28 Sep 2026");
        check("where", Show::Usual, "Berlin");
    }

    #[test]
    fn the_distance_of_two_shares_is_told_in_points() {
        check_of(true, "value", Show::Percent { decimals: 0 }, "+68 points");
        check_of(true, "previous", Show::Usual, "+65.2 points");
        check_of(true, "delta", Show::Usual, "+3.2 points");
    }

    #[test]
    fn a_figure_that_is_not_there_is_na() {
        let token = Token { of: "won".into(), field: "value".into(), show: Show::Usual, place: Default::default() };
        let told = resolve(
            &Prose::Paragraph(vec![Inline::Token(token)]),
            &BTreeMap::new(),
            &Locale::new(Language::English, "EUR"),
        );
        assert_eq!(told, Prose::Paragraph(vec![Inline::Text("n/a".into())]));
    }

    #[test]
    fn words_around_unknown_figures_tell_nothing() {
        let token =
            |of: &str| Token { of: of.into(), field: "as_of".into(), show: Show::Usual, place: Default::default() };
        let prose = |of: &[&str]| Prose::Paragraph(of.iter().map(|of| Inline::Token(token(of))).collect());
        let known = Figure {
            headline: None,
            unit: Unit::Count,
            grain: Grain::Week,
            as_of: day("2026-10-20"),
            standing: None,
            place: None,
        };
        let figures = BTreeMap::from([("won".to_string(), known)]);
        assert!(tells_nothing(&prose(&["lost"]), &figures, &Locale::new(Language::English, "EUR")));
        assert!(
            !tells_nothing(&prose(&["lost", "won"]), &figures, &Locale::new(Language::English, "EUR")),
            "one of them is known"
        );
        assert!(
            !tells_nothing(&prose(&[]), &figures, &Locale::new(Language::English, "EUR")),
            "words without figures stand for themselves"
        );
    }
}
