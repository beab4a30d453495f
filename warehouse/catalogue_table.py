"""The field catalogue as tables, so that SQL reads the same settings as Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from accounts.catalogue import Catalogue
from warehouse.store import Warehouse


def store_catalogue(
    warehouse: Warehouse,
    catalogue: Catalogue,
    columns: Mapping[str, str],
    sources: Iterable[str],
    declared: Mapping[str, float] | None = None,
) -> None:
    """Puts the catalogue in force into `field_spec` and `authority`; `columns` maps field to CRM column.

    A field that is not judged gets no column there, so that no query holds its values against anything.

    `declared` is the authority (0–1) a source of one's own claims for itself, over all fields.
    """
    names, own = list(sources), declared or {}
    warehouse.replace(
        "field_spec",
        (
            {
                "name": f.name, "category": f.category, "label_en": f.label_en, "label_zh": f.label_zh,
                "ttl_days": f.ttl_days, "hold_days": f.hold_days, "min_confidence": f.min_confidence,
                "weight": f.weight, "policy": f.policy.value, "sensitive": f.sensitive, "many": f.many,
                "prefer_kinds": f.prefer_kinds, "never_kinds": f.never_kinds, "wrong_kinds": f.wrong_kinds,
                "crm_column": columns.get(f.name) if f.judged else None,
            }
            for f in catalogue
        ),
    )  # fmt: skip
    warehouse.replace(
        "authority",
        (
            {"field": f.name, "source": source, "weight": own.get(source, f.authority_of(source))}
            for f in catalogue
            for source in dict.fromkeys([*f.authority, *names])
        ),
    )
