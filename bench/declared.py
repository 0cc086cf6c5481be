"""What the class of an algorithm declares, read from its source: nothing is imported to list a hundred plug-ins."""

from __future__ import annotations

import ast

from bench import sources


class Declared:
    """What a class or the nearest of its bases declares, read from the source."""

    def __init__(self, module: str) -> None:
        trees = (sources.tree_of(path) for path in sources.closure(module, harness=False).values())
        self._classes = {node.name: node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)}

    def text(self, name: str, attribute: str) -> str:
        """A literal; empty where there is none."""
        value = self._value(name, attribute)
        return str(value.value) if isinstance(value, ast.Constant) else ""

    def flags(self, name: str, attribute: str, usual: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The flags in an expression such as `Base.can | Can.EXPLAIN`, in the order of the source."""
        value = self._value(name, attribute)
        if value is None:
            return usual
        found: list[str] = []
        nodes = [node for node in ast.walk(value) if isinstance(node, ast.Attribute)]
        for node in sorted(nodes, key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0)):
            if node.attr == attribute and isinstance(node.value, ast.Name):
                found += self.flags(node.value.id, attribute, usual)
            elif node.attr.isupper():
                found.append(node.attr)
        return tuple(dict.fromkeys(found))

    def _value(self, name: str, attribute: str) -> ast.expr | None:
        waiting = [name]
        while waiting:
            node = self._classes.get(waiting.pop(0))
            if node is None:
                continue
            for statement in node.body:
                match statement:
                    case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == attribute:
                        return value
            bases = (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)
            waiting.extend(base.id for base in bases if isinstance(base, ast.Name))
        return None
