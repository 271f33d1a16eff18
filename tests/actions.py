"""GitHub's runner, as far as our action and the recipes of the docs need one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")


@dataclass(frozen=True)
class Ran:
    """What became of steps: the exit code of the last, its outputs by step, what was said."""

    code: int
    outputs: Mapping[str, Mapping[str, str]]
    log: str
    summary: str


def run_steps(
    steps: list[Mapping[str, Any]],
    values: Mapping[str, str],
    repository: Path,
    temporary: Path,
    path: str = "",
) -> Ran:
    """Runs the shell steps of a job in a checked-out repository, until one fails.

    Args:
        steps: of a composite action or a job; what is no script is left out.
        values: of the expressions that may stand in them, `inputs.spec` and so on.
        repository: the workspace.
        temporary: the runner's folder for what does not last.
        path: of programs to take before all others.
    """
    said, outputs, code = [], {}, 0
    summary = temporary / "summary.md"
    summary.touch()
    for number, step in enumerate(steps):
        if "run" not in step:
            continue
        script, told = temporary / f"{number}.sh", temporary / f"{number}.out"
        script.write_text(step["run"])
        told.touch()
        known = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(told),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_WORKSPACE": str(repository),
            "RUNNER_TEMP": str(temporary),
            "PATH": os.pathsep.join(
                filter(None, [path, str(Path(sys.executable).parent), os.environ["PATH"]])
            ),
        }
        given = {name: filled(str(text), values) for name, text in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=repository / filled(step.get("working-directory", "."), values),
            env={**os.environ, **known, **given},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False,
        )  # fmt: skip
        code = done.returncode
        said.append(done.stdout)
        lines = [line.partition("=") for line in told.read_text().splitlines()]
        outputs[step.get("id", str(number))] = {name: value for name, _, value in lines}
        if code:
            break
    return Ran(code, outputs, "".join(said), summary.read_text())


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text of a workflow with each expression's value."""
    return _EXPRESSION.sub(lambda match: values[match[1]], text)
