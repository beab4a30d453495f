"""How a Chinese registry service is asked: once an account, for Chinese companies only, since every call is paid."""

from __future__ import annotations

import re
from abc import abstractmethod

from accounts.account import Account
from accounts.link import Candidate
from accounts.observation import Outcome
from accounts.values import value_type
from accounts.values.place import country_code
from enrichers.base import Answer, Reading
from enrichers.registry.chinese_record import CHANGE_CLASSES, ChineseRecord, said_of, signals_of
from enrichers.registry.register import Asked, Register
from enrichers.web.response import Response

_CJK = re.compile(r"[㐀-鿿]")
_FIELDS = frozenset(
    ["legal_name", "uscc", "company_number", "legal_representative", "registered_capital", "registration_status", "founded", "ownership", "business_scope", "street", "industry", "employees_band", "phone", "website", "former_names", "tags", "parent"]
)  # fmt: skip


class ChineseRegister(Register):
    """The part 企查查 and 天眼查 share. A service gives `_address`, `_fetch` and `_parse`."""

    provides = _FIELDS | CHANGE_CLASSES
    needs = frozenset({"uscc", "legal_name", "name"})
    licence = ""
    every_days = 90

    @abstractmethod
    def _address(self, asked_for: str) -> str: ...

    @abstractmethod
    def _fetch(self, url: str, asked: Asked) -> Response | None: ...

    @abstractmethod
    def _parse(self, body: bytes) -> ChineseRecord | None: ...

    def _calls(self) -> int:
        return 1  # search and read share an answer

    def _completed(self, record: ChineseRecord, asked: Asked) -> ChineseRecord:
        return record

    def _search(self, account: Account, asked: Asked) -> Answer[Candidate]:
        if country_code(account.get("country") or "") not in (None, "CN"):
            return Answer.of(())
        uscc = value_type("uscc").canonical(account.get("uscc") or "")
        names = [n for n in (account.get("legal_name"), account.get("name")) if n and _CJK.search(n)]
        asked_for = uscc or next(iter(names), "")
        if not asked_for:
            return Answer.of(())
        url = self._address(asked_for)
        record, _ = self._record(url, asked)
        if record is None:
            return Answer.not_found(f"{self.name} has no company {asked_for}.") if uscc else Answer.of(())
        return Answer.of(
            (Candidate(self.name, record.company, url, stated=bool(uscc) and record.uscc == uscc),)
        )

    def _read(self, account: Account, candidate: Candidate, asked: Asked) -> Answer[Reading]:
        record, response = self._record(candidate.url, asked)
        if record is None or response is None:
            return Answer.not_found(f"{self.name} has no company {candidate.company.id}.")
        record = self._completed(record, asked)
        made = tuple(self._observations(account, record.id, said_of(record), response, "CN"))
        today = self._context.clock.now().date()
        signals = tuple(signals_of(account, self.name, self.extractor, record, response, today))
        return Answer.of((Reading(made, signals),)) if made else Answer(Outcome.ZERO_ROWS)

    def _record(self, url: str, asked: Asked) -> tuple[ChineseRecord | None, Response | None]:
        response = self._fetch(url, asked)
        if response is None:
            return None, None
        try:
            return self._parse(response.body), response
        except Exception:
            self._forget(url)
            raise
