from __future__ import annotations

import re

import pytest

from intelligence.events.rules import CLASSES, LANGUAGES, STRENGTHS, _phrase, _span, keys, load, rulebook
from intelligence.events.text import read

# One plain sentence a class and language: its class must have a strong sign in it, whatever the model makes of it.
PLAIN = {
    "funding": (
        "Tailspin Robotics raises $30 million Series B led by Alpine Ventures",
        "泰尔斯科技完成数千万元A轮融资",
    ),
    "ipo": ("Litware files for an initial public offering on Nasdaq", "利特软件向港交所递交招股书"),
    "m_and_a": ("Northwind to acquire Fabrikam Tools for $45 million", "北风集团拟收购法布工具80%股权"),
    "executive_change": ("Contoso appoints Jane Doe as chief financial officer", "康拓股份董事长李明辞职"),
    "layoff": ("Wingtip Toys to lay off 120 employees in Ohio", "翼尖玩具宣布裁员两百人"),
    "expansion_investment": (
        "Adatum opens new manufacturing plant in Ohio",
        "拟投资建设年产十万吨新材料项目",
    ),
    "partnership_or_contract": (
        "Proseware wins contract from the city of Leeds",
        "公司中标国家电网设备采购项目",
    ),
    "product_launch": ("Fourth Coffee launches new mobile ordering app", "四叶咖啡正式发布新款咖啡机"),
    "financial_results": ("Trey Research reports third quarter results", "公司预计2030年净利润同比增长40%"),
    "legal_regulatory": (
        "Regulator fines Contoso $3 million over data breach",
        "市场监管局对康拓公司罚款80万元",
    ),
    "bankruptcy": ("Lucerne Publishing files for Chapter 11 bankruptcy", "露西出版申请破产重整"),
    "marketing_event": ("Relecloud to exhibit at the Hanover trade show", "云流科技亮相广交会"),
}


@pytest.mark.parametrize("about", CLASSES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_class_has_rules_that_fire_on_a_plain_sentence(about: str, lang: str) -> None:
    text = read(PLAIN[about][lang == "zh"])
    assert text.lang == lang
    strong = {hit.rule.about for hit in rulebook(lang).hits(text) if hit.rule.strength == "strong"}
    assert about in strong


@pytest.mark.parametrize("about", [*CLASSES, "other"])
def test_rule_files_have_the_expected_shape(about: str) -> None:
    rules = load(f"rules/{about}.yml")
    assert set(rules) == set(LANGUAGES)
    for lang in LANGUAGES:
        assert set(rules[lang]) <= set(STRENGTHS)
        entries = [entry for tier in rules[lang].values() for entry in tier]
        assert len({entry["id"] for entry in entries}) == len(entries)
        for entry in entries:
            assert set(entry) <= {"id", "words", "before", "after"}
            assert all(isinstance(word, str) and word == word.lower().strip() for word in entry["words"]), (
                entry["id"]
            )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_patterns_compile_and_have_no_open_macro(lang: str) -> None:
    for rule in rulebook(lang).rules:
        re.compile(rule.source)
        re.compile(rule.before)
        assert not re.search(r"\{[a-z]+\}", rule.source + rule.before), rule.name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_index_finds_what_the_patterns_find(lang: str) -> None:
    book = rulebook(lang)
    for about in CLASSES:
        text = read(PLAIN[about][lang == "zh"])
        found = {hit.rule.name: hit.start for hit in book.hits(text)}
        everything = {rule.name: span[0] for rule in book.rules if (span := _span(rule, text.folded))}
        assert found == everything


@pytest.mark.parametrize("sentence", ["rampart hiring", "the parts"])
def test_words_count_whole_alone(sentence: str) -> None:
    assert _phrase(["part"], read(sentence)) is None
    assert _phrase(["part", "art"], read("part art")) == (0, 4)


def test_keys_hold_words_or_characters_and_pairs() -> None:
    assert keys("contoso co-ceo", "en") == {"contoso", "co", "ceo"}
    assert {"收", "收购"} <= keys("拟收购", "zh")


def test_a_hit_shows_the_words_it_fired_on() -> None:
    text = read("Contoso says it will acquire Fabrikam")
    hit = next(hit for hit in rulebook("en").hits(text) if hit.rule.id == "acquires")
    assert text.plain[hit.start : hit.end] == "acquire"
