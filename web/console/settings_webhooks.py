"""Which systems are told what happens: add, try, switch on again, look at what became of each event. For admins."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from channels.redact import storable
from flows import outbound_endpoints
from flows.outbound_body import event_id
from flows.outbound_endpoints import BadEndpoint
from flows.outbound_kinds import FACTS, REQUESTS
from flows.outbound_models import WebhookEndpoint
from flows.outbound_notice import WHY
from web.console import access
from web.context import Parts

Page = AnyResponse | str | tuple[str, int]
PAGE = 50
STATES = ("pending", "delivered", "failed", "cancelled")


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the routes to the console's."""

    @routes.get("/settings/webhooks")
    def webhooks() -> str:
        """List the webhooks."""
        return _list(parts)

    @routes.post("/settings/webhooks")
    def add_webhook() -> Page:
        """Add one and show its secret, this once."""
        who, url = access.current(), storable(request.form.get("url", "")).strip()
        events = ["*"] if request.form.get("all") else [storable(one) for one in request.form.getlist("events")]
        try:
            with parts.database.write() as session:
                row, secret = outbound_endpoints.add(
                    session,
                    parts.settings,
                    retailer=who.retailer,
                    url=url,
                    events=events,
                    by=who.email,
                    now=parts.clock(),
                )
        except BadEndpoint as error:
            words = " ".join(words if words.endswith(".") else f"{words.capitalize()}." for _, words in error.faults)
            return _list(parts, fault=words, url=url, events=events), 422
        return _list(parts, secret=secret, added=row.url)

    @routes.get("/settings/webhooks/<int:webhook_id>")
    def webhook(webhook_id: int) -> str:
        """Show one webhook and what it is and was owed."""
        state, before = request.args.get("state"), request.args.get("before", type=int)
        if state is not None and state not in STATES:
            abort(404)
        with parts.database.read() as session:
            row = _found(session, webhook_id)
            found = outbound_endpoints.deliveries(session, row, state=state, before_id=before, limit=PAGE + 1)
            older = (
                url_for("console.webhook", webhook_id=row.id, state=state, before=found[PAGE - 1][0].id)
                if len(found) > PAGE
                else None
            )
            return render_template(
                "console/settings/webhook.html",
                row=row,
                deliveries=found[:PAGE],
                older=older,
                state=state,
                states=STATES,
                event_id=event_id,
                why=WHY,
            )

    _deeds(routes, parts)


def _deeds(routes: Blueprint, parts: Parts) -> None:
    @routes.post("/settings/webhooks/<int:webhook_id>/<any(test, on, delete):deed>")
    def change_webhook(webhook_id: int, deed: str) -> Page:
        """Send it a test, switch it on again, or take it away."""
        who, now = access.current(), parts.clock()
        with parts.database.write() as session:
            row = _found(session, webhook_id)
            if deed == "delete":
                outbound_endpoints.delete(session, row, by=who.email, now=now)
            elif deed == "on":
                outbound_endpoints.switch_on(session, row, by=who.email, now=now)
            else:
                outbound_endpoints.send_test(session, row, by=who.email, now=now)
        if deed == "delete":
            return redirect(url_for("console.webhooks"), 303)
        return redirect(url_for("console.webhook", webhook_id=webhook_id), 303)

    @routes.post("/settings/webhooks/<int:webhook_id>/deliveries/<int:delivery_id>")
    def redeliver(webhook_id: int, delivery_id: int) -> Page:
        """Send an event once more, under the same id."""
        with parts.database.write() as session:
            row, by = _found(session, webhook_id), access.current().email
            known = delivery_id < 2**63 and outbound_endpoints.redeliver(
                session, row, delivery_id, by=by, now=parts.clock()
            )
            if not known:
                abort(404)
        return redirect(url_for("console.webhook", webhook_id=webhook_id), 303)


def _list(parts: Parts, **values: object) -> str:
    with parts.database.read() as session:
        rows = outbound_endpoints.all_of(session, access.current().retailer)
        return render_template("console/settings/webhooks.html", rows=rows, kinds=(*REQUESTS, *FACTS), **values)


def _found(session: Session, webhook_id: int) -> WebhookEndpoint:
    known = webhook_id < 2**63
    found = outbound_endpoints.get(session, access.current().retailer, webhook_id) if known else None
    return found or abort(404)
