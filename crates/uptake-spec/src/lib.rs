//! The words of uptake: what a source, a table, a KPI, a dashboard and a question are.
//!
//! Reads the project folder and collects every mistake in it. Knows no engine, no pictures, no network.

pub mod answer;
pub mod calendar;
pub mod dashboard;
pub mod fields;
pub mod job;
pub mod kpi;
pub mod normal;
pub mod params;
pub mod problem;
pub mod project;
pub mod report;
pub mod settings;
pub mod source;
pub mod sql;
pub mod table;

pub use answer::{Answer, Headline, TargetStep};
pub use calendar::{Calendar, Holiday};
pub use dashboard::Dashboard;
pub use job::Job;
pub use kpi::Kpi;
pub use normal::{Normal, Standing, Verdict};
pub use params::{Attributes, Filter, Grain, Params, Range, Viewer};
pub use problem::{Place, Problem};
pub use project::{Files, Project, read_parts, read_project};
pub use report::{Report, ReportFormat};
pub use settings::{Language, Settings};
pub use table::{Column, Data, Table, Value};
