//! One TCP connection: a thread that reads, and one that writes what waits.

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use super::shared::Shared;
use crate::transport::length_before;

/// The time for which the other end may go on sending to a connection that is closed here (TCP-13).
const LINGER: Duration = Duration::from_secs(5);
/// The time that it may take before to read what it was sent.
const PATIENCE: Duration = Duration::from_secs(30);

/// News of the sockets.
#[derive(Debug)]
pub(super) enum Incoming {
    Accepted(TcpStream, SocketAddr),
    /// A chunk, and how much of it has come.
    Bytes(SocketAddr, Vec<u8>, usize),
    /// The other end stops sending.
    End(SocketAddr),
    Reset(SocketAddr),
    /// So little waits to be written as somebody waits for.
    Room,
}

/// The sending side of a connection. It is closed when it is dropped, and its threads end soon after, whatever the
/// other end does.
#[derive(Debug)]
pub(super) struct Line {
    shared: Arc<Shared>,
    stream: Arc<TcpStream>,
}

/// A connection that is over here, as long as its threads wait for the other end.
#[derive(Debug)]
pub(super) struct Over(Weak<TcpStream>);

impl Line {
    /// Begins to read and to write. What is read goes into `news`, which holds the reader up while it is full.
    pub(super) fn new(
        stream: TcpStream,
        link: SocketAddr,
        news: SyncSender<Incoming>,
    ) -> io::Result<Self> {
        Self::with_times(stream, link, news, PATIENCE, LINGER)
    }

    fn with_times(
        stream: TcpStream,
        link: SocketAddr,
        news: SyncSender<Incoming>,
        patience: Duration,
        linger: Duration,
    ) -> io::Result<Self> {
        stream.set_nodelay(true)?; // TCP-21
        stream.set_write_timeout(Some(patience / 8))?; // to look whether it has been closed meanwhile
        let line = Self {
            shared: Arc::new(Shared::new(patience)),
            stream: Arc::new(stream),
        };
        // Where there is no second thread, the line is dropped, and so the first one ends.
        let (writer, of_writer) = (Arc::clone(&line.stream), Arc::clone(&line.shared));
        let told = news.clone();
        start(move || write(&writer, &of_writer, &told, linger))?;
        let (reader, of_reader) = (Arc::clone(&line.stream), Arc::clone(&line.shared));
        start(move || {
            let last = match read(&reader, link, &news, &of_reader) {
                Incoming::End(_) if of_reader.was_reset() => Incoming::Reset(link),
                last => last,
            };
            if !of_reader.is_closed() {
                let _ = news.send(last);
            }
            of_reader.end();
        })?;
        Ok(line)
    }

    /// Closes it, as it does when it is dropped, and gives what waits for the other end.
    pub(super) fn close(self) -> Over {
        Over(Arc::downgrade(&self.stream))
    }

    pub(super) fn send(&self, frame: Vec<u8>) {
        self.shared.push(frame);
    }

    /// A frame that was written, for [`Endpoint::reuse`](crate::endpoint::Endpoint::reuse).
    pub(super) fn take_written(&self) -> Option<Vec<u8>> {
        self.shared.take_written()
    }

    /// Takes back what was read.
    pub(super) fn reuse(&self, chunk: Vec<u8>) {
        self.shared.give_back(chunk);
    }

    /// Whether no more than so many bytes wait for the other end to read. If not, [`Incoming::Room`] comes once it is so.
    pub(super) fn has_room(&self, most: usize) -> bool {
        self.shared.has_room(most)
    }

    /// How many bytes wait for the other end to read.
    pub(super) fn unsent(&self) -> usize {
        self.shared.state().bytes
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl Over {
    /// Whether nothing waits any more.
    pub(super) fn is_gone(&self) -> bool {
        self.0.strong_count() == 0
    }

    /// Lets go of the connection, whatever the other end does.
    pub(super) fn let_go(&self) {
        if let Some(stream) = self.0.upgrade() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Starts a thread. A system that has no more of them is no reason to panic.
pub(super) fn start(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().spawn(work).map(drop)
}

fn read(
    mut stream: &TcpStream,
    link: SocketAddr,
    news: &SyncSender<Incoming>,
    shared: &Shared,
) -> Incoming {
    let mut bytes = shared.chunk();
    loop {
        match stream.read(&mut bytes) {
            Ok(0) => return Incoming::End(link),
            Ok(length) => {
                if shared.is_closed() {
                    continue; // without looking (TCP-13)
                }
                shared.lend();
                let _ = news.send(Incoming::Bytes(link, bytes, length)); // fails once nobody looks any more
                bytes = shared.chunk();
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Incoming::Reset(link),
        }
    }
}

fn write(stream: &TcpStream, shared: &Shared, news: &SyncSender<Incoming>, linger: Duration) {
    while let Some(batch) = shared.next_batch() {
        // A peer's frames have lengths that frames have.
        let framed = |frame| Some((length_before(frame).ok()?, frame));
        let framed: Vec<_> = batch.iter().map(Vec::as_slice).filter_map(framed).collect();
        let mut pieces = Vec::new();
        for (length, frame) in &framed {
            pieces.extend([IoSlice::new(length), IoSlice::new(frame)]);
        }
        if write_all(stream, &mut pieces, shared).is_err() {
            shared.give_up();
        }
        if shared.written(batch) {
            let _ = news.try_send(Incoming::Room); // whoever waits looks again after any other news, too
        }
    }
    let _ = stream.shutdown(Shutdown::Write);
    shared.linger(linger);
    let _ = stream.shutdown(Shutdown::Both);
}

/// Writes everything, however long the other end takes to read it while the connection is open. Once it is closed,
/// nobody holds its memory by not reading.
fn write_all(
    mut stream: &TcpStream,
    mut pieces: &mut [IoSlice<'_>],
    shared: &Shared,
) -> io::Result<()> {
    while !pieces.is_empty() {
        if shared.has_waited() {
            return Err(ErrorKind::TimedOut.into());
        }
        match stream.write_vectored(pieces) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(length) => IoSlice::advance_slices(&mut pieces, length),
            Err(error) if is_passing(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn is_passing(error: &io::Error) -> bool {
    use ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::sync::mpsc::sync_channel;
    use std::time::Instant;

    const SHORT: Duration = Duration::from_millis(80);
    const LONG: Duration = Duration::from_secs(3600);

    /// A line and its other end.
    fn pair(patience: Duration, linger: Duration) -> io::Result<(Line, TcpStream)> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let other = TcpStream::connect(listener.local_addr()?)?;
        let (stream, from) = listener.accept()?;
        let (news, _) = sync_channel(1);
        let line = Line::with_times(stream, from, news, patience, linger)?;
        Ok((line, other))
    }

    #[test]
    fn one_who_does_not_read_holds_nothing_of_a_closed_connection() -> io::Result<()> {
        let (line, other) = pair(SHORT, LINGER)?;
        for _ in 0..400 {
            line.send(vec![7; 60_000]);
        }
        let shared = Arc::downgrade(&line.shared);
        drop(line);
        let began = Instant::now();
        while shared.strong_count() > 0 {
            assert!(began.elapsed() < LINGER, "the threads have ended");
            thread::yield_now();
        }
        drop(other);
        Ok(())
    }

    #[test]
    fn a_closed_connection_still_gives_all_that_was_sent() -> io::Result<()> {
        let (line, mut other) = pair(SHORT, LINGER)?;
        for _ in 0..10 {
            line.send(vec![7; 60_000]);
        }
        other.write_all(&[1; 5_000])?; // what nobody reads does no harm
        drop(line);
        let mut came = Vec::new();
        other.read_to_end(&mut came)?;
        assert_eq!(came.len(), 10 * 60_004);
        Ok(())
    }

    #[test]
    fn one_that_is_let_go_waits_neither_for_a_reader_nor_for_an_end() -> io::Result<()> {
        for frames in [0, 400] {
            let (line, other) = pair(LONG, LONG)?;
            for _ in 0..frames {
                line.send(vec![7; 60_000]);
            }
            let over = line.close();
            over.let_go();
            let began = Instant::now();
            while !over.is_gone() {
                assert!(began.elapsed() < LONG / 60, "the threads have ended");
                thread::yield_now();
            }
            drop(other);
        }
        Ok(())
    }
}
