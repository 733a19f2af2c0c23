"""The local cloud's AWS endpoint: moto's server, made exact."""

from __future__ import annotations

import logging

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from rehearsal.cloud.server import Server


class Cloud:
    """An AWS endpoint in this process and in memory, for this machine alone unless `host` says more.

    Raises OSError when the port is taken.
    """

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        # Requests queue here by design; that is no news.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        # One thread: moto reads an item, adds to it and writes it back, so two requests at once lose updates.
        self._server = Server(DomainDispatcherApplication(create_backend_app), port, threads=1, host=host)
        self.url = self._server.url

    def close(self) -> None:
        self._server.close()
