//! A client of OpenAI-compatible embeddings servers.
//!
//! `POST {url}/embeddings` with `{"model": …, "input": [text, …]}`, answered by `{"data": [{"embedding": [number, …],
//! "index": 0}, …]}`.

use std::{io, thread, time::Duration};

use serde::{Deserialize, Serialize};
use ureq::{Agent, http::Response};

use super::{KEY, Progress};
use crate::error::{Error, Result};

/// The longest wait a server may ask for; one that asks for more is out of quota rather than busy.
const MOST_WAIT: Duration = Duration::from_secs(300);

/// The longest answer that is read, in bytes.
const MOST_ANSWER: u64 = 256 << 20;

/// How to ask a server.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// The address that `/embeddings` is put behind, such as `http://127.0.0.1:8000/v1`.
    pub url: String,
    /// The name of the model, as the server knows it.
    pub model: String,
    /// The API key, sent as a bearer token; none for servers that want none.
    pub key: Option<String>,
    /// What is put before every text, for models that are trained so (`query: `).
    pub prefix: String,
    /// Texts a request; at least 1.
    pub batch: usize,
    /// How long a request may take.
    pub timeout: Duration,
    /// How often a request is tried; at least 1.
    pub attempts: u32,
    /// The wait after the first failure; it doubles with each.
    pub pause: Duration,
    /// Whether answers are kept under the model's name whatever the address: it is a name of the model's own, not
    /// `default`.
    pub named: bool,
    /// What errors call the settings.
    pub flags: Flags,
}

/// What a user calls the settings of a server, for errors that tell the way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags {
    /// The flag of the address.
    pub server: &'static str,
    /// The flag of the model's name.
    pub model: &'static str,
    /// What to do if the server's time is too short for a request.
    pub slow: &'static str,
    /// What to do if a request is too large.
    pub large: &'static str,
}

impl Flags {
    /// Those of `wenmai lexicon build`.
    pub const BUILD: Self = Self {
        server: "--server",
        model: "--model",
        slow: "raise --timeout, or lower --batch",
        large: "lower --batch",
    };
    /// Those of the settings, `--embed-server` and so on.
    pub const EMBED: Self = Self {
        server: "--embed-server",
        model: "--embed-model",
        slow: "lower --embed-batch",
        large: "lower --embed-batch or --embed-chars",
    };
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: String::new(),
            model: "default".to_owned(),
            key: None,
            prefix: String::new(),
            batch: 64,
            timeout: Duration::from_secs(120),
            attempts: 6,
            pause: Duration::from_secs(1),
            named: false,
            flags: Flags::BUILD,
        }
    }
}

/// Shows everything but the key.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { url, model, key, prefix, batch, timeout, attempts, pause, named, flags } = self;
        let key = key.as_ref().map(|_| "…");
        f.debug_struct("Settings")
            .field("url", url)
            .field("model", model)
            .field("key", &key)
            .field("prefix", prefix)
            .field("batch", batch)
            .field("timeout", timeout)
            .field("attempts", attempts)
            .field("pause", pause)
            .field("named", named)
            .field("flags", flags)
            .finish()
    }
}

/// A server to ask.
#[derive(Debug)]
pub struct Server {
    agent: Agent,
    settings: Settings,
    endpoint: String,
    /// Whether it has answered in this run: then a refused connection is a hiccup, not a wrong address.
    answered: bool,
}

#[derive(Serialize)]
struct Question<'a> {
    model: &'a str,
    input: Vec<String>,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    embedding: Vec<f64>,
    index: Option<usize>,
}

/// Why a try failed.
enum Failure {
    /// Trying again may help, after the wait that the server asks for, if it does.
    Passing { reason: String, remedy: String, wait: Option<Duration> },
    /// Trying again is no use.
    Final { reason: String, remedy: String },
}

const KEPT: &str = "what it has answered is kept, so the same command goes on from there";

impl Server {
    /// A server to ask; nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::Setting`] if the address is no `http` or `https` one, or the key cannot be sent.
    pub fn new(settings: Settings) -> Result<Self> {
        let wrong = |name: &str, value: &str, rule: &str, remedy: &str| Error::Setting {
            name: name.to_owned(),
            value: value.to_owned(),
            rule: rule.to_owned(),
            remedy: remedy.to_owned(),
        };
        let url = settings.url.trim_end_matches('/');
        let uri: Option<ureq::http::Uri> = url.parse().ok();
        let host = uri.as_ref().filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
        let Some(host) = host.and_then(ureq::http::Uri::host).filter(|host| !host.is_empty()) else {
            return Err(wrong(
                settings.flags.server,
                &settings.url,
                "it must be an http or https address",
                "write it as http://127.0.0.1:8000/v1",
            ));
        };
        if settings.key.as_ref().is_some_and(|key| !key.bytes().all(|b| b.is_ascii_graphic())) {
            return Err(wrong(
                "the API key",
                "not shown",
                "it must be printable ASCII without spaces",
                "set the environment variable to the key alone",
            ));
        }
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(settings.timeout.min(Duration::from_secs(15))))
            .timeout_global(Some(settings.timeout))
            .user_agent(concat!("wenmai/", env!("CARGO_PKG_VERSION")));
        // A proxy of the environment is for the world outside, not for this machine.
        if host == "localhost" || host.starts_with("127.") || host == "[::1]" {
            config = config.proxy(None);
        }
        let endpoint = format!("{url}/embeddings");
        Ok(Self { agent: config.build().new_agent(), settings, endpoint, answered: false })
    }

    /// How it is asked.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The teacher's vectors of texts, one each, in their order, all of one width, finite and not zero. One request.
    ///
    /// # Errors
    /// [`Error::Server`] if the server is down, or still fails after the settings' attempts, or its answer is not one
    /// vector a text.
    pub fn embed(&mut self, texts: &[&str], progress: &dyn Progress) -> Result<Vec<Vec<f32>>> {
        let input = texts.iter().map(|text| format!("{}{text}", self.settings.prefix)).collect();
        let question = Question { model: &self.settings.model, input };
        let body = serde_json::to_vec(&question).map_err(|e| self.error(e.to_string(), "please report this"))?;
        let mut pause = self.settings.pause;
        for attempt in 1.. {
            let (reason, remedy, wait) = match self.ask(&body, texts.len()) {
                Ok(vectors) => {
                    self.answered = true;
                    return Ok(vectors);
                }
                Err(Failure::Final { reason, remedy }) => return Err(self.error(reason, remedy)),
                Err(Failure::Passing { reason, remedy, wait }) => (reason, remedy, wait),
            };
            if attempt >= self.settings.attempts {
                return Err(self.error(format!("{reason} (tried {attempt} times)"), remedy));
            }
            let wait = wait.unwrap_or(pause);
            if wait > MOST_WAIT {
                return Err(self.error(format!("{reason}, and asks to wait {} s", wait.as_secs()), KEPT));
            }
            progress.wait(&format!("{reason}; trying again in {} s", wait.as_secs_f32().ceil()));
            thread::sleep(wait);
            pause = (pause * 2).min(MOST_WAIT / 5);
        }
        Err(self.error("it was not asked".to_owned(), KEPT))
    }

    pub(super) fn error(&self, reason: String, remedy: impl Into<String>) -> Error {
        Error::Server { url: self.settings.url.clone(), reason, remedy: remedy.into() }
    }

    /// One try.
    fn ask(&self, body: &[u8], texts: usize) -> Result<Vec<Vec<f32>>, Failure> {
        let mut request = self.agent.post(&self.endpoint).header("content-type", "application/json");
        if let Some(key) = &self.settings.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let mut response = request.send(body).map_err(|error| self.failure(&error))?;
        let answer = response.body_mut().with_config().limit(MOST_ANSWER).read_to_vec();
        // An error page that breaks off is still an error page.
        let answer = match answer {
            Err(error) if response.status().is_success() => return Err(self.failure(&error)),
            answer => answer.unwrap_or_default(),
        };
        if !response.status().is_success() {
            return Err(self.refusal(&response, &answer));
        }
        vectors(&answer, texts).map_err(|reason| Failure::Final {
            reason,
            remedy: "it must speak OpenAI's embeddings protocol, one vector of finite numbers a text".to_owned(),
        })
    }

    /// What an error below HTTP means.
    fn failure(&self, error: &ureq::Error) -> Failure {
        use io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable};
        let flags = self.settings.flags;
        let passing = |reason: String, remedy: &str| Failure::Passing { reason, remedy: remedy.to_owned(), wait: None };
        let start = || format!("start the server, or correct {}", flags.server);
        match error {
            ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) if !self.answered => {
                passing("no connection comes about".to_owned(), &start())
            }
            ureq::Error::Timeout(_) => {
                passing(format!("it did not answer within {} s", self.settings.timeout.as_secs_f32()), flags.slow)
            }
            ureq::Error::Io(e) if e.kind() == io::ErrorKind::TimedOut => {
                passing(format!("it did not answer within {} s", self.settings.timeout.as_secs_f32()), flags.slow)
            }
            ureq::Error::Io(e)
                if !self.answered && matches!(e.kind(), ConnectionRefused | HostUnreachable | NetworkUnreachable) =>
            {
                Failure::Final { reason: format!("nothing answers there ({e})"), remedy: start() }
            }
            ureq::Error::HostNotFound | ureq::Error::ConnectionFailed if !self.answered => {
                Failure::Final { reason: "there is no such host".to_owned(), remedy: start() }
            }
            ureq::Error::Io(_) | ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => {
                passing(format!("the connection failed ({error})"), KEPT)
            }
            _ => Failure::Final { reason: error.to_string(), remedy: format!("check {}", flags.server) },
        }
    }

    /// What an answer other than success means.
    fn refusal<T>(&self, response: &Response<T>, answer: &[u8]) -> Failure {
        let status = response.status();
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let Flags { server, model, large, .. } = self.settings.flags;
        let reason = format!("it answers {status}{}", told(answer));
        let last = |remedy: String| Failure::Final { reason: reason.clone(), remedy };
        match status.as_u16() {
            408 | 429 | 500 | 502..=504 | 529 => Failure::Passing {
                remedy: if status.as_u16() == 429 { KEPT } else { "see the server's own log" }.to_owned(),
                // In seconds; a server that gives a date gets the usual wait.
                wait: header("retry-after").and_then(|value| value.trim().parse().ok()).map(Duration::from_secs),
                reason,
            },
            401 | 403 => last(format!("put its API key in the environment variable {KEY}")),
            300..=399 => Failure::Final {
                reason: header("location").map_or(reason.clone(), |to| format!("{reason}, a redirection to {to}")),
                remedy: format!("give the address it redirects to as {server}"),
            },
            404 | 405 => last(format!(
                "{server} is what stands before /embeddings, often ending in /v1, and {model} must be known to it"
            )),
            413 => last(large.to_owned()),
            _ => last(format!("check {model}, or {large}")),
        }
    }
}

/// The first words of an error page: its `error.message` if it is JSON as OpenAI writes it.
fn told(answer: &[u8]) -> String {
    let value: Option<serde_json::Value> = serde_json::from_slice(answer).ok();
    let message = value.as_ref().and_then(|value| {
        let error = value.get("error").unwrap_or(value);
        error.get("message").unwrap_or(error).as_str()
    });
    let text = message.map_or_else(|| String::from_utf8_lossy(answer), Into::into);
    let words = excerpt(&text);
    if words.is_empty() { String::new() } else { format!(": {words}") }
}

fn excerpt(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut start: String = words.chars().take(160).collect();
    if start.len() < words.len() {
        start.push('…');
    }
    start
}

/// The vectors of an answer, in the order of the texts.
fn vectors(answer: &[u8], texts: usize) -> Result<Vec<Vec<f32>>, String> {
    let answer: Answer = serde_json::from_slice(answer).map_err(|error| {
        let begin = String::from_utf8_lossy(&answer[..answer.len().min(400)]);
        if error.is_data() {
            format!("its answer is not one of embeddings ({error})")
        } else {
            format!("its answer is not JSON ({error}; it begins with {:?})", excerpt(&begin))
        }
    })?;
    if answer.data.len() != texts {
        return Err(format!("it answers {texts} texts with {} vectors", answer.data.len()));
    }
    let mut items: Vec<(usize, Vec<f64>)> =
        answer.data.into_iter().enumerate().map(|(i, item)| (item.index.unwrap_or(i), item.embedding)).collect();
    items.sort_by_key(|(index, _)| *index);
    if items.iter().enumerate().any(|(i, (index, _))| i != *index) {
        return Err("the indices of its vectors are not those of the texts".to_owned());
    }
    let width = items.first().map_or(0, |(_, vector)| vector.len());
    let mut vectors = Vec::with_capacity(items.len());
    for (i, vector) in items {
        if vector.len() != width || width == 0 {
            return Err(format!("its vectors differ in width: text {} has {}, the first {width}", i + 1, vector.len()));
        }
        let vector: Vec<f32> = vector.into_iter().map(|x| x as f32).collect();
        if !vector.iter().all(|x| x.is_finite()) {
            return Err(format!("the vector of text {} has a number that is not finite", i + 1));
        }
        if vector.iter().all(|&x| x == 0.0) {
            return Err(format!("the vector of text {} is zero", i + 1));
        }
        vectors.push(vector);
    }
    Ok(vectors)
}
