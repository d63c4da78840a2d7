//! The program as people meet it: typed commands, loaded files, asked pages. One executable, so that it links once.

mod answers;
mod arrivals;
mod beside;
mod browser;
mod bucket;
mod check;
mod command_line;
mod damaged;
mod firm;
mod fixtures;
mod http;
mod killed;
mod language;
mod loading;
mod normal;
mod remote;
mod rollups;
mod schedules;
mod sources;
mod truth;

use libtest_mimic::{Arguments, Failed, Trial, run};

fn main() {
    let arguments = Arguments::from_args();
    let stories: Vec<Vec<Trial>> = vec![
        command_line::stories(),
        check::stories(),
        loading::stories(),
        truth::stories(),
        answers::stories(),
        rollups::stories(),
        normal::stories(),
        beside::stories(),
        http::stories(),
        language::stories(),
        killed::stories(),
        damaged::stories(),
        remote::stories(),
        schedules::stories(),
        arrivals::stories(),
        sources::stories(),
        fixtures::stories(),
        browser::stories(),
    ];
    let conclusion = run(&arguments, stories.into_iter().flatten().collect());
    firm::tidy_up();
    conclusion.exit();
}

/// A story that fails by panicking.
pub fn story(name: &str, tell: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        tell();
        Ok(())
    })
}

/// Ignored where what it needs is missing, with the reason; but not on CI, where it must be.
pub fn story_with(missing: Option<&'static str>, name: &str, tell: impl FnOnce() + Send + 'static) -> Trial {
    let Some(why) = missing else { return story(name, tell) };
    let on_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    Trial::test(format!("{name} ({why})"), move || Err(Failed::from(why))).with_ignored_flag(!on_ci)
}
