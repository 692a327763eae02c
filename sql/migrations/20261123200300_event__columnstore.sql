-- Columns instead of rows for what lies behind the window in which late events arrive (the policies say when).
-- Segments are what a history is asked by; ordered by time, a month reads only its own part.
alter table call_event set (timescaledb.compress, timescaledb.compress_segmentby = 'queue', timescaledb.compress_orderby = 'ts, event_id');
alter table agent_event set (timescaledb.compress, timescaledb.compress_segmentby = '', timescaledb.compress_orderby = 'ts, event_id');
alter table counter_event set (timescaledb.compress, timescaledb.compress_segmentby = 'counter', timescaledb.compress_orderby = 'ts, event_id');
alter table web_event set (timescaledb.compress, timescaledb.compress_segmentby = '', timescaledb.compress_orderby = 'ts, event_id');
alter table mail_event set (timescaledb.compress, timescaledb.compress_segmentby = '', timescaledb.compress_orderby = 'ts, event_id');
alter table request_event set (timescaledb.compress, timescaledb.compress_segmentby = '', timescaledb.compress_orderby = 'ts, event_id');
