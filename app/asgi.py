"""Entry point of a server worker: settings, logs, application. The only module with import-time effects."""

import os

from app import METRICS, NEEDS, create_app
from app.kit.config import Config
from app.kit.front import Front
from app.kit.logs import log_to_cloudwatch, log_to_stdout
from app.kit.metrics import measure
from app.kit.revision import with_revision

config = with_revision(Config.from_env(os.environ, NEEDS))
log_to_stdout(config.revision)
if config.log_group:
    log_to_cloudwatch(config)
measure(config.revision, METRICS)
app: Front = create_app(config).front
