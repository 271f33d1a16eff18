"""`lenet-verify completion SHELL`: a script by which a shell completes all of it."""

from __future__ import annotations

import argparse

from lenet_verify.commands.arguments import command_parser
from lenet_verify.console import put
from lenet_verify.exit_codes import HOLDS

SHELLS = ("bash", "fish", "zsh")


def parser() -> argparse.ArgumentParser:
    """The parser, from which its help text comes."""
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


def run(options: argparse.Namespace) -> int:
    """Runs it; the exit code."""
    from lenet_verify.commands import NAMES, command
    from lenet_verify.completion.scripts import script

    put(script(options.shell, {name: command(name).parser() for name in NAMES}))
    return HOLDS
