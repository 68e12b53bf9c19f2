"""The keys of programs: made here, shown once, revoked here. For admins."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from channels.redact import storable
from flows import api_keys
from web.console import access
from web.context import Parts

Page = AnyResponse | str | tuple[str, int]


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the routes to the console's."""

    @routes.get("/settings/keys", endpoint="api_keys")
    def keys() -> str:
        """List the keys: what each is for, when it was made and last used."""
        return _page(parts)

    @routes.post("/settings/keys")
    def add_key() -> Page:
        """Make a key and show it, this once."""
        who, label = access.current(), " ".join(storable(request.form.get("label", "")).split())
        if not 0 < len(label) <= api_keys.LABEL_MAX:
            return _page(parts, fault="Say what the key is for, so that somebody can tell later."), 422
        with parts.database.write() as session:
            key = api_keys.add(session, who.retailer, label=label, by=who.email, now=parts.clock())
        return _page(parts, key=key, label=label)

    @routes.post("/settings/keys/<int:key_id>/revoke")
    def revoke_key(key_id: int) -> Page:
        """Let the key open nothing any more."""
        who = access.current()
        with parts.database.write() as session:
            known = key_id < 2**63 and api_keys.revoke(session, who.retailer, key_id, by=who.email, now=parts.clock())
            if not known:
                abort(404)
        return redirect(url_for("console.api_keys"), 303)


def _page(parts: Parts, *, fault: str = "", key: str = "", label: str = "") -> str:
    with parts.database.read() as session:
        rows = api_keys.all_of(session, access.current().retailer)
        return render_template("console/settings/keys.html", keys=rows, fault=fault, key=key, label=label)
