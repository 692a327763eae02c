-- People who sign in, and their sessions. Nobody is deleted: what they changed names them.

create table app_user (
  id uuid primary key,
  email text not null unique check (email = lower(email) and email <> ''),
  name text not null check (name <> ''),
  role text not null check (role in ('reader', 'supervisor', 'manager', 'administrator')),
  -- scrypt with its parameters and salt: see server/access/passwords.ts.
  password text not null,
  created_at timestamptz not null default now(),
  disabled_at timestamptz,
  revision integer not null default 1
);

-- Of a session's secret only the SHA-256 is kept. It is somebody's, or of whoever showed a key.
create table user_session (
  secret_sha256 bytea primary key check (length(secret_sha256) = 32),
  user_id uuid references app_user,
  key_sha256 bytea check (length(key_sha256) = 32),
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  ends_at timestamptz not null,
  check (num_nonnulls(user_id, key_sha256) = 1)
);
create index user_session_user_id on user_session (user_id);
