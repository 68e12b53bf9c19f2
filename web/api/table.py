"""Every route of REST v1. The app is built from it, and so is the OpenAPI document."""

from web.api import (
    analytics,
    cases,
    connections,
    imports,
    messages,
    positions,
    proofs,
    shipments,
    support,
    surveys,
    webhooks,
)
from web.api.routing import Route

ROUTES: tuple[Route, ...] = (
    *shipments.ROUTES,
    *imports.ROUTES,
    *messages.ROUTES,
    *cases.ROUTES,
    *surveys.ROUTES,
    *support.ROUTES,
    *analytics.ROUTES,
    *positions.ROUTES,
    *proofs.ROUTES,
    *connections.ROUTES,
    *webhooks.ROUTES,
)
