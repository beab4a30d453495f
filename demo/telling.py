"""What newsrooms and trade papers of the world tell, with the truth beside it: planted events, and texts that only look like one.

The same event is told by the company and by the paper of its language, in other words and on other days: it is one event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from random import Random
from xml.sax.saxutils import escape

from demo.changes import Event, Happening
from demo.companies import Firm, Standing, draw_officers
from demo.words import dice, places, words

#: Events are planted from so many nights before the first.
NIGHTS_BEFORE = 20
#: Chance that something worth telling happens to a company in one night, and that something is told that only looks like it.
_CHANCE, _TRAP = 0.02, 0.03
_CLASSES = (
    "funding", "ipo", "m_and_a", "executive_change", "layoff", "expansion_investment", "partnership_or_contract",
    "product_launch", "financial_results", "legal_regulatory", "bankruptcy", "marketing_event",
)  # fmt: skip
#: Changes of the world that newsrooms tell of, as the class of event that is.
TOLD_CHANGES = {
    Happening.EXECUTIVE: "executive_change",
    Happening.MOVED: "relocation",
    Happening.RENAMED: "renaming",
}
TRADE_FEEDS = {"en": "https://trade-herald.example/feed.xml", "zh": "https://hangye-bao.example/rss.xml"}


@dataclass(frozen=True, slots=True)
class Telling:
    """One text: `event_class` is None for one that tells of no event of the company's. `night` is when it appears.

    `event_night` is the night of the event, which tells events of one class apart.
    """

    number: int
    event_class: str | None
    event_night: int
    night: int
    own: bool
    title: str
    text: str


def tellings_of(seed: int, firm: Firm, until: int, changes: Iterable[Event]) -> list[Telling]:
    """Everything told of a company until a night, oldest first."""
    told: list[Telling] = []
    last: dict[str, int] = {}
    for night in range(-NIGHTS_BEFORE, until + 1):
        rng = dice(seed, "telling", firm.number, night)
        if rng.random() < _CHANCE:
            name = rng.choice(_CLASSES)
            if (
                night - last.get(name, -99) > 12
            ):  # the same kind of thing again so soon is the same thing to a reader
                last[name] = night
                told += _event(rng, firm, name, night)
        if rng.random() < _TRAP:
            told += _trap(rng, firm, night)
    newest = {event.kind: event for event in changes if event.kind in TOLD_CHANGES and event.night <= until}
    for event in newest.values():
        told += _change(firm, event)
    return sorted((t for t in told if t.night <= until), key=lambda t: (t.night, t.title))


def _event(rng: Random, firm: Firm, name: str, night: int) -> Iterator[Telling]:
    table, slots = words("tellings")[_lang(firm)][name], _slots(rng, firm)
    where = [place for place in ("own", "trade") if place in table]
    both = len(where) == 2 and rng.random() < 0.5
    for place in where if both else [rng.choice(where)]:
        title, text = rng.choice(table[place])
        later = rng.randint(1, 4) if both and place == "trade" else 0
        yield Telling(
            firm.number,
            name,
            night,
            night + later,
            place == "own",
            title.format(**slots),
            text.format(**slots),
        )


def _trap(rng: Random, firm: Firm, night: int) -> Iterator[Telling]:
    table, slots = words("tellings")[_lang(firm)]["traps"], _slots(rng, firm)
    place = rng.choice(("own", "trade"))
    title, text = rng.choice(table[place])
    yield Telling(
        firm.number, None, night, night, place == "own", title.format(**slots), text.format(**slots)
    )


def _change(firm: Firm, event: Event) -> Iterator[Telling]:
    """What the newsroom writes of a change of the world: new officers, new premises, a new name."""
    name = TOLD_CHANGES[event.kind]
    if name == "renaming" and not firm.old_names:
        return
    role, person = firm.officers[0]
    slots = {
        "name": firm.naming.name,
        "person": person,
        "role": role,
        "city": firm.place.city,
        "old": (firm.old_names or ("",))[-1],
    }
    title, text = words("news")[_lang(firm)][name]
    yield Telling(
        firm.number, name, event.night, event.night, True, title.format(**slots), text.format(**slots)
    )


def _slots(rng: Random, firm: Firm) -> dict[str, object]:
    lang = _lang(firm)
    role, person = draw_officers(firm.language, rng)[0]
    return {
        "name": firm.naming.name, "person": person, "role": role, "city": rng.choice(places(firm.country)).city,
        "other": rng.choice(words("tellings")["others"][lang]), "money": rng.choice(words("tellings")["money"][lang]),
        "count": rng.randint(3, 40) * 10, "product": rng.choice(words("tellings")["products"][lang]),
    }  # fmt: skip


def _lang(firm: Firm) -> str:
    return "zh" if firm.chinese else "en"


def feed_of(told: Iterable[Telling], title: str, base: str, first_night: datetime, days_apart: int) -> bytes:
    """An RSS 2.0 feed of tellings, newest first; addresses and dates stay what they were."""
    items = []
    for t in sorted(told, key=lambda t: (-t.night, t.title)):
        at = first_night + timedelta(days=t.night * days_apart, hours=-9)
        url = f"{base}/news/{at:%Y%m%d}-{t.number}-{dice(t.title).randrange(10**6)}"
        items.append(
            f"<item><title>{escape(t.title)}</title><link>{url}</link><guid>{url}</guid>"
            f"<pubDate>{format_datetime(at)}</pubDate><description>{escape(t.text)}</description></item>"
        )
    head = f"<title>{escape(title)}</title><link>{base}/</link><description>News</description>"
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode()


def is_told(firm: Firm) -> bool:
    """True for a company that still writes and is written about."""
    return firm.standing is Standing.ACTIVE
