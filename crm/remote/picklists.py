"""Pick lists of CRMs that store numbers and show labels: `Property.options` maps label to number there."""

from __future__ import annotations

from typing import Any

from crm.remote.records import Property, Shape


def labelled(prop: Property, raw: Any) -> str | None:
    """The labels of a raw value, several joined by `;`; a number without one stays as it is, a blank is None.

    >>> labelled(Property("industry", Shape.PICKLIST, options={"Software": "2"}), 2)
    'Software'
    """
    if raw in (None, "", []):
        return None
    labels = {number: label for label, number in prop.options.items()}
    many = raw if isinstance(raw, list) else str(raw).split(",") if _is_many(prop) else [raw]
    return ";".join(labels.get(str(one).strip(), str(one)) for one in many)


def numbered(prop: Property, text: Any) -> Any:
    """The raw value of labels: a number, a list of them where the property takes several; a blank stays one.

    A label the list does not have stays as it is, for the CRM to refuse.
    """
    if text in (None, "") or not prop.options:
        return text
    numbers = [_number(prop.options.get(label, label)) for label in str(text).split(";")]
    return numbers if _is_many(prop) else numbers[0]


def _is_many(prop: Property) -> bool:
    return prop.shape is Shape.MULTI_PICKLIST


def _number(text: str) -> Any:
    return int(text) if text.lstrip("-").isdigit() else text
