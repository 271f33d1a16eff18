"""Edits of a config that know what a config is: layers, nodes, places, shapes, arguments."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from random import Random
from typing import Any

from tests.fuzz.pool import HOSTILE, NUMBERS, Pool

Spot = tuple[Any, Any]
"""A list or object, and the index or key of what is in it."""

_SHAPES = ("batch_shape", "batch_input_shape", "build_input_shape", "input_shape", "shape")
_MOST_LAYERS = 60
_LARGEST = 20_000


def edited(root: Any, rng: Random, pool: Pool) -> Any:
    """A copy of a config with a few edits; what it then is may be anything."""
    holder = [copied(root)]
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5))):
        rng.choice(_EDITS)(holder, rng, pool)
        if next(islice(_spots(holder), _LARGEST, None), None):
            break  # copies of copies would fill the memory
    return holder[0]


def copied(value: Any) -> Any:
    """A copy of plain JSON, of whatever depth the decoder can bear."""
    return json.loads(json.dumps(value))


def _spots(value: Any) -> Iterator[Spot]:
    """Everything in a value, without recursion, which a deep one would not survive."""
    stack = [value]
    while stack:
        owner = stack.pop()
        keys: list[Any] = list(owner) if isinstance(owner, dict) else list(range(len(owner)))
        for key in keys:
            yield owner, key
            if isinstance(owner[key], (dict, list)):
                stack.append(owner[key])


def _some(holder: Any, rng: Random, fits: Callable[[Any, Any], bool]) -> Spot | None:
    found = [(owner, key) for owner, key in _spots(holder) if fits(owner, key)]
    return rng.choice(found) if found else None


def _anything(owner: Any, key: Any) -> bool:
    return True


def _replace(holder: Any, rng: Random, pool: Pool) -> None:
    if spot := _some(holder, rng, _anything):
        spot[0][spot[1]] = copied(pool.any(rng))


def _argument(holder: Any, rng: Random, pool: Pool) -> None:
    """What a key has elsewhere."""
    if spot := _some(holder, rng, lambda owner, key: isinstance(key, str)):
        spot[0][spot[1]] = copied(pool.of_key(rng, spot[1]))


def _swap(holder: Any, rng: Random, pool: Pool) -> None:
    one, other = _some(holder, rng, _anything), _some(holder, rng, _anything)
    if one and other:
        held = copied(one[0][one[1]])
        one[0][one[1]] = copied(other[0][other[1]])
        if other[1] in other[0] if isinstance(other[0], dict) else other[1] < len(other[0]):
            other[0][other[1]] = held


def _delete(holder: Any, rng: Random, pool: Pool) -> None:
    if spot := _some(holder, rng, lambda owner, key: owner is not holder):
        del spot[0][spot[1]]


def _repeat(holder: Any, rng: Random, pool: Pool) -> None:
    if spot := _some(holder, rng, lambda owner, key: isinstance(owner, list)):
        owner, number = spot
        if owner is not holder:
            times = rng.choice((1, 1, 1, 2, 15, 200))
            owner[number:number] = [copied(owner[number]) for _ in range(times)]


def _add_key(holder: Any, rng: Random, pool: Pool) -> None:
    if spot := _some(holder, rng, lambda owner, key: isinstance(owner[key], dict)):
        key = pool.key(rng)
        spot[0][spot[1]][key] = copied(pool.of_key(rng, key))


def _rename_key(holder: Any, rng: Random, pool: Pool) -> None:
    if spot := _some(holder, rng, lambda owner, key: isinstance(key, str)):
        spot[0][pool.key(rng)] = spot[0].pop(spot[1])


def _text(holder: Any, rng: Random, pool: Pool) -> None:
    """Another text everywhere that this one stands, or at this one place."""
    spot = _some(holder, rng, lambda owner, key: isinstance(owner[key], str))
    if not spot:
        return
    old, new = spot[0][spot[1]], pool.text(rng)
    if rng.random() < 0.5:
        spot[0][spot[1]] = new
        return
    for owner, key in list(_spots(holder)):
        if isinstance(owner[key], str) and owner[key] == old:
            owner[key] = new


def _is_number(owner: Any, key: Any) -> bool:
    return isinstance(owner[key], int | float)


def _number(holder: Any, rng: Random, pool: Pool) -> None:
    if spot := _some(holder, rng, _is_number):
        old = spot[0][spot[1]]
        small = (old + 1, old - 1, -old, old * 2, old * 3, float(old) if abs(old) < 1e9 else 0)
        spot[0][spot[1]] = rng.choice(small) if rng.random() < 0.5 else rng.choice(NUMBERS)


def _is_place(owner: Any, key: Any) -> bool:
    value = owner[key]
    if not isinstance(value, list) or len(value) not in (3, 4) or not isinstance(value[0], str):
        return False
    return isinstance(value[1], int) and isinstance(value[2], int)


def _rewire(holder: Any, rng: Random, pool: Pool) -> None:
    """A call reads another tensor: of a later layer, of itself, of none."""
    if not (spot := _some(holder, rng, _is_place)):
        return
    place = spot[0][spot[1]]
    names = [owner[key] for owner, key in _spots(holder) if key == "name"]
    match rng.randrange(5):
        case 0 | 1 | 2:
            place[0] = rng.choice(names or [pool.text(rng)])
        case 3:
            place[rng.choice((1, 2))] = rng.choice((0, 1, 2, 3, -1, 10**6))
        case _:
            if isinstance(spot[0], list):
                spot[0].insert(spot[1], copied(place))


def _is_shape(owner: Any, key: Any) -> bool:
    return key in _SHAPES


def _shape(holder: Any, rng: Random, pool: Pool) -> None:
    if not (spot := _some(holder, rng, _is_shape)):
        return
    value = spot[0][spot[1]]
    sizes = value.get("items") if isinstance(value, dict) else value
    if not isinstance(sizes, list) or not sizes or rng.random() < 0.1:
        spot[0][spot[1]] = copied(pool.of_key(rng, rng.choice(_SHAPES)))
        return
    number = rng.randrange(len(sizes))
    match rng.randrange(4):
        case 0:
            sizes[number] = rng.choice((None, 0, 1, 2, 5, 32, 2**31 - 1, 2**20))
        case 1:
            sizes[number] = rng.choice(NUMBERS)
        case 2:
            sizes.insert(number, rng.choice((None, 1, 3, 8)))
        case _:
            del sizes[number]


def _is_layer(owner: Any, key: Any) -> bool:
    value = owner[key]
    return isinstance(owner, list) and isinstance(value, dict) and "class_name" in value


def _layer(holder: Any, rng: Random, pool: Pool) -> None:
    """A layer more or less, twice, elsewhere, or of another class."""
    if not (spot := _some(holder, rng, _is_layer)) or spot[0] is holder:
        return
    layers, number = spot
    match rng.randrange(7):
        case 0:
            del layers[number]
        case 1:
            layers.insert(rng.randrange(len(layers) + 1), copied(layers[number]))
        case 2:
            layers.insert(rng.randrange(len(layers)), layers.pop(number))
        case 3:
            layers[number]["class_name"] = pool.of_key(rng, "class_name")
        case 4 if pool.objects:
            layers[number] = _in_place_of(layers[number], copied(rng.choice(pool.objects)), rng)
        case 5 if pool.objects:
            _grow(layers, number, rng, pool)
        case _:
            _wrap(layers, number, rng)


def _in_place_of(old: Any, new: Any, rng: Random) -> Any:
    """Another layer where one was, wired as that was."""
    for key in ("name", "inbound_nodes"):
        if key in old:
            new[key] = copied(old[key])
    config = new.get("config")
    if isinstance(config, dict) and isinstance(old.get("config"), dict) and rng.random() < 0.9:
        config["name"] = old["config"].get("name")
    return new


def _grow(layers: Any, number: int, rng: Random, pool: Pool) -> None:
    """A long row of one layer, each with a name of its own and fed by the one before."""
    made = _in_place_of(layers[number], copied(rng.choice(pool.objects)), rng)
    before = str(layers[number].get("name"))
    for step in range(rng.choice((2, 5, _MOST_LAYERS))):
        one, name = copied(made), f"{before}{step}"
        one["name"] = name
        if isinstance(one.get("config"), dict):
            one["config"]["name"] = name
        if step:
            for owner, key in list(_spots([one])):
                if _is_place(owner, key):
                    owner[key][0] = f"{before}{step - 1}"
        layers.insert(number + 1 + step, one)


def _wrap(layers: Any, number: int, rng: Random) -> None:
    """A model or a wrapper around a layer."""
    inner = layers[number]
    name = inner.get("name")
    if rng.random() < 0.5:
        config: Any = {"name": name, "layers": [_bare(inner)]}
        class_name = "Sequential"
    else:
        config = {"name": name, "layer": _bare(inner), "trainable": True, "dtype": "float32"}
        class_name = rng.choice(("TimeDistributed", "Bidirectional", "SpectralNormalization"))
    wrapped = {"class_name": class_name, "config": config}
    if "module" in inner:
        wrapped |= {"module": "keras.layers" if "layer" in config else "keras"}
        wrapped |= {"registered_name": None}
    for key in ("name", "inbound_nodes"):
        if key in inner:
            wrapped[key] = inner[key]
    layers[number] = wrapped


def _bare(layer: Any) -> Any:
    return {key: value for key, value in layer.items() if key not in ("inbound_nodes", "name")}


def _nest(holder: Any, rng: Random, pool: Pool) -> None:
    """The whole model, or a model of the pool, as the one layer of another; again and again."""
    for _ in range(rng.choice((1, 1, 2, 20, 70))):
        inner = holder[0]
        if not isinstance(inner, dict):
            return
        keys = {"module": "keras", "registered_name": None} if "module" in inner else {}
        config = {"name": rng.choice(("outer", *HOSTILE)), "layers": [inner]}
        holder[0] = {"class_name": "Sequential", "config": config, **keys}


def _adopt(holder: Any, rng: Random, pool: Pool) -> None:
    """An object of another config in the place of one here."""
    spot = _some(
        holder,
        rng,
        lambda owner, key: isinstance(owner[key], dict) and "class_name" in owner[key],
    )
    if spot and pool.objects:
        spot[0][spot[1]] = copied(rng.choice(pool.objects))


_EDITS: tuple[Callable[[Any, Random, Pool], None], ...] = (
    _replace, _argument, _argument, _argument, _swap, _delete, _repeat, _add_key, _rename_key,
    _text, _number, _number, _number, _rewire, _rewire, _shape, _shape, _layer, _layer, _layer,
    _nest, _adopt,
)  # fmt: skip
