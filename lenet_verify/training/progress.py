"""How far a run is: a bar on a terminal, a line an epoch everywhere."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from time import perf_counter

Values = Mapping[str, float]

_PERCENT = ("accuracy", "val_accuracy")


class Progress:
    """Tells of the epochs of a run.

    Args:
        epochs: how many there will be.
        tell: takes a line; None where nobody wants to hear of it.
    """

    def __init__(self, epochs: int, tell: Callable[[str], None] | None) -> None:
        self.epochs, self.tell = epochs, tell
        self._epoch, self._began = 0, 0.0

    @contextlib.contextmanager
    def of_epoch(self, epoch: int, steps: int) -> Iterator[Callable[[Values], None]]:
        """What is called after each step of an epoch."""
        self._epoch, self._began = epoch, perf_counter()
        if self.tell is None or sys.stderr is None or not sys.stderr.isatty():
            yield lambda _: None
            return
        from tqdm import tqdm

        said = f"epoch {epoch}/{self.epochs}"
        with tqdm(total=steps, desc=said, unit="batch", leave=False, dynamic_ncols=True) as bar:

            def step(values: Values) -> None:
                bar.set_postfix_str(told(values), refresh=False)
                bar.update()

            yield step

    def end(self, values: Values) -> None:
        """Tells what an epoch came to."""
        if self.tell is not None:
            seconds = perf_counter() - self._began
            width = len(str(self.epochs))
            self.tell(
                f"epoch {self._epoch:>{width}}/{self.epochs}  {told(values)}  {seconds:.1f} s"
            )


def told(values: Values) -> str:
    """Values in a line: `loss 0.1554  accuracy 95.49 %`."""
    return "  ".join(
        f"{name} {100 * value:.2f} %" if name in _PERCENT else f"{name} {value:.4g}"
        for name, value in values.items()
    )
