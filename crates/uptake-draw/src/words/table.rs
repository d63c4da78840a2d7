//! What the product itself says, one field a saying. A language is one value of [`Words`], so that a saying that is missing does not compile.
//!
//! Sayings with something in them are functions: what is handed in is written in the same language already.

use chrono::NaiveDate;
use uptake_spec::Grain;

type One = fn(&str) -> String;
type Two = fn(&str, &str) -> String;
type Three = fn(&str, &str, &str) -> String;
/// A count, which decides between singular and plural.
type Count = fn(usize) -> String;

/// What a figure is compared with.
pub(crate) struct Before {
    /// On its own, as a legend: `52 weeks before`.
    pub name: &'static str,
    /// Behind "against": `the week before`.
    pub against: &'static str,
    /// With "better" and "worse": `the week before`.
    pub than: &'static str,
}

/// How a week is called.
pub(crate) struct Week {
    /// Where it stands alone: `W 12 Oct 2026`.
    pub alone: String,
    /// Within a sentence: `the week of 12 Oct 2026`.
    pub in_words: String,
    /// As the name of a row: `12 Oct 2026`.
    pub short: String,
    /// Below an axis: `12 Oct`.
    pub tick: String,
    /// The year that stands below the tick.
    pub year: i32,
}

/// Of a histogram: how many values, of what, and the median.
pub(crate) struct Half<'a> {
    pub count: usize,
    /// A column: `office`.
    pub each: &'a str,
    pub median: &'a str,
    /// So many lie from `from` to below `to`.
    pub most: &'a str,
    pub from: &'a str,
    pub to: &'a str,
}

/// Where an input stands: `the CRM's users`, when it was loaded, and through which day it is complete.
pub struct Loaded<'a> {
    pub input: &'a str,
    pub on: Option<String>,
    pub through: Option<String>,
}

/// One for each grain: day, week, month, quarter.
pub(crate) type Grains<T> = [T; 4];

pub struct Words {
    // Numbers.
    pub(crate) decimal: char,
    pub(crate) group: char,
    /// With the space before it.
    pub(crate) percent: &'static str,
    /// Amount and sign (`€` or `CHF`) together.
    pub(crate) money: Two,
    /// Behind a number that was shortened: 10⁹, 10⁶, 10³.
    pub(crate) steps: [&'static str; 3],
    /// Whether a number, as it is written and without its sign, takes the singular.
    pub(crate) is_one: fn(&str) -> bool,
    pub(crate) day_days: [&'static str; 2],
    pub(crate) point_points: [&'static str; 2],
    /// With the space before it.
    pub(crate) points_short: &'static str,
    /// `7 of 12`.
    pub(crate) of: Two,
    /// From one value to another.
    pub(crate) from_to: Two,

    // Marks between words.
    pub(crate) colon: &'static str,
    pub(crate) semicolon: &'static str,
    /// Between the last two of a list.
    pub(crate) and: &'static str,
    /// Words of their own within a sentence are written as at its beginning.
    pub(crate) nouns_are_large: bool,

    // Days and periods.
    /// Day of the month, month, year; the month is one of `months_short`.
    pub(crate) date: fn(u32, &str, i32) -> String,
    /// The same without its year.
    pub(crate) day_month: fn(u32, &str) -> String,
    /// January to December.
    pub(crate) months: [&'static str; 12],
    /// Beside a day or a year.
    pub(crate) months_short: [&'static str; 12],
    /// Alone, below an axis.
    pub(crate) months_alone: [&'static str; 12],
    /// Monday to Sunday.
    pub(crate) weekdays: [&'static str; 7],
    pub(crate) week: fn(&Words, NaiveDate) -> Week,
    /// Before the number of a quarter.
    pub(crate) quarter: &'static str,
    /// Before the year in which a fiscal year ends, with the space between.
    pub(crate) fiscal_year: &'static str,
    pub(crate) grain: Grains<&'static str>,
    pub(crate) grains: Grains<&'static str>,
    /// From one day to another.
    pub(crate) days_from_to: Two,
    /// Which periods, and their range of days.
    pub(crate) periods_of: Two,
    pub(crate) as_of: One,
    pub(crate) since: fn(&str, Grain) -> String,

    // What is missing.
    pub(crate) nothing: &'static str,
    pub(crate) no_data: &'static str,
    pub(crate) no_rows: &'static str,
    pub(crate) no_value: &'static str,
    pub(crate) none: &'static str,
    pub(crate) no_member: &'static str,
    pub(crate) no_complete_period: &'static str,
    pub(crate) no_complete: Grains<&'static str>,
    pub(crate) yes_no: [&'static str; 2],

    // What is normal.
    pub(crate) normal: &'static str,
    pub(crate) above_normal: &'static str,
    pub(crate) below_normal: &'static str,
    pub(crate) provisionally: &'static str,
    pub(crate) too_early: &'static str,
    pub(crate) not_judged: Grains<&'static str>,
    pub(crate) nowhere: &'static str,
    pub(crate) all_normal: &'static str,
    pub(crate) not_normal: One,
    pub(crate) above_below: [&'static str; 2],
    /// So many periods from one on.
    pub(crate) many_from: Two,
    /// Which side of the centre.
    pub(crate) a_run: One,
    /// How many, on which side.
    pub(crate) in_a_row: Two,
    pub(crate) band: Two,
    pub(crate) provisional: &'static str,
    pub(crate) hollow: Grains<&'static str>,
    pub(crate) upper_limit: &'static str,
    pub(crate) centre: &'static str,
    pub(crate) lower_limit: &'static str,
    pub(crate) normal_heading: &'static str,

    // Changes.
    pub(crate) period_before: Grains<Before>,
    pub(crate) year_before: Grains<Before>,
    pub(crate) better: Two,
    pub(crate) worse: Two,
    pub(crate) against: Two,
    pub(crate) unchanged: One,
    pub(crate) nothing_known: One,
    pub(crate) unchanged_from: One,
    pub(crate) against_before: Two,
    /// Name, value then, change since.
    pub(crate) then_and_since: Three,
    pub(crate) fell_most: Two,
    pub(crate) change: &'static str,

    // Units.
    pub(crate) in_percent: &'static str,
    pub(crate) in_points: &'static str,
    pub(crate) number_unit: &'static str,
    pub(crate) rate_unit: &'static str,
    pub(crate) days_unit: &'static str,
    /// Unit and grain.
    pub(crate) per: Two,
    /// The names of members that are told in points.
    pub(crate) told_in_points: One,

    // What stands around a picture, and what it says to those who do not see it.
    pub(crate) value: &'static str,
    pub(crate) target: &'static str,
    pub(crate) target_of: One,
    pub(crate) target_in_words: One,
    pub(crate) running: Grains<&'static str>,
    pub(crate) running_short: &'static str,
    pub(crate) incomplete: &'static str,
    pub(crate) dashed: Grains<&'static str>,
    pub(crate) pale: Grains<&'static str>,
    pub(crate) grey: One,
    pub(crate) stacked: &'static str,
    pub(crate) happened: &'static str,
    pub(crate) on_day: One,
    pub(crate) values: &'static str,
    /// Behind "in 26": the periods themselves.
    pub(crate) among: Grains<&'static str>,
    /// Lowest, highest, in so many, of what.
    pub(crate) lowest_highest: fn(&str, &str, usize, &str) -> String,
    /// All so many have this value.
    pub(crate) all_at: fn(usize, &str) -> String,
    /// First and its value, last and its value, how many.
    pub(crate) highest_lowest: fn([&str; 2], [&str; 2], usize) -> String,
    pub(crate) largest_of: fn(usize, usize) -> String,
    pub(crate) first_of: fn(usize, usize) -> String,
    pub(crate) others: Count,
    pub(crate) in_all: &'static str,
    pub(crate) so_much_in_all: One,
    pub(crate) counted: &'static str,
    pub(crate) of_how_many: &'static str,
    // Funnels.
    pub(crate) entered_each_stage: One,
    pub(crate) strong_went_on: &'static str,
    pub(crate) weakest_step_is: Two,
    pub(crate) in_stage: Two,
    pub(crate) entered: One,
    pub(crate) went_on: &'static str,
    pub(crate) went_on_weakest: &'static str,
    // Heatmaps, calendars, cohorts.
    pub(crate) below_change: Grains<&'static str>,
    pub(crate) below_in_points: &'static str,
    pub(crate) framed_running: &'static str,
    pub(crate) of_days: One,
    pub(crate) weekend_days: Count,
    pub(crate) after_the_beginning: Two,
    pub(crate) beside_its_size: &'static str,
    pub(crate) still_to_come: &'static str,
    // Histograms.
    /// Unit, how many values, of what.
    pub(crate) of_values: fn(&str, usize, &str) -> String,
    pub(crate) by: Two,
    pub(crate) half_have: fn(&Half) -> String,
    pub(crate) most_at: Two,
    pub(crate) median: One,
    pub(crate) to_below: Two,
    // Points.
    pub(crate) up_across: Two,
    pub(crate) dashed_medians: &'static str,
    /// How many, the median up, the median across.
    pub(crate) of_points: fn(usize, &str, &str) -> String,
    /// Right and upper, left and upper, right and lower, left and lower.
    pub(crate) corners: fn([usize; 4]) -> String,
    // Flows, trees, waterfalls.
    pub(crate) to_later: &'static str,
    pub(crate) to_earlier: &'static str,
    pub(crate) stayed: &'static str,
    pub(crate) that_moved: One,
    pub(crate) stage_to_stage: Two,
    pub(crate) most_moved: Three,
    pub(crate) pale_with_below: &'static str,
    pub(crate) largest_moves: One,
    pub(crate) moved_from_to: Two,
    // Scorecards.
    pub(crate) met: &'static str,
    pub(crate) near: &'static str,
    pub(crate) missed: &'static str,
    pub(crate) at_most: One,
    pub(crate) at_least: One,
    pub(crate) met_the_target: One,
    pub(crate) target_heading: &'static str,
    pub(crate) more_columns: Count,

    // The page.
    pub(crate) skip: &'static str,
    pub(crate) pages: &'static str,
    pub(crate) filters: &'static str,
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
    pub(crate) whole: Grains<&'static str>,
    pub(crate) all: &'static str,
    pub(crate) show: &'static str,
    pub(crate) reset: &'static str,
    pub(crate) build: &'static str,
    pub(crate) kept_by: &'static str,
    pub(crate) data: &'static str,
    pub(crate) what_is_it: &'static str,
    pub(crate) catalogue: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) sources: &'static str,
    pub(crate) as_of_heading: &'static str,
    pub(crate) tests: &'static str,
    pub(crate) sql_further_up: &'static str,
    pub(crate) downloads: &'static str,
    pub(crate) table_scrolls: &'static str,
    pub(crate) arrow_keys: &'static str,
    pub(crate) more_rows: Count,
    pub(crate) not_loaded: &'static str,
    pub(crate) failed: &'static str,
    pub(crate) nothing_loaded: &'static str,

    // What the program adds to a page.
    pub nothing_loaded_why: &'static str,
    pub no_kpi: &'static str,
    pub no_own_data: &'static str,
    pub more_rows_than_shown: &'static str,
    pub not_filtered_by: One,
    /// Title and column.
    pub is_not_filtered_by: Two,
    pub data_ends_on: One,
    /// What is needed, and the titles of what it would show.
    pub load_to_see: Two,
    pub needs: One,
    pub unit_share: &'static str,
    pub unit_money: One,
    pub unit_count: &'static str,
    pub unit_rate: &'static str,
    pub unit_days: &'static str,
    pub source: fn(&Loaded) -> String,
    pub source_not_loaded: One,
    pub own_question: One,
    /// What it asks and what it means.
    pub what_is_normal: [&'static str; 2],
    pub three_changes: [&'static str; 2],

    // Paper.
    pub what_these_mean: &'static str,
    /// Between the number of a sheet and how many there are, with what stands before both.
    pub page_of: [&'static str; 2],
    pub from_sources: &'static str,

    /// What figures are told from, by the English words of `uptake_spec::kpi::Input`.
    pub(crate) inputs: &'static [(&'static str, &'static str)],
    /// Columns of the product's own tables, where a reader is shown another word: column and heading. All others are told as they are called.
    pub(crate) columns: &'static [(&'static str, &'static str)],
}
