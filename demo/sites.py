"""How a company's site looks and misbehaves: style, encoding, paths, what it shows and whether it answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from demo.companies import Firm, Standing
from demo.words import dice


class Condition(StrEnum):
    """What asking a site comes to."""

    OK = "ok"
    DEAD = "dead"
    SLOW = "slow"
    PARKED = "parked"
    SCRIPT_ONLY = "script_only"
    LEADS_AWAY = "leads_away"


@dataclass(frozen=True, slots=True)
class Site:
    """One site as it stands tonight.

    `encoding` is what its bytes are in, `declared` what the page says, `header` what the server says (None: nothing).
    `shows` are the catalogue fields printed somewhere on it; `phone_style` the notation. `contact` and `about` are
    paths, None where there is no such page. `www` and `https` say where it lives; elsewhere it redirects.
    """

    style: str
    condition: Condition
    encoding: str
    declared: str | None
    header: str | None
    www: bool
    https: bool
    contact: str | None
    about: str | None
    phone_style: int
    shows: frozenset[str]
    feed: bool
    designer: int

    @property
    def readable(self) -> bool:
        """True where the company's own pages come back."""
        return self.condition is Condition.OK


_STYLES = {
    "en": ("modern", "modern", "tables", "brochure", "builder", "broken", "framework"),
    "de": ("impressum", "impressum", "framework"),
    "zh": ("portal", "portal", "zh_tables", "zh_modern", "zh_broken"),
    "tw": ("zh_modern",),
}
_CONTACT = {
    "en": ("contact", "contact.html", "contact-us/", "about/contact", "contact.php"),
    "de": ("impressum", "impressum.html"),
    "zh": ("contact.html", "lianxi.html", "contact/", "about/contact.html", "lxwm.asp"),
    "tw": ("tw/contact", "contact.html"),
}
_ABOUT = {
    "en": ("about", "about.html", "about-us/", "company"),
    "de": ("unternehmen", "ueber-uns"),
    "zh": ("about.html", "about/", "gongsi.html", "gsjj.asp"),
    "tw": ("tw/about", "about.html"),
}
#: How often each catalogue field is printed on a site of its own.
_SHOWN = {
    "email": 0.85,
    "street": 0.85,
    "employees": 0.35,
    "founded": 0.5,
    "uscc": 0.4,
    "icp": 0.9,
    "legal_name": 0.85,
}
_ALWAYS = frozenset({"phone", "website", "name"})
_WITH_STREET = frozenset({"city", "region", "postcode", "country"})
#: What a style has no room for.
_OMITS = {
    "brochure": {"employees"},
    "zh_tables": {"employees", "uscc"},
    "zh_broken": {"founded", "uscc", "postcode"},
    "framework": {"founded"},
}
#: Styles with a page that names the officers and their roles.
_NAMES_OFFICERS = frozenset({"modern", "tables", "builder", "portal"})
#: One page only: everything said there or not at all.
_ONE_PAGE = frozenset({"brochure", "zh_tables"})


def site_of(firm: Firm, seed: int, night: int) -> Site:
    """The company's site on a night; the same until it is redesigned or something happens to it."""
    rng = dice(seed, "site", firm.number, firm.redesigns)
    style = rng.choice(_STYLES[firm.language])
    encoding, declared, header = _encoding(firm, style, rng.random())
    alone = style in _ONE_PAGE
    contact, about = rng.choice(_CONTACT[firm.language]), rng.choice(_ABOUT[firm.language])
    shows = {
        name for name, chance in _SHOWN.items() if dice(seed, "shows", firm.number, name).random() < chance
    }
    shows |= _ALWAYS | (_WITH_STREET if "street" in shows else frozenset())
    shows |= {"key_executives"} if style in _NAMES_OFFICERS else set()
    shows -= _OMITS.get(style, set())
    shows -= set() if firm.country == "CN" else {"uscc", "icp"}
    shows -= {"region"} if firm.country in ("GB", "DE", "TW") else set()
    return Site(
        style=style, condition=_condition(firm, seed, night), encoding=encoding, declared=declared, header=header,
        www=rng.random() < 0.55, https=rng.random() < 0.85,
        contact=None if alone else contact, about=None if alone else about,
        phone_style=rng.randrange(42), shows=frozenset(shows),
        feed=dice(seed, "feed", firm.number).random() < 0.15, designer=rng.randrange(12),
    )  # fmt: skip


def _condition(firm: Firm, seed: int, night: int) -> Condition:
    if firm.standing is Standing.TAKEN_OVER:
        return Condition.LEADS_AWAY
    if firm.standing is Standing.CLOSED:
        return Condition.PARKED if dice(seed, "closed", firm.number).random() < 0.5 else Condition.DEAD
    if night < firm.down_until:
        return Condition.SLOW if dice(seed, "down", firm.number, night).random() < 0.5 else Condition.DEAD
    roll = dice(seed, "condition", firm.number).random()
    for condition, chance in (
        (Condition.DEAD, 0.02), (Condition.SLOW, 0.01), (Condition.PARKED, 0.015), (Condition.SCRIPT_ONLY, 0.015),
    ):  # fmt: skip
        if roll < chance:
            return condition
        roll -= chance
    return Condition.OK


def _encoding(firm: Firm, style: str, roll: float) -> tuple[str, str | None, str | None]:
    """Bytes, what the page says, what the server says; a tenth of the pages say something untrue, or nothing."""
    if firm.language == "zh" and style in ("zh_tables", "zh_broken", "portal"):
        if roll < 0.25:
            return "gb18030", "gb2312", None
        if roll < 0.35:
            return "gbk", "utf-8", "utf-8"
        if roll < 0.42:
            return "gbk", None, None
    if firm.language in ("en", "de") and roll < 0.06:
        return "cp1252", "utf-8", None
    if roll < 0.12:
        return "utf-8", None, "iso-8859-1"
    return "utf-8", "utf-8", "utf-8"
