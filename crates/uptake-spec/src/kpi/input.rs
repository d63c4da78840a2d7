//! The kinds of input a KPI can read: one list, to which a new kind is a line.

/// Makes the enum, the words by which headers and sources name its members, and the words that people read.
macro_rules! inputs {
    ($($(#[$doc:meta])* $input:ident = $word:literal, $needs:literal, $begins:literal;)*) => {
        /// What a KPI reads, for its as-of and for "not loaded": a kind of input.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Input {
            $($(#[$doc])* $input,)*
        }

        impl Input {
            /// Every kind by its word in `reads` and `feeds`.
            pub const ALL: &'static [(&'static str, Input)] = &[$(($word, Input::$input),)*];

            /// As in "needs a login log (not loaded)".
            pub fn in_words(&self) -> &'static str {
                match self {
                    $(Input::$input => $needs,)*
                }
            }

            /// As in "The login log begins on 2026-01-05."
            pub fn begins(&self) -> &'static str {
                match self {
                    $(Input::$input => $begins,)*
                }
            }
        }
    };
}

inputs! {
    /// The CRM's user records.
    Users = "users", "the CRM's users", "The CRM's users begin";
    /// Any record of the CRM: the stamps of who touched what.
    Records = "records", "the CRM's records", "The CRM's records begin";
    /// The login log.
    Logins = "logins", "a login log", "The login log begins";
    /// Deals, from records and their history.
    Deals = "deals", "the CRM's opportunities", "The CRM's opportunities begin";
    /// Calls, mails, meetings and tasks.
    Activities = "activities", "the CRM's activities", "The CRM's activities begin";
    Contacts = "contacts", "the CRM's contacts", "The CRM's contacts begin";
    Leads = "leads", "the CRM's leads", "The CRM's leads begin";
    /// Campaigns and who was touched by them.
    Campaigns = "campaigns", "the CRM's campaigns", "The CRM's campaigns begin";
    Cases = "cases", "the CRM's cases", "The CRM's cases begin";
    /// `targets.csv`.
    Targets = "targets", "targets", "The targets begin";
}
