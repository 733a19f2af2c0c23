"""Line of a piece of a template, by its path."""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from ecs_emulator.stacks.documents import SafeLoader, legible


def line_of(text: str, path: Sequence[str]) -> int:
    """Line of what is at `path` in a YAML or JSON text that is one, counted from 1; of the innermost piece that is
    there.
    """
    node = yaml.compose(legible(text), SafeLoader)
    line = node.start_mark.line if node else 0
    for name in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == name), None)
            if found is None:
                break
            line, node = found[0].start_mark.line, found[1]
        elif isinstance(node, yaml.SequenceNode) and name.isdigit() and int(name) < len(node.value):
            node = node.value[int(name)]
            line = node.start_mark.line
        else:
            break
    return int(line) + 1
