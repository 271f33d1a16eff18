"""JSON from a stranger: what programs read differently, or not at all, is refused."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lenet_verify.errors import ReadError
from lenet_verify.readers.files.byte_source import open_source
from lenet_verify.readers.files.json_file import read_json_text
from lenet_verify.readers.files.limits import FileLimits
from lenet_verify.readers.files.strict_json import DEEPEST, parse

MODEL = {
    "class_name": "Functional",
    "config": {"name": 'a "quoted" \\ [name]', "layers": [{"rate": 0.5, "units": 10**18}, []]},
    "é\U0001f600": [True, False, None, -1.5e-7],
}
CUT = "it ends too early, as if it was cut off"


def refused(text: str, limits=None) -> str:
    """Why a text is refused: one line that begins with its name, said at once."""
    start = time.monotonic()
    with pytest.raises(ReadError) as caught:
        parse(text, "m.json", limits)
    assert time.monotonic() - start < 5
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("m.json:")
    return str(caught.value).removeprefix("m.json:").strip()


def test_reads_what_json_reads():
    for indent in (None, 2):
        for ascii_only in (True, False):
            text = json.dumps(MODEL, indent=indent, ensure_ascii=ascii_only)
            assert parse(text, "m.json") == MODEL


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_case_19_no_numbers(number):
    assert refused(f'{{"a": [{number}]}}') == f"{number} is no number of JSON"


def test_case_19_numbers_that_are_too_large():
    for number in ("1e999", "-1e999", "1" * 400 + ".0"):
        assert refused(f"[{number}]") == "a number in it is too large"
    assert refused(f"[{'9' * 5000}]") == "a whole number in it has thousands of digits"
    assert refused(f"[{'9' * 2**20}]") == "a whole number in it has thousands of digits"


def test_case_19_equal_keys():
    assert refused('{"a": 1, "b": 2, "a": 1}') == "the key 'a' stands twice in one object"
    assert refused('[{"x": {"": 1, "": 2}}]') == "the key '' stands twice in one object"
    assert refused(r'{"a": 1, "\u0061": 2}') == "the key 'a' stands twice in one object"
    assert refused('{"\\u001b[2J": 1, "\\u001b[2J": 2}') == (
        r"the key '\x1b[2J' stands twice in one object"
    )
    assert parse('[{"a": 1}, {"a": {"a": 1}}]', "m.json")


def test_case_19_depth_100000():
    wanted = f"its lists and objects are nested deeper than {DEEPEST}"
    for text in (
        "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        '[{"a":' * 100_000 + "1" + "}]" * 100_000,
        "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1),
    ):
        assert refused(text) == wanted
    deepest = parse("[" * DEEPEST + "]" * DEEPEST, "m.json")
    for _ in range(DEEPEST - 1):
        (deepest,) = deepest
    assert deepest == []


def test_brackets_in_texts_neither_hide_depth_nor_add_to_it():
    up, down = "[" * 200, "]" * 200
    hidden = f'{up}"{down}", {up}{down}, "{up}"{down}'
    assert "nested deeper" in refused(hidden)
    escaped = rf'{up}"\\\"{down}", {up}{down}, "{up}\""{down}'
    assert "nested deeper" in refused(escaped)
    assert parse(json.dumps(["[{" * 1000, '"[' * 1000, "\\" * 7 + "[" * 1000]), "m.json")
    # across the steps in which a text is looked at
    values = ["[" * 300 + "]" * 300] * 4000
    assert parse(json.dumps(values), "m.json") == values


def test_too_many_values():
    wanted = "it holds more values than config-values 10 allows; --limit config-values=NUMBER"
    limits = FileLimits(config_values=10)
    assert len(parse("[" + ",".join("1" * 9) + "]", "m.json", limits)) == 9
    assert parse('[",,,,,,,,,,,,,,,,,,"]', "m.json", limits)
    assert refused("[" + ",".join("1" * 10) + "]", limits) == f"{wanted} raises it"
    for value in ("[]", "{}", "0", '""'):
        bomb = "[" + ",".join([value] * (2**23 // (len(value) + 1))) + "]"
        assert "config-values 750000" in refused(bomb)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"1:1: {CUT}"),
        ("  \n ", f"2:2: {CUT}"),
        ('{"a": "x', f"1:7: {CUT}"),
        ('{"a": 1', f"1:8: {CUT}"),
        ("[1, 2]\n]", "2:1: this is not JSON: Extra data"),
        ("{}\0", "1:3: this is not JSON: Extra data"),
        ("[1,\n\n  x]", "3:3: this is not JSON: Expecting value"),
        ("{'a': 1}", "1:2: this is not JSON: Expecting property name enclosed in double quotes"),
        ('["\t"]', "1:3: this is not JSON: Invalid control character at"),
        ("]" * 1000, "1:1: this is not JSON: Expecting value"),
        ("01", "1:2: this is not JSON: Extra data"),
    ],
)
def test_what_is_no_json(text, message):
    assert refused(text) == message


def test_a_secret_is_not_quoted():
    assert "secret" not in refused('{"password": secret-0x1234}')


FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | FLOATS | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
@settings(deadline=None)
def test_any_json_is_read(value):
    assert parse(json.dumps(value), "m.json") == value


@given(
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.characters()), min_size=1, max_size=5)
)
@settings(max_examples=300, deadline=None)
def test_any_damage_is_an_error_of_the_text(mutations):
    text = list(json.dumps(MODEL))
    for place, character in mutations:
        text[int(place * len(text))] = character
    try:
        value = parse("".join(text), "m.json")
    except ReadError:
        return
    assert value == json.loads("".join(text))


# ---- files -------------------------------------------------------------------------------------


def file_text(path, content: bytes, **limits) -> str:
    path.write_bytes(content)
    with open_source(str(path)) as source:
        return read_json_text(source, FileLimits(**limits))


def test_reads_files(tmp_path):
    text = json.dumps(MODEL, ensure_ascii=False)
    assert file_text(tmp_path / "m.json", text.encode()) == text
    assert file_text(tmp_path / "m.json", b"\xef\xbb\xbf" + text.encode()) == text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "this is empty, not a JSON text; download the file itself"),
        (b"\x89HDF\r\n\x1a\n", "this is an HDF5 file, not a JSON text; name it .h5"),
        (b"PK\3\4", "this is a zip archive, not a JSON text; name it .keras"),
        (b"<html>", "this is an HTML page, not a JSON text; download the file itself"),
        (b'{"a": "\xff"}', "the encoding is not UTF-8; save it as UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "this is a text in UTF-16, not a JSON text; "),
        (b"{" + bytes(5000), "larger than config-bytes 5000 allows; --limit config-bytes=NUMBER"),
    ],
)
def test_files_that_are_refused(tmp_path, content, message):
    with pytest.raises(ReadError) as caught:
        file_text(tmp_path / "m.json", content, config_bytes=5000)
    assert str(caught.value).startswith(f"{tmp_path / 'm.json'}: {message}")


def test_case_26_cut(tmp_path):
    content = json.dumps(MODEL, ensure_ascii=False, indent=1).encode()
    for part in range(64):
        with pytest.raises(ReadError) as caught:
            parse(file_text(tmp_path / "m.json", content[: len(content) * part // 64]), "m.json")
        assert "\n" not in str(caught.value)
