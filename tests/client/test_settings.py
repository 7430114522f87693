"""Settings: read from the environment, described, handed on, and wrong ones named."""

from __future__ import annotations

from pathlib import Path

import pytest

from client.settings import PREFIX, Settings, described, load, unknown
from client.troubles import Trouble


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment of this run sets."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)


def test_without_any_everything_lives_in_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load()
    assert settings.database == f"sqlite:///{tmp_path}/.tandem/ledger.sqlite"
    assert settings.maildir == Path(".tandem/mailbox")
    assert settings.temporal_address is None


def test_the_environment_is_read_and_what_is_given_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANDEM_TEMPORAL_ADDRESS", "engine.example.org:7233")
    monkeypatch.setenv("TANDEM_HOME", "/srv/tandem")
    monkeypatch.setenv("TANDEM_SMTP_HOST", "")
    settings = load(home=Path("/elsewhere"), temporal_namespace=None)
    assert settings.temporal_address == "engine.example.org:7233"
    assert settings.home == Path("/elsewhere")
    assert settings.smtp_host is None


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("TANDEM_SMTP_PORT", "many", "TANDEM_SMTP_PORT: input should be a valid integer"),
        ("TANDEM_SMTP_SECURITY", "ssl", "TANDEM_SMTP_SECURITY: input should be 'starttls', 'tls' or 'none'"),
        ("TANDEM_TEMPORAL_ADDRESS", "http://x", "TANDEM_TEMPORAL_ADDRESS: this is no host:port"),
        (
            "TANDEM_TEMPORAL_TLS_CERT",
            "c.pem",
            "TANDEM_TEMPORAL_TLS_CERT and TANDEM_TEMPORAL_TLS_KEY go together",
        ),
        ("TANDEM_SMTP_USERNAME", "me", "so TANDEM_SMTP_PASSWORD must be set too"),
    ],
)
def test_a_wrong_one_is_named_in_a_sentence(
    variable: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(Trouble, match=sentence) as trouble:
        load()
    assert "\n" not in trouble.value.sentence


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANDEM_DATABASE_URL", "postgresql://me:hunter2@host/tandem")
    settings = load()
    assert "hunter2" not in repr(settings)
    assert settings.database.endswith("hunter2@host/tandem")


def test_they_can_be_handed_to_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "home": Path("/srv/tandem"),
        "database_url": "postgresql://me:hunter2@host/tandem",
        "temporal_tls": True,
        "smtp_host": "mail.example.org",
        "patience": 90,
    }
    settings = load(**given)
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert load() == settings


def test_every_setting_is_described() -> None:
    assert len(described()) == len(Settings.model_fields)
    for variable, _, description in described():
        assert variable.startswith(PREFIX)
        assert description.endswith(".") and len(description) > 20


def test_misspelt_ones_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANDEM_SMTP_HSOT", "mail.example.org")
    monkeypatch.setenv("TANDEM_PATIENCE", "5")
    assert "TANDEM_SMTP_HSOT" in unknown()
    assert "TANDEM_PATIENCE" not in unknown()
