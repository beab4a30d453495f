"""The matcher's answer for one account: the best of a source's candidates, how sure, and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from accounts.account import Company
from accounts.link import Candidate, Link, LinkDecision
from accounts.protocols import Judgements, NoJudgements
from matchers import compare_rows
from matchers.attributes import Evidence, compare_attributes
from matchers.linking import ALONE, BEST, TIE, fixed_weights
from matchers.model import load_block, probability, version
from matchers.names import parse
from matchers.pairs import NOTHING, PairMatcher, route_of

ACCEPT, REVIEW = 0.95, 0.35
MARGIN = 1.5
"""Log-odds the best candidate must lead the runner-up by, to be accepted."""

_NOBODY = NoJudgements()
_NAMES = 12
_CITY_RARITY = 0.6
"""How telling a shared city is when no table says how many companies sit there."""

_RIGHT_LEAD = 1.2
"""The lead over the record's other suitors, who are not known when one account is matched alone."""

_STATED = 6.0


@dataclass(frozen=True, slots=True)
class Scored:
    """One candidate with all that speaks for and against it; `weight` is the sum in log-odds."""

    candidate: Candidate
    evidence: tuple[Evidence, ...]
    weight: float

    @property
    def probability(self) -> float:
        """The logistic of the weight, before rivals are considered."""
        return float(probability(np.array([self.weight]))[0])

    def grade(self, attribute: str) -> str | None:
        """The grade of one attribute, or None where it had no say."""
        return next((e.grade for e in self.evidence if e.attribute == attribute), None)


def compare_names(left: Sequence[str], right: Sequence[str]) -> tuple[Evidence, float] | None:
    """The say of the best pair of names with its log-odds, or None where either side has none to compare."""
    parsed = [(parse(a), parse(b)) for a in left[:_NAMES] for b in right[:_NAMES]]
    pairs = [(a, b) for a, b in parsed if route_of(a, b)]
    if not pairs:
        return None
    scores = _matcher().scores(pairs)
    same = [a.full == b.full for a, b in pairs]
    at = max(range(len(pairs)), key=lambda n: (same[n], scores[n]))
    a, b = pairs[at]
    said = _matcher().answers([(a, b)])[0]
    grade = "A" if same[at] and a.forms else max(said.grade, "B")
    return Evidence("name", float(scores[at]), grade, said.reason), float(scores[at])


@cache
def _matcher() -> PairMatcher:
    return PairMatcher()


def score(company: Company, candidate: Candidate, names: Sequence[str]) -> Scored:
    """All that speaks for and against one candidate, weighed by the shipped model."""
    name = compare_names(names, candidate.company.names)
    others = compare_attributes(company, candidate.company)
    values = compare_rows.features(
        company, candidate.company, name[1] if name else NOTHING, others, _CITY_RARITY
    )
    weight = float(load_block("rows", compare_rows.FEATURES).scores(np.array([values]))[0]) + fixed_weights(
        others
    )
    weight += TIE * name[1] if name else 0.0
    evidence = [*([name[0]] if name else []), *others]
    if candidate.stated:
        evidence.append(Evidence("stated", _STATED, "A", "the account itself names this record"))
        weight += _STATED
    return Scored(candidate, tuple(evidence), weight)


def link_account(
    company: Company,
    candidates: Sequence[Candidate],
    *,
    account_id: str,
    source: str,
    judgements: Judgements = _NOBODY,
    denied: Collection[str] = (),
) -> Link | None:
    """The best candidate with probability, decision, grades, reason and runner-up; None without candidates.

    What a steward or a confirmed match has judged overrides everything else; `denied` are cores of names that the account
    is said not to bear.
    """
    names = (*company.names, *judgements.aliases(account_id))
    allowed = []
    for candidate in candidates:
        judged = judgements.judged(account_id, source, candidate.company.id)
        if judged:
            return _judged(score(company, candidate, names), account_id, source)
        if judged is None and not _is_denied(candidate, denied):
            allowed.append(candidate)
    ranked = sorted(
        (score(company, c, names) for c in allowed), key=lambda s: (-s.weight, s.candidate.company.id)
    )
    if not ranked:
        return _all_denied(company, candidates, names, account_id, source)
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    chance = chance_of(best, second)
    decision, why = decide(best, second, chance)
    return _link(best, second, (chance, decision, why), account_id, source)


def _is_denied(candidate: Candidate, denied: Collection[str]) -> bool:
    """Every name of the record is one that a steward said the account does not bear."""
    names = candidate.company.names if denied else ()
    return bool(names) and all(parse(name).core in denied for name in names)


def chance_of(best: Scored, second: Scored | None) -> float:
    """Calibrated probability that the best candidate is right, given its lead over the runner-up."""
    lead = best.weight - second.weight if second else ALONE
    values = np.array([(best.weight, lead, _RIGHT_LEAD)])
    return float(probability(load_block("best", BEST).scores(values))[0])


def decide(best: Scored, second: Scored | None, chance: float) -> tuple[LinkDecision, str]:
    """Accept, review or reject the best candidate, and the rule in words where one bound it."""
    if best.candidate.stated:
        return _decide_stated(best)
    name = best.grade("name")
    proof = {best.grade("domain"), best.grade("identifier"), best.grade("phone")} & {"A"}
    if chance < REVIEW and not proof and name != "A":
        return LinkDecision.REJECT, ""
    doubt = _doubt(best, second, name, bool(proof))
    if doubt is not None:
        return LinkDecision.REVIEW, doubt
    return LinkDecision.ACCEPT, ""


def _doubt(best: Scored, second: Scored | None, name: str | None, proof: bool) -> str | None:
    """Why the best candidate is not accepted, or None."""
    contradicted = [
        said.attribute for said in best.evidence if said.grade == "F" and said.attribute != "name"
    ]
    if best.grade("identifier") == "F":
        return "its number contradicts the account's"
    if second is not None and best.weight - second.weight < MARGIN and not _proven(best, second):
        return f"little apart from the runner-up {_called(second.candidate.company)}"
    if proof and (name in (None, "F") or "country" in contradicted) and best.grade("identifier") != "A":
        return "the domain agrees, the name or the country does not"
    if not proof and name != "A":
        return "the name alone is no proof"
    if not proof and contradicted:
        return f"{' and '.join(contradicted)} contradicted"
    return None


def _proven(best: Scored, second: Scored) -> bool:
    """The best has a proof the runner-up lacks, or the same full name where the runner-up has another."""
    for attribute in ("identifier", "domain", "name"):
        if best.grade(attribute) == "A" and second.grade(attribute) != "A":
            return True
    return False


def _decide_stated(best: Scored) -> tuple[LinkDecision, str]:
    """A record the account itself names is accepted unless its name and something else contradict the account."""
    against = [said for said in best.evidence if said.grade == "F" and said.attribute != "region"]
    if best.grade("name") == "F" and len(against) > 1:
        return LinkDecision.REVIEW, "the account names it, yet it contradicts the account"
    if best.grade("identifier") == "F":
        return LinkDecision.REVIEW, "the account names it, yet its number is another"
    return LinkDecision.ACCEPT, ""


def _called(company: Company) -> str:
    return f"“{company.names[0]}”" if company.names else company.id


def _reason(scored: Scored, why: str) -> str:
    says = sorted(scored.evidence, key=lambda e: -abs(e.weight))
    return "; ".join([*([why] if why else []), *(e.words for e in says)]) or "nothing in common to compare"


def _link(
    best: Scored,
    second: Scored | None,
    outcome: tuple[float, LinkDecision, str],
    account_id: str,
    source: str,
) -> Link:
    chance, decision, why = outcome
    if decision is LinkDecision.ACCEPT:
        chance = max(chance, ACCEPT)
    beaten = round(min(second.probability, 1 - chance), 4) if second else None
    return Link(
        account_id=account_id, source=source, record_id=best.candidate.company.id, probability=round(chance, 4),
        decision=decision, reason=_reason(best, why), grades={e.attribute: e.grade for e in best.evidence},
        runner_up_id=second.candidate.company.id if second else None, runner_up_probability=beaten, model=version(),
    )  # fmt: skip


def _judged(scored: Scored, account_id: str, source: str) -> Link:
    return Link(
        account_id=account_id, source=source, record_id=scored.candidate.company.id, probability=1.0,
        decision=LinkDecision.ACCEPT, reason=_reason(scored, "judged the same company before"),
        grades={e.attribute: e.grade for e in scored.evidence}, model=version(),
    )  # fmt: skip


def _all_denied(
    company: Company, candidates: Sequence[Candidate], names: Sequence[str], account_id: str, source: str
) -> Link | None:
    if not candidates:
        return None
    scored = score(company, candidates[0], names)
    return Link(
        account_id=account_id, source=source, record_id=scored.candidate.company.id, probability=0.0,
        decision=LinkDecision.REJECT, reason=_reason(scored, "judged another company before"),
        grades={e.attribute: e.grade for e in scored.evidence}, model=version(),
    )  # fmt: skip
