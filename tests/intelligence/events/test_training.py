from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from accounts.errors import ConfigError
from intelligence.events.folds import folds_of, shingles, story_groups
from intelligence.events.model import fingerprint, pack, trained, unpack
from intelligence.events.rules import CLASSES, LANGUAGES, rulebook
from intelligence.events.text import read

ROWS = [
    {"text": "Contoso to acquire Fabrikam for $40 million", "labels": ["m_and_a"], "companies": []},
    {"text": "Contoso will acquire Fabrikam for $40 million in cash", "labels": ["m_and_a"], "companies": []},
    {"text": "Litware opens a plant in Ohio", "labels": ["expansion_investment"], "companies": ["Litware"]},
    {"text": "Job cuts at a software maker hit sales staff", "labels": ["layoff"], "companies": ["Litware"]},
    {"text": "Quiet day on the markets", "labels": ["other"], "companies": []},
]


def test_one_story_stays_in_one_group() -> None:
    groups = story_groups(ROWS)
    assert groups[0] == groups[1]
    assert groups[2] == groups[3]
    assert len(set(groups.tolist())) == 3


def test_folds_keep_groups_whole_and_are_repeatable() -> None:
    groups = np.array([0, 0, 1, 2, 3, 3, 3, 4, 5, 6])
    fold = folds_of(groups, 3, seed=1)
    assert (fold == folds_of(groups, 3, seed=1)).all()
    assert all(len(set(fold[groups == group].tolist())) == 1 for group in set(groups.tolist()))
    assert set(fold.tolist()) == {0, 1, 2}


def test_shingles_ignore_case_and_signs() -> None:
    assert shingles("Ab-cd E") == {"abcd", "bcde"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_shipped_model_survives_packing(lang: str) -> None:
    model = trained(lang)
    again = unpack(pack(model), lang)
    text = read(
        "Contoso to acquire Fabrikam for $40 million" if lang == "en" else "康拓股份拟收购利特软件51%股权"
    )
    hits = list(rulebook(lang).hits(text))
    before, after = model.weigh(text, hits).probabilities, again.weigh(text, hits).probabilities
    assert np.abs(before - after).max() < 0.02


def test_weights_of_other_rules_are_refused() -> None:
    packed = pack(trained("en")) | {"en.rules.crc": np.array(fingerprint(["another"]))}
    with pytest.raises(ConfigError, match="train"):
        unpack(packed, "en")


def test_what_ships_is_small_plain_numbers_and_no_text() -> None:
    data = Path(str(resources.files("intelligence.events") / "data"))
    assert sum(path.stat().st_size for path in data.glob("model.*")) < 2_000_000
    with np.load(data / "model.npz", allow_pickle=False) as arrays:
        kinds = {name: arrays[name].dtype.kind for name in arrays.files}
    assert {name for name, kind in kinds.items() if kind not in "iuf"} == {"en.rules.crc", "zh.rules.crc"}


def test_the_report_tells_how_it_was_made() -> None:
    report = json.loads((resources.files("intelligence.events") / "data" / "model.json").read_text("utf-8"))
    assert report["command"].startswith("python -m intelligence.events.train")
    for lang in LANGUAGES:
        assert set(CLASSES) <= set(report["cross_validation"][lang])


def test_training_learns_a_word_no_rule_knows() -> None:
    pytest.importorskip("sklearn")
    from intelligence.events.fitting import Settings, fit, prepare
    from intelligence.events.train import Choice, thresholds

    events = [{"text": f"Firm number {n} glorped its widget today", "labels": ["funding"]} for n in range(12)]
    quiet = [{"text": f"Firm number {n} had lunch and went home", "labels": ["other"]} for n in range(12)]
    corpus = prepare([*events, *quiet], "en", Settings())
    model = fit(corpus, np.arange(24), Settings())
    probabilities = np.array(
        [model.weigh(text, hits).probabilities for text, hits in zip(corpus.texts, corpus.hits, strict=True)]
    )
    funding = CLASSES.index("funding")
    assert probabilities[:12, funding].min() > probabilities[12:, funding].max() + 0.2
    chosen = replace(model, thresholds=thresholds(probabilities, corpus.labels, Choice())).thresholds
    assert probabilities[12:, funding].max() < chosen[funding] <= probabilities[:12, funding].min()


def test_figures_count_denials_told_as_facts() -> None:
    pytest.importorskip("sklearn")
    from intelligence.events.train import figures

    rows = [{"labels": ["layoff"]}, {"labels": ["other"], "polarity": "denied", "about": ["ipo"]}]
    labels = np.array([[name in row["labels"] for name in CLASSES] for row in rows], int)
    said = labels > 0
    assert figures(said, labels, rows)["denied_told_as_fact"] == 0
    said[1, CLASSES.index("ipo")] = True
    told = figures(said, labels, rows)
    assert (told["denied_told_as_fact"], told["false_alarms"]) == (1, 1.0)
