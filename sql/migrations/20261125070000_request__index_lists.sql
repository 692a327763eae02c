-- For lists of requests (server/store/request-query.sql): by due date what is no longer open, each row being in one of both indexes by
-- due date, and by place of what is open.
create index request_closed_due_at_idx on request (due_at, number) where not open;
create index request_place_idx on request (latitude, longitude) where open;
