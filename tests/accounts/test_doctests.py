"""The examples in the vocabulary's docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import accounts

MODULES = [m.name for m in pkgutil.walk_packages(accounts.__path__, "accounts.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
