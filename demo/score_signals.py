"""Counts, against what was planted, the stories that nights told: at the right account, of the right kind, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from demo.boards import surges_on
from demo.companies import Firm
from demo.crm_export import Row
from demo.score import Share
from demo.sites import Condition
from demo.telling import Telling
from demo.world import PAPERS_READ, World

#: Account, class, night of the event: one event.
Key = tuple[str, str, int]
#: An event counts as found when it is told by the second night after it could be read.
WITHIN = 2
_STANDS = frozenset({"asserted", "planned", "rumoured"})
#: Signals of the boards and of registers; told apart from what papers and newsrooms tell.
_BOARDS = frozenset({"hiring_surge", "hiring_drop"})
_UNPLANTED = frozenset({"technology_first_mention"})
#: What the world's filings say, whatever papers tell: quarterly results.
_FILED = {"edgar": frozenset({"financial_results"})}


@dataclass
class SignalScorer:
    """Follows the nights of one world. `told` counts stories that are right, `found` planted events told in time."""

    world: World
    told: Share = field(default_factory=Share)
    found: Share = field(default_factory=Share)
    hiring: Share = field(default_factory=Share)
    twice: int = 0
    wrong: list[tuple[int, str, str, str, str]] = field(default_factory=list)
    missed: list[tuple[int, str, str, str]] = field(default_factory=list)
    _wanted: dict[Key, tuple[int, str]] = field(default_factory=dict)
    _seen: dict[Key, str] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)

    def expect(self, rows: Iterable[Row]) -> None:
        """Notes, before a night, which events its sources show for which rows."""
        for row in rows:
            if row.number is None:
                continue
            self._numbers[row.id] = row.number
            firm = self.world.firm(row.number)
            for telling in self.world.tellings(firm):
                key = (row.id, telling.event_class or "", telling.event_night)
                if telling.event_class and key not in self._seen and self._shows(row, firm, telling):
                    self._wanted.setdefault(key, (self.world.night + WITHIN - 1, telling.title))

    def _shows(self, row: Row, firm: Firm, telling: Telling) -> bool:
        """True where the row leads to the text: by its website to the newsroom, by its name to the papers of these days."""
        if telling.night > self.world.night:
            return False
        if telling.own:
            site = self.world.site(firm)
            recent = telling.night * self.world.days_apart > self.world.night * self.world.days_apart - 45
            return (
                site.feed
                and site.condition is Condition.OK
                and firm.domain in row.cells["website"]
                and recent
            )
        if firm.number >= PAPERS_READ:
            return False
        name = row.cells["name"].casefold()
        return telling.night > self.world.night - 10 and name in (
            firm.naming.name.casefold(), firm.naming.legal_name.casefold()
        )  # fmt: skip

    def judge(self, stories: Iterable[Mapping[str, Any]], run_id: str) -> None:
        """Counts the stories that a run told first; `stories` are rows of `story`."""
        for story in stories:
            if story["first_run_id"] == run_id and story["status"] in _STANDS:
                self._judge(story)
        for key, (by, title) in list(self._wanted.items()):
            if key in self._seen or self.world.night >= by:
                del self._wanted[key]
                self.found.add(key in self._seen)
                if key not in self._seen:
                    self.missed.append((self.world.night, key[0], key[1], title))
                    self._seen[key] = ""

    def _judge(self, story: Mapping[str, Any]) -> None:
        name, account = story["event_class"], story["account_id"]
        if name in _UNPLANTED or any(name in _FILED.get(source, ()) for source in story["sources"]):
            return
        number = self._numbers.get(account)
        if name in _BOARDS:
            right = number is not None and name == "hiring_surge" and surges_on(self.world, number)
            self.hiring.add(right)
        else:
            key = self._key(account, number, story)
            right = key is not None
            self.told.add(right)
            if key is not None:
                self.twice += bool(self._seen.get(key))
                self._seen[key] = story["id"]
        if not right:
            self.wrong.append((self.world.night, account, name, story["title"], story["because"] or ""))

    def _key(self, account: str, number: int | None, story: Mapping[str, Any]) -> Key | None:
        """The planted event a story tells, by its very words; None for one that was never planted there."""
        if number is None:
            return None
        for telling in self.world.tellings(self.world.firm(number)):
            if telling.title == story["title"] and telling.event_class == story["event_class"]:
                return account, telling.event_class or "", telling.event_night
        return None
