from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.verbs.technologies import command
from enrichers.technographic.lexicon_file import read_lexicon
from enrichers.technographic.mention_kind import MentionKind
from enrichers.technographic.words import find_mentions, spoken_names


def names(text: str) -> set[str]:
    return set(spoken_names(find_mentions(text)))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("You write Python/Java/Go for our billing team.", {"Python", "Java", "Go"}),
        ("Experience with . NET Core, C# and C++17.", {".NET Core", "C#", "C++"}),
        ("K8s, Terraform and GCP in production", {"Kubernetes", "Terraform", "Google Cloud"}),
        (
            "熟悉java/scala，了解spark、flink和es",
            {"Java", "Scala", "Apache Spark", "Apache Flink", "Elasticsearch"},
        ),
        ("熟练使用PS、AI等设计软件", {"Adobe Photoshop", "Adobe Illustrator"}),
        ("熟悉AD、Protel等画图工具", {"Altium Designer", "Protel"}),
        ("精通SPSS/SASS/R等统计工具", {"SPSS", "SAS", "R"}),
        ("精通Less、Sass、CSS3", {"Sass", "CSS"}),
        (
            "熟练使用office办公软件，Excel、PPT",
            {"Microsoft Office", "Microsoft Excel", "Microsoft PowerPoint"},
        ),
        ("Elasticsearh, Redis and Kafka", {"Elasticsearch", "Redis", "Apache Kafka"}),
        ("Microsoft Azure services: AppService, KeyVault", {"Microsoft Azure", "Azure Key Vault"}),
    ],
)
def test_names_technologies(text: str, wanted: set[str]) -> None:
    assert wanted <= names(text)


@pytest.mark.parametrize(
    "text",
    [
        "Go to market with our sales team and go beyond expectations.",
        "We excel in R&D, react quickly, and spring into action at our office.",
        "AI will change how C-level executives work. Class C licence required.",
        "公司专注AI大模型，负责C端用户增长和PR稿件，福利待遇优厚。",
        "Swift payments, a storm of ideas, a shell company and word of mouth; the outlook is bright.",
        "See https://github.com/python/java and mail docker@example.com",
        "",
    ],
)
def test_everyday_words_are_no_technologies(text: str) -> None:
    assert names(text) == set()


def test_boasts_are_no_stack() -> None:
    mentions = find_mentions("We are an AWS Premier Partner and a certified Salesforce partner.")
    assert {m.kind for m in mentions} == {MentionKind.PARTNER_BOAST}
    assert spoken_names(mentions) == ()


def test_kinds_follow_headings_and_words() -> None:
    text = "Requirements:\nFluent in PostgreSQL.\nNice to have:\nTerraform.\nOur stack:\nDjango and Redis.\n"
    kinds = {m.name: m.kind for m in find_mentions(text)}
    assert kinds["PostgreSQL"] is MentionKind.REQUIREMENT
    assert kinds["Terraform"] is MentionKind.NICE_TO_HAVE
    assert kinds["Django"] is MentionKind.STACK
    assert {m.name: m.kind for m in find_mentions("任职要求：熟悉MySQL；有Flink经验者优先。")} == {
        "MySQL": MentionKind.REQUIREMENT,
        "Apache Flink": MentionKind.NICE_TO_HAVE,
    }
    story = find_mentions("Marlow Foods went live on Workday HCM and Salesforce in March 2025.")
    assert {m.kind for m in story} == {MentionKind.CUSTOMER_STORY}


def test_rivals_lower_confidence() -> None:
    alone = find_mentions("Requirements:\nSalesforce experience.")[0]
    listed = find_mentions("Requirements:\nSalesforce, HubSpot, SugarCRM, Pipedrive or Zoho experience.")[0]
    assert listed.name == alone.name == "Salesforce"
    assert listed.rivals == 4
    assert listed.confidence < alone.confidence


def test_evidence_is_the_sentence() -> None:
    mention = find_mentions("We like tea. We run Kubernetes in three regions. Dogs welcome.")[0]
    assert mention.sentence.startswith("We run Kubernetes")


@settings(deadline=None, max_examples=80)
@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    for mention in find_mentions(text):
        assert 0 <= mention.confidence <= 1
        assert mention.start < mention.end


def test_long_lists_cost_no_quadratic_time() -> None:
    start = time.process_time()
    find_mentions("Java, Go, C, R, Spark, " * 1500)
    assert time.process_time() - start < 10


def test_lexicon_is_sound() -> None:
    lexicon = read_lexicon()
    assert len(lexicon.terms) > 400


def test_verb_writes_names(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows = [{"id": "a", "text": "We use Django."}, {"id": "b", "text": None}]
    source.write_text("\n".join(map(json.dumps, rows)) + "\n\n", encoding="utf-8")
    result = CliRunner().invoke(command, [str(source), str(out), "--json"])
    assert result.exit_code == 0, result.output
    said = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(row["id"], row["technologies"]) for row in said] == [("a", ["Django"]), ("b", [])]
    assert said[0]["mentions"][0]["sentence"] == "We use Django."
