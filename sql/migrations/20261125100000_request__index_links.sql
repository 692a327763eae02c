-- For what hangs together (server/store/request-links.sql): what was merged into a request, and what is no longer open near a place.
-- Both are written when a request ends, so its life up to there costs nothing more.
create index request_merged_into_idx on request (merged_into) where merged_into is not null;
create index request_ended_place_idx on request (service, latitude, longitude) where not open and latitude is not null;
