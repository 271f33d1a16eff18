"""The forms of what the 1998 paper's layers take: a connection table, and codes."""

from __future__ import annotations

from lenet_verify.quoting import shown
from lenet_verify.vocabulary.forms import Form, Schema, WholeNumber
from lenet_verify.vocabulary.plain import is_whole

_MAP = WholeNumber()


class Maps(tuple[int, ...]):
    """Maps by their numbers. A plain tuple of numbers is a size, and written `3x4x5`; this is
    not."""

    __slots__ = ()


class ConnectionTable(Form):
    """For each map that comes out, the maps that feed it, counted from 0: `[[0, 1, 2], …]`. A row
    is read in ascending order, since its order means nothing."""

    def read(self, value: object, rank: int | None = None) -> tuple[Maps, ...]:
        if not isinstance(value, list) or not value:
            raise self.refuse(value)
        return tuple(map(self._row, value))

    def _row(self, row: object) -> Maps:
        maps = row if isinstance(row, list) else []
        known = [_MAP.read(one) for one in maps if is_whole(one)]
        if not maps or len(set(known)) < len(maps):
            raise ValueError(f"takes {self.takes()}; {shown(row)} is no such row")
        return Maps(sorted(known))

    def told(self, written: object, read: object) -> object:
        return read  # of plain lists, `3x4x5` would be told

    def takes(self, rank: int | None = None) -> str:
        return "a list of rows such as [0, 1, 2]: the maps that feed a map, from 0, each once"

    def schema(self, rank: int | None = None) -> Schema:
        row = {"type": "array", "items": _MAP.schema(), "minItems": 1, "uniqueItems": True}
        return {"type": "array", "items": row, "minItems": 1}


class Codes(Form):
    """Pictures of codes, of `#` for +1 and `.` for -1, one for each unit. Spaces and line breaks
    are read away: they only make it a picture."""

    def read(self, value: object, rank: int | None = None) -> tuple[str, ...]:
        if not isinstance(value, list) or not value:
            raise self.refuse(value)
        return tuple(map(self._code, value))

    def _code(self, code: object) -> str:
        marks = "".join(code.split(" ")).replace("\n", "") if isinstance(code, str) else ""
        if not marks or marks.strip("#."):
            raise ValueError(f"takes {self.takes()}")
        return marks

    def takes(self, rank: int | None = None) -> str:
        return "a list of pictures of # for +1 and . for -1, one for each unit"

    def schema(self, rank: int | None = None) -> Schema:
        code = {"type": "string", "pattern": r"^[#. \n]*[#.][#. \n]*$"}
        return {"type": "array", "items": code, "minItems": 1}
