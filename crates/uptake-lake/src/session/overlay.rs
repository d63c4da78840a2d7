//! A context for one question: the session's relations, and beside them those that only this question sees: the asked
//! `periods`, and the models that read them.

use datafusion::catalog::{
    CatalogProvider, CatalogProviderList, MemoryCatalogProvider, MemoryCatalogProviderList, MemorySchemaProvider,
    SchemaProvider, TableProvider,
};
use datafusion::error::Result;
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::SessionContext;
use std::collections::BTreeSet;
use std::sync::Arc;
use uptake_spec::project::Model;
use uptake_spec::sql;

/// The relation that each question brings along.
pub const PERIODS: &str = "periods";

/// `base` with `periods` and those of the `models` over them, which stand in order, that a query of these relations reads;
/// `base` itself stays as it is.
pub async fn with_periods(
    base: &SessionContext,
    models: &[Model],
    periods: Arc<dyn TableProvider>,
    relations: BTreeSet<String>,
) -> Result<SessionContext> {
    let context = beside(base);
    context.register_table(PERIODS, periods)?;
    let needed = needed(models, relations);
    for model in models.iter().filter(|model| needed.contains(&model.name)) {
        let frame = uptake_sql::select(&context, &model.sql).await?;
        context.register_table(model.name.as_str(), frame.into_view())?;
    }
    Ok(context)
}

/// These relations, and those that they read through `models`.
fn needed(models: &[Model], relations: BTreeSet<String>) -> BTreeSet<String> {
    let mut needed = relations;
    for model in models.iter().rev() {
        if needed.contains(&model.name) {
            needed.extend(sql::reads(&model.sql).unwrap_or_default().relations);
        }
    }
    needed
}

/// A context whose new relations `base` does not see.
pub fn beside(base: &SessionContext) -> SessionContext {
    let catalog = base.catalog("datafusion").expect("the default catalog is there");
    let below = catalog.schema("public").expect("the default schema is there");
    let ours = MemoryCatalogProvider::new();
    let public = Arc::new(Overlay { own: MemorySchemaProvider::new(), below });
    ours.register_schema("public", public).expect("a memory catalog takes schemas");
    if let Some(landing) = catalog.schema("landing") {
        ours.register_schema("landing", landing).expect("a memory catalog takes schemas");
    }
    let list = MemoryCatalogProviderList::new();
    list.register_catalog("datafusion".into(), Arc::new(ours));
    SessionContext::new_with_state(
        SessionStateBuilder::new_from_existing(base.state()).with_catalog_list(Arc::new(list)).build(),
    )
}

#[derive(Debug)]
struct Overlay {
    own: MemorySchemaProvider,
    below: Arc<dyn SchemaProvider>,
}

#[async_trait::async_trait]
impl SchemaProvider for Overlay {
    fn table_names(&self) -> Vec<String> {
        [self.own.table_names(), self.below.table_names()].concat()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        match self.own.table(name).await? {
            Some(own) => Ok(Some(own)),
            None => self.below.table(name).await,
        }
    }

    fn register_table(&self, name: String, table: Arc<dyn TableProvider>) -> Result<Option<Arc<dyn TableProvider>>> {
        self.own.register_table(name, table)
    }

    fn table_exist(&self, name: &str) -> bool {
        self.own.table_exist(name) || self.below.table_exist(name)
    }
}
