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
