"""Types first: does every mapped field have a property that exists, can be seen, can be written, and holds such values?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.catalogue import Catalogue
from crm.remote.mapping import FieldMapping, MappedField
from crm.remote.records import Property, Shape

_TEXTS = frozenset({Shape.TEXT, Shape.LONG_TEXT})
_LISTS = frozenset({Shape.PICKLIST, Shape.MULTI_PICKLIST})
_NUMBERS = frozenset({Shape.NUMBER, Shape.INTEGER})
#: What a catalogue type may be kept in, beside text.
_FITS: Mapping[str, frozenset[Shape]] = {
    "phone": frozenset({Shape.PHONE}),
    "email": frozenset({Shape.EMAIL}),
    "url": frozenset({Shape.URL}),
    "website": frozenset({Shape.URL}),
    "domain": frozenset({Shape.URL}),
    "country": _LISTS,
    "place": _LISTS,
    "text": _LISTS | {Shape.NUMBER, Shape.INTEGER},
    "status": _LISTS,
    "identifier": frozenset({Shape.NUMBER, Shape.INTEGER}),
    "cik": _NUMBERS,
    "integer": _NUMBERS,
    "headcount": _NUMBERS | _LISTS,
    "amount": _NUMBERS,
    "year": _NUMBERS | {Shape.DATE},
    "date": frozenset({Shape.DATE, Shape.MOMENT}),
    "currency": _LISTS,
}


@dataclass(frozen=True, slots=True)
class Misfit:
    """One mapped field the CRM cannot take: `why` in words, `absent` where the property is not there or hidden."""

    field: str
    property: str
    why: str
    remedy: str
    absent: bool = False

    def __str__(self) -> str:
        return f"{self.field} → {self.property}: {self.why}. {self.remedy}"


def misfits(
    mapping: FieldMapping, properties: Mapping[str, Property], catalogue: Catalogue
) -> tuple[Misfit, ...]:
    """Every mapped field that does not fit its property. One that is not judged is only read, and so only has to be there."""
    found = (
        misfit(m, properties.get(m.property), catalogue[m.field].type)
        for m in mapping
        if catalogue[m.field].judged or m.property not in properties
    )
    return tuple(m for m in found if m is not None)


def misfit(mapped: MappedField, prop: Property | None, kind: str) -> Misfit | None:
    """What is wrong between one field and its property, or None. `kind` is the catalogue's name of the value type."""
    if prop is None:
        why = "there is no such property, or our user may not see it"
        remedy = (
            "Run `evergreen setup-crm --apply`, and grant our user access."
            if mapped.lane == "own"
            else "Grant our user read access to it, or map the field to another property under [crm.columns], or to false."
        )
        return Misfit(mapped.field, mapped.property, why, remedy, absent=True)
    if not prop.writable:
        why = "our user may not write it"
        return Misfit(
            mapped.field, mapped.property, why, "Grant edit access, or set the field's policy to never."
        )
    expected = mapped.shape
    fits = _TEXTS | _FITS.get(kind, frozenset())
    if (expected is not None and not _same_family(expected, prop.shape)) or (
        expected is None and prop.shape not in fits
    ):
        why = f"it holds {prop.raw or prop.shape.value}, and the field is {kind}"
        return Misfit(mapped.field, mapped.property, why, "Map the field to a property of a fitting type.")
    if prop.shape in _LISTS and not prop.options and prop.restricted:
        return Misfit(
            mapped.field, mapped.property, "its pick list has no values we may choose", "Mend the pick list."
        )
    return None


def _same_family(expected: Shape, found: Shape) -> bool:
    families = (_TEXTS | {Shape.URL, Shape.PHONE, Shape.EMAIL}, _NUMBERS, _LISTS, {Shape.DATE, Shape.MOMENT})
    return expected is found or any(expected in family and found in family for family in families)
