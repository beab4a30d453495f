"""The company properties of the simulated portal, and how HubSpot defines a property."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from demo.simulate.org import Trait

#: Groups a property may belong to.
GROUPS = ("companyinformation", "company_activity", "web_analytics_history")
_TEXT = (
    "name",
    "domain",
    "website",
    "phone",
    "address",
    "city",
    "state",
    "zip",
    "country",
    "founded_year",
    "description",
)
_INDUSTRIES = (
    "COMPUTER_SOFTWARE", "INFORMATION_TECHNOLOGY_AND_SERVICES", "INTERNET", "SEMICONDUCTORS", "BANKING", "PHARMACEUTICALS",
    "HOSPITAL_HEALTH_CARE", "RESTAURANTS", "FOOD_PRODUCTION", "HOSPITALITY", "LOGISTICS_AND_SUPPLY_CHAIN", "RETAIL",
    "REAL_ESTATE", "OIL_ENERGY", "AUTOMOTIVE", "HIGHER_EDUCATION", "INSURANCE", "TELECOMMUNICATIONS", "CONSTRUCTION", "CHEMICALS",
)  # fmt: skip
_OURS = {
    "enr_email": "string/text", "enr_legal_name": "string/text", "enr_uscc": "string/text", "enr_lei": "string/text",
    "enr_cik": "string/text", "enr_technologies": "string/textarea", "enr_last_signals": "string/textarea",
    "enr_hiring_trend": "string/text", "enr_business_needs": "string/textarea", "enr_score": "number/number",
    "enr_tier": "string/text", "enr_brief": "string/textarea", "enr_freshness": "string/text", "enr_enriched_at": "date/date",
    "enr_hold": "string/text", "enr_wrong": "string/text",
}  # fmt: skip
_MOST = 65_536


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def traits(*, ours: bool) -> Iterator[Trait]:
    """The portal's properties; `ours`: with those `setup-crm` makes."""
    for name in _TEXT:
        field = "string/textarea" if name == "description" else "string/text"
        yield Trait(name, field, name.title(), _MOST, normalise=_trimmed)
    yield Trait("numberofemployees", "number/number", "Number of employees", 20)
    yield Trait("annualrevenue", "number/number", "Annual revenue", 20)
    yield Trait("industry", "enumeration/select", "Industry", _MOST, _INDUSTRIES, restricted=True)
    for name in ("hs_object_id", "hs_lastmodifieddate", "createdate"):
        kind = "number/number" if name == "hs_object_id" else "datetime/date"
        yield Trait(name, kind, name, writable=False, tracked=False)
    if ours:
        for name, field in _OURS.items():
            yield Trait(name, field, name, _MOST, custom=True)


def trait_of(told: Mapping[str, Any]) -> Trait:
    """The property a definition asks for."""
    options = tuple(str(option["value"]) for option in told.get("options") or ())
    kind = f"{told['type']}/{told['fieldType']}"
    return Trait(told["name"], kind, told["label"], _MOST, options, bool(options), custom=True)


def definition(trait: Trait, writable: bool) -> dict[str, Any]:
    """A property as HubSpot describes it."""
    kind, _, field = trait.type.partition("/")
    return {
        "name": trait.name, "label": trait.label, "type": kind, "fieldType": field, "groupName": "companyinformation",
        "options": [{"label": value.title(), "value": value, "hidden": False, "displayOrder": i} for i, value in enumerate(trait.options)],
        "calculated": False, "hubspotDefined": not trait.custom, "hasUniqueValue": False, "hidden": False,
        "modificationMetadata": {"archivable": trait.custom, "readOnlyDefinition": not trait.custom, "readOnlyValue": not writable},
        "description": "", "displayOrder": -1, "formField": True, "externalOptions": False,
    }  # fmt: skip


def complaint(trait: Trait, value: Any) -> str | None:
    """What HubSpot has against a value, None for a good one; "" clears."""
    if value in (None, ""):
        return None
    if not isinstance(value, str):
        return f"{value!r} was not a string"
    if trait.type.startswith("number") and not re.fullmatch(r"-?\d+(\.\d+)?", value):
        return f"{value} was not a valid long."
    if trait.restricted and value not in trait.options:
        return f"{value} was not one of the allowed options: {list(trait.options)}"
    return f"{trait.name} is longer than {trait.length} characters" if len(value) > trait.length else None
