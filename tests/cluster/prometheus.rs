//! A stand-in for Prometheus that answers as it is told, also as no Prometheus would.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// One series that was this all the time that was asked for.
    Value(&'static str),
    /// No series.
    Nothing,
    /// A page of something else.
    Page,
    /// A failure without a word.
    Failure,
    /// An answer that ends in the midst of it, though its length is right.
    Half,
    /// An answer that breaks off before its end.
    BrokenOff,
    /// The answer to another kind of question.
    Vector,
    /// That the question is wrong.
    Complaint,
    /// Far more than was asked for.
    Flood,
    /// Nothing for as long as anybody waits.
    Silence,
}

/// A server, with a name for each way to answer in the path of its address.
pub(crate) struct Stub {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<BTreeMap<String, Answer>>>,
    is_over: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

impl Stub {
    /// On any port. It answers with a `1` to whatever it is not told to answer otherwise.
    pub(crate) fn start() -> Self {
        Self::listen(TcpListener::bind("127.0.0.1:0").expect("a port is free"))
    }

    fn listen(listener: TcpListener) -> Self {
        let port = listener.local_addr().expect("it has an address").port();
        let stub = Self {
            port,
            requests: Arc::default(),
            answers: Arc::default(),
            is_over: Arc::default(),
            listening: None,
        };
        let (requests, answers) = (stub.requests.clone(), stub.answers.clone());
        let is_over = stub.is_over.clone();
        let listening = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if is_over.load(Ordering::SeqCst) {
                    return;
                }
                let (requests, answers) = (requests.clone(), answers.clone());
                // Who is kept waiting keeps nobody else waiting. It ends with its connection.
                std::thread::spawn(move || serve(stream, &requests, &answers));
            }
        });
        Self {
            listening: Some(listening),
            ..stub
        }
    }

    /// Takes it away: connections to its port are refused.
    pub(crate) fn stop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // This wakes it up.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        if let Some(listening) = self.listening.take() {
            listening.join().expect("it does not panic");
        }
    }

    /// One again at the port of this one, once that is free. `None` as long as it is not.
    pub(crate) fn again(&self) -> Option<Self> {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).ok()?;
        Some(Self::listen(listener))
    }

    /// The address of the server of a name.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}/{name}", self.port)
    }

    /// Says how the server of a name answers from now on.
    pub(crate) fn tell(&self, name: &str, answer: Answer) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.insert(name.to_owned(), answer);
    }

    /// The requests so far, head and body.
    pub(crate) fn asked(&self) -> Vec<String> {
        let requests = self.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn serve(
    mut stream: TcpStream,
    requests: &Mutex<Vec<String>>,
    answers: &Mutex<BTreeMap<String, Answer>>,
) -> Option<()> {
    let request = read(&mut stream)?;
    let name = request.split(['/', ' ']).nth(2).unwrap_or_default();
    let answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
    let answer = answers.get(name).copied().unwrap_or(Answer::Value("1"));
    drop(answers);
    let written = write(&mut stream, answer, &request);
    let mut requests = requests.lock().unwrap_or_else(PoisonError::into_inner);
    requests.push(request);
    written
}

/// The whole of a request, head and body.
fn read(stream: &mut TcpStream) -> Option<String> {
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let mut request = Vec::new();
    let mut part = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.trim().parse::<usize>().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        match stream.read(&mut part) {
            Ok(0) | Err(_) => return None,
            Ok(read) => request.extend_from_slice(&part[..read]),
        }
    }
}

fn write(stream: &mut TcpStream, answer: Answer, request: &str) -> Option<()> {
    let success = |data: Value| json!({"status": "success", "data": data}).to_string();
    let matrix =
        |series: &[Value]| success(json!({"resultType": "matrix", "result": series})).to_string();
    let (json, html) = ("application/json", "text/html");
    let mut missing = 0;
    let (status, kind, body) = match answer {
        Answer::Value(value) => ("200 OK", json, matrix(&[series(request, value)?])),
        Answer::Nothing => ("200 OK", json, matrix(&[])),
        Answer::Page => ("200 OK", html, "<html><h1>Welcome!</h1></html>".to_owned()),
        Answer::Failure => ("500 Internal Server Error", html, "<html>".to_owned()),
        Answer::Half => {
            let whole = matrix(&[series(request, "1")?]);
            ("200 OK", json, whole[..whole.len() / 2].to_owned())
        }
        Answer::BrokenOff => {
            missing = 100;
            ("200 OK", json, matrix(&[]))
        }
        Answer::Vector => {
            let sample = json!({"metric": {}, "value": [parameter(request, "end")?, "1"]});
            let data = json!({"resultType": "vector", "result": [sample]});
            ("200 OK", json, success(data))
        }
        Answer::Complaint => {
            let error =
                json!({"status": "error", "errorType": "bad_data", "error": "no such function"});
            ("400 Bad Request", json, error.to_string())
        }
        Answer::Flood => ("200 OK", json, " ".repeat(16 << 20)),
        Answer::Silence => {
            stream.set_read_timeout(None).ok()?;
            // Until whoever asked hangs up. What is said then is too late.
            let _ = stream.read(&mut [0]);
            ("200 OK", json, matrix(&[series(request, "1")?]))
        }
    };
    let length = body.len() + missing;
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n");
    write!(stream, "{head}Connection: close\r\n\r\n{body}").ok()
}

/// A sample at each moment that was asked for.
fn series(request: &str, value: &str) -> Option<Value> {
    let [start, end, step] = ["start", "end", "step"].map(|name| parameter(request, name));
    let (mut at, end, step) = (start?, end?, step?);
    let mut values = Vec::new();
    while at <= end {
        values.push(json!([at, value]));
        at += step.max(1.0);
    }
    Some(json!({"metric": {}, "values": values}))
}

/// A number in the form that was sent.
fn parameter(request: &str, name: &str) -> Option<f64> {
    let (_, form) = request.split_once("\r\n\r\n")?;
    let mut fields = form.split('&').filter_map(|field| field.split_once('='));
    let (_, value) = fields.find(|(field, _)| *field == name)?;
    value.parse().ok()
}
