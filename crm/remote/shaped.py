"""Answers in a shape nobody promised: a connector that trips over one tells so, in the errors the engine knows.

What read is out of reach; what wrote may have been done, and is read back. Laid around the methods of every
connector, so that a plug-in's author need not think of it.
"""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from accounts.errors import CrmOutcomeUnknown, CrmUnavailable

_log = logging.getLogger("evergreen")
_READING = (
    "properties", "pages", "records", "gone", "history", "create", "left", "our_names",
    "describe", "pull", "read", "prepare", "events", "install", "budget",
)  # fmt: skip
_WRITING = ("write", "write_own")
_MISSHAPEN = (TypeError, AttributeError, LookupError, ValueError, ArithmeticError, RecursionError)
_REMEDY = "Run again; if it stays, the API has changed, or something stands in between and answers for it."


def lay_around(cls: type[Any]) -> None:
    """Guards the methods a connector's class defines itself."""
    for name in (*_READING, *_WRITING):
        method = cls.__dict__.get(name)
        if inspect.isfunction(method):
            setattr(cls, name, _written(method) if name in _WRITING else _read(method))


def _read(method: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.isgeneratorfunction(method):

        @functools.wraps(method)
        def generated(self: Any, *given: Any, **named: Any) -> Iterator[Any]:
            with _told(self.kind, CrmUnavailable):
                yield from method(self, *given, **named)

        return generated

    @functools.wraps(method)
    def guarded(self: Any, *given: Any, **named: Any) -> Any:
        with _told(self.kind, CrmUnavailable):
            found = method(self, *given, **named)
            return list(found) if isinstance(found, Iterator) else found

    return guarded


def _written(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def guarded(self: Any, rows: Any) -> Any:
        with _told(self.kind, CrmOutcomeUnknown):
            results = list(method(self, rows))
            if len(results) != len(rows):
                raise ValueError(f"{len(results)} results of {len(rows)} rows")
            return results

    return guarded


@contextmanager
def _told(kind: str, error: type[CrmUnavailable]) -> Iterator[None]:
    try:
        yield
    except _MISSHAPEN as fault:
        _log.warning("an answer of %s is in no shape we know", kind, exc_info=fault)
        what = f"{kind} answered in a shape we do not know ({type(fault).__name__}: {str(fault)[:120]})."
        raise error(what, crm=kind, remedy=_REMEDY) from fault
