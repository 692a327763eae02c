-- BLOCK forget_pairings
delete from wall_pairing where expires_at <= now()

-- Nothing when too many screens wait already.
-- BLOCK begin_pairing
insert into wall_pairing (code, device_sha256, expires_at)
select $code, decode($device_sha256, 'hex'), now() + make_interval(secs => $expires_s::double precision)
where (select count(*) from wall_pairing) < $pairings_max::integer

-- BLOCK approve_pairing
update wall_pairing set name = $name, wall = $wall::jsonb, approved_by = $actor::jsonb
where code = $code and name is null and expires_at > now()

-- BLOCK is_waiting
select exists (
  select from wall_pairing where device_sha256 = decode($device_sha256, 'hex') and expires_at > now()
) as waiting

-- The wall's key is made when it asks for it, so that its secret is never stored.
-- BLOCK take_key
with taken as (
  delete from wall_pairing
  where device_sha256 = decode($device_sha256, 'hex') and name is not null and expires_at > now()
  returning name, wall, approved_by
), made as (
  insert into api_key (id, name, secret_sha256, types, sources, origins, can_read, wall)
  select $id::uuid, name, decode($secret_sha256, 'hex'), '{}', '{}', '{}', true, wall from taken
)
select name, wall, approved_by from taken

-- BLOCK list_walls
select id, name, wall, to_json(created_at) #>> '{}' as created_at
from api_key
where wall is not null and revoked_at is null
order by api_key.created_at desc, id

-- BLOCK revoke_wall
update api_key set revoked_at = now() where id::text = $id and wall is not null and revoked_at is null
returning name, wall
