//! Rows that come one batch after the other, as a plan that Delta can write from.

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::dataframe::DataFrame;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, SessionState, SessionStateBuilder, TaskContext};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use datafusion::prelude::{SessionConfig, SessionContext};
use deltalake_core::delta_datafusion::planner::DeltaPlanner;
use futures::{FutureExt, StreamExt};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc::Receiver;

/// The plan, and the state to run it in.
pub fn plan(schema: SchemaRef, rows: Receiver<Result<RecordBatch>>) -> Result<(LogicalPlan, SessionState)> {
    let config = SessionConfig::new().with_target_partitions(1);
    let state =
        SessionStateBuilder::new().with_config(config).with_default_features().with_query_planner(DeltaPlanner::new());
    let context = SessionContext::new_with_state(state.build());
    let once = Once { schema: schema.clone(), rows: Mutex::new(Some(rows)) };
    let frame = context.read_table(Arc::new(StreamingTable::try_new(schema, vec![Arc::new(once)])?))?;
    Ok((frame.logical_plan().clone(), context.state()))
}

/// What `of` yields in `state`, in its order, as another such plan.
pub async fn one_part(of: LogicalPlan, state: SessionState) -> Result<(LogicalPlan, SessionState)> {
    let mut batches = DataFrame::new(state, of).execute_stream().await?;
    let schema = batches.schema();
    let (sender, receiver) = tokio::sync::mpsc::channel(2);
    tokio::spawn(async move {
        // A panic must not look like the end: what came so far would be committed.
        let panicked = |_| Some(Err(DataFusionError::Internal("the plan of a model panicked".into())));
        while let Some(batch) = AssertUnwindSafe(batches.next()).catch_unwind().await.unwrap_or_else(panicked) {
            let failed = batch.is_err();
            if sender.send(batch).await.is_err() || failed {
                break; // whoever wrote has failed, and tells why
            }
        }
    });
    plan(schema, receiver)
}

/// A partition that can be read once.
#[derive(Debug)]
struct Once {
    schema: SchemaRef,
    rows: Mutex<Option<Receiver<Result<RecordBatch>>>>,
}

impl PartitionStream for Once {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let rows = self.rows.lock().expect("nobody panics with it").take();
        let stream = futures::stream::unfold(rows, |rows| async {
            match rows {
                Some(mut rows) => rows.recv().await.map(|batch| (batch, Some(rows))),
                None => {
                    let twice = DataFusionError::Internal("these rows were read before".into());
                    Some((Err(twice), Some(tokio::sync::mpsc::channel(1).1)))
                }
            }
        });
        Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), stream))
    }
}
