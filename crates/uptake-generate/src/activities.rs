//! Tasks and events: which of them are calls, e-mails and meetings, and how each is written down.

/// What an activity is, as `activities_added` counts it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Activity {
    Call,
    Email,
    Task,
    Meeting,
}

impl Activity {
    pub(super) fn word(self) -> &'static str {
        match self {
            Activity::Call => "call",
            Activity::Email => "email",
            Activity::Task => "task",
            Activity::Meeting => "meeting",
        }
    }
}

/// How a sort of task is written: what stands in its columns, and what it is.
pub(super) struct Form {
    pub is: Activity,
    pub call_type: &'static str,
    pub has_duration: bool,
    pub kind: &'static str,
    pub subtype: &'static str,
    pub subjects: &'static [&'static str],
}

/// Sorts of tasks. The first is something to do; all others are written down when they are done.
pub(super) const FORMS: [Form; 7] = [
    Form {
        is: Activity::Task,
        call_type: "",
        has_duration: false,
        kind: "Other",
        subtype: "Task",
        subjects: &[
            "Call",
            "Send proposal",
            "Follow up",
            "Call back: budget",
            "Prepare meeting",
            "Thank-you note",
            "E-mail: next steps",
        ],
    },
    Form {
        is: Activity::Call,
        call_type: "Outbound",
        has_duration: true,
        kind: "Call",
        subtype: "Call",
        subjects: &["Call", "Budget"],
    },
    Form {
        is: Activity::Call,
        call_type: "Inbound",
        has_duration: false,
        kind: "Other",
        subtype: "Task",
        subjects: &["Called back"],
    },
    Form {
        is: Activity::Call,
        call_type: "",
        has_duration: true,
        kind: "Other",
        subtype: "Task",
        subjects: &["Spoke to the CFO"],
    },
    Form {
        is: Activity::Call,
        call_type: "",
        has_duration: false,
        kind: "Call",
        subtype: "Task",
        subjects: &["Rückruf"],
    },
    Form {
        is: Activity::Email,
        call_type: "",
        has_duration: false,
        kind: "Other",
        subtype: "Email",
        subjects: &["Re: fee proposal", "Fwd: agenda"],
    },
    Form {
        is: Activity::Email,
        call_type: "",
        has_duration: false,
        kind: "Other",
        subtype: "Task",
        subjects: &["Email: minutes of our meeting", "Email: invitation"],
    },
];

/// Sorts of events; nought is a meeting of its own. Of a series the CRM keeps one row that stands for all and one for each date; of a meeting with
/// colleagues, one row for the meeting and one for each of them.
pub(super) const SERIES: u8 = 1;
pub(super) const DATE_OF_SERIES: u8 = 2;
pub(super) const INVITATION: u8 = 3;
