-- Of `request.revised`: the version of the deadline policy that a request is deliberately moved to.
alter table request_event add column policy text;
