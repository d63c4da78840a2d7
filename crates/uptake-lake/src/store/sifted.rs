//! A stored table whose rows a filter without columns sifts as well.
//!
//! deltalake takes every filter that names no ordinary column for one of partitions, says that it keeps to it, and hands out all rows
//! (deltalake-core 1.1). `WHERE NULL = 'x'` is such a filter, which a view makes of a column that no file brought.

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use std::sync::Arc;

#[derive(Debug)]
pub struct Sifted(pub Arc<dyn TableProvider>);

#[async_trait]
impl TableProvider for Sifted {
    fn schema(&self) -> SchemaRef {
        self.0.schema()
    }

    fn table_type(&self) -> TableType {
        self.0.table_type()
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.0.scan(state, projection, filters, limit).await
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let told = self.0.supports_filters_pushdown(filters)?;
        let sift = |(filter, told): (&&Expr, _)| match filter.column_refs().is_empty() {
            true => TableProviderFilterPushDown::Unsupported,
            false => told,
        };
        Ok(filters.iter().zip(told).map(sift).collect())
    }
}
