-- For lists of requests (server/store/request-query.sql). What is open and what is not lie in indexes of their own, each row in one
-- of both, so that years of settled requests cost the open nothing. By the columns behind the number nothing is looked up, they are read
-- on the way: a walk in the order of a list passes over what does not fit without reading its rows, so a filter that is rarer there
-- than the planner knows costs milliseconds. With a million open requests a walk over rows took up to 120 ms.
drop index request_due_at_idx;
create index request_due_at_idx on request (due_at, number, created_at, updated_at) where open;
drop index request_closed_due_at_idx;
create index request_closed_due_at_idx on request (due_at, number, created_at, updated_at, unit, service) where not open;
drop index request_created_at_idx;
create index request_created_at_idx
  on request (created_at, number, borough, unit, service, status, channel, due_at) where open;
create index request_closed_created_at_idx on request (created_at, number, unit, service) where not open;
drop index request_updated_at_idx;
create index request_updated_at_idx
  on request (updated_at, number, borough, unit, service, status, channel, due_at, created_at) where open;
create index request_closed_updated_at_idx on request (updated_at, number, unit, service) where not open;
drop index request_borough_idx;
create index request_borough_idx on request (borough, due_at, number, service, status, channel) where open;
create index request_closed_place_idx on request (latitude, longitude) where not open;
-- For what was settled in a period (server/store/backlog.sql), which it alone answers.
create index request_settled_at_idx
  on request (settled_at, due_at, created_at, resolution, borough, unit, service) where settled_at is not null;
