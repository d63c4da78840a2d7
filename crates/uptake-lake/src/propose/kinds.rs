//! The kinds of files that people have, and what each fills.

/// What files of one kind are called here, and what they fill.
#[derive(Debug, PartialEq)]
pub struct Kind {
    /// The object's name: `deals`.
    pub object: &'static str,
    /// `a list of deals`.
    pub is: &'static str,
    /// It happened once, and is never gone.
    pub event: bool,
    pub feeds: &'static [&'static str],
    /// Lake tables with the templates that fill them; a template of which a part in brackets is missing is left out.
    pub tables: &'static [(&'static str, &'static str, &'static [&'static str])],
    /// Parts that each of its files has; and those of which each has one at least.
    pub needs: &'static [&'static str],
    pub needs_any: &'static [&'static str],
    /// The part whose newest day dates a file, the first that there is.
    pub newest: &'static [&'static str],
    /// Sets of parts that may name a row where no column does it alone.
    pub keys: &'static [&'static [&'static str]],
}

const USERS: (&str, &str, &[&str]) = ("crm_users", include_str!("sql/mention.sql"), &["person"]);

pub static DEALS: Kind = Kind {
    object: "deals",
    is: "a list of deals",
    event: false,
    feeds: &["deals", "users"],
    tables: &[
        ("deal_snapshots", include_str!("sql/deals.sql"), &[]),
        USERS,
        ("accounts", include_str!("sql/account_names.sql"), &["account"]),
    ],
    needs: &["state"],
    needs_any: &["amount", "end"],
    newest: &["changed", "end", "begin"],
    keys: &[&["name"], &["name", "account"], &["name", "account", "begin"]],
};

pub static DEAL_LOG: Kind = Kind {
    object: "deal_log",
    is: "a log of the states of deals",
    event: true,
    feeds: &["deals", "users", "records"],
    tables: &[
        ("deal_history", include_str!("sql/deal_history.sql"), &[]),
        ("deal_snapshots", include_str!("sql/deals_of_log.sql"), &[]),
        USERS,
        ("stamps", include_str!("sql/stamps_of_log.sql"), &["person"]),
    ],
    needs: &["id", "state", "at"],
    needs_any: &[],
    newest: &["at"],
    keys: &[&["id", "at"], &["id", "at", "state"], &["id", "at", "state", "person"]],
};

pub static CASE_LOG: Kind = Kind {
    object: "case_log",
    is: "a log of the states of cases",
    event: true,
    feeds: &["cases", "users", "records"],
    tables: &[
        ("cases", include_str!("sql/cases_of_log.sql"), &[]),
        USERS,
        ("stamps", include_str!("sql/stamps_of_log.sql"), &["person"]),
    ],
    needs: &["id", "state", "at"],
    needs_any: &[],
    newest: &["at"],
    keys: &[&["id", "at"], &["id", "at", "state"], &["id", "at", "state", "person"]],
};

pub static LOGINS: Kind = Kind {
    object: "login_log",
    is: "a log of logins",
    event: true,
    feeds: &["logins", "users"],
    tables: &[("logins", include_str!("sql/logins.sql"), &[]), USERS],
    needs: &["person", "at"],
    needs_any: &[],
    newest: &["at"],
    keys: &[&["person", "at"], &["person", "at", "clock"], &["person", "at", "outcome"]],
};

pub static ACTIVITIES: Kind = Kind {
    object: "activities",
    is: "a list of activities",
    event: false,
    feeds: &["activities", "users"],
    tables: &[("activities", include_str!("sql/activities.sql"), &[]), USERS],
    needs: &["person", "at"],
    needs_any: &[],
    newest: &["changed", "begin", "at"],
    keys: &[&["person", "at"], &["person", "at", "subject"], &["person", "at", "subject", "type"]],
};

pub static ROSTER: Kind = Kind {
    object: "people",
    is: "a list of the firm's people",
    event: false,
    feeds: &[],
    tables: &[("roster", include_str!("sql/roster.sql"), &[])],
    needs: &[],
    needs_any: &["id", "email", "name"],
    newest: &["begin"],
    keys: &[&["email"], &["name"]],
};

pub static CONTACTS: Kind = Kind {
    object: "contacts",
    is: "a list of people at customers",
    event: false,
    feeds: &["contacts", "users"],
    tables: &[("contacts", include_str!("sql/contacts.sql"), &[]), USERS],
    needs: &[],
    needs_any: &["email", "name", "last"],
    newest: &["changed", "begin"],
    keys: &[&["email"], &["email", "name"], &["first", "last", "account"]],
};

pub static ACCOUNTS: Kind = Kind {
    object: "accounts",
    is: "a list of customers",
    event: false,
    feeds: &["users"],
    tables: &[("accounts", include_str!("sql/accounts.sql"), &[]), USERS],
    needs: &[],
    needs_any: &["id", "name"],
    newest: &["changed", "begin"],
    keys: &[&["name"]],
};

pub static CASES: Kind = Kind {
    object: "cases",
    is: "a list of cases",
    event: false,
    feeds: &["cases", "users"],
    tables: &[("cases", include_str!("sql/cases.sql"), &[]), USERS],
    needs: &["id", "state", "begin"],
    needs_any: &[],
    newest: &["changed", "end", "begin"],
    keys: &[&["subject", "begin"]],
};

pub static LEADS: Kind = Kind {
    object: "leads",
    is: "a list of leads",
    event: false,
    feeds: &["leads", "users"],
    tables: &[("leads", include_str!("sql/leads.sql"), &[]), USERS],
    needs: &["state"],
    needs_any: &["email", "name", "last"],
    newest: &["changed", "begin"],
    keys: &[&["email"], &["email", "name"]],
};

pub static OTHER: Kind = Kind {
    object: "table",
    is: "a table of which nothing is known",
    event: false,
    feeds: &[],
    tables: &[],
    needs: &["id"],
    needs_any: &[],
    newest: &["changed", "at"],
    keys: &[],
};
