"""`trust` says how clients come to trust the HTTPS listeners of a folder's emulator, and trusts nobody by itself."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509

from ecs_emulator.cli import main
from ecs_emulator.local import Running, forget, ours_alone, trust_only


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    return tmp_path / "data"


def test_every_way_names_the_authority_and_a_listener_that_speaks_tls(folder: Path) -> None:
    listeners = ["http://localhost:8000", "https://localhost:9363"]
    with ours_alone(folder), Running("http://cloud", "http://localhost:8000", "", {}, listeners).written(folder):
        said = CliRunner().invoke(main, ["trust"])
    assert said.exit_code == 0
    for way in ("--cacert", "SSL_CERT_FILE=", "NODE_EXTRA_CA_CERTS="):
        assert f"{way}{' ' if way == '--cacert' else ''}{folder / 'authority.pem'}" in said.output
    assert "https://localhost:9363/" in said.output


def test_it_makes_the_authority_that_the_emulator_will_use(folder: Path) -> None:
    told = json.loads(CliRunner().invoke(main, ["trust", "--json"]).stdout)
    assert told == {"authority": str(folder / "authority.pem"), "listeners": []}
    made = x509.load_pem_x509_certificate(Path(told["authority"]).read_bytes())
    assert made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_what_is_stored_is_forgotten_and_the_authority_stays(folder: Path) -> None:
    """A browser that was told of it would have to be told again."""
    CliRunner().invoke(main, ["trust"])
    before = (folder / "authority.pem").read_bytes()
    forget(folder)
    assert (folder / "authority.pem").read_bytes() == before


def test_a_verb_trusts_the_authority_of_its_folder_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "another")
    trust_only(folder)
    CliRunner().invoke(main, ["trust"])
    assert os.environ["SSL_CERT_FILE"] == "another"
    trust_only(folder)
    assert os.environ["SSL_CERT_FILE"] == str(folder / "authority.pem")
