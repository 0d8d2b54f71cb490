//! Captures what is logged by the current thread, until this value is dropped.

use hallpass_runtime::log_lines;
use std::io::{self, Write};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Log lines of every level, as the functions write them.
pub struct Log {
    lines: Lines,
    _guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Keeps what is logged from now on.
    pub fn keep() -> Self {
        // Where there is one subscriber alone, tracing asks the thread that comes to an event first
        // whether anybody wants it, and never again: with two it asks the subscribers.
        static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(every_level(io::sink)));
        LazyLock::force(&ANOTHER);
        let lines = Lines::default();
        let kept = lines.clone();
        let subscriber = every_level(move || kept.clone());
        Self {
            lines,
            _guard: subscriber.set_default(),
        }
    }

    /// The lines so far.
    pub fn text(&self) -> String {
        String::from_utf8(self.lines.bytes().clone()).unwrap()
    }

    /// Those of the lines so far that are of this level and hold this text.
    pub fn told(&self, level: &str, text: &str) -> usize {
        let level = format!("\"level\":\"{level}\"");
        let lines = self.text();
        let told = |line: &&str| line.contains(&level) && line.contains(text);
        lines.lines().filter(told).count()
    }

    /// The lines so far, which are then forgotten.
    pub fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.lines.bytes())).unwrap()
    }
}

impl Lines {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn every_level<W>(writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    log_lines(writer, LevelFilter::TRACE)
}
