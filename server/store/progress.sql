-- BLOCK read_progress
select value from progress where name = $name

-- BLOCK save_progress
insert into progress (name, value)
values ($name, $value::jsonb)
on conflict (name) do update set value = excluded.value, updated_at = now()
