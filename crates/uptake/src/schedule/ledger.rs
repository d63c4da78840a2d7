//! The ledger: one small file for each time a report was due, beside the lake's tables.

use super::{Entry, History};
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use uptake_lake::{Depot, Lock};

/// The ledger of a lake; cheap to clone.
#[derive(Clone)]
pub struct Ledger(pub Depot);

/// The moment a report was first seen: nothing is due before.
const BEGUN: &str = "begun";

impl Ledger {
    /// While it is held, no other process on this machine sends.
    pub async fn lock(&self) -> Result<Lock> {
        self.0.lock().await.context("could not lock the ledger of reports")
    }

    /// What is known of `report`; one that was never seen begins `now`.
    pub async fn history(&self, report: &str, now: DateTime<Utc>) -> Result<History> {
        let begun = match self.0.read(&file(report, BEGUN)).await? {
            Some(bytes) => read(report, BEGUN, &bytes)?,
            None => {
                self.write(report, BEGUN, &now).await?;
                now
            }
        };
        let mut entries = BTreeMap::new();
        for name in self.0.list(report).await? {
            let Some(name) = name.strip_suffix(".json").filter(|name| *name != BEGUN) else { continue };
            if let Some(bytes) = self.0.read(&file(report, name)).await? {
                let entry: Entry = read(report, name, &bytes)?;
                entries.insert(entry.due, entry);
            }
        }
        Ok(History { begun, entries })
    }

    pub async fn note(&self, entry: &Entry) -> Result<()> {
        self.write(&entry.report, &entry.due.format("%Y%m%dT%H%M%SZ").to_string(), entry).await
    }

    async fn write<T: serde::Serialize>(&self, report: &str, name: &str, what: &T) -> Result<()> {
        let bytes = serde_json::to_vec_pretty(what).expect("the ledger is plain data");
        self.0.write(&file(report, name), bytes).await.with_context(|| format!("could not note {report} in the ledger"))
    }
}

fn file(report: &str, name: &str) -> String {
    format!("{report}/{name}.json")
}

fn read<T: serde::de::DeserializeOwned>(report: &str, name: &str, bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).with_context(|| {
        format!("reports/{report}/{name}.json in the lake cannot be read; remove it to have it sent again")
    })
}
