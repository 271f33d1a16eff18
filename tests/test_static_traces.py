"""What reading a file does to the machine, as Python's audit events and the kernel saw it.

A static read imports nothing by a name from the file, opens nothing but the file, connects
nowhere and starts nothing; of HDF5, one child that can open nothing.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.processes import unmeasured
from tests.stored import archive, functional, given, layer, reads, unpacked

ROOT = Path(__file__).parent.parent
SPEC = str(ROOT / "spec" / "lenet5.yaml")
COMMAND = Path(sys.executable).with_name("lenet-verify")

# what a stranger's file names: modules of Python that act when they are imported, and a planted one
NAMED = ("antigravity", "this", "planted", "idlelib.idle", "__phello__")


def named_by(module):
    """A model that names a module wherever a config names one."""
    thing = {"module": module, "class_name": "Thing", "config": {}, "registered_name": "Thing"}
    function = {"module": module, "class_name": "function", "config": "run",
                "registered_name": "run"}  # fmt: skip
    layers = [
        given("x", 4),
        layer("Thing", "a", reads("x"), module=module),
        layer("Dense", "b", reads("a"), units=3, activation=function, kernel_initializer=thing),
        layer("Lambda", "c", reads("b"), function=function),
        layer("Thing", "d", reads("c"), module=module, registered=f"{module}>Thing"),
        layer("TimeDistributed", "e", reads("d"), layer=thing),
        layer(f"{module}.Thing", "y", reads("e"), dtype=thing),
    ]
    model = functional(layers)
    model["compile_config"] = {"optimizer": thing, "loss": function, "metrics": [thing, function]}
    return model


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Files that name modules, and a module that leaves a trace when it is imported."""
    folder = tmp_path_factory.mktemp("named")
    (folder / "planted.py").write_text("open('pwned', 'w')\n")
    for module in NAMED:
        model = named_by(module)
        (folder / f"{module}.keras").write_bytes(archive(model))
        (folder / f"{module}.json").write_text(json.dumps(model))
    h5py = pytest.importorskip("h5py")
    with h5py.File(folder / "planted.h5", "w") as file:
        model = named_by("planted")
        file.attrs["model_config"] = json.dumps(model)
        file.attrs["training_config"] = json.dumps(model["compile_config"])
        file["model_weights/a/a/kernel"] = [1.0]
    return folder


# ---- by Python's own account -------------------------------------------------------------------

# what is done after `warm`, which loads what any reading loads, is written to the last argument
AUDITED = """\
import json, os, sys

events = []

def hook(event, arguments):
    if watching and event.split(".")[0] in KINDS:
        events.append([event, *[repr(argument) for argument in arguments[:2]]])

KINDS = {"open", "import", "exec", "socket", "subprocess", "os", "ctypes", "marshal", "pickle",
         "shutil", "tempfile", "urllib", "http", "webbrowser", "ftplib", "pty", "code", "builtins"}
how, folder, files, to = sys.argv[1], sys.argv[2], sys.argv[3].split(","), sys.argv[4]
os.chdir(folder)
if how == "cli":
    from lenet_verify.cli import main
    run = lambda file: main([SPEC, "--model", file, *MORE])
else:
    import lenet_verify
    run = lambda file: lenet_verify.read(file, weights=bool(MORE))
watching = True
sys.addaudithook(hook)
for file in files:
    events.append(["reads", file])
    run(file)
watching = False
modules = sorted(sys.modules)
with open(to, "w") as file:
    json.dump([events, modules], file)
"""


def audited(tmp_path, how, folder, *files, more=()):
    script = tmp_path / "audited.py"
    script.write_text(f"SPEC, MORE = {SPEC!r}, {list(more)!r}\n{AUDITED}")
    notes = tmp_path / "notes.json"
    done = subprocess.run(
        [sys.executable, "-P", script, how, folder, ",".join(files), notes],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    events, modules = json.loads(notes.read_text())
    return events, set(modules)


LIBRARIES = [sysconfig.get_paths()[kind] for kind in ("stdlib", "platstdlib", "purelib", "platlib")]


def is_pythons(path: str) -> bool:
    """Whether a file is one of Python, of its packages or of this one; or the folder in which it
    is found, which Python lists anew when something in it was written."""
    return path == str(ROOT) or path.startswith((*LIBRARIES, str(ROOT / "lenet_verify")))


@pytest.mark.parametrize("how", ["cli", "api"])
def test_reading_does_nothing_but_read(tmp_path, folder, how):
    files = [f"{module}.{form}" for module in NAMED for form in ("keras", "json")]
    events, modules = audited(tmp_path, how, folder, *files)
    assert not set(NAMED) & modules
    assert not {name.partition(".")[0] for name in NAMED} & modules - {"__phello__"}
    assert not (folder / "pwned").exists()
    kinds = {event for event, *_ in events}
    assert "reads" in kinds
    assert not {k for k in kinds if k.startswith(("socket", "subprocess", "ctypes", "pickle"))}
    starts = ("os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.startfile",
              "pty.spawn")  # fmt: skip
    acts = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.chmod",
            "os.chown", "os.truncate", "os.utime", "os.putenv", "shutil", "tempfile")  # fmt: skip
    assert not {k for k in kinds if k.startswith((*starts, *acts))}
    imported = {name.strip("'") for event, name, *_ in events if event == "import"}
    assert not imported & set(NAMED)
    opened = [one for one in events if one[0] == "open"]
    read = [eval(path) for _, path, *_ in opened]  # the repr of a text
    others = {path for path in read if not (is_pythons(str(path)) or path in (*files, SPEC))}
    assert not others
    for file in files:
        assert read.count(file) == 1
    modes = {mode for _, path, mode in opened if not is_pythons(eval(path))}
    assert modes <= {"'r'", "'rb'", "None"}


@pytest.mark.parametrize("how", ["cli", "api"])
def test_reading_hdf5_starts_one_child_and_nothing_else(tmp_path, folder, how):
    events, modules = audited(tmp_path, how, folder, "planted.h5", more=("--weights",))
    assert not (folder / "pwned").exists()
    assert not {"planted", "h5py", "numpy"} & modules
    started = [event for event in events if event[0] == "subprocess.Popen"]
    (child,) = started
    assert eval(child[1]) == sys.executable
    program, alone, script = eval(child[2])
    assert (program, alone) == (sys.executable, "-P")
    assert Path(script) == ROOT / "lenet_verify" / "readers" / "files" / "hdf5_child.py"
    starts = ("socket", "os.system", "os.exec", "os.fork", "os.posix_spawn")
    assert not [event for event in events if event[0].startswith(starts)]
    opened = [eval(path) for event, path, *_ in events if event == "open"]
    known = (SPEC, "planted.h5")
    # a number is an end of a pipe to the child
    others = {
        path
        for path in opened
        if not (isinstance(path, int) or is_pythons(str(path)) or path in known)
    }
    assert not others


def test_a_trap_that_is_imported_is_seen(tmp_path, folder):
    """So that what is above proves something."""
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    script = tmp_path / "audited.py"
    script.write_text(
        f"SPEC, MORE = {SPEC!r}, []\n" + AUDITED.replace("    run(file)\n", "    run(file)\n    "
        "sys.path.append('.'); import planted\n")
    )  # fmt: skip
    subprocess.run(
        [sys.executable, "-P", script, "api", copy, "planted.json", tmp_path / "n"], check=True
    )
    events, modules = json.loads((tmp_path / "n").read_text())
    assert "planted" in modules
    assert ["import", "'planted'"] in [event[:2] for event in events]
    assert (copy / "pwned").exists()


# ---- by the kernel's ---------------------------------------------------------------------------

CALLS = "openat,open,creat,execve,execveat,connect,socket,clone,clone3,fork,vfork,unlink,rename"
LIMITS = "prlimit64,setrlimit"


def may_trace() -> str:
    """Why the kernel cannot be asked; nothing if it can."""
    strace = shutil.which("strace")
    if strace is None:
        return "strace is not installed"
    done = subprocess.run([strace, "-f", "true"], capture_output=True, check=False)
    return "" if done.returncode == 0 else "processes may not be traced here"


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    """Runs the command under strace: every call of interest, by process, in order."""
    if why := may_trace():
        pytest.skip(why)
    notes = tmp_path_factory.mktemp("strace") / "notes"

    def run(*arguments, cwd, code):
        done = subprocess.run(
            ["strace", "-f", "-qq", "-s", "4096", "-e", f"trace={CALLS},{LIMITS}", "-o", notes,
             COMMAND, *arguments],
            cwd=cwd, capture_output=True, text=True, check=False, env=unmeasured(),
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        calls: list[tuple[int, str]] = []
        unfinished: dict[int, str] = {}
        for line in notes.read_text(errors="replace").splitlines():
            number, _, call = line.partition(" ")
            process, call = int(number), call.strip()
            if call.endswith("<unfinished ...>"):
                unfinished[process] = call.removesuffix("<unfinished ...>")
                continue
            if resumed := re.match(r"<\.\.\. \w+ resumed>", call):
                call = unfinished.pop(process, "") + call[resumed.end() :]
            if re.match(r"\w+\(", call):
                calls.append((process, call))
        return calls

    return run


SYSTEMS = ("/etc/ld.so.", "/lib/", "/lib64/", "/usr/lib/")


def is_library(path: str) -> bool:
    """Whether a file is one of Python's, or one that the system loads with those."""
    return is_pythons(path) or path.startswith(SYSTEMS)


def opened(call):
    """The path that a call opened; None if it is no such call, or failed."""
    found = re.match(r'open(?:at)?\((?:AT_FDCWD, )?"((?:[^"\\]|\\.)*)".*= (-?\d+)', call)
    return found[1] if found and int(found[2]) >= 0 else None


def test_the_kernel_saw_the_file_read_and_nothing_else(traced, folder, lenets):
    cases = [(lenets, f"{name}.{form}", int(name != "paper")) for name in ("paper", "same")
             for form in ("keras", "json")]  # fmt: skip
    cases += [(folder, f"{module}.{form}", 1) for module in NAMED for form in ("keras", "json")]
    for where, file, code in cases[:8]:
        for command, ends in (((SPEC, "--model", file), code), (("show", file), 0)):
            calls = traced(*command, cwd=where, code=ends)
            texts = [call for _, call in calls]
            start = next(i for i, text in enumerate(texts) if opened(text) == file)
            for text in texts[start + 1 :]:
                path = opened(text)
                assert path is None or is_library(path), text
                assert not text.startswith(("connect", "socket", "exec", "fork", "vfork")), text
                assert not text.startswith(("clone", "unlink", "rename", "creat")), text
            assert sum(opened(text) == file for text in texts) == 1
            # and before that: one program, no socket
            assert sum(text.startswith("execve(") and text.endswith("= 0") for text in texts) <= 2
            assert not [text for text in texts if text.startswith(("connect", "socket"))]


@pytest.mark.parametrize("options", [(), ("--weights",)])
@pytest.mark.parametrize("file", ["paper.h5", "paper.keras"])
def test_the_kernel_saw_a_child_that_opens_nothing(traced, lenets, file, options):
    if file == "paper.keras" and not options:
        pytest.skip("nothing is started for it, as the test above tells")
    calls = traced(SPEC, "--model", file, *options, cwd=lenets, code=0)
    begin = next(i for i, (_, call) in enumerate(calls) if opened(call) == file)
    parent = calls[begin][0]
    rest = calls[begin + 1 :]
    started = [call for _, call in rest if call.startswith("execve(") and call.endswith("= 0")]
    (child,) = started
    assert str(ROOT / "lenet_verify" / "readers" / "files" / "hdf5_child.py") in child
    assert not [call for _, call in calls if call.startswith(("connect", "socket"))]
    for process, call in rest:
        path = opened(call)
        if process == parent and path is not None:
            assert is_library(path) or path == "/dev/null", call
    # the child: after the last of its limits, nothing
    others = [process for process, call in rest if call == child]
    (number,) = set(others)
    its = [call for process, call in rest if process == number]
    limits = [i for i, call in enumerate(its) if re.match(rf"({LIMITS.replace(',', '|')})\(", call)
              and "RLIMIT_NOFILE, {rlim_cur=0, rlim_max=0}" in call]  # fmt: skip
    assert limits, its[-20:]
    after = its[limits[-1] + 1 :]
    assert [call for call in after if not re.match(LIMITS.replace(",", "|"), call)] == []
    # before, nothing but libraries, and never the model
    for call in its[: limits[-1]]:
        path = opened(call)
        assert path is None or file not in path, call


def test_the_kernel_saw_no_file_that_a_config_names(traced, tmp_path):
    """Assets and vocabularies are paths only to those who load."""
    secret = tmp_path / "secret-file"
    secret.write_text("word")
    words = layer("StringLookup", "y", reads("x"), vocabulary=str(secret), output_mode="int")
    net = layer("TFSMLayer", "z", reads("y"), filepath=str(secret), call_endpoint="serve")
    model = functional([given("x", 4), words, net], outputs=[("z", 0, 0)])
    (tmp_path / "m.keras").write_bytes(archive(model))
    calls = traced(SPEC, "--model", "m.keras", cwd=tmp_path, code=1)
    assert [call for _, call in calls if opened(call) == "m.keras"]
    assert not [call for _, call in calls if "secret-file" in call]


def test_hdf5_that_links_elsewhere_opens_nothing(traced, tmp_path, lenets):
    h5py = pytest.importorskip("h5py")
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["a"] = [1.0]
    shutil.copyfile(lenets / "paper.h5", tmp_path / "links.h5")
    with h5py.File(tmp_path / "links.h5", "r+") as file:
        del file["model_weights/C1"]
        file["model_weights/C1"] = h5py.ExternalLink(str(secret), "/a")
    calls = traced(SPEC, "--model", "links.h5", "--weights", cwd=tmp_path, code=2)
    assert not [call for _, call in calls if "secret" in call]
    assert unpacked(lenets / "paper.keras")  # what else the fixture made is whole
