//! What stands beside a number: the year before, and the days on which something happened.
//!
//! Two people. In May 2025 they made three accounts, in April 2026 two and in May 2026 five.

use crate::firm::{of_files, on};
use crate::http::Server;
use crate::story;
use libtest_mimic::Trial;

pub fn stories() -> Vec<Trial> {
    vec![story("a number stands beside its year before, and days on the line", beside_its_year_before)]
}

const PAGE: &str = r#"+++
title = "Beside"
asks  = "And before?"

[filter.period]
type    = "date_range"
grain   = "month"
default = "last 2 complete months"
+++

```kpi
kpi     = "records_created"
grain   = "month"
compare = "last_year"
```

```chart
id      = "line"
kpi     = "records_created"
grain   = "month"
type    = "line"
compare = "last_year"
alt     = "A line."

[[mark]]
events = "annotations"

[[mark]]
day  = "2026-05-12"
text = "New start page"
```
"#;

fn accounts() -> String {
    let days = [("2025-01-15", 1), ("2025-05-13", 3), ("2026-04-14", 2), ("2026-05-12", 5)];
    let days = days.into_iter().flat_map(|(day, count)| std::iter::repeat_n(day, count)).enumerate();
    let rows = days.map(|(at, day)| format!("001{at:012}AAA,A{at},005000000000001AAA,{day} 10:00:00\n"));
    std::iter::once("Id,Name,CreatedById,CreatedDate\n".into()).chain(rows).collect()
}

fn beside_its_year_before() {
    let users = "Id,Username,Email,IsActive,UserType,CreatedDate\n\
                 005000000000001AAA,a@n.example,a@n.example,1,Standard,2025-01-02 10:00:00\n\
                 005000000000002AAA,b@n.example,b@n.example,1,Standard,2025-01-02 10:00:00\n";
    let files = [
        ("uptake.toml", "firm = \"Two\"\ncurrency = \"EUR\"\ntime_zone = \"UTC\"\n".to_string()),
        ("exports/2026-05-31/User.csv", users.into()),
        ("exports/2026-05-31/Account.csv", accounts()),
        ("annotations.csv", "d,text\n2026-04-07,Training\n2025-05-01,Long ago\n".into()),
        ("dashboards/beside.md", PAGE.into()),
    ];
    let dir = of_files("beside", files.iter().map(|(path, text)| (*path, text.as_str())));
    on(&dir, &["check"]).ended(0);
    let server = Server::of(&dir);
    let page = server.get("/d/beside").with(200, &[]).text();
    for words in [
        "+2, better than a year before",
        "A year before: 3, +2 since. On 7 Apr 2026: Training. On 12 May 2026: New start page.",
        ">A year before</th>",
        ">What happened</th>",
        ">7 Apr 2026: Training</td>",
        "class=\"n\">Licensed people</th>",
    ] {
        assert!(page.contains(words), "\"{words}\" is not in {page}");
    }
    assert!(!page.contains("Long ago"), "that day is not shown");
    // Whichever days are shown, the year before is known.
    let may = server.get("/d/beside?from=2026-05-01&to=2026-05-31").with(200, &[]).text();
    assert!(may.contains("+2, better than a year before") && !may.contains("Training"));
    server.get("/c/beside/line.svg").with(200, &["New start page", "grey: a year before"]);
    server.get("/c/beside/line.csv").with(200, &["period_start,period_end,value,numerator,denominator,complete"]);
    assert_eq!(server.get("/d/beside.pdf").status, 200);
}
