//! A context for one question: the session's relations, and beside them one that only this question sees.

use datafusion::catalog::{
    CatalogProvider, CatalogProviderList, MemoryCatalogProvider, MemoryCatalogProviderList, SchemaProvider,
    TableProvider,
};
use datafusion::error::Result;
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::SessionContext;
use std::sync::Arc;

/// `base` with `table` under `name`; `base` itself stays as it is.
pub fn with_table(base: &SessionContext, name: &str, table: Arc<dyn TableProvider>) -> SessionContext {
    let catalog = base.catalog("datafusion").expect("the default catalog is there");
    let below = catalog.schema("public").expect("the default schema is there");
    let ours = MemoryCatalogProvider::new();
    let public = Arc::new(Overlay { name: name.into(), table, below });
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
    name: String,
    table: Arc<dyn TableProvider>,
    below: Arc<dyn SchemaProvider>,
}

#[async_trait::async_trait]
impl SchemaProvider for Overlay {
    fn table_names(&self) -> Vec<String> {
        let mut names = self.below.table_names();
        names.push(self.name.clone());
        names
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if name == self.name { Ok(Some(self.table.clone())) } else { self.below.table(name).await }
    }

    fn table_exist(&self, name: &str) -> bool {
        name == self.name || self.below.table_exist(name)
    }
}
