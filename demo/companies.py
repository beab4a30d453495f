"""The inhabitants: what is true of each company on one night."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from demo.company_numbers import credit_code, icp_number, lei
from demo.lines import Line, draw_line, draw_mobile, draw_toll_free
from demo.names import Naming, name_company
from demo.words import Place, dice, places, words

_COUNTRIES = ("US", "US", "US", "US", "US", "US", "GB", "GB", "CA", "DE")
_LANGUAGE = {"US": "en", "CA": "en", "GB": "en", "DE": "de", "CN": "zh", "TW": "tw"}
#: Every so many companies the next one is a sister of the one before.
SISTER_EVERY = 40
_LATIN_BOXES = ("info", "hello", "office", "contact", "sales", "enquiries")
_HAN_BOXES = ("info", "sales", "service", "kefu", "market")


class Standing(StrEnum):
    """Whether the company goes on by itself."""

    ACTIVE = "active"
    CLOSED = "closed"
    TAKEN_OVER = "taken_over"


@dataclass(frozen=True, slots=True)
class Firm:
    """One company as it is tonight. `old_*` are what a change left behind; a CRM may still hold them.

    `serial` counts within the language. `redesigns` numbers the looks of its site. `down_until` is the night
    its site comes back; `owner` the number of the company that took it over; `cik` is 0 where it is not listed.
    """

    number: int
    serial: int
    language: str
    naming: Naming
    place: Place
    street: str
    district: str
    phone: Line
    fax: Line
    toll_free: Line | None
    mobile: str
    mailbox: str
    domain: str
    employees: int
    founded: int
    officers: tuple[tuple[str, str], ...]
    uscc: str
    icp: str
    lei: str
    cik: int
    ticker: str
    board: str
    sister: bool
    standing: Standing = Standing.ACTIVE
    redesigns: int = 0
    down_until: int = 0
    owner: int | None = None
    old_domains: tuple[str, ...] = ()
    old_names: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The account's id in the CRM export."""
        return f"W{self.number:06d}"

    @property
    def country(self) -> str:
        """ISO 3166 alpha-2."""
        return self.place.country

    @property
    def email(self) -> str:
        """The company's mailbox."""
        return f"{self.mailbox}@{self.domain}"

    @property
    def chinese(self) -> bool:
        """True for pages in Chinese, simplified or traditional."""
        return self.language in ("zh", "tw")

    @property
    def industry(self) -> str:
        """The industry as a CRM or a site calls it."""
        return str(self.naming.trade.get("industry", self.naming.trade["word"]))


def found_company(seed: int, number: int) -> Firm:
    """The company of that number before the first night. Depends on seed and number alone."""
    sister = number % SISTER_EVERY == 2
    root = number - 2 if sister else number
    chinese = root % 2 == 1
    rng = dice(seed, "company", number)
    country = _country(dice(seed, "country", root), chinese)
    language, place = _LANGUAGE[country], rng.choice(places(country))
    naming = name_company(language, place, root // 2, rng, sister)
    street, district = draw_premises(language, place, rng)
    listed = country == "US" and not sister and rng.random() < 0.12
    return Firm(
        number=number, serial=root // 2, language=language, naming=naming, place=place,
        street=street, district=district,
        phone=draw_line(place, rng), fax=draw_line(place, rng),
        toll_free=draw_toll_free(country, rng) if rng.random() < 0.15 else None,
        mobile=draw_mobile(country, rng) if rng.random() < 0.3 else "",
        mailbox=rng.choice(_HAN_BOXES if chinese else _LATIN_BOXES), domain=f"{naming.slug}.example",
        employees=round(8 * 1.9 ** (rng.random() * 9)) + rng.randrange(5), founded=rng.randint(1948, 2022),
        officers=draw_officers(language, rng),
        uscc=credit_code(place.credit_region, number) if country == "CN" else "",
        icp=icp_number(place.icp_letter, number, rng) if country == "CN" else "",
        lei=lei(number) if rng.random() < 0.1 else "",
        cik=9_000_000 + number if listed else 0, ticker=_ticker(number) if listed else "",
        board=rng.choice(("greenhouse", "lever")) if rng.random() < 0.12 else "", sister=sister,
        old_domains=(f"{naming.slug}-online.example",) if rng.random() < 0.03 else (),
    )  # fmt: skip


def _country(rng: Random, chinese: bool) -> str:
    if chinese:
        return "TW" if rng.random() < 0.06 else "CN"
    return rng.choice(_COUNTRIES)


def draw_premises(language: str, place: Place, rng: Random) -> tuple[str, str]:
    """Street and district in a town. A Chinese street carries its building; the district stands apart."""
    if language in ("zh", "tw"):
        table = words("chinese")
        building = rng.choice(table["buildings"])
        room = f"{building}{rng.randint(2, 28)}楼" if building and language == "zh" else ""
        street = f"{rng.choice(table['streets'])}{rng.randint(1, 999)}號" if language == "tw" else ""
        street = street or f"{rng.choice(table['streets'])}{rng.randint(1, 999)}号{room}"
        return street, rng.choice(place.districts)
    table = words("english")
    if language == "de":
        return f"{rng.choice(table['german']['streets'])} {rng.randint(1, 140)}", ""
    ending = rng.choice(table["endings"][place.country])
    spelt = table["short"][ending] if place.country != "GB" and rng.random() < 0.5 else ending
    suite = f", Suite {rng.randint(100, 940)}" if place.country == "US" and rng.random() < 0.25 else ""
    number = rng.randint(2, 240 if place.country == "GB" else 4800)
    return f"{number} {rng.choice(table['streets'])} {spelt}{suite}", ""


def draw_officers(language: str, rng: Random) -> tuple[tuple[str, str], ...]:
    """Role and name of one to three officers."""
    table = words("chinese" if language in ("zh", "tw") else "english")
    glue = "" if language in ("zh", "tw") else " "
    first, last = (table["family"], table["given"]) if glue == "" else (table["given"], table["family"])
    roles = table["roles"][: rng.randint(1, 3)]
    return tuple((role, f"{rng.choice(first)}{glue}{rng.choice(last)}") for role in roles)


def _ticker(number: int) -> str:
    letters = ""
    for _ in range(4):
        number, rest = divmod(number, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}Q"
