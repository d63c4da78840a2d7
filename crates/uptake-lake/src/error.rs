//! What can go wrong with a lake, told to the person who can act.

use crate::store::Fault;
use chrono::NaiveDate;
use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use deltalake_core::DeltaTableError;
use std::path::PathBuf;
use std::sync::Arc;
use uptake_spec::Problem;

/// A lake could not be opened, loaded or built.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    #[error(
        "\"{0}\" is no folder and no URL a lake can live at; use a folder, file://, s3://, gs://, az:// or memory://"
    )]
    Address(String),
    #[error("could not open the storage; how to reach it, and who asks, is told by the environment: {who}")]
    Unopened { who: &'static str, source: object_store::Error },
    #[error("could not reach the storage")]
    Storage(#[source] object_store::Error),
    #[error(
        "could not write in the lake: {why}; what was reported before is unharmed: {way_out}, and run the command again"
    )]
    Unwritable { why: &'static str, way_out: &'static str, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("could not look through the lake's folder")]
    Unreadable(#[source] std::io::Error),
    #[error("the lake is damaged: {0}; `uptake verify` looks through all of it")]
    Damaged(Fault),
    #[error(
        "could not lock the lake {} to write in it; what was built can still be asked, and `--lake` names another",
        folder.display()
    )]
    Lock { folder: PathBuf, source: std::io::Error },
    #[error("somebody else wrote {0} at the same time; run the command again")]
    Overtaken(String),
    #[error("this lake has format {found}, this binary knows {known}; use a newer uptake")]
    Format { found: u32, known: u32 },
    #[error("the file {file} of the lake is torn: {why}; `uptake build` publishes the next build from what was loaded")]
    Torn { file: String, why: String },
    #[error("the file {file} of the lake is torn: {why}; remove it, and the job begins anew")]
    Ledger { file: String, why: String },
    #[error("could not read or write the lake's table {table}")]
    Table { table: String, source: Box<DeltaTableError> },
    #[error("could not compute {what}")]
    Compute { what: String, source: Box<DataFusionError> },
    #[error("could not keep rows aside in the folder for temporary files; TMPDIR names another")]
    Spool(#[source] std::io::Error),
    #[error("nothing has been built yet; run `uptake build`")]
    NotBuilt,
    #[error("{0}")]
    Refused(Problem),
    #[error("the project has {} mistakes; `uptake check` lists them", .0.len())]
    Project(Vec<Problem>),
}

impl LakeError {
    /// What a disk says that takes nothing more, in words; every other error as `otherwise` tells it.
    pub(crate) fn of_a_disk<E>(error: E, otherwise: impl FnOnce(E) -> LakeError) -> LakeError
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        match takes_nothing(&error) {
            Some((why, way_out)) => LakeError::Unwritable { why, way_out, source: Box::new(error) },
            None => otherwise(error),
        }
    }
}

impl From<object_store::Error> for LakeError {
    fn from(error: object_store::Error) -> LakeError {
        LakeError::of_a_disk(error, LakeError::Storage)
    }
}

/// Why a disk takes nothing more, and the way out. Libraries on the way here hand errors on as texts, so texts are looked at. What is put
/// aside while a query runs lies on another disk, perhaps, and is told elsewhere.
fn takes_nothing(error: &(dyn std::error::Error + 'static)) -> Option<(&'static str, &'static str)> {
    let mut told = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        told.push_str(&error.to_string());
        next = error.source();
    }
    let known =
        TAKES_NOTHING.iter().find(|(kind, ..)| told.contains(&std::io::Error::from_raw_os_error(*kind).to_string()));
    known.filter(|_| !told.contains("spill")).map(|(_, why, way_out)| (*why, *way_out))
}

/// By the number that Linux gives each.
const TAKES_NOTHING: [(i32, &str, &str); 5] = [
    (28, "the disk is full", "make room on it"),
    (122, "the quota of its disk is used up", "make room, or have it raised"),
    (30, "its disk is read-only", "mount it so that it can be written, or name another with `--lake`"),
    (13, "this user may not write there", "give it the right, or name another lake with `--lake`"),
    (27, "a file would be larger than this user may write", "raise the limit (`ulimit -f`)"),
];

/// A question that got no answer; cheap to clone, for several questions may fail of one reason.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AnswerError {
    /// What it needs was never loaded.
    #[error("needs {needs} (not loaded)")]
    NotLoaded { needs: String },
    /// The question itself is wrong.
    #[error("{what}{}", if hint.is_empty() { String::new() } else { format!("; {hint}") })]
    Wrong { what: String, hint: String },
    /// The range begins after the data ends: there is nothing to show, whatever the KPI.
    #[error("the range begins on {from}, and the data ends on {as_of}; ask from an earlier day")]
    Behind { from: NaiveDate, as_of: NaiveDate },
    #[error("it took longer than {seconds} s; ask for less, or raise the limit")]
    TimedOut { seconds: u64 },
    #[error("it needs more memory or disk than allowed; ask for less, or raise the limit")]
    TooLarge(#[source] Arc<DataFusionError>),
    #[error("{}", in_words(.0))]
    Engine(#[source] Arc<DataFusionError>),
}

impl AnswerError {
    pub(crate) fn wrong(what: impl Into<String>, hint: impl Into<String>) -> AnswerError {
        AnswerError::Wrong { what: what.into(), hint: hint.into() }
    }

    /// Whether the same question may be answered later: storage, room or time are to blame, and neither the question nor the data.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            AnswerError::TimedOut { .. } | AnswerError::TooLarge(_) => true,
            AnswerError::Engine(error) => is_of_storage(error.find_root()),
            _ => false,
        }
    }

    /// What is wrong with the question itself, and the way out; `None` where the question was right.
    pub fn mistake(&self) -> Option<(String, String)> {
        match self {
            AnswerError::Wrong { what, hint } => Some((what.clone(), hint.clone())),
            AnswerError::Behind { from, as_of } => {
                let what = format!("the range begins on {from}, and the data ends on {as_of}");
                Some((what, "ask from an earlier day".into()))
            }
            _ => None,
        }
    }
}

impl From<DataFusionError> for AnswerError {
    fn from(error: DataFusionError) -> AnswerError {
        // A KPI asked in SQL says itself what is wrong.
        if let DataFusionError::External(inner) = error.find_root()
            && let Some(AnswerError::NotLoaded { needs }) = inner.downcast_ref()
        {
            return AnswerError::NotLoaded { needs: needs.clone() };
        }
        match error.find_root() {
            DataFusionError::ResourcesExhausted(_) => AnswerError::TooLarge(Arc::new(error)),
            DataFusionError::ArrowError(cause, _) if is_full_disk(cause) => AnswerError::TooLarge(Arc::new(error)),
            // What data can do wrong, as a quotient by 0, is told in the same words as what a text can.
            DataFusionError::SQL(..)
            | DataFusionError::Plan(_)
            | DataFusionError::SchemaError(..)
            | DataFusionError::Execution(_)
            | DataFusionError::ArrowError(..)
            | DataFusionError::External(_) => {
                let told = in_words(&error);
                let hint = hint(&told);
                AnswerError::wrong(told, hint)
            }
            _ => AnswerError::Engine(Arc::new(error)),
        }
    }
}

fn is_of_storage(root: &DataFusionError) -> bool {
    match root {
        DataFusionError::ObjectStore(_) | DataFusionError::IoError(_) | DataFusionError::ParquetError(_) => true,
        DataFusionError::ArrowError(why, _) => {
            matches!(**why, ArrowError::IoError(..) | ArrowError::ParquetError(_) | ArrowError::ExternalError(_))
        }
        DataFusionError::External(why) => {
            why.is::<object_store::Error>() || why.is::<DeltaTableError>() || why.is::<LakeError>()
        }
        _ => false,
    }
}

/// The way out of a name that is no table's; empty for every other mistake.
fn hint(told: &str) -> &'static str {
    if told.starts_with("table '") && told.ends_with("' not found") { "`uptake tables` lists all" } else { "" }
}

/// What was put aside on disk passed its limit; on its way through Arrow the error loses its kind.
fn is_full_disk(cause: &ArrowError) -> bool {
    matches!(cause, ArrowError::IoError(why, _) if why.contains("during the spilling process"))
}

/// What the engine says, without its own name for the kind of mistake and for where its tables lie.
pub(crate) fn in_words(error: &DataFusionError) -> String {
    let told = match error.find_root() {
        DataFusionError::SQL(parser, _) => parser.to_string(),
        DataFusionError::Plan(why) | DataFusionError::Execution(why) => why.clone(),
        DataFusionError::ArrowError(why, _) => why.to_string(),
        DataFusionError::External(why) => why.to_string(),
        other => other.strip_backtrace(),
    };
    let told = told.split(DataFusionError::BACK_TRACE_SEP).next().unwrap_or_default();
    let kinds = ["sql parser error: ", "Schema error: ", "Arrow error: ", "Execution error: "];
    let told = kinds.iter().find_map(|kind| told.strip_prefix(kind)).unwrap_or(told);
    told.replace("datafusion.public.", "").replace("datafusion.landing.", "landing.")
}

pub(crate) fn compute(what: impl Into<String>) -> impl FnOnce(DataFusionError) -> LakeError {
    let what = what.into();
    move |source| LakeError::of_a_disk(source, |source| LakeError::Compute { what, source: Box::new(source) })
}
