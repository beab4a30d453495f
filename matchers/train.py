"""Learns the shipped tables from labelled pairs and reports five-fold cross-validation grouped by company.

    python -m matchers.train FOLDER [--report-only]

`FOLDER` holds CSV files with `left,right,label,entity_left,entity_right`. Written are `data/terms.csv` (how often a
word stands in names), `data/lexicon.csv` (English words and their Chinese counterparts) and `data/weights.json`.
Needs the `train` extra.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from matchers.fit import fit
from matchers.lexicon import Lexicon, learn
from matchers.model import Block, Matrix, probability
from matchers.names import Name, parse
from matchers.pairs import ROUTES, compare, route_of
from matchers.rarity import Rarity, count_terms
from matchers.tables import regions
from matchers.train_forms import form_pairs
from matchers.train_rivals import fit_rivals, lead_values, with_rivals

FOLDS = 5
MADE = ("full_names", "legal_forms")
"""Sets made from the others: they teach, and are not counted in the calibration error."""
_HINTED = 1.0
"""What a row of the law counts for: lists of names mix forms up more often than companies do."""

LEAST_NAMES = 3
"""A term is shipped when it stands in so many names: general words, no company's own."""

PRIOR = {"latin": 0.36, "han": 0.41, "cross": 0.44}
"""Share of matches the scores are calibrated for; across scripts a miss is dearer, as candidates are fewer."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One labelled pair. `fold` comes from the left company, so that no company is learnt from and tested on."""

    pair: tuple[Name, Name]
    label: int
    source: str
    fold: int
    companies: tuple[str, str]


def read_pairs(folder: Path) -> list[Labelled]:
    """All labelled pairs of a folder."""
    found: list[Labelled] = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        if rows and {"left", "right", "label"} <= rows[0].keys():
            for row in rows:
                fold = zlib.crc32(row["entity_left"].encode()) % FOLDS
                found.append(
                    Labelled(
                        (parse(row["left"]), parse(row["right"])),
                        int(row["label"]),
                        path.stem,
                        fold,
                        (row["entity_left"], row["entity_right"]),
                    )
                )
    return found


def full_name_pairs(pairs: Sequence[Labelled]) -> list[Labelled]:
    """Pairs of two full Chinese names, which labelled lists of short names do not hold.

    Two companies proposed for one short name are different ones; a name with its region in brackets, its region
    left out, or another width of its legal form is the same.
    """
    found: dict[str, Labelled] = {}
    added: list[Labelled] = []
    for item in pairs:
        right = item.pair[1]
        if item.label and right.han and right.han.forms:
            found[item.companies[0]] = item
    for number, item in enumerate(pairs):
        known, other = found.get(item.companies[0]), item.pair[1]
        if known is None or not other.han or not other.han.forms:
            continue
        full = known.pair[1]
        if not item.label and item.companies[1] != item.companies[0]:
            if zlib.crc32((full.raw + other.raw).encode()) % 4 == 0:
                added.append(Labelled((full, other), 0, "full_names", item.fold, item.companies))
        elif item.label:
            variant = _variant(full.raw, number)
            if variant != full.raw:
                added.append(Labelled((full, parse(variant)), 1, "full_names", item.fold, item.companies))
    distinct = {(item.pair[0].raw, item.pair[1].raw): item for item in added}
    return list(distinct.values())


def _form_pairs(pairs: Sequence[Labelled]) -> list[Labelled]:
    """Latin names with another legal form under the same law."""
    folds = {item.pair[1].raw: item for item in pairs}
    names = ((item.companies[1], item.pair[1]) for item in folds.values())
    return [
        Labelled(
            (a, b),
            label,
            "legal_forms",
            folds[a.raw].fold,
            (company, company if label else f"{company}|{b.raw}"),
        )
        for company, a, b, label in form_pairs(names)
    ]


def _variant(raw: str, number: int) -> str:
    """The same company's full name as another list might write it."""
    name = parse(raw).han
    region = next((r for r in regions().han if len(r) > 1 and raw.startswith(r)), "")
    rest = raw.removeprefix(region).removeprefix("省").removeprefix("市")
    if name is None or not region or len(rest) < 6:
        return raw.replace("股份有限公司", "有限公司")
    form = "股份有限公司" if rest.endswith("股份有限公司") else "有限公司"
    core = rest.removesuffix(form)
    variants = (
        f"{core}（{region}）{form}",
        rest,
        f"{region}市{rest}",
        f"{region}{core}有限公司",
        f"{region}{rest}".replace("集团", ""),
    )
    return variants[number % len(variants)]


@dataclass(slots=True)
class Bench:
    """The pairs, with everything a round of training needs; lexicons are kept by the folds left out."""

    pairs: list[Labelled]
    terms: tuple[Mapping[str, int], int]
    rarities: dict[str, Rarity]
    lexicons: dict[frozenset[int], Lexicon]

    @classmethod
    def of(cls, pairs: list[Labelled]) -> Bench:
        """Counts terms over all names, and each set's own."""
        counts, total = count_terms(
            (who, n) for item in pairs for who, n in zip(item.companies, item.pair, strict=True)
        )
        terms = ({t: n for t, n in counts.items() if n >= LEAST_NAMES and "," not in t}, total)
        rarities = {}
        for source in {item.source for item in pairs}:
            here = {n.raw: n for item in pairs if item.source == source for n in item.pair}
            rarities[source] = Rarity.of(here.values(), shipped=terms)
        extra = [*full_name_pairs(pairs), *_form_pairs(pairs)]
        rarities["full_names"] = rarities.get("zh_ashare_short_full") or Rarity.of((), shipped=terms)
        rarities["legal_forms"] = Rarity.of((), shipped=terms)
        return cls([*pairs, *extra], terms, rarities, {})

    def lexicon_without(self, *folds: int) -> Lexicon:
        """The lexicon learnt from the confirmed pairs of all other folds."""
        out = frozenset(folds)
        if out not in self.lexicons:
            self.lexicons[out] = learn(
                (item.companies[0], *item.pair)
                for item in self.pairs
                if item.label and item.fold not in out and route_of(*item.pair) == "cross"
            )
        return self.lexicons[out]

    def values(self, rows: Iterable[int], lexicon: Lexicon) -> dict[str, tuple[list[int], Matrix]]:
        """Feature values of the pairs at `rows`, by route, with the rows they belong to."""
        by_source: dict[str, list[int]] = {}
        for row in rows:
            by_source.setdefault(self.pairs[row].source, []).append(row)
        found: dict[str, tuple[list[int], list[Matrix]]] = {route: ([], []) for route in ROUTES}
        for source, here in by_source.items():
            compared = compare([self.pairs[row].pair for row in here], self.rarities[source], lexicon)
            for route in ROUTES:
                found[route][0].extend(here[at] for at in compared.rows[route])
                found[route][1].append(compared.values[route])
        return {route: (at, np.vstack(parts)) for route, (at, parts) in found.items() if at}


def sample_weights(items: Sequence[Labelled], prior: float) -> Matrix:
    """Row weights: each set counts by the root of its size, and matches make up `prior` of it."""
    weights = np.ones(len(items))
    sources = np.array([item.source for item in items])
    labels = np.array([item.label for item in items])
    for source in set(sources):
        here = sources == source
        share = min(max(float(labels[here].mean()), 0.02), 0.98)
        weights[here & (labels == 1)] *= prior / share
        weights[here & (labels == 0)] *= (1 - prior) / (1 - share)
        weights[here] *= _HINTED if source == "legal_forms" else min(3.0, float(np.sqrt(3000 / here.sum())))
    return weights


def all_weights(bench: Bench) -> Matrix:
    """Row weights of all pairs, each by the share of matches its route is calibrated for."""
    weights = np.ones(len(bench.pairs))
    routes = np.array([route_of(*item.pair) for item in bench.pairs])
    for route in ROUTES:
        rows = np.flatnonzero(routes == route)
        weights[rows] = sample_weights([bench.pairs[row] for row in rows], PRIOR[route]) if len(rows) else 1.0
    return weights


def fit_route(bench: Bench, route: str, rows: Sequence[int], values: Matrix) -> Block:
    """The block of one route from the pairs at `rows`."""
    items = [bench.pairs[row] for row in rows]
    labels = np.array([item.label for item in items], dtype=float)
    return fit(values, labels, ROUTES[route], sample=sample_weights(items, PRIOR[route]))


def out_of_fold(bench: Bench, *, leaving: int | None = None) -> dict[str, tuple[list[int], Matrix]]:
    """Values of all pairs, those across scripts with a lexicon that has not seen their fold (nor `leaving`)."""
    found: dict[str, tuple[list[int], list[Matrix]]] = {}
    for fold in range(FOLDS):
        rows = [at for at, item in enumerate(bench.pairs) if item.fold == fold]
        lexicon = bench.lexicon_without(*({fold, leaving} - {None}))  # type: ignore[arg-type]
        for route, (at, values) in bench.values(rows, lexicon).items():
            kept = found.setdefault(route, ([], []))
            kept[0].extend(at)
            kept[1].append(values)
    return {route: (at, np.vstack(parts)) for route, (at, parts) in found.items()}


def cross_validate(bench: Bench) -> Matrix:
    """Probability of each pair from a model that has seen nothing of its fold."""
    answers = np.full(len(bench.pairs), 0.01)
    for leaving in range(FOLDS):
        for route, (rows, values) in out_of_fold(bench, leaving=leaving).items():
            tested = np.array([bench.pairs[row].fold == leaving for row in rows])
            seen = [row for row, out in zip(rows, tested, strict=True) if not out]
            block = fit_route(bench, route, seen, values[~tested])
            answers[np.array(rows)[tested]] = probability(block.scores(values[tested]))
    return answers


def report(pairs: Sequence[Labelled], answers: Matrix) -> list[str]:
    """F1 at probability 0.5, precision and recall by set, and the calibration error over all pairs."""
    labels = np.array([item.label for item in pairs])
    lines = []
    for source in sorted({item.source for item in pairs}):
        here = np.array([item.source == source for item in pairs])
        said, true = answers[here] >= 0.5, labels[here] == 1
        hits = int((said & true).sum())
        precision, recall = hits / max(1, int(said.sum())), hits / max(1, int(true.sum()))
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        lines.append(
            f"{source:26s} F1 {f1:.3f}  precision {precision:.3f}  recall {recall:.3f}  pairs {int(here.sum())}"
        )
    listed = np.array([item.source not in MADE for item in pairs])
    answers, labels = answers[listed], labels[listed]
    bins = np.minimum(9, (answers * 10).astype(int))
    gap = sum(abs(answers[bins == b].sum() - labels[bins == b].sum()) for b in range(10)) / len(labels)
    return [*lines, f"calibration error {gap:.3f}"]


def write_tables(
    bench: Bench, blocks: Mapping[str, Block], folder: Path, lines: Mapping[str, Sequence[str]]
) -> None:
    """Writes the three learnt files with their provenance."""
    made = "learned by `python -m matchers.train` from public lists of listed companies and their short and English names"
    terms, total = bench.terms
    text = [
        f"# In how many of so many names a word, Han character or bigram stands; {made}.",
        f"names,{total}",
    ]
    text += [f"{term},{count}" for term, count in sorted(terms.items())]
    (folder / "terms.csv").write_text("\n".join(text) + "\n", encoding="utf-8")
    lexicon = bench.lexicon_without()
    text = [
        f"# English words and their Chinese counterparts, with log-odds when met and when missed; {made}.",
        "word,han,hit,miss",
    ]
    text += [f"{word},{'|'.join(e.grams)},{e.hit},{e.miss}" for word, e in sorted(lexicon.items())]
    (folder / "lexicon.csv").write_text("\n".join(text) + "\n", encoding="utf-8")
    stored = {
        "provenance": made,
        "cross_validation": list(lines["rivals"]),
        "cross_validation_of_pairs_alone": list(lines["alone"]),
        "blocks": {**_others(folder), **{route: entry_of(block) for route, block in blocks.items()}},
    }
    (folder / "weights.json").write_text(readable(stored), encoding="utf-8")


def _others(folder: Path) -> dict[str, object]:
    """The blocks that `matchers.train_link` has written before."""
    path = folder / "weights.json"
    blocks = json.loads(path.read_text(encoding="utf-8"))["blocks"] if path.exists() else {}
    return {name: blocks[name] for name in ("rows", "best") if name in blocks}


def entry_of(block: Block) -> dict[str, object]:
    """A block as it is stored."""
    curves = zip(block.features, block.curves, strict=True)
    return {
        "intercept": block.intercept,
        "features": {f.name: {"knots": list(f.knots), "weights": list(curve)} for f, curve in curves},
    }


def readable(stored: object) -> str:
    """JSON with one feature a line."""
    import re  # noqa: PLC0415

    text = json.dumps(stored, ensure_ascii=False, indent=1)
    return (
        re.sub(
            r"\[[^\[\]\"]*\]",
            lambda m: re.sub(r"\s+", " ", m.group()).replace("[ ", "[").replace(" ]", "]"),
            text,
        )
        + "\n"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains, reports and writes the tables."""
    parser = argparse.ArgumentParser(prog="python -m matchers.train", description=__doc__)
    parser.add_argument("folder", type=Path, help="labelled pairs, one CSV a set")
    parser.add_argument("--report-only", action="store_true", help="cross-validate and write nothing")
    options = parser.parse_args(arguments)
    bench = Bench.of(read_pairs(options.folder))
    alone = cross_validate(bench)
    blocks = {
        route: fit_route(bench, route, rows, values) for route, (rows, values) in out_of_fold(bench).items()
    }
    labels = np.array([float(item.label) for item in bench.pairs])
    values = lead_values([p.pair for p in bench.pairs], [p.source for p in bench.pairs], alone, blocks)
    sample, folds = all_weights(bench), np.array([item.fold for item in bench.pairs])
    lines = report(bench.pairs, with_rivals(values, labels, sample, folds, alone))
    alone_lines = report(bench.pairs, alone)
    sys.stdout.write("\n".join(["each pair alone", *alone_lines, "rivals weighed", *lines]) + "\n")
    if not options.report_only:
        blocks["rivals"], blocks["rivals_both"] = fit_rivals(values, labels, sample)
        write_tables(bench, blocks, Path(__file__).parent / "data", {"rivals": lines, "alone": alone_lines})
    return 0


if __name__ == "__main__":
    sys.exit(main())
