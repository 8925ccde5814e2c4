"""What can go wrong, as Python sees it."""

from __future__ import annotations

from ._library import library

CANCELED = 10
BAD_MACHINE = 9


class ContrastiveError(ValueError):
    """An argument that cannot be used.

    The message names it, what was found and what was wanted; `argument` is its name, or "".
    """

    def __init__(self, message: str, argument: str = "") -> None:
        super().__init__(message)
        self.argument = argument


class Canceled(Exception):
    """The progress function returned True: the work ended there."""


def check(status: int) -> None:
    """Raises what a status stands for."""
    if status == 0:
        return
    message = library.error_message().decode()
    if status == CANCELED:
        raise Canceled(message)
    if status == BAD_MACHINE:
        raise RuntimeError(message)
    raise ContrastiveError(message, library.error_argument().decode())
