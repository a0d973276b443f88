//! An endpoint on TCP connections.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{sync_channel, Receiver, SyncSender};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::late::Late;
use super::line::{start, Incoming, Line, Over};
use crate::endpoint::{Endpoint, Outputs};
use crate::error::FrameError;
use crate::peer::{Config, Event, Output, Peer, Role};
use crate::transform::xchacha::Salt;
use crate::transport::check_unsent;

/// Pieces of news that wait, each of at most one read. While there are more, the readers wait and so do other ends.
const NEWS: usize = 64;
/// Connections at a time, where the program names no number. An eighth is out of reach for sessions in use, of which 64
/// have to find room (TCP-19).
const MAX_LINES: usize = 128;
/// Connecting takes no longer.
const CONNECT: Duration = Duration::from_secs(15);
/// Between two tries of a listener that fails to accept.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest wait of an endpoint that is dropped for the thread that accepts.
const WAKE: Duration = Duration::from_secs(1);

/// A server or a client over TCP. Each connection is a link, called by the remote address.
///
/// Threads read and write; everything else happens in the calls of a program. Dropped, it ends its connections once
/// what was sent is written.
pub struct TcpEndpoint {
    endpoint: Endpoint<SocketAddr>,
    began: Instant,
    address: SocketAddr,
    lines: BTreeMap<SocketAddr, Line>,
    over: VecDeque<Over>,
    news: Receiver<Incoming>,
    teller: SyncSender<Incoming>,
    events: VecDeque<(SocketAddr, Event)>,
    late: Late,
    listening: Option<Arc<AtomicBool>>,
}

impl TcpEndpoint {
    /// A server on `address`. Each connection takes the next of `salts`, as in [`Endpoint::new`].
    ///
    /// # Errors
    /// If it cannot listen there, or the configuration is refused.
    pub fn listen(
        address: impl ToSocketAddrs,
        config: Config,
        salts: impl Iterator<Item = Salt> + Send + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let mut server = Self::new(Role::Server, config, salts, listener.local_addr()?)?;
        let (teller, listening) = (server.teller.clone(), Arc::new(AtomicBool::new(true)));
        server.listening = Some(Arc::clone(&listening));
        start(move || {
            while listening.load(Ordering::Acquire) {
                let Ok((stream, from)) = listener.accept() else {
                    thread::sleep(PAUSE); // of one that has gone, or too many open files: the next may do
                    continue;
                };
                if teller.send(Incoming::Accepted(stream, from)).is_err() {
                    break;
                }
            }
        })?;
        Ok(server)
    }

    /// A client that connects to `address` and begins a handshake on `stream_id`; and the link to the server.
    ///
    /// # Errors
    /// If there is no connection within 15 s, or the configuration is refused.
    pub fn connect(
        address: impl ToSocketAddrs,
        config: Config,
        salts: impl Iterator<Item = Salt> + Send + 'static,
        stream_id: u32,
    ) -> io::Result<(Self, SocketAddr)> {
        let link = address.to_socket_addrs()?.next();
        let link = link.ok_or(io::Error::from(io::ErrorKind::AddrNotAvailable))?;
        let stream = TcpStream::connect_timeout(&link, CONNECT)?;
        let mut client = Self::new(Role::Client, config, salts, stream.local_addr()?)?;
        let line = Line::new(stream, link, client.teller.clone())?;
        client.lines.insert(link, line);
        let pinged = client.endpoint.connect_over_tcp(link, stream_id, 0);
        client.pass_on(pinged.map_err(io::Error::other)?);
        Ok((client, link))
    }

    fn new(
        role: Role,
        config: Config,
        salts: impl Iterator<Item = Salt> + Send + 'static,
        address: SocketAddr,
    ) -> io::Result<Self> {
        let endpoint = Endpoint::new(role, config, salts).map_err(io::Error::other)?;
        let (teller, news) = sync_channel(NEWS);
        Ok(Self {
            endpoint: endpoint.with_limit(MAX_LINES),
            began: Instant::now(),
            address,
            lines: BTreeMap::new(),
            over: VecDeque::new(),
            news,
            teller,
            events: VecDeque::new(),
            late: Late::default(),
            listening: None,
        })
    }

    /// Lets it have this many connections at a time in place of 128, as in [`Endpoint::with_limit`]. Each has two
    /// threads, and up to 16 MiB that wait for its reader.
    #[must_use]
    pub fn with_limit(mut self, connections: usize) -> Self {
        self.endpoint.set_limit(connections);
        self
    }

    /// The address that a server listens on, or that a client connects from.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The peers of all connections.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint<SocketAddr> {
        &self.endpoint
    }

    /// The next event, and the link that it is about. Nothing if none came within `timeout`; without one it waits for
    /// ever.
    ///
    /// Whatever comes on the sockets is handled in this call, and so are deadlines: a program calls it again and again.
    pub fn next_event(&mut self, timeout: Option<Duration>) -> Option<(SocketAddr, Event)> {
        self.next_event_unless(|_| false, timeout)
    }

    /// As [`TcpEndpoint::next_event`], and nothing as soon as no more than `unsent` bytes wait for the other end of a link
    /// to read them and all that has come is handled: for a program that sends as fast as the other end reads.
    ///
    /// ```
    /// # use resonant_protocol::{net::TcpEndpoint, peer::Event, VFrame};
    /// # use std::net::SocketAddr;
    /// # fn send(client: &mut TcpEndpoint, link: &SocketAddr, frames: Vec<VFrame>) -> Result<(), resonant_protocol::FrameError> {
    /// for frame in frames {
    ///     while let Some((from, event)) = client.next_event_or_room(link, 1 << 20, None) {
    ///         println!("{from}: {event:?}");
    ///     }
    ///     client.request(link, |peer, now_ms| peer.send(3, frame, now_ms))?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn next_event_or_room(
        &mut self,
        link: &SocketAddr,
        unsent: usize,
        timeout: Option<Duration>,
    ) -> Option<(SocketAddr, Event)> {
        let has_room = |lines: &BTreeMap<SocketAddr, Line>| {
            let line = lines.get(link);
            line.is_none_or(|line| line.has_room(unsent)) // nothing waits where no connection is
        };
        self.next_event_unless(has_room, timeout)
    }

    /// The next event. Nothing within `timeout`, or as soon as there need not be one.
    fn next_event_unless(
        &mut self,
        need_not: impl Fn(&BTreeMap<SocketAddr, Line>) -> bool,
        timeout: Option<Duration>,
    ) -> Option<(SocketAddr, Event)> {
        let until = timeout.map(|timeout| self.began.elapsed().saturating_add(timeout));
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            let suffices = need_not(&self.lines); // and then only what has come is handled
            let at_most = if suffices {
                Duration::ZERO
            } else {
                self.wait(until)
            };
            let came = self.news.recv_timeout(at_most);
            let has_come = came
                .as_ref()
                .is_ok_and(|news| !matches!(news, Incoming::Room));
            let (now, is_done) = (self.now_ms(), suffices && came.is_err());
            let outputs = match came {
                Ok(news) => self.handle(news, now),
                Err(_) => self.endpoint.advance_peers(now),
            };
            self.pass_on(outputs);
            let ending = self.endpoint.ending_ms().map(Duration::from_millis);
            let at = Duration::from_millis(now);
            if self.late.is_over(ending, at, has_come) {
                let outputs = self.endpoint.advance(now);
                self.pass_on(outputs);
            }
            if is_done || came_too_late(until, self.began.elapsed()) {
                return self.events.pop_front();
            }
        }
    }

    /// The longest time to wait for news.
    fn wait(&self, until: Option<Duration>) -> Duration {
        let now = self.began.elapsed();
        let due = self.endpoint.peers_due_ms().map(Duration::from_millis);
        let ending = self.endpoint.ending_ms().map(Duration::from_millis);
        let times = [due, self.late.next(ending, now), until];
        let next = times.into_iter().flatten().min();
        next.map_or(CONNECT, |time| time.saturating_sub(now))
    }

    /// Has the peer of a link do what is asked for, such as [`Peer::send`], at the time that it is given.
    ///
    /// # Errors
    /// As [`Endpoint::request`], and `BUFFER_LIMIT` while 16 MiB wait for the other end to read (TCP-20).
    pub fn request(
        &mut self,
        link: &SocketAddr,
        ask: impl FnOnce(&mut Peer, u64) -> Result<Output, FrameError>,
    ) -> Result<(), FrameError> {
        let now = self.now_ms();
        if let Some(line) = self.lines.get(link) {
            check_unsent(line.unsent())?;
            let written = line.take_written().into_iter();
            self.endpoint.reuse(written.map(|frame| (*link, frame)));
        }
        let outputs = self.endpoint.request(link, |peer| ask(peer, now))?;
        self.pass_on(outputs);
        Ok(())
    }

    /// How many bytes wait for the other end of a link to read them.
    #[must_use]
    pub fn unsent(&self, link: &SocketAddr) -> usize {
        self.lines.get(link).map_or(0, Line::unsent)
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn handle(&mut self, news: Incoming, now: u64) -> Outputs<SocketAddr> {
        match news {
            Incoming::Accepted(stream, link) => self.accept(stream, link, now),
            Incoming::Bytes(link, bytes, length) => {
                let came = bytes.get(..length).unwrap_or_default();
                let outputs = self.endpoint.receive_bytes(&link, came, now);
                if let Some(line) = self.lines.get(&link) {
                    line.reuse(bytes);
                }
                outputs
            }
            Incoming::End(link) => self.endpoint.end(&link, now),
            Incoming::Reset(link) => self.endpoint.reset(&link, now),
            Incoming::Room => self.endpoint.advance_peers(now),
        }
    }

    fn accept(&mut self, stream: TcpStream, link: SocketAddr, now: u64) -> Outputs<SocketAddr> {
        let Ok(line) = Line::new(stream, link, self.teller.clone()) else {
            return self.endpoint.advance_peers(now);
        };
        let outputs = self.endpoint.accept(link, now);
        self.pass_on(outputs); // ends one that made room, and one before on the same link
        if self.endpoint.peer(&link).is_some() {
            self.lines.insert(link, line);
        } else {
            self.end(line);
        }
        Outputs::default()
    }

    /// Ends a connection on this side. As many as there may be at a time wait for their other ends, and the oldest makes
    /// room.
    fn end(&mut self, line: Line) {
        self.over.retain(|one| !one.is_gone());
        self.over.push_back(line.close());
        if self.over.len() > self.endpoint.limit()
            && let Some(oldest) = self.over.pop_front()
        {
            oldest.let_go();
        }
    }

    fn pass_on(&mut self, outputs: Outputs<SocketAddr>) {
        for (link, frame) in outputs.datagrams {
            // What a peer owes by itself is lost where there is no room for it (TCP-20).
            let line = self.lines.get(&link);
            if let Some(line) = line.filter(|line| check_unsent(line.unsent()).is_ok()) {
                line.send(frame);
            }
        }
        for (link, event) in outputs.events {
            if matches!(event, Event::Closed { .. })
                && let Some(line) = self.lines.remove(&link)
            {
                self.end(line);
            }
            self.events.push_back((link, event));
        }
    }
}

fn came_too_late(until: Option<Duration>, now: Duration) -> bool {
    until.is_some_and(|until| until <= now)
}

impl Drop for TcpEndpoint {
    fn drop(&mut self) {
        if let Some(listening) = &self.listening {
            listening.store(false, Ordering::Release);
            let _ = TcpStream::connect_timeout(&self.address, WAKE); // the thread that accepts
        }
    }
}

/// Its address and how many connections there are: the rest is secret or long.
impl fmt::Debug for TcpEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TcpEndpoint")
            .field("address", &self.address)
            .field("connections", &self.lines.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
