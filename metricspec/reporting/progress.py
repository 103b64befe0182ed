"""Progress on anything that takes over a second; silent where nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def stages_progress(what: str = "Computing") -> Iterator[Callable[[int, int, str], None]]:
    """A progress bar on standard error, fed with (done, total, sentence)."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn(what), BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)

        def step(done: int, total: int, sentence: str) -> None:
            width = max(20, console.width - 60)
            bar.update(task, completed=done, total=total, description=sentence[:width])

        yield step
