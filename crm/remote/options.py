"""Reads `[crm.options]`: addresses, names, limits, and the secrets named there by variable or file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from accounts.config import Config
from accounts.errors import ConfigError
from accounts.secrets import find_secret

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Options:
    """The settings of one kind of CRM. Every miss is a ConfigError that names the key and what belongs there."""

    def __init__(self, config: Config, environment: Mapping[str, str] | None = None) -> None:
        self.kind = config.crm.kind
        self._config = config
        self._given: Mapping[str, Any] = config.crm.options
        self._environment = os.environ if environment is None else environment

    def text(self, key: str, default: str | None = None, *, remedy: str = "") -> str:
        """A text. Raises ConfigError where it is not set and has no default."""
        value = self._given.get(key, default)
        if value is None or not str(value).strip():
            raise ConfigError(
                f"[crm.options] {key} is not set.", remedy=remedy or f"The CRM {self.kind} needs it.",
                path=self._config.path, key=f"crm.options.{key}",
            )  # fmt: skip
        return str(value).strip()

    def maybe(self, key: str) -> str | None:
        """A text, or None where it is not set."""
        value = self._given.get(key)
        return str(value).strip() or None if value is not None else None

    def number(self, key: str, default: float) -> float:
        """A number. Raises ConfigError for anything else."""
        value = self._given.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ConfigError(
                f"[crm.options] {key} is {value!r}, which is no number.",
                remedy="Mend that line.",
                path=self._config.path,
                key=f"crm.options.{key}",
            )
        return float(value)

    def flag(self, key: str, default: bool) -> bool:
        """True or false. Raises ConfigError for anything else."""
        value = self._given.get(key, default)
        if not isinstance(value, bool):
            raise ConfigError(
                f"[crm.options] {key} is {value!r}; it is true or false.",
                remedy="Mend that line.",
                path=self._config.path,
                key=f"crm.options.{key}",
            )
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text alone counts as a list of one."""
        value = self._given.get(key, ())
        return (value,) if isinstance(value, str) else tuple(str(v) for v in value)

    def address(self, key: str, default: str | None = None, *, remedy: str = "") -> str:
        """A web address without a trailing slash; a bare host gets https. Plain http is let through on loopback only."""
        text = self.text(key, default, remedy=remedy).rstrip("/")
        text = text if "://" in text else f"https://{text}"
        parts = urlsplit(text)
        if not parts.hostname or parts.scheme not in ("http", "https"):
            raise ConfigError(
                f"[crm.options] {key} is {text!r}, which is no web address.", remedy=remedy or "Write https://HOST.",
                path=self._config.path, key=f"crm.options.{key}",
            )  # fmt: skip
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK and not self.flag("allow_http", False):
            raise ConfigError(
                f"[crm.options] {key} is {text!r}: credentials would travel unencrypted.",
                remedy="Write https://, or set allow_http = true where the way there is safe.",
                path=self._config.path,
                key=f"crm.options.{key}",
            )
        return text

    def secret(self, name: str, *, remedy: str = "") -> str:
        """A secret from `NAME_file`, `NAME_env`, `NAME_block`, or the variable EVERGREEN_KIND_NAME.

        Raises ConfigError where there is none, or others may read the file. The secret itself is in no message.
        """
        variable = f"EVERGREEN_{self.kind}_{name}".upper()
        value = find_secret(name, self._given, self._config.resolve(Path()), self._environment, variable)
        if not value:
            named = self.maybe(f"{name}_env") or variable
            raise ConfigError(
                f"The CRM {self.kind} needs its {name.replace('_', ' ')}, and {named} is not set.",
                remedy=remedy or f"Set {named}, or name a file under [crm.options] {name}_file.",
                path=self._config.path,
                key=f"crm.options.{name}",
            )
        return value

    def has_secret(self, name: str) -> bool:
        """True when the secret is named or set."""
        if any(self.maybe(f"{name}{place}") for place in ("_file", "_block")):
            return True
        variable = self.maybe(f"{name}_env") or f"EVERGREEN_{self.kind}_{name}".upper()
        return bool(self._environment.get(variable, "").strip())
