"""HDF5 from a stranger: read in a child process that owns no file, and that may die.

The numbers of the cases are those of the project's list of hostile inputs.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lenet_verify.errors import MissingLibraryError, ReadError
from lenet_verify.readers.files import hdf5, hdf5_child, hdf5_process
from lenet_verify.readers.files.byte_source import ByteSource, Part, open_source
from lenet_verify.readers.files.hdf5 import read_hdf5
from lenet_verify.readers.files.limits import FileLimits
from tests.processes import unmeasured

h5py = pytest.importorskip("h5py")
np = pytest.importorskip("numpy")

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux's limits")
CONFIG = json.dumps({"class_name": "Sequential", "name": "\u00e9" * 50_000})
BLAME = "the file may be damaged, or made to do harm"

_SAVE = """\
import sys, keras
layers = [keras.layers.Conv2D(6, 5, name="first"), keras.layers.Flatten(), keras.layers.Dense(10)]
model = keras.Sequential([keras.Input((32, 32, 1)), *layers])
model.compile("adam", "mse")
model.save(sys.argv[1])
model.save_weights(sys.argv[2])
"""


class Held(ByteSource):
    """Bytes in memory."""

    def __init__(self, content: bytes) -> None:
        super().__init__("m.h5", len(content))
        self.content = content

    def _read(self, offset, length):
        return self.content[offset : offset + length]


def made(make, config=CONFIG) -> bytes:
    """An HDF5 file by h5py: a config, and in the group `layers` whatever `make` puts there."""
    file = io.BytesIO()
    with h5py.File(file, "w") as opened:
        opened.attrs["model_config"] = config
        make(opened.create_group("layers"))
    return file.getvalue()


def read(content: bytes, under=("layers",), **limits):
    return read_hdf5(Held(content), FileLimits(**limits), shapes_under=under)


def refused(content: bytes, under=("layers",), within=5.0, **limits) -> str:
    """Why a file is refused: one line, in time."""
    start = time.monotonic()
    with pytest.raises(ReadError) as caught:
        read(content, under, **limits)
    assert time.monotonic() - start < within
    assert "\n" not in str(caught.value)
    name, _, message = str(caught.value).partition(": ")
    assert name == "m.h5"
    return message


@pytest.fixture(scope="session")
def saved(tmp_path_factory) -> tuple[bytes, bytes]:
    """What Keras itself writes: a model, and weights alone."""
    folder = tmp_path_factory.mktemp("saved")
    paths = folder / "m.h5", folder / "m.weights.h5"
    subprocess.run([sys.executable, "-c", _SAVE, *paths], check=True, capture_output=True)
    return paths[0].read_bytes(), paths[1].read_bytes()


# ---- what is read ------------------------------------------------------------------------------


def test_reads_what_keras_writes(saved):
    model, weights = saved
    found = read(model, under=("model_weights",))
    with h5py.File(io.BytesIO(model)) as theirs:
        assert dict(found.attributes) == dict(theirs.attrs)
    assert set(found.attributes) == set(hdf5_child.TEXTS)
    assert sorted(found.shapes.values()) == [(5, 5, 1, 6), (6,), (10,), (4704, 10)]
    assert [path for path in found.shapes if path.startswith("model_weights/first/")]
    found = read(weights)
    assert found.attributes == {}
    assert found.shapes == {
        "layers/conv2d/vars/0": (5, 5, 1, 6),
        "layers/conv2d/vars/1": (6,),
        "layers/dense/vars/0": (4704, 10),
        "layers/dense/vars/1": (10,),
    }
    assert found.names["layers/conv2d/vars"] == "first"
    assert read(weights, under=("",)).shapes.items() >= found.shapes.items()


def test_a_local_file_and_a_part_of_one(tmp_path):
    content = made(lambda group: group.create_dataset("d", (3, 4), "f4"))
    path = tmp_path / "m.h5"
    path.write_bytes(b"before" + content + b"after")
    with open_source(str(path)) as source:
        part = Part(source, f"{source.name}: inside", 6, len(content))
        assert read_hdf5(part, FileLimits(), shapes_under=("",)).shapes == {"layers/d": (3, 4)}
        with pytest.raises(ReadError, match=r"m\.h5: this is of a kind that is not known, not an"):
            read_hdf5(source, FileLimits())


def test_texts_of_either_form():
    def texts(group):
        group.file.attrs["keras_version"] = np.bytes_(b"2.15.0")
        group.file.attrs["backend"] = b"tensorflow"
        group.file.attrs["training_config"] = ""
        group.file.attrs["other"] = "not wanted"

    assert read(made(texts)).attributes == {
        "model_config": CONFIG,
        "keras_version": "2.15.0",
        "backend": "tensorflow",
        "training_config": "",
    }


def test_shapes_of_every_kind():
    def datasets(group):
        group["scalar"] = 3.0
        group["vector"] = np.zeros(3, "u1")
        group["nothing"] = h5py.Empty("f")
        group["zero"] = np.zeros((0, 3))
        group["type"] = np.dtype("f4")
        group.create_dataset("chunked", (10, 7), "f4", chunks=(5, 7), compression="gzip")
        group["same"] = group["vector"]

    assert read(made(datasets)).shapes == {
        "layers/scalar": (),
        "layers/vector": (3,),
        "layers/same": (3,),
        "layers/nothing": (0,),
        "layers/zero": (0, 3),
        "layers/chunked": (10, 7),
    }


def test_only_what_is_asked_for_is_looked_at():
    content = made(lambda group: group.__setitem__("link", h5py.SoftLink("/")))
    assert read(content, under=None).shapes == {}
    assert read(content, under=("model_weights", "layers/none")).shapes == {}
    fetched = Held(made(lambda group: [group.create_group(f"g{i}") for i in range(3000)], "{}"))
    read_hdf5(fetched, FileLimits())
    assert fetched.fetched < 40_000 < fetched.size // 10


def test_names_that_are_no_texts_are_refused():
    def number(group):
        group.attrs["name"] = 3

    assert refused(made(number)).startswith("the attribute layers:name is no single text")


# ---- case 25 -----------------------------------------------------------------------------------

OTHERS = "no file of Keras"


def test_case_25_links():
    soft = refused(made(lambda group: group.__setitem__("x", h5py.SoftLink("/layers"))))
    assert soft == f"layers/x is a link to another path; {OTHERS} has one"
    gone = refused(made(lambda group: group.__setitem__("x", h5py.SoftLink("/none"))))
    assert gone == soft
    # the group that is asked for is one itself
    link = made(lambda group: group.file.__setitem__("x", h5py.SoftLink("/layers")))
    assert refused(link, under=("x",)) == f"x is a link to another path; {OTHERS} has one"


def test_case_25_links_to_other_files(tmp_path):
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["secret"] = np.zeros((1, 2, 3))
    content = made(lambda group: group.__setitem__("x", h5py.ExternalLink(str(secret), "/")))
    wanted = f"layers/x is a link to another file, which is not followed; {OTHERS} has one"
    assert refused(content) == wanted


def test_case_25_external_storage(tmp_path):
    def external(group):
        secret = [(str(tmp_path / "secret"), 0, 10)]
        group.create_dataset("x", (10,), "u1", external=secret)

    wanted = f"layers/x keeps its values in another file, which is not read; {OTHERS} does"
    (tmp_path / "secret").write_bytes(b"0123456789")
    assert refused(made(external)) == wanted


def test_case_25_virtual_datasets(tmp_path):
    def virtual(group):
        layout = h5py.VirtualLayout((10,), "u1")
        layout[:] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "x", (10,))
        group.create_virtual_dataset("x", layout)

    wanted = f"layers/x takes its values from other datasets, which is not read; {OTHERS} does"
    assert refused(made(virtual)) == wanted


def test_case_25_16_terabytes_declared():
    shape = (2**20, 2**22)
    content = made(lambda group: group.create_dataset("x", shape, "f4", chunks=(1024, 1024)))
    assert read(content).shapes == {"layers/x": shape}


def test_case_25_loops():
    wanted = f"leads to a group that has another path too; {OTHERS} does"
    assert refused(made(lambda group: group.__setitem__("x", group))) == f"layers/x {wanted}"
    up = made(lambda group: group.create_group("a/b").__setitem__("x", group["/"]))
    assert refused(up, under=("",)) == f"layers/a/b/x {wanted}"
    assert refused(up).startswith("layers/a/b/x/layers leads to a group")

    def doubling(group):  # 2 to the 60th paths, without a loop
        for _ in range(60):
            below = group.create_group("a")
            group["b"] = below
            group = below

    assert wanted in refused(made(doubling))


def test_deep_nesting():
    def deep(group):
        for _ in range(200):
            group = group.create_group("g")

    message = refused(made(deep))
    assert message.startswith("its groups are nested too deeply, or their names are too long: ")
    assert len(message) < 400


def test_too_many_objects():
    def many(group):
        for number in range(50):
            group.create_group(f"g{number}/vars")

    content = made(many)
    wanted = "it holds more groups and datasets than hdf5-objects 99 allows"
    assert refused(content, hdf5_objects=99) == f"{wanted}; --limit hdf5-objects=NUMBER raises it"
    assert read(content, hdf5_objects=100).shapes == {}


def test_paths_that_keras_cannot_write():
    content = made(lambda group: [group.create_group("axb"), group.create_group("\x1b[2Jc")])
    wanted = "layers/a/b is no path that Keras could have written"
    assert refused(content.replace(b"axb", b"a/b")) == wanted
    assert refused(content.replace(b"axb", b"..\0")).startswith("layers/.. is no path")


def test_paths_are_shown_visibly():
    name = "\x1b[2J\n::error::\u202e"
    message = refused(made(lambda group: group.__setitem__(name, h5py.SoftLink("/"))))
    assert message.startswith(r"layers/\x1b[2J\x0a::error::\u202e is a link")


def test_long_texts():
    content = made(lambda group: None, "x" * 200_000)
    wanted = "model_config: larger than config-bytes 100000 allows; --limit config-bytes=NUMBER"
    assert refused(content, under=None, config_bytes=100_000) == f"{wanted} raises it"
    assert len(read(content, config_bytes=200_000).attributes["model_config"]) == 200_000
    # one of fixed length is not even read
    fixed = made(lambda group: group.file.attrs.__setitem__("backend", np.bytes_(b"x" * 5000)))
    assert refused(fixed, config_bytes=4000).startswith("model_config: larger than")
    short = made(lambda group: group.file.attrs.__setitem__("backend", np.bytes_(b"x" * 50)), "{}")
    assert refused(short, config_bytes=40).startswith("backend: larger than config-bytes 40")


def test_texts_that_are_none():
    def attribute(value):
        return made(lambda group: group.file.attrs.__setitem__("backend", value))

    for value in (3, ["a", "b"], np.zeros(10**4, "u1"), h5py.Empty("f")):
        wanted = "the attribute backend is no single text, as Keras writes it"
        assert refused(attribute(value), under=None) == wanted
    assert refused(attribute(np.bytes_(b"\xff\xfe")), under=None) == "a text in it is not UTF-8"


def test_other_contents():
    assert refused(b"") == "this is empty, not an HDF5 file; download the file itself"
    assert refused(b"PK\3\4").startswith("this is a zip archive, not an HDF5 file; name it .keras")


# ---- case 26, and damage -----------------------------------------------------------------------


def test_case_26_cut(saved):
    content = saved[0]
    for part in range(64):
        message = refused(content[: len(content) * part // 64], under=None)
        if part > 0:
            assert message == "it was cut off; fetch the whole file"


@given(
    st.lists(
        st.tuples(st.integers(0, 4000), st.sampled_from([0, 1, 2, 4, 8, 128, 255])),
        min_size=1,
        max_size=8,
    )
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_damaged_is_read_or_refused(mutations):
    content = bytearray(made(lambda group: group.create_dataset("a/b", (3, 4), "f4"), "{}"))
    for place, byte in mutations:
        content[place % len(content)] = byte
    try:
        read(bytes(content))
    except ReadError as error:
        assert str(error).startswith("m.h5: ")  # noqa: PT017


def test_what_h5py_says_stays_aside():
    content = bytearray(made(lambda group: None))
    content[content.index(b"OHDR") if b"OHDR" in content else content.index(b"TREE")] = 0
    with pytest.raises(ReadError) as caught:
        read(bytes(content), under=("",))
    wanted = f"m.h5: reading it as HDF5 failed: h5py cannot read it; {BLAME}"
    assert str(caught.value) == wanted
    assert "Error" in caught.value.__notes__[0]


# ---- the child ---------------------------------------------------------------------------------


@pytest.fixture
def acts(monkeypatch, tmp_path):
    """Puts a script in the place of the child; how reading fails then."""

    def act(script: str, within: float = 5.0, seconds: float = 20.0) -> str:
        child = tmp_path / "child.py"
        child.write_text("import os, sys, json, struct, time, signal\n" + script)
        monkeypatch.setattr(hdf5_process, "CHILD", child)
        monkeypatch.setattr(hdf5, "SECONDS", seconds)
        message = refused(made(lambda group: None), within=within)
        assert message.startswith("reading it as HDF5 failed: ")
        assert message.endswith(f"; {BLAME}")
        return message.removeprefix("reading it as HDF5 failed: ").removesuffix(f"; {BLAME}")

    return act


SAYS = "sys.stdout.buffer.write({}); sys.stdout.flush()\n"
NONSENSE = "h5py gave no answer that makes sense"


@linux
def test_a_child_that_crashes(acts):
    assert acts("os.kill(os.getpid(), signal.SIGSEGV)") == "h5py crashed (signal 11)"
    assert acts("input(); os.abort()") == "h5py crashed (signal 6)"
    killed = "h5py was stopped, since it took too much time or memory"
    assert acts("os.kill(os.getpid(), signal.SIGKILL)") == killed
    assert acts("os.kill(os.getpid(), signal.SIGXCPU)") == killed


def test_a_child_that_gives_up(acts):
    assert acts("sys.exit(3)") == "h5py gave up (exit code 3)"
    assert acts("raise ValueError('\\x1b[2J')") == "h5py gave up (exit code 1)"


def test_a_child_that_hangs(acts):
    assert acts("time.sleep(60)", seconds=0.3) == "it took longer than 0.3 seconds"
    script = "os.close(1); time.sleep(60)"
    assert acts(script) == "h5py stopped talking"
    # it asks, and does not listen
    asks = SAYS.format("(b'R' + struct.pack('<QQ', 0, 2000)) * 1000")
    assert acts(asks + "time.sleep(60)", seconds=0.5) == "it took longer than 0.5 seconds"
    # it talks aside without end
    aside = "while True: os.write(2, bytes(65536))"
    assert acts(aside, seconds=0.3) == "it took longer than 0.3 seconds"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK" + bytes(99),
        b"A" + b"\xff" * 8,
        b"A" + b"\2" + bytes(7) + b"{{",
        b"A" + b"\2" + bytes(7) + b"[]",
        b"A" + b"\2" + bytes(7) + b"{}",
        *(
            b"A" + len(text).to_bytes(8, "little") + text + bytes(99)
            for text in (
                b'{"attributes": []}',
                b'{"attributes": {"a": -1}}',
                b'{"attributes": {"a": 1e99}}',
                b'{"attributes": {"a": 1.5}}',
                b'{"attributes": {"a": "1"}}',
                b'{"attributes": {"a": 99999999999}}',
                b'{"attributes": {}, "shapes": 3}',
                b'{"attributes": {}, "shapes": {"a": 3}}',
                b'{"attributes": {}, "shapes": {"a": [1e999]}}',
                b'{"attributes": {}, "shapes": {"a": ["x"]}}',
                b'{"attributes": {}, "names": []}',
                b'{"refused": 3}',
                b'{"refused": ["soft"]}',
                b"[" * 100_000,
            )
        ),
    ],
)
def test_a_child_that_answers_nonsense(acts, answer):
    assert acts(SAYS.format(repr(answer)) + "time.sleep(60)") == NONSENSE


def test_a_child_that_asks_for_too_much(acts):
    wanted = "it reads more than a model of Keras needs"
    one = "(b'R' + struct.pack('<QQ', 0, {}))"
    assert acts(SAYS.format(one.format(2**21)) + "time.sleep(60)") == wanted
    assert acts(SAYS.format(one.format(2**64 - 1)) + "time.sleep(60)") == wanted
    served = "import threading\n"
    served += (
        "threading.Thread(target=lambda: [0 for _ in sys.stdin.buffer], daemon=True).start()\n"
    )
    assert acts(served + SAYS.format(one.format(2**20) + "*500") + "time.sleep(60)") == wanted


def test_a_source_that_fails_is_not_the_childs_fault():
    class Failing(Held):
        def _read(self, offset, length):
            if offset or length > 512:
                raise ReadError("m.h5: the network is down")
            return super()._read(offset, length)

    with pytest.raises(ReadError, match=r"^m\.h5: the network is down$"):
        read_hdf5(Failing(made(lambda group: None)), FileLimits())


def test_no_child_at_all(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/none/python")
    assert refused(made(lambda group: None)).startswith("no process can be started to read it: ")


def test_h5py_is_missing(monkeypatch, tmp_path):
    script = "import sys\nsys.modules['h5py'] = None\n"
    script += (hdf5_process.CHILD).read_text().replace("from __future__ import annotations", "")
    (tmp_path / "child.py").write_text(script)
    monkeypatch.setattr(hdf5_process, "CHILD", tmp_path / "child.py")
    with pytest.raises(MissingLibraryError) as caught:
        read(made(lambda group: None))
    assert str(caught.value) == (
        "reading an HDF5 file needs h5py; install it with: pip install 'lenet-verify[hdf5]'"
    )


def test_case_29_a_planted_h5py_is_not_used(monkeypatch, tmp_path):
    (tmp_path / "h5py.py").write_text("raise SystemExit('planted')")
    (tmp_path / "struct.py").write_text("raise SystemExit('planted')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", ".")
    assert read(made(lambda group: None)).attributes["model_config"] == CONFIG
    # nor one that stands beside the child
    child = tmp_path / "child.py"
    child.write_text(hdf5_process.CHILD.read_text())
    monkeypatch.delenv("PYTHONPATH")
    monkeypatch.setattr(hdf5_process, "CHILD", child)
    assert read(made(lambda group: None)).attributes["model_config"] == CONFIG


def test_hdf5_loads_no_code_by_the_environment(monkeypatch, tmp_path):
    for name in ("HDF5_PLUGIN_PATH", "HDF5_PLUGIN_PRELOAD", "HDF5_VOL_CONNECTOR", "HDF5_DRIVER"):
        monkeypatch.setenv(name, str(tmp_path))
    environment = hdf5_process._environment()
    assert str(tmp_path) not in environment.values()
    assert environment["HDF5_PLUGIN_PRELOAD"] == "::"
    assert read(made(lambda group: None)).attributes["model_config"] == CONFIG


def test_children_are_gone_afterwards(monkeypatch):
    started = []
    usual = subprocess.Popen

    def popen(*args, **kwargs):
        started.append(usual(*args, **kwargs))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", popen)
    read(made(lambda group: None))
    refused(made(lambda group: group.__setitem__("x", h5py.SoftLink("/"))))
    assert [child.returncode is None for child in started] == [False, False]
    assert all(child.stdout.closed for child in started)


def limited(code: str) -> str:
    """What becomes of code in a process that has given up what the child gives up."""
    folder = str(hdf5_process.CHILD.parent)
    script = f"import sys, os\nsys.path.insert(0, {folder!r})\nimport hdf5_child\n"
    script += "hdf5_child.limit_resources(64 * 2**20, 1)\n" + code
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, timeout=30, env=unmeasured()
    )
    return f"{done.returncode} {done.stdout.decode()}{done.stderr.decode()[-200:]}"


@linux
def test_the_child_can_open_no_file(tmp_path):
    assert "Too many open files" in limited(f"open({str(tmp_path / 'x')!r}, 'w')")
    assert "Too many open files" in limited("os.open('/etc/passwd', os.O_RDONLY)")
    assert "Too many open files" in limited("import socket; socket.socket()")
    raises = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))"
    if os.getuid():  # the superuser may raise what it has given up
        assert "not allowed to raise maximum limit" in limited(raises)


@linux
def test_the_child_leaves_no_core():
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"
    assert limited(code) == "0 (0, 0)\n"


@linux
def test_the_child_can_neither_grow_nor_compute_for_long():
    assert limited("bytes(32 * 2**20); print('fine')") == "0 fine\n"
    assert "MemoryError" in limited("bytes(200 * 2**20)")
    start = time.monotonic()
    assert limited("while True: pass").startswith(("-24", "-9"))
    assert time.monotonic() - start < 10


@linux
def test_the_child_can_write_no_file(tmp_path):
    path = str(tmp_path / "x")
    folder = str(hdf5_process.CHILD.parent)
    script = f"import sys\nsys.path.insert(0, {folder!r})\nimport hdf5_child\n"
    script += f"file = open({path!r}, 'wb', 0)\nhdf5_child.limit_resources(2**26, 1)\n"
    script += "file.write(b'secret')\n"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, timeout=30, env=unmeasured()
    )
    assert b"File too large" in done.stderr
    assert (tmp_path / "x").read_bytes() == b""


# What a child does in which the first guard is broken: it reads what is stored elsewhere.
_READS = """\
import sys
sys.path.insert(0, {folder!r})
import hdf5_child
def shape(dataset, path):
    import numpy
    values = numpy.zeros(10, 'u1')
    from h5py import h5s
    dataset.read(h5s.ALL, h5s.ALL, values)
    return tuple(values.tolist())
hdf5_child._shape = shape
{more}
hdf5_child.main()
"""


def test_what_is_printed_in_the_child_is_no_answer(tmp_path, monkeypatch):
    child = tmp_path / "child.py"
    more = "usual = hdf5_child.look\n"
    more += "hdf5_child.look = lambda *given: (os.write(1, b'A' * 99), usual(*given))[1]"
    child.write_text(
        "import os\n" + _READS.format(folder=str(hdf5_process.CHILD.parent), more=more)
    )
    monkeypatch.setattr(hdf5_process, "CHILD", child)
    assert read(made(lambda group: None)).attributes["model_config"] == CONFIG


@linux
def test_the_second_guard_holds_without_the_first(tmp_path, monkeypatch):
    (tmp_path / "secret").write_bytes(b"0123456789")

    def external(group):
        group.create_dataset("x", (10,), "u1", external=[(str(tmp_path / "secret"), 0, 10)])

    content = made(external)
    child = tmp_path / "child.py"
    folder = str(hdf5_process.CHILD.parent)
    monkeypatch.setattr(hdf5_process, "CHILD", child)
    child.write_text(_READS.format(folder=folder, more=""))
    assert refused(content) == f"reading it as HDF5 failed: h5py cannot read it; {BLAME}"
    # and without the second, it would be read
    more = "hdf5_child.limit_resources = lambda *_: None"
    child.write_text(_READS.format(folder=folder, more=more))
    assert read(content).shapes == {"layers/x": tuple(b"0123456789")}


# ---- the child's own code, where coverage sees it ----------------------------------------------


def looked_at(content: bytes, under=("layers",), text=10**6, objects=100):
    request = {"text": text, "objects": objects, "answer": 10**5, "under": under}
    with io.BytesIO(content) as file:
        return hdf5_child.look(file, request)


def test_look():
    def make(group):
        group.create_dataset("a/b", (3,), "f4")
        group["a"].attrs["name"] = "n"

    answer, texts = looked_at(made(make))
    assert texts.decode() == CONFIG
    assert answer == {
        "attributes": {"model_config": len(CONFIG.encode())},
        "shapes": {"layers/a/b": (3,)},
        "names": {"layers/a": "n"},
    }
    for name, link in (("soft", h5py.SoftLink("/x")), ("external", h5py.ExternalLink("x", "/"))):
        content = made(lambda group, link=link: group.__setitem__("x", link))
        with pytest.raises(hdf5_child.Refused) as caught:
            looked_at(content)
        assert caught.value.args == (name, "layers/x")


def test_what_is_said_has_an_end():
    content = made(lambda group: [group.create_group(f"{n}" * 5000) for n in range(10)])
    assert looked_at(content)[0]["shapes"] == {}
    more = made(lambda group: [group.create_group(f"{n:02}" * 2500) for n in range(30)])
    with pytest.raises(hdf5_child.Refused) as caught:
        looked_at(more)
    assert caught.value.args[0] == "deep"


def test_nothing_is_allocated_for_what_is_declared_too_long(monkeypatch):
    def fixed(group):
        del group.file.attrs["model_config"]
        group.file.attrs["backend"] = np.bytes_(b"x" * 5000)

    content = made(fixed)
    monkeypatch.setattr(np, "empty", None)
    with pytest.raises(hdf5_child.Refused) as caught:
        looked_at(content, text=4999)
    assert caught.value.args == ("long", "backend")


def test_what_is_kept_has_an_end():
    class Endless(io.BytesIO):
        def read(self, length=-1):
            return (16_384).to_bytes(8, "little") if length == 8 else bytes(length)

    file = hdf5_child.ParentFile(2**30, io.BytesIO(), Endless())
    for number in range(1000):
        file.seek(number * 16_384)
        file.readinto(bytearray(4))
    assert len(file._blocks) <= 256


def test_a_file_whose_bytes_another_has():
    content = bytes(range(256)) * 1024
    to, come = io.BytesIO(), io.BytesIO()
    file = hdf5_child.ParentFile(len(content), to, come)
    blocks = [content[at : at + 16_384] for at in range(0, len(content), 16_384)]
    come.write(b"".join(len(part).to_bytes(8, "little") + part for part in blocks))
    come.seek(0)
    assert file.seek(0, 2) == file.tell() == len(content)
    assert file.readinto(bytearray(10)) == 0
    for at, length in ((10, 20), (16_000, 1000), (20_000, 30)):
        buffer = memoryview(bytearray(length))
        file.seek(at)
        assert file.readinto(buffer) == length
        assert bytes(buffer) == content[at : at + length]
    assert to.getvalue()[:17] == b"R" + bytes(8) + (16_384).to_bytes(8, "little")
    assert len(to.getvalue()) == 2 * 17  # each block once
    with pytest.raises(OSError, match="only read"):
        file.write(b"")
    with pytest.raises(OSError, match="only read"):
        file.truncate()
