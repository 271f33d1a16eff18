"""What is to be checked: the command line and the configuration, brought together.

The command line says which spec is held against which models. Where just that is configured, the
configured check is it, with its arguments and deviations; without a spec, all that is configured.
"""

from __future__ import annotations

import json
import os
from argparse import Namespace
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import chdir, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenet_verify.configuration import FLAGS, Check, Configuration
from lenet_verify.errors import UsageError
from lenet_verify.options import (
    DEFAULT_OUT,
    IN_LINES,
    factory_arguments,
    file_limits,
    limits,
    output_folder,
    seen_from_here,
    shown_path,
)
from lenet_verify.patterns import refuse_models, spelt_out
from lenet_verify.readers import is_named_object
from lenet_verify.shipped import is_shipped

if TYPE_CHECKING:
    from lenet_verify.verify import Job


def wanted_checks(options: Namespace, configuration: Configuration) -> tuple[Check, ...]:
    """The checks of a run, each model by its name.

    Raises:
        UsageError: a model without a spec, or a pattern that fits no file.
    """
    arguments = factory_arguments(options.arg)
    refuse_models(options.specs)
    if options.run is not None and len(options.specs) != 1:
        raise UsageError("--run is evidence for one SPEC: name that, and no other")
    if options.specs:
        checks = _named(options, configuration)
    elif options.model or arguments:
        raise UsageError("--model and --arg say how to check a SPEC: name the SPEC too")
    else:
        checks = [_spelt_out(check) for check in configuration.checks]
    return tuple(_settled(check, options, configuration, arguments) for check in checks)


def _settled(
    check: Check, options: Namespace, configuration: Configuration, arguments: Mapping[str, Any]
) -> Check:
    """The check with what the command line and the configuration say of all of them."""
    given = {name: getattr(options, name) for name in FLAGS}
    said = {name: value for name, value in given.items() if value is not None}
    return replace(
        check,
        spec=shown_path(check.spec),
        arguments={**check.arguments, **arguments},
        run=shown_path(options.run) if options.run is not None else check.run,
        flags={**configuration.flags, **check.flags, **said},
        reported=not check.models or _out(options, configuration) is not None,
    )


def _out(options: Namespace, configuration: Configuration) -> str | None:
    """The folder for reports that somebody names, as it is called from here."""
    if options.out or configuration.out is None or configuration.folder is None:
        return options.out or None
    return seen_from_here(configuration.out, configuration.folder)


def report_folder(
    checks: Sequence[Check], options: Namespace, configuration: Configuration
) -> Path | None:
    """Where reports go; None for nowhere.

    Raises:
        OutputError: it is no folder, or a link.
    """
    if not any(check.reported for check in checks):
        return None
    return output_folder(_out(options, configuration) or DEFAULT_OUT)


def _named(options: Namespace, configuration: Configuration) -> list[Check]:
    """The checks that a command line names, as they are configured if they are."""
    models = spelt_out(options.model)
    found: list[Check] = []
    for spec in options.specs:
        configured = _configured(spec, configuration)
        if not models.names:
            found += [check for check in configured if not check.models] or [Check(spec)]
            continue
        plain = Check(spec, models.names, in_short=models.patterned)
        if not any(check.models for check in configured):
            found.append(plain)
            continue
        for model in models.names:
            same = [check for check in configured if _identity(model) in check.models]
            found += [
                replace(check, models=(model,), in_short=models.patterned)
                for check in same or [plain]
            ]
    return found


def _configured(spec: str, configuration: Configuration) -> list[Check]:
    """The configured checks of a spec, their models by what they are."""
    wanted = _identity(spec)
    if configuration.folder is None:
        return []
    found = []
    folder = configuration.folder
    with chdir(folder):
        for check in configuration.checks:
            # a pattern that fits no file now is not what is asked for
            with suppress(UsageError):
                if _identity(check.spec) == wanted:
                    models = tuple(map(_identity, spelt_out(check.models).names))
                    found.append(replace(check, spec=spec, models=models))
    return [
        one if one.run is None else replace(one, run=seen_from_here(one.run, folder))
        for one in found
    ]


def _identity(model: str) -> str:
    """What two names of the same spec or model have in common."""
    named = "://" in model or is_shipped(model) or is_named_object(model)
    return model if named else os.path.realpath(model)


def _spelt_out(check: Check) -> Check:
    models = spelt_out(check.models)
    return replace(check, models=models.names, in_short=models.patterned)


def jobs(
    checks: Sequence[Check],
    options: Namespace,
    configuration: Configuration,
    formats: Collection[str],
) -> list[Job]:
    """Each model of each check, with its spec read.

    Args:
        checks: what is to be checked.
        options: of the command line.
        configuration: limits, and where to import from.
        formats: in which it will be told.

    Raises:
        SpecError: with the problems of all specs.
        UsageError: a limit that there is not.
    """
    from lenet_verify.verify import Job, Options, load_specs

    given = [*configuration.limits, *options.limit]
    limits_of_specs, limits_of_files = limits(given), file_limits(given)
    paths = list(dict.fromkeys(check.spec for check in checks))
    specs = dict(zip(paths, load_specs(paths, limits_of_specs), strict=True))
    often = Counter((check.spec, model) for check in checks for model in check.models or (None,))
    found = []
    for number, check in enumerate(checks):
        listed = check.in_short and not IN_LINES.isdisjoint(formats)
        explained = not listed or check.reported or not IN_LINES.issuperset(formats)
        for model in check.models or (None,):
            how = Options(
                check.arguments,
                **check.flags,
                limits=limits_of_specs,
                file_limits=limits_of_files,
                deviations=check.deviations,
                run=check.run,
                import_path=configuration.import_path,
                told=_told(check.arguments) if often[check.spec, model] > 1 else "",
            )
            spec = specs[check.spec]
            found.append(Job(number, spec, model, how, listed, check.reported, explained))
    return found


def one_job(
    spec: str,
    model: str | None,
    configuration: Configuration,
    *,
    arguments: Sequence[str] = (),
    static: bool = False,
    exact: bool | None = None,
    limit: Sequence[str] = (),
) -> Job:
    """A spec held against one model, as it is configured if it is, for what tells of it.

    A spec's own model is derived and a file is read; only an object takes a framework.

    Args:
        spec: its path.
        model: what is held against it; None for the spec's own.
        configuration: of specs and models, such as deviations.
        arguments: for the model's factory, as `--arg` takes them.
        static: run no code.
        exact: judge the model as it stands; None for what is configured.
        limit: as `--limit` takes them.

    Raises:
        LenetVerifyError: there is a mistake in one of them, or more than one model.
    """
    options = Namespace(
        specs=[spec],
        model=[] if model is None else [model],
        arg=arguments,
        out=None,
        static=(static or None) if model is not None and is_named_object(model) else True,
        exact=exact,
        weights=None,
        run=None,
        with_training=None,
        limit=limit,
    )
    found = jobs(wanted_checks(options, configuration), options, configuration, ())
    if len(found) != 1:
        raise UsageError(f"these are {len(found)} checks: only one can be told of here")
    return found[0]


def _told(arguments: Mapping[str, Any]) -> str:
    """Arguments as Python would be given them; nothing if there are none."""
    each = (f"{name}={json.dumps(value)}" for name, value in arguments.items())
    return f"({', '.join(each)})" if arguments else ""
