//! What a generated project says beside its exports: the relaunch, and the weeks that say little.

use super::calendar::{AS_OF, Day, civil, date_text, day_of, monday_of, start_of};

/// `annotations.csv` of a firm that is watched for so many months.
pub fn annotations(months: usize) -> String {
    format!("d,text\n{},Relaunch with training\n", date_text(relaunch_of(start_of(months))))
}

/// `quiet_weeks.csv`: August, and the weeks around Christmas and New Year.
pub fn quiet_weeks(months: usize) -> String {
    let mondays = (start_of(months)..=AS_OF).step_by(7);
    let rows = mondays.filter_map(|monday| Some(format!("{},{}\n", date_text(monday), reason(monday)?)));
    std::iter::once("d,text\n".to_string()).chain(rows).collect()
}

/// The Monday at 60 % of the time.
pub(super) fn relaunch_of(start: Day) -> Day {
    monday_of(start + (AS_OF - start) * 6 / 10)
}

/// Why the week that begins on `monday` is quiet: its Thursday lies in August, or between 22 December and 4 January.
fn reason(monday: Day) -> Option<&'static str> {
    let (year, month, _) = civil(monday + 3);
    let thursday = monday + 3;
    match month {
        8 => Some("August"),
        12 if thursday >= day_of(year, 12, 22) => Some("Christmas"),
        1 if thursday <= day_of(year, 1, 4) => Some("New Year"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repositorys_own_remarks_are_those_of_its_sample_firm() {
        assert_eq!(annotations(12), include_str!("../../../annotations.csv"));
        assert_eq!(quiet_weeks(12), include_str!("../../../quiet_weeks.csv"));
    }
}
