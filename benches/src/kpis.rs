//! Every KPI over 26 weeks, asked of a session in this process: it keeps its tables and no answers.

use crate::Bench;
use crate::firm::Firm;
use crate::sheet::ms;
use crate::timing::{ASKINGS, ROUNDS, best_of_medians};
use crate::truth::Series;
use anyhow::{Context, Result};
use chrono::{Days, NaiveDate};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use uptake_lake::{Lake, Session};
use uptake_spec::{Answer, Kpi, Params, Project, Viewer};

/// # Errors
/// An answer that is not as simulated.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let lake = bench.lake()?;
    let (asker, of_rows) = (Asker::open(&bench.firm, &lake)?, Asker::of_rows(&bench.firm, &lake)?);
    let (mut slowest, mut asked) = ((Duration::ZERO, String::new()), BTreeSet::new());
    let as_of = bench.firm.truth.as_of()?;
    for series in bench.firm.truth.of_whole_firm(&asker.project)? {
        let (of_sums, told) = (asker.checked(&series, as_of)?, of_rows.checked(&series, as_of)?);
        // Two series may tell of different members of one answer.
        if !asked.insert(series.name()) {
            continue;
        }
        let took = time(&asker, &series, &of_sums, ROUNDS)?;
        bench.sheet.time(series.name(), took, ms(100));
        slowest = slowest.max((took, series.name()));
        bench.sheet.time(format!("{}, of rows, one median", series.name()), time(&of_rows, &series, &told, 1)?, None);
    }
    bench.sheet.time(format!("the slowest KPI: {}", slowest.1), slowest.0, ms(100));
    Ok(())
}

fn time(asker: &Asker, series: &Series, questions: &[(Params, Answer)], rounds: usize) -> Result<Duration> {
    best_of_medians(rounds, |asking| {
        let (params, expected) = &questions[asking % ASKINGS];
        let begun = Instant::now();
        let answer = asker.ask(series.kpi, params)?;
        let took = begun.elapsed();
        anyhow::ensure!(answer == *expected, "{} answers otherwise the second time", series.name());
        Ok(took)
    })
}

/// Holds every series of the whole firm, over the last 26 weeks, against the truth.
///
/// # Errors
/// One that is not as simulated.
pub fn check(firm: &Firm, lake: &Path) -> Result<()> {
    let asker = Asker::open(firm, lake)?;
    for series in firm.truth.of_whole_firm(&asker.project)? {
        asker.check(&series, &series.over_26_weeks(firm.truth.as_of()?))?;
    }
    Ok(())
}

/// A session of the newest build, asked from code that does not wait.
pub struct Asker {
    pub project: Project,
    runtime: Runtime,
    session: Session,
}

impl Asker {
    /// # Errors
    /// Mistakes in the project, a lake that nothing was built in.
    pub fn open(firm: &Firm, lake: &Path) -> Result<Asker> {
        Asker::of(firm.read_project()?, lake)
    }

    /// One whose KPIs say the same in other words: of these the build has added up nothing, and all answers come from the rows.
    ///
    /// # Errors
    /// As there.
    pub fn of_rows(firm: &Firm, lake: &Path) -> Result<Asker> {
        let mut project = firm.read_project()?;
        project.kpis.iter_mut().for_each(|kpi| kpi.sql.push_str("\n-- The same."));
        Asker::of(project, lake)
    }

    fn of(project: Project, lake: &Path) -> Result<Asker> {
        let runtime = Runtime::new()?;
        let address = lake.to_string_lossy().into_owned();
        let session = runtime.block_on(async { Lake::open(&address).await?.session(&project).await })?;
        Ok(Asker { project, runtime, session })
    }

    /// # Errors
    /// The KPI is not there, or has no answer.
    pub fn ask(&self, kpi: &str, params: &Params) -> Result<Answer> {
        let kpi = self.kpi(kpi)?;
        Ok(self.runtime.block_on(self.session.answer(kpi, params, &Viewer::Local))?)
    }

    fn kpi(&self, name: &str) -> Result<&Kpi> {
        self.project.kpi(name).with_context(|| format!("there is no KPI {name}"))
    }

    /// The answer, once it is as simulated.
    ///
    /// # Errors
    /// It is not.
    pub fn check(&self, series: &Series, params: &Params) -> Result<Answer> {
        let answer = self.ask(series.kpi, params)?;
        series.check(self.kpi(series.kpi)?, &answer)?;
        Ok(answer)
    }

    /// Five questions over 26 weeks, each a week earlier than the one before, with answers that are as simulated.
    fn checked(&self, series: &Series, as_of: NaiveDate) -> Result<Vec<(Params, Answer)>> {
        let ends = (0..ASKINGS as u64).map(|weeks| as_of - Days::new(7 * weeks));
        ends.map(|to| {
            let params = series.over_26_weeks(to);
            let answer = self.check(series, &params)?;
            Ok((params, answer))
        })
        .collect()
    }
}
