"""What a brief says of hiring, technology and needs."""

from __future__ import annotations

from accounts.golden import GoldenValue
from intelligence.brief_text import Lang, Sentence, shortened
from intelligence.hiring import Hiring
from intelligence.tables import data

MOST_NAMES, MOST_NEEDS = 6, 3


def hiring_sentences(hiring: Hiring | None, in_use: GoldenValue | None, lang: Lang) -> tuple[Sentence, ...]:
    """Open roles, their trend and movement, where they are, which technologies; nothing of an account without a board."""
    words = data("brief")["sentences"][lang]
    sentences: list[str] = []
    if hiring is not None:
        trend = data("hiring")["trends"][hiring.trend][lang]
        reason = trend_reason(hiring, lang)
        sentences.append(words["hiring"].format(roles=hiring.open_roles, trend=trend, reason=reason))
        if hiring.opened_30 or hiring.closed_30:
            sentences[-1] += " " * (lang == "en") + words["hiring_moved"].format(
                opened=hiring.opened_30, closed=hiring.closed_30
            )
        where = [*hiring.by_function[:3], *hiring.by_place[:2]]
        if where:
            names = words["join"].join(f"{name} ({count})" for name, count in where)
            sentences.append(words["hiring_where"].format(names=names))
        if hiring.technologies:
            names = words["join"].join(
                f"{name} ({count})" for name, count in hiring.technologies[:MOST_NAMES]
            )
            sentences.append(words["technologies"].format(names=names))
    found = [Sentence(text, ("hiring",)) for text in sentences]
    if in_use is not None and in_use.value:
        names = words["join"].join(part.strip() for part in in_use.value.split(";")[:MOST_NAMES])
        found.append(Sentence(words["in_use"].format(names=names), in_use.observation_ids))
    return tuple(found)


def need_sentences(hiring: Hiring | None, lang: Lang) -> tuple[Sentence, ...]:
    """What the roles say the company needs, each with the sentence that says so."""
    words = data("brief")["sentences"][lang]
    found = []
    for name, count, passage, url in (hiring.needs if hiring else ())[:MOST_NEEDS]:
        template = words["need_one" if count == 1 else "need"]
        text = template.format(need=need_name(name, lang), count=count, passage=shortened(passage, 110))
        text = text[0].upper() + text[1:]
        found.append(Sentence(text, ("hiring",), (url,) if url else ()))
    return tuple(found)


def need_name(name: str, lang: Lang) -> str:
    """What a person calls a business need."""
    return str(data("hiring")["needs"].get(name, {}).get(lang, name.replace("_", " ")))


def trend_reason(hiring: Hiring, lang: Lang) -> str:
    """Why the trend is what it is, in a language; the exact statistic stays with the judgement."""
    if hiring.usual is not None:
        return f"usually {hiring.usual:g}" if lang == "en" else f"平时约{hiring.usual:g}个"
    if lang == "en":
        return hiring.reason
    return "春节前后不作判断" if "Spring Festival" in hiring.reason else "观察时间或次数不足"
