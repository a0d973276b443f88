//! The single questions that the table of checks asks of a received frame.

use super::received::{Content, Kind, Received};
use super::verdict::Verdict;
use crate::error::RejectCode;
use crate::json::Json;
use crate::limits::{MAX_MISSING_NUMBERS, MIN_OPEN_STREAMS};
use crate::peer::config::{dtype_name, modality_name, Role, CRITIQUE, XCHACHA, ZSTD};
use crate::peer::state::Peer;
use crate::peer::sync::write::decimal;
use crate::peer::sync::{text, Added, Fault};
use crate::transform::xchacha::frame_nonce;
use crate::wire_values::{Flags, MsgType};

type Answer = Option<Verdict>;

fn drop_if(holds: bool, code: RejectCode) -> Answer {
    holds.then_some(Verdict::Drop(code))
}

fn reject(
    code: RejectCode,
    detail: impl Into<std::borrow::Cow<'static, str>>,
    added: Added,
) -> Answer {
    Some(Verdict::Reject(Fault::new(code, detail, added)))
}

/// HSK-29: a client whose handshake failed hears nothing.
pub(super) fn failed(peer: &Peer, _: &Received<'_>) -> Answer {
    drop_if(peer.is_silent, RejectCode::Ignored)
}

/// XCH-12: its own frame came back.
pub(super) fn reflected(peer: &Peer, received: &Received<'_>) -> Answer {
    let own = frame_nonce(&peer.config.salt, received.stream_id, 0);
    let is_own = received.nonce_start() == own.first_chunk();
    drop_if(received.is_sealed() && is_own, RejectCode::Reflected)
}

/// HSK-18: a ping that was answered is answered again.
pub(super) fn answered(peer: &Peer, received: &Received<'_>) -> Answer {
    let answer = peer.answers.get(received.reference())?;
    Some(Verdict::Repeat(answer.clone()))
}

/// STM-19: the stream is over.
pub(super) fn closed(peer: &Peer, received: &Received<'_>) -> Answer {
    let is_closed = peer.closed_streams.get(received.stream_id).is_some();
    drop_if(is_closed, RejectCode::Closed)
}

/// HSK-34, STM-9, STM-35: the number was accepted before, or is too old to know.
pub(super) fn number(peer: &Peer, received: &Received<'_>) -> Answer {
    if !peer.is_numbered(received.is_sealed()) {
        return None; // HSK-35
    }
    if let Some(stream) = peer.recv_streams.get(&received.stream_id) {
        let is_known = stream.knows(received.frame_seq)
            || received.is_at_once() && stream.is_tail(received.frame_seq); // STM-34
        return drop_if(is_known, RejectCode::Duplicate);
    }
    if received.kind == Kind::Head {
        return None; // STM-6: whatever was accepted before
    }
    let closed = peer.closed_streams.get(received.stream_id);
    let window = closed.or_else(|| peer.replay_windows.get(received.stream_id))?;
    let is_tail = received.kind == Kind::Tail;
    let known = window.check(received.frame_seq, is_tail);
    known.err().map(Verdict::Drop)
}

/// HSK-37: a HEART without a session is no reason for an answer.
pub(super) fn heart_without_session(peer: &Peer, _: &Received<'_>) -> Answer {
    drop_if(peer.session.is_none(), RejectCode::Ignored)
}

/// Nothing but handshakes goes without a session.
pub(super) fn no_session(peer: &Peer, _: &Received<'_>) -> Answer {
    if peer.session.is_some() {
        return None;
    }
    reject(
        RejectCode::HandshakeRequired,
        "there is no session",
        Vec::new(),
    )
}

/// The frame is of another embedding space.
pub(super) fn other_space(peer: &Peer, received: &Received<'_>) -> Answer {
    let (own, got) = (peer.config.space_hash32, received.space_hash32);
    if own == 0 || own == got {
        return None;
    }
    let detail = format!("the frame is of space {got}, not {own}");
    reject(RejectCode::SpaceMismatch, detail, hashes(own, got))
}

/// The frame is not sealed, and this peer requires it.
pub(super) fn unsealed(peer: &Peer, received: &Received<'_>) -> Answer {
    if received.is_sealed() || !peer.config.require_crypto {
        return None;
    }
    reject(
        RejectCode::EncryptionRequired,
        "the frame is not sealed",
        Vec::new(),
    )
}

/// The frame is compressed without agreement.
pub(super) fn zstd(peer: &Peer, received: &Received<'_>) -> Answer {
    uses(peer, ZSTD, received.flags.contains(Flags::ZSTD))
}

/// The frame is sealed without agreement.
pub(super) fn xchacha(peer: &Peer, received: &Received<'_>) -> Answer {
    uses(peer, XCHACHA, received.is_sealed())
}

/// The frame is a Critique without agreement.
pub(super) fn critique(peer: &Peer, received: &Received<'_>) -> Answer {
    uses(peer, CRITIQUE, received.mtype == MsgType::Critique)
}

fn uses(peer: &Peer, feature: &'static str, is_used: bool) -> Answer {
    let is_agreed = peer.agreement().is_some_and(|it| it.has_feature(feature));
    if !is_used || is_agreed {
        return None;
    }
    not_agreed(RejectCode::UnsupportedFeature, "feature", feature)
}

/// The frame's modality is not agreed.
pub(super) fn modality(peer: &Peer, received: &Received<'_>) -> Answer {
    let name = modality_name(received.modality);
    if peer
        .agreement()
        .is_some_and(|it| it.modality.contains(&name))
    {
        return None;
    }
    not_agreed(RejectCode::UnsupportedModality, "modality", name)
}

/// The frame's content could not be read: it is refused.
pub(super) fn fault(_: &Peer, received: &Received<'_>) -> Answer {
    let cause = received.content.as_ref().err()?;
    let added = vec![("detail", text(cause.code().as_str()))];
    reject(RejectCode::BadMessage, cause.detail().to_owned(), added)
}

/// The frame's content could not be read: it is dropped.
pub(super) fn fault_dropped(_: &Peer, received: &Received<'_>) -> Answer {
    drop_if(received.content.is_err(), RejectCode::BadMessage)
}

/// HSK-19, HSK-40: a server answers what it cannot read, a client does not.
pub(super) fn unreadable(peer: &Peer, received: &Received<'_>) -> Answer {
    match peer.role {
        Role::Server => fault(peer, received),
        Role::Client => fault_dropped(peer, received),
    }
}

/// A tensor's dtype is not agreed; scales, indices, masks and JSON are no tensors of their own.
pub(super) fn dtype(peer: &Peer, received: &Received<'_>) -> Answer {
    let Ok(Content::Data(dtypes)) = &received.content else {
        return None;
    };
    let agreed = peer.agreement().map(|it| &it.dtype);
    let is_agreed = |name: &&str| agreed.is_some_and(|names| names.contains(name));
    let mut names = dtypes.iter().flatten().copied().map(dtype_name);
    let name = names.find(|name| !is_agreed(name))?;
    not_agreed(RejectCode::UnsupportedDtype, "dtype", name)
}

/// STM-26: STRONG_TAIL is not as in the HEAD.
pub(super) fn strong(peer: &Peer, received: &Received<'_>) -> Answer {
    let stream = peer.recv_streams.get(&received.stream_id)?;
    if stream.is_strong == received.is_strong() {
        return None;
    }
    let detail = "STRONG_TAIL is not as in the HEAD";
    reject(RejectCode::StreamFlagMismatch, detail, Vec::new())
}

/// STM-15: the number is not below the TAIL's.
pub(super) fn after_tail(peer: &Peer, received: &Received<'_>) -> Answer {
    let stream = peer.recv_streams.get(&received.stream_id)?;
    let is_late = stream.is_after_tail(received.frame_seq, received.kind == Kind::Tail);
    drop_if(
        is_late && peer.is_numbered(received.is_sealed()),
        RejectCode::AfterTail,
    )
}

/// STM-8: the frame would have to wait, and there is no room for it.
pub(super) fn room(peer: &Peer, received: &Received<'_>) -> Answer {
    let stream = peer.recv_streams.get(&received.stream_id)?;
    let waiting = peer.waiting_bytes.saturating_add(received.bytes.len());
    let has_room = stream.has_room(received.frame_seq, waiting);
    drop_if(
        !has_room && peer.is_numbered(received.is_sealed()),
        RejectCode::BufferLimit,
    )
}

/// STM-10: as many streams are open as can be.
///
/// MUX-22: where multiplexing is agreed, that is as many as it grants.
pub(super) fn one_stream_more(peer: &Peer, _: &Received<'_>) -> Answer {
    let own = peer.config.mux;
    if let Some(own) = own.filter(|_| peer.agreement().is_some_and(|it| it.mux.is_some())) {
        let open = peer.recv_streams.len();
        let open = open.saturating_add(peer.resets.count(peer.clock));
        if open < usize::from(own.streams) {
            return None;
        }
        let added = vec![("max", Json::Integer(own.streams.into()))];
        return reject(RejectCode::StreamLimit, "too many streams are open", added);
    }
    drop_if(
        peer.recv_streams.len() >= MIN_OPEN_STREAMS,
        RejectCode::BufferLimit,
    )
}

/// MUX-14: the number is not below the limit that was told last.
pub(super) fn beyond_limit(peer: &Peer, received: &Received<'_>) -> Answer {
    let stream = peer.recv_streams.get(&received.stream_id)?;
    let granted = stream.managed.filter(|_| peer.has_credit)?;
    if received.frame_seq < granted.told {
        return None;
    }
    let added = vec![("limit", decimal(granted.told))];
    let detail = "the number is not below the limit";
    Some(Verdict::Fail(Fault::new(
        RejectCode::FlowControl,
        detail,
        added,
    )))
}

/// MUX-17: no HEAD opened the stream of this blocked.
pub(super) fn blocked_alone(peer: &Peer, received: &Received<'_>) -> Answer {
    let is_closed = peer.closed_streams.get(received.stream_id).is_some();
    if is_closed || !peer.has_credit {
        return None;
    }
    tail_alone(peer, received)
}

/// STM-13: no HEAD opened the stream of this TAIL.
pub(super) fn tail_alone(peer: &Peer, received: &Received<'_>) -> Answer {
    if peer.recv_streams.contains_key(&received.stream_id) {
        return None;
    }
    let missing = (0..received.frame_seq).take(MAX_MISSING_NUMBERS);
    Some(Verdict::Incomplete(missing.collect()))
}

/// HSK-11: there is no such version.
pub(super) fn version(_: &Peer, received: &Received<'_>) -> Answer {
    let Ok(Content::Ping(ping)) = &received.content else {
        return None;
    };
    let v = ping.v.filter(|v| *v < 1)?;
    let added = vec![("min", Json::Integer(1)), ("max", Json::Integer(1))];
    let detail = format!("version {v}; there is 1");
    reject(RejectCode::UnsupportedVersion, detail, added)
}

/// HSK-12: the ping is from another embedding space.
pub(super) fn ping_space(peer: &Peer, received: &Received<'_>) -> Answer {
    let Ok(Content::Ping(ping)) = &received.content else {
        return None;
    };
    let own = &peer.config;
    if !ping.space.is_other_than(own) {
        return None;
    }
    let mut added = hashes(own.space_hash32, ping.space.hash);
    added.push(("expected", text(&own.embedding_space_id)));
    added.push(("got", text(&ping.space.id)));
    let detail = "the ping is from another embedding space";
    reject(RejectCode::SpaceMismatch, detail, added)
}

fn hashes(own: u32, got: u32) -> Added {
    vec![
        ("expected_hash", Json::Integer(own.into())),
        ("got_hash", Json::Integer(got.into())),
    ]
}

fn not_agreed(code: RejectCode, member: &'static str, name: &'static str) -> Answer {
    let detail = format!("{name} is not agreed");
    reject(code, detail, vec![(member, text(name))])
}
