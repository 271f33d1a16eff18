"""The parser of `completion`, from which its help text comes."""

from __future__ import annotations

import argparse

from lenet_verify.parsers import command_parser

SHELLS = ("bash", "fish", "zsh")


def completion_parser() -> argparse.ArgumentParser:
    """The parser of `completion`."""
    parser = command_parser(
        "completion",
        "SHELL",
        "Prints a script by which a shell completes commands, options, their values, and files.",
        _EPILOG,
    )
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
    return parser


_EPILOG = """\
examples:
  eval "$(lenet-verify completion bash)"                    # in ~/.bashrc
  lenet-verify completion fish > ~/.config/fish/completions/lenet-verify.fish
  lenet-verify completion zsh > ~/.zfunc/_lenet-verify      # a folder of $fpath

exit codes: 0 done; 2 there is no such shell
"""
