"""A mapping file tried on a payload: what would go in, and what is missing, before anything is switched on."""

import json
from pathlib import Path

from flows import mapping, mapping_files
from flows.intake import FieldFault, Rejected, new_shipment


def tried(file: Path, payload: Path) -> tuple[str, bool]:
    """Answer the report as JSON and whether nothing is missing.

    Raises MappingError naming the line, ValueError for a payload that is no JSON, OSError for what cannot be read.
    """
    rules = mapping_files.read_file(file)
    body = payload.read_bytes()
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{payload.name} is no JSON: {error}") from error
    mapped = mapping.apply(rules, said, body)
    mapped.faults += _phones(mapped)
    return mapping.shown(mapped), not mapped.faults


def _phones(mapped: mapping.Mapped) -> list[FieldFault]:
    """Faults that show only when a shipment is made: phones that are none in their country."""
    faults: list[FieldFault] = []
    for place, one in enumerate(mapped.shipments):
        try:
            new_shipment(one, source="trial")
        except Rejected as error:
            has_contact = one.customer.phone or one.customer.email
            faults += [
                FieldFault(f"shipments[{place}].{fault.field}", fault.reason) for fault in error.faults if has_contact
            ]
    return faults
