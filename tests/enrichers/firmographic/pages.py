"""Saved pages of invented companies, and short ways to read them."""

from __future__ import annotations

from pathlib import Path

from enrichers.firmographic.fact import Fact
from enrichers.firmographic.page import Page, parse_page
from enrichers.firmographic.read import read_page, settle

FIXTURES = Path(__file__).parent / "fixtures"


def saved(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def page(html: str, url: str | None = None) -> Page:
    return parse_page(html, url)


def facts(html: str, url: str | None = None, country: str | None = None) -> dict[str, list[Fact]]:
    return settle([read_page(html, url, country)])


def facts_of(name: str, url: str | None = None) -> dict[str, list[Fact]]:
    return facts(saved(name).decode("utf-8"), url)


def values(found: dict[str, list[Fact]], field: str) -> list[str]:
    return [fact.value for fact in found.get(field, [])]


def kinds(found: dict[str, list[Fact]], field: str) -> dict[str, str | None]:
    return {fact.canonical or fact.value: fact.kind for fact in found.get(field, [])}
