-- Great-circle distance, m: the formula of server/domain/place.ts, for pairs that only the database can find.

drop function if exists distance_m;

create function distance_m(
  p_longitude double precision, p_latitude double precision, q_longitude double precision, q_latitude double precision
)
returns double precision
language sql immutable as $$
  select 2 * 6371008.8 * asin(least(1, sqrt(
    power(sin(radians(q_latitude - p_latitude) / 2), 2)
    + cos(radians(p_latitude)) * cos(radians(q_latitude)) * power(sin(radians(q_longitude - p_longitude) / 2), 2)
  )))
$$;
