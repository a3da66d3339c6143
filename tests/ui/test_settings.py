"""How the server is set up wherever it is started from this folder."""

from __future__ import annotations

import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def test_server_is_shut_to_the_outside() -> None:
    settings = tomllib.loads((REPOSITORY / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["server"]["enableXsrfProtection"] is True
    assert settings["server"]["enableCORS"] is True
    assert settings["server"]["fileWatcherType"] == "none"
    assert settings["server"]["maxUploadSize"] <= 20
    assert settings["client"]["showErrorDetails"] == "type"
    assert settings["browser"]["gatherUsageStats"] is False


def test_make_app_says_the_same() -> None:
    recipe = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    for flag in (
        "--server.address 127.0.0.1",
        "--server.enableXsrfProtection true",
        "--server.fileWatcherType none",
        "--client.showErrorDetails type",
        "--browser.gatherUsageStats false",
    ):
        assert flag in recipe
