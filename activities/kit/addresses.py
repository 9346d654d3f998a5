"""Addresses of views. Werkzeug compiles two programs for each that put its address together; with hundreds of them that
is half a second of every start, also of a command that never needs one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Build = Callable[..., tuple[str, str]]


class LazyRule(Rule):
    """Compiles what puts its address together when that is first asked for."""

    def _compile_builder(self, append_unknown: bool = True) -> Build:
        whole, name = super()._compile_builder, "_build_unknown" if append_unknown else "_build"

        def build(rule: LazyRule, **values: Any) -> tuple[str, str]:
            compiled: Build = whole(append_unknown).__get__(rule, None)
            setattr(rule, name, compiled)
            return compiled(**values)

        return build
