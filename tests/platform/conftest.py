import pytest
from flask.testing import FlaskClient

from tests.platform.described import Described


@pytest.fixture
def client(client: FlaskClient) -> FlaskClient:
    """Whatever these tests hear has to be described."""
    return Described(client.application)
