"""Parents, head offices and namesakes, told apart from "the same company": edges with evidence and grade.

What somebody states of a parent is taken at its word, unless the parent is a fund, a government or a bare holding (an
owner), or the company itself. What names tell: a branch belongs to the company whose name it carries; two full names of
one brand in different places or trades are siblings; a company on another's site that carries its name is below it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from accounts.account import Company
from accounts.family import EdgeKind, HierarchyEdge, StatedParent
from matchers.attributes import domains_of
from matchers.compare_rows import label_says
from matchers.names import Name, parse, without_brackets
from matchers.owners import owner_kind
from matchers.tables import regions, same_region

MOST = 24
"""Companies of one brand or one domain that are held against each other: more share a common word, or a host."""

_BRANCH = re.compile(r"\b(?:branch(?: office)?|representative office|rep office|regional office)\b")
_OWN = "names"
_GRADES = ((0.9, "A"), (0.75, "B"), (0.6, "C"), (0.4, "D"))


def grade_of(confidence: float) -> str:
    """A–E by how sure an edge is."""
    return next((grade for least, grade in _GRADES if confidence >= least), "E")


def hierarchy(companies: Sequence[Company], stated: Iterable[StatedParent] = ()) -> list[HierarchyEdge]:
    """All edges among some companies, and to the parents stated of them; one edge an account, other and kind."""
    named = [(company, parse(company.names[0] if company.names else "")) for company in companies]
    found = [*stated_edges(named, stated), *_branches(named), *_on_one_site(named)]
    above = {(e.account_id, e.other_id) for e in found} | {(e.other_id, e.account_id) for e in found}
    found += [e for e in _siblings(named) if (e.account_id, e.other_id) not in above]
    best: dict[tuple[str, str, EdgeKind], HierarchyEdge] = {}
    for edge in sorted(found, key=lambda e: -e.confidence):
        best.setdefault((edge.account_id, edge.other_id or edge.other_name, edge.kind), edge)
    return sorted(best.values(), key=lambda e: (e.account_id, -e.confidence, e.kind.value, e.other_name))


_Named = Sequence[tuple[Company, Name]]


def stated_edges(named: _Named, stated: Iterable[StatedParent]) -> Iterator[HierarchyEdge]:
    """Edges to stated parents, each to the account of that very name where there is exactly one."""
    by_core: dict[str, list[Company]] = defaultdict(list)
    own: dict[str, Name] = {}
    for company, name in named:
        own[company.id] = name
        for spelling in () if _branch_of(name) else company.names:
            core = parse(spelling).core
            if core and company not in by_core[core]:
                by_core[core].append(company)
    for said in stated:
        parent = parse(said.name)
        if not parent.script or (said.account_id in own and own[said.account_id].core == parent.core):
            continue
        accounts = [c for c in by_core.get(parent.core, ()) if c.id != said.account_id]
        owner = owner_kind(said.name)
        kind = EdgeKind.OWNER if owner else EdgeKind(said.field)
        words = f"“{said.passage or said.name}” ({said.source})"
        if owner:
            words += f"; a {owner} is an owner, no parent"
        yield HierarchyEdge(
            said.account_id, accounts[0].id if len(accounts) == 1 else None, said.name, kind,
            grade_of(said.confidence), words, said.source, round(said.confidence, 4),
        )  # fmt: skip


def _branches(named: _Named) -> Iterator[HierarchyEdge]:
    """Branches with the company whose name they carry."""
    heads: dict[str, list[tuple[Company, Name]]] = defaultdict(list)
    for company, name in named:
        if name.script and not _branch_of(name):
            heads[name.core].append((company, name))
    for company, name in named:
        said = _branch_of(name)
        others = heads.get(_head_core(name), ()) if said else ()
        if said and len(others) == 1:
            other, other_name = others[0]
            words = f"“{name.raw}” is a branch ({said}) of “{other_name.raw}”"
            yield _edge(company, other, other_name, EdgeKind.HEAD_OFFICE, 0.92, words)


def _branch_of(name: Name) -> str:
    """The words that make a name a branch's, or empty."""
    if name.han and name.han.branch:
        return name.han.branch
    found = _BRANCH.search(name.folded)
    return found.group() if found and name.latin else ""


def _head_core(name: Name) -> str:
    """The core of the name a branch carries."""
    if name.han and name.han.branch:
        return name.core
    bare = without_brackets(name.raw)
    pieces = [
        p
        for p in re.split(r"\s[-–—|]\s|,\s(?=[^,]*$)", bare)
        if p.strip() and not _BRANCH.search(p.casefold())
    ]
    if len(pieces) > 1 or (pieces and pieces[0] != bare):
        return parse(pieces[0]).core
    tail = name.latin.tail if name.latin else ()
    return name.latin.joined if name.latin and tail else ""


def _siblings(named: _Named) -> Iterator[HierarchyEdge]:
    """Two full Chinese names of one brand whose places or trades contradict each other."""
    by_brand: dict[str, list[tuple[Company, Name]]] = defaultdict(list)
    for company, name in named:
        if name.han and name.han.forms and len(name.han.brand) > 1 and not name.han.branch:
            by_brand[name.han.brand].append((company, name))
    for brand, group in by_brand.items():
        for at, (one, here) in enumerate(group[:MOST]):
            for other, there in group[at + 1 : MOST]:
                apart = _apart(here, there)
                if apart:
                    words = f"same brand {brand}; {apart}"
                    yield _edge(one, other, there, EdgeKind.SIBLING, 0.6, words)
                    yield _edge(other, one, here, EdgeKind.SIBLING, 0.6, words)


def _apart(here: Name, there: Name) -> str:
    """What keeps two full names of one brand apart, in words, or empty."""
    assert here.han and there.han
    ours, theirs = here.han, there.han
    if (
        ours.regions
        and theirs.regions
        and not any(same_region(a, b) for a in ours.regions for b in theirs.regions)
    ):
        called = regions().named
        return f"{called.get(ours.regions[0], '')} against {called.get(theirs.regions[0], '')}"
    if ours.trades and theirs.trades and not set("".join(ours.trades)) & set("".join(theirs.trades)):
        return f"{''.join(ours.trades)} against {''.join(theirs.trades)}"
    return ""


def _on_one_site(named: _Named) -> Iterator[HierarchyEdge]:
    """Companies on one site: below the one that the site is named for, where they carry its name and go on."""
    by_domain: dict[str, list[tuple[Company, Name]]] = defaultdict(list)
    for company, name in named:
        for domain in domains_of(company):
            by_domain[domain].append((company, name))
    for domain, group in by_domain.items():
        if not 2 <= len(group) <= MOST:
            continue
        for company, name in group:
            for other, there in group:
                if company.id != other.id and _goes_on(name, there) and label_says(other, other) >= 0.75:
                    words = f"both on {domain}; “{name.raw}” carries the name of “{there.raw}” and goes on"
                    yield _edge(company, other, there, EdgeKind.PARENT, 0.65, words)


def _goes_on(name: Name, parent: Name) -> bool:
    """The name begins with all words of the parent's and has more."""
    if name.latin and parent.latin:
        size = len(parent.latin.tokens)
        return len(name.latin.tokens) > size and name.latin.tokens[:size] == parent.latin.tokens
    if name.han and parent.han:
        return len(name.han.body) > len(parent.han.body) >= 2 and name.han.body.startswith(parent.han.body)
    return False


def _edge(
    company: Company, other: Company, there: Name, kind: EdgeKind, confidence: float, words: str
) -> HierarchyEdge:
    return HierarchyEdge(company.id, other.id, there.raw, kind, grade_of(confidence), words, _OWN, confidence)
