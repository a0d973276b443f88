//! The output of a peer: datagrams to send and events to report (section 5 of the handshake specification).

use std::borrow::Cow;

use super::config::Mux;
use crate::error::RejectCode;
use crate::frame::VFrame;
use crate::transport::Carriage;

/// The output of a call, each list in the order in which it happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Frames for the other end, one datagram each (FRM-28).
    pub datagrams: Vec<Vec<u8>>,
    /// Of each of them, the carriage of a QUIC connection that it goes on (QUI-4, QUI-5).
    pub carriages: Vec<Carriage>,
    /// Own streams whose unidirectional QUIC stream ends now, behind their last frame (QUI-12).
    pub finished: Vec<u32>,
    /// Events for the application (HSK-44).
    pub events: Vec<Event>,
}

/// An event for the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A session began or was renegotiated.
    Established(Established),
    /// An error was accepted, or a handshake failed here.
    ErrorReceived {
        /// The code, which of an error is whatever the other end wrote.
        code: Cow<'static, str>,
        /// The frame that the error names, if it names one.
        reference: Option<Reference>,
    },
    /// A frame was answered with an error.
    ErrorSent {
        /// The error's code.
        code: RejectCode,
        /// The frame's stream.
        stream_id: u32,
        /// The frame's number.
        frame_seq: u64,
    },
    /// A data frame is delivered, its transforms undone.
    Message(VFrame),
    /// The other end opened a stream.
    Opened {
        /// The stream.
        stream_id: u32,
        /// Whether its HEAD gives sizes and hashes.
        sized: bool,
    },
    /// A TAIL was answered with the numbers that are missing.
    Incomplete {
        /// The stream.
        stream_id: u32,
        /// The first missing numbers, at most 64, ascending (STM-12).
        missing: Vec<u64>,
    },
    /// A stream is whole and verified.
    Complete {
        /// The stream.
        stream_id: u32,
        /// Number of its data frames.
        frames: u64,
        /// Number of its stream bytes (STM-1).
        total_len: u64,
        /// The strong tail hash of its stream bytes.
        xxhash3_64: u64,
    },
    /// A stream failed.
    Failed {
        /// The stream.
        stream_id: u32,
        /// `STREAM_CORRUPT`, `STREAM_TIMEOUT`, of a managed one also `FLOW_CONTROL`, `STREAM_CANCELLED` and
        /// `STREAM_RESET`, or over QUIC `TRUNCATED_FRAME`.
        code: RejectCode,
        /// The difference, in a corrupt stream.
        what: Option<Mismatch>,
        /// The other end's reason, of one that it has reset (MUX-27).
        reset: Option<String>,
    },
    /// The other end has a whole managed stream of this one, verified (MUX-24).
    Done {
        /// The stream.
        stream_id: u32,
    },
    /// A frame was lost and is computed from repair: what comes of it follows (FEC-23).
    Recovered {
        /// The stream.
        stream_id: u32,
        /// The number of the frame.
        frame_seq: u64,
    },
    /// The other end is lost, and the session with it (STM-24).
    Lost,
    /// A frame was dropped.
    Dropped {
        /// The reason.
        code: RejectCode,
    },
    /// The connection ended; never over UDP. The program ends it on its side, once it has sent what came before.
    Closed {
        /// The reason, if the other end did not end it properly.
        code: Option<RejectCode>,
    },
}

/// The agreement: lists in own order, compress and crypto as chosen for own frames (HSK-26).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Established {
    /// The version of the protocol, always 1.
    pub agreed_proto: u8,
    /// `zstd` or `none`.
    pub compress: &'static str,
    /// `xchacha20poly1305` or `none`.
    pub crypto: &'static str,
    /// The agreed names.
    pub dtype: Vec<&'static str>,
    /// The agreed names.
    pub modality: Vec<&'static str>,
    /// Whether Critique messages may be sent.
    pub critique: bool,
    /// The room that the other end grants, if both ends take part in multiplexing (MUX-5).
    pub mux: Option<Mux>,
    /// `rs8` or `none` as chosen for own frames, if both ends take part in forward error correction (FEC-8).
    pub fec: Option<&'static str>,
}

/// A frame that an error names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// Its stream.
    pub stream_id: u32,
    /// Its number.
    pub frame_seq: u64,
}

/// A difference between a stream and its HEAD or TAIL, in the order of the comparison (STM-16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// A number higher than the TAIL's was accepted.
    FrameSeq,
    /// The number of data frames.
    Frames,
    /// The number of stream bytes.
    TotalLen,
    /// The MD5 of the stream bytes.
    Md5,
    /// Their strong tail hash.
    Xxhash3_64,
}

impl Mismatch {
    /// The name that stands in an error's `what`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FrameSeq => "frame_seq",
            Self::Frames => "frames",
            Self::TotalLen => "total_len",
            Self::Md5 => "md5",
            Self::Xxhash3_64 => "xxhash3_64",
        }
    }
}

/// The sizes and hashes of a whole stream, as its HEAD gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announce {
    /// Number of data frames.
    pub frames: u64,
    /// Number of stream bytes (STM-1).
    pub total_len: u64,
    /// The MD5 of the stream bytes.
    pub md5: [u8; 16],
    /// Their strong tail hash.
    pub xxhash3_64: u64,
}
