//! What kind of file it is: the kind whose parts its columns play best.

use super::kinds::{
    ACCOUNTS, ACTIVITIES, CASE_LOG, CASES, CONTACTS, DEAL_LOG, DEALS, Kind, LEADS, LOGINS, OTHER, ROSTER,
};
use super::profile::{Column, Profile};
use super::roles::{self, Roles, about, is_called};
use super::words::{says, tokens};

/// What a file was taken for.
#[derive(Debug, Clone)]
pub struct Guess {
    pub kind: &'static Kind,
    pub roles: Roles,
    points: i32,
}

/// Fewer points are no guess.
const LEAST_POINTS: i32 = 9;

/// The kind that fits best, and the next one where it fits nearly as well.
pub fn kind_of(profile: &Profile) -> (Guess, Option<Guess>) {
    if is_association(profile) {
        return (other(profile), None);
    }
    let told = [deals, log, logins, activities, cases, leads, roster, contacts, accounts];
    let mut guesses: Vec<Guess> = told.iter().filter_map(|guess| guess(profile)).collect();
    guesses.retain(|guess| guess.points >= LEAST_POINTS);
    guesses.sort_by_key(|guess| -guess.points);
    let Some(best) = guesses.first().cloned() else { return (other(profile), None) };
    // A log of states is of deals or of cases: the same parts, other tables.
    let twin = match best.kind {
        kind if *kind == DEAL_LOG => Some(&CASE_LOG),
        kind if *kind == CASE_LOG => Some(&DEAL_LOG),
        _ => None,
    };
    let next = guesses.get(1).filter(|next| best.points - next.points <= 3).cloned();
    let next = twin.map(|kind| Guess { kind, ..best.clone() }).or(next);
    (best, next)
}

/// Whether a table says only which things belong together, by their ids: with a word for how, and when it was fetched.
fn is_association(profile: &Profile) -> bool {
    let own: Vec<&Column> = profile.columns.iter().filter(|c| !c.heading.starts_with('_')).collect();
    let ids = own.iter().filter(|c| c.means("id") && !c.typed.is_time()).count();
    ids >= 2 && own.iter().all(|c| (c.means("id") && !c.typed.is_time()) || c.means("type"))
}

fn points(told: &[(bool, i32)]) -> i32 {
    told.iter().filter(|(holds, _)| *holds).map(|(_, points)| points).sum()
}

/// The parts that lists of records have in common.
fn common(profile: &Profile, things: &[&str], person: impl Fn(&Column) -> (i32, &'static str)) -> Roles {
    let mut roles = Roles::default();
    roles.pick(profile, "id", roles::id(profile, things, true));
    roles.pick(profile, "creator", roles::creator);
    roles.pick(profile, "begin", roles::time("begin", &["changed", "due"]));
    roles.pick(profile, "end", roles::time("end", &["begin", "changed"]));
    roles.pick(profile, "changed", roles::time("changed", &["state"]));
    roles.pick(profile, "person", person);
    roles
}

fn deals(profile: &Profile) -> Option<Guess> {
    let mut roles = common(profile, &["deal"], roles::owner(profile));
    roles.pick(profile, "amount", roles::amount);
    if roles.column(profile, "amount").is_some_and(|c| c.means("settled")) {
        roles.pick(profile, "estimate", roles::estimate);
    }
    roles.pick(profile, "state", roles::state(&["won", "lost", "deal"]));
    let ended = |c: &Column| {
        let of = |(value, rows): (&String, &u64)| if says(value, "won") || says(value, "lost") { *rows } else { 0 };
        c.tally.values.iter().map(of).sum::<u64>()
    };
    let by_state = roles.column(profile, "state").map_or(0, ended);
    let tells = by_state > 0;
    // A stage may name some ends, and a status beside it all of them.
    roles.pick(profile, "outcome", |c| {
        let (points, why) = roles::state(&["won", "lost"])(c);
        let is_sure = !tells || (c.means("state") && c.tally.distinct() <= 8);
        (if is_sure && ended(c) > by_state { points } else { 0 }, why)
    });
    let closed = roles.column(profile, "outcome").map_or(by_state, ended);
    ends(profile, &mut roles, closed);
    roles.pick(profile, "account", roles::word("account", &["person", "amount", "place"]));
    roles.pick(profile, "probability", |c| match c.typed.is_number() {
        true => roles::word("probability", &[])(c),
        false => (0, ""),
    });
    roles.pick(profile, "currency", roles::currency);
    roles.pick(profile, "name", roles::title);
    roles.pick(profile, "name", |c| {
        let (points, why) = roles::word("deal", &["id", "state", "person", "amount", "type"])(c);
        (points - 5, why)
    });
    // Where deals have no numbers, what names a row is what it is called.
    if !roles.has("name") && roles.column(profile, "id").is_some_and(|c| !c.means("id")) {
        roles.also("id", "name");
    }
    let has_state = roles.has("state");
    if !has_state || !(roles.has("amount") || roles.has("end")) {
        return None;
    }
    // A wide table may say it once only, of what its rows are.
    let numbers_deals = roles.column(profile, "id").is_some_and(|c| c.means("deal"));
    let told = [
        (true, 4),
        (about(profile, "deal") || numbers_deals, 5),
        (is_called(profile, "deal"), 3),
        (tells || roles.has("outcome"), 4),
        (roles.has("amount"), 2),
        (roles.has("end"), 1),
        (roles.has("id"), 1),
        (about(profile, "case"), -4),
        (is_called(profile, "lead") || is_called(profile, "contact") || is_called(profile, "product"), -6),
    ];
    Some(Guess { kind: &DEALS, roles, points: points(&told) })
}

/// Puts the days on which deals ended apart from those on which they were to, where columns do; so many deals ended.
fn ends(profile: &Profile, roles: &mut Roles, closed: u64) {
    if !profile.columns.iter().any(|c| roles::planned(c).0 > 0) {
        return;
    }
    let end = roles.get("end").cloned();
    roles.take_away("end");
    roles.pick(profile, "end", roles::ended("closing", &["won", "lost"], closed));
    if roles.has("end") {
        roles.pick(profile, "planned", roles::planned);
        return;
    }
    roles.pick(profile, "won_on", roles::ended("won", &["lost"], closed));
    roles.pick(profile, "lost_on", roles::ended("lost", &["won"], closed));
    match roles.has("won_on") || roles.has("lost_on") {
        true => roles.pick(profile, "end", roles::planned),
        false => roles.give("end", end),
    }
}

fn log(profile: &Profile) -> Option<Guess> {
    let mut roles = Roles::default();
    roles.pick(profile, "id", roles::id(profile, &["deal", "case"], false));
    roles.pick(profile, "row_id", roles::id(profile, &[], true));
    roles.pick(profile, "at", roles::moment);
    roles.pick(profile, "clock", roles::clock);
    roles.pick(profile, "person", roles::person);
    roles.pick(profile, "state", |c| match c.tally.distinct() {
        0 | 1 => (0, ""),
        _ => roles::state(&["won", "lost", "closed", "deal", "case"])(c),
    });
    roles.pick(profile, "amount", |c| if c.means("amount") { roles::amount(c) } else { (0, "") });
    let (id, state) = (roles.column(profile, "id")?, roles.column(profile, "state")?);
    // Rows with ids of their own are records that bear an id of something else, if that is no deal and no case.
    let of_something = id.means("id") && id.meaning.any(&["deal", "case"]);
    if roles.has("row_id") && !of_something {
        return None;
    }
    if !roles.has("at") || id.tally.distinct() < 2 || id.tally.distinct() as u64 * 10 > profile.rows * 9 {
        return None;
    }
    let speak = |list: &str| state.tally.values.keys().filter(|value| says(value, list)).count() as i32;
    let deal = 4 * i32::from(about(profile, "deal")) + speak("deal") + speak("won") + speak("lost");
    let case = 4 * i32::from(about(profile, "case")) + speak("case") + speak("closed");
    let kind = if deal > case { &DEAL_LOG } else { &CASE_LOG };
    Some(Guess { kind, roles, points: 17 })
}

fn logins(profile: &Profile) -> Option<Guess> {
    let mut roles = Roles::default();
    roles.pick(profile, "row_id", roles::id(profile, &["login"], true));
    roles.pick(profile, "at", roles::moment);
    roles.pick(profile, "clock", roles::clock);
    roles.pick(profile, "person", roles::person);
    roles.pick(profile, "type", |c| {
        let leaves = c.tally.values.keys().any(|value| says(value, "left"));
        (if leaves && !c.tally.too_many_values { 6 } else { 0 }, "by its values")
    });
    roles.pick(profile, "outcome", roles::state(&["failed"]));
    roles.pick(profile, "channel", roles::word("channel", &["person", "time", "id"]));
    if profile.columns.len() <= if about(profile, "login") { 8 } else { 4 } {
        roles.pick(profile, "person", roles::somebody(profile));
    }
    let person = roles.column(profile, "person")?;
    roles.get("at")?;
    if tells_changes(profile) {
        return None;
    }
    // Who stands there once only is on a list of people.
    if person.names_rows(profile) && profile.rows >= 5 {
        return None;
    }
    // A log that does not say so is a small table of people and moments.
    let tells = |c: &Column| c.tally.values.keys().any(|value| says(value, "came") || says(value, "left"));
    let says_login = about(profile, "login") || profile.columns.iter().any(|c| !c.tally.too_many_values && tells(c));
    let is_small = profile.columns.len() <= 8 && !roles.has("row_id");
    if !says_login && !is_small {
        return None;
    }
    let repeats = person.tally.distinct() as u64 * 3 <= profile.rows * 2;
    let told = [
        (true, 4),
        (says_login, 8),
        (is_called(profile, "login"), 3),
        (repeats, 3),
        (profile.columns.len() <= 8, 2),
        (profile.columns.iter().any(|c| c.means("amount") && c.typed.is_number()), -6),
        (about(profile, "activity") && !says_login && profile.columns.len() > 4, -4),
        (is_called(profile, "person") && !is_called(profile, "login") && roles.has("row_id"), -8),
        // A log of what became of numbered things.
        (profile.columns.iter().any(|c| c.meaning.any(&["case", "deal"]) && c.means("id")), -6),
    ];
    Some(Guess { kind: &LOGINS, roles, points: points(&told) })
}

fn activities(profile: &Profile) -> Option<Guess> {
    let mut roles = common(profile, &["activity"], roles::person);
    roles.pick(profile, "type", |c| {
        let speaks = |value: &String| ["call", "meeting", "mail"].iter().any(|list| says(value, list));
        let told = c.tally.values.keys().any(speaks) && !c.tally.too_many_values && !c.means("subject");
        (if told { 6 } else { 0 } + i32::from(told && c.means("type")), "by its values")
    });
    roles.pick(profile, "at", |c| if c.meaning.any(&["due", "done"]) { (0, "") } else { roles::moment(c) });
    if !roles.has("at") {
        roles.pick(profile, "at", roles::moment);
    }
    roles.pick(profile, "subject", roles::word("subject", &[]));
    roles.pick(profile, "account", roles::word("account", &["person", "place"]));
    roles.pick(profile, "deal", roles::word("deal", &["state", "amount"]));
    let has_time = ["at", "begin", "end"].iter().any(|role| roles.has(role));
    if !roles.has("person") || !has_time {
        return None;
    }
    if !roles.has("at") {
        roles.pick(profile, "at", roles::moment);
    }
    let told = [
        (true, 3),
        (about(profile, "activity"), 4),
        (is_called(profile, "activity"), 4),
        (is_called(profile, "account") || is_called(profile, "contact") || is_called(profile, "deal"), -6),
        (roles.has("type"), 5),
        (roles.has("subject"), 3),
        (profile.columns.iter().any(|c| c.means("amount") && c.typed.is_number()), -4),
    ];
    Some(Guess { kind: &ACTIVITIES, roles, points: points(&told) })
}

fn cases(profile: &Profile) -> Option<Guess> {
    let mut roles = common(profile, &["case"], roles::person);
    roles.pick(profile, "state", roles::state(&["closed", "case"]));
    roles.pick(profile, "priority", roles::word("priority", &[]));
    roles.pick(profile, "type", roles::word("type", &["person"]));
    roles.pick(profile, "subject", roles::word("subject", &[]));
    roles.pick(profile, "account", roles::word("account", &["person", "place"]));
    roles.pick(profile, "contact", roles::word("contact", &["email"]));
    if !roles.has("state") {
        return None;
    }
    let told = [
        (true, 3),
        (about(profile, "case"), 6),
        (is_called(profile, "case"), 4),
        (is_called(profile, "lead") || is_called(profile, "product") || is_called(profile, "deal"), -6),
        (roles.has("priority"), 2),
        (roles.has("subject"), 1),
        (roles.has("id"), 1),
    ];
    Some(Guess { kind: &CASES, roles, points: points(&told) })
}

/// The parts of a list of persons, ours or others.
fn persons(profile: &Profile, things: &[&str]) -> Roles {
    let mut roles = Roles::default();
    roles.pick(profile, "id", roles::id(profile, things, true));
    roles.pick(profile, "email", roles::email);
    roles.pick(profile, "first", roles::word("first", &["time"]));
    roles.pick(profile, "last", roles::word("last", &["time"]));
    roles.pick(profile, "phone", roles::word("phone", &[]));
    roles
}

fn leads(profile: &Profile) -> Option<Guess> {
    let mut roles = persons(profile, &["lead"]);
    roles.pick(profile, "state", roles::state(&["deal"]));
    roles.pick(profile, "account", roles::word("account", &["person", "id", "place", "amount", "count"]));
    roles.pick(profile, "begin", roles::time("begin", &["changed"]));
    roles.pick(profile, "changed", roles::time("changed", &[]));
    roles.pick(profile, "person", |c| if c.means("person") { roles::person(c) } else { (0, "") });
    roles.pick(profile, "name", roles::word("name", &["person", "account", "job"]));
    let numbered = is_called(profile, "lead") && roles.column(profile, "id").is_some_and(|c| c.means("lead"));
    let named = roles.has("name") || roles.has("last") || numbered;
    let told = [
        (true, 2),
        (about(profile, "lead"), 6),
        (is_called(profile, "lead"), 5),
        (roles.has("state"), 2),
        (roles.has("email"), 2),
        (named, 1),
    ];
    Some(Guess { kind: &LEADS, roles, points: points(&told) }).filter(|_| named)
}

fn roster(profile: &Profile) -> Option<Guess> {
    let mut roles = persons(profile, &["employee", "person"]);
    if !roles.column(profile, "id").is_some_and(|c| c.meaning.any(&["id", "employee"])) {
        roles.take_away("id");
    }
    for (role, not) in [
        ("grade", &["time"][..]),
        ("department", &["time"]),
        ("office", &["department"]),
        ("job", &["person"]),
        ("country", &[]),
        ("location", &[]),
    ] {
        roles.pick(profile, role, move |c| match c.typed.is_number() || c.typed.is_email {
            true => (0, ""),
            false => roles::word(role, not)(c),
        });
    }
    roles.pick(profile, "name", |c| match c.means("manager") || c.means("id") {
        true => (0, ""),
        false if c.meaning.any(&["name", "person"]) && c.tally.unique => {
            (8 + i32::from(c.means("name")), "by its heading and its values")
        }
        false if c.means("name") => (4, "by its heading"),
        false => (0, ""),
    });
    roles.pick(profile, "manager", roles::word("manager", &[]));
    roles.pick(profile, "begin", roles::time("employee", &["end"]));
    // Who has neither a number nor an e-mail is known by the name.
    let number = if roles.has("id") || roles.has("email") { "id" } else { "name" };
    roles.also(number, "number");
    let attributes = ["grade", "department", "office", "job", "manager", "location"];
    let attributes = attributes.iter().filter(|role| roles.has(role)).count() as i32;
    let named =
        ["id", "email", "name"].iter().any(|role| roles.column(profile, role).is_some_and(|c| c.names_rows(profile)));
    let told = [
        (about(profile, "employee"), 3),
        (about(profile, "person"), 2),
        (roles.has("email"), 2),
        (roles.has("name") || roles.has("last"), 2),
        (about(profile, "account"), -6),
        (about(profile, "contact"), -4),
        (about(profile, "lead"), -4),
        (about(profile, "login"), -2),
    ];
    Some(Guess { kind: &ROSTER, roles, points: points(&told) + 3 * attributes }).filter(|_| named && attributes > 0)
}

fn contacts(profile: &Profile) -> Option<Guess> {
    let mut roles = persons(profile, &["contact"]);
    roles.pick(profile, "account", roles::word("account", &["person"]));
    roles.pick(profile, "begin", roles::time("begin", &["changed"]));
    roles.pick(profile, "changed", roles::time("changed", &[]));
    roles.pick(profile, "person", |c| if c.means("person") { roles::person(c) } else { (0, "") });
    roles.pick(profile, "name", roles::word("name", &["person", "account", "job", "first", "last"]));
    roles.pick(profile, "city", roles::word("city", &[]));
    roles.pick(profile, "country", roles::word("country", &[]));
    let named = roles.has("name") || roles.has("last");
    let told = [
        (true, 2),
        (about(profile, "contact"), 4),
        (is_called(profile, "contact"), 5),
        (roles.has("first") && roles.has("last"), 3),
        (roles.has("email"), 2),
        (roles.has("phone"), 1),
        (roles.has("account"), 2),
        (profile.columns.iter().any(|c| c.means("amount") && c.typed.is_number()), -4),
    ];
    Some(Guess { kind: &CONTACTS, roles, points: points(&told) }).filter(|_| named && (roles_has_address(profile)))
}

fn roles_has_address(profile: &Profile) -> bool {
    profile.columns.iter().any(|c| c.typed.is_email || c.means("phone"))
}

fn accounts(profile: &Profile) -> Option<Guess> {
    let mut roles = Roles::default();
    roles.pick(profile, "id", |c| if c.means("id") { roles::id(profile, &["account"], true)(c) } else { (0, "") });
    roles.pick(profile, "name", |c| {
        let (points, why) = roles::word("account", &["id", "person", "email", "industry"])(c);
        let source = if c.meaning.any(&["type", "sub", "time"]) { -8 } else { 0 };
        (if points > 0 { points + source + 2 * i32::from(c.tally.unique) + i32::from(c.means("name")) } else { 0 }, why)
    });
    if !roles.has("name") {
        roles.pick(profile, "name", roles::word("name", &["person", "contact", "id", "time"]));
    }
    roles.pick(profile, "begin", roles::time("begin", &["changed"]));
    roles.pick(profile, "changed", roles::time("changed", &[]));
    roles.pick(profile, "person", |c| if c.means("person") { roles::person(c) } else { (0, "") });
    if !roles.has("name")
        && is_called(profile, "account")
        && roles.column(profile, "id").is_some_and(|c| c.means("account"))
    {
        roles.also("id", "name");
    }
    let unique = |role: &str| roles.column(profile, role).is_some_and(|c| c.names_rows(profile));
    let named = unique("id") || unique("name");
    let industry = profile.columns.iter().filter(|c| c.means("industry")).count() as i32;
    let by_heading = roles.column(profile, "name").is_some_and(|c| c.means("account") && c.names_rows(profile));
    let is_about = is_called(profile, "account") || by_heading;
    let told = [
        (is_about, 5),
        (unique("name"), 3),
        (industry > 0, 3),
        (is_called(profile, "account"), 5),
        (about(profile, "phone"), 1),
        (about(profile, "place"), 1),
    ];
    let named = named && roles.has("name");
    Some(Guess { kind: &ACCOUNTS, roles, points: points(&told) }).filter(|_| named && is_about)
}

/// Whether it tells what was in a field before and after: who changed it did not log in by that.
fn tells_changes(profile: &Profile) -> bool {
    let has = |words: &[&str]| {
        let said = |c: &Column| tokens(&c.heading).into_iter().chain([tokens(&c.heading).concat()]).collect::<Vec<_>>();
        let is_one = |c: &Column| said(c).iter().any(|word| words.contains(&word.as_str()));
        profile.columns.iter().any(|c| !c.typed.is_time() && is_one(c))
    };
    has(&["old", "previous", "prev", "before", "fromstring", "fromvalue"])
        && has(&["new", "after", "tostring", "tovalue"])
}

/// A table that lands, and is mapped to nothing.
fn other(profile: &Profile) -> Guess {
    let mut roles = Roles::default();
    roles.pick(profile, "id", roles::id(profile, &[], true));
    roles.pick(profile, "changed", roles::time("changed", &[]));
    // When the row happened, rather than when something that it names was made.
    roles.pick(profile, "at", |c| if c.means("begin") { (0, "") } else { roles::moment(c) });
    roles.pick(profile, "at", roles::moment);
    Guess { kind: &OTHER, roles, points: 0 }
}
