//! QUIC connections of the testee's peers: what has come on each carriage, and what was sent and ended.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use resonant_protocol::endpoint::Carried;
use resonant_protocol::net::{client_tls, server_tls, QuicDone, QuicLines, QuicLink, QuicNews};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::{Arrived, Tls};

/// The name that the certificate of the runner is for.
const SERVER_NAME: &str = "localhost";
/// The longest that connecting takes before there counts as being no connection.
const CONNECT: Duration = Duration::from_secs(5);
const MAIN: u64 = 0;

/// A carriage of a link: a QUIC stream, or for none of them datagrams and the connection itself (TST-31).
type Place = (String, Option<u64>);

/// The wire, and its connections by their links.
#[derive(Debug)]
pub(crate) struct Quic {
    lines: QuicLines,
    /// The tasks of all connections run here, also between ops.
    runtime: Runtime,
    links: BTreeMap<String, QuicLink>,
    names: BTreeMap<QuicLink, String>,
    /// News that no op has asked for yet.
    waiting: BTreeMap<Place, VecDeque<QuicNews>>,
    /// Bytes that ops have taken.
    taken: BTreeMap<Place, u64>,
    /// Carriages that have ended, whichever end did it: nothing more is to be taken of them.
    ended: BTreeSet<Place>,
    /// Connections that were closed, or could not be made.
    over: BTreeSet<String>,
    sent: Counts,
    ends: Counts,
}

/// Totals of links, and those that no reply has told.
#[derive(Debug, Default)]
struct Counts {
    totals: BTreeMap<String, u64>,
    untold: BTreeSet<String>,
}

impl Counts {
    fn add(&mut self, link: &str, more: usize) {
        if more > 0 {
            let total = self.totals.entry(link.to_owned()).or_default();
            *total = total.saturating_add(u64::try_from(more).unwrap_or(0));
            self.untold.insert(link.to_owned());
        }
    }

    fn tell(&mut self) -> BTreeMap<String, u64> {
        let untold = std::mem::take(&mut self.untold).into_iter();
        untold
            .filter_map(|link| Some((link.clone(), *self.totals.get(&link)?)))
            .collect()
    }
}

impl Quic {
    /// A wire on a socket that is bound.
    pub(crate) fn new(socket: Option<UdpSocket>) -> io::Result<Self> {
        let socket = socket.ok_or(io::Error::other("no wire for QUIC"))?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let lines = {
            let _inside = runtime.enter();
            QuicLines::new(socket)?.with_datagrams()
        };
        Ok(Self {
            lines,
            runtime,
            links: BTreeMap::new(),
            names: BTreeMap::new(),
            waiting: BTreeMap::new(),
            taken: BTreeMap::new(),
            ended: BTreeSet::new(),
            over: BTreeSet::new(),
            sent: Counts::default(),
            ends: Counts::default(),
        })
    }

    /// Ends every connection, and takes none any more.
    pub(crate) fn clear(&mut self) {
        let _inside = self.runtime.enter();
        self.lines.cut();
        self.links.clear();
        self.names.clear();
        self.waiting.clear();
        self.taken.clear();
        self.ended.clear();
        self.over.clear();
        (self.sent, self.ends) = (Counts::default(), Counts::default());
    }

    /// Takes connections from now on. The error is a text for people.
    pub(crate) fn listen(&mut self, tls: &Tls) -> Result<(), String> {
        let _inside = self.runtime.enter();
        server_tls(tls.certificate.as_bytes(), tls.key.as_bytes())
            .and_then(|tls| self.lines.listen(tls))
            .map_err(|error| format!("input.tls is of no use: {error}"))
    }

    /// Connects to a port of 127.0.0.1, and says whether that came about. The error is a text for people.
    pub(crate) fn connect(&mut self, link: &str, port: u16, trust: &str) -> Result<bool, String> {
        let tls = client_tls(trust.as_bytes());
        let tls = tls.map_err(|error| format!("input.tls is of no use: {error}"))?;
        let to = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let lines = &mut self.lines;
        let made = self
            .runtime
            .block_on(async { timeout(CONNECT, lines.connect(to, SERVER_NAME, tls)).await });
        match made {
            Ok(Ok(made)) => self.name(link.to_owned(), made),
            _ => drop(self.over.insert(link.to_owned())),
        }
        Ok(self.links.contains_key(link))
    }

    fn name(&mut self, name: String, link: QuicLink) {
        self.names.insert(link, name.clone());
        self.links.insert(name, link);
    }

    /// Whether this is a link over QUIC, as far as there is one.
    pub(crate) fn knows(&self, link: &str) -> bool {
        self.links.contains_key(link) || self.over.contains(link) || link.starts_with("quic-")
    }

    /// Whether a carriage has given all that has arrived, or has nothing more to give (TST-28, TST-31).
    pub(crate) fn is_satisfied(&self, arrived: &Arrived) -> bool {
        let place = (arrived.link.clone(), arrived.on);
        let taken = self.taken.get(&place).copied().unwrap_or_default();
        self.over.contains(&arrived.link)
            || self.links.contains_key(&arrived.link)
                && (self.ended.contains(&place) || taken >= arrived.bytes && !arrived.ended)
    }

    /// Takes what comes next on a carriage. The error is a text for people (TST-29).
    pub(crate) fn take(
        &mut self,
        arrived: &Arrived,
        deadline: Instant,
    ) -> Result<QuicNews, String> {
        loop {
            if let Some(news) = self.take_waiting(arrived) {
                return Ok(news);
            }
            let (left, lines) = (
                deadline.saturating_duration_since(Instant::now()),
                &mut self.lines,
            );
            let came = self
                .runtime
                .block_on(async { timeout(left, lines.next()).await });
            let Ok((link, news)) = came else {
                let link = &arrived.link;
                return Err(format!("not everything has arrived on {link} within 5 s"));
            };
            self.file(link, news);
        }
    }

    /// Puts news where they are looked for.
    fn file(&mut self, link: QuicLink, news: QuicNews) {
        if news == QuicNews::Accepted {
            self.name(format!("quic-{}", link.remote.port()), link);
        }
        let on = match &news {
            QuicNews::Accepted | QuicNews::Datagram(_) | QuicNews::Closed { .. } => None,
            QuicNews::Bytes { on, .. }
            | QuicNews::End { on }
            | QuicNews::Reset { on }
            | QuicNews::Created { on }
            | QuicNews::Stopped { on, .. } => Some(*on),
        };
        if let Some(name) = self.names.get(&link) {
            let place = (name.clone(), on);
            self.waiting.entry(place).or_default().push_back(news);
        }
    }

    /// Takes what waits on a carriage. A connection is accepted before anything of it is taken, and it may end with main.
    fn take_waiting(&mut self, arrived: &Arrived) -> Option<QuicNews> {
        let link = &arrived.link;
        let whole = (link.clone(), None);
        let queue = self.waiting.get_mut(&whole);
        if queue.as_ref().and_then(|queue| queue.front()) == Some(&QuicNews::Accepted) {
            return queue?.pop_front();
        }
        let main = (link.clone(), Some(MAIN));
        let also = (arrived.on.is_none() && arrived.ended).then_some(main);
        let places = [Some((link.clone(), arrived.on)), also];
        for place in places.into_iter().flatten() {
            let news = self.waiting.get_mut(&place).and_then(VecDeque::pop_front);
            if let Some(news) = news {
                let taken = self.taken.get(&place).copied().unwrap_or_default();
                let (news, rest) = divide(news, arrived.bytes.saturating_sub(taken));
                if let Some(rest) = rest {
                    self.waiting
                        .entry(place.clone())
                        .or_default()
                        .push_front(rest);
                }
                self.note(place, &news);
                return Some(news);
            }
        }
        None
    }

    fn note(&mut self, place: Place, news: &QuicNews) {
        let bytes = match news {
            QuicNews::Accepted => 0,
            QuicNews::Bytes { bytes, .. } => bytes.iter().map(|bytes| bytes.len()).sum(),
            QuicNews::Datagram(bytes) => bytes.len(),
            _ => {
                self.ended.insert(place);
                return;
            }
        };
        let taken = self.taken.entry(place).or_default();
        *taken = taken.saturating_add(u64::try_from(bytes).unwrap_or(0));
    }

    /// Sends a frame, or ends a carriage.
    pub(crate) fn carry(&mut self, link: &str, carried: Carried) {
        let Some(own) = self.links.get(link) else {
            return;
        };
        let ended = match &carried {
            Carried::Frame(..) => None,
            Carried::Finish(stream_id) | Carried::Reset { stream_id, .. } => {
                self.lines.uni_of(own, *stream_id)
            }
            Carried::Stop { uni, .. } => Some(*uni),
        };
        self.ended
            .extend(ended.map(|uni| (link.to_owned(), Some(uni))));
        let _inside = self.runtime.enter();
        let done = self.lines.carry(own, carried);
        self.count(link, done);
    }

    fn count(&mut self, link: &str, done: QuicDone) {
        self.sent.add(link, done.bytes);
        self.ends.add(link, done.ends);
    }

    /// Closes a connection on this side with a number, once what was sent has come.
    pub(crate) fn close(&mut self, link: &str, number: u64) {
        let Some(own) = self.links.get(link) else {
            return;
        };
        let _inside = self.runtime.enter();
        let done = self.lines.close(own, number);
        self.over.insert(link.to_owned());
        self.count(link, done);
    }

    /// How many bytes of a link wait for its reader.
    pub(crate) fn unsent(&self, link: &str) -> usize {
        let link = self.links.get(link);
        link.map_or(0, |link| self.lines.unsent(link))
    }

    pub(crate) fn datagram_room(&self, link: &str) -> Option<usize> {
        let link = self.links.get(link)?;
        self.lines.datagram_room(link)
    }

    /// The bytes sent on each link on which something was sent since the last call (TST-30).
    pub(crate) fn tell_sent(&mut self) -> BTreeMap<String, u64> {
        self.sent.tell()
    }

    /// The QUIC streams ended on each link on which one was ended since the last call (TST-32).
    pub(crate) fn tell_ends(&mut self) -> BTreeMap<String, u64> {
        self.ends.tell()
    }
}

/// The first so many bytes of a stream, and the rest, which has not been announced yet.
fn divide(news: QuicNews, most: u64) -> (QuicNews, Option<QuicNews>) {
    let mut room = usize::try_from(most).unwrap_or(usize::MAX);
    let (on, mut bytes) = match news {
        QuicNews::Bytes { on, bytes } if room > 0 => (on, bytes),
        news => return (news, None),
    };
    let place = bytes
        .iter()
        .position(|part| match room.checked_sub(part.len()) {
            Some(left) => {
                room = left;
                false
            }
            None => true,
        });
    let Some(place) = place else {
        return (QuicNews::Bytes { on, bytes }, None);
    };
    let mut rest = bytes.split_off(place);
    if let Some(part) = rest.first_mut().filter(|_| room > 0) {
        bytes.push(part.split_to(room));
    }
    let rest = QuicNews::Bytes { on, bytes: rest };
    (QuicNews::Bytes { on, bytes }, Some(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(parts: &[&[u8]]) -> QuicNews {
        let bytes = parts.iter().map(|part| part.to_vec().into()).collect();
        QuicNews::Bytes { on: 2, bytes }
    }

    #[test]
    fn bytes_are_divided_where_what_was_announced_ends() {
        for (most, first, rest) in [
            (5, came(&[b"abc", b"de"]), None),
            (9, came(&[b"abc", b"de"]), None),
            (4, came(&[b"abc", b"d"]), Some(came(&[b"e"]))),
            (3, came(&[b"abc"]), Some(came(&[b"de"]))),
            (1, came(&[b"a"]), Some(came(&[b"bc", b"de"]))),
        ] {
            assert_eq!(
                divide(came(&[b"abc", b"de"]), most),
                (first, rest),
                "{most}"
            );
        }
    }
}
