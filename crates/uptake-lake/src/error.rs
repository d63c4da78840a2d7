//! What can go wrong with a lake, told to the person who can act.

use datafusion::error::DataFusionError;
use deltalake_core::DeltaTableError;
use std::path::PathBuf;
use uptake_spec::Problem;

/// A lake could not be opened, loaded or built.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    #[error("\"{0}\" is no folder and no URL a lake can live at; use a folder, file://, s3:// or memory://")]
    Address(String),
    #[error("could not create the folder {}", folder.display())]
    CreateFolder { folder: PathBuf, source: std::io::Error },
    #[error("could not reach the lake's storage")]
    Storage(#[from] object_store::Error),
    #[error("could not lock the lake")]
    Lock(#[source] std::io::Error),
    #[error("another build published number {0} first; run `uptake build` again")]
    Overtaken(u64),
    #[error("this lake has format {found}, this binary knows {known}; use a newer uptake")]
    Format { found: u32, known: u32 },
    #[error("the file {file} of the lake cannot be read: {why}")]
    Torn { file: String, why: String },
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

/// A question that got no answer.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// What it needs was never loaded.
    #[error("needs {needs} (not loaded)")]
    NotLoaded { needs: String },
    /// The question itself is wrong.
    #[error("{what}{}", if hint.is_empty() { String::new() } else { format!("; {hint}") })]
    Wrong { what: String, hint: String },
    #[error("it took longer than {seconds} s; ask for less, or raise the limit")]
    TimedOut { seconds: u64 },
    #[error("it needs more memory or disk than allowed; ask for less, or raise the limit")]
    TooLarge(#[source] Box<DataFusionError>),
    #[error("{0}")]
    Engine(#[source] Box<DataFusionError>),
}

impl AnswerError {
    pub(crate) fn wrong(what: impl Into<String>, hint: impl Into<String>) -> AnswerError {
        AnswerError::Wrong { what: what.into(), hint: hint.into() }
    }
}

impl From<DataFusionError> for AnswerError {
    fn from(error: DataFusionError) -> AnswerError {
        match error.find_root() {
            DataFusionError::ResourcesExhausted(_) => AnswerError::TooLarge(Box::new(error)),
            DataFusionError::SQL(..) | DataFusionError::Plan(_) | DataFusionError::SchemaError(..) => {
                AnswerError::wrong(error.find_root().strip_backtrace(), "")
            }
            _ => AnswerError::Engine(Box::new(error)),
        }
    }
}

pub(crate) fn compute(what: impl Into<String>) -> impl FnOnce(DataFusionError) -> LakeError {
    let what = what.into();
    move |source| LakeError::Compute { what, source: Box::new(source) }
}
