//! An embeddings server in this process.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use serde_json::{Value, json};

/// What the server answers: status line, further headers, body.
pub type Reply = (&'static str, String, String);

/// A server on a port of its own that gives `answer(number of the request from 0, its head, its texts)`.
pub struct Mock {
    pub url: String,
    asked: Arc<AtomicUsize>,
    texts: Arc<AtomicUsize>,
}

impl Mock {
    pub fn new(answer: impl Fn(usize, &str, &[String]) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let (asked, texts) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counters = (Arc::clone(&asked), Arc::clone(&texts));
        // It ends with the process.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") {
                    if reader.read_line(&mut head).unwrap_or(0) == 0 {
                        break;
                    }
                }
                let length = head
                    .to_lowercase()
                    .split("content-length:")
                    .nth(1)
                    .and_then(|rest| rest.lines().next()?.trim().parse().ok());
                let Some(length) = length else { continue };
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                let body: Value = serde_json::from_slice(&body).unwrap();
                let input: Vec<String> = serde_json::from_value(body["input"].clone()).unwrap();
                let number = counters.0.fetch_add(1, Ordering::SeqCst);
                counters.1.fetch_add(input.len(), Ordering::SeqCst);
                let (status, headers, body) = answer(number, &head, &input);
                let reply = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}",
                    body.len()
                );
                // A client that gave up is gone.
                let _ = stream.write_all(reply.as_bytes());
            }
        });
        Self { url, asked, texts }
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub fn texts(&self) -> usize {
        self.texts.load(Ordering::SeqCst)
    }
}

/// A vector of `width` numbers that depends on the text.
pub fn vector(text: &str, width: usize) -> Vec<f64> {
    (0..width).map(|i| text.chars().map(|c| ((c as usize * (i + 3)) as f64 * 0.37).sin()).sum::<f64>() + 0.1).collect()
}

pub fn good(texts: &[String], width: usize) -> Reply {
    let data: Vec<Value> =
        texts.iter().enumerate().map(|(i, text)| json!({"index": i, "embedding": vector(text, width)})).collect();
    ("200 OK", String::new(), json!({ "data": data }).to_string())
}
