"""The house stands as it was drawn: floors, names, sizes, reasons, and no clock inside the rules."""

import ast
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES: list[str] = PROJECT["tool"]["setuptools"]["packages"]
ROOMS = sorted({package.partition(".")[0] for package in PACKAGES})
"""Every package at the root."""

NOT_PACKAGED = ("tests", "benchmarks", "docs", "build", "dist")
LONGEST_MODULE = 500
NAMES_THAT_SAY_NOTHING = frozenset(
    "core common utils util helpers services managers handlers models schemas interfaces".split()
)
CLOCKS_AND_DICE = frozenset(
    "datetime.now datetime.utcnow datetime.today date.today time.time time.monotonic uuid.uuid1 uuid.uuid4".split()
)
_SET = re.compile(r"\b(?:set|frozenset|Set|FrozenSet|AbstractSet|MutableSet)\b")
_IGNORE = re.compile(r"#\s*(?:noqa|type:\s*ignore|mypy:|ruff:|pragma:\s*no)")
_IGNORE_WITH_REASON = re.compile(
    r"#\s*(?:noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|type:\s*ignore\[[\w, -]+\]|(?:mypy|ruff):[^#]*?|pragma:\s*no \w+)"
    r"\s+(?:-|#)\s*(?!noqa\b|type:|mypy:|ruff:|pragma:)\w+\W+\w+"
)
_ELSEWHERE = re.compile(
    r"(?<![\w.-])/(?:work|tmp/scratch[\w-]*|opt/wheels)/|\bpypi\.|pythonhosted|index-url\b.*://|find-links\b.*[/:]"
    r"|\blocalhost:\d+/(?:simple|index|root|repository|artifactory)\b"
)


def packaged_modules() -> Iterator[Path]:
    """Every Python file that is installed."""
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


def python_files() -> Iterator[Path]:
    yield from packaged_modules()
    for folder in ("tests", "benchmarks"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def text_files() -> Iterator[Path]:
    """Every text file of the tree that git keeps or would keep; all but hidden ones where there is no git."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split(
            "\0"
        )
        found = [ROOT / name for name in names if name]
    else:
        found = [path for path in ROOT.rglob("*") if not _is_hidden(path)]
    for path in found:
        if path.is_file() and b"\0" not in path.read_bytes()[:8192]:
            yield path


def _is_hidden(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    own = parts[0] in (".ci", ".gitignore", ".dockerignore")
    return not own and any(part.startswith(".") or part.endswith(".egg-info") for part in parts)


def where(path: Path, line: int | None = None) -> str:
    return str(path.relative_to(ROOT)) + (f":{line}" if line else "")


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def test_every_packaged_folder_is_named_for_the_build_backend() -> None:
    """A folder with modules that pyproject.toml does not name would be missing from what is installed."""
    tops = [
        path
        for path in ROOT.iterdir()
        if path.is_dir() and path.name[0] != "." and path.name not in NOT_PACKAGED
    ]
    with_modules = {module.parent for top in tops for module in top.rglob("*.py")}
    on_disk = {".".join(folder.relative_to(ROOT).parts) for folder in with_modules}
    assert sorted(on_disk) == sorted(PACKAGES)


def test_every_packaged_folder_says_what_it_keeps() -> None:
    """A package without an __init__ of its own would be shared with whoever else uses its name."""
    keepers = [ROOT.joinpath(*package.split("."), "__init__.py") for package in PACKAGES]
    silent = [
        where(keeper) for keeper in keepers if not keeper.exists() or not ast.get_docstring(tree_of(keeper))
    ]
    assert silent == []


def test_every_room_stands_on_a_floor() -> None:
    """A room outside the contract could import anything."""
    rules = PROJECT["tool"]["importlinter"]
    (floors,) = [contract for contract in rules["contracts"] if contract["id"] == "floors"]
    standing = [room for floor in floors["layers"] for room in re.split(r"\s*[|:]\s*", floor)]
    assert sorted(standing) == sorted(rules["root_packages"]) == ROOMS


def test_imports_keep_to_the_floors() -> None:
    """The contracts of import-linter hold."""
    linter = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", linter, "--no-logo", "--no-cache"]
    linted = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_nobody_else_ships_a_package_under_one_of_our_names() -> None:
    """Our packages are flat; another distribution's `workflows` in the same environment would be a coin toss."""
    others = {
        room: sorted(set(packages_distributions().get(room, [])) - {PROJECT["project"]["name"]})
        for room in ROOMS
    }
    assert {room: names for room, names in others.items() if names} == {}


def test_the_programmes_are_installed_as_data() -> None:
    """A programme is read as a resource of its package, wherever that is installed."""
    assert [entry.name for entry in files("programmes").iterdir() if entry.name.endswith(".yaml")]


def test_what_the_project_pins_is_what_is_locked() -> None:
    """Every requirement is pinned exactly, and `make lock` was run after the last change."""
    wanted = PROJECT["project"]["dependencies"]
    extras = PROJECT["project"]["optional-dependencies"]
    assert extras["build"] == PROJECT["build-system"]["requires"]
    for name, pins in {
        "run": wanted + extras["build"],
        "dev": wanted + extras["build"] + extras["dev"],
    }.items():
        locked = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        found = {
            f"{name}=={version}"
            for name, version in re.findall(r"^([\w.-]+)==([\w.]+)", locked, re.MULTILINE)
        }
        plain = {re.sub(r"\[\w+\]", "", pin).lower() for pin in pins}
        assert plain - found == set(), f"requirements/{name}.txt is out of date: run make lock"


def test_modules_are_short_enough_to_be_read_in_one_go() -> None:
    """No module of ours has more lines than LONGEST_MODULE."""
    lengths = {where(path): len(path.read_text(encoding="utf-8").splitlines()) for path in packaged_modules()}
    assert {path: length for path, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_every_module_says_in_one_sentence_what_it_keeps() -> None:
    """The first line of a module's docstring is a sentence, and stands for the whole."""
    silent = [
        where(path) for path in packaged_modules() if not (ast.get_docstring(tree_of(path)) or "").strip()
    ]
    assert silent == []


def test_names_say_what_is_kept() -> None:
    """Nothing is called core, common, utils, helpers, services, managers, handlers, models, schemas, interfaces."""
    paths = {path for file in python_files() for path in (file, *file.parents) if path.is_relative_to(ROOT)}
    assert sorted(where(path) for path in paths if path.stem.lower() in NAMES_THAT_SAY_NOTHING) == []


def test_every_exception_to_a_check_in_the_code_states_its_reason() -> None:
    """`# noqa: S701 - no markup is made here`; `# type: ignore[union-attr]  # one of the two is there`."""
    silent = []
    for path in python_files():
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
            if token.type != tokenize.COMMENT or not _IGNORE.search(token.string):
                continue
            if not _IGNORE_WITH_REASON.search(token.string):
                silent.append(f"{where(path, token.start[0])}: {token.string}")
    assert silent == []


@pytest.mark.parametrize(
    ("comment", "states_it"),
    [
        ("# noqa: S701 - no markup is made here", True),
        ("# type: ignore[union-attr]  # one of the two is there", True),
        ("# type: ignore[misc]  # noqa: S101 - both of them because", True),
        ("# pragma: no cover - needs a second machine", True),
        ("# noqa: S701", False),
        ("# noqa", False),
        ("# type: ignore", False),
        ("# type: ignore[union-attr]", False),
        ("# type: ignore[union-attr]  # noqa: S101", False),
        ("# type: ignore  # because of something", False),
    ],
)
def test_a_reason_is_words_after_the_code(comment: str, states_it: bool) -> None:
    """The test of reasons tells a reason from a bare ignore."""
    assert _IGNORE.search(comment)
    assert bool(_IGNORE_WITH_REASON.search(comment)) is states_it


def test_every_exception_to_a_check_in_the_project_file_states_its_reason() -> None:
    """A rule of ruff that is ignored, or a check of mypy that is loosened, has a comment on its line."""
    silent, section = [], ""
    for number, line in enumerate((ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("["):
            section = line.strip("[]")
        lists_rules = section.startswith("tool.ruff.lint") and re.search(
            r'^\s+"[A-Z]+\d*",|= \["[A-Z]+\d*"', line
        )
        loosens = section == "tool.mypy.overrides" and re.match(r"(?!module\b)\w+ = ", line)
        if (
            (lists_rules or loosens)
            and not line.startswith("select")
            and not re.search(r"#\s*\w+\W+\w+", line)
        ):
            silent.append(f"pyproject.toml:{number}: {line.strip()}")
    assert silent == []


def test_the_rules_and_the_calendar_have_no_clock_and_no_dice_of_their_own() -> None:
    """Time is an argument and a replay sees what the first run saw: workflow.now() and workflow.uuid4() are fine."""
    seen = []
    for path in [*(ROOT / "domain").rglob("*.py"), *(ROOT / "workflows").rglob("*.py")]:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Attribute):
                names = [".".join(ast.unparse(node).split(".")[-2:])]
            elif isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                continue
            seen += [f"{where(path, node.lineno)}: {name}" for name in names if name in CLOCKS_AND_DICE]
    assert seen == []


def test_no_value_of_the_domain_holds_a_set() -> None:
    """The order of a set changes between runs, and a history keeps the order: tuples, never sets."""
    held = []
    for path in (ROOT / "domain").rglob("*.py"):
        for made in ast.walk(tree_of(path)):
            if not isinstance(made, ast.ClassDef) or any(
                "dataclass" in ast.unparse(d) for d in made.decorator_list
            ):
                continue  # a dataclass is nobody's payload
            for field in made.body:
                if not isinstance(field, ast.AnnAssign) or "ClassVar" in ast.unparse(field.annotation):
                    continue
                literals = field.value and [
                    n for n in ast.walk(field.value) if isinstance(n, ast.Set | ast.SetComp)
                ]
                if _SET.search(ast.unparse(field.annotation)) or literals:
                    held.append(f"{where(path, field.lineno)}: {ast.unparse(field)}")
    assert held == []


def test_no_loop_of_the_rules_or_the_calendar_runs_over_a_set() -> None:
    """What follows from a loop over a set comes in another order the next time."""
    looped = []
    for path in [*(ROOT / "domain").rglob("*.py"), *(ROOT / "workflows").rglob("*.py")]:
        for node in ast.walk(tree_of(path)):
            over = node.iter if isinstance(node, ast.For | ast.comprehension) else None
            made = isinstance(over, ast.Call) and ast.unparse(over.func) in ("set", "frozenset")
            if over is not None and (made or isinstance(over, ast.Set | ast.SetComp)):
                looped.append(f"{where(path, over.lineno)}: {ast.unparse(over)}")
    assert looped == []


def test_no_file_names_a_machine_or_an_index_of_packages() -> None:
    """The tree is for every machine: no path of one, and no address of where packages come from."""
    named = [
        f"{where(path, number)}: {line.strip()[:100]}"
        for path in text_files()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if _ELSEWHERE.search(line)
    ]
    assert named == []
