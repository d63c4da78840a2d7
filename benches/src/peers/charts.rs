//! A line with a point a week at 900 × 480: ours, and matplotlib's in a warm process.

use super::{Peer, in_turns};
use crate::Bench;
use crate::kpis::Asker;
use crate::sheet::Measured;
use anyhow::{Context, Result};
use serde_json::json;
use std::fs;
use std::hint::black_box;
use std::time::Instant;
use uptake_draw::{Chart, Facts, Locale, Size, Theme, png_within, svg};
use uptake_spec::{Answer, Place};

const TURNS: usize = 21;
const WIDTH_PX: u16 = 900;
const HEIGHT_PX: u16 = 480;
const KPI: &str = "active_people";

/// # Errors
/// A picture that is none, or of another size.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let lake = bench.lake()?;
    let asker = Asker::open(&bench.firm, &lake)?;
    let (all, as_of) = (bench.firm.truth.of_whole_firm(&asker.project)?, bench.firm.truth.as_of()?);
    let series = all.iter().find(|one| one.kpi == KPI).with_context(|| format!("the truth does not tell {KPI}"))?;
    let answer = asker.check(series, &series.over_26_weeks(as_of))?;
    let mut peer = Peer::start(bench, "charts.py", &[])?;
    let folder = tempfile::tempdir()?;
    let column = |name: &str| (0..answer.table.rows()).map(|row| answer.table.value(row, name)).collect::<Vec<_>>();
    let days: Vec<String> = column("period_start").iter().map(ToString::to_string).collect();
    let values: Result<Vec<f64>, _> = column("value").iter().map(|value| value.to_string().parse::<f64>()).collect();
    let values = values.context("a week without a value")?;
    for kind in ["svg", "png"] {
        let file = folder.path().join(kind);
        let task = |out: Option<&str>| json!({"kind": kind, "title": answer.title, "days": days, "values": values, "out": out});
        peer.ask(&task(Some(&file.to_string_lossy())))?;
        check(kind, &fs::read(&file)?).context("matplotlib's")?;
        check(kind, &drawn(&answer, kind, &Locale::of(&asker.project.settings))?).context("ours")?;
        let ours = |_| {
            let begun = Instant::now();
            black_box(drawn(&answer, kind, &Locale::of(&asker.project.settings))?);
            Ok(begun.elapsed())
        };
        let (ours, theirs) = in_turns(TURNS, ours, |_| Ok(peer.ask(&task(None))?.1))?;
        let what = format!("a line of {} weeks as {kind}, 900 × 480, beside matplotlib", days.len());
        bench.sheet.beside(what, Measured::Time(ours), Measured::Time(theirs));
    }
    Ok(())
}

/// From the answer to the file, as theirs begins with days and values.
fn drawn(answer: &Answer, kind: &str, locale: &Locale) -> Result<Vec<u8>> {
    let place = Place::whole("benches");
    let facts = Facts {
        answer,
        kind: "line",
        kind_place: &place,
        title: answer.title.clone(),
        alt: "A line.",
        target: false,
        locale,
    };
    let chart = Chart::fit(&facts).map_err(|problem| anyhow::anyhow!("{}", problem.what))?;
    let theme = Theme::light();
    let picture = svg(&chart, Size::Exact { width_px: WIDTH_PX, height_px: HEIGHT_PX }, &theme);
    Ok(if kind == "svg" {
        picture.0.into_bytes()
    } else {
        png_within(&picture, WIDTH_PX.into(), HEIGHT_PX.into(), &theme)
    })
}

/// Its size, and that something is on it.
fn check(kind: &str, picture: &[u8]) -> Result<()> {
    if kind == "svg" {
        let text = String::from_utf8_lossy(picture);
        let has_line = text.contains("<path") || text.contains("<polyline");
        anyhow::ensure!(has_line && text.trim_end().ends_with("</svg>"), "the SVG has no line");
        return Ok(());
    }
    let size = |at: usize| -> Option<u32> { Some(u32::from_be_bytes(picture.get(at..at + 4)?.try_into().ok()?)) };
    anyhow::ensure!(picture.starts_with(b"\x89PNG"), "it is no PNG");
    anyhow::ensure!(
        (size(16), size(20)) == (Some(WIDTH_PX.into()), Some(HEIGHT_PX.into())),
        "the PNG is {:?} × {:?}",
        size(16),
        size(20)
    );
    anyhow::ensure!(picture.len() > 4_000, "the PNG has {} bytes: it is empty", picture.len());
    Ok(())
}
