//! One `cargo dev`, started and ended; a folder that goes away.

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A running process.
pub(crate) struct Dev {
    child: Child,
    /// Kept open: a closed pipe would be a broken one.
    _stdout: BufReader<ChildStdout>,
    /// What it said once it was ready.
    pub(crate) said: String,
    /// The management token.
    pub(crate) token: String,
}

impl Dev {
    pub(crate) fn command(arguments: &[&str]) -> Command {
        // Cargo builds the examples beside the tests.
        let test = std::env::current_exe().unwrap();
        let built = test
            .parent()
            .and_then(Path::parent)
            .unwrap()
            .join("examples/dev");
        assert!(
            built.exists(),
            "build it first: cargo build -p hallpass-local --example dev"
        );
        let mut command = Command::new(built);
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// Starts it, and waits until it has said everything.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = Self::command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let last = if arguments.contains(&"--services-only") {
            "# management token: "
        } else {
            "       -H "
        };
        let mut said = String::new();
        while !said.lines().any(|line| line.starts_with(last)) {
            if stdout.read_line(&mut said).unwrap() == 0 {
                let mut error = String::new();
                child
                    .stderr
                    .take()
                    .unwrap()
                    .read_to_string(&mut error)
                    .unwrap();
                panic!("it ended: {said}{error}");
            }
        }
        let (_, token) = said.split_once("management token: ").unwrap();
        let token = token.lines().next().unwrap().to_owned();
        Self {
            child,
            _stdout: stdout,
            said,
            token,
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        let (_, rest) = self.said.split_once(": http://").unwrap();
        rest.lines().next().unwrap().parse().unwrap()
    }

    /// Sends a signal; the exit code, if it exited by itself, and what it logged.
    pub(crate) fn end(&mut self, signal: &str) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill")
            .args(["-s", signal, &pid])
            .status()
            .unwrap();
        assert!(sent.success());
        let code = self.child.wait().unwrap().code();
        let mut log = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut log)
            .unwrap();
        (code, log)
    }

    pub(crate) fn get(&self, path: &str, token: &str) -> (u16, Value) {
        let bearer = format!("Bearer {token}");
        self.call("GET", path, &[("Authorization", &bearer)], "")
    }

    pub(crate) fn post(&self, path: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
        let bearer = token.map(|token| format!("Bearer {token}"));
        let headers = bearer
            .iter()
            .map(|bearer| ("Authorization", bearer.as_str()));
        let headers: Vec<_> = headers.collect();
        self.call("POST", path, &headers, &body.to_string())
    }

    /// A call as a client writes it: its status and JSON.
    pub(crate) fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, Value) {
        let headers: Vec<String> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let headers = headers.concat();
        let json = if body.is_empty() {
            ""
        } else {
            "Content-Type: application/json\r\n"
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\
             {json}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap_or_default())
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // An error means that it has ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Runs what must not start; the one line it says.
pub(crate) fn refused(arguments: &[&str]) -> String {
    let mut command = Dev::command(arguments);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    // One that starts after all would run for ever.
    if BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut said)
        .unwrap()
        > 0
    {
        child.kill().unwrap();
    }
    let ran = child.wait_with_output().unwrap();
    assert_eq!(said, "", "{arguments:?}");
    let error = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(1), "{arguments:?}: {error}");
    assert_eq!(error.lines().count(), 1, "{arguments:?}: {error}");
    error.strip_prefix("error: ").unwrap().trim_end().to_owned()
}

/// A folder of this test's own.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "hallpass-dev-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::SeqCst)
        );
        let path = std::env::temp_dir().join(name);
        // Of a run that was killed, whose number this one has again.
        std::fs::remove_dir_all(&path).ok();
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}
