//! The own side of one QUIC connection: what is sent on each of its carriages, and how they end.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::Duration;

use quinn::{Connection, VarInt};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::news::{QuicLink, Told};
use super::tasks::{Command, MainTask, Shared, Task};
use crate::endpoint::Carried;
use crate::limits::LENGTH_BYTES;
use crate::peer::Role;
use crate::transport::{check_unsent, may_be_datagram, Carriage};

/// The time that the other end of a connection that is closed here may take to read what it was sent (TCP-13).
const PATIENCE: Duration = Duration::from_secs(30);

/// One connection.
#[derive(Debug)]
pub(super) struct Line {
    connection: Connection,
    task: Task,
    main: mpsc::UnboundedSender<Command>,
    /// By the stream_ids of own streams, those of their unis that have not ended.
    unis: BTreeMap<u32, mpsc::UnboundedSender<Command>>,
    /// Held by every task that writes as well.
    writing: mpsc::Sender<()>,
    /// Gives nothing more when none of them is left.
    written: mpsc::Receiver<()>,
}

/// The extent of what was done on a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuicDone {
    /// How many bytes were given to be sent, lengths and datagrams among them.
    pub bytes: usize,
    /// How many QUIC streams were ended, by FIN, reset or stop.
    pub ends: usize,
}

impl Line {
    /// A line on a connection that was made, and the task that reads it and finds its streams. It is to be spawned once
    /// the line is where news of it are looked for.
    pub(super) fn new(
        connection: Connection,
        link: QuicLink,
        role: Role,
        news: mpsc::Sender<Told>,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (main, commands) = mpsc::unbounded_channel();
        let (writing, written) = mpsc::channel(1);
        let shared = Arc::new(Shared::default());
        let task = Task { link, news, shared };
        let of_main = MainTask {
            commands,
            writing: writing.downgrade(),
        };
        let serving = task.clone().serve(connection.clone(), role, of_main);
        let line = Self {
            connection,
            task,
            main,
            unis: BTreeMap::new(),
            writing,
            written,
        };
        (line, serving)
    }

    pub(super) fn uni_of(&self, stream_id: u32) -> Option<u64> {
        self.task.shared.own().get(&stream_id).copied()
    }

    /// How many bytes wait for the library to take them.
    pub(super) fn unsent(&self) -> usize {
        self.task.shared.unsent.load(Ordering::Acquire)
    }

    /// Number of bytes that a datagram holds now, if the other end takes any.
    pub(super) fn datagram_room(&self) -> Option<usize> {
        self.connection.max_datagram_size()
    }

    /// Sends a frame, or ends a carriage.
    pub(super) fn carry(&mut self, carried: Carried, takes_datagrams: bool) -> QuicDone {
        match carried {
            Carried::Frame(carriage, frame) => QuicDone {
                bytes: self.send(carriage, frame, takes_datagrams),
                ends: 0,
            },
            Carried::Finish(stream_id) => self.end(stream_id, Command::Finish),
            Carried::Reset { stream_id, number } => {
                self.end(stream_id, Command::Reset(var_int(number)))
            }
            Carried::Stop { uni, number } => {
                let stop = self.task.shared.take_stop(uni);
                let was_there = stop.is_some_and(|stop| stop.send(var_int(number)).is_ok());
                QuicDone {
                    bytes: 0,
                    ends: usize::from(was_there),
                }
            }
        }
    }

    /// Sends a frame. One that a peer owes by itself is lost where there is no room for it (TCP-20).
    fn send(&mut self, carriage: Carriage, frame: Vec<u8>, takes_datagrams: bool) -> usize {
        if check_unsent(self.unsent()).is_err() {
            return 0;
        }
        let most = self.connection.max_datagram_size();
        let length = frame.len();
        if takes_datagrams && carriage == Carriage::Any && may_be_datagram(&frame, most) {
            let sent = self.connection.send_datagram(frame.into());
            return if sent.is_ok() { length } else { 0 };
        }
        if carriage == Carriage::Datagram {
            let sent = self.connection.send_datagram(frame.into());
            return if sent.is_ok() { length } else { 0 }; // FEC-33
        }
        let bytes = length.saturating_add(LENGTH_BYTES);
        let commands = match carriage {
            Carriage::Main | Carriage::Any | Carriage::Datagram => self.main.clone(),
            Carriage::Uni(stream_id) => self.uni(stream_id),
        };
        let unsent = &self.task.shared.unsent;
        unsent.fetch_add(bytes, Ordering::AcqRel);
        if commands.send(Command::Frame(frame)).is_err() {
            unsent.fetch_sub(bytes, Ordering::AcqRel);
        }
        bytes
    }

    fn uni(&mut self, stream_id: u32) -> mpsc::UnboundedSender<Command> {
        let begin = || {
            let (sender, commands) = mpsc::unbounded_channel();
            let (connection, writing) = (self.connection.clone(), self.writing.clone());
            let task = self.task.clone();
            tokio::spawn(task.write_uni(connection, stream_id, commands, writing));
            sender
        };
        self.unis.entry(stream_id).or_insert_with(begin).clone()
    }

    fn end(&mut self, stream_id: u32, how: Command) -> QuicDone {
        let uni = self.unis.remove(&stream_id);
        let was_there = uni.is_some_and(|uni| uni.send(how).is_ok());
        QuicDone {
            bytes: 0,
            ends: usize::from(was_there),
        }
    }

    /// Closes the connection with this number, once everything that was sent has come: that is known of streams that
    /// have ended.
    pub(super) fn close(self, number: u64) -> QuicDone {
        let main = usize::from(self.task.shared.has_main.load(Ordering::Acquire));
        let ends = if self.connection.close_reason().is_some() {
            0
        } else {
            self.unis.len().saturating_add(main)
        };
        let (connection, mut written) = (self.connection, self.written);
        // Without their senders the tasks that write end their streams, and then themselves.
        drop((self.main, self.unis, self.writing, self.task));
        tokio::spawn(async move {
            let _ = timeout(PATIENCE, written.recv()).await;
            connection.close(var_int(number), b"");
        });
        QuicDone { bytes: 0, ends }
    }

    /// Closes the connection at once.
    pub(super) fn cut(&self) {
        self.connection.close(VarInt::from_u32(0), b"");
    }
}

/// Numbers of QUIC have 62 bits; the other end's came as such, and our own are small.
fn var_int(number: u64) -> VarInt {
    VarInt::from_u64(number).unwrap_or(VarInt::MAX)
}
