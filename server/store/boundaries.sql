-- BLOCK known_codes
select code from territory order by code

-- BLOCK save_boundaries
update territory set geometry = given.geometry, approximate = false, updated_at = now()
from jsonb_to_recordset($items::jsonb) as given (code text, geometry jsonb)
where territory.code = given.code
