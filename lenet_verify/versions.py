"""The versions that matter, asked of the installation: nothing is imported for them."""

from __future__ import annotations

from collections.abc import Iterator


def installed(*libraries: str) -> Iterator[tuple[str, str]]:
    """Name and version of each library that is there."""
    from importlib.metadata import PackageNotFoundError, version

    for library in libraries:
        try:
            yield library, version(library)
        except PackageNotFoundError:
            continue


def told(own: str) -> str:
    """A line each: this tool, Python, and what builds and reads models, as far as it is there.

    Args:
        own: the version of this tool.
    """
    import platform

    found = [("lenet-verify", own), ("Python", platform.python_version())]
    found += installed("keras", "tensorflow", "h5py")
    return "".join(f"{name} {version}\n" for name, version in found)
