//! CRMs whose files were seen less often, and one that was written from its vendor's documentation alone.

use super::{asked, exports};
use crate::loading::lake::{Own, counts};
use crate::story;
use libtest_mimic::Trial;

pub fn stories() -> Vec<Trial> {
    vec![
        story("SuiteCRM's list and audit tell deals and their moves", suitecrm),
        story("Odoo's list of opportunities tells deals", odoo),
        story("a CRM that nobody foresaw is a folder of TOML and SQL", freshsales),
    ]
}

fn suitecrm() {
    let own = Own::new("suitecrm");
    assert_eq!(own.load(&[&exports("suitecrm")]), counts(6, 0, 0));
    let moves = "SELECT concat(coalesce(from_stage, ''), '>', to_stage) AS move FROM stage_changes WHERE opp_id = 'o1' ORDER BY seq";
    assert_eq!(
        own.ask(moves),
        "move >Prospecting Prospecting>Qualification Qualification>Id. Decision Makers",
        "the stage it was born in is what stood there before the first change"
    );
    assert_eq!(asked(&own, &["open_pipeline"]), "2026-01 1200.00 (1 of 1)\n2026-02 1200.00 (1 of 1)");
    // A negative amount arrives with a quote before it.
    assert_eq!(asked(&own, &["won"]), "2026-01 2450.50 (2 of 2)\n2026-02 0.00 (0 of 0)");
}

fn odoo() {
    let own = Own::new("odoo");
    assert_eq!(own.load(&[&exports("odoo")]), counts(2, 0, 0));
    own.ask("SELECT 1");
    assert_eq!(asked(&own, &["open_pipeline"]), "2026-01 1200.00 (1 of 1)\n2026-02 1200.00 (1 of 1)");
    assert_eq!(asked(&own, &["won"]), "2026-01 2500.50 (1 of 1)\n2026-02 0.00 (0 of 0)");
}

fn freshsales() {
    let own = Own::new("freshsales");
    assert_eq!(own.load(&[&exports("freshsales")]), counts(3, 0, 0));
    own.ask("SELECT 1");
    assert_eq!(asked(&own, &["open_pipeline"]), "2026-01 1200.00 (1 of 1)\n2026-02 1200.00 (1 of 1)");
    assert_eq!(
        asked(&own, &["open_pipeline", "--measure", "weighted"]),
        "2026-01 840.00 (1 of 1)\n2026-02 840.00 (1 of 1)"
    );
    assert_eq!(asked(&own, &["won"]), "2026-01 2500.50 (1 of 1)\n2026-02 0.00 (0 of 0)");
    assert_eq!(asked(&own, &["win_rate"]), "2026-01 0.5 (1 of 2)\n2026-02  (0 of 0)");
    let said = asked(&own, &["active_people", "--basis", "login"]);
    assert!(said.contains("needs a login log (not loaded)"), "{said}");
}
