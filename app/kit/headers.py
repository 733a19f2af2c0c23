"""Security headers of every answer: what a browser is not to do with it."""

from flask import Flask, Response

_POLICY = "default-src 'none'; frame-ancestors 'none'"


def answer_safely(app: Flask, for_every_origin: bool) -> None:
    """An answer is data: nothing in it is run, shown in a frame, guessed at, or told to others as where one came from.

    `for_every_origin` says whether pages of other origins may use what is answered without asking (CORS).
    """
    always = [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "cross-origin" if for_every_origin else "same-origin"),
        # Else the server would put its own name here.
        ("Server", "mysfits"),
    ]

    @app.after_request
    def add(response: Response) -> Response:
        # Nobody else sets these; to look for each of them would be half of the work.
        response.headers.extend(always)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        # Counts change with every like: what a browser kept would be wrong.
        response.headers.setdefault("Cache-Control", "no-store")
        return response
