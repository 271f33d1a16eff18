"""`[tool.lenet-verify]` of the nearest pyproject.toml, read with every mistake in one run."""

from lenet_verify.configuration.contents import FLAGS, Check, Configuration
from lenet_verify.configuration.load import find_configuration, load_configuration

__all__ = ["FLAGS", "Check", "Configuration", "find_configuration", "load_configuration"]
