"""Value of a secret of Secrets Manager, as templates and task definitions refer to it.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
"""

from __future__ import annotations

import json
from typing import Any

ARN_PARTS = 7  # of a secret's ARN; what a reference says more comes behind them


def secret_value(client: Any, secret_id: str, json_key: str, stage: str, version: str) -> str:
    """The text of a secret, or what it holds under `json_key`; each but `secret_id` may be empty.

    Raises BotoCoreError or ClientError; KeyError, TypeError or ValueError where there is no such key.
    """
    optional = {"VersionStage": stage, "VersionId": version}
    given = {name: value for name, value in optional.items() if value}
    text = client.get_secret_value(SecretId=secret_id, **given)["SecretString"]
    return str(json.loads(text)[json_key] if json_key else text)
