"""Requests through a real Envoy."""

from __future__ import annotations

import http.client
import re
import socket
import threading
from collections import Counter
from contextlib import closing
from typing import Any

import pytest

from ecs_emulator.ports import free_ports
from ecs_emulator.scheduler.interfaces import TargetAddress
from emulator.tests.balancer.stage import Appliance, Stage, staged
from emulator.tests.support.waiting import PATIENCE, until

PAGE_503 = (
    "<html>\n<head><title>503 Service Temporarily Unavailable</title></head>\n"
    "<body><center><h1>503 Service Temporarily Unavailable</h1></center></body>\n</html>\n"
)


def fixed(status: str, body: str = "", content_type: str = "text/plain") -> dict[str, Any]:
    config = {"StatusCode": status, "MessageBody": body, "ContentType": content_type}
    return {"Type": "fixed-response", "FixedResponseConfig": config}


def test_the_default_action_takes_what_no_rule_takes(stage: Stage) -> None:
    answer = stage.serves("/of/nobody", 404)
    assert answer.body == '{"detail": "No 100 % match."}'
    assert (answer.headers["Content-Type"], answer.headers["Server"]) == ("application/json", "awselb/2.0")


def test_the_rule_with_the_lowest_number_wins(stage: Stage) -> None:
    stage.rule("/order/first", fixed("200", "first"))
    stage.rule("/order/*", fixed("200", "second"))
    stage.serves("/order/")
    assert [stage.ask(f"/order/{name}").body for name in ("first", "x")] == ["first", "second"]


def test_a_rule_without_a_body_answers_without_one(stage: Stage) -> None:
    stage.rule("/empty", {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}})
    answer = stage.serves("/empty", 503)
    assert (answer.body, answer.headers["Server"], answer.headers["Content-Type"]) == ("", "awselb/2.0", None)


def test_a_path_may_match_a_regular_expression(stage: Stage) -> None:
    condition = {"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^/escaped.*%.*$"]}}
    stage.elbv2.create_rule(ListenerArn=stage.listener, Priority=5, Conditions=[condition], Actions=[fixed("410")])
    stage.balancer.changed()
    stage.serves("/escaped%20path", 410)
    assert stage.ask("/escaped?x=%20").status == 404


@pytest.mark.parametrize(
    ("name", "condition", "method", "query", "headers"),
    [
        (
            "host",
            {"Field": "host-header", "HostHeaderConfig": {"Values": ["*.Example.com"]}},
            "POST",
            "",
            {"Host": "a.example.COM:80"},
        ),
        (
            "method",
            {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["DELETE"]}},
            "DELETE",
            "",
            {},
        ),
        (
            "header",
            {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Beta", "Values": ["y*"]}},
            "POST",
            "",
            {"X-BETA": "Yes"},
        ),
        (
            "query",
            {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "v", "Value": "1*"}]}},
            "POST",
            "?a=b&V=12",
            {},
        ),
    ],
)
def test_a_rule_takes_what_meets_its_condition_and_nothing_else(
    stage: Stage, name: str, condition: dict[str, Any], method: str, query: str, headers: dict[str, str]
) -> None:
    stage.rule(f"/{name}", fixed("200"), conditions=[condition])
    stage.rule(f"/{name}", fixed("203"))
    stage.serves(f"/{name}", 203)
    assert stage.ask(f"/{name}{query}", method, headers=headers).status == 200


def test_a_rule_may_look_at_the_source(stage: Stage) -> None:
    stage.rule(
        "/source", fixed("403"), conditions=[{"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}}]
    )
    stage.rule(
        "/source", fixed("200"), conditions=[{"Field": "source-ip", "SourceIpConfig": {"Values": ["127.0.0.1/32"]}}]
    )
    stage.serves("/source")
    assert stage.ask("/source", headers={"X-Emulator-Source": "00001010" * 4}).status == 200


def test_a_redirect_fills_in_what_was_asked(stage: Stage) -> None:
    config = {"StatusCode": "HTTP_302", "Host": "new.#{host}", "Path": "/new/#{path}", "Query": "was=%41&#{query}"}
    stage.rule("/moved/*", {"Type": "redirect", "RedirectConfig": config})
    answer = stage.serves("/moved/a%20b?x=1", 302)
    assert answer.headers["Location"] == "http://new.127.0.0.1:80/new/moved/a%20b?was=%41&x=1"
    assert answer.headers["Server"] == "awselb/2.0"
    assert "302 Found" in answer.body


def test_a_redirect_to_a_path_can_be_followed_on_this_machine(stage: Stage) -> None:
    stage.rule("/shortened", {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Path": "/long"}})
    assert stage.serves("/shortened", 301).headers["Location"] == f"http://127.0.0.1:{stage.port}/long"


def test_targets_learn_who_asked_and_how(stage: Stage, appliances: list[Appliance]) -> None:
    stage.serving(stage.group(), "/headers", appliances[0])
    answer = stage.ask(
        "/headers?x=1",
        headers={
            "Host": "api.example.com",
            "X-Forwarded-For": "9.9.9.9",
            "X-Forwarded-Proto": "gopher",
            "X-Envoy-Max-Retries": "9",
        },
    )
    _, path, headers = appliances[0].requests[-1]
    assert path == "/headers?x=1"
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}", headers["X-Amzn-Trace-Id"])
    assert dict(headers) == {
        "host": "api.example.com",
        "accept-encoding": "identity",
        "x-forwarded-for": "9.9.9.9, 127.0.0.1",
        "x-forwarded-proto": "http",
        "x-forwarded-port": str(stage.port),
        "x-amzn-trace-id": headers["X-Amzn-Trace-Id"],
    }
    # What the target says of itself goes through, and nothing is added.
    assert answer.headers["Server"].startswith("BaseHTTP/")
    assert not [name for name in answer.headers if name.lower().startswith("x-")]


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        ("Root=1-67891233-abcdef012345678912345678", r"Self=1-\S{8}-\S{24};Root=1-67891233-abcdef012345678912345678"),
        ("Self=1-2-3;Root=1-67891233-a;CalledFrom=app", r"Self=1-\S{8}-\S{24};Root=1-67891233-a;CalledFrom=app"),
        ("Root=1-67891233-a;Self=1-2-3", r"Self=1-\S{8}-\S{24};Root=1-67891233-a"),
        ("CalledFrom=app", r"Root=1-\S{8}-\S{24};CalledFrom=app"),
    ],
)
def test_a_trace_goes_on(stage: Stage, appliances: list[Appliance], sent: str, received: str) -> None:
    path = f"/trace/{len(sent)}"
    stage.serving(stage.group(), path, appliances[0])
    stage.ask(path, headers={"X-Amzn-Trace-Id": sent})
    assert re.fullmatch(received, appliances[0].requests[-1][2]["X-Amzn-Trace-Id"])


def test_trace_ids_do_not_repeat(stage: Stage, appliances: list[Appliance]) -> None:
    stage.serving(stage.group(), "/unique", appliances[0])
    for _ in range(50):
        stage.ask("/unique")
    seen = [headers["X-Amzn-Trace-Id"] for _, _, headers in appliances[0].requests]
    assert len(set(seen)) == len(seen)


def test_weights_are_shares_of_the_requests(stage: Stage, appliances: list[Appliance]) -> None:
    groups = [stage.group(), stage.group()]
    for group, appliance in zip(groups, appliances, strict=True):
        stage.balancer.register(group, appliance.target)

    def weighted(*weights: int) -> list[dict[str, Any]]:
        pairs = zip(groups, weights, strict=True)
        shares = [{"TargetGroupArn": group, "Weight": weight} for group, weight in pairs]
        return [{"Type": "forward", "ForwardConfig": {"TargetGroups": shares}}]

    rule = stage.rule("/weights", *weighted(20, 80))
    stage.healthy(groups[0], appliances[0].target)
    stage.healthy(groups[1], appliances[1].target)
    until(lambda: {stage.ask("/weights").body for _ in range(40)} == {"a", "b"}, "both serve")
    counted = Counter(stage.ask("/weights").body for _ in range(500))
    # Four standard deviations are 36.
    assert 50 < counted["a"] < 150
    assert counted["a"] + counted["b"] == 500
    stage.elbv2.modify_rule(RuleArn=rule, Actions=weighted(100, 0))
    stage.balancer.changed()
    until(lambda: {stage.ask("/weights").body for _ in range(20)} == {"a"}, "all goes to a")
    assert Counter(stage.ask("/weights").body for _ in range(100)) == {"a": 100}


@pytest.mark.parametrize("algorithm", ["round_robin", "least_outstanding_requests"])
def test_targets_share_the_requests(stage: Stage, appliances: list[Appliance], algorithm: str) -> None:
    group = stage.group({"load_balancing.algorithm.type": algorithm})
    stage.serving(group, f"/{algorithm}", *appliances)
    until(lambda: {stage.ask(f"/{algorithm}").body for _ in range(8)} == {"a", "b"}, "both serve")


def test_the_target_with_the_fewest_requests_under_way_gets_the_next(stage: Stage) -> None:
    freed = threading.Event()

    def slow_if_asked(request: Any) -> str:
        if request.path.endswith("wait"):
            assert freed.wait(PATIENCE)
        return str(request.server.server_address[1])

    with closing(Appliance(answer=slow_if_asked)) as one, closing(Appliance(answer=slow_if_asked)) as two:
        stage.serving(
            stage.group({"load_balancing.algorithm.type": "least_outstanding_requests"}), "/fewest*", one, two
        )
        until(lambda: len({stage.ask("/fewest").body for _ in range(8)}) == 2, "both serve")
        waiting = threading.Thread(target=stage.ask, args=("/fewest/wait",))
        waiting.start()

        def busy() -> str | None:
            for each in (one, two):
                if any(path == "/fewest/wait" for _, path, _ in each.requests):
                    return str(each.target.port)
            return None

        name = until(busy, "one of them is busy")
        assert name not in {stage.ask("/fewest").body for _ in range(20)}
        freed.set()
        waiting.join(PATIENCE)


def test_no_target_is_503(stage: Stage) -> None:
    stage.rule("/nobody", stage.group())
    answer = stage.serves("/nobody", 503)
    assert answer.body == PAGE_503
    assert (answer.headers["Server"], answer.headers["Content-Type"]) == ("awselb/2.0", "text/html")


def test_a_target_that_cannot_be_reached_is_502(stage: Stage) -> None:
    group = stage.group()
    stage.balancer.register(group, TargetAddress("127.0.0.1", free_ports(1)[0]))
    stage.rule("/refused", group)
    answer = stage.serves("/refused", 502)
    assert "502 Bad Gateway" in answer.body
    assert answer.headers["Server"] == "awselb/2.0"


def test_a_post_is_never_sent_again(stage: Stage) -> None:
    """The target takes the request and breaks off: it may have obeyed."""
    arrived = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                connection, _ = server.accept()
                with connection:
                    text = connection.recv(65536)
                    if b"GET /end" in text:
                        return
                    if text.startswith(b"POST"):
                        arrived.append(text)

        thread = threading.Thread(target=serve)
        thread.start()
        group = stage.group()
        stage.balancer.register(group, TargetAddress("127.0.0.1", server.getsockname()[1]))
        stage.rule("/once", group)
        stage.serves("/once", 502)
        headers = {"X-Envoy-Retry-On": "5xx,reset", "X-Envoy-Max-Retries": "5", "X-Forwarded-For": "10.0.0.1"}
        answers = [stage.ask("/once", "POST", b"like", headers=headers).status for _ in range(5)]
        with socket.create_connection(server.getsockname()) as last:
            last.sendall(b"GET /end")
        thread.join(PATIENCE)
    assert answers == [502] * 5
    assert len(arrived) == 5


def test_one_connection_carries_many_requests(stage: Stage) -> None:
    ports = []

    def client_port(request: Any) -> str:
        ports.append(request.client_address[1])
        return ""

    with closing(Appliance(answer=client_port)) as appliance:
        stage.serving(stage.group(), "/alive", appliance)
        connection = http.client.HTTPConnection("127.0.0.1", stage.port, timeout=PATIENCE)
        with closing(connection):
            ports.clear()
            for _ in range(20):
                connection.request("POST", "/alive", b"x" * 1000)
                assert connection.getresponse().read() == b""
        assert len(set(ports)) == 1


def test_headers_that_are_too_large_are_400(stage: Stage) -> None:
    answer = stage.ask("/", headers={"X-Large": "x" * 100_000})
    assert (answer.status, answer.headers["Server"]) == (400, "awselb/2.0")
    assert "400 Bad Request" in answer.body


@pytest.mark.parametrize(
    "request_text",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nBad Name: 1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_what_is_no_http_is_400(stage: Stage, request_text: bytes) -> None:
    stage.serves("/", 404)
    with socket.create_connection(("127.0.0.1", stage.port), PATIENCE) as client:
        client.sendall(request_text)
        assert client.recv(4096).startswith(b"HTTP/1.1 400 ")


def test_a_rule_may_answer_with_a_status_that_envoy_has_reasons_for(stage: Stage) -> None:
    for status in ("400", "408", "431", "502", "504"):
        stage.rule(f"/own/{status}", fixed(status, "mine"))
        assert stage.serves(f"/own/{status}", int(status)).body == "mine"


def test_attributes_of_the_listener_are_in_every_answer(stage: Stage) -> None:
    """Also in what the load balancer answers by itself, and once where the target says it too."""
    listener = stage.listen(91)
    name, origin = "Access-Control-Allow-Origin", "https://100%.example"
    attributes = {
        "routing.http.response.access_control_allow_origin.header_value": origin,
        "routing.http.response.x_frame_options.header_value": "DENY",
        "routing.http.response.content_security_policy.header_value": "",
    }
    stage.elbv2.modify_listener_attributes(
        ListenerArn=listener, Attributes=[{"Key": key, "Value": value} for key, value in attributes.items()]
    )

    def with_its_own(request: Any) -> str:
        request.send_response(200)
        request.send_header(name, "https://of.the.target")
        request.send_header("Content-Length", "0")
        request.end_headers()
        raise ConnectionAbortedError

    broken, port = stage.group(), stage.port + 11
    with closing(Appliance(answer=with_its_own)) as talkative, closing(Appliance("a")) as quiet:
        for path, target in (
            ("/talkative", talkative.target),
            ("/quiet", quiet.target),
            ("/gone", TargetAddress("127.0.0.1", free_ports(1)[0])),
        ):
            group = broken if path == "/gone" else stage.group()
            stage.balancer.register(group, target)
            stage.rule(path, group, listener=listener)
            if path != "/gone":
                stage.healthy(group, target)
        stage.rule("/empty", stage.group(), listener=listener)
        stage.rule("/fixed", fixed("403", "no"), listener=listener)
        moved = {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Path": "/new"}}
        stage.rule("/moved", moved, listener=listener)
        for path, status in {
            "/talkative": 200,
            "/quiet": 200,
            "/gone": 502,
            "/empty": 503,
            "/fixed": 403,
            "/moved": 301,
            "/of/nobody": 404,
        }.items():
            answer = stage.serves(path, status, port=port)
            assert answer.headers.get_all(name) == [origin], path
            assert answer.headers.get_all("X-Frame-Options") == ["DENY"], path
            assert "Content-Security-Policy" not in answer.headers
    assert name not in stage.serves("/of/nobody", 404).headers


def test_a_second_host_is_not_hidden_from_the_target(stage: Stage, appliances: list[Appliance]) -> None:
    stage.serving(stage.group(), "/hosts", appliances[0])
    with socket.create_connection(("127.0.0.1", stage.port), PATIENCE) as client:
        client.sendall(b"GET /hosts HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 200 ")
    assert appliances[0].requests[-1][2]["Host"] == "a,b"


def test_attributes_of_the_load_balancer_count(tmp_path: Any) -> None:
    freed = threading.Event()

    def silent(request: Any) -> str:
        if request.path == "/silent":
            assert freed.wait(PATIENCE)
        return str(request.headers)

    with staged(tmp_path) as stage, closing(Appliance(answer=silent)) as appliance:
        attributes = {
            "idle_timeout.timeout_seconds": "1",
            "routing.http.drop_invalid_header_fields.enabled": "true",
        }
        stage.elbv2.modify_load_balancer_attributes(
            LoadBalancerArn=stage.load_balancer,
            Attributes=[{"Key": key, "Value": value} for key, value in attributes.items()],
        )
        stage.serving(stage.group(), "/*", appliance)
        until(lambda: "odd" not in stage.ask("/", headers={"Odd.Name": "1"}).body, "invalid names are dropped")

        def kept() -> str:
            # A busy machine may be silent for longer than the one second that is allowed here.
            answer = stage.ask("/", headers={"Fine-Name1": "1", "Odd.Name": "1"})
            return answer.body if answer.status == 200 else ""

        headers = until(kept, "the target answers")
        assert "fine-name1: 1" in headers
        assert "odd" not in headers
        answer = stage.ask("/silent")
        freed.set()
        assert (answer.status, answer.headers["Server"]) == (504, "awselb/2.0")
        assert "504 Gateway Time-out" in answer.body
        # A client that does not finish.
        with socket.create_connection(("127.0.0.1", stage.port), PATIENCE) as client:
            client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf")
            assert client.recv(4096).startswith(b"HTTP/1.1 408 ")
