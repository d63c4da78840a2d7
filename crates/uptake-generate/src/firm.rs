//! Northlight Advisory, a firm that does not exist: its offices, grades, departments and the names people bear.

/// The domain of every address; `.example` belongs to nobody.
pub(super) const DOMAIN: &str = "northlight.example";
pub(super) const NONE: &str = "(none)";

pub(super) struct Office {
    pub name: &'static str,
    pub locations: &'static [&'static str],
    pub country: &'static str,
    pub zone: &'static str,
    /// Its calendar in `holidays.csv`.
    pub calendar: &'static str,
    /// How many of 100 people work here.
    pub weight: u32,
    /// Public holidays on fixed dates, month and day, on which hardly anybody works.
    pub holidays: &'static [(u32, u32)],
}

pub(super) const OFFICES: [Office; 4] = [
    Office {
        name: "Berlin",
        locations: &["Berlin Mitte", "Berlin Adlershof"],
        country: "Germany",
        zone: "Europe/Berlin",
        calendar: "DE",
        weight: 45,
        holidays: &[(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)],
    },
    Office {
        name: "Paris",
        locations: &["Paris La Défense"],
        country: "France",
        zone: "Europe/Paris",
        calendar: "FR",
        weight: 20,
        holidays: &[(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 11), (12, 25)],
    },
    Office {
        name: "London",
        locations: &["London City"],
        country: "United Kingdom",
        zone: "Europe/London",
        calendar: "GB",
        weight: 20,
        holidays: &[(1, 1), (12, 25), (12, 26)],
    },
    Office {
        name: "New York",
        locations: &["New York Midtown"],
        country: "United States",
        zone: "America/New_York",
        calendar: "US",
        weight: 15,
        holidays: &[(1, 1), (6, 19), (7, 4), (11, 11), (12, 25)],
    },
];

pub(super) const BERLIN: usize = 0;
pub(super) const NEW_YORK: usize = 3;

/// From the top down; how many of 100 people hold each is `GRADE_WEIGHTS`.
pub(super) const GRADES: [&str; 5] = ["Partner", "Director", "Manager", "Consultant", "Analyst"];
pub(super) const GRADE_WEIGHTS: [u32; 5] = [9, 11, 20, 38, 22];
pub(super) const PARTNER: usize = 0;
pub(super) const MANAGER: usize = 2;
pub(super) const ANALYST: usize = 4;

pub(super) struct Department {
    pub name: &'static str,
    pub family: &'static str,
    pub weight: u32,
    pub client_facing: bool,
}

pub(super) const DEPARTMENTS: [Department; 6] = [
    Department { name: "Strategy", family: "Advisory", weight: 26, client_facing: true },
    Department { name: "Transactions", family: "Advisory", weight: 22, client_facing: true },
    Department { name: "People & Change", family: "Advisory", weight: 18, client_facing: true },
    Department { name: "Technology", family: "Delivery", weight: 18, client_facing: true },
    Department { name: "Marketing", family: "Business services", weight: 9, client_facing: false },
    Department { name: "Finance", family: "Business services", weight: 7, client_facing: false },
];

pub(super) const FIRST_NAMES: [&str; 41] = [
    "Amélie",
    "Ben",
    "Clara",
    "David",
    "Elif",
    "Felix",
    "Greta",
    "Hugo",
    "Inès",
    "Jakob",
    "Katja",
    "Liam",
    "Mina",
    "Noah",
    "Olga",
    "Paul",
    "Quentin",
    "Rosa",
    "Sean",
    "Thérèse",
    "Ugo",
    "Vera",
    "William",
    "Xenia",
    "Yusuf",
    "Zoë",
    "Aisha",
    "Björn",
    "Chloé",
    "Daniel",
    "Emma",
    "François",
    "Grace",
    "Henrik",
    "Isla",
    "Jürgen",
    "Kofi",
    "Leonie",
    "Marc",
    "Nadia",
    "Oscar",
];

pub(super) const LAST_NAMES: [&str; 47] = [
    "Adler", "Baker", "Carvalho", "Dubois", "Eriksen", "Fischer", "Garnier", "Hoffmann", "Ibrahim", "Jansen", "Keller",
    "Lefèvre", "Moreau", "Novak", "O'Brien", "Petit", "Quinn", "Richter", "Schäfer", "Taylor", "Ulrich", "Vogel",
    "Weiß", "Xavier", "Young", "Zimmer", "Ahmed", "Bauer", "Clarke", "Dietrich", "Evans", "Fontaine", "Groß", "Hughes",
    "Iversen", "Jung", "Köhler", "Laurent", "Müller", "Nguyen", "Okafor", "Patel", "Roux", "Sánchez", "Thompson",
    "Vidal", "Walsh",
];

pub(super) const COMPANY_HEADS: [&str; 37] = [
    "Abendstern",
    "Bellevue",
    "Cassini",
    "Dornbusch",
    "Elbtal",
    "Fairwater",
    "Granit",
    "Hafen",
    "Isar",
    "Juniper",
    "Kestrel",
    "Lumière",
    "Mercator",
    "Nordwind",
    "Oakfield",
    "Plüsch",
    "Quarry",
    "Rivage",
    "Sonnenhof",
    "Tarn",
    "Überland",
    "Verdant",
    "Westpark",
    "Yarrow",
    "Zenith",
    "Arcadie",
    "Brightmoor",
    "Chêne",
    "Delta",
    "Ems",
    "Forge",
    "Gloria",
    "Harbour",
    "Iris",
    "Jura",
    "Kiosk",
    "Larch",
];

pub(super) const COMPANY_TAILS: [&str; 11] =
    ["AG", "& Söhne", "Group", "Logistics", "Énergie SA", "Holding", "Foods", "Systems", "Ltd", "Textiles", "Bank"];

/// The first and last name of the n-th person or contact; names come back after 1,927.
pub(super) fn person_name(n: u32) -> (&'static str, &'static str) {
    let count = (FIRST_NAMES.len() * LAST_NAMES.len()) as u32;
    let spread = (n % count) * 911 % count;
    (FIRST_NAMES[spread as usize % FIRST_NAMES.len()], LAST_NAMES[spread as usize / FIRST_NAMES.len()])
}

/// The name of the n-th account.
pub(super) fn company_name(n: u32) -> String {
    let count = (COMPANY_HEADS.len() * COMPANY_TAILS.len()) as u32;
    let spread = (n % count) * 101 % count;
    let head = COMPANY_HEADS[spread as usize % COMPANY_HEADS.len()];
    let tail = COMPANY_TAILS[spread as usize / COMPANY_HEADS.len()];
    if n < count { format!("{head} {tail}") } else { format!("{head} {tail} {}", n / count + 1) }
}

/// A name as it stands in an address: small letters without marks.
pub(super) fn plain(name: &str) -> String {
    let mut out = String::new();
    for letter in name.to_lowercase().chars() {
        match letter {
            'a'..='z' | '0'..='9' => out.push(letter),
            'ä' => out.push_str("ae"),
            'ö' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            'é' | 'è' | 'ë' | 'ê' => out.push('e'),
            'á' => out.push('a'),
            'ç' => out.push('c'),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_late() {
        let mut names: Vec<_> = (0..1_927).map(person_name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 1_927);
        assert_ne!(company_name(0), company_name(407));
    }

    #[test]
    fn addresses_are_plain() {
        assert_eq!(plain("O'Brien"), "obrien");
        assert_eq!(plain("Schäfer"), "schaefer");
    }
}
