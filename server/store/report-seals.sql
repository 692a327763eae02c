-- BLOCK read_seal
select content, encode(sha256, 'hex') as sha256,
  (extract(epoch from sealed_at) * 1000000)::bigint as sealed_us, sealed_by
from report_seal where month = $month and scope = $scope

-- BLOCK list_seals
select month, scope, encode(sha256, 'hex') as sha256,
  (extract(epoch from sealed_at) * 1000000)::bigint as sealed_us, sealed_by
from report_seal
order by month desc, scope

-- A report is published once.
-- BLOCK save_seal
insert into report_seal (month, scope, content, sha256, sealed_at, sealed_by)
values ($month, $scope, $content, decode($sha256, 'hex'), $sealed_at::timestamptz, $sealed_by)
on conflict (month, scope) do nothing

-- BLOCK read_errata
select section, "table", row, "column", (extract(epoch from seen_at) * 1000000)::bigint as seen_us, now
from report_erratum where month = $month and scope = $scope
order by seen_at, section, "table", row, "column"

-- BLOCK save_errata
insert into report_erratum (month, scope, section, "table", row, "column", seen_at, now)
select $month, $scope, e.section, e."table", e.row, e."column", $seen_at::timestamptz, e.now
from jsonb_to_recordset($errata::jsonb) as e (section text, "table" text, row text, "column" text, now jsonb)
on conflict (month, scope, section, "table", row, "column") do update set now = excluded.now
where report_erratum.now is distinct from excluded.now
