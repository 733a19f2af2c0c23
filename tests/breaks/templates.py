"""A template stops whoever reads it, is refused without saying where, or is deployed where it does not go well."""

from __future__ import annotations

from tests.breaks import Break

DOCTOR = "tests/ops/test_doctor.py"
LIMITS = "emulator/tests/stacks/test_limits.py"
REFUSED = f"{LIMITS}::test_a_template_that_goes_too_far_is_refused_in_one_sentence_with_its_place"

BREAKS = [
    Break(
        "A pattern may take much longer than it should.",
        "emulator/ecs_emulator/stacks/matcher.py",
        "    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))\n",
        # Without any it would outlive the test.
        "    resource.setrlimit(resource.RLIMIT_CPU, (seconds + 15, seconds + 16))\n",
        f"{LIMITS}::test_a_pattern_ends_at_its_deadline_wherever_it_spends_its_time",
    ),
    Break(
        "A template may have aliases.",
        "emulator/ecs_emulator/stacks/documents.py",
        "        if isinstance(event, yaml.AliasEvent):\n",
        "        if isinstance(event, yaml.AliasEvent) and nodes < 0:\n",
        REFUSED,
    ),
    Break(
        "A template may be as deep as it likes.",
        "emulator/ecs_emulator/stacks/documents.py",
        "        if depth > DEPTH:\n",
        "        if depth < 0:\n",
        REFUSED,
    ),
    Break(
        "The values of a template may take any work.",
        "emulator/ecs_emulator/stacks/quotas.py",
        "        if self._left < 0:\n",
        "        if self._left is None:\n",
        REFUSED,
    ),
    Break(
        "An error does not say in which property it is.",
        "emulator/ecs_emulator/stacks/evaluator.py",
        "            error.within(name)\n",
        "",
        REFUSED,
    ),
    Break(
        "Stacks may be inside of themselves for ever.",
        "emulator/ecs_emulator/stacks/nested.py",
        "    if _level.get() >= NESTED:\n",
        "    if _level.get() < 0:\n",
        f"{LIMITS}::test_stacks_that_are_inside_of_themselves_come_to_an_end",
    ),
    Break(
        "A wildcard goes back behind its stars.",
        "emulator/ecs_emulator/wildcards.py",
        '    return fnmatchcase(text, plain if has_one else plain.replace("?", "[?]"))\n',
        '    return __import__("re").fullmatch(pattern.replace("*", ".*"), text) is not None\n',
        "emulator/tests/ops/test_wildcards.py::test_a_pattern_of_many_stars_is_done_at_once",
    ),
    Break(
        "An import puts rows of a file that is no good.",
        "ops/row_file.py",
        '    for name, value in found["item"].items():\n',
        "    for name, value in ():\n",
        "tests/ops/test_data.py::test_a_line_that_is_no_row_is_said_in_one_sentence_and_nothing_is_put",
    ),
    Break(
        "A website is deployed into an account that lets no visitor see it.",
        "ops/doctor/account.py",
        'for name in ("BlockPublicPolicy", "RestrictPublicBuckets") if',
        'for name in ("BlockPublicPolicy",) if',
        f"{DOCTOR}::test_the_account_lets_a_website_be_public",
    ),
    Break(
        "A deployment begins in an account that is not ready.",
        "mysfits/deploy.py",
        "        judge(out, found, outcome(found))\n",
        "        out.say(outcome(found).word)\n",
        f"{DOCTOR}::test_a_deployment_begins_in_an_account_that_is_ready",
    ),
    Break(
        "A right is simulated for the session, which IAM knows nothing of.",
        "ops/doctor/rights.py",
        '    if kind != "assumed-role":\n',
        '    if kind != "no role":\n',
        f"{DOCTOR}::test_the_caller_may_do_what_a_deployment_does",
    ),
    Break(
        "Whoever reads logs may delete them.",
        "ops/rights/logs.json",
        '"logs:FilterLogEvents"',
        '"logs:FilterLogEvents", "logs:DeleteLogGroup"',
        "tests/rights/test_policies.py::test_no_other_action_is_allowed",
    ),
    Break(
        "Whoever makes a load balancer may not ask what account that is for.",
        "ops/rights/stack-cluster.json",
        '"ec2:DescribeAccountAttributes",\n',
        "\n",
        "tests/rights/test_policies.py::test_each_stack_has_by_itself_what_services_ask_of_its_caller",
    ),
    Break(
        "An execution role pulls with half of the rights that it takes.",
        "emulator/ecs_emulator/scheduler/pulls.py",
        "            if not all(allows(",
        "            if not any(allows(",
        "emulator/tests/scheduler/test_pulls.py::test_what_the_role_may_not_pull_is_forbidden",
    ),
    Break(
        "An image is in every repository.",
        "emulator/ecs_emulator/scheduler/images.py",
        "        return (self._repository if registry else self._name) in ",
        "        return True or (self._repository if registry else self._name) in ",
        "emulator/tests/scheduler/test_images.py::test_an_image_is_in_its_own_repository_and_in_no_other",
    ),
    Break(
        "An update may name a target group that no load balancer uses.",
        "emulator/ecs_emulator/scheduler/service_operations.py",
        '    if is_new or request.get("loadBalancers"):\n',
        "    if is_new:\n",
        "emulator/tests/scheduler/test_operations.py::"
        "test_an_update_that_names_a_group_that_no_load_balancer_has_any_more_is_refused",
    ),
    Break(
        "Only what the template says is in order, so a service comes before its rule.",
        "emulator/ecs_emulator/stacks/provisioning.py",
        "(*needs(name), *self.races.get(name, ()), *before.get(name, ()))",
        "needs(name)",
        "emulator/tests/stacks/test_races.py::test_the_missing_order_is_said_and_the_one_that_works_is_taken",
    ),
]
