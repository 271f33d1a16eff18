"""The pytest plugin: specs as tests, one a claim, and a fixture for tests of one's own.

Every run of pytest loads it wherever this package is installed, so it imports nothing of the rest
before that is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from lenet_verify.testing.fixture import Verify
    from lenet_verify.testing.items import SpecFile


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--lenet-verify`."""
    parser.getgroup("lenet-verify").addoption(
        "--lenet-verify",
        action="store_true",
        help="check the specs that pyproject.toml configures too, one test a claim",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Adds the configured specs to what is collected, if that is asked for."""
    if config.getoption("lenet_verify"):
        from lenet_verify.testing.specs import configured_specs

        config.args += configured_specs(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SpecFile | None:
    """Collects a YAML file that is a spec, and no other."""
    if file_path.suffix not in (".yaml", ".yml"):
        return None
    from lenet_verify.testing.specs import is_wanted

    if not is_wanted(parent.config, file_path):
        return None
    from lenet_verify.testing.items import SpecFile

    return SpecFile.from_parent(parent, path=file_path)


@pytest.fixture
def verify_architecture(pytestconfig: pytest.Config) -> Verify:
    """Checks a model against a spec, and fails with the report: `verify_architecture(model, spec)`.

    `model` is a Keras model, a factory or class that makes one, a model file, or
    "package.module:object"; `spec` a path. See docs/pytest.md for the rest.
    """
    from lenet_verify.testing.fixture import Verify

    return Verify(pytestconfig.rootpath)
