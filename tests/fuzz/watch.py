"""One input under watch: what it came to, the processor time it took, and the memory this process has needed since it began."""

from __future__ import annotations

import contextlib
import io
import logging
import resource
import signal
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from accounts.errors import EvergreenError
from tests.fuzz.target import Run

MOST_SECONDS = 5.0
MOST_BYTES = 1 << 30
ROOT = Path(__file__).resolve().parents[2]


class Hang(BaseException):
    """An input took too long. No error of ours, so that no `except Exception` swallows it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """`fault` is empty for an input that was read or refused; else what went wrong, the same text for the same place."""

    refused: bool
    seconds: float
    bytes: int
    fault: str = ""
    trace: str = ""


class _Faults(logging.Handler):
    """Keeps the exceptions that our own guards log and go on after: each is a fault all the same."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.kept: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            self.kept.append(record.exc_info[1])


_FAULTS = _Faults()


def watch(run: Run, data: bytes, seconds: float = MOST_SECONDS) -> Seen:
    """What becomes of one input."""
    _FAULTS.kept.clear()
    refused, error = False, None
    began = time.process_time()
    try:
        with _listening(), _timed(seconds), contextlib.redirect_stdout(io.StringIO()):
            run(data)
    except EvergreenError as told:
        refused = True
        error = _unspeakable(told)
    except (Exception, Hang) as raised:
        error = raised
    spent = time.process_time() - began
    error = error or next(iter(_FAULTS.kept), None)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    fault = place_of(error) if error else f"memory over {MOST_BYTES >> 20} MB" if peak > MOST_BYTES else ""
    trace = "".join(traceback.format_exception(error))[-6000:] if error else ""
    return Seen(refused, spent, peak, fault, trace)


def _unspeakable(told: EvergreenError) -> Exception | None:
    """An error that cannot be shown or kept: half a surrogate pair in its words."""
    try:
        str(told).encode()
    except UnicodeEncodeError as error:
        return error
    return None


def place_of(error: BaseException) -> str:
    """Kind of error and the innermost line of ours: two inputs that break the same thing tell the same."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [
        f
        for f in frames
        if Path(f.filename).is_relative_to(ROOT) and "/tests/" not in f.filename and ".venv" not in f.filename
    ]
    at = f"{Path(ours[-1].filename).relative_to(ROOT)}:{ours[-1].name}" if ours else "outside"
    return f"{type(error).__name__} in {at}"


@contextlib.contextmanager
def _listening() -> Iterator[None]:
    root = logging.getLogger()
    root.addHandler(_FAULTS)
    try:
        yield
    finally:
        root.removeHandler(_FAULTS)


@contextlib.contextmanager
def _timed(seconds: float) -> Iterator[None]:
    """Raises Hang after so much processor time of this process."""

    def over(_: int, __: FrameType | None) -> None:
        raise Hang(f"more than {seconds:g} s")

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
