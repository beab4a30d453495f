"""What sources have in common that are asked by an account's name: the question is the record, and articles are judged later."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from accounts.account import Account, Company
from accounts.errors import QuotaExhausted, SourceError, WarehouseError
from accounts.link import Candidate
from enrichers.base import Answer, Reading
from enrichers.firmographic.name_parts import without_legal_form

_log = logging.getLogger(__name__)
_CJK = re.compile(r"[㐀-鿿]")
_FORM = re.compile(r"(?:股份有限公司|有限责任公司|集团有限公司|有限公司|集团公司|集团|公司)$")
_SHORTEST = 3


def spoken_name(account: Account) -> str:
    """The name news would call the account by: without its legal form; empty where it has none worth asking for."""
    name = account.get("name") or account.get("legal_name") or ""
    bare = _FORM.sub("", without_legal_form(name)).replace('"', " ").strip()
    return bare if len(bare) >= (2 if _CJK.search(bare) else _SHORTEST) else ""


def is_chinese(name: str) -> bool:
    """True for a name with Chinese characters."""
    return bool(_CJK.search(name))


def question(source: str, account: Account, url: str) -> Candidate:
    """The candidate that stands for asking about the account: whether an article is about it, is judged article by article."""
    names = tuple(name for name in (account.get("name"), account.get("legal_name")) if name)
    return Candidate(source, Company(url, names), url, stated=True)


def safely(source: str, asked: Callable[[], Answer[Reading]]) -> Answer[Reading]:
    """The answer, or *failed* with the reason: never raises for what the world does."""
    try:
        return asked()
    except WarehouseError:
        raise
    except QuotaExhausted as error:
        return Answer.failed(str(error))
    except SourceError as error:
        return Answer.failed(error.what, requests=1)
    except Exception as error:
        _log.exception("source %s failed", source)
        return Answer.failed(f"{type(error).__name__}: {error}"[:300])
