-- What became of the forms of the web site, by service: those about a borough, or all.
-- BLOCK forms
select
  service,
  coalesce(sum(n) filter (where here and type = 'form_started'), 0)::integer as started,
  coalesce(sum(n) filter (where here and type = 'form_submitted'), 0)::integer as submitted,
  coalesce(sum(n) filter (where here and type = 'form_abandoned'), 0)::integer as abandoned,
  coalesce(sum(n) filter (where here and type = 'error'), 0)::integer as errors,
  coalesce(sum(n) filter (where not here), 0)::integer as errors_unplaced
from (
  select service, type, n, ($borough::text is null or borough is not null) as here
  from web_15min
  where bucket >= $from::timestamptz and bucket < $to::timestamptz
    and type in ('form_started', 'form_submitted', 'form_abandoned', 'error')
    and ($borough::text is null or borough = $borough or borough is null and type = 'error')
) event
group by 1
order by abandoned desc, errors desc, errors_unplaced desc, service
