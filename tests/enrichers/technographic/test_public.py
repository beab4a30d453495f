from __future__ import annotations

import json
from pathlib import Path

import pytest

from enrichers.technographic import detect_technologies
from enrichers.technographic.database import merge
from enrichers.technographic.detect import Detector
from enrichers.technographic.fingerprint import Fingerprint, FingerprintsError
from enrichers.technographic.pattern import Pattern
from enrichers.technographic.public import parse_pattern, read_public, translate_regex
from enrichers.technographic.selector import UnsupportedSelector, split_group, translate

SET = {
    "Tarn CMS": {
        "cats": [1],
        "meta": {"generator": "^Tarn CMS ([\\d.]+)\\;version:\\1"},
        "implies": ["Tarn Base\\;confidence:50", "Tarn Language"],
        "js": {"tarn.version": ""},
        "website": "https://tarn.example",
    },
    "Tarn Chat": {
        "cats": [52],
        "dom": {"a[href*='chat.tarn.example']": {"attributes": {"href": "v=(\\d+)\\;version:\\1"}}},
    },
    "Tarn Shop": {
        "cats": [6],
        "dom": "div#tarn-shop > span.price, link[href$='/tarn.css']",
        "requires": "Tarn CMS",
    },
    "Tarn Tag": {
        "cats": [42],
        "scripts": "tarn(?<tagversion>\\d)[^]*end",
        "scriptSrc": ["tag\\.tarn\\.example"],
    },
    "Tarn Broken": {"html": "(unclosed"},
}


@pytest.fixture
def public(tmp_path: Path) -> Path:
    (tmp_path / "technologies").mkdir()
    (tmp_path / "technologies" / "t.json").write_text(json.dumps(SET), encoding="utf-8")
    (tmp_path / "categories.json").write_text(
        json.dumps({"1": {"name": "CMS"}, "52": {"name": "Live chat"}}), encoding="utf-8"
    )
    return tmp_path


def test_reads_a_folder(public: Path) -> None:
    detector = Detector(read_public(public))
    html = (
        '<meta name="generator" content="Tarn CMS 4.2"><div id="tarn-shop"><span class="price big">1</span></div>'
        '<a href="https://chat.tarn.example/?v=7">x</a><script>tarn3 and\nmore end</script>'
    )
    found = {t.name: t for t in detect_technologies(html, detector=detector)}
    assert found["Tarn CMS"].version == "4.2"
    assert found["Tarn CMS"].categories == ("CMS",)
    assert found["Tarn Chat"].version == "7"
    assert {"Tarn Shop", "Tarn Tag"} <= found.keys()
    assert found["Tarn Language"].implied
    assert found["Tarn Base"].confidence < found["Tarn Language"].confidence if "Tarn Base" in found else True
    assert "Tarn Broken" not in found


def test_required_technologies_must_show(public: Path) -> None:
    found = detect_technologies(
        '<div id="tarn-shop"><span class="price">1</span></div>', detector=Detector(read_public(public))
    )
    assert found == ()


def test_unknown_keys_fail_loudly(tmp_path: Path) -> None:
    file = tmp_path / "new.json"
    file.write_text(json.dumps({"Tarn": {"cats": [1], "quantum": "x"}}), encoding="utf-8")
    with pytest.raises(FingerprintsError, match="quantum"):
        read_public(file)


@pytest.mark.parametrize("content", ["", "[]", "{}", "{nonsense", '{"A": 3}'])
def test_unreadable_sets_are_told(tmp_path: Path, content: str) -> None:
    file = tmp_path / "bad.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(FingerprintsError):
        read_public(file)
    with pytest.raises(FingerprintsError):
        read_public(tmp_path / "absent")


def test_translates_patterns() -> None:
    pattern = parse_pattern("x([\\d.]+)\\;version:\\1\\;confidence:50")
    assert (pattern.source, pattern.version, pattern.confidence) == ("x([\\d.]+)", "\\1", 0.5)
    assert translate_regex("[^]a(?<n>b)(?<!c)") == r"[\s\S]a(?P<n>b)(?<!c)"


def test_translates_selectors() -> None:
    assert list(split_group("a[x='1,2'], b")) == ["a[x='1,2']", "b"]
    path, words = translate("div#main > a.big[href*='Shop']")
    assert path.startswith("//div[@id='main']/a[")
    assert "shop" in words
    for beyond in ("a:hover", "", "> a", "a[", "a[b='\"' \"'\"]"):
        with pytest.raises(UnsupportedSelector):
            translate(beyond)


def test_merges_under_our_names() -> None:
    ours = [Fingerprint("Tarn Talk", ("Live chat",), texts={"html": (Pattern("ours"),)})]
    theirs = [
        Fingerprint("Tarn-Talk Widget", ("52",), texts={"html": (Pattern("theirs"),)}, requires=("X",)),
        Fingerprint("Noise", texts={"html": (Pattern("noise"),)}),
        Fingerprint("TARN TALK", texts={"url": (Pattern("third"),)}),
    ]
    merged = {f.name: f for f in merge(ours, theirs, {"Tarn-Talk Widget": "Tarn Talk", "Noise": None})}
    assert merged.keys() == {"Tarn Talk"}
    assert [p.source for p in merged["Tarn Talk"].texts["html"]] == ["ours", "theirs"]
    assert merged["Tarn Talk"].texts["url"]
    assert merged["Tarn Talk"].requires == ()
