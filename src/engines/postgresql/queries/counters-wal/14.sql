/* dbvitals:counters-wal */
SELECT w.stats_reset::text AS epoch, w.wal_records::text AS records, w.wal_fpi::text AS full_page_images,
       w.wal_bytes::text AS bytes, w.wal_buffers_full::text AS buffers_full
FROM pg_stat_wal AS w
