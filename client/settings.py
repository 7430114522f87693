"""Every setting: what it is called in the environment, what it means and what holds without it."""

from __future__ import annotations

import os
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from client.troubles import Trouble

PREFIX = "TANDEM_"


class Settings(BaseSettings):
    """Read from environment variables that begin with TANDEM_; an empty one counts as not set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    home: Path = Field(
        default=Path(".tandem"),
        description="The folder of the embedded default: engine, ledger, mailbox, logs.",
    )
    temporal_address: str | None = Field(
        default=None,
        description="host:port of a Temporal cluster. Without it the engine that `tandem up` runs in the home folder.",
        pattern=r"^[^\s/]+:\d{1,5}$",
    )
    temporal_namespace: str = Field(default="default", description="The namespace on the Temporal cluster.")
    temporal_tls: bool = Field(
        default=False,
        description="Speak TLS with the cluster. Implied by any of the three certificates and by an API key.",
    )
    temporal_tls_ca: Path | None = Field(
        default=None, description="PEM file with the authority that signed the cluster's certificate."
    )
    temporal_tls_cert: Path | None = Field(
        default=None, description="PEM file with our own certificate, for mutual TLS; needs the key as well."
    )
    temporal_tls_key: Path | None = Field(
        default=None, description="PEM file with the private key of our own certificate."
    )
    temporal_tls_server_name: str | None = Field(
        default=None, description="The name on the cluster's certificate, where it differs from the address."
    )
    temporal_api_key: SecretStr | None = Field(
        default=None, description="API key for the cluster, where it asks for one."
    )
    database_url: SecretStr | None = Field(
        default=None,
        description=(
            "Address of the ledger: postgresql://user:password@host/name or sqlite:///path/to/file.db. "
            "Without it a SQLite file in the home folder."
        ),
    )
    smtp_host: str | None = Field(
        default=None, description="Mail server for letters. Without it they go to the local mailbox."
    )
    smtp_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port of the mail server. Without it 587 for starttls, 465 for tls, 25 for none.",
    )
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="How the connection to the mail server is secured: starttls, tls or none.",
    )
    smtp_username: str | None = Field(
        default=None, description="Who to sign in as at the mail server; without it nobody signs in."
    )
    smtp_password: SecretStr | None = Field(
        default=None, description="The password that goes with the username."
    )
    smtp_ca: Path | None = Field(
        default=None,
        description="PEM file with the authority to trust for the mail server, instead of the system's own.",
    )
    smtp_timeout: int = Field(
        default=30, ge=1, le=300, description="Seconds to wait for the mail server before trying again later."
    )
    mail_sender: str = Field(
        default="Tandem <tandem@localhost>",
        description="The address letters come from, with a name if wanted.",
    )
    mailbox: Path | None = Field(
        default=None,
        description="The maildir folder of the local mailbox. Without it `mailbox` in the home folder.",
    )
    patience: int = Field(
        default=60,
        ge=1,
        le=3600,
        description=(
            "Seconds to wait for the answer to a request, over all attempts; "
            "a worker waits as long at its start for engine and ledger."
        ),
    )
    log_format: Literal["auto", "console", "json"] = Field(
        default="auto",
        description="How log lines look: console for people, json for machines, auto by whether a terminal reads.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least a log line must matter to be written."
    )
    metrics_address: str | None = Field(
        default=None,
        pattern=r"^[^\s:/]+:[0-9]{1,5}$",
        description=(
            "host:port at which a worker tells Prometheus how it stands, such as 127.0.0.1:9464; without it nobody "
            "listens. Each worker of a machine needs a port of its own."
        ),
    )
    build: str | None = Field(
        default=None,
        max_length=200,
        description=(
            "Name of the build a worker runs, such as a git revision. With it workers are versioned: a partnership "
            "stays on its build until its chapter ends. Without it every worker takes every task."
        ),
    )

    @property
    def database(self) -> str:
        """The address of the ledger, password and all."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.home.absolute() / 'ledger.sqlite'}"

    @field_validator("mail_sender")
    @classmethod
    def _an_address(cls, value: str) -> str:
        name, at, host = parseaddr(value)[1].partition("@")
        if not (name and at and host):  # a mail server would refuse every letter from it
            raise ValueError("this is no address; give name@example.org or Name <name@example.org>")
        return value

    @property
    def maildir(self) -> Path:
        return self.mailbox or self.home / "mailbox"

    @property
    def mail_domain(self) -> str:
        """The domain letters come from: the right half of their Message-IDs."""
        return parseaddr(self.mail_sender)[1].rpartition("@")[2] or "localhost"

    @property
    def port_for_mail(self) -> int:
        return self.smtp_port or {"starttls": 587, "tls": 465, "none": 25}[self.smtp_security]

    def environment(self) -> dict[str, str]:
        """These settings as environment variables, for a process started on their behalf."""
        told = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if value is None:
                continue
            if isinstance(value, SecretStr):
                value = value.get_secret_value()
            elif isinstance(value, Path):
                value = value.absolute()
            elif isinstance(value, bool):
                value = str(value).lower()
            told[_variable(name)] = str(value)
        return told


def load(**given: Any) -> Settings:
    """The settings of this process; what is `given` (and not None) comes before the environment.

    Raises Trouble that names the variable and what is wrong with it, without repeating a secret.
    """
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        said = first["msg"].removeprefix("Value error, ")
        if first["type"] == "string_pattern_mismatch":
            said = "this is no host:port, such as 127.0.0.1:7233"
        raise Trouble(f"{_variable(str(first['loc'][0]))}: {said[:1].lower()}{said[1:]}") from None
    if (settings.temporal_tls_cert is None) != (settings.temporal_tls_key is None):
        raise Trouble("TANDEM_TEMPORAL_TLS_CERT and TANDEM_TEMPORAL_TLS_KEY go together; set both or neither")
    if settings.smtp_username is not None and settings.smtp_password is None:
        raise Trouble("TANDEM_SMTP_USERNAME is set, so TANDEM_SMTP_PASSWORD must be set too")
    return settings


def unknown() -> tuple[str, ...]:
    """Variables of this process that look like settings and are none: most likely misspelt."""
    known = {_variable(name) for name in Settings.model_fields}
    return tuple(sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known))


def described() -> list[tuple[str, str, str]]:
    """Every setting: variable, what holds without it (empty: nothing), description."""
    lines = []
    for name, field in Settings.model_fields.items():
        default = (
            ""
            if field.default is None
            else str(field.default).lower()
            if isinstance(field.default, bool)
            else str(field.default)
        )
        lines.append((_variable(name), default, field.description or ""))
    return lines


def _variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"
