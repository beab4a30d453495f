"""Trains the event model and reports how it does on texts it has not seen.

    python -m intelligence.events.train --data FOLDER

FOLDER holds `en.jsonl` and `zh.jsonl`, one object a line with `text`, `labels` (event classes or `other`), and optionally
`companies` and `source` (a source that ends in `-random` marks an unbiased draw and weighs more). Writes
`data/model.npz` (numbers and hashes alone, no text) and `data/model.json` (the report). Needs the extra `train`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt

from intelligence.events.classify import decide
from intelligence.events.fitting import Corpus, Ints, Settings, fit, prepare
from intelligence.events.folds import folds_of, story_groups
from intelligence.events.model import Model, pack, unpack
from intelligence.events.rules import CLASSES, LANGUAGES
from intelligence.events.status import STANDS

HERE = Path(__file__).parent / "data"
KEEP = {"word": 12_000, "char": 36_000}
SETTINGS = {lang: Settings(keep=KEEP, other_weight=2.0) for lang in LANGUAGES}
FOLDS, INNER = 5, 4
SEEDS = (0, 1)

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Choice:
    """How a threshold is chosen: the best F1 less a pull towards `centre`, false alarms on eventless texts counted extra."""

    centre: float = 0.48
    pull: float = 0.3
    alarm: float = 1.0
    grid: tuple[float, float, float] = (0.16, 0.8, 0.02)


def cross_validate(
    rows: Sequence[Mapping[str, Any]],
    lang: str,
    settings: Settings,
    choice: Choice,
    seeds: Iterable[int] = SEEDS,
) -> dict[str, Any]:
    """Figures on folds not trained on; thresholds are chosen inside each training part. The mean over the seeds."""
    corpus, groups = prepare(rows, lang, settings), story_groups(rows)
    runs = []
    for seed in seeds:
        fold = folds_of(groups, FOLDS, seed)
        said = np.zeros(corpus.labels.shape, bool)
        for number in range(FOLDS):
            seen, unseen = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
            model = train(corpus, groups, seen, settings, choice, seed)
            said[unseen] = _said(model, corpus, unseen)
        runs.append(figures(said, corpus.labels, rows))
    return {key: round(float(np.mean([run[key] for run in runs])), 3) for key in runs[0]}


def train(
    corpus: Corpus, groups: Ints, rows: Ints, settings: Settings, choice: Choice, seed: int = 0
) -> Model:
    """The model of those rows, its thresholds chosen on inner folds."""
    inner = folds_of(groups[rows], INNER, seed + 9)
    probabilities = np.zeros((len(rows), len(CLASSES)))
    for number in range(INNER):
        model = fit(corpus, rows[inner != number], settings)
        for at in np.flatnonzero(inner == number):
            row = rows[at]
            probabilities[at] = model.weigh(corpus.texts[row], corpus.hits[row]).probabilities
    final = fit(corpus, rows, settings)
    return replace(final, thresholds=thresholds(probabilities, corpus.labels[rows], choice))


def thresholds(
    probabilities: npt.NDArray[np.float64], labels: Ints, choice: Choice
) -> npt.NDArray[np.float32]:
    """One threshold a class."""
    quiet = labels.sum(axis=1) == 0
    best = np.full(len(CLASSES), choice.centre, np.float32)
    for number in range(len(CLASSES)):
        top = -9.0
        for cut in np.arange(*choice.grid):
            said, told = probabilities[:, number] >= cut, labels[:, number] > 0
            right, wrong = (said & told).sum(), (said != told).sum() + choice.alarm * (said & quiet).sum()
            worth = 2 * right / max(2 * right + wrong, 1e-9) - abs(cut - choice.centre) * choice.pull
            if worth > top:
                top, best[number] = worth, cut
    return best


def _said(model: Model, corpus: Corpus, rows: Ints) -> Bools:
    said = np.zeros((len(rows), len(CLASSES)), bool)
    for at, row in enumerate(rows):
        text, hits = corpus.texts[row], corpus.hits[row]
        told = decide(text, hits, model.weigh(text, hits), model)
        said[at, [number for number, (status, _) in told.items() if status in STANDS]] = True
    return said


def figures(said: Bools, labels: Ints, rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Macro- and micro-F1, false alarms on eventless texts, the same on random draws, denials told as facts, F1 a class."""
    told = labels > 0
    quiet = labels.sum(axis=1) == 0
    drawn = np.array([str(row.get("source", "")).endswith("-random") for row in rows])
    denied = [(at, CLASSES.index(name)) for at, row in enumerate(rows) if row.get("polarity") in ("denied", "cancelled")
              for name in row.get("about", ()) if name in CLASSES]  # fmt: skip
    each = [_f1(said[:, n], told[:, n]) for n in range(len(CLASSES))]
    return {
        "macro_f1": float(np.mean(each)), "micro_f1": _f1(said, told), "false_alarms": _share(said[quiet]),
        "random_micro_f1": _f1(said[drawn], told[drawn]), "random_false_alarms": _share(said[quiet & drawn]),
        "denied_told_as_fact": sum(bool(said[at, number]) for at, number in denied), "denied": len(denied),
        **dict(zip(CLASSES, each, strict=True)),
    }  # fmt: skip


def _f1(said: Bools, told: Bools) -> float:
    return float(2 * (said & told).sum() / max((said & told).sum() * 2 + (said != told).sum(), 1))


def _share(said: Bools) -> float:
    return float(said.any(axis=1).mean()) if len(said) else 0.0


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The labelled rows of one JSON Lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder with en.jsonl and zh.jsonl.",
)
@click.option("--report-only", is_flag=True, help="Cross-validate and print; write nothing.")
def main(data: Path, report_only: bool) -> None:
    """Train the event model on labelled texts and report five-fold cross-validation."""
    choice, report = Choice(), {}
    arrays: dict[str, npt.NDArray[Any]] = {}
    for lang in LANGUAGES:
        rows, settings = read_rows(data / f"{lang}.jsonl"), SETTINGS[lang]
        report[lang] = {"rows": len(rows), **cross_validate(rows, lang, settings, choice)}
        click.echo(f"{lang}: {json.dumps(report[lang])}")
        if report_only:
            continue
        corpus = prepare(rows, lang, settings)
        everything = np.arange(len(rows))
        packed = pack(train(corpus, story_groups(rows), everything, settings, choice))
        unpack(packed, lang)
        arrays |= packed
    if not report_only:
        np.savez_compressed(HERE / "model.npz", allow_pickle=False, **arrays)
        _write_report(report, choice)


def _write_report(report: Mapping[str, Any], choice: Choice) -> None:
    told = {
        "what": "Report of the model beside this file, written by the training command.",
        "command": "python -m intelligence.events.train --data FOLDER",
        "method": f"{FOLDS}-fold cross-validation grouped by story, thresholds chosen on {INNER} inner folds; mean of seeds {list(SEEDS)}.",
        "settings": {lang: asdict(SETTINGS[lang]) for lang in LANGUAGES}, "thresholds": asdict(choice),
        "cross_validation": report,
    }  # fmt: skip
    (HERE / "model.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
