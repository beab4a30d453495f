"""Values on the wire: a catalogue value as the CRM wants it, a CRM's value as text, and what it would make of ours.

`Wire` says how one vendor writes blanks, numbers, dates and booleans; everything else is the same for all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from crm.remote.records import Property, Shape

_UNSENDABLE = re.compile(r"[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_TRUE = frozenset({"true", "1", "yes", "是"})


@dataclass(frozen=True, slots=True)
class Wire:
    """How one vendor writes values.

    `strings`: everything travels as text. `blank` clears. `lists` join the entries of a multiple pick list. `year_from` is
    the first year a date may have.
    """

    strings: bool = False
    blank: Any = None
    lists: str = ";"
    year_from: int = 1700


def _trim(text: str) -> str:
    return text.strip()


def _collapse(text: str) -> str:
    return " ".join(text.split())


def _with_http(text: str) -> str:
    return text if not text or "://" in text else f"http://{text}"


def _without_scheme(text: str) -> str:
    return re.sub(r"^https?://", "", text, flags=re.I).rstrip("/")


def _phone_digits(text: str) -> str:
    return re.sub(r"[^\d+;x]", "", text)


#: What servers do to values by themselves; a mapping names them under `normalise`.
NORMALISERS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "trim": _trim,
        "collapse": _collapse,
        "lower": str.lower,
        "upper": str.upper,
        "with_http": _with_http,
        "without_scheme": _without_scheme,
        "phone_digits": _phone_digits,
        "lf": lambda text: text.replace("\r\n", "\n").replace("\r", "\n"),
        "crlf": lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n"),
    }
)


class Unfit(ValueError):
    """A value the property cannot hold; its text says why, to stand after 'The value'."""


def encode(wire: Wire, prop: Property, text: str | None) -> Any:
    """The JSON value to send for a text that was mapped already; None clears. Raises Unfit."""
    if text is None or text == "":
        return wire.blank
    if _UNSENDABLE.search(text):
        raise Unfit("holds a character no API takes")
    value = _encoded(wire, prop, text)
    return (
        str(value).lower()
        if wire.strings and isinstance(value, bool)
        else str(value)
        if wire.strings
        else value
    )


def _encoded(wire: Wire, prop: Property, text: str) -> Any:
    if prop.shape is Shape.BOOLEAN:
        return text.strip().casefold() in _TRUE
    if prop.shape in (Shape.NUMBER, Shape.INTEGER):
        return _number(prop, text)
    if prop.shape is Shape.DATE:
        return _day(wire, text).isoformat()
    if prop.shape is Shape.MOMENT:
        return _moment(wire, text)
    if prop.shape is Shape.REFERENCE:
        raise Unfit("is a text, and the property points to another record")
    if prop.shape in (Shape.PICKLIST, Shape.MULTI_PICKLIST) and prop.restricted:
        entries = text.split(";") if prop.shape is Shape.MULTI_PICKLIST else [text]
        lost = [entry for entry in entries if entry not in prop.options]
        if lost:
            raise Unfit(f"is not in the pick list of {prop.name}: {lost[0]!r}")
        return wire.lists.join(entries)
    if prop.max_length is not None and len(text) > prop.max_length:
        raise Unfit(f"has {len(text):,} characters; {prop.name} holds {prop.max_length:,}")
    return text


def _number(prop: Property, text: str) -> int | float:
    try:
        value = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        raise Unfit(f"is no number, and {prop.name} holds numbers") from None
    if not value.is_finite() or (prop.digits is not None and abs(value) >= Decimal(10) ** prop.digits):
        raise Unfit(f"is too large for {prop.name}")
    if prop.shape is Shape.INTEGER and value != value.to_integral_value():
        raise Unfit(f"is no whole number, and {prop.name} holds whole numbers")
    return int(value) if value == value.to_integral_value() else float(value)


def _day(wire: Wire, text: str) -> date:
    try:
        day = date.fromisoformat(text.strip()[:10])
    except ValueError:
        raise Unfit("is no date") from None
    if day.year < wire.year_from:
        raise Unfit(f"lies in the year {day.year}, before the CRM's first, {wire.year_from}")
    return day


def _moment(wire: Wire, text: str) -> str:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Unfit("is no date and time") from None
    if moment.year < wire.year_from:
        raise Unfit(f"lies in the year {moment.year}, before the CRM's first, {wire.year_from}")
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def is_true(raw: Any) -> bool:
    """True for a ticked box, however the CRM writes it."""
    return raw is True or str(raw).casefold() in _TRUE


def decode(prop: Property, raw: Any) -> str | None:
    """The text of a JSON value as a person would read it out, None for a blank."""
    if raw is None or raw == "" or (raw is False and prop.shape is not Shape.BOOLEAN):
        return None
    if prop.shape is Shape.BOOLEAN:
        return "true" if is_true(raw) else "false"
    if isinstance(raw, list):
        return ";".join(str(entry) for entry in raw) or None
    if prop.shape in (Shape.NUMBER, Shape.INTEGER) or isinstance(raw, int | float):
        return _plain_number(raw)
    if prop.shape is Shape.DATE:
        return str(raw)[:10]
    return str(raw) if str(raw).strip() else None


def _plain_number(raw: Any) -> str:
    """Without a trailing `.0` and exponent, so that 1200, 1200.0 and "1.2E+3" read alike."""
    try:
        value = Decimal(str(raw))
    except InvalidOperation:
        return str(raw)
    if not value.is_finite():
        return str(raw)
    return str(int(value)) if value == value.to_integral_value() else format(value.normalize(), "f")


def read_moment(raw: Any) -> datetime | None:
    """An instant as APIs write it (ISO 8601, `+0000`, milliseconds since 1970), in UTC; None where it is none."""
    if raw is None or raw == "" or isinstance(raw, bool):
        return None
    if isinstance(raw, int | float) or str(raw).isdigit():
        try:
            return datetime.fromtimestamp(float(raw) / 1000, UTC)
        except (OverflowError, OSError, ValueError):
            return None
    text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", str(raw).strip())
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
