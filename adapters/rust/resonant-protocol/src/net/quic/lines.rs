//! QUIC connections for programs with a clock of their own: what comes on them is told, and what is to be sent is sent.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quinn::rustls;
use quinn::{Connection, EndpointConfig, TokioRuntime};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::line::{Line, QuicDone};
use super::news::{QuicLink, QuicNews, Told};
use super::tls::{client_config, is_ours, server_config};
use crate::endpoint::Carried;
use crate::peer::Role;

/// Pieces of news that wait. While there are more, the readers wait and so do other ends.
const NEWS: usize = 64;
/// Connecting takes no longer.
const CONNECT: Duration = Duration::from_secs(15);

/// Any number of QUIC connections on one UDP socket. It is made, and used, within a runtime of tokio.
///
/// [`QuicEndpoint`](super::QuicEndpoint) has it with a clock and peers around it. Dropped, it takes no connections any
/// more.
pub struct QuicLines {
    socket: quinn::Endpoint,
    lines: BTreeMap<QuicLink, Line>,
    /// Those that were accepted and not told yet.
    accepted: Accepted,
    numbers: Arc<AtomicU64>,
    news: mpsc::Receiver<Told>,
    teller: mpsc::Sender<Told>,
    takes_datagrams: bool,
    /// Whether there is a task that accepts.
    accepts: bool,
}

impl QuicLines {
    /// No connections, on a socket.
    ///
    /// # Errors
    /// If the socket cannot be used, or there is no runtime.
    pub fn new(socket: UdpSocket) -> io::Result<Self> {
        let config = EndpointConfig::default();
        let socket = quinn::Endpoint::new(config, None, socket, Arc::new(TokioRuntime))?;
        let (teller, news) = mpsc::channel(NEWS);
        Ok(Self {
            socket,
            lines: BTreeMap::new(),
            accepted: Accepted::default(),
            numbers: Arc::default(),
            news,
            teller,
            takes_datagrams: false,
            accepts: false,
        })
    }

    /// Sends as datagrams what may be sent so (QUI-5): it can be lost, and overtake what is on main.
    #[must_use]
    pub const fn with_datagrams(mut self) -> Self {
        self.takes_datagrams = true;
        self
    }

    /// The address of the socket.
    ///
    /// # Errors
    /// If the system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// The links of connections that are not closed here.
    pub fn links(&self) -> impl Iterator<Item = &QuicLink> {
        self.lines.keys()
    }

    /// Takes connections from now on, each of which is told as [`QuicNews::Accepted`].
    ///
    /// # Errors
    /// If QUIC cannot do with this TLS.
    pub fn listen(&mut self, tls: rustls::ServerConfig) -> io::Result<()> {
        self.socket.set_server_config(Some(server_config(tls)?));
        if std::mem::replace(&mut self.accepts, true) {
            return Ok(());
        }
        let (socket, teller) = (self.socket.clone(), self.teller.clone());
        let (numbers, accepted) = (Arc::clone(&self.numbers), self.accepted.clone());
        let accepting = async move {
            while let Some(incoming) = socket.accept().await {
                let (teller, numbers) = (teller.clone(), Arc::clone(&numbers));
                let accepted = accepted.clone();
                tokio::spawn(async move {
                    let Ok(connection) = incoming.await else {
                        return; // one that cannot negotiate is none (QUI-1)
                    };
                    let made = make(connection, Role::Server, &numbers, teller.clone());
                    if let Some((link, line, serving)) = made {
                        accepted.lock().insert(link, line);
                        let _ = teller.send((link, QuicNews::Accepted)).await;
                        serving.await;
                    }
                });
            }
        };
        tokio::spawn(accepting);
        Ok(())
    }

    /// Makes a connection to a server that has to show a certificate for this name.
    ///
    /// # Errors
    /// If there is none within 15 s, or QUIC cannot do with this TLS.
    pub async fn connect(
        &mut self,
        address: SocketAddr,
        server_name: &str,
        tls: rustls::ClientConfig,
    ) -> io::Result<QuicLink> {
        let connecting = self
            .socket
            .connect_with(client_config(tls)?, address, server_name)
            .map_err(io::Error::other)?;
        let connection = timeout(CONNECT, connecting)
            .await?
            .map_err(io::Error::other)?;
        let made = make(connection, Role::Client, &self.numbers, self.teller.clone());
        let (link, line, serving) = made.ok_or_else(|| io::Error::other("another protocol"))?;
        self.lines.insert(link, line);
        tokio::spawn(serving);
        Ok(link)
    }

    /// The next news. Of a connection that is closed here there are none.
    pub async fn next(&mut self) -> (QuicLink, QuicNews) {
        loop {
            match self.news.recv().await {
                Some((link, QuicNews::Accepted)) => {
                    let line = self.accepted.lock().remove(&link);
                    self.lines.extend(line.map(|line| (link, line)));
                    return (link, QuicNews::Accepted);
                }
                Some((link, news)) if self.lines.contains_key(&link) => return (link, news),
                Some(_) => {}
                None => std::future::pending().await, // not as long as there is a teller
            }
        }
    }

    /// Sends a frame on a link, or ends a carriage of it.
    pub fn carry(&mut self, link: &QuicLink, carried: Carried) -> QuicDone {
        let takes_datagrams = self.takes_datagrams;
        let line = self.lines.get_mut(link);
        line.map(|line| line.carry(carried, takes_datagrams))
            .unwrap_or_default()
    }

    /// The number of the QUIC stream that carries an own stream; none before there is one, or of a link that is closed.
    #[must_use]
    pub fn uni_of(&self, link: &QuicLink, stream_id: u32) -> Option<u64> {
        self.lines.get(link)?.uni_of(stream_id)
    }

    /// Number of bytes that a datagram holds now, where frames are sent so; for [`Endpoint::set_datagram_room`].
    ///
    /// [`Endpoint::set_datagram_room`]: crate::endpoint::Endpoint::set_datagram_room
    #[must_use]
    pub fn datagram_room(&self, link: &QuicLink) -> Option<usize> {
        let line = self.lines.get(link).filter(|_| self.takes_datagrams);
        line.and_then(Line::datagram_room)
    }

    /// How many bytes wait for the other end of a link to read them.
    #[must_use]
    pub fn unsent(&self, link: &QuicLink) -> usize {
        self.lines.get(link).map_or(0, Line::unsent)
    }

    /// Closes a connection with this number, in the background, once what was sent on it has come.
    pub fn close(&mut self, link: &QuicLink, number: u64) -> QuicDone {
        let line = self.lines.remove(link);
        line.map(|line| line.close(number)).unwrap_or_default()
    }

    /// Closes every connection at once, with 0, also those of which there is no news yet; and takes no more.
    pub fn cut(&mut self) {
        self.socket.set_server_config(None);
        while self.news.try_recv().is_ok() {}
        let accepted = std::mem::take(&mut *self.accepted.lock());
        let known = std::mem::take(&mut self.lines);
        for line in accepted.into_values().chain(known.into_values()) {
            line.cut();
        }
    }

    /// Closes every connection as [`QuicLines::close`] does, with 0, and waits until all are closed, whoever closed them.
    pub async fn finish(mut self) {
        self.socket.set_server_config(None);
        for line in std::mem::take(&mut self.lines).into_values() {
            line.close(0);
        }
        self.socket.wait_idle().await;
    }
}

/// Lines on their way from the task that accepts.
#[derive(Clone, Default)]
struct Accepted(Arc<Mutex<BTreeMap<QuicLink, Line>>>);

impl Accepted {
    /// No task panics while it holds the lock, so what is in it is whole.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<QuicLink, Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for QuicLines {
    fn drop(&mut self) {
        self.socket.set_server_config(None);
    }
}

/// The link of a connection that was made, the line on it, and the task of that; none for one of another protocol (QUI-1).
fn make(
    connection: Connection,
    role: Role,
    numbers: &AtomicU64,
    news: mpsc::Sender<Told>,
) -> Option<(QuicLink, Line, impl Future<Output = ()> + Send + 'static)> {
    if !is_ours(&connection) {
        return None;
    }
    let link = QuicLink {
        remote: connection.remote_address(),
        number: numbers.fetch_add(1, Ordering::Relaxed),
    };
    let (line, serving) = Line::new(connection, link, role, news);
    Some((link, line, serving))
}

/// The socket and how many connections there are.
impl fmt::Debug for QuicLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QuicLines")
            .field("address", &self.socket.local_addr().ok())
            .field("connections", &self.lines.len())
            .finish_non_exhaustive()
    }
}
