-- The schema that the migrations make, for reading. Written by test/store/schema.test.ts: run it with `--update`
-- after a migration, and look at the difference.

continuous aggregate, real-time, agent_15min (
  bucket timestamp with time zone,
  state text,
  source_id integer,
  n bigint
)

table agent_event (
  ts timestamp with time zone not null,
  event_id uuid not null,
  batch bigint not null,
  source_id integer not null,
  type text not null,
  subject text not null,
  sequence text,
  queues text[],
  state text,
  reason text,
  extra jsonb
)
  CREATE UNIQUE INDEX agent_event_ts_event_id_key ON public.agent_event USING btree (ts, event_id)
  hypertable by ts every 7 days

table api_key (
  id uuid not null,
  name text not null,
  secret_sha256 bytea not null,
  types text[] not null,
  sources text[] not null,
  origins text[] not null,
  can_read boolean not null default false,
  created_at timestamp with time zone not null default now(),
  revoked_at timestamp with time zone,
  wall jsonb
)
  constraint api_key_pkey PRIMARY KEY (id)
  constraint api_key_secret_sha256_check CHECK ((length(secret_sha256) = 32))
  constraint api_key_secret_sha256_key UNIQUE (secret_sha256)

table app_user (
  id uuid not null,
  email text not null,
  name text not null,
  role text not null,
  password text not null,
  created_at timestamp with time zone not null default now(),
  disabled_at timestamp with time zone,
  revision integer not null default 1
)
  constraint app_user_email_check CHECK (((email = lower(email)) AND (email <> ''::text)))
  constraint app_user_email_key UNIQUE (email)
  constraint app_user_name_check CHECK ((name <> ''::text))
  constraint app_user_pkey PRIMARY KEY (id)
  constraint app_user_role_check CHECK ((role = ANY (ARRAY['reader'::text, 'supervisor'::text, 'manager'::text, 'administrator'::text])))

table audit_entry (
  number bigint not null generated as identity,
  at timestamp with time zone not null default now(),
  actor jsonb not null,
  subject text not null,
  subject_id text not null,
  action text not null,
  before jsonb,
  after jsonb,
  why text
)
  CREATE INDEX audit_entry_subject ON public.audit_entry USING btree (subject, subject_id, number)
  constraint audit_entry_pkey PRIMARY KEY (number)

table backlog_move (
  ts timestamp with time zone not null,
  request bigint not null,
  cause text not null,
  n smallint not null,
  borough text,
  unit text,
  across boolean not null
)
  hypertable by ts every 30 days

table backlog_opening (
  borough text,
  unit text,
  n bigint not null
)
  CREATE UNIQUE INDEX backlog_opening_borough_unit_key ON public.backlog_opening USING btree (COALESCE(borough, ''::text), COALESCE(unit, ''::text))

table calendar (
  id text not null,
  name jsonb not null,
  weekly jsonb,
  holidays boolean not null,
  closed jsonb not null default '{}'::jsonb,
  open text[] not null default '{}'::text[],
  updated_at timestamp with time zone not null default now()
)
  constraint calendar_check CHECK (((weekly IS NOT NULL) OR (NOT holidays)))
  constraint calendar_id_check CHECK ((id <> ''::text))
  constraint calendar_name_check CHECK ((((name ->> 'fr'::text) <> ''::text) AND ((name ->> 'en'::text) <> ''::text)))
  constraint calendar_pkey PRIMARY KEY (id)

continuous aggregate, real-time, call_15min (
  bucket timestamp with time zone,
  queue text,
  type text,
  source_id integer,
  n bigint,
  misdirected bigint,
  handled bigint,
  ring_sum_s double precision,
  talk_sum_s double precision,
  hold_sum_s double precision,
  wrap_up_sum_s double precision
)

table call_event (
  ts timestamp with time zone not null,
  event_id uuid not null,
  batch bigint not null,
  source_id integer not null,
  type text not null,
  subject text not null,
  sequence text,
  queue text,
  line text,
  borough text,
  language text,
  "position" integer,
  agent text,
  ring_s double precision,
  from_queue text,
  to_queue text,
  to_external text,
  talk_s double precision,
  hold_s double precision,
  wrap_up_s double precision,
  outcome text,
  request text,
  service text,
  extra jsonb
)
  CREATE UNIQUE INDEX call_event_ts_event_id_key ON public.call_event USING btree (ts, event_id)
  hypertable by ts every 7 days

table catalogue_revision (
  id boolean not null default true,
  revision bigint not null
)
  constraint catalogue_revision_id_check CHECK (id)
  constraint catalogue_revision_pkey PRIMARY KEY (id)

table channel (
  id text not null,
  threshold_days double precision not null,
  target double precision not null,
  closing_days integer not null,
  updated_at timestamp with time zone not null default now()
)
  constraint channel_closing_days_check CHECK ((closing_days > 0))
  constraint channel_id_check CHECK ((id = 'mail'::text))
  constraint channel_pkey PRIMARY KEY (id)
  constraint channel_target_check CHECK (((target >= (0)::double precision) AND (target <= (1)::double precision)))
  constraint channel_threshold_days_check CHECK ((threshold_days > (0)::double precision))

continuous aggregate, real-time, counter_15min (
  bucket timestamp with time zone,
  counter text,
  service text,
  type text,
  source_id integer,
  n bigint
)

table counter_event (
  ts timestamp with time zone not null,
  event_id uuid not null,
  batch bigint not null,
  source_id integer not null,
  type text not null,
  subject text not null,
  sequence text,
  counter text,
  service text,
  residence_borough text,
  outcome text,
  request text,
  extra jsonb
)
  CREATE UNIQUE INDEX counter_event_ts_event_id_key ON public.counter_event USING btree (ts, event_id)
  hypertable by ts every 7 days

table deadline_event (
  ts timestamp with time zone not null,
  request bigint not null,
  kind text not null,
  what text not null,
  turn smallint not null,
  recorded_at timestamp with time zone not null,
  batch bigint not null,
  request_id text not null,
  service text,
  borough text,
  unit text,
  reason text
)
  CREATE UNIQUE INDEX deadline_event_ts_request_key ON public.deadline_event USING btree (ts, request, kind, what, turn)
  hypertable by ts every 30 days

table deadline_policy (
  id text not null,
  version integer not null,
  valid_from date not null,
  targets jsonb not null,
  warning_share double precision not null,
  updated_at timestamp with time zone not null default now()
)
  constraint deadline_policy_id_check CHECK ((id <> ''::text))
  constraint deadline_policy_id_valid_from_key UNIQUE (id, valid_from)
  constraint deadline_policy_pkey PRIMARY KEY (id, version)
  constraint deadline_policy_targets_check CHECK ((jsonb_typeof(targets) = 'object'::text))
  constraint deadline_policy_version_check CHECK ((version > 0))
  constraint deadline_policy_warning_share_check CHECK (((warning_share > (0)::double precision) AND (warning_share <= (1)::double precision)))

table event_batch (
  batch bigint not null,
  family text not null,
  xid xid8 not null default pg_current_xact_id(),
  server_id uuid not null,
  received_at timestamp with time zone not null default now(),
  n integer not null,
  span_from timestamp with time zone[] not null,
  span_to timestamp with time zone[] not null,
  rejected jsonb,
  sources jsonb
)
  CREATE INDEX event_batch_received_at_idx ON public.event_batch USING btree (received_at)
  CREATE INDEX event_batch_rejected_idx ON public.event_batch USING btree (received_at) WHERE (family = 'rejected'::text)
  CREATE INDEX event_batch_xid_idx ON public.event_batch USING btree (xid)
  constraint event_batch_pkey PRIMARY KEY (batch, family)

table event_source (
  id integer not null generated as identity,
  name text not null,
  created_at timestamp with time zone not null default now()
)
  constraint event_source_name_key UNIQUE (name)
  constraint event_source_pkey PRIMARY KEY (id)

table feed_source (
  source_id integer not null,
  families text[] not null,
  last_event timestamp with time zone not null,
  received_at timestamp with time zone not null,
  lag_us bigint not null,
  present_at timestamp with time zone,
  present_lag_us bigint,
  rejected_at timestamp with time zone
)
  constraint feed_source_pkey PRIMARY KEY (source_id)
  constraint feed_source_source_id_fkey FOREIGN KEY (source_id) REFERENCES event_source(id)

table job_run (
  job_id integer not null,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  error text,
  failures integer not null default 0
)
  constraint job_run_pkey PRIMARY KEY (job_id)

continuous aggregate, real-time, mail_15min (
  bucket timestamp with time zone,
  medium text,
  service text,
  borough text,
  type text,
  source_id integer,
  n bigint
)

table mail_event (
  ts timestamp with time zone not null,
  event_id uuid not null,
  batch bigint not null,
  source_id integer not null,
  type text not null,
  subject text not null,
  sequence text,
  medium text,
  borough text,
  service text,
  request text,
  extra jsonb
)
  CREATE UNIQUE INDEX mail_event_ts_event_id_key ON public.mail_event USING btree (ts, event_id)
  hypertable by ts every 7 days

table progress (
  name text not null,
  value jsonb not null,
  updated_at timestamp with time zone not null default now()
)
  constraint progress_pkey PRIMARY KEY (name)

table queue (
  id text not null,
  kind text not null,
  name jsonb not null,
  borough text,
  threshold_s double precision not null,
  target double precision not null,
  abandonment_target double precision not null,
  hours jsonb,
  centre text,
  handed_over boolean not null default false,
  updated_at timestamp with time zone not null default now()
)
  constraint queue_abandonment_target_check CHECK (((abandonment_target >= (0)::double precision) AND (abandonment_target <= (1)::double precision)))
  constraint queue_kind_check CHECK ((kind = ANY (ARRAY['phone'::text, 'counter'::text])))
  constraint queue_pkey PRIMARY KEY (id)
  constraint queue_target_check CHECK (((target >= (0)::double precision) AND (target <= (1)::double precision)))
  constraint queue_threshold_s_check CHECK ((threshold_s > (0)::double precision))

table rejected_event (
  received_at timestamp with time zone not null,
  source text,
  id text,
  type text,
  code text not null,
  message text not null,
  payload text not null
)
  CREATE INDEX rejected_event_received_at_idx ON public.rejected_event USING btree (received_at DESC)
  hypertable by received_at every 7 days

table report_erratum (
  month text not null,
  scope text not null,
  section text not null,
  "table" text not null,
  "row" text not null,
  "column" text not null,
  seen_at timestamp with time zone not null,
  now jsonb
)
  constraint report_erratum_month_scope_fkey FOREIGN KEY (month, scope) REFERENCES report_seal(month, scope)
  constraint report_erratum_pkey PRIMARY KEY (month, scope, section, "table", "row", "column")

table report_facts (
  key text not null,
  facts jsonb not null,
  made_at timestamp with time zone not null,
  checked_at timestamp with time zone not null
)
  constraint report_facts_pkey PRIMARY KEY (key)

table report_seal (
  month text not null,
  scope text not null,
  content text not null,
  sha256 bytea not null,
  sealed_at timestamp with time zone not null,
  sealed_by text not null
)
  constraint report_seal_month_check CHECK ((month ~ '^\d{4}-(0[1-9]|1[0-2])$'::text))
  constraint report_seal_pkey PRIMARY KEY (month, scope)
  constraint report_seal_sha256_check CHECK ((length(sha256) = 32))

table request (
  id text not null,
  number bigint not null generated as identity,
  revision integer not null,
  status text not null,
  open boolean not null,
  service text,
  nature text,
  channel text,
  borough text,
  place_borough text,
  unit text,
  longitude double precision,
  latitude double precision,
  created_at timestamp with time zone,
  updated_at timestamp with time zone not null,
  due_at timestamp with time zone,
  settled_at timestamp with time zone,
  resolution text,
  reopened integer not null,
  requesters bigint not null,
  merged_into text,
  work_order text,
  published jsonb,
  next_at timestamp with time zone,
  told json not null,
  history text not null,
  transmission_kept boolean,
  status_promised boolean,
  status_stale_at timestamp with time zone
)
  CREATE INDEX request_borough_idx ON public.request USING btree (borough, due_at, number, service, status, channel) WHERE open
  CREATE INDEX request_closed_created_at_idx ON public.request USING btree (created_at, number, unit, service) WHERE (NOT open)
  CREATE INDEX request_closed_due_at_idx ON public.request USING btree (due_at, number, created_at, updated_at, unit, service) WHERE (NOT open)
  CREATE INDEX request_closed_place_idx ON public.request USING btree (latitude, longitude) WHERE (NOT open)
  CREATE INDEX request_closed_updated_at_idx ON public.request USING btree (updated_at, number, unit, service) WHERE (NOT open)
  CREATE INDEX request_created_at_idx ON public.request USING btree (created_at, number, borough, unit, service, status, channel, due_at) WHERE open
  CREATE INDEX request_due_at_idx ON public.request USING btree (due_at, number, created_at, updated_at) WHERE open
  CREATE INDEX request_ended_place_idx ON public.request USING btree (service, latitude, longitude) WHERE ((NOT open) AND (latitude IS NOT NULL))
  CREATE INDEX request_merged_into_idx ON public.request USING btree (merged_into) WHERE (merged_into IS NOT NULL)
  CREATE INDEX request_next_at_idx ON public.request USING btree (next_at) WHERE (next_at IS NOT NULL)
  CREATE INDEX request_open_idx ON public.request USING btree (number) WHERE open
  CREATE INDEX request_place_idx ON public.request USING btree (latitude, longitude) WHERE open
  CREATE INDEX request_service_idx ON public.request USING btree (service, due_at, number) WHERE open
  CREATE INDEX request_settled_at_idx ON public.request USING btree (settled_at, due_at, created_at, resolution, borough, unit, service) WHERE (settled_at IS NOT NULL)
  CREATE INDEX request_unit_idx ON public.request USING btree (unit, due_at, number) WHERE open
  CREATE INDEX request_updated_at_idx ON public.request USING btree (updated_at, number, borough, unit, service, status, channel, due_at, created_at) WHERE open
  constraint request_number_key UNIQUE (number)
  constraint request_pkey PRIMARY KEY (id)

continuous aggregate, real-time, request_15min (
  bucket timestamp with time zone,
  service text,
  borough text,
  unit text,
  channel text,
  nature text,
  resolution text,
  type text,
  source_id integer,
  n bigint
)

table request_event (
  ts timestamp with time zone not null,
  event_id uuid not null,
  batch bigint not null,
  source_id integer not null,
  type text not null,
  subject text not null,
  sequence text,
  service text,
  nature text,
  channel text,
  borough text,
  place_borough text,
  longitude double precision,
  latitude double precision,
  address text,
  description text,
  due_at timestamp with time zone,
  requesters bigint,
  unit text,
  work_order text,
  reason text,
  text text,
  expected_at timestamp with time zone,
  resolution text,
  "into" text,
  extra jsonb,
  policy text
)
  CREATE UNIQUE INDEX request_event_ts_event_id_key ON public.request_event USING btree (ts, event_id)
  hypertable by ts every 7 days

table schema_migration (
  kind text not null,
  name text not null,
  hash text not null,
  applied_at timestamp with time zone not null default now()
)
  constraint schema_migration_kind_check CHECK ((kind = ANY (ARRAY['migration'::text, 'repeatable'::text, 'aggregate'::text])))
  constraint schema_migration_pkey PRIMARY KEY (kind, name)

table service (
  id text not null,
  name jsonb not null,
  description jsonb not null,
  nature text not null,
  "group" text not null,
  keywords text[] not null,
  unit text not null,
  policy text,
  earlier_policies jsonb not null default '[]'::jsonb,
  placed boolean not null,
  retired boolean not null default false,
  updated_at timestamp with time zone not null default now()
)
  constraint service_earlier_policies_check CHECK ((jsonb_typeof(earlier_policies) = 'array'::text))
  constraint service_id_check CHECK ((id <> ''::text))
  constraint service_name_check CHECK ((((name ->> 'fr'::text) <> ''::text) AND ((name ->> 'en'::text) <> ''::text)))
  constraint service_nature_check CHECK ((nature = ANY (ARRAY['information'::text, 'request'::text, 'complaint'::text, 'comment'::text, 'suggestion'::text, 'permit'::text])))
  constraint service_pkey PRIMARY KEY (id)
  constraint service_unit_fkey FOREIGN KEY (unit) REFERENCES unit(id)

table territory (
  code text not null,
  kind text not null,
  name jsonb not null,
  population integer not null,
  geometry jsonb,
  approximate boolean not null default true,
  updated_at timestamp with time zone not null default now()
)
  constraint territory_code_check CHECK ((code ~ '^[A-Z]{2}$'::text))
  constraint territory_kind_check CHECK ((kind = ANY (ARRAY['borough'::text, 'linked_city'::text])))
  constraint territory_name_check CHECK ((((name ->> 'fr'::text) <> ''::text) AND ((name ->> 'en'::text) <> ''::text)))
  constraint territory_pkey PRIMARY KEY (code)
  constraint territory_population_check CHECK ((population >= 0))

table unit (
  id text not null,
  name jsonb not null,
  updated_at timestamp with time zone not null default now()
)
  constraint unit_id_check CHECK ((id <> ''::text))
  constraint unit_name_check CHECK ((((name ->> 'fr'::text) <> ''::text) AND ((name ->> 'en'::text) <> ''::text)))
  constraint unit_pkey PRIMARY KEY (id)

table user_session (
  secret_sha256 bytea not null,
  user_id uuid,
  key_sha256 bytea,
  created_at timestamp with time zone not null default now(),
  seen_at timestamp with time zone not null default now(),
  ends_at timestamp with time zone not null
)
  CREATE INDEX user_session_user_id ON public.user_session USING btree (user_id)
  constraint user_session_check CHECK ((num_nonnulls(user_id, key_sha256) = 1))
  constraint user_session_key_sha256_check CHECK ((length(key_sha256) = 32))
  constraint user_session_pkey PRIMARY KEY (secret_sha256)
  constraint user_session_secret_sha256_check CHECK ((length(secret_sha256) = 32))
  constraint user_session_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id)

table wall_pairing (
  code text not null,
  device_sha256 bytea not null,
  expires_at timestamp with time zone not null,
  name text,
  wall jsonb,
  approved_by jsonb
)
  constraint wall_pairing_device_sha256_check CHECK ((length(device_sha256) = 32))
  constraint wall_pairing_device_sha256_key UNIQUE (device_sha256)
  constraint wall_pairing_pkey PRIMARY KEY (code)

continuous aggregate, real-time, web_15min (
  bucket timestamp with time zone,
  service text,
  borough text,
  type text,
  source_id integer,
  n bigint,
  without_results bigint
)

table web_event (
  ts timestamp with time zone not null,
  event_id uuid not null,
  batch bigint not null,
  source_id integer not null,
  type text not null,
  subject text not null,
  sequence text,
  path text,
  service text,
  results bigint,
  request text,
  borough text,
  extra jsonb
)
  CREATE UNIQUE INDEX web_event_ts_event_id_key ON public.web_event USING btree (ts, event_id)
  hypertable by ts every 7 days

function agent_states(p_agents text[], p_from timestamp with time zone, p_to timestamp with time zone, p_as_of timestamp with time zone, p_limit interval, p_said interval, p_seen interval) returns TABLE(agent text, starts timestamp with time zone, ends timestamp with time zone, handling boolean, queues text[])

function agent_time(p_queue text, p_from timestamp with time zone, p_to timestamp with time zone, p_as_of timestamp with time zone, p_limit interval, p_said interval, p_seen interval) returns TABLE(starts timestamp with time zone, handling_us bigint, available_us bigint)

function agents_of_queue(p_queue text, p_said_from timestamp with time zone, p_seen_from timestamp with time zone, p_to timestamp with time zone) returns text[]

function business_us(p_from timestamp with time zone, p_to timestamp with time zone, p_zone text, p_holidays date[]) returns bigint

function contact_events(p_kind text, p_queue text, p_agents text[], p_from timestamp with time zone, p_to timestamp with time zone) returns TABLE(subject text, ts timestamp with time zone, seq text, rank integer, event_id uuid, kind text, queue text, to_queue text, to_external text, agent text, talk_ms bigint, hold_ms bigint, wrap_up_ms bigint, outcome text)

function contact_legs(p_kind text, p_queue text, p_agents text[], p_from timestamp with time zone, p_to timestamp with time zone, p_as_of timestamp with time zone, p_limit interval) returns SETOF contact_leg

function contact_tallies(p_queue text, p_from timestamp with time zone, p_to timestamp with time zone, p_as_of timestamp with time zone, p_limit interval) returns TABLE(queue text, counted_at timestamp with time zone, entered boolean, waiting boolean, closed boolean, outcome text, wait_ms bigint, wait_known boolean, elsewhere boolean, completed boolean, transferred boolean, transfer_ms bigint, misdirected boolean, talk_ms bigint, hold_ms bigint, wrap_up_ms bigint)

function distance_m(p_longitude double precision, p_latitude double precision, q_longitude double precision, q_latitude double precision) returns double precision

function fold_feeds() returns void

procedure fold_feeds_job(IN job_id integer, IN config jsonb)

function last_agent_states(p_from timestamp with time zone, p_to timestamp with time zone) returns SETOF agent_event

function mail_intervals(p_from timestamp with time zone, p_to timestamp with time zone, p_as_of timestamp with time zone, p_limit interval, p_threshold_us bigint, p_zone text, p_holidays date[]) returns TABLE(starts timestamp with time zone, received integer, answered integer, open integer, closed_by_rule integer, answered_within integer, overdue integer, wait_sum_us double precision, p50_us double precision, p90_us double precision, p99_us double precision)

function mail_rounds(p_from timestamp with time zone, p_to timestamp with time zone, p_limit interval) returns TABLE(subject text, received timestamp with time zone, answered timestamp with time zone)

procedure measure_requests(IN job_id integer, IN config jsonb)

function newest_by_source(p_source_ids integer[], p_times timestamp with time zone[]) returns jsonb

function place_cell(p_longitude double precision, p_latitude double precision) returns double precision[]

procedure prune_event_batch(IN job_id integer, IN config jsonb)

procedure prune_requests(IN job_id integer, IN config jsonb)

function queue_intervals(p_queue text, p_from timestamp with time zone, p_to timestamp with time zone, p_as_of timestamp with time zone, p_limit interval, p_said interval, p_seen interval, p_threshold_s double precision, p_borders_ms bigint[]) returns TABLE(starts timestamp with time zone, offered integer, entered integer, answered integer, abandoned integer, short_abandons integer, timed_out integer, callbacks integer, moved integer, transferred integer, completed integer, misdirected integer, waiting integer, closed_by_rule integer, answered_elsewhere integer, answered_within integer, abandoned_within integer, completed_within integer, left_within integer, wait_known integer, wait_sum_s double precision, wait_unknown integer, abandoned_unknown integer, timed_out_unknown integer, completed_unknown integer, transfer_sum_s double precision, handled integer, talk_sum_s double precision, hold_sum_s double precision, wrap_up_sum_s double precision, bins integer[], handling_us double precision, available_us double precision)

function request_fits(r request, p_borough text, p_service text, p_services text[], p_unit text, p_statuses text[], p_channel text, p_nature text, p_open boolean, p_not_overdue_at timestamp with time zone, p_due_from timestamp with time zone, p_due_before timestamp with time zone, p_created_from timestamp with time zone, p_created_to timestamp with time zone, p_updated_from timestamp with time zone, p_updated_to timestamp with time zone, p_west double precision, p_south double precision, p_east double precision, p_north double precision, p_ids text[], p_numbers bigint[]) returns boolean

function requests_open_at(p_as_of timestamp with time zone) returns TABLE(number bigint, borough text, unit text, service text, created_at timestamp with time zone, due_at timestamp with time zone, updated_at timestamp with time zone, status_promised boolean, status_stale_at timestamp with time zone)

function set_policies(retention_days integer, rejected_days integer, record_days integer) returns void

procedure set_refresh(IN target regclass, IN retention_days integer)

procedure set_retention(IN target regclass, IN keep interval)
