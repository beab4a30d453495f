"""Phone numbers as printed, with what the words beside them say they are.

Numbering plans: ITU-T E.164 and https://github.com/google/libphonenumber. A number is found by the shapes its
plan prints it in, judged by the label left of it (or right of it, or on the line above), and kept once per line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

import phonenumbers
from lxml import etree

from accounts.values import Hints
from enrichers.firmographic.fact import Fact, around
from enrichers.firmographic.page import Line, Page
from enrichers.firmographic.phone_labels import headquarters_pattern, label_after, label_before, last_label
from enrichers.firmographic.phone_shapes import canonical_phone, plan_country, shapes_for, spans
from enrichers.firmographic.prose import DOUBTED, Prose
from enrichers.firmographic.structured import Organisation

_MAYBE_VANITY = re.compile(r"\d{3}[)\s.\-]{1,3}[A-Z\d]")
_EXTENSION = re.compile(
    r"(?i)^[\s,;(]{0,3}(?:(?:ext(?:ension|n)?|x)\.?|转|轉|分机|#|-(?=\d{3,4}\b))\s*[:.]?\s*(\d{1,6})\b\)?"
)
_PHONE_LABELS = frozenset({"phone", "fax", "mobile", "toll_free"})
_SEPARATED = re.compile(r"\d[\s.\-–—)(/]+\d")
_STREET_AFTER = re.compile(r"\s+[A-Z][a-z]")
_SIBLING = re.compile(r"^\s?[/、,，;;]\s?([2-8]\d{2,3}-?\d{4})(?!\d)")
_JOINT = re.compile(r"(?i)^[\s,;/、&|()·•+]*(?:and|or|和|或)?[\s,;/、&|()]*$")
_RULES = {
    "structured": 0.93,
    "tel_link": 0.93,
    "labelled": 0.92,
    "formatted": 0.85,
    "plain": 0.6,
    "foreign": 0.5,
    "local": 0.55,
    "prose": DOUBTED,
}
_IN_PROSE = 4.0
"""What a number in an article loses against one that stands in a contact place."""
_PLACEHOLDER = re.compile(r"(\d)\1{6,}|12345678|87654321|(?:^|\D)0000")
_MAX_PER_PAGE = 300


@dataclass(frozen=True, slots=True)
class Sighting:
    """One occurrence of a number. `strength` says how much it speaks for the company's main line."""

    display: str
    canonical: str | None
    kind: str | None
    rule: str
    passage: str
    node: etree._Element | None
    strength: float
    order: int
    labelled: bool
    page: Page | None = None


def sight_phones(
    page: Page, organisations: Sequence[Organisation], hints: Hints, prose: Prose | None = None
) -> list[Sighting]:
    """Every occurrence of a phone or fax number on a page; what only an article's sentence prints is doubted."""
    prose = prose or Prose(page)
    sightings = [*_structured(page, organisations, hints), *_links(page, hints)]
    for line in page.lines:
        sightings += _in_line(page, line, hints, prose)
        if len(sightings) > _MAX_PER_PAGE:
            break
    return sightings


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _in_line(page: Page, line: Line, hints: Hints, prose: Prose) -> Iterator[Sighting]:
    """The numbers of one line from left to right, each with its label."""
    text = line.plain
    if line.digits < 3 or (line.digits < 6 and not _MAYBE_VANITY.search(text)):
        return
    end, label = 0, None
    for start, stop, shape in spans(text, hints.country):
        between = text[end:start]
        if not (end and _JOINT.match(between)):
            label = label_before(page, line, between, start)
        kind = label_after(text[stop:]) or label
        end = stop
        if kind == "not_phone":
            continue
        sighting = _judge(page, line, start, stop, shape, kind, hints)
        if sighting:
            if prose.holds(line, start, stop):
                sighting = replace(sighting, rule="prose", strength=sighting.strength - _IN_PROSE)
            yield sighting
            yield from _siblings(sighting, line, stop)


def _judge(
    page: Page, line: Line, start: int, stop: int, shape: str, label: str | None, hints: Hints
) -> Sighting | None:
    """The sighting a span makes, or None where it is a number of something else."""
    display = line.text[start:stop].strip(" .-–—")
    plain = line.plain[start:stop]
    if _PLACEHOLDER.search(re.sub(r"\D", "", plain)) and shape != "vanity":
        return None
    canonical, kind = canonical_phone(plain, plan_country(shape, hints.country))
    rule = _rule(line, start, stop, shape, label, canonical, hints)
    if rule is None:
        return None
    extension = _EXTENSION.match(line.plain[stop:])
    if extension:
        display = line.text[start : stop + extension.end()].rstrip()
    return Sighting(
        display, canonical, _kind_of(label, kind, canonical), rule, around(line, start, stop), line.node,
        _strength(page, line, label), line.number, label is not None, page,
    )  # fmt: skip


def _rule(
    line: Line, start: int, stop: int, shape: str, label: str | None, canonical: str | None, hints: Hints
) -> str | None:
    """The rule a span is accepted by, or None."""
    plain = line.plain[start:stop]
    separated = bool(_SEPARATED.search(plain))
    if shape == "bare" and _STREET_AFTER.match(line.plain[stop:]):
        return None
    if canonical is None:
        return "local" if label in _PHONE_LABELS and _may_be_local(plain, shape, separated, hints) else None
    if label:
        return "labelled"
    return _unlabelled(line, shape, separated, hints)


def _may_be_local(plain: str, shape: str, separated: bool, hints: Hints) -> bool:
    """True for what has a number's shape though no plan knows it: a number without its area code, a typing error."""
    digits = _digits(plain)
    if shape == "bare":
        return hints.country in ("CN", "US", "CA") and 7 <= digits <= 8
    return separated and digits >= 7 and shape in ("nanp", "vanity", "trunk", "china", "plus")


def _unlabelled(line: Line, shape: str, separated: bool, hints: Hints) -> str | None:
    """The rule for a valid number no word introduces: its shape must speak for it."""
    if shape == "bare" or (shape == "national" and not separated):
        return None
    if shape != "plus" and shape not in shapes_for(hints.country)[:3]:
        return "foreign" if separated and len(line.plain) < 120 else None
    if separated or shape in ("plus", "vanity"):
        return "formatted"
    return "plain" if len(line.plain) < 80 else None


def _kind_of(label: str | None, number_type: int, canonical: str | None) -> str | None:
    if label == "fax":
        return "fax"
    if canonical and canonical.startswith(("+86400", "+86800")):
        return "toll_free"
    if number_type == phonenumbers.PhoneNumberType.TOLL_FREE:
        return "toll_free"
    if number_type == phonenumbers.PhoneNumberType.MOBILE or label in ("mobile", "person"):
        return "person" if label == "person" else "mobile"
    return "toll_free" if label == "toll_free" else None


def _strength(page: Page, line: Line, label: str | None) -> float:
    """How much a line's place and words speak for the company's main number."""
    strength = 1.0 + (1.5 if label == "phone" else 0.0)
    strength += 1.5 if line.within("header") else 0.0
    strength += 1.0 if line.within("footer") else 0.0
    strength += 1.0 if line.within("contact") else 0.0
    strength -= 2.5 if line.within("others") else 0.0
    strength -= 1.0 if line.within("hidden") else 0.0
    strength -= 1.0 if len(line.plain) > 200 else 0.0
    if any(
        headquarters_pattern().search(above.plain)
        for above in [line, *page.before(line, 5)]
        if len(above.plain) < 80
    ):
        strength += 2.0
    return strength


def _siblings(first: Sighting, line: Line, stop: int) -> Iterator[Sighting]:
    """`0755-27837508/27837509`: the second shares the first one's area code."""
    found = _SIBLING.match(line.plain[stop:])
    if not found or not first.canonical or not first.canonical.startswith("+86"):
        return
    local = re.sub(r"\D", "", found.group(1))
    canonical, _ = canonical_phone(first.canonical[: -len(local)] + local, "CN")
    if canonical:
        yield Sighting(
            found.group(1),
            canonical,
            first.kind,
            "labelled",
            first.passage,
            line.node,
            first.strength - 1,
            line.number,
            True,
            first.page,
        )


def _structured(page: Page, organisations: Sequence[Organisation], hints: Hints) -> Iterator[Sighting]:
    for organisation in organisations:
        texts = [(text, "phone") for text in organisation.properties.get("telephone", ())]
        texts += [(text, "fax") for text in organisation.properties.get("faxNumber", ())]
        texts += [(c["telephone"], "phone") for c in organisation.contacts if c.get("telephone")]
        for text, label in texts[:40]:
            canonical, kind = canonical_phone(text, hints.country)
            if canonical:
                strength = 3.0 if organisation.main else 1.5
                where = f"{organisation.kind}.telephone: {text}"
                yield Sighting(
                    text,
                    canonical,
                    _kind_of(label, kind, canonical),
                    "structured",
                    where,
                    organisation.node,
                    strength,
                    0,
                    organisation.origin != "hcard",  # a card's `tel` may be its fax
                    page,
                )


def _links(page: Page, hints: Hints) -> Iterator[Sighting]:
    for link in page.links:
        if not re.match(r"(?i)(?:tel|callto|phone):", link.href):
            continue
        text = unquote(link.href.split(":", 1)[1]).lstrip("/").split(";")[0].split("?")[0].strip()
        canonical, kind = canonical_phone(text, hints.country)
        if canonical is None or _PLACEHOLDER.search(canonical):
            continue
        shown = link.text if 6 < _digits(link.text) < 16 and len(link.text) < 40 else text
        line = page.lines[min(link.line, len(page.lines) - 1)] if page.lines else None
        label = (
            last_label(line.plain[: line.plain.find(link.text)][-40:])
            if line and link.text and link.text in line.plain
            else None
        )
        strength = (
            2.0
            + 1.5 * ("header" in link.regions)
            + ("footer" in link.regions)
            - 2.5 * ("others" in link.regions)
        )
        found = _kind_of(label if label == "fax" else "phone", kind, canonical)
        yield Sighting(
            shown,
            canonical,
            found,
            "tel_link",
            f"{link.text} ({link.href})"[:300],
            link.node,
            strength,
            link.line,
            True,
            page,
        )


def settle_phones(sightings: Sequence[Sighting]) -> list[Fact]:
    """One fact per line, over one page or a whole site: best display and kind, the company's main one first, faxes last."""
    lines: dict[str, list[Sighting]] = {}
    for sighting in sightings:
        digits = re.sub(r"\D", "", phonenumbers.convert_alpha_characters_in_number(sighting.display))
        lines.setdefault(sighting.canonical or f"local:{digits}", []).append(sighting)
    settled = [
        (_kind_among(seen), sum(sorted((s.strength for s in seen), reverse=True)[:4]), seen)
        for seen in lines.values()
    ]
    settled.sort(key=lambda entry: (entry[0] == "fax", -entry[1], entry[2][0].order))
    has_main = False
    facts = []
    for kind, _, seen in settled:
        best = max(seen, key=lambda s: (_RULES[s.rule], s.strength))
        shown = kind or ("local" if has_main else "main")
        has_main = has_main or kind is None
        again = 0.0 if best.rule == "prose" else 0.02 * (len(seen) - 1)
        confidence = min(0.97, _RULES[best.rule] + again)
        facts.append(
            Fact(
                "phone",
                best.display,
                confidence,
                best.passage,
                f"phone.{best.rule}",
                best.node,
                shown,
                best.canonical,
                None,
                best.page,
            )
        )
    return facts


def _kind_among(seen: list[Sighting]) -> str | None:
    """A line is a fax line only where nobody calls it a phone; other kinds need one witness."""
    kinds = [s.kind for s in seen]
    if "fax" in kinds:
        if all(s.kind == "fax" or not s.labelled for s in seen):
            return "fax"
        kinds = [k for k in kinds if k != "fax"]
    return next((k for k in ("toll_free", "mobile", "person") if k in kinds), None)
