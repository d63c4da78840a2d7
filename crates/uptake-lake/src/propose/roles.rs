//! Which column plays which part in a kind of file: by its heading, and by its values where the heading says nothing.

use super::profile::{Column, Profile};
use super::words::{Meaning, says, tokens};
use std::collections::BTreeMap;

/// The parts, by name; each with its column.
#[derive(Debug, Clone, Default)]
pub struct Roles(BTreeMap<&'static str, Pick>);

/// The column that plays a part.
#[derive(Debug, Clone)]
pub struct Pick {
    /// Its place in the profile.
    pub column: usize,
    /// Why it is that one.
    pub why: String,
    /// Others that could be meant, the likeliest first.
    pub others: Vec<usize>,
}

impl Roles {
    pub fn get(&self, role: &str) -> Option<&Pick> {
        self.0.get(role)
    }

    pub fn has(&self, role: &str) -> bool {
        self.0.contains_key(role)
    }

    pub fn column<'p>(&self, profile: &'p Profile, role: &str) -> Option<&'p Column> {
        self.0.get(role).map(|pick| &profile.columns[pick.column])
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Pick)> {
        self.0.iter().map(|(role, pick)| (*role, pick))
    }

    pub fn give(&mut self, role: &'static str, pick: Option<Pick>) {
        self.0.extend(pick.map(|pick| (role, pick)));
    }

    pub fn take_away(&mut self, role: &str) {
        self.0.remove(role);
    }

    /// Gives the column of one part another one too.
    pub fn also(&mut self, of: &str, role: &'static str) {
        if let Some(pick) = self.0.get(of).cloned() {
            self.0.insert(role, Pick { others: vec![], ..pick });
        }
    }

    /// Gives a part to the column with the most points above 0 that has no other part.
    /// One that has its column keeps it.
    pub fn pick(&mut self, profile: &Profile, role: &'static str, points: impl Fn(&Column) -> (i32, &'static str)) {
        if self.has(role) {
            return;
        }
        let taken: Vec<usize> = self.0.values().map(|pick| pick.column).collect();
        let mut ranked: Vec<(i32, usize, &'static str)> = vec![];
        for (at, column) in profile.columns.iter().enumerate() {
            let (points, why) = points(column);
            if column.name.is_some() && !taken.contains(&at) && points > 0 && column.tally.filled > 0 {
                ranked.push((points, at, why));
            }
        }
        ranked.sort_by_key(|(points, at, _)| (-points, *at));
        if let Some((_, column, why)) = ranked.first() {
            // Where a heading says it, others are guesses only if theirs do too.
            let fits = |(_, _, other): &&(i32, usize, &str)| *why != BY_HEADING || *other != BY_VALUES;
            let others = ranked[1..].iter().filter(fits).map(|(_, at, _)| *at).take(2).collect();
            self.0.insert(role, Pick { column: *column, why: why.to_string(), others });
        }
    }
}

const BY_HEADING: &str = "by its heading";
const WHILE_OPEN: &str = "by its heading, while it is open";
const WHEN_ENDED: &str = "by its heading, once it has ended";
const BY_VALUES: &str = "by its values; its heading does not say it";

/// A column that names something: what a row is of.
pub fn id<'a>(
    profile: &'a Profile,
    things: &'a [&'a str],
    unique: bool,
) -> impl Fn(&Column) -> (i32, &'static str) + 'a {
    move |c| {
        let is_key = c.names_rows(profile) || c.nearly_names_rows(profile);
        let of_another = ["person", "account", "contact", "product", "campaign"]
            .iter()
            .any(|list| c.means(list) && !things.contains(list));
        let made = !unique && c.meaning.any(&["begin", "changed", "type", "creator", "by"]);
        let unfit = made
            || c.typed.is_time()
            || c.typed.is_clock
            || c.means("amount")
            || c.means("email")
            || c.means("phone")
            || c.tally.longest > 60;
        // A column that must name rows, and does not; or names a part of what happened to it only once.
        if unfit || is_key != unique || c.tally.filled * 10 < profile.rows * 9 {
            return (0, "");
        }
        let is_thing = c.meaning.any(things);
        let is_word = !c.means("name") && c.tally.longest <= 40;
        // "Deal Owner" and "Deal value" are parts of a deal, and no deal.
        let is_part = c.meaning.any(&[
            "person",
            "amount",
            "state",
            "begin",
            "end",
            "type",
            "probability",
            "currency",
            "name",
            "subject",
        ]) && !c.means("id")
            && !(c.means("person") && things.contains(&"person"));
        if is_part {
            return (0, "");
        }
        let is_whole_word = c.heading.eq_ignore_ascii_case("id");
        match (c.means("id") || is_whole_word, is_thing) {
            (true, _) if of_another && !is_thing => (i32::from(unique), BY_VALUES),
            (true, true) => (12, BY_HEADING),
            (true, false) if is_whole_word && unique => (13, BY_HEADING),
            (true, false) => (9 + i32::from(is_whole_word), BY_HEADING),
            (false, true) if !unique => (6, BY_HEADING),
            // "(Do Not Modify) Opportunity" before its checksum.
            (false, true) if is_word && !c.typed.is_number() => (4, BY_HEADING),
            (false, _) if unique && is_word && !c.typed.is_number() && !of_another => (2, BY_VALUES),
            (false, true) => (4, BY_HEADING),
            _ => (0, ""),
        }
    }
}

/// Whose it is, or who did it.
pub fn person(c: &Column) -> (i32, &'static str) {
    let other = c.meaning.any(&[
        "state", "amount", "time", "logout", "count", "phone", "priority", "city", "active", "grade", "office",
        "postal", "industry",
    ]);
    let thing =
        c.meaning.any(&["account", "contact", "product", "campaign", "case", "deal", "lead"]) && !c.means("person");
    // The browser of a user is nobody.
    let is_agent = super::profile::snake(&c.heading) == "user_agent";
    if is_agent
        || c.typed.is_time()
        || c.typed.is_clock
        || other
        || c.typed.kind == uptake_spec::source::ColumnType::Boolean
    {
        // "Login" is who, and "Login state" what.
        return (0, "");
    }
    let email = if c.typed.is_email { 3 } else { 0 };
    let name = i32::from(c.means("name")) + i32::from(!c.means("id")) + 2 * i32::from(c.means("owner"));
    let part = if c.meaning.any(&["creator", "manager", "by", "first", "last", "sub", "department", "place"]) {
        -5
    } else {
        0
    };
    match c.means("person") {
        true => (8 + email + name + part, BY_HEADING),
        false if thing => (0, ""),
        // "Resolved by" is who did it.
        false if ends_in_by(c) && !c.means("creator") => (4, BY_HEADING),
        false if c.typed.is_email => (4, BY_VALUES),
        false => (0, ""),
    }
}

/// Whether a heading ends in who did it, as "Created By Id" does, and not the "da" of "Motivo da perda".
fn ends_in_by(c: &Column) -> bool {
    let words = tokens(&c.heading);
    let last = words.iter().rev().map(|word| Meaning::of(word)).find(|word| !word.any(&["id", "name", "email"]));
    last.is_some_and(|word| word.has("by"))
}

/// Whose a deal is: an owner's, where a heading says so, and never of who stands on the customer's side.
pub fn owner(profile: &Profile) -> impl Fn(&Column) -> (i32, &'static str) + '_ {
    let owns = |c: &Column| c.means("owner") && c.tally.filled > 0 && !of_customer(c) && person(c).0 > 0;
    let has_owner = profile.columns.iter().any(owns);
    move |c| {
        let (points, why) = person(c);
        // The account's owner is another one.
        let of_another = points > 5 && c.meaning.any(&["account", "contact", "lead"]) && !c.means("deal");
        match points {
            _ if of_customer(c) => (0, ""),
            _ if has_owner && !c.means("owner") => (points.min(1), why),
            _ if of_another => (points - 5, why),
            _ => (points, why),
        }
    }
}

/// Whether a heading names somebody or something at the customer's: "Person - E-Mail", "Contact".
fn of_customer(c: &Column) -> bool {
    let entity = c.heading.split_once(" - ").map(|(entity, _)| Meaning::of(entity)).unwrap_or_default();
    let others = ["someone", "account", "contact", "lead", "product"];
    let is_theirs = entity.any(&others) && !entity.any(&["owner", "deal"]);
    is_theirs || (c.means("contact") && !c.means("owner"))
}

/// Who it may be in a log whose headings do not say it: few words or numbers, each of them several times.
pub fn somebody(profile: &Profile) -> impl Fn(&Column) -> (i32, &'static str) + '_ {
    move |c| {
        let rows = profile.rows - profile.broken;
        let distinct = c.tally.distinct() as u64;
        let other = c.meaning.any(&[
            "time", "state", "amount", "channel", "place", "deal", "case", "product", "count", "type", "account",
            "contact", "lead", "campaign", "active",
        ]);
        let fits = c.tally.filled == rows && distinct >= 2 && distinct * 3 <= rows * 2 && !other;
        let is_plain =
            !c.typed.is_time() && !c.typed.is_clock && c.typed.kind != uptake_spec::source::ColumnType::Decimal;
        (if fits && is_plain { 1 + i32::from(c.means("id")) + i32::from(c.means("name")) } else { 0 }, BY_VALUES)
    }
}

/// Who made the record.
pub fn creator(c: &Column) -> (i32, &'static str) {
    let made = c.means("creator") || (c.means("begin") && c.means("by"));
    (if made && !c.typed.is_time() { 5 } else { 0 }, BY_HEADING)
}

/// Words of which there are few, and which say how far something is.
pub fn state<'a>(words: &'a [&'a str]) -> impl Fn(&Column) -> (i32, &'static str) + 'a {
    move |c| {
        let few = c.tally.distinct() <= 60 && !c.tally.too_many_values;
        let named = c.means("state") || c.means("outcome");
        // States may be numbers, and what a heading calls so are states, if they are many too.
        let number = c.typed.is_number() && c.tally.distinct() > if named { 40 } else { 12 };
        let other = c.typed.is_time() || c.typed.is_clock || c.meaning.any(&["person", "time", "country", "city"]);
        if !few || number || other || c.meaning.any(&["amount", "email", "probability", "postal", "account"]) {
            return (0, "");
        }
        let speaks = c.tally.values.keys().any(|value| words.iter().any(|list| says(value, list)));
        let stage = if c.means("stage") { 3 } else { 0 };
        let part = if c.means("sub") { -5 } else { 0 };
        let (points, why) = match (named, speaks) {
            (true, true) => (12, "by its heading and its values"),
            (true, false) => (8, BY_HEADING),
            (false, true) => (4, BY_VALUES),
            (false, false) => (0, ""),
        };
        (if points > 0 { points + stage + part } else { 0 }, why)
    }
}

pub fn amount(c: &Column) -> (i32, &'static str) {
    let other = c.meaning.any(&["id", "probability", "count", "time", "phone", "priority", "state", "activity"]);
    // What a deal was sold for comes before what it was to cost.
    let price = i32::from(c.means("settled")) - i32::from(c.means("listed"));
    let weighted = price - if c.means("sub") { 4 } else { 0 };
    match c.typed.is_number() && !other {
        true if c.means("amount") => (10 + weighted, BY_HEADING),
        true if c.tally.distinct() > 20 && c.tally.longest > 2 => (1, BY_VALUES),
        _ => (0, ""),
    }
}

/// What a deal is to bring, beside what it brought.
pub fn estimate(c: &Column) -> (i32, &'static str) {
    let fits = amount(c).0 > 5 && c.means("due") && !c.means("settled");
    (if fits { 10 - 5 * i32::from(c.means("listed")) } else { 0 }, WHILE_OPEN)
}

/// The day on which deals ended, of which so many did: one that as many have, and by its words no plan.
pub fn ended<'a>(list: &'a str, not: &'a [&'a str], rows: u64) -> impl Fn(&Column) -> (i32, &'static str) + 'a {
    move |c| {
        let other = c.meaning.any(&["begin", "changed", "due", "activity"]) || c.meaning.any(not);
        let fits = c.typed.is_time() && c.means(list) && !other && c.tally.filled * 10 <= rows * 11;
        (if fits { 10 + i32::from(c.means("settled")) } else { 0 }, WHEN_ENDED)
    }
}

/// The day on which a deal is to end, beside the one on which it did.
pub fn planned(c: &Column) -> (i32, &'static str) {
    let other = c.meaning.any(&["begin", "changed", "activity", "settled"]);
    let fits = c.typed.is_time() && c.means("end") && c.means("due") && !other;
    (if fits { 10 } else { 0 }, WHILE_OPEN)
}

/// What a deal is called: no number of something, and nobody at the customer's.
pub fn title(c: &Column) -> (i32, &'static str) {
    let of_another = ["person", "account", "contact", "product", "campaign", "stage", "sub"];
    match of_customer(c) || (c.means("count") && c.typed.is_number()) {
        true => (0, ""),
        false => word("name", &of_another)(c),
    }
}

/// A currency's word, also where the heading says of which amount it is.
pub fn currency(c: &Column) -> (i32, &'static str) {
    let longest = if c.means("amount") { 4 } else { 40 };
    let fits = !c.typed.is_number() && c.tally.longest <= longest;
    if fits { word("currency", &[])(c) } else { (0, "") }
}

/// A day or moment of one sort.
pub fn time<'a>(sort: &'a str, not: &'a [&'a str]) -> impl Fn(&Column) -> (i32, &'static str) + 'a {
    move |c| {
        let fits = c.typed.is_time() && c.means(sort) && !c.meaning.any(not);
        (if fits { 10 } else { 0 }, BY_HEADING)
    }
}

/// When something happened, in a log: any time, the likeliest first.
pub fn moment(c: &Column) -> (i32, &'static str) {
    // When a connector fetched a row says nothing of what it tells, nor does what is said of its case as a whole.
    let is_other = c.means("logout") || c.heading.starts_with('_') || c.heading.starts_with("case:");
    if !c.typed.is_time() || is_other {
        return (0, "");
    }
    let hour = if c.typed.kind == uptake_spec::source::ColumnType::Instant { 4 } else { 0 };
    let words = [("login", 3), ("time", 2), ("changed", 2), ("begin", 1), ("end", -2), ("last", -3)];
    let told: i32 = words.iter().filter(|(list, _)| c.means(list)).map(|(_, points)| points).sum();
    ((4 + hour + told).max(1), if told > 0 { BY_HEADING } else { BY_VALUES })
}

/// A text whose heading means this, and none of those.
pub fn word<'a>(list: &'a str, not: &'a [&'a str]) -> impl Fn(&Column) -> (i32, &'static str) + 'a {
    move |c| {
        let fits = c.means(list) && !c.meaning.any(not) && !c.typed.is_time();
        let whole = 2 * i32::from(c.heading.eq_ignore_ascii_case(list));
        (if fits { 10 + whole - i32::from(c.means("id")) } else { 0 }, BY_HEADING)
    }
}

pub fn email(c: &Column) -> (i32, &'static str) {
    match (c.typed.is_email, c.means("email")) {
        _ if c.means("manager") => (0, ""),
        (true, true) => (10, "by its heading and its values"),
        (true, false) => (8, BY_VALUES),
        (false, true) => (3, BY_HEADING),
        _ => (0, ""),
    }
}

/// A time of day by itself, which belongs to a day beside it.
pub fn clock(c: &Column) -> (i32, &'static str) {
    (if c.typed.is_clock && !c.means("logout") { 5 } else { 0 }, BY_VALUES)
}

/// Whether a file is about such things: its name says it, or a heading; of a table with many columns, several.
pub fn about(profile: &Profile, list: &str) -> bool {
    let told = profile.columns.iter().filter(|c| c.means(list)).count();
    profile.meaning.has(list) || told > profile.columns.len() / 12
}

/// Whether its name says so.
pub fn is_called(profile: &Profile, list: &str) -> bool {
    profile.meaning.has(list)
}
