-- BLOCK write_entries
insert into audit_entry (actor, why, subject, subject_id, action, before, after)
select $actor::jsonb, $why::text, subject, id, action, nullif(before, 'null'), nullif(after, 'null')
from jsonb_to_recordset($notes::jsonb) as n (subject text, id text, action text, before jsonb, after jsonb)

-- BLOCK list_entries
select
  number, to_json(at) #>> '{}' as at, actor, subject, subject_id as id, action, before, after, why
from audit_entry
where number < coalesce($before::bigint, 9223372036854775807)
  and subject = any ($subjects::text[])
  and ($id::text is null or subject_id = $id or subject_id like $id_versions)
order by number desc
limit $rows_max::integer
