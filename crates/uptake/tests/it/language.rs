//! A firm that reads German: its pages, pictures and paper speak it, and what programs read stays as it is.

use crate::firm::{built, copy, fresh, on};
use crate::http::Server;
use crate::story;
use libtest_mimic::Trial;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub fn stories() -> Vec<Trial> {
    vec![
        story("with language = \"de\" pages and pictures are in German", pages_in_german),
        story("with language = \"de\" paper is in German", paper_in_german),
        story("with language = \"de\" files for programs are those of an English firm", files_stay),
        story("with language = \"fr\" spaces are those of French", pages_in_french),
        story("a language that is none is refused with those there are", no_such_language),
    ]
}

/// The firm of seed 1 in this language; its lake was built by the English one.
fn firm_in(language: &str) -> PathBuf {
    let dir = fresh(&format!("language-{language}"));
    copy(&built(1), &dir);
    set_language(&dir, language);
    dir
}

fn set_language(dir: &Path, language: &str) {
    let file = dir.join("uptake.toml");
    let settings = fs::read_to_string(&file).expect("a firm has settings");
    fs::write(&file, format!("language = \"{language}\"\n{settings}")).expect("written");
}

pub fn german() -> PathBuf {
    static DONE: OnceLock<PathBuf> = OnceLock::new();
    DONE.get_or_init(|| firm_in("de")).clone()
}

fn pages_in_german() {
    let server = Server::of(&german());
    let expected = [
        "<html lang=\"de\">",
        "Wochen vom ",
        " · Stand ",
        "im üblichen Bereich",
        "Was ist das für eine Zahl?",
        "\u{a0}%",
    ];
    let html = server.get("/d/pulse").with(200, &expected).text();
    for english in
        ["What is this number", " · as of ", " than normal", " per week", "the running", "kept by", "Not loaded."]
    {
        assert!(!html.contains(english), "the page says \"{english}\"");
    }
    // No number of it has the point of an English one: 68.4 %.
    let is_digit = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
    let wrong = html.match_indices("\u{202f}%").next();
    assert_eq!(wrong, None, "percent as in English");
    let shares = html.match_indices("\u{a0}%").filter(|(at, _)| {
        let before: Vec<char> = html[..*at].chars().rev().take(2).collect();
        is_digit(before.first().copied()) && before.get(1) == Some(&'.')
    });
    assert_eq!(shares.count(), 0, "a share has a decimal comma");
    let picture = server.get("/c/pulse/active_people.svg").with(200, &["Stand "]).text();
    assert!(!picture.contains("as of"), "{picture}");
}

fn paper_in_german() {
    let dir = german();
    let pdf = Server::of(&dir).get("/d/pulse.pdf").with(200, &[]).body;
    let holds = |text: &str| pdf.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(pdf.starts_with(b"%PDF-") && holds("/Lang(de)"), "the paper's language is German");
}

fn files_stay() {
    let (english, german) = (Server::of(&built(1)), Server::of(&german()));
    let html = english.get("/d/pulse").text();
    let ways = html.split("href=\"").filter_map(|rest| rest.split_once('"')).map(|(way, _)| way);
    let files: Vec<&str> = ways.filter(|way| way.ends_with(".csv")).collect();
    assert!(files.len() > 10, "{files:?}");
    // Sums of money may differ in their last unit from one process to the next, so only what is no sum is compared in all.
    let told = |server: &Server, file: &str| -> Vec<String> {
        let text = server.get(file).with(200, &[]).text();
        text.lines()
            .enumerate()
            .map(|(at, line)| line.splitn(if at == 0 { 1 } else { 3 }, ',').take(2).collect())
            .collect()
    };
    for file in files {
        assert_eq!(told(&english, file), told(&german, file), "{file}");
    }
    for file in ["/c/pulse/active_people.csv", "/c/pulse/active_people.json"] {
        assert_eq!(english.get(file).with(200, &[]).text(), german.get(file).with(200, &[]).text(), "{file}");
    }
    let told = on(&self::german(), &["kpi", "active_people"]).ended(0);
    assert!(told.out.contains("period_start") && told.err.contains("as of"), "{}{}", told.out, told.err);
    let told = on(&self::german(), &["kpi", "what_is_normal"]).ended(0);
    assert!(told.out.contains("normal") && !told.out.contains("üblich"), "{}", told.out);
}

fn pages_in_french() {
    let server = Server::of(&firm_in("fr"));
    let expected =
        ["<html lang=\"fr\">", "données au ", "Que dit ce chiffre\u{202f}?", "Semaines du ", "dans la norme"];
    let html = server.get("/d/pulse").with(200, &expected).text();
    assert!(!html.contains(" · as of ") && !html.contains(" par semaine :"), "English, or a space that breaks");
}

fn no_such_language() {
    let dir = fresh("language-none");
    let settings = "firm = \"F\"\ncurrency = \"EUR\"\ntime_zone = \"UTC\"\nlanguage = \"dutch\"\n";
    fs::write(dir.join("uptake.toml"), settings).expect("written");
    let told = on(&dir, &["check"]).ended(1);
    for expected in ["uptake.toml:4", "\"language\" cannot be \"dutch\"", "it wants \"en\", \"de\" or \"fr\""] {
        assert!(told.err.contains(expected) || told.out.contains(expected), "{}{}", told.out, told.err);
    }
}
