"""The accounts a simulated CRM starts with: companies of the invented world, some cells blank, some out of date, some typed by people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from demo.companies import found_company
from demo.lines import draw_line
from demo.simulate.org import HUMAN, MACHINE

#: Chance that a cell is blank, and that what stands there is out of date.
_BLANK = {
    "phone": 0.35,
    "website": 0.05,
    "street": 0.5,
    "city": 0.2,
    "postcode": 0.5,
    "employees": 0.6,
    "industry": 0.6,
}
_OLD = 0.15
_TYPED = 0.2


@dataclass(frozen=True, slots=True)
class Start:
    """One account by catalogue field; `by` is who last touched it."""

    number: int
    values: Mapping[str, str]
    by: str


def start_accounts(count: int, seed: int = 7) -> Iterator[Start]:
    """`count` accounts, the same for the same seed. Values are texts in common formats; blanks are left out."""
    for number in range(1, count + 1):
        rng = Random(f"{seed}/{number}")
        firm = found_company(seed, number)
        line = draw_line(firm.place, rng) if rng.random() < _OLD else firm.phone
        values = {
            "name": firm.naming.name, "phone": line.printed(rng.randrange(4)), "website": f"https://www.{firm.domain}/",
            "street": firm.street, "city": firm.place.city, "country": firm.country, "employees": str(firm.employees),
            "industry": firm.industry, "description": f"{firm.naming.name}, {firm.industry}.",
        }  # fmt: skip
        kept = {name: text for name, text in values.items() if text and rng.random() >= _BLANK.get(name, 0.0)}
        yield Start(number, kept, HUMAN if rng.random() < _TYPED else MACHINE)
