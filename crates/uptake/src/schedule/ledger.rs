//! The ledger: one small file for each time a report was due, beside the lake's tables.

use super::{Entry, History};
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uptake_lake::{Depot, Lock};

/// The ledger of a lake; cheap to clone.
#[derive(Clone)]
pub struct Ledger(pub Depot);

/// The file that says when a report was first seen.
const BEGUN: &str = "begun";

/// The moment a report was first seen: nothing is due before.
#[derive(Serialize, Deserialize)]
struct Begun {
    begun: DateTime<Utc>,
}

impl Ledger {
    /// While it is held, no other process on this machine sends.
    pub async fn lock(&self) -> Result<Lock> {
        self.0.lock().await.context("could not lock the ledger of reports")
    }

    /// What is known of `report`; one that was never seen begins `now`.
    pub async fn history(&self, report: &str, now: DateTime<Utc>) -> Result<History> {
        let begun = match self.read(report, BEGUN).await? {
            Some(Begun { begun }) => begun,
            None => {
                self.write(report, BEGUN, &Begun { begun: now }).await?;
                now
            }
        };
        let mut entries = BTreeMap::new();
        for name in self.0.list(report).await? {
            let Some(name) = name.strip_suffix(".json").filter(|name| *name != BEGUN) else { continue };
            if let Some(entry) = self.read::<Entry>(report, name).await? {
                entries.insert(entry.due, entry);
            }
        }
        Ok(History { begun, entries })
    }

    /// What became of `report` at one time it was due.
    pub async fn entry(&self, report: &str, due: DateTime<Utc>) -> Result<Option<Entry>> {
        self.read(report, &name_of(due)).await
    }

    pub async fn note(&self, entry: &Entry) -> Result<()> {
        self.write(&entry.report, &name_of(entry.due), entry).await
    }

    async fn write(&self, report: &str, name: &str, what: &impl Serialize) -> Result<()> {
        self.0.note(&file(report, name), what).await.with_context(|| format!("could not note {report} in the ledger"))
    }

    async fn read<T: DeserializeOwned>(&self, report: &str, name: &str) -> Result<Option<T>> {
        let unread =
            || format!("reports/{report}/{name}.json in the lake cannot be read; remove it to have it sent again");
        let bytes = self.0.noted(&file(report, name)).await.with_context(unread)?;
        bytes.map(|bytes| serde_json::from_slice(&bytes).with_context(unread)).transpose()
    }
}

/// Where in the lake it is kept that `report` was sent when it was due: whoever removes it has the report sent again.
pub fn place(report: &str, due: DateTime<Utc>) -> String {
    format!("reports/{}", file(report, &name_of(due)))
}

fn name_of(due: DateTime<Utc>) -> String {
    due.format("%Y%m%dT%H%M%SZ").to_string()
}

fn file(report: &str, name: &str) -> String {
    format!("{report}/{name}.json")
}
