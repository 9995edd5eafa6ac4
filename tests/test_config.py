"""Settings come from the environment, are typed, and refuse what cannot be used."""

import re
import stat
from pathlib import Path

import pytest

from config import ConfigError, load

SECRET = "0123456789abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def folder(tmp_path: Path) -> dict[str, str]:
    """An environment whose instance folder belongs to the test."""
    return {"PERMITFLOW_INSTANCE_DIR": str(tmp_path / "instance")}


@pytest.fixture
def production(folder: dict[str, str]) -> dict[str, str]:
    """The least that production needs."""
    return folder | {
        "PERMITFLOW_ENV": "production",
        "SECRET_KEY": SECRET,
        "PERMITFLOW_BASE_URL": "https://permits.example.gov/",
    }


def test_nothing_has_to_be_set(folder: dict[str, str], tmp_path: Path) -> None:
    settings = load(folder)
    assert settings.env == "demo"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.database_url == f"sqlite:///{tmp_path}/instance/permitflow.sqlite3"
    assert settings.upload_dir == tmp_path / "instance" / "uploads"
    assert settings.session_cookie_secure is False
    assert settings.allows_demo_data


def test_defaults_follow_the_settings_they_name(folder: dict[str, str]) -> None:
    settings = load(folder | {"HOST": "0.0.0.0", "PORT": "8123", "PERMITFLOW_ENV": ""})
    assert settings.base_url == "http://0.0.0.0:8123"
    assert settings.env == "demo"


def test_a_random_key_is_made_once_for_its_owner_alone(folder: dict[str, str], tmp_path: Path) -> None:
    first, second = load(folder), load(folder)
    kept = tmp_path / "instance" / "secret_key"
    assert first.secret_key == second.secret_key == kept.read_text()
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["secret_key"]


def test_an_instance_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="^PERMITFLOW_INSTANCE_DIR must be a folder"):
        load({"PERMITFLOW_INSTANCE_DIR": str(tmp_path / "file" / "instance")})


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_name_of_postgresql_means_the_same_driver(folder: dict[str, str], scheme: str) -> None:
    settings = load(folder | {"DATABASE_URL": f"{scheme}://clerk:pw@db.example.gov/permits"})
    assert settings.database_url == "postgresql+psycopg://clerk:pw@db.example.gov/permits"


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("PERMITFLOW_ENV", "prod", "one of demo, development, production"),
        ("HOST", "a b", "a host name or a network address"),
        ("PORT", "0", "a whole number from 1 to 65535"),
        ("PORT", "eighty", "a whole number from 1 to 65535"),
        ("PORT", "٨٠", "a whole number from 1 to 65535"),
        ("PERMITFLOW_MAX_UPLOAD_MB", "-1", "a whole number from 1 to 1024"),
        ("PERMITFLOW_SESSION_COOKIE_SECURE", "true", "auto, yes or no"),
        ("PERMITFLOW_BASE_URL", "permits.example.gov", "an http:// or https:// address without query"),
        ("PERMITFLOW_SMTP_FROM", "a@b\nBcc: c@d", "an e-mail address"),
        ("PERMITFLOW_SMTP_TLS", "ssl", "one of none, starttls, tls"),
        ("PERMITFLOW_LOG_LEVEL", "LOUD", "one of DEBUG, INFO, WARNING, ERROR, CRITICAL"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence(
    folder: dict[str, str], variable: str, value: str, expected: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load(folder | {variable: value})
    assert str(refused.value) == f"{variable} must be {expected}; {value!r} is not."


@pytest.mark.parametrize(
    "url", ["mysql://clerk:hidden@db/permits", "sqlite://", "sqlite:///", "sqlite:///:memory:"]
)
def test_a_refused_database_is_not_repeated(folder: dict[str, str], url: str) -> None:
    with pytest.raises(ConfigError, match="^DATABASE_URL must be sqlite:///FILE or postgresql://") as refused:
        load(folder | {"DATABASE_URL": url})
    assert "hidden" not in str(refused.value)


def test_a_misspelled_variable_is_refused(folder: dict[str, str]) -> None:
    with pytest.raises(
        ConfigError, match=r"^PERMITFLOW_EVN is not a setting. Did you mean PERMITFLOW_ENV\?$"
    ):
        load(folder | {"PERMITFLOW_EVN": "production"})
    with pytest.raises(ConfigError, match=re.escape("See docs/settings.md")):
        load(folder | {"PERMITFLOW_QQ": "1"})
    assert load(folder | {"PERMITFLOW_TEST_PG": "host=/nowhere"}).env == "demo"


def test_production_is_safe_by_itself(production: dict[str, str], tmp_path: Path) -> None:
    settings = load(production)
    assert settings.session_cookie_secure
    assert settings.trusted_hosts == ("permits.example.gov",)
    assert settings.base_url == "https://permits.example.gov"
    assert not settings.allows_demo_data
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize("secret", ["", "changeme", "x" * 64, SECRET[:31]])
def test_production_refuses_a_plain_secret(production: dict[str, str], secret: str) -> None:
    with pytest.raises(
        ConfigError, match="^SECRET_KEY must be set to at least 32 random characters in production"
    ):
        load(production | {"SECRET_KEY": secret})


def test_production_needs_its_address_and_costly_passwords(production: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="^PERMITFLOW_BASE_URL must be set"):
        load(production | {"PERMITFLOW_BASE_URL": ""})
    with pytest.raises(ConfigError, match="^PERMITFLOW_PASSWORD_COST must be normal"):
        load(production | {"PERMITFLOW_PASSWORD_COST": "low"})


def test_secrets_stay_out_of_logs(production: dict[str, str]) -> None:
    settings = load(
        production
        | {"DATABASE_URL": "postgresql://clerk:hidden@db/permits", "PERMITFLOW_SMTP_PASSWORD": "hidden"}
    )
    assert "hidden" not in repr(settings)
    assert SECRET not in repr(settings)
