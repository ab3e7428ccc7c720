//! A headless Chromium, driven over WebDriver (<https://www.w3.org/TR/webdriver2/>): a handful of JSON calls, for which
//! `ureq` is here already. Where no Chromium with its driver is installed, tests skip and say so.

use std::{
    env,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A browser with one window; it ends when dropped.
pub struct Browser {
    driver: Child,
    session: String,
    agent: ureq::Agent,
    /// Chromium's own folder, empty at the start.
    _profile: TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn installed(names: &[&str]) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file())
}

impl Browser {
    /// Starts a browser; none (with the reason printed) where none is installed.
    pub fn start() -> Option<Self> {
        let found = (installed(&["chromium", "chromium-browser", "google-chrome"]), installed(&["chromedriver"]));
        let (Some(chromium), Some(driver)) = found else {
            println!("skipped: no chromium with chromedriver is installed");
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        let mut driver =
            Command::new(driver).arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse::<u16>().ok())
            .expect("the driver says its port");
        // What it says later is not read, but must find an open pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let profile_flag = format!("--user-data-dir={}", profile.path().display());
        let flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1200,1000",
            &profile_flag,
        ];
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"binary": chromium, "args": flags},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}});
        let mut browser =
            Self { driver, session: format!("http://127.0.0.1:{port}/session"), agent, _profile: profile };
        let id = browser.post("", &capabilities)["sessionId"].as_str().expect("a session").to_owned();
        browser.session = format!("{}/{id}", browser.session);
        Some(browser)
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let mut answer = self.agent.post(format!("{}{path}", self.session)).send(body.to_string()).unwrap();
        let mut answer: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
        assert!(answer["value"]["error"].is_null(), "{path} {body}: {answer}");
        answer["value"].take()
    }

    /// Opens a page of the disk, with a fragment.
    pub fn open(&self, page: &Path, fragment: &str) {
        // Another document first: the same page with another fragment would not be loaded anew.
        self.post("/url", &json!({"url": "about:blank"}));
        self.post("/url", &json!({"url": format!("file://{}{fragment}", page.display())}));
    }

    /// What a function body returns.
    pub fn eval(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// Waits until an expression is true.
    pub fn until(&self, expression: &str) {
        for _ in 0..100 {
            if self.eval(&format!("return !!({expression})")) == true {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("never true: {expression}; {}", self.eval("return document.querySelector('#shown').textContent"));
    }

    /// Presses keys one after the other (private-use codes as WebDriver numbers them), wherever the focus is.
    pub fn press(&self, keys: &[&str]) {
        let down_and_up =
            |key: &&str| [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})];
        let actions: Vec<Value> = keys.iter().flat_map(down_and_up).collect();
        self.post("/actions", &json!({"actions": [{"type": "key", "id": "keys", "actions": actions}]}));
    }

    /// Chromium's own protocol.
    pub fn chromium(&self, command: &str, params: Value) -> Value {
        self.post("/goog/cdp/execute", &json!({"cmd": command, "params": params}))
    }

    /// What the page wrote to the console, warnings and errors included, since this was last asked.
    pub fn console(&self) -> Vec<String> {
        self.log("browser").iter().map(|entry| entry["message"].to_string()).collect()
    }

    /// The addresses that documents, other than the browser's own, asked for since this was last asked.
    pub fn requests(&self) -> Vec<String> {
        let of = |entry: &Value| {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &message["message"];
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let own = text(&message["params"]["documentURL"]).starts_with("chrome");
            (message["method"] == "Network.requestWillBeSent" && !own)
                .then(|| text(&message["params"]["request"]["url"]))
        };
        self.log("performance").iter().filter_map(of).collect()
    }

    fn log(&self, kind: &str) -> Vec<Value> {
        self.post("/se/log", &json!({"type": kind})).as_array().cloned().unwrap_or_default()
    }
}
