"""The measured application in the production server: `python -m bench.server`."""

import os

from app import NEEDS
from app.__main__ import serve
from app.kit.config import Config

if __name__ == "__main__":
    serve("bench.app:app", Config.from_env(os.environ, NEEDS))
