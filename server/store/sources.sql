-- BLOCK all_sources
select id, name from event_source

-- BLOCK add_sources
insert into event_source (name)
select name from unnest($names::text[]) as name
on conflict (name) do nothing
