//! French. Numbers, months and weekdays are those of CLDR; amounts are shortened as in reports, `1,2 M€`. A narrow space that does not break
//! stands before `;`, `!` and `?`, a wide one before `:` and within « ».

use super::table::{Before, Half, Loaded, Week, Words};
use uptake_spec::Grain;

pub(crate) static FRENCH: Words = Words {
    decimal: ',',
    group: '\u{202f}',
    percent: "\u{a0}%",
    money: |n, sign| match n.ends_with(char::is_alphabetic) && !sign.starts_with(char::is_alphabetic) {
        true => format!("{n}{sign}"),
        false => format!("{n}\u{a0}{sign}"),
    },
    steps: ["\u{a0}Md", "\u{a0}M", "\u{a0}k"],
    // Whatever is less than two.
    is_one: |n| matches!(n.split(',').next(), Some("0" | "1")),
    day_days: ["jour", "jours"],
    point_points: ["point", "points"],
    points_short: "\u{a0}pts",
    of: |part, whole| format!("{part} sur {whole}"),
    from_to: |from, to| format!("{from} à {to}"),

    colon: "\u{a0}: ",
    semicolon: "\u{202f}; ",
    and: " et ",
    nouns_are_large: false,

    date: |day, month, year| format!("{} {month} {year}", of_month(day)),
    day_month: |day, month| format!("{} {month}", of_month(day)),
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    months_short: ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
    months_alone: ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
    weekdays: ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."],
    week: |words, start| {
        let numbered = Week::by_number(start, |number, year| Week {
            alone: format!("sem.\u{a0}{number}/{year}"),
            in_words: format!("la sem.\u{a0}{number}/{year}"),
            short: format!("sem.\u{a0}{number}/{year}"),
            tick: format!("sem.\u{a0}{number}"),
            year,
        });
        numbered.unwrap_or_else(|| Week::by_first_day(words, start, "sem. du ", "la semaine du "))
    },
    quarter: "T",
    fiscal_year: "ex. ",
    grain: ["jour", "semaine", "mois", "trimestre"],
    grains: ["jours", "semaines", "mois", "trimestres"],
    days_from_to: |from, to| format!("du {from} au {to}"),
    periods_of: |grains, range| format!("{grains} {range}"),
    as_of: |day| format!("données au {day}"),
    since: |period, grain| match grain {
        Grain::Day | Grain::Quarter => format!(" depuis le {period}"),
        Grain::Week | Grain::Month => format!(" depuis {period}"),
    },

    nothing: "n.\u{a0}d.",
    no_data: "Aucune donnée sur cette période.",
    no_rows: "Aucune ligne.",
    no_value: "sans valeur",
    none: "aucun",
    no_member: "(non renseigné)",
    no_complete_period: "Aucune période complète pour l’instant.",
    no_complete: ["aucun jour complet", "aucune semaine complète", "aucun mois complet", "aucun trimestre complet"],
    yes_no: ["oui", "non"],

    normal: "dans la norme",
    above_normal: "au-dessus de la norme",
    below_normal: "sous la norme",
    provisionally: ", provisoire",
    too_early: "trop tôt pour dire ce qui est habituel",
    not_judged: [
        "non évalué\u{a0}: jour calme",
        "non évalué\u{a0}: semaine calme",
        "non évalué\u{a0}: mois calme",
        "non évalué\u{a0}: trimestre calme",
    ],
    nowhere: "nulle part en particulier",
    all_normal: "Tout est dans la norme.",
    not_normal: |which| format!("Hors de la norme\u{a0}: {which}."),
    above_below: ["au-dessus", "en dessous"],
    many_from: |many, first| format!("{many} à partir de {first}"),
    a_run: |side| format!("une série {side}"),
    in_a_row: |many, side| format!("{many} de suite {side}"),
    band: |lower, upper| format!("bande\u{a0}: la norme, {lower} à {upper}"),
    provisional: ", provisoire",
    hollow: [
        ", creux\u{a0}: jours calmes",
        ", creux\u{a0}: semaines calmes",
        ", creux\u{a0}: mois calmes",
        ", creux\u{a0}: trimestres calmes",
    ],
    upper_limit: "Limite haute",
    centre: "Centre",
    lower_limit: "Limite basse",
    normal_heading: "Norme",

    period_before: [
        Before { name: "veille", against: "à la veille", than: "la veille" },
        Before { name: "semaine précédente", against: "à la semaine précédente", than: "la semaine précédente" },
        Before { name: "mois précédent", against: "au mois précédent", than: "le mois précédent" },
        Before { name: "trimestre précédent", against: "au trimestre précédent", than: "le trimestre précédent" },
    ],
    year_before: [
        Before { name: "52 semaines plus tôt", against: "à 52 semaines plus tôt", than: "52 semaines plus tôt" },
        Before { name: "52 semaines plus tôt", against: "à 52 semaines plus tôt", than: "52 semaines plus tôt" },
        Before { name: "un an plus tôt", against: "à l’année précédente", than: "l’année précédente" },
        Before { name: "un an plus tôt", against: "à l’année précédente", than: "l’année précédente" },
    ],
    better: |change, before| format!("{change}, mieux que {before}"),
    worse: |change, before| format!("{change}, moins bien que {before}"),
    against: |change, before| format!("{change} par rapport {before}"),
    unchanged: |before| format!("inchangé par rapport {before}"),
    nothing_known: |before| format!("{before}\u{a0}: inconnu"),
    unchanged_from: |value| format!("inchangé par rapport à {value} auparavant"),
    against_before: |change, value| format!("{change} par rapport à {value} auparavant"),
    then_and_since: |name, then, change| format!("{name}\u{a0}: {then}, {change} depuis."),
    fell_most: |name, change| format!("plus forte baisse\u{a0}: {name}, {change}"),
    change: "évolution",

    in_percent: "Pourcentage",
    in_points: "Points",
    number_unit: "Nombre",
    rate_unit: "Taux",
    days_unit: "Jours",
    per: |unit, grain| format!("{unit} par {grain}"),
    told_in_points: |names| format!("{names} en points"),

    value: "Valeur",
    target: "Objectif",
    target_of: |target| format!("Objectif {target}"),
    target_in_words: |target| format!("objectif {target}"),
    running: [" (jour en cours)", " (semaine en cours)", " (mois en cours)", " (trimestre en cours)"],
    running_short: " (en cours)",
    incomplete: " (incomplet)",
    dashed: [
        "tirets\u{a0}: le jour en cours",
        "tirets\u{a0}: la semaine en cours",
        "tirets\u{a0}: le mois en cours",
        "tirets\u{a0}: le trimestre en cours",
    ],
    pale: [
        "pâle\u{a0}: le jour en cours",
        "pâle\u{a0}: la semaine en cours",
        "pâle\u{a0}: le mois en cours",
        "pâle\u{a0}: le trimestre en cours",
    ],
    grey: |before| format!("gris\u{a0}: {before}"),
    stacked: ", empilé",
    happened: "Ce qui s’est passé",
    on_day: |told| format!(" Le {told}."),
    values: "valeurs",
    among: ["jours", "semaines", "mois", "trimestres"],
    lowest_highest: |low, high, count, of| format!("minimum {low} et maximum {high} sur {count} {of}"),
    all_at: |count, value| format!("les {count} à {value}"),
    highest_lowest: |[first, top], [last, low], count| {
        format!("le plus haut\u{a0}: {first} avec {top}, le plus bas\u{a0}: {last} avec {low}, sur {count}")
    },
    largest_of: |shown, more| format!("les {shown} plus grands, {more} autres non tracés"),
    first_of: |shown, more| format!("les {shown} premiers, {more} autres non tracés"),
    others: |count| format!("{count} autres"),
    in_all: "Au total",
    so_much_in_all: |total| format!("{total} au total"),
    counted: "comptés",
    of_how_many: "sur combien",
    entered_each_stage: |unit| format!("{unit} d’entrées dans chaque étape"),
    strong_went_on: ", foncé\u{a0}: passés à la suite",
    weakest_step_is: |name, share| format!("le passage le plus faible part de {name}, {share}"),
    in_stage: |value, name| format!("{value} dans {name}"),
    entered: |value| format!("{value} entrés"),
    went_on: "passés à la suite",
    went_on_weakest: "passés à la suite, le passage le plus faible",
    below_change: [
        "dessous\u{a0}: évolution depuis la veille",
        "dessous\u{a0}: évolution depuis la semaine précédente",
        "dessous\u{a0}: évolution depuis le mois précédent",
        "dessous\u{a0}: évolution depuis le trimestre précédent",
    ],
    below_in_points: ", en points",
    framed_running: "encadré\u{a0}: en cours",
    of_days: |told| format!("{told} jours"),
    weekend_days: |count| match count {
        0 | 1 => format!("{count} jour de week-end au-dessus de zéro"),
        _ => format!("{count} jours de week-end au-dessus de zéro"),
    },
    after_the_beginning: |unit, age| format!("{unit} par {age} après le début"),
    beside_its_size: "à côté de chaque cohorte, sa taille",
    still_to_come: "vide\u{a0}: à venir",
    of_values: |unit, count, each| format!("{unit}, {} par {each}", so_many_values(count)),
    by: |unit, each| format!("{unit} par {each}"),
    half_have: |half| {
        let Half { count, each, median, most, from, to } = half;
        let all = so_many_values(*count);
        format!(
            "{all} par {each}\u{a0}: la moitié au plus {median}\u{202f}; la plupart, {most}, de {from} à moins de {to}"
        )
    },
    most_at: |name, value| format!("maximum à {name}, {value}"),
    median: |value| format!("Médiane {value}"),
    to_below: |from, to| format!("{from} à moins de {to}"),
    up_across: |up, across| format!("Vertical\u{a0}: {up} · horizontal\u{a0}: {across}"),
    dashed_medians: "tirets\u{a0}: les médianes, et combien dans chaque coin",
    of_points: |count, up, across| {
        format!("sur {count} points, la moitié a {up} ou plus à la verticale et {across} ou plus à l’horizontale")
    },
    corners: |[both, left, right, neither]| {
        format!(
            "{both} hauts sur les deux axes, {left} en haut à gauche, {right} en bas à droite, {neither} bas sur les deux axes"
        )
    },
    to_later: "vers une étape suivante",
    to_earlier: "vers une étape antérieure",
    stayed: "sans changement",
    that_moved: |unit| format!("{unit} de passages, de gauche à droite"),
    stage_to_stage: |from, to| format!("de {from} à {to}"),
    most_moved: |value, from, to| format!("le plus, {value}, de {from} à {to}"),
    pale_with_below: "pâle\u{a0}: avec tout ce qui est en dessous",
    largest_moves: |moves| format!("plus fortes variations\u{a0}: {moves}"),
    moved_from_to: |from, to| format!("de {from} à {to}"),
    met: "atteint",
    near: "proche",
    missed: "manqué",
    at_most: |target| format!("objectif\u{a0}: au plus {target}, proche\u{a0}: à un dixième près"),
    at_least: |target| format!("objectif\u{a0}: au moins {target}, proche\u{a0}: à un dixième près"),
    met_the_target: |of| format!("{of} ont atteint l’objectif"),
    target_heading: "objectif",
    more_columns: |count| match count {
        0 | 1 => format!("{count} autre colonne se trouve dans le tableau."),
        _ => format!("{count} autres colonnes se trouvent dans le tableau."),
    },

    skip: "Aller aux chiffres",
    pages: "Pages",
    filters: "Filtres",
    from: "Du",
    to: "au",
    whole: ["jours entiers", "semaines entières", "mois entiers", "trimestres entiers"],
    all: "Tous",
    show: "Afficher",
    reset: "Réinitialiser",
    build: "build",
    kept_by: "tenu par",
    data: "Données",
    what_is_it: "Que dit ce chiffre\u{202f}?",
    catalogue: "Catalogue",
    unit: "Unité",
    sources: "Sources",
    as_of_heading: "Données au",
    tests: "Tests",
    sql_further_up: "Son SQL se trouve plus haut.",
    downloads: "Téléchargements",
    table_scrolls: "Tableau à défilement horizontal",
    arrow_keys: "les flèches du clavier donnent les valeurs",
    more_rows: |count| match count {
        0 | 1 => format!("{count} autre ligne se trouve dans le fichier CSV."),
        _ => format!("{count} autres lignes se trouvent dans le fichier CSV."),
    },
    not_loaded: "Non chargé",
    failed: "Impossible à tracer",
    nothing_loaded: "Rien n’est encore chargé",

    nothing_loaded_why: "Cette page n’a pas de données à montrer. `uptake load FICHIERS` lit les exports du CRM, et `uptake build` met les \
                         pages à jour\u{202f}; `uptake up` fait les deux avec les exports que nomme uptake.toml.",
    no_kpi: "L’indicateur n’existe pas.",
    no_own_data: "Le bloc n’a pas de données propres.",
    more_rows_than_shown: "Il y a plus de lignes que celles affichées.",
    not_filtered_by: |column| format!("Non filtré par {column}."),
    is_not_filtered_by: |title, column| format!("{title}\u{a0}: non filtré par {column}."),
    data_ends_on: |day| format!("Ses données s’arrêtent au {day}."),
    load_to_see: |needs, titles| format!("À charger\u{a0}: {needs}, pour voir\u{a0}: {titles}."),
    needs: |needs| format!("Il y faut\u{a0}: {needs}."),
    unit_share: "part, en pourcentage",
    unit_money: |currency| format!("argent, en {currency}"),
    unit_count: "un nombre",
    unit_rate: "un taux\u{a0}: un nombre par personne ou par période",
    unit_days: "jours",
    source: |Loaded { input, on, through }| {
        let on = on.as_ref().map_or(String::new(), |day| format!(", chargé le {day}"));
        let through = through.as_ref().map_or(String::new(), |day| format!(", complet jusqu’au {day}"));
        format!("{input}{on}{through}")
    },
    source_not_loaded: |input| format!("{input}, non chargé"),
    own_question: |file| format!("Une question propre à cette page\u{202f}; son SQL se trouve dans {file}."),
    what_is_normal: [
        "Quels chiffres sortent de la norme\u{202f}?",
        "Les limites sont celles d’une carte XmR\u{a0}: la moyenne des 12 premières périodes closes et non calmes, ± 2,66 fois l’écart moyen \
         de l’une à la suivante. Hors de la norme est une période au-delà de ces limites, ou l’une de huit de suite d’un même côté de la moyenne.",
    ],
    three_changes: [
        "Qu’est-ce qui a le plus changé\u{202f}?",
        "De toutes les séries de la page, entières et par colonne, celles qui sortent de la norme dans leur dernière période complète, et cela \
         non par hasard (Benjamini–Hochberg, 10\u{a0}%), selon leur écart à la moyenne en écarts types, multiplié par leur part du tout.",
    ],

    what_these_mean: "Ce que disent ces chiffres",
    page_of: ["page ", " sur "],
    from_sources: "source\u{a0}: ",

    inputs: &[
        ("the CRM's users", "les utilisateurs du CRM"),
        ("the CRM's records", "les enregistrements du CRM"),
        ("a login log", "un journal de connexions"),
        ("the CRM's opportunities", "les opportunités du CRM"),
        ("the CRM's activities", "les activités du CRM"),
        ("the CRM's contacts", "les contacts du CRM"),
        ("the CRM's leads", "les pistes du CRM"),
        ("the CRM's campaigns", "les campagnes du CRM"),
        ("the CRM's cases", "les requêtes du CRM"),
        ("targets", "les objectifs"),
    ],
    columns: &[
        ("day", "Jour"),
        ("week", "Semaine"),
        ("month", "Mois"),
        ("quarter", "Trimestre"),
        ("period", "Période"),
        ("value", "Valeur"),
        ("series", "Série"),
        ("verdict", "Appréciation"),
        ("normal", "Norme"),
        ("grade", "Grade"),
        ("office", "Bureau"),
        ("location", "Site"),
        ("country", "Pays"),
        ("department", "Service"),
        ("job_family", "Métier"),
        ("state", "État"),
        ("stage", "Étape"),
        ("owner", "Responsable"),
        ("amount", "Montant"),
        ("people", "Personnes"),
        ("share", "Part"),
    ],
};

/// Only the first has an ordinal; CLDR leaves it out.
fn of_month(day: u32) -> String {
    if day == 1 { "1er".into() } else { day.to_string() }
}

fn so_many_values(count: usize) -> String {
    format!("{} {}", FRENCH.number(count as f64, 0), if count < 2 { "valeur" } else { "valeurs" })
}
