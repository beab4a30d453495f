"""People in business roles: a name and a role, however a CRM or a page puts the two together."""

from __future__ import annotations

import re
import unicodedata

from accounts.values.base import Hints, ValueType, no_hints, tidy

_ROLE = re.compile(
    r"(?i)\b(?:chief|officer|president|director|manager|founder|owner|chair\w*|partner|head|principal|secretary|treasurer|counsel|c[efimort]o|[es]?vp|md|geschäftsführer\w*|vorstand\w*|prokurist\w*)\b|董事|经理|經理|总裁|總裁|首席|创始|創始|创办|創辦|主席|总监|總監|负责人|負責人|代表|执行长|執行長|法人"
)
_BRACKETS = re.compile(r"^(?P<first>[^()（）]+)[(（](?P<second>[^()（）]+)[)）]$")
_SEPARATOR = re.compile(r"\s*[,，|/]\s*|\s+[-–—]\s+|\s*[:：]\s*")
_HAN_GAP = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_TITLES = re.compile(
    r"(?i)^(?:mr|mrs|ms|dr|prof|sir|dame|herr|frau)\.?\s+|\s*(?:先生|女士|博士)$|,?\s+(?:ph\.?d|mba|jr|sr)\.?$"
)
_CHIEF = re.compile(r"^chief\s+(?P<of>[\w\s&-]+?)\s+officer$")
_MOST_ROUNDS = 6
_LONGEST = 1_000
"""Characters that are looked at: nobody's name and role are longer."""
_HOLLOW = re.compile(r"[(（][\W_]*[)）]")
_MIDDLE = re.compile(r"(?<=\w)\s+[A-Z]\.?(?=\s)\s")
_FILLING = frozenset({"and", "of", "the", "amp"})
_OTHER_WORDS = {
    "managing director": "md",
    "vice president": "vp",
    "總經理": "总经理",
    "董事長": "董事长",
    "總裁": "总裁",
    "執行長": "首席执行官",
}


def name_and_role(text: str) -> tuple[str, str]:
    """The name and the role a text puts together; the role is blank where none is told.

    >>> name_and_role("Jane Roe, CEO"), name_and_role("董事长：王强"), name_and_role("Jane Roe (Owner)")
    (('Jane Roe', 'CEO'), ('王强', '董事长'), ('Jane Roe', 'Owner'))
    >>> name_and_role("王 强"), name_and_role("王强 总经理")
    (('王 强', ''), ('王强', '总经理'))
    """
    text = _bare(tidy(_HOLLOW.sub(" ", tidy(text[:_LONGEST]))))
    match = _BRACKETS.match(text)
    parts = [match["first"], match["second"]] if match else _SEPARATOR.split(text, maxsplit=1)
    if len(parts) == 1 and _ROLE.search(text):
        parts = _HAN_GAP.split(text, maxsplit=1)
    first, second = (parts[0].strip(), parts[1].strip()) if len(parts) == 2 else (text, "")
    if second and _ROLE.search(first) and not _ROLE.search(second):
        first, second = second, first
    if not _fold(first):
        first, second = text, ""
    name = " ".join(_SEPARATOR.sub(" ", _bare(first)).split())
    return _bare(_TITLES.sub("", name)) or name, _bare(second) if _fold(second) else ""


def _bare(text: str) -> str:
    return text.strip(" ,，;；:：|/-–—")


class PersonType(ValueType):
    """A named officer, `Jane Roe, Chief Executive Officer`: identity is the name and the role, and nothing else."""

    name = "person"

    def canonical(self, text: str, hints: Hints = no_hints) -> str | None:
        """`Name, Role`, or the name alone; None where nothing names anybody."""
        form = text
        for _ in range(_MOST_ROUNDS):  # hostile punctuation may leave something to be tidied
            name, role = name_and_role(form)
            if not _fold(name):
                return None
            again = f"{name}, {role}" if role else name
            if again == form:
                break
            form = again
        return form

    def problem(self, text: str, hints: Hints = no_hints) -> str | None:
        """Says that the text names nobody."""
        return None if self.canonical(text, hints) else "names nobody"

    def key(self, text: str, hints: Hints = no_hints) -> str:
        """The folded name, a bar, the folded role.

        >>> PersonType().key("CEO: Dr. Jane Roe") == PersonType().key("JANE Q. ROE, Chief Executive Officer")
        True
        """
        name, role = name_and_role(self.canonical(text) or text)
        bare = _fold(_MIDDLE.sub(" ", name))
        return f"{bare}|{_role_key(role)}" if bare else super().key(text)


def _role_key(role: str) -> str:
    plain = " ".join(unicodedata.normalize("NFKC", role).casefold().split())
    chief = _CHIEF.match(plain)
    if chief:
        return "c" + "".join(w[0] for w in re.split(r"[\s&-]+", chief["of"]) if w and w not in _FILLING) + "o"
    return _fold(_OTHER_WORDS.get(plain, plain))


def _fold(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())
