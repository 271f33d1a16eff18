"""Runs the commands that a walk-through shows, and fills in what they print now."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

COMMAND = Path(sys.executable).with_name("lenet-verify")

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def typed_along(page: str, files: Path) -> str:
    """The page with what each `$ lenet-verify …` of its blocks prints, in a copy of a folder.

    What a block of TOML has is the `pyproject.toml` there from then on.
    """
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(files, folder, dirs_exist_ok=True)

        def filled(block: re.Match[str]) -> str:
            language, text = block.groups()
            if language == "toml":
                Path(folder, "pyproject.toml").write_text(text, encoding="utf-8")
            if not text.startswith("$ lenet-verify "):
                return block[0]
            commands = re.findall(r"^\$ lenet-verify (.*)$", text, flags=re.MULTILINE)
            told = "\n".join(f"$ lenet-verify {one}\n{_told(one, folder)}" for one in commands)
            return f"```{language}\n{told}\n```"

        return _BLOCK.sub(filled, page)


def _told(arguments: str, folder: str) -> str:
    command = [COMMAND, *arguments.split()]
    run = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)
    if run.returncode not in (0, 1):
        raise SystemExit(f"docs: lenet-verify {arguments}: {run.stderr}")
    return _shortened(run.stdout.rstrip()) or run.stderr.rstrip()


def _shortened(output: str) -> str:
    """Of what `strength` prints, no tables, and one of the claims that would notice more."""
    output = re.sub(r"(?ms)^kind of edit .*?^layer .*?\n\n", "…\n\n", output)
    first, *others = re.split(r"\n(?=  - id: )", output)
    return "\n".join([first, *others[:1], *["  …" for _ in others[1:2]]])
