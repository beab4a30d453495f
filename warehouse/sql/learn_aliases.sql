-- Learns what accounts are also called: names, domains and numbers told by records whose newest link is accepted.
-- In:  link, observation, alias; $run_id, $now.
-- Out: new rows of alias; what is known already (account, field, key, source, record) is not repeated. Dates of former names are those
--      the registry writes beside them ("from 2001-02-03 until 2010-04-05").

INSERT INTO alias BY NAME
WITH accepted AS (
    SELECT account_id, source, record_id, arg_max(record_name, decided_at) AS record_name, max(decided_at) AS decided_at,
           arg_max(url, decided_at) AS url, arg_max(probability, decided_at) AS probability
    FROM link
    GROUP BY account_id, source, record_id
    HAVING arg_max(decision, decided_at) = 'accept'
),
told AS (
    SELECT o.account_id, o.field, o.value AS text, o.key, o.source, o.record_id, arg_max(o.url, o.observed_at) AS url,
           arg_max(o.passage, o.observed_at) AS passage, max(o.confidence * a.probability) AS confidence
    FROM observation o
    JOIN accepted a ON a.account_id = o.account_id AND a.source = o.source AND a.record_id = o.record_id
    WHERE o.field IN ('name', 'legal_name', 'aliases', 'former_names', 'website', 'domain', 'cik', 'lei', 'uscc', 'company_number')
      AND o.key IS NOT NULL
    GROUP BY o.account_id, o.field, o.value, o.key, o.source, o.record_id
    UNION ALL
    SELECT account_id, 'name', record_name, lower(record_name), source, record_id, url,
           'the name of the record that was accepted', probability
    FROM accepted
    WHERE record_name IS NOT NULL
)
SELECT
    t.account_id,
    CASE WHEN t.field = 'former_names' THEN 'former'
         WHEN t.field = 'legal_name' THEN 'legal'
         WHEN t.field IN ('name', 'aliases') THEN 'other'
         WHEN t.field IN ('website', 'domain') THEN 'domain'
         ELSE 'number' END AS kind,
    t.field, t.text, t.key,
    CASE WHEN t.field = 'former_names' THEN try_cast(nullif(regexp_extract(t.passage, 'from (\d{4}-\d{2}-\d{2})', 1), '') AS DATE) END AS valid_from,
    CASE WHEN t.field = 'former_names' THEN try_cast(nullif(regexp_extract(t.passage, 'until (\d{4}-\d{2}-\d{2})', 1), '') AS DATE) END AS valid_to,
    t.source, t.record_id, t.url, t.passage, round(t.confidence, 4) AS confidence, $run_id AS run_id, $now AS noted_at
FROM told t
ANTI JOIN alias k ON k.account_id = t.account_id AND k.field = t.field AND k.key = t.key AND k.source = t.source AND k.record_id = t.record_id
QUALIFY row_number() OVER (PARTITION BY t.account_id, t.field, t.key, t.source, t.record_id ORDER BY t.confidence DESC, t.text) = 1
