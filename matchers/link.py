"""The matcher's answer for one account: the best of a source's candidates, how sure, and why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import JaroWinkler

from accounts.account import Company
from accounts.link import Candidate, Link, LinkDecision
from accounts.protocols import Judgements, NoJudgements
from matchers.attributes import Evidence, compare_attributes
from matchers.names import Name, parse

MODEL = "names-0"
ACCEPT, REVIEW = 0.95, 0.35
MARGIN = 1.5
"""Log-odds the best candidate must lead the runner-up by, to be accepted."""

_NOBODY = NoJudgements()
_PRIOR = -1.5
_STATED = 4.0


@dataclass(frozen=True, slots=True)
class Scored:
    """One candidate with all that speaks for and against it; `weight` is the sum in log-odds."""

    candidate: Candidate
    evidence: tuple[Evidence, ...]
    weight: float

    @property
    def probability(self) -> float:
        """The logistic of the weight."""
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, self.weight))))

    def grade(self, attribute: str) -> str | None:
        """The grade of one attribute, or None where it had no say."""
        return next((e.grade for e in self.evidence if e.attribute == attribute), None)


def compare_names(left: Sequence[str], right: Sequence[str]) -> Evidence | None:
    """The say of the best pair of names, or None where either side has none that can be compared."""
    pairs = [(parse(a), parse(b)) for a in left[:12] for b in right[:12]]
    says = [_say(a, b) for a, b in pairs if a.script and b.script]
    return max(says, key=lambda e: e.weight, default=None)


def _say(a: Name, b: Name) -> Evidence:
    words = f"“{a.raw}” against “{b.raw}”"
    if a.core == b.core:
        if a.forms and a.forms == b.forms:
            return Evidence("name", 5.0, "A", f"same name and legal form: {words}")
        if not a.forms or not b.forms:
            return Evidence("name", 2.4, "B", f"same name, legal form on one side only: {words}")
        return Evidence("name", 1.2, "C", f"same name, other legal form: {words}")
    if a.script != b.script:
        return Evidence("name", 0.0, "D", f"names in different scripts: {words}")
    near = JaroWinkler.similarity(a.core, b.core)
    if near > 0.93:
        return Evidence("name", 1.0, "C", f"nearly the same name: {words}")
    return (
        Evidence("name", -1.5, "D", f"names partly alike: {words}")
        if near > 0.8
        else Evidence("name", -4.0, "F", f"names differ: {words}")
    )


def score(company: Company, candidate: Candidate, names: Sequence[str]) -> Scored:
    """All that speaks for and against one candidate."""
    name = compare_names(names, candidate.company.names)
    evidence = [*([name] if name else []), *compare_attributes(company, candidate.company)]
    if candidate.stated:
        evidence.append(Evidence("stated", _STATED, "A", "the account itself names this record"))
    return Scored(candidate, tuple(evidence), _PRIOR + sum(e.weight for e in evidence))


def link_account(
    company: Company,
    candidates: Sequence[Candidate],
    *,
    account_id: str,
    source: str,
    judgements: Judgements = _NOBODY,
) -> Link | None:
    """The best candidate with probability, decision, grades, reason and runner-up; None without candidates.

    What a steward or a confirmed match has judged overrides everything else.
    """
    names = (*company.names, *judgements.aliases(account_id))
    allowed = []
    for candidate in candidates:
        judged = judgements.judged(account_id, source, candidate.company.id)
        if judged:
            return _judged(score(company, candidate, names), account_id, source)
        if judged is None:
            allowed.append(candidate)
    ranked = sorted(
        (score(company, c, names) for c in allowed), key=lambda s: (-s.weight, s.candidate.company.id)
    )
    if not ranked:
        return _all_denied(company, candidates, names, account_id, source)
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    decision, why = decide(best, second)
    return _link(best, second, decision, why, account_id, source)


def decide(best: Scored, second: Scored | None) -> tuple[LinkDecision, str]:
    """Accept, review or reject the best candidate, and the rule in words where one bound it."""
    name, country = best.grade("name"), best.grade("country")
    proof = {best.grade("domain"), best.grade("identifier"), best.grade("phone")} & {"A"}
    against = [e for e in best.evidence if e.grade == "F"]
    if best.candidate.stated:
        if len(against) > 1 and name == "F":
            return LinkDecision.REVIEW, "the account names it, yet it contradicts the account"
        return LinkDecision.ACCEPT, ""
    if best.probability < REVIEW:
        return LinkDecision.REJECT, ""
    if second is not None and best.weight - second.weight < MARGIN:
        return LinkDecision.REVIEW, f"little apart from the runner-up {_called(second.candidate.company)}"
    if against and not proof:
        return LinkDecision.REVIEW, "contradicted"
    if not proof and (name != "A" or country == "F"):
        return LinkDecision.REVIEW, "the name alone is no proof"
    if best.probability < ACCEPT:
        return LinkDecision.REVIEW, ""
    return LinkDecision.ACCEPT, ""


def _called(company: Company) -> str:
    return f"“{company.names[0]}”" if company.names else company.id


def _reason(scored: Scored, why: str) -> str:
    says = sorted(scored.evidence, key=lambda e: -abs(e.weight))
    return "; ".join([*([why] if why else []), *(e.words for e in says)]) or "nothing in common to compare"


def _link(
    best: Scored, second: Scored | None, decision: LinkDecision, why: str, account_id: str, source: str
) -> Link:
    probability = best.probability
    if decision is LinkDecision.ACCEPT:
        probability = max(probability, ACCEPT)
    return Link(
        account_id=account_id, source=source, record_id=best.candidate.company.id, probability=round(probability, 4),
        decision=decision, reason=_reason(best, why), grades={e.attribute: e.grade for e in best.evidence},
        runner_up_id=second.candidate.company.id if second else None,
        runner_up_probability=round(second.probability, 4) if second else None, model=MODEL,
    )  # fmt: skip


def _judged(scored: Scored, account_id: str, source: str) -> Link:
    return Link(
        account_id=account_id, source=source, record_id=scored.candidate.company.id, probability=1.0,
        decision=LinkDecision.ACCEPT, reason=_reason(scored, "judged the same company before"),
        grades={e.attribute: e.grade for e in scored.evidence}, model=MODEL,
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
        grades={e.attribute: e.grade for e in scored.evidence}, model=MODEL,
    )  # fmt: skip
