//! The steps through which a received frame goes, as a table in their order (section 4 of the handshake
//! specification).

use super::checks;
use super::received::{Kind, Received};
use super::verdict::Verdict;
use crate::peer::state::Peer;

/// Some kinds of frames.
#[derive(Clone, Copy)]
struct Kinds(u16);

impl Kinds {
    const fn of(mut kinds: &[Kind]) -> Self {
        let mut bits = 0;
        while let [first, rest @ ..] = kinds {
            bits |= bit(*first);
            kinds = rest;
        }
        Self(bits)
    }

    const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    const fn has(self, kind: Kind) -> bool {
        self.0 & bit(kind) != 0
    }
}

const fn bit(kind: Kind) -> u16 {
    match kind {
        Kind::Data => 1,
        Kind::Heart => 1 << 1,
        Kind::Head => 1 << 2,
        Kind::Tail => 1 << 3,
        Kind::Ping => 1 << 4,
        Kind::Capability => 1 << 5,
        Kind::Error => 1 << 6,
        Kind::Stray => 1 << 7,
        Kind::Other => 1 << 8,
        Kind::Unreadable => 1 << 9,
        Kind::Blocked => 1 << 10,
        Kind::Managing => 1 << 11,
        Kind::Quality => 1 << 12,
    }
}

/// `None` lets the frame pass.
type CheckFn = fn(&Peer, &Received<'_>) -> Option<Verdict>;

/// One step, for the kinds of frames that it looks at.
pub(crate) struct Check {
    clause: &'static str,
    kinds: Kinds,
    check: CheckFn,
}

const fn row(clause: &'static str, kinds: Kinds, check: CheckFn) -> Check {
    Check {
        clause,
        kinds,
        check,
    }
}

const ALL: Kinds = Kinds(u16::MAX);
const DATA: Kinds = Kinds::of(&[Kind::Data]);
const HEART: Kinds = Kinds::of(&[Kind::Heart]);
const HEAD: Kinds = Kinds::of(&[Kind::Head]);
const TAIL: Kinds = Kinds::of(&[Kind::Tail]);
const PING: Kinds = Kinds::of(&[Kind::Ping]);
const UNREADABLE: Kinds = Kinds::of(&[Kind::Unreadable]);
const OTHER: Kinds = Kinds::of(&[Kind::Other]);
const ERROR_OR_CAPABILITY: Kinds = Kinds::of(&[Kind::Error, Kind::Capability]);
const BLOCKED: Kinds = Kinds::of(&[Kind::Blocked]);
/// Those of methods that only some peers know.
const OF_SOME: Kinds = Kinds::of(&[Kind::Blocked, Kind::Managing, Kind::Quality]);
const NEVER_CLOSED: Kinds = Kinds::of(&[
    Kind::Ping,
    Kind::Capability,
    Kind::Error,
    Kind::Stray,
    Kind::Blocked,
    Kind::Managing,
]);
const OF_SESSION: Kinds = Kinds::of(&[Kind::Data, Kind::Head, Kind::Tail]);
const OF_STREAM: Kinds = Kinds::of(&[Kind::Data, Kind::Heart, Kind::Tail]);
const GUARDED: Kinds = Kinds::of(&[Kind::Data, Kind::Heart, Kind::Tail, Kind::Head]);
const AFTER_TAIL: Kinds = Kinds::of(&[
    Kind::Data,
    Kind::Heart,
    Kind::Tail,
    Kind::Other,
    Kind::Unreadable,
    Kind::Quality,
]);
const WAITING: Kinds = Kinds::of(&[
    Kind::Data,
    Kind::Heart,
    Kind::Other,
    Kind::Unreadable,
    Kind::Quality,
]);

/// The checks of a received frame, in order; the first verdict is the last.
pub(crate) const RECEIVED: &[Check] = &[
    row("HSK-29", ALL, checks::failed),
    row("HSK-32", ALL, checks::reflected),
    row("HSK-33", PING, checks::answered),
    row("STM-19", ALL.without(NEVER_CLOSED), checks::closed),
    row("HSK-34", ALL, checks::number), // and STM-9
    row("HSK-37", HEART, checks::heart_without_session),
    row("HSK-36", OF_SESSION, checks::no_session),
    row("HSK-36", DATA, checks::other_space),
    row("HSK-36", GUARDED, checks::unsealed),
    row("HSK-60", OTHER, checks::unsealed),
    row("MUX-6", OF_SOME, checks::unsealed), // and ADA-15, in these four
    row("MUX-6", OF_SOME, checks::zstd),
    row("MUX-6", OF_SOME, checks::xchacha),
    row("MUX-6", OF_SOME, checks::fault),
    row("HSK-36", GUARDED, checks::zstd),
    row("HSK-36", GUARDED, checks::xchacha),
    row("HSK-36", DATA, checks::critique),
    row("HSK-36", DATA, checks::modality),
    row("HSK-36", OF_SESSION, checks::fault),
    row("HSK-36", DATA, checks::dtype),
    row("HSK-19", UNREADABLE, checks::unreadable), // and HSK-40
    row("HSK-63", ERROR_OR_CAPABILITY, checks::fault_dropped), // and HSK-23
    row("STM-26", OF_STREAM, checks::strong),
    row("STM-15", AFTER_TAIL, checks::after_tail), // STM-30
    row("MUX-14", DATA, checks::beyond_limit),
    row("STM-8", WAITING, checks::room),
    row("STM-10", HEAD, checks::one_stream_more), // and MUX-22
    row("STM-13", TAIL, checks::tail_alone),
    row("MUX-17", BLOCKED, checks::blocked_alone),
    row("HSK-11", PING, checks::fault),
    row("HSK-11", PING, checks::version),
    row("HSK-12", PING, checks::ping_space),
];

/// The checks of a data frame before it is sent, once there is a session that permits it.
pub(crate) const ASKED: &[Check] = &[
    row("HSK-6", DATA, checks::critique),
    row("HSK-6", DATA, checks::modality),
    row("HSK-6", DATA, checks::fault),
    row("HSK-6", DATA, checks::dtype),
];

/// Those of them that come before the tensors of an adaptive message are looked at (ADA-13).
pub(crate) const ASKED_BEFORE_TENSORS: &[Check] = ASKED.split_at(2).0;

/// The clause and verdict of the first step that does not let the frame pass.
pub(crate) fn first_verdict(
    table: &'static [Check],
    peer: &Peer,
    received: &Received<'_>,
) -> Option<(&'static str, Verdict)> {
    let of_kind = table.iter().filter(|row| row.kinds.has(received.kind));
    let mut verdicts = of_kind.map(|row| ((row.check)(peer, received), row.clause));
    verdicts.find_map(|(verdict, clause)| Some((clause, verdict?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Kind; 13] = [
        Kind::Data,
        Kind::Heart,
        Kind::Head,
        Kind::Tail,
        Kind::Ping,
        Kind::Capability,
        Kind::Error,
        Kind::Stray,
        Kind::Other,
        Kind::Unreadable,
        Kind::Blocked,
        Kind::Managing,
        Kind::Quality,
    ];

    #[test]
    fn a_set_holds_the_kinds_that_it_names_and_no_others() {
        for kind in KINDS {
            let alone = Kinds::of(&[kind]);
            let others = ALL.without(alone);
            for other in KINDS {
                assert_eq!(alone.has(other), kind == other, "{kind:?} {other:?}");
                assert_eq!(others.has(other), kind != other, "{kind:?} {other:?}");
            }
        }
        assert!(KINDS.into_iter().all(|kind| !Kinds::of(&[]).has(kind)));
    }
}
