//! A KPI: one SQL file whose comment header says what the number means.
//!
//! ```sql
//! -- code       = "U01"
//! -- title      = "People who worked"
//! -- asks       = "Which share of licensed people worked in the CRM?"
//! -- unit       = "share"
//! -- numerator  = "people who worked"
//! -- denominator = "licensed people"
//! -- better     = "up"
//! -- privacy    = "A"
//! -- attributes = ["period-end"]
//! -- dimensions = ["grade", "office"]
//! -- split      = "state"
//! -- headline   = "lapsed"
//! -- reads      = ["users"]
//! -- [option.basis]
//! -- work  = { reads = ["records"] }
//! -- login = { reads = ["logins"], title = "People who logged in" }
//! -- [difference]
//! -- gap = ["leaders", "others"]
//! SELECT …
//! ```
//!
//! The SQL gives facts: one row per period and unit (person, deal), with `period_start` (or, of what holds for a stretch of days,
//! `valid_from` and `valid_to`), `numerator`, `denominator`, and `value` and `whole` where the value is more than a ratio, beside the
//! columns one can group by.

mod input;
mod split;
#[cfg(test)]
mod tests;

pub use input::Input;
pub use split::{Difference, Split};

use crate::fields::{Fields, Piece, words};
use crate::params::Attributes;
use crate::problem::{Place, Problem};
use std::path::Path;

/// What one step of a value means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// 0.0 to 1.0, shown as percent.
    Share,
    /// In the firm's currency.
    Money,
    /// A number of things.
    Count,
    /// Things per person or per period; shown with one decimal.
    Rate,
    Days,
}

/// Which way is good news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    Up,
    Down,
    Neither,
}

/// kpis.md: N no person data, A aggregates, S own data too, C a manager with a purpose, R restricted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privacy {
    N,
    A,
    S,
    C,
    R,
}

/// How the value of a cell comes from the sums of its facts. Nothing else is ever added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueOf {
    /// Σ numerator ÷ Σ denominator; nothing where the denominator is 0.
    Ratio,
    /// Σ value.
    Sum,
    /// Σ value ÷ Σ whole; nothing where the whole is 0.
    Share,
    /// The least duration by which the share `quantile` has ended: Kaplan–Meier over `value`, a duration, which is
    /// known where `numerator` is 1 and still going on where it is 0; nothing if it is never reached.
    Quantile,
}

/// What a KPI counts, in its readers' words: `people who worked` of `licensed people`. `None` where it does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parts {
    pub numerator: Option<String>,
    pub denominator: Option<String>,
}

/// One way to choose: `login` of `basis`. What is left out is as the KPI says.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    pub name: String,
    pub title: Option<String>,
    pub unit: Option<Unit>,
    pub value_of: Option<ValueOf>,
    pub better: Option<Better>,
    /// In place of the KPI's own: a figure against a target of the whole firm cannot be cut.
    pub dimensions: Option<Vec<String>>,
    /// 0.5 for the median, see [`ValueOf::Quantile`].
    pub quantile: Option<f64>,
    pub parts: Parts,
    pub reads: Vec<Input>,
}

/// `basis` with its choices, the first being the default. No choices: any whole number, or none.
#[derive(Debug, Clone, PartialEq)]
pub struct KpiOption {
    pub name: String,
    pub choices: Vec<Choice>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Kpi {
    pub name: String,
    /// The catalogue's number: `U01`.
    pub code: String,
    pub title: String,
    /// The question it answers.
    pub asks: String,
    /// The definition in words, for "what is this number?".
    pub means: String,
    pub unit: Unit,
    pub better: Better,
    pub privacy: Privacy,
    pub value_of: ValueOf,
    /// Between 0 and 1; there wherever `value_of` is [`ValueOf::Quantile`], if not here then in the chosen option.
    pub quantile: Option<f64>,
    pub parts: Parts,
    /// What it says of those in the denominator that are not in the numerator: `opportunities have no amount in EUR`.
    pub lacking: Option<String>,
    /// The attribute modes it can answer in, the default first.
    pub attributes: Vec<Attributes>,
    /// The columns one can group and filter by.
    pub dimensions: Vec<String>,
    /// The column that always stands in the answer.
    pub split: Option<Split>,
    pub reads: Vec<Input>,
    pub options: Vec<KpiOption>,
    pub sql: String,
    pub place: Place,
}

impl Unit {
    const ALL: [(&str, Unit); 5] = [
        ("share", Unit::Share),
        ("money", Unit::Money),
        ("count", Unit::Count),
        ("rate", Unit::Rate),
        ("days", Unit::Days),
    ];
}

const BETTER: [(&str, Better); 3] = [("up", Better::Up), ("down", Better::Down), ("neither", Better::Neither)];
const PRIVACY: [(&str, Privacy); 5] =
    [("N", Privacy::N), ("A", Privacy::A), ("S", Privacy::S), ("C", Privacy::C), ("R", Privacy::R)];
const VALUE_OF: [(&str, ValueOf); 4] = [
    ("numerator/denominator", ValueOf::Ratio),
    ("value", ValueOf::Sum),
    ("value/whole", ValueOf::Share),
    ("quantile", ValueOf::Quantile),
];

/// Reads `queries/kpis/NAME.sql`.
///
/// # Errors
/// Every mistake of the header.
pub fn read_kpi(file: &Path, text: &str) -> Result<Kpi, Vec<Problem>> {
    let name = file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let header: Vec<&str> = text.split_inclusive('\n').take_while(|line| line.starts_with("--")).collect();
    let header_len: usize = header.iter().map(|line| line.len()).sum();
    // Two dashes become two blanks, so that every place in the TOML is its place in the file.
    let toml: String = header.iter().map(|line| format!("  {}", &line[2..])).collect();
    let piece = Piece::new(file, text, 0);
    let kpi = piece.read(&toml, |f| read_header(&name, f, &text[header_len..], Place::new(file, header.len() + 1, 1)));
    match (kpi, piece.problems()) {
        (Some(kpi), problems) if problems.is_empty() => Ok(kpi),
        (_, problems) => Err(problems),
    }
}

fn read_header(name: &str, f: &Fields, sql: &str, place: Place) -> Option<Kpi> {
    // Everything is read before anything is missed, so that every mistake is told at once.
    let (code, title, asks, means) = (f.needed("code"), f.needed("title"), f.needed("asks"), f.needed("means"));
    let (unit, privacy) = (f.needed_of("unit", &Unit::ALL), f.needed_of("privacy", &PRIVACY));
    let better = f.one_of("better", &BETTER).unwrap_or(Better::Neither);
    let value_of = f.one_of("value", &VALUE_OF).unwrap_or(ValueOf::Ratio);
    let (parts, lacking) = (read_parts(f), f.text("lacking"));
    let attributes = words(f, "attributes", &Attributes::ALL);
    let dimensions = f.texts("dimensions").unwrap_or_default();
    let split = split::read_split(f, &dimensions);
    let reads = words(f, "reads", Input::ALL);
    let quantile = read_quantile(f);
    let options = f.named("option", |option, f| Some(KpiOption { name: option.into(), choices: read_choices(f) }));
    check_quantiles(f, value_of, quantile, &options);
    Some(Kpi {
        name: name.into(),
        code: code?,
        title: title?,
        asks: asks?,
        means: means?,
        unit: unit?,
        better,
        privacy: privacy?,
        value_of,
        quantile,
        parts,
        lacking,
        attributes,
        dimensions,
        split,
        reads,
        options,
        sql: sql.trim().into(),
        place,
    })
}

fn read_choices(f: &Fields) -> Vec<Choice> {
    f.each(|name, f| {
        Some(Choice {
            name: name.into(),
            title: f.text("title"),
            unit: f.one_of("unit", &Unit::ALL),
            value_of: f.one_of("value", &VALUE_OF),
            better: f.one_of("better", &BETTER),
            dimensions: f.texts("dimensions"),
            quantile: read_quantile(f),
            parts: read_parts(f),
            reads: words(f, "reads", Input::ALL),
        })
    })
}

fn read_parts(f: &Fields) -> Parts {
    Parts { numerator: f.text("numerator"), denominator: f.text("denominator") }
}

fn read_quantile(f: &Fields) -> Option<f64> {
    let quantile = f.number("quantile")?;
    let between = quantile > 0.0 && quantile < 1.0;
    if !between {
        f.object(
            "quantile",
            format!("\"quantile\" cannot be {quantile}"),
            "it lies between 0 and 1: 0.5 is the median",
        );
    }
    between.then_some(quantile)
}

/// Whatever is chosen, a quantile must know which one.
fn check_quantiles(f: &Fields, value_of: ValueOf, quantile: Option<f64>, options: &[KpiOption]) {
    let told_by_all =
        |option: &KpiOption| !option.choices.is_empty() && option.choices.iter().all(|c| c.quantile.is_some());
    let whole = value_of == ValueOf::Quantile && !options.iter().any(told_by_all);
    let choices = options.iter().flat_map(|o| &o.choices);
    let by_choice = choices.into_iter().any(|c| c.value_of == Some(ValueOf::Quantile) && c.quantile.is_none());
    if quantile.is_none() && (whole || by_choice) {
        f.object(
            "value",
            "the value is a quantile, and nothing says which",
            "add quantile = 0.5, here or to each choice",
        );
    }
}

impl Kpi {
    /// The choice that holds for `option`: the asked one, else the default. `None` where the option has no list.
    pub fn choice(&self, option: &str, asked: Option<&str>) -> Option<&Choice> {
        let option = self.options.iter().find(|o| o.name == option)?;
        match asked {
            Some(word) => option.choices.iter().find(|c| c.name == word),
            None => option.choices.first(),
        }
    }

    /// This KPI with the asked choices written into title, unit, value and inputs.
    ///
    /// # Errors
    /// What is wrong, and the way out: an unknown option or choice.
    pub fn chosen(&self, asked: &std::collections::BTreeMap<String, String>) -> Result<Kpi, (String, String)> {
        for name in asked.keys() {
            if !self.options.iter().any(|o| o.name == *name) {
                let hint = crate::problem::did_you_mean(name, self.options.iter().map(|o| o.name.as_str()));
                return Err((format!("{} has no option \"{name}\"", self.name), hint));
            }
        }
        let mut kpi = self.clone();
        for option in &self.options {
            let asked = asked.get(&option.name).map(String::as_str);
            if option.choices.is_empty() {
                check_number(&option.name, asked)?;
                continue;
            }
            let Some(choice) = self.choice(&option.name, asked) else {
                let hint = crate::problem::did_you_mean(
                    asked.unwrap_or_default(),
                    option.choices.iter().map(|c| c.name.as_str()),
                );
                return Err((format!("\"{}\" cannot be \"{}\"", option.name, asked.unwrap_or_default()), hint));
            };
            kpi.title = choice.title.clone().unwrap_or(kpi.title);
            kpi.unit = choice.unit.unwrap_or(kpi.unit);
            kpi.value_of = choice.value_of.unwrap_or(kpi.value_of);
            kpi.better = choice.better.unwrap_or(kpi.better);
            kpi.dimensions = choice.dimensions.clone().unwrap_or(kpi.dimensions);
            kpi.quantile = choice.quantile.or(kpi.quantile);
            kpi.parts.numerator = choice.parts.numerator.clone().or(kpi.parts.numerator);
            kpi.parts.denominator = choice.parts.denominator.clone().or(kpi.parts.denominator);
            kpi.reads.extend(choice.reads.iter().copied());
        }
        kpi.reads.sort();
        kpi.reads.dedup();
        Ok(kpi)
    }
}

impl Kpi {
    /// Whether `asked` chooses what holds anyway.
    pub fn is_by_default(&self, asked: &std::collections::BTreeMap<String, String>) -> bool {
        asked.iter().all(|(option, word)| self.choice(option, None).is_some_and(|choice| choice.name == *word))
    }

    /// Whether rows can be kept by `column`: one it can be grouped by, or its split.
    pub fn filters_by(&self, column: &str) -> bool {
        self.dimensions.iter().any(|known| known == column) || self.split.as_ref().is_some_and(|s| s.column == column)
    }
}

fn check_number(option: &str, asked: Option<&str>) -> Result<(), (String, String)> {
    match asked {
        Some(word) if word.parse::<u16>().ok().filter(|n| *n > 0).is_none() => {
            Err((format!("\"{option}\" cannot be \"{word}\""), "it wants a number of days, such as 28".into()))
        }
        _ => Ok(()),
    }
}
