//! TCP connections of the testee's peers: what has come on each, and what waits to be sent.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use resonant_protocol::transport::join;

use super::outbox::Outbox;

/// The longest wait for what the runner has sent (TST-29).
const ARRIVAL: Duration = Duration::from_secs(5);
/// The longest that a read or an accept sleeps before the deadline is looked at again.
const SLICE: Duration = Duration::from_millis(100);
const CHUNK_BYTES: usize = 65_536;

/// A part of a connection that was taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    Bytes(Vec<u8>),
    /// The other end stops sending.
    End,
    Reset,
}

/// One connection.
#[derive(Debug)]
struct Line {
    stream: TcpStream,
    /// Bytes taken since it was made.
    taken: u64,
    /// Whether its end has been taken.
    has_ended: bool,
    /// Whether this side has ended it: what still comes is of no concern (TCP-13).
    is_closed: bool,
    /// Bytes sent since it was made, those that wait among them (TST-30).
    sent: u64,
    /// Bytes that the system has not taken yet.
    outbox: Outbox,
}

/// Every connection by its link.
#[derive(Debug)]
pub(crate) struct Lines {
    listener: Option<TcpListener>,
    lines: BTreeMap<String, Line>,
    /// Links whose connection could not be made: there is nothing to take of them (TST-28).
    unmade: BTreeSet<String>,
    /// Links on which something was sent that no reply has told.
    untold: BTreeMap<String, u64>,
}

impl Lines {
    pub(crate) fn new(listener: Option<TcpListener>) -> io::Result<Self> {
        if let Some(listener) = &listener {
            listener.set_nonblocking(true)?;
        }
        Ok(Self {
            listener,
            lines: BTreeMap::new(),
            unmade: BTreeSet::new(),
            untold: BTreeMap::new(),
        })
    }

    /// Ends every connection, those that nobody has accepted among them.
    pub(crate) fn clear(&mut self) {
        while self.accept().is_some() {}
        self.lines.clear();
        self.unmade.clear();
        self.untold.clear();
    }

    /// Connects to a port of 127.0.0.1.
    pub(crate) fn connect(&mut self, link: &str, port: u16) -> io::Result<()> {
        let made = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
            .and_then(|stream| self.add(link.to_owned(), stream));
        if made.is_err() {
            self.unmade.insert(link.to_owned());
        }
        made
    }

    /// Accepts a connection that waits, and gives its link.
    pub(crate) fn accept(&mut self) -> Option<String> {
        let listener = self.listener.as_ref()?;
        let (stream, from) = listener.accept().ok()?;
        let link = format!("tcp-{}", from.port());
        self.add(link.clone(), stream).ok()?;
        Some(link)
    }

    fn add(&mut self, link: String, stream: TcpStream) -> io::Result<()> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?; // TCP-21
        stream.set_read_timeout(Some(SLICE))?;
        stream.set_write_timeout(Some(SLICE))?;
        let outbox = Outbox::new(stream.try_clone()?);
        let line = Line {
            stream,
            taken: 0,
            has_ended: false,
            is_closed: false,
            sent: 0,
            outbox,
        };
        self.lines.insert(link, line);
        Ok(())
    }

    pub(crate) fn has(&self, link: &str) -> bool {
        self.lines.contains_key(link)
    }

    /// Whether a link has given all that has arrived, or has nothing more to give (TST-28).
    pub(crate) fn is_satisfied(&self, link: &str, bytes: u64, ended: bool) -> bool {
        let has_all =
            |line: &Line| line.is_closed || line.has_ended || (line.taken >= bytes && !ended);
        self.unmade.contains(link) || self.lines.get(link).is_some_and(has_all)
    }

    /// Takes what comes next on a link, waiting a moment for it; nothing if nothing has come.
    pub(crate) fn take(&mut self, link: &str, most: u64) -> Option<Taken> {
        let line = self.lines.get_mut(link)?;
        let room = usize::try_from(most.saturating_sub(line.taken)).unwrap_or(CHUNK_BYTES);
        let mut buffer = vec![0; room.clamp(1, CHUNK_BYTES)];
        let taken = match line.stream.read(&mut buffer) {
            Ok(0) => Taken::End,
            Ok(length) => {
                line.taken = line
                    .taken
                    .saturating_add(u64::try_from(length).unwrap_or(0));
                buffer.truncate(length);
                return Some(Taken::Bytes(buffer));
            }
            Err(error) if is_passing(&error) => return None,
            Err(_) => Taken::Reset,
        };
        line.has_ended = true;
        Some(taken)
    }

    /// Sends a frame behind its length; what the system does not take at once waits.
    pub(crate) fn send(&mut self, link: &str, frame: &[u8]) {
        let Some(line) = self.lines.get_mut(link).filter(|line| !line.is_closed) else {
            return;
        };
        let mut bytes = Vec::new();
        if let Err(error) = join(frame, &mut bytes) {
            eprintln!("resonant-testee: a frame was not sent: {error}");
            return;
        }
        line.sent = line
            .sent
            .saturating_add(u64::try_from(bytes.len()).unwrap_or(0));
        line.outbox.send(&bytes);
        self.untold.insert(link.to_owned(), line.sent);
    }

    /// How many bytes of a link wait for its reader.
    pub(crate) fn unsent(&self, link: &str) -> usize {
        self.lines.get(link).map_or(0, |line| line.outbox.len())
    }

    /// Ends a connection on this side once what waits is sent (TCP-13).
    pub(crate) fn close(&mut self, link: &str) {
        if let Some(line) = self.lines.get_mut(link) {
            line.is_closed = true;
            line.outbox.close();
        }
    }

    /// The bytes sent on each link on which something was sent since the last call (TST-30).
    pub(crate) fn tell_sent(&mut self) -> BTreeMap<String, u64> {
        std::mem::take(&mut self.untold)
    }
}

/// The moment after which what was announced counts as missing.
pub(crate) fn arrival_deadline() -> Instant {
    Instant::now() + ARRIVAL
}

fn is_passing(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}
