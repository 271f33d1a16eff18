"""A model held against a spec, for its picture."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace

from lenet_verify.architecture import Architecture
from lenet_verify.checks import one_job
from lenet_verify.configuration import Configuration
from lenet_verify.verdict import Verdict
from lenet_verify.verify import verify


def checked(options: Namespace, configuration: Configuration) -> tuple[Architecture, Verdict]:
    """The model under the title of the spec that it is held against, and what a check finds.

    Args:
        options: as they are parsed.
        configuration: what is configured of that spec and model, such as deviations.

    Raises:
        LenetVerifyError: there is no verdict.
    """
    (model,) = options.models
    job = one_job(
        options.spec,
        model,
        configuration,
        arguments=options.arg,
        static=options.static,
        limit=options.limit,
    )
    (report,) = verify(job.spec, job.model, job.options)
    return replace(report.architecture, title=job.spec.title), report.verdict
