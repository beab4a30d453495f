"""CSS selectors as XPath, for the subset fingerprints use: type, #id, .class, [attribute], and the four combinators."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""\s*(?P<combinator>[>+~])\s*|(?P<blank>\s+)|\#(?P<id>(?:[\w-]|\\.)+)|\.(?P<class>(?:[\w-]|\\.)+)|
    \[\s*(?P<attribute>[\w:@-]+)\s*(?:(?P<operator>[*^$~|]?=)\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\]\s]+))\s*(?:[iIsS]\s*)?)?\]|
    (?P<type>\*|[a-zA-Z][\w-]*)""",
    re.X,
)


class UnsupportedSelector(ValueError):
    """A selector beyond the subset; the fingerprint is read without it."""


def split_group(selector: str) -> Iterator[str]:
    """The selectors of a comma-separated group."""
    depth, quote, start = 0, "", 0
    for n, character in enumerate(selector):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "[(":
            depth += 1
        elif character in "])":
            depth -= 1
        elif character == "," and depth == 0:
            yield selector[start:n].strip()
            start = n + 1
    yield selector[start:].strip()


def translate(selector: str) -> tuple[str, tuple[str, ...]]:
    """The XPath of one selector, and the texts (lower case) a page must hold for it to match.

    Raises UnsupportedSelector for pseudo-classes and whatever else is not CSS of the subset.
    """
    path, words, axis = "", [], "//"
    type_ = "*"
    conditions: list[str] = []
    position, seen = 0, False
    text = selector.strip()
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None or token.end() == position:
            raise UnsupportedSelector(selector)
        position = token.end()
        if token["combinator"] or token["blank"]:
            if not seen:
                raise UnsupportedSelector(selector)
            path += _step(axis, type_, conditions)
            axis = {"": "//", ">": "/", "+": "/following-sibling::*[1]/self::", "~": "/following-sibling::"}[
                token["combinator"] or ""
            ]
            type_, conditions, seen = "*", [], False
            continue
        seen = True
        if token["type"]:
            type_ = token["type"].lower()
            words.append("<" + type_ if type_ != "*" else "")
        else:
            condition, needed = _condition(token)
            conditions.append(condition)
            words += needed
    if not seen:
        raise UnsupportedSelector(selector)
    return path + _step(axis, type_, conditions), tuple(dict.fromkeys(word.lower() for word in words if word))


def _step(axis: str, type_: str, conditions: list[str]) -> str:
    return axis + type_ + "".join(f"[{condition}]" for condition in conditions)


def _condition(token: re.Match[str]) -> tuple[str, list[str]]:
    """The XPath condition of one simple selector, and the texts it needs."""
    if token["id"]:
        name = _unescape(token["id"])
        return f"@id={_quoted(name)}", [name]
    if token["class"]:
        name = _unescape(token["class"])
        return f"contains(concat(' ',normalize-space(@class),' '),{_quoted(f' {name} ')})", [name]
    attribute = token["attribute"].lower()
    if ":" in attribute or "@" in attribute:
        raise UnsupportedSelector(attribute)
    if not token["operator"]:
        return f"@{attribute}", [attribute]
    value = token["double"] or token["single"] or token["bare"] or ""
    quoted = _quoted(value)
    condition = {
        "=": f"@{attribute}={quoted}",
        "*=": f"contains(@{attribute},{quoted})",
        "^=": f"starts-with(@{attribute},{quoted})",
        "$=": f"substring(@{attribute},string-length(@{attribute})-{len(value) - 1})={quoted}",
        "~=": f"contains(concat(' ',normalize-space(@{attribute}),' '),{_quoted(f' {value} ')})",
        "|=": f"(@{attribute}={quoted} or starts-with(@{attribute},{_quoted(value + '-')}))",
    }[token["operator"]]
    return condition, [attribute] + [value] * ("&" not in value)  # an entity may stand for `&` in the source


def _unescape(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name)


def _quoted(value: str) -> str:
    if "'" not in value:
        return f"'{value}'"
    if '"' not in value:
        return f'"{value}"'
    raise UnsupportedSelector(value)
