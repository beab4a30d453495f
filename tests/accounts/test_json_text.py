from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.json_text import load_json


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'"a\\ud800b"', "a\ufffdb"),
        (b'"\\udc00\\ud800"', "\ufffd\ufffd"),
        (b'"\\uD83D\\uDE00"', "😀"),
        (b'"\\\\ud800"', "\\ud800"),
        (b'"\\\\\\ud800"', "\\\ufffd"),
        (b'"\xed\xa0\x80"', "\ufffd\ufffd\ufffd"),
        (b"\xef\xbb\xbf[1]", [1]),
        ('"é"'.encode("utf-16"), "é"),
        (b'{"\\ud800": 1}', {"\ufffd": 1}),
    ],
)
def test_halves_of_characters_are_told_as_such_and_whole_ones_kept(body: bytes, value: object) -> None:
    assert load_json(body) == value


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_what_is_right_is_read_as_ever(value: object) -> None:
    assert load_json(json.dumps(value)) == load_json(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.text(st.sampled_from('\\ud8DcC0fF"u{}[]:, a'), max_size=40))
def test_whatever_is_read_can_be_written(text: str) -> None:
    try:
        value = load_json(f'"{text}"')
    except ValueError:
        return
    json.dumps(value, ensure_ascii=False).encode()
