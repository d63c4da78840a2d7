//! A headless Chromium, driven over the DevTools protocol. It talks on two pipes, so it needs no port and no websocket.

use crate::firm::{fresh, tree};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// The names it has on Debian, on others, and under its maker's own.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// Longer than any page takes, also on a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(300);

/// As what the page is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    pub width_px: u32,
    pub dark: bool,
    pub scripts: bool,
}

pub const DESK: Look = Look { width_px: 1440, dark: false, scripts: true };
pub const PHONE: Look = Look { width_px: 390, ..DESK };

/// One window with one tab.
pub struct Browser {
    program: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    /// Of the tab; empty until there is one.
    session: String,
    asked: u64,
    /// Before every path: `http://127.0.0.1:8321`.
    origin: String,
    /// Pages that finished loading.
    loads: usize,
    /// What no page should do: console errors, exceptions, requests to other hosts.
    troubles: Vec<String>,
    downloads: PathBuf,
}

pub fn installed() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let every = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    every.into_iter().find(|path| path.is_file())
}

impl Browser {
    pub fn looking(origin: &str, look: Look) -> Browser {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let own = fresh(&format!("browser-{}", STARTED.fetch_add(1, Ordering::Relaxed)));
        let downloads = own.join("downloads");
        let mut program = started(&own.join("profile"));
        let to = program.stdin.take().expect("piped");
        let from = program.stdout.take().expect("piped");
        let (send, receive) = channel();
        std::thread::spawn(move || {
            let messages = BufReader::new(from).split(0).map_while(Result::ok);
            let _ = messages.filter_map(|bytes| serde_json::from_slice(&bytes).ok()).try_for_each(|it| send.send(it));
        });
        let (session, origin) = (String::new(), origin.to_string());
        let mut browser =
            Browser { program, to, from: receive, session, asked: 0, origin, loads: 0, troubles: vec![], downloads };
        browser.open(look);
        browser
    }

    fn open(&mut self, look: Look) {
        let target = self.call("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = self.call("Target.attachToTarget", attach);
        self.session = attached["sessionId"].as_str().expect("a session").to_string();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            self.call(&format!("{domain}.enable"), json!({}));
        }
        let is_phone = look.width_px < 700;
        let high = if is_phone { 844 } else { 900 };
        let screen = json!({"width": look.width_px, "height": high, "deviceScaleFactor": 1, "mobile": is_phone});
        self.call("Emulation.setDeviceMetricsOverride", screen);
        let scheme = if look.dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.call("Emulation.setEmulatedMedia", media);
        self.call("Emulation.setScriptExecutionDisabled", json!({"value": !look.scripts}));
        let folder = self.downloads.to_string_lossy();
        let behaviour = json!({"behavior": "allow", "downloadPath": folder});
        self.call("Browser.setDownloadBehavior", behaviour);
    }

    /// Opens a page of the server and waits until it is whole.
    pub fn go(&mut self, path: &str) {
        let url = format!("{}{path}", self.origin);
        self.leads(|browser| _ = browser.call("Page.navigate", json!({"url": url})));
    }

    /// Does what opens another page, and waits until that is whole.
    pub fn leads(&mut self, act: impl FnOnce(&mut Browser)) {
        let before = self.loads;
        act(self);
        let begun = Instant::now();
        while self.loads == before {
            assert!(begun.elapsed() < PATIENCE, "no page was opened");
            self.hear(Duration::from_millis(100));
        }
        self.eval("document.fonts.ready.then(() => 1)");
    }

    /// The value of an expression in the page, also where the page itself may run no scripts.
    #[track_caller]
    pub fn eval(&mut self, expression: &str) -> Value {
        let ask = json!({"expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true});
        let told = self.call("Runtime.evaluate", ask);
        assert!(told["exceptionDetails"].is_null(), "{expression:.200}\n{}", told["exceptionDetails"]);
        told["result"]["value"].clone()
    }

    #[track_caller]
    pub fn text(&mut self, expression: &str) -> String {
        self.eval(expression).as_str().unwrap_or_else(|| panic!("no text: {expression}")).to_string()
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub fn until(&mut self, expression: &str) {
        let begun = Instant::now();
        while self.eval(&format!("Boolean({expression})")) != json!(true) {
            assert!(begun.elapsed() < PATIENCE, "it never comes: {expression}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses the mouse in the middle of the first visible element that a selector finds.
    #[track_caller]
    pub fn click(&mut self, selector: &str) {
        let middle = format!(
            "(() => {{ const all = [...document.querySelectorAll({selector:?})];
               const seen = all.find(e => e.getClientRects().length); if (!seen) return null;
               seen.scrollIntoView({{block: 'center'}}); const r = seen.getClientRects()[0];
               return [r.x + r.width / 2, r.y + r.height / 2]; }})()"
        );
        let at = self.eval(&middle);
        assert!(at.is_array(), "nothing to click: {selector}");
        let (x, y) = (at[0].as_f64().expect("a place"), at[1].as_f64().expect("a place"));
        self.point(x, y);
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1});
            self.call("Input.dispatchMouseEvent", event);
        }
    }

    /// Moves the mouse, in CSS pixels from the window's top left.
    pub fn point(&mut self, x: f64, y: f64) {
        self.call("Input.dispatchMouseEvent", json!({"type": "mouseMoved", "x": x, "y": y}));
    }

    /// Presses a key by its DOM name: `Tab`, `Enter`, `ArrowRight`; a blank is the space bar.
    pub fn press(&mut self, key: &str) {
        let (code, number, text) = match key {
            "Tab" => ("Tab", 9, ""),
            "Enter" => ("Enter", 13, "\r"),
            "Escape" => ("Escape", 27, ""),
            " " => ("Space", 32, " "),
            "End" => ("End", 35, ""),
            "Home" => ("Home", 36, ""),
            "ArrowLeft" => ("ArrowLeft", 37, ""),
            "ArrowRight" => ("ArrowRight", 39, ""),
            other => panic!("no key is called {other}"),
        };
        let kind = if text.is_empty() { "rawKeyDown" } else { "keyDown" };
        let event = |kind: &str, text: &str| json!({"type": kind, "key": key, "code": code, "windowsVirtualKeyCode": number, "text": text});
        self.call("Input.dispatchKeyEvent", event(kind, text));
        self.call("Input.dispatchKeyEvent", event("keyUp", ""));
    }

    /// Presses Tab until an element that the selector finds has the focus.
    #[track_caller]
    pub fn tab_to(&mut self, selector: &str) {
        for _ in 0..400 {
            self.press("Tab");
            if self.eval(&format!("document.activeElement.matches({selector:?})")) == json!(true) {
                return;
            }
        }
        panic!("Tab never comes to {selector}");
    }

    /// The one file that `act` downloads: its name and bytes.
    #[track_caller]
    pub fn downloaded(&mut self, act: impl FnOnce(&mut Browser)) -> (String, Vec<u8>) {
        let had = self.files();
        act(self);
        let begun = Instant::now();
        loop {
            let now = self.files();
            let new = now.into_iter().find(|(path, _)| !had.contains_key(path));
            if let Some((path, bytes)) = new {
                return (path.to_string_lossy().into_owned(), bytes);
            }
            assert!(begun.elapsed() < PATIENCE, "nothing was downloaded");
            self.hear(Duration::from_millis(50));
        }
    }

    /// Files that are whole: those under way have a name of Chromium's own.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let folder = if self.downloads.is_dir() { tree(&self.downloads) } else { BTreeMap::new() };
        let whole = |path: &Path| !path.extension().is_some_and(|e| e == "crdownload" || e == "tmp");
        folder.into_iter().filter(|(path, bytes)| whole(path) && !bytes.is_empty()).collect()
    }

    /// What went wrong since it was last asked; empty if all is well.
    pub fn troubles(&mut self) -> Vec<String> {
        self.hear(Duration::from_millis(50));
        std::mem::take(&mut self.troubles)
    }

    /// The whole page as PNG, in the folder that `UPTAKE_LOOK` names.
    pub fn photograph(&mut self, name: &str) {
        let size = self.call("Page.getLayoutMetrics", json!({}))["cssContentSize"].clone();
        let clip = json!({"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1});
        self.take_picture(name, json!({"captureBeyondViewport": true, "clip": clip}));
    }

    /// What the window shows of it, which leaves the pointer where it is.
    pub fn photograph_window(&mut self, name: &str) {
        self.take_picture(name, json!({}));
    }

    fn take_picture(&mut self, name: &str, how: Value) {
        let Some(folder) = std::env::var_os("UPTAKE_LOOK") else { return };
        let told = self.call("Page.captureScreenshot", how);
        let bytes = from_base64(told["data"].as_str().expect("a picture"));
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), bytes).expect("written");
    }

    #[track_caller]
    fn call(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let mut message = json!({"id": self.asked, "method": method, "params": params});
        if !self.session.is_empty() && !method.starts_with("Target.") && !method.starts_with("Browser.") {
            message["sessionId"] = json!(self.session);
        }
        self.to.write_all(format!("{message}\0").as_bytes()).expect("Chromium listens");
        self.to.flush().expect("Chromium listens");
        let begun = Instant::now();
        loop {
            assert!(begun.elapsed() < PATIENCE, "Chromium does not answer {method}");
            if let Some(told) = self.hear(Duration::from_millis(200)).filter(|told| told["id"] == json!(self.asked)) {
                assert!(told["error"].is_null(), "{method}: {}", told["error"]);
                return told["result"].clone();
            }
        }
    }

    /// Takes all messages up to the first answer, or waits as long for one.
    fn hear(&mut self, most: Duration) -> Option<Value> {
        let begun = Instant::now();
        loop {
            match self.from.recv_timeout(most.saturating_sub(begun.elapsed())) {
                Ok(answer) if answer["id"].is_u64() => return Some(answer),
                Ok(event) => self.note(&event),
                Err(RecvTimeoutError::Timeout) => return None,
                Err(RecvTimeoutError::Disconnected) => panic!("Chromium went away"),
            }
        }
    }

    fn note(&mut self, event: &Value) {
        let told = &event["params"];
        match event["method"].as_str().unwrap_or_default() {
            "Page.loadEventFired" => self.loads += 1,
            "Runtime.exceptionThrown" => self.troubles.push(format!("exception: {}", told["exceptionDetails"])),
            "Runtime.consoleAPICalled" if matches!(told["type"].as_str(), Some("error" | "warning" | "assert")) => {
                self.troubles.push(format!("console: {}", told["args"]));
            }
            "Log.entryAdded" if matches!(told["entry"]["level"].as_str(), Some("error" | "warning")) => {
                self.troubles.push(format!("log: {} {}", told["entry"]["text"], told["entry"]["url"]));
            }
            "Network.requestWillBeSent" => {
                let url = told["request"]["url"].as_str().unwrap_or_default();
                let ours = url.strip_prefix(&self.origin).is_some_and(|path| path.starts_with('/'));
                if !ours && !url.starts_with("data:") {
                    self.troubles.push(format!("a request to {url}"));
                }
            }
            "Inspector.targetCrashed" => panic!("the tab crashed"),
            _ => {}
        }
    }
}

/// Chromium reads what it is told on its pipe 3 and answers on 4; a shell lays our two there.
fn started(profile: &Path) -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null"]);
    command.arg(installed().expect("asked before"));
    command.args(["--headless", "--remote-debugging-pipe", "--no-first-run", "--no-default-browser-check"]);
    // Only our own pages are opened, and in a container the sandbox and the shared memory are often not to be had.
    command.args(["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb"]);
    command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
    command.arg(format!("--user-data-dir={}", profile.display())).arg("about:blank");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().expect("Chromium starts")
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Asked to close, it ends its own children too.
        let _ = self.to.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(10) {
            if let Ok(Some(_)) = self.program.try_wait() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn from_base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0);
    for six in text.bytes().filter_map(|letter| LETTERS.iter().position(|known| *known == letter)) {
        bits = bits << 6 | six as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    bytes
}
