//! Bytes on their way out of one connection: at once as far as the system takes them, the rest when it takes more (TST-17).

use std::collections::VecDeque;
use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::pause;

const CHUNK_BYTES: usize = 65_536;

/// Bytes that wait, and the stream that they go to. They are dropped with it.
#[derive(Debug)]
pub(super) struct Outbox {
    stream: Arc<TcpStream>,
    shared: Arc<Mutex<Waiting>>,
}

#[derive(Debug, Default)]
struct Waiting {
    bytes: VecDeque<u8>,
    /// Whether the stream is to be ended after them.
    closes: bool,
    /// Whether a thread writes them, so that nobody else does.
    has_writer: bool,
}

impl Outbox {
    /// `stream` has a timeout for writes.
    pub(super) fn new(stream: TcpStream) -> Self {
        Self {
            stream: Arc::new(stream),
            shared: Arc::default(),
        }
    }

    pub(super) fn len(&self) -> usize {
        lock(&self.shared).bytes.len()
    }

    pub(super) fn send(&self, bytes: &[u8]) {
        lock(&self.shared).bytes.extend(bytes);
        self.flush();
    }

    /// Ends this side once everything is written.
    pub(super) fn close(&self) {
        lock(&self.shared).closes = true;
        self.flush();
    }

    /// Gives the system what it takes now, and leaves what it does not take to a thread.
    fn flush(&self) {
        let mut waiting = lock(&self.shared);
        if waiting.has_writer || self.stream.set_nonblocking(true).is_err() {
            return;
        }
        while !waiting.bytes.is_empty() {
            let (front, _) = waiting.bytes.as_slices();
            match (&*self.stream).write(front) {
                Ok(length) => drop(waiting.bytes.drain(..length)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => waiting.bytes.clear(), // nobody reads them any more
            }
        }
        let _ = self.stream.set_nonblocking(false);
        if waiting.bytes.is_empty() {
            waiting.end_if_due(&self.stream);
            return;
        }
        waiting.has_writer = true;
        let (stream, shared) = (Arc::clone(&self.stream), Arc::clone(&self.shared));
        thread::spawn(move || write_all(&stream, &shared));
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        let mut waiting = lock(&self.shared);
        if waiting.has_writer {
            waiting.bytes.clear();
            let _ = self.stream.shutdown(Shutdown::Both);
        }
    }
}

impl Waiting {
    fn end_if_due(&self, stream: &TcpStream) {
        if self.closes {
            let _ = stream.shutdown(Shutdown::Write);
        }
    }
}

/// Writes until nothing waits. The lock is free while the system takes nothing.
fn write_all(mut stream: &TcpStream, shared: &Mutex<Waiting>) {
    loop {
        let mut waiting = lock(shared);
        if waiting.bytes.is_empty() {
            waiting.has_writer = false;
            waiting.end_if_due(stream);
            return;
        }
        let chunk: Vec<u8> = waiting.bytes.iter().take(CHUNK_BYTES).copied().collect();
        drop(waiting);
        let written = stream.write(&chunk);
        let mut waiting = lock(shared);
        match written {
            Ok(length) => {
                let length = length.min(waiting.bytes.len());
                drop(waiting.bytes.drain(..length));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if is_full(&error) => {
                drop(waiting);
                pause();
            }
            Err(_) => waiting.bytes.clear(),
        }
    }
}

/// Whether the system took nothing for as long as the timeout says.
fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{TimedOut, WouldBlock};
    matches!(error.kind(), TimedOut | WouldBlock)
}

/// No thread panics while it holds the lock, so what is in it is whole.
fn lock(shared: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
