-- BLOCK list_queues
select id, kind, name, borough, threshold_s, target, abandonment_target, hours, centre, handed_over
from queue
order by id

-- BLOCK mail_config
select threshold_days, target, closing_days from channel where id = 'mail'

-- BLOCK save_mail_config
insert into channel (id, threshold_days, target, closing_days)
values ('mail', $threshold_days, $target, $closing_days)
on conflict (id) do update set
  threshold_days = excluded.threshold_days,
  target = excluded.target,
  closing_days = excluded.closing_days,
  updated_at = now()
where $replace::boolean

-- BLOCK save_queues
insert into queue (id, kind, name, borough, threshold_s, target, abandonment_target, hours, centre, handed_over)
select id, kind, name, borough, threshold_s, target, abandonment_target, nullif(hours, 'null'), centre, handed_over
from jsonb_to_recordset($queues::jsonb) as q (
  id text, kind text, name jsonb, borough text, threshold_s double precision, target double precision,
  abandonment_target double precision, hours jsonb, centre text, handed_over boolean
)
on conflict (id) do update set
  kind = excluded.kind,
  name = excluded.name,
  borough = excluded.borough,
  threshold_s = excluded.threshold_s,
  target = excluded.target,
  abandonment_target = excluded.abandonment_target,
  hours = excluded.hours,
  centre = excluded.centre,
  handed_over = excluded.handed_over,
  updated_at = now()
where $replace::boolean
