"""A deployable metadata package: our fields with history tracking, the permission set, a field set, a section for page layouts.

Deploy it with the Salesforce CLI (`sf project deploy start --metadata-dir DIR`) or any tool that takes the Metadata API's format. A page
layout is deployed whole, so the package holds none: `add_section` puts ours into a layout retrieved from the org.
Source: Metadata API Developer Guide (CustomObject, CustomField, FieldSet, PermissionSet, Layout, package.xml).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from accounts.errors import ConfigError
from crm.remote.mapping import FieldMapping, MappedField
from crm.remote.records import Shape
from crm.salesforce.setup import PERMISSION_SET, definition

_NS = "http://soap.sforce.com/2006/04/metadata"
#: The section reps read, by catalogue field; what is mapped comes in this order.
_SECTION = ("tier", "score", "brief", "last_signals", "hiring_trend", "business_needs", "value_sources", "freshness_grade",
            "enriched_at", "account_page")  # fmt: skip
#: Salesforce tracks at most so many fields of an object.
_MOST_TRACKED = 20
_UNTRACKABLE = (Shape.LONG_TEXT, Shape.MULTI_PICKLIST)
SECTION_LABEL = "Evergreen"


def extra_fields(mapping: FieldMapping) -> list[MappedField]:
    """The checkboxes: hold this record, and "wrong" for single fields, read back as feedback."""
    labels = {"hold": "Hold: change nothing", "wrong": "Something here is wrong"}
    return [
        MappedField(
            meaning,
            name,
            "own",
            Shape.BOOLEAN,
            label=labels.get(meaning, f"Wrong: {meaning.removeprefix('wrong_')}"),
        )
        for meaning, name in mapping.extras.items()
    ]


def write_package(folder: Path, mapping: FieldMapping, api_version: str) -> list[Path]:
    """Writes the package's files into a folder and returns them. What of ours lies there already is replaced."""
    ours = [m for m in mapping if m.create] + extra_fields(mapping)
    files = {
        "package.xml": _manifest(ours, api_version),
        "objects/Account.object": _object(ours, mapping),
        f"permissionsets/{PERMISSION_SET}.permissionset": _permission_set(ours),
        "layout-section.xml": _section(mapping),
    }
    written = []
    for name, tree in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_text(tree))
        written.append(path)
    return written


def add_section(layout: Path, mapping: FieldMapping) -> bool:
    """Puts our section behind the first of a retrieved layout; False where it is there already. All else is kept.

    Raises ConfigError for a file that is no page layout.
    """
    try:
        tree = etree.fromstring(layout.read_bytes(), etree.XMLParser(resolve_entities=False, no_network=True))
    except (OSError, etree.XMLSyntaxError) as error:
        raise ConfigError(
            f"{layout} is no page layout: {error}.", remedy="Retrieve it from the org first.", path=layout
        ) from error
    if tree.tag != f"{{{_NS}}}Layout":
        raise ConfigError(
            f"{layout} is no page layout.", remedy="Retrieve it from the org first.", path=layout
        )
    sections = tree.findall(f"{{{_NS}}}layoutSections")
    if any(s.findtext(f"{{{_NS}}}label") == SECTION_LABEL for s in sections):
        return False
    ours = _section(mapping)
    if sections:
        sections[0].addnext(ours)
    else:
        tree.insert(0, ours)
    layout.write_bytes(_text(tree))
    return True


def _manifest(ours: Sequence[MappedField], api_version: str) -> Any:
    root = etree.Element(f"{{{_NS}}}Package", nsmap={None: _NS})
    kinds = {
        "CustomField": [f"Account.{m.property}" for m in ours],
        "FieldSet": ["Account.Evergreen"],
        "PermissionSet": [PERMISSION_SET],
    }
    for kind, members in kinds.items():
        types = etree.SubElement(root, f"{{{_NS}}}types")
        _add(types, ({"members": m} for m in sorted(members)))
        _add(types, [{"name": kind}])
    _add(root, [{"version": api_version}])
    return root


def _object(ours: Sequence[MappedField], mapping: FieldMapping) -> Any:
    """Our fields, and the history of the standard ones we write: a lost race shows there."""
    root = etree.Element(f"{{{_NS}}}CustomObject", nsmap={None: _NS})
    _add(root, [{"enableHistory": True}])
    fields = etree.SubElement(root, f"{{{_NS}}}fieldSets")
    _add(fields, [{"fullName": "Evergreen"}, {"description": "What Evergreen knows of an account."}])
    for m in _shown(mapping):
        _add(
            etree.SubElement(fields, f"{{{_NS}}}displayedFields"),
            [{"field": m.property}, {"isFieldManaged": False}, {"isRequired": False}],
        )
    _add(fields, [{"label": "Evergreen"}])
    golden = [m for m in mapping.lane("golden") if m.shape not in _UNTRACKABLE and m.field != "name"]
    tracked = {m.property for m in golden[:_MOST_TRACKED]}
    for m in sorted(ours, key=lambda m: m.property):
        made = {"fullName": m.property, **definition(m), "trackHistory": m.property in tracked}
        _add(etree.SubElement(root, f"{{{_NS}}}fields"), ({k: v} for k, v in made.items()))
    for m in golden:
        if not m.create and m.property in tracked:
            _add(
                etree.SubElement(root, f"{{{_NS}}}fields"), [{"fullName": m.property}, {"trackHistory": True}]
            )
    return root


def _permission_set(ours: Sequence[MappedField]) -> Any:
    root = etree.Element(f"{{{_NS}}}PermissionSet", nsmap={None: _NS})
    _add(root, [{"description": "Read and write what Evergreen keeps on accounts."}])
    for m in sorted(ours, key=lambda m: m.property):
        _add(
            etree.SubElement(root, f"{{{_NS}}}fieldPermissions"),
            [{"editable": True}, {"field": f"Account.{m.property}"}, {"readable": True}],
        )
    _add(root, [{"hasActivationRequired": False}, {"label": "Evergreen Enrichment"}])
    return root


def _section(mapping: FieldMapping) -> Any:
    """Two columns: what we say (read-only), and what reps say of it."""
    section = etree.Element(f"{{{_NS}}}layoutSections", nsmap={None: _NS})
    _add(
        section,
        [{"customLabel": True}, {"detailHeading": True}, {"editHeading": True}, {"label": SECTION_LABEL}],
    )
    left = [(m.property, "Readonly") for m in _shown(mapping)]
    right = [(name, "Edit") for name in mapping.extras.values()]
    for column in (left, right):
        items = etree.SubElement(section, f"{{{_NS}}}layoutColumns")
        for name, behavior in column:
            _add(etree.SubElement(items, f"{{{_NS}}}layoutItems"), [{"behavior": behavior}, {"field": name}])
    _add(section, [{"style": "TwoColumnsTopToBottom"}])
    return section


def _shown(mapping: FieldMapping) -> list[MappedField]:
    return [m for m in map(mapping.get, _SECTION) if m is not None]


def _add(parent: Any, entries: Iterable[Mapping[str, Any]]) -> None:
    for entry in entries:
        for name, value in entry.items():
            etree.SubElement(parent, f"{{{_NS}}}{name}").text = (
                str(value).lower() if isinstance(value, bool) else str(value)
            )


def _text(tree: Any) -> bytes:
    etree.indent(tree, "    ")
    found: bytes = etree.tostring(tree, xml_declaration=True, encoding="UTF-8")
    return found + b"\n"
