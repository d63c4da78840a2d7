//! How long the way of a number takes on the sample firm: load, build, open, answer.
//!
//! Every answer is held against `truth.json` before a time is told. Figures and how they were made: README.md.

use chrono::Utc;
use std::error::Error;
use std::path::Path;
use std::time::Instant;
use uptake_lake::{Lake, LoadOrder};
use uptake_spec::{Files, Kpi, Params, Project, Value, Viewer, read_project};

/// How often a question is asked; the median is told.
const TIMES: usize = 21;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let project = read_project(&Files::default().with_folder(&root)?).map_err(|problems| format!("{problems:?}"))?;
    let folder = std::env::temp_dir().join(format!("uptake-bench-{}", std::process::id()));
    let lake = Lake::open(&folder.to_string_lossy()).await?;
    let exports = root.join("sample-data/exports").to_string_lossy().into_owned();

    let begun = Instant::now();
    let order = LoadOrder { paths: vec![exports], ..LoadOrder::default() };
    let report = lake.load(&project, &order, Utc::now(), &mut |_| {}).await?;
    let rows: u64 = report.files.iter().map(|file| file.read).sum();
    println!("load: {rows} rows of {} files in {} ms", report.files.len(), begun.elapsed().as_millis());

    let begun = Instant::now();
    let build = lake.build(&project, Utc::now(), &mut |_| {}).await?;
    println!("build: {} tables in {} ms", build.models.len(), begun.elapsed().as_millis());

    ask(&lake, &project, &root).await?;
    ask_together(&lake, &project).await?;
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Asks `active_people` for 26 weeks, checks the newest week, and tells the median time.
async fn ask(lake: &Lake, project: &Project, root: &Path) -> Result<(), Box<dyn Error>> {
    let session = lake.session(project).await?;
    let kpi = project.kpi("active_people").ok_or("active_people is gone")?;
    let (params, viewer) = (Params::default(), Viewer::Local);
    let answer = session.answer(kpi, &params, &viewer).await?;
    let newest = answer.table.rows() - 1;
    let told = ["numerator", "denominator"].map(|name| answer.table.value(newest, name));
    let simulated = simulated(root, &answer.table.value(newest, "period_start").to_string())?;
    assert_eq!(told, simulated.map(Value::Integer), "the answer is wrong: no time is told");
    let mut times = vec![];
    for _ in 0..TIMES {
        let begun = Instant::now();
        session.answer(kpi, &params, &viewer).await?;
        times.push(begun.elapsed());
    }
    times.sort();
    println!("active_people over 26 weeks: {} ms at the median of {TIMES}", times[TIMES / 2].as_millis());
    Ok(())
}

/// Asks every KPI for 26 weeks, whole and by its first two columns, as a page does: each question by itself, then all at once.
async fn ask_together(lake: &Lake, project: &Project) -> Result<(), Box<dyn Error>> {
    let session = lake.session(project).await?;
    let cut = |by: Option<&String>| Params { by: by.cloned().into_iter().collect(), ..Params::default() };
    let cuts = |kpi: &Kpi| -> Vec<Params> {
        [None].into_iter().chain(kpi.dimensions.iter().take(2).map(Some)).map(cut).collect()
    };
    let asked: Vec<(&Kpi, Params)> =
        project.kpis.iter().flat_map(|kpi| cuts(kpi).into_iter().map(move |p| (kpi, p))).collect();
    let asked: Vec<(&Kpi, &Params)> = asked.iter().map(|(kpi, params)| (*kpi, params)).collect();
    let (mut alone, mut together) = (vec![], vec![]);
    for _ in 0..TIMES {
        let begun = Instant::now();
        let mut answers = vec![];
        for (kpi, params) in &asked {
            answers.push(session.answer(kpi, params, &Viewer::Local).await.ok());
        }
        alone.push(begun.elapsed());
        let begun = Instant::now();
        let at_once = session.answers(&asked, &Viewer::Local).await;
        together.push(begun.elapsed());
        for (((kpi, params), alone), together) in asked.iter().zip(answers).zip(at_once) {
            assert_eq!(alone, together.ok(), "{} by {:?} differs: no time is told", kpi.name, params.by);
        }
    }
    for (how, times) in [("one after the other", &mut alone), ("together", &mut together)] {
        times.sort();
        println!("{} questions, {how}: {} ms at the median of {TIMES}", asked.len(), times[TIMES / 2].as_millis());
    }
    Ok(())
}

/// Numerator and denominator of `active_people` for the week, as the simulation counted them.
fn simulated(root: &Path, week: &str) -> Result<[i64; 2], Box<dyn Error>> {
    let truth: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(root.join("sample-data/truth.json"))?)?;
    let series = truth["kpis"].as_array().ok_or("no kpis")?;
    let ours = |s: &&serde_json::Value| {
        s["kpi"] == "active_people"
            && s["options"]["basis"] == "work"
            && s["grain"] == "week"
            && s["by"] == serde_json::json!([])
    };
    let rows = series.iter().find(ours).and_then(|s| s["rows"].as_array()).ok_or("no series")?;
    let row = rows.iter().find(|row| row["period_start"] == week).ok_or("no such week")?;
    Ok([row["numerator"].as_i64().ok_or("no numerator")?, row["denominator"].as_i64().ok_or("no denominator")?])
}
