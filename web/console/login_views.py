"""The way in and out of the console: the login, the invitation that leads to a first password, the logout."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from channels.redact import storable
from flows import agents
from flows.accounts import BadAccount
from web.console import access, sessions
from web.console.sessions import TooManyAttempts
from web.context import Parts


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the routes to the console's."""
    _login(routes, parts)
    _welcome(routes, parts)


def _login(routes: Blueprint, parts: Parts) -> None:
    @routes.get("/login")
    def login() -> str:
        """Show the form."""
        return render_template("console/login.html", next=_inside(request.args.get("next")))

    @routes.post("/login")
    def try_login() -> AnyResponse | tuple[str, int]:
        """Open a session: a new one each time, whatever cookie came along."""
        email, password = storable(request.form.get("email", "")), request.form.get("password", "")
        target, fault, status = _inside(request.form.get("next")), "E-mail and password do not fit.", 401
        try:
            token = sessions.log_in(
                parts.database,
                email,
                password,
                address=request.remote_addr or "",
                browser=request.user_agent.string,
                now=parts.clock(),
            )
        except TooManyAttempts as error:
            token, fault, status = None, str(error), 429
        if token is None:
            return render_template("console/login.html", next=target, email=email, fault=fault), status
        return _let_in(parts, token, target)

    @routes.post("/logout")
    def logout() -> AnyResponse:
        """End the session, here and wherever else its cookie may be."""
        with parts.database.write() as session:
            sessions.revoke(session, access.current(), now=parts.clock())
        answer = redirect(url_for("console.login"), 303)
        answer.delete_cookie(sessions.COOKIE, path="/console")
        return answer


def _welcome(routes: Blueprint, parts: Parts) -> None:
    @routes.get("/welcome/<token>")
    def welcome(token: str) -> str:
        """Ask an invited agent for a password; a link that is used up or wrong is a 404 like any other."""
        with parts.database.read() as session:
            agent = agents.invited(session, token, now=parts.clock())
            if agent is None:
                abort(404, "This invitation has been used, or is too old. Ask for a new one.")
            return render_template("console/welcome.html", token=token, agent=agent)

    @routes.post("/welcome/<token>")
    def accept(token: str) -> AnyResponse | tuple[str, int]:
        """Set the password, end what other sessions there were, and let the agent in."""
        password, now = request.form.get("password", ""), parts.clock()
        try:
            with parts.database.write() as session:
                agent = agents.accept(session, token, password, now=now)
                if agent is None:
                    abort(404, "This invitation has been used, or is too old. Ask for a new one.")
                sessions.end(session, agent.id, now=now)
                opened = sessions.open_for(session, agent, browser=request.user_agent.string, now=now)
        except BadAccount as error:
            with parts.database.read() as session:
                agent = agents.invited(session, token, now=now)
            return render_template("console/welcome.html", token=token, agent=agent, fault=str(error)), 422
        return _let_in(parts, opened, url_for("console.inbox"))


def _let_in(parts: Parts, token: str, target: str) -> AnyResponse:
    answer = redirect(target, 303)
    answer.set_cookie(
        sessions.COOKIE,
        token,
        max_age=int(sessions.ABSOLUTE.total_seconds()),
        path="/console",
        httponly=True,
        samesite="Lax",
        secure=parts.settings.public_base_url.startswith("https://"),
    )
    return answer


def _inside(path: str | None) -> str:
    """Where to go after the login: only into the console, whatever a link says."""
    home = url_for("console.inbox")
    return path if path and path.startswith(home) and "\\" not in path and path.isprintable() else home
