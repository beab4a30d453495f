"""From a page's surface to the technologies that show on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from enrichers.technographic.elements import ElementMatcher
from enrichers.technographic.fingerprint import TABLES, TEXTS, Fingerprint
from enrichers.technographic.matcher import Budget, TextMatcher
from enrichers.technographic.pattern import Pattern
from enrichers.technographic.store import Store
from enrichers.technographic.surface import Surface
from enrichers.technographic.technology import Origin, Technology

PAGE_SECONDS = 2.0
IMPLIED_CONFIDENCE = 0.6
LEAST_CONFIDENCE = 0.3
LEAST_OBSERVED = 0.5
"""Below it the clues are too weak to say it was seen: the technology is reported as inferred."""
WEIGHTS = {
    "host": 0.95, "script": 0.95, "url": 0.92, "inline": 0.84, "html": 0.84, "comment": 0.84, "token": 0.72, "anchor": 0.85,
    "page_url": 0.45, "meta": 0.97, "header": 0.98, "cookie": 0.95, "dns": 0.95, "certificate": 0.9, "loaded": 0.85, "element": 0.45,
    "hint": 0.45,
}  # fmt: skip
"""How far a match in that part of a page can be trusted; patterns carry their own confidence on top.

Two kinds do not show a technology at work, and infer it at most where nothing else speaks: markup that reads like a
product's (`element`; one that loads an address of the product's is `loaded`), and a host that is only looked up ahead (`hint`).
"""

WHERE = {
    "host": "address", "hint": "address hint", "script": "script src", "url": "address", "inline": "inline script", "html": "html", "comment": "comment",
    "token": "class or id", "anchor": "link", "page_url": "page address",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """One pattern that matched: whose it is, how much it says, what was read."""

    owner: int
    confidence: float
    version: str | None
    evidence: str
    where: str


class Detector:
    """A set of fingerprints made ready for matching; built once, used for every page, safe to share by threads."""

    def __init__(self, fingerprints: Sequence[Fingerprint], store: Store | None = None) -> None:
        self.fingerprints = tuple(fingerprints)
        self._by_name = {fingerprint.name: fingerprint for fingerprint in self.fingerprints}
        self._hosts = _index_hosts([f.hosts for f in self.fingerprints])
        self._anchors = _index_hosts([f.anchor_hosts for f in self.fingerprints])
        self._texts = {
            part: TextMatcher(
                [(n, p) for n, f in enumerate(self.fingerprints) for p in f.texts.get(part, ())], store
            )
            for part in TEXTS
        }
        self._elements = ElementMatcher(
            [(n, e) for n, f in enumerate(self.fingerprints) for e in f.elements], store
        )
        self._tables: dict[str, dict[str, list[tuple[int, Pattern]]]] = {part: {} for part in TABLES}
        for n, fingerprint in enumerate(self.fingerprints):
            for part, table in fingerprint.tables.items():
                for name, patterns in table.items():
                    self._tables[part].setdefault(name, []).extend((n, pattern) for pattern in patterns)
        self._starts = {
            part: tuple(name[:-1] for name in names if name.endswith("*"))
            for part, names in self._tables.items()
        }

    def detect(self, surface: Surface, *, seconds: float = PAGE_SECONDS) -> tuple[Technology, ...]:
        """The technologies of one page, observed ones first, each with its strongest evidence."""
        budget = Budget(seconds)
        matches: dict[int, list[Match]] = {}
        for match in self._matches(surface, budget):
            matches.setdefault(match.owner, []).append(match)
        for found in self._elements.search(surface.html, budget, matches.keys()):
            weight = WEIGHTS["loaded" if found.loads else "element"]
            matches.setdefault(found.owner, []).append(
                Match(found.owner, weight * found.confidence, found.version, found.tag, "element")
            )
        observed = {
            self.fingerprints[owner].name: _technology(self.fingerprints[owner], found)
            for owner, found in matches.items()
        }
        for name in list(observed):
            for other in self._by_name[name].excludes:
                observed.pop(other, None)
        kept = {
            name: technology
            for name, technology in observed.items()
            if technology.confidence >= LEAST_CONFIDENCE and self._is_complete(name, observed)
        }
        return tuple(
            sorted([*kept.values(), *self._implied(kept)], key=lambda t: (t.implied, -t.confidence, t.name))
        )

    def _is_complete(self, name: str, observed: Mapping[str, Technology]) -> bool:
        wanted = self._by_name[name]
        if wanted.requires and not any(other in observed for other in wanted.requires):
            return False
        held = {category for other in observed if other != name for category in observed[other].categories}
        return not wanted.requires_categories or bool(held & set(wanted.requires_categories))

    def _matches(self, surface: Surface, budget: Budget) -> Iterator[Match]:
        yield from _host_matches(self._hosts, (*surface.urls, *surface.code_hosts), "host")
        yield from _host_matches(self._hosts, surface.hints, "hint")
        yield from _host_matches(self._anchors, surface.anchors, "anchor")
        for part, texts in _texts(surface).items():
            for owner, pattern, found in self._texts[part].search(texts, budget):
                yield Match(
                    owner,
                    WEIGHTS[part] * pattern.confidence,
                    pattern.version_of(found),
                    _around(found),
                    WHERE[part],
                )
        for part in TABLES:
            table: Mapping[str, Sequence[str] | str] = getattr(surface, _ATTRIBUTE[part])
            yield from self._table_matches(part, table)
        if surface.certificate_issuer:
            for owner, fingerprint in enumerate(self.fingerprints):
                for pattern in fingerprint.certificate:
                    if pattern.regex.search(surface.certificate_issuer):
                        yield Match(
                            owner,
                            WEIGHTS["certificate"],
                            None,
                            surface.certificate_issuer,
                            "certificate issuer",
                        )

    def _table_matches(self, part: str, table: Mapping[str, Sequence[str] | str]) -> Iterator[Match]:
        named, starts = self._tables[part], self._starts[part]
        for key, values in table.items():
            entries = [
                *named.get(key, ()),
                *(e for start in starts if key.startswith(start) for e in named[start + "*"]),
            ]
            for value in ([values] if isinstance(values, str) else values) if entries else ():
                for owner, pattern in entries:
                    found = pattern.regex.search(value[:2000])
                    if found:
                        confidence = WEIGHTS[part] * pattern.confidence
                        shown = f"{key}: {value[:160]}"
                        yield Match(owner, confidence, pattern.version_of(found), shown, part)

    def _implied(self, observed: Mapping[str, Technology]) -> list[Technology]:
        implied: dict[str, Technology] = {}
        queue = [(name, technology.confidence) for name, technology in observed.items()]
        while queue:
            name, confidence = queue.pop()
            fingerprint = self._by_name.get(name)
            for other, share in fingerprint.implies.items() if fingerprint else ():
                sure = round(confidence * share * (IMPLIED_CONFIDENCE if name in observed else 0.9), 3)
                if (
                    other in observed
                    or (other in implied and implied[other].confidence >= sure)
                    or sure < LEAST_CONFIDENCE
                ):
                    continue
                categories = self._by_name[other].categories if other in self._by_name else ()
                implied[other] = Technology(
                    other, None, categories, sure, f"{name} runs on it", "implied", True, Origin.IMPLIED
                )
                queue.append((other, sure))
        return list(implied.values())


_ATTRIBUTE = {"meta": "meta", "header": "headers", "cookie": "cookies", "dns": "dns"}


def _texts(surface: Surface) -> dict[str, tuple[str, ...]]:
    return {
        "script": surface.scripts, "url": surface.urls, "anchor": surface.anchors, "inline": _one(surface.code),
        "html": _one(surface.html), "comment": _one(surface.comments), "page_url": _one(surface.url),
        "token": _one(" " + " ".join(sorted(surface.tokens)) + " "),
    }  # fmt: skip


def _one(text: str) -> tuple[str, ...]:
    return (text,) if text.strip() else ()


HostIndex = dict[str, list[tuple[str, int]]]


def _index_hosts(hosts: Sequence[Sequence[str]]) -> HostIndex:
    index: HostIndex = {}
    for owner, entries in enumerate(hosts):
        for entry in entries:
            domain, slash, path = entry.partition("/")
            index.setdefault(domain.lower(), []).append((slash + path, owner))
    return index


def _host_matches(index: HostIndex, addresses: Sequence[str], part: str) -> Iterator[Match]:
    for address in addresses:
        host, path = _host_and_path(address)
        while "." in host:
            for prefix, owner in index.get(host, ()):
                if path.startswith(prefix):
                    yield Match(owner, WEIGHTS[part], None, address[:200], WHERE[part])
            host = host.partition(".")[2]


def _host_and_path(address: str) -> tuple[str, str]:
    """Host in lower case without port, path with query; two empty texts for an address within the site."""
    _, slashes, rest = address.partition("//")
    if not slashes:
        if (
            "://" in address
            or ":" in address[:12]
            or address[:1] in "/.#?"
            or "." not in address.partition("/")[0]
        ):
            return "", ""
        rest = address
    cut = min((n for n in map(rest.find, "/?#") if n >= 0), default=len(rest))
    return rest[:cut].rpartition("@")[2].partition(":")[0].lower().rstrip("."), rest[cut:]


def _around(match: re.Match[str]) -> str:
    text = match.string
    start, end = max(0, match.start() - 30), min(len(text), match.end() + 30, match.start() + 200)
    return " ".join(text[start:end].split())


_INDIRECT = (WHERE["hint"], "element")


def _witnesses(where: str) -> tuple[str, ...]:
    """The parts of a page that count as one witness: a host looked up ahead is often the element that matched."""
    return _INDIRECT if where in _INDIRECT else (where,)


def _technology(fingerprint: Fingerprint, matches: Sequence[Match]) -> Technology:
    best = max(matches, key=lambda match: match.confidence)
    doubt = 1.0
    for places in {_witnesses(match.where) for match in matches}:
        doubt *= 1.0 - max(match.confidence for match in matches if match.where in places)
    versions = [match.version for match in matches if match.version]
    version = max(
        versions,
        key=lambda text: (sum(c.isdigit() for c in text) > 0, text.count("."), len(text)),
        default=None,
    )
    confidence = round(min(0.99, 1.0 - doubt), 3)
    origin = Origin.OBSERVED if confidence >= LEAST_OBSERVED else Origin.INFERRED
    return Technology(
        fingerprint.name,
        version,
        fingerprint.categories,
        confidence,
        best.evidence,
        best.where,
        origin is not Origin.OBSERVED,
        origin,
    )
