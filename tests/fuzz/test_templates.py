"""Whatever comes as a template: it is deployed, or refused in one sentence, and never anything else.

Breaks that this file notices, tried: aliases that are allowed; no budget; `Fn::Select` of what is no list.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecs_emulator.stacks.errors import LONGEST
from ecs_emulator.stacks.files import stand_ins
from ecs_emulator.stacks.render import render
from ecs_emulator.stacks.templates import TemplateError, parsed_template
from emulator.tests.stacks.stage import Stage, new_name, stage
from emulator.tests.stacks.templates import SERVICE
from ops.stacks.listing import Listing
from tests.fuzz.conftest import TIMES
from tests.fuzz.finds import finds, kept
from tests.fuzz.mutations import mutated, scrambled, written

EXAMPLES = 100 * TIMES
DEPLOYED = 20 * TIMES
# The same examples in each `make test-all`, others in each `make fuzz`.
ALWAYS = settings(
    derandomize=TIMES == 1, database=None, deadline=None, suppress_health_check=list(HealthCheck), print_blob=False
)
MOST_WORK = 10  # seconds of this thread's own processor time, which no neighbour can use up
ROOT = Path(__file__).parents[2]

LISTED = Listing.read(ROOT / "cfn" / "stacks.yml").all("monolith")
VALUES = {name: value for each in LISTED for name, value in each.parameters.items()}
EVERYTHING = (Path(__file__).parent / "everything.yml").read_text()
TEXTS = [
    EVERYTHING,
    SERVICE,
    (ROOT / "emulator" / "tests" / "somebodys-service.yml").read_text(),
    *(each.text for each in LISTED),
]
DOCUMENTS = [parsed_template(text, "seed") for text in TEXTS]


class _Exports(dict[str, str]):
    """Everything that anybody may import."""

    def __missing__(self, name: str) -> str:
        return f"the-{name}"

    def __contains__(self, name: object) -> bool:
        return True


def worse(random: Random, texts: list[str], documents: list[Any]) -> str:
    """A template that once was good."""
    text = random.choice(texts)
    if random.random() < 0.8:
        text = written(mutated(random.choice(documents), random), random)
    return scrambled(text, random) if random.random() < 0.3 else text


def is_fine(text: str, values: Mapping[str, Any] = VALUES) -> bool:
    """Whether a template can be rendered; when it cannot, its error is a sentence that says where."""
    before = time.thread_time()
    try:
        document = parsed_template(text, "t.yml")
        ours = {name: value for name, value in values.items() if name in document.get("Parameters", {})}
        render([("t", document, stand_ins(document) | ours)], _Exports())
    except TemplateError as error:
        told = str(error)
        assert len(told) <= LONGEST
        assert told.isprintable()
        assert told.startswith(("t.yml", "t: "))
        return False
    finally:
        assert time.thread_time() - before < MOST_WORK
    return True


@pytest.mark.parametrize("text", finds("templates"), ids=range(len(finds("templates"))))
def test_what_was_found_once_is_found_no_more(text: bytes) -> None:
    is_fine(text.decode(errors="surrogatepass"))


def test_the_templates_that_it_begins_with_are_good() -> None:
    assert [text for text in TEXTS if not is_fine(text)] == []


@pytest.mark.timeout(600 * TIMES)
def test_every_template_is_rendered_or_refused_in_one_sentence() -> None:
    fine = []
    with kept("templates") as keep:

        @settings(
            max_examples=EXAMPLES,
            derandomize=TIMES == 1,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(st.randoms(use_true_random=False))
        def every_template(random: Random) -> None:
            text = worse(random, TEXTS, DOCUMENTS)
            keep(text.encode(errors="surrogatepass"))
            fine.append(is_fine(text))

        every_template()
    # Most are refused, and some survive what was done to them: else it would try but one part.
    assert 0.05 < sum(fine) / len(fine) < 0.9


@pytest.fixture(scope="module")
def cloud() -> Any:
    with stage() as there:
        yield there


@pytest.mark.timeout(600 * TIMES)
def test_every_template_is_deployed_or_refused_in_aws_words(cloud: Stage) -> None:
    cloudformation = cloud.client("cloudformation")
    refused: list[Any] = []

    def deploys(text: str) -> None:
        name = new_name()
        asked: dict[str, Any] = {"StackName": name, "TemplateBody": text, "Capabilities": ["CAPABILITY_NAMED_IAM"]}
        try:
            cloudformation.create_stack(**asked)
            cloudformation.update_stack(**{**asked, "TemplateBody": EVERYTHING})
        except ClientError as error:
            refused.append(error.response["Error"])
        assert [error for error in refused if error["Code"] == "InternalFailure"] == []
        assert [each.name for each in cloud.stacks.ever() if each.reason == "Internal Failure"] == []

    with kept("templates") as keep:

        @settings(
            max_examples=DEPLOYED,
            derandomize=TIMES == 1,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(st.randoms(use_true_random=False))
        def every_template(random: Random) -> None:
            text = worse(random, [EVERYTHING, SERVICE], DOCUMENTS[:2])
            keep(text.encode(errors="surrogatepass"))
            # The wire has no way to write half a character.
            deploys(text.encode(errors="replace").decode())

        every_template()
