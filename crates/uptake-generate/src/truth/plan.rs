//! Which series the truth tells: the KPI and options each belongs to, its grain, its columns, and how its cells are written.

use super::super::calendar::Grain;
use super::{By, Subject};

/// How a cell's money becomes the row's value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Value {
    /// Numerator ÷ denominator, not written.
    Ratio,
    /// The number of rows that the denominator counts.
    All,
    /// The number of rows that the numerator counts.
    Those,
    Money,
    Weighted,
    /// Money ÷ whole with six places; nothing where the whole is nought.
    Quotient,
}

/// Which of numerator and denominator are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Counts {
    Both,
    Numerator,
    Neither,
}

/// Which rows of an answer the series speaks of.
#[derive(Clone, Copy)]
pub(in super::super) enum Only {
    Everything,
    /// Those of these members of its column; of others the catalogue leaves too much open.
    Members(&'static [&'static str]),
    /// Those of the periods that it has.
    Periods,
}

pub(in super::super) struct Plan {
    pub subject: Subject,
    pub kpi: &'static str,
    /// As JSON.
    pub options: &'static str,
    /// The members asked for by column, as JSON.
    pub filters: &'static str,
    pub value: Value,
    pub counts: Counts,
    pub only: Only,
    /// One series for each.
    pub grains: &'static [(Grain, &'static [By])],
}

const fn plan(
    subject: Subject,
    kpi: &'static str,
    options: &'static str,
    value: Value,
    grains: &'static [(Grain, &'static [By])],
) -> Plan {
    Plan { subject, kpi, options, filters: "{}", value, counts: Counts::Both, only: Only::Everything, grains }
}

/// The bars of the funnel that are told; see `funnel.rs`.
const BARS: [&str; 12] = [
    "start",
    "new",
    "reopened",
    "won before",
    "moved in",
    "amount up",
    "amount down",
    "moved out",
    "won",
    "lost",
    "gone",
    "end",
];

pub(in super::super) const PLANS: &[Plan] = {
    use By::{All, Bar, Department, Grade, Location, Office, Stage, State, Type};
    use Grain::{Month, Quarter, Week};
    use Subject as S;
    const OPEN_STAGES: Only = Only::Members(&["Qualify", "Propose", "Negotiate"]);
    const VISITS: &[(Grain, &[By])] = &[(Month, &[Stage]), (Quarter, &[Stage])];
    &[
        plan(
            S::ActiveByWork,
            "active_people",
            r#"{"basis":"work"}"#,
            Value::Ratio,
            &[(Week, &[All, Grade, Office, Location, Department]), (Month, &[All, Grade])],
        ),
        plan(
            S::ActiveByLogin,
            "active_people",
            r#"{"basis":"login"}"#,
            Value::Ratio,
            &[(Week, &[All, Grade, Office, Location, Department]), (Month, &[All, Grade])],
        ),
        plan(
            S::LoginsByPerson,
            "logins_by_unique_person",
            "{}",
            Value::Ratio,
            &[(Week, &[All, Grade, Office]), (Month, &[All, Location])],
        ),
        plan(
            S::OpenAmount,
            "open_pipeline",
            r#"{"measure":"amount"}"#,
            Value::Money,
            &[(Week, &[All, Office, Department])],
        ),
        plan(
            S::OpenCount,
            "open_pipeline",
            r#"{"measure":"count"}"#,
            Value::All,
            &[(Week, &[All, Office, Department])],
        ),
        plan(S::OpenWeighted, "open_pipeline", r#"{"measure":"weighted"}"#, Value::Weighted, &[(Week, &[All])]),
        plan(S::OpenCreated, "open_pipeline", r#"{"measure":"created"}"#, Value::Money, &[(Week, &[All])]),
        plan(
            S::WonAmount,
            "won",
            r#"{"measure":"amount"}"#,
            Value::Money,
            &[(Month, &[All, Department]), (Week, &[All]), (Quarter, &[All])],
        ),
        plan(
            S::WonCount,
            "won",
            r#"{"measure":"count"}"#,
            Value::All,
            &[(Month, &[All, Department]), (Week, &[All]), (Quarter, &[All])],
        ),
        plan(
            S::LapsedAmount,
            "lapsed_opportunities",
            r#"{"measure":"amount"}"#,
            Value::Money,
            &[(Week, &[All, Office])],
        ),
        plan(S::LapsedCount, "lapsed_opportunities", r#"{"measure":"count"}"#, Value::Those, &[(Week, &[All, Office])]),
        plan(S::LapsedShare, "lapsed_opportunities", r#"{"measure":"share"}"#, Value::Quotient, &[(Week, &[All])]),
        plan(S::NeverOrDormant, "never_or_dormant", "{}", Value::Ratio, &[(Week, &[State])]),
        Plan {
            only: Only::Members(&["leaders", "others"]),
            ..plan(S::Leadership, "leadership_gap", "{}", Value::Ratio, &[(Week, &[State]), (Month, &[State])])
        },
        Plan {
            only: Only::Members(&["gap"]),
            counts: Counts::Neither,
            ..plan(S::LeadershipGap, "leadership_gap", "{}", Value::Quotient, &[(Week, &[State]), (Month, &[State])])
        },
        plan(
            S::RecordsNet,
            "records_created",
            r#"{"measure":"net"}"#,
            Value::Those,
            &[(Week, &[All, Office]), (Month, &[All, Grade])],
        ),
        plan(
            S::RecordsGross,
            "records_created",
            r#"{"measure":"gross"}"#,
            Value::Those,
            &[(Week, &[All]), (Month, &[All])],
        ),
        plan(
            S::ActivitiesAdded,
            "activities_added",
            r#"{"moment":"added"}"#,
            Value::Those,
            &[(Week, &[All, Office]), (Month, &[All])],
        ),
        Plan {
            counts: Counts::Numerator,
            ..plan(
                S::ActivitiesAddedByType,
                "activities_added",
                r#"{"moment":"added"}"#,
                Value::Those,
                &[(Week, &[Type])],
            )
        },
        Plan {
            counts: Counts::Numerator,
            only: Only::Members(&["meeting", "call", "email"]),
            ..plan(
                S::ActivitiesHappened,
                "activities_added",
                r#"{"moment":"happened"}"#,
                Value::Those,
                &[(Week, &[Type])],
            )
        },
        plan(
            S::WinCount,
            "win_rate",
            r#"{"measure":"count","cohort":"closed"}"#,
            Value::Ratio,
            &[(Month, &[All, Department]), (Quarter, &[All])],
        ),
        Plan {
            counts: Counts::Neither,
            ..plan(
                S::WinAmount,
                "win_rate",
                r#"{"measure":"amount","cohort":"closed"}"#,
                Value::Quotient,
                &[(Month, &[All]), (Quarter, &[All])],
            )
        },
        plan(
            S::WinCountCreated,
            "win_rate",
            r#"{"measure":"count","cohort":"created"}"#,
            Value::Ratio,
            &[(Month, &[All]), (Quarter, &[All])],
        ),
        Plan {
            counts: Counts::Neither,
            ..plan(
                S::WinAmountCreated,
                "win_rate",
                r#"{"measure":"amount","cohort":"created"}"#,
                Value::Quotient,
                &[(Month, &[All]), (Quarter, &[All])],
            )
        },
        Plan {
            only: OPEN_STAGES,
            ..plan(S::ConversionOfCohort, "stage_conversion", r#"{"variant":"cohort"}"#, Value::Ratio, VISITS)
        },
        Plan {
            only: OPEN_STAGES,
            ..plan(
                S::ConversionInPeriod,
                "stage_conversion",
                r#"{"variant":"period"}"#,
                Value::Ratio,
                &[(Week, &[Stage])],
            )
        },
        Plan {
            only: OPEN_STAGES,
            ..plan(S::DaysMedian, "time_in_stage", r#"{"statistic":"median"}"#, Value::Quotient, VISITS)
        },
        Plan {
            only: OPEN_STAGES,
            ..plan(S::DaysP75, "time_in_stage", r#"{"statistic":"p75"}"#, Value::Quotient, VISITS)
        },
        Plan {
            only: OPEN_STAGES,
            ..plan(S::DaysP90, "time_in_stage", r#"{"statistic":"p90"}"#, Value::Quotient, VISITS)
        },
        Plan {
            counts: Counts::Numerator,
            only: Only::Members(&BARS),
            ..plan(S::Funnel, "funnel_movement", "{}", Value::Money, &[(Week, &[Bar])])
        },
        Plan {
            counts: Counts::Neither,
            filters: r#"{"entry":["current","stale"]}"#,
            ..plan(S::Stale, "stale_forecast", "{}", Value::Quotient, &[(Week, &[All, Office])])
        },
        Plan {
            only: Only::Periods,
            ..plan(S::HabitShare, "daily_habit", r#"{"measure":"share80"}"#, Value::Ratio, &[(Week, &[All])])
        },
        Plan {
            only: Only::Members(&["Berlin"]),
            ..plan(S::HabitShare, "daily_habit", r#"{"measure":"share80"}"#, Value::Ratio, &[(Week, &[Office])])
        },
        Plan {
            only: Only::Periods,
            ..plan(S::HabitMean, "daily_habit", r#"{"measure":"mean"}"#, Value::Quotient, &[(Week, &[All])])
        },
        Plan {
            only: Only::Members(&["Berlin"]),
            ..plan(S::HabitMean, "daily_habit", r#"{"measure":"mean"}"#, Value::Quotient, &[(Week, &[Office])])
        },
        plan(S::Greetings, "broken_greetings", "{}", Value::Ratio, &[(Week, &[All])]),
        plan(S::Duplicates, "duplicates", "{}", Value::Ratio, &[(Week, &[All])]),
    ]
};
