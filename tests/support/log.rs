//! What is logged, kept: of the thread that asks, from then until this is dropped.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Log lines of every level, as JSON.
pub struct Log {
    lines: Lines,
    _guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Keeps what is logged from now on.
    pub fn keep() -> Self {
        let lines = Lines::default();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_max_level(LevelFilter::TRACE)
            .with_writer(lines.clone())
            .finish();
        Self {
            lines,
            _guard: subscriber.set_default(),
        }
    }

    /// The lines so far.
    pub fn text(&self) -> String {
        String::from_utf8(self.lines.bytes().clone()).unwrap()
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

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
