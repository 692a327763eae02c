-- What has changed since an instant; `fresh`: nothing of it was known before, by the first number of its history, `[[µs,…`. By updated_at in both indexes, of what is open and of what is not.
-- BLOCK changed_since
select number, split_part(substr(history, 3, 20), ',', 1)::bigint >= $as_of_us::bigint as fresh
from request
where (open or not open) and updated_at >= $as_of::timestamptz
limit $rows_max

-- BLOCK histories
select number, id, history
from request
where number = any ($numbers::bigint[])

-- BLOCK histories_of
select number, id, history
from request
where id = any ($ids::text[])
