//! `uptake test`: the stories beside the KPIs, one line each.

use super::Ending;
use crate::home::{Home, counted};
use anyhow::Result;

pub async fn run(home: Home) -> Result<Ending> {
    let project = home.project()?;
    let mut failed = 0;
    let mut tell = |name: &str, outcome: &Result<usize, String>| match outcome {
        Ok(records) => println!("ok      {name} ({})", counted(*records, "record")),
        Err(why) => {
            failed += 1;
            println!("FAILED  {name}\n{}", indented(why));
        }
    };
    let all_hold = uptake_lake::test(&project, &mut tell).await?;
    if failed > 0 {
        eprintln!("{} of {} failed", failed, counted(project.tests.len(), "test file"));
    }
    Ok(if all_hold { Ending::Done } else { Ending::Mistakes })
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("        {line}")).collect::<Vec<_>>().join("\n")
}
