//! `uptake verify`: every byte of the lake, looked at.

use super::{Ending, say, tell};
use crate::formats::{Format, written};
use crate::home::{Home, counted};
use anyhow::{Result, bail};
use clap::Args;
use uptake_lake::{TableReport, Verified};
use uptake_spec::{Column, Data, Table};

/// Look through every file of the lake: is it as it was written?
///
/// Reads the log of every table from its first commit on, and every data file that it names: is it there, has it the bytes, the rows and the
/// digest that it was written with? Commits, checkpoints, builds and the ledger of reports bear digests of their own. Each file that
/// is not as it was written is told with the way out, and the exit status is 1. Files that nothing refers to are told as left over; they are no
/// mistake. Nothing is written, so it may run while others load, build or serve.
#[derive(Args)]
pub struct Arguments {
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

pub async fn run(home: Home, arguments: Arguments) -> Result<Ending> {
    let project = home.project()?;
    let verified = home.open_lake(&project.settings).await?.verify().await?;
    if verified.tables.is_empty() && verified.faults.is_empty() {
        bail!("nothing was ever loaded into this lake\n  hint: `uptake load` fills one, and `--lake` names another");
    }
    say(&written(&as_table(&verified.tables), arguments.format, false))?;
    tell_of(&verified);
    Ok(if verified.faults.is_empty() { Ending::Done } else { Ending::Mistakes })
}

fn as_table(tables: &[TableReport]) -> Table {
    let number = |name: &str, of: fn(&TableReport) -> u64| {
        let values = tables.iter().map(|table| Some(of(table) as i64)).collect();
        Column { name: name.into(), data: Data::Integer(values) }
    };
    let names = tables.iter().map(|table| Some(table.name.clone())).collect();
    let columns = vec![
        Column { name: "table".into(), data: Data::Text(names) },
        number("version", |table| table.version),
        number("rows", |table| table.rows),
        number("files", |table| table.files),
        number("bytes", |table| table.bytes),
    ];
    Table::new(columns).expect("every column has a value for each table")
}

/// The most files that are told by name, of those that harm nobody.
const MOST_LEFT: usize = 20;

fn tell_of(verified: &Verified) {
    for fault in &verified.faults {
        tell(&format!("damaged {}: {}\n  hint: {}", fault.file, fault.why, fault.way_out()));
    }
    for file in verified.left_over.iter().take(MOST_LEFT) {
        tell(&format!("left over {file}"));
    }
    if verified.left_over.len() > MOST_LEFT {
        tell(&format!("left over {} more", verified.left_over.len() - MOST_LEFT));
    }
    tell(&format!(
        "{} and {} looked through: {} damaged, {} left over",
        counted(verified.tables.len(), "table"),
        counted(verified.builds, "build"),
        counted(verified.faults.len(), "file"),
        counted(verified.left_over.len(), "file"),
    ));
}
