-- Walls: screens that read with a key of their own, which they get when somebody who may read has typed the code that they show.

-- What the wall shows, such as {"scopes": ["city", "VM"], "every_s": 30}; null: not the key of a wall.
alter table api_key add column wall jsonb;

create table wall_pairing (
  code text primary key,
  -- Of a secret that only the waiting screen knows.
  device_sha256 bytea not null unique check (length(device_sha256) = 32),
  expires_at timestamptz not null,
  -- Given when the code was typed.
  name text,
  wall jsonb
);
