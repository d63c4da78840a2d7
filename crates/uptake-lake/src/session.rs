//! A session: an immutable snapshot of one build, and the one door to its data.

mod answer;
mod guard;
mod overlay;
mod table_function;

pub(crate) use answer::{are_held, rollup_digest};
pub use guard::Limits;
pub(crate) use overlay::{PERIODS, beside};

use crate::build::is_stale;
use crate::convert;
use crate::error::{AnswerError, LakeError, compute};
use crate::landing::{Entry, Journal};
use crate::manifest::{Manifest, days_in_words};
use crate::relations::{Ground, empty_context, of_questions, register_base, register_models};
use crate::store::Store;
use chrono::{DateTime, NaiveDate, Utc};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::prelude::{SessionContext, col};
use datafusion::scalar::ScalarValue;
use futures::future::BoxFuture;
use std::collections::BTreeMap;
use std::sync::Arc;
use uptake_spec::kpi::Input;
use uptake_spec::problem::did_you_mean;
use uptake_spec::project::Model;
use uptake_spec::source::{Kind, Object, Source};
use uptake_spec::{Answer, Column, Data, Filter, Kpi, Params, Project, Table, Value, Viewer};

/// One build, ready to answer. Cheap to clone; readers keep theirs while another takes its place.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

/// The model whose columns are the attributes of people.
const MEMBERS_OF: &str = "person_history";
/// The model that says since when each input tells anything.
const BEGINS: &str = "input_begins";
/// The table of what a firm says about its people.
const ROSTER: &str = "roster";
/// The model that lists users who are no people.
const LEFT_OUT: &str = "left_out";

pub(crate) struct Inner {
    context: SessionContext,
    project: Project,
    /// The models that each question has anew, in order.
    of_questions: Vec<Model>,
    plans: answer::Plans,
    rollups: answer::Rollups,
    build: u64,
    /// The day each input is complete through; an input that was never loaded is absent.
    through: BTreeMap<Input, NaiveDate>,
    /// The first day that each input tells of; an input that says nothing about its beginning is absent.
    begins: BTreeMap<Input, NaiveDate>,
    /// When each was last loaded.
    loads: BTreeMap<Input, DateTime<Utc>>,
    /// Who is counted nowhere since they are no people, in a sentence; empty if there is nobody.
    left_out: String,
    /// Somebody said which grade and office people have, beside the CRM.
    has_roster: bool,
    /// The stored tables were made with other settings or queries than the project has now.
    is_stale: bool,
    /// How the build cut days, where the project cuts them otherwise now.
    other_days: Option<String>,
}

/// The value of a `$name` in SQL; bound, never pasted.
#[derive(Debug, Clone, PartialEq)]
pub enum Bound {
    Text(String),
    /// For `= ANY($name)`-like use: `array_has($name, column)`.
    Texts(Vec<String>),
    Date(NaiveDate),
    Nothing,
}

/// What an input was last loaded with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loaded {
    /// When the newest of its files was landed; `None` for what is no file of an export.
    pub at: Option<DateTime<Utc>>,
    /// The day it is complete through; `None` for what has no end, as targets have not.
    pub through: Option<NaiveDate>,
}

/// Rows of a free question.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    pub table: Table,
    /// There are more rows than the limit let through.
    pub truncated: bool,
}

impl Session {
    /// Opens the newest published build.
    ///
    /// # Errors
    /// Nothing was built yet; a query of the project that no longer fits.
    pub async fn open(store: &Store, project: &Project) -> Result<Session, LakeError> {
        let manifest = Manifest::newest(store).await?.ok_or(LakeError::NotBuilt)?;
        let journal = match manifest.tables.get("loads") {
            Some(version) => Journal::at(store, *version).await?,
            None => Journal::default(),
        };
        Session::of(project, store, &manifest, &journal).await
    }

    /// A build that is published, or will be.
    pub(crate) async fn of(
        project: &Project,
        store: &Store,
        manifest: &Manifest,
        journal: &Journal,
    ) -> Result<Session, LakeError> {
        Session::over(project, Ground::Lake { store, manifest, journal }, complete_through(project, journal)).await
    }

    /// A session without data, whose base tables take INSERTs: the ground of KPI tests.
    pub(crate) async fn for_tests(project: &Project) -> Result<Session, LakeError> {
        let today = NaiveDate::MAX;
        let through = Input::ALL.iter().map(|(_, input)| (*input, today)).collect();
        Session::over(project, Ground::Test, through).await
    }

    async fn over(
        project: &Project,
        ground: Ground<'_>,
        through: BTreeMap<Input, NaiveDate>,
    ) -> Result<Session, LakeError> {
        let context = empty_context(project);
        register_base(&context, project, ground).await?;
        register_models(&context, project, ground).await?;
        let mut inner = Inner {
            project: project.clone(),
            of_questions: of_questions(project).into_iter().cloned().collect(),
            plans: answer::Plans::default(),
            rollups: answer::Rollups::default(),
            build: 0,
            through,
            begins: BTreeMap::new(),
            loads: BTreeMap::new(),
            left_out: String::new(),
            has_roster: true,
            is_stale: false,
            other_days: None,
            context,
        };
        if let Ground::Lake { store, manifest, journal } = ground {
            inner.build = manifest.build;
            inner.loads = last_loads(project, journal);
            inner.begins = begins(&inner.context).await.map_err(compute(BEGINS))?;
            inner.left_out = left_out(&inner.context).await.map_err(compute(LEFT_OUT))?;
            inner.has_roster = has_roster(project, journal);
            inner.is_stale = is_stale(project, manifest);
            let fits = manifest.days.is_empty() || manifest.days == days_in_words(&project.settings);
            inner.other_days = (!fits).then(|| manifest.days.clone());
            if !inner.is_stale {
                inner.rollups = answer::Rollups::of(project, store, manifest);
            }
        }
        let inner = Arc::new(inner);
        table_function::register(&inner);
        Ok(Session(inner))
    }

    pub(crate) fn context(&self) -> &SessionContext {
        &self.0.context
    }

    pub(crate) fn project(&self) -> &Project {
        &self.0.project
    }

    /// As if nothing had been asked: for tests, whose tables change.
    pub(crate) fn forget_plans(&self) {
        self.0.plans.forget();
    }

    /// What a KPI adds up to through all of its history, for a build to keep; nothing where there is none, or it does not add up.
    ///
    /// # Errors
    /// The KPI's SQL.
    pub(crate) async fn rolled_up(&self, kpi: &Kpi) -> Result<Vec<RecordBatch>, AnswerError> {
        answer::rolled_up(&self.0, kpi).await
    }

    /// The number of the build this session reads.
    pub fn build(&self) -> u64 {
        self.0.build
    }

    /// The last load of an input; `None` if it was never loaded.
    pub fn loaded(&self, input: Input) -> Option<Loaded> {
        let through = self.0.through.get(&input)?;
        let at = self.0.loads.get(&input).copied();
        Some(Loaded { at, through: Some(*through).filter(|day| *day != NaiveDate::MAX) })
    }

    /// The inputs that were never loaded.
    pub fn missing(&self) -> Vec<Input> {
        Input::ALL.iter().map(|(_, input)| *input).filter(|input| !self.0.through.contains_key(input)).collect()
    }

    /// Answers a KPI: THE door through which pages, reports, files and SQL see figures.
    ///
    /// # Errors
    /// An input that was never loaded, an option or column the KPI does not have, a range behind the data or outside
    /// the calendar.
    pub fn answer<'a>(
        &'a self,
        kpi: &'a Kpi,
        params: &'a Params,
        viewer: &'a Viewer,
    ) -> BoxFuture<'a, Result<Answer, AnswerError>> {
        Box::pin(answer::answer(&self.0, &self.0.context, kpi, params, viewer))
    }

    /// As [`Session::answer`], for all questions of a page, each in its place: those with the same facts are answered together.
    pub fn answers<'a>(
        &'a self,
        questions: &'a [(&'a Kpi, &'a Params)],
        viewer: &'a Viewer,
    ) -> BoxFuture<'a, Vec<Result<Answer, AnswerError>>> {
        Box::pin(answer::answers(&self.0, &self.0.context, questions, viewer))
    }

    /// The day a question to `kpi` is told from: the asked one, else the least day all its inputs are complete through.
    ///
    /// # Errors
    /// An input that was never loaded, an option the KPI does not have.
    pub fn as_of(&self, kpi: &Kpi, params: &Params) -> Result<NaiveDate, AnswerError> {
        let kpi = kpi.chosen(&params.options).map_err(|(what, hint)| AnswerError::wrong(what, hint))?;
        answer::as_of(&self.0, &kpi, params)
    }

    /// The first day of the history of `kpi`: its inputs' last beginning, or where they tell of none the first of all; but not
    /// before the project's `go_live`, for what was brought over from elsewhere is no course of things here. History of more than
    /// ten years is told from the January ten years back. `None` where nothing begins, or `kpi` cannot be asked.
    pub fn begins_on(&self, kpi: &Kpi, params: &Params) -> Option<NaiveDate> {
        let kpi = kpi.chosen(&params.options).ok()?;
        let as_of = answer::as_of(&self.0, &kpi, params).ok()?;
        answer::begins_on(&self.0, &kpi, as_of)
    }

    /// Answers a viewer's SELECT within limits.
    ///
    /// # Errors
    /// Not one SELECT, a forbidden function, a plan without bounds, a limit reached, or SQL that does not plan.
    pub fn query<'a>(
        &'a self,
        sql: &'a str,
        parameters: &'a BTreeMap<String, Bound>,
        limits: &'a Limits,
        viewer: &'a Viewer,
    ) -> BoxFuture<'a, Result<Rows, AnswerError>> {
        let Viewer::Local = viewer;
        Box::pin(guard::query(&self.0.context, sql, parameters, limits))
    }

    /// Every relation with its columns: schema, table, column, type (text, integer, decimal, number, date, instant, boolean, list…), rows.
    pub fn tables(&self) -> BoxFuture<'_, Result<Table, AnswerError>> {
        Box::pin(self.counted_tables())
    }

    async fn counted_tables(&self) -> Result<Table, AnswerError> {
        let (mut schemas, mut tables, mut columns, mut types, mut rows) = (vec![], vec![], vec![], vec![], vec![]);
        let catalog = self.0.context.catalog("datafusion").expect("the default catalog is there");
        for schema_name in ["landing", "public"] {
            let schema = catalog.schema(schema_name).expect("both schemas were registered");
            let mut names = schema.table_names();
            names.sort();
            for name in names {
                let frame = self.0.context.table(format!("{schema_name}.{name}")).await?;
                let fields: Vec<(String, String)> = frame
                    .schema()
                    .fields()
                    .iter()
                    .map(|f| (f.name().clone(), convert::kind_in_words(f.data_type())))
                    .collect();
                let count = frame.count().await? as i64;
                for (column, kind) in fields {
                    schemas.push(Some(schema_name.to_string()));
                    tables.push(Some(name.clone()));
                    columns.push(Some(column));
                    types.push(Some(kind));
                    rows.push(Some(count));
                }
            }
        }
        let texts = [("schema", schemas), ("table", tables), ("column", columns), ("type", types)];
        let texts = texts.into_iter().map(|(name, values)| Column { name: name.into(), data: Data::Text(values) });
        let rows = Column { name: "rows".into(), data: Data::Integer(rows) };
        Ok(Table::new(texts.chain([rows]).collect()).expect("one value for each column of each table"))
    }

    /// The values of a column of people's attributes, for a filter; sorted.
    pub fn members<'a>(&'a self, column: &'a str) -> BoxFuture<'a, Result<Vec<String>, AnswerError>> {
        Box::pin(self.0.members(column))
    }

    /// Whether people have every value of `filters`: without, an answer would be nothing of nothing, and nobody would see why.
    /// Pages ask [`Session::members`] for their filters anyway, so [`Session::answer`] does not ask again. What is no attribute
    /// of people, and what nobody has a value for, is not judged.
    ///
    /// # Errors
    /// The first value that nobody has.
    pub fn check_members<'a>(&'a self, filters: &'a [Filter]) -> BoxFuture<'a, Result<(), AnswerError>> {
        Box::pin(self.0.check_members(filters))
    }
}

impl Inner {
    async fn members(&self, column: &str) -> Result<Vec<String>, AnswerError> {
        let frame = self.context.table(MEMBERS_OF).await?;
        if frame.schema().field_with_unqualified_name(column).is_err() {
            return Ok(vec![]);
        }
        let frame = frame.select(vec![col(column).alias("member")])?.distinct()?.sort_by(vec![col("member")])?;
        let schema = frame.schema().inner().clone();
        let table =
            convert::table(&schema, &frame.collect().await?).map_err(|e| AnswerError::Engine(Arc::new(e.into())))?;
        let text = |row| match table.value(row, "member") {
            Value::Text(text) => Some(text.to_string()),
            _ => None,
        };
        Ok((0..table.rows()).filter_map(text).collect())
    }

    async fn check_members(&self, filters: &[Filter]) -> Result<(), AnswerError> {
        for Filter { column, values } in filters {
            let known = self.members(column).await?;
            let unknown = values.iter().find(|value| !known.is_empty() && !known.contains(value));
            if let Some(value) = unknown {
                let hint = did_you_mean(value, known.iter().map(String::as_str));
                return Err(AnswerError::wrong(format!("no {column} is called \"{value}\""), hint));
            }
        }
        Ok(())
    }
}

impl Bound {
    pub(crate) fn scalar(&self) -> ScalarValue {
        match self {
            Bound::Text(text) => ScalarValue::Utf8(Some(text.clone())),
            Bound::Texts(texts) => {
                let values: Vec<ScalarValue> = texts.iter().map(|t| ScalarValue::Utf8(Some(t.clone()))).collect();
                ScalarValue::List(ScalarValue::new_list_nullable(
                    &values,
                    &datafusion::arrow::datatypes::DataType::Utf8,
                ))
            }
            Bound::Date(day) => ScalarValue::Date32(Some(day.to_epoch_days())),
            Bound::Nothing => ScalarValue::Null,
        }
    }
}

async fn begins(context: &SessionContext) -> datafusion::error::Result<BTreeMap<Input, NaiveDate>> {
    let Some(table) = whole(context, BEGINS).await? else { return Ok(BTreeMap::new()) };
    let begin = |row| {
        let input = Input::ALL.iter().find(|(word, _)| table.value(row, "input") == Value::Text(word))?.1;
        match table.value(row, "begins_on") {
            Value::Date(day) => Some((input, day)),
            _ => None,
        }
    };
    Ok((0..table.rows()).filter_map(begin).collect())
}

/// All rows of a small relation; `None` where the project has no such relation.
async fn whole(context: &SessionContext, name: &str) -> datafusion::error::Result<Option<Table>> {
    if !context.table_exist(name)? {
        return Ok(None);
    }
    let frame = context.table(name).await?;
    let schema = frame.schema().inner().clone();
    Ok(Some(convert::table(&schema, &frame.collect().await?)?))
}

/// "Left out, being no people: integration@x.example, 2 portal users."; robots by name, the CRM's other kinds by number.
async fn left_out(context: &SessionContext) -> datafusion::error::Result<String> {
    let Some(table) = whole(context, LEFT_OUT).await? else { return Ok(String::new()) };
    let (mut names, mut kinds) = (vec![], BTreeMap::<String, usize>::new());
    for row in 0..table.rows() {
        match (table.value(row, "name"), table.value(row, "kind")) {
            (Value::Text(name), _) => names.push(name.to_string()),
            (_, kind) => *kinds.entry(kind.to_string()).or_default() += 1,
        }
    }
    names.sort();
    names.extend(
        kinds.into_iter().map(|(kind, count)| format!("{count} {kind} {}", if count == 1 { "user" } else { "users" })),
    );
    Ok(if names.is_empty() { String::new() } else { format!("Left out, being no people: {}.", names.join(", ")) })
}

/// Whether rows were loaded from a source that fills the roster.
fn has_roster(project: &Project, journal: &Journal) -> bool {
    let fills = |source: &Source| source.mappings.iter().any(|mapping| mapping.table == ROSTER);
    let sources = || project.sources.iter().filter(|source| fills(source));
    journal.entries().iter().any(|e| e.report.read > 0 && sources().any(|source| source.name == e.report.source))
}

/// A snapshot is complete through its date, a log through the date of its newest row.
fn complete_through(project: &Project, journal: &Journal) -> BTreeMap<Input, NaiveDate> {
    let mut through: BTreeMap<Input, NaiveDate> = BTreeMap::new();
    for (entry, kind, inputs) in fed(project, journal) {
        let day = match kind {
            Kind::Record => entry.report.snapshot,
            Kind::Event => entry.newest.map(|at| at.with_timezone(&project.settings.time_zone).date_naive()),
        };
        for input in inputs {
            let newest = through.get(&input).copied().max(day);
            if let Some(newest) = newest {
                through.insert(input, newest);
            }
        }
    }
    if !project.targets.is_empty() {
        through.insert(Input::Targets, NaiveDate::MAX);
    }
    through
}

fn last_loads(project: &Project, journal: &Journal) -> BTreeMap<Input, DateTime<Utc>> {
    let mut loads = BTreeMap::new();
    for (entry, _, inputs) in fed(project, journal) {
        for input in inputs {
            let last = loads.entry(input).or_insert(entry.at);
            *last = entry.at.max(*last);
        }
    }
    loads
}

/// Every load with rows, of which kind it is and which inputs it feeds.
fn fed<'a>(project: &'a Project, journal: &'a Journal) -> impl Iterator<Item = (&'a Entry, Kind, Vec<Input>)> {
    journal.entries().iter().filter(|e| e.report.read > 0).filter_map(|entry| {
        let source = project.sources.iter().find(|s| s.name == entry.report.source)?;
        let own = source.objects.iter().find(|o| o.name == entry.report.object);
        let object = own.or(source.other.as_ref())?;
        let stamps = source.stamps_of(&entry.report.object).filter(|_| object.kind == Kind::Record);
        let records = stamps.filter(|s| tells(source, entry, object, &s.created.0)).map(|_| Input::Records);
        let inputs = object.feeds.iter().copied().filter(|_| own.is_some()).chain(records);
        Some((entry, object.kind, inputs.collect()))
    })
}

/// Whether a load's file had a column, by whatever heading: a view without the creators says nothing of who worked.
fn tells(source: &Source, entry: &Entry, object: &Object, column: &str) -> bool {
    let has = |heading: &str| heading.eq_ignore_ascii_case(column);
    entry.columns.iter().any(|heading| has(heading)) || {
        let headings = source.headings(object);
        entry.columns.iter().any(|heading| headings.column(heading).is_some_and(has))
    }
}
