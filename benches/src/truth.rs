//! What was simulated, and whether an answer says so. The schema is in sample-data/README.md.

use anyhow::{Context, Result};
use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::Path;
use uptake_spec::{Answer, Filter, Grain, Kpi, Params, Project, Value};

pub struct Truth(Json);

/// A series of the whole firm, at most cut by the column that its KPI always gives.
#[derive(Clone)]
pub struct Series<'t> {
    pub kpi: &'t str,
    pub options: BTreeMap<String, String>,
    pub filters: Vec<Filter>,
    pub grain: Grain,
    /// The column that the KPI always gives, if the series tells it.
    split: Option<String>,
    told: &'t Json,
}

/// By first day and member; numerator, denominator and value.
type Rows = BTreeMap<(NaiveDate, String), [Said; 3]>;

/// `None` is nothing; what the truth does not tell is not judged.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Said {
    Unsaid,
    Is(Option<Decimal>),
}

impl Truth {
    /// # Errors
    /// There is none.
    pub fn read(file: &Path) -> Result<Truth> {
        let text = std::fs::read(file).with_context(|| format!("could not read {}", file.display()))?;
        Ok(Truth(serde_json::from_slice(&text)?))
    }

    pub fn people(&self) -> u64 {
        self.0["people"].as_u64().unwrap_or(0)
    }

    /// The last day that is told of.
    ///
    /// # Errors
    /// A truth without one.
    pub fn as_of(&self) -> Result<NaiveDate> {
        Ok(self.0["as_of"].as_str().context("the truth has no as_of")?.parse()?)
    }

    /// Whether it tells the same as another file.
    pub fn is_same(&self, other: &Truth) -> bool {
        self.0 == other.0
    }

    /// How many of `rows`, weeks of the whole firm as JSON, are as simulated.
    ///
    /// # Errors
    /// One that is not.
    pub fn holds<'j>(&self, kpi: &str, option: &str, rows: impl Iterator<Item = &'j Json>) -> Result<usize> {
        let none = Json::Array(vec![]);
        let is_asked = |series: &&Json| {
            let has_option = series["options"].as_object().is_some_and(|all| all.values().any(|value| value == option));
            series["kpi"] == kpi && series["grain"] == "week" && series["by"] == none && has_option
        };
        let series = self.0["kpis"].as_array().into_iter().flatten().find(is_asked);
        let told = series.and_then(|series| series["rows"].as_array()).context("the truth does not tell it")?;
        let mut held = 0;
        for row in rows {
            let Some(told) = told.iter().find(|told| told["period_start"] == row["period_start"]) else { continue };
            for column in ["numerator", "denominator"] {
                anyhow::ensure!(told[column] == row[column], "{kpi} {option}: simulated {told}, found {row}");
            }
            held += 1;
        }
        Ok(held)
    }

    /// Every series of the whole firm by week; of a KPI with such options that has none, the one by month.
    ///
    /// # Errors
    /// Another schema.
    pub fn of_whole_firm(&self, project: &Project) -> Result<Vec<Series<'_>>> {
        let told = self.0["kpis"].as_array().context("the truth has no kpis")?;
        let mut all = vec![];
        for series in told {
            all.extend(read_series(project, series)?);
        }
        let of = |grain: Grain| all.iter().filter(move |series| series.grain == grain);
        let asks = |one: &Series, other: &Series| one.kpi == other.kpi && one.options == other.options;
        let months = of(Grain::Month).filter(|month| !of(Grain::Week).any(|week| asks(week, month)));
        Ok(of(Grain::Week).chain(months).cloned().collect())
    }
}

/// `None` of a series cut by people's columns, or by something that is an option of its KPI.
fn read_series<'t>(project: &Project, told: &'t Json) -> Result<Option<Series<'t>>> {
    let name = told["kpi"].as_str().context("a series without a KPI")?;
    let kpi = project.kpi(name).with_context(|| format!("there is no KPI {name}"))?;
    let by = texts(&told["by"]);
    let split = kpi.split.as_ref().map(|split| split.column.clone()).filter(|column| by.contains(column));
    let Ok(grain) = told["grain"].as_str().unwrap_or_default().parse::<Grain>() else { return Ok(None) };
    if by.len() > usize::from(split.is_some()) {
        return Ok(None);
    }
    let pairs = |key: &str| told[key].as_object().into_iter().flatten();
    let options = pairs("options").map(|(option, value)| (option.clone(), value.as_str().unwrap_or_default().into()));
    let filters = pairs("filters").map(|(column, values)| Filter { column: column.clone(), values: texts(values) });
    Ok(Some(Series { kpi: name, options: options.collect(), filters: filters.collect(), grain, split, told }))
}

impl Series<'_> {
    /// `active_people, basis work, by week`.
    pub fn name(&self) -> String {
        let options = self.options.iter().map(|(option, value)| format!(", {option} {value}"));
        format!("{}{}, by {}", self.kpi, options.collect::<String>(), self.grain.word())
    }

    /// The question over 26 weeks that end with `to`, a week's last day.
    pub fn over_26_weeks(&self, to: NaiveDate) -> Params {
        Params {
            from: Some(to - chrono::Days::new(26 * 7 - 1)),
            to: Some(to),
            grain: Some(self.grain),
            options: self.options.clone(),
            filters: self.filters.clone(),
            ..Params::default()
        }
    }

    /// How many rows of the answer were held against the truth.
    ///
    /// # Errors
    /// A row that is missing, too many, or says something else; none at all that could be held against it.
    pub fn check(&self, kpi: &Kpi, answer: &Answer) -> Result<usize> {
        let told = self.told_rows()?;
        let (Some((first, _)), Some((last, _))) = (told.keys().next(), told.keys().next_back()) else {
            anyhow::bail!("the truth tells nothing of {}", self.name());
        };
        let asked = answer.range.from().max(*first)..=answer.range.to().min(*last);
        let told: Rows =
            told.iter().filter(|((day, _), _)| asked.contains(day)).map(|(k, v)| (k.clone(), *v)).collect();
        let mut found = self.found_rows(kpi, answer);
        found.retain(|(day, member), _| asked.contains(day) && self.speaks_of(*day, member));
        for key in told.keys().chain(found.keys()) {
            let (told, found) = (told.get(key), found.get(key));
            anyhow::ensure!(
                same(told, found, self.split.is_some()),
                "{} {key:?}: simulated {told:?}, found {found:?}; no time is told",
                self.name()
            );
        }
        anyhow::ensure!(!told.is_empty(), "nothing of {} could be held against the truth", self.name());
        Ok(told.len())
    }

    fn told_rows(&self) -> Result<Rows> {
        let rows = self.told["rows"].as_array().context("a series without rows")?.iter().map(|row| {
            let day = row["period_start"].as_str().context("a row without a day")?.parse()?;
            let member = self.split.as_ref().and_then(|column| row[column].as_str()).unwrap_or_default();
            Ok(((day, member.into()), ["numerator", "denominator", "value"].map(|column| said(row.get(column)))))
        });
        rows.collect()
    }

    /// A series that does not tell the column that its KPI always gives speaks of the headline.
    fn found_rows(&self, kpi: &Kpi, answer: &Answer) -> Rows {
        let table = &answer.table;
        let text = |row, column: &str| table.value(row, column).to_string();
        let is_told = |row: &usize| match &kpi.split {
            Some(split) if self.split.is_none() => split.headline.as_deref() == Some(&text(*row, &split.column)),
            _ => true,
        };
        let rows = (0..table.rows()).filter(is_told).filter_map(|row| {
            let day = text(row, "period_start").parse().ok()?;
            let member = self.split.as_ref().map(|column| text(row, column)).unwrap_or_default();
            Some(((day, member), ["numerator", "denominator", "value"].map(|name| found(&table.value(row, name)))))
        });
        rows.collect()
    }

    /// `only` names the members, or the periods, of which a series speaks.
    fn speaks_of(&self, day: NaiveDate, member: &str) -> bool {
        let only = |column: &str| self.told["only"].get(column).map(texts);
        let is_of = |column: &str, what: &str| only(column).is_none_or(|all| all.iter().any(|one| one == what));
        is_of("period_start", &day.to_string()) && self.split.as_ref().is_none_or(|column| is_of(column, member))
    }
}

/// A member that the KPI makes itself, `is_own`, may be left out where nobody is in it; any where nobody counts.
fn same(told: Option<&[Said; 3]>, found: Option<&[Said; 3]>, is_own: bool) -> bool {
    let is_nought =
        |said: &Said| matches!(said, Said::Unsaid | Said::Is(None)) || *said == Said::Is(Some(Decimal::ZERO));
    match (told, found) {
        (Some(told), Some(found)) => told.iter().zip(found).all(|(told, found)| meets(*told, *found)),
        (Some([numerator, denominator, value]), None) | (None, Some([numerator, denominator, value])) => {
            is_nought(numerator) && is_nought(value) && (is_own || is_nought(denominator))
        }
        (None, None) => true,
    }
}

/// A quotient has six places in the truth, and more in an answer.
fn meets(told: Said, found: Said) -> bool {
    match (told, found) {
        (Said::Unsaid, _) => true,
        (Said::Is(Some(told)), Said::Is(Some(found))) if told.scale() == 6 => {
            told == found.round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero)
        }
        (told, found) => told == found,
    }
}

fn said(json: Option<&Json>) -> Said {
    match json {
        None => Said::Unsaid,
        Some(Json::String(text)) => Said::Is(text.parse().ok()),
        Some(other) => Said::Is(other.to_string().parse().ok()),
    }
}

fn found(value: &Value) -> Said {
    match value {
        Value::Float(number) => Said::Is(Decimal::from_f64_retain(*number).map(|number| number.round_dp(12))),
        other => Said::Is(other.to_string().parse().ok()),
    }
}

fn texts(json: &Json) -> Vec<String> {
    json.as_array().into_iter().flatten().filter_map(Json::as_str).map(String::from).collect()
}
