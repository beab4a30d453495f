"""What the company says it is: description, founding year, headcount, industry, logo, languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from enrichers.firmographic.fact import Fact
from enrichers.firmographic.page import Page
from enrichers.firmographic.statements import statements
from enrichers.firmographic.structured import Organisation

_NO_TRADE = frozenset(
    {
        "Organization",
        "Corporation",
        "LocalBusiness",
        "Place",
        "Brand",
        "Store",
        "vcard",
        "NewsMediaOrganization",
        "OnlineBusiness",
    }
)
_GENERIC = re.compile(
    r"(?i)^(?:just another wordpress|default description|description|site description|joomla|一个|网站描述|your description)"
)


def about(page: Page, organisations: Sequence[Organisation], own_names: Sequence[str] = ()) -> list[Fact]:
    """Description, founded, employees, logo, industry and languages, best first per field."""
    facts = [
        *_structured(organisations),
        *_description(page),
        *statements(page, organisations, own_names),
        *_logo(page),
        *_languages(page),
    ]
    return sorted(facts, key=lambda fact: (fact.field, -fact.confidence))


def _structured(organisations: Sequence[Organisation]) -> Iterator[Fact]:
    for organisation in organisations:
        if not organisation.main:
            continue
        if organisation.kind not in _NO_TRADE:  # schema.org names trades by type: RoofingContractor, Dentist
            trade = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", organisation.kind).capitalize()
            yield Fact(
                "industry", trade, 0.6, f"@type: {organisation.kind}", "industry.type", organisation.node
            )
        for key, field, confidence in (
            ("description", "description", 0.85), ("foundingDate", "founded", 0.92), ("numberOfEmployees", "employees", 0.85),
            ("industry", "industry", 0.8), ("naics", "naics", 0.85), ("isicV4", "isic", 0.85), ("logo", "logo", 0.9),
            ("vatID", "vat", 0.9), ("taxID", "tax_id", 0.85), ("duns", "duns", 0.85), ("leiCode", "lei", 0.9),
        ):  # fmt: skip
            text = organisation.first(key)
            if text:
                value = text[:4] if field == "founded" and re.match(r"\d{4}", text) else text
                yield Fact(
                    field,
                    value,
                    confidence,
                    f"{organisation.kind}.{key}: {text}"[:300],
                    f"{field}.structured",
                    organisation.node,
                )


def _description(page: Page) -> Iterator[Fact]:
    for key, confidence in (("og:description", 0.72), ("description", 0.7), ("twitter:description", 0.6)):
        text = page.meta.get(key, "")
        if len(text) >= 20 and not _GENERIC.match(text):
            yield Fact(
                "description",
                text[:1000],
                confidence,
                f"{key}: {text}"[:300],
                f"description.{key.replace(':', '_')}",
            )


def _logo(page: Page) -> Iterator[Fact]:
    for image in page.images[:60]:
        named = f"{image.src.rsplit('/', 1)[-1]} {image.node.get('class', '')} {image.node.get('id', '')} {image.alt}".lower()
        if (
            image.src
            and not image.src.startswith("data:")
            and "logo" in named
            and not {"others", "footer"} & image.regions
        ):
            confidence = 0.8 if "header" in image.regions else 0.62
            yield Fact(
                "logo",
                page.absolute(image.src, page.base),
                confidence,
                f"img alt={image.alt!r} src={image.src}"[:300],
                "logo.image",
                image.node,
            )
            return
    for node in page.root.iter("link"):
        if "apple-touch-icon" in (node.get("rel") or "") and node.get("href"):
            yield Fact(
                "logo",
                page.absolute(node.get("href"), page.base),
                0.45,
                f"link rel={node.get('rel')}",
                "logo.icon",
                node,
            )
            return


def _languages(page: Page) -> Iterator[Fact]:
    yield Fact("languages", page.language, 0.8, f"html lang={page.root.get('lang')}", "languages.own")
    seen = {page.language}
    for node in page.root.iter("link"):
        code = (node.get("hreflang") or "")[:2].lower()
        if node.get("rel") == "alternate" and code.isalpha() and code not in seen and code != "x-":
            seen.add(code)
            yield Fact(
                "languages", code, 0.9, f"hreflang={node.get('hreflang')}", "languages.alternate", node
            )
