"""A wrong setting stops the start and says what would be right."""

from __future__ import annotations

import pytest

from app.kit.config import Config, WrongSetting

FEATURES = {"catalog": ("DDB_TABLE_NAME",), "likes": ("DDB_TABLE_NAME",), "hello": ()}
ENOUGH = {"AWS_REGION": "eu-west-1", "DDB_TABLE_NAME": "mysfits"}


def read(**environ: str) -> Config:
    return Config.from_env(ENOUGH | environ, FEATURES)


def test_the_defaults_run_every_feature_for_every_origin() -> None:
    config = read()
    assert config.features == ("catalog", "likes", "hello")
    assert config.cors_origins == ("*",)
    assert (config.port, config.workers, config.log_group) == (8080, 0, "")


def test_an_empty_variable_counts_as_unset() -> None:
    assert read(PORT="", FEATURES=" ") == read()


def test_either_variable_names_the_region() -> None:
    assert Config.from_env({"AWS_DEFAULT_REGION": "eu-west-2"}, {"hello": ()}).region == "eu-west-2"
    assert read(AWS_DEFAULT_REGION="eu-west-2").region == "eu-west-1"


def test_a_feature_without_a_table_needs_no_table_name() -> None:
    config = Config.from_env({"AWS_REGION": "eu-west-1", "FEATURES": "hello"}, FEATURES)
    assert config.features == ("hello",)


def test_features_run_in_the_order_in_which_they_are_listed() -> None:
    assert read(FEATURES="likes, catalog").features == ("likes", "catalog")


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"FEATURES": "lieks"}, "No such feature: lieks. There are: catalog, likes, hello."),
        ({"FEATURES": "likes,likes"}, "FEATURES lists likes twice. There are: catalog, likes, hello."),
        ({"FEATURES": ","}, "FEATURES lists no feature. There are: catalog, likes, hello."),
        ({"PORT": "http"}, "PORT is 'http'; it should be a whole number from 1 to 65535."),
        ({"PORT": "0"}, "PORT is '0'; it should be a whole number from 1 to 65535."),
        ({"PORT": "٣"}, "PORT is '٣'; it should be a whole number from 1 to 65535."),
        ({"WORKERS": "-1"}, "WORKERS is '-1'; it should be a whole number from 0 to 64."),
        (
            {"CORS_ORIGINS": "https://a.example/path"},
            "CORS_ORIGINS is 'https://a.example/path'; "
            "it should be * or a list such as https://mysfits.example,http://localhost:8080.",
        ),
        (
            {"CORS_ORIGINS": "*,https://a.example"},
            "CORS_ORIGINS is '*,https://a.example'; "
            "it should be * or a list such as https://mysfits.example,http://localhost:8080.",
        ),
        (
            {"SERVICE_REVISION": "a b"},
            "SERVICE_REVISION is 'a b'; it should be up to 300 letters, digits and . _ : / -.",
        ),
        (
            {"FAULTS": "crash-at-start"},
            "FAULTS is set, which FAULTS_ALLOWED=yes has to allow. Never do so in production.",
        ),
        ({"FAULTS_ALLOWED": "true"}, "FAULTS_ALLOWED is 'true'; it should be yes or no."),
        ({"DDB_TABLE_NAME": ""}, "DDB_TABLE_NAME is not set; the feature catalog needs it."),
    ],
)
def test_a_wrong_setting_says_what_would_be_right(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(WrongSetting) as wrong:
        read(**environ)
    assert str(wrong.value) == sentence


def test_a_missing_region_is_named() -> None:
    with pytest.raises(WrongSetting, match=r"^AWS_REGION is not set"):
        Config.from_env({"DDB_TABLE_NAME": "mysfits"}, FEATURES)
