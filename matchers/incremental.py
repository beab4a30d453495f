"""Clusters kept up to date: one record joins, founds or unites clusters in milliseconds, and all of it can be undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from accounts.account import Company
from accounts.clock import Clock
from accounts.cluster import ClusterEvent, ClusterEventKind, Move
from accounts.errors import ConfigError
from accounts.protocols import ClusterLog
from matchers.attributes import domains_of
from matchers.clusters import dedupe
from matchers.index import NameIndex
from matchers.membership import Membership
from matchers.model import probability
from matchers.names import parse
from matchers.pairs import PairMatcher
from matchers.weighing import UNLIKE, added, place_of

JOIN = 0.9
"""Probability from which a record joins a cluster by itself."""

_LIKELIEST = 20
_SHARED = 50
"""Records with one domain, phone or number beyond which it tells nobody apart."""


class Clusters:
    """The clusters of a growing table, with stable ids, kept in a log.

    The log's events are replayed; `companies` are the records it speaks of. A merge keeps the older cluster's id.
    """

    def __init__(
        self,
        log: ClusterLog,
        clock: Clock,
        companies: Iterable[Company] = (),
        *,
        by: str = "matcher",
        matcher: PairMatcher | None = None,
    ) -> None:
        self._log, self._clock, self._by = log, clock, by
        self.state = Membership(log.events())
        self._companies = {c.id: c for c in companies}
        self._matcher = matcher or PairMatcher()
        self._index = NameIndex((c.id, n) for c in self._companies.values() for n in c.names[:4])
        self._shared: dict[str, list[str]] = defaultdict(list)
        for company in self._companies.values():
            self._remember(company)

    def start(
        self, companies: Sequence[Company], labels: Sequence[tuple[str, float]] | None = None
    ) -> ClusterEvent:
        """Groups a whole table at once, as the first event of an empty log; `labels` are those of `dedupe` where they are known."""
        if self.state.events:
            raise ConfigError("The log of clusters has begun.", remedy="Add records one by one.")
        ids: dict[str, str] = {}
        moves = []
        for company, (cluster, _) in zip(companies, labels or dedupe(companies), strict=True):
            moves.append(Move(company.id, None, ids.setdefault(cluster, "") or self._name(ids, cluster)))
        event = self._note(ClusterEventKind.START, moves, "the whole table was grouped")
        self._index = NameIndex((c.id, n) for c in companies for n in c.names[:4])
        for company in companies:
            self._companies[company.id] = company
            self._remember(company)
        return event

    def _name(self, ids: dict[str, str], cluster: str) -> str:
        ids[cluster] = self.state.new_id()
        return ids[cluster]

    def add(self, company: Company) -> list[ClusterEvent]:
        """Takes one record in: it founds a cluster, joins one, or joins and unites several that it belongs to."""
        if company.id in self.state.cluster_of:
            return []
        links = self._links(company)
        if company.id not in self._companies:
            for name in company.names[:4]:
                self._index.add(company.id, name)
            self._companies[company.id] = company
            self._remember(company)
        open_to = [(c, chance, other) for c, chance, other in links if self._may_join(company.id, c)]
        if not open_to:
            cluster = self.state.new_id()
            return [
                self._note(
                    ClusterEventKind.CREATE, [Move(company.id, None, cluster)], "no record is alike enough"
                )
            ]
        cluster, chance, other = open_to[0]
        joined = self._note(
            ClusterEventKind.JOIN,
            [Move(company.id, None, cluster)],
            f"same company as {other}",
            chance,
            (company.id, other),
        )
        return [joined, *self._unite(company.id, open_to[1:], joined.seq)]

    def place(self, record: str, alike: Iterable[str], chance: float) -> ClusterEvent:
        """Puts a new record where a table as a whole was grouped: into the oldest cluster of records it was grouped with."""
        mates = sorted((_age(self.state.cluster_of[r]), r) for r in alike if r in self.state.cluster_of)
        for _, mate in mates:
            cluster = self.state.cluster_of[mate]
            if self._may_join(record, cluster):
                moves = [Move(record, None, cluster)]
                return self._note(
                    ClusterEventKind.JOIN, moves, f"grouped with {mate}", chance, (record, mate)
                )
        return self._note(
            ClusterEventKind.CREATE, [Move(record, None, self.state.new_id())], "no record is alike enough"
        )

    def _may_join(self, record: str, cluster: str) -> bool:
        return self.state.kept_apart([record], self.state.members[cluster]) is None

    def _unite(
        self, record: str, others: Sequence[tuple[str, float, str]], cause: int
    ) -> Iterator[ClusterEvent]:
        for cluster, chance, other in others:
            here = self.state.cluster_of[record]
            if (
                cluster not in self.state.members
                or cluster == here
                or frozenset((here, cluster)) in self.state.held
            ):
                continue
            if self.state.kept_apart(self.state.members[here], self.state.members[cluster]):
                continue
            yield self._merge(here, cluster, f"{record} belongs to both", chance, (record, other), cause)

    def _merge(
        self, one: str, other: str, reason: str, chance: float | None, pair: tuple[str, str], cause: int
    ) -> ClusterEvent:
        kept, gone = sorted((one, other), key=_age)
        moves = [Move(r, gone, kept) for r in sorted(self.state.members[gone])]
        return self._note(ClusterEventKind.MERGE, moves, reason, chance, pair, cause)

    def judge(self, a: str, b: str, verdict: ClusterEventKind, *, by: str) -> list[ClusterEvent]:
        """A steward's word on two records (same, different or unsure), and what follows from it.

        Raises ConfigError where it contradicts what earlier judgements together say, or a record is unknown.
        """
        for record in (a, b):
            if record not in self.state.cluster_of:
                raise ConfigError(f"No cluster holds a record {record!r}.", remedy="Add it first.")
        told = self.state.said(a, b)
        if {told, verdict} == {ClusterEventKind.SAME, ClusterEventKind.DIFFERENT}:
            raise ConfigError(
                f"{a} and {b} cannot be {verdict.value}: earlier judgements make them {told.value if told else ''}.",
                remedy="Take the earlier judgement back first.",
            )
        said = self._note(verdict, [], f"{by} said so", None, (a, b), by=by)
        here, there = self.state.cluster_of[a], self.state.cluster_of[b]
        if verdict is ClusterEventKind.SAME and here != there:
            return [said, self._join(a, b, said.seq, by)]
        if verdict is ClusterEventKind.DIFFERENT and here == there:
            return [said, self._split(here, a, b, said.seq)]
        return [said]

    def hold_together(self) -> list[ClusterEvent]:
        """Brings together again what standing words call the same and the taking back of other events has parted."""
        done = []
        for event in [*self.state.events.values()]:
            if event.kind is ClusterEventKind.SAME and event.pair and event.seq not in self.state.undone:
                a, b = event.pair
                if self.state.cluster_of.get(a) != self.state.cluster_of.get(b):
                    done.append(self._join(a, b, event.seq, event.by))
        return done

    def _join(self, a: str, b: str, cause: int, by: str) -> ClusterEvent:
        """One cluster for two records that are the same; of two clusters that are kept apart only for what is surely the same."""
        here, there = self.state.cluster_of[a], self.state.cluster_of[b]
        if self.state.kept_apart(self.state.members[here], self.state.members[there]):
            return self._gather(a, b, cause, by)
        return self._merge(here, there, f"{by} said so", 1.0, (a, b), cause)

    def _gather(self, a: str, b: str, cause: int, by: str) -> ClusterEvent:
        """Brings all that is surely the same as two records together, and leaves behind whom a judgement keeps apart from it."""
        same = self.state.surely_same(a)
        for home in (self.state.cluster_of[a], self.state.cluster_of[b], self.state.new_id()):
            others = self.state.members.get(home, set()) - same
            if self.state.kept_apart(same, others) is None:
                break
        homes = {record: self.state.cluster_of.get(record) for record in sorted(same)}
        moves = [Move(record, before, home) for record, before in homes.items() if before not in (None, home)]
        return self._note(ClusterEventKind.MERGE, moves, f"{by} said so", 1.0, (a, b), cause)

    def _split(self, cluster: str, a: str, b: str, cause: int) -> ClusterEvent:
        """Parts a cluster: what is surely the same stays together, all others go with whom they are more like."""
        with_a, with_b = self.state.surely_same(a), self.state.surely_same(b)
        members = self.state.members[cluster]
        going = {b}
        for record in members - {a, b}:
            sure = self.state.surely_same(record)
            if sure & with_b or (not sure & with_a and self._chance(record, b) > self._chance(record, a)):
                going.add(record)
        new = self.state.new_id()
        moves = [Move(r, cluster, new) for r in sorted(going & members)]
        return self._note(ClusterEventKind.SPLIT, moves, f"{a} and {b} are different", None, (a, b), cause)

    def part(self, record: str, reason: str, *, by: str) -> ClusterEvent:
        """Lets a record that is in no cluster found one of its own, whatever it is like."""
        return self._note(ClusterEventKind.CREATE, [Move(record, None, self.state.new_id())], reason, by=by)

    def undo(self, seq: int, *, by: str) -> list[ClusterEvent]:
        """Takes an event back, after all that followed from it. Clusters have the ids again that they had."""
        self.state.taking_back(seq)
        done = [event for later in self.state.followed(seq) for event in self.undo(later, by=by)]
        moves = self.state.taking_back(seq)
        done.append(self._note(ClusterEventKind.UNDO, moves, f"{by} took it back", cause=seq, by=by))
        return done

    def _note(
        self,
        kind: ClusterEventKind,
        moves: Sequence[Move],
        reason: str,
        chance: float | None = None,
        pair: tuple[str, str] | None = None,
        cause: int | None = None,
        *,
        by: str = "",
    ) -> ClusterEvent:
        probability_ = None if chance is None else round(chance, 4)
        event = ClusterEvent(
            self.state.next_seq,
            kind,
            tuple(moves),
            self._clock.now(),
            by or self._by,
            reason,
            probability_,
            pair,
            cause,
        )
        self._log.append([event])
        self.state.take(event)
        return event

    def _links(self, company: Company) -> list[tuple[str, float, str]]:
        """The clusters a record belongs to: id, probability and the record that says so, surest first."""
        best: dict[str, tuple[float, str]] = {}
        for other in self._alike(company):
            chance = self._weigh(company, self._companies[other])
            cluster = self.state.cluster_of.get(other)
            if cluster and chance >= JOIN and chance > best.get(cluster, (0.0, ""))[0]:
                best[cluster] = (chance, other)
        return sorted(
            ((c, chance, other) for c, (chance, other) in best.items()), key=lambda f: (-f[1], _age(f[0]))
        )

    def _alike(self, company: Company) -> set[str]:
        found = {record for n in company.names[:4] for record, _, _ in self._index.search(n, _LIKELIEST)}
        for key in _shared_keys(company):
            found.update(self._shared.get(key, [])[:_SHARED])
        return found - {company.id}

    def _remember(self, company: Company) -> None:
        for key in _shared_keys(company):
            self._shared[key].append(company.id)

    def _chance(self, one: str, other: str) -> float:
        here, there = self._companies.get(one), self._companies.get(other)
        return self._weigh(here, there) if here and there else 0.0

    def _weigh(self, one: Company, other: Company) -> float:
        names = [(parse(a), parse(b)) for a in one.names[:4] for b in other.names[:4]]
        score = float(max(self._matcher.scores(names))) if names else -6.0
        more = added(one, other, place_of(one), place_of(other))
        total = score + (0.0 if more > 0 and score < UNLIKE else more)
        return float(probability(total))  # type: ignore[arg-type]


def _shared_keys(company: Company) -> set[str]:
    keys = {f"d{d}" for d in domains_of(company)}
    keys |= {
        f"p{digits[-8:]}" for p in company.phones if len(digits := "".join(c for c in p if c.isdigit())) >= 7
    }
    return keys | {f"n{n.upper()}" for n in company.identifiers.values() if n}


def _age(cluster: str) -> tuple[int, str]:
    """Older clusters first; ids count up."""
    return (int(cluster[1:]) if cluster[1:].isdigit() else 0, cluster)
