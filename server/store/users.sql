-- BLOCK anybody
select exists (select from app_user) as anybody

-- BLOCK list_users
select
  id, email, name, role, to_json(created_at) #>> '{}' as created_at, to_json(disabled_at) #>> '{}' as disabled_at, revision
from app_user
order by email

-- BLOCK lock_user
select
  id, email, name, role, to_json(created_at) #>> '{}' as created_at, to_json(disabled_at) #>> '{}' as disabled_at, revision
from app_user
where id::text = $id
for update

-- BLOCK password_by_email
select id, password from app_user where email = $email and disabled_at is null

-- BLOCK password_by_id
select id, password from app_user where id::text = $id and disabled_at is null

-- BLOCK create_user
insert into app_user (id, email, name, role, password)
values ($id::uuid, $email, $name, $role, $password)
on conflict (email) do nothing
returning
  id, email, name, role, to_json(created_at) #>> '{}' as created_at, to_json(disabled_at) #>> '{}' as disabled_at, revision

-- BLOCK change_user
update app_user set
  name = $name,
  role = $role,
  disabled_at = case when $disabled::boolean then coalesce(disabled_at, now()) end,
  password = coalesce($password::text, password),
  revision = revision + 1
where id::text = $id
returning
  id, email, name, role, to_json(created_at) #>> '{}' as created_at, to_json(disabled_at) #>> '{}' as disabled_at, revision

-- Locked one after the other in one order: two who leave at once would otherwise each see the other stay.
-- BLOCK lock_administrators
select id from app_user where role = 'administrator' and disabled_at is null order by id for update

-- BLOCK end_sessions
delete from user_session where user_id::text = $id and secret_sha256 <> coalesce(decode($kept_sha256, 'hex'), '')

-- BLOCK forget_sessions
delete from user_session
where ends_at <= now() or seen_at <= now() - make_interval(secs => $idle_s::double precision)

-- BLOCK begin_session
insert into user_session (secret_sha256, user_id, key_sha256, ends_at)
values (
  decode($secret_sha256, 'hex'), $user_id::uuid, decode($key_sha256, 'hex'),
  now() + make_interval(secs => $session_s::double precision)
)

-- BLOCK find_session
select
  s.user_id, u.name, u.email, u.role, encode(s.key_sha256, 'hex') as key_sha256,
  s.seen_at < now() - interval '1 minute' as touch
from user_session s
left join app_user u on u.id = s.user_id
where s.secret_sha256 = decode($secret_sha256, 'hex')
  and s.ends_at > now()
  and s.seen_at > now() - make_interval(secs => $idle_s::double precision)
  and (s.user_id is null or u.disabled_at is null)

-- BLOCK touch_session
update user_session set seen_at = now() where secret_sha256 = decode($secret_sha256, 'hex')

-- BLOCK end_session
delete from user_session where secret_sha256 = decode($secret_sha256, 'hex')
