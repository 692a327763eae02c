-- BLOCK find_key
select id, name, types, sources, origins, can_read, wall, to_json(created_at) #>> '{}' as created_at, null::text as revoked_at
from api_key
where secret_sha256 = decode($secret_sha256, 'hex') and revoked_at is null

-- BLOCK create_key
insert into api_key (id, name, secret_sha256, types, sources, origins, can_read)
values (
  $id::uuid, $name, decode($secret_sha256, 'hex'), $types::text[], $sources::text[], $origins::text[],
  $can_read::boolean
)
returning
  id, name, types, sources, origins, can_read, wall, to_json(created_at) #>> '{}' as created_at, null::text as revoked_at

-- BLOCK list_keys
select
  id, name, types, sources, origins, can_read, wall,
  to_json(created_at) #>> '{}' as created_at, to_json(revoked_at) #>> '{}' as revoked_at
from api_key
order by api_key.created_at desc, id

-- BLOCK revoke_key
update api_key set revoked_at = now() where id::text = $id and revoked_at is null
returning
  id, name, types, sources, origins, can_read, wall,
  to_json(created_at) #>> '{}' as created_at, to_json(revoked_at) #>> '{}' as revoked_at
