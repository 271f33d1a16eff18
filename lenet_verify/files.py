"""Writing: beside, flushed, and renamed into place, so that an old file survives a failed run."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from lenet_verify.errors import OutputError


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes a set of files that belong together; all are whole before any takes its place.

    Args:
        folder: made if it is not there.
        files: contents by file name.

    Raises:
        OutputError: naming the file; what was there before is as it was.
    """
    written: dict[Path, Path] = {}
    name = ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            written[_beside(folder, name, content)] = folder / name
        with _alone_in(folder):
            for name in files:
                # a folder of that name is the user's, and found before any file is replaced
                if (folder / name).is_dir() and not (folder / name).is_symlink():
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            for beside, target in written.items():
                name = target.name
                # a link is replaced, not followed
                beside.replace(target)
    except OSError as e:
        reason = e.strerror or str(e)
        raise OutputError(f"{folder / name} cannot be written: {reason}") from e
    finally:
        for beside in written:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)


def _beside(folder: Path, name: str, content: bytes) -> Path:
    descriptor, path = tempfile.mkstemp(prefix=f".{name}.", suffix=".part", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(path).chmod(_mode(folder / name))
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise
    return Path(path)


def _mode(target: Path) -> int:
    """Who may do what with a file: as with the one that it replaces, else as with any new one."""
    with contextlib.suppress(OSError):
        found = target.lstat().st_mode
        if stat.S_ISREG(found):
            return stat.S_IMODE(found)
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keeps two runs in one folder from mixing their files, where the system has locks."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
