"""Whether Prefect's server answers: it, or the PostgreSQL behind it, may go and come back while a night is at work."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from flows.prefect_settings import settle_prefect

settle_prefect()

import httpx  # noqa: E402 - what Prefect's client speaks with

from accounts.errors import ServerAway  # noqa: E402

T = TypeVar("T")
#: Seconds between two questions to a server that did not answer.
_PAUSE = 3.0
#: What a server, or what stands before it, says when it wants to be asked again later (RFC 9110, 8470 and 6585).
_LATER = frozenset({408, 425, 429})
#: How a server that is out of reach shows itself. Of the faults of the system these alone: a file that may not be written is one,
#: too, and so is a broken pipe, which is never the server's, for a socket's comes as a TransportError.
_UNREACHED = (
    ConnectionRefusedError, ConnectionResetError, ConnectionAbortedError, TimeoutError, httpx.TransportError,
)  # fmt: skip


def is_away(error: Exception) -> bool:
    """True where the server did not answer, or could not for now; false where it said no, and for every other fault."""
    if isinstance(error, httpx.HTTPStatusError):
        status = error.response.status_code
        return status >= 500 or status in _LATER
    is_prefects = isinstance(error, RuntimeError) and "Failed to reach API" in str(error)
    return is_prefects or isinstance(error, _UNREACHED)


def answered(question: Callable[[], T], seconds: float) -> T:
    """The server's answer, asked again for so many seconds while it is away. Raises ServerAway after that."""
    given_up = time.monotonic() + seconds
    while True:
        try:
            return question()
        except Exception as error:
            if not is_away(error):
                raise
            if time.monotonic() >= given_up:
                raise server_away(error) from error
        time.sleep(_PAUSE)


def server_away(error: Exception) -> ServerAway:
    """What to say of a server that does not answer, and what to do."""
    return ServerAway(
        f"Prefect's server does not answer: {' '.join(str(error).split())[:200]}",
        remedy="See that it runs, and the PostgreSQL behind it, then run this again: what was read is kept. "
        "`--no-prefect` needs neither.",
    )
