-- Places as server/domain/place.ts has them, for pairs that only the database can find: great-circle distance, m.

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

-- The cell of 100 m to which a place is snapped, as its row and column: the same grid as there.
drop function if exists place_cell;

create function place_cell(p_longitude double precision, p_latitude double precision)
returns double precision[]
language sql immutable as $$
  select array[y, floor(p_longitude / (row_degrees / greatest(cos(radians((y + 0.5) * row_degrees)), 0.01)))]
  from (values (degrees(100 / 6371008.8))) as grid (row_degrees)
  cross join lateral (select floor(p_latitude / row_degrees) as y) as row
$$;
