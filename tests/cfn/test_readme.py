"""The folder's README says what the templates say, and its sums are right."""

from __future__ import annotations

import re

from tests.cfn.platforms import CFN, KINDS, Documents, Platform

TEXT = (CFN / "README.md").read_text()


def _rows(first: str, last: str) -> list[list[str]]:
    lines = TEXT[TEXT.index(first) : TEXT.index(last)].splitlines()
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("|")]


def test_the_stacks_are_listed_in_the_order_in_which_they_are_made() -> None:
    named = re.findall(r"^\| `(\w+)` \| (?!`)", TEXT, re.MULTILINE)
    assert named == [template.removesuffix(".yml") for _, template, _ in KINDS["smallest"]]


def test_every_parameter_that_is_named_exists(documents: Documents) -> None:
    parameters = {name for document in documents.values() for name in document.get("Parameters", {})}
    named = {
        name for row in _rows("| `network` | `First", "With `endpoints`") for name in re.findall(r"`(\w+)`", row[1])
    }
    assert len(named) > 25
    assert named <= parameters


def test_the_costs_add_up() -> None:
    rows = _rows("| Tasks, CPU", "Sources are")
    sums = [float(cell.strip("* ")) for cell in rows.pop()[2:]]
    for size, total in enumerate(sums):
        assert round(sum(float(row[2 + size].rsplit(" ", 1)[-1]) for row in rows), 2) == total


def test_the_alarms_that_are_billed_are_counted(smallest: Platform) -> None:
    """Each metric of an alarm is; a policy that tracks a target makes an alarm for more tasks and one for fewer."""
    own = sum(
        max(1, sum("MetricStat" in each for each in alarm.get("Metrics", [])))
        for alarm in smallest.of_type("AWS::CloudWatch::Alarm").values()
    )
    scaling = 2 * len(smallest.of_type("AWS::ApplicationAutoScaling::ScalingPolicy"))
    [row] = [row for row in _rows("| Tasks, CPU", "Sources are") if row[0] == "Alarms"]
    assert row[2] == f"{own + scaling}: {(own + scaling) / 10:.2f}"


def test_the_figure_of_the_readme_is_what_its_command_makes(smallest: Platform) -> None:
    """Every parameter of *learning* is the default, so no option is missing in the command beside the figure."""
    sums = _rows("| Tasks, CPU", "Sources are").pop()
    for document in ("README.md", "docs/eight-steps.md"):
        [figure] = re.findall(r"about \$(\d+) a month", (CFN.parent / document).read_text())
        assert abs(int(figure) - float(sums[2].strip("* "))) < 2.5, document
    [settings] = [each["ClusterSettings"] for each in smallest.of_type("AWS::ECS::Cluster").values()]
    assert settings == [{"Name": "containerInsights", "Value": "disabled"}]


def test_every_price_names_its_source() -> None:
    for row in _rows("| Tasks, CPU", "| **Sum**"):
        (number,) = re.findall(r"\((\d)\)", row[1])
        assert f"({number}) *" in TEXT.replace("\n", " ")
