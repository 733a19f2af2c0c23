"""An API as the contract has it, with a switch for each fault that the public workshop is known for."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, request

from ecs_emulator.cloud.server import WebServer
from emulator.tests.ops.fake_aws import FakeAws, Input

REVISION = "mysfits-service:7"


class Workshop:
    """`fault` is the one that it has; empty for none."""

    def __init__(self, fault: str = "") -> None:
        self.fault = fault
        self.rows = {name: {"likes": 3} for name in ("gary-1", "nessi-2")}
        self.log: list[str] = []
        self.writes = 0
        self.aws = FakeAws()
        self.aws.operations |= {
            "logs.filter_log_events": self._events,
            "ecs.list_services": lambda _: {"serviceArns": ["arn:aws:ecs:r:1:service/cluster/one"]},
            "ecs.describe_services": self._service,
            "ecs.describe_task_definition": self._definition,
            "dynamodb.describe_table": self._table,
        }

    @contextmanager
    def served(self) -> Iterator[str]:
        """Its address, while it runs; the page of its site is at `/site`."""
        server = WebServer(self._application().wsgi_app, 0, threads=4)
        self.url = server.url
        try:
            yield server.url
        finally:
            server.close()

    def _application(self) -> Flask:
        app = Flask(__name__)
        fault = self.fault
        app.add_url_rule("/health", "health", lambda: ({"status": "ok"}, 503 if fault == "unhealthy" else 200))
        app.add_url_rule("/version", "version", lambda: {"version": "1", "revision": REVISION})
        app.add_url_rule("/mysfits", view_func=self._list)
        app.add_url_rule("/mysfits/<mysfit_id>", view_func=self._profile)
        app.add_url_rule("/mysfits/<mysfit_id>/like", view_func=self._like, methods=["POST"])
        app.add_url_rule("/mysfits/<mysfit_id>/adopt", view_func=self._adopt, methods=["POST"])
        app.add_url_rule("/site", view_func=self._site)

        @app.after_request
        def mark(answer: Response) -> Response:
            if fault != "no request id":
                answer.headers["X-Request-ID"] = request.headers.get("X-Request-ID", uuid.uuid4().hex)
            if fault != "no version":
                answer.headers["X-Service-Revision"] = REVISION if fault != "old version" else "mysfits-service:6"
            if fault == "development server":
                answer.headers["Server"] = "Werkzeug/3.1 Python/3.11"
            if fault != "no CORS" and not (fault == "errors without CORS" and answer.status_code >= 400):
                answer.headers["Access-Control-Allow-Origin"] = "*"
            if request.method == "OPTIONS":
                methods = "GET, POST" if fault != "preflight refused" else "GET"
                answer.headers["Access-Control-Allow-Methods"] = methods
            return answer

        return app

    def _problem(self, status: int) -> Response:
        document = {"type": "about:blank", "title": "No", "status": status, "detail": ""}
        return Response(json.dumps(document), status, content_type="application/problem+json")

    @staticmethod
    def _page() -> Response:
        return Response("<title>500 Internal Server Error</title>", 500, content_type="text/html")

    def _listed(self, mysfit_id: str) -> dict[str, Any]:
        names = ("name", "goodevil", "lawchaos", "species", "thumbImageUri")
        return {"mysfitId": mysfit_id, **dict.fromkeys(names, "Good")}

    def _list(self) -> Any:
        if any(row.get("ghost") for row in self.rows.values()):
            return self._page()
        if "filter" in request.args:
            if request.args["filter"] != "GoodEvil":
                return self._page() if self.fault == "unknown filter is 500" else self._problem(400)
            if "value" not in request.args:
                return self._page() if self.fault == "missing value is 500" else self._problem(400)
        return {"mysfits": [self._listed(each) for each in self.rows] if self.fault != "empty table" else []}

    def _profile(self, mysfit_id: str) -> Any:
        if mysfit_id not in self.rows:
            return self._page() if self.fault == "unknown id is 500" else self._problem(404)
        likes = self.rows[mysfit_id]["likes"]
        shown = {"age": 1, "description": "d", "profileImageUri": "p", "adopted": False}
        return self._listed(mysfit_id) | shown | {"likes": str(likes) if self.fault == "likes are text" else likes}

    def _like(self, mysfit_id: str) -> Any:
        there = mysfit_id in self.rows
        if self.fault == "logs before it stores" or (there and self.fault != "print to a buffer"):
            self._say()
        if self.fault == "logs twice":
            self._say()
        if there and self.fault != "success without storing":
            self.rows[mysfit_id]["likes"] += 1
        if not there:
            if self.fault == "success though the monolith failed":
                return {"Update": "Success"}
            return self._page() if self.fault == "unknown id is 500" else self._problem(404)
        return {"Update": "Success"}

    def _adopt(self, mysfit_id: str) -> Any:
        if mysfit_id in self.rows:
            return {"Update": "Success"}
        if self.fault == "ghost row":
            self.rows[mysfit_id] = {"likes": 0, "ghost": 1}
            return {"Update": "Success"}
        return self._problem(404)

    def _site(self) -> Any:
        if self.fault == "bucket without a policy":
            return Response("AccessDenied", 403, content_type="text/html")
        other = "http://other" if self.fault == "site of another API" else self.url
        return Response(f'<link rel="preload" href="{other}/mysfits">', content_type="text/html")

    def _say(self) -> None:
        self.log.append(json.dumps({"message": "Like processed.", "request_id": request.headers["X-Request-ID"]}))

    def _events(self, given: Input) -> dict[str, Any]:
        wanted = given["filterPattern"].strip('"')
        now = int(time.time() * 1000)
        found = [(place, line) for place, line in enumerate(self.log) if wanted in line]
        events = [
            {"eventId": str(place), "timestamp": now, "message": line, "logStreamName": "s"} for place, line in found
        ]
        return {"events": events}

    def _service(self, _: Input) -> dict[str, Any]:
        broken = self.fault == "every update is an outage"
        service = {
            "serviceName": "one",
            "status": "ACTIVE",
            "desiredCount": 1 if broken else 2,
            "taskDefinition": f"arn:aws:ecs:r:1:task-definition/{REVISION}",
            "deploymentConfiguration": {"minimumHealthyPercent": 0 if broken else 100},
        }
        return {"services": [service]}

    def _definition(self, _: Input) -> dict[str, Any]:
        execution = "arn:aws:iam::1:role/execution"
        role = execution if self.fault == "one role for both" else "arn:aws:iam::1:role/task"
        return {"taskDefinition": {"taskRoleArn": role, "executionRoleArn": execution}}

    def _table(self, _: Input) -> dict[str, Any]:
        kind = "ALL" if self.fault == "likes in the indexes" else "INCLUDE"
        index = {"IndexName": "GoodEvilIndex", "Projection": {"ProjectionType": kind, "NonKeyAttributes": ["Name"]}}
        return {"Table": {"GlobalSecondaryIndexes": [index]}}
