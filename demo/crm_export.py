"""The CRM's export of the world's companies: blanks, rot, junk, duplicates, and what people typed."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from demo.changes import Happening, happen
from demo.companies import Firm
from demo.lines import draw_line
from demo.words import dice
from demo.world import FIRST_NIGHT, World

#: Columns whose cells are judged against the truth; they bear the catalogue's names.
JUDGED = (
    "legal_name",
    "website",
    "phone",
    "email",
    "street",
    "city",
    "region",
    "postcode",
    "country",
    "industry",
    "employees",
    "founded",
    "uscc",
    "key_executives",
)
COLUMNS = ("id", "name", *JUDGED, "owner", "notes", "last_modified", "last_modified_by")
REPS = ("maria.lopez", "j.okafor", "王芳", "李强")
_COUNTRY = {
    "US": ("United States", "USA", "US"), "CA": ("Canada", "CA"), "GB": ("United Kingdom", "UK"), "DE": ("Germany", "DE"),
    "CN": ("中国", "China", "CN"), "TW": ("台灣", "Taiwan"),
}  # fmt: skip
_BLANK = {
    "legal_name": 0.7, "website": 0.01, "phone": 0.3, "email": 0.5, "street": 0.55, "city": 0.2, "region": 0.7, "postcode": 0.7,
    "country": 0.05, "industry": 0.6, "employees": 0.7, "founded": 0.85, "uscc": 0.8, "key_executives": 0.5,
}  # fmt: skip
#: Chance that what stands there is out of date, of what is not blank.
_ROT = {
    "phone": 0.14,
    "email": 0.06,
    "street": 0.07,
    "employees": 0.3,
    "legal_name": 0.02,
    "key_executives": 0.1,
}
_JUNK = {
    "phone": (0.03, ("n/a", "000", "12345", "TBC", "0000000000")),
    "email": (0.01, ("none", "n.a.", "see website")),
}
_TEST_ROWS = ("Test account", "asdf", "zzz DO NOT USE", "测试客户", "duplicate - delete")


@dataclass(slots=True)
class Row:
    """One CRM row. `number` is the company meant, None for junk. `typed` are the fields a person set, and when."""

    number: int | None
    cells: dict[str, str]
    typed: dict[str, datetime] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The row's key."""
        return self.cells["id"]


def export(world: World) -> list[Row]:
    """The rows before the first night: one a company, some twice, and some that are no company's."""
    rows: list[Row] = []
    for firm in world.firms():
        rng = dice(world.seed, "export", firm.number)
        rows.append(_row(world, firm, firm.id, rng))
        if rng.random() < 0.015:
            rows.append(_duplicate(world, firm, rng))
        if rng.random() < 0.01:
            rows.append(_junk(firm, rng))
    return rows


def write_csv(path: Path, rows: list[Row]) -> None:
    """Writes the export as UTF-8 CSV, as an export wizard does."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(row.cells for row in rows)


def read_csv(path: Path) -> dict[str, dict[str, str]]:
    """The rows of the export as they stand now, by id."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def _row(world: World, firm: Firm, key: str, rng: Random) -> Row:
    past = outdated(firm, world.seed)
    cells = dict.fromkeys(COLUMNS, "")
    cells |= {
        "id": key,
        "name": _called(firm, rng),
        "owner": rng.choice(REPS),
        "notes": rng.choice(("", "", "met at fair", "老客户")),
    }
    for name in JUDGED:
        if rng.random() >= _BLANK[name]:
            cells[name] = _cell(name, firm, past, rng)
    return _provenance(Row(firm.number, cells), rng)


def _cell(name: str, firm: Firm, past: Firm, rng: Random) -> str:
    """What stands in a cell that is not blank: junk, what was once true, or the truth in some notation."""
    chance, junk = _JUNK.get(name, (0.0, ()))
    if rng.random() < chance:
        return rng.choice(junk)
    if name == "website" and firm.old_domains and rng.random() < 0.6:
        return firm.old_domains[0]
    return typed_value(name, past if rng.random() < _ROT.get(name, 0.0) else firm, rng)


def typed_value(name: str, firm: Firm, rng: Random) -> str:
    """A field of a company as somebody writes it into a CRM."""
    place = firm.place
    values = {
        "legal_name": firm.naming.legal_name, "website": rng.choice(("{}", "www.{}", "https://www.{}/", "http://{}")).format(firm.domain),
        "phone": firm.phone.printed(rng.randrange(42)), "email": firm.email, "street": firm.district + firm.street,
        "city": place.city.removesuffix("市") if rng.random() < 0.5 else place.city, "region": place.region,
        "postcode": place.postcode, "country": rng.choice(_COUNTRY[firm.country]), "industry": firm.industry,
        "employees": str(firm.employees), "founded": str(firm.founded), "uscc": firm.uscc, "key_executives": _officers(firm, rng),
    }  # fmt: skip
    return values[name]


def _officers(firm: Firm, rng: Random) -> str:
    """The officers as somebody types them: all or the first, in one of the usual forms."""
    some = firm.officers[: rng.randint(1, len(firm.officers))]
    form = rng.choice(("{0}, {1}", "{0}, {1}", "{0} ({1})", "{1}: {0}"))
    return "; ".join(form.format(person, role) for role, person in some)


def outdated(firm: Firm, seed: int) -> Firm:
    """The company as it was years ago: another line, mailbox, street, headcount, legal name, other officers."""
    past = firm
    for kind in (
        Happening.NEW_PHONE,
        Happening.NEW_MAILBOX,
        Happening.MOVED,
        Happening.HEADCOUNT,
        Happening.RENAMED,
        Happening.EXECUTIVE,
    ):
        past = happen(past, kind, seed, -1, firm.number + 2)
    return past


def knows_better(firm: Firm, name: str, rng: Random) -> str:
    """What a rep heard on the phone and no page says: valid, and not to be touched."""
    if name == "phone":
        return draw_line(firm.place, rng).printed(rng.randrange(42))
    if name == "email":
        return f"{rng.choice(('office', 'hq', 'orders'))}@{firm.domain}"
    if name == "employees":
        return str(firm.employees + rng.randint(3, 90))
    return typed_value(name, outdated(firm, rng.randrange(10**6)), rng)


def _called(firm: Firm, rng: Random) -> str:
    """The account's name: the legal name, the trading name, seldom with a slip of the finger."""
    name = firm.naming.legal_name if rng.random() < 0.6 else firm.naming.name
    if rng.random() < 0.03 and len(name) > 8 and not firm.chinese:
        at = rng.randrange(2, len(name) - 2)
        name = name[:at] + name[at + 1 :]
    return name.upper() if rng.random() < 0.02 else name


def _provenance(row: Row, rng: Random) -> Row:
    """When the record was last changed, and by whom; a person's hand covers all that stands there."""
    roll = rng.random()
    if roll < 0.5:
        when, who = (
            FIRST_NIGHT - timedelta(days=rng.randint(760, 1500), minutes=rng.randrange(1440)),
            "import",
        )
    elif roll < 0.65:
        when, who = FIRST_NIGHT - timedelta(days=rng.randint(20, 170), minutes=rng.randrange(1440)), "import"
    elif roll < 0.8:
        when, who = (
            FIRST_NIGHT - timedelta(days=rng.randint(760, 1200), minutes=rng.randrange(1440)),
            rng.choice(REPS),
        )
    elif roll < 0.93:
        when, who = (
            FIRST_NIGHT - timedelta(days=rng.randint(2, 120), minutes=rng.randrange(1440)),
            rng.choice(REPS),
        )
        row.typed = {name: when for name in JUDGED if row.cells[name]}
    else:
        return row
    stamp(row, when, who)
    return row


def stamp(row: Row, when: datetime, who: str) -> None:
    """Notes on the record who changed it last, as the CRM does."""
    row.cells["last_modified"] = when.strftime("%Y-%m-%dT%H:%M:%SZ")
    row.cells["last_modified_by"] = who


def _duplicate(world: World, firm: Firm, rng: Random) -> Row:
    """The same company once more, entered by somebody who did not look."""
    row = _row(world, firm, firm.id.replace("W", "X"), rng)
    row.cells["name"] = row.cells["name"].replace(",", "").replace(".", "").lower()
    return row


def _junk(firm: Firm, rng: Random) -> Row:
    cells = dict.fromkeys(COLUMNS, "")
    cells |= {
        "id": firm.id.replace("W", "Z"),
        "name": rng.choice(_TEST_ROWS),
        "phone": rng.choice(("", "555-1234")),
    }
    return Row(None, cells)
