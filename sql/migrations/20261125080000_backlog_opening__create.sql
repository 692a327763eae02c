-- What the steps that are past their retention summed up to, so that steps and this are always what is open.
create table backlog_opening (
  borough text,
  unit text,
  n bigint not null
);
create unique index backlog_opening_borough_unit_key on backlog_opening (coalesce(borough, ''), coalesce(unit, ''));
alter table backlog_move set (timescaledb.compress, timescaledb.compress_segmentby = '', timescaledb.compress_orderby = 'ts, request');
alter table deadline_event set (timescaledb.compress, timescaledb.compress_segmentby = '', timescaledb.compress_orderby = 'ts, request');
