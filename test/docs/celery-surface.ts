/**
 * What Celery 5.6 has, by the names that its documentation uses: https://docs.celeryq.dev/en/stable/userguide/configuration.html,
 * …/userguide/canvas.html, …/reference/celery.app.task.html, …/reference/cli.html.
 */
const words = (text: string): string[] => text.trim().split(/\s+/)
const under = (prefix: string, text: string): string[] => words(text).map((name) => `${prefix}_${name}`)

export const TASK_OPTIONS = words(`
  name bind base max_retries default_retry_delay autoretry_for dont_autoretry_for retry_kwargs retry_backoff
  retry_backoff_max retry_jitter rate_limit time_limit soft_time_limit expires priority acks_late
  acks_on_failure_or_timeout reject_on_worker_lost ignore_result store_errors_even_if_ignored track_started send_events
  trail throws resultrepr_maxsize backend serializer compression store_eager_result typing pydantic pydantic_strict
  pydantic_context pydantic_dump_kwargs shared lazy Strategy Request queue exchange routing_key delivery_mode
  before_start on_success on_retry on_failure after_return on_replace shadow_name
`)

/** What a running task's `request` has, beside what the table of the options says. */
export const REQUEST_FIELDS = words(`
  id retries root_id parent_id headers delivery_info task args kwargs eta expires timelimit group chord chain callbacks
  errbacks is_eager called_directly hostname origin correlation_id reply_to stamps utc loglevel logfile
`)

export const TASK_METHODS = words(`
  run delay apply_async s si signature subtask map starmap chunks replace add_to_chord add_trail retry apply __call__
  update_state send_event AsyncResult
`)

export const CANVAS = words(`
  signature s si set clone freeze chain group chord map starmap chunks skew link link_error on_error stamp flatten_links
  election unchain_tasks unlock_chord
`)

export const CALL_OPTIONS = words(`
  args kwargs countdown eta expires shadow task_id queue exchange routing_key priority serializer compression
  delivery_mode headers link link_error time_limit soft_time_limit ignore_result add_to_parent retry retry_policy reply_to
  connection producer argsrepr kwargsrepr root_id parent_id group_id chord chain
`)

export const SETTINGS = [
  ...words('accept_content result_accept_content enable_utc imports include timezone Broadcast'),
  ...under('beat', 'max_loop_interval schedule scheduler schedule_filename sync_every cron_starting_deadline'),
  ...under(
    'broker',
    `url read_url write_url transport transport_options connection_timeout connection_retry connection_retry_on_startup
     connection_max_retries channel_error_retry failover_strategy heartbeat heartbeat_checkrate login_method
     native_delayed_delivery_queue_type pool_limit use_ssl host port user password vhost`,
  ),
  ...under('cache', 'backend backend_options'),
  ...under('cassandra', 'entry_ttl keyspace port read_consistency servers bundle_path table write_consistency options'),
  ...under('s3', 'access_key_id secret_access_key bucket base_path endpoint_url region'),
  ...under('azureblockblob', 'container_name retry_initial_backoff_sec base_path connection_timeout read_timeout'),
  ...under('gcs', 'bucket project base_path ttl'),
  ...under('control', 'queue_ttl queue_expires exchange'),
  ...under('couchbase', 'backend_settings'),
  ...under('arangodb', 'backend_settings'),
  ...under('mongodb', 'backend_settings'),
  ...under('cosmosdbsql', 'database_name collection_name consistency_level max_retry_attempts max_retry_wait_time'),
  ...under('event', 'queue_expires queue_ttl queue_prefix serializer exchange'),
  ...under(
    'redis',
    `backend_use_ssl db host max_connections username password port socket_timeout socket_connect_timeout
     retry_on_timeout socket_keepalive backend_health_check_interval client_name`,
  ),
  ...under(
    'result',
    `backend cache_max compression exchange exchange_type expires persistent extended serializer
     backend_transport_options chord_retry_interval chord_join_timeout backend_max_sleep_between_retries_ms
     backend_max_retries backend_base_sleep_between_retries_ms backend_always_retry backend_thread_safe`,
  ),
  ...under('elasticsearch', 'retry_on_timeout max_retries timeout save_meta_as_text'),
  ...under('security', 'certificate cert_store key key_password digest'),
  ...under('database', 'url engine_options short_lived_sessions table_schemas table_names create_tables_at_setup'),
  ...under(
    'task',
    `acks_late acks_on_failure_or_timeout always_eager annotations compression create_missing_queues
     create_missing_queue_type create_missing_queue_exchange_type inherit_parent_priority default_delivery_mode
     default_queue default_queue_type default_exchange default_exchange_type default_routing_key default_rate_limit
     default_priority eager_propagates ignore_result store_eager_result protocol publish_retry publish_retry_policy queues
     queue_max_priority reject_on_worker_lost remote_tracebacks routes send_sent_event serializer soft_time_limit
     time_limit store_errors_even_if_ignored track_started allow_error_cb_on_chord_header`,
  ),
  ...under(
    'worker',
    `agent autoscaler cancel_long_running_tasks_on_connection_loss soft_shutdown_timeout enable_soft_shutdown_on_idle
     concurrency consumer direct disable_rate_limits deduplicate_successful_tasks enable_remote_control
     hijack_root_logger log_color log_format lost_wait max_memory_per_child max_tasks_per_child pool pool_putlocks
     pool_restarts proc_alive_timeout prefetch_multiplier enable_prefetch_count_reduction redirect_stdouts
     redirect_stdouts_level send_task_events state_db task_log_format timer timer_precision detect_quorum_queues
     disable_prefetch eta_task_limit`,
  ),
]

export const RESULT_MEMBERS = words(`
  id task_id get maybe_throw state status result info traceback ready successful failed forget revoke revoke_by_stamped_headers children parent
  then collect iterdeps get_leaf graph GroupResult ResultSet completed_count waiting join join_native iter_native save
  restore args kwargs name worker date_done retries queue exists
`)

export const COMMANDS = [
  ...words('-A -b worker beat call result status purge events shell report multi amqp migrate graph logtool upgrade'),
  'list bindings',
  ...words(
    `active scheduled reserved revoked registered active_queues stats conf query_task ping clock memsample memdump
     objgraph report`,
  ).map((name) => `inspect ${name}`),
  ...words(
    `revoke terminate revoke_by_stamped_headers rate_limit time_limit add_consumer cancel_consumer pool_grow pool_shrink
     pool_restart autoscale enable_events disable_events heartbeat election shutdown`,
  ).map((name) => `control ${name}`),
]
