"""Doctor of an AWS account: each check seen good, and seen bad with its repair."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from typing import Any

import pytest

from ecs_emulator.commands import options
from ecs_emulator.doctor.findings import Finding, State
from ecs_emulator.ops.outcomes import Outcome
from ecs_emulator.ops.target import Target
from emulator.tests.ops.fake_aws import FakeAws, Refused
from mysfits import doctor as verb
from ops.doctor import account, aws, caller, quotas, rights, tools
from ops.doctor.caller import Caller
from ops.doctor.plan import Plan, planned
from ops.doctor.tools import NotRun
from ops.stacks.listing import StackListing, settings
from tests.ops.conftest import Mysfits

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ROLE = "arn:aws:sts::111122223333:assumed-role/deployer/me"
CONNECTION = "arn:aws:codeconnections:us-east-1:111122223333:connection/0a1b2c3d-0000-4000-8000-1234567890ab"


def _ready(program: str, *_: str) -> str:
    return "aws-cli/2.31.0 Python/3.13" if program == "aws" else "linux/amd64"


class Account(FakeAws):
    """An empty account in which everything is as it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.quotas = {"L-3032A538": 6.0, "L-0263D0A3": 5.0, "L-F678F1CE": 5.0, "L-2DC20C30": 1.0}
        self.date = NOW
        self.deployed: dict[str, dict[str, str]] = {}  # parameters by stack
        self.denied: set[str] = set()  # actions
        self.zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
        self.operations = {
            "sts.get_caller_identity": lambda _: {"Account": "111122223333", "Arn": ROLE, **self.dated()},
            "cloudformation.describe_stacks": self.describe_stacks,
            "ec2.describe_regions": lambda _: {"Regions": [{"OptInStatus": "opt-in-not-required"}]},
            "ec2.describe_availability_zones": lambda _: {
                "AvailabilityZones": [{"ZoneName": name} for name in self.zones]
            },
            "ec2.describe_addresses": lambda _: {"Addresses": [{}] * 4},
            "ec2.describe_vpcs": lambda _: {"Vpcs": [{}] * 4},
            "iam.simulate_principal_policy": self.simulate,
            "iam.get_role": lambda given: {"Role": {"Arn": f"arn:aws:iam::111122223333:role/{given['RoleName']}"}},
            "s3control.get_public_access_block": lambda _: self.blocks(),
            "service-quotas.get_service_quota": lambda given: {"Quota": {"Value": self.quotas[given["QuotaCode"]]}},
            "service-quotas.list_service_quotas": lambda _: {
                "Quotas": [
                    {
                        "QuotaName": "Concurrently running builds for Linux/Medium environment",
                        "QuotaCode": "L-2DC20C30",
                        "Value": self.quotas["L-2DC20C30"],
                    }
                ]
            },
        }

    def dated(self) -> dict[str, Any]:
        return {"ResponseMetadata": {"HTTPHeaders": {"date": format_datetime(self.date, usegmt=True)}}}

    @staticmethod
    def blocks(*names: str) -> dict[str, Any]:
        if not names:
            raise Refused("NoSuchPublicAccessBlockConfiguration", status=404)
        return {"PublicAccessBlockConfiguration": dict.fromkeys(names, True)}

    def simulate(self, given: dict[str, Any]) -> dict[str, Any]:
        decisions = {name: "implicitDeny" if name in self.denied else "allowed" for name in given["ActionNames"]}
        return {
            "EvaluationResults": [{"EvalActionName": name, "EvalDecision": each} for name, each in decisions.items()]
        }

    def describe_stacks(self, given: dict[str, Any]) -> dict[str, Any]:
        name = given["StackName"]
        if name not in self.deployed:
            raise Refused("ValidationError", f"Stack with id {name} does not exist")
        parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in self.deployed[name].items()]
        about = {"StackName": name, "StackStatus": "UPDATE_COMPLETE", "CreationTime": NOW}
        return {"Stacks": [{**about, "Parameters": parameters}]}

    def plan(self, assembly: str = "monolith", **said: str) -> Plan:
        if not self.deployed:
            return _planned(assembly, tuple(said.items()))
        listed = _listed(assembly).meant
        return planned(self.session().client("cloudformation"), listed, listed, settings(said, listed))


# Reading the listing takes longer than most tests here.
_listed = cache(StackListing)


@cache
def _planned(assembly: str, said: tuple[tuple[str, str], ...]) -> Plan:
    """Plan for an empty account."""
    listed = _listed(assembly).meant
    return planned(Account().session().client("cloudformation"), listed, listed, settings(dict(said), listed))


@pytest.fixture
def empty() -> Account:
    return Account()


@pytest.fixture(autouse=True)
def environment(empty: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account that `--aws` finds, and programs that are as they should be."""
    monkeypatch.setattr(options, "aws", lambda **_: Target(empty.session(), {}, on_aws=True))
    monkeypatch.setattr("mysfits.deploy.StackListing", lambda assembly: _listed(assembly or "monolith"))
    monkeypatch.setattr(verb, "StackListing", lambda assembly: _listed(assembly or "monolith"))
    monkeypatch.setattr(tools, "run", _ready)
    monkeypatch.delenv("AWS_REGION", raising=False)
    empty.date = datetime.now(UTC)


def says(*answers: str) -> Callable[..., str]:
    """Programs that give these answers one after the other."""
    left = list(answers)

    def run(*_: str) -> str:
        said = left.pop(0)
        if said.startswith("!"):
            raise NotRun(said[1:])
        return said

    return run


def repaired(finding: Finding) -> tuple[State, str]:
    return finding.state, finding.repair


def test_an_account_that_is_ready_is_said_to_be(operate: Mysfits, empty: Account) -> None:
    result = operate("doctor", "--aws")
    assert result.exit_code == 0, result.output
    assert {line[:2] for line in result.output.splitlines()} == {"ok"}
    assert "ok credentials: arn:aws:sts::111122223333:assumed-role/deployer/me in the account" in result.output


def test_nothing_is_changed(operate: Mysfits, empty: Account) -> None:
    operate("doctor", "--aws")
    assert {name.partition(".")[2].partition("_")[0] for name in empty.calls} <= {
        "get",
        "describe",
        "list",
        "simulate",
    }


def test_what_is_bad_is_told_with_its_repair(operate: Mysfits, empty: Account) -> None:
    empty.operations["s3control.get_public_access_block"] = lambda _: empty.blocks("BlockPublicPolicy")
    result = operate("doctor", "--aws", "--json")
    assert result.exit_code == Outcome.FAILED
    document = json.loads(result.stdout)
    [bad] = [each for each in document["checks"] if each["state"] == "bad"]
    assert (document["outcome"], bad["check"]) == ("failed", "public access")
    assert "--set Delivery=cloudfront" in bad["repair"]
    # And what is said makes it good.
    assert operate("doctor", "--aws", "--set", "Delivery=cloudfront").exit_code == 0


def test_what_cannot_be_asked_is_said_and_is_no_failure(operate: Mysfits, empty: Account) -> None:
    empty.refuse("s3control.get_public_access_block", "AccessDenied")
    result = operate("doctor", "--aws")
    assert result.exit_code == 0
    assert "?  public access: It could not be asked. AWS: these credentials do not allow this." in result.output


def test_without_credentials_nothing_else_is_asked(operate: Mysfits, empty: Account) -> None:
    empty.refuse("sts.get_caller_identity", "ExpiredToken")
    result = operate("doctor", "--aws")
    assert result.exit_code == Outcome.DENIED
    assert "→ Get new ones: `aws sso login`" in result.output
    assert set(empty.calls) == {"sts.get_caller_identity"}


def test_the_root_user_is_warned_about(empty: Account) -> None:
    empty.operations["sts.get_caller_identity"] = lambda _: {"Account": "1", "Arn": "arn:aws:iam::1:root"}
    [found] = caller.identity(empty.session(), NOW, [])
    assert found.state is State.WARNING


@pytest.mark.parametrize(
    ("of_cli", "state", "repair"),
    [
        (None, State.GOOD, ""),
        ("us-east-1", State.GOOD, ""),
        ("eu-west-1", State.BAD, "export AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1"),
    ],
)
def test_the_region_is_one_for_all_clients(empty: Account, of_cli: str | None, state: State, repair: str) -> None:
    environ = {"AWS_REGION": of_cli} if of_cli else {}
    assert repaired(caller.region(empty.session(), environ)) == (state, repair)


def test_a_region_has_to_be_set(operate: Mysfits, monkeypatch: pytest.MonkeyPatch) -> None:
    class Nowhere:
        region_name = None

    assert repaired(caller.region(Nowhere(), {})) == (  # type: ignore[arg-type]
        State.BAD,
        "export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1",
    )


def test_a_region_has_to_be_turned_on(empty: Account) -> None:
    assert account.enabled(empty.session()).state is State.GOOD
    empty.operations["ec2.describe_regions"] = lambda _: {"Regions": [{"OptInStatus": "not-opted-in"}]}
    assert "aws account enable-region --region-name us-east-1" in account.enabled(empty.session()).repair
    empty.refuse("ec2.describe_regions", "AuthFailure")
    assert account.enabled(empty.session()).state is State.BAD


@pytest.mark.parametrize(
    ("seconds", "state"), [(0, State.GOOD), (29, State.GOOD), (31, State.WARNING), (-301, State.BAD), (400, State.BAD)]
)
def test_the_clock_is_right(empty: Account, seconds: int, state: State) -> None:
    empty.date = NOW + timedelta(seconds=seconds)
    [found] = caller.clock(empty.dated(), NOW)
    assert (found.state, bool(found.repair)) == (state, state is not State.GOOD)


def test_a_clock_that_lets_no_signature_pass_is_told(empty: Account) -> None:
    def skewed(_: Any) -> dict[str, Any]:
        refused = Refused("SignatureDoesNotMatch", "Signature expired")
        refused.answer |= {"ResponseMetadata": {"HTTPStatusCode": 403, **empty.dated()["ResponseMetadata"]}}
        raise refused

    empty.operations["sts.get_caller_identity"] = skewed
    empty.date = NOW + timedelta(hours=1)
    found = {each.check: each.state for each in caller.identity(empty.session(), NOW, [])}
    assert found == {"credentials": State.BAD, "clock": State.BAD}


def test_the_region_has_the_zones_of_the_subnets(empty: Account) -> None:
    three = empty.plan(SubnetsOfEachKind="3")
    assert account.zones(empty.session(), three).state is State.GOOD
    empty.zones.pop()
    assert account.zones(empty.session(), empty.plan()).state is State.GOOD
    assert repaired(account.zones(empty.session(), three)) == (
        State.BAD,
        "Deploy with --set SubnetsOfEachKind=2, or in another region.",
    )


def test_zones_that_are_named_are_there(empty: Account) -> None:
    empty.zones = ["us-west-1b", "us-west-1c"]
    named = {"FirstZone": "us-west-1b", "SecondZone": "us-west-1c"}
    assert account.zones(empty.session(), empty.plan(**named)).state is State.GOOD
    found = account.zones(empty.session(), empty.plan(**named | {"SecondZone": "us-west-1a"}))
    assert (found.state, "us-west-1a is none of" in found.seen) == (State.BAD, True)


@pytest.mark.parametrize("name", ["BlockPublicPolicy", "RestrictPublicBuckets"])
def test_the_account_lets_a_website_be_public(empty: Account, name: str) -> None:
    website, cloudfront = empty.plan(), empty.plan(Delivery="cloudfront")
    assert account.public_access(empty.session(), "111122223333", website).state is State.GOOD
    empty.operations["s3control.get_public_access_block"] = lambda _: empty.blocks("BlockPublicAcls")
    assert account.public_access(empty.session(), "111122223333", website).state is State.GOOD
    empty.operations["s3control.get_public_access_block"] = lambda _: empty.blocks(name)
    assert account.public_access(empty.session(), "111122223333", website).state is State.BAD
    assert account.public_access(empty.session(), "111122223333", cloudfront).state is State.GOOD


@pytest.mark.parametrize(
    ("service", "state"),
    [
        ("ecs.amazonaws.com", State.BAD),
        ("elasticloadbalancing.amazonaws.com", State.WARNING),
        ("ecs.application-autoscaling.amazonaws.com", State.WARNING),
    ],
)
def test_service_linked_roles_are_there(empty: Account, service: str, state: State) -> None:
    assert account.linked_roles(empty.session(), empty.plan()).state is State.GOOD

    def get_role(given: dict[str, Any]) -> dict[str, Any]:
        if given["RoleName"] == account.LINKED[service][0]:
            raise Refused("NoSuchEntity", status=404)
        return {"Role": {}}

    empty.operations["iam.get_role"] = get_role
    found = account.linked_roles(empty.session(), empty.plan())
    assert repaired(found) == (state, f"aws iam create-service-linked-role --aws-service-name {service}")


@pytest.mark.parametrize(
    ("egress", "subnets", "state"), [("one-nat", "2", State.GOOD), ("nat-per-zone", "2", State.BAD)]
)
def test_there_are_addresses_for_the_nat_gateways(empty: Account, egress: str, subnets: str, state: State) -> None:
    found = quotas.addresses(empty.session(), empty.plan(Egress=egress, SubnetsOfEachKind=subnets))
    assert found.state == state
    assert found.repair == "" or "--quota-code L-0263D0A3 --desired-value 6" in found.repair


def test_what_is_deployed_already_needs_nothing_new(empty: Account) -> None:
    empty.deployed = {"mysfits-network": {"Egress": "nat-per-zone", "Gone": "since then"}}
    plan = empty.plan()
    assert len(list(plan.of_type("AWS::EC2::NatGateway"))) == 2  # as it was deployed
    assert "No new ones are needed." in quotas.addresses(empty.session(), plan).seen
    assert "No new one is needed." in quotas.vpcs(empty.session(), plan).seen


def test_there_is_room_for_a_vpc(empty: Account) -> None:
    assert quotas.vpcs(empty.session(), empty.plan()).state is State.GOOD
    empty.quotas["L-F678F1CE"] = 4
    found = quotas.vpcs(empty.session(), empty.plan())
    assert (found.state, "--quota-code L-F678F1CE --desired-value 5" in found.repair) == (State.BAD, True)


@pytest.mark.parametrize(
    ("assembly", "said", "state"),
    [
        ("monolith", {}, State.GOOD),  # 2 tasks of a quarter, 6 at the most
        ("monolith", {"Cpu": "2048", "Memory": "4096"}, State.BAD),  # 2 of two, twice in a rollout
        ("monolith", {"MaximumCount": "50"}, State.WARNING),
        ("split", {}, State.WARNING),
        ("monolith", {"DesiredCount": "0"}, State.GOOD),
    ],
)
def test_there_are_vcpus_for_the_tasks(empty: Account, assembly: str, said: dict[str, str], state: State) -> None:
    found = quotas.vcpus(empty.session(), empty.plan(assembly, **said))
    assert (found.state, bool(found.repair)) == (state, state is not State.GOOD), found


def test_builds_may_run(empty: Account) -> None:
    assert quotas.builds(empty.session(), empty.plan()).seen == "No pipeline builds."
    built = empty.plan(
        ConnectionArn=CONNECTION, SourceRepository="keepers/mysfits", Service="x-MythicalMonolithService-y"
    )
    assert quotas.builds(empty.session(), built).seen == "1 may run at once."
    empty.quotas["L-2DC20C30"] = 0
    found = quotas.builds(empty.session(), built)
    assert (found.state, "--quota-code L-2DC20C30 --desired-value 1" in found.repair) == (State.BAD, True)
    empty.operations["service-quotas.list_service_quotas"] = lambda _: {"Quotas": []}
    assert quotas.builds(empty.session(), built).state is State.UNKNOWN


def test_the_caller_may_do_what_a_deployment_does(empty: Account) -> None:
    who, plan = Caller("111122223333", ROLE), empty.plan()
    assert rights.granted(empty.session(), who, plan).state is State.GOOD
    asked = empty.inputs("iam.simulate_principal_policy")
    assert {each["PolicySourceArn"] for each in asked} == {"arn:aws:iam::111122223333:role/deployer"}
    about = {arn for each in asked for arn in each["ResourceArns"]}
    assert "arn:aws:cloudformation:us-east-1:111122223333:stack/mysfits-example/example" in about
    services = [each["ContextEntries"] for each in asked if "iam:PassRole" in each["ActionNames"]]
    assert {entry["ContextKeyName"] for [entry] in services} == {"iam:PassedToService"}
    assert {entry["ContextKeyValues"][0].partition(".")[0] for [entry] in services} == {
        "codebuild",
        "codepipeline",
        "ecs-tasks",
    }
    empty.denied = {"iam:PassRole", "ecs:CreateService"}
    found = rights.granted(empty.session(), who, plan)
    assert (found.state, found.seen) == (State.BAD, "2 actions are not allowed: ecs:CreateService, iam:PassRole.")


def test_rights_that_are_not_needed_are_not_asked_about(empty: Account) -> None:
    rights.granted(empty.session(), Caller("111122223333", "arn:aws:iam::111122223333:user/me"), empty.plan())
    [principal] = {each["PolicySourceArn"] for each in empty.inputs("iam.simulate_principal_policy")}
    assert principal == "arn:aws:iam::111122223333:user/me"
    only_data = replace(empty.plan(), templates=frozenset({"data"}))
    empty.asked.clear()
    rights.granted(empty.session(), Caller("111122223333", ROLE), only_data)
    names = {name for each in empty.inputs("iam.simulate_principal_policy") for name in each["ActionNames"]}
    assert "dynamodb:CreateTable" in names
    assert "ec2:CreateVpc" not in names


def test_where_iam_cannot_be_asked_it_is_said(empty: Account) -> None:
    root = Caller("111122223333", "arn:aws:iam::111122223333:root")
    assert rights.granted(empty.session(), root, empty.plan()).state is State.GOOD
    empty.refuse("iam.simulate_principal_policy", "AccessDenied")
    found = rights.granted(empty.session(), Caller("111122223333", ROLE), empty.plan())
    assert (found.state, "iam:SimulatePrincipalPolicy" in found.seen) == (State.UNKNOWN, True)


def test_a_deployment_begins_in_an_account_that_is_ready(operate: Mysfits, empty: Account) -> None:
    empty.operations["s3control.get_public_access_block"] = lambda _: empty.blocks("BlockPublicPolicy")
    result = operate("deploy", "--aws")
    assert result.exit_code == Outcome.FAILED
    assert "Error: Not ready: public access." in result.output
    assert not [name for name in empty.calls if name.startswith("service-quotas.list")]  # it is quick
    assert operate("deploy", "--aws", "data").exit_code == Outcome.FAILED  # it has begun: nothing more is faked
    assert empty.calls["cloudformation.create_change_set"] == 1


def test_a_pipelines_builds_are_looked_at(operate: Mysfits, empty: Account) -> None:
    empty.quotas["L-2DC20C30"] = 0
    said = (f"ConnectionArn={CONNECTION}", "SourceRepository=a/b", "Service=x-MythicalMonolithService-y")
    result = operate("doctor", "--aws", *(word for each in said for word in ("--set", each)))
    assert "Error: Not ready: builds." in result.output


def test_parameters_that_contradict_each_other_are_told(operate: Mysfits, empty: Account) -> None:
    result = operate("doctor", "--aws", "--set", "cluster.DomainName=api.example.com")
    assert result.exit_code == Outcome.FAILED
    assert "✗  parameters: " in result.output
    assert "DomainName alone does nothing" in result.output


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("aws-cli/2.31.0 Python/3.13.7 Linux/6.1", State.GOOD),
        ("aws-cli/1.45.11 Python/3.11.7 Linux/6.1", State.WARNING),
        ("!There is no aws on the PATH.", State.WARNING),
    ],
)
def test_the_aws_cli_is_one_that_is_cared_for(said: str, state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "run", says(said))
    assert tools.aws_cli().state == state


@pytest.mark.parametrize(
    ("said", "state", "seen"),
    [
        (["linux/amd64", "Name: default\nPlatforms: linux/amd64, linux/386"], State.GOOD, "builds linux/amd64"),
        (["linux/arm64", "Platforms: linux/arm64, linux/amd64"], State.GOOD, "(linux/arm64)"),
        (["linux/arm64", "Platforms: linux/arm64"], State.BAD, "tasks are linux/amd64"),
        (["linux/amd64", "!docker: 'buildx' is not a docker command."], State.BAD, "There is no buildx."),
        (["!Is the docker daemon running?"], State.BAD, "Is the docker daemon running?"),
    ],
)
def test_docker_builds_for_the_tasks(said: list[str], state: State, seen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "run", says(*said))
    found = tools.docker()
    assert (found.state, seen in found.seen, bool(found.repair)) == (state, True, state is State.BAD), found


def test_options_of_one_side_are_refused_on_the_other(operate: Mysfits) -> None:
    assert operate("doctor", "--aws", "--docker").exit_code == Outcome.USAGE
    assert operate("doctor", "--set", "Delivery=cloudfront").exit_code == Outcome.USAGE


def test_bad_credentials_alone_end_as_denied() -> None:
    bad = [Finding("credentials", State.BAD, ""), Finding("zones", State.BAD, "")]
    assert [aws.outcome(bad), aws.outcome(bad[1:])] == [Outcome.DENIED, Outcome.FAILED]
