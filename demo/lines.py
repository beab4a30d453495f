"""Telephone lines that belong to nobody, in the notations people print them in."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from demo.words import Place

_CALLING = {"US": "1", "CA": "1", "GB": "44", "DE": "49", "CN": "86", "TW": "886"}
#: Digits of a subscriber's number that are free for fiction, after the code of `places.yml`, and how many follow.
_FREE = {"US": ("55501", 2), "CA": ("55501", 2), "GB": ("", 4), "DE": ("", 3), "CN": ("555", 5)}
_FREE_TW = {"02": ("5555", 4), "03": ("555", 4), "04": ("2555", 4), "07": ("555", 4)}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `area` with its trunk zero where the country has one, `number` the subscriber's digits."""

    country: str
    area: str
    number: str

    @property
    def e164(self) -> str:
        """The line as `+13035550123`."""
        return f"+{_CALLING[self.country]}{self.area.lstrip('0')}{self.number}"

    def printed(self, style: int) -> str:
        """The line as a page or a CRM prints it; `style` picks one of the country's notations."""
        forms = _FORMS.get(self.country, _trunk)(self)
        return forms[style % len(forms)]


def _american(line: Line) -> list[str]:
    a, x, n = line.area, line.number[:3], line.number[3:]
    return [
        f"({a}) {x}-{n}",
        f"{a}-{x}-{n}",
        f"{a}.{x}.{n}",
        f"+1 {a} {x} {n}",
        f"1-{a}-{x}-{n}",
        f"{a} {x} {n}",
    ]


def _british(line: Line) -> list[str]:
    cut = 2 if line.area.startswith("02") else 0
    a, n = line.area, line.number
    local = f"{n[: 4 - (1 - cut // 2)]} {n[4 - (1 - cut // 2) :]}"
    return [f"{a} {local}", f"+44 (0){a[1:]} {local}", f"+44 {a[1:]} {local}", f"({a}) {local}", f"{a}{n}"]


def _trunk(line: Line) -> list[str]:
    """German notations."""
    a, n = line.area, line.number
    return [
        f"{a} {n}",
        f"+49 (0){a[1:]} {n[:4]}-{n[4:]}",
        f"{a}/{n}",
        f"+49 {a[1:]} {n}",
        f"0049 {a[1:]} {n}",
    ]


def _chinese(line: Line) -> list[str]:
    a, n = line.area, line.number
    if a == "400":
        return [f"400-{n[:3]}-{n[3:]}", f"400 {n[:3]} {n[3:]}", f"400{n}"]
    spaced = f"{n[:-4]} {n[-4:]}"
    return [
        f"{a}-{n}",
        f"{a}-{spaced}",
        f"（{a}）{n}",
        f"+86-{a[1:]}-{n}",
        f"86-{a}-{n}",
        f"({a}) {spaced}",
        f"{a} {n}",
    ]


def _taiwanese(line: Line) -> list[str]:
    a, n = line.area, line.number
    return [
        f"({a}) {n[:-4]}-{n[-4:]}",
        f"{a}-{n}",
        f"+886-{a[1:]}-{n[:-4]}-{n[-4:]}",
        f"{a}-{n[:-4]}-{n[-4:]}",
    ]


_FORMS = {"US": _american, "CA": _american, "GB": _british, "DE": _trunk, "CN": _chinese, "TW": _taiwanese}


def draw_line(place: Place, rng: Random) -> Line:
    """A line in a town."""
    area, _, fixed = place.code.partition(" ")
    start, digits = _FREE_TW[area] if place.country == "TW" else _FREE[place.country]
    low = 1 if digits == 2 else 100
    tail = f"{rng.randrange(low, 10**digits):0{digits}d}"
    if place.country == "GB" and area == "020":
        return Line("GB", area, f"{fixed}0{tail[1:]}")
    if place.country == "GB":
        return Line("GB", area, f"{fixed}0{tail[1:]}")
    return Line(place.country, area, f"{fixed}{start}{tail}")


def draw_toll_free(country: str, rng: Random) -> Line | None:
    """A toll-free line, where the country has one that is free for fiction or can be made up."""
    if country in ("US", "CA"):
        return Line(country, "888", f"55501{rng.randrange(1, 100):02d}")
    if country == "CN":
        return Line(country, "400", f"555{rng.randrange(100, 10_000):04d}")
    return None


def draw_mobile(country: str, rng: Random) -> str:
    """A person's mobile as printed: never a company's line. Blank where the country's pages print none."""
    return f"1300000{rng.randrange(1000, 10_000):04d}" if country == "CN" else ""
