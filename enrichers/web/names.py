"""What DNS says of a domain: mail exchangers, texts, name servers, and where its host names lead.

Failing to answer and having no such record are told apart: a time-out, a refusal or a broken zone is a failure of
that one type, NXDOMAIN and an empty answer are answers (RFC 2308). No address is read and nothing is connected to, so
nothing on the inside of a network can be reached this way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from accounts.errors import SourceUnavailable

SECONDS = 4.0
"""For one question, retries included."""
OFF_AFTER = 8
"""Domains in a row without any answer at all after which this machine is taken to have no DNS."""
MOST_RECORDS = 60
MOST_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Records:
    """A domain's records by type (`MX`, `TXT`, `NS`, `CNAME`), hosts in lower case without the final dot.

    `failed` says of a type why it could not be learnt; such a type has no entry in `found`.
    """

    domain: str
    found: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Names(Protocol):
    """A `Web` that can ask DNS too."""

    def look_up(self, domain: str) -> Records:
        """The records of a domain. Raises SourceUnavailable where no type could be learnt."""
        ...


Ask = Callable[[str, str], tuple[str, ...]]
"""The records of (name, type); none where there is none. Raises OSError where nobody answered."""

QUESTIONS = (("MX", ""), ("TXT", ""), ("NS", ""), ("CNAME", "www."), ("CNAME", "autodiscover."))


class LiveNames:
    """DNS as this machine is set up to ask it. Threads may share it; answers are kept for its lifetime."""

    def __init__(self, ask: Ask | None = None) -> None:
        self._ask = ask
        self._known: dict[str, Records] = {}
        self._lock = threading.Lock()
        self._silent = 0

    def look_up(self, domain: str) -> Records:
        """The records of a domain. Raises SourceUnavailable where no type could be learnt."""
        domain = domain.lower().rstrip(".")
        with self._lock:
            known, silent = self._known.get(domain), self._silent
        if known is not None:
            return known
        if silent >= OFF_AFTER:
            raise SourceUnavailable(
                f"DNS was not asked about {domain}: {silent} domains before it got no answer.",
                remedy="Check this machine's name servers; the next run asks again.",
            )
        records = self._read(domain)
        with self._lock:
            self._silent = 0 if records.found else self._silent + 1
            if records.found and not records.failed and len(self._known) < 50_000:
                self._known[domain] = records
        if not records.found:
            why = next(iter(records.failed.values()), "no answer")
            raise SourceUnavailable(
                f"DNS says nothing about {domain}: {why}.", remedy="The next run asks again."
            )
        return records

    def _read(self, domain: str) -> Records:
        if self._ask is None:
            self._ask = _resolver()
        found: dict[str, tuple[str, ...]] = {}
        failed: dict[str, str] = {}
        for kind, prefix in QUESTIONS:
            try:
                values = self._ask(prefix + domain, kind)
            except OSError as error:
                failed[kind] = str(error) or type(error).__name__
                if not found:  # nobody answers: the other questions would only cost the same time
                    break
                continue
            found[kind] = (*found.get(kind, ()), *values)
        for kind in failed:
            found.pop(kind, None)
        return Records(domain, found, failed)


def _resolver() -> Ask:
    """A question to the name servers this machine is set up with."""
    from dns import exception, resolver  # noqa: PLC0415 - only nights that ask DNS pay for it

    try:
        asked = resolver.Resolver()
    except (resolver.NoResolverConfiguration, OSError) as error:
        raise SourceUnavailable(
            "This machine has no name server.",
            remedy="Set [sources.dns] enabled = false, or mend its network.",
        ) from error
    asked.lifetime = SECONDS

    def ask(name: str, kind: str) -> tuple[str, ...]:
        try:
            answer = asked.resolve(name, kind, raise_on_no_answer=False, search=False)
        except resolver.NXDOMAIN:
            return ()
        except (exception.DNSException, UnicodeError) as error:
            raise OSError(f"{kind} of {name}: {type(error).__name__}") from error
        return tuple(tidy(kind, record.to_text()) for record in list(answer.rrset or ())[:MOST_RECORDS])

    return ask


def tidy(kind: str, text: str) -> str:
    """A record as we keep it: the strings of a TXT joined, hosts in lower case without the final dot.

    >>> tidy("TXT", '"v=spf1 include:" "mail.example -all"'), tidy("MX", "10 Mail.Example.")
    ('v=spf1 include:mail.example -all', '10 mail.example')
    """
    if kind == "TXT":
        text = text.strip().removeprefix('"').removesuffix('"').replace('" "', "")
    else:
        text = text.strip().rstrip(".").lower()
    return text[:MOST_CHARACTERS]
