"""Fills PostgreSQL with a desk's history: parcels, talks, messages and cases, by statements of the server."""

import random
from datetime import datetime

import psycopg

#: What people write, so that searches meet words of every frequency.
SAID = (
    *("where is my order", "it is still not here", "the box was crushed", "nobody rang the doorbell", "thank you"),
    *("can you bring it tomorrow", "the driver was rude", "wrong color lamp", "leave it with the neighbor", "hello"),
    *("I want a refund", "the tracking page says delivered", "please call me", "wrong address", "el paquete no llega"),
)
NAMES = ("Ana", "Ben", "Carla", "Deniz", "Eva", "Farid", "Gloria", "Hugo", "Ines", "Jun", "Kofi", "Lea", "Maya", "Noor")
REASONS = ("talk_to_person", "not_received", "damaged", "bad_survey", "attempt_failed", "stalled", "complaint")
AGENTS = tuple(f"agent{number}@example.com" for number in range(12))
OURS = "+15005550006"
#: One conversation in so many holds fifty times as much as the others: people who write all day.
HEAVY_EVERY = 500


def fill(conninfo: str, *, cases: int, messages: int, now: datetime) -> None:
    """Load that many cases over as many talks, and that many messages, half of them in. Commits, and analyzes."""
    with psycopg.connect(conninfo) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT setseed(0.5)")
        said = {"n": cases, "now": now, "ours": OURS}
        for statement in (_PARCELS, _TALKS):
            cursor.execute(statement, said)
        for statement in (_IN, _OUT):
            cursor.execute(statement, {**said, "each": messages // 2, "said": list(SAID), "heavy": HEAVY_EVERY})
        more = {"names": list(NAMES), "reasons": list(REASONS), "agents": list(AGENTS), "said": list(SAID)}
        for statement in (_CASES, _ENTRIES, _LAST, _CLOCKS):
            cursor.execute(statement, {**said, **more})
        _words(cursor, cases)
        connection.commit()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def asked(cases: int, count: int) -> list[str]:
    """Things an agent looks for: order numbers, last digits, names, words seldom and frequent, two at once."""
    chance = random.Random(7)
    kinds = (
        lambda: f"B{chance.randrange(1, cases + 1)}",
        lambda: f"{chance.randrange(1, cases + 1):04}"[-4:],
        lambda: chance.choice(NAMES),
        lambda: chance.choice(("doorbell", "refund", "crushed", "neighbor", "paquete")),
        lambda: f"{chance.choice(NAMES)} {chance.choice(('lamp', 'refund', 'doorbell'))}",
        lambda: f"1Z{chance.randrange(1, cases + 1):010}",
    )
    return [kinds[place % len(kinds)]() for place in range(count)]


def _words(cursor: psycopg.Cursor[tuple[object, ...]], cases: int) -> None:
    """As `flows.case_words` would make them, from the same parts, in one statement."""
    cursor.execute(_WORDS, {"n": cases})


_PARCELS = """
INSERT INTO shipment (retailer, order_number, tracking_number, source, destination, delivery, items, state, flags,
  attempts, created_at, updated_at, customer_name, customer_phone, state_at)
SELECT 'default', 'B' || i, '1Z' || lpad(i::text, 10, '0'), 'bench',
  '{"city": "Oakland", "country": "US", "postal_code": "94607", "timezone": "America/Los_Angeles"}', '{}', '[]',
  CASE WHEN i % 3 = 0 THEN 'delivered' ELSE 'out_for_delivery' END, '[]', 0,
  %(now)s - make_interval(mins => i % 40000), %(now)s,
  (ARRAY['Ana','Ben','Carla','Deniz','Eva','Farid','Gloria','Hugo','Ines','Jun','Kofi','Lea','Maya','Noor'])[1 + i % 14]
    || ' Customer', '+1415' || lpad(i::text, 7, '0'), %(now)s
FROM generate_series(1, %(n)s) i
""".replace(" % ", " %% ")
_TALKS = """
INSERT INTO conversation (id, retailer, ours, theirs, next_seq)
SELECT i, 'default', %(ours)s, '+1415' || lpad(i::text, 7, '0'), 100000 FROM generate_series(1, %(n)s) i
"""
#: The talk of message i: a tenth of all messages belongs to the few who write all day.
_TALK = (
    "CASE WHEN i %% 10 = 0 THEN 1 + %(heavy)s * ((i / 10) %% (%(n)s / %(heavy)s))"
    " ELSE 1 + (i::bigint * 7919) %% %(n)s END"
)
_IN = f"""
INSERT INTO inbox (retailer, conversation_id, seq, channel, provider_id, sender, recipient, text, media, received_at,
  state, attempts, lease_epoch, handled_by)
SELECT 'default', c, i, 'sms', 'SM' || i, '+1415' || lpad(c::text, 7, '0'), %(ours)s,
  (%(said)s::text[])[1 + i %% 15], '[]', %(now)s - make_interval(secs => (%(each)s - i) * 5), 'handled', 1, 1,
  'conversation'
FROM (SELECT i, {_TALK} AS c FROM generate_series(1, %(each)s) i) AS made
"""
_OUT = f"""
INSERT INTO outbox (key, retailer, conversation_id, seq, channel, sender, recipient, text, media, category, priority,
  segments, created_at, valid_until, state, attempts, lease_epoch, looks, possible_duplicate, delivery_retried,
  fallback_done, shipment_id, sent_at)
SELECT 'bench:' || i, 'default', c, i, 'sms', %(ours)s, '+1415' || lpad(c::text, 7, '0'),
  'Demo Store: order B' || c || ' is out for delivery.', '[]', 'reply', 5, 1,
  %(now)s - make_interval(secs => (%(each)s - i) * 5 - 1), %(now)s, 'delivered', 1, 1, 0, false, false, false, c,
  %(now)s
FROM (SELECT i, {_TALK} AS c FROM generate_series(1, %(each)s) i) AS made
"""
#: Six of ten are settled; of the others half wait for somebody, and some are overdue or soon.
_CASES = """
INSERT INTO "case" (id, retailer, subject, state, priority, reason, shipment_id, conversation_id, phone, language,
  channel, assignee, due_at, soon_at, snoozed_until, created_at, resolved_at, resolution, last_entry_id)
SELECT i, 'default', 'shipment:' || i, s, (ARRAY['low','medium','high','urgent'])[1 + i % 4],
  (%(reasons)s::text[])[1 + i % 7], i, i, '+1415' || lpad(i::text, 7, '0'), 'en', 'sms',
  CASE WHEN s IN ('claimed', 'snoozed', 'resolved') THEN (%(agents)s::text[])[1 + i % 12] END,
  CASE WHEN s <> 'snoozed' THEN %(now)s + make_interval(mins => i % 4000 - 400) END,
  CASE WHEN s <> 'snoozed' THEN %(now)s + make_interval(mins => i % 4000 - 1000) END,
  CASE WHEN s = 'snoozed' THEN %(now)s + make_interval(mins => i % 4000) END,
  %(now)s - make_interval(mins => 40000 - i % 40000),
  CASE WHEN s = 'resolved' THEN %(now)s - make_interval(mins => i % 30000) END,
  CASE WHEN s = 'resolved' THEN 'answered' END, 0
FROM (SELECT i, (ARRAY['open','claimed','resolved','resolved','resolved','resolved','resolved','resolved','open',
  'snoozed'])[1 + (i / 4) % 10] AS s FROM generate_series(1, %(n)s) i) AS made
""".replace(" % ", " %% ")
_ENTRIES = """
INSERT INTO case_entry (case_id, kind, by, text, evidence, at)
SELECT i, (ARRAY['opened','joined','note','reply'])[k], (ARRAY['customer','customer','agent1@example.com',
  'agent1@example.com'])[k], (%(said)s::text[])[1 + (i + k) %% 15], '{}', %(now)s - make_interval(mins => 60 - k)
FROM generate_series(1, 4) k, generate_series(1, %(n)s) i
"""
_LAST = """
UPDATE "case" SET last_entry_id = newest.id
FROM (SELECT case_id, max(id) AS id FROM case_entry GROUP BY case_id) AS newest WHERE newest.case_id = "case".id
"""
_CLOCKS = """
INSERT INTO case_clock (retailer, case_id, kind, nth, started_at, allowed_s, due_at, soon_at, ended_at)
SELECT 'default', c.id, k, 1, c.created_at, 3600, c.due_at, c.soon_at, c.resolved_at
FROM "case" c, unnest(ARRAY['first_reply', 'resolution']) k
"""
_WORDS = """
INSERT INTO case_words (case_id, retailer, activity, words)
SELECT c.id, 'default', c.last_entry_id,
  to_tsvector('simple', 'b' || c.id || ' ' || c.id || ' 1z' || lpad(c.id::text, 10, '0') || ' ' ||
    lower(s.customer_name) || ' ' || replace(c.reason, '_', ' ') || ' ' || said.text)
  || array_to_tsvector(ARRAY(SELECT '~' || right(c.phone, size) FROM generate_series(3, 12) size))
FROM "case" c JOIN shipment s ON s.id = c.shipment_id
JOIN LATERAL (
  SELECT string_agg(e.text, ' ') AS text FROM (
    SELECT text FROM case_entry WHERE case_id = c.id
    UNION ALL SELECT text FROM (
      SELECT text FROM inbox WHERE conversation_id = c.conversation_id ORDER BY seq DESC LIMIT 200
    ) i
  ) e
) said ON true
WHERE c.id <= %(n)s
"""
