"""Specs that want to do harm: refused at once, without work, in one line, old reports intact.

The numbers of the cases are those of the project's list of hostile inputs.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import yaml

from lenet_verify.errors import SpecError
from lenet_verify.spec import Limits, load_spec
from lenet_verify.spec.document import parse

HEAD = "format: 1\ntitle: t\ninput: 1@32x32\n"
DENSE = HEAD + "layers:\n  d: {type: Dense, units: %s}\n"


def over(limit, most, what="more"):
    return f"{what} than {limit} {most} allows; --limit {limit}=NUMBER raises it"


WHOLE = "takes a whole number from 1 to 2147483647"

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux's /proc, /dev")


def filled(head: str, line: str, tail: str = "", size: int = 256 * 1024) -> str:
    """A spec as large as is allowed, of one line over and over, with a number in it."""
    parts, left, at = [head], size - len(head) - len(tail), 0
    while left >= len(text := line.replace("#", format(at, "x"))):
        parts.append(text)
        left -= len(text)
        at += 1
    return "".join([*parts, tail])


# ---- YAML that explodes ------------------------------------------------------------------------


def test_case_1_alias_bomb(refused):
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert len(bomb) <= 324
    # nine times nine to the fifth would be the first to pass 200,000 nodes
    (place,) = refused(bomb)
    assert place[0] == 6
    assert place[2] == over("yaml-nodes", 200000)


def test_case_1_too_many_aliases(refused):
    spec = "title: &a x\nsources: [" + ", ".join(["*a"] * 101) + "]\n"
    column = len("sources: [") + 100 * len("*a, ") + 1
    assert refused(spec) == [(2, column, over("yaml-aliases", 100))]


@pytest.mark.parametrize(
    ("spec", "column"), [("title: &a [*a]\n", 12), ("title: &a {x: {y: [*a]}}\n", 20)]
)
def test_case_2_an_anchor_that_holds_itself(refused, spec, column):
    message = "this alias stands inside the very node that it names"
    assert refused(spec) == [(1, column, message)]


def test_case_3_a_megabyte_of_brackets(refused_all):
    brackets = {"list": "[", "mapping": "{", "items": "- ", "keys": "? "}
    specs = {name: bracket * (2**20 // len(bracket)) for name, bracket in brackets.items()}
    for places in refused_all(specs).values():
        assert places == [(1, 1, over("spec-bytes", 256 * 1024, "larger"))]
    for name, places in refused_all(specs, "--limit", f"spec-bytes={2**20}").items():
        column = 64 * len(brackets[name]) + 1
        assert places == [(1, column, over("yaml-depth", 64, "nested deeper"))]


def test_case_3_depth_is_counted_exactly():
    limits = Limits(yaml_depth=3)
    node, problems = parse(b"a: [[x]]", "f", Limits(yaml_depth=4))
    assert (node.entries[0][0].text, problems) == ("a", [])
    with pytest.raises(SpecError, match=r"f:1:6: nested deeper than yaml-depth 3 allows"):
        parse(b"a: [[x]]", "f", limits)


def test_case_4_a_sexagesimal_number(refused):
    ones = ":".join(["1"] * 100_000)
    (place,) = refused(DENSE % ones)
    assert place[:2] == (5, 27)
    assert place[2].startswith(f"'units' {WHOLE}, not '1:1:1:")


def test_case_5_a_number_beyond_every_range(refused_all):
    numbers = ("0x" + "f" * 10_000, "9" * 10_000, "1e999", "1" * 41 + ".5")
    claim = "claims:\n- {id: a, why: x, expect: {model: {params: %s}}}\n"
    found = refused_all({f"{at}": (DENSE + claim) % (n, n) for at, n in enumerate(numbers)})
    for number, (units, params) in zip(numbers, found.values(), strict=True):
        assert units[:2] == (5, 27)
        assert units[2].startswith(f"'units' {WHOLE}, not '{number[:4]}")
        assert params[:2] == (7, 44)
        assert params[2].startswith("'params' takes a number, ")
        assert len(units[2]) < 200
        assert len(params[2]) < 200


def test_case_6_a_number_that_would_take_the_memory(refused):
    spec = DENSE % "1000000000000"
    assert refused(spec) == [(5, 27, f"'units' {WHOLE}, not 1000000000000")]
    spec = HEAD.replace("32x32", "32x3200000000") + "layers: {f: {type: Flatten}}\n"
    message = "'input' takes sizes from 1 to 2147483647, not '3200000000'"
    assert refused(spec) == [(3, 8, message)]


def test_case_6_counts_beyond_every_range(refused):
    spec = """\
format: 1
title: t
input: 2147483647@2147483647x2147483647
layers:
  c: {type: Conv2D, filters: 2147483647, kernel_size: 2147483647}
"""
    (place,) = refused(spec)
    assert place[:2] == (5, 3)
    assert "layer 'c'" in place[2]
    assert "2**63" in place[2]


# ---- case 7: values of another kind ------------------------------------------------------------

VALUES = ("no", "010", "1e3", ".nan", "-5", "0", "true")
SHOWN = ("'no'", "'010'", "1000.0", "'.nan'", "-5", "0", "true")
SIZES = "takes one or more sizes"
# for each argument: a layer that has it, what it takes, and which of the values are right
ARGUMENTS = {
    "units": ("Dense", {}, "a whole number from 1 to 2147483647", ()),
    "filters": ("Conv2D", {"kernel_size": 3}, "a whole number from 1 to 2147483647", ()),
    "kernel_size": ("Conv2D", {"filters": 3}, "", ()),
    "strides": ("Conv2D", {"filters": 3, "kernel_size": 3}, "", ()),
    "pool_size": ("MaxPooling2D", {}, "", ()),
    "rate": ("Dropout", {}, "a number from 0 to 1", ("0",)),
    "momentum": ("BatchNormalization", {}, "a number from 0 to 1", ("0",)),
    "use_bias": ("Dense", {"units": 3}, "true or false", ("true",)),
    "padding": ("MaxPooling2D", {}, "'valid' or 'same'", ()),
    "activation": ("Dense", {"units": 3}, "the name of an activation", ()),
}


def test_case_7_every_wrong_value_on_every_kind_of_argument(refused):
    lines, expected = [], []
    for name, (type_, others, takes, right) in ARGUMENTS.items():
        for at, (value, shown) in enumerate(zip(VALUES, SHOWN, strict=True)):
            more = "".join(f", {key}: {other}" for key, other in others.items())
            lines.append(f"  {name}{at}: {{type: {type_}{more}, {name}: {value}}}")
            if value not in right:
                column = lines[-1].rindex(value) + 1
                expected.append((4 + len(lines), column, name, takes, shown))
    found = refused(HEAD + "layers:\n" + "\n".join(lines) + "\n")
    assert [place[:2] for place in found] == [place[:2] for place in expected]
    for (_, _, message), (_, _, name, takes, shown) in zip(found, expected, strict=True):
        assert message.startswith(f"'{name}' takes {takes}")
        assert f", not {shown}" in message


def test_case_7_the_same_as_facts_sizes_and_years(refused):
    facts = ("params", "trainable", "weight_layers", "output")
    lines = [
        f"- {{id: {fact}{at}, why: x, expect: {{model: {{{fact}: {value}}}}}}}"
        for fact in facts
        for at, value in enumerate(VALUES)
        if (fact, value) not in [(f, v) for f in facts[:3] for v in ("1e3", "-5", "0")]
    ]
    found = refused("format: 1\ntitle: t\nclaims:\n" + "\n".join(lines) + "\n")
    assert [place[0] for place in found] == list(range(4, 4 + len(lines)))
    for (_, column, message), line in zip(found, lines, strict=True):
        fact = line.rsplit("{", 1)[1].partition(":")[0]
        assert column == line.rindex(": ") + 3
        assert message.startswith(f"'{fact}' takes ")


# ---- YAML that is more, or less, than plain values ---------------------------------------------


def test_case_8_a_key_twice(refused):
    spec = DENSE % 3 + "title: u\nsources: {a: {title: x}, a: {title: y}}\n"
    assert refused(spec) == [
        (6, 1, "this key stands twice in one mapping: first on line 2"),
        (7, 26, "this key stands twice in one mapping: first on line 7"),
    ]
    layers = HEAD + "layers:\n  d: {type: Flatten}\n  e: {type: Flatten}\n  d: {type: Flatten}\n"
    assert refused(layers) == [(7, 3, "this key stands twice in one mapping: first on line 5")]


TAGGED = [
    "!!python/object/apply:os.system ['touch pwned']",
    "!!python/name:os.system",
    "!!python/object/new:subprocess.Popen {args: [touch, pwned]}",
    "!!str t",
    "! t",
    "!local t",
    "!<tag:yaml.org,2002:int> 3",
]


def test_case_9_tags(refused_all, tmp_path):
    specs = {f"{at}": DENSE.replace("title: t", f"title: {t}") % 3 for at, t in enumerate(TAGGED)}
    for places in refused_all(specs).values():
        assert places == [(2, 8, "tags are not allowed in a spec: write plain values")]
    assert not (tmp_path / "pwned").exists()


def test_case_9_merge_keys(refused):
    spec = HEAD + "layers:\n  a: &a {type: Dense, units: 3}\n  b: {<<: *a, units: 4}\n"
    first, second = refused(spec)
    assert first == (6, 3, "layer 'b' needs a 'type', such as Conv2D")
    assert second == (6, 7, "merge keys (<<) are not allowed in a spec")


def test_case_10_two_documents(refused):
    spec = DENSE % 3
    message = "a second document begins here; a spec is one document"
    assert refused(f"{spec}---\n{spec}") == [(6, 1, message)]


def test_case_11_another_encoding(refused_all):
    codecs = ("utf-16", "utf-16-le", "utf-16-be", "utf-32")
    found = refused_all({codec: (DENSE % 3).encode(codec) for codec in codecs})
    utf8 = "the encoding is not UTF-8; save the spec as UTF-8"
    null = "the character U+0000 cannot stand in YAML; write it escaped, in double quotes"
    assert found == {
        "utf-16": [(1, 1, utf8)],
        "utf-16-le": [(1, 2, null)],
        "utf-16-be": [(1, 1, null)],
        "utf-32": [(1, 1, utf8)],
    }


def test_case_11_an_invalid_byte_and_where_it_stands(refused):
    spec = (DENSE % 3).replace("title: t", "title: été ?").encode().replace(b"?", b"\xe9")
    message = "the encoding is not UTF-8; save the spec as UTF-8"
    assert refused(spec) == [(2, 12, message)]
    assert refused(b"\xef\xbb\xbfformat: \xff") == [(1, 9, message)]


def test_case_11_a_byte_order_mark_is_not_counted(refused):
    assert refused("\ufeff" + "format: 2\n" + (DENSE % 3)[10:]) == [
        (1, 9, "'format' is 1 for this version, not 2")
    ]


def test_case_11_characters_that_no_yaml_may_have(refused_all):
    bad = "\0\x1b\x7f\x80\ufeff\ufffe\uffff"
    title = "title: 'été\U0001f600 %s'"
    specs = {f"{ord(one):04X}": DENSE.replace("title: t", title % one) % 3 for one in bad}
    for code, places in refused_all(specs).items():
        message = f"the character U+{code} cannot stand in YAML; write it escaped, in double quotes"
        assert places == [(2, 14, message)]


def test_case_28_an_escape_that_stands_for_no_character(refused_all):
    escapes = ["\\ud800", "\\uDFFF", "\\U00110000", "\\q", "\\x1"]
    titles = {f"{at}": f'title: "été {escape}"' for at, escape in enumerate(escapes)}
    found = refused_all({n: DENSE.replace("title: t", title) % 3 for n, title in titles.items()})
    for (place,) in found.values():
        assert place[0] == 2
        assert 13 <= place[1] <= 15  # the backslash or just behind, as libyaml has it
        assert place[2].startswith("not YAML: ")


# ---- case 12: what is no file ------------------------------------------------------------------


def test_case_12_a_folder_and_a_missing_file(refused, tmp_path):
    (tmp_path / "folder.yaml").mkdir()
    assert refused(None, path="folder.yaml") == [(1, 1, "this is not a regular file")]
    message = "cannot be read: No such file or directory"
    assert refused(None, path="missing.yaml") == [(1, 1, message)]
    assert refused(None, path="s.yaml/x.yaml") == [(1, 1, message)]
    (tmp_path / "round.yaml").symlink_to("round.yaml")
    (place,) = refused(None, path="round.yaml")
    assert place[2].startswith("cannot be read: ")


@linux
def test_case_12_a_device(refused_all, tmp_path):
    devices = ["/dev/zero", "/dev/null", "/dev/tty", "/dev/full"]
    for device in devices:
        (tmp_path / Path(device).name).symlink_to(device)
    found = refused_all(dict.fromkeys([*devices, *(Path(device).name for device in devices)]))
    for places in found.values():
        assert places == [(1, 1, "this is not a regular file")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_case_12_a_pipe_that_nobody_writes_to(refused, tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    assert refused(None, path="pipe.yaml") == [(1, 1, "this is not a regular file")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_case_12_what_calls_itself_regular_and_waits(tmp_path, monkeypatch):
    """As /proc/kmsg does; or a pipe that is put there just after the look."""
    os.mkfifo(tmp_path / "pipe.yaml")
    monkeypatch.setattr("lenet_verify.spec.file_bytes.stat.S_ISREG", lambda mode: True)
    with pytest.raises(SpecError, match="the spec is empty"):
        load_spec(tmp_path / "pipe.yaml")


def test_case_12_an_unreadable_file(refused, tmp_path):
    if os.access("/proc/self/mem", os.R_OK):  # also root may not read there
        (tmp_path / "link.yaml").symlink_to("/proc/self/mem")
        assert refused(None, path="link.yaml") == [(1, 1, "cannot be read: Input/output error")]
    (tmp_path / "shut.yaml").write_text("format: 1\n")
    (tmp_path / "shut.yaml").chmod(0)
    if not os.access(tmp_path / "shut.yaml", os.R_OK):
        message = "cannot be read: Permission denied"
        assert refused(None, path="shut.yaml") == [(1, 1, message)]


SECRETS = [
    "hunter2\n",
    "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n",
    "machine example.org login me password hunter2\n",
    '{"password": "hunter2"}\n',
    "password: hunter2\nuser: [me\n",
    "root:x:0:0:hunter2:/root:/bin/sh\n",
    "PASSWORD='hunter2\n",
    "@hunter2",
    "a: *hunter2\n",
    "!hunter2 x\n",
    "%hunter2\n",
    "- &hunter2 [*hunter2]\n",
    "password: 1\npassword: hunter2\n",
]


def test_rule_6_a_link_to_a_secret_tells_nothing(refused_all, tmp_path):
    for at, secret in enumerate(SECRETS):
        (tmp_path / f"secret{at}").write_text(secret)
        (tmp_path / f"{at}").symlink_to(f"secret{at}")
    found = refused_all({f"{at}": None for at in range(len(SECRETS))})
    for places in found.values():
        assert places
        for _, _, message in places:
            assert "hunter2" not in message
            assert "password" not in message.lower()


# ---- case 13: nothing in it --------------------------------------------------------------------


def test_case_13_nothing_or_no_spec_at_all(refused_all):
    empty = ["", "\n\n", "# only a word\n", "\ufeff", "   "]
    for places in refused_all({f"{at}": text for at, text in enumerate(empty)}).values():
        assert places == [(1, 1, "the spec is empty")]
    others = ["~\n", "LeNet-5\n", "[]\n", "{}\n", "- a\n", "3\n", "name: LeNet-5\n"]
    message = "this is no spec: a spec is a mapping that begins with format: 1"
    for places in refused_all({f"{at}": text for at, text in enumerate(others)}).values():
        assert places == [(1, 1, message)]


def test_case_13_neither_layers_nor_claims(refused):
    message = "a spec needs 'layers' to build, 'claims' to check, or both"
    assert refused(HEAD) == [(1, 1, message)]
    assert refused("format: 1\ntitle: t\nsources: {}\n") == [(1, 1, message)]


# ---- cases 15 and 16: what cannot be built -----------------------------------------------------


def test_case_15_layers_that_feed_each_other(refused):
    spec = HEAD + (
        "layers:\n"
        "  a: {type: Flatten}\n"
        "  b: {type: Add, inputs: [a, d]}\n"
        "  c: {type: Flatten}\n"
        "  d: {type: Flatten}\n"
        "  e: {type: Flatten}\n"
    )
    message = "these layers feed each other in a cycle: b -> c -> d -> b"
    assert refused(spec) == [(6, 3, message)]


def test_case_15_a_layer_that_feeds_itself(refused):
    spec = HEAD + "layers:\n  a: {type: Flatten, inputs: a}\n"
    message = "these layers feed each other in a cycle: a -> a"
    assert refused(spec) == [(5, 3, message)]


def test_case_15_a_long_cycle_is_told_by_its_ends(refused):
    rows = "".join(f"  n{at}: {{type: Flatten, inputs: n{(at - 1) % 99}}}\n" for at in range(99))
    assert refused(HEAD + "layers:\n" + rows) == [
        (
            5,
            3,
            "these layers feed each other in a cycle: "
            "n0 -> n1 -> n2 -> n3 -> n4 -> n5 -> … -> n95 -> n96 -> n97 -> n98 -> n0",
        )
    ]


@pytest.mark.parametrize(
    ("layers", "place", "words"),
    [
        (
            "  C1: {type: Conv2D, filters: 6, kernel_size: 33}\n",
            (5, 3),
            ("'C1'", "Conv2D", "1@32x32", "33"),
        ),
        (
            "  S2: {type: MaxPooling2D, pool_size: 20}\n  S4: {type: MaxPooling2D, pool_size: 2}\n",
            (6, 3),
            ("'S4'", "MaxPooling2D", "1@1x1", "2"),
        ),
        (
            "  f: {type: Flatten}\n  C1: {type: Conv2D, filters: 6, kernel_size: 3}\n",
            (6, 3),
            ("'C1'", "Conv2D", "1024"),
        ),
        (
            "  C1: {type: Conv1D, filters: 6, kernel_size: 3}\n",
            (5, 3),
            ("'C1'", "Conv1D", "1@32x32"),
        ),
        (
            "  C1: {type: Conv2D, filters: 6, kernel_size: 3}\n"
            "  C2: {type: Conv2D, filters: 6, kernel_size: 3, groups: 4}\n",
            (6, 3),
            ("'C2'", "6@30x30", "groups 4"),
        ),
        (
            "  C1: {type: Conv2D, filters: 6, kernel_size: 3}\n"
            "  C2: {type: Conv2D, filters: 6, kernel_size: 3}\n"
            "  sum: {type: Add, inputs: [C1, C2]}\n",
            (7, 3),
            ("'sum'", "Add", "6@30x30", "6@28x28"),
        ),
    ],
)
def test_case_16_shapes_that_do_not_join(refused, layers, place, words):
    (found,) = refused(HEAD + "layers:\n" + layers)
    assert found[:2] == place
    for word in words:
        assert word in found[2]


# ---- blocks that explode -----------------------------------------------------------------------

BLOCKS = {
    "repeated": ("b: {layers: {r: {type: ReLU}}}", "repeat: 1000000"),
    "repeated more often than can be counted": (
        "b: {layers: {r: {type: ReLU}}}",
        f"repeat: {'9' * 40}",
    ),
    "nested, ten of each": (
        ", ".join(f"b{n}: {{layers: {{x: {{block: b{n + 1}, repeat: 10}}}}}}" for n in range(9))
        + ", b: {layers: {x: {block: b0, repeat: 10}}}, b9: {layers: {r: {type: ReLU}}}",
        "repeat: 10",
    ),
    "a long name": (f"b: {{layers: {{? {'r' * 100_000} : {{type: ReLU}}}}}}", "repeat: 1000"),
    "a long argument": (
        "b: {arguments: {n: }, layers: {r: {type: Dense, units: $n}}}",
        f"repeat: 1000, n: {'9' * 100_000}",
    ),
    "a large argument": (
        "b: {arguments: {n: }, layers: {r: {type: Reshape, target_shape: $n}}}",
        f"repeat: 1000, n: [{'1,' * 50_000}]",
    ),
    "fed by many": (
        f"b: {{layers: {{r: {{type: Add, inputs: [{'input,' * 5000}]}}}}}}",
        f"inputs: [{'input,' * 5000}]",
    ),
}


@pytest.mark.parametrize("case", BLOCKS)
def test_rule_3_blocks_that_are_written_out(refused, case):
    blocks, use = BLOCKS[case]
    message = over("yaml-nodes", 200000, "with its blocks written out, more")
    spec = f"{HEAD}blocks: {{{blocks}}}\nlayers:\n  a: {{block: b, {use}}}\n"
    assert refused(spec) == [(6, 3, message)]


def test_rule_3_blocks_in_blocks(refused):
    chain = "".join(f"  b{n}: {{layers: {{x: {{block: b{n + 1}}}}}}}\n" for n in range(3000))
    last = "  b3000: {layers: {x: {type: ReLU}}}\n"
    ((_, _, message),) = refused(f"{HEAD}blocks:\n{chain}{last}layers:\n  a: {{block: b0}}\n")
    assert message == over("yaml-depth", 64, "blocks nested deeper")


def test_rule_3_a_block_inside_itself_is_not_written_out(refused):
    blocks = "b: {layers: {x: {block: b, repeat: 1000}, y: {block: b, repeat: 1000}}}"
    spec = f"{HEAD}blocks: {{{blocks}}}\nlayers:\n  a: {{block: b, repeat: 1000}}\n"
    found = refused(spec)
    assert {message for _, _, message in found} == {"a block cannot be used inside itself: b -> b"}
    assert len(found) == 2


# ---- rule 3: no spec within the limits takes long ----------------------------------------------

FLATTENS = "".join(f"  layer{at}: {{type: Flatten}}\n" for at in range(2500))
CLAIM = "claims:\n- id: a\n  why: x\n  expect:\n"
FLOODS = {
    "unknown top keys": (HEAD, "k#: 1\n", ""),
    "unknown arguments of an unknown type": (
        HEAD + "layers:\n  a:\n    type: Dens3\n",
        "    kernel_s#: 1\n",
        "",
    ),
    "unknown types": (HEAD + "layers:\n", "  a#: {type: Conv#}\n", ""),
    "unknown layers in inputs": (HEAD + "layers:\n", "  a#: {type: Flatten, inputs: b#}\n", ""),
    "unknown layers in expect": (
        HEAD + "layers:\n" + FLATTENS + CLAIM,
        "    layr#: {params: 1}\n",
        "",
    ),
    "unknown outputs": (HEAD + "layers:\n" + FLATTENS + "outputs:\n", "- layr#\n", ""),
    "unknown facts": (
        "format: 1\ntitle: t\nclaims:\n- id: a\n  why: x\n  expect:\n    foo:\n",
        "      kernel_s#: 1\n",
        "",
    ),
    "globs": (HEAD + "layers:\n" + FLATTENS + CLAIM, '    "*a*y*#": {params: 1}\n', ""),
    "everything claimed of everything": (
        HEAD + "layers:\n" + FLATTENS + "claims:\n",
        '- {id: #, why: x, expect: {"*": {params: 1}}}\n',
        "",
    ),
    "one key twice, over and over": (HEAD, "a:\n", ""),
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_rule_3_no_flood_of_mistakes_takes_long(refused, flood):
    assert refused(filled(*flood))


def test_rule_3_a_chain_in_the_wrong_order_takes_no_longer():
    count = 6000
    rows = "".join(f"  n{at}: {{type: Flatten, inputs: n{at + 1}}}\n" for at in range(count))
    spec = f"{HEAD}layers:\n{rows}  n{count}: {{type: Flatten, inputs: input}}\noutputs: n0\n"
    node, problems = parse(spec.encode(), "f", Limits(spec_bytes=len(spec)))
    from lenet_verify.spec.fields import Problems, fields
    from lenet_verify.spec.layers import read_graph
    from lenet_verify.spec.load import TOP_KEYS

    found = Problems("f", problems)
    graph = read_graph(found, fields(found, node, "a spec", TOP_KEYS), Limits())
    assert found.found == []
    assert [row.name for row in graph.layers] == [f"n{at}" for at in range(count, -1, -1)]


def test_rule_3_limits_on_globs_and_facts_can_be_raised(tmp_path):
    spec = HEAD + (
        "layers: {a: {type: Flatten}, b: {type: Flatten}}\n"
        'claims: [{id: a, why: x, expect: {"a*": {params: 0}, "*": {params: 0}}}]\n'
    )
    path = tmp_path / "s.yaml"
    path.write_text(spec)
    assert len(load_spec(path).claims[0].expectations) == 2
    with pytest.raises(SpecError, match=r":5:54: more than globs 1 allows"):
        load_spec(path, Limits(globs=1))
    load_spec(path, Limits(globs=2, facts=3))
    with pytest.raises(SpecError, match=r"more than facts 2 allows"):
        load_spec(path, Limits(facts=2))


# ---- both of PyYAML's parsers ------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "a: [1, b: !x 2]\nc: &d {e: *d}\n",
        "a: 1\na: 2\n",
        'a: "\u2028"\nb: !x "\\n"\n',
        "a: 1\n---\nb: 2\n",
        "[" * 70,
        "a: 010\r\nb: !!int 1:1\r\n",
    ],
)
def test_the_parser_in_python_finds_the_same(text, monkeypatch):
    def found():
        try:
            return parse(text.encode(), "f", Limits())
        except SpecError as error:
            return error.problems

    assert hasattr(yaml, "CSafeLoader"), "PyYAML's wheels have it"
    fast = found()
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert found() == fast


def test_rule_6_lines_are_those_of_an_editor(refused):
    spec = HEAD.replace("title: t", 'title: "a\u2028b\x85c"') + "unknown: 1\nlayers: 3\n"
    assert [place[:2] for place in refused(spec)] == [(4, 1), (5, 9)]
    spec = spec.replace("\n", "\r\n")
    assert [place[:2] for place in refused(spec)] == [(4, 1), (5, 9)]
