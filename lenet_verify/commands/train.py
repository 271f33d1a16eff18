"""`lenet-verify train SPEC`: its network trained by its recipe, and the evidence of that."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from lenet_verify.commands.arguments import (
    add_debug,
    add_limit,
    command_parser,
    percentage,
    whole_from,
)
from lenet_verify.console import SILENT, put, say, say_what_was_logged
from lenet_verify.exit_codes import FAILS, HOLDS


def parser() -> argparse.ArgumentParser:
    """The parser, from which its help text comes."""
    parser = command_parser(
        "train",
        "SPEC [--data NAME|FILE.npz] --out DIR [options]",
        "Trains a spec's network as its 'training' says, and writes the evidence: a record that "
        "'check --run' holds claims of behaviour against, the history, the trained model, and "
        "pictures. The same seed on the same machine gives the same history.",
        _EPILOG,
    )
    add = parser.add_argument
    add("spec", metavar="SPEC", help="a YAML spec with layers and training")
    add(
        "--data", metavar="NAME|FILE.npz",
        help="what to train and test on instead of what the spec says: mnist, fashion_mnist or "
        "cifar10 of keras.datasets, digits of scikit-learn (no network needed), or a file with "
        "the arrays x_train, y_train, x_test, y_test",
    )  # fmt: skip
    add("--download", action="store_true", help="fetch data that is not in Keras's cache")
    add("--out", required=True, metavar="DIR", help="where the evidence goes")
    add("--epochs", type=whole_from(1), metavar="NUMBER", help="instead of the spec's")
    add("--batch-size", type=whole_from(1), metavar="NUMBER", help="instead of the spec's")
    add("--seed", type=whole_from(0), metavar="NUMBER", help="instead of the spec's")
    add(
        "--samples", type=whole_from(2), metavar="NUMBER",
        help="train on so many samples at most, and test on so many, drawn by the seed: for a "
        "quick look, which is no evidence",
    )  # fmt: skip
    add(
        "--fail-under", type=percentage, default=0.0, metavar="PERCENT",
        help="exit with 1 if the test accuracy is lower",
    )  # fmt: skip
    add("--resume", action="store_true", help="go on with the interrupted run in DIR")
    add("--force", action="store_true", help="replace the run in DIR")
    add(
        "-q", "--quiet", action="count", default=0,
        help="tell only the result, not each epoch; twice: nothing, the exit code tells",
    )  # fmt: skip
    add_limit(add)
    add_debug(add)
    return parser


_EPILOG = """\
examples:
  lenet-verify train spec/lenet5.yaml --data digits --out runs/lenet5
  lenet-verify train spec/lenet5.yaml --data digits --out smoke --epochs 2 --fail-under 80
  lenet-verify train spec/lenet5.yaml --out runs/mnist --download
  lenet-verify train spec/lenet5.yaml --out runs/mnist --resume

exit codes: 0 the evidence is there; 1 the accuracy is below --fail-under; 2 it could not be
trained; 130 it was interrupted, and --resume goes on
"""


def run(options: argparse.Namespace) -> int:
    """Runs it; the exit code."""
    from lenet_verify.framework import require_keras

    require_keras("training a network")  # which also brings what training imports
    from lenet_verify.notation import as_percent
    from lenet_verify.options import limits, output_folder, shown_path
    from lenet_verify.training.run import Wish, recipe_of
    from lenet_verify.training.run import run as train
    from lenet_verify.verify import load_specs

    folder = output_folder(options.out)
    (spec,) = load_specs([shown_path(options.spec)], limits(options.limit))
    changes = {
        "data": options.data,
        "epochs": options.epochs,
        "batch_size": options.batch_size,
        "seed": options.seed,
    }
    recipe = recipe_of(spec, changes)
    wish = Wish(
        spec,
        recipe,
        Path(folder),
        samples=options.samples,
        download=options.download,
        resume=options.resume,
        force=options.force,
    )
    for warning in spec.warnings:
        say(f"warning: {warning}")
    with _terminated_as_interrupted():
        done = train(wish, None if options.quiet else say)
    if options.quiet < SILENT:
        count, data = done.epochs, done.data
        put(
            f"{done.title} on {data.name}: {as_percent(done.results.test_accuracy)} test accuracy "
            f"({data.test:,} samples) after {count:,} epoch{'s' * (count != 1)}\n"
        )
        say(f"wrote {folder / 'run.md'} and what it tells of")
    say_what_was_logged(options)
    return FAILS if 100 * done.results.test_accuracy < options.fail_under else HOLDS


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Has SIGTERM do what ^C does, so that what is done is kept."""

    def interrupt(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
