-- A status and a reason per account and field that the CRM has a column for.
-- In:  crm_value, field_spec, confirmation, contradicted (view), ours (view), asked (account_id, field); $now.
-- Ages count from the newest of: changed in the CRM, confirmed by an observation, written by us; where none is known,
-- from the first snapshot that held the value, and until that is old enough the age is unknown (`due`).
-- Out: rows for the table staleness. `benefit` = field weight × how bad the state is.

WITH confirmed AS (
    SELECT account_id, field, key, max(noted_at) AS confirmed_at FROM confirmation GROUP BY ALL
),
aged AS (
    SELECT
        v.account_id, v.field, v.value, v.problem, v.changed_by, v.actor, f.ttl_days, f.weight,
        v.changed_at, v.first_seen_at, c.confirmed_at, o.ours_at, x.said_at, x.title,
        greatest(v.changed_at, c.confirmed_at, o.ours_at) AS good_at,
        a.account_id IS NOT NULL AS asked, v.cleared
    FROM crm_value v
    JOIN field_spec f ON f.name = v.field AND f.crm_column IS NOT NULL
    LEFT JOIN confirmed c ON c.account_id = v.account_id AND c.field = v.field AND c.key = v.key
    LEFT JOIN ours o ON o.account_id = v.account_id AND o.field = v.field AND o.ours_key = v.key
    LEFT JOIN contradicted x ON x.account_id = v.account_id AND x.field = v.field
    LEFT JOIN asked a ON a.account_id = v.account_id AND a.field = v.field
),
judged AS (
    SELECT *,
        -- a clock set back sees times that lie ahead of it: they are no age at all
        CASE WHEN coalesce(good_at, first_seen_at) > $now::TIMESTAMP THEN 0
            ELSE date_diff('day', coalesce(good_at, first_seen_at), $now::TIMESTAMP) END AS age_days,
        CASE
            WHEN value IS NOT NULL AND said_at IS NOT NULL AND (good_at IS NULL OR said_at > good_at) THEN 'contradicted'
            WHEN problem IS NOT NULL THEN 'invalid'
            WHEN value IS NULL THEN 'missing'
            WHEN date_diff('day', good_at, $now::TIMESTAMP) >= ttl_days THEN 'expired'
            WHEN good_at IS NULL AND date_diff('day', first_seen_at, $now::TIMESTAMP) >= ttl_days THEN 'expired'
            WHEN asked THEN 'asked'
            WHEN good_at IS NULL THEN 'due'
            ELSE 'fresh'
        END AS status
    FROM aged
)
SELECT
    account_id, field, status,
    CASE status
        WHEN 'contradicted' THEN title || ' (told ' || strftime(said_at, '%Y-%m-%d') || ')'
        WHEN 'invalid' THEN 'what stands there ' || problem
        WHEN 'missing' THEN CASE WHEN cleared THEN 'blank: it was cleared' ELSE 'blank' END
        WHEN 'asked' THEN 'asked for by this run'
        WHEN 'due' THEN 'its age is unknown'
        ELSE
            CASE
                WHEN good_at IS NULL THEN 'first seen on '
                WHEN good_at = confirmed_at THEN 'confirmed on '
                WHEN good_at = ours_at THEN 'written by us on '
                ELSE 'last changed on '
            END
            || strftime(coalesce(good_at, first_seen_at), '%Y-%m-%d')
            || CASE WHEN good_at = changed_at AND changed_by IS NOT NULL AND good_at IS DISTINCT FROM ours_at THEN ' by ' || changed_by ELSE '' END
            || ', ' || age_days || ' days ago; it is trusted for ' || ttl_days
    END AS reason,
    age_days, ttl_days, CASE WHEN status = 'contradicted' THEN said_at END AS said_at,
    weight * CASE status
        WHEN 'contradicted' THEN 1.5 WHEN 'invalid' THEN 1.3 WHEN 'missing' THEN 1.0 WHEN 'asked' THEN 2.0
        WHEN 'expired' THEN least(2.0, age_days / ttl_days) WHEN 'due' THEN 0.5 ELSE 0.0
    END AS benefit
FROM judged
