"""pyproject.toml to a `Configuration`, or to every mistake in it."""

from __future__ import annotations

import os
from collections.abc import Mapping as Dictionary
from pathlib import Path

from lenet_verify.configuration.contents import FLAGS, Check, Configuration
from lenet_verify.errors import ConfigurationError, Problem, UsageError
from lenet_verify.options import FORMATS, factory_arguments, limit_names
from lenet_verify.spec.deviations import read_deviations
from lenet_verify.spec.document import Mapping, Node, Scalar, Sequence, plain
from lenet_verify.spec.fields import Problems, fields, shown
from lenet_verify.spec.file_bytes import read_bytes

FILE = "pyproject.toml"
TABLE = ("tool", "lenet-verify")
NAME = "[tool.lenet-verify]"
KEYS = ("out", "pythonpath", "format", "output", *FLAGS, "limits", "check")
CHECK_KEYS = ("spec", "model", "args", "deviations", "run", *FLAGS)
MOST_BYTES = 256 * 1024


def find_configuration(start: Path) -> Configuration:
    """The configuration that holds in a folder: the nearest above it that there is.

    A pyproject.toml that says nothing of this tool is passed by; the search ends with the
    repository.

    Raises:
        ConfigurationError: with every problem of the file, or one on the way that cannot be read.
    """
    for folder in (start, *start.parents):
        if os.path.lexists(folder / FILE):
            found = load_configuration(folder / FILE)
            if found is not None:
                return found
        if os.path.lexists(folder / ".git"):
            break
    return Configuration()


def load_configuration(path: Path) -> Configuration | None:
    """What a pyproject.toml says of this tool; None if it does not speak of it.

    Raises:
        ConfigurationError: with every problem of the file.
    """
    file = os.path.relpath(path)
    content = read_bytes(file, MOST_BYTES, ConfigurationError)
    if len(content) > MOST_BYTES:
        raise ConfigurationError([Problem(file, 1, 1, f"larger than {MOST_BYTES} bytes")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        line = content.count(b"\n", 0, e.start) + 1
        raise ConfigurationError([Problem(file, line, 1, "not UTF-8")]) from e
    if TABLE[-1] not in text:
        return None
    from lenet_verify.configuration.toml_document import read_table

    table, found = read_table(text, file, TABLE)
    if table is None:
        return None
    problems = Problems(file, found)
    configuration = _configuration(problems, table, path.parent)
    if problems.found:
        raise ConfigurationError(problems.found)
    return configuration


def _configuration(problems: Problems, table: Mapping, folder: Path) -> Configuration:
    top = fields(problems, table, NAME, KEYS) or {}
    formats = _text(problems, top, "format")
    if formats is not None and formats not in FORMATS:
        problems.unknown(top["format"], formats, "format", FORMATS)
    return Configuration(
        folder=folder,
        out=_text(problems, top, "out"),
        format=formats,
        outputs=_outputs(problems, top.get("output")),
        limits=_limits(problems, top.get("limits")),
        pythonpath=_texts(problems, top.get("pythonpath"), "pythonpath", "a list of folders"),
        flags=_flags(problems, top),
        checks=_checks(problems, top.get("check")),
    )


def _checks(problems: Problems, node: Node | None) -> tuple[Check, ...]:
    if node is None:
        return ()
    if not isinstance(node, Sequence):
        problems.add(node, "'check' is a list of tables: write [[tool.lenet-verify.check]]")
        return ()
    checks = []
    for item in node.items:
        given = fields(problems, item, "a check", CHECK_KEYS)
        if given is None:
            continue
        spec = _text(problems, given, "spec")
        if "spec" not in given:
            problems.add(item, "a check needs a 'spec'")
        checks.append(
            Check(
                spec=spec or "",
                models=_models(problems, given.get("model")),
                arguments=_arguments(problems, given.get("args")),
                deviations=read_deviations(problems, given.get("deviations")),
                run=_text(problems, given, "run"),
                flags=_flags(problems, given),
            )
        )
    return tuple(checks)


def _models(problems: Problems, node: Node | None) -> tuple[str, ...]:
    if isinstance(node, Sequence) and not node.items:
        problems.add(node, "'model' names none: leave it out to check the spec's own model")
    return _texts(problems, node, "model", "a model or a list of models")


def _arguments(problems: Problems, node: Node | None) -> dict[str, object]:
    """A table, or texts as `--arg` takes them, which can say null."""
    if isinstance(node, Mapping):
        for key, _ in node.entries:
            if not key.text.isidentifier():
                problems.add(key, f"'{key.text}' is no name of an argument")
        return {key.text: plain(value) for key, value in node.entries}
    given = _texts(problems, node, "args", 'a table, or texts such as "weights=null"')
    try:
        return factory_arguments(given)
    except UsageError as e:
        assert node is not None
        problems.add(node, str(e).replace("--arg", "args"))
        return {}


def _limits(problems: Problems, node: Node | None) -> tuple[str, ...]:
    given = fields(problems, node, "limits", limit_names()) if node else None
    limits = []
    for name, value in (given or {}).items():
        number = plain(value)
        if type(number) is int and 0 <= number < 10**12:
            limits.append(f"{name}={number}")
        else:
            problems.add(value, f"'{name}' takes a whole number, not {shown(number)}")
    return tuple(limits)


def _outputs(problems: Problems, node: Node | None) -> dict[str, str]:
    given = fields(problems, node, "output", FORMATS) if node else None
    files = {kind: _text(problems, given or {}, kind) for kind in given or {}}
    return {kind: file for kind, file in files.items() if file is not None}


def _flags(problems: Problems, given: Dictionary[str, Node]) -> dict[str, bool]:
    flags = {}
    for name in FLAGS:
        if name in given:
            value = plain(given[name])
            flags[name] = value is True
            if not isinstance(value, bool):
                problems.add(given[name], f"'{name}' takes true or false, not {shown(value)}")
    return flags


def _text(problems: Problems, given: Dictionary[str, Node], key: str) -> str | None:
    node = given.get(key)
    if node is None or _is_text(node):
        return node.text if isinstance(node, Scalar) else None
    problems.add(node, f"'{key}' takes a text")
    return None


def _texts(problems: Problems, node: Node | None, key: str, what: str) -> tuple[str, ...]:
    """One text or a list of texts."""
    if node is None:
        return ()
    items = node.items if isinstance(node, Sequence) else (node,)
    for item in items:
        if not _is_text(item):
            problems.add(item, f"'{key}' takes {what}")
    return tuple(item.text for item in items if isinstance(item, Scalar) and _is_text(item))


def _is_text(node: Node) -> bool:
    text = node.value if isinstance(node, Scalar) else None
    return isinstance(text, str) and bool(text.strip()) and "\0" not in text
