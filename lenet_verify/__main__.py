"""python -m lenet_verify."""

from lenet_verify.cli import entry

entry()
