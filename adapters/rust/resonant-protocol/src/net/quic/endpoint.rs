//! An endpoint on QUIC connections.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use quinn::rustls;
use tokio::time::timeout;

use super::lines::QuicLines;
use super::news::QuicLink;
use crate::endpoint::{Endpoint, Outputs};
use crate::error::FrameError;
use crate::net::late::Late;
use crate::peer::{Config, Event, Output, Peer, Role};
use crate::transform::xchacha::Salt;
use crate::transport::{check_unsent, number_of};

/// Connections at a time, where the program names no number. An eighth is out of reach for sessions in use, of which 64
/// have to find room (TCP-19).
const MAX_LINES: usize = 128;
/// The longest wait between two looks at the clock.
const LONGEST: Duration = Duration::from_secs(15);

/// A server or a client over QUIC, within a runtime of tokio.
///
/// Tasks read and write; everything else happens in the calls of a program. A program that has nothing more to say
/// calls [`QuicEndpoint::close`], or what was sent last may be lost.
///
/// ```
/// use resonant_protocol::net::{client_tls, server_tls, QuicEndpoint};
/// use resonant_protocol::peer::{Config, Event};
/// use resonant_protocol::*;
///
/// # fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
/// # let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<String>>();
/// # let config = Config {
/// #     embedding_space_id: "demo".to_owned(),
/// #     space_hash32: 0,
/// #     d_model: 2048,
/// #     modality: names(&["text"]),
/// #     compress: names(&["none"]),
/// #     crypto: names(&["none"]),
/// #     dtype: names(&["f16"]),
/// #     critique: false,
/// #     require_crypto: false,
/// #     key: None,
/// #     salt: [0; 16],
/// #     mux: None,
/// #     fec: None,
/// #     repair: None,
/// #     adaptive: None,
/// # };
/// # let certificate: &[u8] = &std::fs::read("tests/all/support/test_certificate.pem")?;
/// # let key: &[u8] = &std::fs::read("tests/all/support/test_key.pem")?;
/// # let salts = |first: u8| (first..).map(|number| [number; 16]);
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// // Both PEM. With a key of the protocol, every salt is drawn at random.
/// let tls = server_tls(certificate, key)?;
/// let mut server = QuicEndpoint::listen("127.0.0.1:0".parse()?, tls, config.clone(), salts(0))?;
/// let address = server.local_addr()?;
/// let answering = tokio::spawn(async move {
///     loop {
///         if let (link, Event::Message(think)) = server.next_event().await {
///             return (link, think);
///         }
///     }
/// });
///
/// let tls = client_tls(certificate)?; // the one that it trusts
/// let (mut client, link) =
///     QuicEndpoint::connect(address, "localhost", tls, config, salts(100), 1).await?;
/// while !matches!(client.next_event().await, (_, Event::Established(_))) {}
/// let data = TensorData::F16 { values: vec![0; 4096] };
/// let think = Message::Think { hidden: Tensor { dims: vec![1, 2048], data } }.to_frame(Modality::Text)?;
/// client.request(&link, |peer, now_ms| peer.send(3, think, now_ms))?;
/// assert_eq!(answering.await?.1.hdr.stream_id, 3);
/// # Ok(())
/// # })
/// # }
/// ```
pub struct QuicEndpoint {
    endpoint: Endpoint<QuicLink>,
    began: Instant,
    lines: QuicLines,
    events: VecDeque<(QuicLink, Event)>,
    late: Late,
}

impl QuicEndpoint {
    /// A server on `address`. Each connection takes the next of `salts`, as in [`Endpoint::new`]. The protocol of ALPN is
    /// set here.
    ///
    /// # Errors
    /// If it cannot listen there, or TLS or the configuration is refused.
    pub fn listen(
        address: SocketAddr,
        tls: rustls::ServerConfig,
        config: Config,
        salts: impl Iterator<Item = Salt> + Send + 'static,
    ) -> io::Result<Self> {
        let mut server = Self::new(Role::Server, address, config, salts)?;
        server.lines.listen(tls)?;
        Ok(server)
    }

    /// A client that connects to `address`, where a certificate for `server_name` has to be shown, and begins a
    /// handshake on `stream_id`; and the link to the server.
    ///
    /// # Errors
    /// If there is no connection within 15 s, or TLS or the configuration is refused.
    pub async fn connect(
        address: SocketAddr,
        server_name: &str,
        tls: rustls::ClientConfig,
        config: Config,
        salts: impl Iterator<Item = Salt> + Send + 'static,
        stream_id: u32,
    ) -> io::Result<(Self, QuicLink)> {
        let any: SocketAddr = match address {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let mut client = Self::new(Role::Client, any, config, salts)?;
        let link = client.lines.connect(address, server_name, tls).await?;
        let pinged = client.endpoint.connect_over_quic(link, stream_id, 0);
        client.pass_on(pinged.map_err(io::Error::other)?);
        Ok((client, link))
    }

    fn new(
        role: Role,
        address: SocketAddr,
        config: Config,
        salts: impl Iterator<Item = Salt> + Send + 'static,
    ) -> io::Result<Self> {
        let endpoint = Endpoint::new(role, config, salts).map_err(io::Error::other)?;
        Ok(Self {
            endpoint: endpoint.with_limit(MAX_LINES),
            began: Instant::now(),
            lines: QuicLines::new(UdpSocket::bind(address)?)?,
            events: VecDeque::new(),
            late: Late::default(),
        })
    }

    /// Lets it have this many connections at a time in place of 128, as in [`Endpoint::with_limit`]. Each has up to 16 MiB
    /// that wait for its reader, and as much again in the library.
    #[must_use]
    pub fn with_limit(mut self, connections: usize) -> Self {
        self.endpoint.set_limit(connections);
        self
    }

    /// Sends small messages as datagrams: they can be lost, and overtake others (QUI-5).
    #[must_use]
    pub fn with_datagrams(mut self) -> Self {
        self.lines = self.lines.with_datagrams();
        self
    }

    /// The address of the socket.
    ///
    /// # Errors
    /// If the system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.lines.local_addr()
    }

    /// The peers of all connections.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint<QuicLink> {
        &self.endpoint
    }

    /// The next event, and the link that it is about.
    ///
    /// Whatever comes on the connections is handled in this call, and so are deadlines: a program calls it again and
    /// again. It may be given up at any time, and nothing is lost.
    pub async fn next_event(&mut self) -> (QuicLink, Event) {
        loop {
            if let Some(event) = self.events.pop_front() {
                return event;
            }
            let came = timeout(self.wait(), self.lines.next()).await;
            let (now, has_come) = (self.now_ms(), came.is_ok());
            let outputs = match came {
                Ok((link, news)) => news.apply(&mut self.endpoint, &link, now),
                Err(_) => self.endpoint.advance_peers(now),
            };
            self.pass_on(outputs);
            let ending = self.endpoint.ending_ms().map(Duration::from_millis);
            let at = Duration::from_millis(now);
            if self.late.is_over(ending, at, has_come) {
                let outputs = self.endpoint.advance(now);
                self.pass_on(outputs);
            }
        }
    }

    /// The longest time to wait for news.
    fn wait(&self) -> Duration {
        let now = self.began.elapsed();
        let due = self.endpoint.peers_due_ms().map(Duration::from_millis);
        let ending = self.endpoint.ending_ms().map(Duration::from_millis);
        let next = due.into_iter().chain(self.late.next(ending, now)).min();
        next.map_or(LONGEST, |time| time.saturating_sub(now))
    }

    /// Has the peer of a link do what is asked for, such as [`Peer::send`], at the time that it is given.
    ///
    /// # Errors
    /// As [`Endpoint::request`], and `BUFFER_LIMIT` while 16 MiB wait for the other end to read (QUI-17).
    pub fn request(
        &mut self,
        link: &QuicLink,
        ask: impl FnOnce(&mut Peer, u64) -> Result<Output, FrameError>,
    ) -> Result<(), FrameError> {
        let now = self.now_ms();
        check_unsent(self.lines.unsent(link))?;
        let room = self.lines.datagram_room(link);
        self.endpoint.set_datagram_room(link, room);
        let outputs = self.endpoint.request(link, |peer| ask(peer, now))?;
        self.pass_on(outputs);
        Ok(())
    }

    /// How many bytes wait for the other end of a link to read them.
    #[must_use]
    pub fn unsent(&self, link: &QuicLink) -> usize {
        self.lines.unsent(link)
    }

    /// Closes every connection once what was sent on it has come, and waits for that.
    pub async fn close(self) {
        self.lines.finish().await;
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn pass_on(&mut self, outputs: Outputs<QuicLink>) {
        for (link, carried) in outputs.carried {
            self.lines.carry(&link, carried);
        }
        for (link, event) in outputs.events {
            if let Event::Closed { code } = event {
                self.lines.close(&link, number_of(code));
            }
            self.events.push_back((link, event));
        }
    }
}

/// How many connections there are: the rest is secret or long.
impl fmt::Debug for QuicEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QuicEndpoint")
            .field("connections", &self.lines.links().count())
            .finish_non_exhaustive()
    }
}
