"""What a block is about: a spec held against a model, or an architecture alone."""

from __future__ import annotations

import os
from argparse import Namespace
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from lenet_verify.checks import one_job
from lenet_verify.configuration import Configuration
from lenet_verify.documents.marker import About
from lenet_verify.errors import UsageError
from lenet_verify.options import shown_path
from lenet_verify.readers import is_named_object
from lenet_verify.report import Report
from lenet_verify.shipped import is_shipped, names_spec
from lenet_verify.show.finding import counted, find, way
from lenet_verify.show.rows import Shown
from lenet_verify.verify import verify
from lenet_verify.visible import visible


@dataclass(frozen=True)
class How:
    """How docs are filled.

    Attributes:
        static: run no code, not even where a block names an object.
        limit: as `--limit` takes them.
        configuration: what is configured of specs and models, and where these are imported from.
    """

    static: bool = False
    limit: tuple[str, ...] = ()
    configuration: Configuration = field(default_factory=Configuration)


@dataclass(frozen=True)
class Subject:
    """What a block is about, found once.

    Attributes:
        about: as the block's marker names it.
        folder: of the Markdown file; paths in it are seen from there.
    """

    about: About
    folder: Path
    how: How

    @property
    def judged(self) -> bool:
        """Whether there is a spec to hold a model against."""
        return names_spec(self.about.spec)

    @cached_property
    def report(self) -> Report:
        """The spec held against the model, as it is configured if it is.

        Raises:
            LenetVerifyError: there is no verdict, or there are several.
        """
        about, how = self.about, self.how
        if not self.judged:
            raise UsageError(f"'{visible(about.spec)}' is no spec: this part takes a .yaml file")
        model = about.model and self._model(about.model)
        job = one_job(
            self.path(about.spec),
            model,
            how.configuration,
            arguments=about.arg,
            static=how.static,
            exact=about.exact,
            limit=how.limit,
        )
        if job.model is None and not job.spec.closed:
            raise UsageError(f"{job.spec.path} has no layers to derive a model from: give --model")
        (report,) = verify(job.spec, job.model, job.options)
        return report

    @cached_property
    def shown(self) -> Shown:
        """The architecture alone: of the model that is held against the spec, or of any.

        Raises:
            LenetVerifyError: it cannot be read.
        """
        if self.judged:
            model = self.about.model or self.about.spec
            return Shown(model, counted(self.report.architecture), self.report.verdict.warnings)
        if self.about.model is not None:
            raise UsageError("--model is held against a spec, which is named before it")
        model = self._model(self.about.spec)
        static = self.how.static or not is_named_object(model)
        given = Namespace(models=[model], arg=self.about.arg, static=static, limit=self.how.limit)
        return find(model, way(given, self.how.configuration.import_path))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know of what was found."""
        shown = vars(self).get("shown")
        report = vars(self).get("report")
        told = (*(report.verdict.warnings if report else ()), *(shown.warnings if shown else ()))
        return tuple(dict.fromkeys(told))

    def path(self, name: str) -> str:
        """A file that a marker names, as it is called from the current folder.

        Raises:
            UsageError: there is none.
        """
        if is_shipped(name):
            return name
        path = shown_path(str(self.folder / name))
        if not os.path.lexists(path):
            where = "a marker's paths are seen from the folder of its file"
            raise UsageError(f"there is no file {visible(path)}: {where}")
        return path

    def seen(self, path: str) -> str:
        """A path from the current folder, as it is called in the Markdown file."""
        return path if is_shipped(path) else Path(os.path.relpath(path, self.folder)).as_posix()

    def link(self, path: str) -> str:
        """A path from the current folder, as a link in the Markdown file."""
        from urllib.parse import quote

        return quote(self.seen(path))

    def _model(self, name: str) -> str:
        return name if is_named_object(name) or "://" in name else self.path(name)
