//! The same pictures in German and French: long words fit, and spaces that do not break stand where they should.

use super::made_up::*;
use super::{check, check_chart};
use uptake_draw::*;
use uptake_spec::dashboard::Width;
use uptake_spec::kpi::{Better, Unit};
use uptake_spec::normal::Limits;
use uptake_spec::project::Remark;
use uptake_spec::{Answer, Language, Place, Standing, Verdict};

fn german() -> Locale {
    Locale::new(Language::German, "EUR")
}

fn french() -> Locale {
    Locale::new(Language::French, "EUR")
}

fn drawn(answer: &Answer, kind: &str, title: &str, locale: &Locale) -> Chart {
    let place = Place::default();
    Chart::fit(&Facts { title: title.into(), locale, ..facts(answer, kind, &place) }).expect("the answer suits")
}

fn below() -> Standing {
    let limits = Limits {
        from: monday(0),
        centre: 0.5,
        lower: 0.4,
        upper: 0.6,
        sigma: 0.033,
        range_limit: None,
        provisional: true,
    };
    Standing { verdict: Verdict::Below, since: Some(monday(9)), quiet: false, limits: Some(limits) }
}

/// As wide as a tile gets: a target, a change that is called better, and a verdict with since and provisionally.
fn tile(locale: &Locale, title: &str) -> Tile {
    let firm = with_targets(firm());
    Tile::of(&firm, title.into(), true, locale).judged(&firm, &below())
}

fn control(locale: &Locale, title: &str) -> Chart {
    let mut values = wave(0.5, 0.0, 1.0, 27);
    values[9] = Some(0.71);
    for value in &mut values[15..24] {
        *value = value.map(|value| value - 0.06);
    }
    values[26] = Some(0.31);
    let answer = answer(Unit::Share, "", &[("", values)], 412.0);
    let step = LimitStep { from: monday(0), centre: 0.5, lower: 0.395, upper: 0.605, provisional: false };
    let run = (15..24).map(|week| JudgedPoint { start: monday(week), quiet: false, signal: Some(Signal::Run) });
    let outside = JudgedPoint { start: monday(9), quiet: false, signal: Some(Signal::Outside) };
    let quiet = JudgedPoint { start: monday(4), quiet: true, signal: None };
    let remarks = vec![Remark { d: day("2026-09-17"), text: "Schulung in Paris".into() }];
    let judged = Judged { limits: vec![step], points: [quiet, outside].into_iter().chain(run).collect(), remarks };
    drawn(&answer, "control", title, locale).judged(judged)
}

#[test]
fn tiles_in_german_and_french() {
    let draw = |name: &str, tile: &Tile, size| check(name, &tile_svg(tile, size, &Theme::light()));
    let (de, fr) = (tile(&german(), "Aktive Personen"), tile(&french(), "Personnes actives"));
    draw("language-de-tile-phone", &de, Size::Phone);
    draw("language-fr-tile-phone", &fr, Size::Phone);
    let same = Answer { better: Better::Neither, ..worse() };
    draw("language-fr-money-phone", &Tile::of(&same, "Pipeline".into(), true, &french()), Size::Phone);
    draw("language-de-money-phone", &Tile::of(&same, "Pipeline".into(), true, &german()), Size::Phone);
    assert_eq!(
        de.summary(),
        "Aktive Personen: 68\u{a0}%, unter dem Üblichen seit KW\u{a0}32/2026, vorläufig, +2,1 Prozentpunkte zur \
         Vorwoche, besser, Ziel 70\u{a0}% (KW\u{a0}48/2026 · Stand 2. Dez. 2026)."
    );
    assert_eq!(
        fr.summary(),
        "Personnes actives\u{a0}: 68\u{a0}%, sous la norme depuis la sem.\u{a0}32/2026, provisoire, \
         +2,1 points, mieux que la semaine précédente, objectif 70\u{a0}% (sem.\u{a0}48/2026 · données au 2 déc. 2026)."
    );
}

#[test]
fn lines_in_german_and_french() {
    let before = [(monday(25), 0.5), (monday(20), 0.46), (monday(24), 0.52)].into();
    let one = |locale: &Locale| drawn(&with_targets(firm()), "line", "Aktive Personen", locale).year_before(&before);
    check_chart("language-de-line-desk", &one(&german()), Size::Desk, Theme::light());
    check_chart("language-de-line-phone", &one(&german()), Size::Phone, Theme::light());
    check_chart("language-fr-line-phone", &one(&french()), Size::Phone, Theme::light());
    let money = drawn(&worse(), "stacked", "Montants", &french());
    check_chart("language-fr-money-desk", &money, Size::Desk, Theme::light());
}

#[test]
fn control_charts_in_german_and_french() {
    let (de, fr) = (control(&german(), "Aktive Personen"), control(&french(), "Personnes actives"));
    check_chart("language-de-control-desk", &de, Size::Desk, Theme::light());
    check_chart("language-de-control-phone", &de, Size::Phone, Theme::light());
    check_chart("language-fr-control-desk", &fr, Size::Desk, Theme::light());
    check_chart("language-fr-control-paper", &fr, Size::Paper, Theme::paper());
    assert!(
        de.subtitle().contains("Band: üblich, 40\u{a0}% bis 61\u{a0}%, hohl: ruhige Wochen")
            && de
                .summary()
                .contains("Außerhalb des Üblichen: KW\u{a0}32/2026 (darüber), 9 ab KW\u{a0}38/2026 (darunter)."),
        "{} {}",
        de.subtitle(),
        de.summary()
    );
    assert!(fr.summary().contains("Hors de la norme\u{a0}: la sem.\u{a0}32/2026 (au-dessus)"), "{}", fr.summary());
}

#[test]
fn other_kinds_in_german() {
    let locale = german();
    check_chart(
        "language-de-scorecard-phone",
        &drawn(&with_targets(grades()), "scorecard", "Aktive Personen", &locale),
        Size::Phone,
        Theme::light(),
    );
    let few = drawn(&offices(), "histogram", "Gewonnen je Büro", &locale);
    check_chart("language-de-histogram-half", &few, Size::Half, Theme::light());
    assert!(few.summary().contains("10 Werte nach Büro: die Hälfte höchstens"), "{}", few.summary());
}

/// A tile, a picture and a table on one page.
fn page_in(locale: Locale) -> Page {
    let whole = whole_page();
    let find = |id: &str| whole.blocks.iter().find(|block| block.id == id).expect("it is there").clone();
    let mut told = find("active_people");
    let Body::Tile { tile: of, .. } = &mut told.body else { panic!("it is a tile") };
    *of = tile(&locale, "Active people");
    let mut line = find("active_by_grade");
    let Body::Picture { chart, .. } = &mut line.body else { panic!("it is a picture") };
    *chart = drawn(&with_targets(grades()), "line", "By grade", &locale);
    let mut newest = find("newest");
    let Body::Rows { answer, .. } = &mut newest.body else { panic!("they are rows") };
    *answer = Some(Format::of(&firm(), &locale));
    newest.width = Width::Full;
    let blocks = vec![told, line, find("stalled"), newest, find("logins"), find("forecast")];
    Page { blocks, locale, ..whole }
}

#[test]
fn a_page_speaks_german() {
    let german = page_in(german());
    check("language-de-page", &sheet(&german));
    let html = page(&german);
    assert!(html.starts_with("<!doctype html>\n<html lang=\"de\">"));
    for expected in [
        "Wochen vom 1. Juni bis 6. Dez. 2026 · Stand 2. Dez. 2026 · Europe/Berlin",
        "Zu den Zahlen springen",
        "data-keys=\": die Pfeiltasten nennen die Werte\"",
        "<label>Von <input",
        "ganze Wochen",
        "<summary>Was ist das für eine Zahl?</summary>",
        "<th scope=\"col\">Woche</th>",
        "<th scope=\"col\" class=\"n\">Wert</th>",
        "KW\u{a0}49/2026 (läuft)",
        "<td class=\"n\">1.204</td>",
        "14 weitere Zeilen stehen in der CSV-Datei.",
        "<strong>Nicht geladen.</strong>",
        "gepflegt von crm-ops@alder.example",
    ] {
        assert!(html.contains(expected), "the page lacks {expected}");
    }
    // What leads on and what is downloaded is called as in English.
    assert!(html.contains("name=\"grade\" value=\"Partner\" checked") && html.contains(".csv?grade=Partner"));
    for english in ["What is", "Reset", "as of", "As of", " rows are", "Not loaded", "kept by", "(running", "per week"]
    {
        assert!(!html.contains(english), "the page says \"{english}\"");
    }
}

#[test]
fn a_page_speaks_french() {
    let html = page(&page_in(french()));
    for expected in [
        "<html lang=\"fr\">",
        "Semaines du 1er juin au 6 déc. 2026 · données au 2 déc. 2026 · Europe/Berlin",
        "Grade\u{a0}: <strong>Partner</strong>",
        "<summary>Que dit ce chiffre\u{202f}?</summary>",
        "<td class=\"n\">1\u{202f}204</td>",
        "sem.\u{a0}49/2026 (en cours)",
    ] {
        assert!(html.contains(expected), "the page lacks {expected}");
    }
}
