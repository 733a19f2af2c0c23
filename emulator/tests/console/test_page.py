"""Rules that hold for every file of the page."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "ecs_emulator" / "console" / "page"
SCRIPTS = sorted((PAGE / "scripts").glob("*.js"))
# Ways to give markup or code to a browser.
ACTS = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\(\"style")


def korean() -> set[str]:
    text = (PAGE / "scripts" / "ko.js").read_text()
    return {quoted or bare for quoted, bare in re.findall(r'^  (?:"([^"]+)"|(\w+)): "', text, re.MULTILINE)}


def words(script: Path) -> set[str]:
    text = script.read_text()
    return set(re.findall(r'\bt\("([^"]+)"', text)) | {
        name for pair in re.findall(r"^const (?:TABS|PLACES) = (.*?);$", text, re.MULTILINE | re.DOTALL)
        for name in re.findall(r'\["[^"]+", "([^"]+)"\]', pair)
    }  # fmt: skip


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_word_is_there_in_korean(script: Path) -> None:
    assert words(script) <= korean()


def test_no_korean_word_is_left_over() -> None:
    assert korean() <= {word for script in SCRIPTS for word in words(script)}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_script_takes_text_for_markup_or_code(script: Path) -> None:
    assert not ACTS.findall(script.read_text())


def test_nothing_is_asked_of_anybody_else() -> None:
    for path in (*SCRIPTS, *PAGE.rglob("*.css"), *PAGE.rglob("*.html")):
        found = set(re.findall(r"(?:https?:)?//[a-z][\w.-]+", re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.M)))
        assert found <= {"http://www.w3.org"}, path.name


def test_the_page_has_no_code_and_no_style_of_its_own() -> None:
    html = (PAGE / "index.html").read_text()
    assert not re.search(r"<style|<script(?![^>]* src=)|\son\w+=|\sstyle=", html)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_script_is_longer_than_can_be_read(script: Path) -> None:
    assert len(script.read_text().splitlines()) <= 250


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (["ecs", "update_service", {"desiredCount": 3}], "aws ecs update-service --desired-count 3"),
        (["ecs", "update_service", {"forceNewDeployment": True}], "aws ecs update-service --force-new-deployment"),
        (["ecs", "stop_task", {"reason": "it's late"}], "aws ecs stop-task --reason 'it'\\''s late'"),
        (["ecs", "untag_resource", {"tagKeys": ["a:b", "c"]}], "aws ecs untag-resource --tag-keys a:b c"),
        (
            ["elbv2", "modify_rule", {"RuleArn": "r", "Actions": [{"Type": "forward"}]}],
            'aws elbv2 modify-rule --rule-arn r --actions \'[{"Type":"forward"}]\'',
        ),
        (["dynamodb", "scan", {"TableName": "$(rm x)"}], "aws dynamodb scan --table-name '$(rm x)'"),
    ],
)  # fmt: skip
def test_the_line_beside_a_button_is_the_call(call: list[object], line: str, node: str) -> None:
    script = PAGE / "scripts" / "lines.js"
    program = (
        f"import({json.dumps(script.as_uri())}).then(({{ awsLine }}) => console.log(awsLine(...{json.dumps(call)})))"
    )
    done = subprocess.run([node, "--no-warnings", "-e", program], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip("\n") == line


@pytest.mark.parametrize(
    ("facts", "phases"),
    [
        ({"created": 1, "started": 2, "phase": "healthy"}, [[1, "starting"], [2, "healthy"]]),
        ({"created": 1, "started": 2, "phase": "running"}, [[1, "starting"], [2, "running"]]),
        ({"created": 1, "started": 2, "phase": "unhealthy"}, [[1, "starting"], [2, "running"], [9, "unhealthy"]]),
    ],
)
def test_a_task_that_was_there_before_the_page_is_what_it_was(
    facts: dict[str, object], phases: list[list[object]], node: str
) -> None:
    script = PAGE / "scripts" / "store.js"
    state = json.dumps({"task/a": {"task": "a", **facts}})
    program = (
        f"import({json.dumps(script.as_uri())}).then(({{ newStore }}) => {{ const store = newStore(() => {{}});"
        f" store.begin(9, {state});"
        " console.log(JSON.stringify(store.spans('task/a').map((each) => [each.at, each.phase]))); })"
    )
    done = subprocess.run([node, "--no-warnings", "-e", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == phases


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    if not found:
        pytest.skip("There is no Node: NOT SHOWN that the lines are those of the AWS CLI.")
    return found
