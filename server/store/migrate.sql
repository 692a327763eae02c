-- BLOCK lock
SELECT pg_advisory_lock(3110311)::text AS locked

-- BLOCK unlock
SELECT pg_advisory_unlock(3110311) AS unlocked

-- BLOCK create_extension
CREATE EXTENSION IF NOT EXISTS timescaledb

-- BLOCK create_migration_table
CREATE TABLE IF NOT EXISTS schema_migration (
  kind text NOT NULL CHECK (kind IN ('migration', 'repeatable', 'aggregate')),
  name text NOT NULL,
  -- SHA-256 of the file, hexadecimal.
  hash text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, name)
)

-- BLOCK select_applied
SELECT kind, name, hash FROM schema_migration ORDER BY kind, name

-- BLOCK record_applied
INSERT INTO schema_migration (kind, name, hash)
VALUES ($kind, $name, $hash)
ON CONFLICT (kind, name) DO UPDATE SET hash = excluded.hash, applied_at = now()

