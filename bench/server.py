"""An ASGI application in the production server: `python -m bench.server MODULE:NAME`."""

import os
import sys

from app import NEEDS
from app.__main__ import serve
from app.kit.config import Config

if __name__ == "__main__":
    serve(sys.argv[1], Config.from_env(os.environ, NEEDS))
