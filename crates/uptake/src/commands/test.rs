//! `uptake test`: the stories beside the KPIs, one line each.

use super::{Ending, say};
use crate::home::{Home, counted};
use anyhow::Result;

pub async fn run(home: Home) -> Result<Ending> {
    let project = home.project()?;
    let (mut failed, mut said) = (0, Ok(()));
    let mut tell = |name: &str, outcome: &Result<usize, String>| {
        let line = match outcome {
            Ok(records) => format!("ok      {name} ({})\n", counted(*records, "record")),
            Err(why) => {
                failed += 1;
                format!("FAILED  {name}\n{}\n", indented(why))
            }
        };
        if said.is_ok() {
            said = say(&line);
        }
    };
    let all_hold = uptake_lake::test(&project, &mut tell).await?;
    said?;
    if failed > 0 {
        eprintln!("{} of {} failed", failed, counted(project.tests.len(), "test file"));
    }
    Ok(if all_hold { Ending::Done } else { Ending::Mistakes })
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("        {line}")).collect::<Vec<_>>().join("\n")
}
