//! A session that keeps what it answered: the same question of the same viewer to the same build is worked out once.

use crate::kept::{Counts, Kept};
use std::ops::Deref;
use std::sync::Arc;
use uptake_lake::{AnswerError, Session};
use uptake_spec::{Answer, Kpi, Params, Viewer};

const MOST_BYTES: usize = 64 << 20;

/// Cheap to clone; clones share what they keep. Another build is another one of these.
#[derive(Clone)]
pub struct Answers {
    session: Session,
    answers: Arc<Kept<Arc<Answer>>>,
    members: Arc<Kept<Arc<Vec<String>>>>,
}

impl Answers {
    pub fn new(session: Session, counts: Arc<Counts>) -> Answers {
        let (answers, members) = (Kept::new(MOST_BYTES, counts), Kept::new(MOST_BYTES / 16, Arc::default()));
        Answers { session, answers: Arc::new(answers), members: Arc::new(members) }
    }

    /// As [`Session::answer`].
    ///
    /// # Errors
    /// As there; errors are not kept.
    pub async fn answer(&self, kpi: &Kpi, params: &Params, viewer: &Viewer) -> Result<Arc<Answer>, AnswerError> {
        let key = format!("{}\n{params:?}\n{viewer:?}", kpi.name);
        let make = async { Ok(Arc::new(self.session.answer(kpi, params, viewer).await?)) };
        self.answers.get_or(&key, |answer| weight(answer), make).await
    }

    /// As [`Session::members`].
    ///
    /// # Errors
    /// As there.
    pub async fn members(&self, column: &str) -> Result<Arc<Vec<String>>, AnswerError> {
        let weigh = |members: &Arc<Vec<String>>| members.iter().map(|member| member.len() + 24).sum();
        let make = async { Ok(Arc::new(self.session.members(column).await?)) };
        self.members.get_or(column, weigh, make).await
    }

    /// What is kept, in bytes.
    pub fn bytes(&self) -> usize {
        self.answers.bytes() + self.members.bytes()
    }
}

/// Everything else is asked of the session itself.
impl Deref for Answers {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

/// About what an answer takes: 40 bytes a cell, and its words.
fn weight(answer: &Answer) -> usize {
    let words: usize = answer.notes.iter().map(String::len).sum();
    answer.table.rows() * answer.table.columns().len() * 40 + words + 1_000
}
