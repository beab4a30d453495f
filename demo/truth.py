"""What is true of a company tonight, field by field, in every form that counts as right."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from accounts.catalogue import shipped_catalogue
from accounts.values import Hints
from demo.companies import Firm, Standing
from demo.crm_export import JUDGED
from demo.registry import conformed_name
from demo.sites import Condition, Site
from demo.world import World


@dataclass(frozen=True, slots=True)
class Truth:
    """The right values of one field; `visible` where a night can read one of them tonight."""

    field: str
    values: tuple[str, ...]
    keys: frozenset[str]
    visible: bool
    hints: Hints

    def agrees(self, text: str) -> bool:
        """True where a text is one of the right values, or joins several that all are."""
        spec = shipped_catalogue()[self.field]
        return all(spec.value_type.key(piece, self.hints) in self.keys for piece in spec.pieces(text))


def truths_of(world: World, firm: Firm) -> Mapping[str, Truth]:
    """The truth about a company tonight. A closed or taken-over one keeps what it last had; nothing of it is visible."""
    site = world.site(firm)
    listed = (
        {"phone", "street", "city", "region", "postcode", "country", "industry", "legal_name"}
        if firm.cik
        else set()
    )
    shown = site.shows if site.condition is Condition.OK else frozenset()
    hints = Hints(firm.country, "zh" if firm.chinese else "en")
    found: dict[str, Truth] = {}
    for name, values in _values(firm).items():
        lost = name == "website" and _is_lost(firm, site)
        right = () if lost else tuple(dict.fromkeys(v for v in values if v))
        kind = shipped_catalogue()[name].value_type
        keys = frozenset(kind.key(value, hints) for value in right)
        visible = bool(right) and (name in shown or name in listed) and firm.standing is Standing.ACTIVE
        found[name] = Truth(name, right, keys, visible, hints)
    return found


def _is_lost(firm: Firm, site: Site) -> bool:
    """True where the domain is no longer the company's own: parked, or leading to whoever took it over."""
    return firm.standing is not Standing.ACTIVE or site.condition is Condition.PARKED


def _values(firm: Firm) -> dict[str, tuple[str, ...]]:
    place = firm.place
    base, _, suite = firm.street.partition(", ")
    streets = (
        firm.street,
        firm.district + firm.street,
        place.city + firm.district + firm.street,
        f"{suite} {base}".strip(),
    )
    return {
        "legal_name": (firm.naming.legal_name, conformed_name(firm) if firm.cik else ""),
        "website": (firm.domain,),
        "phone": (firm.phone.e164, firm.toll_free.e164 if firm.toll_free else ""),
        "email": (firm.email,),
        "street": streets,
        "city": (place.city,),
        "region": (place.region,),
        "postcode": (place.postcode,),
        "country": (firm.country,),
        "industry": (
            firm.industry,
            *firm.naming.trade.get("standard", ()),
            firm.naming.trade["sic"][1] if firm.cik else "",
        ),
        "employees": (str(firm.employees),),
        "founded": (str(firm.founded),),
        "uscc": (firm.uscc,),
        "key_executives": tuple(f"{person}, {role}" for role, person in firm.officers),
    }


def write_truth(world: World, path: Path) -> None:
    """Tonight's truth as CSV: account_id, field, visible, values joined by ` ; `."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("account_id", "field", "visible", "values"))
        for firm in world.firms():
            writer.writerows(_lines(firm.id, truths_of(world, firm)))


def _lines(key: str, truths: Mapping[str, Truth]) -> Iterable[tuple[str, str, str, str]]:
    for name in JUDGED:
        truth = truths[name]
        yield key, name, "yes" if truth.visible else "no", " ; ".join(truth.values)
