"""What the configuration says of scores and briefs: the wanted customer, own rules, calibrated bands, the language."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from accounts.config import Config
from accounts.errors import ConfigError
from flows.services import Services
from intelligence.brief_text import Lang
from intelligence.fit import Wanted
from intelligence.score import Scoring, default_scoring

_HAN = re.compile(r"[\u3400-\u9fff]")
#: Where `calibrate --write` leaves the thresholds it found, beside the warehouse.
BANDS = "bands.json"


@dataclass(frozen=True, slots=True)
class BriefSettings:
    """Settings of one run; `angles` are the user's own rules, asked before those that ship."""

    lang: str = "auto"
    angles: tuple[Mapping[str, Any], ...] = ()
    icp: Wanted = field(default_factory=Wanted)
    scoring: Scoring | None = None
    page_base: str = ""

    def lang_of(self, name: str) -> Lang:
        """The language of an account's brief in the CRM: as configured, else that of its name."""
        if self.lang in ("en", "zh"):
            return "zh" if self.lang == "zh" else "en"
        return "zh" if _HAN.search(name) else "en"


def brief_settings(services: Services) -> BriefSettings:
    """The settings of a run. Raises ConfigError for a rules file that is missing or cannot be read."""
    config = services.config
    page_base = str(config.crm.options.get("console", ""))
    return BriefSettings(
        config.brief.lang, read_rules(config), wanted_customer(config), scoring_of(config), page_base
    )


def wanted_customer(config: Config) -> Wanted:
    """The customer `[icp]` describes."""
    icp = config.icp
    return Wanted(icp.industries, icp.countries, icp.technologies, icp.employees_min, icp.employees_max)


def read_rules(config: Config) -> tuple[Mapping[str, Any], ...]:
    """The rules in the file that `[brief] rules` names."""
    if config.brief.rules is None:
        return ()
    path = config.resolve(config.brief.rules)
    try:
        rules = (yaml.safe_load(path.read_text(encoding="utf-8-sig")) or {}).get("angles", [])
        faulty = next((rule for rule in rules if "on" not in rule or not ({"en", "zh"} & set(rule))), None)
    except (OSError, ValueError, AttributeError, TypeError, yaml.YAMLError) as error:
        raise ConfigError(
            f"The brief rules in {path} cannot be read: {str(error).splitlines()[0]}.",
            remedy='Write `angles:` with entries such as {"on": funding, en: "Ask …", zh: "了解…"}.',
            path=path,
            key="brief.rules",
        ) from error
    if faulty is not None:
        raise ConfigError(
            f"The brief rule {faulty!r} in {path} lacks `on`, or a text in `en` or `zh`.",
            remedy='Write entries such as {"on": funding, en: "Ask …", zh: "了解…"}.',
            path=path,
            key="brief.rules",
        )
    return tuple(rules)


def scoring_of(config: Config) -> Scoring:
    """The shipped scoring, with the bands that `calibrate` set."""
    bands = read_bands(config.home)
    return default_scoring().with_bands(bands) if bands else default_scoring()


def read_bands(home: Path) -> dict[str, float]:
    """The calibrated thresholds beside the warehouse, by band; none where nobody calibrated, or the file is damaged."""
    try:
        found = json.loads((home / BANDS).read_text(encoding="utf-8"))["bands"]
        return {str(name): float(value) for name, value in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return {}
