"""Order of dependencies: each after those that it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ecs_emulator.stacks.errors import TemplateError


def depth_first(names: Iterable[str], needs: Callable[[str], Iterable[str]]) -> Iterator[str]:
    """Each of `names`, with all that it needs before it. Raises TemplateError where that goes in a circle.

    A chain of needs may be as long as it likes: it costs no recursion.
    """
    done: set[str] = set()
    for name in names:
        chain = {} if name in done else {name: iter(needs(name))}
        while chain:
            last = next(reversed(chain))
            following = next((each for each in chain[last] if each not in done), None)
            if following is None:
                done.add(last)
                del chain[last]
                yield last
            elif following in chain:
                circle = [*chain][[*chain].index(following) :]
                raise TemplateError(f"Circular dependency: {' → '.join([*circle, following])}")
            else:
                chain[following] = iter(needs(following))
