"""Shapes and quantities as papers print them: what they admit, against oracles of our own."""

from __future__ import annotations

import decimal
import json
import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lenet_verify.architecture import Shape
from lenet_verify.notation import (
    AnyOf,
    Counts,
    Each,
    Exactly,
    NotationError,
    Quantity,
    ShapePattern,
    as_json,
    as_text,
    input_shape,
    parse_per_axis,
    parse_quantity,
    parse_shape,
)


def read(parse, value):
    """What a text is read as, or the complaint about it."""
    try:
        return parse(value), ""
    except NotationError as error:
        return None, str(error)


# ---- quantities --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "admitted", "refused"),
    [
        (61706, [61706, 61706.0], [61705, 61707, 61706.5]),
        (0.5, [0.5], [0.49, 1]),
        (0, [0, 0.0], [1, -1]),
        ("61706", [61706], [61705, 61707]),
        ("25.6M", [25_550_000, 25_600_000, 25_636_712, 25_650_000], [25_549_999, 25_650_001]),
        ("60k", [59_500, 60_500], [59_499, 60_501]),
        ("60K", [59_500, 60_500], [59_499, 60_501]),
        ("60.0k", [59_950, 60_050], [59_949, 60_051]),
        ("138M", [137_500_000, 138_357_544, 138_500_000], [137_499_999, 138_500_001]),
        ("4.1G", [4_050_000_000, 4_150_000_000], [4_049_999_999, 4_150_000_001]),
        ("4.1B", [4_050_000_000, 4_150_000_000], [4_049_999_999, 4_150_000_001]),
        ("1T", [500_000_000_000, 1_500_000_000_000], [499_999_999_999, 1_500_000_000_001]),
        ("1k", [500, 1500], [499, 1501]),
        ("0.95%", [0.0095, 0.009451, 0.009549], [0.009449, 0.009551, 0.95]),
        ("99%", [0.985, 0.99, 0.995], [0.984, 0.996, 99]),
        ("25.6 M", [25_600_000], [25_549_999]),
        (" 25.6M ", [25_600_000], [25_549_999]),
        ("< 25M", [24_999_999, 0, -1], [25_000_000, 25_000_001]),
        ("<25M", [24_999_999], [25_000_000]),
        ("<= 25M", [25_000_000, 24_999_999], [25_000_001]),
        ("> 5", [6, 5.01], [5, 4]),
        (">= 5", [5, 6], [4, 4.99]),
        (">= 0.99", [0.99, 1], [0.989]),
        ("< 1%", [0.0099], [0.01, 0.5]),
        ("-3", [-3], [3, -2]),
        ("> -3", [-2, 0], [-3]),
    ],
)
def test_a_quantity_admits_what_its_print_means(written, admitted, refused):
    expected = parse_quantity(written)
    assert expected.written == written
    for observed in admitted:
        assert expected.admits(observed), observed
    for observed in refused:
        assert not expected.admits(observed), observed


@pytest.mark.parametrize("written", [1, "1", "<= 1", "1k", "< 5", "> 0"], ids=repr)
@pytest.mark.parametrize(
    "observed",
    [True, False, None, "1", [1], (1,), math.nan, math.inf, -math.inf, Shape((1,))],
    ids=repr,
)
def test_what_is_no_finite_number_is_never_admitted(written, observed):
    assert not parse_quantity(written).admits(observed)


@pytest.mark.parametrize(
    "value",
    [
        *(
            "",
            " ",
            "x",
            "M",
            "1MM",
            "1 000",
            "1_000",
            "1e3",
            "0x10",
            "010",
            "01.5",
            "1.",
            ".5",
            "+5",
        ),
        *(
            "--5",
            "< ",
            "< <5",
            "=5",
            "== 5",
            "<> 5",
            "=< 5",
            "≤ 5",
            "5 <",
            "5..6",
            "5-6",
            "1m",
            "1g",
        ),
        *("1kB", "1%%", "%", "٣", "５", "²", "nan", "inf", "1\n2", "9" * 31, "1." + "9" * 31, "\0"),
        *(None, True, False, [1], {"any": 1}, b"1"),
    ],
    ids=repr,
)
def test_what_is_no_quantity(value):
    with pytest.raises(NotationError, match=r"^takes a number, one with a suffix such as 25\.6M"):
        parse_quantity(value)


@pytest.mark.parametrize(
    ("value", "right"), [("61,706", "61706"), ("1,234,567", "1234567"), (" 61,706 ", "61706")]
)
def test_commas_have_a_hint_of_their_own(value, right):
    with pytest.raises(NotationError, match=f"^takes a number without commas: write *{right} *$"):
        parse_quantity(value)


@pytest.mark.parametrize("value", ["61,70", "6,1706", "1,2345", ",706", "61,706.5"])
def test_other_commas_are_no_numbers(value):
    with pytest.raises(NotationError, match=r"^takes a number, one with a suffix"):
        parse_quantity(value)


UNITS = {"k": 3, "K": 3, "M": 6, "G": 9, "B": 9, "T": 12, "%": -2}
digits = st.integers(0, 10**9)
places = st.integers(0, 6)


def printed(number: int, decimals: int) -> str:
    """`number` in units of its last decimal."""
    text = str(number).rjust(decimals + 1, "0")
    return f"{text[: len(text) - decimals]}.{text[len(text) - decimals :]}" if decimals else text


@given(digits, places, st.sampled_from(sorted(UNITS)), st.decimals("-2", "2", places=3))
def test_a_suffix_admits_exactly_what_rounds_to_it(number, decimals, unit, off):
    """The oracle rounds the observed number to the printed decimals, in decimal arithmetic."""
    with decimal.localcontext(prec=60):
        ulp = Decimal(10) ** (UNITS[unit] - decimals)
        observed = number * ulp + off * ulp
        if observed != int(observed):
            return  # floats would blur the boundary; counts are whole
        distance = abs(Decimal(int(observed)) / ulp - number)
        expected = parse_quantity(printed(number, decimals) + unit)
        assert expected.admits(int(observed)) == (distance <= Decimal("0.5"))


@given(st.integers(-(10**12), 10**12), st.integers(-3, 3), st.sampled_from(["<", "<=", ">", ">="]))
def test_comparisons_are_pythons(bound, off, sign):
    observed = bound + off
    oracle = {
        "<": observed < bound,
        "<=": observed <= bound,
        ">": observed > bound,
        ">=": observed >= bound,
    }
    for text in (f"{sign}{bound}", f" {sign} {bound} "):
        assert parse_quantity(text).admits(observed) is oracle[sign]


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_plain_number_is_exact(wanted, observed):
    assert parse_quantity(wanted).admits(observed) is (wanted == observed)
    assert parse_quantity(str(wanted)).admits(observed) is (wanted == observed)


@example("0000000000" + "\x1f" * 6 + "\x08\x08" + "\U00010d3a" * 9)
@example("\U0001da8c" * 1000)
@given(st.text() | st.binary() | st.floats() | st.integers() | st.none() | st.booleans())
def test_anything_is_a_quantity_or_an_error_with_a_way_out(value):
    expected, complaint = read(parse_quantity, value)
    if expected is None:
        assert complaint.startswith("takes a number")
        assert len(complaint) < 200
    else:
        assert expected.written == value or value != value


# ---- shapes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "sizes"),
    [
        ("scalar", ()),
        (120, (120,)),
        ("120", (120,)),
        ("128x768", (128, 768)),
        ("768@128", (128, 768)),
        ("6@28x28", (28, 28, 6)),
        ("1@1x1", (1, 1, 1)),
        ("3@4x5x6", (4, 5, 6, 3)),
        (" 6@28×28 ", (28, 28, 6)),
        ("2147483647", (2147483647,)),
        ("_@32x32", (32, 32, "_")),
        ("6@Nonex_", (None, "_", 6)),
        ("_", ("_",)),
        ("None", (None,)),
        ("x".join(["1"] * 16), (1,) * 16),
    ],
)
def test_shapes_as_papers_write_them(written, sizes):
    pattern = parse_shape(written)
    assert pattern.written == written
    assert pattern.sizes == sizes


@pytest.mark.parametrize(
    "value",
    [
        *("", " ", "x", "@", "6@", "@28", "28x", "x28", "28xx28", "6@28@28", "28 x 28", "28X28"),
        *("28*28", "6x@28", "-1", "+1", "1.5", "028", "6@028x28", "0x1c", "1_0", "٣", "²", "５x５"),
        *("None@", "none", "null", "?", "*", "(28, 28)", "[28]", "Scalar", "28x28\n\n@", "\0"),
        *(None, True, False, 1.5, [28, 28], {"a": 1}, b"28", math.inf),
    ],
    ids=repr,
)
def test_what_is_no_shape(value):
    with pytest.raises(NotationError, match=r"^takes (a shape such as|sizes from 1 to)"):
        parse_shape(value)


@pytest.mark.parametrize(
    "value",
    [0, -1, 2**31, 10**40, "0", "2147483648", "1@0x1", "0@1x1", "9" * 30, "6@28x0"],
    ids=repr,
)
def test_sizes_out_of_range(value):
    with pytest.raises(NotationError, match=r"^takes sizes from 1 to 2147483647, not '"):
        parse_shape(value)


@pytest.mark.parametrize("text", ["x".join(["1"] * 17), "1@" + "x".join(["1"] * 16)])
def test_too_many_axes(text):
    with pytest.raises(NotationError, match=r"^takes a shape of at most 16 axes, not of 17$"):
        parse_shape(text)


@pytest.mark.parametrize(
    ("written", "admitted", "refused"),
    [
        ("scalar", [Shape(())], [Shape((1,))]),
        ("84", [Shape((84,))], [Shape((1, 1, 84)), Shape((84, 1)), Shape((85,)), Shape((None,))]),
        (
            "6@28x30",
            [Shape((28, 30, 6)), Shape((6, 28, 30), channels_first=True)],
            [Shape((6, 28, 30)), Shape((28, 6, 30)), Shape((30, 28, 6)), Shape((28, 30))],
        ),
        (
            "128x768",
            [Shape((128, 768)), Shape((768, 128), channels_first=True)],
            [Shape((768, 128)), Shape((128, 768, 1))],
        ),
        ("768@128", [Shape((128, 768))], [Shape((768, 128))]),
        ("3@4x5x6", [Shape((4, 5, 6, 3)), Shape((3, 4, 5, 6), channels_first=True)], []),
        ("_@28x28", [Shape((28, 28, 6)), Shape((28, 28, None))], [Shape((28, 27, 6))]),
        ("6@Nonex_", [Shape((None, 3, 6)), Shape((None, None, 6))], [Shape((1, 3, 6))]),
        ("2x3x4x5x6", [Shape((2, 3, 4, 5, 6))], [Shape((2, 3, 4, 6, 5))]),
        (
            "2x3x4",
            [Shape((2, 3, 4)), Shape((2, 3, 4), channels_first=True)],
            [Shape((3, 4, 2)), Shape((4, 2, 3))],
        ),
    ],
)
def test_a_shape_admits_any_axis_order_of_the_same_maps(written, admitted, refused):
    pattern = parse_shape(written)
    for shape in admitted:
        assert pattern.admits(shape), shape
    for shape in refused:
        assert not pattern.admits(shape), shape
    for other in (None, 84, "84", "6@28x28", (28, 30, 6)):
        assert not pattern.admits(other)


size = st.integers(1, 2**31 - 1) | st.none()
written_size = st.integers(1, 50) | st.sampled_from(["_", "None"])


def fits(wanted: object, seen: int | None) -> bool:
    return wanted == "_" or (seen is None if wanted == "None" else wanted == seen)


@given(written_size, st.lists(written_size, min_size=1, max_size=3), st.data())
def test_maps_fit_axis_by_axis(channels, spatial, data):
    """The oracle compares the numbers as they were drawn, without parsing anything."""
    seen = st.integers(1, 50) | st.none()
    same = data.draw(st.booleans())
    near = [
        data.draw(seen) if not same or wanted == "_" else (None if wanted == "None" else wanted)
        for wanted in (channels, *spatial)
    ]
    pattern = parse_shape(f"{channels}@{'x'.join(map(str, spatial))}")
    oracle = all(map(fits, (channels, *spatial), near))
    last = Shape((*near[1:], near[0]))
    assert pattern.admits(last) == oracle
    assert pattern.admits(Shape(tuple(near), channels_first=True)) == oracle
    assert not pattern.admits(Shape((*last.sizes, 1)))
    if same:
        assert oracle


@given(st.lists(size, max_size=8).map(tuple), st.booleans())
def test_every_shape_admits_its_own_text(sizes, first):
    shape = Shape(sizes, channels_first=first)
    assert parse_shape(str(shape)).admits(shape)


@given(st.text() | st.text("0123456789x@_None ×") | st.integers() | st.floats() | st.none())
def test_anything_is_a_shape_or_an_error_with_a_way_out(value):
    pattern, complaint = read(parse_shape, value)
    if pattern is None:
        assert complaint.startswith("takes ")
        assert len(complaint) < 200
    else:
        assert pattern.written == value
        assert len(pattern.sizes) <= 16
        assert all(s in ("_", None) or 1 <= s < 2**31 for s in pattern.sizes)


def test_inputs_are_definite():
    assert input_shape("6@28x30") == Shape((28, 30, 6))
    assert input_shape("3@Nonex4") == Shape((None, 4, 3))
    assert input_shape("scalar") == Shape(())
    with pytest.raises(NotationError, match=r"^takes definite sizes: "):
        input_shape("_@28x28")


# ---- values made of values ---------------------------------------------------------------------


def test_exactly_tells_numbers_from_truth_and_lists_from_each_other():
    assert Exactly(2, 2).admits(2.0)
    assert not Exactly(1, 1).admits(True)
    assert not Exactly(True, True).admits(1)
    assert Exactly(True, True).admits(True)
    assert Exactly((5, 5), "5x5").admits([5, 5])
    assert not Exactly((5, 5), "5x5").admits((5,))
    assert not Exactly((1, 0), None).admits((True, 0))
    assert Exactly({"type": "Adam"}, None).admits({"type": "Adam", "rate": 0.1})
    assert not Exactly({"type": "Adam", "rate": 0.2}, None).admits({"type": "Adam", "rate": 0.1})
    assert Exactly(None, None).admits(None)
    assert not Exactly(None, None).admits("linear")


def test_any_of_and_each_and_counts():
    either = AnyOf((Exactly("softmax", "softmax"), parse_quantity("< 5")), {"any": []})
    assert either.admits("softmax")
    assert either.admits(4)
    assert not either.admits(5)
    both = Each((parse_shape(10), parse_shape("6@28x28")))
    assert both.written == [10, "6@28x28"]
    assert both.admits((Shape((10,)), Shape((28, 28, 6))))
    assert not both.admits((Shape((28, 28, 6)), Shape((10,))))
    assert not both.admits((Shape((10,)),))
    assert not both.admits(Shape((10,)))
    counts = Counts({"Conv2D": parse_quantity(2), "dense": parse_quantity(">= 3")})
    assert counts.written == {"Conv2D": 2, "dense": ">= 3"}
    assert counts.admits({"Conv2D": 2, "dense": 4})
    assert not counts.admits({"Conv2D": 2, "dense": 2})


@pytest.mark.parametrize(
    ("value", "in_json", "in_text"),
    [
        (None, None, "none"),
        (True, True, "true"),
        (False, False, "false"),
        (61706, 61706, "61,706"),
        (0.25, 0.25, "0.25"),
        ("tanh", "tanh", "tanh"),
        (Shape((28, 28, 6)), "6@28x28", "6@28x28"),
        ((5, 5), "5x5", None),
        ((5,), [5], None),
        ((True, False), [True, False], None),
        ((Shape((10,)), Shape((2, 3))), ["10", "2x3"], None),
        ({"Conv2D": 2}, {"Conv2D": 2}, "Conv2D: 2"),
        ([], [], "none"),
        (["a", 1000], ["a", 1000], "a, 1,000"),
        ({"any": ["softmax", None, 2]}, {"any": ["softmax", None, 2]}, "softmax or none or 2"),
    ],
)
def test_values_in_json_and_for_people(value, in_json, in_text):
    assert as_json(value) == in_json
    json.dumps(as_json(value), allow_nan=False)
    if in_text is not None:
        assert as_text(value) == in_text


def test_expected_values_are_values():
    assert parse_quantity("25.6M") == parse_quantity("25.6M")
    assert isinstance(parse_quantity("25.6M"), Quantity)
    assert parse_shape("6@28x28") == ShapePattern("6@28x28", (28, 28, 6))


@pytest.mark.parametrize(
    ("written", "admitted", "refused"),
    [
        ("5x5", (5, 5), (5, 6)),
        ("5x3", (5, 3), (3, 5)),
        ("5×5", (5, 5), (5,)),
        (5, (5, 5), (5, 4)),
        ("5", (5,), (6,)),
        (2, (Fraction(2), Fraction(2)), (Fraction(3, 2), Fraction(2))),
        ("1/2", (Fraction(1, 2),) * 2, (2, 2)),
        ("1/2x1", (Fraction(1, 2), 1), (1, Fraction(1, 2))),
        ("28x_", (28, 3), (27, 3)),
        ("_", (4, 5), ()),
        ("None", (None,), (1,)),
        ("<= 32", (32, 20), (32, 33)),
        ("> 1", (Fraction(3, 2),), (1,)),
    ],
    ids=repr,
)
def test_sizes_along_each_axis(written, admitted, refused):
    expected = parse_per_axis(written)
    assert expected.written == written
    assert expected.admits(admitted)
    assert not expected.admits(refused)
    assert not expected.admits(None)


@pytest.mark.parametrize(
    "written",
    ["", "x", "5x", "0", 0, -1, "1/0", "0/2", True, 5.0, [5], "5 x 5"],
    ids=repr,
)
def test_what_is_no_size_along_an_axis(written):
    with pytest.raises(NotationError, match="takes sizes"):
        parse_per_axis(written)


def test_fractions_are_shown_as_they_are_written():
    assert as_json((Fraction(1, 2), Fraction(1, 2))) == "1/2x1/2"
    assert as_json(((28, 28), (14, 14))) == ["28x28", "14x14"]
