"""One name, many spellings; and neighbours that are somebody else."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.errors import ConfigError
from warehouse.spelling import BLOT, exact_spelling, spelling_of

SAME = [
    ("Jane Doe", "Our CEO, Jane Doe, says"),
    ("Jane Doe", "JANE\u00a0DOE"),
    ("Jane Doe", "Doe, Jane"),
    ("Jane Doe", "jane.doe@acme.example"),
    ("Jane Doe", "https://acme.example/team/jane-doe"),
    ("Jane Doe", "janedoe"),
    ("Jane Doe", "jane_doe"),
    ("Jane Doe", "Ｊａｎｅ Doe".replace("Ｊａｎｅ", "Jane")),
    ("Jörg Müller", "Jo\u0308rg Mu\u0308ller"),
    ("Jörg Müller", "jorg.muller@x.example"),
    ("Jörg Müller", "JÖRG MÜLLER"),
    ("Ana-Maria O'Neil", "Ana Maria O’Neil"),
    ("张伟", "法定代表人：张伟。"),
    ("张伟", "张 伟"),
    ("張偉", "董事长张伟先生"),
    ("张伟", "張偉"),
    ("Anna Maria Schmidt", "Schmidt, Anna Maria"),
]
DUCK = duckdb.connect()
OTHERS = [
    ("Ann Lee", "Joann Leedham"),
    ("Jane Doe", "Jane Doering"),
    ("Jane Doe", "Mary Jane and John Doe"),
    ("张伟", "张三伟"),
    ("Jane Doe", ""),
]


def proposed(pattern: str, text: str) -> bool:
    row = DUCK.execute("SELECT regexp_matches($t, $p)", {"t": text, "p": pattern}).fetchone()
    return bool(row and row[0])


@pytest.mark.parametrize(("name", "text"), SAME)
def test_a_name_is_found_however_it_is_written(name: str, text: str) -> None:
    spelling = spelling_of(name)
    assert spelling.found_in(text)
    assert proposed(spelling.rough, text)
    assert not spelling.found_in(spelling.blotted(text))
    assert BLOT in spelling.blotted(text)


@pytest.mark.parametrize(("name", "text"), OTHERS)
def test_another_name_is_left_alone(name: str, text: str) -> None:
    spelling = spelling_of(name)
    assert not spelling.found_in(text)
    assert spelling.blotted(text) == text


@pytest.mark.parametrize("name", ["", "  ", "Al", "王", "--", "J D"])
def test_what_is_too_short_to_be_told_apart_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="too short"):
        spelling_of(name)


def test_nothing_is_found_by_a_name_without_letters() -> None:
    assert not exact_spelling(["…"]).found_in("… anything …")
    assert not proposed(exact_spelling([]).rough, "anything")


def test_other_forms_are_blotted_together() -> None:
    told = spelling_of("Jane Doe", "Jane Roe").blotted("Jane Doe (née Jane Roe), Jane Doe Jane Doe")
    assert told == f"{BLOT} (née {BLOT}), {BLOT} {BLOT}"


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.sampled_from("JanedoeÜß张伟 .-'\u00a0(李"), max_size=14),
    st.text(st.sampled_from("JaneDOEüß张伟 .-'x"), max_size=30),
)
def test_the_database_proposes_all_that_is_found_and_a_blotted_text_is_clean(name: str, text: str) -> None:
    spelling = exact_spelling([name])
    for told in (text, f"{text} {name} {text}"):
        assert proposed(spelling.rough, told) or not spelling.found_in(told)
        assert not spelling.found_in(spelling.blotted(told).replace(BLOT, "\n\n\n\n"))
