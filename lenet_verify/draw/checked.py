"""A model held against a spec, for its picture."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace

from lenet_verify.architecture import Architecture
from lenet_verify.checks import jobs, wanted_checks
from lenet_verify.configuration import Configuration
from lenet_verify.errors import UsageError
from lenet_verify.readers import is_named_object
from lenet_verify.verdict import Verdict
from lenet_verify.verify import verify


def checked(options: Namespace, configuration: Configuration) -> tuple[Architecture, Verdict]:
    """The model under the title of the spec that it is held against, and what a check finds.

    A file or a spec is derived; only an object takes a framework.

    Args:
        options: as they are parsed.
        configuration: what is configured of that spec and model, such as deviations.

    Raises:
        LenetVerifyError: there is no verdict.
    """
    (model,) = options.models
    given = Namespace(
        specs=[options.spec],
        model=[model],
        arg=options.arg,
        out=None,
        static=(options.static or None) if is_named_object(model) else True,
        exact=None,
        weights=None,
        limit=options.limit,
    )
    todo = jobs(wanted_checks(given, configuration), given, configuration, ())
    if len(todo) != 1:
        raise UsageError(f"these are {len(todo)} models, and a picture is of one")
    (job,) = todo
    (report,) = verify(job.spec, job.model, job.options)
    return replace(report.architecture, title=job.spec.title), report.verdict
