"""Turn the two public sets of delivery times into the backtest's CSV.

python -m benchmarks.eta_sets FOLDER OUT [--created ordered|scheduled|before]
"""

import argparse
import csv
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

FORMATS = ("%d-%b-%y", "%m/%d/%y", "%Y-%m-%d")
#: A shipment whose order date nobody kept counts as ordered so long before its schedule.
LEAD = timedelta(days=90)
SCMS = "SCMS_Delivery_History_Dataset.csv"
DOORDASH = "doordash_first_10588.csv"
SCMS_NAMES = {
    "Country": "x_country",
    "Fulfill Via": "x_fulfil_via",
    "Vendor INCO Term": "x_inco_term",
    "Managed By": "x_managed_by",
    "Product Group": "x_product_group",
    "Sub Classification": "x_sub_classification",
    "Vendor": "x_vendor",
    "Manufacturing Site": "x_site",
    "First Line Designation": "x_first_line",
    "Line Item Quantity": "x_quantity",
    "Line Item Value": "x_value",
    "Weight (Kilograms)": "x_weight_kg",
    "Project Code": "x_project",
}
DOORDASH_NAMES = (
    "market_id", "store_id", "store_primary_category", "order_protocol", "total_items", "subtotal",
    "num_distinct_items", "min_item_price", "max_item_price", "total_onshift_dashers", "total_busy_dashers",
    "total_outstanding_orders", "estimated_order_place_duration", "estimated_store_to_consumer_driving_duration",
)  # fmt: skip


def day(text: str) -> datetime | None:
    for pattern in FORMATS:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007  days, written with Z below
        except ValueError:
            continue
    return None


def scms(path: Path, created: str) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            promised, delivered = day(row["Scheduled Delivery Date"]), day(row["Delivered to Client Date"])
            if promised is None or delivered is None:
                continue
            ordered = day(row["PO Sent to Vendor Date"]) or day(row["PQ First Sent to Client Date"])
            if created == "ordered" and ordered is not None and ordered < promised:
                begun = ordered
            else:
                begun = promised if created == "scheduled" else promised - LEAD
            yield {
                "shipment_id": row["ID"],
                "carrier": row["Shipment Mode"],
                "promised_at": promised.isoformat() + "Z",
                "created_at": begun.isoformat() + "Z",
                "delivered_at": delivered.isoformat() + "Z",
                **{ours: row[theirs] for theirs, ours in SCMS_NAMES.items()},
            }


def doordash(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            begun, ended = row["created_at"], row["actual_delivery_time"]
            try:
                took = datetime.fromisoformat(ended) - datetime.fromisoformat(begun)
            except ValueError:
                continue
            # Whoever delivers after three hours, or months before the rest, is a mistake of the record.
            if not timedelta() <= took <= timedelta(hours=3) or begun < "2015":
                continue
            given = {f"x_{name}": "" if row[name] == "NA" else row[name] for name in DOORDASH_NAMES}
            yield {
                "shipment_id": str(number),
                "carrier": "",
                "created_at": begun.replace(" ", "T") + "Z",
                "delivered_at": ended.replace(" ", "T") + "Z",
                **given,
            }


def write(rows: Iterator[dict[str, str]], target: Path) -> int:
    made = list(rows)
    with target.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(made[0]))
        writer.writeheader()
        writer.writerows(made)
    return len(made)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("--created", choices=("ordered", "scheduled", "before"), default="before")
    said = asked.parse_args()
    said.out.mkdir(parents=True, exist_ok=True)
    print("scms", write(scms(said.folder / SCMS, said.created), said.out / "scms.csv"), file=sys.stderr)
    print("doordash", write(doordash(said.folder / DOORDASH), said.out / "doordash.csv"), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
