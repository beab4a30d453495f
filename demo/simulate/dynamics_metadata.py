"""The account table of the simulated environment, and how Dataverse describes a column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from demo.simulate.org import Trait

INDUSTRIES = {
    "Accounting": 1, "Building Supply Retail": 5, "Consulting": 8, "Eating and Drinking Places": 15, "Financial": 19,
    "Insurance": 20, "Legal Services": 21, "Transportation": 29, "Wholesale": 33,
}  # fmt: skip
_TEXTS = {
    "name": 160, "telephone1": 50, "emailaddress1": 100, "websiteurl": 200, "address1_line1": 250, "address1_city": 80,
    "address1_stateorprovince": 50, "address1_postalcode": 20, "address1_country": 80, "tickersymbol": 10, "sic": 20,
}  # fmt: skip
_OURS = {
    "enr_legalname": ("String", 200), "enr_uscc": ("String", 18), "enr_lei": ("String", 20), "enr_cik": ("String", 10),
    "enr_technologies": ("Memo", 4000), "enr_lastsignals": ("Memo", 4000), "enr_hiringtrend": ("String", 200),
    "enr_businessneeds": ("Memo", 4000), "enr_score": ("Integer", 0), "enr_tier": ("String", 40), "enr_brief": ("Memo", 32000),
    "enr_freshness": ("String", 40), "enr_enrichedat": ("DateTime", 0), "enr_hold": ("Boolean", 0), "enr_wrong": ("Boolean", 0),
}  # fmt: skip


def _trimmed(value: Any) -> Any:
    return value.rstrip() if isinstance(value, str) else value


def traits(*, ours: bool) -> Iterator[Trait]:
    """The table's columns; `ours`: with those `setup-crm` makes."""
    for name, length in _TEXTS.items():
        yield Trait(name, "String", name, length, normalise=_trimmed)
    yield Trait("description", "Memo", "Description", 2000)
    yield Trait("numberofemployees", "Integer", "Number of Employees")
    yield Trait("revenue", "Money", "Annual Revenue")
    yield Trait(
        "industrycode", "Picklist", "Industry", options=tuple(map(str, INDUSTRIES.values())), restricted=True
    )
    yield Trait("modifiedon", "DateTime", "Modified On", writable=False, tracked=False)
    if ours:
        for name, (kind, length) in _OURS.items():
            yield Trait(name, kind, name, length or 255, custom=True)


def trait_of(told: Mapping[str, Any]) -> Trait:
    """The column a definition asks for."""
    kind = str(told["@odata.type"]).removeprefix("Microsoft.Dynamics.CRM.").removesuffix("AttributeMetadata")
    return Trait(
        str(told["SchemaName"]).lower(),
        kind,
        str(told["SchemaName"]),
        int(told.get("MaxLength") or 255),
        custom=True,
    )


def metadata(trait: Trait, writable: bool) -> dict[str, Any]:
    """A column as the metadata tells it; more than was asked for does no harm."""
    told: dict[str, Any] = {
        "LogicalName": trait.name, "AttributeType": trait.type, "IsValidForUpdate": writable, "IsCustomAttribute": trait.custom,
        "DisplayName": {"UserLocalizedLabel": {"Label": trait.label, "LanguageCode": 1033}},
    }  # fmt: skip
    if trait.type in ("String", "Memo"):
        told["MaxLength"] = trait.length
    if trait.type == "DateTime":
        told["Format"] = "DateAndTime" if trait.name == "modifiedon" else "DateOnly"
    if trait.type == "Picklist":
        told["OptionSet"] = {
            "Options": [
                {"Value": number, "Label": {"UserLocalizedLabel": {"Label": label}}}
                for label, number in INDUSTRIES.items()
            ]
        }
    return told
