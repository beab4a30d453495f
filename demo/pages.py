"""Renders a site's pages from the templates of `demo/templates`."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jinja2
from markupsafe import Markup

from demo.companies import Firm
from demo.news import stories
from demo.sites import Site
from demo.words import words

_COUNTRY = {
    "US": "USA",
    "CA": "Canada",
    "GB": "United Kingdom",
    "DE": "Deutschland",
    "CN": "中国",
    "TW": "台灣",
}
_BOARDS = {"greenhouse": "https://boards.greenhouse.io/{}", "lever": "https://jobs.lever.co/{}"}


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("demo"), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    # the text is ours, and the only way out of a script element is shut
    made.filters["ld"] = lambda value: Markup(json.dumps(value, ensure_ascii=False).replace("</", "<\\/"))  # noqa: S704
    return made


def board_token(firm: Firm) -> str:
    """The company's name at its job board."""
    return firm.naming.slug.replace("-", "")


def base_of(firm: Firm, site: Site) -> str:
    """The address the site lives at, without a closing slash."""
    return f"{'https' if site.https else 'http'}://{'www.' if site.www else ''}{firm.domain}"


def paths_of(firm: Firm, site: Site) -> dict[str, str]:
    """The pages of a readable site, by kind: path without a leading slash."""
    found = {"home": "", "contact": site.contact, "about": site.about}
    found["feed"] = ("feed/" if not firm.chinese else "rss.xml") if site.feed else None
    return {kind: path for kind, path in found.items() if path is not None}


def render(kind: str, firm: Firm, site: Site) -> bytes:
    """One page's bytes, in the site's encoding; what that cannot write becomes a character reference."""
    text = _environment().get_template(f"{site.style}.html.j2").render(_context(kind, firm, site))
    return text.encode(site.encoding, "xmlcharrefreplace")


def render_plain(template: str, /, **context: Any) -> bytes:
    """A page that is nobody's own: parked, for sale, nothing without scripts."""
    return _environment().get_template(f"{template}.html.j2").render(context).encode()


def _context(kind: str, firm: Firm, site: Site) -> dict[str, Any]:
    language = "chinese" if firm.chinese else "english"
    designers = words(language)["designers"]
    style = site.phone_style
    return {
        "page": kind, "firm": firm, "site": site, "shows": site.shows, "base": base_of(firm, site),
        "paths": paths_of(firm, site), "name": firm.naming.name, "brand": firm.naming.brand,
        "legal": firm.naming.legal_name if "legal_name" in site.shows else firm.naming.name,
        "says": firm.naming.trade["says"], "phone": firm.phone.printed(style), "tel": firm.phone.e164,
        "fax": firm.fax.printed(style) if style % 3 == 0 else "",
        "free": firm.toll_free.printed(style) if firm.toll_free else "",
        "address": address_lines(firm) if "street" in site.shows else [],
        "country": _COUNTRY[firm.country], "designer": designers[site.designer] if site.designer < len(designers) else "",
        "careers": _BOARDS[firm.board].format(board_token(firm)) if firm.board else "",
        "news": stories(firm) if kind == "home" else (), "ld_json": _marked_up(firm, site),
    }  # fmt: skip


def address_lines(firm: Firm) -> list[str]:
    """The address as its country prints it, line by line; in Chinese one line."""
    place = firm.place
    if firm.country == "CN":
        province = "" if place.region == place.city else place.region
        return [f"{province}{place.city}{firm.district}{firm.street}"]
    if firm.country == "TW":
        return [f"{place.city}{firm.district}{firm.street}"]
    if firm.country == "GB":
        return [firm.street, place.city, place.postcode]
    if firm.country == "DE":
        return [firm.street, f"{place.postcode} {place.city}"]
    return [firm.street, f"{place.city}, {place.region} {place.postcode}"]


def _marked_up(firm: Firm, site: Site) -> dict[str, Any]:
    """The company as schema.org describes one, with what the site shows."""
    marked: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "Organization", "name": firm.naming.name,
        "url": f"{base_of(firm, site)}/", "telephone": firm.phone.e164,
    }  # fmt: skip
    if "legal_name" in site.shows:
        marked["legalName"] = firm.naming.legal_name
    if "email" in site.shows:
        marked["email"] = firm.email
    if "founded" in site.shows:
        marked["foundingDate"] = str(firm.founded)
    if "street" in site.shows:
        marked["address"] = {
            "@type": "PostalAddress", "streetAddress": firm.district + firm.street, "addressLocality": firm.place.city,
            "addressRegion": firm.place.region, "postalCode": firm.place.postcode, "addressCountry": firm.country,
        }  # fmt: skip
    return marked
