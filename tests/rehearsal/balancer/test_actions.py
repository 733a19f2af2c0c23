"""Actions of rules: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html"""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.balancer.actions import Surroundings, action, location
from rehearsal.balancer.matching import Unplayable

HTTP = Surroundings("HTTP", 80, {80: 8000, 443: 8363}, {"arn:a": "a", "arn:b": "b"}, 60)
HTTPS = Surroundings("HTTPS", 443, {80: 8000, 443: 8363}, {}, 60)


@pytest.mark.parametrize(
    ("config", "here", "expected"),
    [
        ({"Path": "/new/#{path}"}, HTTP, "http://#{host}:8000/new/#{path}?#{query}"),
        ({"Protocol": "HTTPS", "Port": "443"}, HTTP, "http://#{host}:8363/#{path}?#{query}"),
        ({"Protocol": "HTTPS", "Port": "8443"}, HTTP, "https://#{host}:8443/#{path}?#{query}"),
        ({"Host": "example.org", "Port": "443"}, HTTPS, "https://example.org:443/#{path}?#{query}"),
        ({"Host": "new.#{host}"}, HTTP, "http://new.#{host}:80/#{path}?#{query}"),
        ({"Path": "/", "Query": ""}, HTTPS, "http://#{host}:8363/?"),
        (
            {"Host": "a.org", "Query": "was=#{protocol}-#{port}&#{query}"},
            HTTPS,
            "https://a.org:443/#{path}?was=https-443&#{query}",
        ),
    ],
)
def test_a_redirect_keeps_what_it_does_not_change(config: dict[str, str], here: Surroundings, expected: str) -> None:
    assert location({**config, "StatusCode": "HTTP_301"}, here) == expected


def forward(*groups: tuple[str, int]) -> list[dict[str, Any]]:
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
    with pytest.raises(Unplayable, match="authenticate-oidc"):
        action([{"Type": "authenticate-oidc"}, *forward(("arn:a", 1))], HTTP)
