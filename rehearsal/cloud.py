"""The local cloud's AWS endpoint: moto's server, made exact."""

from __future__ import annotations

import logging
import threading

import waitress
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app


class Cloud:
    """An AWS endpoint on this machine, in this process, in memory. Raises OSError when the port is taken."""

    def __init__(self, port: int) -> None:
        # One thread: moto reads an item, adds to it and writes it back, so two requests at once lose updates.
        self._server = waitress.create_server(
            DomainDispatcherApplication(create_backend_app), host="127.0.0.1", port=port, threads=1
        )
        # Requests queue here by design; that is no news.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        threading.Thread(target=self._server.run, name="cloud", daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.effective_port}"

    def close(self) -> None:
        self._server.close()
