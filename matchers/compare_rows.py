"""Two rows side by side: the name's log-odds and what every other attribute adds, as features of one additive model."""

from __future__ import annotations

from rapidfuzz.distance import JaroWinkler

from accounts.account import Company
from matchers.attributes import Evidence, compare_attributes
from matchers.folding import fold
from matchers.model import Feature
from matchers.names import Name, parse
from matchers.rows import label_of

FEATURES = (
    Feature("name", 1, (-8, -5, -3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 3, 5, 8)),
    Feature("name_across", 1, (-8, -4, -2.5, -1.5, -0.5, 0.5, 1.5, 3, 5)),
    Feature("domain_same", 1, (0, 1)),
    Feature("domain_label", 1, (0, 1)),
    Feature("domain_other", -1, (0, 1)),
    Feature("label_in_name", 1, (0, 0.4, 0.6, 0.8, 1)),
    Feature("label_not_in_name", -1, (0, 1)),
    Feature("city_same", 1, (0, 0.3, 0.5, 0.7, 0.85, 1)),
    Feature("city_near", 1, (0, 1)),
    Feature("city_other", -1, (0, 1)),
    Feature("country_same", 1, (0, 1)),
    Feature("country_other", -1, (0, 1)),
    Feature("postcode_same", 1, (0, 1)),
    Feature("region_same", 1, (0, 1)),
    Feature("region_other", -1, (0, 1)),
    Feature("description_says", 1, (0, 1)),
    Feature("industry_same", 1, (0, 1)),
)  # fmt: skip


def features(
    left: Company, right: Company, score: float, evidence: list[Evidence], city_rarity: float
) -> tuple[float, ...]:
    """The values of `FEATURES`; `score` is the log-odds of the best pair of names, `city_rarity` of the right city."""
    grades = {said.attribute: said.grade for said in evidence}
    domain, city, country = grades.get("domain"), grades.get("city"), grades.get("country")
    ours, theirs = _name(left), _name(right)
    across = bool(ours and theirs and ours.script != theirs.script)
    said = label_says(left, right)
    return (
        -8.0 if across else score,
        score if across else -8.0,
        float(domain == "A"),
        float(domain == "B"),
        float(domain in ("D", "F")),
        max(said, 0.0),
        float(said == 0.0),
        city_rarity if city == "A" else 0.0,
        float(city == "B"),
        float(city in ("D", "F")),
        float(country == "A"),
        float(country == "F"),
        float(grades.get("postcode") == "A"),
        float(grades.get("region") == "A"),
        float(grades.get("region") == "F"),
        float(_described(left, right)),
        float(_same_industry(left, right)),
    )


def _name(company: Company) -> Name | None:
    return parse(company.names[0]) if company.names else None


def label_says(left: Company, right: Company) -> float:
    """How well a domain of one side spells the Latin name of the other, 0–1; -1 where there is nothing to compare."""
    best = -1.0
    for one, other in ((left, right), (right, left)):
        labels = label_of(one)
        name = _name(other)
        if labels and name and name.latin:
            best = max(best, *(_spells(label.replace("-", ""), name) for label in labels))
    return best


def _spells(label: str, name: Name) -> float:
    assert name.latin
    joined, tokens = name.latin.joined, name.latin.tokens
    initials = "".join(t[0] for t in tokens)
    first = tokens[0]
    likenesses = (
        (1.0, label == joined),
        (0.9, len(first) >= 3 and label == first),
        (0.85, len(label) >= 4 and joined.startswith(label)),
        (0.8, len(label) >= 3 and label in (initials, initials + "c", initials + "g", initials + "co")),
        (0.75, len(first) >= 4 and (label.startswith(first) or label.endswith(first))),
        (0.5, any(len(t) >= 5 and t in label for t in tokens)),
        (0.45, JaroWinkler.similarity(label, joined) > 0.85),
    )
    return next((value for value, holds in likenesses if holds), 0.0)


def _described(left: Company, right: Company) -> bool:
    """A description names the other side's brand."""
    for one, other in ((left, right), (right, left)):
        name = _name(other)
        if one.description and name and name.latin and len(name.latin.joined) > 4:
            words = parse(one.description[:200]).latin
            if words and name.latin.tokens[0] in words.tokens and len(name.latin.tokens[0]) > 4:
                return True
    return False


def _same_industry(left: Company, right: Company) -> bool:
    """Both sides give the same industry in the same words; other words say nothing, as each list has its own."""
    ours, theirs = left.industry or "", right.industry or ""
    return bool(ours and theirs) and fold(ours) == fold(theirs)


def evidence_of(left: Company, right: Company) -> list[Evidence]:
    """What the attributes other than the name say."""
    return compare_attributes(left, right)
