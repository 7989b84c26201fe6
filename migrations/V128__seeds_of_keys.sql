-- Whoever takes a key up again knows what the first request would have called its thing (seed), and the answer is kept
-- in the transaction that makes the thing, by whoever still holds the key (holder).
ALTER TABLE idempotency_key
  ADD COLUMN seed   uuid NOT NULL DEFAULT gen_random_uuid(),
  ADD COLUMN holder uuid;
