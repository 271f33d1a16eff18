"""The two models that a command line wants compared."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace

from lenet_verify.errors import LenetVerifyError
from lenet_verify.options import factory_arguments
from lenet_verify.show.finding import find, for_a_factory, way
from lenet_verify.show.rows import Shown


def both(
    options: Namespace, import_path: tuple[str, ...]
) -> tuple[list[Shown], list[LenetVerifyError]]:
    """The old model and the new, as far as they can be read, and why one cannot.

    Args:
        options: as the command line has them.
        import_path: folders that a named object may be in.

    Raises:
        UsageError: the command line asks for something impossible.
    """
    models = (options.old, options.new)
    how = way(Namespace(models=models, **vars(options)), import_path)
    ways = []
    for model, option, given in zip(
        models, ("--old-arg", "--new-arg"), (options.old_arg, options.new_arg), strict=True
    ):
        own = factory_arguments(given)
        if own:
            for_a_factory(option, [model])
        ways.append(replace(how, arguments={**how.arguments, **own}))
    found: list[Shown] = []
    errors: list[LenetVerifyError] = []
    for model, one in zip(models, ways, strict=True):
        try:
            found.append(find(model, one))
        except LenetVerifyError as error:
            errors.append(error)
    return found, errors
