//! The state that the threads of a connection have in common.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Bytes that one write is made of, where so many wait.
const BATCH_BYTES: usize = 262_144;
/// Bytes of one read.
const CHUNK_BYTES: usize = 262_144;
/// Chunks of a connection that wait to be handled, at most: few, so that they are still in a cache of the processor when
/// they are, and the reader waits for them to be given back.
const CHUNKS: usize = 4;
/// Written frames whose memory is kept for the next ones.
const SPARES: usize = 16;
/// The longest time that a write that was told of a reset may take to say so.
const TOLD: Duration = Duration::from_millis(100);

/// The state of a connection, and word of its changes.
#[derive(Debug)]
pub(super) struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    /// The time that the other end of a connection that is closed may take to read.
    patience: Duration,
}

#[derive(Debug, Default)]
pub(super) struct State {
    frames: VecDeque<Vec<u8>>,
    /// Written frames whose memory the next ones can have.
    written: Vec<Vec<u8>>,
    /// Chunks that can be read into, and how many others were read and are not given back.
    chunks: Vec<Vec<u8>>,
    lent: usize,
    /// Of the frames that wait, and of those that are being written.
    pub(super) bytes: usize,
    /// Somebody waits until there are no more of them.
    wanted: Option<usize>,
    /// The time at which the connection was closed here.
    closed: Option<Instant>,
    has_ended: bool,
    /// Whether writing failed.
    is_broken: bool,
}

impl Shared {
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            patience,
        }
    }

    /// No thread panics while it holds the lock, so what is in it is whole.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state().closed.is_some()
    }

    /// Whether the connection was closed so long ago that the other end has had time to read everything.
    pub(super) fn has_waited(&self) -> bool {
        let closed = self.state().closed;
        closed.is_some_and(|closed| closed.elapsed() >= self.patience)
    }

    /// Memory for the next read. It waits while enough of what was read waits to be handled.
    pub(super) fn chunk(&self) -> Vec<u8> {
        let full = |state: &mut State| state.lent >= CHUNKS && state.closed.is_none();
        let waited = self.changed.wait_while(self.state(), full);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        let chunk = state.chunks.pop();
        drop(state);
        chunk.unwrap_or_else(|| vec![0; CHUNK_BYTES])
    }

    /// Counts a chunk that is handed over to be handled.
    pub(super) fn lend(&self) {
        let mut state = self.state();
        state.lent = state.lent.saturating_add(1);
    }

    /// Takes back what was read and is handled. A chunk of an earlier connection is of no use.
    pub(super) fn give_back(&self, chunk: Vec<u8>) {
        let mut state = self.state();
        if state.lent == 0 {
            return;
        }
        if state.lent == CHUNKS {
            self.changed.notify_all();
        }
        state.lent = state.lent.saturating_sub(1);
        state.chunks.push(chunk);
    }

    /// A frame that was written, for its memory.
    pub(super) fn take_written(&self) -> Option<Vec<u8>> {
        self.state().written.pop()
    }

    /// The next frames to write; none once the connection is closed and everything was written.
    pub(super) fn next_batch(&self) -> Option<Vec<Vec<u8>>> {
        let mut state = self.state();
        while state.frames.is_empty() && state.closed.is_none() {
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

    /// Takes back what was written. Whether somebody waits for that is returned.
    pub(super) fn written(&self, mut batch: Vec<Vec<u8>>) -> bool {
        let bytes: usize = batch.iter().map(Vec::len).sum();
        let mut state = self.state();
        state.bytes = state.bytes.saturating_sub(bytes);
        batch.truncate(SPARES.saturating_sub(state.written.len()));
        state.written.append(&mut batch);
        let bytes = state.bytes;
        state.wanted.take_if(|most| bytes <= *most).is_some()
    }

    /// Whether no more than `most` bytes wait. If more do, [`Shared::written`] tells once they do not.
    pub(super) fn has_room(&self, most: usize) -> bool {
        let mut state = self.state();
        let has_room = state.bytes <= most;
        state.wanted = (!has_room).then_some(most);
        has_room
    }

    /// Nobody reads any more.
    pub(super) fn give_up(&self) {
        let mut state = self.state();
        state.frames.clear();
        state.bytes = 0;
        state.is_broken = true;
        self.changed.notify_all();
    }

    /// Nothing more will come.
    pub(super) fn end(&self) {
        self.state().has_ended = true;
        self.changed.notify_all();
    }

    /// Waits for the other end to stop sending, but no longer than this (TCP-13).
    pub(super) fn linger(&self, at_most: Duration) {
        let goes_on = |state: &mut State| !state.has_ended && !state.is_broken;
        drop(
            self.changed
                .wait_timeout_while(self.state(), at_most, goes_on),
        );
    }

    /// Closes the connection once everything is written.
    pub(super) fn close(&self) {
        self.state().closed = Some(Instant::now());
        self.changed.notify_all();
    }

    pub(super) fn push(&self, frame: Vec<u8>) {
        let mut state = self.state();
        let waits = state.frames.is_empty(); // only then somebody waits for it
        state.bytes = state.bytes.saturating_add(frame.len());
        state.frames.push_back(frame);
        drop(state);
        if waits {
            self.changed.notify_all();
        }
    }

    /// Whether what looks like the end of a connection was a reset: systems tell it once, and a write may have been told.
    pub(super) fn was_reset(&self) -> bool {
        let writing = |state: &mut State| state.bytes > 0 && !state.is_broken;
        let waited = self.changed.wait_timeout_while(self.state(), TOLD, writing);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.is_broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::thread;

    #[test]
    fn a_reader_waits_for_a_chunk_to_come_back_unless_the_connection_is_closed() {
        let shared = Arc::new(Shared::new(TOLD));
        let next = || {
            let of_reader = Arc::clone(&shared);
            thread::spawn(move || {
                let chunk = of_reader.chunk();
                of_reader.lend();
                chunk
            })
        };
        shared.give_back(vec![1]); // of an earlier connection
        let lent: Vec<Vec<u8>> = (0..CHUNKS).filter_map(|_| next().join().ok()).collect();
        assert!(lent.iter().all(|chunk| chunk.len() == CHUNK_BYTES));
        for chunk in lent {
            let waiting = next();
            assert_eq!(
                shared.state().lent,
                CHUNKS,
                "none is read into before one comes back"
            );
            shared.give_back(chunk);
            assert!(waiting.join().is_ok());
        }
        let waiting = next();
        shared.close();
        assert!(waiting.join().is_ok());
    }

    #[test]
    fn who_waits_for_room_is_told_once_there_is() {
        let shared = Shared::new(TOLD);
        for _ in 0..10 {
            shared.push(vec![0; 60_000]);
        }
        assert!(shared.has_room(600_000) && !shared.has_room(100_000));
        let told: Vec<bool> = std::iter::from_fn(|| {
            let is_empty = shared.state().frames.is_empty();
            let batch = (!is_empty).then(|| shared.next_batch());
            Some(shared.written(batch??))
        })
        .collect();
        assert_eq!(told, [false, true], "after 5 frames of 10, and all of them");
        shared.push(vec![0; 60_000]);
        let batch = shared.next_batch();
        assert!(
            !shared.written(batch.unwrap_or_default()),
            "nobody waits any more"
        );
        assert!(shared.has_room(0));
    }
}
