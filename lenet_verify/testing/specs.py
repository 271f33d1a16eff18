"""Which files are specs to collect, and what is to be held against them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import chdir
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lenet_verify.errors import ConfigurationError, LenetVerifyError
from lenet_verify.spec_header import is_spec
from lenet_verify.visible import visible

if TYPE_CHECKING:
    from lenet_verify.configuration import Check, Configuration
    from lenet_verify.verify import Job

_KNOWN = pytest.StashKey[dict[Path, "Configuration"]]()


def configured_specs(config: pytest.Config) -> list[str]:
    """The paths of the specs that hold in the current folder.

    Raises:
        pytest.UsageError: there are none, or the configuration has mistakes.
    """
    try:
        configuration = _nearest(config, config.invocation_params.dir)
    except ConfigurationError as error:
        raise pytest.UsageError(told(error)) from error
    if configuration.folder is None or not configuration.checks:
        raise pytest.UsageError(
            "--lenet-verify: nothing is configured; say what to check in pyproject.toml: "
            "[[tool.lenet-verify.check]] with a spec"
        )
    files = [_file(configuration, check) for check in configuration.checks]
    return list(dict.fromkeys(files))


def is_wanted(config: pytest.Config, file: Path) -> bool:
    """Whether a YAML file is a spec: it says so itself, or the configuration does."""
    if is_spec(file):
        return True
    try:
        return any(_checks(one, file) for one in _configurations(config, file))
    except ConfigurationError:
        return False  # told of where a spec is collected


def jobs_of(config: pytest.Config, file: Path) -> tuple[list[Job], Path]:
    """What is to be checked of a spec, and the folder that paths are from.

    That is what is configured of it; else its own model.

    Raises:
        LenetVerifyError: mistakes in the spec or the configuration.
    """
    from lenet_verify.checks import jobs, wanted_checks
    from lenet_verify.commands.check import parser
    from lenet_verify.configuration import Check

    known = _configurations(config, file)
    configuration = next((one for one in known if _checks(one, file)), known[-1])
    checks = _checks(configuration, file) or (Check(str(file)),)
    folder = configuration.folder or config.invocation_params.dir
    as_usual = parser().parse_args([])
    with chdir(folder):
        configuration = replace(configuration, checks=checks)
        wanted = wanted_checks(as_usual, configuration)
        return jobs(wanted, as_usual, configuration, formats=()), folder


def told(error: LenetVerifyError) -> str:
    """An error as the command line tells it, a line a problem."""
    problems: Sequence[object] = getattr(error, "problems", (error,))
    return "\n".join(visible(str(problem), longest=2000) for problem in problems)


def _configurations(config: pytest.Config, file: Path) -> list[Configuration]:
    """The configuration that holds in the current folder, and the one nearest to a file."""
    return [_nearest(config, folder) for folder in (config.invocation_params.dir, file.parent)]


def _nearest(config: pytest.Config, folder: Path) -> Configuration:
    from lenet_verify.configuration import find_configuration

    known = config.stash.setdefault(_KNOWN, {})
    if folder not in known:
        known[folder] = find_configuration(folder)
    return known[folder]


def _checks(configuration: Configuration, file: Path) -> tuple[Check, ...]:
    """The configured checks of a spec."""
    wanted = os.path.realpath(file)
    return tuple(
        check
        for check in configuration.checks
        if os.path.realpath(_file(configuration, check)) == wanted
    )


def _file(configuration: Configuration, check: Check) -> str:
    return str((configuration.folder or Path()) / check.spec)
