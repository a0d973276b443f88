"""The reference's testee on data channels, where there is nothing to carry them."""

from __future__ import annotations

from adapters.driver import Ok, Testee, load_adapter
from adapters.tests.made_testees import ADAPTERS
from conformance.model.peer_requests import CONFIG

SERVER = "the-server"


def test_a_client_without_an_association_is_told_that_its_connection_is_over() -> None:
    to = {"link": SERVER, "transport": "webrtc", "stream_id": 1}
    with Testee(load_adapter("reference-webrtc", ADAPTERS)) as testee:
        assert testee.ask("peer_open", {"role": "client", "config": CONFIG, **to}) == Ok({})
        answer = testee.ask("peer_poll", {"arrived": {"link": SERVER, "bytes": 0, "ended": True}})
        assert answer == Ok({"events": [{"link": SERVER, "event": "closed", "code": "CONNECTION_RESET"}]})
