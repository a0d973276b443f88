"""A testee that can be asked, whatever becomes of it in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from time import monotonic
from types import TracebackType
from typing import Any, Self

from .adapter import Adapter
from .answer import Answer, Crash, HarnessError, Ok, Timeout
from .errors import AdapterError, StartError
from .hello import Hello
from .later import Later, read_reply
from .limits import Limits
from .running import Address
from .session import Session, request_bytes
from .transport.channel import Channel, GoneError, NoReplyError
from .transport.pieces import PieceError


def not_started(error: StartError) -> HarnessError:
    """The answer of a testee that cannot be started."""
    return HarnessError(error.text, error.stderr, error.gave_up)


class Testee:
    """An implementation behind the testee protocol. One thread at a time.

    A crash or a hang costs the one ask: the process is killed, and the next ask starts another. Use it as a context
    manager, or call `close`; a testee that was forgotten ends with the interpreter at the latest.
    """

    __test__ = False  # not a test class, in spite of its name

    def __init__(self, adapter: Adapter, limits: Limits | None = None) -> None:
        """Nothing is started yet: `start`, the first `ask` and the properties below do that."""
        self.adapter = adapter
        self.limits = limits or Limits()
        self.starts = 0
        """How often it was started, the failed starts included."""
        self.lost_s = 0.0
        """Seconds that hangs and failed starts have cost."""
        self.asked = 0
        """How many requests were sent to it, but for those of its starts: who sent the last one can see that."""
        self._later: Later | None = None
        self._session: Session | None = None
        self._claims: Hello | None = None
        self._gave_up = ""
        self._silent_s = 0.0
        self.last_token = ""
        """The secret of the testee that was started last (TST-6), whether it still runs or not; empty before."""
        self.tokens: set[str] = set()
        """The secrets of all that were started."""

    def start(self) -> Hello:
        """Start it if it does not run. Raises StartError, or AdapterError if the adapter cannot be used at all."""
        return self._ready().hello

    @property
    def hello(self) -> Hello:
        """The testee's reply to hello. Starts it if need be and raises as `start` does, the first time only."""
        return self._claims or self.start()

    @property
    def channel(self) -> Channel:
        """The channel to the testee that runs now, for probes of the protocol itself; another one after a restart."""
        self._settle()
        return self._ready().channel

    @property
    def control_address(self) -> Address:
        """The address of the running testee's control socket."""
        return self._ready().running.control

    @property
    def wires(self) -> Mapping[str, Address]:
        """The address of each of its wires by the name of its transport.

        Of a testee that is attached to they are those that its adapter.toml gives.
        """
        return self._ready().running.wires

    @property
    def wire_address(self) -> Address | None:
        """The address of its wire for UDP; None if it has none, or none that is known."""
        return self.wires.get("udp")

    @property
    def pid(self) -> int | None:
        """The process that runs now; None if none does, or not on this machine."""
        return getattr(self._session.running, "pid", None) if self._session else None

    @property
    def token(self) -> str:
        """The secret that the testee that runs now expects in hello (TST-6)."""
        return self._ready().running.token

    def ask(self, op: str, input: Mapping[str, Any], *, case: str = "", profile: str = "") -> Answer:
        """Have an op performed; case and profile are for the testee's logs.

        Nothing that the testee does raises: see `Answer` for what can come of it. After an answered `stop` the next ask
        starts it again. Raises ValueError for an input that JSON cannot say, AdapterError for an adapter that cannot be
        used at all.
        """
        answer = self.exchange(request_bytes(op, input, case, profile))
        if op == "stop" and self._session is not None:
            self._session.leaving = isinstance(answer, Ok)
        return answer

    def exchange(self, message: bytes) -> Answer:
        """As `ask`, with a message of any content, which need not be a request."""
        return self._exchange(message, self.limits.reply_s)

    def attempt(self, message: bytes, within_s: float) -> Answer:
        """As `exchange`, for what will be asked in another way if it fails: a crash or a hang is then no loss.

        So whoever attempts must not attempt again and again what fails.
        """
        return self.attempt_later(message, within_s).answer()

    def attempt_later(self, message: bytes, within_s: float) -> Later:
        """As `attempt`, in two halves: the message is sent now, and its answer is waited for when somebody wants it.

        Whoever asks something else meanwhile waits for that answer first.
        """
        self._settle()
        costs = self.starts, self.lost_s, self._silent_s
        try:
            session = self._ready()
        except StartError as error:
            return Later(partial(not_started, error))
        finish = _begun(session.channel, message)

        def reply() -> bytes | Answer:
            self._later = None
            found = self._reply(session, finish, min(within_s, self.limits.reply_s))
            if isinstance(found, Crash | Timeout):
                starts, self.lost_s, self._silent_s = costs
                self.starts = max(0, starts - 1)  # the start that it makes necessary is forgiven in advance
            return found

        self.asked += 1
        self._later = Later(reply, session)
        return self._later

    def _settle(self) -> None:
        """Wait for the answer to what was sent last."""
        if self._later is not None:
            self._later.wait()

    def _exchange(self, message: bytes, within_s: float) -> Answer:
        self._settle()
        try:
            session = self._ready()
        except StartError as error:
            return not_started(error)
        self.asked += 1
        found = self._reply(session, partial(session.channel.request, message), within_s)
        return read_reply(found, session) if isinstance(found, bytes) else found

    def _reply(self, session: Session, request: Callable[[float], bytes], within_s: float) -> bytes | Answer:
        """The reply to what is requested, or the answer without one. request: waits for the former until a deadline."""
        began = monotonic()
        try:
            reply = request(began + within_s)
            self._silent_s = 0.0
            return reply
        except PieceError as error:
            return HarnessError(str(error), session.running.stderr())
        except GoneError as error:
            self._lose()
            return Crash(*session.how_it_ended(error))
        except NoReplyError as error:
            seconds = monotonic() - began
            self.lost_s += seconds
            self._silent_s += seconds
            self._lose()
            session.kill()
            return Timeout(seconds, session.running.stderr(), str(error))

    def bear(self, *, gone: bool, lost_s: float) -> None:
        """Take over what an ask has cost a testee of the same adapter that was asked in place of this one.

        gone: whether that one ended over it. This one is then ended as well, so that its limits are looked at before
        the next ask, as if it had been asked itself.
        """
        self._settle()
        if lost_s or not gone:
            self._silent_s = self._silent_s + lost_s if gone else 0.0
        self.lost_s += lost_s
        if not gone:
            return
        if self._session is None:
            self.starts += 1
        else:
            self._session.kill()
            self._session = None

    def end_input(self) -> None:
        """End its standard input (TST-2). Its end is then no crash, and the next ask starts it again."""
        self._settle()
        session = self._ready()
        session.leaving = True
        session.running.close_input()

    def ended(self, within_s: float) -> str | None:
        """Wait for the testee to end for at most within_s seconds: how it did, or None if it did not.

        Starts nothing. None also for one that is attached to, as nobody can tell.
        """
        return self._session.running.ended(within_s) if self._session else None

    def stderr(self) -> str:
        """The last 16 KiB of what the testee that runs now wrote to standard error."""
        return self._session.running.stderr() if self._session else ""

    def stray_stdout(self) -> bytes:
        """The first KiB of standard output after the line of ports (TST-1)."""
        return self._session.running.stray_stdout() if self._session else b""

    def close(self) -> None:
        """End the testee: `stop`, for at most a second, then its process. May be called twice; no ask after it."""
        session, self._session = self._session, None
        self._gave_up = self._gave_up or "the testee was closed"
        if self._later is not None:
            self._later.give_up(HarnessError(self._gave_up))
        if session is None:
            return
        if not session.leaving:
            session.say_stop()
        session.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _ready(self) -> Session:
        """The session that runs, or another one. Raises StartError if there can be none."""
        if self._session is not None:
            if not self._session.leaving:
                return self._session
            self._session.stop()
            self._session = None
        self._give_up_if_lost()
        if self._gave_up:
            raise StartError(f"gave up: {self._gave_up}", gave_up=self._gave_up)
        self.starts += 1
        began = monotonic()
        try:
            session = Session(self.adapter, self.limits.start_s)
        except AdapterError:
            self.lost_s += monotonic() - began
            raise
        if self._claims not in (None, session.hello):
            session.kill()
            raise StartError(f"started again, it says {session.hello} instead of {self._claims} (TST-12)")
        self._claims = session.hello
        self._session, self.last_token = session, session.running.token
        self.tokens.add(self.last_token)
        return session

    def _lose(self) -> None:
        self._session = None
        if self.adapter.launch == "attach":
            self._gave_up = "an attached testee cannot be restarted; start it and run again"

    def _give_up_if_lost(self) -> None:
        if self._gave_up:
            return
        if self.lost_s >= self.limits.lost_s:
            cost = f"hangs and failed starts have cost {self.lost_s:.1f} s"
            self._gave_up = f"{cost}; {self.limits.lost_s:g} s is the limit"
        elif self._silent_s >= self.limits.silent_s:
            cost = f"hangs in a row, without a reply in between, have cost {self._silent_s:.1f} s"
            self._gave_up = f"{cost}; {self.limits.silent_s:g} s is the limit"
        elif self.starts > self.limits.restarts:
            self._gave_up = f"it had to be started {self.starts} times; {self.limits.restarts} restarts is the limit"


def _begun(channel: Channel, message: bytes) -> Callable[[float], bytes]:
    """Send the beginning of a message; waits for the reply until a deadline, and raises what went wrong before."""
    try:
        return partial(channel.finish, channel.begin(message))
    except (GoneError, PieceError) as error:
        seen = error

    def fail(_: float) -> bytes:
        raise seen

    return fail
