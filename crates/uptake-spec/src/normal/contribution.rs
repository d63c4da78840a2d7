//! Where a figure leaves what is normal: the member whose part in the change is largest.

use crate::kpi::ValueOf;

/// The figures of one member in one period; `None` where nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cell {
    pub value: Option<f64>,
    pub numerator: Option<f64>,
    pub denominator: Option<f64>,
}

/// One member of a column, as `Berlin` of `office`.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub name: String,
    pub now: Cell,
    /// In the periods that made the limits; where it has no row, [`Cell::default`].
    pub usual: Vec<Cell>,
}

/// The member that moves the figure most in the direction asked: up, or down. `None` if none does.
///
/// Of a quotient a member's part is (n − R·d) ÷ D now, less the same in the usual periods, where R is the usual quotient
/// and D the denominator of all: it counts both how well the member does and how much of the whole it is, and the parts
/// add up to the change. Of a sum it is the change itself. What does not add up is weighed by the share of the denominator.
pub fn most_of(members: &[Member], value_of: ValueOf, up: bool) -> Option<&str> {
    let sign = if up { 1.0 } else { -1.0 };
    let parts = parts(members, value_of);
    let pushing = members.iter().zip(parts).map(|(member, part)| (member, part * sign)).filter(|(_, part)| *part > 0.0);
    pushing.max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(member, _)| member.name.as_str())
}

fn parts(members: &[Member], value_of: ValueOf) -> Vec<f64> {
    let denominator_now: f64 = members.iter().filter_map(|m| m.now.denominator).sum();
    let share = |member: &Member| match member.now.denominator {
        Some(d) if denominator_now > 0.0 => d / denominator_now,
        _ => 1.0,
    };
    match value_of {
        ValueOf::Ratio if denominator_now > 0.0 => parts_of_quotient(members, denominator_now),
        ValueOf::Sum => members.iter().map(|m| m.now.value.unwrap_or(0.0) - usual_sum(m)).collect(),
        _ => members.iter().map(|m| change(m) * share(m)).collect(),
    }
}

fn parts_of_quotient(members: &[Member], denominator_now: f64) -> Vec<f64> {
    let usual = |read: fn(&Cell) -> Option<f64>, member: &Member| -> f64 { member.usual.iter().filter_map(read).sum() };
    let numerators: f64 = members.iter().map(|m| usual(|cell| cell.numerator, m)).sum();
    let denominators: f64 = members.iter().map(|m| usual(|cell| cell.denominator, m)).sum();
    if denominators == 0.0 {
        return vec![0.0; members.len()];
    }
    let quotient = numerators / denominators;
    let part = |member: &Member| {
        let (n, d) = (member.now.numerator.unwrap_or(0.0), member.now.denominator.unwrap_or(0.0));
        let (n0, d0) = (usual(|cell| cell.numerator, member), usual(|cell| cell.denominator, member));
        (n - quotient * d) / denominator_now - (n0 - quotient * d0) / denominators
    };
    members.iter().map(part).collect()
}

/// Of a sum, no row is nothing.
fn usual_sum(member: &Member) -> f64 {
    let sum: f64 = member.usual.iter().filter_map(|cell| cell.value).sum();
    sum / member.usual.len().max(1) as f64
}

/// 0 where there is nothing to compare.
fn change(member: &Member) -> f64 {
    let known: Vec<f64> = member.usual.iter().filter_map(|cell| cell.value).collect();
    let usual = (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64);
    member.now.value.zip(usual).map_or(0.0, |(now, usual)| now - usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(n: f64, d: f64) -> Cell {
        Cell { value: Some(n / d), numerator: Some(n), denominator: Some(d) }
    }

    fn member(name: &str, now: Cell, usual: &[Cell]) -> Member {
        Member { name: name.into(), now, usual: usual.to_vec() }
    }

    #[test]
    fn the_parts_of_a_quotient_add_up_to_its_change() {
        // 12 of 20 usually, 8 of 20 now: four fewer of twenty, all of them in Berlin.
        let members = [
            member("Berlin", of(2.0, 10.0), &[of(6.0, 10.0), of(6.0, 10.0)]),
            member("Paris", of(6.0, 10.0), &[of(6.0, 10.0), of(6.0, 10.0)]),
        ];
        let parts = parts(&members, ValueOf::Ratio);
        assert!((parts[0] + 0.2).abs() < 1e-12 && parts[1].abs() < 1e-12, "{parts:?}");
        assert_eq!(most_of(&members, ValueOf::Ratio, false), Some("Berlin"));
        assert_eq!(most_of(&members, ValueOf::Ratio, true), None);
    }

    #[test]
    fn a_large_member_that_does_a_little_worse_outweighs_a_small_one() {
        // London: 54 → 45 of 90 is 9 points of 100; Oslo: 6 → 1 of 10 is 5.
        let members =
            [member("London", of(45.0, 90.0), &[of(54.0, 90.0)]), member("Oslo", of(1.0, 10.0), &[of(6.0, 10.0)])];
        assert_eq!(most_of(&members, ValueOf::Ratio, false), Some("London"));
    }

    #[test]
    fn of_a_sum_it_is_the_change_and_a_member_that_is_new_counts_whole() {
        let euro = |value| Cell { value: Some(value), ..Cell::default() };
        let members = [
            member("Berlin", euro(120.0), &[euro(100.0), euro(100.0)]),
            member("Paris", euro(50.0), &[Cell::default(), Cell::default()]),
            member("London", Cell::default(), &[euro(30.0), euro(50.0)]),
        ];
        assert_eq!(most_of(&members, ValueOf::Sum, true), Some("Paris"));
        assert_eq!(most_of(&members, ValueOf::Sum, false), Some("London"));
    }

    #[test]
    fn what_does_not_add_up_is_weighed_by_its_size() {
        let days = |value, d| Cell { value: Some(value), numerator: None, denominator: Some(d) };
        let members = [
            member("small", days(30.0, 1.0), &[days(10.0, 1.0)]),
            member("large", days(14.0, 9.0), &[days(10.0, 9.0)]),
        ];
        // 20 × 0.1 against 4 × 0.9.
        assert_eq!(most_of(&members, ValueOf::Quantile, true), Some("large"));
    }
}
