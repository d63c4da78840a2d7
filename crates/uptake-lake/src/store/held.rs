//! A relation that never changes, kept in memory from its first reading on.
//!
//! A build's tables never change, and planning a scan of files costs more than reading a small table: the log is gone
//! through, statistics are compared, footers and pages opened, at each of the many questions of a page. Of a larger one, unpacking
//! costs more than what is asked of it.

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::{MemTable, Session, TableProvider};
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::{ExecutionPlan, collect};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// How large the files of a table may be to be held. Unpacked they are some five to ten times as large.
pub const MOST_BYTES: i64 = 48 * 1024 * 1024;

/// What `stored` gives, read or computed at its first use. It stays in memory as long as its session: how large that may be is for the
/// caller to know.
pub fn kept(stored: Arc<dyn TableProvider>) -> Arc<dyn TableProvider> {
    Arc::new(Held { stored, memory: OnceCell::new() })
}

#[derive(Debug)]
struct Held {
    stored: Arc<dyn TableProvider>,
    memory: OnceCell<MemTable>,
}

impl Held {
    async fn read(&self, state: &dyn Session) -> Result<MemTable> {
        let plan = self.stored.scan(state, None, &[], None).await?;
        let batches = collect(plan, state.task_ctx()).await?;
        MemTable::try_new(self.stored.schema(), dealt(batches, state.config().target_partitions()))
    }
}

/// Batches dealt like cards: what is asked lies together, the newest weeks for one, and each hand has a part of it.
fn dealt(batches: Vec<RecordBatch>, hands: usize) -> Vec<Vec<RecordBatch>> {
    let mut dealt = vec![vec![]; hands];
    for (at, batch) in batches.into_iter().enumerate() {
        dealt[at % hands].push(batch);
    }
    dealt
}

#[async_trait]
impl TableProvider for Held {
    fn schema(&self) -> SchemaRef {
        self.stored.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let memory = self.memory.get_or_try_init(|| self.read(state)).await?;
        memory.scan(state, projection, filters, limit).await
    }
}
