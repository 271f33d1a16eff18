"""The child process that reads HDF5: bytes from its parent in, texts and shapes out.

Run by file name, never imported by the program: h5py is C code that crashes on crafted files, and
here it can harm nothing but itself. It opens no file: it asks its parent for stretches of bytes,
after it has given up the right to open any, to write any, and to grow.

It writes `R`, offset and length to ask (two 64-bit numbers) and reads a length and as many bytes
(one 64-bit number); at the end it writes `A`, a length and a line of JSON of that length, followed
by the texts whose sizes that line tells. First of all it reads one line of JSON:

    size: of the file
    text, objects, answer: how large a text may be, how much may be listed, and said in all
    seconds: of computing
    under: paths of the groups whose shapes are wanted; null: no group is looked into
"""

from __future__ import annotations

import codecs
import json
import os
import struct
import sys
from typing import Any, BinaryIO

TEXTS = ("model_config", "training_config", "keras_version", "backend")
"""The attributes of the root that are wanted."""

DEEPEST = 128
MOST_MEMORY = 192 * 2**20  # besides what h5py takes, and what the texts may

_BLOCK = 16 * 1024
_MOST_BLOCKS = 256
_AT_ONCE = 2**20
_LONGEST_NAME = 64 * 1024


class Refused(Exception):
    """What no model of Keras has: the kind of it, and the path in the file where it stands."""


class ParentFile:
    """A file for h5py, whose bytes the parent has; what is read once is kept for a while."""

    def __init__(self, size: int, to: BinaryIO, come: BinaryIO) -> None:
        self._size, self._to, self._come = size, to, come
        self._at = 0
        self._blocks: dict[int, bytes] = {}

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + (self._size if whence == os.SEEK_END else 0)
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, length: int = -1) -> bytes:
        if length >= _BLOCK:
            return self._fetched(self._at, length)
        first = self._at // _BLOCK
        last = (self._at + max(length, 1) - 1) // _BLOCK
        data = b"".join(self._block(number) for number in range(first, last + 1))
        return data[self._at - first * _BLOCK :][:length]

    def readinto(self, buffer: Any) -> int:
        length = len(buffer)
        done = 0
        while done < length and (part := self.read(min(length - done, _AT_ONCE))):
            buffer[done : done + len(part)] = part
            done += len(part)
            self._at += len(part)
        return done

    def write(self, _: bytes) -> int:
        raise OSError("this file is only read")

    def truncate(self, _: int | None = None) -> int:
        raise OSError("this file is only read")

    def flush(self) -> None:
        return None

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            if len(self._blocks) >= _MOST_BLOCKS:
                self._blocks.clear()
            self._blocks[number] = self._fetched(number * _BLOCK, _BLOCK)
        return self._blocks[number]

    def _fetched(self, offset: int, length: int) -> bytes:
        if not 0 <= offset < self._size:
            return b""
        self._to.write(b"R" + struct.pack("<QQ", offset, min(length, self._size - offset)))
        self._to.flush()
        header = self._come.read(8)
        size = struct.unpack("<Q", header)[0] if len(header) == 8 else -1
        data = self._come.read(size) if size >= 0 else b""
        if len(data) != size:
            os._exit(1)  # the parent is gone
        return data


def main() -> None:
    """Answer one request."""
    to = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever C code prints is noise, and must not get into the answer
    try:
        import h5py  # noqa: F401
    except ModuleNotFoundError as error:
        return _answer(to, {"missing": error.name})
    except ImportError as error:
        return _answer(to, {"failed": f"h5py cannot be imported: {error}"})
    come = sys.stdin.buffer
    line = come.readline()
    if not line:
        return None  # the parent is gone
    request = json.loads(line)
    for encoding in ("ascii", "latin-1", "utf-8"):
        codecs.lookup(encoding)  # Python opens a file for each, which soon nothing can
    limit_resources(MOST_MEMORY + 6 * request["text"], request["seconds"])
    try:
        return _answer(to, *look(ParentFile(request["size"], to, come), request))
    except Refused as refusal:
        return _answer(to, {"refused": refusal.args})
    except Exception as error:  # whatever h5py makes of a damaged file
        return _answer(to, {"failed": f"{type(error).__name__}: {error}"})


def limit_resources(memory: int, seconds: int) -> None:
    """Gives up what reading needs not, for good; Windows has no such limits.

    Args:
        memory, seconds: what it may take besides what it has taken so far.
    """
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    limits = {
        "RLIMIT_AS": _address_space() + memory,
        "RLIMIT_CPU": int(used.ru_utime + used.ru_stime) + 1 + seconds,
        "RLIMIT_CORE": 0,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_NOFILE": 0,
    }
    for name, value in limits.items():
        try:
            limit = getattr(resource, name)
            _, most = resource.getrlimit(limit)
            value = value if most == resource.RLIM_INFINITY else min(value, most)
            resource.setrlimit(limit, (value, value))
        except (AttributeError, OSError, ValueError):  # what this system does not have
            continue


def _address_space() -> int:
    """What the process takes by now, or more."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - pathlib is not loaded here
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 2 * 2**30


def look(file: Any, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The answer to a request about a file, and the texts that go with it."""
    from h5py import h5f, h5fd, h5g, h5p

    access = h5p.create(h5p.FILE_ACCESS)
    access.set_fileobj_driver(h5fd.fileobj_driver, file)
    opened = h5f.open(b"model", h5f.ACC_RDONLY, access)
    root = h5g.open(opened, b"/")
    found = {name: _text(root, name, request["text"]) for name in TEXTS}
    texts = {name: text for name, text in found.items() if text is not None}
    answer: dict[str, Any] = {"attributes": {name: len(text) for name, text in texts.items()}}
    if request["under"] is not None:
        walk = _Walk(request)
        for path in request["under"]:
            walk.below(root, path)
        answer |= {"shapes": walk.shapes, "names": walk.names}
    return answer, b"".join(texts.values())


def _text(owner: Any, name: str, longest: int, path: str = "") -> bytes | None:
    """A text attribute; None where there is none."""
    from h5py import h5a, h5s, h5t
    from numpy import empty

    if not h5a.exists(owner, name.encode()):
        return None
    where = f"{path}:{name}" if path else name
    attribute = h5a.open(owner, name.encode())
    kind = attribute.get_type()
    scalar = attribute.get_space().get_simple_extent_type() == h5s.SCALAR
    if not (scalar and isinstance(kind, h5t.TypeStringID)):
        raise Refused("text", where)
    if not kind.is_variable_str() and kind.get_size() > longest:
        raise Refused("long", where)
    read = empty((), dtype=attribute.dtype)
    attribute.read(read)
    value: Any = read[()]
    text: bytes = value if isinstance(value, bytes) else str(value).encode()
    if len(text) > longest:
        raise Refused("long", where)
    return text


class _Walk:
    """What is below some groups: the shapes of datasets, the `name` of groups."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.names: dict[str, str] = {}
        self._objects_left: int = request["objects"]
        self._room: int = request["answer"]
        self._groups: set[int] = set()
        self._waiting: list[tuple[str, Any, int]] = []

    def below(self, root: Any, path: str) -> None:
        """Looks at everything below the group at a path, if there is one."""
        group: Any = root
        at = ""
        for part in filter(None, path.split("/")):
            if not group.links.exists(part.encode()):
                return
            info = group.links.get_info(part.encode())
            at = f"{at}/{part}" if at else part
            group = self._opened(group, part, at, (info.type, info.u))
        self._add(at, group, 0)
        while self._waiting:
            at, group, depth = self._waiting.pop()
            for name, info in self._links(group, at):
                below = f"{at}/{name}" if at else name
                self._room -= len(below) + 100
                if self._room < 0 or depth >= DEEPEST:
                    raise Refused("deep", below)
                self._add(below, self._opened(group, name, below, info), depth + 1)

    def _links(self, group: Any, at: str) -> list[tuple[str, tuple[int, int]]]:
        """The names in a group, each with its kind of link and where that leads."""
        found: list[tuple[str, tuple[int, int]]] = []

        def link(name: bytes, info: Any) -> bool | None:
            self._objects_left -= 1
            found.append((name.decode("utf-8", "surrogateescape"), (info.type, info.u)))
            return True if self._objects_left < 0 else None  # anything but None stops it

        group.links.iterate(link, info=True)
        if self._objects_left < 0:
            raise Refused("many", at)
        return found

    def _opened(self, group: Any, name: str, path: str, info: tuple[int, int]) -> Any:
        """What a link leads to, where it leads to something in the file itself."""
        from h5py import h5l, h5o

        kind, address = info
        if kind != h5l.TYPE_HARD:
            raise Refused({h5l.TYPE_SOFT: "soft", h5l.TYPE_EXTERNAL: "external"}.get(kind), path)
        if address in self._groups:
            raise Refused("loop", path)
        if "/" in name or name in ("", ".", ".."):
            raise Refused("name", path)
        return h5o.open(group, name.encode("utf-8", "surrogateescape"))

    def _add(self, path: str, thing: Any, depth: int) -> None:
        from h5py import h5d, h5g, h5o

        if isinstance(thing, h5d.DatasetID):
            self.shapes[path] = _shape(thing, path)
        elif isinstance(thing, h5g.GroupID):
            self._groups.add(h5o.get_info(thing).addr)
            name = _text(thing, "name", _LONGEST_NAME, path)
            if name is not None:
                self._room -= len(path) + len(name) + 100
                self.names[path] = name.decode("utf-8", "surrogateescape")
            self._waiting.append((path, thing, depth))


def _shape(dataset: Any, path: str) -> tuple[int, ...]:
    """The shape of a dataset, by its header; what keeps its values elsewhere is not looked at."""
    from h5py import h5d, h5s

    made = dataset.get_create_plist()
    if made.get_layout() == h5d.VIRTUAL:
        raise Refused("virtual", path)
    if made.get_external_count():
        raise Refused("storage", path)
    space = dataset.get_space()
    if space.get_simple_extent_type() == h5s.NULL:
        return (0,)
    return tuple(int(size) for size in space.get_simple_extent_dims())


def _answer(to: BinaryIO, header: dict[str, Any], texts: bytes = b"") -> None:
    line = json.dumps(header).encode() + b"\n"
    to.write(b"A" + struct.pack("<Q", len(line)) + line + texts)
    to.flush()


if __name__ == "__main__":
    main()
    # the answer is out; tidying up would only keep the parent waiting, and h5py crashes in it
    os._exit(0)
