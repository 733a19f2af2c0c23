"""Actions of rules: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html"""

from __future__ import annotations

from typing import Any

import pytest

from ecs_emulator.balancer.actions import ActionContext, action, location, page
from ecs_emulator.balancer.matching import UnsupportedCondition

HTTP = ActionContext("HTTP", 80, {80: 8000, 443: 8363}, {"arn:a": "a", "arn:b": "b"}, 60)
HTTPS = ActionContext("HTTPS", 443, {80: 8000, 443: 8363}, {}, 60)


@pytest.mark.parametrize(
    ("config", "here", "expected"),
    [
        ({"Path": "/new/#{path}"}, HTTP, "http://#{host}:8000/new/#{path}?#{query}"),
        ({"Protocol": "HTTPS", "Port": "443"}, HTTP, "https://#{host}:8363/#{path}?#{query}"),
        ({"Protocol": "HTTPS", "Port": "8443"}, HTTP, "https://#{host}:8443/#{path}?#{query}"),
        ({"Host": "example.org", "Port": "443"}, HTTPS, "https://example.org:443/#{path}?#{query}"),
        ({"Host": "new.#{host}"}, HTTP, "http://new.#{host}:80/#{path}?#{query}"),
        ({"Path": "/", "Query": ""}, HTTPS, "https://#{host}:8363/?"),
        (
            {"Host": "a.org", "Query": "was=#{protocol}-#{port}&#{query}"},
            HTTPS,
            "https://a.org:443/#{path}?was=https-443&#{query}",
        ),
    ],
)
def test_a_redirect_keeps_what_it_does_not_change(config: Any, here: ActionContext, expected: str) -> None:
    assert location(config | {"StatusCode": "HTTP_301"}, here) == expected


def forward(*groups: tuple[str, int]) -> list[Any]:
    config = {"TargetGroups": [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in groups]}
    return [{"Type": "forward", "ForwardConfig": config}]


def test_a_group_of_weight_0_gets_nothing() -> None:
    assert action(forward(("arn:a", 0), ("arn:b", 100)), HTTP)["route"]["cluster"] == "b"


def test_weights_are_shares() -> None:
    shares = action(forward(("arn:a", 10), ("arn:b", 90)), HTTP)["route"]["weighted_clusters"]["clusters"]
    assert shares == [{"name": "a", "weight": 10}, {"name": "b", "weight": 90}]


@pytest.mark.parametrize("groups", [[("arn:a", 0)], [("arn:gone", 1)]])
def test_nobody_to_forward_to_is_503(groups: list[tuple[str, int]]) -> None:
    assert action(forward(*groups), HTTP)["direct_response"]["status"] == 503


def test_a_forward_is_never_tried_again_and_ends_by_silence_alone() -> None:
    route = action([{"Type": "forward", "TargetGroupArn": "arn:a"}], HTTP)["route"]
    assert route == {"cluster": "a", "timeout": "0s", "idle_timeout": "60.000s"}


def test_a_sign_in_is_refused() -> None:
    with pytest.raises(UnsupportedCondition, match="authenticate-oidc"):
        action([{"Type": "authenticate-oidc"}, *forward(("arn:a", 1))], HTTP)


def headers(route: dict[str, Any]) -> dict[str, str]:
    assert {each["append_action"] for each in route["response_headers_to_add"]} == {"OVERWRITE_IF_EXISTS_OR_ADD"}
    return {each["header"]["key"]: each["header"]["value"] for each in route["response_headers_to_add"]}


@pytest.mark.parametrize(("status", "title"), [(503, "Service Temporarily Unavailable"), (301, "Moved Permanently")])
def test_a_page_says_the_status_in_the_words_of_a_load_balancer(status: int, title: str) -> None:
    assert page(status) == (
        f"<html>\n<head><title>{status} {title}</title></head>\n"
        f"<body><center><h1>{status} {title}</h1></center></body>\n</html>\n"
    )


@pytest.mark.parametrize(
    ("config", "body", "content_type"),
    [
        ({"MessageBody": "{}", "ContentType": "application/json"}, {"inline_string": "{}"}, "application/json"),
        ({"MessageBody": "Away."}, {"inline_string": "Away."}, "text/plain"),
        ({"ContentType": "application/json"}, None, None),
        ({"MessageBody": ""}, None, None),
    ],
)
def test_a_fixed_response_is_what_the_rule_says(
    config: Any, body: dict[str, str] | None, content_type: str | None
) -> None:
    route = action([{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"} | config}], HTTP)
    assert route["direct_response"] == {"status": 404, **({"body": body} if body else {})}
    assert headers(route) == {"server": "awselb/2.0", **({"content-type": content_type} if content_type else {})}


@pytest.mark.parametrize("status", ["302", "600", "99", "2000", "20", "x200"])
def test_a_fixed_response_of_another_status_is_refused(status: str) -> None:
    with pytest.raises(UnsupportedCondition, match=rf"^A fixed response of status {status} is not emulated\.$"):
        action([{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": status}}], HTTP)


def test_a_redirect_is_told_to_the_script_that_gives_it() -> None:
    route = action([{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_302", "Path": "/new"}}], HTTP)
    assert route["direct_response"] == {"status": 302}
    assert route["metadata"] == {
        "filter_metadata": {
            "envoy.filters.http.lua": {
                "location": "http://#{host}:8000/new?#{query}",
                "status": "302",
                "page": page(302),
                "headers": {"server": "awselb/2.0"},
            }
        }
    }


def test_groups_without_weights_share_alike() -> None:
    config: Any = {"TargetGroups": [{"TargetGroupArn": "arn:a"}, {"TargetGroupArn": "arn:b"}]}
    route = action([{"Type": "forward", "ForwardConfig": config}], HTTP)["route"]
    assert route["weighted_clusters"]["clusters"] == [{"name": "a", "weight": 1}, {"name": "b", "weight": 1}]


def test_with_nobody_to_forward_to_visitors_see_the_page_of_a_load_balancer() -> None:
    route = action(forward(("arn:gone", 1)), HTTP)
    assert route["direct_response"]["body"] == {"inline_string": page(503)}
    assert headers(route) == {"server": "awselb/2.0", "content-type": "text/html"}
