//! The tasks of a QUIC connection: one that finds its streams, one that reads each, and one that writes each.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use quinn::{Connection, ConnectionError, ReadError, RecvStream, SendStream, VarInt, WriteError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::news::{QuicLink, QuicNews, Told};
use crate::error::RejectCode;
use crate::limits::LENGTH_BYTES;
use crate::peer::Role;
use crate::transport::code_of;

/// Segments of one read; each is what came in one packet.
const SEGMENTS: usize = 32;

/// A request to the task that writes an own stream.
#[derive(Debug)]
pub(super) enum Command {
    Frame(Vec<u8>),
    Finish,
    Reset(VarInt),
}

/// The state that the tasks of a connection have in common with its line.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Bytes of frames that the library has not taken yet.
    pub(super) unsent: AtomicUsize,
    /// Whether main is there in both directions.
    pub(super) has_main: AtomicBool,
    /// For each uni of the other end that is being read, the way to stop it.
    stops: Mutex<BTreeMap<u64, oneshot::Sender<VarInt>>>,
    /// The numbers of the QUIC streams of own streams, by stream_id. A stream_id has no more than one.
    own: Mutex<BTreeMap<u32, u64>>,
}

impl Shared {
    /// The way to stop a uni, if it has not ended.
    pub(super) fn take_stop(&self, uni: u64) -> Option<oneshot::Sender<VarInt>> {
        self.stops().remove(&uni)
    }

    /// No task panics while it holds a lock, so what is in it is whole.
    pub(super) fn own(&self) -> MutexGuard<'_, BTreeMap<u32, u64>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stops(&self) -> MutexGuard<'_, BTreeMap<u64, oneshot::Sender<VarInt>>> {
        self.stops.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The part that every task of a connection has.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) link: QuicLink,
    pub(super) news: mpsc::Sender<Told>,
    pub(super) shared: Arc<Shared>,
}

/// The requests to the task that writes main, and what it holds while it does, so that it is known when it has ended.
#[derive(Debug)]
pub(super) struct MainTask {
    pub(super) commands: mpsc::UnboundedReceiver<Command>,
    pub(super) writing: mpsc::WeakSender<()>,
}

impl Task {
    /// Finds the streams of a connection and tells, behind everything that came on them, that it is over.
    pub(super) async fn serve(self, connection: Connection, role: Role, main: MainTask) {
        let mut readers = JoinSet::new();
        let ended = self.find(&connection, role, main, &mut readers).await;
        while readers.join_next().await.is_some() {}
        let (link, code) = (self.link, reason(&ended));
        let _ = self.news.send((link, QuicNews::Closed { code })).await;
    }

    async fn find(
        &self,
        connection: &Connection,
        role: Role,
        main: MainTask,
        readers: &mut JoinSet<()>,
    ) -> ConnectionError {
        let mut main = Some(main);
        if role == Role::Client {
            match (connection.open_bi().await, main.take()) {
                (Ok(both), Some(main)) => self.begin_main(connection, both, main, readers),
                (Err(error), _) => return error,
                _ => {}
            }
        }
        // Streams of which nobody takes notice: letting go of them would end them.
        let mut ignored = Vec::new();
        loop {
            tokio::select! {
                uni = connection.accept_uni() => match uni {
                    Ok(stream) => self.begin_uni(stream, readers),
                    Err(error) => return error,
                },
                both = connection.accept_bi() => match (both, main.take()) {
                    (Ok(both), Some(main)) => self.begin_main(connection, both, main, readers),
                    (Ok(both), None) => {
                        let (link, on) = (self.link, u64::from(both.0.id()));
                        ignored.push(both);
                        let _ = self.news.send((link, QuicNews::Created { on })).await;
                    }
                    (Err(error), _) => return error,
                },
                datagram = connection.read_datagram() => match datagram {
                    Ok(bytes) => {
                        let link = self.link;
                        let _ = self.news.send((link, QuicNews::Datagram(bytes))).await;
                    }
                    Err(error) => return error,
                },
                Some(_) = readers.join_next() => {}
            }
        }
    }

    fn begin_main(
        &self,
        connection: &Connection,
        (send, receive): (SendStream, RecvStream),
        mut main: MainTask,
        readers: &mut JoinSet<()>,
    ) {
        readers.spawn(self.clone().read(receive, None));
        let Some(writing) = main.writing.upgrade() else {
            return; // closed here meanwhile
        };
        self.shared.has_main.store(true, Ordering::Release);
        let connection = connection.clone();
        let task = self.clone();
        tokio::spawn(async move {
            let left = task.write(send, None, &mut main.commands).await;
            drop(writing);
            if left.is_some() {
                connection.closed().await; // a stream that is let go of ends, and this one ends with its connection
            }
        });
    }

    fn begin_uni(&self, stream: RecvStream, readers: &mut JoinSet<()>) {
        let (stop, stopped) = oneshot::channel();
        self.shared.stops().insert(u64::from(stream.id()), stop);
        readers.spawn(self.clone().read(stream, Some(stopped)));
    }

    /// Reads a stream of the other end until it ends, or is to be stopped.
    async fn read(self, mut stream: RecvStream, stopped: Option<oneshot::Receiver<VarInt>>) {
        let (link, on) = (self.link, u64::from(stream.id()));
        let mut stopped = Box::pin(asked_to_stop(stopped));
        let mut segments = vec![Bytes::new(); SEGMENTS];
        let last = loop {
            let read = tokio::select! {
                biased;
                number = &mut stopped => {
                    let _ = stream.stop(number);
                    return;
                }
                read = stream.read_chunks(&mut segments) => read,
            };
            match read {
                Ok(Some(count)) => {
                    let bytes = segments
                        .iter_mut()
                        .take(count)
                        .map(std::mem::take)
                        .collect();
                    let _ = self.news.send((link, QuicNews::Bytes { on, bytes })).await;
                }
                Ok(None) => break QuicNews::End { on },
                Err(ReadError::Reset(_)) => break QuicNews::Reset { on },
                Err(_) => return, // with the connection
            }
        };
        self.shared.stops().remove(&on);
        let _ = self.news.send((link, last)).await;
    }

    /// Opens the uni of an own stream, once the other end permits one more, and writes it.
    pub(super) async fn write_uni(
        self,
        connection: Connection,
        stream_id: u32,
        mut commands: mpsc::UnboundedReceiver<Command>,
        writing: mpsc::Sender<()>,
    ) {
        if let Ok(stream) = connection.open_uni().await {
            self.shared.own().insert(stream_id, u64::from(stream.id()));
            let stopped = self.write(stream, Some(stream_id), &mut commands).await;
            if let Some(stream) = stopped {
                self.await_reset(stream, commands).await;
            }
        }
        drop(writing);
    }

    /// Writes an own stream until it is ended or reset, or the connection is over. A stream that was stopped, which it
    /// tells, is given back.
    async fn write(
        &self,
        mut stream: SendStream,
        stream_id: Option<u32>,
        commands: &mut mpsc::UnboundedReceiver<Command>,
    ) -> Option<SendStream> {
        let mut stopped = Box::pin(stream.stopped());
        let number = loop {
            tokio::select! {
                stopped = &mut stopped => match stopped {
                    Ok(Some(number)) => break number,
                    _ => return None,
                },
                command = commands.recv() => match command {
                    Some(Command::Frame(frame)) => match self.write_frame(&mut stream, frame).await {
                        Ok(()) => {}
                        Err(WriteError::Stopped(number)) => break number,
                        Err(_) => return None,
                    },
                    Some(Command::Reset(number)) => {
                        let _ = stream.reset(number);
                        return None;
                    }
                    Some(Command::Finish) | None => {
                        let _ = stream.finish();
                        let _ = stopped.await; // everything has come, or nobody wants it
                        return None;
                    }
                },
            }
        };
        if stream_id.is_none() {
            self.shared.has_main.store(false, Ordering::Release);
        }
        let (on, number) = (u64::from(stream.id()), number.into_inner());
        let told = QuicNews::Stopped {
            on,
            stream_id,
            number,
        };
        let _ = self.news.send((self.link, told)).await;
        Some(stream)
    }

    async fn write_frame(&self, stream: &mut SendStream, frame: Vec<u8>) -> Result<(), WriteError> {
        let length = u32::try_from(frame.len()).unwrap_or(u32::MAX); // a peer's frames have lengths that frames have
        let length = Bytes::copy_from_slice(&length.to_le_bytes());
        let bytes = frame.len().saturating_add(LENGTH_BYTES);
        let written = stream.write_all_chunks(&mut [length, frame.into()]).await;
        self.shared.unsent.fetch_sub(bytes, Ordering::AcqRel);
        written
    }

    /// Once a stream was stopped its frames are lost, until its peer says with what number it is reset (QUI-10).
    async fn await_reset(
        self,
        mut stream: SendStream,
        mut commands: mpsc::UnboundedReceiver<Command>,
    ) {
        while let Some(command) = commands.recv().await {
            match command {
                Command::Frame(frame) => {
                    let bytes = frame.len().saturating_add(LENGTH_BYTES);
                    self.shared.unsent.fetch_sub(bytes, Ordering::AcqRel);
                }
                Command::Reset(number) => {
                    let _ = stream.reset(number);
                    return;
                }
                Command::Finish => return,
            }
        }
    }
}

/// The number with which a uni is to be stopped; for ever nothing if nobody can say so any more.
async fn asked_to_stop(stopped: Option<oneshot::Receiver<VarInt>>) -> VarInt {
    let Some(stopped) = stopped else {
        return pending().await;
    };
    match stopped.await {
        Ok(number) => number,
        Err(_) => pending().await,
    }
}

/// The code of a connection that is over (QUI-15).
fn reason(error: &ConnectionError) -> Option<RejectCode> {
    match error {
        ConnectionError::ApplicationClosed(close) => code_of(close.error_code.into_inner()),
        _ => Some(RejectCode::ConnectionReset),
    }
}
