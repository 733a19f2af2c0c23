import dataclasses

import pytest
from flask.testing import FlaskClient

from app.kit.config import Config
from tests.platform.described import Described


@pytest.fixture
def config(config: Config) -> Config:
    """Every route that there is."""
    return dataclasses.replace(config, fulfill_like=True)


@pytest.fixture
def client(client: FlaskClient) -> FlaskClient:
    """Whatever these tests hear has to be described."""
    return Described(client.application)
