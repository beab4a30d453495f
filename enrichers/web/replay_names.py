"""The DNS of a replay: lines `{"dns": "acme.com", "records": {"MX": [...], "TXT": [...]}}` of the same file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from accounts.errors import ConfigError, SourceUnavailable
from enrichers.web.names import Records, tidy

TYPES = frozenset({"MX", "TXT", "NS", "CNAME"})


class ReplayNames:
    """Saved records; no question leaves the machine. A domain without a line cannot be learnt, which is no empty answer."""

    def __init__(self, records: Iterable[Records]) -> None:
        self._known: dict[str, Records] = {}
        for entry in records:
            self._known.setdefault(entry.domain, entry)

    def look_up(self, domain: str) -> Records:
        """The saved records of a domain. Raises SourceUnavailable where there are none."""
        known = self._known.get(domain.lower().rstrip("."))
        if known is None:
            raise SourceUnavailable(f"The replay holds no DNS records of {domain}.")
        if not known.found:
            raise SourceUnavailable(
                f"DNS says nothing about {domain}: {next(iter(known.failed.values()), 'no answer')}."
            )
        return known


def saved_records(entry: Mapping[str, Any], where: str) -> Records:
    """One line as records. Raises ConfigError naming the line where it is of another shape.

    Types that are not named had no records; those under `failed` (type to reason) could not be learnt.
    """
    domain, records, failed = entry.get("dns"), entry.get("records") or {}, entry.get("failed") or {}
    right = (
        isinstance(domain, str)
        and bool(domain)
        and isinstance(records, dict)
        and isinstance(failed, dict)
        and {*records, *failed} <= TYPES
        and all(isinstance(v, list) and all(isinstance(t, str) for t in v) for v in records.values())
    )
    if not right:
        raise ConfigError(
            f"{where}: these are no DNS records.",
            remedy='A line is {"dns": "acme.com", "records": {"MX": ["10 mail.acme.com"]}}; types are MX, TXT, NS, CNAME.',
        )
    found = {
        kind: tuple(tidy(kind, text) for text in records.get(kind, ()))
        for kind in sorted(TYPES - set(failed))
    }
    return Records(
        str(domain).lower().rstrip("."), found if found else {}, {k: str(v) for k, v in failed.items()}
    )


def is_names(line: str) -> bool:
    """True for a line that is about DNS."""
    if '"dns"' not in line:
        return False
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(entry, dict) and "dns" in entry and "url" not in entry
