"""The wheel carries everything: built here, installed somewhere else, run from a third place."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
BUNDLE = ("data/", "scenarios/", *(["app.py"] if (REPOSITORY / "app.py").exists() else []))

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command with this interpreter's Python; its output, or a failure that shows both streams."""
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    run("-m", "build", "--wheel", "--no-isolation", "--outdir", folder, cwd=REPOSITORY)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the unpacked wheel; what it depends on comes from the environment of the tests."""
    target = tmp_path_factory.mktemp("installed")
    quiet = ("--quiet", "--disable-pip-version-check", "--no-index", "--no-deps")
    run("-m", "pip", "install", *quiet, "--target", target, wheel, cwd=target)
    return target


def test_wheel_carries_library_cases_and_app(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for part in BUNDLE:
        assert any(name.startswith(f"redmud_opt/_bundled/{part}") for name in names), (
            f"{part} is not in the wheel"
        )
    strays = [name for name in names if not name.startswith(("redmud_opt/", "redmud_opt-"))]
    assert not strays


def test_wheel_leaves_no_source_behind(wheel: Path) -> None:
    source = REPOSITORY / "src"
    files = (file for file in (source / "redmud_opt").rglob("*") if file.suffix in (".py", ".yaml", ".html"))
    wanted = {file.relative_to(source).as_posix() for file in files}
    assert wanted <= set(zipfile.ZipFile(wheel).namelist())


def test_installed_package_runs_elsewhere(installed: Path, tmp_path: Path) -> None:
    def python(*command: str) -> str:
        return run(*command, cwd=tmp_path, PYTHONPATH=str(installed))

    origin = Path(python("-c", "import redmud_opt; print(redmud_opt.__file__)").strip())
    assert origin.is_relative_to(installed), (
        "the installed package must be the one that runs, not the source tree"
    )

    assert "check" in python("-m", "redmud_opt", "--help")
    python("-m", "redmud_opt", "init", "mycase")
    python("-m", "redmud_opt", "check", "mycase")
    assert (tmp_path / "mycase").is_dir()
