//! What can go wrong with a lake, told to the person who can act.

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
    #[error("\"{0}\" is no folder and no URL a lake can live at; use a folder, file://, s3:// or memory://")]
    Address(String),
    #[error("could not reach the storage")]
    Storage(#[from] object_store::Error),
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
    #[error("could not keep the rejected rows in the folder for temporary files; TMPDIR names another")]
    Spool(#[source] std::io::Error),
    #[error("nothing has been built yet; run `uptake build`")]
    NotBuilt,
    #[error("{0}")]
    Refused(Problem),
    #[error("the project has {} mistakes; `uptake check` lists them", .0.len())]
    Project(Vec<Problem>),
}

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
    move |source| LakeError::Compute { what, source: Box::new(source) }
}
