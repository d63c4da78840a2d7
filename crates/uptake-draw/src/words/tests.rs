use super::*;
use uptake_spec::normal::Limits;

fn en(currency: &str) -> Locale {
    Locale::new(Language::English, currency)
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

#[test]
fn numbers_are_grouped_and_carry_a_true_minus() {
    let check = |n, decimals, expected| assert_eq!(en("EUR").number(n, decimals), expected);
    check(26418.0, 0, "26,418");
    check(999.0, 0, "999");
    check(1234567.25, 1, "1,234,567.3");
    check(-1234.0, 0, "−1,234");
    check(-0.2, 0, "0");
    check(f64::NAN, 0, "n/a");
}

#[test]
fn money_is_short_on_axes_and_whole_in_sentences() {
    assert_eq!(en("EUR").compact_money(1_240_000.0), "€1.2M");
    assert_eq!(en("USD").compact_money(999_960.0), "$1M");
    assert_eq!(en("CHF").compact_money(-26_418.0), "−CHF 26.4k");
    assert_eq!(en("EUR").money(1_240_000.4), "€1,240,000");
    assert_eq!(en("EUR").compact_money(-0.01), "€0");
    assert_eq!(
        ["€205k", "€100k", "€99.9k", "€1.2bn"],
        [204_913.0, 99_999.0, 99_912.0, 1.24e9].map(|n| en("EUR").compact_money(n))
    );
    assert_eq!(["€1.25M", "€1.5M", "€750k"], [1.25e6, 1.5e6, 7.5e5].map(|n| en("EUR").tick_money(n)));
}

#[test]
fn a_value_is_shown_in_its_unit_or_as_asked() {
    let check = |value, unit, how, expected| assert_eq!(en("EUR").show(value, unit, how), expected);
    check(Value::Float(0.684), Unit::Share, Show::Usual, "68.4\u{202f}%");
    check(Value::Float(0.684), Unit::Share, Show::Percent { decimals: 0 }, "68\u{202f}%");
    check(Value::Integer(1), Unit::Days, Show::Usual, "1 day");
    check(Value::Float(12.46), Unit::Days, Show::Usual, "12.5 days");
    check(Value::Nothing, Unit::Count, Show::Usual, "n/a");
    check(Value::Date(day("2026-10-12")), Unit::Count, Show::Date, "12 Oct 2026");
}

#[test]
fn a_change_a_share_is_in_points() {
    assert_eq!(en("EUR").change(0.032, Unit::Share, Show::Usual), "+3.2 points");
    assert_eq!(en("EUR").change(-0.01, Unit::Share, Show::Percent { decimals: 0 }), "−1 point");
    assert_eq!(en("EUR").change(-1200.0, Unit::Money, Show::Usual), "−€1,200");
}

#[test]
fn a_verdict_is_told_as_people_say_it() {
    let limits = |provisional| Limits {
        from: day("2026-01-05"),
        centre: 0.5,
        lower: 0.4,
        upper: 0.6,
        sigma: 0.03,
        range_limit: None,
        provisional,
    };
    let check = |verdict, since: Option<&str>, quiet, provisional, expected: &str| {
        let since = since.map(day);
        let standing = Standing { verdict, since, quiet, limits: Some(limits(provisional)) };
        assert_eq!(en("EUR").verdict(&standing, day("2026-08-17"), Grain::Week), expected);
    };
    check(Verdict::Normal, None, false, false, "normal");
    check(Verdict::Normal, None, false, true, "normal, provisionally");
    check(Verdict::Below, Some("2026-08-17"), false, false, "lower than normal");
    check(Verdict::Below, Some("2026-08-03"), false, false, "lower than normal since the week of 3 Aug 2026");
    check(Verdict::Above, Some("2026-08-03"), true, false, "not judged, in a quiet week");
    check(Verdict::TooEarly, None, true, false, "too early to say what is normal");
}

#[test]
fn periods_are_named_by_their_first_day() {
    assert_eq!(en("EUR").period(day("2026-10-12"), Grain::Week), "W 12 Oct 2026");
    assert_eq!(en("EUR").period(day("2026-10-01"), Grain::Quarter), "Q4 2026");
    assert_eq!(en("EUR").period(day("2026-02-01"), Grain::Quarter), "Feb–Apr 2026");
    assert_eq!(en("EUR").period_in_words(day("2026-10-01"), Grain::Month), "October 2026");
    let autumn = Range::new(day("2026-09-28"), day("2026-11-22")).expect("in order");
    assert_eq!(en("EUR").range(autumn), "28 Sep to 22 Nov 2026");
}

fn de(currency: &str) -> Locale {
    Locale::new(Language::German, currency)
}

fn fr(currency: &str) -> Locale {
    Locale::new(Language::French, currency)
}

/// As CLDR writes them; read from Chromium's `Intl` too.
#[test]
fn numbers_have_the_separators_of_their_language() {
    let check = |n, decimals, german, french| {
        assert_eq!((de("EUR").number(n, decimals).as_str(), fr("EUR").number(n, decimals).as_str()), (german, french));
    };
    check(1234567.25, 1, "1.234.567,3", "1\u{202f}234\u{202f}567,3");
    check(1234.0, 0, "1.234", "1\u{202f}234");
    check(-5.5, 1, "−5,5", "−5,5");
    check(f64::NAN, 0, "k.\u{a0}A.", "n.\u{a0}d.");
    assert_eq!(de("EUR").percent(0.394, 1), "39,4\u{a0}%");
    assert_eq!(fr("EUR").percent(0.394, 0), "39\u{a0}%");
    // A dot that groups is no decimal point to cut zeros behind.
    assert_eq!([de("EUR").trimmed(1200.0, 2), de("EUR").trimmed(1.50, 2)], ["1.200", "1,5"]);
}

#[test]
fn amounts_stand_before_their_sign() {
    let check = |n, currency: &str, german: &str, french: &str| {
        assert_eq!([de(currency).money(n), fr(currency).money(n)], [german, french]);
    };
    check(1234.4, "EUR", "1.234\u{a0}€", "1\u{202f}234\u{a0}€");
    check(-1234.0, "CHF", "−1.234\u{a0}CHF", "−1\u{202f}234\u{a0}CHF");
    let short = |n, currency: &str, german: &str, french: &str| {
        assert_eq!([de(currency).compact_money(n), fr(currency).compact_money(n)], [german, french]);
    };
    short(1_240_000.0, "EUR", "1,2\u{a0}Mio.\u{a0}€", "1,2\u{a0}M€");
    short(1.24e9, "EUR", "1,2\u{a0}Mrd.\u{a0}€", "1,2\u{a0}Md€");
    short(26_418.0, "EUR", "26,4\u{a0}Tsd.\u{a0}€", "26,4\u{a0}k€");
    short(26_418.0, "CHF", "26,4\u{a0}Tsd.\u{a0}CHF", "26,4\u{a0}k\u{a0}CHF");
    short(0.0, "EUR", "0\u{a0}€", "0\u{a0}€");
}

/// French counts less than two as one, German only one.
#[test]
fn singular_and_plural_are_those_of_the_language() {
    let days = |n| [de("EUR").days(n), fr("EUR").days(n)];
    assert_eq!(days(0.0), ["0 Tage", "0 jour"]);
    assert_eq!(days(1.0), ["1 Tag", "1 jour"]);
    assert_eq!(days(1.5), ["1,5 Tage", "1,5 jour"]);
    assert_eq!(days(1.96), ["2 Tage", "2 jours"]);
    assert_eq!(days(12.0), ["12 Tage", "12 jours"]);
    assert_eq!(days(1200.0), ["1.200 Tage", "1\u{202f}200 jours"]);
    let change = |locale: Locale| locale.change(0.032, Unit::Share, Show::Usual);
    assert_eq!([change(de("EUR")), change(fr("EUR"))], ["+3,2 Prozentpunkte", "+3,2 points"]);
    assert_eq!((de("EUR").more_rows)(1), "1 weitere Zeile steht in der CSV-Datei.");
}

#[test]
fn days_and_periods_are_named_as_in_the_language() {
    let monday = day("2026-10-12");
    assert_eq!([de("EUR").date(monday), fr("EUR").date(monday)], ["12. Okt. 2026", "12 oct. 2026"]);
    assert_eq!(
        [de("EUR").day_month(day("2026-03-03")), fr("EUR").day_month(day("2026-02-03"))],
        ["3. März", "3 févr."]
    );
    assert_eq!(
        [fr("EUR").date(day("2026-06-01")), fr("EUR").day_month(day("2026-06-01"))],
        ["1er juin 2026", "1er juin"]
    );
    let period = |start: &str, grain| [de("EUR").period(day(start), grain), fr("EUR").period(day(start), grain)];
    assert_eq!(period("2026-10-12", Grain::Week), ["KW\u{a0}42/2026", "sem.\u{a0}42/2026"]);
    assert_eq!(period("2026-10-01", Grain::Month), ["Okt. 2026", "oct. 2026"]);
    assert_eq!(period("2026-07-01", Grain::Quarter), ["Q3 2026", "T3 2026"]);
    assert_eq!(period("2026-02-01", Grain::Quarter), ["Feb–Apr 2026", "févr.–avr. 2026"]);
    let tick = |grain| [de("EUR").tick(monday, grain), fr("EUR").tick(monday, grain)];
    assert_eq!(tick(Grain::Week), ["KW\u{a0}42", "sem.\u{a0}42"]);
    assert_eq!(tick(Grain::Day), ["12. Okt.", "12 oct."]);
    let autumn = Range::new(day("2026-09-28"), day("2026-11-22")).expect("in order");
    assert_eq!(de("EUR").range(autumn), "28. Sept. bis 22. Nov. 2026");
    assert_eq!(fr("EUR").range(autumn), "du 28 sept. au 22 nov. 2026");
}

/// ISO 8601: the week of 29 December 2025 is the first of 2026. A week that begins on a Sunday has no such number.
#[test]
fn weeks_have_their_number_and_its_year() {
    assert_eq!(de("EUR").period(day("2025-12-29"), Grain::Week), "KW\u{a0}1/2026");
    assert_eq!(de("EUR").week(day("2025-12-29")).year, 2026);
    assert_eq!(de("EUR").period(day("2026-10-11"), Grain::Week), "Woche ab 11. Okt. 2026");
    assert_eq!(fr("EUR").period_in_words(day("2026-10-11"), Grain::Week), "la semaine du 11 oct. 2026");
    assert_eq!(de("EUR").tick(day("2026-10-11"), Grain::Week), "11. Okt.");
}

#[test]
fn verdicts_are_told_in_the_language() {
    let standing =
        |verdict, since: Option<&str>, quiet| Standing { verdict, since: since.map(day), quiet, limits: None };
    let check = |standing: Standing, grain, german: &str, french: &str| {
        let told = |locale: Locale| locale.verdict(&standing, day("2026-08-17"), grain);
        assert_eq!([told(de("EUR")), told(fr("EUR"))], [german, french]);
    };
    check(standing(Verdict::Normal, None, false), Grain::Week, "im üblichen Bereich", "dans la norme");
    check(
        standing(Verdict::Below, Some("2026-08-03"), false),
        Grain::Week,
        "unter dem Üblichen seit KW\u{a0}32/2026",
        "sous la norme depuis la sem.\u{a0}32/2026",
    );
    check(
        standing(Verdict::Above, Some("2026-08-01"), false),
        Grain::Month,
        "über dem Üblichen seit August 2026",
        "au-dessus de la norme depuis août 2026",
    );
    check(
        standing(Verdict::Above, Some("2026-08-03"), false),
        Grain::Day,
        "über dem Üblichen seit dem 3. Aug. 2026",
        "au-dessus de la norme depuis le 3 août 2026",
    );
    check(
        standing(Verdict::Above, None, true),
        Grain::Quarter,
        "nicht bewertet: ruhiges Quartal",
        "non évalué\u{a0}: trimestre calme",
    );
    check(
        standing(Verdict::TooEarly, None, false),
        Grain::Week,
        "noch zu früh, um zu sagen, was üblich ist",
        "trop tôt pour dire ce qui est habituel",
    );
}

/// Pages are drawn with the bundled fonts only.
#[test]
fn the_fonts_have_every_letter_that_is_said() {
    let said = [include_str!("german.rs"), include_str!("french.rs")].concat();
    let face = ttf_parser::Face::parse(crate::fonts::REGULAR, 0).expect("the bundled Inter is whole");
    let letters = said.chars().filter(|letter| !letter.is_control()).chain(['\u{a0}', '\u{202f}']);
    let missing: Vec<char> = letters.filter(|letter| face.glyph_index(*letter).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// French puts no plain space before `:`, `;`, `!` and `?`.
#[test]
fn french_never_breaks_before_its_marks() {
    let said =
        include_str!("french.rs").lines().filter(|line| !line.trim_start().starts_with("//") && !line.contains("&&"));
    let wrong: Vec<&str> =
        said.filter(|line| [" :", " ;", " ?", " !"].iter().any(|mark| line.contains(mark))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
