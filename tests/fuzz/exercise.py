"""One file read, and if it is a model, judged, drawn and shown: what may come of it, and no more.

What may come out is an answer or an error that is meant for the user. Anything else is a finding.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from lenet_verify.architecture import Architecture, Layer, Shape
from lenet_verify.checking import check
from lenet_verify.drawings.graph import draw_graph
from lenet_verify.errors import LenetVerifyError, MissingLibraryError, ReadError
from lenet_verify.freeze import freeze
from lenet_verify.inference import weights_of
from lenet_verify.readers.config.outline import Given
from lenet_verify.readers.files.byte_source import ByteSource
from lenet_verify.readers.files.limits import FileLimits
from lenet_verify.readers.model_file import read_source
from lenet_verify.readers.stored_weights import with_weights
from lenet_verify.renderers import render_json, render_markdown, render_text
from lenet_verify.report import Provenance, Report
from lenet_verify.show.columns import choice
from lenet_verify.show.finding import counted
from lenet_verify.show.rendering import Look, drawn, render
from lenet_verify.show.rows import EVERYTHING, Shown
from lenet_verify.spec import Spec, load_spec
from lenet_verify.visible import visible

SECONDS = 5.0
"""Of computing, for one file; on a busy machine the clock says nothing."""
MEMORY = 512 * 2**20

_HERE = Path(__file__).parent
_SPECS = (_HERE.parents[1] / "spec" / "lenet5.yaml", _HERE / "claims.yaml")
_PROVENANCE = Provenance("read from a file", (("lenet-verify", "0"),), static=True)
_COLUMNS = (
    "name,shape,input,params,trainable,non_trainable,activation,inputs,macs,connections,"
    "receptive_field,total_downsampling,config,kernel_size,units"
)
_COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)


class Finding(Exception):
    """Something that must not come of any file."""


class Bytes(ByteSource):
    """A file that is none."""

    def __init__(self, name: str, data: bytes) -> None:
        super().__init__(name, len(data))
        self._data = data

    def _read(self, offset: int, length: int) -> bytes:
        return self._data[offset : offset + length]


@dataclass
class Tally:
    """How much was done: files, those that were models, their layers, and kinds of refusals."""

    files: int = 0
    models: int = 0
    layers: int = 0


TALLY = Tally()


def exercise(name: str, data: bytes, *, weights: bool = False) -> None:
    """Reads a file, and does with it whatever the program can do with a model.

    Args:
        name: of the file; its end tells the kind.
        data: its bytes.
        weights: whether the shapes of its weights are read too.

    Raises:
        Finding: what came of it must not.
        Exception: nor must any other.
    """
    TALLY.files += 1
    with _limited():
        architecture = _read(Bytes(name, data), weights)
        if architecture is not None:
            TALLY.models += 1
            TALLY.layers += len(architecture.layers)
            rng = Random(zlib.crc32(data))
            _judge(architecture, rng)
            _show(architecture, rng)
            if rng.random() < 0.2:
                _freeze(architecture)
            if rng.random() < 0.3 and architecture.layers:
                kind = rng.choice(("hdf5", "keras"))
                _judge(with_weights(architecture, kind, _weights(architecture, kind, rng)), rng)


def _read(source: ByteSource, weights: bool) -> Architecture | None:
    inputs = (Given("given", Shape((8, 8, 2)), "float32"),) if source.size % 4 == 0 else ()
    try:
        return read_source(source, FileLimits(), inputs, weights=weights)
    except MissingLibraryError as e:  # as a child may answer
        _visible(str(e), "an error")
        return None
    except LenetVerifyError as e:
        said(str(e), source.name)
        return None


def said(message: str, name: str) -> None:
    """An error as it must be: lines that name the file, with nothing in them that acts.

    Raises:
        Finding: it is otherwise.
    """
    for line in message.split("\n"):
        if not line.startswith(f"{name}:") or not line[len(name) + 1 :].strip():
            raise Finding(f"a line of an error does not name the file: {line[:100]!r}")
        _visible(line, "an error")


def _visible(text: str, what: str) -> None:
    if visible(text, None) != text:
        raise Finding(f"{what} holds what acts or is not seen")


def _lines(text: str, what: str) -> None:
    for line in text.split("\n"):
        _visible(line, what)
    if _COMMAND.search(text):
        raise Finding(f"{what} holds a line that CI takes for a command")
    text.encode()


def _json(text: str) -> None:
    def refuse(constant: str) -> None:
        raise Finding(f"JSON holds {constant}")

    json.loads(text, parse_constant=refuse)
    if not text.isascii():
        raise Finding("JSON holds what is not ASCII")


@cache
def _specs() -> Sequence[Spec]:
    return tuple(load_spec(str(path)) for path in _SPECS)


def _judge(architecture: Architecture, rng: Random) -> None:
    """Checks it, and says so in one of the ways there are: all of them every time take too long."""
    reports = []
    for spec in _specs():
        verdict = check(spec, architecture, exact=rng.random() < 0.2, model="model.keras")
        reports.append(Report(spec, architecture, verdict, _PROVENANCE))
    match rng.randrange(4):
        case 0:
            _lines(render_text(reports), "the terminal's report")
        case 1:
            _lines(render_markdown(reports), "Markdown")
        case 2:
            _json(render_json(reports))
        case _:
            _dot(draw_graph(architecture, rng.choice(reports).verdict))


def _dot(text: str) -> None:
    for line in text.split("\n"):
        _visible(line.replace("\t", ""), "DOT")
    text.encode()


def _show(architecture: Architecture, rng: Random) -> None:
    shown = Shown("model.keras", counted(architecture))
    match rng.randrange(4):
        case 0:
            _dot(draw_graph(architecture))
        case 1:
            _json(render([drawn(shown, Look("json"))], Look("json"), None, False))
        case number:
            look = Look("text" if number == 2 else "markdown", choice(_COLUMNS), (EVERYTHING,))
            room = rng.choice((80, None))
            _lines(render([drawn(shown, look)], look, room, False), f"show's {look.format}")
    usual = Look()
    _lines(render([drawn(shown, usual)], usual, 80, False), "show's text")


def _freeze(architecture: Architecture) -> None:
    """Writes the spec that pins it, which is checked on the way."""
    with suppress(ReadError):
        _lines(freeze(counted(architecture), "model.keras").text, "a frozen spec")


def _weights(architecture: Architecture, kind: str, rng: Random) -> dict[str, tuple[int, ...]]:
    """Weights as a file may have them: some right, some not, some of nobody."""
    found: dict[str, tuple[int, ...]] = {}
    for path, layer in _paths(architecture.layers, kind):
        for number, shape in enumerate(weights_of(layer) or ((2, 3),)):
            wrong = rng.choice(((), (0,), (1,), (2**31,) * 4, shape[::-1]))
            found[f"{path}/vars/{number}"] = shape if rng.random() < 0.9 else wrong
    return dict(rng.sample(list(found.items()), rng.randint(0, min(len(found), 200))))


def _paths(layers: Sequence[Layer], kind: str) -> Iterator[tuple[str, Layer]]:
    for layer in layers:
        own = layer.name if kind == "hdf5" else layer.type.lower()
        yield f"{'model_weights' if kind == 'hdf5' else 'layers'}/{own}", layer


@contextmanager
def _limited() -> Iterator[None]:
    """Refuses what takes too long or too much; both are of this process alone."""
    most, began, here = _peak(), time.process_time(), _resident()
    try:
        yield
    finally:
        took = time.process_time() - began
        grown = _peak() - here if _peak() > most else 0
        if took > SECONDS and sys.exc_info()[0] is None:
            raise Finding("it took too long")
        if grown > MEMORY and sys.exc_info()[0] is None:
            raise Finding("it took too much memory")


def _peak() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024)


def _resident() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return _peak()


def kind_of_finding(error: BaseException) -> str:
    """Two findings of one kind are most likely one bug: its class, and where it was raised."""
    place, trace = "", error.__traceback__
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if "lenet_verify" in path.parts and "fuzz" not in path.parts:
            place = f"{path.parent.name}/{path.name}:{trace.tb_frame.f_code.co_name}"
        trace = trace.tb_next
    what = str(error).partition(":")[0] if isinstance(error, Finding) else ""
    return " ".join(filter(None, (type(error).__name__, what, place)))
