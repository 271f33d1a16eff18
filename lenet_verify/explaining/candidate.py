"""An edit that might mend something, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from lenet_verify.edits import Edit


@dataclass(frozen=True, eq=False)
class Candidate:
    """An edit that the pairing of spec and model suggests.

    Attributes:
        edit: to the model.
        layer: the paper's name of the layer; None for one that only the model has.
        model_layer: the model's; None for one that only the paper has.
        place: in the network: causes are told in this order.
        turn: when it is made, among others.
        instead: the edits that this one does the work of, if it does that of several.
        guess: whether it is only one of the ways to come to what a claim wants.
    """

    edit: Edit
    layer: str | None
    model_layer: str | None
    place: tuple[int, int]
    turn: tuple[int, int, int]
    instead: tuple[Candidate, ...] = ()
    guess: bool = False

    @property
    def plain(self) -> bool:
        """Whether it is one of those that together make the model the spec's network."""
        return not self.instead and not self.guess
