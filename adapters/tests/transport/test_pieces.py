from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.driver import HEAD, MAGIC, MAX_MESSAGE_BYTES, PIECE_BYTES, Joiner, PieceError, cut

IDS = st.integers(0, 2**32 - 1)
# Sizes around the limits of a piece; the content tells pieces apart.
MESSAGES = st.builds(
    lambda size, salt: (bytes([salt]) + b"0123456789" * (size // 10 + 1))[:size],
    st.sampled_from([0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES, 4 * PIECE_BYTES + 7]),
    st.integers(0, 255),
)


@given(MESSAGES, IDS, st.randoms(use_true_random=False))
def test_pieces_join_in_any_order(message: bytes, request_id: int, random: object) -> None:
    datagrams = cut(message, request_id)
    random.shuffle(datagrams)  # type: ignore[attr-defined]  # a random.Random by another name
    joiner = Joiner(request_id)
    *early, last = datagrams
    assert [joiner.add(datagram) for datagram in early] == [None] * len(early)
    assert joiner.add(last) == message


@given(st.lists(st.binary(max_size=40) | st.builds(lambda rest: MAGIC + rest, st.binary(max_size=40))))
def test_garbage_raises_nothing_but_the_one_error(datagrams: list[bytes]) -> None:
    joiner = Joiner(0)
    for datagram in datagrams:
        try:
            joiner.add(datagram)
        except PieceError:
            return


@given(st.binary(max_size=64), IDS)
def test_what_is_not_of_this_message_changes_nothing(garbage: bytes, request_id: int) -> None:
    message = b"m" * (PIECE_BYTES + 1)
    first, second = cut(message, request_id)
    joiner = Joiner(request_id)
    assert joiner.add(first) is None
    if not garbage.startswith(first[:8]):
        assert joiner.add(garbage) is None
        assert joiner.ignored == 1
    assert joiner.add(second) == message


@pytest.mark.parametrize(
    ("datagram", "why"),
    [
        (b"RTP1", "shorter than a head"),
        (HEAD.pack(b"RTP2", 7, 0, 1), "starts with b'RTP2'"),
        (HEAD.pack(MAGIC, 8, 0, 1), "request_id is 8 instead of 7"),
        (HEAD.pack(MAGIC, 7, 0, 0), "count 0"),
        (HEAD.pack(MAGIC, 7, 1, 1), "index is 1"),
        (HEAD.pack(MAGIC, 7, 0, 301), "count 301"),
    ],
)
def test_a_datagram_that_is_no_piece_is_ignored_with_a_reason(datagram: bytes, why: str) -> None:
    joiner = Joiner(7)
    assert joiner.add(datagram) is None
    assert (joiner.ignored, why in joiner.last_ignored) == (1, True)


def test_the_first_piece_of_an_index_stays() -> None:
    joiner = Joiner(1)
    pieces = [HEAD.pack(MAGIC, 1, index, 2) + text for index, text in ((0, b"first"), (0, b"other"), (1, b" last"))]
    assert [joiner.add(piece) for piece in pieces] == [None, None, b"first last"]


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_count_that_changes_is_an_error(count: int) -> None:
    joiner = Joiner(1)
    joiner.add(HEAD.pack(MAGIC, 1, 0, 3))
    with pytest.raises(PieceError, match=f"announce 3 and {count} pieces"):
        joiner.add(HEAD.pack(MAGIC, 1, 0, count))


def test_a_piece_that_is_too_long_is_an_error() -> None:
    with pytest.raises(PieceError, match="60001 bytes"):
        Joiner(1).add(HEAD.pack(MAGIC, 1, 0, 1) + bytes(PIECE_BYTES + 1))


def test_a_message_has_at_most_300_pieces() -> None:
    assert len(cut(bytes(MAX_MESSAGE_BYTES), 1)) == 300
    with pytest.raises(PieceError, match="18000001 bytes"):
        cut(bytes(MAX_MESSAGE_BYTES + 1), 1)
