"""HTTP for every room: errors mapped once, strict headers, safe ways back, what templates may call."""

from __future__ import annotations

import os
import secrets
from datetime import date
from typing import IO, Any
from urllib.parse import urlencode, urlsplit

from flask import (
    Flask,
    Request,
    Response,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import BadRequest, HTTPException, SecurityError

from activities.kit import clock, doors, i18n, security
from activities.kit.asked import read_day, read_page
from activities.kit.refusal import NotAllowed, NotFound, Refusal

csrf = CSRFProtect()

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Bootstrap's own style sheet draws its marks from data: images.
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def init_app(app: Flask) -> None:
    """To be called before any room is opened: what is refused here costs no room anything."""
    app.session_interface = PageSessions()
    app.before_request(_limit_text)
    app.before_request(refuse_nul)
    csrf.init_app(app)
    app.after_request(add_headers)
    app.jinja_env.globals.update(i18n.TEMPLATE_GLOBALS)
    app.jinja_env.globals.update(
        nonce=nonce, now=clock.now, languages=i18n.LANGUAGES, here=here, form_errors=form_errors
    )
    app.jinja_env.globals.update(
        school=app.config["SETTINGS"].school, doors=doors.doors, rows_of_pages=doors.rows_of_pages
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for kind, answer in ((NotFound, 404), (NotAllowed, 403)):
        app.register_error_handler(kind, lambda _, code=answer: _error_page(code))
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(SecurityError, _wrong_host)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(500, lambda _: _error_page(500))


class PageSessions(SecureCookieSessionInterface):
    """Sessions are for pages: an answer that is the same for everyone is never asked to save one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Without a cookie there is nothing to verify, and no signer to build."""
        has_none = "HTTP_COOKIE" not in request.environ or self.get_cookie_name(app) not in request.cookies
        if app.secret_key and has_none:
            return self.session_class()
        return super().open_session(app, request)


def nonce() -> str:
    """This answer's nonce: the only scripts that run are those that carry it."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def add_headers(response: Response) -> Response:
    """Add what an answer does not say itself. Every answer pays for this, so its own headers are read once."""
    own = {name.lower() for name, _ in response.headers}
    ours = {**HEADERS}
    if "content-security-policy" not in own:
        ours["Content-Security-Policy"] = POLICY.format(nonce=nonce())
    if request.is_secure:
        ours["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint and not request.endpoint.endswith("static"):
        # What is shown depends on who asks; nothing of it belongs in a shared or a back-button cache.
        ours["Cache-Control"] = "no-store"
    for name, value in ours.items():
        if name.lower() not in own:
            response.headers.add(name, value)
    return response


def _limit_text() -> None:
    """Files may be large, text may not: it is read into memory at once."""
    if request.method != "GET" and request.mimetype != "multipart/form-data":
        request.max_content_length = int(current_app.config["MAX_FORM_MEMORY_SIZE"])


def refuse_nul() -> None:
    """No text holds a NUL, PostgreSQL stores none, and no browser sends one by accident."""
    is_bare = request.method == "GET" and not request.query_string
    texts = () if is_bare else (text for texts in request.values.listvalues() for text in texts)
    if any("\0" in text for text in (request.path, *texts)):
        raise BadRequest


# ── errors ──────────────────────────────────────────────────────────────────


def _refused(refusal: Refusal) -> tuple[str, int]:
    return render_template("errors/refused.html", refusal=refusal, back=safe_back()), 409


def _form_too_old(error: CSRFError) -> tuple[str, int]:
    security.note("form refused", endpoint=request.endpoint, reason=str(error.description))
    return render_template("errors/expired.html", back=safe_back()), 400


def _wrong_host(_: SecurityError) -> tuple[str, int, dict[str, str]]:
    """Whoever asks for another host gets no page: its links would lead there."""
    security.note("host refused", host=request.environ.get("HTTP_HOST", "")[:100])
    return "This host is not served here.\n", 400, {"Content-Type": "text/plain; charset=utf-8"}


def _http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    return _error_page(error.code)


def _error_page(code: int) -> tuple[str, int]:
    names = {403: "errors/403.html", 404: "errors/404.html", 413: "errors/413.html", 429: "errors/429.html"}
    template = names.get(code, "errors/500.html" if code >= 500 else "errors/400.html")
    return render_template(template, code=code, back=safe_back()), code


# ── ways back ───────────────────────────────────────────────────────────────


def is_own_address(target: str | None) -> bool:
    """Whether a redirect target is a plain path of this site: no scheme, no host, no backslash or control character."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return False
    if any(ord(c) < 32 or ord(c) == 127 for c in target):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc


def safe_next(default: str) -> str:
    """The `next` of the form or query where it is our own address."""
    target = request.form.get("next") or request.args.get("next")
    return target if target and is_own_address(target) else default


def safe_back() -> str:
    """The page the person came from, where it is ours; else the front page."""
    try:
        parts = urlsplit(request.referrer or "")
    except ValueError:  # not even an address
        return url_for("home.my_duties")
    path = parts.path + ("?" + parts.query if parts.query else "")
    if parts.netloc == request.host and is_own_address(path) and path != request.full_path.rstrip("?"):
        return path
    return url_for("home.my_duties")


def done(message: str, target: str) -> Response:
    """Say what happened, and go on: the answer to every POST that worked."""
    flash(message)
    return redirect(target, 303)  # type: ignore[return-value]


def hand_over(file: IO[bytes], media_type: str, name: str) -> Response:
    """A file that was just written, for who asked and for no cache; static files alone are kept. The answer closes
    it."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    answer = send_file(file, media_type, as_attachment=True, download_name=name, etag=False, max_age=lambda _name: None)
    answer.content_length = size
    answer.headers["Cache-Control"] = "no-store"
    return answer


def asked_page() -> int:
    """The page number of the address, from 1; what cannot be read is the first page."""
    return read_page(request.args.get("page"))


def asked_day(name: str) -> date | None:
    """A day of the address, where it is one of a sensible year."""
    return read_day(request.args.get(name))


def here(**changes: Any) -> str:
    """This page's address with some of its query changed; None takes a value away."""
    if "asked" not in g:
        g.asked = request.args.to_dict(flat=False)
    args: dict[str, Any] = {**g.asked, **changes}
    parts = {name: args.pop(name, value) for name, value in (request.view_args or {}).items()}
    path = url_for(str(request.endpoint), **parts) if parts else request.script_root + request.path
    query = urlencode({k: v for k, v in args.items() if v not in (None, "", [])}, doseq=True)
    return f"{path}?{query}" if query else path


def form_errors(form: Any) -> list[tuple[str, str, str]]:
    """A form's errors as (field id, label, sentence), for the summary that links to each field."""
    return [(field.id, str(field.label.text), str(error)) for field in form for error in _flat(field.errors)]


def _flat(errors: Any) -> list[str]:
    found: list[str] = []
    for error in errors.values() if isinstance(errors, dict) else errors:
        found.extend(_flat(error) if isinstance(error, (list, dict, tuple)) else [str(error)])
    return found


def invalid(template: str, **context: Any) -> tuple[str, int]:
    """An invalid form comes back with what was typed: 422."""
    return render_template(template, **context), 422
