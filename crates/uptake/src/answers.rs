//! A session that keeps what it answered: the same question of the same viewer to the same build is worked out once.

use crate::kept::{Counts, Kept};
use futures::future::join_all;
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::OnceCell;
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
        self.answers(&[(kpi, params)], viewer).await.remove(0)
    }

    /// As [`Session::answers`]: what is not kept yet is asked together, unless somebody else is asking all of it already.
    pub async fn answers(
        &self,
        questions: &[(&Kpi, &Params)],
        viewer: &Viewer,
    ) -> Vec<Result<Arc<Answer>, AnswerError>> {
        let keys = questions.iter().map(|(kpi, params)| format!("{}\n{params:?}\n{viewer:?}", kpi.name));
        let keyed: Vec<(String, Option<Arc<Answer>>)> = keys.map(|key| (key.clone(), self.answers.get(&key))).collect();
        let lacking = questions.iter().zip(&keyed).filter(|(_, (_, kept))| kept.is_none());
        let lacking: Vec<(&Kpi, &Params)> = lacking.map(|(question, _)| *question).collect();
        let asked = OnceCell::new();
        let ask = async || -> Vec<Result<Arc<Answer>, AnswerError>> {
            self.session.answers(&lacking, viewer).await.into_iter().map(|answer| answer.map(Arc::new)).collect()
        };
        let (ask, asked, mut next) = (&ask, &asked, 0);
        let answers = keyed.into_iter().map(|(key, kept)| {
            let at = next;
            next += usize::from(kept.is_none());
            async move {
                let make = async { asked.get_or_init(ask).await[at].clone() };
                match kept {
                    Some(kept) => Ok(kept),
                    None => self.answers.get_or(&key, |answer| weight(answer), make).await,
                }
            }
        });
        join_all(answers).await
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
