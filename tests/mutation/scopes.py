"""What is mutated, and by which tests it is judged: the fast ones of the same folder, which start no process."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """`modules` and `tests` are paths in the project; `left_out` is an expression of pytest's `-k`."""

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]
    left_out: str = ""


def _in(folder: str, *modules: str) -> tuple[str, ...]:
    return tuple(f"{folder}/{module}.py" for module in modules)


# Not here: what needs a server process to be seen (in app/kit aws.py, cloudwatch.py, faults.py, health.py and logs.py),
# and what writes the description for people, which tests/platform holds against the API (openapi.py, page.py,
# description*.py).
SCOPES = (
    Scope(
        "app/likes",
        _in("app/likes", "actions", "rate_limiter", "routes", "sequence_numbers", "store"),
        (*_in("tests/likes", "test_likes", "test_rate_limiter", "test_exactness"), "tests/adoptions"),
        "exact_under or side_by_side or storm or impatience or blind or forked",
    ),
    Scope(
        "app/kit",
        _in("app/kit", "coalescer", "adaptive_concurrency", "concurrency_limiter", "dynamodb", "dynamodb_client",
            "attribute_values", "sigv4", "parse", "ttl_cache", "lists", "rows", "problems", "headers", "front",
            "front_response", "environ", "application", "request_log", "line_handler", "metrics", "revision",
            "task_metadata", "processors", "config"),
        (*_in("tests/kit", "test_coalescer", "test_adaptive_concurrency", "test_concurrency_limiter", "test_ttl_cache",
              "test_parse", "test_dynamodb", "test_dynamodb_client", "test_sigv4", "test_requests",
              "test_metrics", "test_logs", "test_revision", "test_processors", "test_application", "test_config",
              "test_limits", "test_lists", "test_line_handler"),
         "tests/catalog", "tests/likes/test_likes.py", "tests/platform/test_everywhere.py"),
        "head_in_a_minute",
    ),
    Scope(
        "emulator/ecs_emulator/scheduler",
        _in("emulator/ecs_emulator/scheduler", "rules", "rollout", "reconciliation", "tasks", "deployments",
            "services", "sizes"),
        _in("emulator/tests/scheduler", "test_rules", "test_rollout", "test_rollouts", "test_upkeep", "test_overrides",
            "test_scheduler"),
    ),
    Scope(
        "emulator/ecs_emulator/balancer",
        _in("emulator/ecs_emulator/balancer", "matching", "plan", "actions", "listeners"),
        _in("emulator/tests/balancer", "test_matching", "test_plan", "test_actions", "test_listeners",
            "test_operations"),
    ),
)  # fmt: skip
