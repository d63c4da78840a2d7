//! Pages as a browser shows them: every page of the sample firm on phone and desk, light and dark, with and without scripts.

mod chromium;

use crate::firm::{load, project_like, repository};
use crate::http::Server;
use crate::language::german;
use crate::story_with;
use chromium::{Browser, DESK, Look, PHONE, installed};
use libtest_mimic::Trial;
use serde_json::json;
use std::path::PathBuf;
use std::sync::OnceLock;

const NO_BROWSER: &str = "needs Chromium: apt-get install -y chromium";
const NO_AXE: &str =
    concat!("needs axe-core: npm install --no-save --prefix ", env!("CARGO_TARGET_TMPDIR"), " axe-core@4.14.1");

pub fn stories() -> Vec<Trial> {
    let browser = installed().is_none().then_some(NO_BROWSER);
    let both = browser.or(axe().is_none().then_some(NO_AXE));
    let dark = |look| Look { dark: true, ..look };
    let looked =
        [("phone, light", PHONE), ("phone, dark", dark(PHONE)), ("desk, light", DESK), ("desk, dark", dark(DESK))];
    let fit = looked.map(|(name, look)| {
        story(&format!("every page is fit to be seen: {name}"), both, move || every_page(name, look))
    });
    let faults = story("a page with faults is not fit to be seen", both, faults_are_found);
    let german = story("a page in German is fit to be seen, on phone and desk", both, in_german);
    let tried: [(&str, fn()); 9] = [
        ("without scripts a page is read and filtered", without_scripts),
        ("a page is worked by keyboard alone", by_keyboard),
        ("a name in a picture leads on with what was chosen", a_name_leads_on),
        ("downloads arrive whole", downloads_arrive),
        ("a picture tells its values under the pointer", values_under_the_pointer),
        ("a mark tells its value under the pointer", values_of_marks),
        ("a picture tells its values to the arrow keys", values_by_keyboard),
        ("a filter changes the page in place, and Back leads back", filters_in_place),
        ("a wrong choice is told, and the page stays", a_wrong_choice_in_place),
    ];
    fit.into_iter().chain([faults, german]).chain(tried.map(|(name, tell)| story(name, browser, tell))).collect()
}

fn story(told: &str, missing: Option<&'static str>, tell: impl FnOnce() + Send + 'static) -> Trial {
    story_with(missing, &format!("in a browser: {told}"), tell)
}

/// The rules for pages that everybody can use, where npm has put them.
fn axe() -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("node_modules/axe-core/axe.min.js");
    path.is_file().then_some(path)
}

/// The sample firm as `uptake up` shows it.
fn sample() -> Server {
    static LOADED: OnceLock<PathBuf> = OnceLock::new();
    let dir = LOADED.get_or_init(|| {
        let dir = project_like(&repository(), "sample-firm");
        load(&dir, &[&repository().join("sample-data/exports")]);
        dir
    });
    Server::of(dir)
}

/// The sample firm's server, and a browser that looks at one of its pages.
fn opened(look: Look, path: &str) -> (Server, Browser) {
    let server = sample();
    let mut browser = Browser::looking(&server.origin(), look);
    browser.go(path);
    (server, browser)
}

fn slugs(server: &Server) -> Vec<String> {
    let html = server.get("/").text();
    let (_, nav) = html.split_once("<nav").expect("a page has a navigation");
    let (nav, _) = nav.split_once("</nav>").expect("it ends");
    nav.split("href=\"/d/").skip(1).filter_map(|rest| rest.split_once('"')).map(|(slug, _)| slug.into()).collect()
}

fn every_page(name: &str, look: Look) {
    let server = sample();
    let mut browser = Browser::looking(&server.origin(), look);
    let paths = slugs(&server).into_iter().map(|slug| format!("/d/{slug}")).chain(["/".into(), "/d/nowhere".into()]);
    let mut wrong = vec![];
    for path in paths {
        browser.go(&path);
        let called = format!("{path} {name}").replace(['/', ' ', ','], "-");
        browser.photograph(called.trim_start_matches("-d-").trim_matches('-'));
        let wide = wide_px(&mut browser);
        if wide > look.width_px.into() {
            wrong.push(format!("{path}: {wide} px wide"));
        }
        wrong.extend(judged(&mut browser).into_iter().map(|fault| format!("{path}: {fault}")));
        // A page that is not there is told by its status, which Chromium notes.
        let expected = |trouble: &String| path == "/d/nowhere" && trouble.contains("404");
        wrong.extend(browser.troubles().into_iter().filter(|t| !expected(t)).map(|t| format!("{path}: {t}")));
    }
    assert!(wrong.is_empty(), "{} faults\n{}", wrong.len(), wrong.join("\n"));
}

/// German words are long: the first page of a firm that reads it, and a picture's words behind its name.
fn in_german() {
    let server = Server::of(&german());
    for (name, look) in [("phone", PHONE), ("desk", DESK)] {
        let mut browser = Browser::looking(&server.origin(), look);
        browser.go("/d/pulse");
        browser.photograph(&format!("pulse-german-{name}"));
        assert!(wide_px(&mut browser) <= look.width_px.into(), "it scrolls sideways on {name}");
        let faults = judged(&mut browser);
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(browser.text("document.documentElement.lang"), "de");
        let told = browser.text("document.querySelector('.picture[data-along]').getAttribute('aria-label')");
        assert!(told.ends_with(": die Pfeiltasten nennen die Werte"), "{told}");
    }
}

/// The page's own width, which is more than the window's where it scrolls sideways.
fn wide_px(browser: &mut Browser) -> f64 {
    let wide = browser.eval("Math.max(document.documentElement.scrollWidth, innerWidth)");
    wide.as_f64().expect("a width")
}

/// What axe-core has against the page.
fn judged(browser: &mut Browser) -> Vec<String> {
    let rules = std::fs::read_to_string(axe().expect("asked before")).expect("axe-core is text");
    browser.eval(&rules);
    browser.text(JUDGE).lines().map(String::from).collect()
}

/// A line a violation, with the elements that have it.
const JUDGE: &str = "axe.run(document, {resultTypes: ['violations']}).then(told => told.violations.map(rule =>
    rule.id + ': ' + rule.nodes.map(node => node.target.join(' ') + ' ' + node.failureSummary.replace(/\\s+/g, ' '))
        .slice(0, 3).join(' | ') + (rule.nodes.length > 3 ? ' and ' + (rule.nodes.length - 3) + ' more' : '')).join('\\n'))";

fn without_scripts() {
    let (_server, mut browser) = opened(Look { scripts: false, ..DESK }, "/d/usage");
    let figures = "document.querySelector('.blocks').textContent";
    let all = browser.text(figures);
    browser.click(".multi summary");
    browser.click("input[name=grade][value=Partner]");
    browser.leads(|browser| browser.click(".filters button"));
    assert!(browser.text("location.search").contains("grade=Partner"));
    assert_ne!(browser.text(figures), all);
    assert_eq!(browser.text("document.querySelector('.multi strong').textContent"), "Partner");
    // The numbers behind a picture are one press away.
    browser.click(".below details summary");
    browser.until("document.querySelector('.below details[open] table tbody tr td')");
    assert_eq!(browser.troubles(), [""; 0]);
}

fn by_keyboard() {
    let (_server, mut browser) = opened(DESK, "/d/usage");
    browser.press("Tab");
    assert_eq!(browser.text("document.activeElement.className"), "skip");
    browser.press("Enter");
    browser.until("document.activeElement.id === 'main'");
    browser.tab_to(".multi > summary");
    browser.press("Enter");
    browser.tab_to("input[name=grade]");
    let grade = browser.text("document.activeElement.value");
    browser.press(" ");
    browser.until(&format!("document.querySelector('input[name=grade][value={grade:?}]').checked"));
    browser.tab_to(".filters button");
    browser.press("Enter");
    browser.until("new URLSearchParams(location.search).has('grade')");
    assert_eq!(browser.text("new URLSearchParams(location.search).get('grade')"), grade);
    browser.tab_to(".below summary");
    browser.press("Enter");
    browser.until("document.querySelector('.below details[open] table')");
    // Whatever has the focus can be seen to have it.
    browser.tab_to(".below .files a");
    assert_eq!(browser.text("getComputedStyle(document.activeElement).outlineStyle"), "solid");
    assert_eq!(browser.troubles(), [""; 0]);
}

fn a_name_leads_on() {
    let (_server, mut browser) = opened(DESK, "/?from=2026-08-03&to=2026-09-27");
    let way = "document.querySelector('.blocks svg a[href*=\"grade=\"]').getAttribute('href')";
    let way = browser.text(way);
    browser.leads(|browser| browser.click(".blocks svg a[href*=\"grade=\"] text"));
    assert_eq!(browser.text("location.pathname + location.search"), way);
    assert!(way.contains("from=2026-08-03") && way.contains("to=2026-09-27"), "{way}");
    assert_eq!(browser.troubles(), [""; 0]);
}

fn downloads_arrive() {
    let (_server, mut browser) = opened(DESK, "/d/usage?grade=Partner");
    let begin = |kind: &str| match kind {
        "pdf" => "%PDF-",
        "png" => "\u{fffd}PNG",
        "svg" => "<svg",
        "csv" => "period_start",
        "json" => "{",
        _ => "PK",
    };
    for kind in ["csv", "svg", "png", "xlsx", "json", "pdf"] {
        let link = if kind == "pdf" { ".when a".into() } else { format!(".files a[href*=\".{kind}\"]") };
        if kind == "pdf" {
            // Shown rather than saved, unless the reader asks otherwise.
            browser.eval("document.querySelectorAll('.when a').forEach(a => a.download = '')");
        }
        let (name, bytes) = browser.downloaded(|browser| browser.click(&link));
        assert!(name.ends_with(&format!(".{kind}")), "{name}");
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.trim_start_matches('\u{feff}').starts_with(begin(kind)), "{name} begins {:?}", text.get(..40));
    }
    assert_eq!(browser.eval("location.search"), json!("?grade=Partner"));
    assert_eq!(browser.troubles(), [""; 0]);
}

fn values_under_the_pointer() {
    let server = sample();
    for (look, shown) in [(DESK, "wide"), (PHONE, "narrow")] {
        let mut browser = Browser::looking(&server.origin(), look);
        browser.go("/d/pipeline?from=2026-08-03&to=2026-09-27");
        let picture = format!(".picture.{shown}[data-along]");
        let title = browser.text(&format!("document.querySelector('{picture} title').textContent"));
        assert_eq!(title, "Open pipeline, by the owner's office");
        // Eight weeks: in the middle of the plot stands one of them, with the values that the table has.
        let middle = format!(
            "(() => {{ const p = document.querySelector('{picture}'); p.scrollIntoView({{block: 'center'}});
               const r = p.querySelector('svg').getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; }})()"
        );
        let at = browser.eval(&middle);
        browser.point(at[0].as_f64().expect("a place"), at[1].as_f64().expect("a place"));
        browser.until("document.querySelector('.tip')");
        browser.photograph_window(&format!("pointed-{shown}"));
        let told = browser.text("document.querySelector('.tip strong').textContent");
        let day = told.strip_prefix("The week of ").expect("a week").to_string();
        let cells = |row: &str| {
            format!(
                "[...[...document.querySelector('{picture}').closest('article').querySelectorAll('tr')].find(r => r.textContent.includes('{row}')).cells].slice(1).map(c => c.textContent).sort().join(' | ')"
            )
        };
        let names = "[...document.querySelectorAll('.tip dt')].map(e => e.textContent).filter(n => n !== 'In all').sort().join(' | ')";
        assert_eq!(browser.text(names), browser.text(&cells("Week")));
        let values =
            "[...document.querySelectorAll('.tip dd')].slice(0, -1).map(e => e.textContent).sort().join(' | ')";
        assert_eq!(browser.text(values), browser.text(&cells(&day)));
        let beyond = "Math.max(document.documentElement.scrollWidth, innerWidth)";
        assert_eq!(browser.eval(beyond), json!(look.width_px), "the card leaves the page");
        browser.point(1.0, 1.0);
        browser.until("!document.querySelector('.tip, .cross')");
        assert_eq!(browser.text(&format!("document.querySelector('{picture} title').textContent")), title);
        assert_eq!(browser.troubles(), [""; 0]);
    }
}

fn values_of_marks() {
    let (_server, mut browser) = opened(DESK, "/d/usage");
    // A cell of the heatmap, which does not go along the time.
    let cell = "(() => { const title = document.querySelector('.picture.wide:not([data-along]) svg g > title');
        title.parentElement.scrollIntoView({block: 'center'}); const r = title.parentElement.getBoundingClientRect();
        return [r.x + r.width / 2, r.y + r.height / 3, title.textContent]; })()";
    let cell = browser.eval(cell);
    browser.point(cell[0].as_f64().expect("a place"), cell[1].as_f64().expect("a place"));
    browser.until("document.querySelector('.tip')");
    browser.photograph_window("pointed-mark");
    assert_eq!(json!(browser.text("document.querySelector('.tip').textContent")), cell[2]);
    // The browser's own card would come late and stand beside ours.
    assert_eq!(browser.eval("document.querySelectorAll('.picture:hover title').length"), json!(0));
    browser.point(1.0, 1.0);
    browser.until("!document.querySelector('.tip') && !document.querySelector('.picture svg:not(:has(> title))')");
    assert_eq!(browser.troubles(), [""; 0]);
}

fn values_by_keyboard() {
    let (_server, mut browser) = opened(DESK, "/d/usage?from=2026-08-03&to=2026-09-27");
    browser.tab_to(".picture[data-along]");
    let week = "document.querySelector('.tip strong').textContent";
    browser.press("End");
    assert!(browser.text(week).starts_with("The week of 21 Sep 2026"));
    browser.press("ArrowLeft");
    assert_eq!(browser.text(week), "The week of 14 Sep 2026");
    let said = browser.text("document.querySelector('[role=status]').textContent");
    assert!(said.starts_with("The week of 14 Sep 2026: Value ") && said.contains("Target 70.0"), "{said}");
    browser.photograph_window("keyed");
    browser.press("Home");
    browser.press("ArrowLeft");
    assert_eq!(browser.text(week), "The week of 3 Aug 2026");
    browser.press("Escape");
    browser.until("!document.querySelector('.tip')");
    assert_eq!(browser.troubles(), [""; 0]);
}

fn filters_in_place() {
    let (_server, mut browser) = opened(DESK, "/d/usage");
    browser.eval("void (window.mark = 1)"); // gone if the page were loaded anew
    let figures = "document.querySelector('.blocks').textContent";
    let all = browser.text(figures);
    browser.click(".multi summary");
    browser.click("input[name=grade][value=Partner]");
    browser.until("location.search === '?grade=Partner' && !document.querySelector('[aria-busy]')");
    let partners = browser.text(figures);
    assert_ne!(partners, all);
    let focus = "document.activeElement.name + document.activeElement.value";
    assert_eq!(browser.text(focus), "gradePartner");
    assert_eq!(browser.eval("document.querySelector('.multi').open"), json!(true));
    browser.photograph_window("filtered");
    // What came in place is the page that the address opens, and so are its downloads.
    assert_eq!(browser.text("document.querySelector('.files a').getAttribute('href').split('?')[1]"), "grade=Partner");
    let fresh = "fetch(location.href).then(r => r.text()).then(t => new DOMParser().parseFromString(t, 'text/html').querySelector('.blocks').textContent)";
    assert_eq!(browser.text(fresh), partners);
    browser.click("input[name=grade][value=Manager]");
    browser.until("location.search === '?grade=Manager&grade=Partner' && !document.querySelector('[aria-busy]')");
    assert_eq!(browser.text("document.querySelector('.multi strong').textContent"), "Manager, Partner");
    browser.click("h1");
    assert_eq!(browser.eval("document.querySelector('.multi').open"), json!(false));
    browser.eval("history.back()");
    browser.until("location.search === '?grade=Partner' && !document.querySelector('[aria-busy]')");
    assert_eq!(browser.text(figures), partners);
    assert_eq!(browser.eval("document.querySelector('input[value=Manager]').checked"), json!(false));
    browser.eval("history.back()");
    browser.until("location.search === '' && !document.querySelector('[aria-busy]')");
    assert_eq!(browser.text(figures), all);
    browser.eval("history.forward()");
    browser.until("location.search === '?grade=Partner' && !document.querySelector('[aria-busy]')");
    browser.eval("document.querySelector('.send a').focus()");
    browser.press("Enter");
    browser.until("location.search === '' && !document.querySelector('[aria-busy]')");
    assert_eq!(browser.text(figures), all);
    assert_eq!(browser.text("document.activeElement.localName"), "button");
    // A choice that is taken back while its page is on the way leaves all as it was.
    let twice =
        "for (const wait of [0, 250]) setTimeout(() => document.querySelector('input[value=Analyst]').click(), wait)";
    browser.eval(twice);
    browser.eval("new Promise(done => setTimeout(done, 1500))");
    assert_eq!(browser.text("location.search"), "");
    assert_eq!(browser.text(figures), all);
    assert_eq!(browser.eval("document.querySelectorAll('input:checked').length"), json!(0));
    assert_eq!(browser.eval("window.mark"), json!(1));
    assert_eq!(browser.troubles(), [""; 0]);
}

fn a_wrong_choice_in_place() {
    let (_server, mut browser) = opened(DESK, "/d/usage");
    let figures = "document.querySelector('.blocks').textContent";
    let all = browser.text(figures);
    let choose = |day: &str| {
        format!(
            "(() => {{ const from = document.querySelector('input[name=from]'); from.value = '{day}'; from.dispatchEvent(new Event('change', {{bubbles: true}})); }})()"
        )
    };
    browser.eval(&choose("0002-01-05")); // a year that is being typed
    browser.eval("new Promise(done => setTimeout(done, 900))");
    assert_eq!(browser.eval("!document.querySelector('.wrong')"), json!(true));
    browser.eval(&choose("2031-01-06"));
    browser.until("document.querySelector('.wrong')");
    let told = browser.text("document.querySelector('.wrong').textContent");
    assert!(told.contains("2031-01-06") && told.contains("its data ends on"), "{told}");
    assert_eq!(browser.text(figures), all);
    assert_eq!(browser.text("location.search"), "");
    browser.eval(&choose("2026-08-03"));
    browser.until("location.search === '?from=2026-08-03' && !document.querySelector('.wrong')");
    // Chromium notes the one answer that was no page.
    let troubles = browser.troubles();
    assert!(troubles.len() == 1 && troubles[0].contains("400"), "{troubles:?}");
}

/// What finds no faults must be able to find them.
fn faults_are_found() {
    let (_server, mut browser) = opened(PHONE, "/d/habit");
    browser.eval(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<p style=\"color:#ccc;background:#fff\">pale</p><img src=\"data:,\">')",
    );
    assert!(judged(&mut browser).iter().any(|fault| fault.starts_with("color-contrast")));
    assert!(judged(&mut browser).iter().any(|fault| fault.starts_with("image-alt")));
    browser.eval("document.querySelector('.asks').style.width = '500px'");
    assert!(wide_px(&mut browser) > 390.0);
    browser.eval("void fetch('http://elsewhere.invalid/').catch(() => {})");
    browser.until("true");
    let troubles = browser.troubles();
    assert!(troubles.iter().any(|trouble| trouble.contains("Content Security Policy")), "{troubles:?}");
}
