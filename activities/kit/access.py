"""Who may call what. Every view declares it; an undeclared view is refused when the application starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from activities.kit.roles import Permission

View = TypeVar("View", bound=Callable[..., Any])


class Person(Protocol):
    """What access asks of whoever is logged in."""

    is_authenticated: bool

    def may(self, permission: Permission) -> bool: ...


PUBLIC = "public"


class Access:
    """`@access(Permission.X)`, `@access.public` or `@access.impersonal`, written under the route decorator."""

    def __call__(self, permission: Permission) -> Callable[[View], View]:
        return lambda view: self._declare(view, permission)

    def public(self, view: View) -> View:
        return self._declare(view, PUBLIC)

    def impersonal(self, view: View) -> View:
        """Public, and the same answer for everyone: it sets no cookie and does not vary by one."""
        view.impersonal = True  # type: ignore[attr-defined]
        return self._declare(view, PUBLIC)

    def _declare(self, view: View, what: str) -> View:
        view.access = what  # type: ignore[attr-defined]
        return view


access = Access()


def declared(app: Flask, endpoint: str) -> str | None:
    """The permission's value, "public", or None where a view declares nothing. Static files are public."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return PUBLIC
    return getattr(app.view_functions[endpoint], "access", None)


def is_impersonal(app: Flask, endpoint: str | None) -> bool:
    return endpoint is not None and getattr(app.view_functions[endpoint], "impersonal", False)


def guard(app: Flask) -> None:
    """Refuse undeclared views now, and undeserved requests later."""
    undeclared = sorted({r.endpoint for r in app.url_map.iter_rules() if declared(app, r.endpoint) is None})
    if undeclared:
        raise RuntimeError("views without a declared access: " + ", ".join(undeclared))
    app.before_request(_enforce)


def _enforce() -> Response | None:
    if request.endpoint is None:
        return None
    what = declared(current_app, request.endpoint)
    if what == PUBLIC:
        return None
    if not current_user.is_authenticated:
        back = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("people.log_in", next=back))
    if what is None or not current_user.may(Permission(what)):
        abort(404)  # who may not enter does not learn that there is a room
    return None
