//! One TCP connection: a thread that reads, and one that writes what waits.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::transport::join;

/// Bytes of one read.
const CHUNK_BYTES: usize = 65_536;
/// Bytes that one write is made of, where so many wait.
const BATCH_BYTES: usize = 262_144;
/// Frames and chunks whose memory is kept for the next ones.
const SPARES: usize = 8;
/// The time for which the other end may go on sending to a connection that is closed here (TCP-13).
const LINGER: Duration = Duration::from_secs(5);

/// The longest time that a write that was told of a reset may take to say so.
const TOLD: Duration = Duration::from_millis(100);

/// News of the sockets.
#[derive(Debug)]
pub(super) enum Incoming {
    Accepted(TcpStream, SocketAddr),
    Bytes(SocketAddr, Vec<u8>),
    /// The other end stops sending.
    End(SocketAddr),
    Reset(SocketAddr),
}

/// The sending side of a connection. Its threads end soon after it is closed or dropped.
#[derive(Debug)]
pub(super) struct Line(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    frames: VecDeque<Vec<u8>>,
    /// Written frames and read chunks whose memory the next ones can have.
    written: Vec<Vec<u8>>,
    read: Vec<Vec<u8>>,
    /// Of the frames that wait, and of those that are being written.
    bytes: usize,
    is_closed: bool,
    has_ended: bool,
    /// Whether writing failed.
    is_broken: bool,
}

impl Line {
    /// Begins to read and to write. What is read goes into `news`, which holds the reader up while it is full.
    pub(super) fn new(
        stream: TcpStream,
        link: SocketAddr,
        news: SyncSender<Incoming>,
    ) -> std::io::Result<Self> {
        stream.set_nodelay(true)?; // TCP-21
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let (reader, of_reader) = (stream.try_clone()?, Arc::clone(&shared));
        thread::spawn(move || {
            let last = match read(reader, link, &news, &of_reader) {
                Incoming::End(_) if of_reader.was_reset() => Incoming::Reset(link),
                last => last,
            };
            let _ = news.send(last);
            of_reader.state().has_ended = true;
            of_reader.changed.notify_all();
        });
        let of_writer = Arc::clone(&shared);
        thread::spawn(move || write(stream, &of_writer));
        Ok(Self(shared))
    }

    pub(super) fn send(&self, frame: Vec<u8>) {
        let mut state = self.0.state();
        state.bytes = state.bytes.saturating_add(frame.len());
        state.frames.push_back(frame);
        self.0.changed.notify_all();
    }

    /// Frames that were written, for [`Endpoint::reuse`](crate::endpoint::Endpoint::reuse).
    pub(super) fn take_written(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.0.state().written)
    }

    /// Takes back what was read.
    pub(super) fn reuse(&self, chunk: Vec<u8>) {
        let mut state = self.0.state();
        if state.read.len() < SPARES {
            state.read.push(chunk);
        }
    }

    /// How many bytes wait for the other end to read.
    pub(super) fn unsent(&self) -> usize {
        self.0.state().bytes
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.state().is_closed = true;
        self.0.changed.notify_all();
    }
}

impl Shared {
    /// No thread panics while it holds the lock, so what is in it is whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next frames to write; none once the connection is closed and everything was written.
    fn next_batch(&self) -> Option<Vec<Vec<u8>>> {
        let mut state = self.state();
        while state.frames.is_empty() && !state.is_closed {
            let waited = self.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        let (mut batch, mut bytes) = (Vec::new(), 0_usize);
        while bytes < BATCH_BYTES {
            let Some(frame) = state.frames.pop_front() else {
                break;
            };
            bytes = bytes.saturating_add(frame.len());
            batch.push(frame);
        }
        (!batch.is_empty()).then_some(batch)
    }

    fn written(&self, mut batch: Vec<Vec<u8>>) {
        let bytes: usize = batch.iter().map(Vec::len).sum();
        let mut state = self.state();
        state.bytes = state.bytes.saturating_sub(bytes);
        batch.truncate(SPARES.saturating_sub(state.written.len()));
        state.written.append(&mut batch);
    }

    /// Nobody reads any more.
    fn give_up(&self) {
        let mut state = self.state();
        state.frames.clear();
        state.bytes = 0;
        state.is_broken = true;
        self.changed.notify_all();
    }

    /// Whether what looks like the end of a connection was a reset: systems tell it once, and a write may have been told.
    fn was_reset(&self) -> bool {
        let writing = |state: &mut State| state.bytes > 0 && !state.is_broken;
        let waited = self.changed.wait_timeout_while(self.state(), TOLD, writing);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.is_broken
    }
}

fn read(
    mut stream: TcpStream,
    link: SocketAddr,
    news: &SyncSender<Incoming>,
    shared: &Shared,
) -> Incoming {
    loop {
        let mut bytes = shared.state().read.pop().unwrap_or_default();
        bytes.resize(CHUNK_BYTES, 0);
        match stream.read(&mut bytes) {
            Ok(0) => return Incoming::End(link),
            Ok(length) => {
                bytes.truncate(length);
                if news.send(Incoming::Bytes(link, bytes)).is_err() {
                    return Incoming::End(link);
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Incoming::Reset(link),
        }
    }
}

fn write(mut stream: TcpStream, shared: &Shared) {
    let mut out = Vec::new();
    while let Some(batch) = shared.next_batch() {
        out.clear();
        for frame in &batch {
            let _ = join(frame, &mut out); // a peer's frames have lengths that frames have
        }
        if stream.write_all(&out).is_err() {
            shared.give_up();
        }
        shared.written(batch);
    }
    let _ = stream.shutdown(Shutdown::Write);
    let lingering = shared
        .changed
        .wait_timeout_while(shared.state(), LINGER, |state| !state.has_ended);
    drop(lingering);
    let _ = stream.shutdown(Shutdown::Both);
}
