"""A source that holds a key, kept from telling it: in an answer, or in a fault that goes into the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from accounts.account import Account
from accounts.errors import EvergreenError, SourceBroken
from accounts.link import Candidate
from accounts.secrets import hide
from enrichers.base import Answer, Reading, Row, Source


class Discreet:
    """Passes everything on to a source; faults and errors come back without its key."""

    def __init__(self, inner: Source, key: str) -> None:
        self._inner = inner
        self._key = key

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def search(self, account: Account) -> Answer[Candidate]:
        """What the source's `search` answers."""
        return self._kept(lambda: self._inner.search(account))

    def read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        """What the source's `read` answers."""
        return self._kept(lambda: self._inner.read(account, candidate))

    def _kept(self, ask: Callable[[], Answer[Row]]) -> Answer[Row]:
        try:
            answer = ask()
        except EvergreenError as error:
            if self._key in str(error):
                raise SourceBroken(hide(str(error), [self._key])) from None
            raise
        except Exception as error:
            told = hide(f"{type(error).__name__}: {error}", [self._key])
            raise SourceBroken(f"a fault in source {self._inner.name}: {told}") from None
        return replace(answer, error=hide(answer.error, [self._key])) if answer.error else answer


def discreet(inner: Source, key: str) -> Source:
    """The source, kept from telling its key."""
    return cast(Source, Discreet(inner, key)) if key else inner
