//! `uptake init --from`: which column is taken for what, in the headings of several languages. The figures are counted by hand.

use super::init_from::{taken, text};
use crate::loading::lake::{Own, counts};
use crate::story;
use libtest_mimic::Trial;
use std::fs;

pub fn stories() -> Vec<Trial> {
    vec![
        story("init --from: a column may be called as a query's own are", called_alike),
        story("init --from: what else could be meant can be taken over as it stands", taken_over),
        story("init --from: closedwon and closedlost are ends", written_together),
        story("init --from: deals are their owners', and end when they ended, in four languages", four_languages),
        story("init --from: what a deal brought stands beside what it was to bring", actual_and_estimated),
        story("init --from: a wide list of deals says so once, of what a row is", said_once),
    ]
}

fn called_alike() {
    let own = Own::new("guessed-alike");
    let deals = own.file(
        "2026-03-01/opps.csv",
        "Opp ID,Stage,Outcome,Amount,Owner\nO1,Closing,Won,100,Ann\nO2,Closing,Lost,50,Bob\nO3,Proposal,,30,Ann\n",
    );
    taken(&own, &[&deals]);
    assert_eq!(own.load(&[&deals]), counts(3, 0, 0));
    assert_eq!(
        own.ask("SELECT opp_id, stage, is_won FROM deal_snapshots ORDER BY opp_id"),
        "opp_id,stage,is_won O1,Won,true O2,Lost,false O3,Proposal,false"
    );
    let own = Own::new("cases-called-alike");
    let cases = own.file(
        "2026-03-01/tickets.csv",
        "Ticket,Outcome,Subject,Opened,Closed\nT1,Resolved,Mail,2026-02-01,2026-02-03\nT2,Pending,Phone,2026-02-02,\n",
    );
    taken(&own, &[&cases]);
    assert_eq!(own.load(&[&cases]), counts(2, 0, 0));
    assert_eq!(own.ask("SELECT case_id, is_closed FROM cases ORDER BY case_id"), "case_id,is_closed T1,true T2,false");
}

fn taken_over() {
    let own = Own::new("taken-over");
    let file = own.file(
        "2026-05-01/chancen.csv",
        "Chance;Phase;Wert;Umsatz;Abschlussdatum;Vertragsende;Verkäufer\n\
         Eiche;Angebot;1.234,50 €;2.000 €;31.03.2026;15.04.2026;Ann\n\
         Ahorn;Gewonnen;10,25 €;20 €;13.02.2026;14.02.2026;Bob\n",
    );
    taken(&own, &[&file]);
    // Its one value could be read in two ways, and the other column says in which.
    let toml = text(&own, "chancen/source.toml");
    assert!(toml.contains("\numsatz = \"decimal\"") && toml.contains("\nvertragsende = \"day\""), "{toml}");
    let sql = text(&own, "chancen/deal_snapshots.sql");
    assert!(!sql.contains("TRY_CAST"), "it would make what it cannot read nothing, and say nothing: {sql}");
    let (amount, other) = ("    \"wert\" AS amount,", "    -- \"umsatz\" AS amount,");
    let (end, late) = ("    \"abschlussdatum\" AS close_date,", "    -- \"vertragsende\" AS close_date,");
    assert!([amount, other, end, late].iter().all(|line| sql.contains(line)), "{sql}");
    let sql = sql
        .replace(amount, "    --")
        .replace(end, "    --")
        .replace(other, &other.replace("-- ", ""))
        .replace(late, &late.replace("-- ", ""));
    fs::write(own.project().join("queries/sources/chancen/deal_snapshots.sql"), sql).expect("written");
    own.run(&["check"]).ended(0);
    assert_eq!(own.load(&[&file]), counts(2, 0, 0));
    assert_eq!(
        own.ask("SELECT name, amount, close_date FROM deal_snapshots ORDER BY name"),
        "name,amount,close_date Ahorn,20.0000,2026-02-14 Eiche,2000.0000,2026-04-15"
    );
}

/// As HubSpot's interface calls them.
fn written_together() {
    let own = Own::new("written-together");
    let file = own.file(
        "2026-03-01/crm.csv",
        "Deal,Deal step,Deal value,Closing day\nOak,closedwon,100,2026-02-01\nYew,closedlost,50,2026-02-02\nElm,contractsent,30,2026-04-01\n",
    );
    taken(&own, &[&file]);
    assert_eq!(own.load(&[&file]), counts(3, 0, 0));
    assert_eq!(
        own.ask("SELECT name, is_closed, is_won FROM deal_snapshots ORDER BY name"),
        "name,is_closed,is_won Elm,false,false Oak,true,true Yew,true,false"
    );
}

/// A heading in German, French, Spanish and Portuguese, and its three cells. What has no heading in a language is not in its file.
type Column<'c> = ([&'c str; 4], [&'c str; 3]);

/// Of three deals, Oak was won in February and Elm lost; Yew is open, and is to close in April. Elm is nobody's.
const LOCALIZED: [Column; 15] = [
    (["Chance - Nr", "Affaire - Numéro", "Negocio - ID", "ID"], ["1", "2", "3"]),
    (["Chance - Titel", "Affaire - Titre", "Negocio - Título", "Título"], ["Oak", "Yew", "Elm"]),
    (["Chance - Betrag", "Affaire - Valeur", "Negocio - Valor", "Valor"], ["100.5", "200.25", "50.75"]),
    (
        ["Chance - Währung von Betrag", "Affaire - Devise de Valeur", "Negocio - Moneda de Valor", "Moeda de Valor"],
        ["EUR", "EUR", "EUR"],
    ),
    (
        ["Chance - Besitzer", "Affaire - Propriétaire", "Negocio - Propietario", "Proprietário"],
        ["Ann", "Bob", "(No value)"],
    ),
    (
        ["Chance - Organisation", "Affaire - Organisation", "Negocio - Organización", "Organização"],
        ["Oak AG", "Yew SE", "Elm KG"],
    ),
    (
        ["Chance - Erstelldatum", "Affaire - Affaire créée", "Negocio - Trato creado", "Negócio criado em"],
        ["2026-01-05", "2026-01-06", "2026-01-07"],
    ),
    (
        [
            "Chance - Zeit der Aktualisierung",
            "Affaire - Heure de mise à jour",
            "Negocio - Hora de actualización",
            "Atualizado em",
        ],
        ["2026-02-20", "2026-02-20", "2026-02-20"],
    ),
    (
        [
            "Chance - Erwartetes Abschlussdatum",
            "Affaire - Date de clôture prévue",
            "Negocio - Fecha prevista de cierre",
            "Data de fechamento esperada",
        ],
        ["2026-03-31", "2026-04-30", "2026-05-31"],
    ),
    (
        ["Chance - Datum der gewonnenen Chance", "Affaire - Date de gain", "Negocio - Fecha de ganado", "Ganho em"],
        ["2026-02-10", "", ""],
    ),
    (
        [
            "Chance - Datum der verlorenen Chance",
            "Affaire - Date de perte",
            "Negocio - Fecha de pérdida",
            "Data de perda",
        ],
        ["", "", "2026-02-12"],
    ),
    (["Chance - Abgeschlossen am", "Affaire - Affaire clôturée le", "", ""], ["2026-02-10", "", "2026-02-12"]),
    (["Chance - Verlustgrund", "", "Negocio - Motivo de pérdida", "Motivo da perda"], ["", "", "Price"]),
    (["", "Affaire - Nombre total d'activités", "Negocio - Total de actividades", ""], ["3", "3", "4"]),
    (
        ["Person - E-Mail - Arbeit", "Personne - E-mail - Travail", "Persona - Correo electrónico", ""],
        ["kim@oak.example", "lee@yew.example", "pat@elm.example"],
    ),
];

fn four_languages() {
    let ends = [
        ["Gewonnen", "Offen", "Verloren"],
        ["Gagnée", "En cours", "Perdue"],
        ["Ganado", "Abierto", "Perdido"],
        ["Ganho", "Aberto", "Perdido"],
    ];
    let states = ["Chance - Status", "Affaire - Statut", "Negocio - Estado", "Status"];
    for (nth, (language, state)) in ["de", "fr", "es", "pt"].into_iter().zip(states).enumerate() {
        let own = Own::new(&format!("deals-in-{language}"));
        let mut columns = vec![(state, ends[nth])];
        columns.extend(LOCALIZED.iter().map(|(headings, cells)| (headings[nth], *cells)));
        columns.retain(|(heading, _)| !heading.is_empty());
        let line = |cells: Vec<&str>| cells.join(",") + "\n";
        let mut csv = line(columns.iter().map(|(heading, _)| *heading).collect());
        (0..3).for_each(|row| csv += &line(columns.iter().map(|(_, cells)| cells[row]).collect()));
        let file = own.file(&format!("{language}.csv"), csv);
        // Whether a source knows such headings or not.
        let told = taken(&own, &[&file, "--anyway"]).err;
        assert!(told.contains("a list of deals, 3 rows"), "{language}: {told}");
        let landed = own.load(&["--source", language, &file]);
        assert_eq!(landed, counts(3, 0, 0), "{language}: dated by the day of the last change");
        assert_eq!(
            own.ask(
                "SELECT opp_id, name, owner_id, account_id, amount, currency, close_date, is_closed, is_won, first_seen \
                 FROM deal_snapshots ORDER BY opp_id"
            ),
            "opp_id,name,owner_id,account_id,amount,currency,close_date,is_closed,is_won,first_seen \
             1,Oak,ann,Oak AG,100.5000,EUR,2026-02-10,true,true,2026-02-20 \
             2,Yew,bob,Yew SE,200.2500,EUR,2026-04-30,false,false,2026-02-20 \
             3,Elm,,Elm KG,50.7500,EUR,2026-02-12,true,false,2026-02-20",
            "{language}"
        );
        assert_eq!(own.ask("SELECT count(*) AS n FROM crm_users"), "n 2", "{language}: customers are no users");
    }
}

fn actual_and_estimated() {
    let own = Own::new("actual-and-estimated");
    let file = own.file(
        "2026-03-01/crm.csv",
        "Deal no,Deal,Deal state,Estimated value,Estimated close,Actual value,Actual close,Rep\n\
         1,Oak,Won,100,2026-03-31,90,2026-02-10,Ann\n2,Yew,Open,200,2026-04-30,,,Bob\n3,Elm,Lost,50,2026-05-31,,2026-02-12,Bob\n",
    );
    taken(&own, &[&file]);
    assert_eq!(own.load(&[&file]), counts(3, 0, 0));
    assert_eq!(
        own.ask("SELECT name, amount, close_date FROM deal_snapshots ORDER BY name"),
        "name,amount,close_date Elm,50.0000,2026-02-12 Oak,90.0000,2026-02-10 Yew,200.0000,2026-04-30"
    );
}

/// As a French view of Dynamics has it: fourteen columns, of which one says that a row is a deal.
fn said_once() {
    let own = Own::new("said-once");
    let file = own.file(
        "2026-03-01/vue.csv",
        "Opportunité;Somme de contrôle;Modifié le;AE en charge;Nom de la transaction;Client potentiel;Nombre de machines;\
         Probabilité;Date de fermeture estimée;Phase active;Provenance;Créé le;Montant total;Secteur\n\
         0d75-985d;B0f/0A;12/02/2026;Ann;Oak;Oak SA;4;80;21/04/2026;Négociation;Web;23/01/2026;281,20;Santé\n\
         9fb9-af50;d/B/C+;13/02/2026;Bob;Yew;Yew SA;1;25;01/03/2026;Démonstration;Web;25/12/2025;592,85;Santé\n",
    );
    let told = taken(&own, &[&file]).err;
    assert!(told.contains("a list of deals, 2 rows") && told.contains("id \"Opportunité\""), "{told}");
    assert_eq!(own.load(&[&file]), counts(2, 0, 0));
    assert_eq!(
        own.ask("SELECT opp_id, name, owner_id, account_id, amount, close_date FROM deal_snapshots ORDER BY name"),
        "opp_id,name,owner_id,account_id,amount,close_date 0d75-985d,Oak,ann,Oak SA,281.2000,2026-04-21 \
         9fb9-af50,Yew,bob,Yew SA,592.8500,2026-03-01"
    );
}
