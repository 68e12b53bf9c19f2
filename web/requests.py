"""Reads requests: bodies within their limits, URLs as they were signed."""

from urllib.parse import parse_qsl, quote

from flask import request

from channels.messages import WebhookRequest

#: Bytes a body may have.
BODY_MAX = 1024 * 1024
#: The same for imports.
IMPORT_MAX = 10 * 1024 * 1024
#: Pairs a form may have; a text with ten pictures has about fifty.
FORM_FIELDS_MAX = 500


def read_body(limit: int = BODY_MAX) -> bytes:
    """Answer the body, whole. Raises RequestEntityTooLarge past the limit, also when no length was announced."""
    request.max_content_length = limit
    return request.get_data(cache=False)


def raw_target() -> str:
    """Answer path and query exactly as they stood in the request line: signatures are made over them."""
    environ = request.environ
    target = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if not target:
        query = environ.get("QUERY_STRING", "")
        path = quote(environ.get("PATH_INFO", "").encode("latin-1"), safe="/:@!$&'()*+,;=~-._")
        return f"{path}?{query}" if query else path
    if "://" in target.split("?", 1)[0]:  # a request line may carry the whole URL
        target = "/" + target.split("://", 1)[1].partition("/")[2]
    return str(target)


def header_map() -> dict[str, str]:
    """Answer the request's headers, names in lower case."""
    return {name.lower(): value for name, value in request.headers.items()}


def form_pairs(body: bytes) -> tuple[tuple[str, str], ...]:
    """Answer the pairs of a form as they came, empty values and repetitions kept.

    What is no form that Twilio could have sent (far too many fields) has none, and so no signature that fits.
    """
    try:
        return tuple(parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=FORM_FIELDS_MAX))
    except ValueError:
        return ()


def webhook_request(public_base_url: str) -> WebhookRequest:
    """Take the framework out of the present request."""
    body = read_body()
    is_form = request.mimetype == "application/x-www-form-urlencoded"
    return WebhookRequest(
        url=public_base_url + raw_target(),
        headers=header_map(),
        form=form_pairs(body) if is_form else (),
        body=body,
    )
